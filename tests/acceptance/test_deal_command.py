"""`/deal` through the whole bot: the form, cards, the board, every move, and two people at one deal."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.elements import actionable
from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.live_offers import OfferTerms
from bot.services.moves import Move, Seen
from bot.slack.ids import Action, View
from domain.deals import Stage
from domain.roles import Role
from domain.stages import LostReason, Terms
from storage.deals import deal
from storage.ladder import followup_task
from storage.leads import lead
from tests.acceptance.harness.rows import change, count, kpis, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, element, initial, words
from tests.storage.builders import add_buyer

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
"""A Tuesday, 10:00 in Hamilton."""
DANA = Actor(TEAM_ID, "U0DANA", Role.REP)
LEE = Actor(TEAM_ID, "U0LEE", Role.APPROVER)


@pytest.fixture
async def team(line):
    """A line to a team at a standing hour, where Dana has L-1 with D-1."""
    line.clock.move_to(NOW)
    await line.desk.actor(TEAM_ID, "U0LEE")
    await line.command()
    await line.submit(line.slack.opened(), **FULL, **{"Asking price": "330k", "Beds": "3", "Property type": "SFR"})
    return line


async def buyers(sqlite, *numbers, **values):
    """Add buyers of Hamilton houses, with whom nobody has dealt."""
    new = {"contacted": 0, "responded": 0, "bought": 0, "last_response_at": None, "regions": "Hamilton"}
    for number in numbers:
        await sqlite.write(TEAM_ID, lambda tx, n=number: add_buyer(tx, n, **new | values))


async def present(team, number=1, amount=310_000):
    await team.desk.live_offers.present(DANA, number, OfferTerms(Decimal(amount), NOW.date() + timedelta(days=3)))


async def shown(team, number=1):
    """The deal's card as Dana sees it."""
    return (await team.command(f"D-{number}", name="/deal")).body


def move_button(card, to):
    """The value of the select's way to a stage."""
    (menu,) = [one for _, one in actionable(card["blocks"]) if one["action_id"] == f"{Action.MOVE_DEAL}:any"]
    return next(option["value"] for option in menu["options"] if f"|{to.value}|" in option["value"])


async def click(team, action_id, value, *, user="U0DANA"):
    """Click on an ephemeral card, without a way to answer it but the channel."""
    return await team.click(action_id, value, user=user, channel={"id": "C0LEADS"})


async def moving(team, to, number=1):
    """Choose a stage on the deal's card; the form that opens, if one does."""
    before = len(team.slack.made("views.open"))
    await click(team, f"{Action.MOVE_DEAL}:any", move_button(await shown(team, number), to))
    opened = team.slack.made("views.open")
    return opened[-1]["view"] if len(opened) > before else None


def last_card(team):
    """The deal's card that was shown last to one person."""
    return team.slack.made("chat.postEphemeral")[-1]


def thread(team):
    """What was told in the threads of lead cards."""
    return [said["text"] for said in team.slack.made("chat.postMessage") if "thread_ts" in said]


AGREED = {"Agreement_signed_on": "2026-11-24", "Closing_date": "2027-01-15", "Price_agreed_with_the_seller": "320k"}


async def at(team, sqlite, stage):
    """Take D-1 to a stage through its forms."""
    way = [Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED, Stage.CLOSED]
    await buyers(sqlite, 5)
    await present(team)
    for to in way[: way.index(stage) + 1] if stage in way else ():
        view = await moving(team, to)
        if to is Stage.UNDER_AGREEMENT:
            assert (await team.submit(view, **AGREED)).body == {}
        if to is Stage.ASSIGNED:
            assert (await team.submit(view, Buyer="5", Assignment_fee="12k")).body == {}
        if to is Stage.CLOSED:
            assert (await team.submit(view)).body == {}


async def stored(sqlite):
    return (await rows(sqlite, deal))[-1]


# The whole way


