"""People, channels, zone offsets, timestamps and triggers by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MovableClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import SlackError
from bot.sandbox.people import find_channel, find_person, user_json
from bot.sandbox.stamps import Stamps
from bot.sandbox.triggers import Triggers
from bot.sandbox.zones import toronto_offset


class Standing:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2026-03-08T06:59:59+00:00", -5),
        ("2026-03-08T07:00:00+00:00", -4),
        ("2026-11-01T05:59:59+00:00", -4),
        ("2026-11-01T06:00:00+00:00", -5),
        ("2027-03-14T07:00:00+00:00", -4),
        ("2027-11-07T06:00:00+00:00", -5),
    ],
)
def test_torontos_offset_changes_on_its_sundays(at, hours):
    moment = datetime.fromisoformat(at)
    assert toronto_offset(moment) == timedelta(hours=hours)
    dana = find_person("dana")
    assert dana is not None
    assert user_json(dana, moment)["tz_offset"] == hours * 3600


@pytest.mark.parametrize("text", ["dana", "@dana", " Dana ", "U0DANA", "u0dana"])
def test_a_person_is_found_by_name_or_id(text):
    person = find_person(text)
    assert person is not None
    assert person.id == "U0DANA"


@pytest.mark.parametrize("text", ["", "@", "dan", "U0", "#dana#"])
def test_nobody_is_found_by_less(text):
    assert find_person(text) is None
    assert find_channel(text.strip("#") + "?") is None


def test_a_timestamp_is_the_clocks_instant_and_rises_while_it_stands():
    clock = Standing(datetime(2025, 11, 24, 16, 0, 0, 100, tzinfo=UTC))
    stamps = Stamps(MovableClock(clock))
    assert [stamps.next() for _ in range(3)] == ["1764000000.000100", "1764000000.000101", "1764000000.000102"]
    clock.at -= timedelta(hours=1)
    assert stamps.next() == "1764000000.000103"


def test_a_trigger_lives_three_seconds_of_the_machine():
    now = [0.0]
    triggers = Triggers(3.0, lambda: now[0])
    early, late = triggers.issue("U0DANA"), triggers.issue("U0DANA")
    now[0] = 3.0
    assert triggers.exchange(early.id) is early
    now[0] = 3.01
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.exchange(late.id)
    triggers.clear()
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.exchange(early.id)


def test_a_short_manifest_will_do():
    config = SandboxConfig("http://127.0.0.1:8000", {"name": "Small", "commands": [{"command": "/lead"}]})
    assert (config.app_name, config.app_description, config.commands) == ("Small", "", ({"command": "/lead"},))
    assert (config.shortcuts, config.bot_events, config.bot_scopes) == ((), frozenset(), ())
    assert SandboxConfig("http://127.0.0.1:8000", {}).app_name == "Valhalla"


def test_of_very_many_triggers_the_oldest_are_forgotten():
    triggers = Triggers(3.0)
    first = triggers.issue("U0DANA")
    for _ in range(10_000):
        last = triggers.issue("U0DANA")
    assert triggers.exchange(last.id) is last
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.exchange(first.id)
