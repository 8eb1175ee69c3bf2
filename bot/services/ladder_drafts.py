"""The texts of a ladder: drafted when their step is due, put before an approver, and what became of each noted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.approval_asks import ApprovalAsk, ask_in
from bot.services.contacts import ContactWish, judge_in
from bot.services.ladder_stops import stop_ladder
from bot.services.ladder_tasks import Done, complete_task, locked, name_of, show_task
from bot.services.links import Links
from bot.services.recipients import recipient_of_lead
from bot.services.sends import MessageWish, draft_in
from bot.services.template_words import About, Words, words_in
from domain.approvals import ApprovalKind
from domain.content import with_footer
from domain.errors import RuleBroken
from domain.gate import OPT_OUT, GateVerdict
from domain.messages import Route, SendState
from domain.policy import Medium
from domain.receipts import CARRIER_BLOCK, GAVE_UP
from domain.releases import release
from domain.segments import check_length
from domain.tasks import MISSED, TaskKind, TaskState, text_of
from domain.zones import ZoneReport
from storage.approvals import get_approval
from storage.base import Tx
from storage.deals import deal_of
from storage.ladder import TEXT_ENDED, Task, change_task, tasks_of
from storage.leads import Lead
from storage.sends import Send, get_send, send_with_key
from storage.workspaces import sender_of

ARRIVED: Final = (SendState.SENT, SendState.DELIVERED)
OPTED_OUT: Final = "opted_out"
"""The reason of a message that an opt-out kept back."""
NO_PHONE: Final = "There is no phone number to text."
_TEXTS: Final = frozenset({Medium.SMS})


@dataclass(frozen=True, slots=True)
class Tick:
    """One look of the timetable at the tasks: as whom, when, with what links are made of and what the zones say."""

    who: Actor
    now: datetime
    links: Links
    report: ZoneReport


def draft_text(tx: Tx, tick: Tick, task: Task, lead: Lead) -> None:
    """Draft the text of a due step and ask for its approval; where it may not go for good, the step waits for a person
    and says why, and where they want no texts the texts end."""
    if why := _failed_before(tx, task):
        stop_ladder(tx, tick.who, lead, why, now=tick.now, media=_TEXTS)
        return
    if lead.phone is None:
        _leave_to_person(tx, task, NO_PHONE)
        return
    try:
        words = _words(tx, task, lead, tick.now)
        verdict = _for_good(tx, tick, lead, lead.phone, words)
    except RuleBroken as lacking:
        _leave_to_person(tx, task, str(lacking))
        return
    if verdict is None:
        _ask(tx, tick, task, lead, words)
    elif verdict.checks and verdict.checks[-1].name == OPT_OUT:
        stop_ladder(tx, tick.who, lead, verdict.sentence, now=tick.now, media=_TEXTS)
    else:
        _leave_to_person(tx, task, verdict.sentence)


def follow_text(tx: Tx, tick: Tick, task_id: int) -> bool:
    """Note at a task what became of its text: one that arrived does it, any other leaves it to a person. False where
    nothing was left to note."""
    task, lead = locked(tx, task_id)
    drafted = get_send(tx, task.send_id) if task.send_id else None
    if task.state is not TaskState.DUE or drafted is None or drafted.state not in TEXT_ENDED:
        return False
    if drafted.state in ARRIVED:
        return complete_task(tx, tick.who, task, _done(tx, drafted, tick.now), now=tick.now)
    if wants_none := _wants_no_texts(drafted):
        stop_ladder(tx, tick.who, lead, wants_none, now=tick.now, media=_TEXTS)
        return True
    change_task(tx, task.id, {"send_id": None, "reason": _what_happened(tx, drafted)})
    show_task(tx, tick.who, task.id, now=tick.now)
    return True


def _words(tx: Tx, task: Task, lead: Lead, now: datetime) -> Words:
    """What the step's template says. Raises `FactsMissing`."""
    rungs = [each for each in tasks_of(tx, lead.id) if each.kind is TaskKind.LADDER and each.run == task.run]
    texts = [each.step for each in rungs if each.medium is Medium.SMS]
    name = text_of(
        is_first=task.step == min(texts),
        is_last=task.step == max(texts),
        missed_call=_missed_call(tx, task),
    )
    about = About(lead, deal_of(tx, lead.id), speaks_for=task.owner or lead.rep_id)
    return words_in(tx, name, Route.SMS, about, now=now)


