"""`/offer evidence` and `/offer comps`: through signed requests, and end to end in the sandbox."""

import asyncio
import json
from decimal import Decimal

import pytest

from bot.slack import calls
from bot.slack.ids import Action, View
from storage.deals import deal
from storage.leads import lead
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from tests.acceptance.harness.rows import change, count, kpis, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, element, initial, words

FOUR = """525k 1450sqft 3bd 2ba 45d 0.8km
$498,000 1,400 sq ft 3 bed 2 bath 45d 500 m
540k 1500sf 6 weeks ago 1.2km
515000 1440sqft 3br 2ba 2 months 0.4 km; 9 Elm St"""
RANGE = "ARV 517,680 (472,759–566,869, high, 4 sales)"
APART = "400k 1450sqft 30d 1km\n700k 1450sqft 30d 1km"
REPRODUCED = "Reproduced to the cent"


async def captured(line, **fields):
    """Take down L-1 through the form."""
    await line.command()
    assert (await line.submit(line.slack.opened(), **{**FULL, **fields})).body == {}


async def opened(line, number: int = 1):
    """Open the form for sales and return it."""
    assert (await line.command(f"comps L-{number}", name="/offer")).body == {}
    return line.slack.opened()


async def entered(line, sales: str = FOUR, **fields):
    """Enter sales for L-1 through the form; return the acknowledgement."""
    typed = {"Square feet": "1450", "Comparable sales": sales, **fields}
    return await line.submit(await opened(line), **typed)


def reading(line) -> str:
    """What the form said after the last keystroke."""
    return words(line.slack.made("views.update")[-1]["view"])


def card(line) -> str:
    """The lead's card as it was last drawn."""
    return words(line.slack.made("chat.update")[-1]["blocks"])


async def evidence(line, number: int, **more):
    return await line.command(f"evidence E-{number}", name="/offer", **more)


# Evidence


async def test_evidence_says_what_a_price_rests_on_to_the_asker_alone(line):
    await line.command("500k 40k Hamilton", name="/offer")
    answer = await evidence(line, 1, user="U0LEE")
    said = words(answer.body)
    assert answer.body["response_type"] == "ephemeral"
    assert f"*{REPRODUCED}*" in said
    assert "offer 310,000.00, MAO 310,000.00" in said
    assert "× multiplier 0.70         350,000.00" in said
    assert "multiplier                        0.70" in said
    assert "policy ON/ALL v1 gives the same offer" in said
    assert "recorded by <@U0DANA>, <!date^" in said
    assert line.slack.made("chat.postMessage") == line.slack.made("chat.postEphemeral") == []


@pytest.mark.parametrize("typed", ["evidence E-1", "evidence e1", "Evidence 1", "evidence E 1"])
async def test_evidence_is_asked_for_in_every_spelling(line, typed):
    await line.command("500k 40k", name="/offer")
    assert REPRODUCED in (words((await line.command(typed, name="/offer")).body))


async def test_a_leads_evidence_names_the_lead(line):
    await captured(line)
    assert "*Evidence E-1* for L-1, Hamilton ON · policy ON/ALL v1" in words((await evidence(line, 1)).body)


async def test_a_changed_policy_leaves_the_record_and_says_what_today_gives(line, sqlite):
    await captured(line)
    await change(sqlite, offer_policy, {"max_arv_multiplier": Decimal("0.68"), "version": 2}, province="ON")
    said = words((await evidence(line, 1)).body)
    assert f"*{REPRODUCED}*" in said
    assert "*Today* policy ON/ALL v2 would give offer 300,000.00 (−10,000.00), MAO 300,000.00." in said


async def test_a_policy_that_is_switched_off_is_said(line, sqlite):
    await captured(line)
    await change(sqlite, offer_policy, {"enabled": False}, province="ON")
    said = words((await evidence(line, 1)).body)
    assert "*Today* it cannot be priced: The offer policy for ON/Hamilton is switched off" in said
    assert f"*{REPRODUCED}*" in said


async def test_evidence_that_does_not_come_out_the_same_says_so_loudly_with_both(line, sqlite):
    await captured(line)
    await change(sqlite, offer_evidence, {"recommended_offer": Decimal("320000.00")}, id=1)
    answer = await evidence(line, 1)
    said = words(answer.body)
    assert ":rotating_light: *IT DOES NOT COME OUT THE SAME AGAIN.*" in said
    assert "recommended offer: recorded *320,000.00*, computed again *310,000.00*" in said
    assert REPRODUCED not in said
    assert "does NOT come out the same" in answer.text


