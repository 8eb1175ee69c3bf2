"""Notifying the parties of a deal: the seller, and the buyers who match, as one batch that somebody approves."""

from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor, check_may_work
from bot.services.links import Links
from bot.services.matching import BuyerIndex
from bot.services.notifying_batch import Prepared, stored_batch
from bot.services.notifying_draft import Drafting
from bot.services.notifying_offer import OfferWritten, write_offer
from bot.services.notifying_parties import Round, prepare_in
from bot.services.numbered import DealNotFound, deal_numbered
from domain.approvals import ApprovalKind
from domain.errors import RuleBroken
from domain.notifying import SellerGone, check_open
from domain.zones import ZoneReport, check_zones
from storage.approvals import get_approval
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal, get_deal
from storage.feedback import answers_of
from storage.leads import Lead, get_lead
from storage.notifying import open_batch_of


class DealIdNotFound(RuleBroken):
    """There is no deal with the id {deal_id} here."""

    code = DealNotFound.code


class BatchNotFound(RuleBroken):
    """There is no such batch here any more. `/deal D-7 notify` prepares one."""

    code = "BATCH_NOT_FOUND"


class Notifying:
    """What people do to tell the parties of a deal."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        index: BuyerIndex,
        links: Links,
        *,
        canary: Callable[[], ZoneReport] = check_zones,
    ) -> None:
        self._database = database
        self._clock = clock
        self._index = index
        self._links = links
        self._canary = canary

    async def prepare(self, who: Actor, number: int) -> Prepared:
        """Draft the messages to the parties of D-`number` who have not heard of it, and ask for one approval of them
        all; a batch that waits already is returned as it is. Where nobody can be told nothing is asked.

        Raises `DealNotFound`, `SellerGone`, `NotYourDeal`, `DealTaken`, `DealSold` and `SenderIncomplete`.
        """
        drafting = self._drafting(who)

        def work(tx: Tx) -> Prepared:
            deal, lead = _locked(tx, who, number)
            check_open(deal.number, deal.stage, {answer.event for answer in answers_of(tx, deal.id)})
            waits = open_batch_of(tx, deal.id)
            if waits:
                return stored_batch(tx, deal, lead, waits)
            return prepare_in(tx, Round(drafting, self._index, deal, lead))

        return await self._database.write(who.workspace_id, work)

    async def batch(self, who: Actor, approval_id: int) -> Prepared:
        """Return a batch by its approval, whatever became of it. Raises `BatchNotFound`."""

        def work(tx: Tx) -> Prepared:
            approval = get_approval(tx, approval_id)
            deal = get_deal(tx, approval.deal_id or 0) if approval and approval.kind is ApprovalKind.BATCH else None
            if approval is None or deal is None:
                raise BatchNotFound
            return stored_batch(tx, deal, _lead_of(tx, deal), approval)

        return await self._database.read(who.workspace_id, work)

    async def number_of(self, who: Actor, deal_id: int) -> int:
        """Return the number of the deal with a row id. Raises `DealIdNotFound`."""
        deal = await self._database.read(who.workspace_id, lambda tx: get_deal(tx, deal_id))
        if deal is None:
            raise DealIdNotFound(deal_id=deal_id)
        return deal.number

    async def write_offer(self, who: Actor, evidence_id: int, deal_number: int) -> OfferWritten:
        """Make a price its deal's own, draft the message that tells the seller of the offer, and ask for approval; what
        was asked already with the same amount is returned as it stands.

        Raises what `LiveOffers.save` raises, `SellerGone`, `OfferNotWritten` and `SenderIncomplete`.
        """
        drafting = self._drafting(who)

        def work(tx: Tx) -> OfferWritten:
            deal, lead = _locked(tx, who, deal_number)
            return write_offer(tx, drafting, deal, lead, evidence_id)

        return await self._database.write(who.workspace_id, work)

    def _drafting(self, who: Actor) -> Drafting:
        now: datetime = self._clock.now()
        return Drafting(who, self._links, now, self._canary())


def _locked(tx: Tx, who: Actor, number: int) -> tuple[Deal, Lead]:
    """The lead's row first, then its deal's, as everybody locks them."""
    lead = _lead_of(tx, deal_numbered(tx, number), lock=True)
    check_may_work(who, lead)
    return deal_numbered(tx, number, lock=True), lead


def _lead_of(tx: Tx, deal: Deal, *, lock: bool = False) -> Lead:
    lead = get_lead(tx, deal.lead_id, lock=lock)
    if lead is None:
        raise SellerGone(number=deal.number)
    return lead
