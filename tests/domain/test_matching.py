"""Buyer matching: each criterion, the fit they add up to, and the score that sorts."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching import MIN_FIT, BuyerFacts, DealFacts, Match, Reason, ReasonCode, rank
from domain.matching_areas import area_of, place_of

DEAL = DealFacts("Hamilton, ON", "ON", "Hamilton", "SFR", Decimal(310_000), 3, Decimal(2))
PERFECT = BuyerFacts(1, "Hamilton", "SFR", Decimal(200_000), Decimal(400_000), 3, Decimal(2))
WEIGHTS = {"region": 0.25, "type": 0.25, "price": 0.30, "beds": 0.10, "baths": 0.10}


def one(deal: DealFacts = DEAL, **changed: object) -> Match:
    return rank(deal, [replace(PERFECT, **changed)])[0]  # type: ignore[arg-type]  # fields by name


def reason(match: Match, code: str) -> Reason:
    return next(reason for reason in match.reasons if reason.code == code)


def value_of(match: Match, code: str) -> float:
    """The criterion's own value, found back from a fit in which everything else is 1 and nothing is refused."""
    return (match.fit - (1 - WEIGHTS[code])) / WEIGHTS[code]


def test_a_buyer_who_wants_exactly_this_fits_wholly() -> None:
    found = one()
    assert found.fit == pytest.approx(1.0)
    assert [reason.text for reason in found.reasons] == [
        "Hamilton is in their area",
        "they buy SFR",
        "price is in their range",
        "3 beds, enough for them",
        "2 baths, enough for them",
        "never contacted",
    ]
    assert [reason.good for reason in found.reasons] == [True, True, True, True, True, False]
    assert [reason.code for reason in found.reasons] == list(ReasonCode)


def test_a_buyer_who_states_nothing_gets_the_neutral_fit() -> None:
    found = rank(DEAL, [BuyerFacts(1)])[0]
    assert found.fit == pytest.approx(0.25 * 0.4 + 0.25 * 0.6 + 0.30 * 0.65 + 0.2 * 0.8)
    assert found.score == pytest.approx(found.fit**3 * math.sqrt(0.36))


def test_a_deal_of_which_nothing_is_known_gets_the_neutral_fit() -> None:
    found = one(DealFacts())
    assert found.fit == pytest.approx(0.25 * 0.4 + 0.25 * 0.6 + 0.30 * 0.65 + 0.2 * 0.8)
    assert [reason.text for reason in found.reasons][:5] == [
        "the deal's place is not known",
        "the deal's property type is not known",
        "the deal has no price yet",
        "beds not stated",
        "baths not stated",
    ]


# Region


@pytest.mark.parametrize(
    ("regions", "expected", "text"),
    [
        ("Hamilton", 1, "Hamilton is in their area"),
        ("hamilton, on", 1, "Hamilton is in their area"),
        ("HAMILTON", 1, "Hamilton is in their area"),
        ("GTA, Hamilton", 1, "Hamilton is in their area"),
        ("GTHA", 1, "Hamilton is in their area"),
        ("Golden Horseshoe", 1, "Hamilton is in their area"),
        ("Burlington", 1, "Hamilton is in their area"),
        ("Ancaster & Dundas", 1, "Hamilton is in their area"),
        ("Toronto / Hamilton area", 1, "Hamilton is in their area"),
        ("Ontario", 0.9, "they buy anywhere in ON"),
        ("anywhere in Ontario", 0.9, "they buy anywhere in ON"),
        ("ON", 0.9, "they buy anywhere in ON"),
        ("BC; Ontario", 0.9, "they buy anywhere in ON"),
        ("Canada", 0.9, "they buy anywhere in ON"),
        ("southern Ontario", 0.9, "they buy anywhere in ON"),
        ("rural Ontario", 0.9, "they buy anywhere in ON"),
        ("N0B", 0.25, "Hamilton is in their province, outside their cities"),
        ("anywhere", 0.9, "they buy anywhere in ON"),
        ("Toronto", 0.5, "Hamilton is next to their area"),
        ("Toronto, ON", 0.5, "Hamilton is next to their area"),
        ("Mississauga", 0.5, "Hamilton is next to their area"),
        ("GTA", 0.5, "Hamilton is next to their area"),
        ("wherever it is cheap xyzzy", 0.3, "their area is not clear"),
        ("London", 0.25, "Hamilton is in their province, outside their cities"),
        ("London, Ontario", 0.25, "Hamilton is in their province, outside their cities"),
        ("Windsor and London, ON", 0.25, "Hamilton is in their province, outside their cities"),
        (None, 0.4, "no area stated"),
        ("", 0.4, "no area stated"),
        (" , ", 0.4, "no area stated"),
        ("and area", 0.4, "no area stated"),
    ],
)
def test_a_region_counts_by_how_near_it_is(regions: str | None, expected: float, text: str) -> None:
    found = one(regions=regions)
    assert value_of(found, "region") == pytest.approx(expected)
    assert reason(found, "region") == Reason(
        ReasonCode.REGION, text, good=expected >= 0.9, is_known=expected not in (0.3, 0.4)
    )


