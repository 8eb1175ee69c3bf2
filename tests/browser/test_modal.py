"""Modal views: fields, errors, stacks, and inputs that tell the app what is typed."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canned import AT, field
from tests.browser.canned_forms import lead_form
from tests.browser.fake_server import Fake

pytestmark = pytest.mark.browser


@pytest.fixture
def form(page: Page, fake: Fake) -> Locator:
    fake.stack = [lead_form()]
    page.goto("/#leads/dana")
    dialog = page.get_by_role("dialog", name="New lead")
    expect(dialog).to_be_visible()
    return dialog


def save(form: Locator) -> None:
    form.get_by_role("button", name="Save lead").click()


def test_an_open_form_is_still_there_after_a_reload(page: Page, form: Locator) -> None:
    page.reload()
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()


def test_every_field_is_sent_in_slacks_simplified_shape(page: Page, form: Locator, fake: Fake) -> None:
    form.get_by_label("Seller’s name").fill("John Smith")
    form.get_by_label("Phone").fill("416 555 0134")
    form.get_by_label("E-mail").fill("john@example.com")
    form.get_by_label("Listing").fill("https://example.com/1")
    form.get_by_label("Source").click()
    page.get_by_role("option", name="Bandit sign").click()
    areas = form.get_by_label("Areas")
    areas.fill("ham")
    areas.press("Enter")
    areas.fill("ott")
    areas.press("Enter")
    areas.fill("bar")
    areas.press("Enter")
    areas.press("Escape")
    form.get_by_label("Tell").fill("kpi")
    form.get_by_label("Tell").press("Enter")
    form.get_by_label("Tell").press("Escape")
    form.get_by_label("Channel").fill("appr")
    form.get_by_label("Channel").press("Enter")
    form.get_by_label("Closing on").fill("2025-12-19")
    form.get_by_label("Condo").check()
    form.get_by_label("May be texted").check()
    form.get_by_label("Notes").fill("two\nlines")
    save(form)
    expect(form).to_be_hidden()
    (sent,) = fake.asked("submit")
    assert sent["view_id"] == "V1"
    assert sent["user"] == "dana"
    assert {block: leaf["value"] for block, leaf in sent["values"].items()} == {
        "name": "John Smith",
        "phone": "416 555 0134",
        "email": "john@example.com",
        "url": "https://example.com/1",
        "arv": None,
        "source": "bandit",
        "areas": ["hamilton", "ottawa"],
        "rep": "U0DANA",
        "tell": ["C0KPI"],
        "channel": "C0APPROVALS",
        "closing": "2025-12-19",
        "call": "09:30",
        "remind": AT,
        "type": "CONDO",
        "consent": ["sms"],
        "notes": "two\nlines",
    }


def test_an_empty_required_field_is_named_in_place_before_anything_is_sent(form: Locator, fake: Fake) -> None:
    save(form)
    name = form.get_by_label("Seller’s name")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Please complete this required field.")
    expect(form.get_by_label("Phone")).to_have_accessible_description(
        "Please complete this required field. Ten digits, any punctuation."
    )
    expect(form.get_by_role("alert").filter(has_text="Please")).to_have_count(2)
    assert fake.asked("submit") == []


@pytest.mark.parametrize(
    ("label", "typed", "says"),
    [
        ("E-mail", "not an address", "valid email"),
        ("Listing", "example.com", "valid URL"),
        ("ARV", "half a million", "a number"),
        ("ARV", "-5", "at least 0"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named_in_place(
    form: Locator, fake: Fake, label: str, typed: str, says: str
) -> None:
    form.get_by_label("Seller’s name").fill("John")
    form.get_by_label("Phone").fill("416 555 0134")
    wrong = form.get_by_label(label)
    wrong.evaluate("(node, text) => { node.value = text; }", typed)
    wrong.evaluate("node => node.dispatchEvent(new Event('input'))")
    save(form)
    expect(form.locator(".field-error")).to_contain_text(says)
    expect(wrong).to_be_focused()


def test_a_form_that_is_answered_with_another_view_is_read_from_its_top(page: Page, form: Locator) -> None:
    page.set_viewport_size({"width": 800, "height": 400})
    form.get_by_label("Seller’s name").fill("again")
    form.get_by_label("Phone").fill("416 555 0134")
    form.get_by_label("Notes").fill("the last field")
    save(form)
    expect(form).to_contain_text("MAO: changed meanwhile")
    expect(form.get_by_text("Two leads")).to_be_in_viewport()
    expect(form.get_by_label("Notes")).to_have_value("the last field")


def test_the_apps_field_errors_stand_under_their_fields_and_go_when_it_is_sent_again(form: Locator, fake: Fake) -> None:
    form.get_by_label("Seller’s name").fill("wrong")
    form.get_by_label("Phone").fill("12")
    save(form)
    error = form.get_by_text("That is not a phone number in Canada.")
    expect(error).to_be_visible()
    expect(form.get_by_label("Phone")).to_be_focused()
    expect(form.get_by_label("Phone")).to_have_value("12")
    fake.delay = 0.4
    form.get_by_label("Seller’s name").fill("John")
    save(form)
    expect(error).to_have_count(0)
    expect(form.get_by_role("button", name="Save lead")).to_have_attribute("aria-busy", "true")
    expect(form).to_be_hidden()


def test_a_second_press_while_it_is_sent_does_nothing(form: Locator, fake: Fake) -> None:
    fake.delay = 0.3
    form.get_by_label("Seller’s name").fill("John")
    form.get_by_label("Phone").fill("416 555 0134")
    form.get_by_role("button", name="Save lead").evaluate("button => { button.click(); button.click(); }")
    expect(form).to_be_hidden()
    assert len(fake.asked("submit")) == 1


def test_an_app_that_does_not_answer_leaves_the_form_open_with_what_was_typed(form: Locator) -> None:
    form.get_by_label("Seller’s name").fill("silent")
    form.get_by_label("Phone").fill("416 555 0134")
    save(form)
    expect(form.get_by_role("alert").filter(has_text="did not answer in time")).to_be_visible()
    expect(form.get_by_label("Seller’s name")).to_have_value("silent")
    expect(form.get_by_role("button", name="Save lead")).to_have_attribute("aria-busy", "false")


def test_what_is_typed_is_told_after_a_pause_and_the_caret_stays(page: Page, form: Locator, fake: Fake) -> None:
    arv = form.get_by_label("ARV")
    arv.press_sequentially("500000", delay=30)
    expect(form.get_by_text("MAO: 350,000.00")).to_be_visible()
    expect(arv).to_be_focused()
    assert [body["value"] for body in fake.asked("click")] == ["500000"]
    assert fake.asked("click")[0]["values"]["rep"] == {"value": "U0DANA"}
    arv.press("Home")
    arv.press("ArrowRight")
    arv.press_sequentially("1")
    expect(form.get_by_text("MAO: 3,570,000.00")).to_be_visible()
    arv.press_sequentially("2")
    expect(arv).to_have_value("51200000")


def test_a_redrawn_field_keeps_its_text_focus_and_caret(page: Page, form: Locator, fake: Fake) -> None:
    name = form.get_by_label("Seller’s name")
    name.press_sequentially("John")
    name.press("ArrowLeft")
    changed = lead_form()
    changed["blocks"][1] = field(
        "Seller’s name",
        "name",
        {"type": "plain_text_input", "max_length": 60},
        hint={"type": "plain_text", "text": "As on the title."},
    )
    fake.stack = [changed]
    fake.tell({"kind": "view", "user": "U0DANA"})
    expect(form.get_by_text("As on the title.")).to_be_visible()
    expect(name).to_be_focused()
    name.press_sequentially("x")
    expect(name).to_have_value("Johxn")


def test_enter_in_a_one_line_field_sends_the_form_and_in_notes_makes_a_line(form: Locator, fake: Fake) -> None:
    notes = form.get_by_label("Notes")
    notes.press_sequentially("a")
    notes.press("Enter")
    expect(notes).to_have_value("a\n")
    form.get_by_label("Seller’s name").fill("John")
    form.get_by_label("Phone").fill("416 555 0134")
    form.get_by_label("Phone").press("Enter")
    expect(form).to_be_hidden()
    assert len(fake.asked("submit")) == 1


def test_enter_in_a_field_that_tells_what_is_typed_sends_the_form_with_it(form: Locator, fake: Fake) -> None:
    form.get_by_label("Seller’s name").fill("John")
    form.get_by_label("Phone").fill("416 555 0134")
    form.get_by_label("ARV").press_sequentially("500000")
    form.get_by_label("ARV").press("Enter")
    expect(form).to_be_hidden()
    assert fake.asked("submit")[0]["values"]["arv"] == {"value": "500000"}


def test_what_was_typed_just_before_the_form_is_left_is_not_told_any_more(
    page: Page, form: Locator, fake: Fake
) -> None:
    form.get_by_label("ARV").press_sequentially("5")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.wait_for_timeout(400)  # longer than the pause after which it would be told
    assert fake.asked("click") == []


def test_a_second_form_stacks_and_the_first_comes_back_as_it_was_left(page: Page, form: Locator, fake: Fake) -> None:
    form.get_by_label("Seller’s name").fill("John")
    form.get_by_role("button", name="Check buyers").click()
    second = page.get_by_role("dialog", name="Buyers")
    expect(second.get_by_label("Buyer’s name")).to_be_focused()
    second.get_by_role("button", name="Back").first.click()
    expect(form.get_by_label("Seller’s name")).to_have_value("John")
    form.get_by_role("button", name="Check buyers").click()
    second.get_by_label("Buyer’s name").fill("Acme")
    second.get_by_label("Buyer’s name").press("Enter")
    expect(form.get_by_label("Seller’s name")).to_have_value("John")
    assert fake.sent("submit")[0]["view_id"] == "V2"


def test_escape_closes_a_list_first_and_the_form_second(page: Page, form: Locator, fake: Fake) -> None:
    form.get_by_label("Source").click()
    expect(page.get_by_role("option", name="Zillow")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option", name="Zillow")).to_have_count(0)
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()


def test_the_keyboard_cannot_leave_an_open_form(page: Page, form: Locator) -> None:
    for _ in range(45):
        page.keyboard.press("Tab")
        outside = page.evaluate(
            "document.activeElement !== document.body && !document.querySelector('dialog.modal').contains(document.activeElement)"
        )
        assert outside is False


def test_a_chosen_option_can_be_cleared_when_the_field_is_optional(page: Page, form: Locator) -> None:
    form.get_by_label("Source").click()
    page.get_by_role("option", name="Zillow").click()
    expect(form.get_by_label("Source")).to_have_value("Zillow")
    form.locator("[data-block-id=source]").get_by_role("button", name="Clear the choice").click()
    expect(form.get_by_label("Source")).to_have_value("")
    expect(form.locator("[data-block-id=rep]").get_by_role("button", name="Clear the choice")).to_have_count(0)


def test_a_chip_is_removed_by_its_button_and_by_backspace(page: Page, form: Locator) -> None:
    areas = form.get_by_label("Areas")
    areas.fill("ham")
    areas.press("Enter")
    areas.fill("lon")
    areas.press("Enter")
    areas.press("Escape")
    form.get_by_role("button", name="Remove Hamilton").click()
    expect(form.locator(".chip")).to_have_text(["London"])
    areas.press("Backspace")
    expect(form.locator(".chip")).to_have_count(0)


def test_on_a_phone_the_form_fits_the_screen(page: Page, form: Locator) -> None:
    page.set_viewport_size({"width": 375, "height": 740})
    box = form.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 375)
    expect(form.get_by_role("button", name="Save lead")).to_be_in_viewport()
    assert form.locator(".dialog-body").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_an_external_select_asks_the_app_and_keeps_the_chosen_name(page: Page, form: Locator, fake: Fake) -> None:
    form.get_by_role("button", name="Check buyers").click()
    second = page.get_by_role("dialog", name="Buyers")
    like = second.get_by_label("Like")
    like.press_sequentially("a")
    expect(page.get_by_text("Type at least 2 characters")).to_be_visible()
    like.press_sequentially("c")
    page.get_by_role("option", name="Acorn Homes").click()
    expect(like).to_have_value("Acorn Homes")
    second.get_by_label("Buyer’s name").fill("New")
    second.get_by_role("button", name="Add").click()
    expect(form.get_by_label("Seller’s name")).to_be_visible()
    assert fake.sent("options") == [
        {"user": "dana", "view_id": "V2", "action_id": "value", "block_id": "like", "value": "ac"}
    ]
    assert fake.sent("submit")[0]["values"]["like"] == {"value": "acorn"}


def test_the_cross_closes_every_form_of_a_stack(page: Page, form: Locator, fake: Fake) -> None:
    form.get_by_role("button", name="Check buyers").click()
    page.get_by_role("dialog", name="Buyers").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert fake.sent("close") == [{"user": "dana", "view_id": "V2", "all": True}]
