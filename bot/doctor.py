"""Self-examination: settings, time zones, database."""

from dataclasses import dataclass

from bot.settings import Settings, read_settings
from domain.errors import RuleBroken
from domain.zones import check_zones
from storage.database import Database
from storage.migrate import SchemaTooNew, current_revision, known_revisions


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what was seen."""

    subject: str
    ok: bool
    sentence: str


async def examine() -> list[Finding]:
    """Look at the settings, the time zones and the database's schema, and change nothing.

    What Slack says to the tokens is not asked.
    """
    try:
        settings = read_settings()
    except RuleBroken as broken:
        return [Finding("settings", ok=False, sentence=str(broken)), _zones()]
    mode = Finding("settings", ok=True, sentence=f"Slack is reached as {settings.slack_mode}")
    return [mode, _zones(), await _database(settings)]


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
