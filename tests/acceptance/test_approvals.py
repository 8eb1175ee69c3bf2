"""Approvals through the whole bot: asked from a lead's card, decided in #approvals, told in the lead's thread."""

import asyncio

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.inbound import InboundWish
from bot.slack.ids import Action, View
from domain.roles import Role
from domain.rules import Medium
from storage.approvals import approval
from storage.kpis import kpi_event
from storage.sends import send
from tests.acceptance.harness.rows import rows
from tests.acceptance.harness.texts import action_ids, words
from tests.acceptance.test_sends import AGREED, CLOSED, HELLO, OPEN, PHONE, TWILIO, messages_to

LEE = Actor(TEAM_ID, "U0LEE", Role.APPROVER)
BUTTONS = [Action.APPROVE, Action.EDIT_APPROVE, Action.REJECT, Action.APPROVAL_MENU]


async def asked(stand, *, user="dana", **fields):
    """Write a message to the seller of the one lead, as a rep does; the answer of the form."""
    (card,) = await stand.cards()
    view = (await stand.click(Action.WRITE_MESSAGE, user=user, channel="leads", ts=card["ts"]))["view"]
    answer = await stand.submit(view, {"Message": HELLO, **fields}, user=user)
    await stand.leave()
    return answer


async def approval_cards(stand, *, user="lee"):
    """The cards in #approvals; what stands in their threads is left out."""
    found = await stand.messages("approvals", user=user)
    return [row for row in found if (row["metadata"] or {}).get("event_type") == "approval"]


async def card_of(stand, *, user="lee"):
    (card,) = await approval_cards(stand, user=user)
    return card


async def press(stand, action, *, user="lee", **more):
    card = await card_of(stand, user=user)
    return await stand.click(action, user=user, channel="approvals", ts=card["ts"], **more)


async def told(stand, *, user="lee"):
    """What this person alone was told last in #approvals."""
    return [row for row in await stand.messages("approvals", user=user) if row["ephemeral"]][-1]["text"]


async def later(stand, seconds=10):
    await stand.slack.post("clock", advance_s=seconds)


@pytest.fixture
async def seller(socket):
    """A seller in Hamilton who contacted us first, on a Wednesday at 11:30; a follow-up's own text is not asked for."""
    return await with_seller(socket)


async def with_seller(stand):
    """The follow-ups rest, so that the one message that is asked for is the one that somebody writes."""
    await stand.slack.post("clock", to=OPEN)
    assert (await stand.capture(**AGREED))["ok"]
    (card,) = await stand.cards()
    await stand.click(Action.PAUSE_LADDER, user="lee", channel="leads", ts=card["ts"])
    return stand


async def test_a_rep_asks_an_approver_says_yes_and_it_leaves(on_both):
    stand = await with_seller(on_both)
    (lead_card,) = await stand.cards()
    form = (await stand.click(Action.WRITE_MESSAGE, user="dana", channel="leads", ts=lead_card["ts"]))["view"]
    assert form["submit"]["text"] == "Ask for approval"
    answer = await stand.submit(form, {"Message": HELLO}, user="dana")
    assert answer["view"]["callback_id"] == View.MESSAGE_SHOWN
    assert "*Waits for approval* in <#C0APPROVALS>" in words(answer["view"])
    await stand.leave()
    card = await card_of(stand)
    said = words(card)
    assert "asked by <@U0DANA>" in said
    assert "*Text to L-1 John Smith* · (416) •••-0134" in said
    assert f">{HELLO}" in said
    assert ":white_check_mark: *May leave now* · it is Wed 25 Nov 11:30 there · open until 20:00 · policy ON" in said
    assert action_ids(card) == BUTTONS
    assert await stand.slack.get("sent") == []

    await press(stand, Action.APPROVE)
    card = await card_of(stand)
    assert action_ids(card) == []
    assert ":white_check_mark: *Approved* by <@U0LEE>" in words(card)
    assert "*Leaves* Wed 25 Nov 11:30 their time" in await told(stand)
    await stand.leave()
    assert [line["to"] for line in await stand.slack.get("sent")] == [PHONE]
    await later(stand)
    assert "*Sent* Wed 25 Nov 11:30 their time" in words(await card_of(stand))
    assert "delivered" in words(await card_of(stand))
    (event,) = await rows(stand.database, kpi_event, metric="decided")
    assert (event.actor, event.detail["decision"]) == ("U0LEE", "approved")
    assert "*Text to L-1 John Smith*" in words(await stand.thread())


