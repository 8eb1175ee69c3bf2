"""Home is one that Slack takes, whatever stands in the rows; what needs a member comes first, seven things at most."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_view
from bot.services.actors import Actor
from bot.services.approval_cards import ApprovalCard
from bot.services.board import BoardRow
from bot.services.home import HomeShown
from bot.services.inbound import Waiting
from bot.services.recipients import Recipient
from bot.services.sends_troubles import TroublePage
from bot.services.setup import SetupShown
from bot.slack.blocks import home
from bot.slack.home import publish
from bot.slack.home_needs import Needs, listed, needs_of
from bot.slack.ids import Action
from domain.approvals import ApprovalKind, ApprovalState
from domain.content import Sender
from domain.deals import Stage
from domain.kpis import Kpi
from domain.leads import LeadStatus
from domain.next_action import NextAction
from domain.optout import Intent
from domain.pauses import Pause
from domain.policy import Medium
from domain.setup import TeamSettings, checklist
from domain.tasks import TaskKind, TaskState
from storage.approvals import Approval
from storage.deals import Deal
from storage.inbound import InboundMessage, InboundState
from storage.ladder import Task
from storage.leads import Lead
from tests.acceptance.harness.fake_slack import FakeSlack
from tests.acceptance.harness.texts import action_ids, words
from tests.bot.shown_sends import shown_send
from tests.storage.builders import NOW

DANA = Actor("T0SANDBOX", "U0DANA")
HOSTILE = ("<!channel>", "😀" * 600, "&" * 600, "<" * 3_500, "x" * 3_500, "*_~`" * 150, "a\nb" * 200, "\u202e", "```")
LEAD = Lead(
    1, 1, "John Smith", "+14165550134", None, "test", LeadStatus.NEW, "12 King St W", None, None, "ON", "Toronto",
    frozenset({"America/St_Johns"}), 1.0, None, (), "U0DANA", None, "", None, None, None, None, None, {}, 1, NOW,
)  # fmt: skip
TASK = Task(
    1, 1, 1, 2, TaskKind.LADDER, Medium.CALL, NOW, NOW, TaskState.DUE, None, "U0DANA", None, None, None, None, None,
    NOW, 0, None, None, None, None, NOW,
)  # fmt: skip
REPLY = InboundMessage(
    1, "SM1", Medium.SMS, "+14165550134", "?", Intent.AMBIGUOUS, InboundState.NEEDS_PERSON, 1, None, NOW, "twilio",
    None, None,
)  # fmt: skip
DEAL = Deal(
    1, 1, 1, 1, Stage.OFFERED, None, None, None, None, None, None, None, None, None, None, None, None, NOW, None, 1, NOW
)  # fmt: skip
APPROVAL = Approval(
    5, ApprovalKind.SEND, ApprovalState.OPEN, "U0DANA", None, 1, 1, 1, None, None, None, NOW + timedelta(days=1), None,
    None, {}, 1, NOW,
)  # fmt: skip
REACHED = Recipient(("+14165550134",), LEAD.zones, "ON", "Toronto", lead=LEAD)


def approval(number: int, kind=ApprovalKind.SEND, text="John") -> ApprovalCard:
    """An approval that waits for a yes."""
    reached = replace(REACHED, lead=replace(LEAD, name=text))
    task_id = 1 if kind is ApprovalKind.SEND else None
    sends = (shown_send(text, "awaiting_approval", id=number).send,) * (1 if kind is ApprovalKind.SEND else 12)
    return ApprovalCard(replace(APPROVAL, id=number, kind=kind, task_id=task_id), sends, reached, None, LEAD, DEAL, NOW)


def home_shown(leads: Sequence[Lead] = (), **changes) -> HomeShown:
    """What Home shows of some leads, each with a task that is due."""
    owed = tuple((replace(TASK, id=n), lead) for n, lead in enumerate(leads))
    values = {
        "owed": owed, "idle": (), "coming": (), "newest": tuple(leads), "mine": {}, "team": {}, "leads_today": 0,
        "today": {}, "now": NOW,
    }  # fmt: skip
    return HomeShown(**values | changes)


@dataclass
class _Says:
    """Says the same to everybody, whatever it is asked."""

    answer: object

    def __getattr__(self, _name: str):
        async def ask(_who: Actor, **_how: object) -> object:
            return self.answer

        return ask


def setup_of(*, may_change: bool) -> SetupShown:
    """A team that has said nothing of itself."""
    settings = TeamSettings(Sender(None, None, None, None), None, None, None, 8, "America/Toronto", "ON/ALL")
    return SetupShown(settings, {}, checklist(settings, []), may_change=may_change)


@dataclass
class _Desk:
    """What drawing Home works with."""

    client: FakeSlack
    home: _Says
    approvals: _Says
    troubles: _Says
    inbound: _Says
    deals: _Says
    pauses: _Says
    setup: _Says


def desk_of(shown, *, approvals=(), sends=(), replies=(), deals=(), pauses=(), may_change=False) -> _Desk:
    """A desk whose services say these things."""
    page = TroublePage(tuple(sends), 0, len(sends))
    said = [_Says(each) for each in (shown, approvals, page, replies, deals, pauses, setup_of(may_change=may_change))]
    return _Desk(FakeSlack(), *said)


async def drawn(desk: _Desk, **how):
    """Home as it was published."""
    await publish(desk, DANA, **how)
    assert desk.client.faults == []
    return desk.client.made("views.publish")[-1]["view"]


@pytest.mark.parametrize("text", ["John", *HOSTILE])
@pytest.mark.parametrize("count", [0, 7])
@pytest.mark.parametrize("start", [None, 0, 10])
async def test_home_is_one_that_slack_takes(count, text, start):
    leads = [replace(LEAD, id=n, number=n, name=text, address=text) for n in range(1, count + 1)]
    states = zip(leads, cycle(("failed", "unknown")), strict=False)
    desk = desk_of(
        home_shown(leads, idle=tuple(leads), coming=tuple((replace(TASK, id=n + 50), each) for n, each in enumerate(leads))),
        approvals=[approval(n, kind, text) for n, kind in zip(range(count), cycle(ApprovalKind), strict=False)],
        sends=[shown_send(text, state, id=each.id) for each, state in states],
        replies=[Waiting(replace(REPLY, id=n, text=text), each, None) for n, each in enumerate(leads)],
        deals=[BoardRow(replace(DEAL, number=n), each, n, NextAction(text, is_lacking=True)) for n, each in enumerate(leads[:3])],
        pauses=[Pause("ON/Toronto", "U0SAM", NOW, text) for _ in leads],
        may_change=True,
    )  # fmt: skip
    await drawn(desk, start=start)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=900))
def test_whatever_stands_in_the_rows_is_shown(text):
    lead = replace(LEAD, name=text)
    needs = Needs(home_shown([lead], idle=(lead,)), [approval(1, text=text)], TroublePage((), 0, 0), ())
    assert check_view(home(listed(needs_of(needs, DANA)))) == []


async def test_what_needs_somebody_comes_in_one_order_seven_things_at_first():
    leads = [replace(LEAD, id=n, number=n) for n in range(1, 4)]
    desk = desk_of(
        home_shown(leads[:2], idle=(replace(LEAD, id=9, number=9),)),
        approvals=[approval(1), approval(2, ApprovalKind.BATCH)],
        sends=[shown_send("Hi", "failed", id=1)],
        replies=[Waiting(REPLY, LEAD, None)],
    )
    shown = words(await drawn(desk))
    order = ["Needs you now", "Follow-ups that are due", "wait for your yes", "Messages that need you", "Replies that"]
    order += ["without a next action", "Your pipeline", "The team today"]
    places = [shown.index(each) for each in order]
    assert places == sorted(places)
    assert f"{Action.HOME_PAGE}:all" not in action_ids(desk.client.made("views.publish")[-1]["view"])


async def test_what_is_more_than_seven_stands_behind_all_and_is_turned_by_pages():
    leads = [replace(LEAD, id=n, number=n, name=f"Seller {n}") for n in range(25)]
    desk = desk_of(home_shown(leads[:8], newest=()))
    first = await drawn(desk)
    assert action_ids(first).count(Action.SHOW_TASK) == 7
    assert f"{Action.HOME_PAGE}:all" in action_ids(first)
    desk = desk_of(home_shown(leads[:21], newest=()))
    second = await drawn(desk, start=10)
    assert "*Seller 10*" in words(second)
    assert "*Seller 20*" not in words(second)
    pages = [each for each in action_ids(second) if each.startswith(Action.HOME_PAGE)]
    assert pages == [f"{Action.HOME_PAGE}:{name}" for name in ("before", "after", "back")]
    last = await drawn(desk, start=20)
    assert [each for each in action_ids(last) if each.startswith(Action.HOME_PAGE)] == [pages[0], pages[2]]


async def test_a_page_that_is_not_there_any_more_is_home_as_it_is_at_first():
    assert "Needs you now" in words(await drawn(desk_of(home_shown()), start=10))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Call *John Smith*, step 2: *due now*, Wed 11 Mar 12:30 their time"),
        ({"due_at": NOW - timedelta(hours=2)}, ":warning: *overdue*, since Wed 11 Mar 10:30 their time"),
        ({"due_at": NOW - timedelta(hours=3), "escalation": 1}, "*overdue*, handed up, since"),
        ({"kind": TaskKind.CALLBACK}, "Call *John Smith* back: *due now*"),
        ({"kind": TaskKind.REPLY}, "Answer *John Smith*, who wrote: *due now*"),
        (
            {"send_id": 7},
            "their time · <!date^1773241200^{date_short_pretty} {time}|11 Mar 15:00 UTC> yours\nIts text is",
        ),
        ({"reason": "No <consent>."}, "yours\nNo &lt;consent&gt;."),
        ({"due_at": NOW + timedelta(hours=1)}, "step 2: due Wed 11 Mar 13:30 their time"),
    ],
)
async def test_a_task_says_what_and_when_on_both_clocks(changes, said):
    owed = ((replace(TASK, **changes), LEAD),)
    assert said in words(await drawn(desk_of(home_shown(owed=owed))))


async def test_an_approval_says_what_is_asked_by_whom_and_until_when():
    shown = words(await drawn(desk_of(home_shown(), approvals=[approval(1), approval(2, ApprovalKind.BATCH)])))
    assert "*Text to L-1 John*\nasked by a follow-up · lapses <!date^" in shown
    assert "*12 messages about D-1*\nasked by <@U0DANA> · lapses" in shown


async def test_todays_numbers_and_the_pipeline_are_said_in_words():
    shown = home_shown(
        mine={Stage.OFFERED: 2}, team={Stage.OFFERED: 5, Stage.CLOSED: 1}, leads_today=1,
        today={Kpi.CALL_LOGGED: 1, Kpi.SMS_SENT: 3},
    )  # fmt: skip
    said = words(await drawn(desk_of(shown)))
    assert "*Your pipeline*\nOffered 2" in said
    assert "1 new lead · 1 call · 3 texts sent\nDeals by stage: Offered 5 · Closed 1" in said


@pytest.mark.parametrize("may_change", [False, True])
async def test_settings_and_the_set_up_are_the_admins(may_change):
    home = await drawn(desk_of(home_shown(), may_change=may_change))
    assert ("not set up yet" in words(home), "Settings" in words(home)) == (may_change, may_change)


async def test_the_pages_end_at_a_hundred_and_say_so():
    leads = [replace(LEAD, id=n, number=n) for n in range(100)]
    shown = home_shown(leads, idle=tuple(leads), newest=())
    last = await drawn(desk_of(shown), start=90)
    assert "These are the first 100" in words(last)
    assert f"{Action.HOME_PAGE}:after" not in action_ids(last)
