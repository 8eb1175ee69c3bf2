"""What a task looks like in Slack: open with its buttons, then with what came of it, by whom, and what follows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.services.actors import Actor
from bot.services.ladder import TaskCard
from bot.services.leads import LeadCard
from bot.slack.blocks import Block, actions, context, section
from bot.slack.live_offer_card import person
from bot.slack.mrkdwn import bold, escape, for_reader, there_and_here
from bot.slack.next_step import REASON_SHOWN, next_text, step_name
from bot.slack.send_card import state_words
from bot.slack.task_buttons import task_buttons
from domain.contact import mask_contacts, mask_phone, show_phone
from domain.deals import Stage
from domain.gate import GateVerdict
from domain.messages import SendState
from domain.money import show, show_short
from domain.policy import Medium
from domain.roles import may_see_contact
from domain.tasks import OPEN, CallOutcome, TaskKind, TaskState, told_at
from storage.ladder import Task
from storage.leads import Lead

NOT_ADVICE: Final = "configurable defaults, not legal advice"
WORDS_SHOWN, NOTES_SHOWN = 240, 300
_DONE: Final = {TaskKind.REPLY: "Answered", TaskKind.LADDER: "Done", TaskKind.CALLBACK: "Done"}
_OUTCOMES: Final = frozenset(outcome.value for outcome in CallOutcome)
_VERBED: Final = {Medium.CALL: "called", Medium.SMS: "texted", Medium.EMAIL: "e-mailed"}
_VERBS: Final = {Medium.CALL: "Call", Medium.SMS: "Text", Medium.EMAIL: "E-mail"}


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task with what its card shows beside it: its lead's own card, and where its draft waits for approval, in words
    with a link."""

    card: TaskCard
    beside: LeadCard
    waits_in: str = ""


def zones_of(card: TaskCard) -> frozenset[str]:
    """Return the zones on whose clocks the seller's times are said: those by which the gate judges them."""
    return frozenset(card.verdict.local_times) if card.verdict and card.verdict.local_times else card.lead.zones


def task_text(shown: TaskShown) -> str:
    """Return the card in a line, for notifications and screen readers: nothing in it tells who the seller is."""
    task = shown.card.task
    state = {TaskState.DUE: "due", TaskState.PLANNED: "put off"}.get(task.state, task.state.value)
    name = step_name(task, shown.beside.tasks)
    return f"{name[:1].upper()}{name[1:]} for L-{shown.card.lead.number}: {state}"


def task_blocks(shown: TaskShown, *, who: Actor | None) -> list[Block]:
    """Return the card. `who` is None where others read along: then contact details are masked, and nothing is said that
    holds only now. One that waits for its time offers nothing there: it comes back as it is then."""
    if shown.card.task.state not in OPEN:
        return [section("\n".join(_ended(shown)))]
    if who is None and shown.card.task.state is TaskState.PLANNED:
        return [section("\n".join((title(shown), *_when(shown))))]
    lines = (title(shown), *_said(shown, who), *_when(shown), *_about(shown.card, who), *_now(shown.card, who))
    return [
        section("\n".join(lines)),
        *_talking_points(shown, who),
        *_draft(shown, who),
        actions(list(task_buttons(shown.card)), block_id=f"task_{shown.card.task.id}"),
        context(f"L-{shown.card.lead.number} · {NOT_ADVICE}"),
    ]


def title(shown: TaskShown) -> str:
    """Return what has to be done, with whom, and which step it is."""
    card = shown.card
    name, task = escape(card.lead.name), card.task
    match task.kind:
        case TaskKind.REPLY:
            return f"{bold(f'Answer {name}')} · a reply came in {for_reader(task.created_at)}"
        case TaskKind.CALLBACK:
            return bold(f"Call {name} back" if task.state in OPEN else f"Call to {name}")
        case _:
            return f"{bold(f'{_VERBS[task.medium]} {name}')} · step {task.step} of {card.of_steps}"


def phone_text(lead: Lead, who: Actor | None) -> str:
    """Return the number for a card: whole, and to be pressed, for who may see it; masked for everybody else."""
    if lead.phone is None:
        return "no number on record"
    return f"<tel:{lead.phone}|{show_phone(lead.phone)}>" if _sees(lead, who) else mask_phone(lead.phone)


def verdict_text(verdict: GateVerdict, medium: Medium) -> str:
    """Say whether the contact may happen now, and if not from when on."""
    verb = _VERBED[medium]
    if verdict.allowed:
        return f":white_check_mark: {bold(f'May be {verb} now')}: {escape(verdict.sentence)}"
    later = verdict.next_open_at
    until = f" From {there_and_here(later, verdict.local_times)}." if later else ""
    return f":no_entry: {bold(f'May not be {verb} now')}: {escape(verdict.sentence)}{until}"


