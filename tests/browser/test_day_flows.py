"""A day's follow-ups in the browser, against the whole program: a call is logged, another is put off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Console, new_context, watched
from tests.browser.program import INTERRUPTED, Program, start

pytestmark = pytest.mark.browser

TUESDAY_AFTERNOON = "2026-11-24T16:05:00-05:00"  # within the hours, so that the first text is due at once
HALF_AN_HOUR = 31 * 60
"""Seconds after which the first call is due."""


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


def thread_of_a_new_lead(page: Page, name: str) -> Locator:
    """Take down a lead, wait until its call is due, and open the thread of its card."""
    page.goto("/#leads/dana")
    box = page.get_by_label("Message #leads")
    box.fill(f"/lead {name} 416-555-0134, 12 King St W Hamilton ON, ARV 500k repairs 40k")
    box.press("Enter")
    form = page.get_by_role("dialog", name="New lead")
    form.get_by_label("They contacted us first").check()
    form.get_by_role("button", name="Save lead").click()
    expect(form).to_be_hidden()
    messages = page.get_by_role("log", name="Messages", exact=True)
    card = messages.get_by_role("article").filter(
        has=page.get_by_role("heading", name=re.compile(rf"^L-\d+\s+{name}$"))
    )
    expect(card.get_by_role("button", name="1 reply")).to_be_visible()
    moved = page.request.post("/sandbox/api/clock", data={"advance_s": HALF_AN_HOUR})
    assert moved.ok, moved.text()
    card.get_by_role("button", name="2 replies").click()
    return page.get_by_role("log", name="Thread")


def step(thread: Locator, title: str) -> Locator:
    """The card of a step in the thread."""
    return thread.get_by_role("article").filter(has_text=title).last


def test_a_call_is_logged_in_one_click_and_the_card_says_what_follows(page: Page) -> None:
    thread = thread_of_a_new_lead(page, "John Smith")
    call = step(thread, "Call John Smith")
    expect(call).to_contain_text("step 2 of 6")
    expect(call).to_contain_text("Phone (416) •••-0134")
    call.get_by_role("button", name="No answer").press("Enter")
    expect(call).to_contain_text("No answer by @Dana Okafor")
    expect(call).to_contain_text("Next SMS step 1 of 6")
    expect(call.get_by_role("button", name="Reached")).to_have_count(0)


def test_what_the_seller_wants_is_written_down_in_the_form_of_the_three_dots(page: Page) -> None:
    call = step(thread_of_a_new_lead(page, "Mary Jones"), "Call Mary Jones")
    call.get_by_role("button", name="More options").press("Enter")
    page.get_by_role("menuitem", name="Not interested…").press("Enter")
    form = page.get_by_role("dialog", name="Log a call")
    expect(form.get_by_label("Not interested")).to_be_checked()
    expect(form).to_contain_text("Phone (416) 555-0134")
    expect(form).to_contain_text("the lead counts as disqualified")
    form.get_by_label("Call back").check()
    expect(form.get_by_label("When (your time)")).to_be_visible()
    form.get_by_label("When (your time)").fill("2026-11-24T22:00")
    expect(form).to_contain_text("Nobody may be called at Tue 24 Nov 22:00 their time.")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("When (your time)")).to_have_accessible_description(re.compile("The next opening is Wed"))
    form.get_by_label("When (your time)").fill("2026-11-25T12:00")
    expect(form).to_contain_text("Wed 25 Nov 12:00 their time")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(call).to_contain_text("Call back by @Dana Okafor")
    expect(call).to_contain_text("Call them back Wed 25 Nov 12:00 their time")


def test_a_call_is_put_off_and_the_form_shows_the_new_time_as_it_is_chosen(page: Page) -> None:
    call = step(thread_of_a_new_lead(page, "Ann Roy"), "Call Ann Roy")
    call.get_by_role("button", name="Snooze…").press("Enter")
    form = page.get_by_role("dialog", name="Snooze")
    expect(form).to_contain_text(re.compile(r"Due then Tue 24 Nov 1\d:00 their time"))
    form.get_by_label("Until (your time)").fill("2026-11-24T22:00")
    expect(form).to_contain_text("Calls rest then. Due at the next opening, Wed 25 Nov 09:00 their time")
    form.get_by_role("button", name="Snooze").click()
    expect(form).to_be_hidden()
    expect(call).to_contain_text("Waits until Wed 25 Nov 09:00 their time")
    expect(call).to_contain_text("Put off by Dana Okafor.")
    expect(call.get_by_role("button", name="Snooze…")).to_have_count(0)
