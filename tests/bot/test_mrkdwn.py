"""Text as Slack wants it: what a person typed stays text, and fits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.mrkdwn import TYPED_LIMIT, bold, clip, clock_text, code_block, escape, for_reader, plain
from domain.zones import zone

AT = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0SAM|sam>", "&lt;@U0SAM|sam&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_what_a_person_typed_is_escaped(typed, shown):
    assert escape(typed) == shown


@given(st.text(max_size=2_000))
def test_escaped_text_holds_no_markup_and_fits_a_section(text):
    shown = escape(text)
    assert "<" not in shown
    assert ">" not in shown
    assert len(shown) <= 5 * TYPED_LIMIT <= 3_000


@given(st.text(max_size=300), st.integers(1, 200))
def test_clipped_text_fits_and_says_that_there_was_more(text, limit):
    shown = clip(text, limit)
    assert len(shown) <= limit
    assert shown == text if len(text) <= limit else shown.endswith("…")


def test_plain_text_is_one_line():
    assert plain("a\n  b\tc", 10) == "a b c"
    assert plain("abcdef", 4) == "abc…"


def test_bold_and_code():
    assert bold("a") == "*a*"
    assert code_block(["a", " b"]) == "```\na\n b\n```"


def test_an_instant_is_shown_to_each_reader_and_to_programs_that_know_no_dates():
    assert for_reader(AT) == f"<!date^{int(AT.timestamp())}^{{date_short_pretty}} {{time}}|25 Nov 14:05 UTC>"


def test_an_instant_on_the_clock_of_a_place():
    assert clock_text(AT.astimezone(zone("America/St_Johns"))) == "Wed 25 Nov 10:35"
    assert clock_text(datetime(2026, 12, 1, 14, tzinfo=UTC).astimezone(zone("America/Toronto"))) == "Tue 1 Dec 09:00"
