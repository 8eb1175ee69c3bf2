"""Calls in Slack: their outcome in one click, or in the form with a person's words and the time of a call back."""

from datetime import datetime

from bot.services.actors import Actor
from bot.services.ladder import CallLog, TaskEnded
from bot.slack.call_form import (
    Called,
    call_view,
    lead_head,
    read_call,
    read_called,
    read_outcome,
    task_head,
)
from bot.slack.calls import Call, Desk, open_view, redraw_view, save
from bot.slack.mrkdwn import escape, there_and_here
from bot.slack.next_step import open_tasks
from bot.slack.replies import origin
from bot.slack.task_buttons import read_task_value
from bot.slack.task_drawing import act, redraw, shown_if_open, shown_task
from bot.slack.task_form import Moment, read_moment, suggested, warning_text
from domain.errors import RuleBroken
from domain.policy import Medium
from domain.tasks import CallOutcome


async def log_outcome(desk: Desk, call: Call) -> None:
    """Write down what came of a call, in one click."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    task_id, outcome = read_task_value(call.action["value"])
    await act(desk, call, who, task_id, desk.ladder.log_call(who, task_id, CallLog(CallOutcome(outcome))))


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form from a task's card, with the outcome that its button names; from a lead's, for the call that is
    planned next, or for one beside the follow-ups."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    value = str(call.action["value"])
    if value.startswith("L-"):
        await show_form(desk, call, await _of_lead(desk, who, int(value[2:])), CallOutcome.REACHED)
        return
    task_id, outcome = read_task_value(value)
    shown = await shown_if_open(desk, call, who, task_id)
    if shown:
        called = Called(task_id, shown.card.lead.number)
        await show_form(desk, call, called, CallOutcome(outcome or CallOutcome.REACHED))


async def show_form(desk: Desk, call: Call, called: Called, outcome: CallOutcome) -> None:
    """Open the form about a task, or a lead, with an outcome chosen."""
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, await _view(desk, call, who, called, outcome))


async def redraw_form(desk: Desk, call: Call) -> None:
    """Say what the chosen outcome brings, and ask for the time where they want to be called back."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await redraw_view(desk, call, await _view(desk, call, who, read_called(call.view), read_outcome(call.view)))


async def submitted(desk: Desk, call: Call) -> None:
    """Write down what came of a call; where somebody was faster, the form says who and stays open."""
    called, said = read_called(call.view), read_call(call.view)

    async def keep() -> tuple[Actor, int]:
        who = await desk.actor(call.workspace_id, call.user_id)
        task_id = called.task_id or (await desk.ladder.call_task(who, called.number)).task.id
        await _log(desk, who, task_id, said)
        return who, task_id

    saved = await save(desk, call, keep(), field_name="note")
    if saved:
        await call.ack()
        await redraw(desk, call, *saved)


async def _log(desk: Desk, who: Actor, task_id: int, said: CallLog) -> None:
    """Log a call; who presses Save again on a form that took too long finds it logged."""
    try:
        await desk.ladder.log_call(who, task_id, said)
    except TaskEnded:
        task = (await desk.ladder.show(who, task_id)).task
        if (task.done_by, task.outcome) != (who.user_id, said.outcome.value):
            raise


async def _of_lead(desk: Desk, who: Actor, number: int) -> Called:
    """The call of a lead that is planned next, if one is."""
    calls = [task for task in open_tasks(await desk.leads.card(who, number)) if task.medium is Medium.CALL]
    return Called(calls[0].id if calls else None, number)


async def _view(desk: Desk, call: Call, who: Actor, called: Called, outcome: CallOutcome) -> dict[str, object]:
    card = await desk.leads.card(who, called.number)
    head = lead_head(card, who)
    if called.task_id:
        head = task_head(await shown_task(desk, who, called.task_id), who)
    call_at = None
    if outcome is CallOutcome.CALL_BACK:
        chosen = read_moment(call.view, "call_at") if call.view.get("callback_id") else None
        call_at = await _call_at(desk, who, called, chosen or suggested(card.now), card.lead.zones)
    return call_view(called, head, outcome, origin(call), call_at)


async def _call_at(desk: Desk, who: Actor, called: Called, at: datetime, zones: frozenset[str]) -> Moment:
    """A time for a call back: on both clocks, or the sentence that says why nobody may be called then."""
    if called.task_id:
        try:
            await desk.ladder.callback_time(who, called.task_id, at)
        except RuleBroken as broken:
            return Moment(at, warning_text(escape(str(broken))))
    return Moment(at, f":white_check_mark: {there_and_here(at, zones)}")
