"""What a simulated team-month comes to: when messages left that had to wait, and the figures of the whole."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.zones import zone
from tests.bot.oracle import CAP, Delivered, Paused, Started, Stopped, Waits, opening_after
from tests.bot.team_month import PERIODS, Month, Written

FIRST_QUARTER = timedelta(minutes=15)
FORWARD, BACK = datetime(2026, 3, 8, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC)
STAYED = frozenset(f"America/{name}" for name in ("Vancouver", "Edmonton", "Yellowknife", "Inuvik", "Winnipeg"))
"""Clocks that went back each autumn until 2025 and no more."""
Spell = tuple[datetime, datetime]


@dataclass
class Releases:
    """When messages left that were written while the recipient's window was closed, and those written while it was
    open. `thirds` counts by five minutes of the opening's first quarter of an hour, `excused` by why one left later."""

    thirds: Counter[int] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    late: list[str] = field(default_factory=list)


def releases(month: Month) -> Releases:
    """Sort every delivery by how soon after it might leave it did."""
    found, why = Releases(), _Excuses(month)
    for it in deliveries(month):
        wish = month.written[it.send_id]
        opening = opening_after(wish.at, it.zones)
        waited = it.at - opening
        if opening == wish.at and not waited:
            found.at_once += 1
        elif opening > wish.at and timedelta() <= waited < FIRST_QUARTER:
            found.thirds[waited // (FIRST_QUARTER / 3)] += 1
        elif excuse := why.of(wish, it, opening):
            found.excused[excuse] += 1
        else:
            found.late.append(f"open from {opening}, written {wish.at}: {it}")
    return found


def deliveries(month: Month) -> list[Delivered]:
    return [entry for entry in month.log if isinstance(entry, Delivered)]


class _Excuses:
    """Why a message may have left later than its opening."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self._waits = _spells(month, Waits, lambda entry: entry.address)
        self._pauses = _spells(month, Paused, lambda entry: entry.province)
        self._contacts: dict[str, list[datetime]] = defaultdict(list)
        for at, send_id in month.provider.contacts:
            self._contacts[month.written[send_id].person.name].append(at)

    def of(self, wish: Written, it: Delivered, opening: datetime) -> str | None:
        began, left = wish.at, it.at
        paused = [*self._pauses[None], *self._pauses[it.province]]
        reasons = {
            "tried again": self._month.provider.calls[it.send_id] > 1,
            "machine asleep": _overlaps(self._month.asleep, opening, opening + FIRST_QUARTER),
            "paused": _overlaps(paused, began, left),
            "reply waited": _overlaps(self._waits[it.address], began, left),
            "cap": self._is_capped(it, opening),
        }
        return next((reason for reason, is_so in reasons.items() if is_so), None)

    def _is_capped(self, it: Delivered, opening: datetime) -> bool:
        for name in it.zones:
            day = opening.astimezone(zone(name)).date()
            had = [at for at in self._contacts[it.who] if at.astimezone(zone(name)).date() == day]
            if sum(at <= opening + FIRST_QUARTER for at in had) >= CAP:
                return True
        return False


def _spells(month: Month, kind: type, key: Callable) -> dict[object, list[Spell]]:
    """From when to when each of its kind stood."""
    found: dict[object, list[Spell]] = defaultdict(list)
    since: dict[object, list[datetime]] = defaultdict(list)
    for entry in month.log:
        if isinstance(entry, kind) and not entry.over:
            since[key(entry)].append(entry.at)
        elif isinstance(entry, kind):
            found[key(entry)].append((since[key(entry)].pop(0), entry.at))
    return found


def _overlaps(spells: Iterable[Spell], begin: datetime, end: datetime) -> bool:
    return any(begins <= end and begin <= ends for begins, ends in spells)


Figures = dict[str, int]


def figures(month: Month, states: Counter[str], held: int) -> Figures:
    """Count what happened."""
    arrived, made = deliveries(month), releases(month)
    by_kind = Counter(type(entry) for entry in month.log)
    reasons = Counter(wish.reason for wish in month.written.values() if not wish.allowed)
    blocked = sum(count for reason, count in reasons.items() if reason.startswith("block_"))
    return {
        "leads": sum(len(person.places) for person in month.people),
        "provinces and territories": len({place.province for person in month.people for place in person.places}),
        "people whose clocks differ": sum(_differ(person.zones) for person in month.people),
        "messages written": len(month.written),
        "- written at a closed hour": sum(reasons[name] for name in ("outside_window", "weekend")),
        "- written over the cap": reasons["cap_reached"],
        "- written during a pause": reasons["paused"],
        "- written while a reply waited": reasons["reply_waits"],
        "- blocked when written": blocked,
        "delivered": len(arrived),
        "- in March": sum(it.at < PERIODS[1][0] for it in arrived),
        "- texts": sum(it.medium == "SMS" for it in arrived),
        "- replies": sum(it.kind == "reply" for it in arrived),
        "- in the week after the clocks went forward": _in_week(arrived, FORWARD),
        "- in the week after some went back": _in_week(arrived, BACK),
        "- then between nine and ten where none went back": sum(map(_is_early, arrived)),
        "held for an opening at some time": held,
        **{f"ended as {state}": count for state, count in sorted(states.items())},
        "ordinary answers": month.said["none"],
        "stops": by_kind[Stopped],
        "starts": by_kind[Started],
        "unclear answers decided": month.said["decided: a stop"] + month.said["decided: no stop"],
        "refused for now by the provider": month.provider.troubles["busy"] + month.provider.troubles["down"],
        "calls without an answer": sum(n for name, n in month.provider.troubles.items() if name.startswith(_NO_WORD)),
        "left at once": made.at_once,
        "left in minutes 0-5 of the opening": made.thirds[0],
        "left in minutes 5-10": made.thirds[1],
        "left in minutes 10-15": made.thirds[2],
        **{f"left later: {why}": count for why, count in sorted(made.excused.items())},
        "left later without a reason": len(made.late),
        "stops of the clock": month.passes,
    }


_NO_WORD = ("taken", "not taken")


def as_table(title: str, counted: Figures) -> str:
    """Show figures with their names, one a line."""
    width = max(map(len, counted))
    return "\n".join([f"\n{title}", *(f"  {name:<{width}}  {count:>6,}" for name, count in counted.items())])


def _differ(zones: tuple[str, ...]) -> bool:
    return len({FORWARD.astimezone(zone(name)).utcoffset() for name in zones}) > 1


def _in_week(arrived: list[Delivered], since: datetime) -> int:
    return sum(since <= it.at < since + timedelta(days=7) for it in arrived)


def _is_early(it: Delivered) -> bool:
    """Whether clocks of before 2026 would have forbidden it: they would have shown eight."""
    return it.at > BACK and any(it.at.astimezone(zone(name)).hour == 9 for name in STAYED.intersection(it.zones))
