"""`valhalla import dncl`: reads a download of the national list, shows how far it is, and says what changed."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.clock import SystemClock
from bot.services.actors import Actor
from bot.services.do_not_call import DnclDone, DnclWish, DoNotCallImport, Told
from bot.settings import Settings
from bot.terminal import ImportStopped, opened, progress, read_bytes
from domain.buyer_csv import decode
from domain.days import parse_day
from domain.dncl_file import NumberFile, read_numbers
from domain.roles import Role
from storage.database import DatabaseUnavailable

ACTOR = "import"
CODES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DnclFileWish:
    """What the command line says: the file, the day on which it was downloaded as typed, and whose list it is."""

    file: Path
    downloaded_on: str
    dry_run: bool = False
    accept_smaller: bool = False
    workspace_id: str | None = None


async def import_dncl(settings: Settings, wish: DnclFileWish) -> None:
    """Import a download of the national list. Raises a `RuleBroken` with what to do where it can't be put in force."""
    downloaded_on, (file, digest) = parse_day(wish.downloaded_on), _read(wish.file)
    console = Console()
    async with opened(settings, wish.workspace_id) as (database, workspace):
        # Whoever reaches the database from its own machine stands above the roles that Slack's members have.
        who = Actor(workspace.id, ACTOR, Role.ADMIN, workspace.zone, is_person=False)
        with progress(console, len(file.numbers), "numbers") as moved:
            read = DnclWish(file, digest, downloaded_on, wish.accept_smaller)
            done = await _run(DoNotCallImport(database, SystemClock()), who, read, moved, dry_run=wish.dry_run)
    for line in _said(file, done, dry_run=wish.dry_run):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _read(path: Path) -> tuple[NumberFile, str]:
    raw = read_bytes(path)
    return read_numbers(io.StringIO(decode(raw))), hashlib.sha256(raw).hexdigest()


async def _run(work: DoNotCallImport, who: Actor, wish: DnclWish, told: Told, *, dry_run: bool) -> DnclDone:
    try:
        return await work.run(who, wish, told, dry_run=dry_run)
    except DatabaseUnavailable as gone:
        raise ImportStopped(why=gone.facts["why"]) from gone


def _said(file: NumberFile, done: DnclDone, *, dry_run: bool) -> list[str]:
    """What became of the file, in lines."""
    return [_first(file, done, dry_run=dry_run), *_left_out(file)]


def _first(file: NumberFile, done: DnclDone, *, dry_run: bool) -> str:
    codes = f"{_many(done.numbers, 'number')} of {_codes(file)}"
    if done.known_since:
        return f"This file was imported on {done.known_since:%d %b %Y} already: {codes}. Nothing is changed."
    if dry_run:
        return f"Dry run, nothing is stored: {codes} would be put on the national do-not-call list."
    return f"{codes} put on the national do-not-call list; {done.dropped:,} that it no longer has taken off."


def _left_out(file: NumberFile) -> list[str]:
    lines = [f"Written more than once in the file: {_many(file.repeated, 'number')}."] if file.repeated else []
    if not file.junk_count:
        return lines
    named = [f"  line {junk.line:,}: {junk.text}" for junk in file.junk]
    more = file.junk_count - len(named)
    rest = [f"  and {more:,} more"] if more else []
    return [*lines, f"Left out, no phone number in them: {_many(file.junk_count, 'line')}.", *named, *rest]


def _codes(file: NumberFile) -> str:
    """The area codes of a file, as many as a line takes: "area codes 416, 604"."""
    codes = file.area_codes
    more = f" and {len(codes) - CODES_SHOWN} more" if len(codes) > CODES_SHOWN else ""
    return f"area code{'s' if len(codes) > 1 else ''} {', '.join(codes[:CODES_SHOWN])}{more}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
