"""Buyers: taking one down, changing them, pausing and removing them, showing one and finding them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.buyer_edits import EDITED, BuyerEdit, changes, merged
from bot.services.buyer_rows import columns_of, consent_day, new_columns, typed_columns
from bot.services.consents import consent_rows
from bot.services.liquidity import recount_nodes
from bot.services.numbered import buyer_numbered
from bot.services.searching import search_words
from domain.buyers import BuyerDraft, BuyerStatus, FieldRefused, area_rows, may_remove_buyers
from domain.contact import email_key
from domain.errors import RuleBroken
from domain.liquidity_sums import Feedback
from domain.matching_areas import area_of
from domain.zones import local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.buyer_history import subject_of
from storage.buyers import (
    Buyer,
    add_areas,
    add_buyers,
    areas_of,
    buyer_reached_by,
    change_buyer,
    count_buyers,
    newest_buyers,
    next_change,
    reserve_numbers,
    search_buyers,
    set_areas,
)
from storage.contacts import LedgerEntry, add_consents, ledger_of
from storage.database import Database
from storage.deals import get_deal
from storage.feedback import answers_by
from storage.requests import RequestKey, begin_request, finish_request

LIST_LIMIT: Final = 10
ANSWERS_LIMIT: Final = 5


class BuyerKnown(FieldRefused):
    """B-{number}, {name}, has this {what} already. See them with `/buyer B-{number}`."""

    code = "BUYER_KNOWN"


class RemovalNotYours(RuleBroken):
    """Only an approver or an admin may remove a buyer; your role is {role}. You can pause them: `/buyer pause
    B-{number}`."""

    code = "REMOVAL_NOT_YOURS"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a buyer did about the deal D-`deal_number`, and when that was recorded."""

    deal_number: int
    event: Feedback
    at: datetime


@dataclass(frozen=True, slots=True)
class BuyerCard:
    """All that a buyer's card shows; `answers` are the newest ones, `today` is the date on the reader's clock."""

    buyer: Buyer
    consents: tuple[LedgerEntry, ...]
    answers: tuple[GivenAnswer, ...]
    today: date
    may_remove: bool

    @property
    def status(self) -> BuyerStatus:
        """Whether the buyer is offered deals now."""
        return BuyerStatus.ACTIVE if self.buyer.active else BuyerStatus.PAUSED


@dataclass(frozen=True, slots=True)
class BuyerList:
    """The newest buyers, with how many stand in all and how many of these are active."""

    buyers: tuple[Buyer, ...]
    standing: int
    active: int


