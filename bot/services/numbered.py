"""What people name by a number: the lead behind L-7, deal D-7, buyer B-5, or the sentence that says there is none."""

from domain.errors import RuleBroken
from storage.base import Tx
from storage.buyers import Buyer, find_buyer
from storage.deals import Deal, find_deal
from storage.leads import Lead, find_lead


class LeadNotFound(RuleBroken):
    """There is no lead L-{number} here. Find it with `/lead find` and a word of its name or address."""

    code = "LEAD_NOT_FOUND"
    field = "lead"


def lead_numbered(tx: Tx, number: int, *, lock: bool = False) -> Lead:
    """Return the lead L-{number}; `lock` keeps it from everybody else who would change it, until the end of `tx`.

    Raises `LeadNotFound`.
    """
    lead = find_lead(tx, number=number, lock=lock)
    if lead is None:
        raise LeadNotFound(number=number)
    return lead


class DealNotFound(RuleBroken):
    """There is no deal D-{number} here. `/deal board` lists the open ones."""

    code = "DEAL_NOT_FOUND"


def deal_numbered(tx: Tx, number: int, *, lock: bool = False) -> Deal:
    """Return the deal D-{number}; `lock` keeps it from everybody else who would change it, until the end of `tx`.

    Raises `DealNotFound`.
    """
    deal = find_deal(tx, number=number, lock=lock)
    if deal is None:
        raise DealNotFound(number=number)
    return deal


class BuyerNotFound(RuleBroken):
    """There is no buyer B-{number} here. Find them with `/buyer find` and a word of their name, company or area."""

    code = "BUYER_NOT_FOUND"
    field = "buyer"


class BuyerRemoved(RuleBroken):
    """B-{number} was removed on {removed_at:%d %b %Y} and can't be used any more. `/buyer` takes down a new one."""

    code = "BUYER_REMOVED"
    field = "buyer"


def buyer_numbered(tx: Tx, number: int, *, lock: bool = False) -> Buyer:
    """Return the standing buyer B-{number}; `lock` keeps it from everybody else who would change it, until the end of
    `tx`. A transaction that changes buyers takes `next_change` before it locks one.

    Raises `BuyerNotFound` and `BuyerRemoved`.
    """
    buyer = find_buyer(tx, number=number, lock=lock)
    if buyer is None:
        raise BuyerNotFound(number=number)
    if buyer.removed_at:
        raise BuyerRemoved(number=number, removed_at=buyer.removed_at)
    return buyer
