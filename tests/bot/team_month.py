"""The simulated team-month: a team's leads, what it writes them and what they answer, on a clock that is moved."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock
from bot.services.actors import Actor
from bot.services.consents import ConsentBook, ConsentSubject
from bot.services.inbound import InboundBook, InboundWish
from bot.services.leads import Capture, Leads
from bot.services.links import Links
from bot.services.pauses import Pauses
from bot.services.sends import MessageWish, Sends
from bot.services.sends_outbox import Outbox
from bot.services.workspaces import Workspaces
from bot.transports.port import Parcel
from domain.consent import ConsentKind, MessageKind
from domain.consent_draft import ConsentDraft
from domain.leads import ContactBasis
from domain.messages import Route
from domain.policy import Medium
from domain.policy_places import PolicyPlace
from domain.roles import Role
from storage.requests import RequestKey
from tests.bot.oracle import (
    CODES,
    PLACES,
    TOLL_FREE,
    Consented,
    Delivered,
    Entry,
    Paused,
    Place,
    Started,
    Stopped,
    Waits,
    zones_of_code,
)
from tests.bot.shaky_provider import Provider
from tests.storage.builders import DRAFT, HERE, StandingClock, rep

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
PERIODS = (
    (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)),
    (datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)),
)
"""Around 8 March, when most clocks went forward, and 1 November, when fewer than before went back."""
LEFTOVER = timedelta(days=8)
"""After so long without a new message every message has come to an end."""
SENDER = {"business_name": "Maple Homes", "mailing_address": "1 Main St, Hamilton ON", "contact_phone": "+19055550100"}
WORDS = {
    "none": ("Yes I am interested", "Could you call me tomorrow?", "Combien offrez-vous?", "please stop by the house"),
    "stop": ("STOP", "ARRET", "Arrêt", "unsubscribe", "can you stop?"),
    "stop all": ("do not contact me again", "remove me from your list"),
    "wrong": ("Wrong number",),
    "unclear": ("trying to stop the foreclosure", "not interested", "I want to stop paying the bank"),
    "start": ("START",),
}
MEANT = {
    "none": "none", "stop": "stop", "stop all": "stop", "wrong": "wrong_person", "unclear": "ambiguous",
    "start": "start",
}  # fmt: skip
REACTIONS = {"none": 55, "stop": 18, "stop all": 3, "wrong": 2, "unclear": 22}
"""Of a hundred people who answer, how many say what."""


@dataclass(frozen=True)
class Person:
    """A seller with the numbers of their leads; `lives_in` is a zone that a rep took down, which stands alone."""

    name: str
    phone: str | None
    email: str | None
    places: tuple[Place, ...]
    basis: ContactBasis
    agrees_later: bool
    lives_in: str | None
    leads: list[tuple[int, int]] = field(default_factory=list)

    @property
    def zones(self) -> tuple[str, ...]:
        """Every wall clock that may be theirs, by the oracle's own tables."""
        if self.lives_in:
            return (self.lives_in,)
        by_number = zones_of_code(self.phone[2:5]) if self.phone else ()
        return tuple(dict.fromkeys((*(name for place in self.places for name in place.zones), *by_number)))

    def address_of(self, medium: str) -> str | None:
        return self.phone if medium == "SMS" else self.email

    @property
    def media(self) -> list[str]:
        return [medium for medium in ("SMS", "EMAIL") if self.address_of(medium)]


