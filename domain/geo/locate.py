"""Landing."""

import re

from domain.geo.gazetteer import fsa, name_lines, readings
from domain.geo.location import ALL, NOWHERE, Location
from domain.geo.provinces import NAMES, province_of_fsa
from domain.geo.text import key, plain
from domain.geo.zones import area_code, zones_of_fsa, zones_of_province

_POSTAL = re.compile(r"\b([ABCEGHJ-NPRSTVXY][0-9OI][ABCEGHJ-NPRSTV-Z])(?:[ -]?[0-9OI][ABCEGHJ-NPRSTV-Z][0-9OI])?\b", re.I)


def infer_province_market(region: object, address: object = None) -> tuple[str | None, str]:
    """Give province code (or None) and market label ("ALL" outside the markets)."""
    found = locate(region, address)
    return found.province, found.market


def locate(region: object, address: object = None, *, phone: object = None) -> Location:
    """Give the place with zones, confidence and evidence."""
    text = plain(region) + " , " + plain(address)
    postal = _POSTAL.search(text)
    words = key(text).split()
    province, place = None, None
    for i in range(len(words)):
        for n in range(6, 0, -1):
            name = " ".join(words[i : i + n])
            if name in NAMES and (n > 1 or len(name) > 2 or re.search(rf"(?:[a-z]\W+|^\W*){name}\W*(?:$|[a-z]\d)", text, re.I)):
                province = NAMES[name]
                break
            if name in name_lines() and (n > 1 or len(name) > 2):
                place = name
                break
    if postal:
        code = postal[1].upper()
        code = code[0] + code[1].replace("O", "0").replace("I", "1") + code[2]
        area = fsa(code)
        if area:
            return Location(area.province, area.market, area.municipality, area.zones, 0.9, (f"postal code {code} is {area.municipality or area.province}",), ())
        first = province_of_fsa(code)
        if first:
            return Location(first, ALL, None, zones_of_fsa(code, first), 0.6, (f"postal code {code} is in {first}",), ())
    if place:
        for reading in readings(place):
            if province in (None, reading.province):
                return Location(reading.province, reading.market, reading.municipality, reading.zones, 0.8, (f"{reading.municipality} is in {reading.province}",), ())
    if province:
        return Location(province, ALL, None, zones_of_province(province), 0.7, (f"{province} is stated",), ())
    digits = re.sub(r"\D", "", phone)[-10:] if isinstance(phone, str) else ""
    known = area_code(digits[:3]) if len(digits) == 10 else None
    if known:
        return Location(known.province, known.market, None, known.zones, 0.3, (f"area code {digits[:3]}",), ())
    return NOWHERE
