"""A deal worked through the whole program as people do: one card that follows, the lead's card and its thread."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.ids import Action
from storage.deals import deal
from tests.acceptance.harness.rows import rows
from tests.acceptance.harness.texts import element, words

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


async def shown(stand, number=1):
    """The deal's card as the answer to a command."""
    return (await stand.command("/deal", f"D-{number}"))["reply"]


async def own_cards(stand):
    """What only Dana sees in #leads."""
    return [row for row in await stand.messages() if row["ephemeral"]]


async def thread(stand):
    (card,) = await stand.cards()
    return [row["text"] for row in await stand.messages(user="lee", thread_ts=card["ts"]) if row["ts"] != card["ts"]]


async def choose(stand, card, to):
    """Choose a stage on the deal's card; the answer holds the form that opens."""
    menu = element(card, f"{Action.MOVE_DEAL}:any")
    value = next(option["value"] for option in menu["options"] if f"|{to}|" in option["value"])
    return await stand.click(menu["action_id"], channel="leads", ts=card["ts"], value=value)


@pytest.fixture
async def team(socket):
    socket.program.desk.clock.move_to(NOW)
    await socket.capture()
    return socket


async def test_one_card_follows_everything_that_is_done_from_it(team):
    card = await shown(team)
    ts = card["ts"]
    view = (await team.click(Action.EDIT_FIGURES, channel="leads", ts=ts))["view"]
    assert (await team.submit(view, {"ARV": "520k"}))["ok"]
    (card,) = [row for row in await own_cards(team) if row["ts"] == ts]
    assert "*ARV* 520,000" in words(card)
    view = (await team.click(Action.PRESENT_OFFER, channel="leads", ts=ts))["view"]
    assert (await team.submit(view, {}))["ok"]
    (card,) = [row for row in await own_cards(team) if row["ts"] == ts]
    assert "*Next* Get the seller's answer" in words(card)
    view = (await choose(team, card, "under_agreement"))["view"]
    fields = {"Closing date": "2027-01-15", "Price agreed with the seller": "320k"}
    assert (await team.submit(view, fields))["ok"]
    (card,) = [row for row in await own_cards(team) if row["ts"] == ts]
    assert "*Agreed* $320,000.00" in words(card)
    assert (await choose(team, card, "marketed"))["view"] is None
    (card,) = [row for row in await own_cards(team) if row["ts"] == ts]
    assert "*Marketed* since today" in words(card)
    assert len([row for row in await own_cards(team) if "D-1  " in words(row)]) == 1
    (lead_card,) = await team.cards()
    assert "D-1 Marketed" in words(lead_card)
    assert (await thread(team))[-2:] == [
        "D-1 is under agreement: 320,000, closing 15 Jan 2027, by <@U0DANA>",
        "D-1 is on the market, by <@U0DANA>",
    ]
    assert [row.stage for row in await rows(team.database, deal)] == ["marketed"]


async def test_a_form_that_was_open_for_longer_than_its_way_back_lasts_shows_the_card_anew(team):
    card = await shown(team)
    view = (await choose(team, card, "lost"))["view"]
    team.program.desk.clock.move_to(NOW + timedelta(minutes=31))
    assert (await team.submit(view, {"Why was it lost?": "The seller declined"}))["ok"]
    cards = [row for row in await own_cards(team) if "D-1  " in words(row)]
    assert ["*Lost* since today" in words(row) for row in cards] == [False, True]


async def test_a_new_seller_with_a_deal_from_one_form(team):
    view = (await team.command("/deal", "Ann Lee 416-555-0177, 9 Elm St London ON, ARV 400k repairs 30k"))["view"]
    assert (await team.submit(view, {}))["ok"]
    assert len(await team.cards()) == 2
    assert "D-2  Property in London ON" in words((await own_cards(team))[-1])
    board = (await team.command("/deal", "board"))["reply"]
    assert board["text"] == "2 open deals"
    await team.click(Action.SHOW_DEAL, channel="leads", ts=board["ts"], value="2")
    assert "D-2  Property in London ON" in words((await own_cards(team))[-1])


async def test_the_leads_card_opens_its_deal_for_the_one_who_clicks(team):
    (card,) = await team.cards()
    await team.click(Action.SHOW_DEAL, user="lee", channel="leads", ts=card["ts"])
    assert await own_cards(team) == []
    lees = [row for row in await team.messages(user="lee") if row["ephemeral"]]
    assert "D-1  " in words(lees[-1])
    await choose_for_lee(team, lees[-1])
    assert (await rows(team.database, deal))[0].stage == "draft"


async def choose_for_lee(stand, card):
    """Lee, an approver, opens the form for a loss and closes it again."""
    menu = element(card, f"{Action.MOVE_DEAL}:any")
    answer = await stand.click(
        menu["action_id"], user="lee", channel="leads", ts=card["ts"], value=menu["options"][-1]["value"]
    )
    await stand.slack.post("close", user="lee", view_id=answer["view"]["id"])