async def test_evidence_that_lost_a_number_says_so_loudly(line, sqlite):
    await captured(line)
    await change(sqlite, offer_evidence, {"assumptions_json": {}}, id=1)
    said = words((await evidence(line, 1)).body)
    assert "IT DOES NOT COME OUT THE SAME AGAIN" in said
    assert "E-1 does not hold the policy's max arv multiplier any more" in said


async def test_what_an_endpoint_priced_and_what_holding_was_given_stand_there(line, sqlite):
    await line.command(name="/offer")
    await line.submit(line.slack.opened(), ARV="500k", Repairs="40k", Months_of_holding="5")
    await change(sqlite, offer_evidence, {"created_by": "<endpoint>"}, id=1)
    said = words((await evidence(line, 1)).body)
    assert "recorded by &lt;endpoint&gt;" in said
    assert "holding                       5 months" in said


@pytest.mark.parametrize("number", ["9", "999999999999999999"])
async def test_evidence_that_is_not_there_is_a_plain_sentence(line, number):
    answer = await line.command(f"evidence E-{number}", name="/offer")
    assert answer.text == f"There is no evidence E-{number} here. Each price names its own at the bottom, such as E-12."


@pytest.mark.parametrize("typed", ["evidence", "evidence me", "evidence E-1 E-2", "evidence E-1234567890123456789"])
async def test_evidence_without_a_number_says_how_to_ask(line, typed):
    assert "Say which evidence: `/offer evidence E-12`" in (await line.command(typed, name="/offer")).text


async def test_another_teams_evidence_is_not_there(line, sqlite):
    await line.command("500k 40k", name="/offer")
    await change(sqlite, offer_evidence, {"workspace_id": "T0OTHER"}, id=1)
    assert "There is no evidence E-1 here" in (await evidence(line, 1)).text


# The form for sales


async def test_the_form_opens_from_the_command_with_what_the_brief_knows(line):
    await captured(line, Beds="3", Baths="2.5")
    view = await opened(line)
    assert view["callback_id"] == View.COMPS
    assert [initial(view, field) for field in ("sqft", "beds", "baths", "trend", "comps")] == ["", "3", "2.5", "", ""]
    assert "Write the sales, one a line" in words(view)
    assert RANGE in words((await line.submit(view, Square_feet="1450", Comparable_sales=FOUR)).body["view"])
    assert "The house: 1,450 sq ft · 3 bd · 2.5 ba" in words((await evidence(line, 2)).body)


async def test_the_form_opens_from_the_card_beside_price_an_offer(line):
    await captured(line)
    (posted,) = line.slack.made("chat.postMessage")
    ids = action_ids(posted)
    assert ids.index(Action.ENTER_COMPS) == ids.index(Action.PRICE) + 1
    await line.click(Action.ENTER_COMPS, element(posted, Action.ENTER_COMPS)["value"])
    assert line.slack.opened()["callback_id"] == View.COMPS


async def test_a_form_for_an_unknown_lead_is_answered_in_words(line):
    answer = await line.command("comps L-9", name="/offer")
    assert "There is no lead L-9 here" in answer.text
    assert line.slack.made("views.open") == []


@pytest.mark.parametrize("typed", ["comps", "comps me", "comps L-1 L-2"])
async def test_comps_without_a_lead_says_how_to_ask(line, typed):
    assert "Say which lead: `/offer comps L-7`" in (await line.command(typed, name="/offer")).text


async def test_each_keystroke_says_how_every_line_is_understood(line, sqlite):
    await captured(line)
    view = await opened(line)
    await line.type_in(view, Action.COMPS_INPUT, Square_feet="1450", Comparable_sales=f"{FOUR}\n$1 900sf 9d 1km family")
    said = reading(line)
    assert f"*{RANGE}*" in said
    assert "4  $515,000 · 1,440 sq ft · 3 bd · 2 ba · 20" in said
    assert "0.4 km · 9 Elm St" in said
    assert "*does not count: not at arm's length*" in said
    assert await count(sqlite, offer_evidence) == 1
    redrawn = line.slack.made("views.update")[-1]["view"]
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in redrawn["blocks"] if block["type"] == "input"] == inputs
    assert json.loads(redrawn["private_metadata"]) == json.loads(view["private_metadata"])


