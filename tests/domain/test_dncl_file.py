"""Downloads of the national do-not-call list: what a line is taken for, and which files are refused."""

from datetime import date, timedelta

import pytest

from domain.dncl_file import (
    JUNK_SHOWN,
    MAX_AGE,
    DnclFileEmpty,
    DownloadInFuture,
    DownloadStale,
    JunkLine,
    ListShrank,
    check_complete,
    check_download,
    read_numbers,
)

TODAY = date(2026, 3, 11)
ANN, BOB = 14165550134, 16045550199


@pytest.mark.parametrize(
    "line",
    [
        "4165550134", "416,5550134", "416-555-0134", "(416) 555-0134", "+1 416 555 0134", "14165550134", "+14165550134",
        "1-416-555-0134", '"416","5550134"', "416;5550134", "416\t5550134", " 416.555.0134 ", "4165550134\r\n",
        "'4165550134'", "4165550134,", "416 555 0134;;",
    ],
)  # fmt: skip
def test_a_number_is_read_as_lists_spreadsheets_and_people_write_it(line):
    file = read_numbers([line])
    assert (list(file.numbers), file.counts, file.junk_count) == ([ANN], {"416": 1}, 0)


@pytest.mark.parametrize(
    "line",
    [
        "416555013", "41655501345", "1165550134", "4165550134 x5", "416,1550134", "4965550134", "2026-11-24", "Jean",
        "24165550134", "416555O134", "４１６５５５０１３４", "416,5550134,905", "+44 20 7946 0000",
    ],
)  # fmt: skip
def test_what_is_no_north_american_number_is_left_out_and_named(line):
    file = read_numbers(["6045550199", line])
    assert (list(file.numbers), file.junk_count, file.junk) == ([BOB], 1, (JunkLine(2, line),))


@pytest.mark.parametrize("header", ["Area code,Phone number", "\n", "National DNCL\n", "indicatif;numéro"])
def test_words_above_the_first_number_are_no_junk(header):
    file = read_numbers([header, "4165550134"])
    assert (list(file.numbers), file.lines, file.junk_count) == ([ANN], 2, 0)


def test_words_below_are_junk_and_so_are_words_after_junk():
    assert read_numbers(["4165550134", "the end"]).junk == (JunkLine(2, "the end"),)
    assert read_numbers(["12", "words", "4165550134"]).junk_count == 2


def test_numbers_stand_once_in_order_and_are_counted_by_area_code():
    file = read_numbers(["6045550199", "416,5550134", "604-555-0199", "", "4165550133"])
    assert list(file.numbers) == [14165550133, ANN, BOB]
    assert (file.counts, file.area_codes, file.repeated, file.lines) == ({"416": 2, "604": 1}, ["416", "604"], 1, 5)


def test_much_junk_is_counted_and_the_first_lines_are_named_short():
    file = read_numbers(["4165550134", *("9" * 100 for _ in range(50))])
    assert (file.junk_count, len(file.junk), file.junk[0]) == (50, JUNK_SHOWN, JunkLine(2, "9" * 40))


@pytest.mark.parametrize("lines", [[], [""], ["Area code,Phone number"], ["12345"]])
def test_a_file_without_any_number_is_refused(lines):
    with pytest.raises(DnclFileEmpty, match="There is no phone number in the file"):
        read_numbers(lines)


@pytest.mark.parametrize("days", [0, 1, 31])
def test_a_download_of_the_last_31_days_may_be_put_in_force(days):
    check_download(TODAY - timedelta(days), today=TODAY)


def test_a_download_of_tomorrow_or_of_32_days_ago_is_refused():
    with pytest.raises(DownloadInFuture, match=r"downloaded on 12 Mar 2026: today is 11 Mar 2026\. Look at the date"):
        check_download(TODAY + timedelta(1), today=TODAY)
    with pytest.raises(DownloadStale, match="is stale: it was downloaded 32 days ago"):
        check_download(TODAY - MAX_AGE - timedelta(1), today=TODAY)


@pytest.mark.parametrize(
    ("counts", "standing"),
    [
        ({"416": 1}, {}),
        ({"416": 1}, {"416": 0}),
        ({"416": 1}, {"416": 99}),
        ({"416": 50}, {"416": 100}),
        ({"416": 500}, {"416": 100}),
        ({"416": 100}, {"416": 100, "604": 1_000}),
    ],
)
def test_a_list_that_lost_less_than_half_passes(counts, standing):
    check_complete(counts, standing)


def test_a_file_with_a_stray_number_of_another_area_code_would_empty_that_ones_list_and_is_refused():
    with pytest.raises(ListShrank, match=r"area code 604 has 1 of the 800,000 listed; area code 905 has 49 of"):
        check_complete({"416": 900_000, "604": 1, "905": 49}, {"416": 880_000, "604": 800_000, "905": 100})
