"""Nothing can leave but by the services of sending: nobody else reaches a transport, or decides whether to send."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
    for part in ("domain", "storage", "bot")
    for path in sorted((ROOT / part).rglob("*.py"))
}

MAY_REACH_TRANSPORTS = ("bot.transports", "bot.services.sends", "bot.app")
"""The transports themselves, the services of sending, and the composition root, which hands one to the other."""
CARRIERS = ("smtplib", "aiosmtplib", "twilio", "requests", "httpx", "urllib.request", "http.client", "telnetlib")
"""Libraries by which a message could leave."""
MAY_CARRY = ("bot.transports",)
SESSIONS = ("", "ClientSession", "request")
"""What of aiohttp calls somebody; its errors and time-outs call nobody."""
MAY_CALL = ("bot.transports", "bot.app", "bot.sandbox.courier")
"""Beside the transports: Slack's one session is made in the composition root, and the sandbox's Slack calls the bot."""
MAY_CONFIGURE = {("bot.settings", "bot.transports.configs")}
"""How a provider is reached is checked where the environment is read; nothing can leave by that."""
CHECKS = (
    "check_contact_window",
    "check_legal_hours",
    "check_override",
    "check_opt_out",
    "check_content",
    "check_lists",
)
JUDGES = ("judge", "explain")
MAY_JUDGE = ("domain.gate", "domain.consent", "domain.policy", "bot.services.contacts", "bot.services.why")
MAY_ASK = {("bot.services.opting_out", "check_opt_out")}
"""Whether a YES means START depends on whether an opt-out stands; nothing is sent for it."""


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Yield each import as (module, name); the name is empty for a whole module, and for one that text names."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, "") for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((module, alias.name) for alias in names)
            case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
                yield from ((str(each.value), "") for each in node.args if isinstance(each, ast.Constant))


def is_within(module: str, homes: tuple[str, ...]) -> bool:
    return any(module == home or module.startswith((f"{home}.", f"{home}_")) for home in homes)


def faults(module: str, source: str) -> list[str]:
    """What in a module goes around the one way out."""
    found = []
    for imported, name in imports(source):
        whole = f"{imported}.{name}" if name else imported
        reaches = is_within(whole, ("bot.transports",)) and (module, imported) not in MAY_CONFIGURE
        if reaches and not is_within(module, MAY_REACH_TRANSPORTS):
            found.append(f"{module} reaches {whole}")
        if imported == "aiohttp" and name in SESSIONS and not is_within(module, MAY_CALL):
            found.append(f"{module} calls by {whole}")
        if is_within(imported, CARRIERS) and not is_within(module, MAY_CARRY):
            found.append(f"{module} carries by {imported}")
        judges = name in (*CHECKS, *(JUDGES if imported == "domain.gate" else ()))
        if judges and not is_within(module, MAY_JUDGE) and (module, name) not in MAY_ASK:
            found.append(f"{module} judges by {name}")
    return found


def test_no_module_outside_the_services_of_sending_reaches_a_transport_or_judges():
    assert len(MODULES) > 200
    assert [fault for module, source in MODULES.items() for fault in faults(module, source)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.slack.leads", "from bot.transports.twilio import Twilio"),
        ("bot.slack.leads", "import bot.transports"),
        ("bot.services.leads", "from bot import transports"),
        ("bot.http.flow", "from bot.transports import smtp"),
        ("bot.http.flow", "importlib.import_module('bot.transports.smtp')"),
        ("bot.scheduler", "__import__('bot.transports')"),
        ("bot.services.sends", "import aiosmtplib"),
        ("bot.services.leads", "import smtplib"),
        ("bot.slack.leads", "from twilio.rest import Client"),
        ("bot.slack.leads", "from aiohttp import ClientSession"),
        ("bot.services.sends", "import aiohttp"),
        ("bot.settings", "from bot.transports.smtp import SmtpTransport"),
        ("bot.http.flow", "from bot.transports.configs import TwilioConfig"),
        ("domain.leads", "from urllib.request import urlopen"),
        ("bot.slack.leads", "from domain.policy import check_contact_window"),
        ("bot.http.flow", "from domain.gate import judge"),
    ],
)
def test_the_reading_finds_each_way_around(module, source):
    assert len(faults(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.services.sends", "from bot.transports.port import Transport"),
        ("bot.app", "from bot.transports.console import Console"),
        ("bot.transports.smtp", "import aiosmtplib"),
        ("bot.transports.smtp", "from bot.transports.port import Transport"),
        ("bot.transports.twilio", "from aiohttp import ClientSession"),
        ("bot.slack.cards", "from aiohttp import ClientError"),
        ("bot.settings", "from bot.transports.configs import TwilioConfig"),
        ("bot.services.contacts", "from domain.gate import judge"),
        ("bot.slack.leads", "from domain.gate import GateVerdict"),
        ("bot.slack.why_card", "from domain.gate import CONSENT"),
    ],
)
def test_the_reading_lets_the_one_way_pass(module, source):
    assert faults(module, source) == []
