"""What a deal's card shows of its offers, and what their forms say and read."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.block_ids import with_ids
from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import full_state
from bot.sandbox.entries import with_fields
from bot.services.actors import Actor
from bot.services.deals import Deals
from bot.services.leads import Capture, Leads
from bot.services.live_offers import LiveOffers, OfferRef, OfferSeen, OfferTerms
from bot.services.matching import BuyerIndex
from bot.services.offers import OfferAsk, Offers
from bot.services.saved_prices import Saved
from bot.services.workspaces import Workspaces
from bot.slack.ids import Action
from bot.slack.live_offer_card import live_offer_blocks, offer_value, read_offer_value, until_text
from bot.slack.offer_card import offer_blocks, saved_blocks, saved_text
from bot.slack.offer_form import saved_view, shown_view
from bot.slack.present_form import (
    counter_view,
    overtaken_view,
    present_view,
    read_counter,
    read_present,
    redrawn,
)
from domain.deals import Stage
from domain.live_offers import OfferState, PriceFigures, expires_at
from storage.live_offers import LiveOffer
from tests.acceptance.harness.texts import action_ids, element, initial, words
from tests.storage.builders import DRAFT

TEAM = "T0SANDBOX"
DANA = Actor(TEAM, "U0DANA")
NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)
HOSTILE = ("<!channel>", "😀" * 500, "&" * 500, "<" * 500, "*_~`" * 125, "a\nb" * 160, "```", "{0}%s", "\u202e\u200f")
PRESENTED = LiveOffer(
    id=12, deal_id=1, evidence_id=1, amount=Decimal("300000.00"), status=OfferState.PRESENTED, presented_at=NOW,
    decided_at=None, expires_at=expires_at(FRIDAY, ["America/Toronto"]), counter_amount=None, created_by="U0DANA",
    decided_by=None, note="by phone", created_at=NOW, mao=Decimal("310000.00"),
)  # fmt: skip
DRAFTED = replace(PRESENTED, id=13, status=OfferState.DRAFTED, presented_at=None, expires_at=None, note="")
COUNTERED = replace(PRESENTED, status=OfferState.COUNTERED, counter_amount=Decimal("320000.50"))
AT = {"decided_at": NOW, "decided_by": "U0LEE"}
ACCEPTED = replace(PRESENTED, status=OfferState.ACCEPTED, **AT)
DECISIONS = {Action.ACCEPT_OFFER, Action.COUNTER_OFFER, Action.REJECT_OFFER, Action.WITHDRAW_OFFER}


class Clock:
    """It is always the same instant."""

    def now(self):
        return NOW


@pytest.fixture
async def team(sqlite):
    """A team with Dana's lead L-1, whose deal D-1 is priced."""
    await Workspaces(sqlite, Clock()).ensure(TEAM, name="Maple Homes")
    await Leads(sqlite, Clock(), BuyerIndex()).capture(DANA, Capture(DRAFT))
    return sqlite


@pytest.fixture
async def card(team):
    """The card of D-1, a draft without offers."""
    return await Deals(team, Clock(), BuyerIndex()).card(DANA, 1)


def showing(card, *offers, stage=Stage.OFFERED, now=NOW, **deal):
    """The blocks of a card with these offers, newest first."""
    return live_offer_blocks(replace(card, offers=offers, now=now, deal=replace(card.deal, stage=stage, **deal)))


def ids(blocks):
    return action_ids({"blocks": blocks})


def taken(blocks):
    """Whether Slack takes these blocks."""
    return check_message({"text": "Offers", "blocks": blocks}) == []


# The card


async def test_without_an_offer_the_card_says_so_and_offers_to_present_one(card):
    blocks = showing(card, stage=Stage.DRAFT)
    assert "none presented yet" in words(blocks)
    assert ids(blocks) == [Action.PRESENT_OFFER]
    assert element({"blocks": blocks}, Action.PRESENT_OFFER)["value"] == "1"


