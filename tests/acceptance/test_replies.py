"""Replies through the whole bot: written down from a lead's card, and decided from the list and from Home."""

from dataclasses import replace

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.inbound import InboundWish
from bot.slack.calls import STILL_SAVING, Background, Call
from bot.slack.ids import FIELD, Action, View
from bot.slack.reply_form import submitted
from domain.rules import Medium
from storage.inbound import inbound_message
from storage.opt_outs import opt_out
from tests.acceptance.harness.rows import count, rows
from tests.acceptance.harness.texts import action_ids, words

PHONE = "+14165550134"
AMBIGUOUS = "Trying to stop the foreclosure, call 416-555-0199"
TWILIO = Actor(TEAM_ID, "twilio", is_person=False)


async def opened(stand, *, user="dana"):
    """The form behind the card's [Log a reply]."""
    (card,) = await stand.cards(user=user)
    return (await stand.click(Action.LOG_REPLY, user=user, channel="leads", ts=card["ts"]))["view"]


async def came_in(stand, text=AMBIGUOUS, *, provider_id="SM1", address=PHONE):
    await stand.program.desk.inbound.receive(TWILIO, InboundWish(provider_id, Medium.SMS, address, text))


async def listed(stand, *, user="dana"):
    return (await stand.command("/policy", "replies", user=user))["reply"]


@pytest.mark.parametrize(
    ("medium", "said", "shown"),
    [
        ("SMS", "STOP", "*Taken as an opt-out*: texts to (416) •••-0134 are blocked from now on."),
        ("CALL", "stop calling me", "*Taken as an opt-out*: calls to (416) •••-0134 are blocked from now on."),
        ("SMS", "wrong number", "*Taken as a wrong person*: (416) •••-0134 is contacted no more."),
        ("SMS", "START", "*Taken as a start*: nothing was blocked, so nothing changes. It is no consent."),
        ("SMS", AMBIGUOUS, "*It may be an opt-out*: nothing goes to (416) •••-0134 until a person has said"),
        ("SMS", "HELP", "*They ask for help*"),
        ("SMS", "Sounds good", "*Kept*. It is no opt-out, and nothing is blocked."),
    ],
)
async def test_what_a_logged_reply_was_taken_for_is_told_to_the_rep(socket, medium, said, shown):
    await socket.capture()
    view = await opened(socket)
    assert view["callback_id"] == View.REPLY
    answer = await socket.submit(view, {"How they answered": medium, "Their words": said})
    assert (answer["ok"], answer["view"]["callback_id"]) == (True, View.REPLY_SHOWN)
    assert shown in words(answer["view"])
    assert await count(socket.database, inbound_message) == 1


async def test_do_not_contact_me_names_every_address_that_is_blocked(on_both):
    await on_both.capture(**{"E-mail": "john@example.com"})
    answer = await on_both.submit(
        await opened(on_both), {"How they answered": "SMS", "Their words": "do not contact me again"}
    )
    assert "texts, e-mails and calls to (416) •••-0134 and j•••@example.com are blocked" in words(answer["view"])
    assert {row.address for row in await rows(on_both.database, opt_out)} == {PHONE, "john@example.com"}


async def test_a_start_after_a_stop_says_that_it_is_no_consent(socket):
    await socket.capture()
    await came_in(socket, "STOP")
    await came_in(socket, "do not contact me again", provider_id="SM2")
    answer = await socket.submit(await opened(socket), {"How they answered": "SMS", "Their words": "START"})
    assert "stays blocked: they had asked for no contact at all" in words(answer["view"])


async def test_a_lifted_block_is_no_consent(stand):
    await stand.capture()
    await came_in(stand, "STOP")
    await stand.slack.post("clock", advance_s=60)
    answer = await stand.submit(await opened(stand), {"How they answered": "SMS", "Their words": "START"})
    assert "the block is lifted. It is no consent" in words(answer["view"])


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(stand):
    await stand.capture(**{"E-mail": ""})
    view = await opened(stand)
    answer = await stand.submit(view, {"How they answered": "EMAIL", "Their words": "unsubscribe"})
    assert list(answer["errors"]) == ["medium"]
    assert "L-1 has no e-mail address on record" in answer["errors"]["medium"]
    answer = await stand.submit(view, {"How they answered": "SMS", "Their words": "   "})
    assert answer["errors"] == {"words": "Write down what they said, in their words."}
    assert (await stand.submit(view, {"How they answered": "SMS", "Their words": "unsubscribe"}))["ok"]


