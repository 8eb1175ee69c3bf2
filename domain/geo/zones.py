"""The zones a place may lie in, by province, forward sortation area or area code; several where the map is split."""

from dataclasses import dataclass

from domain.geo.tables import read_rows


@dataclass(frozen=True, slots=True)
class AreaCode:
    """What an area code tells: a province when one has it, a market when wholly inside, candidate zones."""

    province: str | None
    market: str
    zones: frozenset[str]


_PROVINCE_ZONES = {row["code"]: frozenset(row["zones"].split()) for row in read_rows("provinces.csv")}
_USUAL = {row["code"]: frozenset(row["zones"].split()[:1]) for row in read_rows("provinces.csv")}
_FSA_ZONES = {row["fsa"]: frozenset(row["zones"].split()) for row in read_rows("fsa_zones.csv")}
_AREA_CODES = {
    row["npa"]: AreaCode(row["province"] or None, row["market"], frozenset(row["zones"].split()))
    for row in read_rows("area_codes.csv")
}


def zones_of_province(code: str) -> frozenset[str]:
    """Give every IANA zone of a province; an unknown code has none."""
    return _PROVINCE_ZONES.get(code, frozenset())


def zones_of_fsa(fsa: str, province: str) -> frozenset[str]:
    """Give every IANA zone a forward sortation area touches: its own entry, otherwise the province's usual zone."""
    return _FSA_ZONES.get(fsa) or _USUAL.get(province, frozenset())


def area_code(npa: str) -> AreaCode | None:
    """Give what a Canadian area code tells, or None for a code of another country or none at all."""
    return _AREA_CODES.get(npa)


def zones_of_area_code(npa: str) -> frozenset[str]:
    """Give the candidate zones of an area code; numbers travel, so this is never more than a candidate set."""
    known = _AREA_CODES.get(npa)
    return known.zones if known else frozenset()
