"""Tasks through the whole bot: the cards in a lead's thread, and all that people do with them in Slack."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.inbound import InboundWish
from bot.slack.blocks import button, home, section
from bot.slack.calls import STILL_SAVING, Background, Call
from bot.slack.ids import FIELD, Action, View
from bot.slack.task_buttons import TaskChoice
from bot.slack.task_calls import submitted
from domain.leads import LeadStatus
from domain.rules import Medium
from domain.tasks import CallOutcome, TaskKind, TaskState
from storage.ladder import followup_task
from storage.opt_outs import opt_out
from tests.acceptance.harness.rows import change, leads, rows, tasks
from tests.acceptance.harness.texts import action_ids, words

TUESDAY = "2026-11-24T21:05:00Z"
"""16:05 in Hamilton: the first step is due at once, the first call at 16:35, and calls rest from 20:00 on."""
CALL_DUE, NEXT_DAY = "2026-11-24T21:36:00Z", "2026-11-25T17:00:00Z"
AGREED = {"How may we contact them?": "They contacted us first", "Asking price": "320k"}
TWILIO = Actor(TEAM_ID, "twilio", is_person=False)


def seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())


@pytest.fixture
async def seller(socket):
    """A seller of Dana's in Hamilton whose first call is due."""
    return await with_call(socket)


async def with_call(stand, **fields):
    await stand.slack.post("clock", to=TUESDAY)
    assert (await stand.capture(**{**AGREED, **fields}))["ok"]
    await until(stand, CALL_DUE)
    return stand


async def until(stand, at: str) -> None:
    """Move the clock, and let everything happen that is due by then."""
    await stand.slack.post("clock", to=at)
    await stand.leave()
    await stand.leave()


async def card(stand, title="*Call John Smith*", *, user="dana"):
    """The newest card in the lead's thread that begins with this title."""
    return [each for each in await stand.thread(user=user) if words(each["blocks"]).startswith(title)][-1]


async def on_lead(stand) -> str:
    """What the lead's own card says."""
    (found,) = await stand.cards(user="dana")
    return words(found)


async def press(stand, action, *, title="*Call John Smith*", user="dana", **more):
    """Click an element of a task's card in the thread."""
    found = await card(stand, title, user=user)
    return await stand.click(action, user=user, channel="leads", ts=found["ts"], **more)


async def outcome(stand, which: CallOutcome, *, user="dana"):
    return await press(stand, f"{Action.CALL_OUTCOME}:{which}", user=user)


async def choose(stand, what: str, *, title="*Call John Smith*", user="dana"):
    """Choose a line behind the three dots of a task's card."""
    found = await card(stand, title, user=user)
    (task_id,) = {each.split("|")[0] for each in menu_values(found)}
    return await press(stand, Action.TASK_MENU, title=title, user=user, value=f"{task_id}|{what}")


def menu_values(message) -> list[str]:
    elements = [each for block in message["blocks"] for each in block.get("elements", [])]
    return [option["value"] for each in elements if each["type"] == "overflow" for option in each["options"]]


async def told(stand, *, user="dana"):
    """What this person alone was told last in #leads."""
    return [row for row in await stand.messages(user=user) if row["ephemeral"]][-1]


async def task(stand, step=2):
    """A rung of the one lead's ladder."""
    return next(row for row in await rows(stand.database, followup_task, kind="ladder") if row.step == step)


# The card


async def test_a_call_that_is_due_stands_in_the_leads_thread_without_the_whole_number(seller):
    shown = await card(seller, user="lee")
    said = words(shown)
    assert "*Call John Smith* · step 2 of 6" in said
    assert "*Due* Tue 24 Nov 16:35 their time" in said
    assert "· calls Mon–Fri 09:00–20:00" in said
    assert "asked 320,000 · offer ready 310,000" in said
    assert ("(416) •••-0134" in said, "555-0134" in said) == (True, False)
    assert shown["text"] == "Call step 2 of 6 for L-1: due"


