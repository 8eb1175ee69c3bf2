"""Drafting for somebody: by text where that may be, else by e-mail; whoever may be reached by neither hears nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.contacts import ContactWish, found_for, judge_in
from bot.services.links import Links
from bot.services.sends import KEPT_FOR
from bot.services.template_words import About, Words, words_in
from domain.contact import email_key
from domain.content import with_footer
from domain.gate import GateVerdict
from domain.messages import Route, SendState
from domain.releases import release
from domain.segments import TextTooLong, check_length
from domain.templates import FactsMissing, TemplateName
from domain.zones import ZoneReport
from storage.base import Tx
from storage.workspaces import sender_of

NO_ADDRESS: Final = "no_address"
_NAMES: Final = {Route.SMS: "Text", Route.EMAIL: "E-mail"}


@dataclass(frozen=True, slots=True)
class Drafting:
    """Under which circumstances messages are drafted: who asks, how links are made, when, and whether the zones are
    right."""

    who: Actor
    links: Links
    now: datetime
    report: ZoneReport


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may leave, now or at an opening: its way, address and words, what the gate says of it, and until
    when it is held (None where it may leave now, or nobody can say)."""

    route: Route
    address: str
    words: Words
    verdict: GateVerdict
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Barred:
    """Why somebody can't be written to: a code, and the sentence for people."""

    reason: str
    sentence: str


def ready_for(tx: Tx, drafting: Drafting, name: TemplateName, about: About) -> Ready | Barred:
    """Return the message of a template for a buyer, else for the seller, by the first way that the gate does not refuse
    for good; else why there is none.

    Raises `SenderIncomplete`, which concerns everybody.
    """
    refused: list[tuple[Route, Barred]] = []
    for route, address in _ways(about):
        found = _tried(tx, drafting, name, about, (route, address))
        if isinstance(found, Ready):
            return found
        refused.append((route, found))
    return _all(refused)


def _ways(about: About) -> Iterator[tuple[Route, str]]:
    """The addresses of the one who is written to."""
    whom = about.buyer or about.lead
    if whom.phone:
        yield Route.SMS, whom.phone
    if whom.email:
        yield Route.EMAIL, email_key(whom.email)


def _tried(tx: Tx, drafting: Drafting, name: TemplateName, about: About, way: tuple[Route, str]) -> Ready | Barred:
    route, address = way
    lead_id, buyer_id = (None, about.buyer.id) if about.buyer else (about.lead.id, None)
    medium = route.medium
    if medium is None:
        raise ValueError("nobody outside is reached by Slack")
    found = found_for(tx, ContactWish(medium, address, "", lead_id=lead_id, buyer_id=buyer_id))
    url = drafting.links.unsubscribe(tx.workspace_id, 0)
    language, sender = found.language, sender_of(tx)
    # The gate hears nothing of the words but that the law's lines stand below them; to find the words costs more.
    below = with_footer("", sender, medium, language=language, unsubscribe_url=url)
    contact = ContactWish(medium, address, "", body=below, lead_id=lead_id, buyer_id=buyer_id)
    verdict, facts = judge_in(tx, found, contact, drafting.now, drafting.report)
    made = release(verdict, facts, key=address, expires_at=drafting.now + KEPT_FOR)
    if made.state in (SendState.BLOCKED, SendState.CANCELLED):
        return Barred(made.reason or "blocked", made.sentence or "")
    try:
        words = words_in(tx, name, route, about, now=drafting.now)
        check_length(with_footer(words.body, sender, medium, language=language, unsubscribe_url=url), medium)
    except (FactsMissing, TextTooLong) as broken:
        return Barred(broken.code.lower(), str(broken))
    return Ready(route, address, words, verdict, made.held_until)


def _all(refused: list[tuple[Route, Barred]]) -> Barred:
    """Why none of the ways is open, in one sentence for each."""
    if not refused:
        return Barred(NO_ADDRESS, "Neither a phone number nor an e-mail address is on record.")
    sentences = [f"{_NAMES[route]}: {barred.sentence}" for route, barred in refused]
    return Barred(refused[0][1].reason, " ".join(sentences) if len(refused) > 1 else refused[0][1].sentence)
