"""Liquidity: the full computation against the written formula, the stored sums against the full computation."""

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.liquidity import (
    Feedback,
    FeedbackEvent,
    Key,
    Liquidity,
    MatureDeal,
    Node,
    Sums,
    add,
    change_deal,
    decay,
    mature_deal,
    node_key,
    property_type,
    score,
    score_nodes,
    standing,
)
from domain.property_types import property_type as buyers_property_type

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TORONTO = ("ON", "Toronto", "SFR")
PLACES = [("ON", "Toronto"), ("ON", "Hamilton"), ("ON", "ALL"), ("QC", "Montreal"), ("QC", "Ottawa"), ("NB", "Moncton")]
TYPES = ["SFR", "MF", "CONDO"]
Place = tuple[str, str, str]
ASKED = {"RESPONDED", "NO_RESPONSE"}
NODES = [Node(*place, kind, 30, active) for place in PLACES for kind in TYPES for active in (0, 7, 40)]


def event(
    kind: str, *, days_ago: float, buyer: int = 1, deal: str = "deal:1", node: tuple[str, str, str] = TORONTO
) -> FeedbackEvent:
    return FeedbackEvent(NOW - timedelta(days=days_ago), *node, kind, buyer, deal)


def only(events: Sequence[FeedbackEvent], *, active: int = 25, node: tuple[str, str, str] = TORONTO) -> Liquidity:
    return score_nodes(events, [Node(*node, active, active)], NOW)[node]


# The formula as it is written down, step by step over the raw events: slow, and without any of the product's code.


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@dataclass(frozen=True)
class Written:
    """The written formula over raw events; slow, and without any of the product's code."""

    events: Sequence[FeedbackEvent]
    now: datetime

    def w(self, at: datetime) -> float:
        return 2 ** (-((self.now - at).total_seconds() / 86400) / 60)

    def count(self, kinds: set[str], **where: str) -> float:
        chosen = [e for e in self.events if all(getattr(e, name) == wanted for name, wanted in where.items())]
        return sum(self.w(e.created_at) for e in chosen if e.event in kinds)

    def rate(self, hits: set[str], of: set[str], start: float, node: Place) -> float:
        def shrunk(prior: float, k: float = 60, **where: str) -> float:
            return (self.count(hits, **where) + k * prior) / (self.count(of, **where) + k)

        province, market, kind = node
        r_ca = shrunk(start, 20)
        r_mkt = shrunk(shrunk(r_ca, province=province), province=province, market=market)
        r_type = shrunk(r_ca, property_type=kind)
        base = sigmoid(logit(r_mkt) + logit(r_type) - logit(r_ca))
        return shrunk(base, province=province, market=market, property_type=kind)

    def r(self, node: Place) -> float:
        return self.rate({"RESPONDED"}, ASKED, 0.33, node)

    def c(self, node: Place) -> float:
        return self.rate({"BOUGHT"}, {"BOUGHT", "PASSED"}, 0.12, node)

    def s(self, k: int, node: Place) -> float:
        m = self.r(node) * self.c(node)
        a, b = 14 * m, 14 * (1 - m)
        return 1 - math.prod((b + j) / (a + b + j) for j in range(k))

    def deals(self) -> list[tuple[Place, float, float, float]]:
        """(node, weight, weight if sold, expected) of every mature deal."""
        found = []
        for name in {e.correlation_id for e in self.events if e.correlation_id}:
            mine = sorted((e for e in self.events if e.correlation_id == name), key=lambda e: e.created_at)
            node = (mine[0].province, mine[0].market, mine[0].property_type)
            reach = len({e.buyer_id for e in mine if e.event in ASKED})
            if self.now - mine[0].created_at >= timedelta(days=21) and reach:
                weight = self.w(mine[0].created_at)
                sold = weight * any(e.event == "BOUGHT" for e in mine)
                found.append((node, weight, sold, weight * self.s(reach, node)))
        return found

    def shift(self, province: str) -> float:
        deals = self.deals()
        canada = gap(sum(d[2] for d in deals), sum(d[3] for d in deals), sum(d[1] for d in deals))
        own = [d for d in deals if d[0][0] == province]
        o, e, d = sum(d[2] for d in own), sum(d[3] for d in own), sum(d[1] for d in own)
        return canada + (gap(o, d * sigmoid(logit(e / d) + canada), d) if d else 0.0)

    def score(self, node: Place, active: int) -> float:
        p0 = sigmoid(logit(self.s(min(active, 25), node)) + self.shift(node[0]))
        own = [d for d in self.deals() if d[0] == node]
        return (20 * p0 + sum(d[2] for d in own)) / (20 + sum(d[1] for d in own))

    def evidence(self, node: Place) -> str:
        province, market, kind = node
        asked = self.count(ASKED, province=province, market=market, property_type=kind)
        d = sum(deal[1] for deal in self.deals() if deal[0] == node)
        return "low" if asked < 20 and d < 3 else "medium" if d < 10 else "high"