def people(count: int, chance: random.Random) -> list[Person]:
    """Return the sellers behind `count` leads; one in forty has two houses."""
    found, houses = [], itertools.cycle(PLACES)
    while sum(len(person.places) for person in found) < count:
        number = len(found)
        places = (next(houses), next(houses)) if number % 40 == 20 else (next(houses),)
        near = chance.choice(places[0].codes)
        code = chance.choices((near, chance.choice(list(CODES)), chance.choice(TOLL_FREE)), (65, 29, 6))[0]
        reached = chance.choices(("both", "phone", "email"), (80, 10, 10))[0]
        said = ContactBasis.INQUIRY if chance.random() < 0.7 else ContactBasis.NONE
        found.append(
            Person(
                name=f"Seller {number}",
                phone=None if reached == "email" else f"+1{code}234{number:04}",
                email=None if reached == "phone" else f"seller{number}@example.com",
                places=places,
                basis=said,
                agrees_later=said is ContactBasis.NONE and chance.random() < 0.75,
                lives_in=chance.choice(("America/Vancouver", "America/St_Johns")) if number % 33 == 5 else None,
            )
        )
    return found


@dataclass(frozen=True)
class Written:
    """A message as it was taken down: when, to whom, what kind of, and what the gate said at that moment."""

    at: datetime
    person: Person
    place: Place
    medium: str
    kind: MessageKind
    reason: str
    allowed: bool


