"""Drawing tasks anew wherever they stand: in their lead's thread, before one person, on the lead's card, on Home."""

from collections.abc import Awaitable

from bot.services.actors import Actor
from bot.services.ladder import TaskCard
from bot.slack.calls import Call, Desk, log
from bot.slack.cards import UNREACHABLE, show_card
from bot.slack.drawn import channel_for, place_of
from bot.slack.home import publish
from bot.slack.ids import View
from bot.slack.next_step import open_tasks
from bot.slack.replies import is_answered_alone, show_in_place
from bot.slack.task_card import TaskShown, end_text, task_blocks, task_text
from bot.slack.task_form import task_view
from domain.errors import RuleBroken
from domain.messages import SendState
from domain.tasks import OPEN


async def shown_task(desk: Desk, who: Actor, task_id: int) -> TaskShown:
    """Return a task with all that its card and its forms show."""
    card = await desk.ladder.show(who, task_id)
    return TaskShown(card, await desk.leads.card(who, card.lead.number), await _waits_in(desk, who, card))


async def shown_if_open(desk: Desk, call: Call, who: Actor, task_id: int) -> TaskShown | None:
    """Return an open task; of one that has ended the person is told how, and what shows it is drawn anew."""
    shown = await shown_task(desk, who, task_id)
    if shown.card.task.state in OPEN:
        return shown
    await redraw(desk, call, who, task_id)
    await desk.tell(call, end_text(shown.card.task))
    return None


async def redraw(desk: Desk, call: Call, who: Actor, task_id: int) -> None:
    """Bring a task up to date wherever this person sees it: in the thread, alone, on its lead's card and on Home."""
    shown = await shown_task(desk, who, task_id)
    await _update(desk, who, shown)
    await show_card(desk, who, shown.card.lead.number)
    if is_answered_alone(call):
        await show_in_place(desk, call, task_text(shown), task_blocks(shown, who=who))
    await _update_view(desk, call, who, shown)
    await publish(desk, who)


async def act(desk: Desk, call: Call, who: Actor, task_id: int, work: Awaitable[object]) -> None:
    """Do what a button asks for and draw the task anew; also where somebody was faster, who is named then."""
    try:
        await work
    except RuleBroken:
        await redraw(desk, call, who, task_id)
        raise
    await redraw(desk, call, who, task_id)


async def redraw_all(desk: Desk, who: Actor, number: int) -> None:
    """Bring a lead's card up to date, the cards of its open tasks that stand in its thread, and this person's Home."""
    for task in open_tasks(await desk.leads.card(who, number)):
        if task.card_ts:
            await _update(desk, who, await shown_task(desk, who, task.id))
    await show_card(desk, who, number)
    await publish(desk, who)


async def _update_view(desk: Desk, call: Call, who: Actor, shown: TaskShown) -> None:
    """Draw the card anew that is open over Home: the view that was clicked in, or the one below the form."""
    is_card = call.view.get("callback_id") == View.TASK_SHOWN
    view_id = call.view.get("id") if is_card else call.view.get("previous_view_id")
    if not view_id:
        return
    try:
        await desk.client.views_update(view_id=view_id, view=task_view(shown, who))
    except UNREACHABLE as error:
        log.warning("view_not_updated", view_id=view_id, error=str(error) or "no answer")


async def _update(desk: Desk, who: Actor, shown: TaskShown) -> None:
    """Draw a card anew where it stands in the thread; what Slack does not take now, the next change brings."""
    card_ts = shown.card.task.card_ts
    if card_ts is None:
        return
    channel, _ = await place_of(desk, who, shown.card.lead)
    blocks = task_blocks(shown, who=None)
    try:
        await desk.client.chat_update(channel=channel, ts=card_ts, text=task_text(shown), blocks=blocks)
    except UNREACHABLE as error:
        log.warning("task_not_updated", task_id=shown.card.task.id, error=str(error) or "no answer")


async def _waits_in(desk: Desk, who: Actor, card: TaskCard) -> str:
    """Where the draft of a text waits for its approval: a link to that card, or the channel while it stands nowhere."""
    asked, draft = card.approval, card.draft
    if asked is None or draft is None or draft.state is not SendState.AWAITING_APPROVAL:
        return ""
    channel = asked.channel_id or await channel_for(desk, who, approvals=True)
    if not asked.channel_id or not asked.ts:
        return f"in <#{channel}>" if channel.startswith(("C", "G")) else ""
    try:
        found = await desk.client.chat_getPermalink(channel=asked.channel_id, message_ts=asked.ts)
    except UNREACHABLE as error:
        log.warning("link_not_given", approval_id=asked.id, error=str(error) or "no answer")
        return f"in <#{channel}>"
    return f"<{found['permalink']}|in the approvals channel>"
