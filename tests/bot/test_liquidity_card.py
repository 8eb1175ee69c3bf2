"""The list and the explanation of liquidity: what people read, and that Slack takes it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.blocks import check_message
from bot.services.liquidity import PlaceScores, Scored
from bot.slack.liquidity_card import list_blocks, list_text, place_blocks, place_text
from domain.geo import MARKETS, PROVINCES
from domain.liquidity import FeedbackEvent, Node, Sums, node_key, score, standing
from domain.liquidity_sums import sums_of
from domain.property_types import PropertyType
from tests.acceptance.harness.texts import words
from tests.storage.builders import NOW

SFR, CONDO = PropertyType.SFR, PropertyType.CONDO


def scored(market="Hamilton", kind="CONDO", buyers=12, active=9, *, province="ON", deals=0, asked=10):
    """A node with `deals` old deals of `asked` buyers, of whom four answered and one bought."""
    node = Node(province, market, kind, buyers, active)
    names = ["RESPONDED"] * min(4, asked) + ["NO_RESPONSE"] * (asked - 4)
    events = [
        FeedbackEvent(NOW - timedelta(days=22), province, market, kind, event, number, f"feedback:{deal}")
        for deal in range(deals)
        for number, event in [*enumerate(names), (0, "BOUGHT"), (1, "PASSED")]
    ]
    sums = sums_of(events, NOW)
    own = sums.get(node_key(province, market, kind)) or Sums(NOW)
    return Scored(node, score(node, standing(sums, NOW)), own)


def one(scores=(), **more):
    asked = PlaceScores("ON", "Hamilton", None, False, CONDO, tuple(scores))
    return replace(asked, **more)


def faults(text, blocks):
    return [str(fault) for fault in check_message({"text": text, "blocks": blocks})]


def table(blocks):
    return [
        [cell["text"] for cell in row] for row in next(block["rows"] for block in blocks if block["type"] == "table")
    ]


def test_without_anything_it_says_how_to_begin():
    blocks = list_blocks([])
    assert list_text([]) == "No market has buyers or answers yet"
    assert "`/buyer`" in words(blocks)
    assert faults("x", blocks) == []
    assert list_text([], CONDO) == "No market has buyers or answers for condo yet"


def test_the_list_is_a_table_with_the_best_and_the_weakest_explained():
    best, weakest = scored(deals=20), scored("ALL", active=0)
    blocks = list_blocks([best, weakest])
    found = best.liquidity
    assert table(blocks) == [
        ["Market", "Type", "Score", "80 % range", "Evidence", "Buyers"],
        ["Hamilton ON", "CONDO", f"{found.score:.2f}", f"{found.low:.2f}–{found.high:.2f}", "high", "9 of 12"],
        ["Elsewhere in Ontario", "CONDO", "0.00", "–", "low", "0 of 12"],
    ]
    assert f"*Best* {found.explain}\n*Weakest* {weakest.liquidity.explain}" in words(blocks)
    assert list_text([best, weakest], CONDO) == f"Liquidity for condo: best Hamilton ON CONDO {found.score:.2f}"
    assert faults(list_text([best]), blocks) == []


def test_one_line_is_best_and_not_weakest_too():
    assert "Weakest" not in words(list_blocks([scored()]))


def test_every_node_there_can_be_fits_one_message():
    places = [(province, "ALL") for province in PROVINCES] + [(p, m.label) for m in MARKETS for p in m.provinces]
    every = [scored(market, kind, province=province) for province, market in places for kind in PropertyType]
    blocks = list_blocks(every)
    assert len(every) == 165
    assert faults("x", blocks) == []
    assert "105 more are not shown" in words(blocks)
    assert sum(len(cell) for row in table(blocks) for cell in row) < 10_000


def test_one_score_is_explained_in_full():
    known = scored(deals=20)
    found = known.liquidity
    blocks = place_blocks(one([known]))
    text = words(blocks)
    assert "*Hamilton ON, condo*" in text
    assert found.explain in text
    assert f"{round(100 * found.score)} of 100 deals sent out there find a buyer within 30 days." in text
    assert f"between {round(100 * found.low)} and {round(100 * found.high)} of 100" in text
    assert "Buyers: 9 of 12 are active." in text
    assert f"Answers: {found.response_rate:.0%}".replace("%", " % of those asked answer (here 62.0 of 155.1)") in text
    assert "of answers close (here 15.5 of 31.0)." in text
    assert "Deals of three weeks and more that sold: here 15.5 of 15.5." in text
    assert "• 3 buyers are paused" in text
    assert "Record every answer" not in text
    assert (place_text(one([known])), faults(place_text(one([known])), blocks)) == (found.explain, [])


@pytest.mark.parametrize(
    ("buyers", "active", "said"),
    [
        (0, 0, "Buyers: none buys there yet."),
        (2, 0, "Buyers: none of 2 is active."),
        (1, 1, "Buyers: 1 of 1 is active."),
        (40, 30, "Buyers: 30 of 40 are active; a deal goes to the best 25 of them."),
    ],
)
def test_whom_a_deal_goes_to_is_said_in_words(buyers, active, said):
    text = words(place_blocks(one([scored(buyers=buyers, active=active)])))
    assert said in text
    assert ("Nobody active buys there" in text) is (active == 0)
    assert ("More than 25 active buyers add nothing" in text) is (active >= 25)
    assert "Record every answer on the deals' cards" in text
    assert "none recorded here yet" in text


def test_one_paused_buyer_is_one():
    assert "• 1 buyer is paused" in words(place_blocks(one([scored(buyers=2, active=1)])))


@pytest.mark.parametrize(("evidence", "deals", "asked"), [("low", 0, 10), ("medium", 5, 10), ("high", 20, 10)])
def test_the_evidence_is_said_in_words(evidence, deals, asked):
    known = scored(deals=deals, asked=asked)
    assert known.liquidity.evidence == evidence
    assert f"The evidence is {evidence}:" in words(place_blocks(one([known])))


def test_several_types_of_a_place_are_a_table():
    blocks = place_blocks(one([scored(), scored(kind="SFR")], kind=None))
    assert len(table(blocks)) == 3
    assert "*Hamilton ON*" in words(blocks)
    assert faults("x", blocks) == []


def test_the_only_type_of_a_place_is_explained_by_its_name():
    assert "*Hamilton ON, condo*" in words(place_blocks(one([scored()], kind=None)))


@pytest.mark.parametrize(
    ("market", "said"),
    [("ALL", "Sudbury counts with the rest of Ontario."), ("Toronto", "Sudbury counts with the market of Toronto.")],
)
def test_a_municipality_is_told_where_it_counts(market, said):
    asked = one([scored(market)], market=market, municipality="Sudbury")
    assert "*Sudbury ON, condo*" in words(place_blocks(asked))
    assert said in words(place_blocks(asked))


def test_a_province_without_anything_says_how_to_begin():
    asked = one(market="ALL", is_province=True, kind=SFR)
    assert place_text(asked) == "Ontario, single-family house: no buyers and no answers yet"
    assert "`/buyer`" in words(place_blocks(asked))
    assert faults(place_text(asked), place_blocks(asked)) == []
