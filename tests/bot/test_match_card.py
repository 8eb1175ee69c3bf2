"""The buyers of a deal's card: who fits and why, what can be recorded of them, and what Slack takes of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.sandbox.blocks import check_message
from bot.services.actors import Actor
from bot.services.deals import Deals
from bot.services.matching import EMPTY, BuyerIndex
from bot.slack.deal_card import deal_blocks
from bot.slack.ids import Action
from bot.slack.match_card import match_blocks
from domain.deals import Stage
from domain.liquidity import Feedback
from domain.matching import Match, Reason, ReasonCode
from domain.roles import Role
from storage.buyers import buyer
from tests.acceptance.harness.texts import words
from tests.bot.answered import Team
from tests.storage.builders import HERE, founded, rep

HOSTILE = ("<!channel>", "😀" * 600, "&" * 3_000, "<" * 3_000, "x" * 3_000, "*_~`" * 500, "a\nb" * 500, "```", "{0}%s")
LEE = Actor(HERE, "U0LEE", Role.APPROVER)


@pytest.fixture
async def team(sqlite):
    """A team with D-1 in Toronto and three buyers: B-1 and B-2 fit, B-3 buys elsewhere."""
    await founded(sqlite)
    team = Team(sqlite)
    await team.deal()
    for regions in ("Toronto", "Toronto", "Vancouver"):
        await team.buyer(regions=regions, property_types="house", max_price=Decimal(400_000))
    return team


async def card_of(team, who=None, **more):
    return await Deals(team.database, team.clock, BuyerIndex()).card(who or rep(), 1, **more)


def sections(blocks):
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def rows(blocks):
    """The buttons by block: what they say."""
    return {
        block["block_id"]: [each["text"]["text"] for each in block["elements"]]
        for block in blocks
        if block["type"] == "actions"
    }


def faults(blocks):
    return [str(fault) for fault in check_message({"text": "D-1", "blocks": blocks})]


async def test_each_buyer_has_fit_reasons_as_chips_and_the_five_buttons(team):
    blocks = match_blocks(await card_of(team))
    count, first, _ = sections(blocks)
    assert count == "*Buyers* 2 of 3 active buyers match"
    assert first.startswith("*B-1  Buyer 1* · fit 9")
    assert "Toronto is in their area · they buy SFR · " in first
    assert first.endswith(" · never contacted"), "what nobody knows is no warning"
    assert "not stated" not in first, "rooms that nobody stated are not worth a word"
    assert rows(blocks)["feedback_1"] == ["Responded", "No response", "Passed", "Bought", "Someone else bought it"]
    button = next(block for block in blocks if block.get("block_id") == "feedback_1")["elements"][0]
    assert (button["action_id"], button["value"]) == (f"{Action.FEEDBACK}:RESPONDED", "1|1|RESPONDED")
    assert faults(blocks) == []


async def test_who_is_out_is_named_with_what_keeps_them_out(team):
    blocks = match_blocks(await card_of(team))
    (line,) = [block["elements"][0]["text"] for block in blocks if block["type"] == "context"]
    assert line.startswith("Out: *B-3  Buyer 3* · fit ")
    assert "Toronto is outside their area" in line
    assert "never contacted" not in line


async def test_an_answer_is_shown_with_who_and_when_and_an_undo(team):
    answer = await team.say(1, 1, Feedback.RESPONDED)
    blocks = match_blocks(await card_of(team))
    first = sections(blocks)[1]
    assert "→ *Responded*, by <@U0REP>, <!date^" in first
    assert rows(blocks)["feedback_1"] == ["Passed", "Bought", "Someone else bought it", "Undo"]
    undo = next(block for block in blocks if block.get("block_id") == "feedback_1")["elements"][-1]
    assert (undo["action_id"], undo["value"]) == (f"{Action.UNDO_FEEDBACK}:{answer.id}", f"{answer.id}|1")
    await team.say(1, 1, Feedback.BOUGHT)
    assert rows(match_blocks(await card_of(team)))["feedback_1"] == ["Undo “Responded”", "Undo “Bought”"]


async def test_who_answered_without_being_among_the_best_is_shown_all_the_same(team):
    await team.say(1, 3, Feedback.PASSED)
    blocks = match_blocks(await card_of(team))
    assert "*B-3  Buyer 3* · not among the best now\n→ *Passed*" in sections(blocks)[-1]
    assert "Undo" in rows(blocks)["feedback_3"]


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.LOST])
async def test_a_deal_that_is_over_has_no_buttons_and_keeps_its_answers(team, stage):
    await team.say(1, 1, Feedback.RESPONDED)
    await team.stage(1, stage)
    blocks = match_blocks(await card_of(team))
    assert rows(blocks) == {}
    assert "→ *Responded*" in words(blocks)


async def test_a_deal_that_one_bought_offers_no_purchase_to_the_others(team):
    await team.say(1, 1, Feedback.BOUGHT)
    assert rows(match_blocks(await card_of(team)))["feedback_2"] == [
        "Responded", "No response", "Passed", "Someone else bought it",
    ]  # fmt: skip


async def test_the_purchase_of_an_assigned_deal_has_no_undo_here(team):
    bought = await team.say(1, 1, Feedback.BOUGHT)
    card = await card_of(team)
    assigned = replace(card, deal=replace(card.deal, stage=Stage.ASSIGNED, buyer_id=bought.buyer_id))
    assert rows(match_blocks(assigned))["feedback_1"] == ["Responded"]


async def test_somebody_elses_deal_has_no_buttons(team):
    await team.rep_of(1, "U0ELSE")
    assert rows(match_blocks(await card_of(team))) == {}
    assert rows(match_blocks(await card_of(team, LEE))) != {}


async def test_a_removed_buyers_answer_can_only_be_taken_back(team):
    await team.say(1, 1, Feedback.RESPONDED)
    await team.set(buyer, {"removed_at": team.clock.at, "active": False, "changed_no": 99}, number=1)
    blocks = match_blocks(await card_of(team))
    assert "*B-1  Buyer 1* · removed · not among the best now" in words(blocks)
    assert rows(blocks)["feedback_1"] == ["Undo"]


async def test_without_buyers_it_says_how_to_begin(team):
    card = replace(await card_of(team), ranking=EMPTY)
    assert sections(match_blocks(card)) == ["*Buyers* none are active yet. `/buyer` adds the first."]


async def test_without_a_match_it_says_of_how_many(team):
    card = await card_of(team)
    card = replace(card, ranking=replace(card.ranking, matches=(), fitting=0))
    assert sections(match_blocks(card)) == [
        "*Buyers* none of 3 active buyers matches. `/buyer` adds one who buys there."
    ]


async def test_without_a_province_the_address_comes_first(team):
    card = await card_of(team)
    card = replace(card, ranking=EMPTY, lead=replace(card.lead, province=None))
    assert "Complete the address first" in sections(match_blocks(card))[0]


async def test_more_that_fit_than_are_listed_are_counted(team):
    card = await card_of(team, listed=1)
    card = replace(card, ranking=replace(card.ranking, fitting=9, active=120))
    assert sections(match_blocks(card))[0] == "*Buyers* 9 of 120 active buyers match · the best 1"


async def crowded(team, text="Ann Chen"):
    """A card with ten buyers, each with every answer, five others who answered, and five who are out."""
    for event in (Feedback.NO_RESPONSE, Feedback.PASSED, Feedback.TAKEN):
        await team.say(1, 1, event)
    card = await card_of(team)
    answer = next(iter(card.answers.values()))[0]
    reasons = tuple(Reason(code, text, good) for code in ReasonCode for good in (True, False))[:6]
    buyers = {
        n: replace(next(iter(card.buyers.values())), id=n, number=n, name=text, company=text) for n in range(1, 31)
    }
    answers = {
        n: tuple(replace(answer, id=10 * n + i, event=event, buyer_id=n) for i, event in enumerate(Feedback))
        for n in range(1, 26)
    }
    matches = tuple(Match(n, 0.5, 0.9, reasons) for n in range(1, 11))
    out = tuple(Match(n, 0.1, 0.2, reasons) for n in range(21, 31))
    ranking = replace(card.ranking, matches=matches, out=out, fitting=40, active=1000)
    return replace(card, buyers=buyers, answers=answers, ranking=ranking)


@pytest.mark.parametrize("text", ["Ann Chen", *HOSTILE])
async def test_the_fullest_card_is_one_that_slack_takes(team, text):
    card = await crowded(team, text)
    assert faults(match_blocks(card)) == []
    assert faults(deal_blocks(card)) == []
    assert len(match_blocks(card)) <= 1 + 2 * 10 + 2 * 5 + 5
    assert "<!channel>" not in words(match_blocks(card))