class Buyers:
    """What the team can do with its buyers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def today(self, who: Actor) -> date:
        """Return the date on the member's clock: the last day that a proof of funds may bear."""
        return local_date(self._clock.now(), (who.zone,))

    async def add(self, who: Actor, draft: BuyerDraft, request: RequestKey | None = None) -> int:
        """Store a buyer with areas and consents; return the number. The same request again returns the first result.

        Raises `BuyerKnown` where a standing buyer has the phone number or the e-mail address.
        """
        now = self._clock.now()

        def work(tx: Tx) -> int:
            if request and (earlier := begin_request(tx, request, now=now)):
                return int(earlier["number"])
            number = _add(tx, who, draft, now)
            if request:
                finish_request(tx, request, {"number": number})
            return number

        return await self._database.write(who.workspace_id, work)

    async def edit(self, who: Actor, number: int, edit: BuyerEdit) -> None:
        """Store what a form says of B-{number}; what somebody else changed meanwhile and this form did not stays.

        Raises `BuyerMoved` where both changed a field, `BuyerKnown`, `BuyerNotFound` and `BuyerRemoved`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> None:
            if edit.request and begin_request(tx, edit.request, now=now) is not None:
                return
            change_no = next_change(tx)
            buyer = buyer_numbered(tx, number, lock=True)
            draft = merged(tx, who, buyer, edit)
            _check_unknown(tx, draft, beside=buyer)
            _store(tx, who, buyer, draft, change_no, now)

        await self._database.write(who.workspace_id, work)

    async def pause(self, who: Actor, number: int) -> bool:
        """Offer B-{number} no deals for a while; False when they are paused. Raises `BuyerNotFound`, `BuyerRemoved`."""
        return await self._set_active(who, number, False)

    async def resume(self, who: Actor, number: int) -> bool:
        """Offer B-{number} deals again; False when they are active. Raises `BuyerNotFound` and `BuyerRemoved`."""
        return await self._set_active(who, number, True)

    async def remove(self, who: Actor, number: int) -> None:
        """Take B-{number} out of lists and matches for good. Notes, contact details and consents are kept.

        Raises `RemovalNotYours`, `BuyerNotFound` and `BuyerRemoved`.
        """
        if not may_remove_buyers(who.role):
            raise RemovalNotYours(role=who.role.value, number=number)
        now = self._clock.now()

        def work(tx: Tx) -> None:
            change_no = next_change(tx)
            buyer = buyer_numbered(tx, number, lock=True)
            values = {"active": False, "removed_at": now}
            change_buyer(tx, buyer.id, {**values, "changed_no": change_no})
            before = {"active": buyer.active}
            record(tx, Change(who.user_id, "buyer_removed", subject_of(buyer), before, {"active": False}), now=now)
            _recount(tx, areas_of(tx, buyer.id), now)

        await self._database.write(who.workspace_id, work)

    async def card(self, who: Actor, number: int) -> BuyerCard:
        """Return what the card of B-{number} shows now. Raises `BuyerNotFound` and `BuyerRemoved`."""
        today = self.today(who)
        return await self._database.read(who.workspace_id, lambda tx: _card(tx, who, buyer_numbered(tx, number), today))

    async def find(self, who: Actor, text: str) -> list[Buyer]:
        """Return the newest buyers in whose name, company, areas, phone or e-mail every word of `text` stands."""
        words = search_words(text)
        if not words:
            return []
        return await self._database.read(who.workspace_id, lambda tx: search_buyers(tx, words, limit=LIST_LIMIT))

    async def newest(self, who: Actor) -> BuyerList:
        """Return the newest buyers."""

        def work(tx: Tx) -> BuyerList:
            return BuyerList(tuple(newest_buyers(tx, limit=LIST_LIMIT)), *count_buyers(tx))

        return await self._database.read(who.workspace_id, work)

    async def _set_active(self, who: Actor, number: int, active: bool) -> bool:
        now = self._clock.now()

        def work(tx: Tx) -> bool:
            change_no = next_change(tx)
            buyer = buyer_numbered(tx, number, lock=True)
            if buyer.active is active:
                return False
            change_buyer(tx, buyer.id, {"active": active, "changed_no": change_no})
            verb = "buyer_resumed" if active else "buyer_paused"
            before, after = {"active": buyer.active}, {"active": active}
            record(tx, Change(who.user_id, verb, subject_of(buyer), before, after), now=now)
            _recount(tx, areas_of(tx, buyer.id), now)
            return True

        return await self._database.write(who.workspace_id, work)


def _add(tx: Tx, who: Actor, draft: BuyerDraft, now: datetime) -> int:
    change_no = next_change(tx)
    _check_unknown(tx, draft)
    (number,) = reserve_numbers(tx, 1)
    values = new_columns(draft, {"number": number, "changed_no": change_no, "active": True}, now=now)
    (buyer_id,) = add_buyers(tx, [values])
    areas = area_rows(area_of(draft.regions or ""))
    add_areas(tx, {buyer_id: areas}, now=now)
    _add_consents(tx, who, draft, now)
    after = {name: value for name, value in typed_columns(draft).items() if value not in (None, "")}
    record(tx, Change(who.user_id, "buyer_added", f"B-{number}", None, after), now=now)
    _recount(tx, areas, now)
    return number


def _store(tx: Tx, who: Actor, buyer: Buyer, draft: BuyerDraft, change_no: int, now: datetime) -> None:
    before, after = changes(buyer, draft)
    _add_consents(tx, who, draft, now)
    if not after:
        return
    change_buyer(tx, buyer.id, {**columns_of(draft), "changed_no": change_no})
    old, new = areas_of(tx, buyer.id), area_rows(area_of(draft.regions or ""))
    if old != new:
        set_areas(tx, buyer.id, new, now=now)
    after["changed_no"] = change_no
    record(tx, Change(who.user_id, EDITED, subject_of(buyer), before, after), now=now)
    if old != new or "property_types" in before:
        _recount(tx, [*old, *new], now)


def _add_consents(tx: Tx, who: Actor, draft: BuyerDraft, now: datetime) -> None:
    rows = list(consent_rows(who, draft, source="buyer form", obtained_on=consent_day(draft, now), now=now))
    if rows:
        add_consents(tx, rows)


def _recount(tx: Tx, areas: Iterable[tuple[str, str]], now: datetime) -> None:
    provinces = {province for province, _ in areas}
    if provinces:
        recount_nodes(tx, provinces, now=now)


def _check_unknown(tx: Tx, draft: BuyerDraft, *, beside: Buyer | None = None) -> None:
    """Raise `BuyerKnown` where another standing buyer has a contact that is new for the one `beside`."""
    phone, email = draft.phone, draft.email and email_key(draft.email)
    if beside and beside.phone == phone:
        phone = None
    if beside and beside.email and email_key(beside.email) == email:
        email = None
    found = buyer_reached_by(tx, phone=phone, email=email)
    if found is None:
        return
    name, what = ("phone", "phone number") if phone and found.phone == phone else ("email", "e-mail address")
    raise BuyerKnown(name, number=found.number, name=found.name, what=what)


def _card(tx: Tx, who: Actor, buyer: Buyer, today: date) -> BuyerCard:
    addresses = filter(None, (buyer.phone, buyer.email and email_key(buyer.email)))
    return BuyerCard(
        buyer=buyer,
        consents=tuple(ledger_of(tx, addresses)),
        answers=tuple(_answers(tx, buyer)),
        today=today,
        may_remove=may_remove_buyers(who.role),
    )


def _answers(tx: Tx, buyer: Buyer) -> Iterable[GivenAnswer]:
    for answer in answers_by(tx, buyer.id, limit=ANSWERS_LIMIT):
        if deal := get_deal(tx, answer.deal_id):
            yield GivenAnswer(deal.number, answer.event, answer.created_at)