async def test_a_lead_becomes_a_deal_is_offered_agreed_marketed_assigned_and_closed(team, sqlite):
    await buyers(sqlite, 5, 6)
    card = await shown(team)
    assert "D-1  3-bed SFR in Hamilton ON" in words(card)
    assert "*Next* Present the offer of 310,000" in words(card)

    await click(team, Action.PRESENT_OFFER, element(card, Action.PRESENT_OFFER)["value"])
    assert (await team.submit(team.slack.opened())).body == {}
    assert "*Next* Get the seller's answer: the offer lapses on 27 Nov" in words(last_card(team))
    assert thread(team) == ["D-1 is offered: 310,000, by <@U0DANA>"]
    team.clock.move_to(NOW + timedelta(minutes=5))
    await click(team, Action.PRESENT_OFFER, "1")
    assert (await team.submit(team.slack.opened(), Amount="300k")).body == {}
    assert len(thread(team)) == 1

    view = await moving(team, Stage.UNDER_AGREEMENT)
    assert (view["callback_id"], initial(view, "agreed_price")) == (View.STAGE, "300,000")
    assert (await team.submit(view, **AGREED)).body == {}
    said = words(last_card(team))
    assert "*Agreed* $320,000.00" in said
    assert "*Agreement* 24 Nov 2026\n*Closing* 15 Jan 2027" in said
    assert "*Next* Market it to the 2 buyers who match; it closes on 15 Jan 2027" in said
    assert thread(team)[-1] == "D-1 is under agreement: 320,000, closing 15 Jan 2027, by <@U0DANA>"

    assert await moving(team, Stage.MARKETED) is None
    assert "*Next* Ask the buyers who match; it closes on 15 Jan 2027" in words(last_card(team))
    assert thread(team)[-1] == "D-1 is on the market, by <@U0DANA>"
    await click(team, f"{Action.FEEDBACK}:RESPONDED", "1|5|RESPONDED")
    assert "*Next* Assign it to B-5, who responded" in words(last_card(team))

    view = await moving(team, Stage.ASSIGNED)
    assert element(view, "value")["options"][0]["text"]["text"] == "B-5 Buyer 5 · responded"
    assert (await team.submit(view, Buyer="5", Assignment_fee="12k")).body == {}
    said = words(last_card(team))
    assert "*Buyer* B-5 Buyer 5" in said
    assert "*Fee* $12,000.00 · the buyer pays $332,000.00" in said
    assert "*Next* Close on 15 Jan 2027" in said
    assert thread(team)[-1] == "D-1 is assigned to B-5, fee 12,000, by <@U0DANA>"

    team.clock.move_to(datetime(2027, 1, 15, 20, tzinfo=UTC))
    view = await moving(team, Stage.CLOSED)
    assert initial(view, "assignment_fee") == "12,000"
    assert (await team.submit(view, Assignment_fee_that_came_in="11,500")).body == {}
    said = words(last_card(team))
    assert "*Closed* 15 Jan 2027" in said
    assert "*Next* Nothing is left to do" in said
    assert Action.MOVE_DEAL not in str(last_card(team)["blocks"])
    assert thread(team)[-1] == "D-1 is closed on 15 Jan 2027, fee 11,500, by <@U0DANA>"

    row = await stored(sqlite)
    assert (row.stage, row.assignment_fee, row.closed_on) == ("closed", Decimal("11500.00"), date(2027, 1, 15))
    metrics = [event.metric for event in await kpis(sqlite, f"deal:{row.id}")]
    assert metrics == ["contract_signed", "deal_assigned", "deal_closed"]
    updated = team.slack.made("chat.update")[-1]
    assert "D-1 Closed" in words(updated["blocks"])


# The command


async def test_help_says_what_there_is(team):
    reply = await team.command("help", name="/deal")
    assert all(f"`/deal{way}`" in reply.text for way in ("", " D-7", " L-7", " board", " liquidity Toronto"))


