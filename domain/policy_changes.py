"""Changing a contact policy: what its rules must be, how two versions differ in words, and what to know before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.geo import PROVINCES
from domain.hours_text import hours_text, week_text
from domain.policy import Basis, Policy
from domain.rules import CRTC_CALLS, CRTC_SOURCE, Medium, Rules
from domain.window_lines import window_line
from domain.windows import difference, intersection, week_of

MEDIA: Final = {Medium.SMS: "SMS", Medium.EMAIL: "E-mail", Medium.CALL: "Calls"}
"""What a line about a medium begins with, in the order in which people are told."""

BC_SOURCE: Final = "Consumer Protection BC"
HOUSE: Final = "house rule"
NO_LAW: Final = "no law sets hours"


class WindowEmpty(RuleBroken):
    """{window} ends when it begins, so it never opens. Give it another end (24:00 is the day's), or delete the line."""

    code: ClassVar[str] = "WINDOW_EMPTY"
    field: ClassVar[str] = "windows"


class CallsWiderThanLaw(RuleBroken):
    """The law forbids calls at {excess}: it allows {lawful}, in the recipient's time ({source}). Shorten the window, or
    name other media behind it: sms e-mail."""

    code: ClassVar[str] = "CALLS_WIDER_THAN_LAW"
    field: ClassVar[str] = "windows"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before a change is saved. `basis` and `source` are of the rule that it tells about."""

    sentence: str
    basis: Basis = "policy"
    source: str = HOUSE


def check_rules(rules: Rules) -> None:
    """Check the rules of a policy row. Raises WindowEmpty, and CallsWiderThanLaw: a row may be stricter than the law's
    hours for calls, never wider."""
    for window in rules.windows:
        if window.start == window.end:
            raise WindowEmpty(window=window_line(window))
    lawful = CRTC_CALLS.hours(Medium.CALL).week
    excess = difference(rules.hours(Medium.CALL).week, lawful)
    if excess:
        raise CallsWiderThanLaw(excess=week_text(excess), lawful=week_text(lawful), source=CRTC_SOURCE)


def differences(old: Policy, new: Policy) -> tuple[str, ...]:
    """Say in a line for each how the hours, media and holidays of two versions differ; nothing when none does.

    Rules that cannot be read open nothing, which is how they compare.
    """
    before, after = old.rules or Rules(), new.rules or Rules()
    unreadable = ["The rules could not be read, and blocked everything"] if old.rules is None and new.rules else []
    state = [f"Switched {_state(old)} → {_state(new)}"] if old.enabled != new.enabled else []
    hours = [
        f"{name}: {was} → {becomes}"
        for medium, name in MEDIA.items()
        if (was := medium_text(before, medium)) != (becomes := medium_text(after, medium))
    ]
    rest = [f"Holidays: {resting_text(before)} → {resting_text(after)}"] if before.holidays != after.holidays else []
    return (*unreadable, *state, *hours, *rest)


def medium_text(rules: Rules, medium: Medium) -> str:
    """Say when a medium is open: its hours, "not allowed", or "no window"."""
    if medium not in rules.channels_allowed:
        return "not allowed"
    return hours_text(rules, medium) if rules.hours(medium).week else "no window"


def resting_text(rules: Rules) -> str:
    """Say which media rest on holidays: "SMS and calls rest", "all rest", "none rests"."""
    if rules.holidays == frozenset(Medium):
        return "all rest"
    names = [
        name if medium is Medium.SMS else name.lower() for medium, name in MEDIA.items() if medium in rules.holidays
    ]
    return f"{' and '.join(names)} rest" if names else "none rests"


def notices(old: Policy, new: Policy) -> tuple[Notice, ...]:
    """Say what is worth knowing before `new` takes the place of `old`: nothing here forbids it."""
    rules = new.rules or Rules()
    return (*_overlaps(rules), *_shut(new, rules), *_bc_calls(old, new))


def _overlaps(rules: Rules) -> Iterator[Notice]:
    """Windows that share minutes for a medium; their hours count once."""
    for place, one in enumerate(rules.windows):
        for other in rules.windows[place + 1 :]:
            if one.media & other.media and intersection(week_of(one.spans()), week_of(other.spans())):
                yield Notice(f"{window_line(one)} and {window_line(other)} overlap: together they count as one.")


def _shut(policy: Policy, rules: Rules) -> Iterator[Notice]:
    """Media that are allowed and never open."""
    names = [
        name for medium, name in MEDIA.items() if medium in rules.channels_allowed and not rules.hours(medium).week
    ]
    if policy.enabled and names:
        yield Notice(f"No window is left for {', '.join(names)}: that stays blocked at all times.")


def _bc_calls(old: Policy, new: Policy) -> Iterator[Notice]:
    """Calls in British Columbia on holidays, which its regulator says are banned."""
    rules = new.rules or Rules()
    rested = old.rules is not None and Medium.CALL in old.rules.holidays
    if new.province != "BC" or Medium.CALL in rules.holidays or not rules.hours(Medium.CALL).week:
        return
    now = "no longer rest" if rested else "do not rest"
    regulator = "though its regulator says that telemarketing calls are banned then"
    yield Notice(f"Calls in {PROVINCES['BC']} {now} on holidays, {regulator}.", "policy", BC_SOURCE)


def _state(policy: Policy) -> str:
    return "on" if policy.enabled else "off"
