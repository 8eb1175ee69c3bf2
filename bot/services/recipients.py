"""Who is behind an address, as far as the records tell: their leads or buyer, where they may be, and their place."""

from dataclasses import dataclass, replace

from domain.contact import email_key
from domain.content import Language, language_for
from domain.geo import ALL, locate, province_of
from domain.recipients import candidate_zones
from storage.base import Tx
from storage.buyers import Buyer, areas_of, buyer_reached_by, get_buyer
from storage.contacts import zone_of
from storage.leads import Lead, get_lead, leads_reached_by


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """Where a caller says that somebody is: a province by its two letters, and a market's label or "ALL"."""

    province: str
    market: str = ALL


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an address belongs to. `addresses` are all that the record has (E.164 and `email_key`), the one asked about
    first; `zones` every zone they may be in; `province` and `market` name the policy that holds for them."""

    addresses: tuple[str, ...]
    zones: frozenset[str]
    province: str | None
    market: str
    lead: Lead | None = None
    buyer: Buyer | None = None

    @property
    def name(self) -> str:
        """What the team calls them: "L-7 John Smith"; empty for an address that is on no record."""
        if self.lead:
            return f"L-{self.lead.number} {self.lead.name}"
        return f"B-{self.buyer.number} {self.buyer.name}" if self.buyer else ""

    @property
    def language(self) -> Language:
        """In which language the law's lines below a message stand for them: as a buyer prefers, else as their province
        asks."""
        return language_for(self.province, self.buyer.locale if self.buyer else None)


def recipient_at(tx: Tx, address: str) -> Recipient:
    """Return who is behind an address: its newest lead, else its buyer, else what the number alone tells.

    The zones of every lead with this address count: the seller may be at any of the places.
    """
    leads = leads_reached_by(tx, address)
    if leads:
        return _of_leads(tx, address, leads)
    phone, email = (address, None) if is_phone(address) else (None, address)
    buyer = buyer_reached_by(tx, phone=phone, email=email)
    if buyer:
        return recipient_of_buyer(tx, buyer, address)
    place = locate(None, None, phone=phone)
    zones = candidate_zones(said=zone_of(tx, [address]), place=frozenset(), phone=phone)
    return Recipient((address,), zones, place.province, place.market)


def recipient_of_lead(tx: Tx, lead: Lead, address: str) -> Recipient:
    """Return a lead's seller, asked about at one of their addresses."""
    return _of_leads(tx, address, [lead, *(each for each in leads_reached_by(tx, address) if each.id != lead.id)])


def recipient_of_buyer(tx: Tx, buyer: Buyer, address: str) -> Recipient:
    """Return a buyer, asked about at one of their addresses. Where they buy says where they may be, not more."""
    addresses = _addresses(address, buyer.phone, buyer.email)
    areas = areas_of(tx, buyer.id)
    places = [locate(f"{'' if market == ALL else market} {province}".strip()) for province, market in areas]
    by_number = locate(None, None, phone=buyer.phone)
    known = by_number if by_number.province or not places else places[0]
    place = frozenset().union(*(place.zones for place in places)) if places else frozenset()
    zones = candidate_zones(said=zone_of(tx, addresses), place=place, phone=buyer.phone)
    return Recipient(addresses, zones, known.province, known.market, buyer=buyer)


def recipient_named(tx: Tx, address: str, *, lead_id: int | None, buyer_id: int | None) -> Recipient:
    """Return the recipient whom a send names by its record, else the one behind the address."""
    lead = get_lead(tx, lead_id) if lead_id else None
    if lead:
        return recipient_of_lead(tx, lead, address)
    buyer = get_buyer(tx, buyer_id) if buyer_id else None
    return recipient_of_buyer(tx, buyer, address) if buyer else recipient_at(tx, address)


def recipient_in(tx: Tx, found: Recipient, place: NamedPlace) -> Recipient:
    """Return a recipient of whom a caller says where they are.

    That can't open what is closed where they are known to be: a province on record stays, and the place's zones count
    beside those that are known. A zone that a person has said stands alone, as always.
    """
    on_record = (found.lead or found.buyer) and found.province
    known = found if on_record else replace(found, province=province_of(place.province), market=place.market)
    if zone_of(tx, found.addresses):
        return known
    label = "" if place.market == ALL else place.market
    return replace(known, zones=found.zones | locate(f"{label} {place.province}".strip()).zones)


def is_phone(address: str) -> bool:
    """Whether an address of the ledger is a phone number; e-mail addresses hold an @ and never begin with a plus."""
    return address.startswith("+") and "@" not in address


def _of_leads(tx: Tx, address: str, leads: list[Lead]) -> Recipient:
    first = leads[0]
    addresses = _addresses(address, first.phone, first.email)
    place = frozenset().union(*(lead.zones for lead in leads))
    phone = address if is_phone(address) else first.phone
    zones = candidate_zones(said=zone_of(tx, addresses), place=place, phone=phone)
    return Recipient(addresses, zones, first.province, first.market, lead=first)


def _addresses(address: str, phone: str | None, email: str | None) -> tuple[str, ...]:
    known = (address, phone, email_key(email) if email else None)
    return tuple(dict.fromkeys(filter(None, known)))
