"""What a buyer did about a deal is recorded once, with all that follows from it, and can be taken back exactly."""

import asyncio
from datetime import timedelta

import pytest

from bot.services.actors import Actor, NotYourDeal
from bot.services.feedback import (
    AlreadyRecorded,
    AnsweredAlready,
    AnswerNotFound,
    AnswerUndone,
    BoughtByAnother,
    DealOver,
    FeedbackBook,
    FeedbackFromFuture,
    PlaceUnknown,
    record_feedback,
)
from bot.services.numbered import BuyerNotFound, BuyerRemoved, DealNotFound, deal_numbered
from domain.errors import RuleBroken
from domain.liquidity import Feedback, FeedbackEvent, decay
from domain.property_types import PropertyType
from domain.roles import Role
from storage.audit import audit_entry
from storage.buyers import buyer, find_buyer
from storage.database import Database
from storage.feedback import add_answer, answers_by, buyer_feedback_event, undo_answer
from storage.kpis import kpi_event
from storage.leads import lead
from storage.liquidity import buyer_liquidity_node, kept_sums, liquidity_deal
from storage.workspaces import Member, add_member
from tests.bot.answered import Team, full_scores, same, scores
from tests.storage.builders import HERE, NOW, founded, rep, rows_of

RESPONDED, NO_RESPONSE, PASSED, BOUGHT, TAKEN = (
    Feedback.RESPONDED,
    Feedback.NO_RESPONSE,
    Feedback.PASSED,
    Feedback.BOUGHT,
    Feedback.TAKEN,
)
ONTARIO = (("ON", "ALL"),)


@pytest.fixture
async def team(database):
    """A team with D-1 in Toronto, D-2 (a condo in Hamilton), and the buyers B-1 and B-2."""
    await founded(database)
    team = Team(database)
    await team.deal()
    await team.deal("Hamilton", PropertyType.CONDO)
    await team.buyer()
    await team.buyer(ONTARIO, types=1)
    await team.book.refresh(HERE)
    return team


async def counts(team, number=1):
    (row,) = await team.rows(buyer, number=number)
    return row.contacted, row.responded, row.bought, row.last_response_at


async def node(team, market="Toronto", kind="SFR"):
    (row,) = await team.rows(buyer_liquidity_node, province="ON", market=market, property_type=kind)
    return row


async def sums(team):
    """What Toronto's houses add up to now, with the rates in the row."""
    row = await node(team)
    kept = decay((await team.read(kept_sums))["ON", "toronto", "SFR"], team.clock.at)
    amounts = {name: getattr(kept, name) for name in ("responded", "asked", "bought", "decided", "sold", "deals")}
    rates = {"answer": row.avg_response_rate, "close": row.avg_close_rate}
    return amounts | {f"reach {buyers}": amount for buyers, amount in kept.reach.items()} | rates


async def agree(team):
    now = team.clock.at
    return same(await team.read(lambda tx: scores(tx, now)), await team.read(lambda tx: full_scores(tx, now)))


# What one answer leaves behind


async def test_an_answer_is_an_event_at_the_deals_place_and_type(team):
    answer = await team.say(2, 1, RESPONDED)
    (row,) = await team.rows(buyer_feedback_event)
    assert (row.id, row.deal_id, row.correlation_id) == (answer.id, answer.deal_id, f"feedback:{answer.deal_id}")
    assert (row.province, row.market, row.property_type, row.event) == ("ON", "Hamilton", "CONDO", "RESPONDED")
    assert (row.recorded_by, row.created_at, row.undone_at) == ("U0REP", NOW, None)


async def test_a_brief_without_a_type_counts_as_a_house(team):
    number = await team.deal("Hamilton", None)
    await team.say(number, 1, RESPONDED)
    (row,) = await team.rows(buyer_feedback_event)
    assert row.property_type == "SFR"


async def test_the_buyers_counts_follow_their_answers(team):
    before = (await team.rows(buyer, number=1))[0].changed_no
    await team.say(1, 1, NO_RESPONSE)
    assert await counts(team) == (1, 0, 0, None)
    at = team.clock.move(hours=1)
    await team.say(2, 1, RESPONDED)
    await team.say(2, 1, PASSED)
    assert await counts(team) == (2, 1, 0, at)
    later = team.clock.move(hours=1)
    await team.say(2, 1, BOUGHT)
    await team.say(1, 1, TAKEN)
    assert await counts(team) == (2, 1, 1, later)
    assert await counts(team, 2) == (0, 0, 0, None)
    assert (await team.rows(buyer, number=1))[0].changed_no > before


