"""Every message and view that we render is one that Slack takes, whatever stands in the rows and was typed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.actors import Actor
from bot.services.leads import Board, LeadCard
from bot.services.offers import OfferAsk, PricedOffer, Quote
from bot.slack.blocks import home
from bot.slack.home import _blocks as home_blocks
from bot.slack.lead_card import card_blocks, card_text, list_blocks
from bot.slack.lead_form import lead_view
from bot.slack.offer_card import offer_blocks, offer_text
from bot.slack.offer_form import offer_view, shown_view
from domain.deals import Stage
from domain.leads import ContactBasis, LeadStatus, parse_quick
from domain.liquidity import Node, score_nodes
from domain.offers import OfferInputs, OfferPolicy, compute_offer
from domain.policy import Medium, Policy, Rules, check_contact_window, seed_rules
from domain.roles import Role
from storage.contacts import Consent
from storage.deals import Deal
from storage.ladder import Task, TaskState
from storage.leads import Brief, Lead
from storage.policies import OfferPolicyRow

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
DANA, LEE = Actor("T1", "U0DANA"), Actor("T1", "U0LEE", Role.APPROVER)
HOSTILE = ("<!channel>", "😀" * 600, "&" * 600, "<" * 600, "x" * 600, "*_~`" * 150, "a\nb" * 200, "\u202e‮", "```", "{0}%s")
LONG = (*HOSTILE, "x" * 3_500, "<" * 3_500, "word " * 800)


def a_lead(**values):
    """A lead with everything, unless said otherwise."""
    full = Lead(
        id=1,
        number=7,
        name="John Smith",
        phone="+14165550134",
        email="john@example.com",
        source="referral",
        status=LeadStatus.NEW,
        address="12 King St W, Hamilton ON L8P 1A1",
        region=None,
        municipality="Hamilton",
        province="ON",
        market="Hamilton",
        zones=frozenset({"America/Toronto"}),
        location_confidence=0.95,
        rep_id="U0DANA",
        asking_price=Decimal(480_000),
        notes="Roof leaks.",
        permalink=None,
        channel_id="C0LEADS",
        card_ts="1.1",
        missing={},
        version=1,
        created_at=NOW,
    )
    return replace(full, **values)


def a_card(lead=None, **values):
    """A card with everything, unless said otherwise."""
    rules = Rules.from_json(seed_rules("ON"))
    window = check_contact_window(
        Policy("ON", "ALL", True, rules, 1), zones={"America/Toronto"}, at=NOW, medium=Medium.SMS, holidays=()
    )
    node = Node("ON", "Hamilton", "SFR", 3, 2)
    full = LeadCard(
        lead=lead or a_lead(),
        brief=Brief(1, "3-bed house in Hamilton ON, ARV 500,000", None, None, 3, Decimal("1.5")),
        deal=Deal(1, 7, 1, Stage.DRAFT, Decimal(500_000), Decimal(40_000), Decimal(310_000), Decimal(310_000), 31),
        tasks=tuple(Task(n, 1, n, Medium.SMS, NOW, TaskState.PLANNED, "weekend") for n in range(1, 7)),
        consents=(Consent("+14165550134", Medium.SMS, ContactBasis.INQUIRY, date(2026, 11, 14)),),
        liquidity=score_nodes([], [node], NOW)[("ON", "Hamilton", "SFR")],
        matches=(),
        window=window,
        now=NOW,
    )
    return replace(full, **values)


NOTHING = {
    "phone": None,
    "email": None,
    "source": None,
    "address": None,
    "municipality": None,
    "province": None,
    "market": "ALL",
    "zones": frozenset(),
    "rep_id": None,
    "asking_price": None,
    "notes": "",
}
BARE = a_card(
    a_lead(**NOTHING), brief=None, deal=None, tasks=(), consents=(), liquidity=None, window=None
)
MISSING = {part: f"{part}: " + "why " * 40 for part in ("place", "ladder", "offer", "liquidity", "matching")}
CARDS = {
    "full": a_card(),
    "bare": BARE,
    "parts missing": replace(BARE, lead=a_lead(**NOTHING, missing=MISSING)),
    "parts missing, place known": a_card(a_lead(missing=MISSING)),
    "no offer": a_card(
        deal=Deal(1, 7, 1, Stage.LOST, Decimal(100_000), Decimal(90_000), Decimal(0), Decimal(-20_000), 1)
    ),
    "from an endpoint": a_card(a_lead(rep_id="api")),
    "done": a_card(tasks=tuple(Task(n, 1, n, Medium.CALL, NOW, TaskState.DONE, None) for n in range(1, 7))),
    **{
        f"{n}": a_card(
            a_lead(name=text, address=text, region=text, source=text, notes=text, missing=dict.fromkeys(MISSING, text)),
            brief=Brief(1, text, None, None, None, None),
        )
        for n, text in enumerate(LONG)
    },
}


def faults(card, who):
    """What Slack would refuse of a card."""
    return check_message({"text": card_text(card), "blocks": card_blocks(card, who=who)})


@pytest.mark.parametrize("who", [None, DANA, LEE], ids=["for all", "rep", "approver"])
@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_one_that_slack_takes(name, who):
    assert faults(CARDS[name], who) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=4_000))
def test_a_card_with_any_text_is_one_that_slack_takes(text):
    card = a_card(a_lead(name=text or "x", address=text, source=text, notes=text, missing={"offer": text or "x"}))
    assert faults(card, DANA) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_list_is_one_that_slack_takes(count, text):
    leads = [a_lead(id=n, number=n, name=text, address=text) for n in range(1, count + 1)]
    blocks = list_blocks(f"Leads that match “{text}”", leads, DANA)
    assert check_message({"text": "Leads", "blocks": blocks}) == []


@pytest.mark.parametrize("text", ["John", *HOSTILE])
@pytest.mark.parametrize("count", [0, 7])
def test_home_is_one_that_slack_takes(count, text):
    leads = tuple(a_lead(id=n, number=n, name=text, address=text) for n in range(1, count + 1))
    steps = tuple((Task(n, n, 1, Medium.CALL, NOW, TaskState.DUE, None), lead) for n, lead in enumerate(leads))
    board = Board(leads=leads, next_steps=steps, now=NOW, **_numbers())
    assert check_view(home(home_blocks(board, DANA))) == []


def _numbers():
    """What else a board holds: the team's numbers of today."""
    return {"pipeline": {Stage.DRAFT: 3, Stage.LOST: 1}, "leads_today": 3}


