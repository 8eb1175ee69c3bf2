"""The box to write in: messages, commands with their suggestions, shortcuts, refusals."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console
from tests.browser.fake_server import Fake, ts

pytestmark = pytest.mark.browser


@pytest.fixture
def box(page: Page) -> Locator:
    page.goto("/#leads/dana")
    expect(page.locator(".message").first).to_be_visible()
    return page.get_by_label("Message #leads")


def test_enter_sends_and_empties_the_box(page: Page, box: Locator, fake: Fake) -> None:
    box.fill("Good morning")
    box.press("Enter")
    expect(page.locator(".message").last).to_contain_text("Good morning")
    expect(box).to_have_value("")
    assert fake.sent("say") == [{"user": "dana", "channel": "C0LEADS", "text": "Good morning"}]


def test_shift_enter_makes_a_new_line(box: Locator, fake: Fake) -> None:
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    assert fake.asked("say") == []


def test_a_slash_suggests_the_commands_and_the_arrows_choose(page: Page, box: Locator) -> None:
    box.press_sequentially("/")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = options.nth(1).get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", active or "")
    box.press("Tab")
    expect(box).to_have_value("/offer ")
    expect(page.locator(".main .usage")).to_have_text("/offer L-7 | ARV repairs")


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_a_half_typed_command_is_completed(box: Locator, fake: Fake, key: str) -> None:
    box.press_sequentially("/le")
    box.press(key)
    expect(box).to_have_value("/lead ")
    expect(box).to_be_focused()
    assert fake.asked("command") == []


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(page: Page, box: Locator) -> None:
    box.press_sequentially("/le")
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("/le")


def test_a_suggestion_can_be_clicked(page: Page, box: Locator) -> None:
    box.press_sequentially("/")
    page.get_by_role("option", name="/offer").click()
    expect(box).to_have_value("/offer ")
    expect(box).to_be_focused()


def test_a_command_opens_its_form_and_the_focus_comes_back_after_it(page: Page, box: Locator, fake: Fake) -> None:
    box.fill("/lead John Smith")
    box.press("Enter")
    dialog = page.get_by_role("dialog", name="New lead")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Seller’s name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(box).to_be_focused()
    assert fake.sent("command") == [{"user": "dana", "channel": "C0LEADS", "command": "/lead", "text": "John Smith"}]
    assert fake.sent("close") == [{"user": "dana", "view_id": "V1"}]


@pytest.mark.parametrize("way", ["Cancel", "Close", "Save lead"])
def test_what_is_typed_after_a_form_was_closed_lands_in_the_box(page: Page, box: Locator, way: str) -> None:
    box.fill("/lead")
    box.press("Enter")
    dialog = page.get_by_role("dialog", name="New lead")
    dialog.get_by_label("Seller’s name").press_sequentially("John")
    dialog.get_by_label("Phone").press_sequentially("416 555 0134")
    dialog.get_by_role("button", name=way).click()
    expect(dialog).to_be_hidden()
    page.keyboard.type("Thanks")
    expect(box).to_have_value("Thanks")


def test_a_commands_answer_is_shown_to_who_asked(page: Page, box: Locator) -> None:
    box.fill("/offer L-7")
    box.press("Enter")
    last = page.locator(".message").last
    expect(last).to_contain_text("Only visible to you")
    expect(last).to_contain_text("Offer for L-7: $310,000.00")


def test_an_unknown_command_is_refused_in_place_and_stays_in_the_box(
    page: Page, box: Locator, console: Console
) -> None:
    console.allow("status of 400")
    box.fill("/nonsense x")
    box.press("Enter")
    expect(page.locator(".main .composer").get_by_role("alert")).to_contain_text(
        "The manifest has no command '/nonsense'"
    )
    expect(box).to_have_value("/nonsense x")


def test_a_command_without_an_answer_says_so_and_stays_in_the_box(page: Page, box: Locator) -> None:
    box.fill("/lead silent")
    box.press("Enter")
    expect(page.locator(".main .composer").get_by_role("alert")).to_contain_text("did not answer in time")
    expect(box).to_have_value("/lead silent")


def test_a_command_in_a_thread_is_explained(page: Page, fake: Fake) -> None:
    page.goto(f"/#leads/dana/{ts(1)}")
    box = page.get_by_label("Reply in the thread")
    box.fill("/lead John")
    box.press("Enter")
    expect(page.locator(".thread").get_by_role("alert")).to_contain_text("/lead does not work in threads")
    assert fake.asked("command") == []


def test_a_draft_waits_in_its_own_channel(page: Page, box: Locator) -> None:
    box.fill("half a thought")
    page.get_by_role("link", name="approvals").click()
    expect(page.get_by_label("Message #approvals")).to_have_value("")
    page.get_by_role("link", name="leads").click()
    expect(page.get_by_label("Message #leads")).to_have_value("half a thought")


def test_a_global_shortcut_is_run_from_the_lightning_menu(page: Page, box: Locator, fake: Fake) -> None:
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="New lead").click()
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()
    assert fake.sent("shortcut") == [{"user": "dana", "callback_id": "new_lead"}]


def test_an_impatient_second_enter_sends_once(page: Page, box: Locator, fake: Fake) -> None:
    fake.delay = 0.3
    box.fill("Once")
    box.press("Enter")
    box.press("Enter")
    expect(page.locator(".message").last).to_contain_text("Once")
    expect(box).to_have_value("")
    assert len(fake.asked("say")) == 1
