"""What a priced offer looks like in Slack: the reckoning line by line, and how it moves with ARV and repairs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.services.notifying_offer import OfferWritten
from bot.services.offers import Quote
from bot.services.saved_prices import Saved
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, code_block, escape, for_reader
from domain.arv import ArvEstimate, Confidence
from domain.geo import PROVINCES
from domain.live_offers import OfferState
from domain.messages import Route, SendState
from domain.money import round_half_up, show, show_short
from domain.offers import Line, Offer, OfferStatus, Sign, killed_by
from storage.sends import Send

LABEL_WIDTH, AMOUNT_WIDTH = 21, 13
"""With the sign they fill the 36 characters that a phone shows of a fixed-width block."""

VALUE_LIMIT = 2_000
"""Characters that a Slack button carries; a place that was typed longer than that is not offered again."""

SECOND_LOOK = (
    f":warning: {bold('Low confidence.')} An ARV this uncertain needs a second look before anybody hears a number: "
    "see first how the price moves with it."
)


def offer_text(quote: Quote) -> str:
    """Return the result in a line, for notifications and screen readers."""
    offer = quote.priced.offer
    if offer.status is OfferStatus.NO_OFFER:
        return f"No offer: MAO {show(offer.mao)}"
    caution = "ARV of low confidence, needs a second look. " if _is_weak(quote) else ""
    return f"{caution}Recommended offer {show(offer.recommended_offer)}, MAO {show(offer.mao)}"


def offer_blocks(quote: Quote, *, with_buttons: bool = True) -> list[Block]:
    """Return the whole result; `with_buttons` adds what can be done with it."""
    row = [*what_if_buttons(quote), *save_buttons(quote)] if with_buttons else []
    blocks = [title_block(quote), *value_blocks(quote), *price_blocks(quote)]
    return [*blocks, actions(row)] if row else blocks


def what_if_buttons(quote: Quote) -> list[Block]:
    """Return the button that opens the form with the price's inputs, where they fit in it."""
    carried = _carried(quote)
    return [button("What if…", Action.WHAT_IF, carried)] if len(carried) <= VALUE_LIMIT else []


def save_buttons(quote: Quote) -> list[Block]:
    """Return the buttons that make the price its lead's deal's own, and that write it to the seller, where they may
    be."""
    if quote.deal_number is None or quote.evidence_id is None:
        return []
    value = price_value(quote.evidence_id, quote.deal_number)
    return [
        button("Save to deal", Action.SAVE_TO_DEAL, value, style="primary"),
        button("Send for approval", Action.WRITE_OFFER, value),
    ]


def price_value(evidence_id: int, deal_number: int) -> str:
    """Return what a button carries that does something with a price and its deal."""
    return f"{evidence_id}|{deal_number}"


def saved_text(saved: Saved) -> str:
    """Return in a line that a price was saved, for notifications and screen readers."""
    return f"Saved to D-{saved.quote.deal_number}. {offer_text(saved.quote)}"


def saved_blocks(saved: Saved) -> list[Block]:
    """Return a price that was saved: the same result, what became of the deal, and what may follow."""
    quote = saved.quote
    row = [_present(saved), *what_if_buttons(quote)]
    if quote.evidence_id and quote.deal_number:
        value = price_value(quote.evidence_id, quote.deal_number)
        row.insert(1, button("Send for approval", Action.WRITE_OFFER, value))
    return [*offer_blocks(quote, with_buttons=False), section(_saved(saved)), actions(row)]


def written_text(written: OfferWritten) -> str:
    """Return in a line what became of a written offer, for notifications and screen readers."""
    return f"The offer of ${show(written.saved.offer.amount)} in writing: {_WRITTEN[written.is_new]}"


def written_blocks(written: OfferWritten, channel_id: str | None) -> list[Block]:
    """Return a price whose offer is written to the seller: what it says, where it waits, and that somebody still has to
    note when the seller has it."""
    saved, send = written.saved, written.send
    way = f"{WAYS[send.route]} to {escape(saved.lead.name)}"
    where = f" in <#{channel_id}>" if channel_id and send.state is SendState.AWAITING_APPROVAL else ""
    said = escape(" ".join(f"{send.subject or ''} {send.body}".split()))
    text = f"{bold(way)} {written_state(send)}{where}.\n>{said}"
    row = [_present(saved), *what_if_buttons(saved.quote)]
    note = "Nothing is presented by itself: press Present once the seller has it."
    blocks = [*offer_blocks(saved.quote, with_buttons=False), section(_saved(saved)), section(text)]
    return [*blocks, context(note), actions(row)]


def written_state(send: Send) -> str:
    """Say how far a written offer is."""
    at = send.settled_at
    match send.state:
        case SendState.AWAITING_APPROVAL | SendState.DRAFTED:
            return "waits for approval"
        case SendState.HELD:
            return f"is held{f' until {for_reader(send.held_until)}' if send.held_until else ''}"
        case SendState.SENT | SendState.DELIVERED:
            return f"was {send.state.value}{f' {for_reader(at)}' if at else ''}"
        case SendState.APPROVED | SendState.CLAIMED | SendState.SENDING:
            return "is approved and leaves now"
        case SendState.UNKNOWN:
            return "may have arrived"
        case _:
            return f"was not sent ({send.state.value})"