async def test_without_waiting_replies_the_list_says_so(socket):
    assert "*No reply waits for you.*" in words(await listed(socket))


async def test_a_waiting_reply_is_listed_and_decided_there(stand):
    await stand.capture()
    await came_in(stand)
    reply = await listed(stand)
    assert (reply["ephemeral"], reply["text"]) == (True, "1 reply waits for you")
    shown = words(reply)
    assert ("*L-1 John Smith* · (416) 555-0134 · by text" in shown, ">Trying to stop" in shown) == (True, True)
    assert action_ids(reply) == [Action.REPLY_IS_STOP, Action.REPLY_IS_NOT]
    await stand.click(Action.REPLY_IS_STOP, user="dana", channel="leads", ts=reply["ts"])
    await stand.settle()
    told = [message["text"] for message in await stand.messages(user="dana") if message["ephemeral"]]
    assert "*Taken as an opt-out*: texts to (416) •••-0134 are blocked from now on." in told
    assert "*No reply waits for you.*" in words(await listed(stand))
    assert [row.scope for row in await rows(stand.database, opt_out)] == ["sms"]


async def test_a_reply_that_is_none_blocks_nothing(socket):
    await socket.capture()
    await came_in(socket)
    reply = await listed(socket)
    await socket.click(Action.REPLY_IS_NOT, user="dana", channel="leads", ts=reply["ts"])
    assert await count(socket.database, opt_out) == 0
    assert "*No reply waits for you.*" in words(await listed(socket))


async def test_the_second_to_decide_is_told_who_did(socket):
    await socket.capture()
    await came_in(socket)
    hers, his = await listed(socket), await listed(socket, user="lee")
    await socket.click(Action.REPLY_IS_NOT, user="lee", channel="leads", ts=his["ts"])
    await socket.click(Action.REPLY_IS_STOP, user="dana", channel="leads", ts=hers["ts"])
    told = (await socket.messages(user="dana"))[-1]["text"]
    assert (told.startswith("Lee"), " decided this at " in told, "no opt-out" in told) == (True, True, True)
    assert await count(socket.database, opt_out) == 0


async def test_a_reply_from_somebody_unknown_is_masked_for_nobody_who_may_decide(socket):
    await came_in(socket, address="+16045550177")
    assert "*Somebody unknown* · (604) 555-0177" in words(await listed(socket))


async def test_of_many_waiting_replies_ten_are_listed_and_the_rest_counted(socket):
    for number in range(12):
        await came_in(socket, provider_id=f"SM{number}")
    reply = await listed(socket)
    assert reply["text"] == "12 replies wait for you"
    assert (len(action_ids(reply)), "2 more wait behind these." in words(reply)) == (20, True)


async def test_home_shows_the_first_waiting_replies_and_decides_them(stand):
    for number in range(8):
        await came_in(stand, provider_id=f"SM{number}")
    await stand.slack.post("home_opened", user="dana")
    home = await stand.slack.get("home", user="dana")
    shown = words(home)
    assert "*Replies that wait for a person*" in shown
    assert f"{Action.HOME_PAGE}:all" in action_ids(home)
    assert "Nothing is waiting for you" not in shown
    await stand.click(Action.REPLY_IS_NOT, user="dana", view_id="home")
    await stand.settle()
    assert f"{Action.HOME_PAGE}:all" not in action_ids(await stand.slack.get("home", user="dana"))


class Impatient(Background):
    """Waits for nothing: every submission takes longer than the guard allows."""

    async def within(self, work, seconds):
        self.start(work)


async def test_what_takes_too_long_goes_on_and_the_second_press_finds_it(socket):
    await socket.capture()
    view, desk = await opened(socket), socket.program.desk
    state = {
        "medium": {FIELD: {"type": "radio_buttons", "selected_option": {"value": "SMS"}}},
        "words": {FIELD: {"type": "plain_text_input", "value": "STOP"}},
    }
    answers = []

    async def ack(**answer):
        answers.append(answer)

    body = {"team": {"id": TEAM_ID}, "user": {"id": "U0DANA"}, "view": {**view, "state": {"values": state}}}
    hurried = replace(desk, background=Impatient())
    await submitted(hurried, Call(body, ack, ack))
    await hurried.background.finish()
    await submitted(desk, Call(body, ack, ack))
    assert answers[0] == {"response_action": "errors", "errors": {"words": STILL_SAVING}}
    assert "*Taken as an opt-out*" in words(answers[1]["view"])
    assert await count(socket.database, opt_out) == 1
