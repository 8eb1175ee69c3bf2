"""Deals: opening one, showing one, the board of all that are open, and moving one from stage to stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor, check_may_work
from bot.services.board import BoardRow, DealBoard, pressing, read_board
from bot.services.deal_facts import answers_by_buyer, interest, matching_facts, next_of
from bot.services.figures import FiguresChange, NewDeal, change_figures, open_deal
from bot.services.liquidity import liquidity_score
from bot.services.matching import EMPTY, BuyerIndex, Ranking
from bot.services.moves import Move, Seen, check_by_hand, check_stage, move, moves_of
from bot.services.notifying_history import History, history_of
from bot.services.numbered import deal_numbered, lead_numbered
from domain.deals import Stage
from domain.liquidity import Liquidity
from domain.next_action import NextAction
from domain.property_types import PropertyType
from domain.stages import check_move
from storage.base import Tx
from storage.buyers import Buyer, buyers_by_id
from storage.database import Database
from storage.deals import Deal, deal_of
from storage.feedback import Answer, answers_of
from storage.leads import Brief, Lead, brief_of, briefs_by_id, get_lead
from storage.live_offers import LiveOffer, offers_of

LISTED: Final = 5
"""Buyers that a card lists before somebody asks for more."""
OUT: Final = 3
"""Buyers that a card names with what keeps them out."""
WAITING: Final = 3
"""Deals of a member that Home names."""
NOTHING_WRITTEN: Final = History()
CHOICES: Final = 20
"""Buyers of whom the form for an assignment offers a choice."""


@dataclass(frozen=True, slots=True)
class DealCard:
    """All that a deal's card shows.

    `offers` are newest first; `buyers` the rows behind `ranking`, the answers and the buyer it is assigned to, by id;
    `answers` those that stand, by buyer id; `moves` where this person may move it now; `told` what was written about
    it.
    """

    deal: Deal
    lead: Lead
    brief: Brief
    offers: tuple[LiveOffer, ...]
    next: NextAction
    moves: tuple[Stage, ...]
    ranking: Ranking
    buyers: Mapping[int, Buyer]
    answers: Mapping[int, tuple[Answer, ...]]
    liquidity: Liquidity | None
    now: datetime
    told: History = NOTHING_WRITTEN


@dataclass(frozen=True, slots=True)
class DealStart:
    """What a form about a lead's deal begins with: the lead, its newest deal and brief, None where there is none."""

    lead: Lead
    deal: Deal | None
    brief: Brief | None