async def test_a_second_purchase_of_one_deal_is_refused_and_names_the_first(team):
    await team.say(1, 1, BOUGHT)
    with pytest.raises(BoughtByAnother, match=r"B-1 bought D-1 already, recorded by .* Undo that first"):
        await team.say(1, 2, BOUGHT)
    assert [event for _, _, event in await team.standing()] == ["BOUGHT"]
    await team.say(1, 2, TAKEN)
    await team.say(2, 2, BOUGHT)


async def test_the_nodes_sums_and_rates_follow_and_agree_with_the_full_computation(team):
    await team.say(1, 1, RESPONDED)
    await team.say(1, 1, BOUGHT)
    await team.say(1, 2, NO_RESPONSE)
    row = await node(team)
    assert row.sums == {"responded": 1, "asked": 2, "bought": 1, "decided": 1, "sold": 0, "deals": 0, "reach": {}}
    assert (row.sums_as_of, row.updated_at) == (NOW, NOW)
    found = (await team.read(lambda tx: full_scores(tx, NOW)))[("ON", "toronto", "SFR")]
    assert row.avg_response_rate == pytest.approx(found.response_rate, abs=1e-12)
    assert row.avg_close_rate == pytest.approx(found.close_rate, abs=1e-12)
    assert await agree(team)


async def test_what_became_of_the_deal_is_kept(team):
    await team.say(1, 1, NO_RESPONSE)
    team.clock.move(days=1)
    await team.say(1, 2, RESPONDED)
    await team.say(1, 2, BOUGHT)
    (row,) = await team.rows(liquidity_deal)
    assert (row.province, row.market, row.property_type) == ("ON", "Toronto", "SFR")
    assert (row.first_at, row.reach, row.sold, row.is_counted) == (NOW, 2, True, False)


async def test_an_answer_is_counted_and_audited_without_names(team):
    answer = await team.say(1, 1, RESPONDED)
    (counted,) = await team.rows(kpi_event, correlation_id=f"feedback:{answer.deal_id}")
    assert (counted.domain, counted.metric, counted.success, counted.value) == (
        "BUYER_MATCH",
        "buyer_feedback",
        True,
        1,
    )
    assert counted.detail == {"deal_id": answer.deal_id, "buyer_id": answer.buyer_id, "event": "RESPONDED"}
    (entry,) = await team.rows(audit_entry, verb="feedback_recorded")
    assert (entry.actor, entry.subject, entry.before) == ("U0REP", "D-1", None)
    assert entry.after == {"buyer": "B-1", "events": ["RESPONDED"], "at": str(NOW)}


async def test_a_first_answer_where_no_node_was_makes_one_that_counts_its_buyers(team):
    await team.buyer((("ON", "Hamilton"),), types=0)
    await team.say(2, 1, RESPONDED)
    row = await node(team, "Hamilton", "CONDO")
    assert (row.buyer_count, row.active_buyer_count, row.sums["asked"]) == (1, 1, 1)
    assert await agree(team)


async def test_somebody_elses_purchase_is_stored_and_enters_no_sum(team):
    before = await node(team)
    await team.say(1, 1, TAKEN)
    assert await team.standing() == [(1, 1, "TAKEN")]
    assert await node(team) == before
    assert await team.rows(liquidity_deal) == []
    assert await counts(team) == (0, 0, 0, None)


async def test_an_answer_may_be_dated_back(team):
    at = NOW - timedelta(days=30)
    await team.say(1, 1, RESPONDED)
    await team.say(1, 2, NO_RESPONSE, at=at)
    (row,) = await team.rows(liquidity_deal)
    assert (row.first_at, row.reach) == (at, 2)
    assert await counts(team, 2) == (1, 0, 0, None)
    assert await agree(team)


# Taking back


@pytest.mark.parametrize("days", [0, 30])
@pytest.mark.parametrize("event", list(Feedback))
async def test_an_undone_answer_leaves_nothing_behind(team, event, days):
    await team.say(1, 2, RESPONDED)
    team.clock.move(days=days)
    await team.book.refresh(HERE)
    before, was, deals = await counts(team), await sums(team), await team.rows(liquidity_deal)
    answer = await team.say(1, 1, event)
    await team.feedback.undo(rep(), answer.id)
    assert await counts(team) == before
    assert await sums(team) == pytest.approx(was, abs=1e-12)
    assert [row[1:] for row in await team.rows(liquidity_deal)] == [row[1:] for row in deals]
    assert await team.standing() == [(1, 2, "RESPONDED")]
    assert await agree(team)


