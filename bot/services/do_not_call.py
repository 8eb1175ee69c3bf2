"""Imports of the national do-not-call list, in parts: a crash leaves too many numbers blocked, never too few."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from domain.dncl_file import NewerInForce, NumberFile, check_complete, check_download
from domain.errors import RuleBroken
from domain.roles import may_administer
from domain.zones import local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.do_not_call import (
    add_dncl_import,
    count_national,
    drop_older,
    finish_dncl_import,
    finished_import,
    list_national,
    newest_downloads,
)

PART: Final = 20_000
"""Numbers of one transaction: well under a second, which is how long others who write wait."""

CODES_NAMED: Final = 100
"""Area codes that a sentence or an audit entry names; Canada has fewer than 60."""


class ListNotYours(RuleBroken):
    """Only an admin may import the national do-not-call list; your role is {role}."""

    code = "LIST_NOT_YOURS"


@dataclass(frozen=True, slots=True)
class DnclWish:
    """A download that was read. `digest` names the file's content, so that a second run of the same file is known;
    `accept_smaller` says that area codes which lost most of their numbers are whole all the same."""

    file: NumberFile
    digest: str
    downloaded_on: date
    accept_smaller: bool = False


@dataclass(frozen=True, slots=True)
class DnclDone:
    """What became of a download: how many numbers it put on the list, and how many of the last one went.

    `known_since` is when the same file was imported before; nothing was done then. In a dry run `dropped` is unknown.
    """

    numbers: int
    dropped: int | None = None
    known_since: datetime | None = None


Told = Callable[[int], None]
"""Hears how many numbers are stored."""


class DoNotCallImport:
    """Reads downloads of the national list into one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, who: Actor, wish: DnclWish, told: Told, *, dry_run: bool = False) -> DnclDone:
        """Put a download in force for its area codes, in the place of the last one of each.

        Its numbers are listed first, then those that only older downloads had are dropped, then it is in force: where
        a run stops half-way, the next one begins anew. Raises `ListNotYours`, `DownloadInFuture`, `DownloadStale`,
        `NewerInForce`, `ListShrank` and `DatabaseUnavailable`.
        """
        if not may_administer(who.role):
            raise ListNotYours(role=who.role.value)
        now = self._clock.now()
        check_download(wish.downloaded_on, today=local_date(now, (who.zone,)))
        known_since = await self._database.read(who.workspace_id, lambda tx: _looked_at(tx, wish))
        if known_since or dry_run:
            return DnclDone(len(wish.file.numbers), known_since=known_since)
        import_id = await self._database.write(who.workspace_id, lambda tx: add_dncl_import(tx, _row(who, wish, now)))
        await self._list(who, import_id, wish, told)
        return await self._finish(who, import_id, wish)

    async def _list(self, who: Actor, import_id: int, wish: DnclWish, told: Told) -> None:
        for start in range(0, len(wish.file.numbers), PART):
            numbers = [f"+{number}" for number in wish.file.numbers[start : start + PART]]
            work = partial(list_national, import_id=import_id, numbers=numbers, now=self._clock.now())
            await self._database.write(who.workspace_id, work)
            told(start + len(numbers))

    async def _finish(self, who: Actor, import_id: int, wish: DnclWish) -> DnclDone:
        dropped = 0
        for code in wish.file.area_codes:
            work = partial(drop_older, import_id=import_id, code=code)
            dropped += await self._database.write(who.workspace_id, work)
        done, now = DnclDone(len(wish.file.numbers), dropped), self._clock.now()

        def finish(tx: Tx) -> None:
            finish_dncl_import(tx, import_id, now=now)
            record(tx, _audited(who, import_id, wish, done), now=now)

        await self._database.write(who.workspace_id, finish)
        return done


def _looked_at(tx: Tx, wish: DnclWish) -> datetime | None:
    """When the same file was imported before, if it was; else whether it may take the place of what stands."""
    if known_since := finished_import(tx, wish.digest, wish.downloaded_on):
        return known_since
    newest = newest_downloads(tx, wish.file.area_codes)
    newer = {code: on for code, on in newest.items() if on > wish.downloaded_on}
    if newer:
        raise NewerInForce(codes=", ".join(sorted(newer)[:CODES_NAMED]), on=max(newer.values()))
    if not wish.accept_smaller:
        check_complete(wish.file.counts, count_national(tx, wish.file.area_codes))
    return None


def _row(who: Actor, wish: DnclWish, now: datetime) -> dict[str, object]:
    return {
        "downloaded_on": wish.downloaded_on,
        "rows": len(wish.file.numbers),
        "area_codes": wish.file.area_codes,
        "file_hash": wish.digest,
        "imported_by": who.user_id,
        "created_at": now,
    }


def _audited(who: Actor, import_id: int, wish: DnclWish, done: DnclDone) -> Change:
    after = {
        "import_id": import_id,
        "downloaded_on": wish.downloaded_on,
        "numbers": done.numbers,
        "dropped": done.dropped,
        "area_codes": wish.file.area_codes[:CODES_NAMED],
        "file_hash": wish.digest,
    }
    return Change(who.user_id, "dncl_imported", "do-not-call list", after=after)
