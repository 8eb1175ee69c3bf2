"""POST /flow/lead_to_deal: the same flow over HTTP, for this machine alone."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from bot.http.access import Door
from bot.http.flow import flow_router
from bot.http.problems import handle_problems
from domain.zones import zone
from storage.buyers import buyer
from storage.leads import lead
from tests.acceptance.harness.fakes import DownDatabase
from tests.acceptance.harness.rows import count, kpis, leads, tasks
from tests.acceptance.harness.signed import open_line
from tests.acceptance.harness.stand import http_stand

SELLER = {"name": "Test Seller", "phone": "416-555-0134", "source": "test"}
PROPERTY = {"region": "Toronto, ON", "arv": 500000, "repairs": 40000}
PATH = "/flow/lead_to_deal"


async def post(stand, body=None, path=PATH, **headers):
    """Send a document; return the status and the answer."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    async with stand.slack.http.post(stand.origin + path, json=body or document(), headers=headers) as answer:
        return answer.status, await answer.json()


def document(lead=None, deal=None, **more):
    """The smoke test's document, with fields changed."""
    return {"lead": SELLER | (lead or {}), "deal": PROPERTY | (deal or {}), **more}


async def test_a_lead_and_its_deal_are_stored_and_told_in_the_answer(on_both):
    status, answer = await post(on_both)
    assert status == 201
    assert answer["metadata"] | {"liquidity_score": 0} == {
        "lead_id": 1,
        "deal_id": 1,
        "brief_id": 1,
        "province": "ON",
        "market": "Toronto",
        "liquidity_score": 0,
        "offer": 310_000.0,
        "mao": 310_000.0,
    }
    assert (answer["lead"]["name"], answer["lead"]["number"]) == ("Test Seller", "L-1")
    assert (answer["deal"]["number"], answer["deal"]["offer"]) == ("D-1", 310_000.0)
    assert answer["matched_buyers"] == []
    assert len(await kpis(on_both.database, "leadflow:1")) == 5


async def test_six_tasks_follow_at_lawful_times(on_both):
    await on_both.slack.post("clock", to="2026-11-27T19:58:00-05:00")
    await post(on_both)
    found = await tasks(on_both.database, 1)
    assert [task.channel for task in found] == ["SMS", "CALL", "SMS", "CALL", "SMS", "CALL"]
    assert [task.step for task in found] == [1, 2, 3, 4, 5, 6]
    toronto = zone("America/Toronto")
    for task in found:
        due = task.due_at.astimezone(toronto)
        assert due.weekday() < 5
        assert timedelta(hours=9) <= due - due.replace(hour=0, minute=0, second=0, microsecond=0) < timedelta(hours=20)
        assert task.due_at >= task.ideal_at
    assert found[0].due_at.astimezone(toronto).replace(microsecond=0) < datetime(2026, 11, 27, 20, tzinfo=toronto)
    assert found[1].due_at.astimezone(toronto) == datetime(2026, 11, 30, 9, tzinfo=toronto)


@pytest.mark.parametrize("deal", [{"arv": "500k", "repairs": "40,000"}, {"arv": 500000.0, "repairs": 40000.0}])
async def test_amounts_are_numbers_or_text(socket, deal):
    status, answer = await post(socket, document(deal=deal))
    assert (status, answer["metadata"]["offer"]) == (201, 310_000.0)