async def test_at_night_a_yes_holds_it_and_it_leaves_at_the_lawful_minute(seller):
    await asked(seller)
    await seller.slack.post("clock", to=CLOSED)
    await press(seller, Action.APPROVE)
    assert "*Held* until Thu 26 Nov 09:00 their time · <!date^" in words(await card_of(seller))
    assert "*Held* until Thu 26 Nov 09:00 their time" in await told(seller)
    await seller.slack.post("clock", to="2026-11-26T14:30:00Z")
    assert "*Sent* Thu 26 Nov 09:" in words(await card_of(seller))
    assert "changed since" not in words(await card_of(seller))


async def test_the_second_to_click_hears_who_was_faster(seller):
    await asked(seller)
    card = await card_of(seller)
    clicks = (
        seller.slack.post("click", user=user, channel="approvals", ts=card["ts"], action_id=Action.APPROVE)
        for user in ("lee", "sam")
    )
    await asyncio.gather(*clicks)
    await seller.settle()
    (event,) = await rows(seller.database, kpi_event, metric="decided")
    late = "sam" if event.actor == "U0LEE" else "lee"
    assert "approved this at 11:30 on 25 Nov (your time). Nothing was changed." in await told(seller, user=late)


async def test_a_click_that_slack_delivers_twice_is_one_decision(seller):
    await asked(seller)
    await seller.slack.post("faults", kind="duplicate_delivery", count=1)
    await press(seller, Action.APPROVE)
    await seller.leave()
    assert len(await rows(seller.database, kpi_event, metric="decided")) == 1
    assert len(await seller.slack.get("sent")) == 1


async def test_where_slack_does_not_take_the_card_the_outbox_brings_it_a_little_later(seller):
    await asked(seller)
    await seller.slack.post("faults", kind="server_error", count=9, method="chat.update")
    await press(seller, Action.APPROVE)
    assert "Approved" not in words(await card_of(seller))
    await seller.slack.post("faults", kind="server_error", count=0, method="chat.update")
    await later(seller, 300)
    assert "*Approved* by <@U0LEE>" in words(await card_of(seller))


async def test_reps_who_press_are_told_that_they_may_not(seller):
    await asked(seller)
    await press(seller, Action.APPROVE, user="dana")
    assert "Approvers and admins decide what is sent, and your role is rep" in await told(seller, user="dana")
    assert action_ids(await card_of(seller)) == BUTTONS


async def test_other_words_are_previewed_approved_and_what_the_law_wants_is_put_back(seller):
    await asked(seller)
    view = (await press(seller, Action.EDIT_APPROVE))["view"]
    assert view["callback_id"] == View.APPROVAL_EDIT
    assert "Reply STOP to opt out" in words(view)
    await seller.slack.post(
        "click",
        user="lee",
        view_id=view["id"],
        action_id=Action.APPROVAL_INPUT,
        block_id="body",
        value="Hi John, may I call?",
    )
    await seller.settle()
    shown = await seller.slack.get("view", user="lee")
    assert "*At its end* Maple Homes" in words(shown)
    answer = await seller.submit(shown, {"Message": "Hi John, may I call?"}, user="lee")
    assert answer["view"]["callback_id"] == View.APPROVAL_SHOWN
    assert "*Added at its end*\n>Maple Homes" in words(answer["view"])
    assert "Approved* by <@U0LEE>" in words(await card_of(seller))
    assert "with other words" in words(await card_of(seller))
    await seller.leave()
    (sent,) = await messages_to(seller)
    assert sent.body.startswith("Hi John, may I call?\nMaple Homes")


