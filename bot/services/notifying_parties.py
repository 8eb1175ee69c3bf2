"""One round of notifying: who hears of a deal and in which wave, who does not and why, and the batch made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.services.approval_asks import ApprovalAsk, ask_in
from bot.services.deal_facts import IN_AGREEMENT, AnswersOf, answers_by_buyer, matching_facts
from bot.services.liquidity import liquidity_score
from bot.services.matching import BuyerIndex, Ranking
from bot.services.notifying_batch import ANSWERED, TOLD, BatchDetail, LeftOut, Prepared
from bot.services.notifying_draft import Barred, Drafting, Ready, ready_for
from bot.services.notifying_history import History, history_of, told_at
from bot.services.sends import MessageWish, draft_in
from bot.services.template_words import About
from domain import kpis
from domain.approvals import ApprovalKind
from domain.kpis import Kpi, KpiEvent
from domain.matching import Match
from domain.notifying import Party
from domain.property_types import PropertyType
from domain.templates import TemplateName
from domain.waves import MOST, wave_of
from storage.approvals import Approval
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import Buyer, buyers_by_id
from storage.deals import Deal
from storage.feedback import answers_of
from storage.kpis import emit_kpi
from storage.leads import Brief, Lead, briefs_by_id
from storage.sends import Send

NOTIFIED: Final = "parties_notified"
"""The audit trail's word for a batch that was prepared."""
LOOKED_AT: Final = 8 * MOST
"""Buyers whom a round looks at: those who may not be written to leave their place to the next."""
NOT_HELD: Final = "Nothing is agreed with the seller yet: buyers would hear of a property that the team does not hold."
NO_PROVINCE: Final = "The property's province is not known, so nobody can be matched: complete the address."


@dataclass(frozen=True, slots=True)
class Round:
    """A round about a deal whose row and lead's row are locked."""

    drafting: Drafting
    index: BuyerIndex
    deal: Deal
    lead: Lead


@dataclass(frozen=True, slots=True)
class _Known:
    """What a round goes by: who knows of the deal already, whom it suits, and what every message carries with it."""

    history: History
    answers: AnswersOf
    ranking: Ranking
    buyers: Mapping[int, Buyer]
    carried: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _To:
    """A message that may be written to somebody, and what its row is to keep of them."""

    ready: Ready
    key: str
    kept: Mapping[str, object]
    buyer_id: int | None = None


def prepare_in(tx: Tx, round_: Round) -> Prepared:
    """Draft for everybody who may hear of the deal, and ask for one approval; where nobody may, that is counted too."""
    known = _known(tx, round_)
    seller = _seller(tx, round_, known)
    buyers, left_out = _buyers(tx, round_, known)
    wishes = [*([seller] if isinstance(seller, _To) else []), *buyers]
    detail = BatchDetail(
        left_out=tuple(left_out),
        seller=seller if isinstance(seller, LeftOut) else None,
        fitting=known.ranking.fitting,
        remarks=tuple(_remarks(round_, known, len(buyers))),
        asked_at=round_.drafting.now,
    )
    sends = tuple(_drafted(tx, round_, known, each) for each in wishes)
    approval = _asked(tx, round_, sends, detail) if sends else None
    _count(tx, round_, known, sends, detail)
    asked_for = tuple(replace(send, approval_id=approval.id) for send in sends) if approval else ()
    return Prepared(round_.deal, round_.lead, approval, asked_for, detail, is_new=True)


def _known(tx: Tx, round_: Round) -> _Known:
    deal, lead, now = round_.deal, round_.lead, round_.drafting.now
    brief = _brief(tx, deal)
    history, answers = history_of(tx, deal.id), answers_by_buyer(answers_of(tx, deal.id))
    limit = LOOKED_AT + len(history.buyers | set(answers))
    ranking = round_.index.rank(tx, matching_facts(deal, lead, brief), now=now, limit=limit)
    liquidity = liquidity_score(tx, lead.province, lead.market, brief.property_type or PropertyType.SFR, now=now)
    carried = {
        "deal_id": deal.id,
        "lead_id": lead.id,
        "province": lead.province,
        "market": lead.market,
        "liquidity_score": liquidity.score if liquidity else 0.0,
    }
    buyers = buyers_by_id(tx, [int(match.buyer_id) for match in ranking.matches])
    return _Known(history, answers, ranking, buyers, carried)


def _brief(tx: Tx, deal: Deal) -> Brief:
    return briefs_by_id(tx, [deal.brief_id])[deal.brief_id]


def _remarks(round_: Round, known: _Known, chosen: int) -> Iterator[str]:
    """Yield what the approver should know before saying yes."""
    if round_.deal.stage not in IN_AGREEMENT:
        yield NOT_HELD
    if round_.lead.province is None:
        yield NO_PROVINCE
    looked, fitting = len(known.ranking.matches), known.ranking.fitting
    if chosen == MOST and fitting > len(known.history.buyers) + MOST:
        yield f"The {MOST} best matches who may be written to are in this batch; the next one tells others."
    elif looked < fitting:
        yield f"Only the {looked} best of {fitting} matches were looked at."


