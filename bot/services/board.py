"""The board: every open deal with its place, its amounts, how long it has stood in its stage and what it waits for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.services.deal_facts import Interest, answers_by_buyer, interest, matching_facts, next_of
from bot.services.matching import BuyerIndex
from domain.deals import Stage
from domain.next_action import NextAction
from storage.base import Tx
from storage.buyers import Buyer, buyers_by_id
from storage.deals import Deal, count_open, open_deals
from storage.feedback import Answer, answers_of_deals
from storage.leads import Brief, Lead, briefs_by_id, leads_by_id
from storage.live_offers import LiveOffer, offers_of_deals

ROWS: Final = 99
"""Rows below the head: Slack's table takes a hundred."""

_SOUGHT: Final = (Stage.UNDER_AGREEMENT, Stage.MARKETED)
"""The stages in which a buyer is looked for."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One open deal; `days` are the whole days for which it has stood in its stage."""

    deal: Deal
    lead: Lead
    days: int
    next: NextAction


@dataclass(frozen=True, slots=True)
class DealBoard:
    """The open deals by stage, the longest-standing first; `more` is how many there are beside these."""

    rows: tuple[BoardRow, ...]
    more: int
    now: datetime


def read_board(tx: Tx, index: BuyerIndex, *, now: datetime) -> DealBoard:
    """Read the board in a few queries, however many deals there are."""
    rows = _rows(tx, index, open_deals(tx, limit=ROWS), now)
    return DealBoard(tuple(rows), count_open(tx) - len(rows), now)


def pressing(tx: Tx, index: BuyerIndex, rep_id: str, *, limit: int, now: datetime) -> list[BoardRow]:
    """Return what a rep's open deals wait for: what has a day first, by day, then what has waited longest."""
    rows = _rows(tx, index, open_deals(tx, limit=ROWS, rep_id=rep_id), now)
    return sorted(rows, key=lambda row: (row.next.due_on or date.max, -row.days))[:limit]


def _rows(tx: Tx, index: BuyerIndex, deals: list[Deal], now: datetime) -> list[BoardRow]:
    known = _read(tx, index, deals, now)
    return [known.row(tx, deal) for deal in deals]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for all deals at once, by row id."""

    leads: dict[int, Lead]
    briefs: dict[int, Brief]
    offers: dict[int, list[LiveOffer]]
    answers: dict[int, list[Answer]]
    buyers: dict[int, Buyer]
    index: BuyerIndex
    now: datetime

    def row(self, tx: Tx, deal: Deal) -> BoardRow:
        lead, offers = self.leads[deal.lead_id], self.offers.get(deal.id, [])
        said = next_of(deal, lead, offers, self._interest(tx, deal, lead), now=self.now)
        return BoardRow(deal, lead, (self.now - deal.staged_at).days, said)

    def _interest(self, tx: Tx, deal: Deal, lead: Lead) -> Interest:
        """How buyers stand to a deal that looks for one; they are counted in memory."""
        if deal.stage not in _SOUGHT:
            return Interest()
        facts = matching_facts(deal, lead, self.briefs[deal.brief_id])
        fitting = self.index.rank(tx, facts, now=self.now, limit=0).fitting
        return interest(fitting, answers_by_buyer(self.answers.get(deal.id, [])), self.buyers)


def _read(tx: Tx, index: BuyerIndex, deals: list[Deal], now: datetime) -> _Known:
    answers = answers_of_deals(tx, [deal.id for deal in deals if deal.stage is Stage.MARKETED])
    return _Known(
        leads=leads_by_id(tx, [deal.lead_id for deal in deals]),
        briefs=briefs_by_id(tx, [deal.brief_id for deal in deals]),
        offers=offers_of_deals(tx, [deal.id for deal in deals if deal.stage is Stage.OFFERED]),
        answers=answers,
        buyers=buyers_by_id(tx, {answer.buyer_id for theirs in answers.values() for answer in theirs}),
        index=index,
        now=now,
    )
