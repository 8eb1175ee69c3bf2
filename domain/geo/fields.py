"""The answer from a region and an address: a full address beats the region, a street alone does not (rule R5)."""

from dataclasses import replace

from domain.geo.answer import answer, answer_of_area_code
from domain.geo.decide import Choice, decide
from domain.geo.evidence import Evidence, Named, gather
from domain.geo.location import ALL, NOWHERE, Location
from domain.geo.phones import find_area_code, of_phone
from domain.geo.typos import correct, lengthen


def infer_province_market(region: object, address: object = None) -> tuple[str | None, str]:
    """Give province code (or None) and market label ("ALL" outside the markets); never an error, whatever comes."""
    evidence = _read(region, address)
    choice = _decide(evidence)
    if choice:
        return choice.province, choice.market
    code = None if evidence.is_foreign else find_area_code(evidence.text, evidence.line)
    return (code[1].province, code[1].market) if code else (None, ALL)


def locate(region: object, address: object = None, *, phone: object = None) -> Location:
    """Give the place with its zones, confidence, evidence and alternatives; never an error, whatever it is given.

    The area code of `phone`, or of a number in the text, counts only when nothing else tells (rule R12).
    """
    evidence = _read(region, address)
    choice = _decide(evidence)
    if choice:
        return answer(choice, evidence)
    code = (None if evidence.is_foreign else find_area_code(evidence.text, evidence.line)) or of_phone(phone)
    return answer_of_area_code(*code) if code else NOWHERE


def _read(region: object, address: object) -> Evidence:
    """Read both fields into one evidence, misspellings corrected."""
    first = gather(region)
    evidence = first if address is None else _merged(first, gather(address))
    if evidence.postal is None:
        evidence = lengthen(evidence)
        if not evidence.names and not _usable(evidence):
            evidence = correct(evidence)
    evidence.names = evidence.names + _usable(evidence)
    return evidence


def _decide(evidence: Evidence) -> Choice | None:
    return decide(evidence.names, evidence.provinces, evidence.postal)


def _usable(evidence: Evidence) -> list[Named]:
    """Give the names that need a province for which a stated province or the postal code has a place of that name."""
    if not evidence.needs_province:
        return []
    stated = set(evidence.provinces)
    if evidence.postal:
        stated.add(evidence.postal.area.province)
    return [named for named in evidence.needs_province if any(reading.province in stated for reading in named.found)]


def _merged(region: Evidence, address: Evidence) -> Evidence:
    """Put the evidence of both fields together: what the address leaves open, the region fills."""
    if not region.line.words:
        return address
    if _is_abroad(region, address) or _is_abroad(address, region):
        return replace(region, postal=None, provinces=[], names=[], needs_province=[], is_foreign=True)
    if address.is_empty and not address.needs_province:
        return replace(region, text=f"{region.text} , {address.text}") if address.text else region
    if address.postal or (address.names and address.provinces):
        return address
    if address.names or (address.needs_province and region.provinces):
        return replace(
            address, provinces=list(region.provinces), needs_province=address.needs_province + region.needs_province
        )
    return replace(region, names=region.names, provinces=address.provinces or region.provinces)


def _is_abroad(one: Evidence, other: Evidence) -> bool:
    """Tell whether one field names only a foreign country and the other no province or postal code against it (R1)."""
    return one.is_foreign and one.is_empty and not other.provinces and other.postal is None
