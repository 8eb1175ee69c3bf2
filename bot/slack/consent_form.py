"""The modal that takes down somebody's consent, and what its fields say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.services.consent_intake import NO_ROLE, NO_SOLICITATION, ONLY_ZONE
from bot.services.consents import ConsentAsk, ConsentSubject, Recorded
from bot.slack.blocks import Block, checkboxes, date_input, modal, section, select, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import MEDIA, form_values
from bot.slack.mrkdwn import bold, clip, escape
from domain.consent_draft import FOR_A_ROLE, RECORDABLE, RULES, ConsentDraft
from domain.consent_values import EXPRESS, ConsentKind
from domain.policy import Medium
from domain.recipients import all_zones

KINDS = {kind.value: label for kind, label in RECORDABLE.items()} | {ONLY_ZONE: "Nothing new: only where they live"}
ABOUT = {NO_SOLICITATION: "They want no advertising there", NO_ROLE: "It is private, of no business role"}
PERSON_SHOWN = 150
NOT_COUNTED = "It is kept and does not count until there is evidence: record it once more when you have some."


@dataclass(frozen=True, slots=True)
class FormAbout:
    """What a form remembers: whose consent it takes down, by which media they are reached, the zone that stands for
    them, and their local date."""

    subject: ConsentSubject
    person: str
    media: tuple[str, ...]
    zone: str
    today: date


def consent_view(ask: ConsentAsk, origin: Mapping[str, str]) -> Block:
    """Return the form; what it asks for follows from what happened."""
    reached = {Medium.SMS: ask.phone, Medium.CALL: ask.phone, Medium.EMAIL: ask.email}
    media = tuple(medium.value for medium in Medium if reached[medium])
    about = FormAbout(ask.subject, clip(ask.person, PERSON_SHOWN), media, ask.zone or "", ask.today)
    return _form(about, None, origin)


def redrawn(view: Mapping[str, Any]) -> Block:
    """Return the form as it asks for what is chosen now; what was typed in fields that stay is kept by Slack."""
    return _form(read_about(view), form_values(view).get("kind"), json.loads(view["private_metadata"]))


def read_about(view: Mapping[str, Any]) -> FormAbout:
    """Return what the form was opened with."""
    kept = json.loads(view["private_metadata"])
    subject = ConsentSubject(bool(kept["is_lead"]), int(kept["number"]))
    return FormAbout(subject, kept["person"], tuple(kept["media"]), kept["zone"], date.fromisoformat(kept["today"]))


def saved_view(about: FormAbout, draft: ConsentDraft, recorded: Recorded) -> Block:
    """Return what stands in the form's place once it is saved: what was added, and whether it counts."""
    lines = [bold(f"{about.subject.name}  {escape(about.person)}")]
    if draft.kind:
        media = ", ".join(MEDIA[medium.value].lower() for medium in recorded.media)
        lines.append(f"Recorded for {media}: {RECORDABLE[draft.kind].lower()}, {draft.obtained_on:%d %b %Y}.")
        lines.append(f":warning: {NOT_COUNTED}" if recorded.lacks_evidence else RULES[draft.kind])
    if recorded.zone:
        lines.append(f"Their time zone is {escape(recorded.zone)} from now on.")
    return modal(View.CONSENT_SHOWN, "Recorded", [section("\n".join(lines))], close="Close")


def _form(about: FormAbout, kind: str | None, origin: Mapping[str, str]) -> Block:
    kept = {
        "is_lead": about.subject.is_lead,
        "number": about.subject.number,
        "person": about.person,
        "media": about.media,
        "zone": about.zone,
        "today": about.today.isoformat(),
    }
    return modal(
        View.CONSENT,
        "Record consent",
        [section(bold(f"{about.subject.name}  {escape(about.person)}")), *_blocks(about, kind)],
        submit="Save",
        private_metadata=json.dumps({**origin, **kept}),
    )


def _blocks(about: FormAbout, kind: str | None) -> list[Block]:
    if kind == ONLY_ZONE:
        return [_happened(kind), _zone(about)]
    chosen = ConsentKind(kind) if kind else None
    return [
        _happened(kind),
        *([section(RULES[chosen], block_id="rule")] if chosen else []),
        date_input("obtained_on", "On which day", initial=about.today, optional=False),
        *_of_kind(chosen),
        checkboxes(
            "media", "It covers", {name: MEDIA[name] for name in about.media}, hint="None ticked counts as all of them."
        ),
        text_input("wording", "In which words", hint="What they agreed to, or said.", multiline=True),
        text_input("source", "Where", hint="The web form, the open house, the call."),
        _evidence(chosen),
        _zone(about),
    ]


def _happened(kind: str | None) -> Block:
    """The choice on which the other fields depend: it reports at once."""
    block = select("kind", "What happened?", KINDS, initial=kind or "", optional=False)
    return block | {"element": block["element"] | {"action_id": Action.CONSENT_INPUT}, "dispatch_action": True}


def _of_kind(kind: ConsentKind | None) -> list[Block]:
    """The fields that only one kind asks for."""
    if kind is ConsentKind.CONTRACT:
        return [date_input("ended_on", "Ended on", hint="Empty while it is in force.")]
    if kind is ConsentKind.REFERRAL:
        return [text_input("referrer", "Referred by", hint="The full name; the first message names them.")]
    return [checkboxes("about", "What is said there", ABOUT)] if kind in FOR_A_ROLE else []


def _evidence(kind: ConsentKind | None) -> Block:
    hint = "A link, or where it is kept: the signed form, the e-mail, the recording."
    if kind in EXPRESS:
        hint = f"{hint} Without it this is kept and does not count."
    return text_input("evidence", "Evidence", hint=hint)


def _zone(about: FormAbout) -> Block:
    """Where they say that they live: it goes before what address and number tell."""
    names = sorted(all_zones() | ({about.zone} if about.zone else set()))
    hint = "Only when they said so: their hours are judged by it alone from then on."
    return select("zone", "Their time zone", {name: name for name in names}, initial=about.zone, hint=hint)
