"""Which transport serves which medium, what the installation says of it, and what its links are signed with."""

import pytest

from bot.app import _about, signing_key
from bot.app_transports import transports_for
from bot.clock import MovableClock
from bot.manifest import read_manifest
from bot.sandbox.app import SandboxConfig, create_sandbox
from bot.services.setup import DRY_RUN, IN_SANDBOX
from bot.settings import Settings
from bot.transports.console import ConsoleTransport
from domain.messages import Route

SLACK = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
TWILIO = {"twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "t0ken", "twilio_from": "+14165550100"}
MAIL = {"smtp_url": "smtp://mail.example.com", "mail_from": "hello@example.com"}
SLACK_ITSELF = ConsoleTransport([], dry_run=True)
"""In place of Slack's own transport, which any installation has."""


def settings(**values):
    return Settings(_env_file=None, **values)


def names(found):
    return (found[Route.SMS].name, found[Route.EMAIL].name)


@pytest.mark.parametrize(
    ("values", "carriers"),
    [
        ({}, ("console", "console")),
        (TWILIO, ("twilio", "console")),
        (MAIL, ("console", "smtp")),
        (TWILIO | MAIL, ("twilio", "smtp")),
    ],
)
async def test_each_medium_leaves_by_what_is_connected(values, carriers):
    assert names(transports_for(settings(**SLACK, **values), None, SLACK_ITSELF)) == carriers


async def test_the_sandbox_plays_the_provider_whatever_is_set():
    sandbox = create_sandbox(SandboxConfig("http://127.0.0.1:1", read_manifest()), MovableClock())
    try:
        assert names(transports_for(settings(**TWILIO, **MAIL), sandbox, SLACK_ITSELF)) == ("console", "console")
    finally:
        await sandbox.close()


@pytest.mark.parametrize(
    ("values", "texts", "email"),
    [
        (SLACK, DRY_RUN, DRY_RUN),
        (SLACK | TWILIO, "Twilio, from +14165550100", DRY_RUN),
        (SLACK | MAIL, DRY_RUN, "SMTP, mail.example.com, from hello@example.com"),
        (TWILIO | MAIL, IN_SANDBOX, IN_SANDBOX),
    ],
)
async def test_who_carries_messages_is_said(database, values, texts, email):
    about = _about(settings(**values), database)
    assert (about.texts, about.email) == (texts, email)


async def test_links_are_signed_with_the_key_that_is_set_else_with_one_that_stays(database):
    made = await signing_key(settings(), database)
    assert (len(made) >= 32, await signing_key(settings(), database)) == (True, made)
    assert await signing_key(settings(secret_key="k" * 32), database) == "k" * 32