def _seller(tx: Tx, round_: Round, known: _Known) -> _To | LeftOut:
    """The seller's message; they hear of it once."""
    deal, lead = round_.deal, round_.lead
    name = f"L-{lead.number} {lead.name}"
    if told := known.history.told(Party.SELLER):
        return LeftOut(name, TOLD, _told_before(told))
    about = About(lead, deal, speaks_for=lead.rep_id)
    ready = ready_for(tx, round_.drafting, TemplateName.DEAL_SELLER, about)
    if isinstance(ready, Barred):
        return LeftOut(name, ready.reason, ready.sentence)
    tries = len(known.history.to(Party.SELLER)) + 1
    return _To(ready, f"deal:{deal.id}:seller:{tries}", {"party": Party.SELLER.value, "name": name})


def _buyers(tx: Tx, round_: Round, known: _Known) -> tuple[list[_To], list[LeftOut]]:
    """The buyers' messages, the best match first, and who is left out."""
    chosen: list[_To] = []
    left_out: list[LeftOut] = []
    for match in known.ranking.matches:
        buyer = known.buyers.get(int(match.buyer_id))
        if buyer is None or len(chosen) == MOST:
            continue
        found = _buyer(tx, round_, known, match, buyer)
        if isinstance(found, LeftOut):
            left_out.append(found)
            continue
        wave = wave_of(len(chosen))
        chosen.append(replace(found, kept={**found.kept, "wave": wave.number, "wave_minutes": wave.minutes}))
    return chosen, left_out


def _buyer(tx: Tx, round_: Round, known: _Known, match: Match, buyer: Buyer) -> _To | LeftOut:
    name = f"B-{buyer.number} {buyer.name}"
    if told := known.history.told(Party.BUYER, buyer.id):
        return LeftOut(name, TOLD, _told_before(told), buyer.id)
    if answers := known.answers.get(buyer.id):
        said = ", ".join(answer.event.label.lower() for answer in answers)
        return LeftOut(name, ANSWERED, f"Their answer is recorded already: {said}.", buyer.id)
    about = About(round_.lead, round_.deal, buyer, speaks_for=round_.lead.rep_id)
    ready = ready_for(tx, round_.drafting, TemplateName.DEAL_BUYER, about)
    if isinstance(ready, Barred):
        return LeftOut(name, ready.reason, ready.sentence, buyer.id)
    tries = len(known.history.to(Party.BUYER, buyer.id)) + 1
    kept = {"party": Party.BUYER.value, "name": name, "fit": round(match.fit, 4)}
    return _To(ready, f"deal:{round_.deal.id}:buyer:{buyer.id}:{tries}", kept, buyer.id)


def _told_before(send: Send) -> str:
    """When somebody was told, on the first of their clocks; or that they are about to be."""
    at = told_at(send)
    return f"Told already, on {at:%d %b %Y}." if at else "Their message about it is on its way already."


def _drafted(tx: Tx, round_: Round, known: _Known, to: _To) -> Send:
    verdict, words = to.ready.verdict, to.ready.words
    look = {"zones": sorted(verdict.local_times), "held_until": _iso(to.ready), "why": verdict.sentence}
    wish = MessageWish(
        key=to.key,
        route=to.ready.route,
        address=to.ready.address,
        body=words.body,
        subject=words.subject,
        lead_id=None if to.buyer_id else round_.lead.id,
        buyer_id=to.buyer_id,
        deal_id=round_.deal.id,
        template_version=words.version,
        metadata={**known.carried, **to.kept, "look": {**look, "allowed": verdict.allowed}},
    )
    return draft_in(tx, round_.drafting.who, wish, round_.drafting.links, round_.drafting.now)


def _iso(ready: Ready) -> str | None:
    return ready.held_until.isoformat() if ready.held_until else None


def _asked(tx: Tx, round_: Round, sends: Sequence[Send], detail: BatchDetail) -> Approval:
    deal, lead, drafting = round_.deal, round_.lead, round_.drafting
    ids = [send.id for send in sends]
    ask = ApprovalAsk(ApprovalKind.BATCH, ids, lead_id=lead.id, deal_id=deal.id, detail=detail.kept())
    approval = ask_in(tx, drafting.who, ask, now=drafting.now)
    after = {"approval_id": approval.id, "messages": len(ids), "left_out": len(detail.left_out)}
    record(tx, Change(drafting.who.user_id, NOTIFIED, f"D-{deal.number}", after=after), now=drafting.now)
    return approval


def _count(tx: Tx, round_: Round, known: _Known, sends: Sequence[Send], detail: BatchDetail) -> None:
    """Count that notifications were prepared, or that nobody could be told."""
    reasons: dict[str, int] = {}
    for each in detail.left_out:
        reasons[each.reason] = reasons.get(each.reason, 0) + 1
    buyers = sum(send.buyer_id is not None for send in sends)
    counted = {"buyers": buyers, "seller": len(sends) > buyers, "left_out": reasons}
    seller = detail.seller.reason if detail.seller else None
    why = {} if sends else {"reason": "nobody_to_tell", "seller_reason": seller}
    event = KpiEvent(
        Kpi.NOTIFICATIONS_PREPARED,
        bool(sends),
        kpis.notifications(round_.deal.id),
        round_.drafting.who.user_id,
        float(len(sends)),
        {**known.carried, **counted, **why},
    )
    emit_kpi(tx, event, now=round_.drafting.now)
