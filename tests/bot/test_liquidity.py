"""Scores come from stored sums that agree with the whole record, and buyers are counted from their table."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, null, select, update

from bot.services.liquidity import liquidity_score, recount_nodes
from bot.services.liquidity_sums import rebuild
from bot.services.offers import PlaceNotFound
from domain.errors import RuleBroken
from domain.geo import MARKETS
from domain.liquidity import Feedback
from domain.property_types import PropertyType
from storage.buyers import buyer, buyer_area, next_change
from storage.feedback import buyer_feedback_event
from storage.leads import lead
from storage.liquidity import buyer_liquidity_node, liquidity_deal, nodes_of
from tests.bot.answered import Team, full_scores, same, scores
from tests.storage.builders import HERE, NOW, founded, rep, rows_of

SFR, MF, CONDO, LAND = PropertyType.SFR, PropertyType.MF, PropertyType.CONDO, PropertyType.LAND
LABELS = {market.label for market in MARKETS}
WEEKS = timedelta(weeks=3)


@pytest.fixture
async def team(database):
    """A team without deals or buyers."""
    await founded(database)
    return Team(database)


async def agree(team):
    """Whether every node's stored sums give what the whole record gives, now."""
    now = team.clock.at
    return same(await team.read(lambda tx: scores(tx, now)), await team.read(lambda tx: full_scores(tx, now)))


async def score(team, market="Toronto", kind=SFR, province="ON"):
    now = team.clock.at
    return await team.read(lambda tx: liquidity_score(tx, province, market, kind, now=now))


async def recount(team, *provinces):
    def work(tx):
        next_change(tx)
        recount_nodes(tx, provinces, now=team.clock.at)

    await team.write(work)


async def node(team, market="Toronto", kind="SFR", province="ON"):
    rows = await team.rows(buyer_liquidity_node, province=province, market=market, property_type=kind)
    return rows[0] if rows else None


# The stored sums against the whole record


@pytest.mark.parametrize("seed", range(5))
async def test_sums_kept_through_answers_undoing_and_time_agree_with_the_whole_record(team, seed):
    rng = random.Random(seed)
    for place in ("Toronto", "Hamilton", "Montreal", "Sudbury", "Toronto"):
        await team.deal(place, rng.choice([SFR, MF, None]))
    for areas in ((("ON", "ALL"),), (("ON", "Toronto"), ("QC", "Montreal")), (("ON", "Hamilton"),), (("QC", "ALL"),)):
        await team.buyer(areas)
    await team.book.refresh(HERE)
    answers, compared = [], 0
    for step in range(70):
        await _something(team, rng, answers)
        if step % 7 == 0:
            assert await agree(team)
            compared += 1
    before = await team.read(lambda tx: scores(tx, team.clock.at))
    await team.write(lambda tx: rebuild(tx, now=team.clock.at))
    assert same(before, await team.read(lambda tx: scores(tx, team.clock.at)))
    assert compared == 10


async def _something(team, rng, answers):
    """Let time pass, refresh, record an answer or take one back."""
    chance = rng.random()
    if chance < 0.2:
        team.clock.move(days=rng.uniform(0, 12))
    elif chance < 0.3:
        await team.book.refresh(HERE)
    elif chance < 0.5 and answers:
        await team.feedback.undo(rep(), answers.pop(rng.randrange(len(answers))).id)
    else:
        at = team.clock.at - timedelta(days=rng.choice([0, 0, 0, 2, 25, 60]))
        try:
            said = await team.say(rng.randint(1, 5), rng.randint(1, 4), rng.choice(list(Feedback)), at=at)
        except RuleBroken:
            return  # it stands already, or something else does
        replaced = {answer.id for answer in answers} - {row.id for row in await _standing(team)}
        answers[:] = [answer for answer in answers if answer.id not in replaced] + [said]


async def _standing(team):
    return [row for row in await team.rows(buyer_feedback_event) if row.undone_at is None]


async def test_a_deal_counts_from_its_21st_day_on_before_and_after_the_refresh(team):
    number, asked = await team.deal(), await team.buyer()
    await recount(team, "ON")
    await team.say(number, asked, Feedback.RESPONDED)
    await team.say(number, asked, Feedback.BOUGHT)
    team.clock.at = NOW + WEEKS - timedelta(microseconds=1)
    assert "no recent deals yet" in (await score(team)).explain
    team.clock.at = NOW + WEEKS
    waiting = await score(team)
    assert "1 of 1 recent deal sold" in waiting.explain
    assert (await team.rows(liquidity_deal))[0].is_counted is False
    await team.book.refresh(HERE)
    assert (await team.rows(liquidity_deal))[0].is_counted is True
    assert (await score(team)).score == pytest.approx(waiting.score, abs=1e-12)
    row = await node(team)
    assert (row.sums["deals"], row.sums["reach"], row.sums_as_of) == (1, {"1": 1}, NOW)
    assert await agree(team)


