"""The contact rules of a policy row: windows, media and resting days, read from JSON and compared."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, reduce
from typing import Any, ClassVar, Final, TypeVar

from domain.errors import RuleBroken
from domain.windows import DAY, Hours, Week, both, difference, either, week_of

_T = TypeVar("_T")
_TIME: Final = re.compile(r"([0-9]{2}):?([0-9]{2})")
_RULES_KEYS: Final = frozenset({"contact_windows_local", "channels_allowed", "holidays", "min_lead_score_to_contact"})
_WINDOW_KEYS: Final = frozenset({"days", "start", "end", "media"})


class RulesInvalid(RuleBroken):
    """{where}: {why}."""

    code: ClassVar[str] = "RULES_INVALID"


class Medium(Enum):
    """The way a message reaches a person."""

    SMS = "SMS"
    CALL = "CALL"
    EMAIL = "EMAIL"


_ALL: Final = [medium.value for medium in Medium]


@dataclass(frozen=True, slots=True)
class Window:
    """One contact window: weekdays on which it opens (0 = Monday), minutes since local midnight, and its media.

    Half-open [start, end). `end` may be 1440; `end < start` crosses midnight and belongs to the opening day;
    `start == end` is empty.
    """

    days: tuple[int, ...]
    start: int
    end: int
    media: frozenset[Medium] = frozenset(Medium)

    def spans(self) -> list[tuple[int, int]]:
        """Its spans in minutes since Monday 00:00; a span may run past the end of the week."""
        end = self.end if self.end >= self.start else self.end + DAY
        return [(day * DAY + self.start, day * DAY + end) for day in self.days]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one policy row; `holidays` are the media that rest on holidays.

    `min_lead_score_to_contact` (0 to 1) is kept for rows that carry it and read by no check of time.
    """

    windows: tuple[Window, ...] = ()
    channels_allowed: frozenset[Medium] = frozenset(Medium)
    holidays: frozenset[Medium] = frozenset()
    min_lead_score_to_contact: float | None = None
    _hours: Mapping[Medium, Hours] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: the gate asks for every message.
        object.__setattr__(self, "_hours", {medium: self._hours_of(medium) for medium in Medium})

    @classmethod
    def from_json(cls, rules: Mapping[str, Any]) -> "Rules":
        """Read `rules_json`. Raises RulesInvalid with the place and the reason.

        Without `channels_allowed` no medium is shut out, without `holidays` none rests, without windows nothing opens.
        """
        _keys(rules, _RULES_KEYS, "rules")
        return cls(
            windows=tuple(_list(rules.get("contact_windows_local", []), "contact_windows_local", _window)),
            channels_allowed=_media(rules.get("channels_allowed", _ALL), "channels_allowed"),
            holidays=_resting(rules.get("holidays", False)),
            min_lead_score_to_contact=_score(rules.get("min_lead_score_to_contact")),
        )

    def to_json(self) -> dict[str, Any]:
        """The same rules as JSON; `from_json` reads it back to an equal value."""
        score = self.min_lead_score_to_contact
        return {
            "contact_windows_local": [_window_json(window) for window in self.windows],
            "channels_allowed": _names(self.channels_allowed),
            "holidays": _names(self.holidays),
            **({} if score is None else {"min_lead_score_to_contact": score}),
        }

    def hours(self, medium: Medium) -> Hours:
        """When the rules let `medium` be used; no minute when it is not allowed."""
        return self._hours[medium]

    def _hours_of(self, medium: Medium) -> Hours:
        windows = [window for window in self.windows if medium in window.media and window.start != window.end]
        if medium not in self.channels_allowed or not windows:
            return NEVER
        week: Week = week_of(span for window in windows for span in window.spans())
        days = frozenset(day for window in windows for day in window.days)
        return Hours(week, () if medium in self.holidays else week, days)


NEVER: Final = Hours((), (), frozenset())

CRTC_CALLS: Final = Rules(
    windows=(
        Window((0, 1, 2, 3, 4), 9 * 60, 21 * 60 + 30, frozenset({Medium.CALL})),
        Window((5, 6), 10 * 60, 18 * 60, frozenset({Medium.CALL})),
    ),
    channels_allowed=frozenset({Medium.CALL}),
)
"""The hours in which the law lets a telemarketer call, in the consumer's time (CRTC, as `CRTC_SOURCE` says)."""

CRTC_SOURCE: Final = "CRTC Unsolicited Telecommunications Rules, Part III, rule 23"

SEED_RULES: Final[Mapping[str, Any]] = {
    "contact_windows_local": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"}],
    "channels_allowed": ["SMS", "CALL", "EMAIL"],
    "holidays": False,
}
"""The rules of a new workspace, as JSON; `seed_rules` gives a province's own copy."""


