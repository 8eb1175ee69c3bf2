"""Every card, form and table about deals is one that Slack takes, whatever stands in the rows and was typed."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.board import BoardRow, DealBoard
from bot.services.deals import DealCard, DealStart
from bot.slack.deal_board import TEXT_LIMIT, board_blocks, board_text
from bot.slack.deal_card import ASKS, MORE, card_text, deal_blocks, move_told, read_move
from bot.slack.deal_form import deal_view, figures_view, overtaken_figures
from bot.slack.ids import Action
from bot.slack.stage_form import overtaken_view, stage_view
from domain.deals import Stage
from domain.leads import parse_quick
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState
from domain.losses import kept_loss
from domain.next_action import NextAction
from domain.stages import MOVES, LostReason
from storage.database import Database
from tests.acceptance.harness.texts import action_ids, element, words
from tests.bot.deal_team import DANA, a_team
from tests.bot.test_rendered import HOSTILE, LONG, QUICK
from tests.databases import apart

WAY_BACK = {"response_url": "https://hooks.slack.com/actions/" + "x" * 100, "channel": "C" * 20}


@pytest.fixture(scope="module")
def real(sqlite_template, tmp_path_factory) -> DealCard:
    """A marketed deal with offers, ten buyers listed, answers of others, and some who are out."""
    file = tmp_path_factory.mktemp("deals") / "valhalla.db"
    shutil.copyfile(sqlite_template, file)
    found: list[DealCard] = []

    async def fill() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        team = await a_team(database)
        await team.buyers(*range(1, 21))
        await team.buyers(*range(31, 36), regions="Calgary")
        number = await team.at(Stage.MARKETED)
        for buyer in range(8, 21):
            await team.feedback.record(DANA, number, buyer, Feedback.RESPONDED)
            await team.feedback.record(DANA, number, buyer, Feedback.PASSED)
        found.append(await team.deals.card(DANA, number, listed=MORE))
        await database.close()

    apart(fill)
    return found[0]


def changed(card, lead=None, deal=None, **values):
    """The card with parts of it, of its lead and of its deal changed."""
    return replace(card, lead=replace(card.lead, **(lead or {})), deal=replace(card.deal, **(deal or {})), **values)


def at(card, stage):
    """The card of a deal in another stage, with everything that this stage knows."""
    loss = kept_loss(LostReason.OTHER, "x") if stage is Stage.LOST else None
    buyer = next(iter(card.buyers)) if stage in (Stage.ASSIGNED, Stage.CLOSED) else None
    deal = {"stage": stage, "lost_reason": loss, "buyer_id": buyer, "closed_on": date(2026, 4, 30)}
    return changed(card, deal=deal, moves=MOVES[stage])


def wordy(card, text):
    """The card with this text wherever a person's or a place's words stand."""
    lead = dict.fromkeys(("name", "address", "region", "notes", "municipality"), text) | {"market": text[:60]}
    deal = {"lost_reason": f"other: {text}", "staged_by": text[:64]}
    buyers = {one: replace(buyer, name=text, company=text) for one, buyer in card.buyers.items()}
    offers = tuple(replace(offer, note=text, created_by=text[:64]) for offer in card.offers)
    brief = replace(card.brief, headline=text)
    said = NextAction(text, is_lacking=True)
    return changed(card, lead, deal, buyers=buyers, offers=offers, brief=brief, next=said)


NOTHING_KNOWN = dict.fromkeys(
    ("arv", "repairs", "offer", "mao", "assignment_fee", "evidence_id", "agreed_price", "agreement_on", "closing_on",
     "closed_on", "buyer_id", "staged_by")
)  # fmt: skip


def bare(card):
    """The card of a deal of which nothing is known."""
    lead = {"province": None, "market": "ALL", "municipality": None, "address": None, "region": None, "rep_id": None}
    ranking = replace(card.ranking, matches=(), out=(), fitting=0, active=0)
    brief = replace(card.brief, beds=None, property_type=None)
    parts = {"ranking": ranking, "buyers": {}, "answers": {}, "offers": (), "liquidity": None, "brief": brief}
    return changed(card, lead | {"asking_price": None}, NOTHING_KNOWN, **parts)


def busy(card):
    """The card with everything that takes up blocks."""
    (offer,) = card.offers
    states = (OfferState.DRAFTED, OfferState.PRESENTED, *(OfferState.REJECTED,) * 9)
    offers = [replace(offer, id=n, status=state, note="By phone.") for n, state in enumerate(states, 1)]
    return changed(card, deal={"stage": Stage.OFFERED}, offers=tuple(offers), moves=MOVES[Stage.OFFERED])


CARDS = {
    "marketed": lambda card: card,
    **{f"at {stage}": partial(at, stage=stage) for stage in Stage},
    "bare": bare,
    "busy": busy,
    "no moves": lambda card: replace(card, moves=()),
    "no offer possible": lambda card: changed(card, deal={"offer": Decimal(0), "mao": Decimal("-20000.01")}),
    "long in its stage": lambda card: changed(card, deal={"staged_at": card.now - timedelta(days=400)}),
    "a day in its stage": lambda card: changed(card, deal={"staged_at": card.now - timedelta(days=1)}),
    **{f"words {n}": partial(wordy, text=text) for n, text in enumerate(LONG)},
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_one_that_slack_takes(real, name):
    card = CARDS[name](real)
    blocks = deal_blocks(card)
    assert check_message({"text": card_text(card), "blocks": blocks}) == []
    assert check_message({"text": move_told(card)}) == []
    assert len(blocks) <= 50
    assert blocks[-1]["type"] == "actions"


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=2_000))
def test_a_card_with_any_text_is_one_that_slack_takes(real, text):
    card = wordy(real, text)
    assert check_message({"text": card_text(card), "blocks": deal_blocks(card)}) == []


def test_what_people_typed_is_no_markup(real):
    card = wordy(real, "<!channel> *now*")
    assert "<!channel>" not in words([block for block in deal_blocks(card) if block["type"] != "header"])
    assert "<!channel>" not in move_told(at(card, Stage.LOST))


def test_ten_buyers_and_all_that_can_be_said_fit_into_one_message(real):
    blocks = deal_blocks(busy(real))
    assert 40 < len(blocks) <= 50


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_has_its_usual_way_and_all_of_its_ways(real, stage):
    card = at(real, stage)
    shown = {"blocks": deal_blocks(card)}
    if not MOVES[stage]:
        assert Action.MOVE_DEAL not in str(shown)
        return
    options = element(shown, f"{Action.MOVE_DEAL}:any")["options"]
    assert [read_move(option["value"])[1] for option in options] == list(MOVES[stage])
    usual = element(shown, f"{Action.MOVE_DEAL}:next")
    assert read_move(usual["value"]) == (card.deal.number, MOVES[stage][0], read_move(options[0]["value"])[2])
    assert usual["text"]["text"].endswith("…") == (MOVES[stage][0] in ASKS)


def test_a_draft_that_can_only_be_lost_has_no_usual_way(real):
    card = replace(at(real, Stage.DRAFT), moves=(Stage.LOST,))
    assert f"{Action.MOVE_DEAL}:next" not in action_ids({"blocks": deal_blocks(card)})


def test_figures_are_edited_and_priced_only_before_the_agreement(real):
    for stage in Stage:
        ids = action_ids({"blocks": deal_blocks(at(real, stage))})
        before = stage in (Stage.DRAFT, Stage.OFFERED)
        assert (Action.EDIT_FIGURES in ids, Action.PRICE in ids) == (before, before)


def test_more_buyers_are_offered_only_where_there_are_more(real):
    few = replace(real, ranking=replace(real.ranking, matches=real.ranking.matches[:5]))
    assert Action.MORE_BUYERS in action_ids({"blocks": deal_blocks(few)})
    assert Action.MORE_BUYERS not in action_ids({"blocks": deal_blocks(real)})
    five = replace(few, ranking=replace(few.ranking, fitting=5))
    assert Action.MORE_BUYERS not in action_ids({"blocks": deal_blocks(five)})


# Forms


def typed(view, text):
    """The view as it comes back with this text in every text field."""
    state = {
        block["block_id"]: {"value": {"type": "plain_text_input", "value": text}}
        for block in view["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }
    return {**view, "id": "V1", "state": {"values": state}}


@pytest.mark.parametrize("text", ["", *HOSTILE, "x" * 3_000])
@pytest.mark.parametrize("to", ASKS)
def test_a_form_for_a_move_is_one_that_slack_takes(real, to, text):
    card = wordy(real, text) if text else bare(real)
    view = stage_view(card, to, WAY_BACK)
    assert check_view(view) == []
    again = overtaken_view(typed(view, text), card, text or "Somebody moved it.")
    assert check_view(again) == []
    kept = json.loads(again["private_metadata"])
    assert {name: kept[name] for name in WAY_BACK} == WAY_BACK
    assert len(again["private_metadata"]) < 3_000


@pytest.mark.parametrize("text", ["", *HOSTILE, "x" * 3_000])
def test_the_form_of_figures_is_one_that_slack_takes(real, text):
    card = wordy(real, text) if text else bare(real)
    view = figures_view(card, WAY_BACK)
    assert check_view(view) == []
    assert check_view(overtaken_figures(typed(view, text), card, text or "Somebody changed it.")) == []
    assert check_view(deal_view(parse_quick(""), start=DealStart(card.lead, card.deal, card.brief))) == []
    assert check_view(deal_view(parse_quick(""), start=DealStart(card.lead, None, None))) == []


@pytest.mark.parametrize("text", QUICK, ids=range(len(QUICK)))
def test_the_deal_form_filled_from_any_text_is_one_that_slack_takes(text):
    view = deal_view(parse_quick(text), channel_id="C" * 20)
    assert check_view(view) == []
    assert json.loads(view["private_metadata"]) == {"channel": "C" * 20}


# The board


def a_board(card, count, text="Hamilton", *, more=0):
    rows = [
        BoardRow(
            replace(card.deal, number=n, stage=list(Stage)[n % 5]),
            replace(card.lead, municipality=text, rep_id="U0DANA" if n % 2 else "api"),
            n,
            NextAction(text * 9, is_lacking=n % 3 == 0),
        )
        for n in range(1, count + 1)
    ]
    return DealBoard(tuple(rows), more, card.now)


def table_of(board):
    (table,) = [block for block in board_blocks(board) if block["type"] == "table"]
    return table


@pytest.mark.parametrize("text", ["Hamilton", *HOSTILE])
@pytest.mark.parametrize("count", [1, 99])
def test_a_board_is_one_that_slack_takes(real, count, text):
    board = a_board(real, count, text)
    assert check_message({"text": board_text(board), "blocks": board_blocks(board)}) == []
    cells = [cell for row in table_of(board)["rows"] for cell in row]
    assert sum(len(cell.get("text", "")) for cell in cells) <= TEXT_LIMIT


def test_a_board_says_how_many_deals_it_leaves_out(real):
    board = a_board(real, 99, "Some Very Long Municipality Name", more=7)
    shown = len(table_of(board)["rows"]) - 1
    assert shown < 99
    assert f"{106 - shown} more are not shown" in words(board_blocks(board)[-1])
    assert board_text(board) == "106 open deals"
    few = a_board(real, 1)
    assert "more are not shown" not in words(board_blocks(few))
    assert board_text(few) == "1 open deal"


def amounts(card, **deal):
    board = DealBoard((BoardRow(replace(card.deal, **deal), card.lead, 0, NextAction("x")),), 0, card.now)
    return table_of(board)["rows"][1][3]["text"]


def test_the_boards_amount_is_what_is_at_stake(real):
    priced = {"offer": Decimal(310_000), "mao": Decimal(320_000), "assignment_fee": Decimal(10_000)}
    assert amounts(real, stage=Stage.DRAFT, **priced) == "310,000, MAO 320,000, fee 10,000"
    assert amounts(real, stage=Stage.DRAFT, **priced | {"mao": None, "assignment_fee": None}) == "310,000"
    assert amounts(real, stage=Stage.DRAFT, **priced | {"offer": Decimal(0)}) == "no offer, MAO 320,000, fee 10,000"
    assert amounts(real, stage=Stage.DRAFT, **priced | {"offer": None}) == "no price yet"
    agreed = priced | {"agreed_price": Decimal(300_000)}
    assert amounts(real, stage=Stage.ASSIGNED, **agreed) == "300,000, fee 10,000"
    assert amounts(real, stage=Stage.ASSIGNED, **agreed | {"assignment_fee": Decimal(0)}) == "300,000"
