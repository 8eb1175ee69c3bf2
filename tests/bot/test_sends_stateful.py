"""Any order of queueing, leaving, failing, dying, asking, stopping and moving the clock: nothing lost, nothing twice."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.services.actors import Actor
from bot.services.inbound import InboundBook, InboundWish
from bot.services.sends_outbox import Pace
from bot.services.sends_receipts import Receipts, ReceiptWord
from bot.services.sends_troubles import SendTroubles
from domain.consent import MessageKind
from domain.messages import MOVES, Route, SendState
from domain.receipts import Answer
from domain.roles import Role
from domain.rules import Medium
from domain.zones import zone
from storage.database import Database
from tests.sending import LEASE, LINKS, Act, FakeProvider, Killed, sending_of, set_up
from tests.storage.builders import HERE, captured, rep

S = SendState
APPROVER = Actor(HERE, "U0LEE", Role.APPROVER)
SLOWLY = Pace(batch=1, at_once=1)
"""One at a time, as a process that dies does with what it has begun."""
ENDS = (S.SENT, S.DELIVERED, S.FAILED, S.BLOCKED, S.CANCELLED)
ZONES = {
    "+14165550123": ["America/Toronto"],
    "ann@example.com": ["America/Toronto"],
    "+16045550177": ["America/Vancouver"],
    "+14165550188": ["America/Toronto", "America/Vancouver"],
}
"""Where each recipient may be: the last one's number is from Toronto and their house in Vancouver."""
TEXTS = [address for address in ZONES if address.startswith("+")]
LOG = """
CREATE TABLE moved (send_id INTEGER, before TEXT, after TEXT);
CREATE TRIGGER moved AFTER UPDATE OF state ON send
BEGIN INSERT INTO moved VALUES (OLD.id, OLD.state, NEW.state); END;
"""
"""The database itself notes each move, whoever made it."""

keys = st.sampled_from([f"intent {number}" for number in range(8)])
acts = st.lists(st.sampled_from(Act), max_size=3)
STEPS = [
    *(timedelta(seconds=each) for each in (1, 45, 130, 600)),
    *(timedelta(hours=each) for each in (-1, 1, 5, 13, 30)),
]


async def _prepared(url):
    """Three leads of one team."""
    database = Database(url)
    await set_up(database)
    vancouver = {"address": "500 W Hastings St, Vancouver, BC", "region": "Vancouver, BC", "email": None}
    await captured(database, name="Bo", phone="+16045550177", **vancouver)
    await captured(database, name="Cy", phone="+14165550188", **vancouver)
    await database.close()


