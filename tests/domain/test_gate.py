"""The gate: who speaks first, what opens when, and that nothing is ever allowed outside anybody's hours."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind
from domain.gate import CONSENT, ORDER, Facts, Stated, broken, explain, judge
from domain.pauses import Pause
from domain.policy import CRTC_CALLS, HORIZON, Medium, Policy, holidays_of
from domain.recipients import all_zones, candidate_zones
from domain.rules import Rules
from domain.zones import InstantWithoutZone, ZoneReport, zone
from tests.domain.calendars import ZONES, instant, instants, policy, rules, rules_of_any_kind, shows_open, zone_sets

NOON = instant("2026-11-25T17:00:00Z")  # Wednesday 12:00 in Toronto
NIGHT = instant("2026-11-26T01:14:00Z")  # Wednesday 20:14 in Toronto
TORONTO = frozenset({"America/Toronto"})
RIGHT = ZoneReport(True, "2026f", ())
WRONG = ZoneReport(False, "2025b", ("America/Vancouver is -8:00:00 from UTC.",))
PAUSE = Pause(None, "U0SAM", NOON, "a complaint")
AGREED = ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2026, 1, 10))
STOPPED = ConsentEvent(ConsentKind.STOP, instant("2026-11-20T15:00:00Z"), Medium.SMS)
NUMBER = "+14165550134"


def request(medium: Medium = Medium.SMS, zones: frozenset[str] = TORONTO, **others: Any) -> ContactRequest:
    values: dict[str, Any] = {"kind": MessageKind.COMMERCIAL, "address": NUMBER, **others}
    return ContactRequest(medium=medium, zones=zones, **values)


def facts(at: datetime = NOON, **others: Any) -> Facts:
    """What a message knows that may leave."""
    values: dict[str, Any] = {
        "request": request(), "policy": policy(), "zone_report": RIGHT, "cap": 2, "ledger": (AGREED,),
        "lists": Lists(downloaded_on=date(2026, 11, 20)),
    }  # fmt: skip
    return Facts(at=at, **(values | others))


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "pause": ({"pauses": (PAUSE,)}, "paused", "policy"),
    "canary": ({"zone_report": WRONG}, "zones_wrong", "policy"),
    "opt_out": ({"ledger": (AGREED, STOPPED)}, "block_opted_out", "law"),
    "reply": ({"reply_waits": True}, "reply_waits", "policy"),
    "content": ({"request": request(has_identification=False)}, "block_missing_identification", "law"),
    "consent": ({"ledger": ()}, "block_no_consent", "law"),
    "lists": ({"request": request(Medium.CALL), "ledger": (), "lists": Lists()}, "block_stale_list", "law"),
    "legal_hours": ({"request": request(Medium.CALL), "at": instant("2026-11-26T03:00:00Z")}, "outside_window", "law"),
    "window": ({"at": NIGHT}, "outside_window", "policy"),
    "cap": ({"contacts_today": 2}, "cap_reached", "policy"),
}


def test_what_nothing_forbids_is_allowed_and_says_by_which_consent() -> None:
    verdict = judge(facts())

    assert (verdict.allowed, verdict.reason, verdict.next_open_at) == (True, "ok_express", None)
    assert (verdict.policy, verdict.policy_version, verdict.tzdata_version) == ("ON/ALL", 1, "2026f")
    assert f"{verdict.local_times['America/Toronto']:%H:%M}" == "12:00"
    assert [check.name for check in verdict.checks] == list(ORDER)


@pytest.mark.parametrize("name", REFUSALS)
def test_each_check_refuses_with_its_reason_basis_and_source(name: str) -> None:
    changed, reason, basis = REFUSALS[name]
    verdict = judge(facts(**changed))

    assert (verdict.allowed, verdict.reason, verdict.basis) == (False, reason, basis)
    assert verdict.checks[-1].name == name
    assert verdict.sentence
    assert verdict.source


@pytest.mark.parametrize("name", [name for name in REFUSALS if name not in ("lists", "legal_hours")])
def test_of_several_refusals_the_first_in_order_speaks(name: str) -> None:
    later = [each for each in REFUSALS if list(ORDER).index(each) >= list(ORDER).index(name)]
    together: dict[str, Any] = {}
    for each in later:
        if each in ("lists", "legal_hours"):
            continue
        for key, value in REFUSALS[each][0].items():
            together.setdefault(key, value)

    verdict = judge(facts(**together))

    assert verdict.reason == REFUSALS[name][1]


def test_the_order_is_the_one_that_the_law_and_the_house_agreed_on() -> None:
    assert list(ORDER) == list(REFUSALS)


def test_an_explanation_asks_everything_and_answers_as_the_gate_does() -> None:
    refused = facts(at=NIGHT, ledger=(), contacts_today=9)

    verdict = explain(refused)

    assert [check.name for check in verdict.checks] == list(ORDER)
    assert [check.name for check in verdict.checks if not check.verdict.allowed] == [CONSENT, "window", "cap"]
    assert replace(verdict, checks=()) == replace(judge(refused), checks=())


def test_a_closed_window_says_when_it_opens() -> None:
    verdict = judge(facts(at=NIGHT))

    assert verdict.next_open_at == instant("2026-11-26T14:00:00Z")
    assert "20:14 in America/Toronto" in verdict.sentence


def test_a_call_opens_when_both_the_law_and_the_policy_are_open() -> None:
    early = policy("0123456@0600-2300")

    verdict = judge(facts(at=instant("2026-11-28T12:00:00Z"), policy=early, request=request(Medium.CALL)))

    assert (verdict.basis, verdict.next_open_at) == ("law", instant("2026-11-28T15:00:00Z"))  # Saturday 10:00


@pytest.mark.parametrize("name", ["pause", "canary", "opt_out", "reply", "content", "consent"])
def test_time_alone_opens_nothing_that_something_else_forbids(name: str) -> None:
    assert judge(facts(**REFUSALS[name][0] | {"at": NIGHT})).next_open_at is None


def test_whoever_was_contacted_enough_today_may_be_contacted_tomorrow() -> None:
    verdict = judge(facts(contacts_today=2))

    assert (verdict.reason, verdict.next_open_at) == ("cap_reached", instant("2026-11-26T14:00:00Z"))


def test_a_cap_asked_about_at_night_does_not_cost_the_day_that_has_begun_in_the_east() -> None:
    zones = frozenset({"America/Regina", "America/Halifax"})
    night = instant("2026-10-27T04:59:00Z")  # Monday 22:59 in Regina, Tuesday 01:59 in Halifax

    verdict = judge(facts(night, request=request(zones=zones), contacts_today=2))

    assert verdict.next_open_at == instant("2026-10-27T15:00:00Z")


@pytest.mark.parametrize("kind", [MessageKind.REPLY, MessageKind.TRANSACTIONAL])
def test_the_cap_leaves_nobody_without_an_answer(kind: MessageKind) -> None:
    assert judge(facts(contacts_today=2, request=request(kind=kind))).allowed


def test_a_consent_that_lapses_before_the_next_opening_opens_nothing() -> None:
    friday = instant("2026-11-28T01:14:00Z")  # Friday 27 November, 20:14
    last_day = ConsentEvent(ConsentKind.INQUIRY, date(2026, 5, 27))

    verdict = judge(facts(at=friday, ledger=(last_day,)))

    assert (verdict.reason, verdict.next_open_at) == ("outside_window", None)


@pytest.mark.parametrize(
    ("zones", "reason"), [(frozenset(), "no_zone"), (frozenset({"America/Torontoo"}), "unknown_zone")]
)
def test_nowhere_and_no_place_open_nothing(zones: frozenset[str], reason: str) -> None:
    verdict = judge(facts(request=request(zones=zones)))

    assert (verdict.allowed, verdict.reason, verdict.next_open_at) == (False, reason, None)


@pytest.mark.parametrize("stands", [None, Policy("ON", "ALL", False, rules()), Policy("ON", "ALL", True, None)])
def test_without_a_policy_that_can_be_read_and_is_on_nothing_opens(stands: Policy | None) -> None:
    verdict = judge(facts(policy=stands))

    assert (verdict.allowed, verdict.next_open_at) == (False, None)


@pytest.mark.parametrize(
    ("at", "stated", "allowed"),
    [
        (NOON, Stated(2, "1200"), True),
        (NOON, Stated(2, "2014"), False),
        (NIGHT, Stated(2, "1200"), False),
        (NOON, Stated("Wed", "1200"), False),
        (NOON, Stated(None, None), False),
    ],
)
def test_a_stated_time_only_forbids(at: datetime, stated: Stated, allowed: bool) -> None:
    assert judge(facts(at=at, stated=stated)).allowed is allowed


@pytest.mark.parametrize(("hhmm", "allowed"), [("1200", True), ("2014", False)])
@pytest.mark.parametrize("at", [NOON, NIGHT])
def test_a_stated_time_alone_stands_in_the_place_of_the_clock(at: datetime, hhmm: str, allowed: bool) -> None:
    assert judge(facts(at=at, stated=Stated(2, hhmm, alone=True))).allowed is allowed


def test_an_instant_without_a_zone_is_an_error_that_whoever_asks_takes_for_a_no() -> None:
    with pytest.raises(InstantWithoutZone):
        judge(facts(at=datetime(2026, 11, 25, 12)))  # noqa: DTZ001 - the very thing that is refused

    assert broken("2026f").reason == "error_in_gate"
    assert not broken("2026f").allowed


def test_a_pause_names_its_place_and_its_reason() -> None:
    there = judge(facts(pauses=(replace(PAUSE, place="ON/Toronto"),)))

    assert there.sentence.startswith("Blocked: Outreach in ON/Toronto is paused (a complaint)")


@pytest.mark.parametrize(
    ("said", "place", "phone", "expected"),
    [
        ("America/Regina", TORONTO, "+16045550134", {"America/Regina"}),
        (None, TORONTO, NUMBER, {"America/Toronto"}),
        (None, TORONTO, "+16045550134", {"America/Toronto", "America/Vancouver"}),
        (None, frozenset(), "+16045550134", {"America/Vancouver"}),
        (None, frozenset(), "+18005550134", set(all_zones())),
        (None, TORONTO, "+13055550134", {"America/Toronto"}),
        (None, TORONTO, None, {"America/Toronto"}),
        (None, frozenset(), None, set()),
        (None, frozenset(), "+33123456789", set()),
    ],
)
def test_every_zone_that_record_and_number_leave_possible_counts(
    said: str | None, place: frozenset[str], phone: str | None, expected: set[str]
) -> None:
    assert candidate_zones(said=said, place=place, phone=phone) == expected


def test_a_saskatchewan_number_is_never_taken_for_winnipeg_alone() -> None:
    assert "America/Regina" in candidate_zones(said=None, place=frozenset(), phone="+14745550134")


def changes_of_the_clock(name: str) -> Iterator[datetime]:
    """Every second of 2026 and 2027 at which a zone's clock jumps."""
    place, at, end = zone(name), instant("2026-01-01T00:00:00Z"), instant("2028-01-01T00:00:00Z")
    while at < end:
        then = at + timedelta(hours=1)
        if at.astimezone(place).utcoffset() != then.astimezone(place).utcoffset():
            low, high = 0, 3600
            while high - low > 1:
                middle = (low + high) // 2
                same = (at + timedelta(seconds=middle)).astimezone(place).utcoffset() == at.astimezone(
                    place
                ).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield at + timedelta(seconds=high)
        at = then


