"""The self-examination names what is wrong and what to do about it."""

import os
import sqlite3
from contextlib import closing

import pytest

from bot import doctor
from bot.doctor import examine
from bot.holding import Holding, hold_file
from domain.zones import ZoneReport
from storage.database import Database, parse_url
from storage.migrate import upgrade

PROVIDERS = ("SMTP_URL", "MAIL_FROM", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PORT", *PROVIDERS):
        monkeypatch.delenv(name, raising=False)


async def found():
    """Return the findings by subject: whether it is right, and the sentence."""
    return {finding.subject: (finding.ok, finding.sentence) for finding in await examine()}


async def test_a_migrated_database_is_right(monkeypatch, sqlite_url):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    findings = await found()
    assert {subject: ok for subject, (ok, _) in findings.items()} == {
        "settings": True,
        "texts": True,
        "e-mail": True,
        "time zones": True,
        "database": True,
        "scheduler": True,
    }
    assert "sandbox" in findings["settings"][1]


async def test_a_file_that_is_not_there_is_to_be_made_and_the_folder_is_left_empty(tmp_path):
    ok, sentence = (await found())["database"]
    assert (ok, sentence) == (False, f"there is no file {tmp_path / 'valhalla.db'} yet: run valhalla migrate")
    assert list(tmp_path.iterdir()) == []


async def test_an_empty_file_is_to_be_migrated_and_stays_empty(tmp_path):
    (tmp_path / "valhalla.db").touch()
    ok, sentence = (await found())["database"]
    assert (ok, sentence.startswith("schema none, but "), "run valhalla migrate" in sentence) == (False, True, True)
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [("valhalla.db", 0)]


async def test_a_database_that_somebody_writes_to_is_looked_at_all_the_same(monkeypatch, sqlite_url):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    with closing(sqlite3.connect(sqlite_url.partition(":///")[2])) as writing:
        writing.execute("PRAGMA journal_mode=WAL")
        writing.execute("BEGIN IMMEDIATE")
        assert (await found())["database"][0]


async def test_an_older_schema_is_to_be_migrated(tmp_path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'valhalla.db'}")
    await upgrade(database, "0001")
    await database.close()
    ok, sentence = (await found())["database"]
    assert (ok, sentence.startswith("schema 0001, but ")) == (False, True)


async def test_a_database_that_is_away_is_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    ok, sentence = (await found())["database"]
    assert (ok, "can't be used right now" in sentence) == (False, True)


async def test_settings_that_are_wrong_are_named_and_the_zones_still_looked_at(monkeypatch):
    monkeypatch.setenv("PORT", "abc")
    findings = await found()
    assert findings["settings"] == (False, "PORT is 'abc': a port is a whole number from 0 to 65535.")
    assert findings["time zones"][0]


async def test_zones_that_do_not_know_the_law_are_said_to_block_everything(monkeypatch):
    wrong = ZoneReport(ok=False, iana_version="2020a", wrong=("America/Vancouver is -8:00:00 from UTC.",))
    monkeypatch.setattr(doctor, "check_zones", lambda: wrong)
    ok, sentence = (await found())["time zones"]
    assert (ok, sentence) == (False, "every message is blocked, tzdata 2020a: America/Vancouver is -8:00:00 from UTC.")


def set_all(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


CONNECTED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
MAIL = {"SMTP_URL": "smtp://maple:s3cret@mail.example.com", "MAIL_FROM": "hello@example.com"}


async def test_without_providers_messages_are_a_dry_run(monkeypatch):
    set_all(monkeypatch, **CONNECTED)
    findings = await found()
    assert findings["texts"] == (True, "dry run: no provider is connected, so nothing leaves")
    assert findings["e-mail"] == findings["texts"]
    assert "public address" not in findings


async def test_a_provider_is_named_and_wants_a_public_address(monkeypatch):
    set_all(monkeypatch, **CONNECTED, **MAIL)
    findings = await found()
    assert findings["e-mail"] == (True, "SMTP, mail.example.com, from hello@example.com")
    assert (findings["public address"][0], "set PUBLIC_URL" in findings["public address"][1]) == (False, True)
    assert "s3cret" not in str(findings)
    set_all(monkeypatch, PUBLIC_URL="https://valhalla.example.com")
    assert (await found())["public address"] == (True, "https://valhalla.example.com")


async def test_the_sandbox_uses_no_provider_and_says_so(monkeypatch):
    set_all(monkeypatch, **MAIL)
    ok, sentence = (await found())["e-mail"]
    assert (ok, "nothing leaves this machine; what is set is used once Slack is connected" in sentence) == (True, True)


async def test_half_a_provider_is_named(monkeypatch):
    set_all(monkeypatch, SMTP_URL="smtp://mail.example.com")
    ok, sentence = (await found())["settings"]
    assert (ok, "MAIL_FROM is missing" in sentence) == (False, True)


async def test_who_holds_the_scheduler_of_a_file_is_named(monkeypatch, sqlite_url):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert (await found())["scheduler"] == (True, "nobody holds it, so nothing leaves just now")
    holding = Holding(hold_file(parse_url(sqlite_url)))
    holding.take()
    assert (await found())["scheduler"] == (True, f"held by process {os.getpid()}, which does what is due")
    holding.release()