async def test_a_no_has_a_reason_which_whoever_asked_reads_in_the_thread(seller):
    await asked(seller)
    view = (await press(seller, Action.REJECT))["view"]
    answer = await seller.submit(view, {"Why?": "   "}, user="lee")
    assert list(answer["errors"]) == ["reason"]
    assert (await seller.submit(view, {"Why?": "Too pushy."}, user="lee"))["ok"]
    said = words(await card_of(seller))
    assert ":x: *Rejected* by <@U0LEE>" in said
    assert ">Too pushy." in said
    await later(seller)
    assert "*Rejected*, not sent. Lee Tremblay rejected it: Too pushy." in words(await seller.thread())
    assert await seller.slack.get("sent") == []


async def test_a_form_that_slack_delivers_twice_is_one_decision_and_no_error(seller):
    await asked(seller)
    view = (await press(seller, Action.REJECT))["view"]
    await seller.slack.post("faults", kind="duplicate_delivery", count=1)
    assert (await seller.submit(view, {"Why?": "Too pushy."}, user="lee"))["ok"]
    assert len(await rows(seller.database, kpi_event, metric="decided")) == 1


async def test_a_form_that_comes_too_late_says_who_was_faster_and_stays_open(seller):
    await asked(seller)
    view = (await press(seller, Action.REJECT))["view"]
    await press(seller, Action.APPROVE, user="sam")
    answer = await seller.submit(view, {"Why?": "Too pushy."}, user="lee")
    assert "Sam Singh approved this at 11:30" in answer["errors"]["reason"]


async def test_somebody_else_is_asked_told_and_alone_may_decide_it(seller):
    await asked(seller)
    view = (await press(seller, Action.APPROVAL_MENU, value="1|delegate"))["view"]
    assert view["callback_id"] == View.DELEGATE
    answer = await seller.submit(view, {"Who decides?": "U0DANA"}, user="lee")
    assert "they are a rep" in answer["errors"]["to"]
    assert (await seller.submit(view, {"Who decides?": "U0SAM"}, user="lee"))["ok"]
    card = await card_of(seller)
    assert "*For* <@U0SAM>, who was asked to decide it" in words(card)
    thread = await seller.messages("approvals", user="sam", thread_ts=card["ts"])
    assert "<@U0SAM>: <@U0LEE> asks you to decide this." in words(thread)
    await press(seller, Action.APPROVE)
    assert "Sam Singh was asked to decide this one" in await told(seller)
    await press(seller, Action.APPROVE, user="sam")
    assert "*Approved* by <@U0SAM>" in words(await card_of(seller))


async def test_one_whose_recipient_opted_out_a_second_ago_loses_its_buttons_and_says_why(seller):
    await asked(seller)
    wish = InboundWish("SM1", Medium.SMS, PHONE, "STOP")
    await seller.program.desk.inbound.receive(TWILIO, wish)
    await press(seller, Action.APPROVE)
    assert "There is nothing to decide any more" in await told(seller)
    card = await card_of(seller)
    assert action_ids(card) == []
    assert "*Nothing to decide any more*: The recipient asked not to be contacted." in words(card)
    await later(seller, 60)
    assert [row.state for row in await rows(seller.database, approval)] == ["superseded"]


async def test_what_nobody_decides_lapses_and_whoever_asked_is_told(seller):
    await asked(seller)
    await seller.slack.post("clock", to="2026-11-26T17:01:00Z")
    card = await card_of(seller)
    assert action_ids(card) == []
    assert ":hourglass: *Lapsed*" in words(card)
    assert "Nobody approved it in time." in words(await seller.thread())
    assert [row.state for row in await rows(seller.database, send, medium="SMS")] == ["cancelled"]