@pytest.mark.parametrize("price", [{"offer": None}, {"offer": Decimal(0)}, {"evidence_id": None}])
async def test_without_a_price_there_is_nothing_to_present(card, price):
    assert ids(showing(card, stage=Stage.DRAFT, **price)) == []
    assert Action.PRESENT_OFFER not in ids(showing(card, PRESENTED, **price))
    assert ids(showing(card, DRAFTED, **price)) == [Action.WITHDRAW_OFFER]


async def test_a_presented_offer_says_what_when_by_whom_until_when_and_against_what(card):
    blocks = showing(card, PRESENTED)
    assert words(blocks).splitlines()[:4] == [
        "*Offer $300,000.00* · *Presented*",
        "Presented <!date^1795528800^{date_short_pretty} {time}|24 Nov 14:00 UTC> by <@U0DANA>",
        "Open until <!date^1795842000^{date_short_pretty} {time}|28 Nov 05:00 UTC> (seller's time: the end of Fri 27 Nov)",
        "$10,000.00 below MAO $310,000.00 · E-1",
    ]
    assert "by phone" in words(blocks)
    assert ids(blocks) == [
        Action.ACCEPT_OFFER, Action.COUNTER_OFFER, Action.REJECT_OFFER, Action.WITHDRAW_OFFER, Action.PRESENT_OFFER,
    ]  # fmt: skip
    assert taken(blocks)


async def test_a_countered_offer_says_what_is_asked_and_agrees_to_that(card):
    blocks = showing(card, COUNTERED)
    assert "*Counter $320,000.50* · :warning: $10,000.50 above MAO $310,000.00" in words(blocks)
    assert "Agree to $320,000.50" in words(blocks)
    assert element({"blocks": blocks}, Action.ACCEPT_OFFER)["value"] == "12|1|320000.50"


@pytest.mark.parametrize("action", [Action.REJECT_OFFER, Action.WITHDRAW_OFFER])
@pytest.mark.parametrize("offer", [PRESENTED, COUNTERED])
async def test_what_cannot_be_undone_is_asked_once_more(card, offer, action):
    assert element({"blocks": showing(card, offer)}, action)["confirm"]["title"]["text"].endswith("?")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("accepted", "*Accepted* at $300,000.00 <!date^1795528800"),
        ("rejected", "*Rejected* <!date^1795528800"),
        ("withdrawn", "*Withdrawn* <!date^1795528800"),
    ],
)
async def test_a_decided_offer_says_when_and_by_whom_and_another_can_follow(card, status, said):
    blocks = showing(card, replace(PRESENTED, status=OfferState(status), **AT))
    assert said in words(blocks)
    assert "by <@U0LEE>" in words(blocks)
    assert ids(blocks) == [Action.PRESENT_OFFER]


async def test_an_offer_that_is_over_shows_so_before_the_timetable_came(card):
    blocks = showing(card, PRESENTED, now=PRESENTED.expires_at)
    assert "*Expired* <!date^1795842000" in words(blocks)
    assert "Open until" not in words(blocks)
    assert ids(blocks) == [Action.PRESENT_OFFER]
    assert ids(showing(card, PRESENTED, now=PRESENTED.expires_at - timedelta(seconds=1)))[0] == Action.ACCEPT_OFFER


@pytest.mark.parametrize("stage", [s for s in Stage if s not in (Stage.DRAFT, Stage.OFFERED)])
async def test_past_the_offers_only_what_is_still_live_can_be_taken_back(card, stage):
    assert ids(showing(card, PRESENTED, stage=stage)) == [Action.WITHDRAW_OFFER]
    assert ids(showing(card, ACCEPTED, stage=stage)) == []
    assert ids(showing(card, DRAFTED, stage=stage)) == []


async def test_a_draft_is_presented_or_discarded(card):
    blocks = showing(card, DRAFTED, stage=Stage.DRAFT)
    assert "*Draft $300,000.00* by <@U0DANA> · E-1" in words(blocks)
    assert ids(blocks) == [Action.PRESENT_OFFER, Action.WRITE_OFFER, Action.WITHDRAW_OFFER]