def _missed_call(tx: Tx, task: Task) -> bool:
    """Whether the newest call that was logged reached nobody, and came after the text before this one."""
    tasks = tasks_of(tx, task.lead_id)
    texts = [each.completed_at for each in tasks if each.medium is Medium.SMS and each.completed_at]
    calls = [(each.completed_at, each.outcome) for each in tasks if each.outcome and each.completed_at]
    if not calls:
        return False
    at, outcome = max(calls)
    return outcome in MISSED and (not texts or at > max(texts))


def _for_good(tx: Tx, tick: Tick, lead: Lead, phone: str, words: Words) -> GateVerdict | None:
    """The gate's no where no later moment would change it; None where the text may leave now or later.

    Nothing is recorded: it is a look before anybody wants to send. Raises `SenderIncomplete` and `TextTooLong`.
    """
    found = recipient_of_lead(tx, lead, phone)
    body = with_footer(words.body, sender_of(tx), Medium.SMS, language=found.language)
    check_length(body, Medium.SMS)
    wish = ContactWish(Medium.SMS, phone, "", body=body, lead_id=lead.id)
    verdict, facts = judge_in(tx, found, wish, tick.now, tick.report)
    made = release(verdict, facts, key="", expires_at=None)
    return verdict if made.state is SendState.BLOCKED else None


def _ask(tx: Tx, tick: Tick, task: Task, lead: Lead, words: Words) -> None:
    wish = MessageWish(
        key=_free_key(tx, task),
        route=Route.SMS,
        address=str(lead.phone),
        body=words.body,
        lead_id=lead.id,
        template_version=words.version,
        metadata={"task_id": task.id, "tell": True},
    )
    drafted = draft_in(tx, tick.who, wish, tick.links, tick.now)
    deal = deal_of(tx, lead.id)
    about = ApprovalAsk(ApprovalKind.SEND, [drafted.id], lead.id, deal.id if deal else None, task.id)
    ask_in(tx, tick.who, about, now=tick.now)
    change_task(tx, task.id, {"send_id": drafted.id, "reason": None})


def _free_key(tx: Tx, task: Task) -> str:
    """The key of a step's text; one that was put off is drafted again under the next."""
    tries = 1
    while send_with_key(tx, f"task:{task.id}:{tries}"):
        tries += 1
    return f"task:{task.id}:{tries}"


def _leave_to_person(tx: Tx, task: Task, reason: str) -> None:
    change_task(tx, task.id, {"reason": reason})


def _failed_before(tx: Tx, task: Task) -> str | None:
    """Why no text of this ladder gets through, as the newest of them was told for good; None where it arrived."""
    earlier = [each for each in tasks_of(tx, task.lead_id) if each.send_id and each.id != task.id]
    newest = max(earlier, key=lambda each: (each.due_at, each.id), default=None)
    sent = get_send(tx, newest.send_id) if newest and newest.send_id else None
    return _refused_for_good(sent) if sent else None


def _refused_for_good(sent: Send) -> str | None:
    if sent.state is not SendState.FAILED or sent.reason in (None, GAVE_UP):
        return None
    said = f" ({sent.last_error.rstrip('.')})" if sent.last_error else ""
    return f"Texts do not get through to this number{said}."


def _wants_no_texts(sent: Send) -> str | None:
    """Why no more texts go to them, where their message ended by that."""
    if sent.reason in (OPTED_OUT, CARRIER_BLOCK):
        return "They asked not to be texted."
    return _refused_for_good(sent)


def _what_happened(tx: Tx, sent: Send) -> str:
    """Say why a text did not leave."""
    asked = get_approval(tx, sent.approval_id) if sent.approval_id else None
    if sent.state is SendState.REJECTED and asked:
        why = f": {asked.reason.rstrip('.')}" if asked.reason else ""
        return f"The text was rejected by {name_of(tx, asked.decided_by)}{why}."
    return f"The text did not leave: {sent.last_error or 'nobody approved it in time.'}"


def _done(tx: Tx, sent: Send, now: datetime) -> Done:
    """How a step was done whose text left: when its provider took it, by whoever let it go."""
    asked = get_approval(tx, sent.approval_id) if sent.approval_id else None
    by = asked.decided_by if asked and asked.decided_by else sent.created_by
    return Done(sent.settled_at or now, by)
