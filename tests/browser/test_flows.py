"""What a team does on its first day, in the browser, against the whole program: take down a lead, price an offer, change seats."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Console, new_context, watched
from tests.browser.program import INTERRUPTED, Program, start

pytestmark = pytest.mark.browser

TUESDAY_AFTERNOON = "2026-11-24T16:05:00-05:00"  # within texting hours, so that a first step is due at once
ADDRESS = "12 King St W, Hamilton ON L8P 1A1"
NAME, PHONE, EMAIL, STREET = "Seller's name", "Phone", "E-mail", "Property address"


@pytest.fixture(scope="module")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = start(tmp_path_factory.mktemp("program"))
    yield running
    assert running.stop() == INTERRUPTED
    assert running.troubles() == []


@pytest.fixture(scope="module")
def tab(browser: Browser, program: Program) -> Iterator[Page]:
    context = new_context(browser, program.origin)
    moved = context.request.post("/sandbox/api/clock", data={"to": TUESDAY_AFTERNOON})
    assert moved.ok, moved.text()
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page, console: Console) -> Iterator[Page]:
    yield from watched(tab, console)


@pytest.fixture
def box(page: Page) -> Locator:
    page.goto("/#leads/dana")
    composer = page.get_by_label("Message #leads")
    expect(composer).to_be_visible()
    return composer


def command(box: Locator, text: str) -> None:
    """Type a command as a person does, a space after its name closing the suggestions, and send it."""
    box.press_sequentially(text)
    box.press("Enter")
    expect(box).to_have_value("")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(20):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()


def retype(page: Page, text: str) -> None:
    """Write over the focused field."""
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def expect_fault(field: Locator, sentence: str | re.Pattern[str]) -> None:
    """Expect this sentence under the field, and the focus in it."""
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(sentence)


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def articles(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages", exact=True).get_by_role("article")


def card_of(page: Page, name: str) -> Locator:
    """The card of a lead in the channel."""
    in_channel = articles(page).filter(has_not_text="Only visible to you")
    return in_channel.filter(has=page.get_by_role("heading", name=re.compile(rf"^L-\d+\s+{name}$")))


def number_on(card: Locator) -> str:
    """The row number in a card's heading, without its letter."""
    found = re.match(r"L-(\d+)", card.get_by_role("heading").inner_text())
    assert found is not None
    return found[1]


def become(page: Page, label: str, keys: str) -> None:
    """Take another person's seat with the arrow keys."""
    page.get_by_role("group", name="You are").get_by_role("radio", checked=True).focus()
    page.keyboard.press(keys)
    expect(page.get_by_label(label)).to_be_checked()


def take_picture(page: Page, card: Locator) -> None:
    """Write the README's picture to the path in VALHALLA_PICTURE, if it is set: the card at the top, the offer below."""
    path = os.environ.get("VALHALLA_PICTURE")
    if not path:
        return
    card.evaluate("node => node.scrollIntoView({ block: 'start' })")
    page.screenshot(path=path, animations="disabled", caret="hide")


def test_a_lead_is_typed_refused_and_corrected_and_stands_as_a_card_and_on_home(page: Page, box: Locator) -> None:
    box.press_sequentially("/le")
    expect(page.get_by_role("option", name="/lead")).to_have_attribute("aria-selected", "true")
    box.press("Tab")
    expect(box).to_have_value("/lead ")
    box.press("Enter")
    form, keyboard = dialog(page, "New lead"), page.keyboard
    expect(form.get_by_label(NAME)).to_be_focused()
    keyboard.press("Enter")
    expect_fault(form.get_by_label(NAME), "Please complete this required field.")
    keyboard.type("John Smith")
    keyboard.press("Enter")
    expect_fault(form.get_by_label(PHONE), re.compile("^Give a phone number or an e-mail address"))
    for text in ("416-555-0134", "john@example.com", ADDRESS):
        keyboard.type(text)
        keyboard.press("Tab")
    for label, text in (("ARV", "half a million"), ("Repairs", "40k")):
        tab_to(page, form.get_by_label(label))
        keyboard.type(text)
    tab_to(page, form.get_by_label("No permission yet"))
    keyboard.press("ArrowDown")
    expect(form.get_by_label("They contacted us first")).to_be_checked()
    keyboard.press("Enter")
    expect_fault(form.get_by_label("ARV"), re.compile('^"half a million" is not clear as an amount'))
    retype(page, "500k")
    keyboard.press("Enter")
    expect(form).to_be_hidden()
    expect(box).to_be_focused()
    card = card_of(page, "John Smith")
    for words in (
        ADDRESS,
        "Phone (416) •••-0134",
        "E-mail j•••@example.com",
        "Market Hamilton, ON",
        "Rep @Dana Okafor",
    ):
        expect(card).to_contain_text(words)
    expect(card).to_contain_text("Offer $310,000.00")
    expect(card).to_contain_text(re.compile(r"D-\d+ Draft"))
    expect(card).to_contain_text("SMS step 1 of 6, due now")
    expect(card).not_to_contain_text("555-0134")
    command(box, f"/offer L-{number_on(card)}")
    expect(articles(page).last).to_contain_text("Recommended offer 310,000.00")
    take_picture(page, card)
    page.get_by_role("link", name="Valhalla").click()
    expect(page.get_by_role("heading", name="Needs you now")).to_be_visible()
    expect(page.get_by_text("Text John Smith, step 1: due now")).to_be_visible()


