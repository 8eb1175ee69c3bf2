"""`valhalla import buyers`: reads the file, finds the workspace, shows how far it is, and writes the report."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.clock import SystemClock
from bot.services.actors import Actor
from bot.services.buyer_import import BuyerFile, BuyerImport, Outcome, RowOutcome, Told
from bot.settings import Settings
from domain.buyer_csv import decode, open_sheet
from domain.errors import RuleBroken
from storage.database import Database, DatabaseUnavailable
from storage.migrate import current_revision, newest_revision
from storage.workspaces import Workspace, all_workspaces

ACTOR = "import"
PLAIN_EVERY = 10_000
"""Lines of the file between two lines of progress where the output is no terminal."""
REPORT_HEADER = ("line", "outcome", "buyer", "what is wrong or asked")


class FileUnreadable(RuleBroken):
    """{file} can't be read: {why}."""

    code = "FILE_UNREADABLE"


class ReportUnwritable(RuleBroken):
    """The report can't be written to {file}: {why}. Name another place with --report."""

    code = "REPORT_UNWRITABLE"


class ReportIsFile(RuleBroken):
    """The report would be written over {file} itself. Name another place with --report."""

    code = "REPORT_IS_FILE"


class DatabaseNotMade(RuleBroken):
    """There is no database with a workspace at {url} yet: start Valhalla once first, with valhalla run."""

    code = "DATABASE_NOT_MADE"


class SchemaNotNewest(RuleBroken):
    """The database stands at revision {revision}, and {newest} is needed: run valhalla migrate first."""

    code = "SCHEMA_NOT_NEWEST"


class WorkspaceUnclear(RuleBroken):
    """{why}. Name one with --workspace: {known}."""

    code = "WORKSPACE_UNCLEAR"


class ImportStopped(RuleBroken):
    """The import stopped before its end: {why}. Run the same command again: it goes on where it stopped."""

    code = "IMPORT_STOPPED"


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What the command line says: the file, where the report goes, and whose buyers they are, None = the only team."""

    file: Path
    dry_run: bool = False
    report: Path | None = None
    workspace_id: str | None = None

    @property
    def report_file(self) -> Path:
        """Where the report goes: beside the file unless somebody named another place."""
        return self.report or self.file.with_name(f"{self.file.name.removesuffix('.csv')}.report.csv")


async def import_buyers(settings: Settings, wish: ImportWish) -> None:
    """Import a file of buyers and write the report. Raises a `RuleBroken` with what to do where nothing can be read."""
    file = _read(wish.file)
    console = Console()
    database = Database(settings.database_url)
    try:
        workspace = await _workspace(database, wish.workspace_id)
        who = Actor(workspace.id, ACTOR, zone=workspace.zone, is_person=False)
        with _report(wish) as written, _progress(console, len(file.sheet.lines)) as moved:

            def told(outcomes: Sequence[RowOutcome]) -> None:
                written.writerows((each.line, each.outcome.value, each.buyer, each.words) for each in outcomes)
                moved(outcomes[-1].line)

            counts = await _run(BuyerImport(database, SystemClock()), who, file, told, dry_run=wish.dry_run)
    finally:
        await database.close()
    _say(console, wish, file, counts)


async def _run(work: BuyerImport, who: Actor, file: BuyerFile, told: Told, *, dry_run: bool) -> Counter[Outcome]:
    try:
        return await work.run(who, file, told, dry_run=dry_run)
    except DatabaseUnavailable as gone:
        raise ImportStopped(why=gone.facts["why"]) from gone


def _read(path: Path) -> BuyerFile:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(file=path, why=error.strerror or str(error)) from error
    return BuyerFile(open_sheet(decode(raw)), hashlib.sha256(raw).hexdigest())


async def _workspace(database: Database, wanted: str | None) -> Workspace:
    """The workspace that is meant. Raises DatabaseNotMade, SchemaNotNewest and WorkspaceUnclear."""
    nowhere = DatabaseNotMade(url=database.url.render_as_string(hide_password=True))
    if database.missing_file():
        raise nowhere
    revision, newest = await database.look(current_revision), newest_revision()
    if revision is None:
        raise nowhere
    if revision != newest:
        raise SchemaNotNewest(revision=revision, newest=newest)
    found = await database.look(all_workspaces)
    if not found:
        raise nowhere
    meant = [workspace for workspace in found if wanted in (None, workspace.id)]
    if len(meant) != 1:
        why = f"There is no workspace {wanted}" if wanted else "The database holds several workspaces"
        known = ", ".join(f"{workspace.id} ({workspace.name})" for workspace in found)
        raise WorkspaceUnclear(why=why, known=known)
    return meant[0]


@contextmanager
def _report(wish: ImportWish) -> Iterator[Any]:
    """Open the report, with a byte order mark: spreadsheets take accents for something else without one."""
    path = wish.report_file
    if path.exists() and path.samefile(wish.file):
        raise ReportIsFile(file=path)
    try:
        report: TextIO = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise ReportUnwritable(file=path, why=error.strerror or str(error)) from error
    with report:
        rows = csv.writer(report)
        rows.writerow(REPORT_HEADER)
        yield rows


@contextmanager
def _progress(console: Console, lines: int) -> Iterator[Callable[[int], None]]:
    """Show how far the file is read: a bar on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        yield _plain_progress(console, lines)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Lines", total=lines)
        yield lambda line: bar.update(task, completed=line)


def _plain_progress(console: Console, lines: int) -> Callable[[int], None]:
    said = 0

    def moved(line: int) -> None:
        nonlocal said
        if line - said >= PLAIN_EVERY:
            said = line
            console.print(f"{line:,} of {lines:,} lines", highlight=False)

    return moved


def _say(console: Console, wish: ImportWish, file: BuyerFile, counts: Counter[Outcome]) -> None:
    """Say what became of the file."""
    asked = counts[Outcome.ASKED]
    imported = counts[Outcome.IMPORTED] + asked
    verb = "would be imported" if wish.dry_run else "imported"
    parts = [
        f"{imported:,} {verb} ({asked:,} of them to ask about)" if asked else f"{imported:,} {verb}",
        f"{counts[Outcome.KNOWN]:,} skipped, already there",
        f"{counts[Outcome.BROKEN]:,} broken",
    ]
    said = [("Dry run, nothing is stored: " if wish.dry_run else "") + ", ".join(parts) + "."]
    if unknown := file.sheet.columns.unknown_names:
        said.append(f"Columns without a meaning here, kept in the notes: {', '.join(unknown)}.")
    said.append(f"Report: {wish.report_file}")
    for line in said:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
