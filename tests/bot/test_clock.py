"""The clock is a value: the machine's, or one that was moved."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MovableClock, SystemClock
from domain.zones import zone

AT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


class Still:
    """A clock that stands still."""

    def now(self):
        return AT


def test_the_machines_clock_is_aware_and_in_utc():
    assert SystemClock().now().tzinfo is UTC


def test_a_clock_that_nobody_moved_tells_its_bases_time():
    assert MovableClock(Still()).now() == AT


def test_a_clock_is_put_to_an_instant_of_any_zone():
    clock = MovableClock(Still())
    clock.move_to(datetime(2026, 12, 24, 9, tzinfo=zone("America/Toronto")))
    assert clock.now() == datetime(2026, 12, 24, 14, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_moved_clock_goes_on_ticking():
    clock = MovableClock()
    clock.move_to(AT)
    assert timedelta() <= clock.now() - AT < timedelta(seconds=5)


@given(steps=st.lists(st.timedeltas(timedelta(days=-400), timedelta(days=400)), max_size=5))
def test_steps_add_up(steps):
    clock = MovableClock(Still())
    for step in steps:
        clock.advance(step)
    assert clock.now() == AT + sum(steps, timedelta())
