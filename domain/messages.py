"""Messages that leave: by which way, the states that one goes through, and which state may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.rules import Medium


class Route(StrEnum):
    """The way by which a message leaves: to a person outside by text or e-mail, or to the team's own Slack."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    SLACK = "SLACK"

    @property
    def medium(self) -> Medium | None:
        """The medium that the gate is asked about; None for Slack, where the team talks to itself."""
        return None if self is Route.SLACK else Medium(self.value)


class SendState(StrEnum):
    """How far a message came.

    APPROVED waits to be claimed, HELD waits for an opening, CLAIMED is a worker's while its lease lasts. SENDING is the
    one-way door: from there a message may have left whatever happens to its worker. UNKNOWN may have left and nobody
    can say so yet.
    """

    DRAFTED = "drafted"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


_S = SendState
MOVES: Final[Mapping[SendState, frozenset[SendState]]] = {
    _S.DRAFTED: frozenset({_S.AWAITING_APPROVAL, _S.APPROVED, _S.HELD, _S.BLOCKED, _S.CANCELLED}),
    _S.AWAITING_APPROVAL: frozenset({_S.APPROVED, _S.HELD, _S.BLOCKED, _S.REJECTED, _S.CANCELLED}),
    # One that waits for its next attempt may have left by an earlier one, as its provider says late.
    _S.APPROVED: frozenset({_S.CLAIMED, _S.CANCELLED, _S.SENT, _S.DELIVERED}),
    _S.HELD: frozenset({_S.CLAIMED, _S.CANCELLED, _S.SENT, _S.DELIVERED}),
    _S.CLAIMED: frozenset(
        {_S.SENDING, _S.APPROVED, _S.HELD, _S.BLOCKED, _S.CANCELLED, _S.FAILED, _S.SENT, _S.DELIVERED}
    ),
    _S.SENDING: frozenset({_S.SENT, _S.APPROVED, _S.FAILED, _S.UNKNOWN, _S.DELIVERED}),
    # A provider's late word, a look-up or a person settles it.
    _S.UNKNOWN: frozenset({_S.SENT, _S.DELIVERED, _S.APPROVED, _S.FAILED, _S.UNKNOWN}),
    _S.SENT: frozenset({_S.DELIVERED, _S.FAILED}),
    # What was refused later may have been delivered earlier: the provider's receipt is believed.
    _S.FAILED: frozenset({_S.SENT, _S.DELIVERED}),
    _S.DELIVERED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.BLOCKED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""The states that may follow each state; storage refuses every other move."""

WAITING: Final = (_S.APPROVED, _S.HELD)
"""The states in which a message is claimed when it is due."""
STOPPABLE: Final = (_S.DRAFTED, _S.AWAITING_APPROVAL, _S.APPROVED, _S.HELD, _S.CLAIMED)
"""The states in which a message has certainly not left, so that a stop can still keep it back."""
COUNTED: Final = (_S.SENDING, _S.SENT, _S.DELIVERED, _S.UNKNOWN)
"""The states of a message that reached its recipient, or may have: what nobody knows counts as a contact."""


def may_move(before: SendState, after: SendState) -> bool:
    """Whether a message may go from one state to another."""
    return after in MOVES[before]


def sources_of(after: SendState) -> tuple[SendState, ...]:
    """The states from which a message may come into this one."""
    return tuple(before for before in SendState if may_move(before, after))


class Post(StrEnum):
    """What a message to the team's own Slack shows; it is drawn from the rows when it leaves."""

    LEAD_CARD = "lead_card"
    REPLY = "reply_notice"
    OUTCOME = "send_outcome"
    WARNING = "warning"
    TASK = "task"
    APPROVAL = "approval"


CARDS: Final[Mapping[Post, str]] = {Post.LEAD_CARD: "lead_id", Post.TASK: "task_id", Post.APPROVAL: "approval_id"}
"""The posts that keep one card for each row, with the name under which their metadata holds the row's id."""


def card_of(metadata: Mapping[str, object]) -> str | None:
    """Return which card a post shows, "approval 7"; None for a message that is none or keeps no card."""
    post = next((post for post in CARDS if post.value == metadata.get("post")), None)
    return f"{post.value} {metadata.get(CARDS[post])}" if post else None