def _said(shown: TaskShown, who: Actor | None) -> Iterator[str]:
    """What they wrote or said that asked for this."""
    if shown.card.task.note:
        yield f">{_words(shown.card.task.note, shown.card.lead, who, NOTES_SHOWN)}"


def _when(shown: TaskShown) -> Iterator[str]:
    """Since when it is due, on both clocks, and that it waits too long, or until when it is put off."""
    card, task = shown.card, shown.card.task
    due = there_and_here(task.due_at, zones_of(card))
    if card.lead.ladder_paused_at:
        by = f" by {person(card.lead.ladder_paused_by)}" if card.lead.ladder_paused_by else ""
        yield f":raised_hand: {bold('Paused')}{by}, {for_reader(card.lead.ladder_paused_at)}; it was due {due}"
    elif task.state is TaskState.PLANNED and task.due_at <= card.now:
        yield f"{bold('Comes up again')}: what stood in its way may be mended"
    elif task.state is TaskState.PLANNED:
        why = f" · {escape(task.reason, REASON_SHOWN)}" if task.reason else ""
        yield f":zzz: {bold('Waits until')} {due}{why}"
    else:
        moved = f" · moved: {escape(task.shift)}" if task.shift else ""
        yield f"{bold('Due')} {due}{moved}{_hours(shown)}"
    if task.owner:
        yield f"{bold('For')} {person(task.owner)}"
    if task.escalation and task.state is TaskState.DUE:
        yield f":bell: {bold('Nobody has answered')}: {_escalated(task)}"


def _hours(shown: TaskShown) -> str:
    """When the seller may be reached by the task's medium, which holds for as long as the card stands."""
    window, medium = shown.beside.window, shown.card.task.medium
    if window is None or medium is Medium.EMAIL:
        return ""
    return f" · calls {window.calls}" if medium is Medium.CALL else f" · texts {window.hours}"


def _escalated(task: Task) -> str:
    told = f"the {told_at(task.escalation).value}s were told"
    return f"{told}; the next are told {for_reader(task.escalate_at)}" if task.escalate_at else told


def _about(card: TaskCard, who: Actor | None) -> Iterator[str]:
    """The house and the money in a line, and the number."""
    lead, deal = card.lead, card.deal
    parts = [escape(lead.place)]
    parts.append(
        f"asked {show_short(lead.asking_price)}" if lead.asking_price is not None else "asking price not given"
    )
    if deal and deal.offer is not None and deal.offer > 0:
        ready = "offer ready" if deal.stage is Stage.DRAFT else "our price"
        parts.append(f"{ready} {show_short(deal.offer)}")
    yield " · ".join(parts)
    if card.task.medium is not Medium.EMAIL:
        yield f"{bold('Phone')} {phone_text(lead, who)}"


def _now(card: TaskCard, who: Actor | None) -> Iterator[str]:
    """Whether the contact may happen now, for one who asks now; a posted card stands, and says only what time alone
    does not mend."""
    verdict, task = card.verdict, card.task
    if verdict is None or task.send_id or (task.medium is not Medium.CALL and task.reason):
        return
    if who is not None:
        yield verdict_text(verdict, task.medium)
    elif not verdict.allowed and verdict.next_open_at is None:
        yield f":no_entry: {bold(f'May not be {_VERBED[task.medium]}')}: {escape(verdict.sentence)}"


def _talking_points(shown: TaskShown, who: Actor | None) -> list[Block]:
    """What a caller wants before them, each line a fact of the record; a text has its own words."""
    if shown.card.task.medium is Medium.SMS and shown.card.task.kind is TaskKind.LADDER:
        return []
    points = "\n".join(f"• {point}" for point in _points(shown, who))
    return [section(f"{bold('To talk about')}\n{points}")] if points else []


def _points(shown: TaskShown, who: Actor | None) -> Iterator[str]:
    card, brief = shown.card, shown.beside.brief
    lead, deal = card.lead, card.deal
    if brief and brief.headline:
        yield escape(brief.headline, WORDS_SHOWN)
    if deal and deal.offer is not None and deal.mao is not None and deal.offer > 0:
        yield f"Our offer is ${show(deal.offer)}{_against(deal.offer, lead)}; MAO ${show(deal.mao)}"
    elif deal and deal.offer is None:
        yield "There is no offer yet"
    yield f"{_source(lead)} {for_reader(lead.created_at)}"
    yield _so_far(shown.beside.tasks)
    if lead.notes.strip():
        yield f"Notes: {_words(lead.notes, lead, who, NOTES_SHOWN)}"


def _words(text: str, lead: Lead, who: Actor | None, limit: int) -> str:
    """A person's words on one line, with numbers and addresses masked for who may not see the seller's."""
    return escape(_one_line(text if _sees(lead, who) else mask_contacts(text)), limit)


