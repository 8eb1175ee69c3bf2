"""The moves of a deal: which are allowed, and what each demands."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from domain.deals import Stage
from domain.errors import RuleBroken
from domain.stages import (
    MOVES,
    REASON_LIMIT,
    AgreedPriceMissing,
    AgreementDateMissing,
    AgreementInFuture,
    BuyerMissing,
    ClosedBeforeAgreement,
    ClosedDateMissing,
    ClosedInFuture,
    ClosingBeforeAgreement,
    ClosingDateMissing,
    FeeMissing,
    FeeNegative,
    LostReason,
    LostReasonMissing,
    LostReasonTooLong,
    MoveNotAllowed,
    Terms,
    check_move,
    check_terms,
    ways_text,
)

TODAY = date(2026, 11, 24)
EARLIER, LATER = date(2026, 11, 20), date(2027, 1, 15)

ALLOWED = {
    ("draft", "offered"), ("draft", "lost"),
    ("offered", "under_agreement"), ("offered", "draft"), ("offered", "lost"),
    ("under_agreement", "marketed"), ("under_agreement", "assigned"), ("under_agreement", "lost"),
    ("marketed", "assigned"), ("marketed", "under_agreement"), ("marketed", "lost"),
    ("assigned", "closed"), ("assigned", "marketed"), ("assigned", "lost"),
    ("lost", "draft"),
}  # fmt: skip


@pytest.mark.parametrize(("stage", "to"), list(product(Stage, Stage)))
def test_every_move_is_allowed_or_names_the_ways_that_are_open(stage, to):
    if (stage.value, to.value) in ALLOWED:
        check_move(7, stage, to)
        return
    with pytest.raises(MoveNotAllowed) as refused:
        check_move(7, stage, to)
    said = str(refused.value)
    assert said == f"D-7 stands at {stage.label} and can't go to {to.label}. {ways_text(MOVES[stage])}"
    assert all(way.label in said for way in MOVES[stage])


@pytest.mark.parametrize(
    ("ways", "text"),
    [
        ((), "It is over and stays as it is."),
        ((Stage.DRAFT,), "It can go to Draft."),
        ((Stage.OFFERED, Stage.LOST), "It can go to Offered or Lost."),
        (MOVES[Stage.MARKETED], "It can go to Assigned, Under agreement or Lost."),
    ],
)
def test_the_ways_are_said_as_a_sentence(ways, text):
    assert ways_text(ways) == text


def test_every_open_deal_can_be_lost_and_a_closed_one_goes_nowhere():
    assert all((Stage.LOST in ways) == stage.is_open for stage, ways in MOVES.items())
    assert set(MOVES) == set(Stage)
    assert MOVES[Stage.CLOSED] == ()


AGREED = {"agreement_on": EARLIER, "closing_on": LATER, "agreed_price": Decimal(320_000)}
ASSIGNED = {"buyer_id": 5, "assignment_fee": Decimal(12_000)}
CLOSED = {"closed_on": TODAY, "assignment_fee": Decimal(12_000), "agreement_on": EARLIER}
LOST = {"lost_reason": LostReason.NO_BUYER}


@pytest.mark.parametrize(
    ("to", "terms"),
    [
        (Stage.DRAFT, {}),
        (Stage.OFFERED, {}),
        (Stage.MARKETED, {}),
        (Stage.UNDER_AGREEMENT, AGREED),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreement_on": TODAY, "closing_on": TODAY}),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreed_price": Decimal("0.01")}),
        (Stage.ASSIGNED, ASSIGNED),
        (Stage.ASSIGNED, ASSIGNED | {"assignment_fee": Decimal(0)}),
        (Stage.CLOSED, CLOSED),
        (Stage.CLOSED, CLOSED | {"closed_on": EARLIER}),
        (Stage.CLOSED, CLOSED | {"agreement_on": None, "assignment_fee": Decimal(0)}),
        (Stage.LOST, LOST),
        (Stage.LOST, LOST | {"lost_note": "x" * REASON_LIMIT}),
    ],
)
def test_terms_that_have_what_the_stage_demands_are_taken(to, terms):
    check_terms(to, Terms(**terms), today=TODAY)


@pytest.mark.parametrize(
    ("to", "terms", "error"),
    [
        (Stage.UNDER_AGREEMENT, {}, AgreementDateMissing),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreement_on": None}, AgreementDateMissing),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreement_on": date(2026, 11, 25)}, AgreementInFuture),
        (Stage.UNDER_AGREEMENT, AGREED | {"closing_on": None}, ClosingDateMissing),
        (Stage.UNDER_AGREEMENT, AGREED | {"closing_on": date(2026, 11, 19)}, ClosingBeforeAgreement),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreed_price": None}, AgreedPriceMissing),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreed_price": Decimal(0)}, AgreedPriceMissing),
        (Stage.UNDER_AGREEMENT, AGREED | {"agreed_price": Decimal(-1)}, AgreedPriceMissing),
        (Stage.ASSIGNED, {}, BuyerMissing),
        (Stage.ASSIGNED, ASSIGNED | {"buyer_id": None}, BuyerMissing),
        (Stage.ASSIGNED, ASSIGNED | {"assignment_fee": None}, FeeMissing),
        (Stage.ASSIGNED, ASSIGNED | {"assignment_fee": Decimal("-0.01")}, FeeNegative),
        (Stage.CLOSED, {}, ClosedDateMissing),
        (Stage.CLOSED, CLOSED | {"closed_on": date(2026, 11, 25)}, ClosedInFuture),
        (Stage.CLOSED, CLOSED | {"closed_on": date(2026, 11, 19)}, ClosedBeforeAgreement),
        (Stage.CLOSED, CLOSED | {"assignment_fee": None}, FeeMissing),
        (Stage.CLOSED, CLOSED | {"assignment_fee": Decimal(-1)}, FeeNegative),
        (Stage.LOST, {}, LostReasonMissing),
        (Stage.LOST, LOST | {"lost_note": "x" * (REASON_LIMIT + 1)}, LostReasonTooLong),
    ],
)
def test_what_a_stage_demands_is_said_at_its_field(to, terms, error):
    with pytest.raises(error) as refused:
        check_terms(to, Terms(**terms), today=TODAY)
    assert isinstance(refused.value, RuleBroken)
    assert refused.value.field
    assert "{" not in str(refused.value)


def test_a_date_in_a_refusal_is_one_that_people_read():
    with pytest.raises(ClosedInFuture, match="24 Nov 2026"):
        check_terms(Stage.CLOSED, Terms(**CLOSED | {"closed_on": LATER}), today=TODAY)


def test_the_reasons_for_a_loss_are_told_in_words():
    assert [reason.label for reason in LostReason] == [
        "The seller declined",
        "The seller sold to somebody else",
        "The prices stayed too far apart",
        "A condition or the title failed",
        "No buyer was found",
        "The seller can't be reached",
        "Another reason",
    ]