async def test_what_changes_about_a_counted_deal_changes_its_place_in_the_sums(team):
    number, first, second = await team.deal(), await team.buyer(), await team.buyer()
    await recount(team, "ON")
    answer = await team.say(number, first, Feedback.RESPONDED)
    team.clock.move(days=22)
    await team.book.refresh(HERE)
    await team.say(number, second, Feedback.NO_RESPONSE)
    assert list((await node(team)).sums["reach"]) == ["2"]
    await team.say(number, second, Feedback.BOUGHT)
    assert "1 of 1 recent deal sold" in (await score(team)).explain
    await team.feedback.undo(rep(), answer.id)
    assert ((await node(team)).sums["reach"], (await team.rows(liquidity_deal))[0].is_counted) == ({}, False)
    assert await agree(team)


async def test_a_deal_whose_address_changed_stays_where_its_first_answer_was(team):
    number, asked = await team.deal(), await team.buyer((("ON", "ALL"),))
    await team.say(number, asked, Feedback.RESPONDED)
    await team.set(lead, {"market": "Hamilton"}, number=1)
    await team.say(number, asked, Feedback.BOUGHT)
    team.clock.move(days=30)
    await team.book.refresh(HERE)
    assert (await team.rows(liquidity_deal))[0].market == "Toronto"
    assert ((await node(team)).sums["deals"] > 0, (await node(team, "Hamilton")).sums["bought"]) == (True, 1)
    assert await agree(team)


async def test_a_deal_that_reached_nobody_known_waits_for_nothing(team):
    number, asked = await team.deal(), await team.buyer()
    await team.say(number, asked, Feedback.BOUGHT)
    team.clock.move(days=30)
    await team.book.refresh(HERE)
    assert (await team.rows(liquidity_deal))[0].is_counted is True
    assert (await node(team)).sums["deals"] == 0
    await team.say(number, asked, Feedback.RESPONDED)
    assert (await node(team)).sums["deals"] > 0
    assert await agree(team)


async def test_scoring_asks_for_no_answer_however_many_there_are(team):
    number, asked = await team.deal(), await team.buyer()
    await team.say(number, asked, Feedback.RESPONDED)
    await recount(team, "ON")
    engine, seen = team.database._readers.sync_engine, []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    assert (await score(team)).depth == 1
    assert len(seen) == 3
    assert not any("buyer_feedback_event" in statement for statement in seen)


async def test_without_a_province_there_is_no_score(team):
    assert await score(team, province=None) is None


# Rebuilding


async def lost_sums(team, *, as_of=None):
    values = {"sums": null(), "sums_as_of": as_of}
    await team.write(lambda tx: tx.connection.execute(update(buyer_liquidity_node).values(values)))


@pytest.mark.parametrize("as_of", [None, NOW])
async def test_sums_that_were_lost_are_built_anew_by_the_refresh(team, as_of):
    first, second, asked = await team.deal(), await team.deal("Sudbury"), await team.buyer((("ON", "ALL"),))
    await team.say(first, asked, Feedback.RESPONDED)
    team.clock.move(days=30)
    await team.say(second, asked, Feedback.NO_RESPONSE)
    await team.book.refresh(HERE)
    before, deals = await team.read(lambda tx: scores(tx, team.clock.at)), await team.rows(liquidity_deal)
    await lost_sums(team, as_of=as_of)
    await team.book.refresh(HERE)
    assert same(await team.read(lambda tx: scores(tx, team.clock.at)), before)
    assert [row[3:] for row in await team.rows(liquidity_deal)] == [row[3:] for row in deals]
    assert [row.is_counted for row in await team.rows(liquidity_deal)] == [True, False]