@pytest.mark.parametrize("regions", ["Vancouver", "Calgary, AB", "Windsor, NS", "Lower Mainland", "BC", "maritimes"])
def test_a_region_elsewhere_is_a_refusal(regions: str) -> None:
    found = one(regions=regions)
    assert found.fit == pytest.approx(0.75 * 0.25)
    assert reason(found, "region").text == "Hamilton is outside their area"


@pytest.mark.parametrize(
    ("deal", "regions", "expected"),
    [
        (("Barrie, ON", "ON", "ALL"), "Barrie", 1),
        (("Barrie, ON", "ON", "ALL"), "Toronto", 0.25),
        (("Barrie, ON", None, None), "Barrie", 1),
        (("Barrie, ON", "ON", None), "Ontario", 0.9),
        ((None, "ON", "ALL"), "Ontario", 0.9),
        ((None, "ON", "ALL"), "Toronto", 0.25),
        (("Hamilton", None, None), "Hamilton", 1),
        (("Hamilton", "on", "HAMILTON"), "Hamilton", 1),
        ((None, "NL", "ST_JOHNS"), "St. John's", 1),
        ((None, "NB", "Saint John"), "St. John, NB", 1),
        ((None, "QC", "Montreal"), "Montréal et Laval", 1),
        ((None, "QC", "Montreal"), "Greater Montreal", 1),
        ((None, "ON", "Ottawa"), "Ottawa-Gatineau", 1),
        ((None, "QC", "Ottawa"), "Ottawa", 0.5),
        ((None, "ON", "Ottawa"), "Gatineau", 0.5),
        ((None, "ON", "Toronto"), "Hamilton", 0.5),
        ((None, "ON", "Toronto"), "durham region", 1),
        ((None, "BC", "Vancouver"), "Lower Mainland", 1),
        ((None, "BC", "Victoria"), "Vancouver Island", 1),
        ((None, "NL", "St. John's"), "Newfoundland & Labrador", 0.9),
        ((None, "NL", "ALL"), "St. John's", 0.25),
        (("Vancouver, BC", "ON", "ALL"), "Ontario", 0.9),
    ],
)
def test_a_deals_place_is_its_market_or_its_town(
    deal: tuple[str | None, str | None, str | None], regions: str, expected: float
) -> None:
    region, province, market = deal
    assert value_of(
        one(replace(DEAL, region=region, province=province, market=market), regions=regions), "region"
    ) == pytest.approx(expected)


@pytest.mark.parametrize("region", [None, "", "somewhere nice"])
def test_a_place_that_is_not_known_at_all_is_none(region: str | None) -> None:
    assert place_of(region, None, None) is None


def test_a_region_is_read_once_per_text() -> None:
    area_of.cache_clear()
    buyers = [BuyerFacts(number, "Leamington, Kingsville") for number in range(50)]
    rank(DEAL, buyers)
    rank(replace(DEAL, market="Toronto"), buyers)
    assert area_of.cache_info().misses == 1


# Type


@pytest.mark.parametrize(
    ("kinds", "expected", "text"),
    [
        ("SFH, duplex", 1, "they buy SFR"),
        ("detached", 1, "they buy SFR"),
        ("anything", 1, "they buy SFR"),
        (None, 0.6, "no property type stated"),
        ("  ", 0.6, "no property type stated"),
        ("good ones", 0.6, "their property types are not clear"),
    ],
)
def test_a_type_counts_after_synonyms(kinds: str | None, expected: float, text: str) -> None:
    found = one(property_types=kinds)
    assert value_of(found, "type") == pytest.approx(expected)
    assert reason(found, "type") == Reason(ReasonCode.TYPE, text, good=expected == 1, is_known=expected != 0.6)


def test_another_type_is_a_refusal() -> None:
    found = one(property_types="condos, land")
    assert found.fit == pytest.approx(0.75 * 0.25)
    assert reason(found, "type").text == "SFR is outside their property types"


@pytest.mark.parametrize("kind", ["bungalow", "SFH"])
def test_a_deals_type_is_read_as_people_type_it(kind: str) -> None:
    assert one(replace(DEAL, property_type=kind)).fit == pytest.approx(1.0)


def test_a_deals_type_that_nobody_understands_is_not_known() -> None:
    assert value_of(one(replace(DEAL, property_type="castle of doom")), "type") == pytest.approx(0.6)