class Month:
    """One team on one database. `log` is what the oracle reads, in order."""

    def __init__(self, database, *, leads: int, messages: int, seed: int) -> None:
        self.database, self.messages = database, messages
        self.clock = MovableClock(StandingClock())
        self.chance = random.Random(seed)
        self.people = people(leads, self.chance)
        self.log: list[Entry] = []
        self.written: dict[int, Written] = {}
        self.said: Counter[str] = Counter()
        self.asleep: list[tuple[datetime, datetime]] = []
        self.odd: list[str] = []
        self.passes = 0
        self.provider = Provider(self.clock, seed, self._arrived)
        links = Links("https://maple.example", "for tests")
        self.sends = Sends(database, self.clock, links)
        self.outbox = Outbox(database, self.clock, dict.fromkeys(Route, self.provider), links)
        self.inbox = InboundBook(database, self.clock)
        self.consents = ConsentBook(database, self.clock)
        self.pauses = Pauses(database, self.clock)
        self._of_lead: dict[int, tuple[Person, Place]] = {}
        self._coming: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._numbers = itertools.count()

    async def run(self) -> None:
        """Live through both periods, and each time until nothing is left to do."""
        for index, (begins, ends) in enumerate(PERIODS):
            self.clock.move_to(begins)
            await (self._renew() if index else self._found())
            self._plan(begins, ends)
            await self._live(ends + LEFTOVER)

    async def _live(self, end: datetime) -> None:
        """Move the clock from moment to moment: what people do, and what is due."""
        while True:
            due = await self._next_pass()
            if self._coming and (due is None or self._coming[0][0] <= due):
                at, _, happens = heapq.heappop(self._coming)
                self._move_to(at)
                await happens()
            elif due is not None and due <= end:
                self._move_to(due)
                await self._pass()
            else:
                return

    async def _next_pass(self) -> datetime | None:
        """When there is something to do; while the machine sleeps nothing is done, and then all of it."""
        due = await self.outbox.next_due_at(HERE)
        if due is None:
            return None
        moment = max(due, self.clock.now())
        return next((wakes for sleeps, wakes in self.asleep if sleeps <= moment < wakes), moment)

    async def _pass(self) -> None:
        self.passes += 1
        done = await self.outbox.run(HERE) + await self.outbox.recover(HERE)
        while self.provider.carrier_blocks:
            self.log.append(Stopped(self.clock.now(), (self.provider.carrier_blocks.pop(),), "SMS"))
            self.said["carrier block"] += 1
        if not done:
            self.clock.advance(timedelta(seconds=1))

    def _move_to(self, at: datetime) -> None:
        self.clock.move_to(max(at, self.clock.now()))

    def at(self, moment: datetime, happens: Callable[[], Awaitable[None]]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._coming, (moment, next(self._numbers), happens))

    async def _found(self) -> None:
        await Workspaces(self.database, self.clock).ensure(HERE, name="Test team", says=SENDER)
        leads = Leads(self.database, self.clock)
        for person in self.people:
            for place in person.places:
                await self._capture(leads, person, place)
            if person.basis is ContactBasis.INQUIRY:
                self._agreed(person, person.media, is_inquiry=True)
            elif person.agrees_later:
                await self._record(person, ConsentKind.EXPRESS_WRITTEN, person.media[:1])
            if person.lives_in:
                await self._record(person, None, [])

    async def _capture(self, leads: Leads, person: Person, place: Place) -> None:
        address = place.address.format(len(self._of_lead) + 1)
        draft = replace(DRAFT, name=person.name, phone=person.phone, email=person.email, address=address, region=None)
        captured = await leads.capture(rep(), Capture(replace(draft, basis=person.basis)))
        person.leads.append((captured.lead_id, captured.number))
        self._of_lead[captured.lead_id] = person, place
        lead = (await leads.card(rep(), captured.number)).lead
        if lead.province != place.province or not lead.zones:
            self.odd.append(f"{address}: {lead.province} {sorted(lead.zones)}")

    async def _renew(self) -> None:
        """Three in four whose inquiry has worn off ask again."""
        for person in self.people:
            if person.basis is ContactBasis.INQUIRY and self.chance.random() < 0.75:
                await self._record(person, ConsentKind.INQUIRY, person.media)

    async def _record(self, person: Person, kind: ConsentKind | None, media: list[str]) -> None:
        subject = ConsentSubject(is_lead=True, number=person.leads[0][1])
        today = (await self.consents.ask(ADMIN, subject)).today
        draft = ConsentDraft(kind, today, frozenset(map(Medium, media)), evidence="form 12", zone=person.lives_in)
        await self.consents.record(ADMIN, subject, draft, RequestKey(f"consent:{next(self._numbers)}", "hash"))
        if kind:
            self._agreed(person, media, is_inquiry=kind is ConsentKind.INQUIRY)

    def _agreed(self, person: Person, media: list[str], *, is_inquiry: bool) -> None:
        for medium in media:
            self.log.append(Consented(self.clock.now(), medium, str(person.address_of(medium)), is_inquiry))

    def _plan(self, begins: datetime, ends: datetime) -> None:
        """Draw when what happens: single messages (half), nightly campaigns, eager reps, pauses, the machine's sleep."""
        span, draw, many = ends - begins, self.chance, self.messages // 2
        for _ in range(many // 2):
            self._write_at(begins + span * draw.random(), draw.choice(self.people))
        for _ in range(4):
            begin = begins + span * draw.random()
            for person in draw.sample(self.people, min(len(self.people), many // 12)):
                self._write_at(begin, person)
        for _ in range(many // 36):
            person, begin = draw.choice(self.people), begins + span * draw.random()
            for _ in range(6):
                self._write_at(begin + timedelta(hours=24) * draw.random(), person)
        self._pause_at(begins + span * 0.3, timedelta(hours=9), None)
        self._pause_at(begins + span * 0.6, timedelta(hours=26), "ON")
        sleeps = [(begins + span * draw.random(), timedelta(hours=draw.uniform(1, 9))) for _ in range(3)]
        self.asleep += [(begin, begin + length) for begin, length in sleeps]
        noon = begins + timedelta(days=9, hours=15)
        self.at(noon, lambda: self._break_provider(timedelta(hours=1)))

    async def _break_provider(self, length: timedelta) -> None:
        self.provider.down = (self.clock.now(), self.clock.now() + length)

    def _write_at(self, moment: datetime, person: Person, kind: MessageKind | None = None) -> None:
        kind = kind or self.chance.choices((MessageKind.COMMERCIAL, MessageKind.TRANSACTIONAL), (94, 6))[0]
        medium, lead = self.chance.choice(person.media), self.chance.randrange(len(person.places))
        self.at(moment, lambda: self._write(person, medium, kind, lead))

    async def _write(self, person: Person, medium: str, kind: MessageKind, lead: int) -> None:
        queued = await self.sends.queue(
            rep(),
            MessageWish(
                key=f"message:{next(self._numbers)}",
                route=Route(medium),
                address=str(person.address_of(medium)),
                subject="Your house" if medium == "EMAIL" else None,
                body=f"Hi {person.name}, about your house.",
                kind=kind,
                lead_id=person.leads[lead][0],
            ),
        )
        assert queued.verdict is not None
        place, verdict = person.places[lead], queued.verdict
        told = (verdict.reason, verdict.allowed)
        self.written[queued.send.id] = Written(self.clock.now(), person, place, medium, kind, *told)

    def _arrived(self, parcel: Parcel) -> None:
        """A message is in somebody's hands; one in five answers, most within the hour."""
        now, wish, medium = self.clock.now(), self.written[parcel.send_id], parcel.route.value
        person, province = wish.person, wish.place.province
        facts = (parcel.send_id, medium, parcel.address, wish.kind.value, person.name, province, person.zones)
        self.log.append(Delivered(now, *facts))
        draw = random.Random(f"reaction:{parcel.send_id}")
        if draw.random() < 0.2:
            intent = draw.choices(list(REACTIONS), list(REACTIONS.values()))[0]
            wait = draw.uniform(0.2, 60) if draw.random() < 0.7 else draw.uniform(60, 900)
            self.at(now + timedelta(minutes=wait), lambda: self._answer(person, medium, intent, draw))

    async def _answer(self, person: Person, medium: str, intent: str, draw: random.Random) -> None:
        """Somebody writes back; what follows from it is written down once it is in force."""
        now, address = self.clock.now(), str(person.address_of(medium))
        wish = InboundWish(f"IN{next(self._numbers)}", Medium(medium), address, draw.choice(WORDS[intent]))
        received = await self.inbox.receive(rep(), wish)
        self.said[intent] += 1
        if received.message.intent.value != MEANT[intent]:
            self.odd.append(f"{wish.text!r} was taken for {received.message.intent.value}")
        all_of_them = tuple(filter(None, (person.phone, person.email)))
        match intent:
            case "none" if draw.random() < 0.6:
                self._write_at(now + timedelta(minutes=draw.uniform(5, 300)), person, MessageKind.REPLY)
            case "stop":
                self.log.append(Stopped(now, (address,), medium))
                if draw.random() < 0.35:
                    later = now + timedelta(hours=draw.uniform(6, 120))
                    self.at(later, lambda: self._answer(person, medium, "start", draw))
            case "start":
                self.log.append(Started(now, address, medium))
            case "stop all":
                self.log.append(Stopped(now, all_of_them, None))
            case "wrong":
                self.log.append(Stopped(now, (address,), None))
            case "unclear":
                self.log.append(Waits(now, address))
                # A rep who has not read it goes on writing.
                self._write_at(now + timedelta(hours=draw.uniform(0.1, 8)), person, MessageKind.COMMERCIAL)
                later = now + timedelta(hours=draw.uniform(1, 15))
                is_stop = draw.random() < 0.4
                self.at(later, lambda: self._decide(received.message.id, address, medium, is_stop=is_stop))

    async def _decide(self, inbound_id: int, address: str, medium: str, *, is_stop: bool) -> None:
        await self.inbox.decide(ADMIN, inbound_id, is_stop=is_stop)
        self.said[f"decided: {'a stop' if is_stop else 'no stop'}"] += 1
        if is_stop:
            self.log.append(Stopped(self.clock.now(), (address,), medium))
        self.log.append(Waits(self.clock.now(), address, over=True))

    def _pause_at(self, begins: datetime, length: timedelta, province: str | None) -> None:
        self.at(begins, lambda: self._pause(length, province))

    async def _pause(self, length: timedelta, province: str | None) -> None:
        await self.pauses.pause(ADMIN, PolicyPlace(province, "ALL") if province else None, "a complaint")
        self.log.append(Paused(self.clock.now(), province))
        self.at(self.clock.now() + length, lambda: self._resume(province))

    async def _resume(self, province: str | None) -> None:
        await self.pauses.resume(ADMIN, province or "")
        self.log.append(Paused(self.clock.now(), province, over=True))
