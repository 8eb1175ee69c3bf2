"""The modal in which a member writes down what came of a call: with a step of the ladder, or beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.ladder import CallLog
from bot.services.leads import LeadCard
from bot.slack.blocks import Block, context, modal, radio, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape
from bot.slack.task_buttons import WRONG
from bot.slack.task_card import NOT_ADVICE, TaskShown, phone_text, title, verdict_text
from bot.slack.task_form import Moment, moment_blocks, read_moment
from domain.tasks import CallOutcome

OUTCOMES: Final = {each.value: each.label for each in CallOutcome}
FOLLOWS: Final = {
    CallOutcome.REACHED: "They count as contacted. The follow-ups go on; pause them if you take over.",
    CallOutcome.VOICEMAIL: "The follow-ups go on.",
    CallOutcome.NO_ANSWER: "The follow-ups go on.",
    CallOutcome.WRONG_NUMBER: f":warning: {WRONG}",
    CallOutcome.CALL_BACK: "The call comes back to you at that time.",
    CallOutcome.NOT_INTERESTED: "The follow-ups stop, and the lead counts as disqualified.",
    CallOutcome.DO_NOT_CONTACT: (
        ":warning: They are contacted no more: texts, e-mails and calls are blocked, and the follow-ups stop. "
        "Nobody here can take that back."
    ),
}
"""What each outcome brings, as the form says it before it is saved."""


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a call is about: a task by its id, or a lead by its number where no call is planned."""

    task_id: int | None
    number: int


def task_head(shown: TaskShown, who: Actor) -> str:
    """Return what the form of a task's call begins with: the step, the number, and whether it may be called now."""
    card = shown.card
    lines = [title(shown), f"{bold('Phone')} {phone_text(card.lead, who)}"]
    return "\n".join(lines + ([verdict_text(card.verdict, card.task.medium)] if card.verdict else []))


def lead_head(card: LeadCard, who: Actor) -> str:
    """Return what the form of a call begins with that no step asked for."""
    lead = card.lead
    return f"{bold(f'Call {escape(lead.name)}')} · beside the follow-ups\n{bold('Phone')} {phone_text(lead, who)}"


def call_view(
    called: Called, head: str, outcome: CallOutcome, way_back: Mapping[str, str], call_at: Moment | None = None
) -> Block:
    """Return the form; it asks for a time (`call_at`) where they want to be called back."""
    return modal(
        View.CALL,
        "Log a call",
        [
            section(head),
            _live(radio("outcome", "What came of it?", OUTCOMES, initial=outcome.value)),
            section(FOLLOWS[outcome], block_id="follows"),
            *(moment_blocks("call_at", "When (your time)", call_at, Action.CALL_INPUT) if call_at else []),
            text_input("note", "What was said", hint="It stays with the lead.", multiline=True),
            context(NOT_ADVICE),
        ],
        submit="Save",
        private_metadata=json.dumps({**way_back, "task": called.task_id, "lead": called.number}),
    )


def read_called(view: Mapping[str, Any]) -> Called:
    """Return whom the form is about."""
    kept = json.loads(view["private_metadata"])
    return Called(kept["task"], int(kept["lead"]))


def read_outcome(view: Mapping[str, Any]) -> CallOutcome:
    """Return the outcome that is chosen in the form."""
    return CallOutcome(form_values(view)["outcome"])


def read_call(view: Mapping[str, Any]) -> CallLog:
    """Return what the form says of a call."""
    outcome = read_outcome(view)
    at = read_moment(view, "call_at") if outcome is CallOutcome.CALL_BACK else None
    return CallLog(outcome, readable(str(form_values(view).get("note") or "")), at)


def _live(block: Block) -> Block:
    """A field that reports at once what is chosen in it."""
    return block | {"element": block["element"] | {"action_id": Action.CALL_INPUT}, "dispatch_action": True}