class Deals:
    """What a rep can do with deals. Whoever may not work a deal meets `NotYourDeal` where it would change."""

    def __init__(self, database: Database, clock: Clock, index: BuyerIndex) -> None:
        self._database = database
        self._clock = clock
        self._index = index

    async def card(self, who: Actor, number: int, *, listed: int = LISTED) -> DealCard:
        """Return what the card of D-{number} shows now, with its `listed` best buyers. Raises `DealNotFound`."""
        now = self._clock.now()

        def work(tx: Tx) -> DealCard:
            return _card(tx, _Asked(who, self._index, listed, now), deal_numbered(tx, number))

        return await self._database.read(who.workspace_id, work)

    async def board(self, who: Actor) -> DealBoard:
        """Return the open deals by stage, in each stage the one that has stood there longest first."""
        now = self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: read_board(tx, self._index, now=now))

    async def waiting(self, who: Actor) -> tuple[BoardRow, ...]:
        """Return the few of the member's own deals that wait for them most, for Home."""
        now = self._clock.now()

        def work(tx: Tx) -> tuple[BoardRow, ...]:
            return tuple(pressing(tx, self._index, who.user_id, limit=WAITING, now=now))

        return await self._database.read(who.workspace_id, work)

    async def start(self, who: Actor, lead_number: int) -> DealStart:
        """Return what a form about the deal of L-{lead_number} begins with. Raises `LeadNotFound`."""

        def work(tx: Tx) -> DealStart:
            lead = lead_numbered(tx, lead_number)
            return DealStart(lead, deal_of(tx, lead.id), brief_of(tx, lead.id))

        return await self._database.read(who.workspace_id, work)

    async def open(self, who: Actor, wish: NewDeal) -> int:
        """Open a deal for a lead that has no open one; return its number. The same request returns the first one's.

        Raises `LeadNotFound`, `NotYourDeal`, and `OpenDealExists`, which names the open one.
        """
        now = self._clock.now()
        return await self._database.write(who.workspace_id, lambda tx: open_deal(tx, who, wish, now=now))

    async def change_figures(self, who: Actor, wish: FiguresChange) -> None:
        """Change a deal's figures and price it anew where the price follows; the same request does it once.

        Raises `DealNotFound`, `NotYourDeal`, `DealMoved` or `DealChanged` when it is not as it was seen, and
        `FiguresSettled` once a price is agreed.
        """
        now = self._clock.now()
        await self._database.write(who.workspace_id, lambda tx: change_figures(tx, who, wish, now=now))

    async def movable(self, who: Actor, number: int, to: Stage, seen: Seen) -> DealCard:
        """Return the card behind the form for a move, with more buyers to choose from.

        Raises `DealNotFound`, `NotYourDeal`, `DealMoved` when it no longer stands where it was seen, and for a move
        that can't be made now `MoveNotAllowed` and what `check_by_hand` raises.
        """
        now = self._clock.now()

        def work(tx: Tx) -> DealCard:
            card = _card(tx, _Asked(who, self._index, CHOICES, now), deal_numbered(tx, number))
            check_may_work(who, card.lead)
            check_stage(tx, who, card.deal, seen)
            check_move(number, card.deal.stage, to)
            check_by_hand(card.deal, to, card.offers, now=now)
            return card

        return await self._database.read(who.workspace_id, work)

    async def move(self, who: Actor, wish: Move) -> None:
        """Move a deal to another stage with all that follows, in one transaction; the same request does it once.

        Raises what `bot.services.moves.move` raises; nothing is changed then.
        """
        now = self._clock.now()
        await self._database.write(who.workspace_id, lambda tx: move(tx, who, wish, now=now))


@dataclass(frozen=True, slots=True)
class _Asked:
    who: Actor
    index: BuyerIndex
    listed: int
    now: datetime


def _card(tx: Tx, asked: _Asked, deal: Deal) -> DealCard:
    who, now = asked.who, asked.now
    lead, brief = get_lead(tx, deal.lead_id), briefs_by_id(tx, [deal.brief_id]).get(deal.brief_id)
    if lead is None or brief is None:
        raise LookupError(f"D-{deal.number} has lost its lead or its brief")
    offers, answers = offers_of(tx, deal.id), answers_by_buyer(answers_of(tx, deal.id))
    ranking = _ranking(tx, asked, deal, lead, brief)
    buyers = buyers_by_id(tx, _named(deal, ranking, answers))
    among = interest(ranking.fitting, answers, buyers)
    kind = brief.property_type or PropertyType.SFR
    return DealCard(
        deal=deal,
        lead=lead,
        brief=brief,
        offers=tuple(offers),
        next=next_of(deal, lead, offers, among, now=now),
        moves=moves_of(who, deal, lead, offers, now=now),
        ranking=ranking,
        buyers=buyers,
        answers=answers,
        liquidity=liquidity_score(tx, lead.province, lead.market, kind, now=now),
        now=now,
        told=history_of(tx, deal.id),
    )


def _ranking(tx: Tx, asked: _Asked, deal: Deal, lead: Lead, brief: Brief) -> Ranking:
    """Whom the deal suits; once it is over nobody is looked for any more."""
    if not deal.stage.is_open:
        return EMPTY
    facts = matching_facts(deal, lead, brief)
    return asked.index.rank(tx, facts, now=asked.now, limit=asked.listed, out=OUT)


def _named(deal: Deal, ranking: Ranking, answers: Mapping[int, object]) -> set[int]:
    """The row ids of the buyers whom a card names."""
    ranked = {int(match.buyer_id) for match in (*ranking.matches, *ranking.out)}
    return ranked | set(answers) | ({deal.buyer_id} if deal.buyer_id else set())
