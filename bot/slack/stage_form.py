"""The modal that a move to another stage opens, with the fields that the stage demands."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.services.deals import DealCard
from bot.services.intake import Dollars, Text, field_errors, rule
from bot.services.moves import Move, Seen
from bot.slack.blocks import Block, date_input, modal, section, select, text_input
from bot.slack.calls import request_key
from bot.slack.ids import View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape, plain
from domain.deals import Stage, parse_buyer_number
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState
from domain.money import show_short
from domain.stages import LostReason, Terms
from domain.zones import local_date

CHOICES = 50
"""Buyers that the form offers at most: those who responded first, then the best matches."""
NAME_LIMIT = 40

_TITLES = {
    Stage.UNDER_AGREEMENT: ("Enter the agreement", "Save agreement"),
    Stage.ASSIGNED: ("Assign to a buyer", "Assign"),
    Stage.CLOSED: ("Close the deal", "Close it"),
    Stage.LOST: ("Mark as lost", "Mark as lost"),
}
_ONE_BUYER = "Choose a buyer above or write one here, not two of them."


class StageForm(BaseModel):
    """The fields of all these forms as they were typed; each form has its own of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    agreement_on: date | None = None
    closing_on: date | None = None
    agreed_price: Dollars = None
    buyer_choice: Text = None
    buyer: Annotated[int | None, rule(parse_buyer_number)] = None
    assignment_fee: Dollars = None
    closed_on: date | None = None
    lost_reason: LostReason | None = None
    lost_note: Text = None


def stage_view(card: DealCard, to: Stage, way_back: Mapping[str, str]) -> Block:
    """Return the form, filled with what the deal and its offers say; `way_back` is what `deals.origin` gives."""
    return _view(card, to, _known(card, to), way_back)


def overtaken_view(view: Mapping[str, Any], card: DealCard, why: str) -> Block:
    """Return the form with what was typed and `why` it did not go through, for the deal as it is now."""
    kept = json.loads(view["private_metadata"])
    way_back = {name: kept[name] for name in ("response_url", "channel") if name in kept}
    typed = {name: str(value or "") for name, value in form_values(view).items()}
    return _view(card, Stage(kept["to"]), typed, way_back, why)


def read_stage(view: Mapping[str, Any]) -> Move | dict[str, str]:
    """Return the move that the form asks for, or a sentence for each field that is wrong."""
    values = form_values(view)
    try:
        form = StageForm.model_validate(values)
    except ValidationError as invalid:
        return field_errors(invalid)
    chosen = int(form.buyer_choice) if form.buyer_choice else None
    if chosen and form.buyer and chosen != form.buyer:
        return {"buyer": _ONE_BUYER}
    kept = json.loads(view["private_metadata"])
    names = ("agreement_on", "closing_on", "agreed_price", "assignment_fee", "closed_on", "lost_reason")
    terms = Terms(**{name: getattr(form, name) for name in names}, lost_note=form.lost_note or "")
    seen = Seen(Stage(kept["stage"]), int(kept["version"]))
    request = request_key(view, values)
    return Move(int(kept["deal"]), Stage(kept["to"]), seen, terms, form.buyer or chosen, request)


def _view(card: DealCard, to: Stage, typed: Mapping[str, str], way_back: Mapping[str, str], why: str = "") -> Block:
    deal, lead = card.deal, card.lead
    title, submit = _TITLES[to]
    kept = {"deal": deal.number, "to": to.value, "stage": deal.stage.value, "version": deal.version}
    about = f"{bold(f'D-{deal.number}')} for L-{lead.number} {escape(lead.name)} · {deal.stage.label}"
    notice = [section(f":warning: {escape(why)}")] if why else []
    return modal(
        View.STAGE,
        title,
        [section(about), *notice, *_fields(card, to, typed)],
        submit=submit,
        private_metadata=json.dumps({**way_back, **kept}),
    )


