"""What an approval looks like in Slack: what would leave to whom, whether it may, its buttons; then the decision."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.services.approval_cards import OUTCOME, waiting_of
from bot.services.approval_rules import why_overtaken
from bot.services.approvals import ApprovalCard
from bot.services.recipients import is_phone
from bot.slack.batch_card import batch_blocks, batch_text
from bot.slack.blocks import Block, actions, button, confirmation, context, overflow, section
from bot.slack.ids import Action
from bot.slack.live_offer_card import person
from bot.slack.mrkdwn import bold, clip, escape, for_reader, on_their_clocks, there_and_here
from bot.slack.pauses import banner
from bot.slack.reply_card import masked
from domain.approvals import ApprovalKind, ApprovalState
from domain.contact import mask_contacts, show_phone
from domain.gate import GateVerdict
from domain.messages import Route, SendState
from domain.releases import WAITED_FOR
from domain.zones import zone
from storage.sends import Send

NOT_ADVICE: Final = "configurable defaults, not legal advice"
PIECE, PIECES = 500, 5
"""Characters of a message in one block, and blocks of it on a card: a text fits whole, and so do most e-mails."""
WHY_SHOWN, NAME_SHOWN = 300, 100
DELEGATE = "delegate"
_CALLED: Final = {Route.SMS: "Text", Route.EMAIL: "E-mail", Route.SLACK: "Post"}
_WORDS: Final = {
    ApprovalState.OPEN: "waits for approval",
    ApprovalState.APPROVED: "approved",
    ApprovalState.REJECTED: "rejected",
    ApprovalState.EXPIRED: "lapsed",
    ApprovalState.SUPERSEDED: "overtaken",
}
_STAYED: Final = (SendState.BLOCKED, SendState.CANCELLED)


def approval_text(card: ApprovalCard) -> str:
    """Return the card in a line, for notifications and screen readers: nothing in it tells who the recipient is."""
    return f"{_what(card)}: {_WORDS[card.approval.state]}"


def approval_blocks(card: ApprovalCard) -> list[Block]:
    """Return the card: with its buttons while it can be decided, then with who decided what, when, and what came of it.

    Contact details are masked unless the card `sees` them.
    """
    asked = list(_asked(card)) if card.can_be_decided else []
    if card.approval.kind is ApprovalKind.BATCH:
        shown = [*([section("\n".join(asked), block_id="asked")] if asked else []), *batch_blocks(card)]
    else:
        shown = _message(card, asked)
    stops = banner(card.pauses) if card.can_be_decided or _is_held(card) else []
    if card.can_be_decided:
        return [*stops, *shown, *_now(card), _buttons(card), *_footer(card)]
    ended = section("\n".join(_ended(card)), block_id="decided")
    return [*stops, ended, *shown] if card.approval.kind is ApprovalKind.BATCH else [*stops, *shown, ended]


def said_text(card: ApprovalCard) -> str:
    """Say to whoever just said yes what happens to the messages now."""
    if card.approval.kind is ApprovalKind.BATCH:
        stay = sum(send.state in _STAYED for send in card.sends)
        held = sum(send.state is SendState.HELD for send in card.sends)
        parts = [f"{held} held for now"] * bool(held) + [f"{stay} not sent"] * bool(stay)
        return f"{bold('Approved')}: {len(card.sends)} messages{', ' if parts else ''}{', '.join(parts)}."
    return "\n".join(["Approved.", *(_state(card, send) for send in card.sends)])


def verdict_line(verdict: GateVerdict, now: datetime, closes_at: datetime | None = None) -> str:
    """Say whether a message may leave now, on the recipient's clock, and what a yes would do to it now."""
    why = escape(verdict.sentence, WHY_SHOWN)
    if verdict.allowed:
        clock = on_their_clocks(now, verdict.local_times) if verdict.local_times else ""
        parts = [f"it is {clock.rstrip(',')} there"] * bool(clock)
        parts += [f"open until {_closing(verdict, closes_at)}"] if closes_at else []
        policy = [f"policy {escape(verdict.policy)} v{verdict.policy_version}"] if verdict.policy else []
        return f":white_check_mark: {bold('May leave now')} · {' · '.join([*parts, *policy])}\n{why}"
    if verdict.next_open_at:
        until = there_and_here(verdict.next_open_at, verdict.local_times)
        return f":hourglass_flowing_sand: {bold('Not now')}: {why}\nApproved now, it is held until {until}"
    if verdict.reason in WAITED_FOR:
        return f":hourglass_flowing_sand: {bold('Not now')}: {why}\nApproved now, it is held until that is over."
    return f":no_entry: {bold('May not leave')}: {why}\nApproved now, it is not sent."


