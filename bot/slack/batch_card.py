"""What a batch about a deal looks like: whom it is for and in which waves, samples, the list, and who is left out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from bot.services.approval_cards import ApprovalCard
from bot.services.notifying_batch import TOLD, BatchDetail, LeftOut, Prepared, read_detail
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, for_reader, there_and_here
from domain.contact import mask_contacts
from domain.messages import Route, SendState
from domain.notifying import Party
from domain.waves import APART, SIZE
from storage.deals import Deal
from storage.leads import Lead
from storage.sends import Send

SHOWN, LEFT_OUT_SHOWN = 6, 4
"""Recipients, and people who are left out, whom the card lists; the whole list is behind its button."""
NAME_LIMIT, WHY_LIMIT, SAMPLE_LIMIT, CHUNK, MOST_BLOCKS = 80, 240, 500, 2_900, 45
_BY: Final = {Route.SMS: "text", Route.EMAIL: "e-mail"}
_ENDS: Final = {
    SendState.SENT: "sent",
    SendState.DELIVERED: "delivered",
    SendState.FAILED: "failed",
    SendState.UNKNOWN: "may not have arrived",
    SendState.REJECTED: "rejected",
    SendState.BLOCKED: "blocked",
    SendState.CANCELLED: "kept back",
}
_COUNTED: Final = {**_ENDS, SendState.HELD: "held", SendState.APPROVED: "to leave", SendState.CLAIMED: "to leave"}


def batch_blocks(card: ApprovalCard) -> list[Block]:
    """Return what the card of a batch says beside who asked, the decision and its buttons: those are the approval's."""
    detail, sends = read_detail(card.approval.detail), card.sends
    blocks = [section("\n".join(_head(card, sends))), *_remarks(detail), *_samples(card, sends)]
    if not _waits(sends):
        blocks.append(section(_counts(sends)))
    blocks += _sections([_line(send, card.now) for send in sends[:SHOWN]])
    if len(sends) > SHOWN:
        blocks.append(context(f"and {len(sends) - SHOWN} more"))
    blocks += _sections(_left_out(detail, LEFT_OUT_SHOWN))
    if len(sends) > SHOWN or len(_others(detail)) > LEFT_OUT_SHOWN:
        whole = button("Whole list", Action.SHOW_BATCH, str(card.approval.id))
        blocks.append(actions([whole], block_id=f"batch_{card.approval.id}"))
    return [*blocks, context(_checked(detail))]


def batch_text(card: ApprovalCard) -> str:
    """Return the batch in a line, for notifications and screen readers."""
    deal = f"D-{card.deal.number}" if card.deal else "a deal"
    return f"{deal}: {_whom(card.sends)}"


def whole_text(prepared: Prepared) -> str:
    """Return in a line that everybody of a batch is listed."""
    return f"Everybody who is told of D-{prepared.deal.number}: {_whom(prepared.sends)}"


def whole_blocks(prepared: Prepared, now: datetime) -> list[Block]:
    """Return everybody of a batch, and everybody who is left out, for the one who asked."""
    title = section(bold(f"{_name(prepared.deal, prepared.lead)}: {_whom(prepared.sends)}"))
    lines = [*(_line(send, now) for send in prepared.sends), *_left_out(prepared.detail, None)]
    blocks = _sections(lines)
    cut = [context("The list is longer than Slack shows.")] if len(blocks) > MOST_BLOCKS else []
    return [title, *blocks[:MOST_BLOCKS], *cut]


def prepared_text(prepared: Prepared) -> str:
    """Return in a line what notifying came to."""
    number = f"D-{prepared.deal.number}"
    if prepared.approval is None:
        return f"Nobody can be told of {number} now."
    waits = "waits for approval" if prepared.is_new else "waits for approval already"
    return f"{number}: {_whom(prepared.sends)} {waits}."


def prepared_blocks(prepared: Prepared, channel_id: str | None) -> list[Block]:
    """Return what notifying came to for the one who asked: whom it is for and where it waits, or why nobody hears."""
    detail = prepared.detail
    if prepared.approval is None:
        why = "" if detail.left_out or detail.fitting else "\nNo active buyer matches it."
        nobody = section(f":no_entry: {bold(f'Nobody can be told of D-{prepared.deal.number} now.')}{why}")
        return _fitted([nobody, *_remarks(detail), *_sections(_left_out(detail, None))])
    where = f" in <#{channel_id}>" if channel_id else ""
    waits = "It waits" if prepared.is_new else "It waits already"
    title = bold(f"D-{prepared.deal.number}: {_whom(prepared.sends)}")
    head = section(f"{title}\n{waits} for approval{where}; nothing leaves before.")
    return _fitted([head, *_remarks(detail), *_sections(_left_out(detail, LEFT_OUT_SHOWN))])


def _fitted(blocks: list[Block]) -> list[Block]:
    if len(blocks) <= MOST_BLOCKS:
        return blocks
    return [*blocks[:MOST_BLOCKS], context("The list is longer than Slack shows.")]