def _fields(card: DealCard, to: Stage, typed: Mapping[str, str]) -> list[Block]:
    match to:
        case Stage.UNDER_AGREEMENT:
            signed, closing = "Agreement signed on", "Closing date"
            return [
                date_input("agreement_on", signed, initial=_date(typed, "agreement_on"), optional=False),
                date_input("closing_on", closing, initial=_date(typed, "closing_on"), optional=False),
                _amount("agreed_price", "Price agreed with the seller", typed),
            ]
        case Stage.ASSIGNED:
            return [*_buyer_fields(card, typed), _amount("assignment_fee", "Assignment fee", typed)]
        case Stage.CLOSED:
            return [
                date_input("closed_on", "Closed on", initial=_date(typed, "closed_on"), optional=False),
                _amount("assignment_fee", "Assignment fee that came in", typed),
            ]
    reasons = {reason.value: reason.label for reason in LostReason}
    note = typed.get("lost_note", "")
    return [
        select("lost_reason", "Why was it lost?", reasons, initial=typed.get("lost_reason", ""), optional=False),
        text_input("lost_note", "In your words", initial=note, multiline=True),
    ]


def _amount(name: str, label: str, typed: Mapping[str, str]) -> Block:
    hint = "0 if there is none." if name == "assignment_fee" else "320k or 320,000."
    return text_input(name, label, initial=typed.get(name, ""), hint=hint, optional=False)


def _date(typed: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(typed[name]) if typed.get(name) else None


def _buyer_fields(card: DealCard, typed: Mapping[str, str]) -> list[Block]:
    """A choice of those who responded and who match, and a field for anybody else."""
    choices, chosen, written = _choices(card), typed.get("buyer_choice", ""), typed.get("buyer", "")
    if chosen not in choices:  # chosen in a form that was overtaken, and no longer a choice: it is not lost
        written = written or (f"B-{chosen}" if chosen else "")
    choice = [select("buyer_choice", "Buyer", choices, initial=chosen)] if choices else []
    label = "Another buyer" if choices else "Buyer"
    return [*choice, text_input("buyer", label, initial=written, hint="By number: B-5.")]


def _choices(card: DealCard) -> dict[str, str]:
    """Those who responded, then the best matches: number to what the person reads."""
    responded = {
        buyer_id: "responded"
        for buyer_id, answers in card.answers.items()
        if {answer.event for answer in answers} & {Feedback.RESPONDED, Feedback.BOUGHT}
    }
    fits = {int(match.buyer_id): f"fits {match.fit:.0%}".replace("%", " %") for match in card.ranking.matches}
    names: dict[str, str] = {}
    for buyer_id, why in {**responded, **fits}.items():
        buyer = card.buyers.get(buyer_id)
        if buyer and buyer.removed_at is None:
            said = responded.get(buyer_id, why)
            names[str(buyer.number)] = f"B-{buyer.number} {plain(buyer.name, NAME_LIMIT)} · {said}"
    return dict(list(names.items())[:CHOICES])


def _known(card: DealCard, to: Stage) -> dict[str, str]:
    """What the form opens with."""
    deal, today = card.deal, local_date(card.now, card.lead.zones).isoformat()
    match to:
        case Stage.UNDER_AGREEMENT:
            return {
                "agreement_on": deal.agreement_on.isoformat() if deal.agreement_on else today,
                "closing_on": deal.closing_on.isoformat() if deal.closing_on else "",
                "agreed_price": _shown(deal.agreed_price if deal.agreed_price is not None else _on_the_table(card)),
            }
        case Stage.ASSIGNED:
            return {"assignment_fee": _shown(deal.assignment_fee)}
        case Stage.CLOSED:
            return {"closed_on": today, "assignment_fee": _shown(deal.assignment_fee)}
    return {}


def _on_the_table(card: DealCard) -> Decimal | None:
    """What both sides agreed to, else what lies before the seller."""
    states = (OfferState.ACCEPTED, OfferState.COUNTERED, OfferState.PRESENTED)
    for state in states:
        for offer in card.offers:
            if offer.status is state:
                return offer.on_the_table
    return None


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else show_short(amount)