def gap(o: float, e: float, d: float) -> float:
    return (logit((o + 0.5) / (d + 1)) - logit((e + 0.5) / (d + 1))) * d / (d + 30) if d else 0.0


events_strategy = st.lists(
    st.builds(
        lambda ago, place, kind, what, buyer, deal: FeedbackEvent(
            NOW - timedelta(minutes=ago), place[0], place[1], kind, what, buyer, f"deal:{deal}" if deal else ""
        ),
        st.integers(0, 200 * 1440),
        st.sampled_from(PLACES),
        st.sampled_from(TYPES),
        st.sampled_from(["RESPONDED", "NO_RESPONSE", "BOUGHT", "PASSED"]),
        st.integers(1, 6),
        st.integers(0, 8),
    ),
    max_size=60,
)


# Cold start


@pytest.mark.parametrize(("active", "expected"), [(25, 0.445), (4, 0.136), (2, 0.075)])
def test_without_events_the_score_grows_with_the_buyers(active: int, expected: float) -> None:
    assert only([], active=active).score == pytest.approx(expected, abs=0.0005)


def test_more_than_25_buyers_add_nothing() -> None:
    assert only([], active=400) == only([], active=25)


@pytest.mark.parametrize("active", [0, -3])
def test_without_an_active_buyer_the_score_is_nought(active: int) -> None:
    found = only([event("RESPONDED", days_ago=1)], active=active)
    assert (found.score, found.low, found.high, found.depth) == (0.0, 0.0, 0.0, 0)
    assert found.explain == "Toronto SFR 0.00, evidence low: no active buyers"


def test_the_explanation_of_a_cold_node_says_that_nothing_sold_yet() -> None:
    assert only([], active=1).explain == (
        "Toronto SFR 0.04 (0.00–0.38), evidence low: 1 buyer × 33 % answer × 12 % of answers close → 0.04; "
        "no recent deals yet"
    )


def test_what_lies_in_no_market_is_called_by_its_province() -> None:
    rest = ("ON", "ALL", "MF")
    assert only([], active=0, node=rest).explain == "Elsewhere in ON MF 0.00, evidence low: no active buyers"
    assert only([], active=4, node=rest).explain.startswith("Elsewhere in ON MF 0.14 (")


def test_one_buyer_answering_200_times_cannot_leave_the_scale() -> None:
    found = only([event("RESPONDED", days_ago=1) for _ in range(200)], active=1)
    assert 0 < found.score < 0.2


# The formula


@settings(max_examples=60, deadline=None)
@given(events_strategy)
def test_every_score_is_the_written_formulas(events: list[FeedbackEvent]) -> None:
    nodes = [Node("ON", "Toronto", "SFR", 9, 7), Node("QC", "Ottawa", "MF", 40, 40), Node("SK", "Regina", "LAND", 3, 3)]
    found = score_nodes(events, nodes, NOW)
    written = Written(events, NOW)
    for node in nodes:
        key = (node.province, node.market, node.property_type)
        assert found[key].score == pytest.approx(written.score(key, node.active_buyer_count), abs=1e-12)
        assert found[key].response_rate == pytest.approx(written.r(key), abs=1e-12)
        assert found[key].close_rate == pytest.approx(written.c(key), abs=1e-12)
        assert found[key].evidence == written.evidence(key)


def busy(deals: int, sold: int, *, age: float = 22.0) -> list[FeedbackEvent]:
    """`deals` deals of ten asked buyers, four of whom answered; the first `sold` were bought."""
    made = []
    for number in range(deals):
        name = f"deal:{number}"
        for buyer in range(10):
            kind = "RESPONDED" if buyer < 4 else "NO_RESPONSE"
            made.append(event(kind, days_ago=age, buyer=buyer, deal=name))
        made.append(event("BOUGHT" if number < sold else "PASSED", days_ago=age - 1, buyer=0, deal=name))
    return made


def test_the_range_is_the_80_per_cent_one_of_the_formula() -> None:
    found = only(busy(12, 9))
    d = 12 * 2 ** (-22 / 60)
    error = 1.28 / math.sqrt((5 + 0.15 * d + 1) * found.score * (1 - found.score))
    assert found.low == pytest.approx(sigmoid(logit(found.score) - error))
    assert found.high == pytest.approx(sigmoid(logit(found.score) + error))


@pytest.mark.parametrize(
    ("events", "evidence"),
    [
        ([], "low"),
        ([event("NO_RESPONSE", days_ago=0, deal="")] * 19, "low"),
        ([event("NO_RESPONSE", days_ago=0, deal="")] * 20, "medium"),
        (busy(3, 1), "medium"),
        (busy(12, 9), "medium"),  # 12 deals weigh 9.3 after 22 days
        (busy(13, 9), "high"),
    ],
)
def test_evidence_grows_with_answers_and_mature_deals(events: list[FeedbackEvent], evidence: str) -> None:
    assert only(events).evidence == evidence