@pytest.mark.parametrize(("user", "number"), [("dana", "(416) 555-0134"), ("lee", "(416) 555-0134")])
async def test_the_number_is_shown_to_who_may_see_it_and_to_them_alone(seller, user, number):
    await press(seller, Action.SHOW_TASK, user=user)
    shown = await told(seller, user=user)
    assert f"|{number}>" in words(shown)
    assert "*May be called now*" in words(shown)


async def test_the_leads_card_names_the_step_that_comes_first_and_what_it_waits_for(seller):
    assert "*Next* SMS step 1 of 6, due now" in await on_lead(seller)
    assert ": waits for approval" in await on_lead(seller)


async def test_a_text_that_is_due_shows_its_words_and_that_they_wait_for_approval(seller):
    said = words(await card(seller, "*Text John Smith*"))
    assert ">Hi John, Dana" in said
    assert "*The draft waits for approval*" in said


async def test_a_text_that_may_not_go_says_why_and_offers_what_a_person_can_do(socket):
    await with_call(socket, **{"How may we contact them?": "none"})
    shown = await card(socket, "*Text John Smith*")
    assert "*No text is under way*: Blocked:" in words(shown)
    offered = [Action.RECORD_CONSENT, Action.TASK_DONE, Action.SKIP_TASK, Action.SNOOZE_TASK, Action.TASK_MENU]
    assert action_ids(shown) == offered
    await press(socket, Action.TASK_DONE, title="*Text John Smith*")
    assert "*Done* by <@U0DANA>" in words(await card(socket, "*Text John Smith*"))
    assert (await task(socket, 1)).state == TaskState.DONE


async def test_a_consent_that_is_recorded_on_the_card_lets_the_text_be_drafted(socket):
    await with_call(socket, **{"How may we contact them?": "none"})
    refused = await card(socket, "*Text John Smith*")
    view = (await press(socket, Action.RECORD_CONSENT, title="*Text John Smith*"))["view"]
    assert (await socket.submit(view, {"What happened?": "express_written", "Evidence": "the signed form"}))["ok"]
    assert "*Comes up again*" in words(await card(socket, "*Text John Smith*"))
    await socket.leave()
    await socket.leave()
    again = await card(socket, "*Text John Smith*")
    assert (again["ts"] == refused["ts"], "*The draft waits for approval*" in words(again)) == (True, True)


# Outcomes


async def test_an_outcome_takes_one_click_and_leaves_who_when_and_what_follows_in_the_buttons_place(seller):
    await outcome(seller, CallOutcome.VOICEMAIL)
    shown = await card(seller)
    assert action_ids(shown) == []
    assert "*Voicemail* by <@U0DANA>, <!date" in words(shown)
    assert "*Next* SMS step 1 of 6" in words(shown)
    done = await task(seller)
    assert (done.state, done.outcome, done.done_by) == (TaskState.DONE, "voicemail", "U0DANA")


async def test_a_wrong_number_stops_the_follow_ups_and_the_cards_say_so(seller):
    await outcome(seller, CallOutcome.WRONG_NUMBER)
    await seller.leave()
    assert "*Next* follow-ups stopped: Somebody else answers at this number." in await on_lead(seller)
    text = words(await card(seller, "*Text John Smith*"))
    assert ("*Stopped*" in text, "Somebody else answers at this number." in text) == (True, True)
    assert not [row for row in await rows(seller.database, followup_task) if row.state in ("planned", "due")]


async def test_not_interested_is_written_down_in_a_form_and_ends_the_lead(seller):
    view = (await choose(seller, CallOutcome.NOT_INTERESTED))["view"]
    assert view["callback_id"] == View.CALL
    assert "the lead counts as disqualified" in words(view)
    assert (await seller.submit(view, {"What was said": "Sold to the neighbour, 905-555-0177"}))["ok"]
    shown = words(await card(seller))
    assert ("*Not interested* by <@U0DANA>" in shown, ">Sold to the neighbour, •••" in shown) == (True, True)
    assert [row.status for row in await leads(seller.database)] == [LeadStatus.DISQUALIFIED]


async def test_do_not_contact_warns_before_and_blocks_every_address(seller):
    view = (await choose(seller, CallOutcome.DO_NOT_CONTACT))["view"]
    assert "Nobody here can take that back." in words(view)
    assert (await seller.submit(view, {}))["ok"]
    assert {row.scope for row in await rows(seller.database, opt_out)} == {"all"}
    assert "*Do not contact* by <@U0DANA>" in words(await card(seller))


