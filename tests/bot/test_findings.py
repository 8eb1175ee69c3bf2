"""Parts of the flow may fail without stopping the lead; what they could not do is remembered in words."""

from structlog.testing import capture_logs

from bot.services.findings import UNEXPECTED, Attempts, LadderClosed
from domain.offers import ArvRequired, ProvinceUnknown


def refuse(error):
    """Return work that raises."""

    def work():
        raise error

    return work


def test_a_part_that_works_gives_its_result_and_leaves_no_trace():
    attempts = Attempts()
    assert attempts.part("offer", lambda: 7) == 7
    assert (attempts.failed, attempts.lacking) == ({}, {})


def test_what_the_person_left_out_is_a_lack():
    attempts = Attempts()
    assert attempts.part("offer", refuse(ArvRequired("arv"))) is None
    assert attempts.lacking["offer"].startswith("Give the ARV")
    assert attempts.failed == {}


def test_an_unknown_province_is_said_once_by_the_place_and_not_by_the_parts_that_wait_for_it():
    attempts = Attempts()
    assert attempts.part("offer", refuse(ProvinceUnknown("province"))) is None
    assert (attempts.lacking, attempts.failed) == ({}, {})


def test_a_broken_rule_is_a_failure_in_its_own_words():
    attempts = Attempts()
    assert attempts.part("ladder", refuse(LadderClosed())) is None
    assert attempts.failed == {"ladder": str(LadderClosed())}


def test_what_nobody_has_thought_of_is_a_failure_whose_details_only_the_log_has():
    attempts = Attempts()
    with capture_logs() as logs:
        assert attempts.part("matching", refuse(KeyError("12 King St"))) is None
    assert attempts.failed == {"matching": UNEXPECTED}
    (entry,) = logs
    assert (entry["event"], entry["part"], entry["log_level"]) == ("flow_part_failed", "matching", "error")


def test_one_failure_does_not_hide_another():
    attempts = Attempts()
    attempts.part("ladder", refuse(LadderClosed()))
    attempts.part("offer", refuse(ArvRequired("arv")))
    assert (list(attempts.failed), list(attempts.lacking)) == (["ladder"], ["offer"])
