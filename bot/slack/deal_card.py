"""What a deal looks like to the person who works it: stage, money, offers, what it waits for and who may buy it."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.services.deal_facts import IN_AGREEMENT, buyer_pays
from bot.services.deals import LISTED, DealCard
from bot.services.moves import Seen
from bot.services.notifying_history import told_at
from bot.slack.blocks import Block, actions, button, fields, header, menu, section
from bot.slack.ids import Action
from bot.slack.live_offer_card import live_offer_blocks, person
from bot.slack.match_card import match_blocks
from bot.slack.mrkdwn import bold, escape, for_reader
from domain.deals import PRICED, Stage, headline
from domain.losses import loss_text
from domain.money import show, show_short
from domain.notifying import TAKEN, Party
from domain.stages import MOVES

MESSAGE_BLOCKS = 50
"""Blocks that Slack takes in one message."""
MORE = 10
"""Buyers that a card lists when somebody asks for more."""

ASKS = (Stage.UNDER_AGREEMENT, Stage.ASSIGNED, Stage.CLOSED, Stage.LOST)
"""The stages that demand something: a move there opens a form."""


def card_text(card: DealCard) -> str:
    """Return the card in a line, for notifications and screen readers."""
    return f"Deal D-{card.deal.number}: {card.deal.stage.label}. {card.next.text}"


def deal_blocks(card: DealCard) -> list[Block]:
    """Return the card; whatever its parts hold, it fits into one message with its buttons at the end."""
    buttons = [actions(list(_buttons(card)), block_id=f"deal_{card.deal.number}")]
    blocks = [
        header(title(card)),
        section("\n".join(_status(card))),
        *_columns(card),
        *live_offer_blocks(card),
        section("\n".join(_outlook(card))),
        *(match_blocks(card) if card.deal.stage.is_open else []),
    ]
    return blocks[: MESSAGE_BLOCKS - len(buttons)] + buttons


def title(card: DealCard) -> str:
    """Return what the deal is called: "D-7  3-bed SFR in Hamilton ON"."""
    lead, brief = card.lead, card.brief
    place = lead.municipality or lead.market
    kind = brief.property_type
    line = headline(beds=brief.beds, property_type=kind, place=place, province=lead.province, arv=None)
    return f"D-{card.deal.number}  {line}"


def move_told(card: DealCard) -> str:
    """Return where a deal stands now in a line, for its lead's thread: "D-7 is under agreement: 320,000, …"."""
    deal = card.deal
    by = f", by {person(deal.staged_by)}" if deal.staged_by else ""
    return f"D-{deal.number} {_stands(card)}{by}"


def _stands(card: DealCard) -> str:
    deal = card.deal
    fee = f", fee {show_short(deal.assignment_fee)}" if deal.assignment_fee is not None else ""
    match deal.stage:
        case Stage.OFFERED if offer := next((one for one in card.offers if one.status.is_live), None):
            return f"is offered: {show_short(offer.amount)}"
        case Stage.UNDER_AGREEMENT if deal.agreed_price is not None and deal.closing_on is not None:
            return f"is under agreement: {show_short(deal.agreed_price)}, closing {day(deal.closing_on)}"
        case Stage.ASSIGNED:
            buyer = card.buyers.get(deal.buyer_id or 0)
            return f"is assigned to {f'B-{buyer.number}' if buyer else 'a buyer'}{fee}"
        case Stage.CLOSED:
            return f"is closed{f' on {day(deal.closed_on)}' if deal.closed_on else ''}{fee}"
        case Stage.LOST:
            return f"is lost: {escape(loss_text(deal.lost_reason or ''))}"
        case Stage.MARKETED:
            return "is on the market"
        case Stage.DRAFT:
            return "is a draft again"
    return f"is {deal.stage.label.lower()}"


def move_value(card: DealCard, to: Stage) -> str:
    """Return what a button carries that moves a deal: where, and how the person saw it."""
    return f"{card.deal.number}|{to.value}|{card.deal.stage.value}|{card.deal.version}"


def read_move(value: str) -> tuple[int, Stage, Seen]:
    """Return the deal's number, where to, and what the person saw."""
    number, to, stage, version = value.split("|")
    return int(number), Stage(to), Seen(Stage(stage), int(version))


def day(on: date) -> str:
    """Write a day in full: "15 Jan 2027"."""
    return f"{on.day} {on:%b %Y}"


def _status(card: DealCard) -> Iterator[str]:
    deal, lead = card.deal, card.lead
    days = (card.now - deal.staged_at) // timedelta(days=1)
    since = f"for {days} {'day' if days == 1 else 'days'}" if days else "since today"
    by = f", by {person(deal.staged_by)}" if deal.staged_by else ""
    yield f"{bold(deal.stage.label)} {since} ({for_reader(deal.staged_at)}{by})"
    if deal.stage is Stage.LOST and deal.lost_reason:
        yield escape(loss_text(deal.lost_reason))
    rep = person(lead.rep_id) if lead.rep_id else "nobody yet"
    yield f"{bold(f'L-{lead.number}')} {escape(lead.name)} · {escape(lead.place)} · {bold('Rep')} {rep}"


