"""Messages through the whole bot: written in Slack, let out, told in the lead's thread, and seen to when they go wrong."""

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.inbound import InboundWish
from bot.services.messages import SUBJECT_LIMIT
from bot.slack.ids import Action, View
from domain.receipts import Outcome, Receipt
from domain.roles import Role
from domain.rules import Medium
from storage.audit import audit_entry
from storage.kpis import kpi_event
from storage.leads import lead
from storage.opt_outs import opt_out
from storage.sends import send
from tests.acceptance.harness.rows import change, count, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, words

OPEN, CLOSED = "2026-11-25T16:30:00Z", "2026-11-26T01:14:00Z"
"""Wednesday in Hamilton: 11:30, inside the window, and 20:14, outside it."""
PHONE = "+14165550134"
AGREED = {"How may we contact them?": "They contacted us first"}
HELLO = "Hi John, Lee at Maple Homes about 12 King St W."
TWILIO = Actor(TEAM_ID, "twilio", is_person=False)
LEE = Actor(TEAM_ID, "U0LEE", Role.APPROVER)


async def told(stand, *, user="lee"):
    """What this person alone was told last in #leads."""
    return [row for row in await stand.messages(user=user) if row["ephemeral"]][-1]


async def opened(stand, *, user="lee"):
    """The form behind the card's [Message]; None where nothing opened."""
    (card,) = await stand.cards(user=user)
    return (await stand.click(Action.WRITE_MESSAGE, user=user, channel="leads", ts=card["ts"]))["view"]


async def write(stand, view=None, *, user="lee", **fields):
    """Write a message and press Send."""
    view = view or await opened(stand, user=user)
    return await stand.submit(view, {"Message": HELLO, **fields}, user=user)


async def messages_to(stand, route="SMS"):
    """The messages to sellers, without our own posts."""
    return await rows(stand.database, send, medium=route)


@pytest.fixture
async def seller(socket):
    """A seller in Hamilton who contacted us first, on a Wednesday at 11:30; their follow-ups rest."""
    await socket.slack.post("clock", to=OPEN)
    assert (await socket.capture(**AGREED))["ok"]
    await socket.program.desk.ladder.pause(LEE, 1)
    return socket


async def thread(stand):
    """What stands below the lead's card, without the tasks."""
    rows = await stand.thread()
    return [row for row in rows if "task_id" not in (row["metadata"] or {}).get("event_payload", {})]


async def test_a_message_that_may_leave_leaves_and_is_told_in_the_thread(seller):
    view = await opened(seller)
    assert view["callback_id"] == View.MESSAGE
    answer = await write(seller, view)
    assert (answer["ok"], answer["view"]["callback_id"]) == (True, View.MESSAGE_SHOWN)
    assert "*Leaves now*." in words(answer["view"])
    await seller.leave()
    (sent,) = await messages_to(seller)
    assert (sent.body.partition("\n")[0], sent.body[-21:], sent.created_by) == (HELLO, "Reply STOP to opt out", "U0LEE")
    said = words((await thread(seller))[0])
    assert "*Text to L-1 John Smith* · (416) •••-0134" in said
    assert "Wed 25 Nov 11:30 their time · <!date^" in said
    assert [line["to"] for line in await seller.slack.get("sent")] == [PHONE]
    assert [row.metric for row in await rows(seller.database, kpi_event, correlation_id=f"send:{sent.id}")][:1] == [
        "sms_sent"
    ]


async def test_at_night_a_message_is_held_and_leaves_at_the_lawful_minute_when_the_clock_is_moved(seller):
    await seller.slack.post("clock", to=CLOSED)
    answer = await write(seller)
    assert "*Held* until Thu 26 Nov 09:00 their time · <!date^" in words(answer["view"])
    await seller.slack.post("clock", to="2026-11-26T13:59:00Z")
    assert [row.state for row in await messages_to(seller)] == ["held"]
    await seller.slack.post("clock", to="2026-11-26T14:16:00Z")
    (sent,) = await messages_to(seller)
    assert sent.state in ("sent", "delivered")
    assert "2026-11-26T14:00" <= sent.settled_at.isoformat() <= "2026-11-26T14:16"
    assert "Thu 26 Nov 09:" in words((await thread(seller))[0])


async def test_reps_read_before_they_type_that_messages_leave_after_an_approvers_yes(seller):
    view = await opened(seller, user="dana")
    assert "Your message waits for an approver's yes, and leaves after it." in words(view)
    assert view["submit"]["text"] == "Ask for approval"


