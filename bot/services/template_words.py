"""Words from templates: the team's newest version or the built-in one, filled with facts of the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.services.deal_facts import buyer_pays, offer_state
from bot.services.recipients import recipient_of_buyer
from domain.contact import email_key
from domain.content import Language, language_for
from domain.geo import ALL
from domain.live_offers import last_day
from domain.messages import Route
from domain.rules import Medium
from domain.tasks import CallOutcome
from domain.template_facts import (
    day_in,
    first_name,
    headline_fr,
    money_in,
    number_in,
    sender_in,
    street_of,
    type_in,
)
from domain.template_lint import check_claims
from domain.template_texts import built_in
from domain.templates import Claim, Facts, Placeholder, Template, TemplateKey, TemplateName, fill
from storage.base import Tx
from storage.buyers import Buyer
from storage.deals import Deal, deal_of
from storage.ladder import tasks_of
from storage.leads import Brief, Lead, brief_of, briefs_by_id
from storage.live_offers import LiveOffer, offers_of
from storage.templates import versions_of
from storage.workspaces import find_member, sender_of

ATTEMPTS = frozenset(CallOutcome) - {CallOutcome.WRONG_NUMBER}
"""What came of a call that was made to the seller; a wrong number rang somebody else."""
REACHES = frozenset({CallOutcome.REACHED, CallOutcome.CALL_BACK, CallOutcome.NOT_INTERESTED})
"""What came of a call in which the seller spoke."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a template says about somebody: subject (None for a text), body, and the version that said it
    ("first_touch/SMS/en v3"; v0 is the built-in one)."""

    subject: str | None
    body: str
    version: str

    @property
    def text(self) -> str:
        """Subject and body together."""
        return "\n".join(filter(None, (self.subject, self.body)))


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a message is about. `speaks_for` is the member in whose name it is written, None for the team's;
    `offered` is an amount that the deal does not hold yet. Without a `deal` it is the lead's newest."""

    lead: Lead
    deal: Deal | None = None
    buyer: Buyer | None = None
    speaks_for: str | None = None
    offered: Decimal | None = None


def words_in(tx: Tx, name: TemplateName, route: Route, about: About, *, now: datetime) -> Words:
    """Return a template's words about somebody, in their language, in the caller's transaction.

    Raises `FactsMissing` where the record does not hold what the template says, `ClaimUnsupported` (one of them) where
    that is something of the past.
    """
    template = template_in(tx, TemplateKey(name, route, language_in(tx, about)))
    return say_in(tx, template, about, now=now)


def say_in(tx: Tx, template: Template, about: About, *, now: datetime) -> Words:
    """Return what one version of a template says about somebody. Raises what `words_in` raises."""
    words = filled_in(tx, template, about, now=now)
    check_words(tx, about, words.text)
    return words


def filled_in(tx: Tx, template: Template, about: About, *, now: datetime) -> Words:
    """Return one version of a template with the facts in it, whatever it says of the past. Raises `FactsMissing`."""
    facts = facts_in(tx, about, template.key.language, now=now)
    subject = None if template.subject is None else " ".join(fill(template.subject, facts).split())
    return Words(subject, fill(template.body, facts).strip(), template.version)


def template_in(tx: Tx, key: TemplateKey) -> Template:
    """Return the version of a template that is in use: the team's newest, or the built-in one."""
    newest = next(iter(versions_of(tx, key.name, key.route, key.language, limit=1)), None)
    return Template(key, newest.subject, newest.body, newest.version) if newest else built_in(key)


def language_in(tx: Tx, about: About) -> Language:
    """Return the language that a message to somebody is written in: French to who prefers it and to Quebec (Charter
    of the French language, as amended by S.Q. 2022 c.14), else English."""
    spoken = language_for(_province(tx, about), about.buyer.locale if about.buyer else None)
    return Language.EN if spoken is Language.EN else Language.FR


def check_words(tx: Tx, about: About, text: str) -> None:
    """Raise `ClaimUnsupported` for what a text says of the past and the record of this lead does not hold."""
    check_claims(text, frozenset() if about.buyer else held_in(tx, about.lead.id))


