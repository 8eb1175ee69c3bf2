"""Approvals: what a person is asked to decide, by whom and for how long it may be decided, and how far it is."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.roles import Role, may_approve, may_decide_for_others
from domain.zones import utc, zone

NOON: Final = time(12)
AT_LEAST: Final = timedelta(hours=12)
"""How long an approval can be decided at least."""
REASON_LIMIT: Final = 500
"""Characters of the reason for a no."""
_SATURDAY: Final = 5


class ApprovalKind(StrEnum):
    """What is decided: one message, a batch of messages about one deal, or a change that the product proposes."""

    SEND = "send"
    BATCH = "batch"
    PROPOSAL = "proposal"


class ApprovalState(StrEnum):
    """How far an approval is. SUPERSEDED is one that lost its object before anybody decided: the message was cancelled,
    or a newer one took its place."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class ApprovalNotYours(RuleBroken):
    """Approvers and admins decide what is sent, and your role is {role}. Ask one of them."""

    code: ClassVar[str] = "APPROVAL_NOT_YOURS"


class ApprovalDelegated(RuleBroken):
    """{name} was asked to decide this one. They do, or an admin."""

    code: ClassVar[str] = "APPROVAL_DELEGATED"


class OwnApproval(RuleBroken):
    """You asked for this yourself, and it goes to {recipients}. Above {threshold} somebody else says yes: ask another
    approver, or an admin."""

    code: ClassVar[str] = "OWN_APPROVAL"


class ApprovalExpired(RuleBroken):
    """This lapsed at {at:%H:%M} on {at:%d %b} (your time), since nobody had decided. Nothing was sent: ask for it
    again."""

    code: ClassVar[str] = "APPROVAL_EXPIRED"


class ApprovalDecided(RuleBroken):
    """{by} {what} this at {at:%H:%M} on {at:%d %b} (your time). Nothing was changed."""

    code: ClassVar[str] = "APPROVAL_DECIDED"


class ApprovalOvertaken(RuleBroken):
    """There is nothing to decide any more, and nothing was changed. {why}"""

    code: ClassVar[str] = "APPROVAL_OVERTAKEN"


class RejectionUnexplained(RuleBroken):
    """Say why, so that whoever asked can do it better."""

    code: ClassVar[str] = "REJECTION_UNEXPLAINED"
    field: ClassVar[str] = "reason"


class RejectionTooLong(RuleBroken):
    """The reason has {length:,} characters; {limit:,} fit."""

    code: ClassVar[str] = "REJECTION_TOO_LONG"
    field: ClassVar[str] = "reason"


class NotADecider(RuleBroken):
    """{name} cannot decide this: {why}. Choose somebody else."""

    code: ClassVar[str] = "NOT_A_DECIDER"
    field: ClassVar[str] = "to"


class NotOneMessage(RuleBroken):
    """A batch is approved as it stands, or rejected and prepared anew: its messages cannot be edited one by one."""

    code: ClassVar[str] = "NOT_ONE_MESSAGE"


@dataclass(frozen=True, slots=True)
class Decider:
    """A member before a decision; `name` is what the team calls them."""

    user_id: str
    role: Role
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What the rules ask about an approval: who asked for it, who was asked to decide (an id and a name, None for any
    approver), how many people it reaches, and above how many its author does not say yes to it."""

    requested_by: str
    recipients: int
    threshold: int
    assigned_to: str | None = None
    assigned_name: str = ""

    @property
    def needs_another(self) -> bool:
        """Whether whoever asked for it may not be the one who says yes."""
        return self.recipients > self.threshold


def check_decider(question: Question, user_id: str, role: Role) -> None:
    """Raise what keeps a member from deciding: `ApprovalNotYours`, or `ApprovalDelegated`."""
    if not may_approve(role):
        raise ApprovalNotYours(role=role.value)
    if question.assigned_to not in (None, user_id) and not may_decide_for_others(role):
        raise ApprovalDelegated(name=question.assigned_name)


def check_approver(question: Question, user_id: str, role: Role) -> None:
    """Raise what keeps a member from saying yes: what keeps them from deciding, or `OwnApproval`. A no may always come
    from whoever asked."""
    check_decider(question, user_id, role)
    if question.requested_by == user_id and question.needs_another:
        raise OwnApproval(recipients=people(question.recipients), threshold=people(question.threshold))


def check_delegate(question: Question, to: Decider) -> None:
    """Raise `NotADecider` where a member could not say yes to what is handed to them."""
    if not to.is_active:
        raise NotADecider(name=to.name, why="they are not in the team any more")
    if not may_approve(to.role):
        raise NotADecider(name=to.name, why="approvers and admins decide, and they are a rep")
    if question.requested_by == to.user_id and question.needs_another:
        raise NotADecider(name=to.name, why=f"they asked for it, and it goes to {people(question.recipients)}")


def may_say_yes(question: Question, user_id: str, role: Role) -> bool:
    """Whether a member could say yes."""
    try:
        check_approver(question, user_id, role)
    except RuleBroken:
        return False
    return True


def checked_rejection(text: str) -> str:
    """Return the reason for a no without outer blanks. Raises `RejectionUnexplained` and `RejectionTooLong`."""
    reason = text.strip()
    if not reason:
        raise RejectionUnexplained
    if len(reason) > REASON_LIMIT:
        raise RejectionTooLong(length=len(reason), limit=REASON_LIMIT)
    return reason


def people(count: int) -> str:
    """Return a number of people in words: "1 person", "12 people"."""
    return f"{count} {'person' if count == 1 else 'people'}"


def expires_at(asked_at: datetime, zone_name: str) -> datetime:
    """Return when an approval lapses (UTC): the first noon of a weekday on the team's clock that is twelve hours away
    or more. Asked on a Tuesday afternoon it is Wednesday noon, on a Friday afternoon Monday noon."""
    place = zone(zone_name)
    day = (asked_at + AT_LEAST).astimezone(place).date()
    while True:
        noon = utc(datetime.combine(day, NOON, tzinfo=place))
        if day.weekday() < _SATURDAY and noon - asked_at >= AT_LEAST:
            return noon
        day += timedelta(days=1)
