"""The modal that prices an offer while its numbers are typed."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.services.intake import Dollars, Text, field_errors
from bot.services.notifying_offer import OfferWritten
from bot.services.offers import OfferAsk, Quote
from bot.services.saved_prices import Saved
from bot.slack.blocks import Block, actions, context, divider, modal, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.offer_card import offer_blocks, save_buttons, saved_blocks, written_blocks
from domain.money import show_short


class OfferForm(BaseModel):
    """The fields of the form as they were typed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    place: Text = None
    arv: Dollars = None
    repairs: Dollars = None
    holding_cost: Dollars = None
    holding_months: Text = None


def offer_view(ask: OfferAsk, shown: Quote | str | None = None) -> Block:
    """Return the form; below the amounts `shown`, the present result or the sentence that says what it waits for."""
    typed = {
        "arv": _amount(ask.arv),
        "repairs": _amount(ask.repairs),
        "place": ask.place or "",
        "holding_cost": _amount(ask.holding_cost),
        "holding_months": ask.holding_months or "",
    }
    return _view(ask.lead_number, typed, shown)


def redrawn(view: Mapping[str, Any], shown: Quote | str) -> Block:
    """Return the form as it stands with another result; its fields start with what they hold now.

    Slack keeps what was typed, but a field that nobody touched shows what the new view gives it.
    """
    return _view(_lead_of(view), {name: str(value or "") for name, value in form_values(view).items()}, shown)


def shown_view(quote: Quote) -> Block:
    """Return what the form becomes once the price is kept."""
    blocks, row = offer_blocks(quote, with_buttons=False), save_buttons(quote)
    return modal(View.OFFER_SHOWN, "Price kept", [*blocks, *([actions(row)] if row else [])], close="Done")


def saved_view(saved: Saved) -> Block:
    """Return what that becomes once the price is saved to the deal."""
    return modal(View.OFFER_SHOWN, "Price saved", saved_blocks(saved), close="Done")


def written_view(written: OfferWritten, channel_id: str | None) -> Block:
    """Return what that becomes once the offer is written to the seller."""
    return modal(View.OFFER_SHOWN, "Sent for approval", written_blocks(written, channel_id), close="Done")


def read_offer(view: Mapping[str, Any]) -> OfferAsk | dict[str, str]:
    """Return what the form asks for, or a sentence for each field that is wrong."""
    try:
        form = OfferForm.model_validate(form_values(view))
    except ValidationError as invalid:
        return field_errors(invalid)
    return OfferAsk(**form.model_dump(), lead_number=_lead_of(view))


def _lead_of(view: Mapping[str, Any]) -> int | None:
    lead = json.loads(view.get("private_metadata") or "{}").get("lead")
    return None if lead is None else int(lead)


def _view(lead: int | None, typed: Mapping[str, str], shown: Quote | str | None) -> Block:
    return modal(
        View.OFFER,
        "Price an offer",
        [*_amounts(typed), *_result(shown), divider(), *_refinements(typed, lead)],
        submit="Keep this price",
        private_metadata=json.dumps({"lead": lead}),
    )


def _amounts(typed: Mapping[str, str]) -> list[Block]:
    live = Action.OFFER_INPUT
    repairs = typed["repairs"]
    return [
        text_input("arv", "ARV", initial=typed["arv"], hint="500k or 500,000.", optional=False, live_as=live),
        text_input("repairs", "Repairs", initial=repairs, hint="0 if there are none.", optional=False, live_as=live),
    ]


def _refinements(typed: Mapping[str, str], lead: int | None) -> list[Block]:
    live = Action.OFFER_INPUT
    otherwise = "the lead's place" if lead else "the team's default place"
    where = f"City, province or postal code; empty: {otherwise}."
    return [
        text_input("place", "Place", initial=typed["place"], hint=where, live_as=live),
        text_input("holding_cost", "Holding cost", initial=typed["holding_cost"], live_as=live),
        text_input("holding_months", "Months of holding", initial=typed["holding_months"], live_as=live),
    ]


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else show_short(amount)


def _result(shown: Quote | str | None) -> list[Block]:
    if isinstance(shown, Quote):
        return offer_blocks(shown, with_buttons=False)
    return [section(escape(shown or "Type ARV and repairs: the price appears here.")), context("Nothing is kept yet.")]