# Price


@pytest.mark.parametrize(
    ("price", "least", "most", "expected", "text"),
    [
        (310_000, 200_000, 400_000, 1, "price is in their range"),
        (400_000, 200_000, 400_000, 1, "price is in their range"),
        (200_000, 200_000, 400_000, 1, "price is in their range"),
        (310_000, None, 400_000, 1, "price is in their range"),
        (310_000, 400_000, 200_000, 1, "price is in their range"),
        (310_000, 0, 400_000, 1, "price is in their range"),
        (310_000, 200_000, None, 0.85, "price is over their minimum, no maximum stated"),
        (310_000, None, None, 0.65, "no price range stated"),
        (310_000, 0, 0, 0.65, "no price range stated"),
        (310_000, None, -5, 0.65, "no price range stated"),
        (None, None, 400_000, 0.65, "the deal has no price yet"),
        (0, None, 400_000, 0.65, "the deal has no price yet"),
        (104_000, None, 100_000, 1 - 4 / 15, "price 4 % over their maximum"),
        (100_100, None, 100_000, 1 - 0.1 / 15, "price 1 % over their maximum"),
        (114_000, None, 100_000, 1 / 15, "price 14 % over their maximum"),
        (85_000, 100_000, 200_000, 0.5, "price 15 % under their minimum"),
        (85_000, 200_000, 100_000, 0.5, "price 15 % under their minimum"),
        (97_000, 100_000, None, 0.85, "price 3 % under their minimum"),
        (80_000, 100_000, None, 1 / 3, "price 20 % under their minimum"),
    ],
)
def test_a_price_counts_by_how_far_it_is_outside(
    price: int | None, least: int | None, most: int | None, expected: float, text: str
) -> None:
    found = one(replace(DEAL, price=price), min_price=least, max_price=most)
    assert value_of(found, "price") == pytest.approx(expected)
    assert reason(found, "price").text == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (115_000, "price is outside their range, 15 % over their maximum"),
        (300_000, "price is outside their range, 200 % over their maximum"),
        (63_000, "price is outside their range, 30 % under their minimum"),
    ],
)
def test_a_price_far_outside_is_a_refusal(price: int, text: str) -> None:
    found = one(replace(DEAL, price=Decimal(price)), min_price=Decimal(90_000), max_price=Decimal(100_000))
    assert found.fit == pytest.approx(0.7 * 0.25)
    assert reason(found, "price").text == text


# Rooms


@pytest.mark.parametrize(
    ("has", "least", "expected", "text"),
    [
        (3, 3, 1, "3 beds, enough for them"),
        (1, 1, 1, "1 bed, enough for them"),
        (4, 3, 1, "4 beds, enough for them"),
        (3, 4, 0.5, "3 beds, they want 4"),
        (3, 5, 0, "3 beds, they want 5"),
        (1, 6, 0, "1 bed, they want 6"),
        (None, 3, 0.8, "beds not stated"),
        (3, None, 0.8, "beds not stated"),
    ],
)
def test_each_missing_bedroom_costs_half(has: int | None, least: int | None, expected: float, text: str) -> None:
    found = one(replace(DEAL, beds=has), min_beds=least)
    assert value_of(found, "beds") == pytest.approx(expected)
    assert reason(found, "beds").text == text


def test_half_a_missing_bathroom_costs_a_quarter() -> None:
    found = one(replace(DEAL, baths=Decimal("2.0")), min_baths=Decimal("2.5"))
    assert value_of(found, "baths") == pytest.approx(0.75)
    assert reason(found, "baths").text == "2 baths, they want 2.5"


# Fit and score


def test_every_refusal_takes_three_quarters_of_the_fit() -> None:
    assert one(regions="Vancouver", property_types="land").fit == pytest.approx(0.5 * 0.25**2)
    assert one(regions="Vancouver", property_types="land", max_price=Decimal(1), min_price=None).fit == pytest.approx(
        0.2 * 0.25**3
    )


@pytest.mark.parametrize(
    ("contacted", "responded", "bought", "days", "expected"),
    [
        (0, 0, 0, None, 0.3 + 2 * 0.03),
        (10, 6, 2, None, 7.8 / 16 + 2 * 2.3 / 20),
        (10, 0, 0, None, 1.8 / 16 + 2 * 0.3 / 20),
        (10, 6, 2, 0, 7.8 / 16 + 2 * 2.3 / 20),
        (10, 6, 2, -3, 7.8 / 16 + 2 * 2.3 / 20),
        (10, 6, 2, 180, (7.8 / 16 + 2 * 2.3 / 20) * 0.75),
        (10, 6, 2, 360, (7.8 / 16 + 2 * 2.3 / 20) * 0.625),
        (10, 10, 10, None, 1.0),
        (10, 10, 10, 180, 0.75),
    ],
)
def test_the_score_is_the_fit_cubed_times_the_root_of_the_record(
    contacted: int, responded: int, bought: int, days: float | None, expected: float
) -> None:
    found = one(contacted=contacted, responded=responded, bought=bought, days_since_response=days, regions="Ontario")
    assert found.fit == pytest.approx(0.975)
    assert found.score == pytest.approx(0.975**3 * math.sqrt(expected))


