"""Approvals in the browser, against the whole program: approved, worded otherwise, and rejected with a reason."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Console, new_context, watched
from tests.browser.program import INTERRUPTED, Program, start

pytestmark = pytest.mark.browser

TUESDAY_AFTERNOON = "2026-11-24T16:05:00-05:00"  # within the hours, so that the first text is due at once
LEAD = "{} 416-555-{}, 12 King St W Hamilton ON L8P 1A1, ARV 500k repairs 40k"


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


def card_of_a_new_lead(page: Page, name: str, number: str) -> Locator:
    """Take down a lead, look at #approvals as Lee, and return the card of the first text to its seller."""
    api = page.request
    asked = {"user": "dana", "channel": "leads", "command": "/lead", "text": LEAD.format(name, number)}
    view = api.post("/sandbox/api/command", data=asked).json()["view"]
    fields = {"How may we contact them?": "They contacted us first"}
    assert api.post("/sandbox/api/submit", data={"user": "dana", "view_id": view["id"], "fields": fields}).json()["ok"]
    page.goto("/#approvals/lee")
    messages = page.get_by_role("log", name="Messages", exact=True)
    card = messages.get_by_role("article").filter(has_text=name).filter(has_not_text="Only visible to you")
    expect(card).to_contain_text("Waits for approval")
    return card


def test_a_text_is_approved_and_its_card_says_who_when_and_that_it_arrived(page: Page) -> None:
    card = card_of_a_new_lead(page, "John Smith", "0134")
    for words in (
        "asked by a follow-up",
        "(416) •••-0134",
        "May leave now",
        "it is Tue 24 Nov 16:05 there",
        "until 20:00",
    ):
        expect(card).to_contain_text(words)
    card.get_by_role("button", name="Approve", exact=True).click()
    expect(card).to_contain_text("Approved by @Lee Tremblay")
    expect(card.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    assert page.request.post("/sandbox/api/clock", data={"advance_s": 10}).ok
    expect(card).to_contain_text("delivered")
    page.get_by_role("link", name="Sent messages").click()
    expect(page.get_by_text("Reply STOP to opt out").first).to_be_visible()


def test_a_text_is_worded_otherwise_and_what_the_law_wants_is_put_back(page: Page) -> None:
    card = card_of_a_new_lead(page, "Mary Jones", "0135")
    card.get_by_role("button", name="Edit and approve…").click()
    form = page.get_by_role("dialog", name="Edit and approve")
    words = form.get_by_label("Message", exact=True)
    expect(words).to_have_value(re.compile("Reply STOP to opt out$"))
    words.fill("Hi Mary, may I call you this afternoon?")
    expect(form).to_contain_text("At its end Maple Homes")
    form.get_by_role("button", name="Approve").click()
    done = page.get_by_role("dialog", name="Approved")
    expect(done).to_contain_text("Added at its end")
    done.get_by_role("button", name="Close").last.click()
    expect(card).to_contain_text("Approved by @Lee Tremblay")
    expect(card).to_contain_text("with other words")
    expect(card).to_contain_text("Hi Mary, may I call you this afternoon?")


def test_a_text_is_rejected_with_a_reason(page: Page) -> None:
    card = card_of_a_new_lead(page, "Ann Wong", "0136")
    card.get_by_role("button", name="Reject…").click()
    form = page.get_by_role("dialog", name="Reject")
    form.get_by_role("button", name="Reject").click()
    expect(form.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Why?").fill("Call them first.")
    form.get_by_role("button", name="Reject").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("Rejected by @Lee Tremblay")
    expect(card).to_contain_text("Call them first.")
    expect(card.get_by_role("button", name="Reject…")).to_have_count(0)
