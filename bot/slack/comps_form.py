"""The modal for comparable sales: its fields, how each line was understood, and what the sales lead to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.services.comparables import CompsAsk, Reading, Valued
from bot.services.intake import Baths, Beds, field_errors, readable, rule
from bot.slack.blocks import Block, context, divider, modal, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, clip, escape
from bot.slack.offer_card import arv_range, price_blocks, title_block, value_blocks
from domain.comps import EXAMPLE, CompLine, CompUnclear, House, parse_area, parse_trend
from domain.money import show_short

FIELD_LIMIT = 3_000
"""Characters that one field of a Slack form holds."""
NOTE_LIMIT = 80
SECTION_LIMIT = 2_900

HINT = (
    "One sale a line, in any order: price, square feet (or m2), beds, baths, date or age (45d, 6 weeks ago), distance. "
    "The word family marks a sale that does not count; whatever else stands there is kept as a note."
)
TREND_HINT = "0.5 in a rising market, -0.3 in a falling one; empty counts as 0."
NOTHING_YET = f"Write the sales, one a line: how each is understood appears here. For example `{EXAMPLE}`"


class CompsForm(BaseModel):
    """The fields of the form as they were typed, apart from the sales, whose lines keep their numbers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sqft: Annotated[Decimal | None, rule(parse_area)] = None
    beds: Beds = None
    baths: Baths = None
    trend: Annotated[Decimal | None, rule(parse_trend)] = None


def comps_view(ask: CompsAsk, title: str, shown: Reading) -> Block:
    """Return the form filled with `ask`; `title` names the lead, `shown` is what the sales of the start say."""
    text, left_out = _fitting(ask.text)
    house = ask.house
    typed = {
        "sqft": _number(house.sqft),
        "comps": text,
        "beds": _number(house.beds),
        "baths": _number(house.baths),
        "trend": _number(house.trend_percent or None),
    }
    note = f"{left_out} of the sales kept before did not fit in the field." if left_out else ""
    return _view({"lead": ask.lead_number, "title": title}, typed, shown, note)


def redrawn(view: Mapping[str, Any], shown: Reading | str) -> Block:
    """Return the form as it stands with another reading; its fields start with what they hold now.

    Slack keeps what was typed, but a field that nobody touched shows what the new view gives it.
    """
    typed = {name: str(value or "") for name, value in form_values(view).items()}
    return _view(json.loads(view["private_metadata"]), typed, shown, "")


def read_comps_form(view: Mapping[str, Any]) -> CompsAsk | dict[str, str]:
    """Return what the form asks for, or a sentence for each field that is wrong."""
    values = form_values(view)
    try:
        form = CompsForm.model_validate(values)
    except ValidationError as invalid:
        return field_errors(invalid)
    house = House(form.sqft, form.beds, form.baths, form.trend or Decimal(0))
    number = int(json.loads(view["private_metadata"])["lead"])
    return CompsAsk(number, readable(str(values.get("comps") or "")), house)


def valued_view(valued: Valued) -> Block:
    """Return what the form becomes: the range first, then the offer, or what it waits for, then the sales."""
    quote = valued.quote
    if quote:
        blocks = [*value_blocks(quote), title_block(quote), *price_blocks(quote)]
    else:
        open_because = f"{bold('The offer stays open.')} {escape(valued.open_because or '')} The ARV is kept."
        kept = context(f"evidence E-{valued.evidence.id} · an estimate from sales, not an appraisal")
        blocks = [section(bold(arv_range(valued.estimate))), section(open_because), kept]
    sales = [section(bold("The sales")), *sale_blocks(valued.evidence.sales)]
    return modal(View.COMPS_SHOWN, "ARV from sales", [*blocks, divider(), *sales], close="Done")


def sale_blocks(lines: Sequence[CompLine | CompUnclear]) -> list[Block]:
    """Return each sale as it was understood, or why it was not, in as few paragraphs as hold them."""
    return [section(text) for text in _packed(_sale(line) for line in lines)]


def _view(carried: Mapping[str, Any], typed: Mapping[str, str], shown: Reading | str, note: str) -> Block:
    blocks = [
        section(bold(escape(carried["title"]))),
        _field(typed, "sqft", "Square feet", hint="Or 135 m2.", optional=False),
        _field(typed, "comps", "Comparable sales", hint=HINT, optional=False, multiline=True),
        *([context(note)] if note else []),
        *_reading(shown),
        divider(),
        _field(typed, "beds", "Beds"),
        _field(typed, "baths", "Baths"),
        _field(typed, "trend", "Prices move each month by, per cent", hint=TREND_HINT),
    ]
    metadata = json.dumps(carried)
    return modal(View.COMPS, "Comparable sales", blocks, submit="Set ARV and price", private_metadata=metadata)


def _field(typed: Mapping[str, str], name: str, label: str, **more: Any) -> Block:
    return text_input(name, label, initial=typed.get(name, ""), live_as=Action.COMPS_INPUT, **more)


def _reading(shown: Reading | str) -> list[Block]:
    if isinstance(shown, str):
        return [section(escape(shown)), context("Nothing is kept yet.")]
    if not shown.lines:
        return [section(NOTHING_YET), context("Nothing is kept yet.")]
    unclear = sum(isinstance(line, CompUnclear) for line in shown.lines)
    left = f" {unclear} {'line is' if unclear == 1 else 'lines are'} not read yet." if unclear else ""
    result = bold(arv_range(shown.estimate)) if shown.estimate else escape(shown.lacking or "")
    return [section(result + left), *sale_blocks(shown.lines), context("Nothing is kept yet.")]


def _sale(line: CompLine | CompUnclear) -> str:
    if isinstance(line, CompUnclear):
        return f":warning: {escape(str(line))}"
    parts = [
        f"${show_short(line.price)}",
        f"{line.sqft:,} sq ft",
        "" if line.beds is None else f"{line.beds} bd",
        "" if line.baths is None else f"{line.baths} ba",
        f"{line.sold_on} ({line.age_days} {'day' if line.age_days == 1 else 'days'})",
        f"{line.distance_km} km",
        escape(clip(line.note, NOTE_LIMIT)),
    ]
    text = f"{line.number}  {' · '.join(filter(None, parts))}"
    return f"{text} · {bold(f'does not count: {line.why_not}')}" if line.why_not else text


def _packed(lines: Iterable[str]) -> list[str]:
    """Lay lines into texts that a section holds."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < SECTION_LIMIT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _fitting(text: str) -> tuple[str, int]:
    """Return the whole lines that a field holds, and how many it does not."""
    lines = text.splitlines()
    fitting = len(lines)
    while sum(len(line) + 1 for line in lines[:fitting]) > FIELD_LIMIT:
        fitting -= 1
    return "\n".join(lines[:fitting]), len(lines) - fitting


def _number(value: Decimal | int | None) -> str:
    """A number as its field reads it: without the zeros that a column adds."""
    if value is None:
        return ""
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
