"""Settling: what a provider's word, a look-up or a crash makes of a send, with all that follows in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.services.actors import Actor
from bot.services.opting_out import Said, stop
from bot.services.sends import OUTBOX, tell_outcome
from domain.consent import ConsentKind
from domain.kpis import Kpi, KpiEvent
from domain.messages import Post, Route, SendState
from domain.receipts import CARRIER_BLOCK, Found, Outcome, Receipt, Settlement, Tried, settle, settle_asked
from storage.base import Tx
from storage.kpis import emit_kpi
from storage.leads import set_card
from storage.outbox import move
from storage.send_attempts import end_attempt
from storage.sends import Send

log = structlog.get_logger()

CRASHED = "crashed"
"""The code of an attempt whose worker vanished."""
SENT = {Route.SMS: Kpi.SMS_SENT, Route.EMAIL: Kpi.EMAIL_SENT}
FAILED = {Route.SMS: Kpi.SMS_FAILED, Route.EMAIL: Kpi.EMAIL_FAILED}


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ended: with which provider, when, and from when a look-up may be believed."""

    provider: str
    now: datetime
    safe_at: datetime


def settle_receipt(tx: Tx, send: Send, token: str, receipt: Receipt, ended: Ended) -> bool:
    """Settle a send by what its call brought; False when somebody else settled it meanwhile."""
    now = ended.now
    made = settle(receipt, Tried(send.key, send.attempt_count, send.maybe, now, ended.safe_at))
    end_attempt(tx, send.id, receipt.outcome.value, receipt.code, now=now)
    values = {"provider": ended.provider, "provider_id": receipt.provider_id or send.provider_id}
    if not _moved(tx, send, made, values, token=token, now=now):
        log.warning("send_settled_elsewhere", send_id=send.id, outcome=receipt.outcome.value, code=receipt.code)
        return False
    if made.state is SendState.SENT:
        _sent(tx, send, receipt.detail, receipt.provider_id, counted=not receipt.dry_run, now=now)
    if receipt.outcome is Outcome.PERMANENT and receipt.code == CARRIER_BLOCK and send.route.medium:
        said = Said(send.address, "carrier", receipt.sentence, now)
        stop(tx, outbox(tx), said, {send.route.medium: ConsentKind.CARRIER_BLOCK}, now=now)
    return True


def settle_lost(tx: Tx, send: Send, *, now: datetime) -> None:
    """Settle a send whose worker vanished behind the door: it may have left, and its provider is asked at once."""
    end_attempt(tx, send.id, Outcome.UNCLEAR.value, CRASHED, now=now)
    made = Settlement(
        SendState.UNKNOWN, CRASHED, "The program stopped while it was being sent.", ask_at=now, maybe=True
    )
    _moved(tx, send, made, {}, token=None, now=now)


def settle_found(tx: Tx, send: Send, found: Found, *, provider: str, now: datetime) -> None:
    """Settle a send by what its provider said when it was asked."""
    made = settle_asked(found, Tried(send.key, send.attempt_count, send.maybe, now, now), rounds=send.ask_count)
    values = {"provider": provider, "provider_id": found.provider_id or send.provider_id}
    if _moved(tx, send, made, values, token=None, now=now) and made.state is SendState.SENT:
        _sent(tx, send, found.detail, found.provider_id, counted=True, now=now)


def settle_here(
    tx: Tx, send: Send, state: SendState, values: Mapping[str, object], *, token: str | None, now: datetime
) -> bool:
    """End a send that did not leave: blocked, cancelled or given up; False when it was moved elsewhere meanwhile."""
    if not move(tx, send.id, state, {**values, "settled_at": now, "claimed_by": None}, token=token):
        return False
    _ended(tx, send, state, str(values.get("reason") or ""), now)
    return True


def outbox(tx: Tx) -> Actor:
    """Return the outbox as an actor."""
    return Actor(tx.workspace_id, OUTBOX, is_person=False)


def _moved(
    tx: Tx, send: Send, made: Settlement, values: Mapping[str, object], *, token: str | None, now: datetime
) -> bool:
    changes = {**values, "reason": made.reason, "last_error": made.sentence, "maybe": made.maybe, "ask_at": made.ask_at}
    if made.due_at:
        changes |= {"due_at": made.due_at, "claimed_by": None}
    if made.state in (SendState.SENT, SendState.FAILED):
        changes |= {"settled_at": now}
    if not move(tx, send.id, made.state, changes, token=token):
        return False
    _ended(tx, send, made.state, made.reason or "", now)
    return True


def _ended(tx: Tx, send: Send, state: SendState, reason: str, now: datetime) -> None:
    """Count a failure, and tell whoever waits for the outcome."""
    if state is SendState.FAILED and send.route in FAILED:
        detail = {"reason": reason}
        emit_kpi(tx, KpiEvent(FAILED[send.route], False, send.correlation_id, OUTBOX, detail=detail), now=now)
    tell_outcome(tx, send, state, now=now)


def _sent(
    tx: Tx, send: Send, detail: Mapping[str, object], provider_id: str | None, *, counted: bool, now: datetime
) -> None:
    """Count what a provider took; a lead's card is remembered where it stands."""
    if counted and send.route in SENT:
        emit_kpi(tx, KpiEvent(SENT[send.route], True, send.correlation_id, OUTBOX), now=now)
    if send.metadata.get("post") == Post.LEAD_CARD:
        link = detail.get("link")
        set_card(
            tx,
            int(str(send.metadata["lead_id"])),
            channel_id=str(detail["channel"]),
            ts=str(detail["ts"]),
            permalink=str(link) if link else None,
        )