async def test_fields_that_nobody_touched_keep_what_they_hold_while_others_are_typed_in(line):
    await captured(line, Beds="3", Baths="2")
    await entered(line)
    view = await opened(line)
    await line.type_in(
        view, Action.COMPS_INPUT, **{"Comparable sales": "525k", "Prices move each month by, per cent": "0.5"}
    )
    redrawn = line.slack.made("views.update")[-1]["view"]
    held = [initial(redrawn, field) for field in ("sqft", "comps", "beds", "baths", "trend")]
    assert held == ["1,450", "525k", "3", "2", "0.5"]


async def test_a_line_half_typed_is_named_and_the_others_are_read(line):
    await captured(line)
    await line.type_in(await opened(line), Action.COMPS_INPUT, Square_feet="1450", Comparable_sales=f"{FOUR}\n525k")
    assert f"*{RANGE}* 1 line is not read yet." in reading(line)
    assert "Line 5 lacks the square feet, the date and the distance." in reading(line)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Square_feet": "1450", "Comparable_sales": "525k 1450sqft 9d 1km"}, "of the 1 given, 1 counts"),
        ({"Comparable_sales": FOUR}, "Give the square feet of the house"),
        ({"Square_feet": "big", "Comparable_sales": FOUR}, '"big" is no area from 100 to 100,000 square feet'),
        ({"Square_feet": "1450"}, "Write the sales, one a line"),
        ({"Square_feet": "1450", "Comparable_sales": "a\n" * 51}, "51 sales are more than can be read at once"),
        ({"Square_feet": "1450", "Comparable_sales": "<!channel>\n*b*"}, "Line 2 lacks the price"),
    ],
)
async def test_what_is_lacking_is_said_while_it_is_typed(line, fields, said):
    await captured(line)
    await line.type_in(await opened(line), Action.COMPS_INPUT, **fields)
    assert said in reading(line)
    shown = [block for block in line.slack.made("views.update")[-1]["view"]["blocks"] if block["type"] != "input"]
    assert "<!channel>" not in words(shown)


async def test_the_longest_text_with_the_longest_notes_still_fits(line):
    await captured(line)
    sale = f"525k 1450sqft 9d 1km {'&' * 38}"
    await line.type_in(
        await opened(line), Action.COMPS_INPUT, Square_feet="1450", Comparable_sales="\n".join([sale] * 50)
    )
    assert "50 sales)" in reading(line)
    await line.type_in(await opened(line), Action.COMPS_INPUT, Square_feet="1450", Comparable_sales="&" * 3000)
    assert "Line 1 lacks" in reading(line)


async def test_an_address_without_end_fits_the_form(line, sqlite):
    await captured(line)
    await change(sqlite, lead, {"address": "\U0001f3e0" * 2_000}, number=1)
    assert (await opened(line))["callback_id"] == View.COMPS


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_reading_that_was_overtaken_bothers_nobody(line, error):
    await captured(line)
    view = await opened(line)
    line.slack.failing["views.update"] = error
    answer = await line.type_in(view, Action.COMPS_INPUT, Square_feet="1450", Comparable_sales=FOUR)
    assert (answer.status, line.slack.made("chat.postEphemeral")) == (200, [])


# Its submission


async def test_sales_set_the_arv_and_the_modal_becomes_the_result_range_first(line, sqlite):
    await captured(line)
    answer = await entered(line)
    assert (answer.body["response_action"], answer.body["view"]["callback_id"]) == ("update", View.COMPS_SHOWN)
    said = words(answer.body["view"])
    assert said.index(RANGE) < said.index("Offer for L-1") < said.index("Recommended offer") < said.index("If ARV ±5 %")
    assert "MAO at its ends: 290,931.30 to 356,808.30" in said
    assert "evidence E-2" in said
    (row,) = await rows(sqlite, deal)
    assert (row.arv, row.offer, row.evidence_id, row.version) == (Decimal(517_680), Decimal("322376.00"), 2, 2)
    assert [event.metric for event in await kpis(sqlite, "offer:2")] == ["offer_generated"]


async def test_the_leads_card_shows_the_range(line, sqlite):
    await captured(line)
    await entered(line)
    (update,) = line.slack.made("chat.update")
    assert update["ts"] == (await rows(sqlite, lead))[0].card_ts
    assert RANGE in card(line)
    assert "*Offer* $322,376.00" in card(line)
    assert "ARV 500,000" not in card(line)