async def test_the_form_says_what_the_chosen_outcome_brings_and_asks_for_a_time_where_one_is_wanted(seller):
    (found,) = await seller.cards(user="dana")
    view = (await seller.click(Action.LOG_CALL, user="dana", channel="leads", ts=found["ts"]))["view"]
    assert "When (your time)" not in words(view)
    where = {"user": "dana", "view_id": view["id"], "block_id": "outcome"}
    view = (await seller.click(Action.CALL_INPUT, value="call_back", **where))["view"]
    assert "When (your time)" in words(view)
    where["block_id"] = "call_at"
    late = (await seller.click(Action.CALL_INPUT, value=seconds("2026-11-25T03:00:00Z"), **where))["view"]
    assert ":warning: Nobody may be called at Tue 24 Nov 22:00 their time. The next opening is Wed 25 Nov" in words(
        late
    )
    early = (await seller.click(Action.CALL_INPUT, value=seconds(NEXT_DAY), **where))["view"]
    assert ":white_check_mark: Wed 25 Nov 12:00 their time" in words(early)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-11-24T20:00:00Z", "This time is over: it is Tue 24 Nov 16:3"),
        (
            "2026-11-25T03:00:00Z",
            "Nobody may be called at Tue 24 Nov 22:00 their time. The next opening is Wed 25 Nov 09",
        ),
    ],
)
async def test_a_call_back_that_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(seller, at, sentence):
    view = (await press(seller, Action.LOG_CALL))["view"]
    answer = await seller.submit(view, {"When (your time)": seconds(at), "What was said": "after work"})
    assert list(answer["errors"]) == ["call_at"]
    assert answer["errors"]["call_at"].startswith(sentence)
    assert answer["view"]["state"]["values"]["note"][FIELD]["value"] == "after work"
    assert (await task(seller)).state == TaskState.DUE


async def test_a_call_back_comes_back_at_its_time_with_what_was_said(seller):
    view = (await press(seller, Action.LOG_CALL))["view"]
    assert (await seller.submit(view, {"When (your time)": seconds(NEXT_DAY), "What was said": "after work"}))["ok"]
    assert "*Call them back* Wed 25 Nov 12:00 their time" in words(await card(seller))
    await until(seller, "2026-11-25T17:01:00Z")
    shown = words(await card(seller, "*Call John Smith back*"))
    assert (">after work" in shown, "1 × call back" in shown) == (True, True)


async def test_whoever_comes_too_late_is_told_who_was_faster_and_sees_it_as_it_is(seller):
    await press(seller, Action.SHOW_TASK)
    hers = await told(seller)
    await outcome(seller, CallOutcome.REACHED, user="lee")
    await seller.click(f"{Action.CALL_OUTCOME}:no_answer", user="dana", channel="leads", ts=hers["ts"])
    last = [row for row in await seller.messages(user="dana") if row["ephemeral"]]
    assert last[-1]["text"].startswith("Lee Tremblay did this at 16:3")
    shown = next(row for row in last if row["ts"] == hers["ts"])
    assert ("*Reached* by <@U0LEE>" in words(shown), action_ids(shown)) == (True, [])
    assert (await task(seller)).outcome == "reached"


async def test_a_form_that_is_sent_too_late_says_who_was_faster_and_stays_open(seller):
    view = (await press(seller, Action.LOG_CALL))["view"]
    await outcome(seller, CallOutcome.NO_ANSWER, user="lee")
    answer = await seller.submit(view, {"When (your time)": seconds(NEXT_DAY)})
    assert "Lee Tremblay did this at 16:3" in str(answer["errors"])


@pytest.mark.parametrize("action", [Action.LOG_CALL, Action.SNOOZE_TASK, Action.TASK_MENU])
async def test_a_form_about_a_task_that_has_ended_does_not_open(seller, action):
    await press(seller, Action.SHOW_TASK)
    hers = await told(seller)
    await outcome(seller, CallOutcome.REACHED, user="lee")
    value = {"value": menu_values(hers)[0]} if action is Action.TASK_MENU else {}
    answer = await seller.click(action, user="dana", channel="leads", ts=hers["ts"], **value)
    assert answer["view"] is None
    assert "*Reached* by <@U0LEE>" in (await told(seller))["text"]