class SendMachine(RuleBasedStateMachine):
    """One team's outbox under everything that can happen to it."""

    prepared = folder = None
    numbers = iter(range(1_000_000))

    def __init__(self):
        super().__init__()
        self.file = self.folder / f"{next(self.numbers)}.db"
        shutil.copyfile(self.prepared, self.file)
        self.loop = asyncio.Runner()
        self.database = Database(f"sqlite+aiosqlite:///{self.file}")
        self.at = sending_of(self.database, provider=FakeProvider(before=self._judge), pace=SLOWLY)
        self.again: Counter[int] = Counter()
        self.stopped: set[str] = set()
        self.said_undelivered: set[int] = set()
        self.said_arrived: set[int] = set()
        self.inbound = 0
        self.wrong: list[str] = []

    async def _judge(self, parcel):
        """What a call may never be: closed where the recipient is, or to somebody who said stop."""
        if parcel.route is Route.SLACK:
            return
        local = [self.at.clock.at.astimezone(zone(name)) for name in ZONES[parcel.address]]
        if any(each.weekday() > 4 or not 9 <= each.hour < 20 for each in local):
            self.wrong.append(f"send {parcel.send_id} left at {local}")
        if parcel.address in self.stopped:
            self.wrong.append(f"send {parcel.send_id} left after a stop")

    def run(self, work):
        return self.loop.run(work)

    def rows(self):
        return {each.id: each for each in self.run(self.at.all())}

    @initialize()
    def starts(self):
        self.queues("intent 0", TEXTS[0], MessageKind.REPLY, tell=True)

    @rule(key=keys, to=st.sampled_from(list(ZONES)), kind=st.sampled_from(MessageKind), tell=st.booleans())
    def queues(self, key, to, kind, *, tell):
        route = Route.SMS if to in TEXTS else Route.EMAIL
        self.run(self.at.queue(key, route=route, to=to, kind=kind, metadata={"tell": tell}))

    @rule(acts=acts)
    def leaves(self, acts):
        self.at.provider.acts = acts

        async def tick():
            try:
                await self.at.run()
            except Killed:
                self.at.outbox = self.at.another(pace=SLOWLY)

        self.run(tick())
        self.at.provider.acts = []

    @rule()
    def dies_before_the_door(self):
        self.run(self.at.outbox._claim(HERE))
        self.at.outbox = self.at.another(pace=SLOWLY)

    @rule(knows=st.sampled_from([None, None, Answer.LATER, Answer.CANNOT_TELL]))
    def recovers(self, knows):
        self.at.provider.knows = knows
        self.run(self.at.recover())
        self.at.provider.knows = None

    @rule(by=st.sampled_from(STEPS))
    def time_passes(self, by):
        self.at.clock.move(by)

    @rule(by=st.sampled_from([LEASE, LEASE * 2]))
    def a_lease_ends(self, by):
        self.at.clock.move(by + timedelta(seconds=1))
        self.run(self.at.recover())

    @precondition(lambda self: self.at.provider.taken)
    @rule(data=st.data(), state=st.sampled_from(["sent", "delivered", "undelivered"]))
    def a_receipt_comes(self, data, state):
        parcel = data.draw(st.sampled_from(self.at.provider.taken))
        if parcel.route is Route.SLACK:
            return
        word = ReceiptWord("fake", self.at.provider.name_of(parcel.send_id), parcel.send_id, state)
        self.run(Receipts(self.database, self.at.clock).receive(Actor(HERE, "fake"), word))
        if state == "undelivered":
            self.said_undelivered.add(parcel.send_id)

    @rule(to=st.sampled_from(TEXTS), text=st.sampled_from(["STOP", "START", "trying to stop the foreclosure", "Yes!"]))
    def a_reply_comes(self, to, text):
        self.inbound += 1
        wish = InboundWish(f"SM{self.inbound}", Medium.SMS, to, text)
        self.run(InboundBook(self.database, self.at.clock).receive(rep(), wish))
        if text == "STOP":
            self.stopped.add(to)
        if text == "START":
            self.stopped.discard(to)

    @rule(is_stop=st.booleans())
    def a_person_reads_replies(self, is_stop):
        book = InboundBook(self.database, self.at.clock)
        for each in self.run(book.queue(APPROVER)):
            self.run(book.decide(APPROVER, each.message.id, is_stop=is_stop))
            if is_stop:
                self.stopped.add(each.message.address)

    @rule(data=st.data(), again=st.booleans())
    def a_person_decides(self, data, again):
        unknown = [
            each.id for each in self.rows().values() if each.state is S.UNKNOWN and each.route is not Route.SLACK
        ]
        if not unknown:
            return
        chosen = data.draw(st.sampled_from(unknown))
        troubles = SendTroubles(self.database, self.at.clock, LINKS)
        if again:
            self.run(troubles.send_again(APPROVER, chosen))
            self.again[chosen] += 1
        else:
            self.run(troubles.arrived(APPROVER, chosen))
            self.said_arrived.add(chosen)

    @invariant()
    def nothing_leaves_that_may_not(self):
        assert self.wrong == []

    @invariant()
    def what_was_delivered_belongs_to_a_row_and_came_once(self):
        rows = self.rows()
        for parcel in self.at.provider.taken:
            assert rows[parcel.send_id].address == parcel.address
        for send_id, times in self.at.provider.times().items():
            assert times <= 1 + self.again[send_id], rows[send_id]

    @invariant()
    def every_move_is_one_that_may_be(self):
        with sqlite3.connect(self.file) as connection:
            moves = set(connection.execute("SELECT before, after FROM moved"))
        connection.close()
        assert {(a, b) for a, b in moves if S(b) not in MOVES[S(a)]} == set()

    def teardown(self):
        try:
            self.run(self._come_to_rest())
            self.nothing_leaves_that_may_not()
            self.what_was_delivered_belongs_to_a_row_and_came_once()
            self.every_move_is_one_that_may_be()
            self._nothing_is_lost(self.rows().values())
        finally:
            self.run(self.database.close())
            self.loop.close()
            self.file.unlink()

    async def _come_to_rest(self):
        """Let time pass until nothing is to be done any more; the provider is well now."""
        self.at.outbox = self.at.another()
        last: datetime = self.at.clock.at + timedelta(days=12)
        while (due := await self.at.outbox.next_due_at(HERE)) and due < last:
            self.at.clock.at = max(self.at.clock.at + timedelta(seconds=1), due)
            await self.at.recover()
            await self.at.run()

    def _nothing_is_lost(self, rows):
        taken = self.at.provider.times()
        sent = Counter(self.run(self.database.read(HERE, _counted)))
        for each in rows:
            assert each.state in ENDS or (each.state is S.UNKNOWN and each.ask_at is None), each
            if each.state in (S.SENT, S.DELIVERED):
                assert taken[each.id] or each.id in self.said_arrived, each
            if taken[each.id] and each.state is not S.UNKNOWN:
                told = each.id in self.said_undelivered | set(self.again)
                assert each.state in (S.SENT, S.DELIVERED) or told, each
            assert sent[each.correlation_id] <= 1
            if each.state in (S.SENT, S.DELIVERED) and each.route is not Route.SLACK:
                assert sent[each.correlation_id] == 1, each
            assert each.state is not S.FAILED or each.reason


def _counted(tx):
    query = "SELECT correlation_id FROM kpi_event WHERE metric IN ('sms_sent', 'email_sent')"
    return [row[0] for row in tx.connection.exec_driver_sql(query)]


def test_in_any_order_nothing_is_lost_and_nothing_leaves_twice(sqlite_template, tmp_path):
    prepared = tmp_path / "prepared.db"
    shutil.copyfile(sqlite_template, prepared)
    asyncio.run(_prepared(f"sqlite+aiosqlite:///{prepared}"))
    with sqlite3.connect(prepared) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.executescript(LOG)
    connection.close()
    machine = type("Machine", (SendMachine,), {"prepared": prepared, "folder": tmp_path})
    run_state_machine_as_test(
        partial(machine),
        settings=settings(
            max_examples=16, stateful_step_count=22, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
