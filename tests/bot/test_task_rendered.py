"""Every card and form of a task is one that Slack takes, says what is on record and no more, and tells no number to all."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import actionable
from bot.services.actors import Actor
from bot.services.ladder import TaskCard
from bot.slack.call_form import Called, call_view, lead_head, task_head
from bot.slack.ids import Action
from bot.slack.lead_card import card_blocks
from bot.slack.task_card import TaskShown, task_blocks, task_text
from bot.slack.task_form import Moment, hand_over_view, preview_text, skip_view, snooze_view, suggested, task_view
from domain.approvals import ApprovalKind, ApprovalState
from domain.gate import Check, GateVerdict
from domain.messages import SendState
from domain.policy import Medium, Verdict
from domain.roles import Role
from domain.tasks import CallOutcome, TaskKind, TaskState
from storage.approvals import Approval
from storage.database import Database
from tests.acceptance.harness.signed import open_line, set_up_workspace
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words
from tests.bot.shown_sends import SEND
from tests.bot.test_rendered import LONG
from tests.databases import apart
from tests.storage.builders import NOW

DANA, LEE, OTHER = Actor("T0SANDBOX", "U0DANA"), Actor("T0SANDBOX", "U0LEE", Role.APPROVER), Actor("T0SANDBOX", "U0PAT")
WHOLE, MASKED = "(416) 555-0134", "(416) •••-0134"
SENTENCE = "Outside the window: it is 20:14 in America/Toronto; open Wed 09:00."
TORONTO = {"America/Toronto": NOW}


@pytest.fixture(scope="module")
def beside(sqlite_template, tmp_path_factory):
    """The card of a lead with everything, captured through the services."""
    file = tmp_path_factory.mktemp("tasks") / "valhalla.db"
    shutil.copyfile(sqlite_template, file)
    found = []

    async def capture() -> None:
        line = await open_line(Database(f"sqlite+aiosqlite:///{file}"))
        await set_up_workspace(line)
        await line.command()
        asked = {"Asking price": "320k", "Notes": "Call her brother on 905-555-0199."}
        await line.submit(line.slack.opened(), **FULL, **asked)
        found.append(await line.desk.leads.card(DANA, 1))
        await line.desk.leads._database.close()

    apart(capture)
    return found[0]


def verdict(*, allowed: bool = True, at=None, refused: str = "window", sentence: str = SENTENCE) -> GateVerdict:
    """What the gate says, with the check that refused it."""
    checks = () if allowed else (Check(refused, Verdict(False, "r", sentence)),)
    return GateVerdict(
        allowed, "ok", sentence, None, "house rule", TORONTO, at, "ON/ALL", 1, "2026f", checks
    )  # fmt: skip


def shown(beside, medium=Medium.CALL, *, task=None, lead=None, **changes) -> TaskShown:
    """A task that is due, with parts of it, of its lead and of its card changed."""
    first = next(each for each in beside.tasks if each.medium is medium)
    made = replace(first, **{"state": TaskState.DUE, "due_at": NOW} | (task or {}))
    person = replace(beside.lead, **(lead or {}))
    tasks = tuple(made if each.id == made.id else each for each in beside.tasks)
    facts = {"deal": beside.deal, "of_steps": 6, "verdict": verdict(), "draft": None, "approval": None, "now": NOW}
    where = changes.pop("waits_in", "")
    card = TaskCard(task=made, lead=person, **facts | changes)
    return TaskShown(card, replace(beside, tasks=tasks, lead=person), where)


DRAFT = replace(SEND, state=SendState.AWAITING_APPROVAL, approval_id=3, body="Hi John, Dana here, 905-555-0100.")
ASKED = Approval(
    3, ApprovalKind.SEND, ApprovalState.OPEN, "outbox", None, 1, None, 1, None, None, None, NOW, "C0APPROVALS", "1.1", {},
    1, NOW,
)  # fmt: skip
ENDED = {"ended_at": NOW, "done_by": "U0DANA", "note": "Will think about it, 416-555-0177."}
PAUSED = {"ladder_paused_at": NOW, "ladder_paused_by": "U0LEE"}
CASES = {
    "a call": {},
    "a call outside its hours": {"verdict": verdict(allowed=False, at=NOW + timedelta(hours=9))},
    "a call that never may be": {"verdict": verdict(allowed=False, refused="lists")},
    "no number": {"lead": {"phone": None}, "verdict": None},
    "nothing known": {"lead": {"asking_price": None, "source": None, "notes": "", "address": None}, "deal": None},
    "unanswered": {"task": {"escalation": 1, "escalate_at": NOW}},
    "long unanswered": {"task": {"escalation": 7}},
    "put off": {"task": {"state": TaskState.PLANNED, "due_at": NOW + timedelta(days=1), "reason": "Put off by Dana"}},
    "tried again": {"medium": Medium.SMS, "task": {"state": TaskState.PLANNED, "reason": "No consent."}},
    "paused": {"lead": PAUSED},
    "moved": {"task": {"shift": "holiday", "owner": "U0DANA"}},
    "a call that was promised": {"task": {"kind": TaskKind.CALLBACK, "note": "after work"}},
    "a reply": {"task": {"kind": TaskKind.REPLY, "medium": Medium.SMS}},
    "a draft": {"medium": Medium.SMS, "draft": DRAFT, "approval": ASKED, "task": {"send_id": 7}},
    "a draft with its place": {
        "medium": Medium.SMS,
        "draft": DRAFT,
        "approval": ASKED,
        "waits_in": "in <#C0APPROVALS>",
    },
    "a held text": {"medium": Medium.SMS, "draft": replace(DRAFT, state=SendState.HELD, held_until=NOW)},
    "no consent": {
        "medium": Medium.SMS,
        "verdict": verdict(allowed=False, refused="consent"),
        "task": {"reason": "no"},
    },
    "facts are missing": {"medium": Medium.SMS, "task": {"reason": "The record has no street."}},
    **{f"a call: {each}": {"task": {"state": TaskState.DONE, "outcome": each.value, **ENDED}} for each in CallOutcome},
    "sent": {"medium": Medium.SMS, "task": {"state": TaskState.DONE, "send_id": 7, **ENDED}},
    "skipped": {"task": {"state": TaskState.SKIPPED, "reason": "They wait for spring.", **ENDED}},
    "stopped": {"task": {"state": TaskState.CANCELLED, "reason": "They answered.", **ENDED, "done_by": "twilio"}},
}


def faults(one: TaskShown, who) -> list[str]:
    return [str(fault) for fault in check_message({"text": task_text(one), "blocks": task_blocks(one, who=who)})]


@pytest.mark.parametrize("who", [None, DANA, OTHER, LEE], ids=["for all", "its rep", "another rep", "approver"])
@pytest.mark.parametrize("name", CASES)
def test_a_card_is_one_that_slack_takes_and_tells_the_number_to_none_but_who_may_see_it(beside, name, who):
    one = shown(beside, **CASES[name])
    assert faults(one, who) == []
    said = words(task_blocks(one, who=who)) + task_text(one)
    assert "555-0199" not in said or who in (DANA, LEE)
    assert WHOLE not in said or who in (DANA, LEE)
    assert beside.lead.name not in task_text(one)


def wordy(beside, text, **case):
    """A task with this text wherever a person's or a place's words stand."""
    lead = {"name": text, "address": text, "source": text, "notes": text}
    task = case.pop("task", {}) | {"note": text, "reason": text, "shift": text, "outcome": text}
    said = verdict(allowed=False, refused="consent", sentence=text)
    return shown(beside, task=task, lead=lead, verdict=said, **case)


WORDY = {
    "a call": {},
    "a text": {"medium": Medium.SMS},
    "a draft": {"medium": Medium.SMS, "draft": DRAFT},
    "done": {"task": {"state": TaskState.DONE}},
    "stopped": {"task": {"state": TaskState.CANCELLED}},
}


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
@pytest.mark.parametrize("case", WORDY)
def test_a_card_is_one_that_slack_takes_whatever_was_typed(beside, case, text):
    one = wordy(beside, text, **WORDY[case])
    assert [fault for who in (None, DANA) for fault in faults(one, who)] == []


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=4_000))
def test_a_card_with_any_text_is_one_that_slack_takes(beside, text):
    assert faults(wordy(beside, text), DANA) == []


def test_no_mention_that_was_typed_calls_anybody(beside):
    assert "<!channel>" not in words(task_blocks(wordy(beside, "<!channel>"), who=DANA))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a call", ("*Call John Smith* · step 2 of 6", "their time", "asked 320,000 · offer ready 310,000")),
        ("a call", ("Our offer is $310,000.00, 10,000 below what they ask", "No call is on record yet")),
        ("a call that never may be", (f"*May not be called*: {SENTENCE}",)),
        ("unanswered", ("*Nobody has answered*: the approvers were told; the next are told",)),
        ("long unanswered", ("*Nobody has answered*: the admins were told",)),
        ("put off", ("*Waits until*", "· Put off by Dana")),
        ("tried again", ("*Comes up again*",)),
        ("paused", ("*Paused* by <@U0LEE>",)),
        ("a call that was promised", ("*Call John Smith back*", ">after work")),
        ("a reply", ("*Answer John Smith* · a reply came in",)),
        (
            "a draft",
            (">Hi John, Dana here, •••.", "*The draft waits for approval*; it lapses"),
        ),
        ("a draft with its place", ("*The draft waits for approval* in <#C0APPROVALS>; it lapses",)),
        ("a held text", ("*Held* until",)),
        ("facts are missing", ("*No text is under way*: The record has no street.\nThey may be texted now",)),
        ("no consent", ("*No text is under way*: no",)),
        ("sent", ("*Sent*, approved by <@U0DANA>", "*Next*")),
        ("skipped", ("*Skipped* by <@U0DANA>", "They wait for spring.", "*Next*")),
        ("stopped", ("*Stopped*, <!date", "They answered.")),
        ("a call: no_answer", ("*No answer* by <@U0DANA>", ">Will think about it, •••.", "*Next*")),
    ],
)
def test_a_card_says_what_is_on_record(beside, name, said):
    text = words(task_blocks(shown(beside, **CASES[name]), who=None))
    assert [each for each in said if each not in text] == []


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("a call", ["call_outcome_button:reached", "call_outcome_button:voicemail", "call_outcome_button:no_answer",
                    "call_outcome_button:wrong_number", Action.LOG_CALL, Action.SHOW_TASK]),
        ("a reply", [Action.WRITE_MESSAGE, Action.LOG_CALL, Action.TASK_DONE]),
        ("a draft", []),
        ("no consent", [Action.RECORD_CONSENT, Action.TASK_DONE, Action.SKIP_TASK]),
        ("facts are missing", [Action.WRITE_MESSAGE, Action.TASK_DONE, Action.SKIP_TASK]),
    ],
)  # fmt: skip
def test_an_open_card_offers_what_can_be_done(beside, name, offered):
    blocks = task_blocks(shown(beside, **CASES[name]), who=None)
    assert [each["action_id"] for _, each in actionable(blocks)] == [*offered, Action.SNOOZE_TASK, Action.TASK_MENU]


@pytest.mark.parametrize("name", ["a call: reached", "sent", "skipped", "stopped"])
def test_a_card_whose_task_has_ended_offers_nothing(beside, name):
    assert list(actionable(task_blocks(shown(beside, **CASES[name]), who=DANA))) == []


def test_a_card_that_comes_back_as_a_new_one_offers_nothing_where_it_stands_and_all_to_who_asks_for_it(beside):
    one = shown(beside, **CASES["put off"])
    assert list(actionable(task_blocks(one, who=None))) == []
    offered = [each["action_id"] for _, each in actionable(task_blocks(one, who=DANA))]
    assert offered == [Action.LOG_CALL, Action.SNOOZE_TASK, Action.TASK_MENU]


def test_a_call_that_no_step_asked_for_has_a_form_with_the_number_for_who_may_see_it(beside):
    view = call_view(Called(None, 1), lead_head(beside, DANA), CallOutcome.VOICEMAIL, {})
    assert (check_view(view), WHOLE in words(view)) == ([], True)
    assert "*Call John Smith* · beside the follow-ups" in words(view)
    assert MASKED in lead_head(beside, OTHER)


def test_whether_it_may_happen_now_is_said_to_who_asks_now_and_not_on_a_card_that_stands(beside):
    closed = shown(beside, **CASES["a call outside its hours"])
    assert "May not be called" not in words(task_blocks(closed, who=None))
    assert f"*May not be called now*: {SENTENCE} From" in words(task_blocks(closed, who=DANA))
    assert "*May be called now*" in words(task_blocks(shown(beside), who=DANA))


def test_what_was_tried_is_counted_by_outcome(beside):
    tried = {2: "no_answer", 4: "no_answer", 6: "voicemail"}
    done = (
        replace(each, state=TaskState.DONE, outcome=tried.get(each.step)) if each.step != 3 else each
        for each in beside.tasks
    )
    one = shown(replace(beside, tasks=tuple(done)), task={"kind": TaskKind.CALLBACK, "id": 99})
    assert "So far calls: 2 × no answer, 1 × voicemail · 2 texts" in words(task_blocks(one, who=None))


def called(one, who, outcome, back=None):
    """The form for what came of a call with this outcome chosen."""
    about = Called(one.card.task.id, one.card.lead.number)
    return call_view(
        about, task_head(one, who), outcome, back or {}, MEANT if outcome is CallOutcome.CALL_BACK else None
    )


MEANT = Moment(NOW, ":white_check_mark: *Due then* …")


@pytest.mark.parametrize("who", [DANA, OTHER], ids=["its rep", "another rep"])
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "state" not in case.get("task", {})])
def test_the_forms_are_ones_that_slack_takes(beside, name, who):
    one = shown(beside, **CASES[name])
    back = {"response_url": "https://hooks.slack.test/" + "x" * 200, "channel": "C0LEADS"}
    views = [snooze_view(one, MEANT, back), skip_view(one, back), hand_over_view(one, back)]
    views += [called(one, who, each, back) for each in CallOutcome] + [task_view(one, who)]
    assert [str(fault) for view in views for fault in check_view(view)] == []
    assert {json.loads(view["private_metadata"])["task"] for view in views} == {one.card.task.id}
    assert all(WHOLE not in words(view) for view in views) or who is DANA


def test_the_form_of_a_call_warns_of_what_cannot_be_taken_back_and_asks_for_a_time_only_where_one_is_wanted(beside):
    one = shown(beside)
    assert "Nobody here can take that back" in words(called(one, DANA, CallOutcome.DO_NOT_CONTACT))
    assert "When (your time)" in words(called(one, DANA, CallOutcome.CALL_BACK))
    assert "When (your time)" not in words(called(one, DANA, CallOutcome.REACHED))


def test_a_time_outside_the_hours_is_previewed_as_the_next_opening(beside):
    one, later = shown(beside), NOW + timedelta(hours=14)
    assert preview_text(one, NOW, NOW).startswith(":white_check_mark: *Due then* Wed 11 Mar 11:00 their time")
    assert preview_text(one, NOW, later).startswith(
        ":hourglass_flowing_sand: Calls rest then. *Due* at the next opening"
    )


def test_a_form_for_a_time_begins_at_a_full_hour_an_hour_away_at_least():
    assert suggested(NOW) == NOW + timedelta(hours=1)
    assert suggested(NOW + timedelta(minutes=1)) == NOW + timedelta(hours=2)


# The lead's card


TEXTED = {1: {"state": TaskState.DUE, "send_id": 7}}


def with_steps(beside, *, lead=None, draft=None, **changes):
    """The lead's card with its steps changed by number: {2: {...}}, or all of them."""
    steps = changes.pop("steps", {})
    tasks = tuple(replace(each, **changes, **steps.get(each.step, {})) for each in beside.tasks)
    return replace(beside, tasks=tasks, lead=replace(beside.lead, **(lead or {})), draft=draft)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": TEXTED}, "*Next* SMS step 1 of 6, due now"),
        ({"steps": TEXTED, "draft": DRAFT}, ": waits for approval"),
        (
            {"steps": TEXTED, "draft": replace(DRAFT, state=SendState.HELD, held_until=NOW)},
            ": approved, held until <!date",
        ),
        ({"steps": TEXTED, "draft": replace(DRAFT, state=SendState.APPROVED)}, ": approved"),
        ({"steps": {1: {"state": TaskState.DUE, "reason": "No consent."}}}, ": No consent."),
        ({"steps": {1: {"kind": TaskKind.CALLBACK}}}, "*Next* the call that was promised, due"),
        ({"steps": {1: {"kind": TaskKind.REPLY}}}, "*Next* an answer to their reply, due"),
        ({"steps": {1: {"state": TaskState.DONE}}}, "*Next* Call step 2 of 6"),
        ({"lead": PAUSED}, "*Next* follow-ups are paused by <@U0LEE> since"),
        (
            {"state": TaskState.CANCELLED, "reason": "They answered.", "ended_at": NOW},
            "*Next* follow-ups stopped: They answered. · the lead has no next action of its own",
        ),
    ],
)
def test_the_leads_card_says_what_comes_next_or_why_nothing_does(beside, changes, said):
    assert said in words(card_blocks(with_steps(beside, **changes), who=None))


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, {Action.LOG_CALL, Action.PAUSE_LADDER}),
        ({"lead": PAUSED}, {Action.LOG_CALL, Action.RESUME_LADDER}),
        ({"lead": {"phone": None}}, {Action.PAUSE_LADDER}),
        ({"state": TaskState.DONE}, {Action.LOG_CALL}),
    ],
)
def test_the_leads_card_offers_to_log_a_call_where_there_is_a_number_and_to_stop_follow_ups_while_there_are_any(
    beside, changes, offered
):
    blocks = card_blocks(with_steps(beside, **changes), who=None)
    wanted = {Action.LOG_CALL, Action.PAUSE_LADDER, Action.RESUME_LADDER}
    assert {each["action_id"] for _, each in actionable(blocks)} & wanted == offered
