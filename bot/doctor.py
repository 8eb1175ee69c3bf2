"""Self-examination: settings, providers, time zones, database."""

from dataclasses import dataclass

from bot.holding import Holding, hold_file
from bot.services.setup import DRY_RUN, IN_SANDBOX
from bot.settings import Settings, SlackMode, read_settings
from domain.errors import RuleBroken
from domain.zones import check_zones
from storage.database import Database, parse_url
from storage.migrate import SchemaTooNew, current_revision, known_revisions


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what was seen."""

    subject: str
    ok: bool
    sentence: str


async def examine() -> list[Finding]:
    """Look at the settings, the providers, the time zones and the database's schema, and change nothing.

    What Slack and the providers say to their tokens is not asked.
    """
    try:
        settings = read_settings()
    except RuleBroken as broken:
        return [Finding("settings", ok=False, sentence=str(broken)), _zones()]
    mode = Finding("settings", ok=True, sentence=f"Slack is reached as {settings.slack_mode}")
    return [mode, *_ways_out(settings), _zones(), await _database(settings), *_scheduler(settings)]


def _ways_out(settings: Settings) -> list[Finding]:
    """Who carries messages, and whether what comes back reaches us. No provider is asked."""
    texts, email = settings.twilio, settings.smtp
    if settings.slack_mode is SlackMode.SANDBOX:
        unused = "; what is set is used once Slack is connected" if texts or email else ""
        return [Finding(subject, ok=True, sentence=IN_SANDBOX + unused) for subject in ("texts", "e-mail")]
    carriers = [
        Finding("texts", ok=True, sentence=texts.said if texts else DRY_RUN),
        Finding("e-mail", ok=True, sentence=email.said if email else DRY_RUN),
    ]
    return [*carriers, _reached(settings)] if texts or email else carriers


def _reached(settings: Settings) -> Finding:
    if settings.public_url:
        return Finding("public address", ok=True, sentence=settings.public_url)
    missing = "set PUBLIC_URL: without it no reply, no receipt and no click on an unsubscribe link reaches Valhalla"
    return Finding("public address", ok=False, sentence=missing)


def _zones() -> Finding:
    report = check_zones()
    if report.ok:
        return Finding("time zones", ok=True, sentence=f"tzdata {report.iana_version}")
    wrong = " ".join(report.wrong)
    return Finding("time zones", ok=False, sentence=f"every message is blocked, tzdata {report.iana_version}: {wrong}")


async def _database(settings: Settings) -> Finding:
    try:
        database = Database(settings.database_url)
        try:
            fault, stands_at = await _schema(database)
        finally:
            await database.close()
    except RuleBroken as broken:
        return Finding("database", ok=False, sentence=str(broken))
    return Finding("database", ok=fault is None, sentence=fault or f"schema {stands_at}")


def _scheduler(settings: Settings) -> list[Finding]:
    """Who holds the scheduler of a SQLite file. On PostgreSQL there is nothing to hold."""
    try:
        file = hold_file(parse_url(settings.database_url))
    except RuleBroken:
        return []
    if file is None:
        return []
    pid = Holding(file).holder()
    said = f"held by process {pid}, which does what is due" if pid else "nobody holds it, so nothing leaves just now"
    return [Finding("scheduler", ok=True, sentence=said)]


async def _schema(database: Database) -> tuple[str | None, str | None]:
    """Return what is wrong with the schema, if anything, and the revision it stands at."""
    if file := database.missing_file():
        return f"there is no file {file.resolve()} yet: run valhalla migrate", None
    stands_at = await database.look(current_revision)
    known = known_revisions()
    if stands_at is not None and stands_at not in known:
        return str(SchemaTooNew(revision=stands_at)), stands_at
    if stands_at != known[-1]:
        return f"schema {stands_at or 'none'}, but {known[-1]} is expected: run valhalla migrate", stands_at
    return None, stands_at
