"""Every message and view that we render is one that Slack takes, whatever stands in the rows and was typed."""

import json
import shutil
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.actors import Actor
from bot.services.leads import LeadCard
from bot.services.matching import EMPTY
from bot.services.offers import OfferAsk, Quote
from bot.slack.lead_card import card_blocks, card_text, list_blocks
from bot.slack.lead_form import lead_view
from bot.slack.offer_card import offer_blocks, offer_text
from bot.slack.offer_form import offer_view, shown_view
from domain.leads import parse_quick
from domain.offers import OfferInputs, OfferPolicy, compute_offer
from domain.roles import Role
from domain.tasks import TaskState
from storage.database import Database
from tests.acceptance.harness.signed import open_line, set_up_workspace
from tests.acceptance.harness.stand import FULL
from tests.databases import apart

DANA, LEE = Actor("T0SANDBOX", "U0DANA"), Actor("T0SANDBOX", "U0LEE", Role.APPROVER)
HOSTILE = (
    "<!channel>",
    "😀" * 600,
    "&" * 600,
    "<" * 600,
    "x" * 600,
    "*_~`" * 150,
    "a\nb" * 200,
    "\u202e\u200f",
    "```",
    "{0}%s",
)
LONG = (*HOSTILE, "x" * 3_500, "<" * 3_500, "word " * 800)


@dataclass(frozen=True, slots=True)
class Real:
    """What the services give for one captured lead; the cases change parts of it."""

    card: LeadCard
    quote: Quote


@pytest.fixture(scope="module")
def real(sqlite_template, tmp_path_factory) -> Real:
    """A lead with everything, captured through the services."""
    file = tmp_path_factory.mktemp("rendered") / "valhalla.db"
    shutil.copyfile(sqlite_template, file)
    found: list[Real] = []

    async def capture() -> None:
        line = await open_line(Database(f"sqlite+aiosqlite:///{file}"))
        await set_up_workspace(line)
        await line.command()
        await line.submit(line.slack.opened(), **FULL, **{"How may we contact them?": "They contacted us first"})
        leads, offers = line.desk.leads, line.desk.offers
        card = await leads.card(DANA, 1)
        found.append(Real(card, await offers.quote(DANA, OfferAsk(lead_number=1))))
        await leads._database.close()

    apart(capture)
    return found[0]


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
MISSING = {part: f"{part}: " + "why " * 40 for part in ("place", "ladder", "offer", "liquidity", "matching")}


def changed(card, lead=None, **values):
    """The card with parts of it and of its lead changed."""
    return replace(card, lead=replace(card.lead, **(lead or {})), **values)


def bare(card, **lead):
    """The card of a lead of which nothing but the name is known."""
    nothing = {"brief": None, "deal": None, "tasks": (), "consents": (), "liquidity": None, "window": None}
    return changed(card, NOTHING | lead, ranking=EMPTY, **nothing)


def priced(card, **amounts):
    """The card with other amounts of its deal."""
    return changed(card, deal=replace(card.deal, **{name: Decimal(amount) for name, amount in amounts.items()}))


def wordy(card, text):
    """The card with this text wherever a person's or a place's words stand."""
    lead = {"name": text, "address": text, "region": text, "source": text, "notes": text, "market": text[:60]}
    missing = {"missing": dict.fromkeys(MISSING, text)}
    return changed(card, lead | missing, brief=replace(card.brief, headline=text))


CARDS = {
    "full": lambda card: card,
    "bare": bare,
    "parts missing": lambda card: bare(card, missing=MISSING),
    "parts missing, place known": lambda card: changed(card, {"missing": MISSING}),
    "no offer": lambda card: priced(card, arv=100_000, repairs=90_000, offer=0, mao=-20_000),
    "a negative offer": lambda card: priced(card, offer="-20000.01", mao="-20000.01"),
    "from an endpoint": lambda card: changed(card, {"rep_id": "api"}),
    "nothing left to do": lambda card: changed(
        card, tasks=tuple(replace(task, state=TaskState.DONE) for task in card.tasks)
    ),
    "steps that were moved": lambda card: changed(
        card, tasks=tuple(replace(task, shift="holiday: " + "x" * 200) for task in card.tasks)
    ),
    **{f"words {n}": partial(wordy, text=text) for n, text in enumerate(LONG)},
}


def faults(card, who):
    """What Slack would refuse of a card."""
    return [str(fault) for fault in check_message({"text": card_text(card), "blocks": card_blocks(card, who=who)})]


@pytest.mark.parametrize("who", [None, DANA, LEE], ids=["for all", "rep", "approver"])
@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_one_that_slack_takes(real, name, who):
    assert faults(CARDS[name](real.card), who) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=4_000))
def test_a_card_with_any_text_is_one_that_slack_takes(real, text):
    assert faults(wordy(real.card, text), DANA) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_list_is_one_that_slack_takes(real, count, text):
    leads = [replace(real.card.lead, id=n, number=n, name=text, address=text) for n in range(1, count + 1)]
    blocks = list_blocks(f"Leads that match “{text}”", leads, DANA)
    assert check_message({"text": "Leads", "blocks": blocks}) == []


def a_quote(quote, arv="500000", repairs="40000", *, province="ON", market="Hamilton", **policy):
    """A priced ask, with the policy's terms where a test has some of its own."""
    inputs = OfferInputs(province, market, Decimal(arv), Decimal(repairs))
    terms = OfferPolicy(**{"enabled": True, "max_arv_multiplier": Decimal("0.70"), **policy})
    offer = compute_offer(inputs, terms)
    row = replace(quote.priced.policy, province=province, policy=terms)
    return replace(quote, priced=replace(quote.priced, inputs=inputs, offer=offer, policy=row))


UNKNOWN_SIDE = "No land transfer tax is known for <the moon>. " * 30
EVERY_LINE = {"fees_buffer": Decimal(2_500), "assignment_fee": Decimal(10_000), "rounding_step": Decimal(500)}
QUOTES = {
    "as it comes": lambda quote: quote,
    "nothing to offer": lambda quote: a_quote(quote, "100000", "90000"),
    "the largest": lambda quote: a_quote(quote, "100000000", "0"),
    "to the cent": lambda quote: a_quote(quote, "499999.99", "39999.99", max_arv_multiplier=Decimal("0.6875")),
    "every line": lambda quote: a_quote(quote, **EVERY_LINE),
    "no market": lambda quote: replace(a_quote(quote, market="ALL"), lead_number=None, is_default_place=True),
    "the North": lambda quote: a_quote(quote, province="NU", market=None),
    "a buyer's side that nobody knows": lambda quote: replace(quote, buyer_side=UNKNOWN_SIDE),
    "not kept": lambda quote: replace(quote, evidence_id=None),
}


@pytest.mark.parametrize("name", QUOTES)
def test_a_price_is_one_that_slack_takes(real, name):
    quote = QUOTES[name](real.quote)
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