def _head(card: ApprovalCard, sends: Sequence[Send]) -> Iterator[str]:
    name = _name(card.deal, card.lead)
    yield f"{bold(name)} · {_whom(sends)}"
    waves = max((int(send.metadata.get("wave", 1)) for send in _to(sends, Party.BUYER)), default=1)
    if waves > 1:
        minutes = int(APART.total_seconds() // 60)
        pace = f"In {waves} waves of up to {SIZE}, {minutes} minutes apart, best match first"
        yield f"{pace}; they stop when the deal is taken."


def _name(deal: Deal | None, lead: Lead | None) -> str:
    number = f"D-{deal.number}" if deal else "A deal"
    return f"{number} · L-{lead.number} {escape(lead.place, NAME_LIMIT)}" if lead else number


def _whom(sends: Sequence[Send]) -> str:
    buyers = len(_to(sends, Party.BUYER))
    counted = f"{buyers} {'buyer' if buyers == 1 else 'buyers'}"
    if len(sends) == buyers:
        return counted
    return f"the seller and {counted}" if buyers else "the seller"


def _to(sends: Iterable[Send], party: Party) -> list[Send]:
    return [send for send in sends if send.metadata.get("party") == party]


def _remarks(detail: BatchDetail) -> list[Block]:
    return [section("\n".join(f":warning: {escape(remark)}" for remark in detail.remarks))] if detail.remarks else []


def _samples(card: ApprovalCard, sends: Sequence[Send]) -> list[Block]:
    """What the seller reads, and what the best match of each way reads; the others read the same by their names."""
    seller, buyers = _to(sends, Party.SELLER), _to(sends, Party.BUYER)
    named = [("The seller reads", seller[0])] if seller else []
    for route, way in _BY.items():
        alike = [send for send in buyers if send.route is route]
        if alike:
            others = f", and {len(alike) - 1} more the same by name" if len(alike) > 1 else ""
            named.append((f"{escape(str(alike[0].metadata['name']), NAME_LIMIT)} reads by {way}{others}", alike[0]))
    return [section(f"{bold(who)}\n{_quoted(card, send)}") for who, send in named]


def _quoted(card: ApprovalCard, send: Send) -> str:
    subject = f"{send.subject}: " if send.subject else ""
    said = " ".join(f"{subject}{send.body}".split())
    return f">{escape(said if card.sees else mask_contacts(said, but=card.ours), SAMPLE_LIMIT)}"


def _line(send: Send, now: datetime) -> str:
    """One recipient: who, how well the deal fits, by which way, in which wave, and what becomes of the message."""
    fit = send.metadata.get("fit")
    wave = send.metadata.get("wave")
    facts = [
        bold(escape(str(send.metadata["name"]), NAME_LIMIT)),
        f"fit {fit:.0%}".replace("%", " %") if isinstance(fit, float | int) else "seller",
        _BY[send.route],
        f"wave {wave}" if wave else "",
        _becomes(send, now),
    ]
    return " · ".join(fact for fact in facts if fact)


def _becomes(send: Send, now: datetime) -> str:
    zones = send.metadata["look"]["zones"]
    match send.state:
        case SendState.AWAITING_APPROVAL | SendState.DRAFTED:
            return _looked(send.metadata["look"])
        case SendState.APPROVED | SendState.CLAIMED | SendState.SENDING:
            return f"leaves {there_and_here(send.due_at, zones)}" if send.due_at > now else "leaves now"
        case SendState.HELD:
            until = f"held until {there_and_here(send.due_at, zones)}" if send.held_until else "held"
            return f"{until}: {escape(send.last_error or '', WHY_LIMIT)}"
        case SendState.SENT | SendState.DELIVERED:
            at = send.delivered_at or send.settled_at
            return f":white_check_mark: {_ENDS[send.state]}{f' {for_reader(at)}' if at else ''}"
        case _:
            why = f": {escape(send.last_error, WHY_LIMIT)}" if send.last_error else ""
            return f":no_entry: {_ENDS[send.state]}{why}"


def _looked(look: dict[str, Any]) -> str:
    """What the gate said when the batch was prepared."""
    if look["allowed"]:
        return "may leave now"
    if look["held_until"]:
        return f"held until {there_and_here(datetime.fromisoformat(look['held_until']), look['zones'])}"
    return f"waits: {escape(look['why'], WHY_LIMIT)}"


def _others(detail: BatchDetail) -> list[LeftOut]:
    """Who is left out for another reason than that they know already, the seller first."""
    everybody = [*([detail.seller] if detail.seller else []), *detail.left_out]
    return [each for each in everybody if each.reason != TOLD]


def _left_out(detail: BatchDetail, most: int | None) -> list[str]:
    others = _others(detail)
    lines = [f":no_entry: {bold(escape(each.name, NAME_LIMIT))} not told: {_why(each)}" for each in others[:most]]
    if len(others) > len(lines):
        lines.append(f"and {len(others) - len(lines)} more are not told")
    if known := [each for each in detail.left_out if each.reason == TOLD]:
        lines.append(f"{len(known)} {'buyer was' if len(known) == 1 else 'buyers were'} told before.")
    if detail.seller and detail.seller.reason == TOLD:
        lines.append(f"The seller: {_why(detail.seller)}")
    return lines


def _why(left_out: LeftOut) -> str:
    return escape(left_out.sentence, WHY_LIMIT)


def _waits(sends: Iterable[Send]) -> bool:
    return any(send.state is SendState.AWAITING_APPROVAL for send in sends)


def _counts(sends: Iterable[Send]) -> str:
    counted = Counter(_COUNTED.get(send.state, "to leave") for send in sends)
    return " · ".join(f"{bold(str(count))} {what}" for what, count in counted.items())


def _checked(detail: BatchDetail) -> str:
    return (
        f"Checked {for_reader(detail.asked_at)} · each message is checked again at the moment it leaves · "
        "configurable defaults, not legal advice"
    )


def _sections(lines: Iterable[str]) -> list[Block]:
    """Lines in as few sections as Slack's limit for one allows."""
    blocks: list[Block] = []
    part: list[str] = []
    for line in lines:
        if part and sum(map(len, part)) + len(part) + len(line) > CHUNK:
            blocks.append(section("\n".join(part)))
            part = []
        part.append(line)
    return [*blocks, section("\n".join(part))] if part else blocks
