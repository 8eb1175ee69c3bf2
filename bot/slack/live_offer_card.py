"""The offers of a deal as its card shows them: the one that counts with its buttons, the earlier ones a line each."""

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from bot.services.deals import DealCard
from bot.services.live_offers import OfferRef
from bot.services.notifying_history import NOT_TOLD
from bot.slack.blocks import Block, actions, button, confirmation, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, clock_text, escape, for_reader
from bot.slack.offer_card import WAYS, price_value, written_state
from domain.live_offers import STAGES, OfferAction, OfferState, actions_for, expires_at, last_day, state_at
from domain.money import show
from domain.zones import DEFAULT_ZONE, zone
from storage.live_offers import LiveOffer

EARLIER = 4
"""How many of the earlier offers are listed."""


def live_offer_blocks(card: DealCard) -> list[Block]:
    """Return the offers section of a deal's card, with the buttons that their states and the deal's stage allow."""
    drafted = next((one for one in card.offers if one.status is OfferState.DRAFTED), None)
    made = [one for one in card.offers if one.status is not OfferState.DRAFTED]
    main = next((one for one in made if one.status.is_live), made[0] if made else None)
    earlier = [one for one in made if one is not main]
    is_drafted = drafted is not None and card.deal.stage in STAGES
    blocks = _made(card, main, may_present=not is_drafted) if main else []
    if drafted is not None and is_drafted:
        blocks += _drafted(drafted, card)
    if not blocks:
        blocks = _none(card)
    return blocks + _earlier(earlier, card)


def offer_value(offer: LiveOffer, deal_number: int) -> str:
    """Return what an offer's buttons carry: which offer of which deal, and the counter that the person saw."""
    return f"{offer.id}|{deal_number}|{'' if offer.counter_amount is None else offer.counter_amount}"


def read_offer_value(value: str) -> OfferRef:
    """Return the offer that a button names."""
    offer_id, number, counter = value.split("|")
    return OfferRef(int(offer_id), int(number), Decimal(counter) if counter else None)


def against_mao(amount: Decimal, mao: Decimal | None) -> str:
    """Say how an amount lies to MAO; "" where nobody knows it."""
    if mao is None:
        return ""
    if amount > mao:
        return f":warning: ${show(amount - mao)} above MAO ${show(mao)}"
    return f"${show(mao - amount)} below MAO ${show(mao)}" if amount < mao else f"at MAO ${show(mao)}"


def person(user_id: str) -> str:
    """Mention a member; a part of the product is named."""
    return f"<@{user_id}>" if user_id.startswith(("U", "W")) else escape(user_id)


def until_text(at: datetime, zones: Collection[str]) -> str:
    """Say until when an offer is open: on the reader's clock, and on the seller's."""
    day = last_day(at, zones)
    if expires_at(day, zones) == at:
        there = f"the end of {day:%a} {day.day} {day:%b}"
    else:  # the address, and with it the zone, was corrected afterwards
        there = clock_text(at.astimezone(zone(min(zones, default=DEFAULT_ZONE))))
    return f"{for_reader(at)} (seller's time: {there})"


def _none(card: DealCard) -> list[Block]:
    row = [_present_button(card, "Present…", style="primary")] if _may_present(card) else []
    text = f"{bold('Offers')} none presented yet"
    return [section(text), actions(row, block_id="offers_none")] if row else [section(text)]


def _made(card: DealCard, offer: LiveOffer, *, may_present: bool) -> list[Block]:
    """The offer that counts, with what can be done about it."""
    row = list(_buttons(card, offer))
    if may_present and _may_present(card):
        row.append(_present_button(card, "Present another…"))
    blocks = [section("\n".join(_lines(card, offer)))]
    if offer.note:
        blocks.append(context(escape(offer.note)))
    return [*blocks, actions(row, block_id=f"offer_{offer.id}")] if row else blocks


def _drafted(offer: LiveOffer, card: DealCard) -> list[Block]:
    anew = "" if offer.evidence_id == card.deal.evidence_id else f", but the deal is priced anew: {_price_now(card)}"
    text = f"{bold(f'Draft ${show(offer.amount)}')} by {person(offer.created_by)} · E-{offer.evidence_id}{anew}"
    row = [button("Discard draft", Action.WITHDRAW_OFFER, offer_value(offer, card.deal.number))]
    written = card.told.offer(offer.id, offer.amount)
    if written:
        text += f"\n{WAYS[written.route]} to the seller: {written_state(written)}"
    if _may_present(card) and not anew and (written is None or written.state in NOT_TOLD):
        value = price_value(offer.evidence_id, card.deal.number)
        row.insert(0, button("Send for approval", Action.WRITE_OFFER, value))
    if _may_present(card):
        row.insert(0, _present_button(card, "Present…", style="primary"))
    return [section(text), actions(row, block_id=f"offer_{offer.id}")]