async def test_the_card_of_a_lead_from_http_is_posted_by_the_timetable(socket):
    await post(socket)
    await socket.slack.post("clock", advance_s=30)
    await socket.tick()
    (card,) = await socket.cards()
    assert "(416) •••-0134" in str(card["blocks"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (document(lead={"phone": None}), {"lead.phone"}),
        (document(lead={"phone": "12", "email": "nobody"}), {"lead.phone", "lead.email"}),
        (document(deal={"arv": "lots", "repairs": -5}), {"deal.arv", "deal.repairs"}),
        (document(lead={"name": " "}), {"lead.name"}),
        (document(deal={"beds": "2+1", "baths": "2.25"}), {"deal.beds", "deal.baths"}),
        (document(deal={"price": "1.125"}), {"deal.price"}),
        (document(lead={"notes": "n" * 10_000}), {"lead.notes"}),
        ({"lead": {}, "deal": {}}, {"lead.name"}),
        ({"lead": SELLER}, {"deal"}),
        (document(match_settings={"max_results": 0}), {"match_settings.max_results"}),
    ],
)
async def test_each_wrong_field_gets_a_sentence_of_its_own(socket, body, fields):
    status, answer = await post(socket, body)
    assert (status, answer["code"], set(answer["errors"])) == (422, "INVALID", fields)
    assert all(answer["errors"].values())
    assert await count(socket.database, lead) == 0


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '{"lead": 7}'])
async def test_what_is_no_such_document_is_refused(socket, raw):
    headers = {"Content-Type": "application/json"}
    async with socket.slack.http.post(socket.origin + PATH, data=raw, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (422, "application/problem+json")


@pytest.mark.parametrize("odd", ["a\u0000b", "\ud83d", "😀", "x" * 5_000])
async def test_a_name_that_no_form_could_send_is_stored_or_refused_but_never_an_error_of_ours(on_both, odd):
    status, _ = await post(on_both, document(lead={"name": odd}))
    assert status in (201, 422)
    assert await count(on_both.database, lead) == (status == 201)


async def test_a_foreign_host_is_refused(socket):
    status, answer = await post(socket, Host="valhalla.example.com:8000")
    assert (status, answer["code"]) == (403, "CLOSED")


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_is_refused(socket, origin):
    status, answer = await post(socket, Origin=origin)
    assert (status, answer["code"]) == (403, "CLOSED")
    assert await count(socket.database, lead) == 0


async def test_our_own_page_may(socket):
    assert (await post(socket, Origin=socket.origin))[0] == 201


async def test_with_real_slack_the_endpoint_is_closed(sqlite_url):
    async with http_stand(sqlite_url) as stand:
        status, answer = await post(stand)
        assert (status, answer["code"]) == (403, "CLOSED")
        assert await count(stand.database, lead) == 0


async def test_a_caller_from_another_machine_is_refused(line):
    statuses = {}
    for client in ("192.0.2.7", "127.0.0.1"):
        async with caller_of(line, client) as caller:
            statuses[client] = (await caller.post(PATH, json=document())).status_code
    assert statuses == {"192.0.2.7": 403, "127.0.0.1": 201}


def caller_of(line, client):
    """Return an HTTP client at this address, which calls the endpoints of the line's bot."""
    app = FastAPI()
    handle_problems(app)
    app.include_router(flow_router(line.desk.leads, Door("T0SANDBOX", "http://127.0.0.1:8000")))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(client, 1)), base_url="http://127.0.0.1:8000")


async def test_buyers_who_fit_are_told_with_their_reasons(socket):
    for number, regions in enumerate(["Toronto", "GTA, Hamilton", "Vancouver"], start=1):
        await add_buyer(socket.database, number, regions=regions, property_types="SFR")
    matched = (await post(socket, document(deal={"property_type": "SFR"})))[1]["matched_buyers"]
    assert matched
    assert {buyer["buyer_id"] for buyer in matched} <= {1, 2}
    assert all(0 <= buyer["fit"] <= 1 and buyer["reasons"] for buyer in matched)
    one = await post(socket, document(deal={"property_type": "SFR"}, match_settings={"max_results": 1}))
    assert len(one[1]["matched_buyers"]) == 1
    none = await post(socket, document(match_settings={"match_buyers": False}))
    assert none[1]["matched_buyers"] == []


async def test_the_least_fit_that_counts_is_the_documents_own(socket):
    await add_buyer(socket.database, 1, regions="Ottawa", property_types="SFR")
    told = {}
    for least in (0, 0.5, 0.7, 1):
        body = document(deal={"property_type": "SFR"}, match_settings={"min_match_score": least})
        told[least] = [match["fit"] for match in (await post(socket, body))[1]["matched_buyers"]]
    (fit,) = told[0]
    assert 0.5 <= fit < 0.7
    assert told == {0: [fit], 0.5: [fit], 0.7: [], 1: []}


