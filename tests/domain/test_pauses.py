"""What `/policy pause` says: an exact place in front of a reason, or the reason alone."""

import pytest

from domain.pauses import REASON_LIMIT, PauseReasonMissing, PauseReasonTooLong, checked_pause_reason, read_pause


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", None, ""),
        ("a complaint", None, "a complaint"),
        ("  a  complaint ", None, "a  complaint"),
        ("ON", "ON/ALL", ""),
        ("ON Toronto: a complaint", "ON/Toronto", "a complaint"),
        ("Toronto a complaint came in", "ON/Toronto", "a complaint came in"),
        ("British Columbia fires", "BC/ALL", "fires"),
        ("Ottawa QC: x : y", "QC/Ottawa", "x: y"),
        ("NL St. John's storm", "NL/St. John's", "storm"),
        ("complaint in Toronto", None, "complaint in Toronto"),
        ("Toronto BC fires", "ON/Toronto", "BC fires"),
    ],
)
def test_an_exact_place_in_front_of_the_reason_is_read(text: str, place: str | None, reason: str) -> None:
    wish = read_pause(text)

    assert (wish.place.label if wish.place else None, wish.reason) == (place, reason)


def test_a_reason_is_needed_and_has_an_end() -> None:
    with pytest.raises(PauseReasonMissing):
        checked_pause_reason(" \n ")
    with pytest.raises(PauseReasonTooLong, match="501 characters; 500 fit"):
        checked_pause_reason("x" * (REASON_LIMIT + 1))
    assert checked_pause_reason(" a complaint ") == "a complaint"
