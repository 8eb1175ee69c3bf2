"""Words tried with a real lead: what a template would say to its seller, or to a buyer, and why it would not."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.services.intake import readable
from bot.services.numbered import lead_numbered
from bot.services.template_words import About, Words, check_words, filled_in
from domain.content import with_footer
from domain.errors import RuleBroken
from domain.messages import Route
from domain.rules import Medium
from domain.segments import Segments, check_length, segments_of
from domain.template_lint import Finding, check_body, check_subject, findings_on
from domain.templates import Template, TemplateKey
from storage.base import Tx
from storage.buyers import Buyer, newest_buyers
from storage.leads import Lead
from storage.workspaces import sender_of

UNSUBSCRIBE_SHOWN = "https://…"
"""What stands for the link in a try: each e-mail has its own."""


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """The words of a template as somebody types them."""

    key: TemplateKey
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class TemplateTry:
    """A template's words about a real lead, as they would leave; with a `problem` they would not, and `words` are None
    where not even that can be shown. What buyers read is tried with the newest `buyer`, None without any.

    `added` is what stands at the end for the law; `segments` is how a text is cut, None for an e-mail.
    """

    lead: Lead
    buyer: Buyer | None
    is_for_buyer: bool
    findings: tuple[Finding, ...]
    words: Words | None = None
    added: str = ""
    segments: Segments | None = None
    problem: str | None = None


def tried_in(tx: Tx, template: Template, number: int, now: datetime) -> TemplateTry:
    """Return what words say about the lead L-`number`. Raises `LeadNotFound`."""
    lead = lead_numbered(tx, number)
    is_for_buyer = template.key.name.is_for_buyer
    buyer = next(iter(newest_buyers(tx, limit=1)), None) if is_for_buyer else None
    about = About(lead, buyer=buyer, speaks_for=lead.rep_id)
    tried = TemplateTry(lead, buyer, is_for_buyer, findings_on(template))
    try:
        words = filled_in(tx, template, about, now=now)
        whole = _whole(tx, template.key, words)
    except RuleBroken as broken:
        return replace(tried, problem=str(broken))
    return replace(
        tried,
        words=words,
        added=whole.removeprefix(words.body).strip(),
        segments=segments_of(whole) if template.key.route is Route.SMS else None,
        problem=_unsupported(tx, about, words),
    )


def _whole(tx: Tx, key: TemplateKey, words: Words) -> str:
    """The body as it would leave. Raises `SenderIncomplete` and `TextTooLong`."""
    medium = Medium(key.route.value)
    sender, language = sender_of(tx), key.language
    whole = with_footer(words.body, sender, medium, language=language, unsubscribe_url=UNSUBSCRIBE_SHOWN)
    check_length(whole, medium)
    return whole


def _unsupported(tx: Tx, about: About, words: Words) -> str | None:
    """What the words say of the past and the record does not hold."""
    try:
        check_words(tx, about, words.text)
    except RuleBroken as broken:
        return str(broken)
    return None


def checked_draft(draft: TemplateDraft) -> Template:
    """The words as a template. Raises the first thing that is wrong with them."""
    template = read_draft(draft)
    check_subject(template.key, template.subject)
    check_body(template.key, template.body)
    return template


def read_draft(draft: TemplateDraft) -> Template:
    """The words as typed, without what no person types and without space around them."""
    subject = None if draft.key.route is Route.SMS else " ".join(readable(draft.subject).split())
    body = "\n".join(line.rstrip() for line in readable(draft.body).strip().splitlines())
    return Template(draft.key, subject, body)
