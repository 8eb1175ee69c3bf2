"""The link in our messages: it asks, one press or one click ends them, and no other key opens it."""

import asyncio
import re
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.http.unsubscribe import unsubscribe_router
from bot.services.inbound import InboundWish
from bot.services.links import LinkBroken, Links
from bot.services.unsubscribing import Unsubscribing
from domain.consent import ConsentKind
from domain.messages import SendState
from domain.rules import Medium
from storage.audit import audit_entry
from storage.opt_outs import opt_out
from storage.sends import get_send, send
from storage.workspaces import set_settings
from tests.acceptance.harness.fakes import DownDatabase
from tests.acceptance.harness.outside import PUBLIC_URL, SECRET_KEY, outside_of
from tests.storage.builders import DRAFT, ELSEWHERE, HERE, NOW, StandingClock, captured, counts_of, founded, rep

LINKS = Links(PUBLIC_URL, SECRET_KEY)
MAIL = DRAFT.email
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def outside(database_url):
    async with outside_of(database_url) as found:
        yield found


@pytest.fixture
async def here(sqlite_url):
    """Where it does not matter which kind of database it is."""
    async with outside_of(sqlite_url) as found:
        yield found


def path(send_id=1, workspace_id=HERE):
    return LINKS.unsubscribe(workspace_id, send_id).removeprefix(PUBLIC_URL)


async def add(outside, workspace_id=HERE, **changes):
    """Insert an e-mail that left two months ago, with changes; return its id."""
    values = {
        "workspace_id": workspace_id, "key": "first", "medium": "EMAIL", "address": MAIL, "body": "Hi", "state": "sent",
        "due_at": NOW, "attempt_count": 1, "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP",
        "settled_at": NOW, "created_at": NOW, "provider": "smtp",
    }  # fmt: skip
    row = insert(send).values(values | changes)
    return await outside.database.write(workspace_id, lambda tx: tx.connection.execute(row).inserted_primary_key[0])


async def opt_outs(outside):
    return await outside.database.read(HERE, lambda tx: list(tx.connection.execute(select(opt_out))))


async def counts(outside):
    return await outside.database.change(lambda connection: counts_of(connection, HERE))


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, and its words."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def said(answer):
    """Return what a page says, in one line."""
    return " ".join("".join(Page(re.sub(r"(?s)<style>.*?</style>", "", answer.text)).words).split())


async def test_the_page_asks_with_one_button_and_changes_nothing(outside):
    await add(outside)
    before = await counts(outside)
    for _ in range(2):
        answer = await outside.http.get(path())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = Page(answer.text)
    assert [form["method"] for form in page.all("form")] == ["post"]
    assert (len(page.all("button")), len(page.all("h1")), page.all("html")[0]["lang"]) == (1, 1, "en-CA")
    assert "You will get no more e-mails from Maple Homes & Co at a•••@example.com." in said(answer)
    assert await counts(outside) == before


async def test_head_answers_as_get_does_without_a_body(here):
    await add(here)
    shown, headers = await here.http.get(path()), await here.http.head(path())
    assert (headers.status_code, headers.content) == (200, b"")
    assert {**headers.headers} == {**shown.headers}
    assert await opt_outs(here) == []


async def test_the_button_unsubscribes_at_once_and_keeps_back_what_waits(outside):
    await add(outside)
    waiting = await add(outside, key="next", state="approved", settled_at=None)
    text = await add(outside, key="text", state="approved", settled_at=None, medium="SMS", address=DRAFT.phone)
    answer = await outside.http.post(path())
    assert (answer.status_code, "You are unsubscribed" in said(answer)) == (200, True)
    (row,) = await opt_outs(outside)
    assert (row.address, row.scope, row.kind, row.source, row.recorded_by) == (
        MAIL, "email", ConsentKind.UNSUBSCRIBED, "link", "link",
    )  # fmt: skip
    states = [
        (await outside.database.read(HERE, lambda tx, each=each: get_send(tx, each))).state for each in (waiting, text)
    ]
    assert states == [SendState.CANCELLED, SendState.APPROVED]