async def test_a_deal_that_is_not_there_is_said_to_be_none(team):
    reply = await team.command("D-9", name="/deal")
    assert reply.text == "There is no deal D-9 here. `/deal board` lists the open ones."


async def test_a_slip_says_what_was_meant_and_how_to_go_on(team):
    reply = await team.command("baord", name="/deal")
    assert "Did you mean `/deal board`?" in reply.text
    assert "`/deal new baord` opens the form with it" in reply.text
    assert "Say which deal" in (await team.command("show me", name="/deal")).text


async def test_liquidity_is_asked_as_its_own_command_asks_it(team):
    through = await team.command("liquidity Hamilton", name="/deal")
    assert through.body == (await team.command("Hamilton", name="/liquidity")).body


async def test_the_button_on_the_leads_card_shows_the_deal_to_the_one_who_clicks(team):
    posted = team.slack.made("chat.postMessage")[0]
    assert element(posted, Action.SHOW_DEAL)["value"] == "1"
    await click(team, Action.SHOW_DEAL, "1")
    said = team.slack.made("chat.postMessage")[-1]
    assert said["channel"] == "U0DANA"
    assert "D-1  3-bed SFR in Hamilton ON" in words(said)


async def test_more_buyers_are_listed_when_they_are_asked_for(team, sqlite):
    await buyers(sqlite, *range(1, 13))
    card = await shown(team)
    assert "the best 5" in words(card)
    assert element(card, Action.MORE_BUYERS)["value"] == "1"
    await click(team, Action.MORE_BUYERS, "1")
    assert "the best 10" in words(last_card(team))
    assert Action.MORE_BUYERS not in action_ids(last_card(team))


# The form


async def test_a_new_seller_with_a_deal_is_taken_down_at_once(line, sqlite):
    await line.command("Ann Lee 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k", name="/deal")
    view = line.slack.opened()
    assert (view["callback_id"], initial(view, "name"), initial(view, "arv")) == (View.DEAL, "Ann Lee", "500k")
    assert (await line.submit(view)).body == {}
    assert [(row.number, row.name) for row in await rows(sqlite, lead)] == [(1, "Ann Lee")]
    assert line.slack.made("chat.postMessage")[0]["channel"] == "C0LEADS"
    card = last_card(line)
    assert (card["channel"], card["user"]) == ("C0LEADS", "U0DANA")
    assert "*Next* Present the offer of 310,000" in words(card)


async def test_an_empty_form_asks_for_the_seller(line, sqlite):
    await line.command(name="/deal")
    answer = await line.submit(line.slack.opened())
    assert answer.errors == {"name": "Give the seller's name, or what you call them until you know it."}
    assert await count(sqlite, lead) == 0


async def test_wrong_fields_go_back_to_their_fields(line, sqlite):
    await line.command(name="/deal")
    answer = await line.submit(line.slack.opened(), **{**FULL, "Phone": "12", "ARV": "lots", "Beds": "2+1"})
    assert set(answer.errors) == {"phone", "arv", "beds"}
    answer = await line.submit(line.slack.opened(), For_lead="Smith")
    assert answer.errors == {
        "lead": '"Smith" names no lead. Write its number, such as L-7, or leave this empty for a new seller.'
    }
    answer = await line.submit(line.slack.opened(), For_lead="L-1", ARV="lots", Asking_price="-1")
    assert set(answer.errors) == {"arv"}
    answer = await line.submit(line.slack.opened(), For_lead="L-1", Asking_price="-1")
    assert set(answer.errors) == {"asking_price"}
    assert await count(sqlite, lead) == 0


async def test_a_lead_and_another_seller_in_one_form_are_asked_about(team, sqlite):
    await team.command(name="/deal")
    answer = await team.submit(team.slack.opened(), For_lead="L-1", Phone="416-555-0199", **{"They agreed to": ["SMS"]})
    assert answer.errors == {
        "lead": "L-1 has its seller and address already: empty Phone, How may we contact them?, "
        "or leave this field empty."
    }


