"""The modals of a task: until when it is put off, why it is left out, and to whom it goes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.services.actors import Actor
from bot.slack.blocks import Block, context, modal, moment_input, person_select, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, there_and_here
from bot.slack.task_card import NOT_ADVICE, TaskShown, task_blocks, title, zones_of
from domain.policy import Medium

LATER: Final = timedelta(hours=1)
_RESTING: Final = {Medium.CALL: "Calls", Medium.SMS: "Texts", Medium.EMAIL: "E-mails"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that is chosen in a form, and what it would mean in words."""

    at: datetime
    meaning: str


def task_view(shown: TaskShown, who: Actor) -> Block:
    """Return a task's card for one person, opened from Home; its forms open on top of it."""
    blocks, kept = task_blocks(shown, who=who), _kept(shown, {})
    return modal(View.TASK_SHOWN, f"L-{shown.card.lead.number}", blocks, close="Close", private_metadata=kept)


def snooze_view(shown: TaskShown, until: Moment, way_back: Mapping[str, str]) -> Block:
    """Return the form that puts a task off, and says when it would be due."""
    return modal(
        View.SNOOZE,
        "Snooze",
        [
            _head(shown),
            *moment_blocks("until", "Until (your time)", until, Action.SNOOZE_INPUT),
            context(NOT_ADVICE),
        ],
        submit="Snooze",
        private_metadata=_kept(shown, way_back),
    )


def skip_view(shown: TaskShown, way_back: Mapping[str, str]) -> Block:
    """Return the form that asks why a task is left out."""
    asked = text_input("reason", "Why is it left out?", placeholder="They asked us to wait for spring", optional=False)
    blocks = [_head(shown), asked, context("The follow-ups after it stay as they are.")]
    return modal(View.SKIP, "Skip", blocks, submit="Skip", private_metadata=_kept(shown, way_back))


def hand_over_view(shown: TaskShown, way_back: Mapping[str, str]) -> Block:
    """Return the form that asks to whom a task goes."""
    whom = person_select("to", "To whom", hint="It comes to their Home, and they answer for it.")
    blocks = [_head(shown), whom]
    return modal(View.HAND_OVER, "Hand over", blocks, submit="Hand over", private_metadata=_kept(shown, way_back))


def suggested(since: datetime) -> datetime:
    """Return the time that a form for one begins with: the first full hour that is an hour later at least."""
    later = since + LATER
    whole = later.replace(minute=0, second=0, microsecond=0)
    return whole if whole == later else whole + timedelta(hours=1)


def preview_text(shown: TaskShown, chosen: datetime, due: datetime) -> str:
    """Say when a task that is put off until `chosen` would be due, and why that is later where it is."""
    when = there_and_here(due, zones_of(shown.card))
    if due == chosen:
        return f":white_check_mark: {bold('Due then')} {when}"
    rest = f"{_RESTING[shown.card.task.medium]} rest then"
    return f":hourglass_flowing_sand: {rest}. {bold('Due')} at the next opening, {when}"


def warning_text(sentence: str) -> str:
    """Return what stands in place of a preview where the choice cannot be taken; what was typed must be escaped."""
    return f":warning: {sentence}"


def read_task(view: Mapping[str, Any]) -> int:
    """Return the task that a form is about."""
    return int(json.loads(view["private_metadata"])["task"])


def read_moment(view: Mapping[str, Any], name: str) -> datetime | None:
    """Return the instant that is chosen at a field, None while none is."""
    seconds = form_values(view).get(name)
    return datetime.fromtimestamp(int(seconds), tz=UTC) if seconds else None


def _head(shown: TaskShown) -> Block:
    """What the form is about: the step, and when it is due."""
    card = shown.card
    return section(f"{title(shown)}\n{bold('Due')} {there_and_here(card.task.due_at, zones_of(card))}")


def moment_blocks(name: str, label: str, moment: Moment, action: Action) -> list[Block]:
    """Return the field for a time, and below it what the chosen one would mean."""
    return [
        moment_input(name, label, initial=moment.at, live_as=action),
        section(moment.meaning, block_id=f"meaning_{name}"),
    ]


def _kept(shown: TaskShown, way_back: Mapping[str, str]) -> str:
    return json.dumps({**way_back, "task": shown.card.task.id})
