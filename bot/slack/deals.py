"""`/deal` in Slack: cards, the board, the forms, and what is brought up to date after each of them."""

from collections.abc import Coroutine
from typing import Any, Final

from bot.services.actors import Actor
from bot.services.deals import DealCard
from bot.services.figures import NewDeal
from bot.services.leads import Capture
from bot.services.moves import DealChanged, DealMoved, Move, OfferOnTheTable, PresentTheOffer
from bot.slack import leads, liquidity, notifying
from bot.slack.calls import Call, Desk, log, open_view, save
from bot.slack.cards import UNREACHABLE, show_card
from bot.slack.deal_board import board_blocks, board_text
from bot.slack.deal_card import ASKS, MORE, card_text, deal_blocks, move_told, read_move
from bot.slack.deal_form import deal_view, figures_view, overtaken_figures, read_deal, read_figures
from bot.slack.errors import first_input
from bot.slack.mrkdwn import escape
from bot.slack.replies import origin, show_in_place
from bot.slack.stage_form import overtaken_view, read_stage, stage_view
from domain.deal_command import (
    AskLiquidity,
    DealForLead,
    DealHelp,
    DealUnknown,
    NotifyParties,
    OpenDealForm,
    ShowBoard,
    ShowDeal,
    parse_deal_command,
)
from domain.leads import QuickLead
from domain.stages import MoveNotAllowed

HELP: Final = """*What `/deal` does*
`/deal` opens the form: a new seller with a deal at once, or a deal for a lead that stands
`/deal John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k` opens it filled in
`/deal L-7` opens a deal for a lead, or the figures of the one that is open
`/deal D-7` or `/deal 7` shows a deal: its stage, offers and buyers, and what it waits for
`/deal D-7 notify` drafts the messages to its seller and the buyers who match, and asks for one approval of them all
`/deal board` shows every open deal by stage, with amounts and days
`/deal liquidity Toronto` says how likely a deal finds a buyer there; so does `/liquidity`
A deal goes from draft to offered, under agreement, marketed, assigned and closed; each move asks for what it needs."""

