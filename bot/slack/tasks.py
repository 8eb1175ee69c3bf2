"""Tasks in Slack: what people do with the cards in a lead's thread, and with the follow-ups of a lead as a whole."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.ladder import TaskNotFound
from bot.slack.call_form import Called
from bot.slack.calls import Call, Desk, open_view, redraw_view, save
from bot.slack.cards import show_card
from bot.slack.drawn import Drawn, channel_for, gone, place_of
from bot.slack.lead_card import card_blocks, card_text
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.people import meet
from bot.slack.replies import is_own_message, origin, show_in_place
from bot.slack.task_buttons import TaskChoice, read_task_value
from bot.slack.task_calls import show_form
from bot.slack.task_card import TaskShown, task_blocks, task_text
from bot.slack.task_drawing import act, redraw, redraw_all, shown_if_open, shown_task
from bot.slack.task_form import (
    Moment,
    hand_over_view,
    preview_text,
    read_moment,
    read_task,
    skip_view,
    snooze_view,
    suggested,
    task_view,
    warning_text,
)
from domain.errors import RuleBroken
from domain.tasks import CallOutcome


async def draw_task(desk: Desk, who: Actor, task_id: int) -> Drawn:
    """Draw a task's card for its lead's thread, and bring the lead's own card up to date, which names the next step."""
    try:
        shown = await shown_task(desk, who, task_id)
    except TaskNotFound:
        return Drawn(await channel_for(desk, who), *gone("A task that was here is not any more."))
    if shown.card.lead.card_ts:
        await show_card(desk, who, shown.card.lead.number)
    card_ts = shown.card.task.card_ts
    channel, thread_ts = await place_of(desk, who, shown.card.lead)
    return Drawn(
        channel,
        task_text(shown),
        task_blocks(shown, who=None),
        thread_ts,
        names={"task_id": task_id},
        stands_at={"channel": channel, "ts": card_ts} if card_ts else None,
    )


async def show_clicked(desk: Desk, call: Call) -> None:
    """Show a task to this person alone, with the number if they may see it: over Home, or where they clicked."""
    await call.ack()
    who, task_id, _ = await _asked(desk, call)
    shown = await shown_task(desk, who, task_id)
    if call.view:
        await open_view(desk, call, task_view(shown, who))
        return
    await desk.tell(call, task_text(shown), task_blocks(shown, who=who))


async def done(desk: Desk, call: Call) -> None:
    """Write down that a task is done."""
    await call.ack()
    who, task_id, _ = await _asked(desk, call)
    await act(desk, call, who, task_id, desk.ladder.complete(who, task_id))


async def choose(desk: Desk, call: Call) -> None:
    """Do what was chosen behind the three dots: at once, or in a form where something has to be said."""
    await call.ack()
    who, task_id, what = await _asked(desk, call)
    shown = await shown_if_open(desk, call, who, task_id)
    if shown is None:
        return
    number = shown.card.lead.number
    match what:
        case TaskChoice.PAUSE:
            await act(desk, call, who, task_id, desk.ladder.pause(who, number))
        case TaskChoice.RESUME:
            await act(desk, call, who, task_id, desk.ladder.resume(who, number))
        case TaskChoice.HAND_OVER:
            await open_view(desk, call, hand_over_view(shown, origin(call)))
        case TaskChoice.SKIP:
            await open_view(desk, call, skip_view(shown, origin(call)))
        case _:
            await show_form(desk, call, Called(task_id, number), CallOutcome(what))


async def open_snooze(desk: Desk, call: Call) -> None:
    """Open the form that puts a task off, with what its first suggestion means."""
    await call.ack()
    who, task_id, _ = await _asked(desk, call)
    shown = await shown_if_open(desk, call, who, task_id)
    if shown:
        until = await _until(desk, who, shown, suggested(max(shown.card.now, shown.card.task.due_at)))
        await open_view(desk, call, snooze_view(shown, until, origin(call)))


async def redraw_snooze(desk: Desk, call: Call) -> None:
    """Say when the task would be due, while a time is chosen."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    shown = await shown_task(desk, who, read_task(call.view))
    at = read_moment(call.view, "until") or suggested(shown.card.now)
    until = await _until(desk, who, shown, at)
    await redraw_view(desk, call, snooze_view(shown, until, origin(call)))


async def snooze_submitted(desk: Desk, call: Call) -> None:
    """Put a task off."""
    until = read_moment(call.view, "until")

    async def keep(who: Actor, task_id: int) -> None:
        await desk.ladder.snooze(who, task_id, until or desk.clock.now())

    await _submitted(desk, call, keep, field_name="until")


async def open_skip(desk: Desk, call: Call) -> None:
    """Open the form that asks why a task is left out."""
    await call.ack()
    who, task_id, _ = await _asked(desk, call)
    shown = await shown_if_open(desk, call, who, task_id)
    if shown:
        await open_view(desk, call, skip_view(shown, origin(call)))


async def skip_submitted(desk: Desk, call: Call) -> None:
    """Leave a task out."""
    reason = readable(str(form_values(call.view).get("reason") or ""))

    async def keep(who: Actor, task_id: int) -> None:
        await desk.ladder.skip(who, task_id, reason)

    await _submitted(desk, call, keep, field_name="reason")


async def hand_over_submitted(desk: Desk, call: Call) -> None:
    """Give a task to another member, who is met first."""
    to = str(form_values(call.view)["to"])

    async def keep(who: Actor, task_id: int) -> None:
        await meet(desk, who.workspace_id, to)
        await desk.ladder.hand_over(who, task_id, to)

    await _submitted(desk, call, keep, field_name="to")


async def pause(desk: Desk, call: Call) -> None:
    """Let a lead's follow-ups rest."""
    await _switch(desk, call, desk.ladder.pause)


async def resume(desk: Desk, call: Call) -> None:
    """Let a lead's follow-ups go on."""
    await _switch(desk, call, desk.ladder.resume)


async def _asked(desk: Desk, call: Call) -> tuple[Actor, int, str]:
    """Who acts, on which task, and what the button or the chosen line says beside."""
    who = await desk.actor(call.workspace_id, call.user_id)
    value = call.action.get("value") or call.action["selected_option"]["value"]
    return who, *read_task_value(str(value))


async def _submitted(desk: Desk, call: Call, keep: Callable[[Actor, int], Awaitable[None]], *, field_name: str) -> None:
    """Keep what a form says before it is acknowledged, then draw the task anew."""
    task_id = read_task(call.view)

    async def kept() -> Actor:
        who = await desk.actor(call.workspace_id, call.user_id)
        await keep(who, task_id)
        return who

    who = await save(desk, call, kept(), field_name=field_name)
    if who:
        await call.ack()
        await redraw(desk, call, who, task_id)


async def _switch(desk: Desk, call: Call, act: Callable[[Actor, int], Awaitable[object]]) -> None:
    """Stop or let go the follow-ups of the lead on whose card was clicked, and draw what shows them anew."""
    await call.ack()
    who, number = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    await act(who, number)
    await redraw_all(desk, who, number)
    if is_own_message(call):
        card = await desk.leads.card(who, number)
        await show_in_place(desk, call, escape(card_text(card)), card_blocks(card, who=who))


async def _until(desk: Desk, who: Actor, shown: TaskShown, at: datetime) -> Moment:
    """A chosen time with what it means, or the sentence that says why it cannot be taken."""
    try:
        due, _ = await desk.ladder.snooze_to(who, shown.card.task.id, at)
    except RuleBroken as broken:
        return Moment(at, warning_text(escape(str(broken))))
    return Moment(at, preview_text(shown, at, due))
