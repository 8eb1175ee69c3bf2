"""What a priced offer looks like in Slack: the reckoning line by line, and how it moves with ARV and repairs."""

from decimal import Decimal

from bot.services.offers import Quote
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, code_block, escape
from domain.geo import PROVINCES
from domain.money import show
from domain.offers import Line, OfferStatus, Sign, killed_by

LABEL_WIDTH, AMOUNT_WIDTH = 27, 14


def offer_text(quote: Quote) -> str:
    """Return the result in a line, for notifications and screen readers."""
    offer = quote.priced.offer
    if offer.status is OfferStatus.NO_OFFER:
        return f"No offer: MAO {show(offer.mao)}"
    return f"Recommended offer {show(offer.recommended_offer)}, MAO {show(offer.mao)}"


def offer_blocks(quote: Quote, *, with_buttons: bool = True) -> list[Block]:
    """Return the whole result; `with_buttons` adds what can be done with it."""
    numbers = "\n".join(filter(None, (_sensitivity(quote), _buyer_side(quote))))
    blocks = [section(_title(quote)), section(breakdown(quote)), section(numbers), context(_footer(quote))]
    if quote.priced.offer.status is OfferStatus.NO_OFFER:
        blocks.insert(1, section(_why_not(quote)))
    if with_buttons:
        blocks.append(actions([button("What if…", Action.WHAT_IF, _carried(quote))]))
    return blocks


def breakdown(quote: Quote) -> str:
    """Return the lines of the reckoning in a fixed-width block: sign, label, factor, amount."""
    return code_block([_line(line) for line in quote.priced.offer.lines])


def _line(line: Line) -> str:
    factor = f"{line.factor:,.2f}" if line.factor is not None and line.sign is not Sign.TIMES else ""
    if line.factor is not None and line.sign is Sign.TIMES:
        factor = f"{line.factor}"
    amount = show(line.amount) if line.amount is not None else ""
    label = f"{line.label} {factor}".strip() if factor and line.sign is Sign.TIMES else line.label
    figure = amount or factor
    return f"{line.sign.value or ' '} {label:<{LABEL_WIDTH}}{figure:>{AMOUNT_WIDTH}}".rstrip()


def _title(quote: Quote) -> str:
    inputs, policy = quote.priced.inputs, quote.priced.policy
    market = inputs.market if inputs.market and inputs.market != "ALL" else None
    province = PROVINCES.get(inputs.province or "", inputs.province or "")
    place = f"{market} {inputs.province}" if market else province
    who = f"L-{quote.lead_number}, " if quote.lead_number else ""
    default = " (the team's default place)" if quote.is_default_place else ""
    return f"{bold(f'Offer for {who}{escape(place)}')}{default} · policy {policy.label}"


def _why_not(quote: Quote) -> str:
    offer = quote.priced.offer
    return (
        f":warning: {bold('No offer.')} The {escape(killed_by(offer).label)} line uses up what the house is worth to a "
        f"buyer; {show(offer.shortfall)} is missing. Nothing is drafted or sent from this."
    )


def _sensitivity(quote: Quote) -> str:
    moved = quote.priced.offer.sensitivity
    return (
        f"If ARV ±5 %: {_whole(moved['mao_arv_minus5'])} – {_whole(moved['mao_arv_plus5'])}"
        f"\nIf repairs ±20 %: {_whole(moved['mao_repairs_plus20'])} – {_whole(moved['mao_repairs_minus20'])}\n"
        f"MAO at worst {_whole(moved['mao_worst'])} · at best {_whole(moved['mao_best'])}"
    )


def _buyer_side(quote: Quote) -> str:
    """Say what the buyer would keep at MAO, and warn when the costs allow less than the formula."""
    side, mao = quote.buyer_side, quote.priced.offer.mao
    if side is None:
        return ""
    if isinstance(side, str):
        return f"What the buyer would keep is not computed. {escape(side)}"
    taxes = " and ".join(f"{tax.name}: {tax.status}" for tax in side.taxes)
    kept = f"The buyer would keep about {side.share:.0%} of ARV ({_whole(side.kept)})"
    text = f"{kept} after {side.months} months, closing and land transfer tax ({escape(taxes)})."
    if side.is_below(mao):
        text += (
            f"\n:warning: The costs allow a buyer only {_whole(side.ceiling)}, less than MAO {_whole(mao)}: offer less."
        )
    return text


def _whole(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else show(amount)


def _footer(quote: Quote) -> str:
    evidence = f"evidence E-{quote.evidence_id}" if quote.evidence_id else "not kept yet"
    return f"{evidence} · a price by the team's own policy, not an appraisal"


def _carried(quote: Quote) -> str:
    """Carry the inputs in the button, so that the form opens with them: lead, ARV, repairs and place."""
    inputs = quote.priced.inputs
    place = inputs.market if inputs.market and inputs.market != "ALL" else ""
    where = f"{place} {inputs.province}".strip()
    return "|".join(str(part) for part in (quote.lead_number or 0, inputs.arv, inputs.repairs, where))
