"""Settling: what a provider's word, a look-up or a crash makes of a send, with all that follows in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.opting_out import Said, stop
from bot.services.sends import OUTBOX, tell_outcome
from domain.consent import ConsentKind
from domain.kpis import Kpi, KpiEvent
from domain.messages import Post, Route, SendState
from domain.receipts import CARRIER_BLOCK, Found, Outcome, Receipt, Settlement, Tried, settle, settle_asked
from domain.tasks import TaskState
from storage.approvals import change_approval
from storage.base import Tx
from storage.kpis import emit_kpi
from storage.ladder import change_task
from storage.leads import set_card
from storage.outbox import move, move_asked
from storage.send_attempts import end_attempt
from storage.sends import Send

log = structlog.get_logger()

ID_LIMIT, CODE_LIMIT = 128, 64
"""Characters of a provider's name for a message, and of a reason, as their columns hold them."""
CRASHED = "crashed"
"""The code of an attempt whose worker vanished."""
SENT = {Route.SMS: Kpi.SMS_SENT, Route.EMAIL: Kpi.EMAIL_SENT}
FAILED = {Route.SMS: Kpi.SMS_FAILED, Route.EMAIL: Kpi.EMAIL_FAILED}


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ended: with which provider, when, from when a look-up may be believed, and which attempt it was."""

    provider: str
    now: datetime
    safe_at: datetime
    attempt_id: int


def settle_receipt(tx: Tx, send: Send, token: str, receipt: Receipt, ended: Ended) -> bool:
    """Settle a send by what its call brought; False when somebody else settled it meanwhile.

    A carrier's block is an opt-out either way.
    """
    now, receipt = ended.now, _kept(receipt)
    made = settle(receipt, Tried(send.key, send.attempt_count, send.maybe, now, ended.safe_at))
    end_attempt(tx, send.id, receipt.outcome.value, receipt.code, now=now, attempt_id=ended.attempt_id)
    values: dict[str, object] = {"provider": ended.provider}
    if receipt.provider_id:
        values |= {"provider_id": receipt.provider_id}
    is_mine = move(tx, send.id, made.state, _changes(made, values, now), token=token)
    if receipt.outcome is Outcome.PERMANENT and receipt.code == CARRIER_BLOCK and send.route.medium:
        said = Said(send.address, "carrier", receipt.sentence, now)
        stop(tx, outbox(tx), said, {send.route.medium: ConsentKind.CARRIER_BLOCK}, now=now, ends_tasks=False)
    if not is_mine:
        log.warning("send_settled_elsewhere", send_id=send.id, outcome=receipt.outcome.value, code=receipt.code)
        return False
    follow(tx, send, made.state, made.reason or "", now)
    if made.state is SendState.SENT:
        count_sent(tx, send, receipt.detail, counted=not receipt.dry_run, now=now)
    return True


def settle_lost(tx: Tx, send: Send, *, now: datetime, ask_at: datetime) -> None:
    """Settle a send whose worker vanished behind the door: it may have left, and its provider is asked from `ask_at`
    on. That is later than the lease's end, since a worker whose clock is behind may be calling still."""
    end_attempt(tx, send.id, Outcome.UNCLEAR.value, CRASHED, now=now)
    sentence = "The program stopped while it was being sent."
    made = Settlement(SendState.UNKNOWN, CRASHED, sentence, ask_at=ask_at, maybe=True)
    if move(tx, send.id, made.state, _changes(made, {}, now), of=SendState.SENDING):
        follow(tx, send, made.state, CRASHED, now)


def settle_found(tx: Tx, send: Send, found: Found, *, provider: str, now: datetime) -> None:
    """Settle a send by what its provider said when it was asked."""
    made = settle_asked(found, Tried(send.key, send.attempt_count, send.maybe, now, now), rounds=send.ask_count)
    values: dict[str, object] = {"provider": provider}
    if found.provider_id:
        values |= {"provider_id": found.provider_id[:ID_LIMIT]}
    if not move_asked(tx, send.id, made.state, _changes(made, values, now), asked_until=send.ask_at):
        log.info("send_settled_elsewhere", send_id=send.id, answer=found.answer.value)
        return
    follow(tx, send, made.state, made.reason or "", now)
    if made.state is SendState.SENT:
        count_sent(tx, send, found.detail, counted=not found.dry_run, now=now)


def settle_here(
    tx: Tx, send: Send, state: SendState, values: Mapping[str, object], *, token: str | None, now: datetime
) -> bool:
    """End a send that did not leave: blocked, cancelled or given up; False when it was moved elsewhere meanwhile."""
    if not move(tx, send.id, state, {**values, "settled_at": now, "claimed_by": None}, token=token):
        return False
    follow(tx, send, state, str(values.get("reason") or ""), now)
    return True


def outbox(tx: Tx) -> Actor:
    """Return the outbox as an actor."""
    return Actor(tx.workspace_id, OUTBOX, is_person=False)


def _changes(made: Settlement, values: Mapping[str, object], now: datetime) -> dict[str, object]:
    """The columns that a settlement changes, beside `values`."""
    changes = {**values, "reason": made.reason, "last_error": made.sentence, "maybe": made.maybe, "ask_at": made.ask_at}
    if made.due_at:
        changes |= {"due_at": made.due_at, "claimed_by": None, "ask_count": 0}
    if made.state in (SendState.SENT, SendState.FAILED):
        changes |= {"settled_at": now}
    return changes


def _kept(receipt: Receipt) -> Receipt:
    """A provider's word as the database takes it: a settlement must not fail because of what it says."""
    name = receipt.provider_id[:ID_LIMIT] if receipt.provider_id else None
    return replace(receipt, code=receipt.code[:CODE_LIMIT], sentence=readable(receipt.sentence), provider_id=name)


def follow(tx: Tx, send: Send, state: SendState, reason: str, now: datetime) -> None:
    """Count a failure, and tell whoever waits for the outcome."""
    if state is SendState.FAILED and send.route in FAILED:
        detail = {"reason": reason}
        emit_kpi(tx, KpiEvent(FAILED[send.route], False, send.correlation_id, OUTBOX, detail=detail), now=now)
    tell_outcome(tx, send, state, now=now)


def count_sent(tx: Tx, send: Send, detail: Mapping[str, object], *, counted: bool, now: datetime) -> None:
    """Count what a provider took; a lead's card is remembered where it stands."""
    if counted and send.route in SENT:
        emit_kpi(tx, KpiEvent(SENT[send.route], True, send.correlation_id, OUTBOX), now=now)
    _remember_place(tx, send, detail)


def _remember_place(tx: Tx, send: Send, detail: Mapping[str, object]) -> None:
    """Keep where a card stands in the row that it shows."""
    channel, ts, link = (str(detail[name]) if detail.get(name) else None for name in ("channel", "ts", "link"))
    if send.route is not Route.SLACK or channel is None or ts is None:
        return
    about = send.metadata
    match about.get("post"):
        case Post.LEAD_CARD:
            set_card(tx, int(about["lead_id"]), channel_id=channel, ts=ts, permalink=link)
        case Post.APPROVAL:
            change_approval(tx, int(about["approval_id"]), {"channel_id": channel, "ts": ts})
        case Post.TASK:
            change_task(tx, int(about["task_id"]), {"card_ts": ts}, of=tuple(TaskState))
