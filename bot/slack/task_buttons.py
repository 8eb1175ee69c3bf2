"""The buttons of a task: what came of a call in one click, and what is rarely wanted behind three dots."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from bot.services.ladder import TaskCard
from bot.slack.blocks import Block, button, confirmation, overflow
from bot.slack.ids import Action
from domain.gate import CONSENT, GateVerdict
from domain.policy import Medium
from domain.tasks import CallOutcome, TaskKind, TaskState
from storage.ladder import Task


class TaskChoice(StrEnum):
    """What the three dots of a task offer beside outcomes."""

    HAND_OVER = "hand_over"
    SKIP = "skip"
    PAUSE = "pause"
    RESUME = "resume"


WRONG: Final = "The number belongs to somebody else: it is contacted no more, and the follow-ups stop."


def task_buttons(card: TaskCard) -> Iterator[Block]:
    """What can be done about an open task; what is rarely wanted stands behind the three dots."""
    task, value = card.task, str(card.task.id)
    if task.medium is Medium.CALL and task.kind is not TaskKind.REPLY:
        yield from _call_buttons(card)
    elif task.kind is TaskKind.REPLY:
        yield button("Write a message", Action.WRITE_MESSAGE, str(card.lead.number), style="primary")
        yield from [button("Log a call…", Action.LOG_CALL, value)] if card.lead.phone else []
        yield button("Done", Action.TASK_DONE, value)
    elif card.draft is None:
        yield from _text_buttons(card)
    yield button("Snooze…", Action.SNOOZE_TASK, value)
    yield overflow(Action.TASK_MENU, dict(_menu(card)))


def _call_buttons(card: TaskCard) -> Iterator[Block]:
    task = card.task
    if task.state is TaskState.PLANNED:
        yield button("Log a call…", Action.LOG_CALL, str(task.id))
        return
    for outcome in (CallOutcome.REACHED, CallOutcome.VOICEMAIL, CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER):
        style, asking = None, None
        if outcome is CallOutcome.REACHED:
            style = "primary"
        if outcome is CallOutcome.WRONG_NUMBER:
            asking = confirmation("A wrong number?", WRONG, yes="Wrong number")
        value = task_value(task, outcome.value)
        yield button(outcome.label, f"{Action.CALL_OUTCOME}:{outcome}", value, style=style, confirm=asking)
    back = task_value(task, CallOutcome.CALL_BACK.value)
    yield button("Call back at…", Action.LOG_CALL, back)
    yield button("Show number", Action.SHOW_TASK, str(task.id))


def _text_buttons(card: TaskCard) -> Iterator[Block]:
    """What a person can do about a text that was not drafted."""
    task = card.task
    if lacks_consent(card.verdict):
        yield button("Record consent", Action.RECORD_CONSENT, f"L-{card.lead.number}", style="primary")
    elif card.lead.phone:
        yield button("Write a message", Action.WRITE_MESSAGE, str(card.lead.number))
    yield button("Done", Action.TASK_DONE, str(task.id))
    yield button("Skip…", Action.SKIP_TASK, str(task.id))


def lacks_consent(verdict: GateVerdict | None) -> bool:
    """Whether it is a consent that would let the contact happen."""
    return verdict is not None and not verdict.allowed and [each.name for each in verdict.checks][-1:] == [CONSENT]


def _menu(card: TaskCard) -> Iterator[tuple[str, str]]:
    task = card.task
    if task.medium is Medium.CALL and task.kind is not TaskKind.REPLY:
        yield task_value(task, CallOutcome.NOT_INTERESTED.value), "Not interested…"
        yield task_value(task, CallOutcome.DO_NOT_CONTACT.value), "Do not contact…"
    yield task_value(task, TaskChoice.HAND_OVER), "Hand over…"
    yield task_value(task, TaskChoice.SKIP), "Skip…"
    if card.lead.ladder_paused_at:
        yield task_value(task, TaskChoice.RESUME), "Resume follow-ups"
    else:
        yield task_value(task, TaskChoice.PAUSE), "Pause follow-ups"


def task_value(task: Task, what: str) -> str:
    """Return what a button or a menu's line carries: which task, and what to do with it."""
    return f"{task.id}|{what}"


def read_task_value(value: str) -> tuple[int, str]:
    """Return the task that a button names, and what to do with it; "" where the button alone says it."""
    task_id, _, what = value.partition("|")
    return int(task_id), what