def with_own(**sums: float) -> Liquidity:
    """The score of a node that has these sums of its own."""
    own = Sums(NOW, reach={3: sums.get("deals", 0.0)}, **sums)
    return score(Node(*TORONTO, 25, 25), standing({node_key(*TORONTO): own}, NOW))


@pytest.mark.parametrize(
    ("asked", "deals", "evidence"),
    [(19.9, 2.9, "low"), (20.0, 2.9, "medium"), (0.0, 3.0, "medium"), (0.0, 9.9, "medium"), (0.0, 10.0, "high")],
)
def test_evidence_turns_exactly_at_its_limits(asked: float, deals: float, evidence: str) -> None:
    assert with_own(asked=asked, deals=deals).evidence == evidence


def test_a_range_near_nought_or_one_is_taken_around_the_clipped_score() -> None:
    rarely, mostly = with_own(deals=2000.0, sold=0.0), with_own(deals=2000.0, sold=2000.0)
    error = 1.28 / math.sqrt((6 + 0.15 * 2000) * 0.02 * 0.98)
    assert rarely.score < 0.02
    assert rarely.high == pytest.approx(sigmoid(logit(0.02) + error))
    assert rarely.low == pytest.approx(min(rarely.score, sigmoid(logit(0.02) - error)))
    assert mostly.score > 0.98
    assert mostly.low == pytest.approx(sigmoid(logit(0.98) - error))
    assert mostly.high == pytest.approx(max(mostly.score, sigmoid(logit(0.98) + error)))


def test_the_explanation_names_every_step() -> None:
    found = only(busy(40, 30))
    kept = 2 ** (-22 / 60)  # 40 deals weigh 31.0, the 30 sold ones 23.3
    before_own_deals = (found.score * (20 + 40 * kept) - 30 * kept) / 20
    assert found.explain == (
        f"Toronto SFR {found.score:.2f} ({found.low:.2f}–{found.high:.2f}), evidence high: "
        f"25 buyers × {found.response_rate * 100:.0f} % answer × {found.close_rate * 100:.0f} % of answers close → "
        f"{before_own_deals:.2f}; 23 of 31 recent deals sold → {found.score:.2f}"
    )


def test_one_recent_deal_is_one_deal() -> None:
    assert "1 of 1 recent deal sold" in only(busy(1, 1)).explain


def test_a_sale_after_the_deal_matured_counts() -> None:
    late_sale = [*busy(1, 0, age=40), event("BOUGHT", days_ago=2, buyer=3, deal="deal:0")]
    assert "1 of 1" in only(late_sale).explain


@pytest.mark.parametrize(("days", "counts"), [(20.99, False), (21.0, True)])
def test_a_deal_is_mature_21_days_after_its_first_event(days: float, counts: bool) -> None:
    events = [event("RESPONDED", days_ago=days), event("BOUGHT", days_ago=1)]
    assert (mature_deal(events, NOW) is not None) is counts
    assert ("no recent deals yet" not in only(events).explain) is counts


def test_a_deal_that_reached_nobody_known_is_left_out() -> None:
    assert mature_deal([event("BOUGHT", days_ago=30)], NOW) is None
    assert "no recent deals yet" in only([event("BOUGHT", days_ago=30)]).explain


def test_no_events_make_no_deal() -> None:
    assert mature_deal([], NOW) is None


def test_one_buyer_answering_twice_is_reached_once() -> None:
    events = [
        event("NO_RESPONSE", days_ago=30),
        event("RESPONDED", days_ago=29),
        event("RESPONDED", days_ago=29, buyer=2),
    ]
    assert mature_deal(events, NOW) == MatureDeal(NOW - timedelta(days=30), 2, sold=False)


@pytest.mark.parametrize("extra", [Feedback.TAKEN, "SOMETHING"])
def test_a_no_after_somebody_else_bought_says_nothing(extra: str) -> None:
    events = busy(2, 1)
    assert only([*events, event(extra, days_ago=90, deal="deal:0")]) == only(events)


def test_events_after_now_are_left_out() -> None:
    events = busy(2, 1)
    assert only([*events, event("BOUGHT", days_ago=-1, deal="deal:1")]) == only(events)


def test_labels_and_types_are_compared_as_people_mean_them() -> None:
    written = [replace(made, market="TORONTO", property_type="SFH", province="on") for made in busy(12, 9)]
    assert only(written) == only(busy(12, 9))
    assert node_key("nl", "ST_JOHNS", "house") == node_key("NL", "St. John's", "SFR")
    assert node_key("QC", "Montréal", "castle") == ("QC", "montreal", "castle")


