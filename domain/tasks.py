"""Tasks: what somebody has to do about a lead, where each one stands, who is told of it, what may come of a call."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.roles import Role
from domain.templates import TemplateName
from domain.zones import utc


class TaskKind(StrEnum):
    """Where a task comes from: a rung of the ladder, a call that was promised, a reply that somebody has to answer."""

    LADDER = "ladder"
    CALLBACK = "callback"
    REPLY = "reply"


class TaskState(StrEnum):
    """Where a task stands: PLANNED for later, DUE in front of people, and its three ends."""

    PLANNED = "planned"
    DUE = "due"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OPEN: Final = (TaskState.PLANNED, TaskState.DUE)
"""The states of a task that still has to be done."""

NOTE_LIMIT: Final = 1_000
"""Characters of what a person writes beside a task."""


class CallOutcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CALL_BACK = "call_back"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CONTACT = "do_not_contact"

    @property
    def label(self) -> str:
        """The outcome in a person's words: "No answer"."""
        return _LABELS[self]


_LABELS: Final = {
    CallOutcome.REACHED: "Reached",
    CallOutcome.VOICEMAIL: "Voicemail",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.WRONG_NUMBER: "Wrong number",
    CallOutcome.CALL_BACK: "Call back",
    CallOutcome.NOT_INTERESTED: "Not interested",
    CallOutcome.DO_NOT_CONTACT: "Do not contact",
}
MISSED: Final = frozenset({CallOutcome.VOICEMAIL, CallOutcome.NO_ANSWER})
"""The outcomes of a call that reached nobody: after one of them a text may say that somebody tried."""

TOLD: Final = (Role.REP, Role.APPROVER, Role.ADMIN)
"""Who is told of a task, by how often it was handed up: its rep when it is due, an approver, an admin at last."""
THEN_AFTER: Final = timedelta(hours=24)
"""How long an approver has before an admin is told."""


class CallbackPast(RuleBroken):
    """This time is over: it is {now:%a %d %b %H:%M} there. Say when they want to be called from now on."""

    code: ClassVar[str] = "CALLBACK_PAST"
    field: ClassVar[str] = "call_at"


class CallbackMissing(RuleBroken):
    """Say when they want to be called back."""

    code: ClassVar[str] = "CALLBACK_MISSING"
    field: ClassVar[str] = "call_at"


class CallbackClosed(RuleBroken):
    """Nobody may be called at {at:%a %d %b %H:%M} their time. The next opening is {opens:%a %d %b %H:%M} their time."""

    code: ClassVar[str] = "CALLBACK_CLOSED"
    field: ClassVar[str] = "call_at"


class NeverOpen(RuleBroken):
    """No contact policy lets them be reached this way, so there is no time for it. `/policy` shows the row."""

    code: ClassVar[str] = "NEVER_OPEN"
    field: ClassVar[str] = "until"


class NeverCallable(RuleBroken):
    """No contact policy lets them be called, so there is no time for it. `/policy` shows the row."""

    code: ClassVar[str] = "NEVER_CALLABLE"
    field: ClassVar[str] = "call_at"


class SnoozePast(RuleBroken):
    """This time is over. Choose one that is still to come."""

    code: ClassVar[str] = "SNOOZE_PAST"
    field: ClassVar[str] = "until"


class SnoozeTooFar(RuleBroken):
    """This is more than {days} days away. Skip the step with a reason, or choose an earlier day."""

    code: ClassVar[str] = "SNOOZE_TOO_FAR"
    field: ClassVar[str] = "until"


class SkipReasonMissing(RuleBroken):
    """Say why it is left out: the next person who looks at the lead reads it."""

    code: ClassVar[str] = "SKIP_REASON_MISSING"
    field: ClassVar[str] = "reason"


LONGEST_SNOOZE: Final = timedelta(days=90)


def told_at(escalation: int) -> Role:
    """Return whom a task stands in front of after it was handed up `escalation` times."""
    return TOLD[min(escalation, len(TOLD) - 1)]


def told_next_at(escalation: int, now: datetime) -> datetime | None:
    """Return when the next one is told after it was handed up `escalation` times now; None when nobody is left."""
    return now + THEN_AFTER if escalation < len(TOLD) - 1 else None


def waits_for(role: Role) -> int:
    """Return how often a task must have been handed up for it to wait for a role, whosever it is; a rep is never asked
    about another's."""
    return TOLD.index(role) or len(TOLD)


def may_work_task(role: Role, *, user_id: str, rep_id: str | None, owner: str | None) -> bool:
    """Whether a member says what becomes of a task: reps of their own and of unassigned leads, and what was handed to
    them."""
    return role is not Role.REP or user_id in (rep_id, owner) or rep_id is None


def text_of(*, is_first: bool, is_last: bool, missed_call: bool) -> TemplateName:
    """Return which text a rung sends: what it says of a call was logged before, since the text ahead of it."""
    if is_first:
        return TemplateName.FIRST_TOUCH
    if is_last:
        return TemplateName.LAST_TOUCH
    return TemplateName.AFTER_CALL if missed_call else TemplateName.FOLLOW_UP


def check_snooze(until: datetime, *, now: datetime) -> datetime:
    """Return an instant to which a task may be put off, in UTC. Raises SnoozePast, SnoozeTooFar, InstantWithoutZone."""
    at = utc(until)
    if at <= now:
        raise SnoozePast
    if at - now > LONGEST_SNOOZE:
        raise SnoozeTooFar(days=LONGEST_SNOOZE.days)
    return at


def checked_reason(text: str) -> str:
    """Return why a task is left out, as it is kept. Raises SkipReasonMissing."""
    reason = " ".join(text.split())[:NOTE_LIMIT]
    if not reason:
        raise SkipReasonMissing
    return reason