async def test_a_lead_with_an_open_deal_is_refused_at_its_field_and_named(team, sqlite):
    await team.command(name="/deal")
    answer = await team.submit(team.slack.opened(), For_lead="L-1", ARV="500k")
    assert answer.errors == {"lead": "L-1 has an open deal already: D-1, draft. Work that one, or mark it lost first."}
    answer = await team.submit(team.slack.opened(), For_lead="L-9", ARV="500k")
    assert "There is no lead L-9 here" in answer.errors["lead"]
    assert await count(sqlite, deal) == 1


async def lost(team, number=1):
    view = await moving(team, Stage.LOST, number)
    assert (await team.submit(view, **{"Why was it lost?": "no_buyer", "In your words": "they all passed"})).body == {}


async def test_a_lead_whose_deal_is_over_gets_another_with_its_figures_filled_in(team, sqlite):
    await lost(team)
    await team.command("L-1", name="/deal")
    view = team.slack.opened()
    assert [initial(view, name) for name in ("arv", "repairs", "asking_price", "beds")] == [
        "500,000",
        "40,000",
        "330,000",
        "3",
    ]
    assert "For *L-1* John Smith" in words(view)
    assert not [block for block in view["blocks"] if block.get("block_id") in ("name", "lead", "basis")]
    assert (await team.submit(view, ARV="480k")).body == {}
    assert (await stored(sqlite)).arv == Decimal("480000.00")
    assert "D-2  3-bed SFR in Hamilton ON" in words(last_card(team))
    assert "D-2 Draft" in words(team.slack.made("chat.update")[-1])


async def test_a_deal_for_a_lead_named_in_the_empty_form_keeps_what_was_known(team, sqlite):
    await lost(team)
    await team.command(name="/deal")
    assert (await team.submit(team.slack.opened(), For_lead="L-1", Repairs="30k")).body == {}
    row = await stored(sqlite)
    assert (row.number, row.arv, row.repairs) == (2, Decimal("500000.00"), Decimal("30000.00"))
    assert (await rows(sqlite, lead))[0].asking_price == Decimal("330000.00")


async def test_a_second_deal_in_a_form_that_was_opened_before_another_had_one_is_said_in_the_form(team, sqlite):
    await lost(team)
    await team.command("L-1", name="/deal")
    view = team.slack.opened()
    assert (await team.submit(view)).body == {}
    answer = await team.submit(view)
    assert list(answer.errors) == ["property_type"]
    assert "L-1 has an open deal already: D-2" in answer.errors["property_type"]


async def test_a_lead_with_an_open_deal_opens_its_figures(team):
    await team.command("L-1", name="/deal")
    view = team.slack.opened()
    assert (view["callback_id"], initial(view, "arv")) == (View.FIGURES, "500,000")


async def test_a_lead_that_is_not_there_is_said_to_be_none(team):
    reply = await team.command("L-9", name="/deal")
    assert "There is no lead L-9 here" in reply.text


# Figures


async def test_figures_are_changed_and_the_price_follows(team, sqlite):
    await click(team, Action.EDIT_FIGURES, "1")
    view = team.slack.opened()
    assert (await team.submit(view, ARV="520k", Property_type="MF", Notes="Roof is new.")).body == {}
    row = await stored(sqlite)
    assert (row.arv, row.offer) == (Decimal("520000.00"), Decimal("324000.00"))
    assert "D-1  3-bed MF in Hamilton ON" in words(last_card(team))
    assert "$324,000.00" in words(team.slack.made("chat.update")[-1])


async def test_what_is_wrong_with_figures_is_said_at_its_field(team, sqlite):
    await click(team, Action.EDIT_FIGURES, "1")
    view = team.slack.opened()
    answer = await team.submit(view, ARV="lots", Repairs="-5")
    assert set(answer.errors) == {"arv", "repairs"}
    answer = await team.submit(view, Asking_price="-5")
    assert set(answer.errors) == {"asking_price"}
    assert (await stored(sqlite)).version == 1