def _sees(lead: Lead, who: Actor | None) -> bool:
    return who is not None and may_see_contact(who.role, user_id=who.user_id, rep_id=lead.rep_id)


def _against(offer: Decimal, lead: Lead) -> str:
    asked = lead.asking_price
    if asked is None or asked == offer:
        return ""
    return f", {show_short(abs(asked - offer))} {'below' if offer < asked else 'above'} what they ask"


def _source(lead: Lead) -> str:
    return f"Came from {escape(lead.source)}," if lead.source else "Came in"


def _so_far(tasks: tuple[Task, ...]) -> str:
    """What was tried with this seller and with which outcome, as it was written down."""
    done = [task for task in tasks if task.state is TaskState.DONE]
    calls = Counter(outcome_word(task) for task in done if task.medium is Medium.CALL)
    texts = sum(task.medium is Medium.SMS and task.kind is TaskKind.LADDER for task in done)
    said = [f"{count} × {word.lower()}" for word, count in calls.items()]
    said = [f"calls: {', '.join(said)}"] if said else []
    said += [f"{texts} {'text' if texts == 1 else 'texts'}"] if texts else []
    return f"So far {' · '.join(said)}" if said else "No call is on record yet"


def outcome_word(task: Task) -> str:
    """Return what came of a task in a word: a call's outcome, that a text was sent, else that it is done."""
    if task.outcome in _OUTCOMES:
        return CallOutcome(task.outcome).label
    return "Sent" if _was_sent(task) else _DONE[task.kind]


def _was_sent(task: Task) -> bool:
    """Whether it is done because its text left, and not because a person said so."""
    return task.medium is Medium.SMS and task.send_id is not None


def _draft(shown: TaskShown, who: Actor | None) -> list[Block]:
    """What stands of a text that is due: its words and that they wait, or why it may not be sent."""
    card, task = shown.card, shown.card.task
    if task.medium is not Medium.SMS or task.kind is not TaskKind.LADDER:
        return []
    if card.draft is None:
        return [section(_not_drafted(card))] if task.reason and task.state is TaskState.DUE else []
    return [section(f">{_words(card.draft.body, card.lead, who, WORDS_SHOWN)}\n{_draft_state(shown)}")]


def _not_drafted(card: TaskCard) -> str:
    """Why no text waits to leave; what held when it came due may be mended since."""
    why = escape(card.task.reason or "", REASON_SHOWN)
    may = "\nThey may be texted now: write to them, or skip the step." if card.verdict and card.verdict.allowed else ""
    return f":no_entry: {bold('No text is under way')}: {why}{may}"


def _draft_state(shown: TaskShown) -> str:
    draft, asked = shown.card.draft, shown.card.approval
    if draft is None or draft.state is not SendState.AWAITING_APPROVAL:
        return state_words(draft, zones_of(shown.card)) if draft else ""
    where = f" {shown.waits_in}" if shown.waits_in else ""
    lapses = f"; it lapses {for_reader(asked.expires_at)}" if asked else ""
    return f":hourglass_flowing_sand: {bold('The draft waits for approval')}{where}{lapses}"


def end_text(task: Task) -> str:
    """Say how a task came to its end: with what, by whom where it was a person, and when."""
    match task.state:
        case TaskState.DONE:
            approved = ", approved" if _was_sent(task) else ""
            return f":white_check_mark: {bold(outcome_word(task))}{approved}{_by(task)}"
        case TaskState.SKIPPED:
            return f"{bold('Skipped')}{_by(task)}"
        case _:
            return f":no_entry: {bold('Stopped')}{_by(task)}"


def _ended(shown: TaskShown) -> Iterator[str]:
    """What came of a task: in which words, by whom and when; then what follows."""
    task = shown.card.task
    yield title(shown)
    yield end_text(task)
    if task.reason and task.state is not TaskState.DONE:
        yield escape(task.reason, REASON_SHOWN)
    yield from _said(shown, None)
    yield from _promised(shown)
    if task.state is not TaskState.CANCELLED:
        yield next_text(shown.beside)


def _promised(shown: TaskShown) -> Iterator[str]:
    """When the call is due that was promised in this one."""
    task = shown.card.task
    for each in shown.beside.tasks:
        if each.kind is TaskKind.CALLBACK and each.created_at == task.ended_at and each.id != task.id:
            yield f":calendar: {bold('Call them back')} {there_and_here(each.due_at, zones_of(shown.card))}"


def _by(task: Task) -> str:
    """By whom, where it was a person, and when."""
    by = f" by <@{task.done_by}>" if task.done_by and task.done_by.startswith(("U", "W")) else ""
    at = task.ended_at or task.completed_at
    return f"{by}, {for_reader(at)}" if at else by


def _one_line(text: str) -> str:
    return " ".join(text.split())
