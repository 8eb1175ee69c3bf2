"""Self-examination: settings, time zones, database."""

from dataclasses import dataclass

from bot.settings import Settings, read_settings
from domain.errors import RuleBroken
from domain.zones import check_zones
from storage.database import Database
from storage.migrate import current_revision, newest_revision


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what was seen."""

    subject: str
    ok: bool
    sentence: str


async def examine() -> list[Finding]:
    """Look at everything that must be right before a message may leave."""
    try:
        settings = read_settings()
    except RuleBroken as broken:
        return [Finding("settings", ok=False, sentence=str(broken)), _zones()]
    mode = Finding("settings", ok=True, sentence=f"Slack is reached as {settings.slack_mode}")
    return [mode, _zones(), await _database(settings)]


def _zones() -> Finding:
    report = check_zones()
    sentence = f"tzdata {report.iana_version}" if report.ok else "; ".join(report.wrong)
    return Finding("time zones", ok=report.ok, sentence=sentence)


async def _database(settings: Settings) -> Finding:
    try:
        database = Database(settings.database_url)
        try:
            stands_at = await database.change(current_revision)
        finally:
            await database.close()
    except RuleBroken as broken:
        return Finding("database", ok=False, sentence=str(broken))
    newest = newest_revision()
    ok = stands_at == newest
    return Finding(
        "database",
        ok=ok,
        sentence=f"schema {stands_at}" + ("" if ok else f", but {newest} is expected: run valhalla migrate"),
    )