MEANWHILE: Final = (DealMoved, DealChanged, MoveNotAllowed, PresentTheOffer, OfferOnTheTable)
"""What a click meets on a card that is out of date."""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/deal` asks for."""
    asked = parse_deal_command(call.text)
    match asked:
        case OpenDealForm(quick):
            await call.ack()
            await open_view(desk, call, deal_view(quick, channel_id=call.channel_id))
        case ShowDeal(number):
            who = await desk.actor(call.workspace_id, call.user_id)
            await call.ack(**_ephemeral(await desk.deals.card(who, number)))
        case NotifyParties(number):
            await notifying.command(desk, call, number)
        case DealForLead(number):
            await _open_for_lead(desk, call, number)
        case ShowBoard():
            who = await desk.actor(call.workspace_id, call.user_id)
            board = await desk.deals.board(who)
            await call.ack(text=board_text(board), blocks=board_blocks(board), response_type="ephemeral")
        case AskLiquidity(text):
            await liquidity.command(desk, Call({**call.body, "text": text}, call.ack, call.respond))
        case DealHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case DealUnknown(word, meant):
            await call.ack(text=_unknown(word, meant, call.text), response_type="ephemeral")


async def show_clicked(desk: Desk, call: Call) -> None:
    """Show the deal of the button that was clicked, or that was chosen on the board."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    card = await desk.deals.card(who, int(_value(call)))
    await desk.tell(call, card_text(card), deal_blocks(card))


async def show_more(desk: Desk, call: Call) -> None:
    """Show the deal with its ten best buyers."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await show_deal(desk, call, await desk.deals.card(who, int(_value(call)), listed=MORE))


async def submitted(desk: Desk, call: Call) -> None:
    """Open a deal for the lead that the form names, else take down a new seller with a deal."""
    wish = read_deal(call.view)
    if isinstance(wish, dict):
        await call.ack(response_action="errors", errors=wish)
    elif isinstance(wish, Capture):
        await _capture(desk, call, wish)
    else:
        await _open(desk, call, wish)


async def open_figures(desk: Desk, call: Call) -> None:
    """Open the form with a deal's figures."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, figures_view(await desk.deals.card(who, int(_value(call))), origin(call)))


async def figures_submitted(desk: Desk, call: Call) -> None:
    """Change a deal's figures; where somebody was faster the form says so and stays as it was typed."""
    wish = read_figures(call.view)
    if isinstance(wish, dict):
        await call.ack(response_action="errors", errors=wish)
        return
    who = await desk.actor(call.workspace_id, call.user_id)
    try:
        saved = await _saved(desk, call, desk.deals.change_figures(who, wish))
    except (DealMoved, DealChanged) as overtaken:
        card = await desk.deals.card(who, wish.number)
        await call.ack(response_action="update", view=overtaken_figures(call.view, card, str(overtaken)))
        return
    if saved:
        await refresh(desk, call, who, wish.number)


async def move(desk: Desk, call: Call) -> None:
    """Move a deal at once where its next stage demands nothing, else open the form for what it demands."""
    await call.ack()
    number, to, seen = read_move(_value(call))
    who = await desk.actor(call.workspace_id, call.user_id)
    try:
        if to in ASKS:
            card = await desk.deals.movable(who, number, to, seen)
        else:
            await desk.deals.move(who, Move(number, to, seen))
    except MEANWHILE as meanwhile:
        log.info("refused", code=meanwhile.code, user_id=call.user_id)
        await desk.tell(call, escape(str(meanwhile)))
        await refresh(desk, call, who, number)
        return
    if to in ASKS:
        await open_view(desk, call, stage_view(card, to, origin(call)))
    else:
        await _moved(desk, call, who, number)


async def stage_submitted(desk: Desk, call: Call) -> None:
    """Move a deal with what its next stage demands; where somebody was faster the form says so and stays as it was."""
    wish = read_stage(call.view)
    if isinstance(wish, dict):
        await call.ack(response_action="errors", errors=wish)
        return
    who = await desk.actor(call.workspace_id, call.user_id)
    try:
        saved = await _saved(desk, call, desk.deals.move(who, wish))
    except (DealMoved, DealChanged) as overtaken:
        card = await desk.deals.card(who, wish.number)
        await call.ack(response_action="update", view=overtaken_view(call.view, card, str(overtaken)))
        return
    if saved:
        await _moved(desk, call, who, wish.number)


async def refresh(desk: Desk, call: Call, who: Actor, number: int) -> DealCard:
    """Show D-`number` as it is now: in place of the card from which the click or the form came, and on its lead's card.

    The person who acted sees the deal's card alone; where the way back is closed it is shown where they are.
    """
    card = await desk.deals.card(who, number)
    await show_deal(desk, call, card)
    await show_card(desk, who, card.lead.number)
    return card


async def show_deal(desk: Desk, call: Call, card: DealCard) -> None:
    """Put a deal's card where this person's last one stands, else show it anew."""
    await show_in_place(desk, call, escape(card_text(card)), deal_blocks(card))


async def tell_move(desk: Desk, card: DealCard) -> None:
    """Say in the thread of the lead's card where the deal stands now; when Slack does not take it, the card says it."""
    lead = card.lead
    if not lead.channel_id or not lead.card_ts:
        return
    try:
        await desk.client.chat_postMessage(channel=lead.channel_id, thread_ts=lead.card_ts, text=move_told(card))
    except UNREACHABLE as error:
        log.warning("move_not_told", number=card.deal.number, error=str(error))


async def _saved(desk: Desk, call: Call, work: Coroutine[Any, Any, None]) -> bool:
    """Do a form's work and acknowledge it; False when it takes too long, which the form says then."""

    async def told() -> bool:
        await work
        return True

    saved = await save(desk, call, told(), field_name=first_input(call.view))
    if saved:
        await call.ack()
    return bool(saved)


async def _moved(desk: Desk, call: Call, who: Actor, number: int) -> None:
    """Bring everything up to date after a move, and tell it in the lead's thread."""
    await tell_move(desk, await refresh(desk, call, who, number))


async def _open_for_lead(desk: Desk, call: Call, number: int) -> None:
    """Open the form for a deal of L-`number`, or the figures of the deal that is open."""
    who = await desk.actor(call.workspace_id, call.user_id)
    start = await desk.deals.start(who, number)
    if start.deal and start.deal.stage.is_open:
        view = figures_view(await desk.deals.card(who, start.deal.number), origin(call))
    else:
        view = deal_view(QuickLead(), start=start, channel_id=call.channel_id)
    await call.ack()
    await open_view(desk, call, view)


async def _capture(desk: Desk, call: Call, wish: Capture) -> None:
    """Take down a new seller, and show their deal beside the lead's card."""
    saved = await leads.take_down(desk, call, wish)
    if saved is None:
        return
    who, captured = saved
    start = await desk.deals.start(who, captured.number)
    if start.deal:
        await show_deal(desk, call, await desk.deals.card(who, start.deal.number))


async def _open(desk: Desk, call: Call, wish: NewDeal) -> None:
    who = await desk.actor(call.workspace_id, call.user_id)
    number = await save(desk, call, desk.deals.open(who, wish), field_name=first_input(call.view))
    if number is not None:
        await call.ack()
        await refresh(desk, call, who, number)


def _value(call: Call) -> str:
    """What was clicked: a button's value, or the option that was chosen."""
    return str(call.action.get("value") or call.action["selected_option"]["value"])


def _ephemeral(card: DealCard) -> dict[str, Any]:
    return {"text": escape(card_text(card)), "blocks": deal_blocks(card), "response_type": "ephemeral"}


def _unknown(word: str, meant: str | None, text: str) -> str:
    """Say what was probably meant, and how to open the form with the words."""
    shown, rest = escape(word), escape(text.strip().partition(" ")[2])
    if meant is None:
        return f"Say which deal: `/deal {shown} D-7`. `/deal board` lists the open ones."
    whole = f"{meant} {rest}".strip()
    return f"`/deal {shown}` is no command. Did you mean `/deal {whole}`? `/deal new {shown}` opens the form with it."