@pytest.mark.parametrize(
    "how",
    [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {"content": b"\xff" * 99}, {}],
    ids=["form", "multipart", "nonsense", "nothing"],
)
async def test_one_click_in_a_mail_program_does_the_same_without_cookie_or_login(here, how):
    await add(here)
    answer = await here.http.post(path(), **how, headers={"Origin": "https://mail.example.com"})
    assert (answer.status_code, answer.is_redirect, "set-cookie" in answer.headers) == (200, False, False)
    assert len(await opt_outs(here)) == 1


async def test_the_second_time_it_stands_already_and_nothing_is_added(outside):
    await add(outside)
    await outside.http.post(path())
    before = await counts(outside)
    again = await outside.http.post(path())
    shown = await outside.http.get(path())
    assert "You are unsubscribed already" in said(again)
    assert "You are unsubscribed already" in said(shown)
    assert Page(shown.text).all("button") == []
    assert await counts(outside) == before


async def test_ten_times_at_once_is_once(outside):
    await add(outside)
    answers = await asyncio.gather(*(outside.http.post(path(), data=ONE_CLICK) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted("already" in said(answer) for answer in answers) == [False, *[True] * 9]
    assert len(await opt_outs(outside)) == 1


async def test_whoever_asks_for_messages_again_can_unsubscribe_again(outside):
    await add(outside)
    await outside.http.post(path())
    await outside.program.desk.inbound.receive(rep(), InboundWish("m1", Medium.EMAIL, MAIL, "START"))
    assert len(Page((await outside.http.get(path())).text).all("button")) == 1
    await outside.http.post(path())
    assert [row.kind for row in await opt_outs(outside)] == ["unsubscribed", "start", "unsubscribed"]


async def test_a_link_is_good_for_ever(database):
    await founded(database)
    stand_in = type("Here", (), {"database": database})
    await add(stand_in)
    years = StandingClock(NOW + timedelta(days=3650))
    token = path().rpartition("/")[2]
    assert not (await Unsubscribing(database, years, LINKS).confirm(token)).stood


async def test_a_link_works_before_the_program_is_connected(sqlite_url):
    async with outside_of(sqlite_url, connected=False) as outside:
        await add(outside)
        assert (await outside.http.post(path())).status_code == 200
        assert len(await opt_outs(outside)) == 1


async def test_each_workspaces_link_stops_its_own_messages_alone(outside):
    await founded(outside.database, ELSEWHERE)
    theirs = await add(outside, ELSEWHERE)
    assert (await outside.http.post(path(theirs))).status_code == 404
    assert (await outside.http.post(path(theirs, ELSEWHERE))).status_code == 200
    assert [row.workspace_id for row in await opt_outs(outside)] == [ELSEWHERE]


async def test_a_text_with_a_link_is_about_texts_and_hides_the_number(here):
    await add(here, medium="SMS", address=DRAFT.phone)
    answer = await here.http.get(path())
    assert "no more texts from Maple Homes & Co at (416) •••-0123" in said(answer)
    await here.http.post(path())
    assert [row.scope for row in await opt_outs(here)] == ["sms"]


async def test_neither_page_nor_headers_show_the_whole_address(here):
    await add(here)
    for answer in (await here.http.get(path()), await here.http.post(path()), await here.http.post(path())):
        assert MAIL not in answer.text
        assert MAIL not in str(answer.headers)


async def test_what_was_done_stands_in_the_audit_trail(here):
    await add(here)
    await here.http.post(path())
    (row,) = await here.database.read(HERE, lambda tx: list(tx.connection.execute(select(audit_entry))))
    assert (row.verb, row.actor, row.after["source"]) == ("opted_out", "link", "link")


# What the browser is told


async def test_the_page_fetches_nothing_is_framed_by_nobody_and_tells_nobody_its_address(here):
    await add(here)
    for answer in (await here.http.get(path()), await here.http.get("/unsubscribe/no")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer.text)
        assert [page.all(tag) for tag in ("script", "link", "img", "iframe")] == [[], [], [], []]
        assert "http://" not in answer.text
        assert "https://" not in answer.text
        assert "style=" not in answer.text


@pytest.mark.parametrize(
    ("region", "accepts", "query", "language"),
    [
        ("Toronto, ON", "fr-CA,fr;q=0.9", "", "en"),
        ("Toronto, ON", "", "?lang=fr", "fr"),
        ("Montreal, QC", "", "", "fr"),
        ("Montreal, QC", "en-CA,en;q=0.9,fr;q=0.5", "", "en"),
        ("Montreal, QC", "de-DE,fr;q=0.9", "", "fr"),
        ("Montreal, QC", "en", "?lang=fr", "fr"),
        ("Montreal, QC", "zh", "?lang=zh", "fr"),
    ],
)
async def test_the_page_speaks_the_recipients_language_and_offers_the_other(here, region, accepts, query, language):
    lead = await captured(here.database, region=region, address=f"12 King Street West, {region}")
    await add(here, lead_id=lead.lead_id)
    answer = await here.http.get(path() + query, headers={"Accept-Language": accepts})
    page = Page(answer.text)
    assert page.all("html")[0]["lang"] == f"{language}-CA"
    assert page.all("a")[0]["hreflang"] == {"en": "fr", "fr": "en"}[language]
    assert page.all("form")[0]["action"] == f"?lang={language}"
    assert ("Me désabonner" in said(answer)) is (language == "fr")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Ma{p}le & {0}", None])
async def test_a_teams_name_is_text_and_nothing_else(here, name):
    await add(here)
    await here.database.write(HERE, lambda tx: set_settings(tx, {"business_name": name}))
    for answer in (await here.http.get(path()), await here.http.post(path())):
        assert answer.status_code == 200
        assert Page(answer.text).all("script") == []
        assert (name or "the sender") in said(answer)


# Links that are not whole


async def test_a_link_that_is_not_whole_gets_a_page_that_says_what_to_do(outside):
    await add(outside)
    whole = path()
    for broken in (
        whole[:-1],
        whole + "A",
        "/unsubscribe/",
        "/unsubscribe/a/b",
        "/unsubscribe/%00",
        path(7),
        whole + "?",
    ):
        for call in (outside.http.get, outside.http.post):
            answer = await call(broken)
            if broken.endswith("?"):
                assert answer.status_code == 200
                continue
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
            assert "This link is not whole" in said(answer)
            assert "UNSUBSCRIBE" in said(answer)
    french = await outside.http.get("/unsubscribe/no", headers={"Accept-Language": "fr-CA"})
    assert "Ce lien n’est pas complet" in said(french)


async def test_a_link_of_another_installation_opens_nothing(here):
    await add(here)
    foreign = Links(PUBLIC_URL, "another key of thirty-two signs!!").unsubscribe(HERE, 1).removeprefix(PUBLIC_URL)
    assert (await here.http.post(foreign)).status_code == 404
    assert await opt_outs(here) == []


async def test_while_the_database_is_away_the_page_says_that_it_did_not_work(sqlite):
    await founded(sqlite)
    down, api = DownDatabase(sqlite), FastAPI()
    down.is_down = True
    api.include_router(unsubscribe_router(Unsubscribing(down, StandingClock(), LINKS)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://10.0.0.7") as http:
        answer = await http.post(path())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "You are not unsubscribed yet" in said(answer)


SIGNS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/ é")
TOKENS = st.tuples(st.text(SIGNS, max_size=20), st.integers(1, 2**63 - 1))


@given(TOKENS, st.data())
def test_a_token_with_any_sign_altered_added_or_lost_is_refused(of, data):
    token = LINKS.unsubscribe(*of).rpartition("/")[2]
    assert LINKS.read_unsubscribe(token) == of
    at = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(SIGNS.filter(lambda each: each != token[at]))
    for altered in (token[:at] + sign + token[at + 1 :], token[:at] + sign + token[at:], token[:at] + token[at + 1 :]):
        if altered != token:
            with pytest.raises(LinkBroken):
                LINKS.read_unsubscribe(altered)


def test_every_single_change_of_the_last_sign_is_refused():
    token = path().rpartition("/")[2]
    for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if sign != token[-1]:
            with pytest.raises(LinkBroken):
                LINKS.read_unsubscribe(token[:-1] + sign)


@given(st.text())
def test_no_other_text_is_a_token(text):
    with pytest.raises(LinkBroken):
        LINKS.read_unsubscribe(text)
