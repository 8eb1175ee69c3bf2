"""The modals of a live offer: presenting one, which says what its amount costs us, and the seller's counter."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.services.intake import Dollars, Text, field_errors
from bot.services.live_offers import OfferRef, OfferSeen, OfferTerms, Presentable
from bot.slack.blocks import Block, context, date_input, modal, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.live_offer_card import against_mao, offer_value, read_offer_value
from bot.slack.mrkdwn import bold, escape, plain
from domain.errors import RuleBroken
from domain.live_offers import PriceFigures, amount_warning
from domain.money import parse_amount, show, show_short
from storage.live_offers import LiveOffer

OPEN_FOR = timedelta(days=3)
"""How long an offer stays open unless the person says otherwise."""
PLACE_LIMIT = 100
"""Characters of an address that the form carries along: its metadata holds 3,000, and JSON writes some as twelve."""

NOTHING_SENT = "Nothing is sent to the seller from here: this writes down what you told them."
UNTIL_HINT = "To the end of that day where the property is."


class PresentForm(BaseModel):
    """The fields of the form as they were typed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    amount: Dollars = None
    expires_on: date | None = None
    note: Text = None


class CounterForm(BaseModel):
    """The one field of the seller's counter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    counter_amount: Dollars = None


def present_view(found: Presentable, way_back: Mapping[str, str]) -> Block:
    """Return the form with the recommended offer; `way_back` is what `deals.origin` gives."""
    typed = {
        "amount": show_short(found.figures.recommended),
        "expires_on": (found.today + OPEN_FOR).isoformat(),
        "note": "",
    }
    return _present(_carried(found, way_back), typed)


def redrawn(view: Mapping[str, Any]) -> Block:
    """Return the form as it stands, with what the amount means that was typed."""
    return _present(json.loads(view["private_metadata"]), _typed(view))


def overtaken_view(view: Mapping[str, Any], found: Presentable, why: str) -> Block:
    """Return the form with what was typed and what stands now, for the person to decide again."""
    kept = json.loads(view["private_metadata"])
    way_back = {name: kept[name] for name in ("response_url", "channel") if name in kept}
    return _present(_carried(found, way_back), _typed(view), why)


def read_present(view: Mapping[str, Any]) -> tuple[int, OfferTerms] | dict[str, str]:
    """Return the deal's number and the terms that the form holds, or a sentence for each field that is wrong."""
    try:
        form = PresentForm.model_validate(form_values(view))
    except ValidationError as invalid:
        return field_errors(invalid)
    kept = json.loads(view["private_metadata"])
    terms = OfferTerms(form.amount, form.expires_on, form.note or "", OfferSeen(kept["evidence"], kept["newest"]))
    return int(kept["deal"]), terms


def counter_view(offer: LiveOffer, deal_number: int, way_back: Mapping[str, str]) -> Block:
    """Return the form for what the seller asks in place of an offer."""
    lines = [f"{bold(f'D-{deal_number}')} offered ${show(offer.amount)}", against_mao(offer.amount, offer.mao)]
    if offer.counter_amount is not None:
        lines.append(f"asked until now ${show(offer.counter_amount)}")
    hint = f"MAO is ${show(offer.mao)}." if offer.mao is not None else None
    blocks = [
        section(" · ".join(filter(None, lines))),
        text_input("counter_amount", "The seller asks", hint=hint, placeholder="320k or 320,000", optional=False),
    ]
    metadata = json.dumps({**way_back, "offer": offer_value(offer, deal_number)})
    return modal(View.COUNTER, "The seller's counter", blocks, submit="Save counter", private_metadata=metadata)


def read_counter(view: Mapping[str, Any]) -> tuple[OfferRef, Decimal | None] | dict[str, str]:
    """Return which offer is countered and the amount, or the sentence at the field."""
    try:
        form = CounterForm.model_validate(form_values(view))
    except ValidationError as invalid:
        return field_errors(invalid)
    return read_offer_value(json.loads(view["private_metadata"])["offer"]), form.counter_amount


def _carried(found: Presentable, way_back: Mapping[str, str]) -> dict[str, Any]:
    """What the form keeps while it is open: what it was opened on, and what it says above the fields."""
    figures, lead = found.figures, found.lead
    return {
        **way_back,
        "deal": found.deal_number,
        "title": f"D-{found.deal_number} for L-{lead.number}, {plain(lead.place, PLACE_LIMIT)}",
        "evidence": found.seen.evidence_id,
        "newest": found.seen.newest,
        "figures": [str(figures.recommended), str(figures.mao), str(figures.fee)],
        "replaces": f"${show(found.live.on_the_table)}" if found.live else "",
    }


def _present(kept: Mapping[str, Any], typed: Mapping[str, str], notice: str = "") -> Block:
    figures = PriceFigures(*map(Decimal, kept["figures"]))
    price = f"Recommended offer ${show(figures.recommended)} · MAO ${show(figures.mao)} · E-{kept['evidence']}"
    blocks = [section(f"{bold(escape(kept['title']))}\n{price}")]
    if notice:
        blocks.append(section(f":warning: {escape(notice)}"))
    if kept["replaces"]:
        text = f"The offer that the seller has now ({kept['replaces']} on the table) is withdrawn by this one."
        blocks.append(context(text))
    return modal(
        View.PRESENT,
        "Present an offer",
        [*blocks, *_fields(typed, figures), context(NOTHING_SENT)],
        submit="Presented",
        private_metadata=json.dumps(kept),
    )


def _fields(typed: Mapping[str, str], figures: PriceFigures) -> list[Block]:
    amount, live = typed["amount"], Action.PRESENT_INPUT
    on = date.fromisoformat(typed["expires_on"]) if typed["expires_on"] else None
    how = "How it was presented"
    return [
        text_input("amount", "Amount", initial=amount, hint=_meaning(amount, figures), optional=False, live_as=live),
        date_input("expires_on", "Open until", initial=on, hint=UNTIL_HINT, optional=False),
        text_input("note", how, initial=typed["note"], placeholder="By phone, by e-mail, in person", multiline=True),
    ]


def _meaning(amount: str, figures: PriceFigures) -> str:
    """Say under the field what the typed amount means, or that it is not clear yet."""
    try:
        offered = parse_amount(amount)
    except RuleBroken as unclear:
        return str(unclear)
    kept = f"${show(figures.mao - offered)} below MAO" if offered < figures.mao else "At MAO"
    return amount_warning(offered, figures) or f"{kept}; an amount above the recommended one shrinks the fee."


def _typed(view: Mapping[str, Any]) -> dict[str, str]:
    values = form_values(view)
    return {name: str(values.get(name) or "") for name in ("amount", "expires_on", "note")}