@pytest.mark.parametrize(("most", "told"), [(1, 1), (3, 3), (10, 5), (100, 5)])
async def test_as_many_buyers_are_told_as_the_document_asks_for_the_best_first(on_both, most, told):
    for number in range(1, 6):
        await add_buyer(
            on_both.database, number, regions="Toronto", property_types="SFR", contacted=6, responded=number
        )
    await add_buyer(on_both.database, 6, regions="Vancouver", property_types="SFR")
    body = document(deal={"property_type": "SFR"}, match_settings={"max_results": most})
    matched = (await post(on_both, body))[1]["matched_buyers"]
    assert [buyer["buyer_id"] for buyer in matched] == [5, 4, 3, 2, 1][:told]
    assert [buyer["score"] for buyer in matched] == sorted((buyer["score"] for buyer in matched), reverse=True)


async def test_the_events_count_every_buyer_who_fits_whatever_is_told(on_both):
    for number, regions in enumerate(["Toronto", "GTA", "Ontario", "Vancouver", "Ottawa"], start=1):
        await add_buyer(on_both.database, number, regions=regions, property_types="SFR")
    for settings in ({}, {"max_results": 1}, {"match_buyers": False}, {"min_match_score": 0}):
        await post(on_both, document(deal={"property_type": "SFR"}, match_settings=settings))
    counted = {}
    for lead_id in (1, 2, 3, 4):
        (event,) = [row for row in await kpis(on_both.database, f"leadflow:{lead_id}") if row.metric == "match_result"]
        counted[lead_id] = (event.detail["matches"], event.detail["ranked"])
    assert counted == {1: (3, 5), 2: (3, 5), 3: (3, 5), 4: (5, 5)}


async def test_a_lead_without_a_province_matches_nobody(on_both):
    await add_buyer(on_both.database, 1, regions="Toronto")
    body = document(deal={"region": "somewhere nice"}, match_settings={"min_match_score": 0})
    assert (await post(on_both, body))[1]["matched_buyers"] == []


async def add_buyer(database, number, **values):
    """Add an active buyer who never answered."""
    counts = {"contacted": 0, "responded": 0, "bought": 0}
    row = (
        {"number": number, "name": f"Buyer {number}", "locale": "en-CA", "notes": "", "active": True} | counts | values
    )
    created = {"created_at": datetime(2026, 11, 24, tzinfo=UTC)}
    await database.write("T0SANDBOX", lambda tx: tx.connection.execute(buyer.insert(), tx.own(**row, **created)))


async def test_a_database_that_is_away_is_a_problem_of_its_own(sqlite):
    down = DownDatabase(sqlite)
    down.is_down = True
    line = await open_line(down)
    async with caller_of(line, "127.0.0.1") as caller:
        answer = await caller.post(PATH, json=document())
    assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_UNAVAILABLE")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_same_key_with_the_same_document_answers_with_the_first_result(on_both):
    first = await post(on_both, Idempotency_Key="k1")
    again = await post(on_both, Idempotency_Key="k1")
    assert first[0] == again[0] == 201
    assert first[1]["metadata"]["lead_id"] == again[1]["metadata"]["lead_id"]
    assert await count(on_both.database, lead) == 1


async def test_the_same_key_with_another_document_and_no_key_are_new_leads(socket):
    await post(socket, Idempotency_Key="k1")
    await post(socket, document(lead={"name": "Another"}), Idempotency_Key="k1")
    await post(socket)
    await post(socket)
    assert len(await leads(socket.database)) == 4


async def test_a_key_that_is_too_long_is_refused(socket):
    assert (await post(socket, Idempotency_Key="k" * 201))[0] == 422


async def test_the_documentation_shows_the_endpoint(socket):
    async with socket.slack.http.get(f"{socket.origin}/docs") as page:
        assert page.status == 200
    async with socket.slack.http.get(f"{socket.origin}/openapi.json") as schema:
        assert "post" in (await schema.json())["paths"][PATH]


@pytest.mark.parametrize("path", ["/nowhere", "/flow/nowhere", "/flow"])
async def test_asking_what_an_unknown_path_can_do_is_not_answered_as_if_it_existed(socket, path):
    async with socket.slack.http.options(socket.origin + path) as answer:
        assert answer.status in (404, 405)


async def test_health_says_that_all_is_well(socket):
    async with socket.slack.http.get(f"{socket.origin}/health") as answer:
        assert (answer.status, (await answer.json())["faults"]) == (200, {})