def head_text(card: ApprovalCard) -> str:
    """Return whom the one message of an approval is for."""
    if not card.sends:
        return bold("A message that is not here any more")
    send, found = card.sends[0], card.recipient
    whose = f" to {escape(found.name, NAME_SHOWN)}" if found and found.name else ""
    return f"{bold(f'{_CALLED[send.route]}{whose}')} · {_address(send.address, sees=card.sees)}"


def quoted(card: ApprovalCard, text: str) -> list[str]:
    """Return a message as quotes, in as many pieces as a card shows; the last one says that there is more."""
    whole = text if card.sees else mask_contacts(text, but=card.ours)
    pieces: list[list[str]] = [[]]
    for line in whole.splitlines():
        for part in [line[start : start + PIECE] for start in range(0, len(line), PIECE)] or [""]:
            if sum(map(len, pieces[-1])) + len(part) > PIECE:
                pieces.append([])
            pieces[-1].append(part)
    shown = ["\n".join(f">{escape(part)}" for part in piece) for piece in pieces[:PIECES]]
    return (
        shown if len(pieces) <= PIECES else [*shown[:-1], f"{shown[-1]}\n>… and more: {len(whole)} characters in all"]
    )


def _what(card: ApprovalCard) -> str:
    if card.approval.kind is ApprovalKind.BATCH:
        return batch_text(card)
    called = _CALLED[card.sends[0].route] if card.sends else "A message"
    return f"{called} for L-{card.lead.number}" if card.lead else called


def _message(card: ApprovalCard, asked: list[str]) -> list[Block]:
    """The one message: to whom it goes, who asked for it, and all that it says."""
    if not card.sends:
        return [section(head_text(card))]
    send = card.sends[0]
    subject = [f">{bold(escape(send.subject, 200))}"] if send.subject else []
    first, *others = quoted(card, send.body)
    head = section("\n".join([head_text(card), *asked]))
    return [head, section("\n".join([*subject, first])), *(section(piece) for piece in others)]


def _asked(card: ApprovalCard) -> Iterator[str]:
    """Who asked when, until when it can be decided, and who was asked to."""
    approval = card.approval
    by = "a follow-up" if approval.task_id else person(approval.requested_by)
    yield (
        f":raised_hand: {bold('Waits for approval')} · asked by {by} {for_reader(approval.created_at)} · "
        f"lapses {for_reader(approval.expires_at)}"
    )
    if approval.assigned_to:
        yield f"{bold('For')} {person(approval.assigned_to)}, who was asked to decide it"


def _now(card: ApprovalCard) -> list[Block]:
    if card.verdict is None:
        return []
    return [section(verdict_line(card.verdict, card.now, card.closes_at), block_id="now")]


def _buttons(card: ApprovalCard) -> Block:
    value, many = str(card.approval.id), card.approval.kind is ApprovalKind.BATCH
    count = f"{len(waiting_of(card.sends))} of {len(card.sends)} messages wait, and leave in their waves."
    sure = confirmation("Approve all?", f"{count} Each is checked again when its turn comes.", yes="Approve all")
    row = [
        button(
            "Approve all" if many else "Approve", Action.APPROVE, value, style="primary", confirm=sure if many else None
        )
    ]
    if not many:
        row.append(button("Edit and approve…", Action.EDIT_APPROVE, value))
    row.append(button("Reject…", Action.REJECT, value, style="danger"))
    row.append(overflow(Action.APPROVAL_MENU, {f"{value}|{DELEGATE}": "Ask somebody else to decide…"}))
    return actions(row, block_id=f"approval_{value}")


def _footer(card: ApprovalCard) -> list[Block]:
    another = "It reaches more people than its author may approve alone · " if card.needs_another else ""
    if card.approval.kind is ApprovalKind.BATCH:
        return [context(another.removesuffix(" · "))] if another else []
    checked = f"Checked {for_reader(card.now)}, and again at the moment it leaves"
    return [context(f"{another}{checked} · {NOT_ADVICE}")]


