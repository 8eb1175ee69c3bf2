"""Contact windows as the lines that a person edits."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules import Medium, Window
from domain.window_lines import LINES_LIMIT, WindowLinesWrong, window_line, window_lines, windows_in

WORKDAYS = (0, 1, 2, 3, 4)
NINE_TO_EIGHT = (9 * 60, 20 * 60)
SMS, EMAIL, CALL = Medium.SMS, Medium.EMAIL, Medium.CALL

windows = st.builds(
    Window,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.sets(st.sampled_from(Medium), min_size=1).map(frozenset),
)


@pytest.mark.parametrize(
    ("line", "window"),
    [
        ("Mon-Fri 09:00-20:00", Window(WORKDAYS, *NINE_TO_EIGHT)),
        ("Sat 10:00-18:00 calls", Window((5,), 600, 1080, frozenset({CALL}))),
        ("Mon–Fri 9h00–20h", Window(WORKDAYS, *NINE_TO_EIGHT)),
        ("Mon to Fri 9 to 20 sms and e-mail", Window(WORKDAYS, *NINE_TO_EIGHT, frozenset({SMS, EMAIL}))),
        ("Mon - Fri: 09:00 - 20:00 (calls, texts)", Window(WORKDAYS, *NINE_TO_EIGHT, frozenset({SMS, CALL}))),
        ("weekdays 9am-8pm text only", Window(WORKDAYS, *NINE_TO_EIGHT, frozenset({SMS}))),
        ("every day 0900-2000 all", Window(tuple(range(7)), *NINE_TO_EIGHT)),
        ("daily 900-2000", Window(tuple(range(7)), *NINE_TO_EIGHT)),
        ("weekend 10-14.30", Window((5, 6), 600, 870)),
        ("sat, sun and mon 10-14", Window((0, 5, 6), 600, 840)),
        ("Fri-Mon 10-14", Window((0, 4, 5, 6), 600, 840)),
        ("Sunday-Sunday 10-14", Window((6,), 600, 840)),
        ("Tuesdays, Thurs 12am-12pm", Window((1, 3), 0, 720)),
        ("Tue. 12pm-2pm", Window((1,), 720, 840)),
        ("Th 22:00-02:00", Window((3,), 1320, 120)),
        ("Mon 09:00-24:00", Window((0,), 540, 1440)),
        ("Mon 09:00-09:00", Window((0,), 540, 540)),
    ],
)
def test_a_line_is_read_as_people_write_it(line, window):
    assert windows_in(line) == (window,)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Mon 09:00-25:00", "“25:00” is not a time from 00:00 to 24:00."),
        ("Mon 25:00-26:00", "“25:00” is not a time from 00:00 to 23:59."),
        ("Mon 24:00-02:00", "“24:00” is not a time from 00:00 to 23:59."),
        ("Mon 09:00-24:01", "“24:01” is not a time from 00:00 to 24:00."),
        ("Mon 09:60-10:00", "“09:60” is not a time"),
        ("Mon 13pm-20", "“13pm” is not a time"),
        ("Mon 0am-20", "“0am” is not a time"),
        ("Mno 9-20", "“Mno” is not a weekday. Did you mean Mon?"),
        ("Mon-Frx 9-20", "“Frx” is not a weekday."),
        ("Funday 9-20", "“Funday” is not a weekday. Did you mean Sunday?"),
        ("Day7 9-20", "“Day7” is not a weekday."),
        ("1-5 9-20", "it names no day"),
        ("9-20", "it names no day"),
        ("and 9-20", "it names no day"),
        ("Mon-Fri", "no hours were found"),
        ("Mon 9:0-20", "no hours were found"),
        ("open all day", "no hours were found"),
        ("Mon 9-20 fax", "“fax” is not a medium (sms, e-mail, calls)."),
        ("Mon 9-20 sma", "Did you mean sms?"),
        ("Mon 9-20 all calls", "“all” is not a medium"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(line, says):
    with pytest.raises(WindowLinesWrong) as wrong:
        windows_in(f"Mon-Fri 09:00-20:00\n\n{line}")
    assert str(wrong.value).startswith(f"Line 3, “{line}”: ")
    assert says in str(wrong.value)
    assert wrong.value.field == "windows"


def test_blank_text_has_no_windows():
    assert windows_in(" \n\n") == ()


def test_five_wrong_lines_are_named_and_the_rest_counted():
    with pytest.raises(WindowLinesWrong) as wrong:
        windows_in("\n".join(["x"] * 7))
    assert str(wrong.value).splitlines()[-1] == "And 2 more."
    assert len(str(wrong.value).splitlines()) == 6


def test_more_lines_than_fit_are_refused():
    with pytest.raises(WindowLinesWrong, match="These are 41 lines; 40 windows fit"):
        windows_in("\n".join(["Mon 9-20"] * (LINES_LIMIT + 1)))


def test_braces_in_a_line_stay_as_they_were_typed():
    with pytest.raises(WindowLinesWrong, match=r"\{0\}"):
        windows_in("{0} 9-20")


def test_windows_are_written_one_to_a_line_with_their_media_where_not_all_count():
    some = Window((0, 2, 3, 4), 540, 1200, frozenset({CALL, SMS}))
    assert window_line(some) == "Mon, Wed-Fri 09:00-20:00 sms calls"
    nothing = Window((0,), 540, 1200, frozenset())
    assert window_lines([Window(WORKDAYS, *NINE_TO_EIGHT), nothing, some]).splitlines() == [
        "Mon-Fri 09:00-20:00",
        "Mon, Wed-Fri 09:00-20:00 sms calls",
    ]


@given(st.lists(windows, max_size=9).map(tuple))
def test_what_was_written_reads_back_the_same(written):
    assert windows_in(window_lines(written)) == written


@given(st.text(max_size=60))
def test_any_text_is_read_or_explained(text):
    with suppress(WindowLinesWrong):
        windows_in(text)
