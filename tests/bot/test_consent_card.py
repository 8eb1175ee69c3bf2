"""The ledger on a card: what lapses when, what lapses soon, and what does not count."""

from datetime import date, timedelta

import pytest

from bot.sandbox.blocks import check_view
from bot.services.consent_intake import ONLY_ZONE
from bot.services.consents import ConsentAsk, ConsentSubject, Recorded
from bot.slack.consent_card import SHOWN, consent_line, counts
from bot.slack.consent_form import NOT_COUNTED, consent_view, read_about, redrawn, saved_view
from domain.consent_draft import RECORDABLE, ConsentDraft
from domain.consent_values import ConsentKind
from domain.policy import Medium
from storage.contacts import LedgerEntry
from tests.acceptance.harness.texts import words
from tests.storage.builders import NOW

TODAY = date(2026, 11, 24)
DAY = timedelta(1)


def entry(kind=ConsentKind.INQUIRY, on=date(2026, 11, 14), medium=Medium.SMS, evidence="form 7", **facts):
    values = {"wording": None, "source": None, "happened_at": None, "opt_in": True, "referrer": None, "detail": {}}
    return LedgerEntry(
        id=1, created_at=NOW, address="+14165550134", medium=medium, kind=kind, obtained_on=on, evidence=evidence,
        recorded_by="U0REP", **values | facts,
    )  # fmt: skip


def line(*entries, today=TODAY):
    return consent_line(entries, today=today)


def test_nothing_is_said_to_block_texts_and_not_calls():
    assert line() == "*Consent* none recorded: texts and e-mails are blocked, calls are not"


def test_an_entry_says_its_day_when_it_lapses_and_its_media():
    assert line(entry()) == "*Consent* inquiry of 14 Nov 2026, lapses 14 May 2027 (SMS)"
    both = line(entry(medium=Medium.CALL), entry(), entry(medium=Medium.EMAIL))
    assert both.endswith("lapses 14 May 2027 (SMS, E-mail, Call)")
    assert line(entry(medium=None)).endswith("(SMS, E-mail, Call)")


@pytest.mark.parametrize(
    ("left", "warned"),
    [
        (31, ""), (30, " :warning: lapses in 30 days: ask them to agree in writing"),
        (1, " :warning: lapses in 1 day: ask them to agree in writing"),
        (0, " :warning: lapses today: ask them to agree in writing"), (-1, " :warning: lapsed"),
    ],
)  # fmt: skip
def test_thirty_days_before_it_lapses_a_better_consent_is_asked_for(left, warned):
    told = line(entry(), today=date(2027, 5, 14) - left * DAY)
    assert told == f"*Consent* inquiry of 14 Nov 2026, lapses 14 May 2027 (SMS){warned}"


def test_express_consent_without_evidence_is_said_not_to_count_and_with_it_never_lapses():
    told = line(entry(ConsentKind.EXPRESS_ORAL, evidence=None))
    assert told == "*Consent* spoken consent of 14 Nov 2026 (SMS) :warning: does not count: there is no evidence of it"
    assert (
        line(entry(ConsentKind.EXPRESS_ORAL), today=date(2030, 1, 1)) == "*Consent* spoken consent of 14 Nov 2026 (SMS)"
    )


def test_the_newest_stand_first_and_many_are_counted():
    told = line(*(entry(on=date(2026, 11, day)) for day in range(1, 9)))
    assert told.startswith("*Consent* inquiry of 8 Nov 2026")
    assert told.endswith(" · and 4 older")
    assert told.count("\n") == SHOWN - 1


@pytest.mark.parametrize(
    ("what", "may"),
    [
        (entry(), True), (entry(medium=None), True), (entry(medium=Medium.EMAIL), False), (entry(opt_in=False), False),
        (entry(on=date(2026, 5, 24)), True), (entry(on=date(2026, 5, 23)), False),
        (entry(ConsentKind.EXPRESS_WRITTEN, evidence=None), False), (entry(ConsentKind.EXPRESS_WRITTEN), True),
    ],
)  # fmt: skip
def test_whether_an_entry_can_be_the_ground_of_a_text_today(what, may):
    assert counts(what, Medium.SMS, today=TODAY) is may


# The form


def asked(**changes):
    facts = {"phone": "+14165550134", "email": "a@example.com", "zone": None, "today": TODAY}
    return ConsentAsk(ConsentSubject(True, 7), **{"person": "Ann <Seller>"} | facts | changes)


def chosen(view, kind):
    """The form as Slack sends it when a choice was made."""
    return view | {"state": {"values": {"kind": {"x": {"selected_option": {"value": kind}}}}}}


def fields(view):
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


GENERAL = ["kind", "obtained_on", "media", "wording", "source", "evidence", "zone"]


def test_the_form_is_one_that_slack_takes_whatever_is_known():
    for ask in (asked(), asked(phone=None), asked(email=None, zone="Europe/Paris"), asked(person="x" * 900)):
        view = consent_view(ask, {"response_url": "https://x/" + "y" * 400, "channel": "C1"})
        for kind in (*RECORDABLE, ONLY_ZONE):
            assert [str(fault) for fault in check_view(redrawn(chosen(view, kind)))] == []
        assert [str(fault) for fault in check_view(view)] == []


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("inquiry", []), ("contract", ["ended_on"]), ("referral", ["referrer"]), ("publication", ["about"]),
        ("disclosed", ["about"]),
    ],
)  # fmt: skip
def test_it_asks_for_what_the_choice_needs_and_says_how_far_it_goes(kind, extra):
    view = redrawn(chosen(consent_view(asked(), {}), kind))
    assert fields(view) == [*GENERAL[:2], *extra, *GENERAL[2:]]
    assert "Counts " in words(view)
    assert read_about(view) == read_about(consent_view(asked(), {}))


def test_where_they_live_alone_asks_for_nothing_else():
    assert fields(redrawn(chosen(consent_view(asked(), {}), ONLY_ZONE))) == ["kind", "zone"]


def test_only_media_that_reach_them_can_be_ticked():
    view = consent_view(asked(email=None), {})
    (media,) = [block for block in view["blocks"] if block.get("block_id") == "media"]
    assert [option["value"] for option in media["element"]["options"]] == ["SMS", "CALL"]


def test_the_answer_says_what_was_kept_and_whether_it_counts():
    about = read_about(consent_view(asked(), {}))
    draft = ConsentDraft(ConsentKind.EXPRESS_ORAL, TODAY, zone="America/Halifax")
    kept = words(saved_view(about, draft, Recorded((Medium.SMS,), lacks_evidence=True, zone="America/Halifax")))
    for part in ("Recorded for text messages: they agreed by voice, 24 Nov 2026.", NOT_COUNTED, "America/Halifax"):
        assert part in kept
    counted = words(saved_view(about, draft, Recorded((Medium.SMS,), lacks_evidence=False, zone=None)))
    assert ("Counts until they take it back" in counted, NOT_COUNTED in counted) == (True, False)
    only_zone = ConsentDraft(None, TODAY, zone="America/Halifax")
    assert "Recorded for" not in words(saved_view(about, only_zone, Recorded((), False, "America/Halifax")))