async def test_the_price_of_the_lead_shows_the_range_and_another_arv_does_not(line):
    await captured(line)
    await entered(line)
    assert RANGE in words((await line.command("L-1", name="/offer")).body)
    assert "sales)" not in words((await line.command("L-1 520k", name="/offer")).body)


async def test_the_evidence_of_sales_shows_them_and_reproduces_the_arv(line):
    await captured(line)
    await entered(line, **{"Beds": "3", "Baths": "2", "Prices move each month by, per cent": "0"})
    said = words((await evidence(line, 2)).body)
    assert f"*{REPRODUCED}*" in said
    assert RANGE in said
    assert "The house: 1,450 sq ft · 3 bd · 2 ba · trend 0 % a month" in said
    assert "0.4 km · 9 Elm St" in said


async def test_a_price_of_that_arv_points_to_the_evidence_that_holds_the_sales(line):
    await captured(line)
    await entered(line)
    await line.command("L-1", name="/offer")
    assert f"{RANGE}: the sales stand in E-2." in words((await evidence(line, 3)).body)


async def test_a_low_confidence_brings_the_sensitivity_before_the_offer_everywhere(line):
    await captured(line)
    result = words((await entered(line, APART)).body["view"])
    answer = await line.command("L-1", name="/offer")
    assert answer.text.startswith("ARV of low confidence, needs a second look. Recommended offer")
    priced = words(answer.body["blocks"])
    for said, offer in ((result, "Recommended offer"), (priced, "Recommended offer"), (card(line), "*Offer*")):
        assert ", low, 2 sales)" in said
        assert said.index("needs a second look") < said.index("If ARV ±5 %") < said.index(offer)
        assert said.count("If ARV ±5 %") == 1


async def test_a_trend_moves_the_arv(line, sqlite):
    await captured(line)
    await entered(line, **{"Prices move each month by, per cent": "1"})
    assert (await rows(sqlite, deal))[0].arv > 517_680


async def test_without_repairs_the_arv_is_kept_and_the_offer_stays_open(line, sqlite):
    await captured(line, Repairs="")
    said = words((await entered(line)).body["view"])
    assert said.index(RANGE) < said.index("*The offer stays open.* Give the cost of repairs, 0 if there are none.")
    (row,) = await rows(sqlite, deal)
    assert (row.arv, row.offer) == (Decimal(517_680), None)
    assert RANGE in card(line)
    assert "*Offer* none yet" in card(line)
    shown = words((await evidence(line, 1)).body)
    assert "*No offer was computed:* Give the cost of repairs" in shown
    assert RANGE in shown


async def test_a_low_arv_without_a_price_still_asks_for_a_second_look(line):
    await captured(line, Repairs="")
    await entered(line, APART)
    assert "needs a second look" in card(line)


async def test_repairs_that_leave_nothing_end_in_no_offer_with_its_reason(line):
    await captured(line, Repairs="900k")
    said = words((await entered(line)).body["view"])
    assert said.index(RANGE) < said.index("*No offer.*") < said.index("MAO, buyer's ceiling")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"Comparable sales": f"{FOUR}\n525k 1450sf 9d"}, "comps", "Line 5 lacks the distance."),
        ({"Comparable sales": "525k 1450sf 9d 1km"}, "comps", "At least two arm's-length sales"),
        ({"Comparable sales": "x\n" * 51}, "comps", "51 sales"),
        ({"Comparable sales": "90M 200sf 9d 1km\n90M 200sf 9d 1km"}, "comps", "The ARV is above 100,000,000"),
        ({"Comparable sales": "\x00"}, "comps", "At least two"),
        ({"Square feet": "big"}, "sqft", "no area"),
        ({"Square feet": " "}, "sqft", "Give the square feet"),
        ({"Beds": "2+1"}, "beds", "not a number of bedrooms"),
        ({"Baths": "many"}, "baths", "not a number of bathrooms"),
        ({"Prices move each month by, per cent": "50"}, "trend", "no monthly trend from −5 to 5"),
    ],
)
async def test_what_the_form_refuses_is_said_at_its_field_and_nothing_is_kept(line, sqlite, fields, field, said):
    await captured(line)
    answer = await entered(line, **fields)
    assert list(answer.errors) == [field]
    assert said in answer.errors[field]
    assert await count(sqlite, offer_evidence) == 1
    assert (await rows(sqlite, deal))[0].version == 1


