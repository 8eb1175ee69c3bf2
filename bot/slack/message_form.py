"""The modal in which a message to a seller is written, with what it would be and when it may leave."""

import json
from collections.abc import Mapping
from typing import Any

from bot.services.approvals import ApprovalCard
from bot.services.messages import Draft, MessageAsk, Preview
from bot.slack.blocks import Block, context, modal, radio, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, clip, escape, for_reader, there_and_here
from bot.slack.reply_card import masked
from bot.slack.send_card import NOT_ADVICE, state_words
from domain.consent import MessageKind
from domain.contact import show_phone
from domain.gate import GateVerdict
from domain.releases import WAITED_FOR
from domain.rules import Medium
from domain.segments import Segments, segments_of
from storage.sends import Send

MEDIA = {Medium.SMS: "Text message", Medium.EMAIL: "E-mail"}
KINDS = {
    MessageKind.COMMERCIAL.value: "An ordinary message",
    MessageKind.REPLY.value: "The answer to what they asked or wrote",
}
ASKED = "Your message waits for an approver's yes, and leaves after it."
EMPTY = "Below the text stands here what it will look like, and whether it may leave now."
PERSON_SHOWN = 150


def message_view(ask: MessageAsk, line: str = EMPTY) -> Block:
    """Return the form for a lead, with the media by which its seller can be written to."""
    shown = {medium: _shown(address) if ask.sees else masked(address) for medium, address in ask.addresses.items()}
    options = {medium.value: f"{MEDIA[medium]} to {address}" for medium, address in shown.items()}
    lead = ask.lead
    about = {"lead": lead.number, "person": clip(lead.name, PERSON_SHOWN), "media": options, "asks": ask.asks}
    return _form(about, next(iter(options)), line)


def redrawn(view: Mapping[str, Any], line: str) -> Block:
    """Return the form as it asks for what is chosen now, with what the draft would be; what was typed is kept by
    Slack."""
    return _form(json.loads(view["private_metadata"]), str(form_values(view)["medium"]), line)


def read_draft(view: Mapping[str, Any]) -> Draft:
    """Return what is written so far."""
    values = form_values(view)
    return Draft(
        number=int(json.loads(view["private_metadata"])["lead"]),
        medium=Medium(values["medium"]),
        body=str(values.get("body") or ""),
        subject=str(values.get("subject") or ""),
        kind=MessageKind(values["kind"]),
    )


def asks(view: Mapping[str, Any]) -> bool:
    """Whether the form asks for an approval."""
    return bool(json.loads(view["private_metadata"])["asks"])


def preview_text(preview: Preview) -> str:
    """Say how long a draft is, what stands at its end, and whether it may leave now."""
    added = " / ".join(preview.added.splitlines())
    end = [f"{bold('At its end')} {escape(added, 400)}"] if added else []
    return "\n".join([_length(preview), *end, _now(preview.verdict)])


def queued_view(view: Mapping[str, Any], send: Send, zones: frozenset[str]) -> Block:
    """Return what stands in the place of the form `view`: what happens to the message."""
    said = f"{_whose(json.loads(view['private_metadata']))}\n{state_words(send, zones)}"
    told = "What becomes of it is told in the lead's thread."
    return modal(View.MESSAGE_SHOWN, "Message", [section(said), context(f"{told} · {NOT_ADVICE}")], close="Close")


def asked_view(view: Mapping[str, Any], card: ApprovalCard, channel_id: str | None) -> Block:
    """Return what stands in the place of the form `view`: where the message waits, and until when."""
    where = f" in <#{channel_id}>" if channel_id else ""
    waits = f":raised_hand: {bold('Waits for approval')}{where}; it lapses {for_reader(card.approval.expires_at)}."
    said = f"{_whose(json.loads(view['private_metadata']))}\n{waits}"
    told = "What becomes of it is told in the lead's thread."
    return modal(View.MESSAGE_SHOWN, "Message", [section(said), context(f"{told} · {NOT_ADVICE}")], close="Close")


def _form(about: Mapping[str, Any], medium: str, line: str) -> Block:
    subject = [text_input("subject", "Subject", optional=False)] if Medium(medium) is Medium.EMAIL else []
    return modal(
        View.MESSAGE,
        "Message",
        [
            section(_whose(about)),
            *([context(ASKED)] if about["asks"] else []),
            _live(radio("medium", "How", about["media"], initial=medium)),
            *subject,
            text_input(
                "body",
                "Message",
                hint="Who we are and how to stop is added where it is missing.",
                optional=False,
                multiline=True,
                live_as=Action.MESSAGE_INPUT,
            ),
            _live(radio("kind", "It is", KINDS, initial=MessageKind.COMMERCIAL.value)),
            section(line, block_id="preview"),
            context(NOT_ADVICE),
        ],
        submit="Ask for approval" if about["asks"] else "Send",
        private_metadata=json.dumps(about),
    )


def _whose(about: Mapping[str, Any]) -> str:
    return bold(f"L-{about['lead']}  {escape(about['person'])}")


def _live(block: Block) -> Block:
    """A field that reports at once what is chosen in it."""
    return block | {"element": block["element"] | {"action_id": Action.MESSAGE_INPUT}, "dispatch_action": True}


def _length(preview: Preview) -> str:
    count = f"{len(preview.body)} characters"
    cut = preview.segments
    if cut is None:
        return f"{bold('Length')} {count}"
    segments = f"{cut.count} {'segment' if cut.count == 1 else 'segments'} ({cut.encoding})"
    return f"{bold('Length')} {count}, {segments}{_costly(preview.body, cut)}"


def _costly(body: str, cut: Segments) -> str:
    """Name the characters that need the costlier alphabet, where the text would be fewer segments without them."""
    if not cut.costly:
        return ""
    plain = segments_of("".join("?" if sign in cut.costly else sign for sign in body))
    signs = " ".join(f"“{escape(sign)}”" for sign in cut.costly[:5])
    return f", because of {signs}: {plain.count} without"


def _now(verdict: GateVerdict) -> str:
    if verdict.allowed:
        return f":white_check_mark: {bold('May leave now')}: {escape(verdict.sentence)}"
    no = f"{bold('Not now')}: {escape(verdict.sentence)}"
    if verdict.next_open_at:
        until = there_and_here(verdict.next_open_at, verdict.local_times)
        return f":hourglass_flowing_sand: {no} Sent now, it is held until {until}"
    if verdict.reason in WAITED_FOR:
        return f":hourglass_flowing_sand: {no} Sent now, it is held until that is over."
    return f":no_entry: {no}"


def _shown(address: str) -> str:
    return address if "@" in address else show_phone(address)
