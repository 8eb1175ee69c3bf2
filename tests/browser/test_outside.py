"""A message and what comes back for it, in the browser, against the whole program: held at night, sent at the lawful
minute, answered with STOP, and nothing more after that."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Console, new_context, watched
from tests.browser.program import INTERRUPTED, Program, start

pytestmark = pytest.mark.browser

TUESDAY_NIGHT = "2026-11-24T22:05:00-05:00"
WORDS = "Hi Mary, are you still thinking of selling?"


@pytest.fixture(scope="module")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = start(tmp_path_factory.mktemp("program"))
    yield running
    assert running.stop() == INTERRUPTED
    assert running.troubles() == []


@pytest.fixture
def page(browser: Browser, program: Program, console: Console) -> Iterator[Page]:
    context = new_context(browser, program.origin)
    moved = context.request.post("/sandbox/api/clock", data={"to": TUESDAY_NIGHT})
    assert moved.ok, moved.text()
    yield from watched(context.new_page(), console)
    context.close()


def capture(page: Page, line: str) -> Locator:
    """Take a lead down as Dana who was asked by the seller, and return its card."""
    page.goto("/#leads/dana")
    box = page.get_by_label("Message #leads")
    box.fill(f"/lead {line}")
    box.press("Enter")
    form = page.get_by_role("dialog", name="New lead")
    form.get_by_label("They contacted us first").check()
    form.get_by_role("button", name=re.compile("^Save")).click()
    expect(form).to_be_hidden()
    name = line.partition(",")[0]
    channel = page.get_by_role("log", name="Messages", exact=True)
    return channel.get_by_role("article").filter(has=page.get_by_role("heading", name=re.compile(rf"^L-\d+\s+{name}")))


def write(page: Page, card: Locator, words: str) -> Locator:
    """Write a message by the card's button as the approver who lets it leave, and return the form."""
    page.get_by_label("Lee approver").check(force=True)
    card.get_by_role("button", name="Message", exact=True).click()
    form = page.get_by_role("dialog", name="Message")
    form.get_by_label("Message", exact=True).fill(words)
    form.get_by_role("button", name="Send").click()
    return form


def move_clock(page: Page, item: str) -> None:
    clock = page.get_by_role("button", name="Sandbox clock")
    clock.click()
    page.get_by_role("menuitem", name=item).click()
    expect(clock).to_be_enabled()


def test_a_held_message_leaves_at_its_minute_and_a_stop_ends_everything_to_that_number(page: Page) -> None:
    card = capture(page, "Mary Jones, 416-555-0155, 14 King St W Hamilton")
    form = write(page, card, WORDS)
    expect(form).to_contain_text(re.compile("Held until Wed 25 Nov 09:00"))
    form.get_by_role("button", name="Close").last.click()

    move_clock(page, "next 9:00 AM")
    expect(page.get_by_role("button", name="Sandbox clock")).to_have_text(re.compile("^Wed, Nov 25, 9:00 AM$"))
    move_clock(page, "15 minutes")
    page.get_by_role("link", name="Sent messages 1 new").click()
    left = page.get_by_role("article", name="Text to (416) 555-0155")
    expect(left).to_have_accessible_name(re.compile(r"at 9:(0\d|1[0-5]) AM$"))
    expect(left).to_contain_text(WORDS)
    expect(left.locator(".sent-state")).to_have_text("Delivered")

    left.get_by_role("button", name="Answer as the recipient").click()
    left.get_by_role("button", name="Answer “STOP”").click()
    expect(left.get_by_role("log", name="Answers")).to_contain_text("Taken as an opt-out")

    page.get_by_role("link", name=re.compile("^leads")).click()
    card.get_by_role("button", name=re.compile("replies$")).click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("STOP")
    expect(thread).to_contain_text("Taken as an opt-out")

    form = write(page, card, "One more thing")
    expect(form).to_contain_text("they wrote STOP")
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_be_hidden()


def test_a_busy_provider_is_tried_again_by_the_sandboxs_clock(page: Page) -> None:
    card = capture(page, "Bob Hill, 416-555-0177, 16 King St W Hamilton")
    move_clock(page, "next 9:00 AM")
    move_clock(page, "15 minutes")
    page.get_by_role("link", name=re.compile("^Sent messages")).click()
    page.get_by_role("button", name="Provider").click()
    page.get_by_role("menuitem", name="Too busy").click()
    expect(page.get_by_text("Goes wrong next:")).to_be_visible()
    page.get_by_role("link", name=re.compile("^leads")).click()
    form = write(page, card, "Good morning, Bob")
    form.get_by_role("button", name="Close").last.click()
    page.get_by_role("link", name=re.compile("^Sent messages")).click()
    expect(page.get_by_text("Goes wrong next:")).to_be_hidden()
    move_clock(page, "15 minutes")
    expect(page.get_by_role("article", name="Text to (416) 555-0177")).to_contain_text("Good morning, Bob")


def test_a_stranger_who_writes_is_kept(page: Page) -> None:
    page.goto("/#sent/dana")
    page.get_by_role("button", name="Somebody writes").click()
    page.get_by_label("From").fill("416 555 0199")
    page.get_by_label("What they write").fill("Who are you?")
    page.get_by_role("button", name="Send it to the team").click()
    expect(page.get_by_role("status").filter(has_text="It is no opt-out")).to_be_visible()