async def test_a_message_that_the_gate_blocks_keeps_the_form_open_and_each_try_is_counted(socket):
    await socket.slack.post("clock", to=OPEN)
    await socket.capture()
    view = await opened(socket)
    for _ in range(2):
        answer = await write(socket, view)
        assert list(answer["errors"]) == ["body"]
        assert answer["errors"]["body"].startswith("Not sent. ")
        assert "consent" in answer["errors"]["body"].lower()
    assert [row.state for row in await messages_to(socket)] == ["blocked", "blocked"]
    assert [row.metric for row in await rows(socket.database, kpi_event) if "blocked" in row.metric] == [
        "sms_blocked_by_policy"
    ] * 2


async def test_pressing_send_twice_is_one_message(seller):
    view = await opened(seller)
    await seller.slack.post("faults", kind="duplicate_delivery", count=1)
    assert (await write(seller, view))["ok"]
    await seller.leave()
    assert len(await messages_to(seller)) == 1
    assert len(await seller.slack.get("sent")) == 1


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"Message": "   "}, "body", "Write what the message says."),
        ({"Message": "x" * 2_000}, "body", "characters long with who we are and how to stop it; 1600 may be sent"),
        ({"How": "EMAIL", "Subject": "  "}, "subject", "Write the subject of the e-mail."),
        ({"How": "EMAIL", "Subject": "x" * (SUBJECT_LIMIT + 5)}, "subject", "Shorten it by 5."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(seller, fields, field, sentence):
    view = await opened(seller)
    if "How" in fields:
        view = (await choose_email(seller, view)) or view
    answer = await write(seller, view, **fields)
    assert list(answer["errors"]) == [field]
    assert sentence in answer["errors"][field]
    assert await messages_to(seller) + await messages_to(seller, "EMAIL") == []


async def choose_email(stand, view):
    """Choose e-mail in the form, which then asks for a subject."""
    await stand.click(Action.MESSAGE_INPUT, user="lee", view_id=view["id"], block_id="medium", value="EMAIL")
    return await stand.slack.get("view", user="lee")


async def test_an_e_mail_asks_for_its_subject_and_leaves_with_a_way_out(seller):
    view = await choose_email(seller, await opened(seller))
    answer = await write(seller, view, How="EMAIL", Subject="Your house")
    assert answer["ok"], answer
    await seller.leave()
    (sent,) = await messages_to(seller, "EMAIL")
    assert (sent.subject, sent.address) == ("Your house", "john@example.com")
    assert "/unsubscribe/" in sent.body


async def test_a_lead_without_addresses_cannot_be_written_to(seller):
    await change(seller.database, lead, {"phone": None, "email": None})
    assert await opened(seller) is None
    assert "has neither a phone number nor an e-mail address" in (await told(seller))["text"]


async def test_an_address_that_went_away_while_somebody_wrote_is_said_at_the_choice(seller):
    view = await opened(seller)
    await change(seller.database, lead, {"phone": None})
    answer = await write(seller, view)
    assert answer["errors"] == {
        "medium": "L-1 has no phone number on record any more. Choose the other way, or add it first."
    }


async def test_a_team_that_has_not_said_who_it_is_sends_nothing(line):
    line.clock.move_to(line.clock.now())
    await line.command()
    await line.submit(line.slack.opened(), **FULL | AGREED)
    await line.click(Action.WRITE_MESSAGE, "1", user="U0LEE")
    view = line.slack.opened()
    typed = await line.type_in(view, Action.MESSAGE_INPUT, Message=HELLO)
    assert typed.status == 200
    assert "Every message must say who sends it." in words(line.slack.made("views.update")[-1]["view"])
    answer = await line.submit(view, user="U0LEE", Message=HELLO)
    assert "Still missing: the business name" in answer.errors["medium"]


async def test_while_somebody_writes_the_form_says_what_it_will_be_and_whether_it_may_leave(seller):
    view = await opened(seller)
    await seller.submit(view, {"Message": "   "}, user="lee")
    await seller.click(
        Action.MESSAGE_INPUT, user="lee", view_id=view["id"], block_id="body", value="Your house on King St 🏠"
    )
    said = words(await seller.slack.get("view", user="lee"))
    assert "segments (UCS-2), because of “\U0001f3e0”: 1 without" in said
    assert "*At its end* Maple Homes, 1 Main St W, Hamilton ON L8P 1A1, (905) 555-0100" in said
    assert "Reply STOP to opt out" in said
    assert ":white_check_mark: *May leave now*" in said
    await seller.slack.post("clock", to=CLOSED)
    await seller.click(Action.MESSAGE_INPUT, user="lee", view_id=view["id"], block_id="body", value="Your house")
    said = words(await seller.slack.get("view", user="lee"))
    assert ":hourglass_flowing_sand: *Not now*: " in said
    assert "Sent now, it is held until Thu 26 Nov 09:00 their time" in said


@pytest.mark.parametrize("user", ["lee", "dana"])
async def test_why_offers_to_hold_a_message_until_then(seller, user):
    await seller.slack.post("clock", to=CLOSED)
    reply = (await seller.command("/policy", "why L-1", user=user))["reply"]
    assert "Hold a message until then" in words(reply)
    view = (await seller.click(Action.WRITE_MESSAGE, user=user, channel="leads", ts=reply["ts"]))["view"]
    assert view["callback_id"] == View.MESSAGE


async def came_in(stand, text, provider_id="SM1", address=PHONE):
    """A text comes in, and the team hears of it."""
    wish = InboundWish(provider_id, Medium.SMS, address, text)
    received = await stand.program.desk.inbound.receive(TWILIO, wish)
    await stand.leave()
    return received


async def test_a_stop_stands_in_the_thread_as_taken_and_ends_what_was_held(seller):
    await seller.slack.post("clock", to=CLOSED)
    await write(seller)
    await came_in(seller, "STOP")
    await seller.slack.post("clock", advance_s=3600)
    said = "\n".join(words(row) for row in await thread(seller))
    assert "*Taken as an opt-out*: texts to (416) •••-0134 are blocked from now on." in said
    assert ":no_entry: *Cancelled*, not sent. The recipient asked not to be contacted." in said
    assert [row.state for row in await messages_to(seller)] == ["cancelled"]
    assert await seller.slack.get("sent") == []


async def test_a_reply_reaches_the_thread_once_however_often_its_webhook_comes(seller):
    for _ in range(10):
        await came_in(seller, "Sounds good, call me on 416-555-0199")
    (row,) = await thread(seller)
    said = words(row)
    assert ("*L-1 John Smith*" in said, "0199" in said, "*Kept*. It is no opt-out" in said) == (True, False, True)


async def test_an_unclear_reply_is_decided_in_the_thread_where_its_buttons_then_are_gone(seller):
    await came_in(seller, "Trying to stop the foreclosure")
    (row,) = await thread(seller)
    assert action_ids(row) == [Action.REPLY_IS_STOP, Action.REPLY_IS_NOT]
    await seller.click(Action.REPLY_IS_STOP, user="lee", channel="leads", ts=row["ts"])
    (row,) = await thread(seller)
    assert action_ids(row) == []
    assert "*Taken as an opt-out*: texts to (416) •••-0134 are blocked from now on. Decided by <@U0LEE>" in words(row)
    assert await count(seller.database, opt_out) == 1


async def test_a_reply_decided_from_the_list_is_decided_in_the_thread_too(seller):
    await came_in(seller, "Trying to stop the foreclosure")
    reply = (await seller.command("/policy", "replies"))["reply"]
    await seller.click(Action.REPLY_IS_NOT, user="dana", channel="leads", ts=reply["ts"])
    (row,) = await thread(seller)
    assert (action_ids(row), "Decided by <@U0DANA>" in words(row)) == ([], True)


async def test_somebody_unknown_is_heard_in_the_approvals_channel(seller):
    await came_in(seller, "who is this?", address="+16045550177")
    assert "*Somebody unknown* · (604) •••-0177" in words((await seller.messages("approvals", user="lee"))[-1])


class Lost:
    """A provider that takes nothing that we know of: each call ends without an answer, and it cannot be asked."""

    def __init__(self, stand, receipt):
        self._ways = stand.program.outbox._transports
        self._receipt = receipt
        self.handed = []
        self._before = dict(self._ways)

    name = "smtp"

    def __enter__(self):
        for route in ("SMS", "EMAIL"):
            self._ways[next(each for each in self._ways if each == route)] = self
        return self

    def __exit__(self, *_):
        self._ways.update(self._before)

    async def send(self, parcel):
        self.handed.append(parcel)
        return self._receipt

    async def find(self, _parcel):
        raise ConnectionError("away")


UNCLEAR = Receipt(Outcome.UNCLEAR, "timeout", "The provider did not answer in time.")
LANDLINE = Receipt(Outcome.PERMANENT, "cannot_receive", "This number cannot receive texts.")


async def in_trouble(seller, receipt):
    """A message that went wrong; its post in the thread."""
    with Lost(seller, receipt):
        assert (await write(seller))["ok"]
        await seller.leave()
    (row,) = await thread(seller)
    return row


async def test_nobody_knows_whether_it_arrived_until_a_person_says_so_in_the_thread(seller):
    row = await in_trouble(seller, UNCLEAR)
    assert "*Nobody knows whether it arrived*: The provider did not answer in time." in words(row)
    await seller.click(Action.SEND_ARRIVED, user="dana", channel="leads", ts=row["ts"])
    (row,) = await thread(seller)
    assert (action_ids(row), "It arrived, says <@U0DANA>" in words(row)) == ([], True)
    assert [each.state for each in await messages_to(seller)] == ["sent"]
    assert [entry.verb for entry in await rows(seller.database, audit_entry, actor="U0DANA")][-1] == "send_arrived"


async def test_a_message_sent_again_leaves_once_more_and_is_told(seller):
    row = await in_trouble(seller, UNCLEAR)
    await seller.click(Action.SEND_AGAIN, user="lee", channel="leads", ts=row["ts"])
    await seller.leave()
    first, second = await thread(seller)
    assert "Sent again by <@U0LEE>" in words(first)
    assert ":white_check_mark: *" in words(second)
    assert len(await seller.slack.get("sent")) == 1


async def test_a_question_that_its_provider_settles_asks_nobody_any_more(seller):
    row = await in_trouble(seller, UNCLEAR)
    assert action_ids(row) == [Action.SEND_ARRIVED, Action.SEND_AGAIN]
    await seller.slack.post("clock", advance_s=600)
    first, second = await thread(seller)
    assert action_ids(first) == action_ids(second) == []
    assert "*Sent*" in words(second), "its provider did not have it, so it went once more"
    assert "*No message needs you.*" in words((await seller.command("/policy", "sends", user="lee"))["reply"])


async def test_a_failed_message_is_sent_anew_and_the_second_to_press_hears_who_was_faster(seller):
    row = await in_trouble(seller, LANDLINE)
    assert ":warning: *Failed*: This number cannot receive texts." in words(row)
    await seller.click(Action.RETRY_SEND, user="lee", channel="leads", ts=row["ts"])
    assert (await told(seller))["text"] == "Anew: *Leaves now*."
    reply = (await seller.command("/policy", "sends", user="sam"))["reply"]
    assert "*No message needs you.*" in words(reply)
    await seller.leave()
    old, new = await messages_to(seller)
    assert (old.state, new.retry_of, new.body) == ("failed", old.id, old.body)
    (line,) = await seller.slack.get("sent")
    assert line["send_id"] == new.id


async def test_home_and_the_list_show_what_needs_somebody_and_leave_it(seller):
    await in_trouble(seller, LANDLINE)
    reply = (await seller.command("/policy", "sends"))["reply"]
    assert (reply["text"], "*Text to L-1 John Smith* · (416) 555-0134" in words(reply)) == ("1 message needs you", True)
    await seller.slack.post("home_opened", user="dana")
    assert "*Messages that need you*" in words(await seller.slack.get("home", user="dana"))
    await seller.click(Action.LEAVE_SEND, user="dana", view_id="home")
    home = words(await seller.slack.get("home", user="dana"))
    assert "*Messages that need you*" not in home
    await seller.click(Action.LEAVE_SEND, user="dana", channel="leads", ts=reply["ts"])
    said = [row for row in await seller.messages(user="dana") if row["ephemeral"]]
    assert "*No message needs you.*" in words(said)
    assert "saw to this message at 11:30" in words(said)
    (row,) = await thread(seller)
    assert (action_ids(row), "Left as it is by <@U0DANA>" in words(row)) == ([], True)


async def test_a_long_list_of_messages_is_turned_by_pages(seller):
    await in_trouble(seller, LANDLINE)
    (row,) = await messages_to(seller)
    values = {name: value for name, value in row._asdict().items() if name != "id"}

    def more(tx):
        for number in range(11):
            tx.connection.execute(send.insert().values(values | {"key": f"more {number}"}))

    await seller.database.write(TEAM_ID, more)
    reply = (await seller.command("/policy", "sends", user="sam"))["reply"]
    assert "(1–10 of 12)" in words(reply)
    await seller.click(f"{Action.SENDS_PAGE}:after", user="sam", channel="leads", ts=reply["ts"])
    assert "(11–12 of 12)" in words(await told(seller, user="sam"))