async def test_the_only_answer_taken_back_leaves_no_deal_and_no_contact(team):
    answer = await team.say(1, 1, RESPONDED)
    team.clock.move(minutes=5)
    await team.feedback.undo(rep(), answer.id)
    assert await team.rows(liquidity_deal) == []
    assert await counts(team) == (0, 0, 0, None)
    rows = await team.rows(kpi_event, correlation_id="feedback:1")
    assert [row.value for row in rows] == [1, -1]
    (entry,) = await team.rows(audit_entry, verb="feedback_undone")
    assert (entry.before["events"], entry.after) == (["RESPONDED"], None)


async def test_an_undone_answer_may_be_recorded_again(team):
    for _ in range(3):
        answer = await team.say(1, 1, RESPONDED)
        await team.feedback.undo(rep(), answer.id)
    await team.say(1, 1, RESPONDED)
    assert await team.standing() == [(1, 1, "RESPONDED")]
    assert await agree(team)


# One outcome in the place of another


@pytest.mark.parametrize(
    ("first", "second"),
    [(NO_RESPONSE, RESPONDED), (PASSED, BOUGHT), (TAKEN, BOUGHT), (PASSED, TAKEN), (TAKEN, PASSED)],
)
async def test_an_outcome_takes_the_place_of_what_it_ends_and_gives_it_back_when_undone(team, first, second):
    await team.say(1, 1, first)
    before = await counts(team)
    answer = await team.say(1, 1, second)
    assert await team.standing() == [(1, 1, second)]
    assert await agree(team)
    (entry,) = [row for row in await team.rows(audit_entry, verb="feedback_recorded") if row.before]
    assert (entry.before["events"], entry.after["events"]) == ([first], [second])
    await team.feedback.undo(rep(), answer.id)
    assert await team.standing() == [(1, 1, first)]
    assert await counts(team) == before
    assert await agree(team)


async def test_what_was_replaced_stays_taken_back_where_another_answer_stands_in_its_way(team):
    await team.say(1, 1, NO_RESPONSE)
    answer = await team.say(1, 1, RESPONDED)
    await team.say(1, 1, PASSED)
    await team.feedback.undo(rep(), answer.id)
    assert await team.standing() == [(1, 1, "PASSED")]


async def test_an_answer_may_follow_silence_and_a_purchase_an_answer(team):
    await team.say(1, 1, RESPONDED)
    await team.say(1, 1, BOUGHT)
    await team.say(1, 2, NO_RESPONSE)
    await team.say(1, 2, PASSED)
    assert [event for _, _, event in await team.standing()] == ["RESPONDED", "BOUGHT", "NO_RESPONSE", "PASSED"]


# What is refused


async def untouched(team, wrong, *asked, **more):
    """The refusal's sentence; nothing was written."""
    before = await team.database.change(lambda connection: rows_of(connection, HERE))
    with pytest.raises(wrong) as refused:
        await team.say(*asked, **more)
    assert await team.database.change(lambda connection: rows_of(connection, HERE)) == before
    assert isinstance(refused.value, RuleBroken)
    return str(refused.value)


async def test_the_same_outcome_twice_says_who_recorded_it_and_when_and_what_can_be_done(team):
    await team.write(lambda tx: add_member(tx, Member("U0REP", "Dana Roy", Role.REP, "America/Toronto"), now=NOW))
    await team.say(1, 1, PASSED)
    said = await untouched(team, AlreadyRecorded, 1, 1, PASSED)
    assert said == (
        "“Passed” is recorded for B-1 on D-1 already, by Dana Roy on Wed 11 Mar 11:00. Undo on the deal's card takes "
        "it back."
    )


@pytest.mark.parametrize("answer", [RESPONDED, PASSED, BOUGHT, TAKEN])
async def test_no_response_after_an_answer_is_refused(team, answer):
    await team.say(1, 1, answer)
    assert f"B-1 answered on D-1 already: “{answer.label}”" in await untouched(team, AnsweredAlready, 1, 1, NO_RESPONSE)


async def test_a_purchase_ends_only_by_being_undone(team):
    await team.say(1, 1, BOUGHT)
    assert "Undo that first if it is wrong." in await untouched(team, AnsweredAlready, 1, 1, PASSED)


async def test_an_answer_from_the_future_is_refused(team):
    said = await untouched(team, FeedbackFromFuture, 1, 1, RESPONDED, at=NOW + timedelta(minutes=1))
    assert said == "An answer can't be dated later than now, and 11 Mar 2026 11:01 is still to come."


@pytest.mark.parametrize("stage", ["closed", "lost"])
async def test_a_deal_that_is_over_takes_no_answers_and_gives_none_back(team, stage):
    answer = await team.say(1, 1, RESPONDED)
    await team.stage(1, stage)
    said = await untouched(team, DealOver, 1, 2, RESPONDED)
    assert said == f"D-1 is {stage} since 11 Mar 2026, so its buyers' answers stay as they are."
    with pytest.raises(DealOver):
        await team.feedback.undo(rep(), answer.id)


