"""`/liquidity` and the buttons of a deal's buyers through the whole bot, by signed requests."""

import asyncio

import pytest

from bot.sandbox.people import TEAM_ID
from bot.slack.ids import Action
from storage.buyers import buyer
from storage.deals import deal
from storage.feedback import buyer_feedback_event
from storage.leads import lead
from storage.liquidity import buyer_liquidity_node
from tests.acceptance.harness.rows import change, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words

LEADS = {"channel": {"id": "C0LEADS"}}
WEI = {
    "Buyer's name": "Wei <!channel> Chen",
    "Phone": "416-555-0177",
    "Areas": "Hamilton, GTA",
    "Property types": ["Single-family house", "Condo"],
}


def asked(line, text="", **more):
    return line.command(text, name="/liquidity", **more)


@pytest.fixture
async def deal_1(line):
    """D-1 in Hamilton, captured by Dana, and the buyer B-1 who buys there; the database."""
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    await line.command(name="/buyer")
    await line.submit(line.slack.opened(), **WEI)
    return line.desk.liquidity._database


async def standing(database):
    return [row.event for row in await rows(database, buyer_feedback_event) if row.undone_at is None]


def press(line, event, *, user="U0DANA", action=None):
    return line.click(f"{Action.FEEDBACK}:{event}", f"1|1|{event}", user=user, **LEADS)


def shown(line):
    """The deal's card as it was shown last."""
    return line.slack.made("chat.postEphemeral")[-1]


def told(line):
    """What was said in words last: where nothing can be answered, in a direct message."""
    return line.slack.made("chat.postMessage")[-1]["text"]


# The command


async def test_without_buyers_and_answers_it_says_how_to_begin(line):
    answer = await asked(line)
    assert (answer.status, answer.body["response_type"]) == (200, "ephemeral")
    assert "No market has buyers or answers yet" in answer.text
    assert "`/buyer`" in words(answer.body)


async def test_help_names_what_there_is(line):
    for text in ("help", "aide", "?"):
        assert "`/liquidity Hamilton condo`" in (await asked(line, text)).text


async def test_a_buyer_counts_in_each_market_that_they_name(line, deal_1):
    answer = await asked(line)
    (table,) = [block for block in answer.body["blocks"] if block["type"] == "table"]
    names = [(row[0]["text"], row[1]["text"], row[5]["text"]) for row in table["rows"][1:]]
    assert sorted(names) == [
        ("Hamilton ON", "CONDO", "1 of 1"),
        ("Hamilton ON", "SFR", "1 of 1"),
        ("Toronto ON", "CONDO", "1 of 1"),
        ("Toronto ON", "SFR", "1 of 1"),
    ]
    assert "*Best* " in words(answer.body)


async def test_one_market_and_type_is_explained(line, deal_1):
    await press(line, "RESPONDED")
    answer = await asked(line, "Hamilton house")
    text = words(answer.body)
    assert "Hamilton SFR 0.0" in answer.text
    assert "of 100 deals sent out there find a buyer within 30 days" in text
    assert "(here 1.0 of 1.0)" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hamilton", "*Hamilton ON*"),
        ("ON condo", "*Ontario, condo*"),
        ("condo", "Liquidity for condo"),
        ("Mississauga condo", "Mississauga counts with the market of Toronto."),
        ("QC", "*Quebec* has no buyers and no answers yet."),
    ],
)
async def test_a_place_or_a_type_alone_is_listed(line, deal_1, text, said):
    assert said in words((await asked(line, text)).body)


@pytest.mark.parametrize("text", ["Hamilton castle", "castle", "<!channel>"])
async def test_a_word_that_is_neither_place_nor_type_is_said_to_be_unknown(line, text):
    answer = await asked(line, text)
    unknown = text.rpartition(" ")[2].replace("<", "&lt;").replace(">", "&gt;")
    assert f"“{unknown}” is no place in Canada and no property type that I know" in answer.text


# The buttons


async def test_an_answer_is_recorded_and_the_deal_shown_anew(line, deal_1):
    answer = await press(line, "RESPONDED")
    assert answer.status == 200
    assert await standing(deal_1) == ["RESPONDED"]
    (row,) = await rows(deal_1, buyer)
    assert (row.contacted, row.responded, row.bought) == (1, 1, 0)
    card = shown(line)
    assert "→ *Responded*, by <@U0DANA>" in words(card)
    assert "<!channel>" not in words(card)
    assert "Wei &lt;!channel&gt; Chen" in words(card)


async def test_an_answer_can_be_taken_back(line, deal_1):
    await press(line, "BOUGHT")
    (row,) = await rows(deal_1, buyer_feedback_event)
    await line.click(f"{Action.UNDO_FEEDBACK}:{row.id}", f"{row.id}|1", **LEADS)
    assert await standing(deal_1) == []
    assert "→ *Bought*" not in words(shown(line))
    await line.click(f"{Action.UNDO_FEEDBACK}:{row.id}", f"{row.id}|1", **LEADS)
    assert "“Bought” was taken back on D-1 already" in told(line)


async def test_the_second_of_two_clicks_hears_who_was_first(line, deal_1):
    await asyncio.gather(press(line, "PASSED"), press(line, "PASSED", user="U0LEE"))
    await line.desk.background.finish()
    assert await standing(deal_1) == ["PASSED"]
    (node,) = await rows(deal_1, buyer_liquidity_node, market="Hamilton", property_type="SFR")
    assert node.sums["decided"] == 1
    assert "“Passed” is recorded for B-1 on D-1 already, by " in told(line)


async def test_a_deal_that_is_over_says_since_when(line, deal_1):
    await change(deal_1, deal, {"stage": "lost", "lost_reason": "no_buyer"}, number=1)
    await press(line, "RESPONDED")
    assert "D-1 is lost since " in told(line)
    assert await standing(deal_1) == []


async def test_somebody_elses_deal_is_left_alone(line, deal_1):
    await change(deal_1, lead, {"rep_id": "U0SAM"}, number=1)
    await press(line, "RESPONDED")
    assert "L-1 is another rep's" in told(line)
    await press(line, "RESPONDED", user="U0LEE")
    assert await standing(deal_1) == ["RESPONDED"]


async def test_a_removed_buyer_is_named(line, deal_1):
    await change(deal_1, buyer, {"removed_at": line.clock.now(), "active": False, "changed_no": 99}, number=1)
    await press(line, "RESPONDED")
    assert "B-1 was removed on" in told(line)


async def test_the_timetables_refresh_keeps_what_the_clicks_recorded(line, deal_1):
    await press(line, "RESPONDED")
    before = (await asked(line, "Hamilton house")).text
    await line.desk.liquidity.refresh(TEAM_ID)
    assert (await asked(line, "Hamilton house")).text == before