async def test_a_draft_beside_a_live_offer_leaves_that_ones_buttons(card):
    blocks = showing(card, DRAFTED, PRESENTED)
    assert ids(blocks).count(Action.PRESENT_OFFER) == 1
    assert set(ids(blocks)) > DECISIONS
    assert taken(blocks)


async def test_a_deal_that_was_priced_anew_says_so(card):
    blocks = showing(card, DRAFTED, PRESENTED, evidence_id=9, offer=Decimal(290_000), mao=Decimal(295_000))
    assert "E-1, but the deal is priced anew: $290,000.00, MAO $295,000.00 · E-9" in words(blocks)
    assert "The deal is priced anew since: $290,000.00, MAO $295,000.00 · E-9" in words(blocks)
    assert "no price stands" in words(showing(card, PRESENTED, evidence_id=None, offer=None))
    assert "priced anew" not in words(showing(card, ACCEPTED, evidence_id=9))


async def test_earlier_offers_take_a_line_each_and_four_at_most(card):
    earlier = [
        replace(COUNTERED, id=9 - n, amount=Decimal(290_000 - n), status=OfferState.WITHDRAWN, **AT) for n in range(6)
    ]
    blocks = showing(card, PRESENTED, *earlier)
    lines = blocks[-1]["elements"][0]["text"].splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("$290,000.00, countered at $320,000.50 · withdrawn <!date^1795528800")
    assert (lines[3][:11], lines[4]) == ("$289,997.00", "and 2 more")


async def test_the_offer_that_is_live_counts_even_if_a_later_one_is_decided(card):
    later = replace(ACCEPTED, id=14, status=OfferState.WITHDRAWN)
    blocks = showing(card, later, PRESENTED, replace(PRESENTED, id=2, status=OfferState.EXPIRED))
    assert "*Presented*" in words(blocks)
    assert "withdrawn <!date" in words(blocks)
    assert "expired <!date^1795842000" in words(blocks)


@pytest.mark.parametrize("text", HOSTILE)
async def test_slack_takes_the_offers_whatever_people_wrote(card, text):
    hostile = replace(COUNTERED, note=text, created_by=text, decided_by=text)
    older = [replace(hostile, id=n, status=OfferState.REJECTED, decided_at=NOW) for n in range(9)]
    blocks = showing(card, replace(hostile, id=30, status=OfferState.DRAFTED), hostile, *older)
    assert taken(blocks)
    assert "<!channel>" not in words(blocks)


async def test_an_offer_without_a_known_mao_or_end_is_shown_without(card):
    blocks = showing(card, replace(COUNTERED, mao=None, expires_at=None, presented_at=None))
    assert words(blocks).splitlines()[:3] == ["*Offer $300,000.00* · *Countered*", "E-1", "*Counter $320,000.50*"]
    at_mao = replace(PRESENTED, amount=Decimal(310_000))
    assert "at MAO $310,000.00 · E-1" in words(showing(card, at_mao))


@pytest.mark.parametrize(
    ("zones", "there"),
    [
        (["America/Toronto"], "the end of Fri 27 Nov"),
        ([], "the end of Fri 27 Nov"),
        (["America/Halifax"], "Sat 28 Nov 01:00"),
        (["America/Vancouver", "America/Toronto"], "Sat 28 Nov 00:00"),
    ],
)
def test_the_end_is_said_on_the_sellers_clock(zones, there):
    assert until_text(PRESENTED.expires_at, zones).endswith(f"(seller's time: {there})")


@pytest.mark.parametrize("offer", [PRESENTED, COUNTERED, DRAFTED])
def test_a_button_carries_the_offer_the_deal_and_the_counter_that_was_seen(offer):
    assert read_offer_value(offer_value(offer, 7)) == OfferRef(offer.id, 7, offer.counter_amount)


# Saving


async def quoted(team, **ask):
    return await Offers(team, Clock()).quote(DANA, OfferAsk(**ask))