async def test_a_buyer_who_was_removed_is_named(team):
    number = await team.buyer(removed_at=NOW)
    assert "was removed" in await untouched(team, BuyerRemoved, 1, number, RESPONDED)


async def test_a_buyer_removed_while_somebody_looked_is_refused(team):
    stale = await team.read(lambda tx: find_buyer(tx, number=1))
    await team.set(buyer, {"removed_at": NOW}, number=1)
    with pytest.raises(BuyerRemoved):
        await team.write(
            lambda tx: record_feedback(tx, rep(), deal_numbered(tx, 1, lock=True), stale, RESPONDED, now=NOW)
        )


async def test_without_a_province_an_answer_would_count_nowhere(team):
    await team.set(lead, {"province": None}, number=1)
    assert "Complete its address first." in await untouched(team, PlaceUnknown, 1, 1, RESPONDED)


async def test_a_rep_leaves_other_reps_deals_alone(team):
    await team.rep_of(1, "U0ELSE")
    await untouched(team, NotYourDeal, 1, 1, RESPONDED)
    answer = await team.say(1, 1, RESPONDED, who=Actor(HERE, "U0LEE", Role.APPROVER))
    with pytest.raises(NotYourDeal):
        await team.feedback.undo(rep(), answer.id)


async def test_what_is_not_there_is_said_to_be_missing(team):
    await untouched(team, DealNotFound, 99, 1, RESPONDED)
    await untouched(team, BuyerNotFound, 1, 99, RESPONDED)
    with pytest.raises(AnswerNotFound):
        await team.feedback.undo(rep(), 99)


async def test_an_answer_is_taken_back_once(team):
    answer = await team.say(1, 1, PASSED)
    await team.feedback.undo(rep(), answer.id)
    with pytest.raises(AnswerUndone, match="“Passed” was taken back on D-1 already"):
        await team.feedback.undo(rep(), answer.id)
    assert await counts(team) == (0, 0, 0, None)


# Two at once


async def test_two_people_record_the_same_thing_at_once_and_it_stands_once(team, database_url):
    other = Database(database_url)
    books = (team.feedback, FeedbackBook(other, team.clock))
    done = await asyncio.gather(
        *(books[turn % 2].record(rep(), 1, 1, RESPONDED) for turn in range(8)), return_exceptions=True
    )
    await other.close()
    refused = [one for one in done if isinstance(one, Exception)]
    assert len(refused) == 7
    assert {type(one) for one in refused} == {AlreadyRecorded}
    assert await team.standing() == [(1, 1, "RESPONDED")]
    assert await counts(team) == (1, 1, 0, NOW)
    assert (await node(team)).sums["asked"] == 1


async def test_the_table_itself_takes_an_answer_once_while_it_stands(team):
    said = FeedbackEvent(NOW, "ON", "Toronto", "SFR", RESPONDED, 1, "feedback:1")

    def twice(tx):
        first, second = (add_answer(tx, said, deal_id=1, recorded_by="U0REP") for _ in range(2))
        undo_answer(tx, first.answer.id, now=NOW)
        return first, second, add_answer(tx, said, deal_id=1, recorded_by="U0REP")

    first, second, third = await team.write(twice)
    assert (second, third.event) == (None, first.event)


async def test_many_answers_at_once_are_all_counted(team, database_url):
    other = Database(database_url)
    books = (team.feedback, FeedbackBook(other, team.clock))
    for _ in range(4):
        await team.buyer()
    asked = [(deal, number) for deal in (1, 2) for number in range(1, 7)]
    refresh = [team.book.refresh(HERE) for _ in range(2)]
    await asyncio.gather(
        *(books[turn % 2].record(rep(), deal, number, RESPONDED) for turn, (deal, number) in enumerate(asked)), *refresh
    )
    await other.close()
    assert len(await team.standing()) == 12
    assert (await node(team)).sums["asked"] == 6
    assert await agree(team)


async def test_two_undo_the_same_answer_at_once_and_one_of_them_did(team):
    answer = await team.say(1, 1, RESPONDED)
    done = await asyncio.gather(*(team.feedback.undo(rep(), answer.id) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["AnswerUndone"] * 3 + ["NoneType"]
    assert (await node(team)).sums["asked"] == pytest.approx(0)


async def test_a_buyers_newest_answers_can_be_read(team):
    await team.say(1, 1, RESPONDED)
    team.clock.move(minutes=1)
    await team.say(2, 1, NO_RESPONSE)
    found = await team.read(lambda tx: answers_by(tx, 1, limit=1))
    assert [answer.event for answer in found] == [NO_RESPONSE]
