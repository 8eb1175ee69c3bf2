"""The modals of an approval: other words for a message, the reason for a no, and who else decides."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.services.approvals import ApprovalCard
from bot.slack.approval_card import NOT_ADVICE, approval_text, head_text, said_text
from bot.slack.blocks import Block, context, modal, person_select, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape
from domain.approvals import ApprovalKind
from domain.errors import RuleBroken
from domain.messages import Route

LONGEST: Final = 3_000
"""Characters that Slack takes in a field."""


class TooLongToEdit(RuleBroken):
    """This e-mail has {length:,} characters, and Slack's form holds {limit:,}. Approve it as it is, or reject it."""

    code = "TOO_LONG_TO_EDIT"


def edit_view(card: ApprovalCard, line: str, way_back: Mapping[str, str]) -> Block:
    """Return the form in which a message is worded otherwise and approved; `line` says what it would be. What was typed
    is kept by Slack. Raises `TooLongToEdit`."""
    send = card.sends[0]
    if len(send.body) > LONGEST:
        raise TooLongToEdit(length=len(send.body), limit=LONGEST)
    subject = [text_input("subject", "Subject", initial=send.subject or "", optional=False)]
    return modal(
        View.APPROVAL_EDIT,
        "Edit and approve",
        [
            section(head_text(card)),
            *(subject if send.route is Route.EMAIL else []),
            text_input(
                "body",
                "Message",
                initial=send.body,
                hint="What the law wants at its end is put back where it is missing.",
                optional=False,
                multiline=True,
                live_as=Action.APPROVAL_INPUT,
            ),
            section(line, block_id="preview"),
            context(NOT_ADVICE),
        ],
        submit="Approve",
        private_metadata=_kept(card, way_back),
    )


def reject_view(card: ApprovalCard, way_back: Mapping[str, str]) -> Block:
    """Return the form that asks why the messages stay here."""
    asked = text_input(
        "reason",
        "Why?",
        placeholder="Too pushy: ask first how they are",
        hint="Whoever asked reads it.",
        optional=False,
        multiline=True,
    )
    return modal(
        View.REJECT, "Reject", [section(_named(card)), asked], submit="Reject", private_metadata=_kept(card, way_back)
    )


def delegate_view(card: ApprovalCard, way_back: Mapping[str, str]) -> Block:
    """Return the form that asks who else is to decide."""
    whom = person_select("to", "Who decides?", hint="An approver or an admin. They are told, and admins still may.")
    return modal(
        View.DELEGATE,
        "Who decides?",
        [section(_named(card)), whom],
        submit="Ask them",
        private_metadata=_kept(card, way_back),
    )


def done_view(card: ApprovalCard) -> Block:
    """Return what stands in the place of the form: what happens to the message, and what was put back at its end."""
    put_back = f"{bold('Added at its end')}\n>{escape(' / '.join(card.added.splitlines()))}"
    lines = [head_text(card), said_text(card), *([put_back] if card.added else [])]
    return modal(View.APPROVAL_SHOWN, "Approved", [section("\n".join(lines)), context(NOT_ADVICE)], close="Close")


def read_approval(view: Mapping[str, Any]) -> int:
    """Return the approval that a form is about."""
    return int(json.loads(view["private_metadata"])["approval"])


def read_field(view: Mapping[str, Any], name: str) -> str:
    """Return what stands in a field, "" where there is none."""
    return str(form_values(view).get(name) or "")


def _named(card: ApprovalCard) -> str:
    if card.approval.kind is ApprovalKind.BATCH:
        return bold(escape(approval_text(card)))
    return head_text(card)


def _kept(card: ApprovalCard, way_back: Mapping[str, str]) -> str:
    return json.dumps({**way_back, "approval": card.approval.id})
