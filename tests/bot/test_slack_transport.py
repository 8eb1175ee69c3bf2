"""The team's own Slack as a transport: each post once, found again by its metadata, and each no named for what it is."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.transports.slack import SlackTransport
from domain.messages import Route
from domain.receipts import Answer, Outcome
from tests.transports.parcels import parcel
from tests.transports.slack_server import TOKEN, Fault, SlackServer

CARD = {"lead_id": 3, "number": 7}


@dataclass(frozen=True)
class Drawn:
    """A post as the program's own drawing gives it."""

    channel: str = "C1"
    text: str = "Lead L-7"
    blocks: tuple[dict[str, Any], ...] = ()
    thread_ts: str | None = None
    names: dict[str, object] = field(default_factory=dict)
    stands_at: dict[str, object] | None = None
    since: datetime | None = None


@dataclass
class Desk:
    """Slack's stand-in, the transport before it, and the post that is drawn next."""

    slack: SlackServer
    client: AsyncWebClient
    drawn: Drawn | Exception = field(default_factory=Drawn)
    transport: SlackTransport = field(init=False)

    def __post_init__(self):
        self.transport = SlackTransport(self.client, self.draw)

    async def draw(self, workspace_id, metadata):
        if isinstance(self.drawn, Exception):
            raise self.drawn
        return self.drawn

    def parcel(self, **changes):
        return parcel(Route.SLACK, address="", metadata={"post": "lead_card"}, **changes)

    async def send(self, **changes):
        return await self.transport.send(self.parcel(**changes))

    async def find(self, **changes):
        return await self.transport.find(self.parcel(**changes))


@pytest.fixture
async def desk():
    """The program's client with its handlers, which repeat a call after a 429 or a 500."""
    slack = SlackServer()
    await slack.start()
    handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=2), AsyncServerErrorRetryHandler(max_retry_count=2)]
    async with ClientSession(timeout=ClientTimeout(total=1)) as session:
        client = AsyncWebClient(TOKEN, base_url=slack.url, retry_handlers=handlers, session=session)
        yield Desk(slack, client)
    await slack.stop()


async def test_a_post_carries_the_id_of_its_send_and_says_where_it_stands(desk):
    desk.drawn = Drawn(names=CARD, thread_ts="1.2", blocks=({"type": "divider"},))
    receipt = await desk.send()
    (post,) = desk.slack.posts
    assert (receipt.outcome, receipt.provider_id) == (Outcome.ACCEPTED, f"C1:{post['ts']}")
    assert receipt.detail == {
        "channel": "C1", "ts": post["ts"], "link": "https://maplehomes.slack.com/archives/C1/p1"
    }  # fmt: skip
    assert post["metadata"] == {"event_type": "lead_card", "event_payload": {**CARD, "send_id": 7}}
    assert (post["thread_ts"], post["blocks"]) == ("1.2", [{"type": "divider"}])


async def test_a_link_that_slack_does_not_give_is_no_failure(desk):
    desk.slack.order(Fault(200, "message_not_found"), "chat.getPermalink")
    receipt = await desk.send()
    assert (receipt.outcome, "link" in receipt.detail) == (Outcome.ACCEPTED, False)


async def test_a_busy_slack_is_a_clear_no_that_the_transport_does_not_sit_out(desk):
    desk.slack.order(Fault(429, "ratelimited", {"Retry-After": "30"}))
    receipt = await desk.send()
    assert (receipt.outcome, receipt.code, receipt.retry_after) == (
        Outcome.TEMPORARY, "rate_limited", timedelta(seconds=30)
    )  # fmt: skip
    assert len(desk.slack.made("chat.postMessage")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("text", [None, "<html>Bad gateway</html>"])
async def test_an_error_on_slacks_side_is_unclear_and_not_repeated(desk, status, text):
    desk.slack.order(Fault(status, "internal_error", taken=True, text=text))
    receipt = await desk.send()
    assert receipt.outcome is Outcome.UNCLEAR
    assert len(desk.slack.posts) == 1, "the client's own handlers would have posted it a second time"
    assert [type(each) for each in desk.client.retry_handlers] != [], "for everybody else the client repeats as before"


@pytest.mark.parametrize("error", ["internal_error", "fatal_error"])
async def test_an_operation_that_may_have_succeeded_in_part_is_unclear(desk, error):
    desk.slack.order(Fault(200, error))
    assert (await desk.send()).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        ("channel_not_found", Outcome.PERMANENT, "channel_not_found"),
        ("not_in_channel", Outcome.PERMANENT, "not_in_channel"),
        ("is_archived", Outcome.PERMANENT, "is_archived"),
        ("invalid_blocks", Outcome.PERMANENT, "invalid_blocks"),
        ("msg_blocks_too_long", Outcome.PERMANENT, "msg_blocks_too_long"),
        ("an_error_of_next_year", Outcome.PERMANENT, "an_error_of_next_year"),
        ("rate_limited", Outcome.TEMPORARY, "rate_limited"),
        ("invalid_auth", Outcome.TEMPORARY, "rejected_login"),
        ("missing_scope", Outcome.TEMPORARY, "rejected_login"),
        ("service_unavailable", Outcome.TEMPORARY, "unavailable"),
    ],
)
async def test_what_slack_says_no_to_is_named_in_words(desk, error, outcome, code):
    desk.slack.order(Fault(200, error))
    receipt = await desk.send()
    assert (receipt.outcome, receipt.code) == (outcome, code)
    assert receipt.sentence
    assert desk.slack.posts == []


