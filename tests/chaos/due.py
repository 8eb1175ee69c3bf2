"""Sends that are due: as many as a test wants, to sellers who asked for an answer."""

from datetime import datetime

from sqlalchemy import insert, select

from bot.services.sends import MessageWish, contact_wish, queue_in
from domain.consent import MessageKind
from domain.kpis import send as send_correlation
from domain.messages import Route, SendState
from domain.zones import check_zones
from storage.database import Database
from storage.sends import get_send, send
from tests.sending import LINKS, set_up
from tests.storage.builders import HERE, captured, rep

SELLERS = 50
BATCH = 1000


async def fill(database: Database, count: int, *, now: datetime) -> list[int]:
    """Set a team up with sellers and `count` answers to them, all due; return their ids."""
    await set_up(database)
    phones = [f"+1416556{number:04}" for number in range(SELLERS)]
    for phone in phones:
        await captured(database, phone=phone, email=None)
    # The first one is queued as every message is; the others are its copies, since the gate is asked again anyway.
    wish = MessageWish("first", Route.SMS, phones[0], "You asked what happens next.", kind=MessageKind.REPLY)
    first = await database.write(HERE, lambda tx: queue_in(tx, rep(), wish, LINKS, now, check_zones()).send)
    assert first.state is SendState.APPROVED, contact_wish(first)

    def work(tx) -> list[int]:
        body = get_send(tx, first.id).body
        fixed = {
            "medium": "SMS", "state": "approved", "due_at": now, "attempt_count": 0, "created_by": "U0REP",
            "created_at": now, "metadata": {"kind": MessageKind.REPLY.value}, "maybe": False, "ask_count": 0,
        }  # fmt: skip
        rows = [
            # No two have the same words: by these the provider is asked.
            tx.own(
                **fixed,
                key=f"k{number}",
                body=f"{number}. {body}",
                address=phones[number % SELLERS],
                correlation_id=send_correlation(number),
            )
            for number in range(1, count)
        ]
        for start in range(0, len(rows), BATCH):
            tx.connection.execute(insert(send), rows[start : start + BATCH])
        return list(tx.connection.execute(select(send.c.id).where(send.c.workspace_id == HERE)).scalars())

    return await database.write(HERE, work)