def test_a_type_is_also_read_here() -> None:
    assert property_type is buyers_property_type


@pytest.mark.parametrize(("sold", "high_at_least"), [(400, 0.98), (0, 0.0)])
def test_the_range_always_holds_its_score(sold: int, high_at_least: float) -> None:
    found = only(busy(400, sold))
    assert found.low <= found.score <= found.high
    assert found.high >= high_at_least


# The stored sums


def kept_sums(events: Sequence[FeedbackEvent], now: datetime) -> dict[Key, Sums]:
    """What a keeper of sums does as events arrive, some late, with a nightly look for matured deals."""
    sums: dict[Key, Sums] = {}
    of_deal: dict[str, list[FeedbackEvent]] = {}
    taken: dict[str, tuple[Key, MatureDeal]] = {}

    def take_in(correlation: str, at: datetime) -> None:
        first = min(of_deal[correlation], key=lambda e: e.created_at)
        key = node_key(first.province, first.market, first.property_type)
        before = taken.pop(correlation, None)
        if before is not None:
            sums[before[0]] = change_deal(sums[before[0]], before[1], None)
        after = mature_deal(of_deal[correlation], at)
        if after is not None:
            sums[key] = change_deal(sums[key], None, after)
            taken[correlation] = (key, after)

    for number, made in enumerate(events):
        key = node_key(made.province, made.market, made.property_type)
        sums[key] = add(sums.get(key) or Sums(made.created_at), made)
        if made.correlation_id:
            of_deal.setdefault(made.correlation_id, []).append(made)
            if made.correlation_id in taken or number % 3 == 0:
                take_in(made.correlation_id, made.created_at)
    for correlation in of_deal:
        take_in(correlation, now)
    return sums


@settings(max_examples=60, deadline=None)
@given(events_strategy, st.booleans())
def test_the_stored_sums_give_the_full_computations_scores(events: list[FeedbackEvent], in_order: bool) -> None:
    arriving = sorted(events, key=lambda e: e.created_at) if in_order else events
    full = score_nodes(events, NODES, NOW)
    at = standing(kept_sums(arriving, NOW), NOW)
    for node in {(n.province, n.market, n.property_type): n for n in NODES}.values():
        stored, expected = score(node, at), full[(node.province, node.market, node.property_type)]
        for one, other in [(stored.score, expected.score), (stored.low, expected.low), (stored.high, expected.high)]:
            assert one == pytest.approx(other, abs=1e-9)
        assert stored.response_rate == pytest.approx(expected.response_rate, abs=1e-9)
        assert stored.close_rate == pytest.approx(expected.close_rate, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(events_strategy, st.integers(-100, 100), st.integers(-100, 100))
def test_decaying_in_two_steps_is_decaying_at_once(events: list[FeedbackEvent], first: int, second: int) -> None:
    sums = Sums(NOW)
    for made in events:
        sums = add(sums, made)
    there, further = NOW + timedelta(days=first), NOW + timedelta(days=first + second)
    in_two, at_once = decay(decay(sums, there), further), decay(sums, further)
    assert in_two.as_of == at_once.as_of == further
    assert in_two.asked == pytest.approx(at_once.asked)
    assert in_two.decided == pytest.approx(at_once.decided)


def test_sums_halve_in_60_days() -> None:
    sums = add(Sums(NOW), event("RESPONDED", days_ago=0))
    assert decay(sums, NOW + timedelta(days=60)).responded == 0.5
    assert decay(sums, NOW) is sums


def test_an_undone_event_leaves_nothing_behind() -> None:
    for kind in Feedback:
        sums = add(add(Sums(NOW), event(kind, days_ago=3)), event(kind, days_ago=3), undo=True)
        assert (sums.responded, sums.asked, sums.bought, sums.decided) == (0, 0, 0, 0)


def test_a_deal_taken_out_again_leaves_nothing_behind() -> None:
    rng = random.Random(7)
    deals = [
        MatureDeal(NOW - timedelta(days=rng.uniform(21, 90)), rng.randint(1, 9), rng.random() < 0.5) for _ in range(30)
    ]
    sums = Sums(NOW)
    for made in deals:
        sums = change_deal(sums, None, made)
    for made in deals:
        sums = change_deal(sums, made, None)
    assert sums.reach == {}
    assert score(Node(*TORONTO, 9, 9), standing({node_key(*TORONTO): sums}, NOW)).score == pytest.approx(
        only([], active=9).score
    )


def test_the_chance_of_a_cold_node_costs_less_than_100_microseconds() -> None:
    at, node = standing({}, NOW), Node(*TORONTO, 25, 25)
    best = min(timed(lambda: score(node, at)) for _ in range(5))
    assert best < 100e-6


def timed(work: object, *, times: int = 200) -> float:
    assert callable(work)
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times