async def test_figures_of_a_deal_that_was_changed_meanwhile_stay_as_they_were_typed(team, sqlite):
    await click(team, Action.EDIT_FIGURES, "1")
    stale = team.slack.opened()
    await click(team, Action.EDIT_FIGURES, "1", user="U0LEE")
    assert (await team.submit(team.slack.opened(), user="U0LEE", Beds="4")).body == {}
    answer = await team.submit(stale, ARV="520k", Beds="3")
    assert answer.body["response_action"] == "update"
    view = answer.body["view"]
    assert "D-1 was changed while you looked at it; it still stands at Draft." in words(view)
    assert (initial(view, "arv"), initial(view, "beds"), initial(view, "asking_price")) == ("520k", "3", "330,000")
    assert (await team.submit(view)).body == {}
    assert (await stored(sqlite)).arv == Decimal("520000.00")


async def test_figures_of_a_deal_whose_price_is_agreed_stay_and_the_form_says_so(team, sqlite):
    await click(team, Action.EDIT_FIGURES, "1")
    view = team.slack.opened()
    await at(team, sqlite, Stage.UNDER_AGREEMENT)
    answer = await team.submit(view, ARV="520k")
    assert "You moved D-1 to Under agreement" in words(answer.body["view"])
    answer = await team.submit(answer.body["view"])
    assert answer.errors == {
        "property_type": "D-1 is under agreement: what was agreed stays as it is. "
        "Only a draft or an offered deal takes new figures."
    }
    assert Action.EDIT_FIGURES not in action_ids(await shown(team))


# Moves: fields and refusals


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"Closing_date": "2026-11-23"}, {"closing_on"}),
        ({"Agreement_signed_on": "2026-11-25"}, {"agreement_on"}),
        ({"Price_agreed_with_the_seller": "0"}, {"agreed_price"}),
        ({"Price_agreed_with_the_seller": ""}, {"agreed_price"}),
        ({"Price_agreed_with_the_seller": "lots"}, {"agreed_price"}),
        ({"Closing_date": ""}, {"closing_on"}),
        ({"Agreement_signed_on": ""}, {"agreement_on"}),
    ],
)
async def test_what_an_agreement_lacks_is_said_at_its_field(team, sqlite, fields, errors):
    await present(team)
    view = await moving(team, Stage.UNDER_AGREEMENT)
    answer = await team.submit(view, **{**AGREED, **fields})
    assert set(answer.errors) == errors
    assert (await stored(sqlite)).stage == "offered"
    assert (await team.submit(view, **AGREED)).body == {}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"buyer": "Say which buyer takes over the agreement: B-5."}),
        ({"Another_buyer": "Bob"}, {"buyer": '"Bob" names no buyer. Write the number, such as B-5; `/buyer find` looks it up.'}),
        ({"Another_buyer": "B-99"}, {"buyer": "There is no buyer B-99 here. Find them with `/buyer find` and a word of their name, company or area."}),
        ({"Another_buyer": "B-6", "Buyer": "5"}, {"buyer": "Choose a buyer above or write one here, not two of them."}),
        ({"Buyer": "5", "Assignment_fee": ""}, {"assignment_fee": "Give the assignment fee; 0 if there is none."}),
        ({"Buyer": "5", "Assignment_fee": "-1"}, {"assignment_fee": "The assignment fee can't be below 0."}),
    ],
)  # fmt: skip
async def test_what_an_assignment_lacks_is_said_at_its_field(team, sqlite, fields, errors):
    await at(team, sqlite, Stage.MARKETED)
    view = await moving(team, Stage.ASSIGNED)
    assert (await team.submit(view, **{"Assignment_fee": "12k", **fields})).errors == errors
    assert (await stored(sqlite)).stage == "marketed"


