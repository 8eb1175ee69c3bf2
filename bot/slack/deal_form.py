"""The modals that open a deal, for a lead or with a lead at once, and that change a deal's figures."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ValidationError

from bot.services.deals import DealCard, DealStart
from bot.services.figures import Figures, FiguresChange, NewDeal, figures_of
from bot.services.intake import HouseForm, field_errors, read_lead, readable, rule
from bot.services.leads import Capture
from bot.services.moves import Seen
from bot.slack.blocks import Block, context, modal, section, text_input
from bot.slack.calls import request_key
from bot.slack.ids import View
from bot.slack.lead_form import consent_fields, form_values, house_fields, seller_fields
from bot.slack.mrkdwn import bold, escape
from domain.deals import Stage, parse_lead_number
from domain.errors import RuleBroken
from domain.leads import ContactBasis, QuickLead
from domain.money import show_short

SELLER = ("name", "phone", "email", "address", "region", "source")
"""The fields of the form that only a new seller needs."""
TWO_SELLERS = "L-{number} has its seller and address already: empty {fields}, or leave this field empty."
LEAD_HINT = "L-7 for a seller whom we know; empty for a new one."


class DealForm(HouseForm):
    """The fields of a deal for a lead that stands."""

    lead: Annotated[int | None, rule(parse_lead_number)] = None


def deal_view(quick: QuickLead, *, start: DealStart | None = None, channel_id: str = "") -> Block:
    """Return the form: for the lead of `start`, whose figures it begins with, else for a new seller."""
    kept: dict[str, object] = {"channel": channel_id}
    if start:
        lead, kept = start.lead, kept | {"lead": start.lead.number}
        about = section(f"For {bold(f'L-{lead.number}')} {escape(lead.name)} · {escape(lead.place)}")
        blocks = [about, *house_fields(_quick(start))]
    else:
        whose = text_input("lead", "For lead", hint=LEAD_HINT)
        blocks = [whose, *seller_fields(quick, optional=True), *house_fields(quick), *consent_fields()]
    return modal(View.DEAL, "New deal", blocks, submit="Save deal", private_metadata=json.dumps(kept))


def read_deal(view: Mapping[str, Any]) -> NewDeal | Capture | dict[str, str]:
    """Return the wish for a deal of a lead, or for a lead with its deal; or a sentence for each field that is wrong."""
    values, known = form_values(view), json.loads(view["private_metadata"]).get("lead")
    request = request_key(view, values)
    if known is None and not readable(str(values.get("lead") or "")).strip():
        draft = read_lead(values)
        return draft if isinstance(draft, dict) else Capture(draft, request)
    try:
        form = DealForm.model_validate(values)
        figures = _figures(form)
    except ValidationError as invalid:
        return field_errors(invalid)
    except RuleBroken as broken:
        return {getattr(broken, "field", "arv"): str(broken)}
    if typed := _sellers_fields(view, values):
        return {"lead": TWO_SELLERS.format(number=form.lead, fields=", ".join(typed))}
    return NewDeal(known or form.lead or 0, figures, known is None, request)


def figures_view(card: DealCard, way_back: Mapping[str, str]) -> Block:
    """Return the form with a deal's figures; `way_back` is what `deals.origin` gives."""
    return _figures_view(card, _quick(DealStart(card.lead, card.deal, card.brief)), way_back)


def overtaken_figures(view: Mapping[str, Any], card: DealCard, why: str) -> Block:
    """Return the form with what was typed and `why` it was not saved, for the deal as it is now."""
    kept = json.loads(view["private_metadata"])
    way_back = {name: kept[name] for name in ("response_url", "channel") if name in kept}
    typed = {name: str(value or "") for name, value in form_values(view).items()}
    asking = typed.pop("asking_price", "")
    return _figures_view(card, QuickLead(asking=asking, **typed), way_back, why)


def read_figures(view: Mapping[str, Any]) -> FiguresChange | dict[str, str]:
    """Return the change that the form asks for, or a sentence for each field that is wrong."""
    values = form_values(view)
    try:
        figures = _figures(HouseForm.model_validate(values))
    except ValidationError as invalid:
        return field_errors(invalid)
    except RuleBroken as broken:
        return {getattr(broken, "field", "arv"): str(broken)}
    kept = json.loads(view["private_metadata"])
    seen = Seen(Stage(kept["stage"]), int(kept["version"]))
    return FiguresChange(int(kept["deal"]), figures, seen, request_key(view, values))


def _figures(form: HouseForm) -> Figures:
    values = {name: getattr(form, name) for name in HouseForm.model_fields}
    return Figures(**values | {"notes": form.notes or ""})


def _sellers_fields(view: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """The labels of the fields in which somebody described another seller."""
    labels = {block["block_id"]: block["label"]["text"] for block in view["blocks"] if block["type"] == "input"}
    typed = [name for name in SELLER if str(values.get(name) or "").strip()]
    basis = ["basis"] if values.get("basis") not in (None, ContactBasis.NONE.value) or values.get("media") else []
    return [labels[name] for name in (*typed, *basis)]


def _figures_view(card: DealCard, quick: QuickLead, way_back: Mapping[str, str], why: str = "") -> Block:
    deal, lead = card.deal, card.lead
    kept = {"deal": deal.number, "stage": deal.stage.value, "version": deal.version}
    notice = [section(f":warning: {escape(why)}")] if why else []
    return modal(
        View.FIGURES,
        f"Figures of D-{deal.number}",
        [
            section(f"{bold(f'D-{deal.number}')} for L-{lead.number} {escape(lead.name)} · {deal.stage.label}"),
            *notice,
            *house_fields(quick),
            context("Another ARV or other repairs price the deal anew; an offer that the seller has stays as it is."),
        ],
        submit="Save figures",
        private_metadata=json.dumps({**way_back, **kept}),
    )


def _quick(start: DealStart) -> QuickLead:
    """What stands, as the form's fields take it."""
    figures = figures_of(start.deal, start.brief, start.lead)
    return QuickLead(
        arv=_shown(figures.arv),
        repairs=_shown(figures.repairs),
        asking=_shown(figures.asking_price),
        beds="" if figures.beds is None else str(figures.beds),
        baths="" if figures.baths is None else f"{figures.baths.normalize():f}",
        property_type=figures.property_type or "",
        notes=figures.notes,
    )


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else show_short(amount)