def oracle(the_rules: Rules, medium: Medium, zones: frozenset[str], at: datetime) -> bool:
    """Straight from the meaning: each wall clock shows an open minute, of the policy and for calls of the law."""
    clocks = [at.astimezone(zone(name)) for name in zones]
    law = CRTC_CALLS if medium is Medium.CALL else None
    return all(
        shows_open(the_rules, medium, local, False) and (law is None or shows_open(law, medium, local, False))
        for local in clocks
    )


@pytest.mark.parametrize("name", sorted(all_zones() | set(ZONES)))
def test_around_every_change_of_a_clock_the_wall_clock_decides(name: str) -> None:
    wide = rules("0123456@0030-0330;0123456@0900-2130")
    for change in changes_of_the_clock(name):
        for second in (-1, 0, 1, -3601, -3600, -3599, 3599, 3600, 3601, 7199, 7200, 7201):
            at = change + timedelta(seconds=second)
            for medium in Medium:
                asked = facts(
                    at=at.astimezone(UTC), request=request(medium, frozenset({name})), policy=Policy("ON", "ALL", True, wide),
                    lists=Lists(downloaded_on=at.date()),
                )  # fmt: skip
                expected = oracle(wide, medium, frozenset({name}), at)
                assert judge(asked).allowed is expected, (name, at, medium)