async def test_a_buyer_beyond_the_choice_is_written_by_number(team, sqlite):
    await at(team, sqlite, Stage.MARKETED)
    await buyers(sqlite, 6, regions="Calgary", active=False)
    view = await moving(team, Stage.ASSIGNED)
    assert (await team.submit(view, Another_buyer="b6", Assignment_fee="0")).body == {}
    assert "is assigned to B-6, fee 0" in thread(team)[-1]


async def test_without_a_choice_there_is_one_field_for_the_buyer(team, sqlite):
    await present(team)
    assert (await team.submit(await moving(team, Stage.UNDER_AGREEMENT), **AGREED)).body == {}
    view = await moving(team, Stage.ASSIGNED)
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == ["Buyer", "Assignment fee"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"Closed_on": "2026-11-25"}, {"closed_on"}),
        ({"Closed_on": "2026-11-23"}, {"closed_on"}),
        ({"Closed_on": ""}, {"closed_on"}),
        ({"Assignment_fee_that_came_in": ""}, {"assignment_fee"}),
    ],
)
async def test_what_a_closing_lacks_is_said_at_its_field(team, sqlite, fields, errors):
    await at(team, sqlite, Stage.ASSIGNED)
    view = await moving(team, Stage.CLOSED)
    assert set((await team.submit(view, **fields)).errors) == errors
    assert (await stored(sqlite)).stage == "assigned"


async def test_what_a_loss_lacks_is_said_at_its_field(team, sqlite):
    view = await moving(team, Stage.LOST)
    assert (await team.submit(view)).errors == {"lost_reason": "Say why the deal was lost."}
    long = {"Why was it lost?": "other", "In your words": "x" * 501}
    assert "501 characters" in (await team.submit(view, **long)).errors["lost_note"]
    assert (await stored(sqlite)).stage == "draft"


async def test_a_loss_is_told_and_the_deal_is_opened_again_at_a_click(team, sqlite):
    await lost(team)
    said = words(last_card(team))
    assert "No buyer was found: they all passed" in said
    assert thread(team)[-1] == "D-1 is lost: No buyer was found: they all passed, by <@U0DANA>"
    again = element(last_card(team), f"{Action.MOVE_DEAL}:next")
    assert again["text"]["text"] == "Open again"
    await click(team, again["action_id"], again["value"])
    assert (await stored(sqlite)).stage == "draft"
    assert thread(team)[-1] == "D-1 is a draft again, by <@U0DANA>"


async def test_another_reps_deal_has_no_buttons_to_move_it(team):
    await change(team.desk.leads._database, lead, {"rep_id": "U0SAM"})
    card = await shown(team)
    assert Action.MOVE_DEAL not in str(card)
    assert Action.EDIT_FIGURES not in action_ids(card)
    await click(team, f"{Action.MOVE_DEAL}:any", "1|lost|draft|1")
    assert "L-1 is another rep's" in team.slack.made("chat.postMessage")[-1]["text"]


# Two people


async def overtake(team, to=Stage.MARKETED, seen=Stage.UNDER_AGREEMENT, **terms):
    """Lee moves D-1 meanwhile."""
    card = await team.desk.deals.card(LEE, 1)
    assert card.deal.stage is seen
    await team.desk.deals.move(LEE, Move(1, to, Seen(seen, card.deal.version), Terms(**terms)))


async def test_a_form_of_a_deal_that_moved_stays_with_what_was_typed_and_carries_on(team, sqlite):
    await at(team, sqlite, Stage.UNDER_AGREEMENT)
    stale = await moving(team, Stage.ASSIGNED)
    await overtake(team)
    answer = await team.submit(stale, Buyer="5", Assignment_fee="12k")
    assert answer.body["response_action"] == "update"
    view = answer.body["view"]
    assert (
        "Lee Tremblay moved D-1 to Marketed on Tue 24 Nov 10:00. It can go to Assigned, Under agreement or Lost."
        in words(view)
    )
    assert initial(view, "assignment_fee") == "12k"
    assert element(view, "value")["initial_option"]["value"] == "5"
    assert (await stored(sqlite)).stage == "marketed"
    assert (await team.submit(view)).body == {}
    assert (await stored(sqlite)).stage == "assigned"


