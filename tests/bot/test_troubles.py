"""Messages in trouble: who sees which, one decision whatever is clicked by whom, and what each decision does."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.services.actors import Actor
from bot.services.links import Links
from bot.services.sends_outbox import Outbox
from bot.services.sends_troubles import (
    NotYourSend,
    SendMovedOn,
    SendNotFound,
    SendSeenTo,
    SendTroubles,
)
from bot.transports.port import Parcel
from domain.messages import Post, Route, SendState
from domain.receipts import ATTEMPTS, Answer, Found, Outcome, Receipt
from domain.roles import Role
from storage.audit import audit_entry
from storage.kpis import kpi_event
from storage.leads import lead
from storage.sends import get_send, send
from storage.workspaces import Member, add_member, set_settings
from tests.storage.builders import HERE, NOW, captured, founded, rep, rows_of

MINUTE = timedelta(minutes=1)
DANA, RAY = rep(HERE), replace(rep(HERE), user_id="U0RAY")
LEE = Actor(HERE, "U0LEE", Role.APPROVER, "America/Toronto")
SAM = Actor(HERE, "U0SAM", Role.ADMIN, "America/Toronto")
PHONE = "+14165550123"


@dataclass
class Clock:
    at: datetime = NOW

    def now(self):
        return self.at


@dataclass
class Carrier:
    """A provider that answers what it is told to, and remembers what it was handed."""

    name = "twilio"
    receipt: Receipt = field(default_factory=lambda: Receipt(Outcome.ACCEPTED, "accepted", provider_id="SM1"))
    handed: list[Parcel] = field(default_factory=list)

    async def send(self, parcel):
        self.handed.append(parcel)
        return self.receipt

    async def find(self, _parcel):
        return Found(Answer.CANNOT_TELL)

    async def close(self):
        """Nothing is held."""


@dataclass
class Team:
    """A team with a lead of Dana's, and what sends go through."""

    database: object
    clock: Clock
    lead_id: int = 0
    carrier: Carrier = field(default_factory=Carrier)

    @property
    def links(self):
        return Links(None, "for tests")

    @property
    def troubles(self):
        return SendTroubles(self.database, self.clock, self.links)

    @property
    def outbox(self):
        return Outbox(self.database, self.clock, dict.fromkeys(Route, self.carrier), self.links)

    async def trouble(self, state="failed", **changes):
        """Put a message in trouble there; return its id."""
        values = {
            "key": f"a{len(await self.rows(send))}", "medium": "SMS", "address": PHONE, "body": BODY, "state": state,
            "due_at": NOW, "attempt_count": 1, "metadata": {"kind": "commercial", "tell": True}, "created_by": "U0LEE",
            "created_at": NOW, "lead_id": self.lead_id, "last_error": "A landline.", "reason": "cannot_receive",
            "maybe": state == "unknown", "ask_at": None, "correlation_id": "send:1",
        }  # fmt: skip
        new = send.insert().returning(send.c.id)
        return await self.write(lambda tx: tx.connection.execute(new.values(tx.own(**values | changes))).scalar_one())

    async def state(self, send_id):
        return await self.database.read(HERE, lambda tx: get_send(tx, send_id))

    async def rows(self, table):
        query = table.select().order_by(table.c.id)
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def ids(self, who):
        return [shown.send.id for shown in (await self.troubles.waiting(who, limit=9)).shown]

    async def let_out(self):
        """Let everything leave, as the minutes go by."""
        await self.outbox.recover(HERE)
        await self.outbox.run(HERE)

    async def write(self, work):
        return await self.database.write(HERE, work)


BODY = "Hello Ann.\nMaple Homes, 1 Main St, Hamilton, (905) 555-0100\nReply STOP to opt out"


SENDER = {
    "business_name": "Maple Homes", "mailing_address": "1 Main St, Hamilton", "contact_phone": "+19055550100"
}  # fmt: skip


@pytest.fixture
async def team(database):
    """A team that may be written for, with one lead."""
    await founded(database, HERE)
    made = Team(database, Clock())
    made.lead_id = (await captured(database, DANA)).lead_id

    def name_members(tx):
        for who, name in ((LEE, "Lee"), (SAM, "Sam"), (RAY, "Ray")):
            add_member(tx, Member(who.user_id, name, who.role, "America/Toronto"), now=NOW)
        set_settings(tx, SENDER)

    await made.write(name_members)
    return made


async def set_rep(team, user_id):
    await team.write(lambda tx: tx.connection.execute(update(lead).values(rep_id=user_id)))


