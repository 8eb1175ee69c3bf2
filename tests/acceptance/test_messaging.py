"""POST /messaging/send-email and /messaging/send-sms: what another program may send, and what it hears when not."""

import pytest
from sqlalchemy import update

from bot.sandbox.people import TEAM_ID
from storage.audit import audit_entry
from storage.contacts import consent_event
from storage.kpis import kpi_event
from storage.sends import send
from storage.workspaces import workspace
from tests.acceptance.harness.rows import count, kpis, rows

NOON, NIGHT = "2026-11-25T17:00:00Z", "2026-11-26T01:14:00Z"
"""Wednesday 12:00 and 20:14 in Toronto."""
OPENS = "2026-11-26T14:00:00+00:00"
AGREED = {"basis": "express_written", "obtained_on": "2026-11-20", "source": "web form 12"}
EMAIL = {
    "to": "seller@example.com", "subject": "Your house", "body": "Shall we talk?", "html": None,
    "province": "ON", "market": "Toronto", "consent": AGREED,
}  # fmt: skip
SMS = {"to": "416-555-0134", "message": "Shall we talk?", "consent": AGREED}


async def post(stand, path, body, **headers):
    """Send a document; return the status and the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with stand.slack.http.post(f"{stand.origin}/messaging/{path}", json=body, headers=named) as answer:
        return answer.status, await answer.json()


async def at(stand, moment):
    await stand.slack.post("clock", to=moment)


async def sends(stand):
    return [row for row in await rows(stand.database, send) if row.medium != "SLACK"]


async def metrics(stand, send_id):
    return [event.metric for event in await kpis(stand.database, f"send:{send_id}")]


async def test_an_email_in_the_open_window_leaves_and_is_counted_when_its_provider_took_it(on_both):
    await at(on_both, NOON)
    status, answer = await post(on_both, "send-email", EMAIL)
    assert (status, answer["state"], answer["to"]) == (200, "approved", "s•••@example.com")
    assert answer["policy"] == "ON/Toronto v1"
    assert answer["local_times"] == {"America/Toronto": "2026-11-25T12:00:00-05:00"}
    assert "Maple Homes" in answer["body"]
    assert "Unsubscribe here" in answer["body"]
    await on_both.leave()
    (row,) = await sends(on_both)
    assert (row.state, row.address, row.created_by) == ("delivered", "seller@example.com", "api")
    assert (await metrics(on_both, row.id))[0] == "email_sent"
    (consent,) = await rows(on_both.database, consent_event)
    assert (consent.kind, consent.medium, consent.evidence) == ("express_written", "EMAIL", "web form 12")


async def test_an_email_after_hours_is_refused_with_reason_local_time_and_next_opening(on_both):
    await at(on_both, NIGHT)
    status, answer = await post(on_both, "send-email", EMAIL)
    assert (status, answer["code"], answer["reason"]) == (403, "OUTSIDE_WINDOW", "outside_window")
    assert answer["local_times"] == {"America/Toronto": "2026-11-25T20:14:00-05:00"}
    assert answer["next_open_at"] == OPENS
    assert (answer["basis"], answer["policy"]) == ("policy", "ON/Toronto v1")
    assert "it is 20:14 in America/Toronto; open Thu 09:00" in answer["detail"]
    (row,) = await sends(on_both)
    assert (row.state, row.id) == ("blocked", answer["send_id"])
    (event,) = await kpis(on_both.database, f"send:{row.id}")
    assert (event.metric, event.success, event.detail["reason"]) == ("email_blocked_by_policy", False, "outside_window")
    assert "seller" not in str(event.detail)
    await on_both.leave()
    assert [each.state for each in await sends(on_both)] == ["blocked"]


@pytest.mark.parametrize(
    ("moment", "status", "metric"), [(NOON, 200, "sms_sent"), (NIGHT, 403, "sms_blocked_by_policy")]
)
async def test_a_text_is_judged_by_its_area_code_when_no_place_is_named(socket, moment, status, metric):
    await at(socket, moment)
    told, answer = await post(socket, "send-sms", SMS)
    await socket.leave()
    assert told == status
    assert answer["policy"] == "ON/Toronto v1"
    assert (await metrics(socket, answer["send_id"]))[0] == metric


async def test_what_is_to_be_held_waits_for_the_opening_and_leaves_then(socket):
    await at(socket, NIGHT)
    status, answer = await post(socket, "send-sms", SMS | {"when_closed": "hold"})
    assert (status, answer["state"], answer["held_until"]) == (200, "held", OPENS)
    await at(socket, "2026-11-26T14:30:00Z")
    await socket.leave()
    assert [row.state for row in await sends(socket)] == ["delivered"]


async def test_without_any_consent_nothing_is_held_either(socket):
    await at(socket, NIGHT)
    status, answer = await post(socket, "send-sms", SMS | {"consent": None, "when_closed": "hold"})
    assert (status, answer["reason"], answer["next_open_at"]) == (403, "block_no_consent", None)


async def test_spoken_consent_without_a_source_is_kept_and_does_not_count(socket):
    await at(socket, NOON)
    status, answer = await post(socket, "send-sms", SMS | {"consent": {"basis": "express_oral"}})
    assert (status, answer["reason"]) == (403, "block_no_evidence")
    (consent,) = await rows(socket.database, consent_event)
    assert (consent.obtained_on.isoformat(), consent.evidence) == ("2026-11-25", None)


async def test_a_consent_that_is_stated_with_every_message_is_recorded_once(socket):
    await at(socket, NOON)
    for _ in range(2):
        assert (await post(socket, "send-email", EMAIL))[0] == 200
    assert await count(socket.database, consent_event) == 1


async def test_whoever_opted_out_is_refused_whatever_the_caller_states(socket):
    await at(socket, NOON)
    await post(socket, "send-sms", SMS)
    await socket.leave()
    await socket.slack.post("reply", medium="SMS", **{"from": "+14165550134"}, text="STOP")
    status, answer = await post(socket, "send-sms", SMS)
    assert (status, answer["reason"], answer["source"]) == (403, "block_opted_out", "CASL s.11(3)")


async def test_an_address_of_which_nothing_is_known_is_blocked(socket):
    await at(socket, NOON)
    status, answer = await post(socket, "send-email", EMAIL | {"province": None, "market": None})
    assert (status, answer["next_open_at"]) == (403, None)
    assert answer["reason"] == "no_policy"


async def test_the_record_of_the_recipient_decides_and_a_named_place_can_only_add_its_clock(socket):
    await socket.capture()
    await at(socket, "2026-11-25T15:00:00Z")  # 10:00 in Hamilton, 07:00 in Vancouver
    wish = EMAIL | {"to": "John@Example.com", "province": None, "market": None}
    status, answer = await post(socket, "send-email", wish)
    assert (status, answer["policy"]) == (200, "ON/Hamilton v1")
    status, answer = await post(socket, "send-email", wish | {"province": "BC", "market": "Vancouver"})
    assert (status, answer["policy"], answer["reason"]) == (403, "ON/Hamilton v1", "outside_window")
    assert set(answer["local_times"]) == {"America/Toronto", "America/Vancouver"}
    assert {row.lead_id for row in await sends(socket)} == {1}


@pytest.mark.parametrize(
    ("moment", "stated", "status"),
    [(NOON, (2, "1200"), 200), (NOON, (2, "2000"), 403), (NOON, (6, "1200"), 403), (NIGHT, (2, "1200"), 403)],
)
async def test_a_stated_time_can_only_forbid(socket, moment, stated, status):
    await at(socket, moment)
    weekday, hhmm = stated
    told, answer = await post(socket, "send-email", EMAIL | {"weekday": weekday, "hhmm": hhmm})
    assert told == status
    verbs = [entry.verb for entry in await rows(socket.database, audit_entry)]
    assert "contact_time_stated" in verbs
    assert answer["local_times"]


async def test_a_stated_time_that_is_shut_is_not_held_while_the_clock_is_open(socket):
    await at(socket, NOON)
    wish = EMAIL | {"weekday": 6, "hhmm": "1200", "when_closed": "hold"}
    status, answer = await post(socket, "send-email", wish)
    assert (status, answer["reason"]) == (403, "weekend")


@pytest.mark.parametrize(
    ("weekday", "hhmm", "status"),
    [(0, "0900", 200), (4, "1959", 200), (2, "0859", 403), (2, "2000", 403), (2, "2014", 403), (5, "1200", 403)],
)
@pytest.mark.parametrize("moment", [NOON, NIGHT])
async def test_in_a_preview_the_stated_time_stands_alone_and_nothing_is_kept(socket, moment, weekday, hhmm, status):
    await at(socket, moment)
    wish = EMAIL | {"weekday": weekday, "hhmm": hhmm, "preview": True}
    told, answer = await post(socket, "send-email", wish)
    assert (told, answer["send_id"]) == (status, None)
    if status == 200:
        assert answer["state"] == "preview"
        assert answer["body"].startswith("Shall we talk?\n\nMaple Homes")
    await socket.leave()
    assert await sends(socket) == []
    assert await count(socket.database, consent_event) == 0
    assert [event for event in await rows(socket.database, kpi_event) if event.domain == "MESSAGING"] == []


async def test_the_same_key_and_document_again_is_the_same_message(socket):
    await at(socket, NOON)
    first = await post(socket, "send-email", EMAIL, Idempotency_Key="a")
    again = await post(socket, "send-email", EMAIL, Idempotency_Key="a")
    assert again == first
    other = await post(socket, "send-email", EMAIL | {"body": "Another."}, Idempotency_Key="a")
    assert (other[0], other[1]["send_id"]) == (200, 2)
    assert len(await sends(socket)) == 2


async def test_a_refusal_that_is_asked_for_again_is_the_same_refusal_and_is_counted_once(socket):
    await at(socket, NIGHT)
    first = await post(socket, "send-sms", SMS, Idempotency_Key="b")
    await at(socket, "2026-11-26T15:00:00Z")
    assert await post(socket, "send-sms", SMS, Idempotency_Key="b") == first
    assert len(await sends(socket)) == 1
    assert await metrics(socket, 1) == ["sms_blocked_by_policy"]


async def test_html_is_taken_and_the_answer_says_that_it_does_not_leave(socket):
    await at(socket, NOON)
    status, answer = await post(socket, "send-email", EMAIL | {"html": "<p>Shall we talk?</p>"})
    assert (status, answer["notes"]) == (200, ["E-mails leave as plain text: the html was not sent."])


@pytest.mark.parametrize(
    ("path", "change", "field"),
    [
        ("send-email", {"to": "nobody"}, "to"),
        ("send-email", {"subject": "  "}, "subject"),
        ("send-email", {"subject": "x" * 201}, "subject"),
        ("send-email", {"body": "\0"}, "body"),
        ("send-email", {"weekday": 7, "hhmm": "1200"}, "weekday"),
        ("send-email", {"weekday": True, "hhmm": "1200"}, "weekday"),
        ("send-email", {"weekday": "Mon", "hhmm": "1200"}, "weekday"),
        ("send-email", {"weekday": 1, "hhmm": "12:00"}, "hhmm"),
        ("send-email", {"weekday": 1, "hhmm": "١٢٠٠"}, "hhmm"),
        ("send-email", {"weekday": 1, "hhmm": "1200\n"}, "hhmm"),
        ("send-email", {"weekday": 1}, ""),
        ("send-email", {"province": "Atlantis"}, ""),
        ("send-email", {"when_closed": "ask"}, "when_closed"),
        ("send-email", {"consent": {"basis": "stop"}}, "consent.basis"),
        ("send-email", {"consent": {"basis": "referral"}}, "consent.basis"),
        ("send-email", {"consent": AGREED | {"obtained_on": "2027-01-01"}}, "consent.obtained_on"),
        ("send-sms", {"to": "911"}, "to"),
        ("send-sms", {"message": ""}, "message"),
        ("send-sms", {"message": "x" * 3_000}, "message"),
    ],
)
async def test_a_malformed_document_names_its_field_and_leaves_nothing_behind(socket, path, change, field):
    await at(socket, NOON)
    status, answer = await post(socket, path, (SMS if path == "send-sms" else EMAIL) | change)
    assert status == 422
    assert list(answer["errors"]) == [field]
    assert await sends(socket) == []
    assert await count(socket.database, consent_event) == 0


async def test_a_team_that_does_not_say_who_it_is_cannot_send(socket):
    nameless = update(workspace).values(mailing_address=None)
    await socket.database.write(TEAM_ID, lambda tx: tx.connection.execute(nameless))
    await at(socket, NOON)
    status, answer = await post(socket, "send-email", EMAIL)
    assert (status, answer["code"]) == (422, "SENDER_INCOMPLETE")
    assert await sends(socket) == []


async def test_another_sites_page_may_not_send(socket):
    status, answer = await post(socket, "send-email", EMAIL, Origin="https://evil.example")
    assert (status, answer["code"]) == (403, "CLOSED")
