"""Any order of asking, yes, no, other words, handing over, opting out, pausing, restarting and waiting: one decision."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from datetime import timedelta
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
from sqlalchemy import select

from bot.services.approvals import MessageBarred
from bot.services.pauses import AlreadyPaused, NotPaused, Pauses
from domain.approvals import ApprovalState
from domain.errors import RuleBroken
from domain.messages import Route, SendState
from domain.zones import zone
from storage.approvals import approval
from storage.database import Database
from tests.bot.approval_team import DANA, KIM, LEE, SAM, ApprovalTeam, an_approval_team
from tests.sending import FakeProvider, sending_of
from tests.storage.builders import HERE

S, A = SendState, ApprovalState
DECIDERS = (LEE, KIM)
ENDS = (A.APPROVED, A.REJECTED, A.EXPIRED, A.SUPERSEDED)
LEFT = (S.SENT, S.DELIVERED)
STEPS = [
    *(timedelta(minutes=each) for each in (1, 40)),
    *(timedelta(hours=each) for each in (5, 13, 26)),
]
people = st.sampled_from(DECIDERS)
LOG = """
CREATE TABLE ended (approval_id INTEGER, before TEXT, after TEXT);
CREATE TRIGGER ended AFTER UPDATE OF state ON approval
BEGIN INSERT INTO ended VALUES (OLD.id, OLD.state, NEW.state); END;
"""
"""The database itself notes each end, whoever made it."""


async def _prepared(url):
    database = Database(url)
    await an_approval_team(database)
    await database.close()


class ApprovalMachine(RuleBasedStateMachine):
    """One team's approvals with two approvers who click whenever they like."""

    prepared = folder = None
    numbers = iter(range(1_000_000))

    def __init__(self):
        super().__init__()
        self.file = self.folder / f"{next(self.numbers)}.db"
        shutil.copyfile(self.prepared, self.file)
        self.loop = asyncio.Runner()
        self.database = Database(f"sqlite+aiosqlite:///{self.file}")
        provider = FakeProvider(before=self._judge)
        self.team = ApprovalTeam(self.database, sending_of(self.database, provider=provider))
        self.stopped = self.paused = False
        self.forms = 0
        self.yes: dict[int, str] = {}
        self.no: dict[int, str] = {}
        self.words: dict[int, str] = {}
        self.wrong: list[str] = []

    async def _judge(self, parcel):
        """What a call may never be: without a yes, after a stop, or while it is closed."""
        if parcel.route is Route.SLACK:
            return
        row = next(each for each in await self.team.sending.all() if each.id == parcel.send_id)
        local = self.team.sending.clock.at.astimezone(zone("America/Toronto"))
        if row.approval_id not in self.yes:
            self.wrong.append(f"send {parcel.send_id} left without a yes")
        if self.stopped or self.paused:
            self.wrong.append(f"send {parcel.send_id} left after a stop")
        if local.weekday() > 4 or not 9 <= local.hour < 20:
            self.wrong.append(f"send {parcel.send_id} left at {local}")
        if not parcel.body.startswith(self.words.get(row.approval_id, "Hi ")):
            self.wrong.append(f"send {parcel.send_id} left in other words than were approved")

    def run(self, work):
        return self.loop.run(work)

    def rows(self):
        query = select(approval).order_by(approval.c.id)
        return self.run(self.database.read(HERE, lambda tx: tx.connection.execute(query).all()))

    def pick(self, data):
        return data.draw(st.sampled_from([row.id for row in self.rows()]))

    def act(self, work):
        """Do what somebody clicks; whether it counted."""
        try:
            self.run(work)
        except RuleBroken:
            return False
        return True

    @initialize()
    def starts(self):
        self.asks(DANA)

    @rule(who=st.sampled_from([DANA, LEE]))
    def asks(self, who):
        self.forms += 1
        try:
            self.run(self.team.ask(who=who, key=f"view:V{self.forms}", body=f"Hi {self.forms}"))
        except MessageBarred:
            assert self.stopped

    @rule(data=st.data(), who=st.sampled_from([*DECIDERS, DANA, SAM]))
    @precondition(lambda self: self.rows())
    def says_yes(self, data, who):
        chosen = self.pick(data)
        if self.act(self.team.approvals.approve(who, chosen)):
            assert who is not DANA
            assert chosen not in self.yes | self.no
            self.yes[chosen] = who.user_id

    @rule(data=st.data(), who=people)
    @precondition(lambda self: self.rows())
    def says_yes_in_other_words(self, data, who):
        chosen = self.pick(data)
        words = f"Other words of {who.user_id}"
        if self.act(self.team.approvals.approve_edited(who, chosen, words, None)):
            assert chosen not in self.yes | self.no
            self.yes[chosen], self.words[chosen] = who.user_id, words

    @rule(data=st.data(), who=people)
    @precondition(lambda self: self.rows())
    def says_no(self, data, who):
        chosen = self.pick(data)
        if self.act(self.team.approvals.reject(who, chosen, "No.")):
            assert chosen not in self.yes | self.no
            self.no[chosen] = who.user_id

    @rule(data=st.data())
    @precondition(lambda self: self.rows())
    def both_click_at_once(self, data):
        chosen = self.pick(data)

        async def clicks():
            approvals = self.team.approvals
            return await asyncio.gather(
                approvals.approve(LEE, chosen), approvals.reject(KIM, chosen, "No."), return_exceptions=True
            )

        yes, no = self.run(clicks())
        for found in (yes, no):
            assert not isinstance(found, BaseException) or isinstance(found, RuleBroken), found
        assert isinstance(yes, RuleBroken) or isinstance(no, RuleBroken)
        if not isinstance(yes, RuleBroken):
            assert chosen not in self.yes | self.no
            self.yes[chosen] = "U0LEE"
        if not isinstance(no, RuleBroken):
            assert chosen not in self.yes | self.no
            self.no[chosen] = "U0KIM"

    @rule(data=st.data(), who=people, to=st.sampled_from(["U0LEE", "U0KIM", "U0SAM", "U0REP"]))
    @precondition(lambda self: self.rows())
    def hands_over(self, data, who, to):
        if self.act(self.team.approvals.delegate(who, self.pick(data), to)):
            assert to != "U0REP"

    @rule(words=st.sampled_from(["STOP", "START"]))
    def they_answer(self, words):
        self.team.sending.clock.move(timedelta(seconds=1))  # of a stop and a start of one instant the stop counts
        self.run(self.team.says(words))
        self.stopped = words == "STOP"

    @rule(stops=st.booleans())
    def an_admin_pauses(self, stops):
        pauses = Pauses(self.database, self.team.sending.clock)
        try:
            self.run(pauses.pause(SAM, None, "a complaint") if stops else pauses.resume(SAM, ""))
        except (AlreadyPaused, NotPaused):
            assert stops == self.paused
        self.paused = stops

    @rule(by=st.sampled_from(STEPS))
    def time_passes(self, by):
        self.team.sending.clock.move(by)

    @rule()
    def the_timetable_ticks(self):
        self.run(self.team.approvals.expire(HERE))
        self.run(self.team.sending.run())

    @rule()
    def everything_restarts(self):
        self.run(self.database.close())
        self.database = Database(f"sqlite+aiosqlite:///{self.file}")
        sending = self.team.sending
        again = sending_of(self.database, at=sending.clock.at, provider=sending.provider)
        self.team = ApprovalTeam(self.database, again)

    @invariant()
    def nothing_leaves_that_may_not(self):
        assert self.wrong == []
        assert set(self.team.sending.provider.times().values()) <= {1}

    @invariant()
    def each_approval_says_what_was_decided_and_by_whom(self):
        for row in self.rows():
            if row.id in self.yes:
                assert (row.state, row.decided_by) == (A.APPROVED, self.yes[row.id])
            elif row.id in self.no:
                assert (row.state, row.decided_by) == (A.REJECTED, self.no[row.id])
            else:
                assert row.state not in (A.APPROVED, A.REJECTED)

    def teardown(self):
        try:
            self.run(self._come_to_rest())
            self.nothing_leaves_that_may_not()
            self.each_approval_says_what_was_decided_and_by_whom()
            self._everything_has_come_to_its_end()
        finally:
            self.run(self.database.close())
            self.loop.close()
            self.file.unlink()

    async def _come_to_rest(self):
        """Let two weeks pass, so that what waits leaves, lapses or is out of date."""
        for _ in range(14):
            self.team.sending.clock.move(timedelta(days=1))
            await self.team.approvals.expire(HERE)
            await self.team.sending.run()

    def _everything_has_come_to_its_end(self):
        sends = {each.approval_id: each for each in self.run(self.team.sending.all()) if each.approval_id}
        counted = Counter(event.correlation_id for event in self.run(self.team.decided()))
        for row in self.rows():
            assert row.state in ENDS, row
            assert counted[f"approval:{row.id}"] == (row.id in self.yes | self.no)
            state = sends[row.id].state
            match row.state:
                case A.APPROVED:
                    assert state in (*LEFT, S.BLOCKED, S.CANCELLED), state
                case A.REJECTED:
                    assert state is S.REJECTED
                case _:
                    assert state is S.CANCELLED
        with sqlite3.connect(self.file) as connection:
            ended = Counter(row[0] for row in connection.execute("SELECT approval_id FROM ended"))
        connection.close()
        assert set(ended.values()) <= {1}


def test_in_any_order_each_approval_is_decided_once_and_nothing_leaves_without_a_yes(sqlite_template, tmp_path):
    prepared = tmp_path / "prepared.db"
    shutil.copyfile(sqlite_template, prepared)
    asyncio.run(_prepared(f"sqlite+aiosqlite:///{prepared}"))
    with sqlite3.connect(prepared) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.executescript(LOG)
    connection.close()
    machine = type("Machine", (ApprovalMachine,), {"prepared": prepared, "folder": tmp_path})
    run_state_machine_as_test(
        partial(machine),
        settings=settings(
            max_examples=14, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