async def test_reps_see_their_own_and_unassigned_leads_and_approvers_and_admins_all(team):
    send_id = await team.trouble()
    assert [await team.ids(who) for who in (DANA, RAY, LEE, SAM)] == [[send_id], [], [send_id], [send_id]]
    await set_rep(team, None)
    assert [await team.ids(who) for who in (DANA, RAY)] == [[send_id], [send_id]]


async def test_a_long_list_comes_by_pages_and_a_page_that_is_gone_is_the_first(team):
    ids = [await team.trouble() for _ in range(5)]
    page = await team.troubles.waiting(DANA, start=2, limit=2)
    assert ([shown.send.id for shown in page.shown], page.start, page.total) == (ids[2:4], 2, 5)
    assert (await team.troubles.waiting(DANA, start=7, limit=2)).start == 0


async def test_a_message_to_nobody_on_record_is_for_who_wrote_it_and_for_approvers(team):
    send_id = await team.trouble(lead_id=None, address="+16045550177", created_by="U0RAY")
    assert [await team.ids(who) for who in (DANA, RAY, LEE)] == [[], [send_id], [send_id]]


async def test_posts_of_our_own_are_for_admins_alone(team):
    post = {"medium": "SLACK", "address": "", "metadata": {"post": "warning", "text": "?"}, "lead_id": None}
    send_id = await team.trouble(**post)
    assert [await team.ids(who) for who in (DANA, LEE, SAM)] == [[], [], [send_id]]
    with pytest.raises(NotYourSend):
        await team.troubles.dismiss(LEE, send_id)


@pytest.mark.parametrize("state", [each for each in SendState if each not in ("failed", "unknown")])
async def test_what_went_right_or_was_stopped_is_no_trouble(team, state):
    send_id = await team.trouble(state)
    assert await team.ids(SAM) == []
    for act in (team.troubles.arrived, team.troubles.send_again, team.troubles.retry, team.troubles.dismiss):
        with pytest.raises(SendMovedOn, match=state.value):
            await act(LEE, send_id)


async def test_another_reps_message_is_not_to_be_decided(team):
    send_id = await team.trouble("unknown")
    for act in (team.troubles.arrived, team.troubles.send_again, team.troubles.dismiss):
        with pytest.raises(NotYourSend):
            await act(RAY, send_id)
    with pytest.raises(SendNotFound):
        await team.troubles.arrived(LEE, send_id + 1)


async def test_a_message_that_arrived_counts_as_sent_and_is_audited(team):
    send_id = await team.trouble("unknown", ask_at=NOW)
    team.clock.at += MINUTE
    shown = await team.troubles.arrived(LEE, send_id)
    assert (shown.send.state, shown.send.settled_at, shown.send.ask_at) == (SendState.SENT, team.clock.at, None)
    assert (shown.noted.actor, shown.noted.verb) == ("U0LEE", "send_arrived")
    assert [row.metric for row in await team.rows(kpi_event) if row.correlation_id == "send:1"] == ["sms_sent"]
    (entry,) = [row for row in await team.rows(audit_entry) if row.verb == "send_arrived"]
    assert (entry.actor, entry.subject, entry.after["was"]) == ("U0LEE", f"send {send_id}", "unknown")
    assert await team.ids(SAM) == []


async def test_a_message_sent_again_keeps_that_it_may_have_arrived(team):
    send_id = await team.trouble("unknown", first_attempt_at=NOW)
    shown = await team.troubles.send_again(DANA, send_id)
    assert (shown.send.state, shown.send.maybe) == (SendState.APPROVED, True)
    team.carrier.receipt = Receipt(Outcome.PERMANENT, "cannot_receive", "A landline.")
    await team.let_out()
    assert [parcel.send_id for parcel in team.carrier.handed if parcel.route is Route.SMS] == [send_id]
    assert (await team.state(send_id)).state is SendState.UNKNOWN, "a later no does not prove that nothing arrived"


async def test_a_message_with_all_its_attempts_gone_still_has_one_when_a_person_asks_for_it(team):
    send_id = await team.trouble("unknown", attempt_count=ATTEMPTS)
    await team.troubles.send_again(DANA, send_id)
    await team.let_out()
    assert (await team.state(send_id)).state is SendState.SENT