async def test_answers_that_others_wrote_are_read_as_people_mean_them(team):
    await team.deal()
    asked = await team.buyer()
    row = {
        "buyer_id": asked,
        "province": "NL",
        "market": "ST_JOHNS",
        "property_type": "house",
        "detail": {},
        "deal_id": 1,
    }
    more = {"event": "RESPONDED", "correlation_id": "feedback:1", "created_at": NOW - timedelta(days=40)}
    await team.write(lambda tx: tx.connection.execute(insert(buyer_feedback_event), tx.own(**row, **more)))
    await team.book.refresh(HERE)
    assert (await node(team, "St. John's", province="NL")).sums["asked"] == pytest.approx(2 ** (-40 / 60))
    assert (await team.rows(liquidity_deal))[0].is_counted is True
    assert await agree(team)


async def test_a_refresh_without_answers_builds_nothing(team):
    await team.book.refresh(HERE)
    before = await team.database.change(lambda connection: rows_of(connection, HERE))
    await team.book.refresh(HERE)
    after = await team.database.change(lambda connection: rows_of(connection, HERE))
    assert {name for name in before if before[name] != after[name]} <= {"counter"}


async def test_the_rates_in_the_rows_follow_time_at_each_refresh(team):
    number, asked = await team.deal(), await team.buyer()
    await team.say(number, asked, Feedback.RESPONDED)
    before = (await node(team)).avg_response_rate
    team.clock.move(days=120)
    await team.book.refresh(HERE)
    row = await node(team)
    assert 0.33 < row.avg_response_rate < before
    assert row.avg_response_rate == pytest.approx((await score(team)).response_rate, abs=1e-12)
    hamilton = await score(team, "Hamilton")
    assert (await node(team, "Hamilton")).avg_response_rate == pytest.approx(hamilton.response_rate, abs=1e-12)


# Buyers


def brute(buyers, province, market, kind):
    """Count the buyers of a node one by one, as the rule is written."""
    bit = 1 << list(PropertyType).index(kind)
    every = active = 0
    for types, is_active, is_removed, areas in buyers:
        here = any(
            of == province and (where in (market, "ALL") or (market == "ALL" and where not in LABELS))
            for of, where in areas
        )
        if here and not is_removed and (types == 0 or types & bit):
            every, active = every + 1, active + is_active
    return every, active


PLACES = ("Toronto", "Hamilton", "Sudbury", "North Bay", "Ottawa")


@pytest.mark.parametrize("seed", range(4))
async def test_nodes_count_what_counting_one_by_one_gives(team, seed):
    rng = random.Random(seed)
    made = []
    for _ in range(40):
        areas = [("ON", "ALL")] if rng.random() < 0.3 else [("ON", p) for p in rng.sample(PLACES, rng.randint(0, 4))]
        areas += [("QC", p) for p in rng.choice([(), ("ALL",), ("Ottawa", "Rimouski"), ("Montreal",)])]
        one = (rng.choice([0, 0, 1, 2, 3, 4, 31]), rng.random() < 0.7, rng.random() < 0.1, areas)
        made.append(one)
        await team.buyer(areas, types=one[0], active=one[1], removed_at=NOW if one[2] else None)
    await recount(team, "ON", "QC")
    nodes = await team.read(nodes_of)
    for kept in nodes:
        counted = (kept.node.buyer_count, kept.node.active_buyer_count)
        assert counted == brute(made, kept.node.province, kept.node.market, PropertyType(kept.node.property_type))
    standing = [one for one in made if not one[2]]
    stated = {
        (province, "ALL" if where not in LABELS else where, kind)
        for types, _, _, areas in standing
        for province, where in areas
        for bit, kind in enumerate(PropertyType)
        if types >> bit & 1
    }
    assert stated <= {(kept.node.province, kept.node.market, kept.node.property_type) for kept in nodes}


async def test_who_buys_in_a_whole_province_counts_in_each_of_its_markets(team):
    await team.buyer((("ON", "ALL"),), types=4)
    await recount(team, "ON")
    for market in ("Toronto", "Hamilton", "Ottawa", "ALL"):
        assert (await node(team, market, "CONDO")).active_buyer_count == 1
    assert (await node(team, "Toronto")).active_buyer_count == 0
    assert await node(team, "Ottawa", "CONDO", "QC") is None


async def test_who_named_no_type_counts_also_where_no_row_stands(team):
    await team.buyer(types=0)
    await team.buyer((("ON", "Sudbury"), ("ON", "North Bay")), types=0, active=False)
    await team.buyer((("ON", "North Bay"),), types=0)
    await team.buyer((("ON", "ALL"),), types=0)
    await recount(team, "ON")
    assert (await node(team, "Toronto", "LAND"), await node(team, "ALL", "LAND")) == (None, None)
    assert (await score(team, "Toronto", LAND)).depth == 2
    assert (await score(team, "ALL", LAND)).depth == 2
    assert (await score(team, "Hamilton", LAND)).depth == 1


