"""Receipts: what a provider says later about a send, believed once, in whichever order its words arrive."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

import structlog

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.opting_out import Said, stop
from bot.services.sends import OUTBOX, redraw_approval_of, tell_outcome
from bot.services.sends_settling import FAILED, SENT
from domain.consent import ConsentKind
from domain.kpis import Kpi, KpiEvent
from domain.messages import WAITING, Route, SendState
from domain.receipts import CARRIER_BLOCK, Outcome
from storage.base import Tx
from storage.database import Database
from storage.kpis import emit_kpi, is_counted
from storage.outbox import move
from storage.send_attempts import end_attempt
from storage.sends import Send, lock_send, send_with_provider_id

log = structlog.get_logger()

Word: TypeAlias = Literal["sent", "delivered", "undelivered"]
UNDELIVERED: Final = "undelivered"
SERVES: Final = {"twilio": Route.SMS, "smtp": Route.EMAIL}
"""The way by which a provider's messages leave; the console twin stands in for all."""
ID_LIMIT: Final = 128
"""Characters of a provider's name for a message that its row keeps."""
CODE_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class ReceiptWord:
    """One word of a provider about a message that it was handed.

    `provider_id` is its name for the message, empty where it gives none; `send_id` is ours, where the word carries it.
    "sent" says that it has the message, "undelivered" that it gave up. `code` is our own word for the reason
    ("cannot_receive", "bounced"), `sentence` says it to people.
    """

    provider: str
    provider_id: str
    send_id: int | None
    state: Word
    code: str | None = None
    sentence: str | None = None


class Receipts:
    """Settles sends by what their providers say afterwards."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def receive(self, who: Actor, word: ReceiptWord) -> bool:
        """Believe a provider's word; False when it speaks of no send of ours, and then nothing is stored.

        A word that comes again, or after a later one, changes nothing.
        """
        now = self._clock.now()
        word = replace(word, provider_id=word.provider_id[:ID_LIMIT], code=word.code and word.code[:CODE_LIMIT])
        known = await self._database.write(who.workspace_id, lambda tx: _received(tx, word, now))
        if not known:
            log.warning("receipt_for_nothing", provider=word.provider, send_id=word.send_id, state=word.state)
        return known


def _received(tx: Tx, word: ReceiptWord, now: datetime) -> bool:
    send = _find(tx, word)
    if send is None:
        return False
    after = _after(send, word)
    if after is None:
        log.info("receipt_changes_nothing", send_id=send.id, state=send.state.value, word=word.state)
        return True
    values = _values(send, word, after, now)
    if move(tx, send.id, after, values):
        log.info("receipt_taken", send_id=send.id, before=send.state.value, after=after.value, code=word.code)
        end_attempt(tx, send.id, Outcome.ACCEPTED.value, f"receipt_{word.state}", now=now)
        _follow(tx, send, word, after, now)
    return True


def _find(tx: Tx, word: ReceiptWord) -> Send | None:
    """The send that a word speaks of, kept from others until `tx` ends: its words come in any order, and at once."""
    send_id = word.send_id
    if send_id is None and word.provider_id:
        named = send_with_provider_id(tx, word.provider_id)
        send_id = named.id if named else None
    send = lock_send(tx, send_id) if send_id else None
    return send if send and _speaks_of(word, send) else None


def _speaks_of(word: ReceiptWord, send: Send) -> bool:
    """Whether a word may be about a send that its id names: one of another provider, of another way, or of what was
    never handed over is not, nor one about a message of another name.

    An id alone proves little: a database that was set back numbers its sends again. Of a message that was tried more
    than once each attempt has its own name, and that one of them arrived is true of all.
    """
    if (
        send.route is Route.SLACK
        or send.first_attempt_at is None
        or SERVES.get(word.provider, send.route) != send.route
    ):
        return False
    if send.provider and send.provider != word.provider:
        return False
    same_name = not (send.provider_id and word.provider_id) or send.provider_id == word.provider_id
    return same_name or (word.state == "delivered" and send.attempt_count > 1)


def _after(send: Send, word: ReceiptWord) -> SendState | None:
    """The state into which a word brings a send, None where it changes nothing."""
    open_ones = (SendState.SENDING, SendState.UNKNOWN)
    waits_again = (*WAITING, SendState.CLAIMED)
    match word.state:
        case "sent":
            # What failed under a name was taken before it failed; a refusal gives no name.
            refused = send.state is SendState.FAILED and not send.provider_id
            return SendState.SENT if refused or send.state in (*open_ones, *waits_again) else None
        case "delivered":
            arrives = (*open_ones, *waits_again, SendState.SENT, SendState.FAILED)
            return SendState.DELIVERED if send.state in arrives else None
        case "undelivered":
            return SendState.FAILED if send.state in (*open_ones, SendState.SENT) else None


def _values(send: Send, word: ReceiptWord, after: SendState, now: datetime) -> dict[str, object]:
    """The columns that change. Without a claim nobody moves it back: whoever made the call knows less by now."""
    failed = after is SendState.FAILED
    settled = send.settled_at if send.state is SendState.SENT and not failed else now
    values: dict[str, object] = {
        "provider": word.provider,
        "provider_id": word.provider_id or send.provider_id,
        "reason": (word.code or UNDELIVERED) if failed else None,
        "last_error": (word.sentence or "The provider could not deliver it.") if failed else None,
        "settled_at": settled,
        "claimed_by": None,
        "maybe": False,
        "ask_at": None,
    }
    return values | ({"delivered_at": now} if after is SendState.DELIVERED else {})


def _follow(tx: Tx, send: Send, word: ReceiptWord, after: SendState, now: datetime) -> None:
    """Count what the word proves, tell whoever waits what they were not told, and heed a carrier's stop."""
    _count(tx, send, word, after, now)
    if after is not SendState.DELIVERED or send.state is not SendState.SENT:
        tell_outcome(tx, send, after, now=now)
    else:
        redraw_approval_of(tx, send, now=now)
    if word.code == CARRIER_BLOCK and after is SendState.FAILED and send.route.medium:
        said = Said(send.address, "carrier", word.sentence or "", now)
        who = Actor(tx.workspace_id, OUTBOX, is_person=False)
        stop(tx, who, said, {send.route.medium: ConsentKind.CARRIER_BLOCK}, now=now)


def _count(tx: Tx, send: Send, word: ReceiptWord, after: SendState, now: datetime) -> None:
    """Count that it was taken, where no answer said so in time, and then what became of it.

    A failure that was counted before it turned out wrong stays counted: events are never taken back. The delivery
    names it.
    """
    about = send.correlation_id
    if not is_counted(tx, SENT[send.route], about):
        emit_kpi(tx, KpiEvent(SENT[send.route], True, about, OUTBOX), now=now)
    if after is SendState.FAILED:
        detail = {"reason": word.code or UNDELIVERED}
        emit_kpi(tx, KpiEvent(FAILED[send.route], False, about, OUTBOX, detail=detail), now=now)
    elif after is SendState.DELIVERED:
        corrects = {"corrects": FAILED[send.route].metric} if send.state is SendState.FAILED else {}
        emit_kpi(tx, KpiEvent(Kpi.DELIVERED, True, about, OUTBOX, detail=corrects), now=now)
