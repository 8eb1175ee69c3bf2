"""`valhalla import buyers`: reads the file, finds the workspace, shows how far it is, and writes the report."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from bot.clock import SystemClock
from bot.services.actors import Actor
from bot.services.buyer_import import BuyerFile, BuyerImport, Outcome, RowOutcome, Told
from bot.settings import Settings
from bot.terminal import ImportStopped, opened, progress, read_bytes
from domain.buyer_csv import decode, open_sheet
from domain.errors import RuleBroken
from storage.database import DatabaseUnavailable

ACTOR = "import"
REPORT_HEADER = ("line", "outcome", "buyer", "what is wrong or asked")


class ReportUnwritable(RuleBroken):
    """The report can't be written to {file}: {why}. Name another place with --report."""

    code = "REPORT_UNWRITABLE"


class ReportIsFile(RuleBroken):
    """The report would be written over {file} itself. Name another place with --report."""

    code = "REPORT_IS_FILE"


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
    async with opened(settings, wish.workspace_id) as (database, workspace):
        who = Actor(workspace.id, ACTOR, zone=workspace.zone, is_person=False)
        with _report(wish) as written, progress(console, len(file.sheet.lines)) as moved:

            def told(outcomes: Sequence[RowOutcome]) -> None:
                written.writerows((each.line, each.outcome.value, each.buyer, each.words) for each in outcomes)
                moved(outcomes[-1].line)

            counts = await _run(BuyerImport(database, SystemClock()), who, file, told, dry_run=wish.dry_run)
    _say(console, wish, file, counts)


async def _run(work: BuyerImport, who: Actor, file: BuyerFile, told: Told, *, dry_run: bool) -> Counter[Outcome]:
    try:
        return await work.run(who, file, told, dry_run=dry_run)
    except DatabaseUnavailable as gone:
        raise ImportStopped(why=gone.facts["why"]) from gone


def _read(path: Path) -> BuyerFile:
    raw = read_bytes(path)
    return BuyerFile(open_sheet(decode(raw)), hashlib.sha256(raw).hexdigest())


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
