"""From text as people type it to province, market, municipality and zones."""

from domain.geo.choice import readings, settle
from domain.geo.fields import infer_province_market, locate
from domain.geo.location import ALL, NOWHERE, Location
from domain.geo.markets import MARKETS, Market, market_label, same_market
from domain.geo.postal import postal_code
from domain.geo.provinces import PROVINCES, province_of
from domain.geo.zones import zones_of_area_code, zones_of_province

__all__ = [
    "ALL",
    "MARKETS",
    "NOWHERE",
    "PROVINCES",
    "Location",
    "Market",
    "infer_province_market",
    "locate",
    "market_label",
    "postal_code",
    "province_of",
    "readings",
    "same_market",
    "settle",
    "zones_of_area_code",
    "zones_of_province",
]