async def test_a_failed_message_sent_anew_is_a_new_one_linked_to_the_old(team):
    old = await team.trouble(subject=None)
    shown = await team.troubles.retry(DANA, old)
    new, was = shown.send, await team.state(old)
    assert (new.id != old, new.retry_of, new.key, new.body) == (True, old, f"retry:{old}", BODY)
    assert (was.state, was.dismissed_by, new.created_by) == (SendState.FAILED, "U0REP", "U0REP")
    assert await team.ids(SAM) == []
    await team.let_out()
    assert [each.body for each in team.carrier.handed if each.route is Route.SMS] == [BODY]
    assert (await team.state(new.id)).state is SendState.SENT


async def test_a_failed_message_sent_anew_asks_the_gate_again(team):
    old = await team.trouble()
    team.clock.at += timedelta(hours=14)
    held = (await team.troubles.retry(LEE, old)).send
    assert (held.state, held.held_until) == (SendState.HELD, NOW + timedelta(hours=22))


async def test_a_failed_post_sent_anew_shows_the_same(team):
    post = {"post": "warning", "text": "The clock jumped."}
    old = await team.trouble(medium="SLACK", address="", body="", metadata=post, lead_id=None)
    new = (await team.troubles.retry(SAM, old)).send
    assert (new.route, new.metadata, new.retry_of, new.state) == (Route.SLACK, post, old, SendState.APPROVED)
    assert new.metadata["post"] == Post.WARNING


async def test_a_message_left_as_it_is_bothers_nobody_any_more(team):
    send_id = await team.trouble()
    shown = await team.troubles.dismiss(DANA, send_id)
    assert (shown.send.state, shown.send.dismissed_by) == (SendState.FAILED, "U0REP")
    assert await team.ids(SAM) == []


@pytest.mark.parametrize(
    ("state", "first", "what"),
    [
        ("unknown", "arrived", "it arrived"),
        ("unknown", "send_again", "it is sent again"),
        ("failed", "retry", "it is sent anew"),
        ("failed", "dismiss", "it is left as it is"),
    ],
)
async def test_the_second_to_decide_hears_who_was_faster_and_changes_nothing(team, state, first, what):
    send_id = await team.trouble(state)
    await getattr(team.troubles, first)(LEE, send_id)
    before = await team.database.change(lambda connection: rows_of(connection, HERE))
    for second in ("arrived", "send_again", "retry", "dismiss"):
        with pytest.raises(SendSeenTo, match=f"Lee saw to this message at 11:00 on 11 Mar .your time.: {what}"):
            await getattr(team.troubles, second)(SAM, send_id)
    assert await team.database.change(lambda connection: rows_of(connection, HERE)) == before


async def test_what_only_fits_the_other_kind_of_trouble_is_refused(team):
    failed, unknown = await team.trouble("failed"), await team.trouble("unknown")
    with pytest.raises(SendMovedOn, match="failed"):
        await team.troubles.arrived(LEE, failed)
    with pytest.raises(SendMovedOn, match="unknown"):
        await team.troubles.retry(LEE, unknown)


@pytest.mark.parametrize(
    ("state", "acts"), [("unknown", ("arrived", "send_again")), ("failed", ("retry", "retry", "dismiss"))]
)
async def test_of_many_at_once_one_decides(team, state, acts):
    send_id = await team.trouble(state)
    racing = [getattr(team.troubles, act)(who, send_id) for act in acts for who in (LEE, SAM, DANA)]
    done = await asyncio.gather(*racing, return_exceptions=True)
    assert len([each for each in done if not isinstance(each, Exception)]) == 1
    assert {type(each) for each in done if isinstance(each, Exception)} <= {SendSeenTo, SendMovedOn}
    await team.let_out()
    assert len([each for each in team.carrier.handed if each.route is Route.SMS]) <= 1
    assert len([row for row in await team.rows(audit_entry) if row.subject == f"send {send_id}"]) == 1


async def test_the_posts_that_ask_about_a_message_are_found_by_its_attempts(team):
    send_id = await team.trouble("unknown", attempt_count=3)
    about = {"medium": "SLACK", "address": "", "lead_id": None, "metadata": {"post": "send_outcome"}, "state": "sent"}
    theirs = [await team.trouble(**about, key=f"outcome:{send_id}:unknown:{number}") for number in (1, 3)]
    await team.trouble(**about, key=f"outcome:{send_id + 1}:unknown:1")
    assert [post.id for post in await team.troubles.posts_about(LEE, send_id)] == theirs
    assert await team.troubles.posts_about(LEE, 999) == []


async def test_a_message_that_is_gone_is_not_shown(team):
    assert await team.troubles.show(LEE, 99) is None
    assert (await team.troubles.show(LEE, await team.trouble())).sees is False
