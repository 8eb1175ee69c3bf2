"""The oracle of the team-month: its own tables and clocks, so that the gate is not judged by itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.zones import zone

TZ = "America/"
HALF_AN_HOUR = timedelta(minutes=30)
CAP = 2
INQUIRY_DAYS = 184
"""No six months are longer."""


def _named(text: str) -> tuple[str, ...]:
    return tuple(TZ + name for name in text.split())


@dataclass(frozen=True)
class Place:
    """Where a property is: an address with its number left open, the clocks on its walls, and the area codes there."""

    address: str
    province: str
    zones: tuple[str, ...]
    codes: tuple[str, ...]


def _place(address: str, province: str, zones: str, codes: str) -> Place:
    return Place(address, province, _named(zones), tuple(codes.split()))


# One of each province and territory first, so that a short table still has them all.
PLACES = (
    _place("{} King Street West, Toronto, ON M5H 1A1", "ON", "Toronto", "416 647 437"),
    _place("{} Rue Sainte-Catherine, Montréal, QC H2X 1K4", "QC", "Toronto", "514 438"),
    _place("{} Main Street, Vancouver, BC V6A 2S5", "BC", "Vancouver", "604 778"),
    _place("{} 8 Avenue SW, Calgary, AB", "AB", "Edmonton", "403 587"),
    _place("{} Portage Avenue, Winnipeg, MB", "MB", "Winnipeg", "204 431"),
    _place("{} Albert Street, Regina, SK", "SK", "Regina", "306 639"),
    _place("{} Barrington Street, Halifax, NS", "NS", "Halifax", "902 782"),
    _place("{} Main Street, Moncton, NB", "NB", "Moncton", "506"),
    _place("{} Grafton Street, Charlottetown, PE", "PE", "Halifax", "902"),
    _place("{} Water Street, St. John's, NL", "NL", "St_Johns", "709"),
    _place("{} Main Street, Whitehorse, YT", "YT", "Whitehorse", "867"),
    _place("{} Franklin Avenue, Yellowknife, NT", "NT", "Yellowknife", "867"),
    _place("{} Niaqunngusiaq Road, Iqaluit, NU", "NU", "Iqaluit", "867"),
    _place("{} James Street North, Hamilton, ON", "ON", "Toronto", "905 289"),
    _place("{} Bank Street, Ottawa, ON", "ON", "Toronto", "613 343"),
    _place("{} Red River Road, Thunder Bay, ON", "ON", "Thunder_Bay", "807"),
    _place("{} Main Street South, Kenora, ON", "ON", "Winnipeg", "807"),
    _place("{} Mackenzie Avenue, Atikokan, ON", "ON", "Atikokan", "807"),
    _place("{} Grande Allée Est, Québec, QC", "QC", "Toronto", "418 581"),
    _place("{} Chemin Principal, Cap-aux-Meules, QC", "QC", "Halifax", "418"),
    # The postal area has the clocks of both sides.
    _place("{} Boulevard Docteur-Camille-Marcoux, Blanc-Sablon, QC", "QC", "Blanc-Sablon Toronto", "418"),
    _place("{} Boulevard Maloney, Gatineau, QC", "QC", "Toronto", "819 873"),
    _place("{} Douglas Street, Victoria, BC", "BC", "Vancouver", "250"),
    _place("{} Baker Street, Cranbrook, BC", "BC", "Edmonton Vancouver", "250"),
    _place("{} Canyon Street, Creston, BC", "BC", "Creston", "250"),
    _place("{} Alaska Avenue, Dawson Creek, BC", "BC", "Dawson_Creek", "250"),
    _place("{} 50 Avenue, Fort Nelson, BC", "BC", "Fort_Nelson", "250"),
    _place("{} Jasper Avenue, Edmonton, AB", "AB", "Edmonton", "780 587"),
    _place("{} 50 Street, Lloydminster, SK", "SK", "Edmonton", "306 780"),
    # By law and by custom.
    _place("{} Main Street, Creighton, SK", "SK", "Regina Winnipeg", "306"),
    _place("{} 2nd Avenue North, Saskatoon, SK", "SK", "Regina", "306"),
    _place("{} Rosser Avenue, Brandon, MB", "MB", "Winnipeg", "204"),
    _place("{} Charlotte Street, Sydney, NS", "NS", "Glace_Bay", "902"),
    _place("{} Queen Street, Fredericton, NB", "NB", "Moncton", "506"),
    _place("{} Hamilton River Road, Happy Valley-Goose Bay, NL", "NL", "Goose_Bay", "709"),
    _place("{} Hudson Drive, Labrador City, NL", "NL", "Goose_Bay", "709"),
    _place("{} Front Street, Dawson City, YT", "YT", "Dawson", "867"),
    _place("{} Mackenzie Road, Inuvik, NT", "NT", "Inuvik", "867"),
    _place("{} Sivulliq Avenue, Rankin Inlet, NU", "NU", "Rankin_Inlet", "867"),
    _place("{} Omingmak Street, Cambridge Bay, NU", "NU", "Cambridge_Bay", "867"),
)

CODES = {
    "416": "Toronto", "647": "Toronto", "437": "Toronto", "905": "Toronto", "289": "Toronto", "613": "Toronto",
    "343": "Toronto", "519": "Toronto", "705": "Toronto", "807": "Toronto Winnipeg Atikokan", "514": "Toronto",
    "438": "Toronto", "450": "Toronto", "819": "Toronto", "873": "Toronto", "418": "Toronto Halifax Blanc-Sablon",
    "581": "Toronto Halifax Blanc-Sablon", "604": "Vancouver",
    "250": "Vancouver Edmonton Dawson_Creek Creston Fort_Nelson",
    "778": "Vancouver Edmonton Dawson_Creek Creston Fort_Nelson", "403": "Edmonton", "587": "Edmonton",
    "780": "Edmonton", "825": "Edmonton", "204": "Winnipeg", "431": "Winnipeg", "306": "Regina Edmonton Winnipeg",
    "639": "Regina Edmonton Winnipeg", "902": "Halifax", "782": "Halifax", "506": "Moncton",
    "709": "St_Johns Goose_Bay",
    "867": "Whitehorse Yellowknife Inuvik Iqaluit Rankin_Inlet Resolute Cambridge_Bay Atikokan",
}  # fmt: skip
EVERYWHERE = _named("St_Johns Halifax Toronto Winnipeg Regina Edmonton Vancouver Whitehorse Inuvik Iqaluit")
TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")


def zones_of_code(code: str) -> tuple[str, ...]:
    """The clocks by which somebody with such a number may live."""
    return EVERYWHERE if code in TOLL_FREE else _named(CODES[code])


def is_open(at: datetime, zones: Iterable[str]) -> bool:
    """Whether it is a weekday from nine to eight on every one of these walls."""
    walls = [at.astimezone(zone(name)) for name in zones]
    return bool(walls) and all(wall.weekday() < 5 and 9 <= wall.hour < 20 for wall in walls)


def opening_after(at: datetime, zones: Iterable[str]) -> datetime:
    """The first instant from `at` on that is open; every clock of Canada changes its hour on a half-hour of UTC."""
    zones = tuple(zones)
    if is_open(at, zones):
        return at
    moment = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
    while not is_open(moment := moment + HALF_AN_HOUR, zones):
        pass
    return moment


@dataclass(frozen=True)
class Delivered:
    """A message that arrived; `kind` as the wish said, `who` the person, `province` the lead's."""

    at: datetime
    send_id: int
    medium: str
    address: str
    kind: str
    who: str
    province: str
    zones: tuple[str, ...]