async def test_what_changes_between_the_yes_and_the_release_stands_on_the_card(seller):
    await asked(seller)
    await seller.slack.post("clock", to=CLOSED)
    await press(seller, Action.APPROVE)
    await seller.program.desk.inbound.receive(TWILIO, InboundWish("SM1", Medium.SMS, PHONE, "STOP"))
    await later(seller)
    said = words(await card_of(seller))
    assert "*Not sent*: The recipient asked not to be contacted." in said
    assert "This changed since the yes." in said


async def test_while_outreach_is_paused_the_card_says_so_and_a_yes_holds(seller):
    await asked(seller)
    view = (await seller.command("/policy", "pause", user="sam"))["view"]
    await seller.submit(view, {"Reason": "A complaint"}, user="sam")
    await press(seller, Action.APPROVE)
    said = words(await card_of(seller))
    assert "All outreach is paused" in said
    assert "*Held* until what stands in its way is gone" in said


async def test_a_card_that_somebody_deleted_is_posted_again(seller):
    await asked(seller)
    card = await card_of(seller)
    messages = seller.program.sandbox._world.messages
    messages.remove(messages.find("C0APPROVALS", card["ts"]))
    await seller.program.desk.approvals.approve(LEE, 1)
    await later(seller)
    again = await card_of(seller)
    assert again["ts"] != card["ts"]
    assert "*Approved* by <@U0LEE>" in words(again)


async def test_a_limit_of_the_team_asks_for_a_second_person(seller):
    view = (await seller.command("/valhalla", "setup limits", user="sam"))["view"]
    refused = await seller.submit(view, {"People whom an author alone may approve": "many"}, user="sam")
    assert "write a whole one from 0 to 1000" in refused["errors"]["approval_threshold"]
    answer = await seller.submit(
        view, {"People whom an author alone may approve": "0", "Messages a day to one person": "3"}, user="sam"
    )
    assert answer["ok"]
    await asked(seller, user="lee")
    await press(seller, Action.APPROVE)
    assert "Above 0 people somebody else says yes" in await told(seller)
    await press(seller, Action.APPROVE, user="sam")
    assert "*Approved* by <@U0SAM>" in words(await card_of(seller))


async def opened_from_home(stand, *, user="lee"):
    """Open the one approval from Home; the message that shows it to this person alone."""
    await stand.slack.post("home_opened", user=user)
    await stand.click(Action.SHOW_APPROVAL, user=user, view_id="home", value="1")
    return (await stand.messages("D0LEE", user=user))[-1]


async def test_what_is_opened_from_home_is_decided_there_and_loses_its_buttons_too(seller):
    await asked(seller)
    alone = await opened_from_home(seller)
    assert "(416) 555-0134" in words(alone), "an approver sees the whole number"
    await seller.click(Action.APPROVE, user="lee", channel="D0LEE", ts=alone["ts"])
    mine = [row for row in await seller.messages("D0LEE", user="lee") if row["ts"] == alone["ts"]]
    for card in (*mine, await card_of(seller)):
        assert action_ids(card) == []
        assert "*Approved* by <@U0LEE>" in words(card)
    assert "(416) •••-0134" in words(await card_of(seller))


async def test_a_form_that_was_opened_from_home_draws_both_cards_anew(seller):
    await asked(seller)
    alone = await opened_from_home(seller)
    view = (await seller.click(Action.REJECT, user="lee", channel="D0LEE", ts=alone["ts"]))["view"]
    assert (await seller.submit(view, {"Why?": "Too pushy."}, user="lee"))["ok"]
    mine = [row for row in await seller.messages("D0LEE", user="lee") if row["ts"] == alone["ts"]]
    for card in (*mine, await card_of(seller)):
        assert ":x: *Rejected* by <@U0LEE>" in words(card)