def test_the_card_of_an_unknown_address_is_mended_by_its_own_button(page: Page, box: Locator) -> None:
    command(box, "/lead Mary Jones mary@example.com ARV 400k repairs 25k")
    form = dialog(page, "New lead")
    expect(form.get_by_label("ARV")).to_have_value("400k")
    form.get_by_label(STREET).press_sequentially("the blue house")
    page.keyboard.press("Enter")
    expect(form).to_be_hidden()
    card = card_of(page, "Mary Jones")
    expect(card).to_contain_text("Offer none yet")
    expect(card).to_contain_text("nothing is planned")
    card.get_by_role("button", name="Complete the address").press("Enter")
    address = dialog(page, "Complete the address")
    expect(address.get_by_label(STREET)).to_have_value("the blue house")
    retype(page, "the red house")
    page.keyboard.press("Enter")
    expect_fault(address.get_by_label(STREET), re.compile("province"))
    retype(page, "9 Elm St, London ON")
    page.keyboard.press("Enter")
    expect(address).to_be_hidden()
    expect(card).to_contain_text("Market London, ON")
    expect(card).to_contain_text("Offer $255,000.00")
    expect(card).to_contain_text("SMS step 1 of 6, due now")
    expect(card).to_contain_text("(edited)")
    expect(card.get_by_role("button", name="Complete the address")).to_have_count(0)


def test_an_offer_is_reckoned_while_its_numbers_are_typed_and_kept(page: Page, box: Locator) -> None:
    box.press_sequentially("/of")
    box.press("Tab")
    box.press("Enter")
    form = dialog(page, "Price an offer")
    expect(form.get_by_label("ARV")).to_be_focused()
    page.keyboard.type("500k")
    page.keyboard.press("Tab")
    page.keyboard.type("40k")
    expect(form).to_contain_text(re.compile(r"Recommended offer\s+310,000\.00"))
    retype(page, "100k")
    expect(form).to_contain_text(re.compile(r"Recommended offer\s+250,000\.00"))
    retype(page, "a roof")
    expect(form).to_contain_text('"a roof" is not clear as an amount')
    retype(page, "40k")
    expect(form).to_contain_text(re.compile(r"Recommended offer\s+310,000\.00"))
    expect(form).to_contain_text("not kept yet")
    expect(form.get_by_label("Repairs")).to_be_focused()
    page.keyboard.press("Enter")
    kept = dialog(page, "Price kept")
    expect(kept).to_contain_text(re.compile(r"evidence E-\d+"))
    expect(kept).to_contain_text(re.compile(r"Recommended offer\s+310,000\.00"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).to_be_focused()


def test_two_amounts_behind_offer_are_priced_at_once_and_what_if_goes_on_from_them(page: Page, box: Locator) -> None:
    command(box, "/offer 500000 40000")
    answer = articles(page).last
    expect(answer).to_contain_text("Only visible to you")
    for line in (
        "ARV 500,000.00",
        "× multiplier 0.70 350,000.00",
        "− repairs 40,000.00",
        "= Recommended offer 310,000.00",
    ):
        expect(answer).to_contain_text(line)
    expect(answer).to_contain_text(re.compile(r"evidence E-\d+"))
    answer.get_by_role("button", name="What if…").press("Enter")
    form = dialog(page, "Price an offer")
    expect(form.get_by_label("ARV")).to_have_value("500,000")
    expect(form.get_by_label("Repairs")).to_have_value("40,000")
    expect(form).to_contain_text(re.compile(r"Recommended offer\s+310,000\.00"))
    tab_to(page, form.get_by_label("Repairs"))
    retype(page, "60k")
    expect(form).to_contain_text(re.compile(r"Recommended offer\s+290,000\.00"))
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(answer).to_contain_text("310,000.00")


def test_each_seat_sees_its_own_answers_its_own_home_and_the_phone_only_if_its_role_may(
    page: Page, box: Locator
) -> None:
    become(page, "Lee approver", "ArrowRight")
    command(box, f"/lead Ann Roy 905-555-0123, {ADDRESS}")
    form = dialog(page, "New lead")
    expect(form.get_by_label(NAME)).to_have_value("Ann Roy")
    page.keyboard.press("Enter")
    expect(form).to_be_hidden()
    card = card_of(page, "Ann Roy")
    expect(card).to_contain_text("(905) •••-0123")
    number = number_on(card)
    page.get_by_role("link", name="Valhalla").click()
    expect(page.get_by_text("Text Ann Roy, step 1: due now")).to_be_visible()
    become(page, "Dana rep", "ArrowLeft")
    expect(page.get_by_text("As of")).to_be_visible()
    expect(page.get_by_text("Ann Roy")).to_have_count(0)
    page.get_by_role("link", name="leads").click()
    mine = articles(page).filter(has_text="Only visible to you").filter(has_text=f"L-{number}")
    command(box, f"/lead {number}")
    expect(mine).to_contain_text("Phone (905) •••-0123")
    become(page, "Sam admin", "ArrowLeft")
    expect(card).to_be_visible()
    expect(mine).to_have_count(0)
    command(box, f"/lead {number}")
    expect(mine).to_contain_text("Phone (905) 555-0123")
    become(page, "Lee approver", "ArrowLeft")
    expect(card).to_be_visible()
    expect(mine).to_have_count(0)
    become(page, "Dana rep", "ArrowLeft")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("Phone (905) •••-0123")
    become(page, "Sam admin", "ArrowLeft")
    page.get_by_role("link", name="Valhalla").click()
    expect(page.get_by_text("As of")).to_be_visible()
    expect(page.get_by_text("Follow-ups that are due")).to_have_count(0)
