"""Buyers' answers: recording what a buyer did about a deal, once for each outcome, and taking it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor, check_may_work
from bot.services.liquidity_sums import keep_answers
from bot.services.notifying_stops import PARTIES, stop_notifying
from bot.services.numbered import BuyerRemoved, buyer_numbered, deal_numbered
from domain import kpis
from domain.deals import Stage
from domain.errors import RuleBroken
from domain.feedback import REPLACES, obstacle
from domain.kpis import Kpi, KpiEvent
from domain.liquidity import Feedback, FeedbackEvent
from domain.notifying import SOLD, sold_sentence
from domain.property_types import PropertyType
from domain.zones import zone
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import Buyer, change_buyer, get_buyer, next_change
from storage.database import Database
from storage.deals import Deal, get_deal
from storage.feedback import (
    Answer,
    Stored,
    add_answer,
    answers_of,
    find_answer,
    record_of,
    restore_answer,
    undo_answer,
)
from storage.kpis import emit_kpi
from storage.leads import Lead, briefs_by_id, get_lead
from storage.workspaces import find_member

FEEDBACK_RECORDED: Final = "feedback_recorded"
FEEDBACK_UNDONE: Final = "feedback_undone"
"""The audit trail's words for an answer that was recorded, and one that was taken back."""


class AlreadyRecorded(RuleBroken):
    """“{outcome}” is recorded for B-{buyer} on D-{deal} already, by {who} on {at:%a %d %b %H:%M}. Undo on the deal's
    card takes it back."""

    code = "ALREADY_RECORDED"


class AnsweredAlready(RuleBroken):
    """B-{buyer} answered on D-{deal} already: “{outcome}”, recorded by {who} on {at:%a %d %b %H:%M}. Undo that first
    if it is wrong."""

    code = "ANSWERED_ALREADY"


class BoughtByAnother(RuleBroken):
    """B-{owner} bought D-{deal} already, recorded by {who} on {at:%a %d %b %H:%M}. Undo that first if it is wrong."""

    code = "BOUGHT_BY_ANOTHER"
    field = "buyer"


class PurchaseStands(RuleBroken):
    """D-{deal} is assigned to B-{buyer}, so the purchase stands. Move the deal back to Marketed: that takes it back."""

    code = "PURCHASE_STANDS"


class FeedbackFromFuture(RuleBroken):
    """An answer can't be dated later than now, and {at:%d %b %Y %H:%M} is still to come."""

    code = "FEEDBACK_FROM_FUTURE"


class DealOver(RuleBroken):
    """D-{number} is {stage} since {since:%d %b %Y}, so its buyers' answers stay as they are."""

    code = "DEAL_OVER"


class PlaceUnknown(RuleBroken):
    """The province of L-{number} is unknown, so an answer would count nowhere. Complete its address first."""

    code = "FEEDBACK_PLACE_UNKNOWN"


class AnswerNotFound(RuleBroken):
    """That answer is not recorded here. Open the deal again to see what is."""

    code = "ANSWER_NOT_FOUND"


class AnswerUndone(RuleBroken):
    """“{outcome}” was taken back on D-{deal} already. Open the deal again to see what stands."""

    code = "ANSWER_UNDONE"


class FeedbackBook:
    """What a rep can do with buyers' answers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self, who: Actor, deal_number: int, buyer_number: int, event: Feedback, *, at: datetime | None = None
    ) -> Answer:
        """Record what B-{buyer_number} did about D-{deal_number}, at `at` or now.

        Raises `DealNotFound`, `BuyerNotFound` and what `record_feedback` raises.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Answer:
            next_change(tx)  # before the deal is locked: a deal that is moved to its buyer locks in this order as well
            deal = deal_numbered(tx, deal_number, lock=True)
            return record_feedback(tx, who, deal, buyer_numbered(tx, buyer_number), event, now=now, at=at)

        return await self._database.write(who.workspace_id, work)

    async def undo(self, who: Actor, answer_id: int) -> None:
        """Take an answer back.

        Raises `AnswerNotFound`, `PurchaseStands` for the purchase by which the deal is assigned, and what
        `undo_feedback` raises.
        """
        now = self._clock.now()

        def work(tx: Tx) -> None:
            next_change(tx)  # as above
            answer = find_answer(tx, answer_id)
            deal = get_deal(tx, answer.deal_id, lock=True) if answer else None
            if answer is None or deal is None:
                raise AnswerNotFound
            _check_not_held(tx, deal, answer)
            undo_feedback(tx, who, deal, answer, now=now)

        await self._database.write(who.workspace_id, work)