async def test_another_reps_task_is_not_theirs_to_end(seller):
    await seller.command("/valhalla", "role @lee rep", user="sam")
    await outcome(seller, CallOutcome.REACHED, user="lee")
    assert (await told(seller, user="lee"))["text"].startswith("L-1 is another rep's.")
    assert (await task(seller)).state == TaskState.DUE
    assert "•••" in words(await card(seller))


async def test_a_call_beside_the_follow_ups_is_logged_from_the_leads_card(seller):
    open_ones = {"state": TaskState.SKIPPED, "completed": False, "ended_at": datetime.fromisoformat(CALL_DUE)}
    await change(seller.database, followup_task, open_ones)
    (found,) = await seller.cards(user="dana")
    view = (await seller.click(Action.LOG_CALL, user="dana", channel="leads", ts=found["ts"]))["view"]
    assert "*Call John Smith* · beside the follow-ups" in words(view)
    assert (await seller.submit(view, {"What came of it?": "no_answer"}))["ok"]
    (made,) = [row for row in await rows(seller.database, followup_task) if row.kind == TaskKind.CALLBACK]
    assert (made.state, made.outcome) == (TaskState.DONE, "no_answer")
    await seller.leave()
    assert "*No answer* by <@U0DANA>" in words(await card(seller, "*Call to John Smith*"))


class Impatient(Background):
    """Waits for nothing: every submission takes longer than the guard allows."""

    async def within(self, work, seconds):
        self.start(work)


async def test_what_takes_too_long_goes_on_and_the_second_press_finds_it(seller):
    view, desk = (await choose(seller, CallOutcome.NOT_INTERESTED))["view"], seller.program.desk
    answers = []

    async def ack(**answer):
        answers.append(answer)

    body = {"team": {"id": TEAM_ID}, "user": {"id": "U0DANA"}, "view": view}
    hurried = replace(desk, background=Impatient())
    await submitted(hurried, Call(body, ack, ack))
    await hurried.background.finish()
    await submitted(desk, Call(body, ack, ack))
    assert answers == [{"response_action": "errors", "errors": {"note": STILL_SAVING}}, {}]
    assert (await task(seller)).outcome == "not_interested"


async def over_home(stand):
    """Dana's Home with a button that shows the first call, as it opens over it."""
    shown = button("Open", Action.SHOW_TASK, str((await task(stand)).id))
    await stand.program.desk.client.views_publish(user_id="U0DANA", view=home([section("A call", accessory=shown)]))
    return (await stand.click(Action.SHOW_TASK, user="dana", view_id="home"))["view"]


async def test_a_card_over_home_has_the_number_and_its_buttons_and_says_at_once_what_came_of_it(seller):
    view = await over_home(seller)
    assert "(416) 555-0134" in words(view)
    await seller.click(f"{Action.CALL_OUTCOME}:no_answer", user="dana", view_id=view["id"])
    view = await seller.slack.get("view", user="dana")
    assert ("*No answer* by <@U0DANA>" in words(view), action_ids(view)) == (True, [])
    assert "*No answer* by <@U0DANA>" in words(await card(seller))


async def test_a_form_on_top_of_the_card_over_home_leaves_it_as_it_is_then(seller):
    view = await over_home(seller)
    form = (await seller.click(Action.SNOOZE_TASK, user="dana", view_id=view["id"]))["view"]
    answer = await seller.submit(form, {"Until (your time)": seconds(NEXT_DAY)})
    assert (answer["ok"], answer["view"]["id"]) == (True, view["id"])
    below = await seller.slack.get("view", user="dana")
    assert "*Waits until* Wed 25 Nov 12:00 their time" in words(below)


# Later, never, by somebody else