def _earlier(offers: list[LiveOffer], card: DealCard) -> list[Block]:
    if not offers:
        return []
    more = len(offers) - EARLIER
    lines = [_line(offer, card) for offer in offers[:EARLIER]]
    return [context("\n".join([*lines, *([f"and {more} more"] if more > 0 else [])]))]


def _line(offer: LiveOffer, card: DealCard) -> str:
    state = state_at(offer.status, offer.expires_at, now=card.now)
    ended = offer.expires_at if state is OfferState.EXPIRED else offer.decided_at
    when = f" {for_reader(ended)}" if ended else ""
    counter = f", countered at ${show(offer.counter_amount)}" if offer.counter_amount is not None else ""
    return f"${show(offer.amount)}{counter} · {state.value}{when} · E-{offer.evidence_id}"


def _lines(card: DealCard, offer: LiveOffer) -> Iterator[str]:
    """What is said of the offer that counts."""
    state = state_at(offer.status, offer.expires_at, now=card.now)
    yield f"{bold(f'Offer ${show(offer.amount)}')} · {bold(state.label)}{_ended(offer, state)}"
    if offer.presented_at:
        yield f"Presented {for_reader(offer.presented_at)} by {person(offer.created_by)}"
    if state.is_live and offer.expires_at:
        yield f"Open until {until_text(offer.expires_at, card.lead.zones)}"
    yield " · ".join(filter(None, (against_mao(offer.amount, offer.mao), f"E-{offer.evidence_id}")))
    if offer.counter_amount is not None:
        against = against_mao(offer.counter_amount, offer.mao)
        yield f"{bold(f'Counter ${show(offer.counter_amount)}')}{f' · {against}' if against else ''}"
    if state.is_live and offer.evidence_id != card.deal.evidence_id:
        yield f"The deal is priced anew since: {_price_now(card)}"


def _ended(offer: LiveOffer, state: OfferState) -> str:
    """Since when, and by whom, an offer is what it is."""
    if state is OfferState.EXPIRED and offer.expires_at:
        return f" {for_reader(offer.expires_at)}"
    if offer.decided_at is None:
        return ""
    agreed = f" at ${show(offer.on_the_table)}" if state is OfferState.ACCEPTED else ""
    return f"{agreed} {for_reader(offer.decided_at)} by {person(offer.decided_by or '')}"


def _price_now(card: DealCard) -> str:
    deal = card.deal
    if deal.offer is None or deal.mao is None:
        return "no price stands"
    return f"${show(deal.offer)}, MAO ${show(deal.mao)} · E-{deal.evidence_id}"


def _buttons(card: DealCard, offer: LiveOffer) -> Iterator[Block]:
    state = state_at(offer.status, offer.expires_at, now=card.now)
    allowed, value = actions_for(state, card.deal.stage), offer_value(offer, card.deal.number)
    asked = None if offer.counter_amount is None else f"${show(offer.counter_amount)}"
    if OfferAction.ACCEPT in allowed:
        yield button(f"Agree to {asked}" if asked else "Accepted", Action.ACCEPT_OFFER, value, style="primary")
    if OfferAction.COUNTER in allowed:
        yield button("Another counter…" if asked else "Countered…", Action.COUNTER_OFFER, value)
    if OfferAction.REJECT in allowed:
        text = "Turn down" if asked else "Rejected"
        yield button(text, Action.REJECT_OFFER, value, style="danger", confirm=_sure(offer, OfferAction.REJECT))
    if OfferAction.WITHDRAW in allowed:
        yield button("Withdraw", Action.WITHDRAW_OFFER, value, confirm=_sure(offer, OfferAction.WITHDRAW))


def _sure(offer: LiveOffer, action: OfferAction) -> Block:
    """Ask once more: what is decided stays decided."""
    amount = f"${show(offer.amount)}"
    if action is OfferAction.WITHDRAW:
        return confirmation("Withdraw the offer?", f"The offer of {amount} is taken back for good.", yes="Withdraw")
    if offer.counter_amount is not None:
        text = f"The seller's counter of ${show(offer.counter_amount)} is turned down, and the offer is over."
        return confirmation("Turn the counter down?", text, yes="Turn down")
    return confirmation("Rejected?", f"The seller turned {amount} down, and the offer is over.", yes="Rejected")


def _may_present(card: DealCard) -> bool:
    deal = card.deal
    return deal.stage in STAGES and deal.evidence_id is not None and deal.offer is not None and deal.offer > 0


def _present_button(card: DealCard, text: str, *, style: str | None = None) -> Block:
    return button(text, Action.PRESENT_OFFER, str(card.deal.number), style=style)
