"""What `/valhalla` was asked for, read from the text behind it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.roles import Role
from domain.setup import SetupStep
from domain.words import nearest


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Show what stands, what is connected, and what the set-up lacks."""


@dataclass(frozen=True, slots=True)
class OpenSetup:
    """Open the set-up: at one step, None for the first that is not done."""

    step: SetupStep | None


@dataclass(frozen=True, slots=True)
class ListRoles:
    """List the members with their roles."""


@dataclass(frozen=True, slots=True)
class GiveRole:
    """Give `person`, as typed, a role."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True)
class ShowTemplates:
    """List the message templates, or open the one that `words` name."""

    words: str


@dataclass(frozen=True, slots=True)
class SetupHelp:
    """Say what `/valhalla` can do."""


@dataclass(frozen=True, slots=True)
class SetupMiss:
    """`words` are no command; `meant` is the nearest one, None when nothing is near."""

    words: str
    meant: str | None


SetupCommand = ShowStatus | OpenSetup | ListRoles | GiveRole | ShowTemplates | SetupHelp | SetupMiss


class RoleUnclear(RuleBroken):
    """Say who gets which role: `/valhalla role @lee approver`. The roles are rep, approver and admin."""

    code: ClassVar[str] = "ROLE_UNCLEAR"


class StepUnknown(RuleBroken):
    """The set-up has no step called {step}. Its steps are business, channels, day, limits and roles."""

    code: ClassVar[str] = "STEP_UNKNOWN"


_STATUS: Final = ("", "status", "about", "version")
_HELP: Final = ("help", "aide", "?")
_SETUP: Final = ("setup", "set-up", "settings", "configure")
_ROLES: Final = ("roles", "members", "team", "people")
_TEMPLATES: Final = ("templates", "template", "messages", "words", "modeles")
_COMMANDS: Final = ("status", "setup", "roles", "role", "templates", "help")
_STEP_WORDS: Final = {
    "business": SetupStep.BUSINESS, "name": SetupStep.BUSINESS, "address": SetupStep.BUSINESS,
    "channels": SetupStep.CHANNELS, "channel": SetupStep.CHANNELS,
    "day": SetupStep.DAY, "digest": SetupStep.DAY, "zone": SetupStep.DAY, "market": SetupStep.DAY,
    "limits": SetupStep.LIMITS, "limit": SetupStep.LIMITS, "threshold": SetupStep.LIMITS, "cap": SetupStep.LIMITS,
    "roles": SetupStep.ROLES, "role": SetupStep.ROLES, "people": SetupStep.ROLES,
}  # fmt: skip


def parse_setup_command(text: str) -> SetupCommand:
    """Read the text behind `/valhalla`. Raises RoleUnclear and StepUnknown for a command that is only begun."""
    words = text.split()
    first, rest = (words[0].casefold(), words[1:]) if words else ("", [])
    if first == "role":
        return _role(rest)
    if first in _TEMPLATES:
        return ShowTemplates(" ".join(rest))
    if first in _SETUP or (first == "set" and rest[:1] == ["up"]):
        return _setup(rest[1:] if first == "set" else rest)
    if rest:
        return SetupMiss(" ".join(words), nearest(first, _COMMANDS, within=2))
    return _alone(first)


def _alone(word: str) -> SetupCommand:
    if word in _STATUS:
        return ShowStatus()
    if word in _HELP:
        return SetupHelp()
    return ListRoles() if word in _ROLES else SetupMiss(word, nearest(word, _COMMANDS, within=2))


def _setup(rest: list[str]) -> OpenSetup:
    if not rest:
        return OpenSetup(None)
    step = _STEP_WORDS.get(rest[0].casefold())
    if step is None:
        raise StepUnknown(step=repr(" ".join(rest))[:40])
    return OpenSetup(step)


def _role(rest: list[str]) -> GiveRole:
    """The last word is the role, what stands before it the person."""
    role = rest[-1].casefold() if rest else ""
    if len(rest) < 2 or role not in list(Role):
        raise RoleUnclear
    return GiveRole(" ".join(rest[:-1]), Role(role))