def a_quote(arv="500000", repairs="40000", *, province="ON", market="Hamilton", lead=7, **policy):
    """A priced ask, with the policy's terms where a test has some of its own."""
    inputs = OfferInputs(province, market, Decimal(arv), Decimal(repairs))
    terms = OfferPolicy(**{"enabled": True, "max_arv_multiplier": Decimal("0.70"), **policy})
    return Quote(
        PricedOffer(inputs, compute_offer(inputs, terms), OfferPolicyRow(province, "ALL", terms)), lead, lead is None, 31
    )


QUOTES = {
    "an offer": a_quote(),
    "nothing to offer": a_quote("100000", "90000"),
    "the largest": a_quote("100000000", "0"),
    "to the cent": a_quote("499999.99", "39999.99", max_arv_multiplier=Decimal("0.6875")),
    "every line": a_quote(fees_buffer=Decimal(2_500), assignment_fee=Decimal(10_000), rounding_step=Decimal(500)),
    "no market": a_quote(market="ALL", lead=None),
    "the North": a_quote(province="NU", market=None),
}


@pytest.mark.parametrize("name", QUOTES)
def test_a_price_is_one_that_slack_takes(name):
    quote = QUOTES[name]
    assert check_message({"text": offer_text(quote), "blocks": offer_blocks(quote)}) == []
    assert check_view(shown_view(quote)) == []
    assert check_view(offer_view(OfferAsk(lead_number=7), quote)) == []


@pytest.mark.parametrize("text", ["", *LONG])
def test_the_offer_form_is_one_that_slack_takes(text):
    ask = OfferAsk(Decimal(500_000), Decimal("40000.50"), Decimal(0), text, text, 7)
    assert check_view(offer_view(ask, text)) == []


QUICK = (
    "",
    "John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k",
    *LONG,
    "John Smith " + "x" * 5_000,
    "notes: " + "n" * 5_000,
    "from " + "referral " * 400,
    "416-555-0134 " * 300,
    ", ".join(["12 King St W Hamilton"] * 200),
)


@pytest.mark.parametrize("text", QUICK, ids=range(len(QUICK)))
def test_the_lead_form_filled_from_any_text_is_one_that_slack_takes(text):
    view = lead_view(parse_quick(text), channel_id="C" * 20)
    assert check_view(view) == []
    assert json.loads(view["private_metadata"])["channel"] == "C" * 20


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("ab1,<&>😀\n $kARV@.-"), max_size=4_000))
def test_the_lead_form_filled_from_any_characters_is_one_that_slack_takes(text):
    assert check_view(lead_view(parse_quick(text))) == []


def test_the_checks_can_fail():
    assert check_message({"text": "x", "blocks": [{"type": "section"}]}) != []
    assert check_view({"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": []}) != []