def _ended(card: ApprovalCard) -> Iterator[str]:
    """Who decided what and when, and what became of it; or why nobody can any more."""
    approval = card.approval
    when = f" {for_reader(approval.decided_at)}" if approval.decided_at else ""
    by = f" by {person(approval.decided_by)}" if approval.decided_by else ""
    match approval.state:
        case ApprovalState.APPROVED:
            edited = ", with other words" if approval.detail.get("edited") else ""
            yield f":white_check_mark: {bold('Approved')}{by}{when}{edited}"
            yield from _became(card)
        case ApprovalState.REJECTED:
            yield f":x: {bold('Rejected')}{by}{when}"
            yield f">{escape(' '.join((approval.reason or '').split()))}"
        case ApprovalState.SUPERSEDED:
            yield f":no_entry: {bold('Nothing to decide any more')}{when}: {escape(approval.reason or '', WHY_SHOWN)}"
        case ApprovalState.OPEN if not card.has_waiting:
            yield f":no_entry: {bold('Nothing to decide any more')}: {escape(why_overtaken(card.sends), WHY_SHOWN)}"
        case _:
            lapsed = f"{bold('Lapsed')} {for_reader(approval.expires_at)}"
            yield f":hourglass: {lapsed}: nobody decided in time, so nothing left"


def _became(card: ApprovalCard) -> Iterator[str]:
    """What became of one message since the yes, and whether that is something else than was said then."""
    if card.approval.kind is ApprovalKind.BATCH:
        return
    for send in card.sends:
        yield _state(card, send)
        if _has_changed(card, send):
            yield ":warning: This changed since the yes."


def _state(card: ApprovalCard, send: Send) -> str:
    """What becomes of a message, with the moment on both clocks."""
    zones = card.recipient.zones if card.recipient else frozenset()
    why = f": {escape(send.last_error, WHY_SHOWN)}" if send.last_error else ""
    match send.state:
        case SendState.HELD if send.held_until:
            return f":hourglass_flowing_sand: {bold('Held')} until {there_and_here(send.held_until, zones)}{why}"
        case SendState.HELD:
            return f":hourglass_flowing_sand: {bold('Held')} until what stands in its way is gone{why}"
        case SendState.SENT | SendState.DELIVERED:
            sent = f"{bold('Sent')} {there_and_here(send.settled_at, zones)}" if send.settled_at else bold("Sent")
            delivered = send.state is SendState.DELIVERED and send.delivered_at
            arrived = (
                f" · {bold('delivered')} {for_reader(send.delivered_at)}" if delivered and send.delivered_at else ""
            )
            return f"{sent}{arrived}"
        case SendState.BLOCKED | SendState.CANCELLED | SendState.REJECTED:
            return f":no_entry: {bold('Not sent')}{why}"
        case SendState.FAILED:
            return f":warning: {bold('Failed')}{why}"
        case SendState.UNKNOWN:
            return f":question: {bold('Nobody knows whether it arrived')}{why}"
        case _:
            return f"{bold('Leaves')} {there_and_here(max(send.due_at, card.now), zones)}"


def _has_changed(card: ApprovalCard, send: Send) -> bool:
    """Whether a message stays, or is held, otherwise than the one who said yes was told."""
    then = card.approval.detail.get(OUTCOME)
    if not then:
        return False
    if send.state in _STAYED:
        return SendState(then["state"]) not in _STAYED
    held_until = send.held_until.isoformat() if send.held_until else None
    return send.state is SendState.HELD and (then["state"], then["held_until"]) != (SendState.HELD, held_until)


def _is_held(card: ApprovalCard) -> bool:
    return any(send.state is SendState.HELD for send in card.sends)


def _closing(verdict: GateVerdict, closes_at: datetime) -> str:
    """When it closes on their clocks, the earliest first."""
    return " / ".join(sorted({f"{closes_at.astimezone(zone(name)):%H:%M}" for name in verdict.local_times}))


def _address(address: str, *, sees: bool) -> str:
    if not sees:
        return masked(address)
    return escape(show_phone(address) if is_phone(address) else clip(address, 320))
