"""What each province and city takes when a house changes hands: the scales, with their status and source.

Typed in July 2026 from stored copies of the named pages. Not included anywhere: first-time buyers' rebates,
non-resident and speculation taxes, exemptions. Places without a verified or secondary source carry no scale.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

AS_OF = "2026-07"


class TaxStatus(StrEnum):
    """How sure a scale is: an official page or several law firms; one secondary page; nothing found."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Marginal:
    """Each rate holds for the part of the price up to its bound in dollars (None: without end)."""

    brackets: tuple[tuple[Decimal | None, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """One rate on the whole price; nothing up to `exempt_up_to`, then `low_fee` dollars up to `low_fee_up_to`."""

    rate: Decimal
    exempt_up_to: Decimal = Decimal(0)
    low_fee: Decimal = Decimal(0)
    low_fee_up_to: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PerPart:
    """A base fee and `per` dollars for each `part` dollars, or part of them, above `free`; never above `most`."""

    base: Decimal
    per: Decimal
    part: Decimal
    free: Decimal = Decimal(0)
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The scale of one place between two dates (inclusive, None: open), known for prices up to `known_up_to`."""

    place: str
    name: str
    scale: Marginal | Flat | PerPart | None
    status: TaxStatus
    source: str
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""
    known_up_to: Decimal | None = None


def _marginal(*brackets: tuple[int | None, str]) -> Marginal:
    return Marginal(tuple((None if bound is None else Decimal(bound), Decimal(rate)) for bound, rate in brackets))


_GREATER = "The base is the greater of the price and the assessed value."

TABLES = (
    Table(
        "ON",
        "Ontario",
        _marginal((55_000, "0.005"), (250_000, "0.01"), (400_000, "0.015"), (2_000_000, "0.02"), (None, "0.025")),
        TaxStatus.VERIFIED,
        "worked examples of the scale of 1 January 2017: lexology.com, georginakasmetis.com, millerthomson.com",
        starts_on=date(2017, 1, 1),
        note="2.5 % above 2,000,000 is for one or two single-family residences; other land stays at 2 %.",
    ),
    Table(
        "ON/TORONTO",
        "Toronto",
        _marginal(
            (55_000, "0.005"),
            (250_000, "0.01"),
            (400_000, "0.015"),
            (2_000_000, "0.02"),
            (3_000_000, "0.025"),
            (4_000_000, "0.044"),
            (5_000_000, "0.0545"),
            (10_000_000, "0.065"),
            (20_000_000, "0.0755"),
            (None, "0.086"),
        ),
        TaxStatus.VERIFIED,
        "toronto.ca, municipal land transfer tax rates; sorbaralaw.com, January 2026",
        starts_on=date(2026, 4, 1),
    ),
    Table(
        "ON/TORONTO",
        "Toronto",
        _marginal(
            (55_000, "0.005"),
            (250_000, "0.01"),
            (400_000, "0.015"),
            (2_000_000, "0.02"),
            (3_000_000, "0.025"),
            (4_000_000, "0.035"),
            (5_000_000, "0.045"),
            (10_000_000, "0.055"),
            (20_000_000, "0.065"),
            (None, "0.075"),
        ),
        TaxStatus.VERIFIED,
        "toronto.ca; millerthomson.com",
        starts_on=date(2024, 1, 1),
        ends_on=date(2026, 3, 31),
    ),
    Table(
        "BC",
        "British Columbia",
        _marginal((200_000, "0.01"), (2_000_000, "0.02"), (3_000_000, "0.03"), (None, "0.05")),
        TaxStatus.VERIFIED,
        "gov.bc.ca, Understand your property transfer tax",
        note="5 % above 3,000,000 is for residential property; other property stays at 3 %.",
    ),
    Table(
        "MB",
        "Manitoba",
        _marginal((30_000, "0"), (90_000, "0.005"), (150_000, "0.01"), (200_000, "0.015"), (None, "0.02")),
        TaxStatus.VERIFIED,
        "gov.mb.ca, Finance; Teranet Manitoba help page",
        note="A registration fee comes on top; it changes every January and is not included.",
    ),
    Table(
        "QC",
        "Québec",
        _marginal((61_500, "0.005"), (307_800, "0.01"), (None, "0.015")),
        TaxStatus.VERIFIED,
        "Act respecting duties on transfers of immovables (D-15.1) s. 2; hampstead.qc.ca, montreal-est.qc.ca for 2025",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        note="A municipality may take up to 3 % above 500,000; the base may be the roll value: look the town up.",
    ),
    Table(
        "QC/MONTREAL",
        "Montréal",
        _marginal(
            (61_500, "0.005"),
            (307_800, "0.01"),
            (552_300, "0.015"),
            (1_104_700, "0.02"),
            (2_136_500, "0.025"),
            (3_113_000, "0.035"),
            (None, "0.04"),
        ),
        TaxStatus.SECONDARY,
        "one broker's page for 2025",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
    ),
    Table(
        "QC/QUEBEC_CITY",
        "Québec City",
        _marginal(
            (61_500, "0.005"),
            (307_800, "0.01"),
            (500_000, "0.015"),
            (1_000_000, "0.02"),
            (2_000_000, "0.025"),
            (None, "0.03"),
        ),
        TaxStatus.VERIFIED,
        "Ville de Québec, by-law R.V.Q. 3101 above 500,000, and Québec's base of 2025",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
    ),
    Table(
        "NB",
        "New Brunswick",
        Flat(Decimal("0.01")),
        TaxStatus.VERIFIED,
        "Real Property Transfer Tax Act s. 2; legal-info-legale.nb.ca (rate since 1 April 2016)",
        starts_on=date(2016, 4, 1),
        note=_GREATER,
    ),
    Table(
        "NS/HALIFAX",
        "Halifax",
        Flat(Decimal("0.015")),
        TaxStatus.SECONDARY,
        "two secondary pages",
        note="Nova Scotia's non-resident tax is not included.",
    ),
    Table(
        "PE",
        "Prince Edward Island",
        Flat(Decimal("0.01"), exempt_up_to=Decimal(30_000)),
        TaxStatus.SECONDARY,
        "princeedwardisland.ca for the exemption; the rate from a secondary page",
        note=_GREATER,
        known_up_to=Decimal(1_000_000),
    ),
    Table(
        "AB",
        "Alberta",
        PerPart(base=Decimal(50), per=Decimal(5), part=Decimal(5_000)),
        TaxStatus.VERIFIED,
        "law firms Bennett Jones, Cassels and KH Law Group: registration levy of 20 October 2024",
        starts_on=date(2024, 10, 20),
        note="The same scale applies again to a mortgage.",
    ),
    Table(
        "SK",
        "Saskatchewan",
        Flat(Decimal("0.004"), exempt_up_to=Decimal("499.99"), low_fee=Decimal(25), low_fee_up_to=Decimal(6_300)),
        TaxStatus.SECONDARY,
        "rickcarlson.com, bestmortgageonline.ca (since 29 July 2023; 25 between 500 and 6,300)",
        starts_on=date(2023, 7, 29),
    ),
    Table(
        "NL",
        "Newfoundland and Labrador",
        PerPart(base=Decimal(100), per=Decimal("0.40"), part=Decimal(100), free=Decimal(500), most=Decimal(5_000)),
        TaxStatus.SECONDARY,
        "nerdwallet.com/ca, wowa; CCH 2012 (200,000 pays 898)",
        note="The same scale applies again to a mortgage.",
    ),
    Table("NS", "Nova Scotia outside Halifax", None, TaxStatus.UNVERIFIED, "set by each municipality"),
    Table("YT", "Yukon", None, TaxStatus.UNVERIFIED, "none found"),
    Table("NT", "Northwest Territories", None, TaxStatus.UNVERIFIED, "none found"),
    Table("NU", "Nunavut", None, TaxStatus.UNVERIFIED, "none found"),
)