@pytest.mark.parametrize(
    ("contacted", "responded", "bought", "text", "good"),
    [
        (0, 0, 0, "never contacted", False),
        (10, 6, 2, "answered 6 of 10, bought 2", True),
        (10, 5, 0, "answered 5 of 10", True),
        (10, 4, 0, "answered 4 of 10", False),
        (10, 1, 1, "answered 1 of 10, bought 1", True),
    ],
)
def test_the_record_is_said(contacted: int, responded: int, bought: int, text: str, good: bool) -> None:
    found = one(contacted=contacted, responded=responded, bought=bought)
    assert reason(found, "record") == Reason(ReasonCode.RECORD, text, good, is_known=contacted > 0)


def test_the_best_come_first_and_the_inactive_not_at_all() -> None:
    buyers = [
        replace(PERFECT, buyer_id=1, regions="Vancouver"),
        replace(PERFECT, buyer_id=2, active=False),
        replace(PERFECT, buyer_id=3),
        replace(PERFECT, buyer_id=4, contacted=10, responded=9, bought=3),
        BuyerFacts(5),
    ]
    assert [match.buyer_id for match in rank(DEAL, buyers)] == [4, 3, 5, 1]


def test_a_perfect_fit_beats_one_lucky_criterion_with_the_rest_blank() -> None:
    lucky, blank_beds = BuyerFacts("lucky", regions="Hamilton"), replace(PERFECT, buyer_id="fit", min_beds=None)
    assert [match.buyer_id for match in rank(DEAL, [lucky, blank_beds])] == ["fit", "lucky"]


def test_equal_buyers_keep_their_order() -> None:
    assert [match.buyer_id for match in rank(DEAL, [replace(PERFECT, buyer_id=n) for n in (3, 1, 2)])] == [3, 1, 2]


@pytest.mark.parametrize(("limit", "expected"), [(None, 3), (2, 2), (0, 0), (-1, 0), (9, 3)])
def test_a_limit_keeps_the_first(limit: int | None, expected: int) -> None:
    assert len(rank(DEAL, [replace(PERFECT, buyer_id=n) for n in range(3)], limit=limit)) == expected


def test_the_least_fit_of_a_match_is_the_seeds() -> None:
    assert MIN_FIT == 0.7


amounts = st.none() | st.integers(-1, 2_000_000) | st.decimals(0, 2_000_000, places=2)
buyers_strategy = st.builds(
    BuyerFacts,
    buyer_id=st.integers(1, 99),
    regions=st.sampled_from([None, "GTA", "Hamilton", "Ontario", "BC", "asdf", "anywhere"]),
    property_types=st.sampled_from([None, "SFR", "condo", "x y", "any"]),
    min_price=amounts,
    max_price=amounts,
    min_beds=st.none() | st.integers(0, 9),
    min_baths=st.none() | st.decimals(0, 9, places=1),
    active=st.booleans(),
    contacted=st.integers(0, 50),
    responded=st.integers(0, 50),
    bought=st.integers(0, 50),
    days_since_response=st.none() | st.floats(-5, 5000),
)


@settings(deadline=None)
@given(st.lists(buyers_strategy, max_size=8), amounts)
def test_fit_and_score_stay_between_0_and_1_and_the_order_holds(
    buyers: list[BuyerFacts], price: Decimal | int | None
) -> None:
    found = rank(replace(DEAL, price=price), buyers)
    assert len(found) == sum(buyer.active for buyer in buyers)
    assert all(0 <= match.score <= match.fit <= 1 for match in found)
    assert all(len(match.reasons) == 6 for match in found)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


@settings(deadline=None)
@given(buyers_strategy, st.integers(1, 20), st.integers(0, 500))
def test_a_price_further_over_the_maximum_never_fits_better(buyer: BuyerFacts, step: int, start: int) -> None:
    wants = replace(buyer, active=True, min_price=None, max_price=Decimal(300_000))
    fits = [
        rank(replace(DEAL, price=Decimal(300_000 + 1000 * over)), [wants])[0].fit
        for over in range(start, start + 5 * step, step)
    ]
    assert fits == sorted(fits, reverse=True)