def held_in(tx: Tx, lead_id: int) -> frozenset[Claim]:
    """Return what may be said of the past to a lead's seller, by the calls that are logged."""
    outcomes = {task.outcome for task in tasks_of(tx, lead_id) if task.medium is Medium.CALL}
    claims = {Claim.CALL_ATTEMPTED: ATTEMPTS, Claim.REACHED: REACHES}
    return frozenset(claim for claim, among in claims.items() if outcomes & among)


def facts_in(tx: Tx, about: About, language: Language, *, now: datetime) -> Facts:
    """Return what the record holds for the placeholders, worded in a language; what it does not hold is left out."""
    deal = about.deal or deal_of(tx, about.lead.id)
    found = {
        **_people(tx, about, language),
        **_place(about.lead),
        **_brief(about.lead, deal, _brief_of(tx, about.lead, deal), language),
        **_offered(tx, about, deal, language, now),
    }
    return {name: value for name, value in found.items() if value}


_P = Placeholder
_Found = Mapping[Placeholder, str | None]


def _people(tx: Tx, about: About, language: Language) -> _Found:
    business = " ".join((sender_of(tx).business_name or "").split())
    member = find_member(tx, about.speaks_for) if about.speaks_for else None
    rep = first_name(member.name) if member else None
    return {
        _P.FIRST_NAME: first_name(about.lead.name),
        _P.BUYER_FIRST_NAME: first_name(about.buyer.name) if about.buyer else None,
        _P.SENDER: sender_in(rep, business, language) if business else None,
        _P.REP_NAME: rep,
        _P.BUSINESS_NAME: business,
    }


def _place(lead: Lead) -> _Found:
    city = lead.municipality or (None if lead.market == ALL else lead.market)
    return {_P.STREET: street_of(lead.address, city), _P.CITY: city}


def _brief(lead: Lead, deal: Deal | None, brief: Brief | None, language: Language) -> _Found:
    price = buyer_pays(deal, lead) if deal else None
    facts: _Found = {
        _P.PRICE: money_in(price, language) if price and price > 0 else None,
        _P.DEAL_NUMBER: f"D-{deal.number}" if deal else None,
    }
    if brief is None:
        return facts
    return {
        **facts,
        _P.HEADLINE: brief.headline if language is Language.EN else _headline_fr(lead, deal, brief),
        _P.PROPERTY_TYPE: type_in(brief.property_type, language) if brief.property_type else None,
        _P.BEDS: number_in(brief.beds, language) if brief.beds else None,
        _P.BATHS: number_in(brief.baths, language) if brief.baths else None,
    }


def _headline_fr(lead: Lead, deal: Deal | None, brief: Brief) -> str:
    return headline_fr(
        beds=brief.beds,
        kind=brief.property_type,
        city=_place(lead)[_P.CITY],
        province=lead.province,
        arv=deal.arv if deal else None,
    )


def _offered(tx: Tx, about: About, deal: Deal | None, language: Language, now: datetime) -> _Found:
    live = _live_offer(tx, deal, now)
    amount = about.offered or (live.amount if live else None) or (deal.offer if deal else None)
    ends_at = live.expires_at if live and live.amount == amount else None
    return {
        _P.OFFER: money_in(amount, language) if amount and amount > 0 else None,
        _P.OFFER_EXPIRES: day_in(last_day(ends_at, about.lead.zones), language) if ends_at else None,
    }


def _live_offer(tx: Tx, deal: Deal | None, now: datetime) -> LiveOffer | None:
    """The offer that is with the seller."""
    offers = offers_of(tx, deal.id) if deal else []
    return next((offer for offer in offers if offer_state(offer, now=now).is_live), None)


def _brief_of(tx: Tx, lead: Lead, deal: Deal | None) -> Brief | None:
    return briefs_by_id(tx, [deal.brief_id]).get(deal.brief_id) if deal else brief_of(tx, lead.id)


def _province(tx: Tx, about: About) -> str | None:
    if about.buyer is None:
        return about.lead.province
    buyer = about.buyer
    address = buyer.phone or (email_key(buyer.email) if buyer.email else "")
    return recipient_of_buyer(tx, buyer, address).province
