"""What a member of the team may do, by role."""

from enum import StrEnum


class Role(StrEnum):
    """A member's role; Slack's workspace admins are admins from when we meet them, everyone else is a rep."""

    REP = "rep"
    APPROVER = "approver"
    ADMIN = "admin"


def may_see_contact(role: Role, *, user_id: str, rep_id: str | None) -> bool:
    """Whether a member sees a seller's full phone and e-mail: reps those of their own and of unassigned leads."""
    return role is not Role.REP or rep_id in (None, user_id)


def may_change_policies(role: Role) -> bool:
    """Whether a member changes policies: admins alone; everyone may read them."""
    return role is Role.ADMIN


def may_work_deal(role: Role, *, user_id: str, rep_id: str | None) -> bool:
    """Whether a member moves a deal, its offers and its buyers' answers: reps their own and unassigned ones."""
    return role is not Role.REP or rep_id in (None, user_id)


def may_administer(role: Role) -> bool:
    """Whether a member sets the product up, stops it, and takes people's records out of it or into it in bulk."""
    return role is Role.ADMIN


def may_record_consent(role: Role, *, user_id: str, rep_id: str | None) -> bool:
    """Whether a member adds to the consent ledger of a seller: reps that of their own and of unassigned leads."""
    return role is not Role.REP or rep_id in (None, user_id)


def may_decide_reply(role: Role, *, user_id: str, rep_id: str | None) -> bool:
    """Whether a member says what an unclear reply means: reps those to their own and unassigned leads."""
    return role is not Role.REP or rep_id in (None, user_id)


def may_send(role: Role) -> bool:
    """Whether a member lets a message leave on their own word: reps' messages leave after an approver's yes."""
    return role is not Role.REP


def may_see_to_send(role: Role, *, user_id: str, rep_id: str | None) -> bool:
    """Whether a member decides what becomes of a message to a seller that failed, or of which nobody knows whether it
    arrived: reps those to their own and to unassigned leads."""
    return role is not Role.REP or rep_id in (None, user_id)


def may_approve(role: Role) -> bool:
    """Whether a member decides what others ask to send."""
    return role is not Role.REP


def may_decide_for_others(role: Role) -> bool:
    """Whether a member decides what somebody else was asked to decide."""
    return role is Role.ADMIN