async def test_the_same_submission_twice_is_kept_once_and_shows_the_same(line, sqlite):
    await captured(line)
    filled = line.filled(await opened(line), Square_feet="1450", Comparable_sales=FOUR)
    first, second = await line.resubmit(filled), await line.resubmit(filled)
    assert first.body == second.body
    assert await count(sqlite, offer_evidence) == 2
    assert (await rows(sqlite, deal))[0].version == 2


async def test_opening_the_form_again_brings_the_sales_with_their_dates(line):
    await captured(line)
    await entered(line)
    view = await opened(line)
    assert initial(view, "sqft") == "1,450"
    assert initial(view, "comps").splitlines()[3].endswith("0.4km; 9 Elm St")
    assert f"*{RANGE}*" in words(view)
    again = await line.submit(view)
    assert RANGE in words(again.body["view"])


async def test_sales_that_no_longer_fit_the_field_are_counted_in_the_form(line):
    await captured(line)
    await entered(line, "\n".join(["525k 1450sf 3bd 2ba 9d 1km; " + "n" * 31] * 50))
    view = await opened(line)
    kept = initial(view, "comps").splitlines()
    assert 0 < len(kept) < 50
    assert all(sale.endswith("n" * 31) for sale in kept)
    assert f"{50 - len(kept)} of the sales kept before did not fit in the field." in words(view)


async def test_a_database_that_takes_too_long_keeps_the_form_open_and_stores_once(line, sqlite, monkeypatch):
    await captured(line)
    filled = line.filled(await opened(line), Square_feet="1450", Comparable_sales=FOUR)
    monkeypatch.setattr(calls, "ACK_SECONDS", 0.0)
    slow = await line.resubmit(filled)
    assert slow.errors == {"comps": calls.STILL_SAVING}
    monkeypatch.undo()
    assert RANGE in words((await line.resubmit(filled)).body["view"])
    assert await count(sqlite, offer_evidence) == 2


async def test_a_card_that_slack_does_not_take_leaves_the_result_standing(line, sqlite):
    await captured(line)
    line.slack.failing["chat.update"] = "ratelimited"
    assert RANGE in words((await entered(line)).body["view"])
    assert await count(sqlite, offer_evidence) == 2


async def test_help_names_both_commands(line):
    said = (await line.command("help", name="/offer")).text
    assert "/offer comps L-7" in said
    assert "/offer evidence E-12" in said


# The whole program


async def test_sales_typed_in_the_sandbox_change_the_card_that_everybody_sees(stand):
    await stand.capture()
    view = (await stand.command("/offer", "comps L-1"))["view"]
    typed = {"values": {"comps": {Action.COMPS_INPUT: FOUR}, "sqft": {Action.COMPS_INPUT: "1450"}}}
    answer = await stand.click(Action.COMPS_INPUT, view_id=view["id"], block_id="comps", value=FOUR, **typed)
    assert RANGE in words(answer["view"])
    kept = await stand.submit(answer["view"], {})
    assert (kept["ok"], kept["view"]["callback_id"]) == (True, View.COMPS_SHOWN)
    (shown,) = await stand.cards(user="lee")
    assert RANGE in words(shown)
    reply = (await stand.command("/offer", "evidence E-2", user="lee"))["reply"]
    assert (reply["ephemeral"], REPRODUCED in words(reply)) == (True, True)
    assert [row for row in await stand.messages(user="dana") if row["ephemeral"]] == []


async def test_two_members_entering_sales_at_once_both_leave_their_evidence(on_both):
    await on_both.capture()
    views = [(await on_both.command("/offer", "comps L-1", user=user))["view"] for user in ("dana", "lee")]
    fields = {"Square feet": "1450", "Comparable sales": FOUR}
    taken = await asyncio.gather(
        *(on_both.submit(view, fields, user=user) for view, user in zip(views, ("dana", "lee"), strict=True))
    )
    assert [answer["ok"] for answer in taken] == [True, True]
    by = [row.created_by for row in await rows(on_both.database, offer_evidence)]
    assert (by[0], sorted(by[1:])) == ("U0DANA", ["U0DANA", "U0LEE"])
    assert (await rows(on_both.database, deal))[0].version == 3