async def test_a_price_of_a_lead_that_may_be_saved_has_the_button_and_others_have_not(team):
    quote = await quoted(team, lead_number=1)
    assert element({"blocks": offer_blocks(quote)}, Action.SAVE_TO_DEAL)["value"] == "2|1"
    assert Action.SAVE_TO_DEAL in action_ids(shown_view(quote))
    assert Action.SAVE_TO_DEAL not in ids(offer_blocks(quote, with_buttons=False))
    nothing = await quoted(team, lead_number=1, repairs=Decimal(400_000))
    loose = await quoted(team, arv=Decimal(500_000), repairs=Decimal(0))
    preview = await Offers(team, Clock()).preview(DANA, OfferAsk(lead_number=1))
    for other in (nothing, loose, preview):
        assert Action.SAVE_TO_DEAL not in ids(offer_blocks(other))
        assert Action.SAVE_TO_DEAL not in action_ids(shown_view(other))


@pytest.mark.parametrize("text", ["It was priced by policy ON/ALL v1; ON/ALL v2 stands now.", *HOSTILE])
@pytest.mark.parametrize("offer", [DRAFTED, PRESENTED])
async def test_what_is_shown_once_a_price_is_saved_is_taken_by_slack(team, text, offer):
    saved = await LiveOffers(team, Clock()).save(DANA, (await quoted(team, lead_number=1)).evidence_id, 1)
    saved = Saved(saved.lead, offer, saved.quote, (text, text))
    assert check_message({"text": saved_text(saved), "blocks": saved_blocks(saved)}) == []
    assert check_view(saved_view(saved)) == []
    shown = words(saved_blocks(saved))
    assert "*Saved to D-1* with ARV 500,000 and repairs 40,000. The offer of $300,000.00" in shown
    assert ("is drafted" in shown) == (offer is DRAFTED)
    assert "<!channel>" not in shown
    assert Action.PRESENT_OFFER in ids(saved_blocks(saved))


# The forms


@pytest.fixture
async def found(team):
    """What can be presented: 310,000, of which the policy leaves no fee."""
    return await LiveOffers(team, Clock()).presentable(DANA, 1)


WITH_FEE = PriceFigures(Decimal("300000.00"), Decimal("310000.00"), Decimal("10000.00"))
WAY_BACK = {"response_url": "https://hooks.slack.test/1", "channel": "C0LEADS"}


def filled(view, **fields):
    """The view as Slack sends it once fields, by label, are filled in."""
    blocks = with_ids(view["blocks"])
    named = {label.replace("_", " "): value for label, value in fields.items()}
    return {**view, "blocks": list(blocks), "state": {"values": full_state(blocks, with_fields(blocks, {}, named))}}


def field(view, block_id):
    return next(block for block in view["blocks"] if block.get("block_id") == block_id)


async def test_the_form_opens_with_the_recommended_offer_and_three_days(found):
    view = present_view(found, WAY_BACK)
    assert initial(view, "amount") == "310,000"
    assert field(view, "expires_on")["element"]["initial_date"] == "2026-11-27"
    assert "Recommended offer $310,000.00 · MAO $310,000.00 · E-1" in words(view)
    assert "Nothing is sent to the seller from here" in words(view)
    assert check_view(view) == []
    assert json.loads(view["private_metadata"])["channel"] == "C0LEADS"


async def test_a_form_sent_as_it_opened_holds_the_recommended_offer_and_what_was_seen(found):
    number, terms = read_present(filled(present_view(found, WAY_BACK)))
    assert (number, terms) == (1, OfferTerms(Decimal(310_000), FRIDAY, "", OfferSeen(1, "")))


async def test_what_is_typed_is_read_as_people_write_it(found):
    view = filled(
        present_view(found, {}), Amount="$299.5k", Open_until="2026-12-01", How_it_was_presented=" by\0 mail "
    )
    assert read_present(view)[1] == OfferTerms(Decimal(299_500), date(2026, 12, 1), "by mail", OfferSeen(1, ""))