def seed_rules(province: str) -> dict[str, Any]:
    """The rules a province starts with, as JSON.

    Calls rest on holidays in British Columbia: its regulator bans telemarketing calls then (Consumer Protection BC).
    """
    windows = [{**window, "days": list(window["days"])} for window in SEED_RULES["contact_windows_local"]]
    return {
        "contact_windows_local": windows,
        "channels_allowed": list(SEED_RULES["channels_allowed"]),
        "holidays": ["CALL"] if province == "BC" else SEED_RULES["holidays"],
    }


def widens(new: Rules, old: Rules) -> bool:
    """Whether `new` lets some medium be used in a minute, of an ordinary week or of a holiday, that `old` forbids."""
    pairs = [(new.hours(medium), old.hours(medium)) for medium in Medium]
    return any(difference(a.week, b.week) or difference(a.on_holiday, b.on_holiday) for a, b in pairs)


@lru_cache(maxsize=1024)
def lawful_hours(rules: Rules, medium: Medium) -> Hours:
    """When the rules and the law let `medium` be used: calls are cut to the CRTC's hours, SMS and e-mail have none."""
    hours = rules.hours(medium)
    return hours if medium is not Medium.CALL else both(hours, CRTC_CALLS.hours(medium))


@lru_cache(maxsize=1024)
def any_hours(rules: Rules) -> Hours:
    """When the rules and the law let at least one medium be used."""
    return reduce(either, (lawful_hours(rules, medium) for medium in Medium), NEVER)


def _window(entry: object, where: str) -> Window:
    """Read one window."""
    if not isinstance(entry, Mapping):
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not a window")
    _keys(entry, _WINDOW_KEYS, where)
    days = _list(entry.get("days"), f"{where}.days", _day)
    if not days:
        raise RulesInvalid(where=f"{where}.days", why="a window needs at least one day")
    start = _time(entry.get("start"), f"{where}.start", last=DAY - 1)
    end = _time(entry.get("end"), f"{where}.end", last=DAY)
    return Window(tuple(sorted(set(days))), start, end, _media(entry.get("media", _ALL), f"{where}.media"))


def _window_json(window: Window) -> dict[str, Any]:
    """A window as JSON; all media go unsaid."""
    media = {} if window.media == frozenset(Medium) else {"media": _names(window.media)}
    return {"days": list(window.days), "start": _clock(window.start), "end": _clock(window.end), **media}


def _keys(entry: object, known: frozenset[str], where: str) -> None:
    """Refuse what is not a mapping and names that nobody reads: a misspelt rule must not pass for none."""
    if not isinstance(entry, Mapping):
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not an object")
    for key in entry:
        if key not in known:
            raise RulesInvalid(where=where, why=f"{_shown(key)} is not a rule")


def _list(entry: object, where: str, read: Callable[[object, str], _T]) -> list[_T]:
    """Read every item of a list."""
    if not isinstance(entry, list | tuple):
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not a list")
    return [read(item, f"{where}[{index}]") for index, item in enumerate(entry)]


def _day(entry: object, where: str) -> int:
    """A weekday, 0 (Monday) to 6; true is not 1 here."""
    if not isinstance(entry, int) or isinstance(entry, bool) or not 0 <= entry <= 6:
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not a weekday from 0 (Monday) to 6")
    return entry


def _time(entry: object, where: str, *, last: int) -> int:
    """Minutes since midnight from "HH:MM" or "HHMM", at most `last`."""
    found = _TIME.fullmatch(entry) if isinstance(entry, str) else None
    hours, minutes = (int(part) for part in found.groups()) if found else (0, DAY)
    if minutes > 59 or hours * 60 + minutes > last:
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not a time")
    return hours * 60 + minutes


def _media(entry: object, where: str) -> frozenset[Medium]:
    """Media from a list of names."""
    return frozenset(_list(entry, where, _medium))


def _resting(entry: object) -> frozenset[Medium]:
    """The media that rest on holidays: true is all of them, false none, or a list."""
    if isinstance(entry, bool):
        return frozenset(Medium) if entry else frozenset()
    return _media(entry, "holidays")


def _medium(entry: object, where: str) -> Medium:
    """A medium by its name, in capitals or not."""
    name = entry.upper() if isinstance(entry, str) else ""
    if name not in Medium.__members__:
        raise RulesInvalid(where=where, why=f"{_shown(entry)} is not SMS, CALL or EMAIL")
    return Medium[name]


def _score(entry: object) -> float | None:
    """A score from 0 to 1, or none."""
    if entry is None:
        return None
    if not isinstance(entry, int | float) or isinstance(entry, bool) or not 0 <= entry <= 1:
        raise RulesInvalid(where="min_lead_score_to_contact", why=f"{_shown(entry)} is not a number from 0 to 1")
    return float(entry)


def _names(media: frozenset[Medium]) -> list[str]:
    """Names of media, in the order of the enum."""
    return [medium.value for medium in Medium if medium in media]


def _clock(minutes: int) -> str:
    """Minutes since midnight as "HH:MM"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _shown(entry: object) -> str:
    """What was given, short enough for a sentence."""
    return repr(entry)[:60]