async def test_a_connection_that_breaks_after_the_post_is_unclear_and_the_post_is_found(desk):
    desk.slack.order(Fault(None, taken=True))
    assert ((await desk.send()).outcome, (await desk.find()).answer) == (Outcome.UNCLEAR, Answer.YES)


async def test_a_slack_that_does_not_answer_in_time_is_unclear(desk):
    desk.slack.order(Fault(None, hang=3))
    receipt = await desk.send()
    assert (receipt.outcome, receipt.code) == (Outcome.UNCLEAR, "timeout")


async def test_a_slack_that_cannot_be_reached_is_a_clear_no(desk):
    await desk.slack.stop()
    receipt = await desk.send()
    assert (receipt.outcome, receipt.code) == (Outcome.TEMPORARY, "unavailable")
    assert (await desk.find()).answer is Answer.LATER


async def test_a_drawing_that_breaks_has_posted_nothing_and_is_tried_again(desk):
    desk.drawn = KeyError("a column")
    receipt = await desk.send()
    assert (receipt.outcome, receipt.code, desk.slack.calls) == (Outcome.TEMPORARY, "not_drawn", [])


async def test_a_card_that_stands_already_is_not_posted(desk):
    desk.drawn = Drawn(stands_at={"channel": "C1", "ts": "1.5"})
    receipt = await desk.send()
    assert (receipt.outcome, receipt.provider_id, desk.slack.calls) == (Outcome.ACCEPTED, "C1:1.5", [])


async def test_a_card_that_another_posted_is_found_by_its_names_and_not_posted_again(desk):
    now = SystemClock().now()
    desk.drawn = Drawn(names=CARD)
    await desk.send(send_id=1)
    desk.drawn = Drawn(names=CARD, since=now)
    receipt = await desk.send(send_id=2)
    (stands,) = desk.slack.posts
    assert (receipt.outcome, receipt.provider_id) == (Outcome.ACCEPTED, f"C1:{stands['ts']}")
    desk.drawn = Drawn(names={**CARD, "lead_id": 4}, since=now)
    await desk.send(send_id=3)
    assert len(desk.slack.posts) == 2, "the card of another lead"


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel"])
async def test_where_nothing_can_be_read_a_card_is_posted_all_the_same(desk, error):
    desk.slack.order(Fault(200, error), "conversations.history")
    desk.drawn = Drawn(names=CARD, since=SystemClock().now())
    assert ((await desk.send()).outcome, len(desk.slack.posts)) == (Outcome.ACCEPTED, 1)


async def test_a_slack_that_breaks_while_a_card_is_looked_for_has_taken_none(desk):
    desk.slack.order(Fault(502, text="<html>"), "conversations.history")
    desk.drawn = Drawn(names=CARD, since=SystemClock().now())
    assert ((await desk.send()).outcome, desk.slack.posts) == (Outcome.TEMPORARY, [])


@pytest.mark.parametrize("thread_ts", [None, "1764000000.000001"])
async def test_a_post_is_found_by_the_id_of_its_send_and_no_other(desk, thread_ts):
    desk.drawn = Drawn(thread_ts=thread_ts)
    await desk.send(send_id=6)
    await desk.send()
    found = await desk.find()
    mine = next(post for post in desk.slack.posts if post["metadata"]["event_payload"]["send_id"] == 7)
    assert (found.answer, found.provider_id, found.detail["ts"]) == (Answer.YES, f"C1:{mine['ts']}", mine["ts"])
    assert (await desk.find(send_id=8)).answer is Answer.NO


async def test_a_post_is_looked_for_since_its_first_attempt_and_a_little_before(desk):
    await desk.send()
    attempted = desk.parcel().first_attempt_at
    assert (await desk.find(first_attempt_at=attempted + timedelta(minutes=4))).answer is Answer.YES
    assert (await desk.find(first_attempt_at=attempted + timedelta(minutes=6))).answer is Answer.NO


async def test_a_post_is_found_on_a_later_page_and_beyond_ten_pages_a_person_looks(desk):
    await desk.send()
    desk.slack.page = 2
    for number in range(8, 26):
        await desk.send(send_id=number)
    assert (await desk.find()).answer is Answer.YES
    for number in range(26, 30):
        await desk.send(send_id=number)
    assert (await desk.find()).answer is Answer.CANNOT_TELL


async def test_a_post_to_a_person_is_looked_for_in_the_direct_messages_with_them(desk):
    desk.drawn = Drawn(channel="D0DANA")
    await desk.send()
    desk.drawn = replace(desk.drawn, channel="U0DANA")
    assert (await desk.find()).answer is Answer.YES


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        ("missing_scope", Answer.CANNOT_TELL),
        ("not_in_channel", Answer.CANNOT_TELL),
        ("channel_not_found", Answer.CANNOT_TELL),
        ("internal_error", Answer.LATER),
        ("invalid_auth", Answer.LATER),
    ],
)
async def test_a_look_that_slack_refuses_says_whether_another_will_help(desk, error, answer):
    desk.slack.order(Fault(200, error), "conversations.history")
    assert (await desk.find()).answer is answer