def record_feedback(  # noqa: PLR0913 - who says what of whom about which deal; when it was, and when it is now
    tx: Tx, who: Actor, about: Deal, buyer: Buyer, event: Feedback, *, now: datetime, at: datetime | None = None
) -> Answer:
    """Record what a buyer did about a locked deal, at `at` or now, with all that follows from it.

    The event, the buyer's counts, the node's sums and rates, the KPI events and the audit entry are one change. An
    answer whose place this one takes is taken back with it.

    Raises `FeedbackFromFuture`, `DealOver`, `NotYourDeal`, `PlaceUnknown`, `BuyerRemoved`, `AlreadyRecorded`,
    `AnsweredAlready` where another answer stands in the way, and `BoughtByAnother`.
    """
    said_at = at or now
    if said_at > now:
        raise FeedbackFromFuture(at=said_at.astimezone(zone(who.zone)))
    turn = _begin(tx, who, about, buyer.id, now)
    if turn.buyer.removed_at:
        raise BuyerRemoved(number=buyer.number, removed_at=turn.buyer.removed_at)
    said = FeedbackEvent(said_at, *turn.place(tx), event, buyer.id, kpis.feedback(about.id))
    standing = turn.standing(tx)
    if blocking := obstacle(event, standing.keys()):
        raise turn.refusal(tx, event, standing[blocking])
    turn.check_unsold(tx, event)
    went = _undone(tx, [standing[old].id for old in sorted(REPLACES[event] & standing.keys())], now)
    replaced = [stored.answer.id for stored in went]
    stored = add_answer(tx, said, deal_id=about.id, recorded_by=who.user_id, replaced=replaced)
    if stored is None:
        raise turn.refusal(tx, event, turn.standing(tx)[event])
    turn.settle(tx, FEEDBACK_RECORDED, came=[stored], went=went)
    if event in SOLD:
        stop_notifying(tx, who, about, sold_sentence(about.number), now=now, parties=PARTIES)
    return stored.answer


