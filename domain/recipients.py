"""Where the one behind an address may be: every zone that the record and the number leave possible."""

from functools import cache
from typing import Final

from domain.contact import area_code
from domain.geo import PROVINCES, zones_of_area_code, zones_of_province

ANYWHERE: Final = frozenset({"600", "622", "800", "833", "844", "855", "866", "877", "888"})
"""Area codes that belong to no place: toll-free ones, and Canada's non-geographic ones."""


def candidate_zones(*, said: str | None, place: frozenset[str], phone: str | None) -> frozenset[str]:
    """The zones in each of which a contact must be allowed; none known, which blocks, is an empty set.

    A zone that a person has `said` stands alone. Otherwise the zones of the `place` on record count together with those
    of the number's area code: a seller may live elsewhere than the house, and numbers travel, so neither is the truth.
    A number that belongs to no place (toll-free) may ring in any zone of Canada.
    """
    if said:
        return frozenset({said})
    return place | (_zones_of_number(phone) if phone else frozenset())


def _zones_of_number(phone: str) -> frozenset[str]:
    code = area_code(phone) or ""
    return all_zones() if code in ANYWHERE else zones_of_area_code(code)


@cache
def all_zones() -> frozenset[str]:
    """Every zone of Canada."""
    return frozenset().union(*(zones_of_province(code) for code in PROVINCES))
