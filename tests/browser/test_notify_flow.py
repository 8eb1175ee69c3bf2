"""Notifying a deal's parties in the browser, against the whole program: prepared, approved, sent, and seen by whoever may."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.sandbox.people import TEAM_ID
from domain.consent import ConsentKind
from storage.contacts import add_consents
from storage.database import Database
from tests.browser.conftest import Console, new_context, watched
from tests.browser.program import INTERRUPTED, Program, start
from tests.databases import apart
from tests.storage.builders import add_buyer

pytestmark = pytest.mark.browser

TUESDAY_AFTERNOON = "2026-11-24T16:05:00-05:00"
LEAD = "John Smith 416-555-0134, 12 King St W Hamilton ON L8P 1A1, ARV 500k repairs 40k"
BUYERS = ("Chris Okafor", "Priya Nair", "Marc Tremblay")


def phone_of(number: int) -> str:
    return f"+1905555{2000 + number}"


def fill(folder: Path) -> None:
    """Three buyers of Hamilton houses; the last one never agreed to be texted."""
    consent = {
        "kind": ConsentKind.EXPRESS_WRITTEN, "obtained_on": date(2026, 11, 1), "recorded_by": "U0DANA",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC), "evidence": "their form", "source": "form", "wording": "yes",
        "detail": {},
    }  # fmt: skip

    async def work() -> None:
        database = Database(f"sqlite+aiosqlite:///{folder / 'valhalla.db'}")

        def store(tx) -> None:
            for number, name in enumerate(BUYERS, start=1):
                add_buyer(tx, number, name=name, phone=phone_of(number), regions="Hamilton")
            add_consents(tx, [{**consent, "address": phone_of(number)} for number in (1, 2)])

        await database.write(TEAM_ID, store)
        await database.close()

    apart(work)


@pytest.fixture(scope="module")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("program")
    running = start(folder)
    fill(folder)
    yield running
    assert running.stop() == INTERRUPTED
    assert running.troubles() == []


@pytest.fixture(scope="module")
def tab(browser: Browser, program: Program) -> Iterator[Page]:
    """A tab with Dana's lead, on a Tuesday at 16:05."""
    context = new_context(browser, program.origin)
    api = context.request
    assert api.post("/sandbox/api/clock", data={"to": TUESDAY_AFTERNOON}).ok
    asked = {"user": "dana", "channel": "leads", "command": "/lead", "text": LEAD}
    view = api.post("/sandbox/api/command", data=asked).json()["view"]
    fields = {"How may we contact them?": "They contacted us first"}
    assert api.post("/sandbox/api/submit", data={"user": "dana", "view_id": view["id"], "fields": fields}).json()["ok"]
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page, console: Console) -> Iterator[Page]:
    yield from watched(tab, console)


def articles(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages", exact=True).get_by_role("article")


def test_a_batch_is_prepared_by_a_rep_approved_by_an_approver_and_stands_in_sent_messages(page: Page) -> None:
    page.goto("/#leads/dana")
    card = articles(page).filter(has=page.get_by_role("heading", name=re.compile(r"^L-1\s+John Smith$")))
    card.get_by_role("button", name="Notify parties").click()
    said = articles(page).filter(has_text="D-1: the seller and 2 buyers")
    expect(said).to_contain_text("It waits for approval in")
    expect(said).to_contain_text("B-3 Marc Tremblay not told: Blocked: no consent is recorded.")

    page.goto("/#approvals/lee")
    batch = articles(page).filter(has_text="the seller and 2 buyers")
    expect(batch).to_contain_text("The seller reads")
    expect(batch).to_contain_text("Chris Okafor")
    expect(batch).to_contain_text("may leave now")
    expect(batch).not_to_contain_text("555-2001")
    batch.get_by_role("button", name="Approve all").click()
    page.get_by_role("alertdialog", name="Approve all?").get_by_role("button", name="Approve all").click()
    expect(batch).to_contain_text("Approved by")
    expect(batch.get_by_role("button", name="Approve all")).to_have_count(0)
    expect(batch).to_contain_text(re.compile(r"3 (sent|delivered)"))

    page.get_by_role("link", name=re.compile("^Sent messages")).click()
    expect(page.get_by_text(re.compile("^Hi Chris, Dana at Maple Homes here"))).to_be_visible()
    expect(page.get_by_text(re.compile("^Hi Priya, Dana at Maple Homes here"))).to_be_visible()
