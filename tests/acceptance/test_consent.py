"""Recording consent from a lead's and a buyer's card, through the whole bot."""

import pytest

from bot.sandbox.people import TEAM_ID
from bot.slack.calls import STILL_SAVING
from bot.slack.ids import Action, View
from storage.contacts import consent_event, contact_zone
from storage.leads import lead
from tests.acceptance.harness.fakes import another_writer
from tests.acceptance.harness.rows import change, count, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words

AGREED = {"Evidence": "https://forms.example.com/7", "In which words": "Text me.", "Where": "web form"}


@pytest.fixture
async def captured(stand):
    """A lead in Hamilton whom nobody agreed anything with; the card stands in #leads."""
    await stand.capture()
    return stand


async def card(stand):
    return (await stand.cards())[0]


async def opened(stand, *, user="dana"):
    """The form behind the card's [Record consent]."""
    clicked = await stand.click(Action.RECORD_CONSENT, user=user, channel="leads", ts=(await card(stand))["ts"])
    return clicked["view"]


async def chosen(stand, view, kind, *, user="dana"):
    """Choose what happened; return the form as it is drawn then."""
    await stand.click(Action.CONSENT_INPUT, user=user, view_id=view["id"], block_id="kind", value=kind)
    return await stand.slack.get("view", user=user)


async def test_consent_with_evidence_is_recorded_said_to_count_and_stands_on_the_card(captured):
    assert "none recorded: texts and e-mails are blocked" in words(await card(captured))
    view = await opened(captured)
    assert view["callback_id"] == View.CONSENT
    view = await chosen(captured, view, "express_written")
    assert "CASL s.10(1), s.13" in words(view)
    answer = await captured.submit(view, AGREED)
    assert answer["view"]["callback_id"] == View.CONSENT_SHOWN
    assert "Recorded for text messages, calls, e-mails: they agreed in writing" in words(answer["view"])
    assert "*Consent* written consent of " in words(await card(captured))
    assert ":warning: does not count" not in words(await card(captured))
    entries = await rows(captured.database, consent_event)
    assert [(row.medium, row.kind, row.evidence, row.wording, row.recorded_by) for row in entries] == [
        (medium, "express_written", AGREED["Evidence"], "Text me.", "U0DANA") for medium in ("SMS", "CALL", "EMAIL")
    ]


async def test_without_evidence_it_is_kept_and_both_the_form_and_the_card_say_that_it_does_not_count(captured):
    view = await chosen(captured, await opened(captured), "express_oral")
    assert "Without it this is kept and does not count." in words(view)
    answer = await captured.submit(view, {"It covers": ["SMS"]})
    assert "does not count until there is evidence" in words(answer["view"])
    assert "does not count: there is no evidence of it" in words(await card(captured))


async def test_a_consent_of_tomorrow_is_refused_at_its_day_and_nothing_typed_is_lost(captured):
    view = await chosen(captured, await opened(captured), "inquiry")
    answer = await captured.submit(view, {"On which day": "2099-01-01", "In which words": "Call me."})
    assert list(answer["errors"]) == ["obtained_on"]
    assert "That day has not come yet" in answer["errors"]["obtained_on"]
    assert await count(captured.database, consent_event) == 0
    again = await captured.submit(view, {"On which day": "2026-01-05"})
    assert again["ok"]
    assert (await rows(captured.database, consent_event))[0].wording == "Call me."


async def test_a_referral_asks_who_referred_them(captured):
    view = await chosen(captured, await opened(captured), "referral")
    answer = await captured.submit(view, {})
    assert "Give the full name of whoever referred them" in answer["errors"]["referrer"]
    assert (await captured.submit(view, {"Referred by": "Jo Li"}))["ok"]


async def test_what_was_typed_stays_while_the_form_asks_for_something_else(socket):
    await socket.capture()
    view = await opened(socket)
    await socket.slack.post("submit", user="dana", view_id=view["id"], fields={"Where": "open house"})
    view = await chosen(socket, view, "contract")
    assert "Ended on" in words(view)
    assert (await socket.submit(view, {}))["ok"]
    assert (await rows(socket.database, consent_event))[0].source == "open house"


async def test_where_they_live_is_set_and_their_hours_follow(socket):
    await socket.capture()
    view = await chosen(socket, await opened(socket), "none")
    answer = await socket.submit(view, {"Their time zone": "America/Vancouver"})
    assert "America/Vancouver from now on" in words(answer["view"])
    assert {row.zone for row in await rows(socket.database, contact_zone)} == {"America/Vancouver"}
    assert await count(socket.database, consent_event) == 0


async def test_a_database_that_somebody_else_writes_to_keeps_the_form_open(line, sqlite, sqlite_url):
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    await line.click(Action.RECORD_CONSENT, "L-1")
    filled = line.filled(line.slack.opened(), **{"What happened?": "inquiry"})
    async with another_writer(sqlite_url.removeprefix("sqlite+aiosqlite:///")):
        answer = await line.resubmit(filled)
    assert answer.errors == {"kind": STILL_SAVING}
    assert (await line.resubmit(filled)).body["response_action"] == "update"
    assert await count(sqlite, consent_event) == 3


async def test_another_reps_lead_is_not_theirs_to_record_for(socket):
    await socket.capture()
    await change(socket.database, lead, {"rep_id": "U0OTHER"}, workspace_id=TEAM_ID)
    assert await opened(socket) is None
    said = (await socket.messages(user="dana"))[-1]["text"]
    assert said.startswith("L-1 is another rep's. Its rep, an approver or an admin records consent")
    assert await opened(socket, user="lee")


async def test_a_buyers_consent_is_recorded_from_their_card(socket):
    view = (await socket.command("/buyer"))["view"]
    await socket.submit(view, {"Buyer's name": "Wei Chen", "E-mail": "Wei@Example.com"})
    shown = (await socket.messages())[-1]
    clicked = await socket.click(Action.RECORD_CONSENT, channel="leads", ts=shown["ts"])
    view = await chosen(socket, clicked["view"], "disclosed")
    assert (await socket.submit(view, {"What is said there": ["no_role"]}))["ok"]
    (row,) = await rows(socket.database, consent_event)
    assert (row.address, row.kind, row.detail["business_role"]) == ("wei@example.com", "disclosed", False)
    assert "*Consent* business card of " in words((await socket.messages())[-1])
