"""The terminal's face: `valhalla run`, `migrate`, `doctor`, `tick`, `proof`, `import`."""

import asyncio
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")

STARTED = time.monotonic()

# Each command imports what it needs when it runs: `valhalla --help` stays quick.

app = typer.Typer(
    help="Valhalla runs a Canadian wholesaling team's day in Slack; without Slack it opens its own sandbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

imports = typer.Typer(help="Read many records from a file.", no_args_is_help=True)
app.add_typer(imports, name="import")


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Listen here instead of PORT (8000).", min=0, max=65535)] = None,
) -> None:
    """Start: the sandbox page, or Slack when its tokens are set."""
    from bot.logs import set_up_logs
    from bot.serving import serve
    from bot.settings import read_settings

    settings = read_settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    set_up_logs(level=settings.log_level, form=settings.log_format)
    _with_loop(serve(settings, started=STARTED))


@app.command()
def migrate(to: Annotated[str, typer.Argument(help="A revision, or head.")] = "head") -> None:
    """Bring the database up to the newest schema, never back; `run` does it by itself."""
    from bot.settings import read_settings
    from storage.database import Database
    from storage.migrate import upgrade

    settings = read_settings()

    async def work() -> str | None:
        database = Database(settings.database_url)
        try:
            return await upgrade(database, to)
        finally:
            await database.close()

    print(f"The database stands at {_with_loop(work())}.")


@app.command()
def doctor() -> None:
    """Check settings, time zones and the database, and say what is wrong."""
    from bot.doctor import examine

    findings = asyncio.run(examine())
    for finding in findings:
        print(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.subject}: {finding.sentence}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@app.command()
def tick() -> None:
    """Do once what is due now, for every team of the database: without a server, by hand or from cron.

    On SQLite this works only while no Valhalla runs on the file, which does all of it every second; on PostgreSQL it
    may run beside any number of them.
    """
    from bot.logs import set_up_logs
    from bot.settings import read_settings
    from bot.ticking import tick as work

    settings = read_settings()
    set_up_logs(level=settings.log_level, form=settings.log_format)
    for passed in _with_loop(work(settings)):
        print("\n".join(passed.lines()))


@app.command()
def proof(
    whose: Annotated[str, typer.Argument(help="A phone number, an e-mail address, L-7 or B-5.")],
    form: Annotated[str, typer.Option("--format", help="json or text.")] = "text",
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Whose records, where there are several teams.")] = None,
) -> None:
    """Write down all that is on record about contacting a person: consents, opt-outs, lists, messages, refusals."""
    from bot.proofing import ProofWish, write_proof
    from bot.settings import read_settings

    _with_loop(write_proof(read_settings(), ProofWish(whose, form, out, workspace)))


@imports.command("buyers")
def import_buyers(
    file: Annotated[Path, typer.Argument(help="A CSV file whose first line names its columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the report and store nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where the report goes; FILE.report.csv otherwise.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Whose buyers they are, where there are several teams.")] = None,
) -> None:
    """Import buyers from a spreadsheet; a second run of the same file adds nothing."""
    from bot.importing import ImportWish
    from bot.importing import import_buyers as work
    from bot.settings import read_settings

    _with_loop(work(read_settings(), ImportWish(file, dry_run, report, workspace)))


@imports.command("dncl")
def import_dncl(
    file: Annotated[Path, typer.Argument(help="The list as downloaded: a phone number in each line.")],
    downloaded_on: Annotated[str, typer.Option(help="The day of the download, like 2026-03-11.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and store nothing.")] = False,
    accept_smaller: Annotated[
        bool, typer.Option("--accept-smaller", help="The list is whole, though an area code lost most of its numbers.")
    ] = False,
    workspace: Annotated[str | None, typer.Option(help="Whose list it is, where there are several teams.")] = None,
) -> None:
    """Import the national do-not-call list; it takes the place of the last download of its area codes."""
    from bot.dncl_importing import DnclFileWish
    from bot.dncl_importing import import_dncl as work
    from bot.settings import read_settings

    _with_loop(work(read_settings(), DnclFileWish(file, downloaded_on, dry_run, accept_smaller, workspace)))


def _with_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on uvloop, asyncio's fast replacement, and return what it returns."""
    import uvloop

    return uvloop.run(work)


def main() -> None:
    """Run the command line; a broken rule is one plain sentence and exit code 1."""
    from domain.errors import RuleBroken

    try:
        app()
    except RuleBroken as broken:
        print(f"valhalla: {broken}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
