"""Sent messages: what left for people outside, answering as they would, receipts, and faults of the providers."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canned_sent import EMAIL, EMOJI, SENT, TEXT
from tests.browser.conftest import Console
from tests.browser.fake_server import Fake
from tests.browser.test_access import check

pytestmark = pytest.mark.browser


@pytest.fixture
def sent(page: Page, fake: Fake) -> Page:
    """The page, at three messages that left."""
    fake.leave()
    page.goto("/#sent/dana")
    expect(page.get_by_role("article")).to_have_count(3)
    return page


def card(page: Page, to: str) -> Locator:
    return page.get_by_role("article").filter(has_text=to)


def test_where_nothing_left_the_page_says_when_something_will(page: Page) -> None:
    page.goto("/#sent/dana")
    expect(page.get_by_role("heading", name="Sent messages")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing has left yet")).to_be_visible()
    expect(page.get_by_label("Message #")).to_be_hidden()
    check(page)


def test_what_left_is_shown_newest_first_with_whom_how_and_how_far(sent: Page) -> None:
    newest = sent.get_by_role("article").first
    expect(newest).to_contain_text("(519) 555-0123")
    expect(newest).to_contain_text("Not delivered")
    expect(newest).to_contain_text("2 segments (UCS-2")
    text = card(sent, "(416) 555-0134")
    expect(text).to_have_accessible_name("Text to (416) 555-0134, Today at 4:06 PM")
    for words in ("Delivered", "1 segment (GSM-7)", "4:06 PM", "<b>not bold</b>"):
        expect(text).to_contain_text(words)
    email = card(sent, "john@example.com")
    expect(email.get_by_role("heading", name="12 King St W")).to_be_visible()
    assert "Bonjour John,\nvoici" in email.locator(".sent-body").inner_text()
    expect(email.get_by_role("link")).to_have_count(0)
    check(sent)


def test_a_link_of_this_server_can_be_followed_as_the_recipient_would(page: Page, fake: Fake) -> None:
    page.goto("/#sent/dana")
    origin = page.evaluate("location.origin")
    fake.leave({**EMAIL, "body": f"Unsubscribe: {origin}/unsubscribe/abc"})
    expect(page.get_by_role("link", name=f"{origin}/unsubscribe/abc")).to_have_attribute("target", "_blank")


def test_new_ones_are_counted_until_they_are_looked_at(page: Page, fake: Fake) -> None:
    fake.leave(TEXT)
    with page.expect_response("**/sandbox/api/sent"):
        page.goto("/#leads/dana")
    expect(page.get_by_text("And one more line, shortly after.")).to_be_visible()
    expect(page.get_by_role("link", name="Sent messages", exact=True)).to_be_visible()
    fake.leave(EMAIL, EMOJI)
    link = page.get_by_role("link", name="Sent messages 2 new")
    link.click()
    expect(page.get_by_role("article")).to_have_count(3)
    expect(link).to_have_count(0)
    page.get_by_role("link", name="kpi").click()
    expect(page.get_by_role("link", name="Sent messages", exact=True)).to_be_visible()


def test_an_answer_is_typed_and_shows_what_it_was_taken_for(sent: Page, fake: Fake) -> None:
    text = card(sent, "(416) 555-0134")
    button = text.get_by_role("button", name="Answer as the recipient")
    button.focus()
    sent.keyboard.press("Enter")
    box = text.get_by_label("(416) 555-0134 answers")
    expect(box).to_be_focused()
    sent.keyboard.type("Who is")
    sent.keyboard.press("Shift+Enter")
    sent.keyboard.type("this?")
    sent.keyboard.press("Enter")
    expect(text.get_by_role("log", name="Answers")).to_contain_text("this?")
    expect(text).to_contain_text("Kept. It is no opt-out")
    expect(box).to_have_count(0)
    expect(button).to_be_focused()
    assert fake.sent("reply") == [{"send_id": 1, "text": "Who is\nthis?"}]


@pytest.mark.parametrize("words", ["STOP", "ARRET", "Yes, call me", "please stop"])
def test_a_quick_answer_goes_at_once(sent: Page, fake: Fake, words: str) -> None:
    text = card(sent, "(416) 555-0134")
    text.get_by_role("button", name="Answer as the recipient").click()
    text.get_by_role("button", name=f"Answer “{words}”").click()
    expect(text.get_by_role("log", name="Answers")).to_contain_text(words)
    assert fake.sent("reply") == [{"send_id": 1, "text": words}]


def test_what_is_being_typed_stays_while_other_things_happen(sent: Page, fake: Fake) -> None:
    email = card(sent, "john@example.com")
    email.get_by_role("button", name="Answer as the recipient").click()
    sent.keyboard.type("Let me th")
    fake.leave(TEXT)
    expect(sent.get_by_role("article")).to_have_count(4)
    fake.left[1]["state"] = "delivered"
    fake.tell({"kind": "sent"})
    expect(email).to_contain_text("Delivered")
    sent.keyboard.type("ink")
    expect(email.get_by_label("john@example.com answers")).to_have_value("Let me think")
    sent.keyboard.press("Escape")
    expect(email.get_by_role("button", name="Answer as the recipient")).to_be_focused()


def test_an_answer_that_is_refused_stays_with_the_reason(sent: Page, console: Console) -> None:
    console.allow("status of 400")
    text = card(sent, "(416) 555-0134")
    text.get_by_role("button", name="Answer as the recipient").click()
    sent.keyboard.type("lost")
    sent.keyboard.press("Enter")
    expect(text.get_by_role("alert")).to_contain_text("No medium is connected")
    expect(text.get_by_label("(416) 555-0134 answers")).to_have_value("lost")
    check(sent)


def test_where_no_receipt_comes_by_itself_a_person_brings_it(sent: Page, fake: Fake) -> None:
    expect(card(sent, "(416) 555-0134").get_by_role("button", name="Deliver")).to_have_count(0)
    email = card(sent, "john@example.com")
    email.get_by_role("button", name="Not delivered").click()
    expect(email.locator(".sent-state")).to_have_text("Not delivered")
    expect(email.get_by_role("button")).to_have_text(["Answer as the recipient"])
    expect(email.get_by_role("button")).to_be_focused()
    assert fake.sent("receipt") == [{"send_id": 2, "state": "undelivered"}]


def test_a_receipt_that_is_on_its_way_is_not_asked_for(page: Page, fake: Fake) -> None:
    fake.leave({**EMAIL, "receipt": "delivered"})
    page.goto("/#sent/dana")
    expect(page.get_by_role("article").get_by_role("button")).to_have_text(["Answer as the recipient"])


def test_somebody_writes_from_anywhere(page: Page, fake: Fake) -> None:
    page.goto("/#sent/dana")
    page.get_by_role("button", name="Somebody writes").click()
    expect(page.get_by_label("From")).to_be_focused()
    page.get_by_label("E-mail").check()
    page.get_by_label("From").fill("new@example.com")
    page.get_by_label("What they write").fill("STOP")
    check(page)
    page.get_by_label("What they write").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Taken as an opt-out")).to_be_visible()
    expect(page.get_by_label("What they write")).to_have_value("")
    assert fake.sent("reply") == [{"medium": "EMAIL", "from": "new@example.com", "text": "STOP"}]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Somebody writes")).to_be_focused()


def test_nothing_is_sent_for_somebody_without_an_address_or_words(page: Page, fake: Fake) -> None:
    page.goto("/#sent/dana")
    page.get_by_role("button", name="Somebody writes").click()
    page.get_by_role("button", name="Send it to the team").click()
    expect(page.get_by_label("From")).to_be_focused()
    assert fake.asked("reply") == []


def test_a_providers_faults_are_ordered_and_taken_back(page: Page, fake: Fake) -> None:
    page.goto("/#sent/dana")
    provider = page.get_by_role("button", name="Provider")
    for name in ("Too busy", "Too busy", "No answer"):
        provider.click()
        check(page)
        page.get_by_role("menuitem", name=name).click()
        expect(page.get_by_text("Goes wrong next:")).to_be_visible()
    expect(page.locator(".ordered-one")).to_have_text(["Too busy (2 times)", "No answer"])
    check(page)
    page.get_by_role("button", name="Take back: Too busy").click()
    expect(page.locator(".ordered-one")).to_have_text(["No answer"])
    expect(page.get_by_role("button", name="Take back: No answer")).to_be_focused()
    page.get_by_role("button", name="Take all back").click()
    expect(page.get_by_text("Goes wrong next:")).to_be_hidden()
    expect(provider).to_be_focused()
    assert [(each["kind"], each["count"]) for each in fake.sent("faults")][2:] == [
        ("provider_timeout", 1),
        ("provider_busy", 0),
        ("no_fault", 0),
    ]


def test_a_fault_that_happened_is_no_longer_ordered(page: Page, fake: Fake) -> None:
    fake.faults["undelivered"] = 1
    page.goto("/#sent/dana")
    expect(page.locator(".ordered-one")).to_have_text(["Not delivered"])
    fake.faults.clear()
    fake.tell({"kind": "faults"})
    expect(page.get_by_text("Goes wrong next:")).to_be_hidden()


def test_the_clock_shows_where_it_is_while_it_travels(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    clock = page.get_by_role("button", name="Sandbox clock")
    fake.delay = 1.5
    clock.click()
    page.get_by_role("menuitem", name="next 9:00 AM").click()
    expect(clock).to_be_disabled()
    expect(page.get_by_role("status").filter(has_text="The clock moves.")).to_be_visible()
    fake.tell({"kind": "clock", "now": "2025-11-25T03:30:00+00:00"})
    expect(clock).to_have_text("Mon, Nov 24, 10:30 PM")
    expect(page.locator(".travel-time")).to_have_text("Mon, Nov 24, 10:30 PM")
    expect(clock).to_have_text("Tue, Nov 25, 9:00 AM")
    expect(clock).to_be_enabled()
    expect(clock).to_be_focused()
    expect(page.get_by_text("The clock moves.")).to_have_count(0)
    assert fake.sent("clock") == [{"preset": "next_nine", "zone": "America/Toronto"}]


def test_a_clock_that_somebody_else_moves_moves_here_too(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    expect(page.get_by_role("separator", name="Today")).to_be_visible()
    fake.tell({"kind": "clock", "now": "2025-11-25T14:00:00+00:00"})
    expect(page.get_by_role("separator", name="Yesterday")).to_be_visible()


def test_starting_anew_empties_what_left(sent: Page) -> None:
    sent.get_by_role("button", name="Sandbox clock").click()
    sent.get_by_role("menuitem", name="Start the sandbox anew").click()
    sent.get_by_role("alertdialog").get_by_role("button", name="Start anew").click()
    expect(sent.get_by_role("heading", name="Nothing has left yet")).to_be_visible()


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, fake: Fake, width: int) -> None:
    fake.leave(*SENT, {**TEXT, "send_id": 4, "body": "x" * 300})
    page.set_viewport_size({"width": width, "height": 740})
    page.goto("/#sent/dana")
    card(page, "john@example.com").get_by_role("button", name="Answer as the recipient").click()
    page.get_by_role("button", name="Somebody writes").click()
    expect(page.get_by_label("From")).to_be_visible()
    assert page.evaluate("document.querySelector('.outside').scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check(page)