@pytest.mark.parametrize(
    ("typed", "field_name"), [({"Amount": "1.125"}, "amount"), ({"Open_until": "soon"}, "expires_on")]
)
async def test_what_is_unclear_goes_back_to_its_field(found, typed, field_name):
    view = filled(present_view(found, {}))
    for label, value in typed.items():
        block = field(view, {"Amount": "amount", "Open_until": "expires_on"}[label])
        state = view["state"]["values"][block["block_id"]][block["element"]["action_id"]]
        state["selected_date" if label == "Open_until" else "value"] = value
    assert set(read_present(view)) == {field_name}


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("305k", "the assignment fee shrinks by $5,000.00 to $5,000.00."),
        ("312k", "$2,000.00 above MAO"),
        ("299k", "$11,000.00 below MAO; an amount above the recommended one shrinks the fee."),
        ("1.125", "is not clear as an amount"),
        ("", "is not clear as an amount"),
        ("<!channel>", '"<!channel>" is not clear as an amount.'),
    ],
)
async def test_the_hint_says_what_the_typed_amount_means(found, amount, said):
    view = present_view(replace(found, figures=WITH_FEE), WAY_BACK)
    again = redrawn(filled(view, Amount=amount, Open_until="2026-12-01", How_it_was_presented="by phone"))
    assert said in field(again, "amount")["hint"]["text"]
    assert field(again, "expires_on")["element"]["initial_date"] == "2026-12-01"
    assert (initial(again, "note"), json.loads(again["private_metadata"])) == (
        "by phone",
        json.loads(view["private_metadata"]),
    )
    assert check_view(again) == []


async def test_a_form_whose_day_was_cleared_stays_without_one(found):
    view = filled(present_view(found, {}))
    state = view["state"]["values"]["expires_on"]
    next(iter(state.values()))["selected_date"] = None
    assert "initial_date" not in field(redrawn(view), "expires_on")["element"]
    assert read_present(view)[1].expires_on is None


async def test_the_form_names_the_offer_that_it_takes_back(found):
    view = present_view(replace(found, live=COUNTERED), {})
    assert "The offer that the seller has now ($320,000.50 on the table) is withdrawn by this one." in words(view)


async def test_an_overtaken_form_says_why_and_keeps_what_was_typed(found):
    view = filled(present_view(found, WAY_BACK), Amount="299k", How_it_was_presented="by phone")
    newer = replace(found, seen=OfferSeen(4, "12 presented None"), figures=WITH_FEE)
    again = overtaken_view(view, newer, "Meanwhile an offer of $300,000.00 was presented by <Lee>.")
    assert ":warning: Meanwhile an offer of $300,000.00 was presented by &lt;Lee&gt;." in words(again)
    assert (initial(again, "amount"), initial(again, "note")) == ("299k", "by phone")
    kept = json.loads(again["private_metadata"])
    assert {name: kept[name] for name in WAY_BACK} == WAY_BACK
    assert read_present(filled(again))[1].seen == OfferSeen(4, "12 presented None")
    assert check_view(again) == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_slack_takes_the_form_whatever_the_address_and_the_fields_say(found, text):
    hostile = replace(found, lead=replace(found.lead, address=text * 4), live=COUNTERED)
    view = present_view(hostile, WAY_BACK | {"response_url": "https://hooks.slack.com/actions/" + "x" * 120})
    assert check_view(view) == []
    state = filled(view, Amount=text[:3000], How_it_was_presented=text[:3000])
    assert check_view(redrawn(state)) == []
    assert check_view(overtaken_view(state, hostile, text)) == []


@pytest.mark.parametrize("offer", [PRESENTED, COUNTERED, replace(PRESENTED, mao=None)])
def test_the_counters_form_says_what_was_offered_and_reads_what_is_asked(offer):
    view = counter_view(offer, 7, WAY_BACK)
    assert check_view(view) == []
    assert "*D-7* offered $300,000.00" in words(view)
    assert ("asked until now $320,000.50" in words(view)) == (offer is COUNTERED)
    assert read_counter(filled(view, The_seller_asks="315k")) == (
        OfferRef(12, 7, offer.counter_amount),
        Decimal(315_000),
    )
    assert read_counter(filled(view)) == (OfferRef(12, 7, offer.counter_amount), None)
    assert "is not clear as an amount" in read_counter(filled(view, The_seller_asks="lots"))["counter_amount"]