async def test_a_form_for_a_move_that_is_no_longer_allowed_says_which_are(team, sqlite):
    await at(team, sqlite, Stage.MARKETED)
    stale = await moving(team, Stage.ASSIGNED)
    await overtake(team, Stage.LOST, Stage.MARKETED, lost_reason=LostReason.OTHER)
    answer = await team.submit(stale, Buyer="5", Assignment_fee="12k")
    view = answer.body["view"]
    assert "Lee Tremblay moved D-1 to Lost" in words(view)
    assert "It can go to Draft." in words(view)
    answer = await team.submit(view)
    assert answer.errors == {"buyer": "D-1 stands at Lost and can't go to Assigned. It can go to Draft."}
    assert (initial(view, "buyer"), initial(view, "assignment_fee")) == ("B-5", "12k")


async def test_dates_that_were_typed_stay_in_a_form_that_was_overtaken(team, sqlite):
    await present(team)
    stale = await moving(team, Stage.UNDER_AGREEMENT)
    await click(team, Action.EDIT_FIGURES, "1", user="U0LEE")
    assert (await team.submit(team.slack.opened(), user="U0LEE", Beds="4")).body == {}
    view = (await team.submit(stale, **AGREED)).body["view"]
    assert "it still stands at Offered" in words(view)
    dates = {b["block_id"]: b["element"].get("initial_date") for b in view["blocks"] if b["type"] == "input"}
    assert (dates["agreement_on"], dates["closing_on"]) == ("2026-11-24", "2027-01-15")
    assert (await team.submit(view)).body == {}
    assert (await stored(sqlite)).agreed_price == Decimal("320000.00")


async def test_a_loss_that_was_overtaken_keeps_its_words(team, sqlite):
    stale = await moving(team, Stage.LOST)
    await present(team)
    answer = await team.submit(stale, **{"Why was it lost?": "unreachable", "In your words": "no answer for weeks"})
    view = answer.body["view"]
    assert "You moved D-1 to Offered" in words(view)
    assert element(view, "value")["initial_option"]["value"] == "unreachable"
    assert initial(view, "lost_note") == "no answer for weeks"


@pytest.mark.parametrize("to", [Stage.MARKETED, Stage.ASSIGNED])
async def test_a_click_on_a_card_that_is_out_of_date_says_who_moved_it_and_shows_it_anew(team, sqlite, to):
    await at(team, sqlite, Stage.UNDER_AGREEMENT)
    value = move_button(await shown(team), to)
    await overtake(team, Stage.LOST, lost_reason=LostReason.OTHER)
    opened = len(team.slack.made("views.open"))
    await click(team, f"{Action.MOVE_DEAL}:any", value)
    told = team.slack.made("chat.postMessage")[-1]
    assert told["text"].startswith("Lee Tremblay moved D-1 to Lost")
    assert "*Lost* since today" in words(last_card(team))
    assert len(team.slack.made("views.open")) == opened
    assert (await stored(sqlite)).stage == "lost"


async def test_the_same_form_sent_twice_moves_once(team, sqlite):
    await present(team)
    view = team.filled(await moving(team, Stage.UNDER_AGREEMENT), **AGREED)
    assert (await team.resubmit(view)).body == {}
    assert (await team.resubmit(view)).body == {}
    assert len(await kpis(sqlite, f"deal:{(await stored(sqlite)).id}")) == 1


# Where answers go


async def test_a_thread_that_slack_refuses_does_not_undo_the_move(team, sqlite):
    await at(team, sqlite, Stage.UNDER_AGREEMENT)
    team.slack.failing["chat.postMessage"] = "channel_not_found"
    assert await moving(team, Stage.MARKETED) is None
    assert (await stored(sqlite)).stage == "marketed"