_WRITTEN = {True: "it waits for approval.", False: "it was drafted before."}
WAYS = {Route.SMS: "Text", Route.EMAIL: "E-mail"}


def _present(saved: Saved) -> Block:
    return button("Present…", Action.PRESENT_OFFER, str(saved.quote.deal_number))


def _saved(saved: Saved) -> str:
    """What became of the deal, and what the one who saved may not know."""
    quote, offer = saved.quote, saved.offer
    what = "is drafted" if offer.status is OfferState.DRAFTED else "has been presented already"
    text = (
        f":white_check_mark: {bold(f'Saved to D-{quote.deal_number}')} with ARV {show_short(quote.priced.offer.arv)} "
        f"and repairs {show_short(quote.priced.offer.repairs)}. The offer of ${show(offer.amount)} {what}."
    )
    return "\n".join([text, *(f":warning: {escape(remark)}" for remark in saved.remarks)])


def title_block(quote: Quote) -> Block:
    """Return what is priced, where, and by which policy."""
    return section(_title(quote))


def value_blocks(quote: Quote) -> list[Block]:
    """Return what the ARV is worth where sales gave it: its range and, where it is weak, the sensitivity at once."""
    estimate = quote.estimate
    if estimate is None:
        return []
    texts = [f"{bold(arv_range(estimate))}\n{_ends(quote.priced.offer, estimate)}"]
    if _is_weak(quote):
        texts += [SECOND_LOOK, _sensitivity(quote)]
    return [section(text) for text in texts]


def price_blocks(quote: Quote) -> list[Block]:
    """Return the price: why there is none, the reckoning, how it moves unless that was said, the buyer's side."""
    no_offer = quote.priced.offer.status is OfferStatus.NO_OFFER
    numbers = filter(None, ("" if _is_weak(quote) else _sensitivity(quote), _buyer_side(quote)))
    texts = [_why_not(quote) if no_offer else "", breakdown(quote), "\n".join(numbers)]
    return [*(section(text) for text in texts if text), context(_footer(quote))]


def breakdown(quote: Quote) -> str:
    """Return the lines of the reckoning in a fixed-width block: sign, label, factor, amount."""
    return reckoning(quote.priced.offer.lines)


def reckoning(lines: Sequence[Line]) -> str:
    """Return lines in a fixed-width block."""
    return code_block([_line(line) for line in lines])


def arv_range(estimate: ArvEstimate) -> str:
    """Return an ARV from sales in a line: "ARV 512,000 (480,000–545,000, medium, 4 sales)"; the range holds 80 %."""
    band = f"{_whole(estimate.low)}–{_whole(estimate.high)}"
    return f"ARV {_whole(estimate.arv)} ({band}, {estimate.confidence}, {estimate.used} sales)"


def sensitivity_text(moved: Mapping[str, Decimal]) -> str:
    """Return how MAO moves with ARV and repairs, from an offer's `sensitivity`."""
    return (
        f"If ARV ±5 %: MAO {_whole(moved['mao_arv_minus5'])} to {_whole(moved['mao_arv_plus5'])}"
        f"\nIf repairs ±20 %: MAO {_whole(moved['mao_repairs_plus20'])} to {_whole(moved['mao_repairs_minus20'])}\n"
        f"MAO at worst {_whole(moved['mao_worst'])} · at best {_whole(moved['mao_best'])}"
    )


def _line(line: Line) -> str:
    factor = f"{line.factor:,.2f}" if line.factor is not None and line.sign is not Sign.TIMES else ""
    if line.factor is not None and line.sign is Sign.TIMES:
        factor = f"{line.factor}"
    amount = show(line.amount).replace("-", "−") if line.amount is not None else ""
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
        f"buyer; ${show(offer.shortfall)} is missing. Nothing is drafted or sent from this."
    )


def _sensitivity(quote: Quote) -> str:
    return sensitivity_text(quote.priced.offer.sensitivity)


def _is_weak(quote: Quote) -> bool:
    return quote.estimate is not None and quote.estimate.confidence is Confidence.LOW


def _ends(offer: Offer, estimate: ArvEstimate) -> str:
    """Say what the formula makes of the range's ends: the multiplier times each, less the same costs."""
    costs = offer.arv_x_multiplier - offer.mao
    low, high = (round_half_up(end * offer.multiplier) - costs for end in (estimate.low, estimate.high))
    return f"The range holds about 80 % of outcomes. MAO at its ends: {_whole(low)} to {_whole(high)}"


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
    return show_short(amount).replace("-", "−")


def _footer(quote: Quote) -> str:
    evidence = f"evidence E-{quote.evidence_id}" if quote.evidence_id else "not kept yet"
    return f"{evidence} · a price by the team's own policy, not an appraisal"


def _carried(quote: Quote) -> str:
    """Carry the inputs in the button, so that the form opens with them; the place last, "" where nobody typed one.

    It is carried as typed, since the market that it was read as is another place: Mississauga pays no Toronto tax.
    """
    inputs = quote.priced.inputs
    holding = (inputs.holding_cost, inputs.holding_months)
    parts = (quote.lead_number or 0, inputs.arv, inputs.repairs, *holding, quote.place)
    return "|".join("" if part is None else str(part) for part in parts)