def _columns(card: DealCard) -> list[Block]:
    """The money and the dates, side by side; dates only once there are any."""
    columns = ["\n".join(_money(card)), "\n".join(_dates(card))]
    return [fields([text for text in columns if text])]


def _money(card: DealCard) -> Iterator[str]:
    deal, asked = card.deal, card.lead.asking_price
    arv = show_short(deal.arv) if deal.arv is not None else "not known"
    repairs = show_short(deal.repairs) if deal.repairs is not None else "not known"
    yield f"{bold('ARV')} {arv} · {bold('Repairs')} {repairs}"
    if deal.offer is not None and deal.mao is not None:
        offer = f"${show(deal.offer)}" if deal.offer > 0 else "none possible"
        yield f"{bold('Offer')} {offer} · {bold('MAO')} ${show(deal.mao)}"
    yield f"{bold('Asked')} {show_short(asked) if asked is not None else 'not given'}"
    if deal.stage in IN_AGREEMENT and deal.agreed_price is not None:
        yield f"{bold('Agreed')} ${show(deal.agreed_price)}"
    if deal.assignment_fee is not None:
        pays = buyer_pays(deal, card.lead) if deal.stage in IN_AGREEMENT else None
        whole = f" · the buyer pays ${show(pays)}" if pays is not None else ""
        yield f"{bold('Fee')} ${show(deal.assignment_fee)}{whole}"


def _dates(card: DealCard) -> Iterator[str]:
    deal = card.deal
    for name, on in (("Agreement", deal.agreement_on), ("Closing", deal.closing_on), ("Closed", deal.closed_on)):
        if on is not None:
            yield f"{bold(name)} {day(on)}"
    buyer = card.buyers.get(deal.buyer_id) if deal.buyer_id else None
    if buyer:
        yield f"{bold('Buyer')} B-{buyer.number} {escape(buyer.name)}"


def _outlook(card: DealCard) -> Iterator[str]:
    """What the deal waits for, and how likely it finds a buyer."""
    lack = ":warning: No next action. " if card.next.is_lacking else ""
    yield f"{bold('Next')} {lack}{escape(card.next.text)}"
    if not card.deal.stage.is_open:
        return
    liquidity = card.liquidity
    yield f"{bold('Liquidity')} {escape(liquidity.explain) if liquidity else 'unknown without a province'}"
    if told := _told(card):
        yield f"{bold('Told')} {told}"


def _told(card: DealCard) -> str:
    """Who was written to about the deal, and how many messages wait."""
    told = card.told
    seller = told.told(Party.SELLER)
    at = told_at(seller) if seller else None
    parts = [f"{told.reached} {'buyer' if told.reached == 1 else 'buyers'}"] if told.reached else []
    if told.waiting:
        parts.append(f"{told.waiting} {'message to a buyer waits' if told.waiting == 1 else 'messages to buyers wait'}")
    if seller:
        parts.append(f"the seller {for_reader(at)}" if at else "the seller's message waits")
    return " · ".join(parts)


def _buttons(card: DealCard) -> Iterator[Block]:
    deal, number = card.deal, str(card.deal.number)
    usual = next(iter(MOVES[deal.stage]), None)
    if usual in card.moves and usual is not Stage.LOST:
        yield button(
            _move_text(deal.stage, usual), f"{Action.MOVE_DEAL}:next", move_value(card, usual), style="primary"
        )
    if card.moves:
        ways = {move_value(card, to): _way_text(to) for to in card.moves}
        yield menu("Move to…", f"{Action.MOVE_DEAL}:any", ways)
    if deal.stage in PRICED and card.moves:
        yield button("Edit figures", Action.EDIT_FIGURES, number)
    if deal.stage in PRICED:
        yield button("Price an offer", Action.PRICE, str(card.lead.number))
    if card.moves and deal.stage not in TAKEN:
        yield button("Notify parties", Action.NOTIFY_PARTIES, number)
    yield button(f"Lead L-{card.lead.number}", Action.SHOW_LEAD, str(card.lead.number))
    listed = len(card.ranking.matches)
    if LISTED <= listed < min(card.ranking.fitting, MORE):
        yield button("Show ten buyers", Action.MORE_BUYERS, number)


_USUAL = {
    Stage.UNDER_AGREEMENT: "Enter the agreement…",
    Stage.MARKETED: "Put on the market",
    Stage.ASSIGNED: "Assign…",
    Stage.CLOSED: "Close…",
    Stage.OFFERED: "Mark as offered",
    Stage.DRAFT: "Open again",
}


def _move_text(stage: Stage, to: Stage) -> str:
    return "Back to the agreement…" if stage is Stage.MARKETED and to is Stage.UNDER_AGREEMENT else _USUAL[to]


def _way_text(to: Stage) -> str:
    return f"{to.label}…" if to in ASKS else to.label
