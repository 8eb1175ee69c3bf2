"""What the terminal's commands share: the file, the database, the workspace that is meant, and how far the work is."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.settings import Settings
from domain.errors import RuleBroken
from storage.database import Database
from storage.migrate import current_revision, newest_revision
from storage.workspaces import Workspace, all_workspaces

PLAIN_EVERY = 10_000
"""Lines of the file between two lines of progress where the output is no terminal."""


class FileUnreadable(RuleBroken):
    """{file} can't be read: {why}."""

    code = "FILE_UNREADABLE"


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
    """The import stopped before its end: {why}. Run the same command again: nothing is stored twice."""

    code = "IMPORT_STOPPED"


def read_bytes(file: Path) -> bytes:
    """Return what stands in a file. Raises `FileUnreadable`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnreadable(file=file, why=error.strerror or str(error)) from error


@asynccontextmanager
async def opened(settings: Settings, wanted: str | None) -> AsyncIterator[tuple[Database, Workspace]]:
    """Open the database and find the workspace called `wanted`, None = the only one; close it at the end.

    Raises `DatabaseNotMade`, `SchemaNotNewest` and `WorkspaceUnclear`.
    """
    database = Database(settings.database_url)
    try:
        yield database, await _workspace(database, wanted)
    finally:
        await database.close()


async def workspaces_of(database: Database) -> list[Workspace]:
    """Return every workspace of a database. Raises `DatabaseNotMade` where there is none, and `SchemaNotNewest`."""
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
    return found


async def _workspace(database: Database, wanted: str | None) -> Workspace:
    found = await workspaces_of(database)
    meant = [workspace for workspace in found if wanted in (None, workspace.id)]
    if len(meant) != 1:
        why = f"There is no workspace {wanted}" if wanted else "The database holds several workspaces"
        known = ", ".join(f"{workspace.id} ({workspace.name})" for workspace in found)
        raise WorkspaceUnclear(why=why, known=known)
    return meant[0]


@contextmanager
def progress(console: Console, total: int, what: str = "lines") -> Iterator[Callable[[int], None]]:
    """Show how far the work is: a bar on a terminal, a line now and then elsewhere; `what` is counted."""
    if not console.is_terminal:
        yield plain_progress(console, total, what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what.capitalize(), total=total)
        yield lambda done: bar.update(task, completed=done)


def plain_progress(console: Console, total: int, what: str = "lines") -> Callable[[int], None]:
    """Return what writes a line whenever a good part more is done: ten thousand, or a tenth of what is many."""
    every = max(PLAIN_EVERY, total // 10)
    said = 0

    def moved(done: int) -> None:
        nonlocal said
        if done - said >= every:
            said = done
            console.print(f"{done:,} of {total:,} {what}", highlight=False)

    return moved
