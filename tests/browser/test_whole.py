"""The page on the sandbox's own server, with a Bolt app behind it that takes the sandbox for Slack."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt.app.async_app import AsyncApp

from tests.browser.canned import button, field, mrkdwn, plain
from tests.browser.conftest import Console, new_context, watched
from tests.sandbox.server import Running, serve_sandbox

pytestmark = pytest.mark.browser


def form(note: str) -> dict[str, Any]:
    hears = {"trigger_actions_on": ["on_character_entered"]}
    return {
        "type": "modal",
        "callback_id": "lead",
        "title": plain("New lead"),
        "submit": plain("Save"),
        "blocks": [
            field("Name", "name", {"type": "plain_text_input"}),
            field(
                "ARV",
                "arv",
                {
                    "type": "number_input",
                    "action_id": "arv",
                    "is_decimal_allowed": True,
                    "dispatch_action_config": hears,
                },
                dispatch_action=True,
            ),
            {"type": "section", "block_id": "note", "text": mrkdwn(note)},
        ],
    }


def wire(app: AsyncApp) -> None:
    """A small bot: a form that prices while one types, a card with a button, a Home."""

    @app.command("/lead")
    async def lead(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form("Not priced"))

    @app.action("arv")
    async def arv(ack: Any, body: Any, client: Any, action: Any) -> None:
        await ack()
        await client.views_update(
            view_id=body["view"]["id"], view=form(f"MAO {float(action['value'] or 0) * 0.7:,.0f}")
        )

    @app.view("lead")
    async def saved(ack: Any, view: Any, client: Any) -> None:
        name = view["state"]["values"]["name"]["value"]["value"]
        if name == "John":
            await ack(response_action="errors", errors={"name": "A surname too, please."})
            return
        await ack()
        blocks = [
            {"type": "section", "text": mrkdwn(f"*{name}*")},
            {"type": "actions", "elements": [button("Done", "done")]},
        ]
        await client.chat_postMessage(channel="C0LEADS", text=name, blocks=blocks)

    @app.action("done")
    async def done(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.chat_update(
            channel="C0LEADS",
            ts=body["message"]["ts"],
            text="Done",
            blocks=[{"type": "section", "text": mrkdwn(f"Done by <@{body['user']['id']}>")}],
        )

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Needs me now")}]}
        await client.views_publish(user_id=event["user"], view=view)


class Whole:
    """A served sandbox with its bot, in a thread and loop of its own."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.running: Running | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        self.stop = asyncio.Event()
        async with serve_sandbox() as self.running:
            app = self.running.bolt()
            wire(app)
            await self.running.connect(app)
            self.ready.set()
            await self.stop.wait()

    def end(self) -> None:
        """Stop serving."""
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)


@pytest.fixture
def whole() -> Iterator[Whole]:
    served = Whole()
    served.thread.start()
    assert served.ready.wait(10)
    yield served
    served.end()


@pytest.fixture
def page(browser: Browser, whole: Whole, console: Console) -> Iterator[Page]:
    assert whole.running is not None
    context = new_context(browser, whole.running.origin)
    yield from watched(context.new_page(), console)
    context.close()


def test_a_lead_travels_from_the_composer_to_a_card_that_is_done(page: Page) -> None:
    page.goto("/#leads/dana")
    box = page.get_by_label("Message #leads")
    box.fill("/lead")
    box.press("Enter")
    dialog = page.get_by_role("dialog", name="New lead")
    dialog.get_by_label("Name").fill("John")
    dialog.get_by_label("ARV").press_sequentially("500000")
    expect(dialog.get_by_text("MAO 350,000")).to_be_visible()
    expect(dialog.get_by_label("ARV")).to_be_focused()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A surname too, please.")).to_be_visible()
    dialog.get_by_label("Name").fill("John Smith")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done by @Dana Okafor")).to_be_visible()
    expect(page.get_by_text("(edited)")).to_be_visible()


def test_the_home_tab_shows_what_the_bot_publishes(page: Page) -> None:
    page.goto("/#home/lee")
    expect(page.get_by_role("heading", name="Needs me now")).to_be_visible()


def test_the_clock_moves_and_a_new_start_empties_the_channel(page: Page) -> None:
    page.goto("/#leads/sam")
    box = page.get_by_label("Message #leads")
    box.fill("Good <morning> & *all*")
    box.press("Enter")
    expect(page.locator(".message")).to_contain_text("Good <morning> & all")
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="1 day").click()
    expect(page.get_by_role("separator", name="Yesterday")).to_be_visible()
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="Start the sandbox anew").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Start anew").click()
    expect(page.get_by_role("heading", name="This is the very beginning of #leads")).to_be_visible()
