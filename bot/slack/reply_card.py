"""How replies look in Slack: what one was taken for, and the list of those that wait for a person."""

from collections.abc import Sequence

from bot.services.actors import Actor
from bot.services.inbound import Received, Waiting
from bot.services.opting_out import Stopped
from bot.services.recipients import is_phone
from bot.slack.blocks import Block, actions, button, confirmation, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, for_reader
from domain.contact import mask_contacts, mask_email, mask_phone, show_phone
from domain.optout import ALL_MEDIA, Intent
from domain.roles import may_see_contact
from domain.rules import Medium

SHOWN = 10
"""How many waiting replies are listed at once."""

NOT_ADVICE = "configurable defaults, not legal advice"
_ANSWERED_BY = {Medium.SMS: "text", Medium.EMAIL: "e-mail", Medium.CALL: "phone"}
_STOPPED = {
    Medium.SMS: "texts to {} are blocked",
    Medium.EMAIL: "e-mails to {} are blocked",
    Medium.CALL: "calls to {} are blocked",
}


def outcome_text(done: Received) -> str:
    """Say what a reply was taken for and what that changed; addresses are masked."""
    shown = masked(done.message.address)
    match done.message.intent:
        case Intent.STOP:
            return f"{bold('Taken as an opt-out')}: {_stopped(done.stopped)} from now on."
        case Intent.WRONG_PERSON:
            return f"{bold('Taken as a wrong person')}: {shown} is contacted no more. Correct the lead's number."
        case Intent.START if done.still_stopped:
            return (
                f"{bold('Taken as a start')}, but {shown} stays blocked: they had asked for no contact at all, which "
                "only a new consent in their own words takes back (Record consent)."
            )
        case Intent.START if done.lifted:
            return (
                f"{bold('Taken as a start')}: the block is lifted. It is no consent: what allowed us before must still."
            )
        case Intent.START:
            return f"{bold('Taken as a start')}: nothing was blocked, so nothing changes. It is no consent."
        case Intent.AMBIGUOUS:
            return (
                f"{bold('It may be an opt-out')}: nothing goes to {shown} until a person has said whether it is one "
                "(`/policy replies`)."
            )
        case Intent.HELP:
            return f"{bold('They ask for help')}: tell them who we are and how to stop. It is no opt-out."
        case Intent.NONE:
            return f"{bold('Kept')}. It is no opt-out, and nothing is blocked."


def queue_text(waiting: Sequence[Waiting]) -> str:
    """Return the list in a line."""
    count = len(waiting)
    return (
        "No reply waits for you." if not count else f"{count} {'reply waits' if count == 1 else 'replies wait'} for you"
    )


def queue_blocks(waiting: Sequence[Waiting], who: Actor) -> list[Block]:
    """Return the replies that wait for a member, each with its two answers."""
    if not waiting:
        return [section(f"{bold('No reply waits for you.')} Those that may be an opt-out come here.")]
    more = len(waiting) - SHOWN
    rest = [context(f"{more} more wait behind these.")] if more > 0 else []
    return [
        section(f"{bold('Replies that wait for a person')}\nUntil you decide, nothing is sent to who wrote them."),
        *(block for each in waiting[:SHOWN] for block in reply_blocks(each, who)),
        *rest,
        context(f"An opt-out counts from when they wrote it, and nobody here can take it back · {NOT_ADVICE}"),
    ]


def reply_blocks(waiting: Waiting, who: Actor | None) -> list[Block]:
    """Return one reply that waits: who wrote what and when, and the two answers. `who` is None where others read
    along."""
    message = waiting.message
    value = str(message.id)
    asking = confirmation("An opt-out?", "It can't be taken back here.", yes="It is an opt-out")
    return [
        section(reply_text(waiting, who)),
        actions(
            [
                button("It is an opt-out", Action.REPLY_IS_STOP, value, style="danger", confirm=asking),
                button("It is not", Action.REPLY_IS_NOT, value),
            ],
            block_id=f"reply_{message.id}",
        ),
    ]


def reply_text(waiting: Waiting, who: Actor | None) -> str:
    """Say who wrote what, by which medium and when; addresses and numbers are masked where others read along."""
    message = waiting.message
    rep_id = waiting.lead.rep_id if waiting.lead else None
    sees = who is not None and may_see_contact(who.role, user_id=who.user_id, rep_id=rep_id)
    words = message.text if sees else mask_contacts(message.text)
    address = _shown(message.address) if sees else masked(message.address)
    by = _ANSWERED_BY[message.medium]
    head = f"{_whose(waiting)} · {escape(address)} · by {by}, {for_reader(message.received_at)}"
    return f"{head}\n>{escape(' '.join(words.split()))}"


def masked(address: str) -> str:
    """An address with its middle hidden."""
    return mask_phone(address) if is_phone(address) else mask_email(address)


def _shown(address: str) -> str:
    return show_phone(address) if is_phone(address) else address


def _whose(waiting: Waiting) -> str:
    if waiting.lead:
        return bold(f"L-{waiting.lead.number} {escape(waiting.lead.name)}")
    return bold(f"B-{waiting.buyer.number} {escape(waiting.buyer.name)}") if waiting.buyer else bold("Somebody unknown")


def _stopped(stopped: Sequence[Stopped]) -> str:
    everywhere = [masked(each.address) for each in stopped if each.scope == ALL_MEDIA]
    if everywhere:
        return f"texts, e-mails and calls to {' and '.join(everywhere)} are blocked"
    return ", ".join(_STOPPED[each.scope].format(masked(each.address)) for each in stopped if each.scope != ALL_MEDIA)