async def test_a_deal_whose_leads_card_stands_nowhere_is_moved_without_a_thread(line, sqlite):
    line.clock.move_to(NOW)
    line.slack.failing["chat.postMessage"] = "channel_not_found"
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    await lost(line)
    assert (await stored(sqlite)).stage == "lost"
    line.slack.failing.clear()


async def test_a_card_that_cannot_be_shown_in_the_channel_goes_to_a_direct_message(team, sqlite):
    team.slack.failing["chat.postEphemeral"] = "user_not_in_channel"
    await click(team, Action.EDIT_FIGURES, "1")
    assert (await team.submit(team.slack.opened(), Beds="4")).body == {}
    said = team.slack.made("chat.postMessage")[-1]
    assert (said["channel"], "D-1  4-bed SFR" in words(said)) == ("U0DANA", True)


# The board


async def test_the_board_is_a_table_with_amounts_days_and_next_actions(team, sqlite):
    await at(team, sqlite, Stage.UNDER_AGREEMENT)
    await team.command()
    await team.submit(team.slack.opened(), **{**FULL, "Property address": "the blue house", "ARV": None})
    team.clock.move_to(NOW + timedelta(days=2, hours=1))
    board = (await team.command("board", name="/deal")).body
    assert board["text"] == "2 open deals"
    (table,) = [block for block in board["blocks"] if block["type"] == "table"]
    texts = [[cell.get("text") for cell in row] for row in table["rows"]]
    assert texts == [
        ["Deal", "Stage", "Where", "Amount", "Days", "Rep", "Next"],
        ["D-2", "Draft", "province unknown", "no price yet", "2", None, "Give ARV"],
        ["D-1", "Under agreement", "Hamilton ON", "320,000", "2", None, "Market it to the buyer who matches; it closes on 15 Jan 2027"],
    ]  # fmt: skip
    assert table["rows"][1][5]["elements"][0]["elements"] == [{"type": "user", "user_id": "U0DANA"}]
    menu = element(board, Action.SHOW_DEAL)
    assert [option["value"] for option in menu["options"]] == ["2", "1"]


async def test_a_deal_chosen_on_the_board_is_shown(team):
    option = {"text": {"type": "plain_text", "text": "D-1"}, "value": "1"}
    action = {"type": "static_select", "action_id": Action.SHOW_DEAL, "block_id": "b", "selected_option": option}
    await team.click(Action.SHOW_DEAL, actions=[action])
    assert "D-1  3-bed SFR in Hamilton ON" in words(team.slack.made("chat.postMessage")[-1])


async def test_an_empty_board_says_how_to_begin(line):
    assert "No deal is open" in words((await line.command("board", name="/deal")).body)


# A lead's next action


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "the lead has no next action of its own: press Deal D-1 for what its deal waits for"),
        ({"status": "disqualified"}, "nothing is left to do"),
        ({"province": None}, "the lead has no next action: complete the address"),
    ],
)
async def test_a_lead_without_open_follow_ups_says_what_to_do_about_it(team, sqlite, values, said):
    await change(sqlite, followup_task, {"state": "done", "completed": True})
    if values:
        await change(sqlite, lead, values)
    assert f"*Next* {said}" in words((await team.command("L-1")).body)


async def test_a_lead_without_follow_ups_or_an_open_deal_says_how_to_open_one(team, sqlite):
    await change(sqlite, followup_task, {"state": "done", "completed": True})
    await lost(team)
    assert "*Next* the lead has no next action: open a deal with `/deal L-1`" in words((await team.command("L-1")).body)


async def test_home_names_what_the_members_deals_wait_for_and_opens_them(team):
    home = team.slack.made("views.publish")[-1]["view"]
    assert "*D-1* John Smith, draft: Present the offer of 310,000" in words(home)
    await team.click(Action.SHOW_DEAL, element(home, Action.SHOW_DEAL)["value"])
    said = team.slack.made("chat.postMessage")[-1]
    assert (said["channel"], "D-1  3-bed SFR" in words(said)) == ("U0DANA", True)
