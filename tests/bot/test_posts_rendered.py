"""What posts and messages in trouble look like: Slack takes every one of them, and nothing leaks where others read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.actors import Actor
from bot.services.inbound import InboundWish
from bot.services.messages import MessageAsk, Preview
from bot.services.sends_troubles import ARRIVED, LEFT, RETRIED, SENT_AGAIN, TroublePage
from bot.slack.ids import Action
from bot.slack.message_form import message_view, preview_text, queued_view
from bot.slack.posts import draw
from bot.slack.send_card import list_blocks, list_text, send_blocks, send_text, state_words
from domain.gate import GateVerdict
from domain.messages import Post, Route, SendState
from domain.rules import Medium
from domain.segments import segments_of
from storage.audit import Noted
from storage.inbound import inbound_message
from storage.leads import lead
from storage.sends import send
from tests.acceptance.harness.rows import change, leads, remove, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, words
from tests.bot.shown_sends import HAMILTON, SEND, shown_send
from tests.storage.builders import NOW

TEAM, PHONE = "T0SANDBOX", "+14165550134"
TWILIO = Actor(TEAM, "twilio", is_person=False)
HOSTILE = ("<!channel>", "& < > *bold* `code` ```", "\u202e\u200f", "x" * 4_000, "&" * 4_000, "{0}%s\n\n")
LATER = NOW + timedelta(hours=15)


def faults(shown, **more):
    return [str(fault) for fault in check_message({"text": send_text(shown), "blocks": send_blocks(shown, **more)})]


@pytest.mark.parametrize("text", ["", "John", *HOSTILE])
@pytest.mark.parametrize("state", SendState)
def test_a_message_in_any_state_is_one_that_slack_takes(state, text):
    assert faults(shown_send(text, state)) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=3_000))
def test_a_message_with_any_words_is_one_that_slack_takes(text):
    assert faults(shown_send(text, "failed", subject=text)) == []


@pytest.mark.parametrize(
    ("state", "changes", "said"),
    [
        ("approved", {}, "*Leaves now*."),
        ("held", {"held_until": LATER, "last_error": "Outside the window."}, "*Held* until "),
        ("held", {"held_until": LATER}, "their time · <!date^"),
        ("held", {"last_error": "Outreach is paused."}, "*Held* until what stands in its way is gone. Outreach is paused."),
        ("sent", {}, ":white_check_mark: *Sent* "),
        ("delivered", {"delivered_at": NOW}, ":white_check_mark: *Delivered* "),
        ("blocked", {"last_error": "No consent."}, ":no_entry: *Not sent*. No consent."),
        ("cancelled", {"last_error": "They opted out."}, ":no_entry: *Cancelled*, not sent. They opted out."),
        ("failed", {"last_error": "A landline."}, ":warning: *Failed*: A landline."),
        ("failed", {"attempt_count": 12}, ":warning: *Failed* after 12 attempts: no reason was given."),
        ("unknown", {"last_error": "No answer."}, ":question: *Nobody knows whether it arrived*: No answer."),
        ("unknown", {"ask_at": NOW}, "Its provider is asked as well."),
    ],
)  # fmt: skip
def test_what_became_of_a_message_is_said_in_words(state, changes, said):
    assert said in words(send_blocks(shown_send("", state, **changes)))


def test_a_dry_run_says_that_nothing_left():
    assert "*Dry run*: no provider is connected, so nothing left." in words(send_blocks(shown_send(), is_dry=True))


def test_where_others_read_along_numbers_are_masked_and_where_the_rep_looks_they_are_not():
    shared, own = words(send_blocks(shown_send())), words(send_blocks(shown_send(sees=True)))
    assert ("(416) •••-0134" in shared, "555" in shared) == (True, False)
    assert ("(416) 555-0134" in own, "416-555-0199" in own) == (True, True)


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("unknown", [Action.SEND_ARRIVED, Action.SEND_AGAIN]),
        ("failed", [Action.RETRY_SEND, Action.LEAVE_SEND]),
        *((state, []) for state in SendState if state not in (SendState.UNKNOWN, SendState.FAILED)),
    ],
)
def test_only_what_needs_somebody_has_buttons(state, buttons):
    assert action_ids({"blocks": send_blocks(shown_send("", state))}) == buttons
    assert action_ids({"blocks": send_blocks(shown_send("", state, dismissed_at=NOW))}) == []


@pytest.mark.parametrize("verb", [ARRIVED, SENT_AGAIN, RETRIED, LEFT])
def test_who_saw_to_it_is_named(verb):
    shown = shown_send("", "failed", noted=Noted(NOW, "U0LEE", verb), dismissed_at=NOW)
    assert "<@U0LEE>" in words(send_blocks(shown))
    assert faults(shown) == []


@pytest.mark.parametrize(
    ("post", "name"),
    [
        ({"post": "lead_card", "number": 7}, "*The card of L-7 in Slack*"),
        ({"post": "reply_notice"}, "*The word in Slack that somebody answered*"),
        ({"post": "warning"}, "*A warning in Slack*"),
    ],
)
def test_a_post_of_our_own_is_named_by_what_it_shows(post, name):
    shown = replace(shown_send("", "failed", route=Route.SLACK, address="", body="", metadata=post), recipient=None)
    assert name in words(send_blocks(shown))
    assert faults(shown) == []


def page_of(count, start=0, limit=10, text=""):
    found = tuple(shown_send(text, "failed", id=number) for number in range(count))
    return TroublePage(found[start : start + limit], start, count)


@pytest.mark.parametrize(("count", "start", "shown"), [(0, 0, 0), (1, 0, 1), (10, 0, 10), (25, 10, 10), (25, 20, 5)])
@pytest.mark.parametrize("text", ["John", "x" * 4_000])
def test_a_page_of_the_list_is_one_that_slack_takes(count, start, shown, text):
    page = page_of(count, start, text=text)
    blocks = list_blocks(page)
    assert check_message({"text": list_text(page), "blocks": blocks}) == []
    assert len([each for each in action_ids({"blocks": blocks}) if each == Action.RETRY_SEND]) == shown


def test_the_pages_of_the_list_can_be_turned_and_say_where_one_is():
    turning = [each for each in action_ids({"blocks": list_blocks(page_of(25, 10))}) if "page" in each]
    assert turning == [f"{Action.SENDS_PAGE}:before", f"{Action.SENDS_PAGE}:after"]
    assert "(11–20 of 25)" in words(list_blocks(page_of(25, 10)))


@pytest.fixture
async def captured(line):
    """A lead with its card, through the form."""
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    return line


async def drawn(line, post, **about):
    shown = await draw(line.desk, TEAM, {"post": post.value, **about})
    assert check_message({"text": shown.text, "blocks": list(shown.blocks)}) == []
    return shown


async def came_in(line, text, address=PHONE):
    received = await line.desk.inbound.receive(TWILIO, InboundWish("SM1", Medium.SMS, address, text))
    return received.message.id


async def test_a_reply_stands_in_its_leads_thread_with_what_it_was_taken_for(captured, sqlite):
    (stored,) = await leads(sqlite)
    shown = await drawn(captured, Post.REPLY, inbound_id=await came_in(captured, "STOP and call 416-555-0199"))
    assert (shown.channel, shown.thread_ts) == (stored.channel_id, stored.card_ts)
    said = words(list(shown.blocks))
    assert ("*L-1 John Smith*" in said, "0199" in said, "by text" in said) == (True, False, True)


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_reply_with_any_words_is_one_that_slack_takes(captured, text):
    await drawn(captured, Post.REPLY, inbound_id=await came_in(captured, text))


async def test_an_unclear_reply_asks_in_the_thread_and_masks_whoever_it_is(captured):
    shown = await drawn(captured, Post.REPLY, inbound_id=await came_in(captured, "Trying to stop the foreclosure"))
    assert action_ids({"blocks": shown.blocks}) == [Action.REPLY_IS_STOP, Action.REPLY_IS_NOT]
    assert "(416) •••-0134" in words(list(shown.blocks))


async def test_the_reply_of_somebody_unknown_goes_to_the_approvals_channel(captured):
    shown = await drawn(captured, Post.REPLY, inbound_id=await came_in(captured, "who is this?", "+16045550177"))
    assert (shown.channel, shown.thread_ts) == ("C0APPROVALS", None)
    assert "*Somebody unknown* · (604) •••-0177" in words(list(shown.blocks))


async def test_what_is_about_a_lead_without_a_card_goes_to_the_leads_channel(captured, sqlite):
    inbound_id = await came_in(captured, "Sounds good")
    await change(sqlite, lead, {"card_ts": None, "channel_id": None})
    shown = await drawn(captured, Post.REPLY, inbound_id=inbound_id)
    assert (shown.channel, shown.thread_ts) == ("C0LEADS", None)


async def test_a_row_that_is_gone_is_said_to_be_gone(captured, sqlite):
    inbound_id = await came_in(captured, "Sounds good")
    await remove(sqlite, inbound_message)
    assert "not here any more" in (await drawn(captured, Post.REPLY, inbound_id=inbound_id)).text
    assert "not any more" in (await drawn(captured, Post.OUTCOME, send_id=99)).text
    gone = await drawn(captured, Post.LEAD_CARD, lead_id=9, number=9)
    assert (gone.text, gone.channel) == ("L-9 is not here any more.", "C0LEADS")


async def test_a_card_that_stands_is_not_drawn_to_be_posted_again(captured, sqlite):
    (stored,) = await leads(sqlite)
    shown = await drawn(captured, Post.LEAD_CARD, lead_id=stored.id, number=1)
    assert shown.stands_at == {"channel": "C0LEADS", "ts": stored.card_ts, "link": stored.permalink}


async def test_a_warning_goes_to_the_approvals_channel(captured):
    shown = await drawn(captured, Post.WARNING, text="The clock jumped.")
    assert (shown.channel, shown.text) == ("C0APPROVALS", "The clock jumped.")


async def test_a_team_without_channels_is_told_nothing_and_an_admin_is_asked(captured, sqlite):
    none = dict.fromkeys(("leads_channel_id", "approvals_channel_id"))
    await captured.desk.workspaces.set_channels(TEAM, none)
    assert (await drawn(captured, Post.WARNING, text="The clock jumped.")).channel == ""
    await captured.desk.inbound.receive(TWILIO, InboundWish("SM2", Medium.SMS, "+16045550177", "who is this?"))
    captured.slack.failing["chat.postMessage"] = "channel_not_found"
    await captured.leave()
    (post,) = await rows(sqlite, send)
    assert (post.state, post.reason) == ("failed", "channel_not_found")


async def test_an_outcome_is_drawn_from_the_row_as_it_stands_now(captured, sqlite):
    (stored,) = await leads(sqlite)
    columns = {"key", "address", "body", "due_at", "attempt_count", "correlation_id", "created_by", "created_at"}
    values = {name: getattr(SEND, name) for name in columns}
    values |= {"medium": "SMS", "lead_id": stored.id, "state": "failed", "metadata": {}, "last_error": "A landline."}

    def work(tx):
        return tx.connection.execute(send.insert().values(tx.own(**values)).returning(send.c.id)).scalar_one()

    send_id = await sqlite.write(TEAM, work)
    shown = await drawn(captured, Post.OUTCOME, send_id=send_id)
    assert (shown.channel, shown.thread_ts) == ("C0LEADS", stored.card_ts)
    assert "*Failed*: A landline." in words(list(shown.blocks))
    await change(sqlite, send, {"dismissed_at": NOW, "dismissed_by": "U0LEE"}, id=send_id)
    assert action_ids({"blocks": (await drawn(captured, Post.OUTCOME, send_id=send_id)).blocks}) == []


CLOSED = GateVerdict(
    False, "outside_window", "Outside the window: it is 20:14.", "policy", "house rule", {"America/Toronto": NOW}, LATER,
    "ON/ALL", 3, "2026f",
)  # fmt: skip
WAITS = replace(CLOSED, reason="reply_waits", sentence="A reply of theirs waits.", next_open_at=None)
BLOCKED = replace(CLOSED, reason="no_consent", sentence="No consent is recorded.", next_open_at=None)
OPEN = replace(CLOSED, allowed=True, reason="inquiry", sentence="They asked on 14 Nov.", next_open_at=None)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (OPEN, ":white_check_mark: *May leave now*: They asked on 14 Nov."),
        (WAITS, "*Not now*: A reply of theirs waits. Sent now, it is held until that is over."),
        (BLOCKED, ":no_entry: *Not now*: No consent is recorded."),
        (CLOSED, ":hourglass_flowing_sand: *Not now*: Outside the window: it is 20:14. Sent now, it is held until "),
    ],
)
def test_a_draft_says_whether_it_may_leave(verdict, said):
    assert said in preview_text(Preview("Hi\nMaple Homes", "Maple Homes", segments_of("Hi"), verdict))


def test_a_draft_says_what_makes_it_costly():
    body = "x" * 100 + "\U0001f3e0"
    text = preview_text(Preview(body, "", segments_of(body), OPEN))
    assert text.startswith("*Length* 101 characters, 2 segments (UCS-2), because of “\U0001f3e0”: 1 without")


@pytest.mark.parametrize("text", ["John", *HOSTILE])
async def test_the_forms_are_ones_that_slack_takes(captured, text):
    card = await captured.desk.leads.card(Actor(TEAM, "U0LEE"), 1)
    addresses = {Medium.SMS: PHONE, Medium.EMAIL: f"{'j' * 200}@example.com"}
    preview = preview_text(Preview(text, text, segments_of(text), replace(BLOCKED, sentence=text)))
    form = message_view(MessageAsk(replace(card.lead, name=text), addresses), preview)
    assert check_view(form) == []
    assert check_view(queued_view(form, replace(SEND, state=SendState.HELD, last_error=text), HAMILTON)) == []


def test_a_message_that_was_taken_down_says_what_happens_to_it():
    assert state_words(replace(SEND, state=SendState.APPROVED), HAMILTON) == "*Leaves now*."