async def test_only_the_named_provinces_are_counted_and_none_of_another_workspace(team):
    await founded(team.database, "T0ELSE")
    await team.buyer()
    await recount(team)
    await recount(team, "QC", "BC")
    assert (await node(team)).buyer_count == 0
    await recount(team, "ON")
    assert (await node(team)).buyer_count == 1
    elsewhere = [row for row in await team.rows(buyer_liquidity_node, market="Toronto") if row.workspace_id != HERE]
    assert [row.buyer_count for row in elsewhere] == [0]


async def test_a_refresh_mends_counts_and_adds_nodes_that_are_missing(team):
    await team.buyer(types=2)
    await team.book.refresh(HERE)
    assert (await node(team, "Toronto", "MF")).buyer_count == 1
    await team.set(buyer, {"active": False}, number=1)
    team.clock.move(minutes=15)
    await team.book.refresh(HERE)
    row = await node(team, "Toronto", "MF")
    assert (row.buyer_count, row.active_buyer_count, row.updated_at) == (1, 0, team.clock.at)
    query = select(buyer_area.c.id)
    assert len(await team.read(lambda tx: tx.connection.execute(query).all())) == 1


# What can be asked


async def test_the_list_holds_what_has_buyers_or_answers_the_best_first(team):
    number = await team.deal("Montreal")
    asked = await team.buyer((("ON", "Toronto"),), types=1)
    await team.buyer((("ON", "Toronto"), ("BC", "Vancouver")), types=1)
    await team.buyer((("BC", "Vancouver"),), types=1, active=False)
    await recount(team, "ON", "BC")
    await team.say(number, asked, Feedback.RESPONDED)
    found = await team.book.list(rep())
    assert [(one.node.market, one.node.buyer_count) for one in found] == [
        ("Toronto", 2),
        ("Vancouver", 2),
        ("Montreal", 0),
    ]
    assert [one.liquidity.depth for one in found] == [2, 1, 0]


async def test_an_answer_taken_back_leaves_the_list(team):
    number, asked = await team.deal("Montreal"), await team.buyer(())
    answer = await team.say(number, asked, Feedback.RESPONDED)
    assert len(await team.book.list(rep())) == 1
    team.clock.move(days=3)
    await team.feedback.undo(rep(), answer.id)
    assert await team.book.list(rep()) == ()


async def test_one_market_and_type_is_scored_even_where_nothing_is_known(team):
    asked = await team.book.one(rep(), "Hamilton", CONDO)
    assert (asked.province, asked.market, asked.municipality, asked.is_province) == ("ON", "Hamilton", None, False)
    (only,) = asked.scores
    assert (only.node.property_type, only.liquidity.score) == (CONDO, 0.0)


async def test_a_market_without_a_type_has_the_scores_of_its_types(team):
    await team.buyer((("ON", "Hamilton"),), types=6)
    await recount(team, "ON")
    asked = await team.book.one(rep(), "hamilton on", None)
    assert {one.node.property_type for one in asked.scores} == {"MF", "CONDO"}


async def test_a_province_has_the_scores_of_all_its_places(team):
    await team.buyer((("ON", "Hamilton"), ("ON", "Sudbury")), types=2)
    await recount(team, "ON")
    asked = await team.book.one(rep(), "ON", MF)
    assert (asked.is_province, {one.node.market for one in asked.scores}) == (True, {"Hamilton", "ALL"})
    assert (await team.book.one(rep(), "Ontario", CONDO)).scores == ()


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Ottawa QC", ("QC", "Ottawa", None)),
        ("Ottawa", ("ON", "Ottawa", None)),
        ("Mississauga", ("ON", "Toronto", "Mississauga")),
        ("Sudbury", ("ON", "ALL", "Sudbury")),
        ("st johns NL", ("NL", "St. John's", None)),
    ],
)
async def test_a_place_is_read_as_people_type_it(team, typed, place):
    asked = await team.book.one(rep(), typed, SFR)
    assert (asked.province, asked.market, asked.municipality) == place


async def test_a_place_that_is_none_is_refused(team):
    with pytest.raises(PlaceNotFound, match="Atlantis"):
        await team.book.one(rep(), "Atlantis", SFR)
