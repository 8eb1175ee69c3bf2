"""What people name by a number: the lead behind L-7, or the sentence that says there is none."""

from domain.errors import RuleBroken
from storage.base import Tx
from storage.leads import Lead, find_lead


class LeadNotFound(RuleBroken):
    """There is no lead L-{number} here. Find it with `/lead find` and a word of its name or address."""

    code = "LEAD_NOT_FOUND"


def lead_numbered(tx: Tx, number: int, *, lock: bool = False) -> Lead:
    """Return the lead L-{number}; `lock` keeps it from everybody else who would change it, until the end of `tx`.

    Raises `LeadNotFound`.
    """
    lead = find_lead(tx, number=number, lock=lock)
    if lead is None:
        raise LeadNotFound(number=number)
    return lead