@given(the_rules=rules_of_any_kind, zones=zone_sets(), at=instants(), medium=st.sampled_from(Medium))
@settings(max_examples=1500, deadline=None)
def test_nothing_is_allowed_outside_any_zones_hours(
    the_rules: Rules, zones: frozenset[str], at: datetime, medium: Medium
) -> None:
    consent = ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2025, 1, 10))
    asked = facts(
        at=at, request=request(medium, zones), policy=Policy("ON", "ALL", True, the_rules), ledger=(consent,),
        lists=Lists(downloaded_on=at.date()),
    )  # fmt: skip

    assert judge(asked).allowed is oracle(the_rules, medium, zones, at)


@given(the_rules=rules_of_any_kind, zones=zone_sets(), at=instants(), medium=st.sampled_from(Medium))
@settings(max_examples=150, deadline=None)
def test_the_next_opening_is_allowed_and_nothing_before_it_is(
    the_rules: Rules, zones: frozenset[str], at: datetime, medium: Medium
) -> None:
    consent = ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2025, 1, 10))
    asked = facts(at=at, request=request(medium, zones), policy=Policy("ON", "ALL", True, the_rules), ledger=(consent,))
    verdict = judge(asked)
    if verdict.allowed:
        return
    opens = verdict.next_open_at
    last = opens or at + HORIZON

    assert opens is None or judge(replace(asked, at=opens)).allowed
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < last:
        assert not oracle(the_rules, medium, zones, minute)
        minute += timedelta(minutes=1)


def test_a_holiday_moves_the_next_opening_of_a_call_in_british_columbia() -> None:
    resting = Policy("BC", "ALL", True, rules("01234@0900-2000", holidays=["CALL"]))
    christmas = instant("2026-12-25T20:00:00Z")
    asked = facts(
        at=christmas, request=request(Medium.CALL, frozenset({"America/Vancouver"})), policy=resting,
        lists=Lists(downloaded_on=date(2026, 12, 20)), holidays={**holidays_of("BC", 2026), **holidays_of("BC", 2027)},
    )  # fmt: skip

    verdict = judge(asked)

    assert (verdict.reason, verdict.basis) == ("holiday", "policy")
    assert verdict.next_open_at == instant("2026-12-28T16:00:00Z")