async def test_snoozing_shows_the_new_time_as_it_is_chosen_and_brings_the_card_back_then(seller):
    view = (await press(seller, Action.SNOOZE_TASK))["view"]
    assert "*Due then* Tue 24 Nov 18:00 their time" in words(view)
    where = {"user": "dana", "view_id": view["id"], "value": seconds("2026-11-25T03:00:00Z")}
    view = (await seller.click(Action.SNOOZE_INPUT, **where))["view"]
    assert "Calls rest then. *Due* at the next opening, Wed 25 Nov 09:00 their time" in words(view)
    assert (await seller.submit(view, {}))["ok"]
    shown = await card(seller)
    assert "*Waits until* Wed 25 Nov 09:00 their time" in words(shown)
    assert ("Put off by Dana" in words(shown), action_ids(shown)) == (True, [])
    await until(seller, "2026-11-25T14:01:00Z")
    again = await card(seller)
    assert (again["ts"] != shown["ts"], f"{Action.CALL_OUTCOME}:reached" in action_ids(again)) == (True, True)


async def test_a_task_cannot_be_put_off_into_the_past(seller):
    view = (await press(seller, Action.SNOOZE_TASK))["view"]
    answer = await seller.submit(view, {"Until (your time)": seconds("2026-11-24T20:00:00Z")})
    assert answer["errors"] == {"until": "This time is over. Choose one that is still to come."}


async def test_skipping_asks_why_and_the_card_says_it(seller):
    view = (await choose(seller, TaskChoice.SKIP))["view"]
    refused = await seller.submit(view, {"Why is it left out?": "   "})
    assert list(refused["errors"]) == ["reason"]
    assert (await seller.submit(view, {"Why is it left out?": "They wait for spring"}))["ok"]
    shown = words(await card(seller))
    assert ("*Skipped* by <@U0DANA>" in shown, "They wait for spring" in shown) == (True, True)


async def test_a_task_is_handed_to_another_member_whose_it_is_then(seller):
    view = (await choose(seller, TaskChoice.HAND_OVER))["view"]
    assert (await seller.submit(view, {"To whom": "lee"}))["ok"]
    assert "*For* <@U0LEE>" in words(await card(seller))
    assert (await task(seller)).owner == "U0LEE"


async def test_follow_ups_are_paused_and_resumed_from_the_leads_card(stand):
    assert (await stand.capture(**AGREED))["ok"]
    (found,) = await stand.cards(user="dana")
    await stand.click(Action.PAUSE_LADDER, user="dana", channel="leads", ts=found["ts"])
    assert "*Next* follow-ups are paused by <@U0DANA> since" in await on_lead(stand)
    await stand.click(Action.RESUME_LADDER, user="dana", channel="leads", ts=found["ts"])
    assert "*Next* SMS step 1 of 6, due" in await on_lead(stand)


async def test_follow_ups_are_paused_from_a_tasks_menu_and_resumed_where_its_own_card_stands(seller):
    await choose(seller, TaskChoice.PAUSE)
    assert "*Paused* by <@U0DANA>" in words(await card(seller))
    await seller.command("/lead", "L-1")
    alone = await told(seller)
    await seller.click(Action.RESUME_LADDER, user="dana", channel="leads", ts=alone["ts"])
    assert Action.PAUSE_LADDER in action_ids(await told(seller))


# A reply


async def test_a_reply_stops_the_steps_and_asks_a_person_to_answer_now(seller):
    wish = InboundWish("SM1", Medium.SMS, "+14165550134", "Maybe, call 905-555-0199 tonight")
    await seller.program.desk.inbound.receive(TWILIO, wish)
    await seller.leave()
    await seller.leave()
    assert "They replied by text." in words(await card(seller))
    shown = await card(seller, "*Answer John Smith*")
    assert ">Maybe, call ••• tonight" in words(shown)
    assert action_ids(shown)[:3] == [Action.WRITE_MESSAGE, Action.LOG_CALL, Action.TASK_DONE]
    assert "*Next* an answer to their reply, due now" in await on_lead(seller)
    await press(seller, Action.TASK_DONE, title="*Answer John Smith*")
    assert "*Answered* by <@U0DANA>" in words(await card(seller, "*Answer John Smith*"))
    states = {row.state for row in await tasks(seller.database, 1)}
    assert states == {TaskState.CANCELLED, TaskState.DONE}