@dataclass(frozen=True)
class Consented:
    """A ground for commercial messages; an inquiry wears off."""

    at: datetime
    medium: str
    address: str
    is_inquiry: bool


@dataclass(frozen=True)
class Stopped:
    """A stop took effect: of one medium at these addresses, None for all media; only a stop by word can be lifted."""

    at: datetime
    addresses: tuple[str, ...]
    medium: str | None


@dataclass(frozen=True)
class Started:
    """Somebody wrote START."""

    at: datetime
    address: str
    medium: str


@dataclass(frozen=True)
class Waits:
    """An unclear reply waits for a person, or waits no longer."""

    at: datetime
    address: str
    over: bool = False


@dataclass(frozen=True)
class Paused:
    """Outreach is paused in a province, None for everywhere, or goes on."""

    at: datetime
    province: str | None
    over: bool = False


Entry = Delivered | Consented | Stopped | Started | Waits | Paused


@dataclass
class Oracle:
    """Reads what happened, in order, and writes down each delivery that should not have been."""

    wrong: list[str] = field(default_factory=list)
    _arrived: set[int] = field(default_factory=set)
    _consents: dict[tuple[str, str], list[Consented]] = field(default_factory=lambda: defaultdict(list))
    _stops: set[tuple[str, str | None]] = field(default_factory=set)
    _waiting: Counter[str] = field(default_factory=Counter)
    _paused: set[str | None] = field(default_factory=set)
    _days: Counter[tuple[str, str, object]] = field(default_factory=Counter)

    def read(self, entries: Iterable[Entry]) -> list[str]:
        """Return what was wrong, one sentence each."""
        for entry in entries:
            match entry:
                case Delivered():
                    self.wrong += [f"{why}: {entry}" for why in self._faults(entry)]
                case Consented():
                    self._consents[entry.address, entry.medium].append(entry)
                case Stopped():
                    self._stops |= {(address, entry.medium) for address in entry.addresses}
                case Started():
                    self._stops.discard((entry.address, entry.medium))
                case Waits():
                    self._waiting[entry.address] += -1 if entry.over else 1
                case Paused():
                    (self._paused.discard if entry.over else self._paused.add)(entry.province)
        return self.wrong

    def _faults(self, it: Delivered) -> list[str]:
        checks = {
            "outside Mon-Fri 09:00-20:00": not is_open(it.at, it.zones),
            "twice": it.send_id in self._arrived,
            "after a stop": self._is_stopped(it),
            "while a reply waited": self._waiting[it.address] > 0,
            "while paused": bool({None, it.province} & self._paused),
            "without consent": it.kind == "commercial" and not self._may(it),
            "over the cap": it.kind == "commercial" and self._is_too_much(it),
        }
        self._arrived.add(it.send_id)
        return [why for why, is_so in checks.items() if is_so]

    def _is_stopped(self, it: Delivered) -> bool:
        if (it.address, None) in self._stops:
            return True
        # A solely transactional e-mail may go to somebody who unsubscribed (CASL s.6(6)); a text may not.
        is_agreed = it.medium == "EMAIL" and it.kind == "transactional"
        return (it.address, it.medium) in self._stops and not is_agreed

    def _may(self, it: Delivered) -> bool:
        found = self._consents[it.address, it.medium]
        return any(not each.is_inquiry or (it.at - each.at).days <= INQUIRY_DAYS for each in found)

    def _is_too_much(self, it: Delivered) -> bool:
        days = [(it.who, name, it.at.astimezone(zone(name)).date()) for name in it.zones]
        self._days.update(days)
        return any(self._days[day] > CAP for day in days)
