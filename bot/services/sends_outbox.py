"""The one way out: claims what is due, asks the gate, opens the door, calls the provider, settles what came of it."""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.services.contacts import found_for, judge_in, record_verdict
from bot.services.links import Links
from bot.services.notifying_stops import overtaken
from bot.services.sends import contact_wish, held_due, redraw_approval_of
from bot.services.sends_settling import Ended, outbox, settle_found, settle_here, settle_lost, settle_receipt
from bot.transports.port import Parcel, Transport
from domain.messages import Route, SendState, card_of
from domain.receipts import ATTEMPTS, GAVE_UP, Answer, Found, Outcome, Receipt, retry_at
from domain.releases import RECORD_GONE, Release, expired, release
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.buyers import get_buyer
from storage.database import Database, DatabaseUnavailable
from storage.leads import get_lead
from storage.outbox import (
    Lease,
    claim_due,
    claim_unknown,
    give_back,
    give_back_unclaimed,
    lock_addresses,
    lost_behind_door,
    move,
    next_due_at,
    pass_door,
)
from storage.send_attempts import begin_attempt
from storage.sends import Send

log = structlog.get_logger()

_TOO_LATE: Final = Receipt(
    Outcome.TEMPORARY, "too_late", "The program stood still before it could call the provider; nothing left."
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How the outbox works: how many sends it claims, how many it has under way at once, how long a claim holds, how
    long a provider may take to answer (half the lease at most), how often it tries to keep the answer. While the
    machine's clock is not steady it claims nothing."""

    batch: int = 20
    at_once: int = 8
    lease: timedelta = timedelta(minutes=2)
    call: timedelta = timedelta(seconds=30)
    settle_tries: int = 4
    is_steady: Callable[[], bool] = lambda: True

    def __post_init__(self) -> None:
        """A claim that cannot outlast the call would never get through the door."""
        if self.call * 2 > self.lease:
            raise ValueError(f"a call of {self.call} needs a lease twice as long, not {self.lease}")


@dataclass(frozen=True, slots=True)
class Leaving:
    """A send behind the door: which attempt it is, when it passed, and until when it may wait at its provider."""

    send: Send
    attempt_id: int
    passed_at: datetime
    valid_until: datetime | None


class Outbox:
    """Takes one workspace's messages through the door; any number of them may work on one database at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        transports: Mapping[Route, Transport],
        links: Links,
        *,
        pace: Pace | None = None,
        canary: Callable[[], ZoneReport] = check_zones,
    ) -> None:
        self._database = database
        self._clock = clock
        self._transports = transports
        self._links = links
        self._pace = pace or Pace()
        self._canary = canary
        self._name = f"{socket.gethostname()[:24]}:{os.getpid()}"
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._cards: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closing = False

    def without(self, route: Route) -> "Outbox":
        """Return an outbox that leaves the messages of one route to others."""
        others = {each: transport for each, transport in self._transports.items() if each is not route}
        return Outbox(self._database, self._clock, others, self._links, pace=self._pace, canary=self._canary)

    async def run(self, workspace_id: str, *, seen: list[int] | None = None) -> int:
        """Let everything leave that is due and may; return how many sends were looked at, and add their ids to `seen`
        where that is given."""
        count = 0
        while not self._closing and self._pace.is_steady() and (claimed := await self._claim(workspace_id)):
            gate = asyncio.Semaphore(self._pace.at_once)
            tasks = [self._start(workspace_id, each, gate) for each in claimed]
            # A caller that is cancelled must not cut a call in half: its outcome would be lost.
            await asyncio.shield(asyncio.gather(*tasks))
            count += len(claimed)
            if seen is not None:
                seen += [each.id for each, _ in claimed]
        return count

    async def recover(self, workspace_id: str) -> int:
        """See to what vanished workers left: what had not reached the door waits again, what had is asked about.

        Return how many sends were looked at.
        """
        if not self._pace.is_steady():
            return 0
        now, mine = self._clock.now(), tuple(self._under_way)
        lease_ends = now + self._pace.lease

        def work(tx: Tx) -> tuple[int, int, list[Send]]:
            back = give_back_unclaimed(tx, now=now, but=mine)
            lost = lost_behind_door(tx, now=now, but=mine, limit=self._pace.batch)
            for each in lost:
                settle_lost(tx, each, now=now, ask_at=lease_ends)
            routes = self._transports.keys()
            unknown = claim_unknown(tx, now=now, until=lease_ends, limit=self._pace.batch, routes=routes)
            return back, len(lost), unknown

        back, lost, unknown = await self._database.write(workspace_id, work)
        if back or lost:
            log.warning("sends_recovered", waiting_again=back, unknown=lost)
        gate = asyncio.Semaphore(self._pace.at_once)
        await asyncio.gather(*(self._ask_of(workspace_id, each, gate) for each in unknown))
        return back + lost + len(unknown)

    async def next_due_at(self, workspace_id: str) -> datetime | None:
        """Return the next moment at which there is something to do here."""
        return await self._database.read(workspace_id, next_due_at)

    async def close(self) -> None:
        """Claim nothing more and wait until what is under way has ended."""
        self._closing = True
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        for transport in {id(each): each for each in self._transports.values()}.values():
            await transport.close()

    async def _claim(self, workspace_id: str) -> list[tuple[Send, str]]:
        now = self._clock.now()
        lease = Lease(f"{self._name}:{secrets.token_hex(8)}", now + self._pace.lease)
        claimed = await self._database.write(
            workspace_id,
            lambda tx: claim_due(tx, lease, now=now, limit=self._pace.batch, routes=self._transports.keys()),
        )
        return [(each, lease.token) for each in claimed]

    def _start(self, workspace_id: str, claimed: tuple[Send, str], gate: asyncio.Semaphore) -> asyncio.Task[None]:
        send, token = claimed

        async def work() -> None:
            try:
                async with self._alone_with_card(send), gate:
                    if self._closing:
                        await self._database.write(workspace_id, lambda tx: give_back(tx, send.id, token))
                    else:
                        await self._let_out(workspace_id, send, token)
            except DatabaseUnavailable as error:
                # What had not reached the door is given back when its lease ends; behind it, it is asked about.
                log.error("send_left_lying", send_id=send.id, why=str(error))
            except Exception:
                log.exception("send_left_lying", send_id=send.id)

        task = asyncio.create_task(work())
        self._under_way[send.id] = task
        task.add_done_callback(partial(self._forget, send.id))
        return task

    def _alone_with_card(self, send: Send) -> asyncio.Lock:
        """What posts about one card take turns by: the second must find where the first one put it."""
        name = card_of(send.metadata) or f"send {send.id}"
        return self._cards.setdefault(name, asyncio.Lock())

    def _forget(self, send_id: int, task: asyncio.Task[None]) -> None:
        # Others may have given it back meanwhile, so that it is under way here a second time.
        if self._under_way.get(send_id) is task:
            del self._under_way[send_id]

    async def _let_out(self, workspace_id: str, send: Send, token: str) -> None:
        """Take one claimed send through the door and settle it."""
        leaving = await self._release(workspace_id, send, token)
        if leaving is None:
            return
        receipt = await self._call(workspace_id, leaving) if self._is_in_time(leaving) else _TOO_LATE
        log.info("send_attempted", send_id=send.id, outcome=receipt.outcome.value, code=receipt.code)
        await self._settle(workspace_id, leaving, token, receipt)

    def _is_in_time(self, leaving: Leaving) -> bool:
        """Whether a call that begins now ends well before anybody asks what became of it; a machine may have slept."""
        return self._clock.now() <= leaving.passed_at + self._pace.call

    async def _release(self, workspace_id: str, send: Send, token: str) -> Leaving | None:
        """Ask the gate and open the door, in one transaction; None when the send stays here."""
        try:
            return await self._database.write(workspace_id, lambda tx: self._pass(tx, send, token))
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("error_in_gate", send_id=send.id)
            await self._database.write(workspace_id, lambda tx: self._put_off(tx, send, token))
            return None

    def _pass(self, tx: Tx, send: Send, token: str) -> Leaving | None:
        now = self._clock.now()
        made = self._decide(tx, send, now)
        if made.state is SendState.SENDING:
            if not pass_door(tx, send.id, token, now=now, call_ends=now + self._pace.call):
                # Its turn came late and its lease ends before the call could, or it was stopped or taken meanwhile.
                give_back(tx, send.id, token)
                return None
            return Leaving(send, begin_attempt(tx, send.id, now=now), now, made.valid_until)
        values: dict[str, object] = {"reason": made.reason, "last_error": made.sentence, "held_until": made.held_until}
        if made.state is SendState.HELD:
            # Waiting is no attempt.
            due = held_due(send, made)
            values |= {"due_at": due, "attempt_count": send.attempt_count - 1, "claimed_by": None}
            log.info("send_held", send_id=send.id, until=due, reason=made.reason)
            move(tx, send.id, made.state, values, token=token)
            if (send.reason, send.held_until) != (made.reason, made.held_until):
                redraw_approval_of(tx, send, now=now)
        else:
            settle_here(tx, send, made.state, values, token=token, now=now)
        return None

    def _decide(self, tx: Tx, send: Send, now: datetime) -> Release:
        if over := expired(send.expires_at, now):
            return over
        if send.attempt_count > ATTEMPTS:
            return Release(SendState.FAILED, GAVE_UP, f"Given up after {ATTEMPTS} attempts.")
        if send.route is Route.SLACK:
            return Release(SendState.SENDING)
        if send.lead_id and get_lead(tx, send.lead_id) is None:
            return Release(SendState.CANCELLED, RECORD_GONE, "Its lead is not there any more.")
        if send.buyer_id and get_buyer(tx, send.buyer_id) is None:
            return Release(SendState.CANCELLED, RECORD_GONE, "Its buyer is not there any more.")
        if over := overtaken(tx, send):
            return over
        contact = contact_wish(send)
        found = found_for(tx, contact)
        lock_addresses(tx, {send.address, *found.addresses})
        verdict, facts = judge_in(tx, found, contact, now, self._canary())
        made = release(verdict, facts, key=send.key, expires_at=send.expires_at)
        if made.state is SendState.BLOCKED:
            record_verdict(tx, outbox(tx), contact, verdict, now)
        return made

    def _put_off(self, tx: Tx, send: Send, token: str) -> None:
        """Let a send wait whose gate failed: nothing may leave by an error."""
        due = retry_at(send.key, send.attempt_count, self._clock.now())
        sentence = "The check itself failed, so nothing may leave; it is tried again."
        values = {"due_at": due, "held_until": None, "reason": "error_in_gate", "last_error": sentence}
        values |= {"claimed_by": None}
        move(tx, send.id, SendState.HELD, values, token=token)

    async def _call(self, workspace_id: str, leaving: Leaving) -> Receipt:
        """Hand a send to its provider, with no database session open."""
        transport = self._transports[leaving.send.route]
        try:
            async with asyncio.timeout(self._pace.call.total_seconds()):
                return await transport.send(self._parcel(workspace_id, leaving.send, leaving.valid_until))
        except TimeoutError:
            return Receipt(Outcome.UNCLEAR, "timeout", f"{transport.name} did not answer in time.")
        except Exception as error:
            log.exception("transport_failed", send_id=leaving.send.id, provider=transport.name)
            return Receipt(Outcome.UNCLEAR, "transport_failed", f"The call to {transport.name} broke: {error}")

    async def _settle(self, workspace_id: str, leaving: Leaving, token: str, receipt: Receipt) -> None:
        """Keep what came of a call; a database that is away for a moment is waited for."""
        send, now = leaving.send, self._clock.now()
        ended = Ended(self._transports[send.route].name, now, now + self._pace.lease, leaving.attempt_id)

        def work(tx: Tx) -> None:
            settle_receipt(tx, send, token, receipt, ended)

        for again in range(self._pace.settle_tries):
            try:
                return await self._database.write(workspace_id, work)
            except (DatabaseUnavailable, DBAPIError) as error:
                # Also a deadlock, which PostgreSQL ends at the cost of one of the two.
                if again == self._pace.settle_tries - 1:
                    raise
                log.warning("settling_again", send_id=send.id, why=type(error).__name__)
                await asyncio.sleep(0.2 * 2**again)
        return None

    async def _ask_of(self, workspace_id: str, send: Send, gate: asyncio.Semaphore) -> None:
        """Ask about one of several; what goes wrong with it must not keep the others waiting."""
        try:
            async with gate:
                if send.ask_at and self._clock.now() + self._pace.call > send.ask_at:
                    return  # Others may ask about it before the provider answers; it comes up again.
                await self._ask(workspace_id, send)
        except DatabaseUnavailable as error:
            log.error("send_not_asked_about", send_id=send.id, why=str(error))
        except Exception:
            log.exception("send_not_asked_about", send_id=send.id)

    async def _ask(self, workspace_id: str, send: Send) -> None:
        """Ask the provider about a send of which nobody knows whether it left."""
        transport = self._transports[send.route]
        try:
            async with asyncio.timeout(self._pace.call.total_seconds()):
                found = await transport.find(self._parcel(workspace_id, send, None))
        except TimeoutError:
            log.warning("provider_did_not_tell", send_id=send.id, provider=transport.name)
            found = Found(Answer.LATER)
        except Exception:
            log.exception("provider_not_asked", send_id=send.id, provider=transport.name)
            found = Found(Answer.LATER)
        log.info("send_asked_about", send_id=send.id, answer=found.answer.value)
        now = self._clock.now()
        await self._database.write(
            workspace_id, lambda tx: settle_found(tx, send, found, provider=transport.name, now=now)
        )

    def _parcel(self, workspace_id: str, send: Send, valid_until: datetime | None) -> Parcel:
        now = self._clock.now()
        return Parcel(
            workspace_id=workspace_id,
            send_id=send.id,
            route=send.route,
            address=send.address,
            subject=send.subject,
            body=send.body,
            attempted_at=now,
            first_attempt_at=send.first_attempt_at or now,
            valid_until=valid_until,
            unsubscribe_url=self._links.unsubscribe(workspace_id, send.id) if send.route is Route.EMAIL else None,
            metadata=send.metadata,
        )