def undo_feedback(tx: Tx, who: Actor, about: Deal, answer: Answer, *, now: datetime) -> None:
    """Take back an answer about a locked deal with all that followed from it; what it had replaced stands again.

    Raises `DealOver`, `NotYourDeal`, and `AnswerUndone` when somebody took it back before.
    """
    turn = _begin(tx, who, about, answer.buyer_id, now)
    went = _undone(tx, [answer.id], now)
    if not went:
        raise AnswerUndone(outcome=answer.event.label, deal=about.number)
    turn.settle(tx, FEEDBACK_UNDONE, came=list(turn.restored(tx, went[0].replaced)), went=went)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One change of a buyer's answers about a deal: who makes it, under which number of a change of buyers, and when.

    The buyer is read after that number was taken, so nobody changes them meanwhile.
    """

    who: Actor
    about: Deal
    lead: Lead
    buyer: Buyer
    change_no: int
    now: datetime

    def place(self, tx: Tx) -> tuple[str, str, PropertyType]:
        """Return where an answer counts: at the property's place, by the brief's type, a house where none is stated."""
        if self.lead.province is None:
            raise PlaceUnknown(number=self.lead.number)
        brief = briefs_by_id(tx, [self.about.brief_id]).get(self.about.brief_id)
        return self.lead.province, self.lead.market, (brief and brief.property_type) or PropertyType.SFR

    def standing(self, tx: Tx) -> dict[Feedback, Answer]:
        """Return what stands of the buyer about the deal."""
        return {answer.event: answer for answer in answers_of(tx, self.about.id) if answer.buyer_id == self.buyer.id}

    def restored(self, tx: Tx, replaced: Sequence[int]) -> Iterator[Stored]:
        """Let what was replaced stand again, unless something recorded since then stands in its way."""
        for answer_id in replaced:
            old = find_answer(tx, answer_id)
            if old and obstacle(old.event, self.standing(tx).keys()) is None and (stored := restore_answer(tx, old.id)):
                yield stored

    def refusal(self, tx: Tx, event: Feedback, by: Answer) -> RuleBroken:
        """Say why `event` can't be recorded: what stands, who recorded it and when."""
        facts = {"buyer": self.buyer.number, "deal": self.about.number, "outcome": by.event.label}
        return (AlreadyRecorded if by.event is event else AnsweredAlready)(**facts, **self._recorded(tx, by))

    def check_unsold(self, tx: Tx, event: Feedback) -> None:
        """Raise `BoughtByAnother` for a second purchase of one deal."""
        sold = next((answer for answer in answers_of(tx, self.about.id) if answer.event is Feedback.BOUGHT), None)
        if event is not Feedback.BOUGHT or sold is None:
            return
        owner = get_buyer(tx, sold.buyer_id)
        raise BoughtByAnother(
            owner=owner.number if owner else sold.buyer_id, deal=self.about.number, **self._recorded(tx, sold)
        )

    def _recorded(self, tx: Tx, answer: Answer) -> dict[str, object]:
        """Who recorded an answer and when, on the clock of the person who asks."""
        member = find_member(tx, answer.recorded_by) if answer.recorded_by else None
        name = member.name if member else answer.recorded_by or "somebody"
        return {"who": name, "at": answer.created_at.astimezone(zone(self.who.zone))}

    def settle(self, tx: Tx, verb: str, *, came: Sequence[Stored], went: Sequence[Stored]) -> None:
        """Bring everything up to date that follows from answers which stand now, or no longer do."""
        came_in, went_out = ([stored.event for stored in some] for some in (came, went))
        keep_answers(tx, self.about.id, came=came_in, went=went_out, now=self.now)
        counted = record_of(tx, self.buyer.id)
        change_buyer(tx, self.buyer.id, {**asdict(counted), "changed_no": self.change_no})
        emit_kpi(tx, *self._counted(went, -1.0), *self._counted(came, 1.0), now=self.now)
        change = Change(self.who.user_id, verb, f"D-{self.about.number}", self._side(went), self._side(came))
        record(tx, change, now=self.now)

    def _counted(self, answers: Sequence[Stored], value: float) -> Iterator[KpiEvent]:
        """Yield one event with 1 for each answer that came, or with -1 for each that was taken back."""
        for stored in answers:
            detail = {"deal_id": self.about.id, "buyer_id": self.buyer.id, "event": stored.answer.event}
            correlation_id = kpis.feedback(self.about.id)
            yield KpiEvent(Kpi.BUYER_FEEDBACK, True, correlation_id, self.who.user_id, value, detail)

    def _side(self, answers: Sequence[Stored]) -> Mapping[str, object] | None:
        if not answers:
            return None
        events = [stored.answer.event.value for stored in answers]
        return {"buyer": f"B-{self.buyer.number}", "events": events, "at": answers[0].answer.created_at}


def _begin(tx: Tx, who: Actor, about: Deal, buyer_id: int, now: datetime) -> _Turn:
    """Check that the deal is open and this person's to work, and queue for the change of its buyer."""
    lead = get_lead(tx, about.lead_id)
    if lead is None:
        raise LookupError(f"D-{about.number} has lost its lead")
    if not about.stage.is_open:
        since = about.staged_at.astimezone(zone(who.zone))
        raise DealOver(number=about.number, stage=about.stage.label.lower(), since=since)
    check_may_work(who, lead)
    change_no = next_change(tx)
    buyer = get_buyer(tx, buyer_id)
    if buyer is None:
        raise LookupError(f"no buyer has the id {buyer_id}")
    return _Turn(who, about, lead, buyer, change_no, now)


def _check_not_held(tx: Tx, deal: Deal, answer: Answer) -> None:
    """Raise `PurchaseStands` for the purchase by which a deal is assigned."""
    is_theirs = answer.buyer_id == deal.buyer_id and answer.event is Feedback.BOUGHT
    if deal.stage is Stage.ASSIGNED and is_theirs:
        buyer = get_buyer(tx, answer.buyer_id)
        raise PurchaseStands(deal=deal.number, buyer=buyer.number if buyer else answer.buyer_id)


def _undone(tx: Tx, answer_ids: Sequence[int], now: datetime) -> list[Stored]:
    return [stored for answer_id in answer_ids if (stored := undo_answer(tx, answer_id, now=now))]
