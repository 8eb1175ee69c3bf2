"""What `/policy` was asked to do, read from the text behind it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.policy_places import place_named
from domain.words import nearest


@dataclass(frozen=True, slots=True)
class ListPolicies:
    """List every policy row."""


@dataclass(frozen=True, slots=True)
class ShowPolicy:
    """Show what stands at a place, as typed; empty for the team's default place."""

    place: str


@dataclass(frozen=True, slots=True)
class EditPolicy:
    """Open the form for a place, as typed; empty for the team's default place."""

    place: str


@dataclass(frozen=True, slots=True)
class WhyContact:
    """Say whether somebody may be contacted now: "L-7", "+1 604 555 0134"."""

    subject: str


@dataclass(frozen=True, slots=True)
class PauseOutreach:
    """Stop outreach: `text` is a place, a reason, both or neither."""

    text: str


@dataclass(frozen=True, slots=True)
class ResumeOutreach:
    """Let outreach go on: `text` is a place, or empty for the whole team."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowReplies:
    """Show the replies that wait for a person."""


@dataclass(frozen=True, slots=True)
class ShowSends:
    """Show the messages that failed, or may not have arrived."""


@dataclass(frozen=True, slots=True)
class ShowProof:
    """Show all that is kept about an address: "L-7", "B-5", a number or an e-mail address."""

    subject: str


@dataclass(frozen=True, slots=True)
class PolicyHelp:
    """Say what `/policy` can do."""


@dataclass(frozen=True, slots=True)
class PolicyMiss:
    """`words` are neither a command nor a place; `meant` is the nearest command, None when nothing is near."""

    words: str
    meant: str | None


PolicyCommand = (
    ListPolicies | ShowPolicy | EditPolicy | WhyContact | PauseOutreach | ResumeOutreach | ShowReplies | ShowSends
    | ShowProof | PolicyHelp | PolicyMiss
)  # fmt: skip


class SubjectMissing(RuleBroken):
    """Say about whom: `/policy {verb} L-7`, or a phone number or an e-mail address in the place of L-7."""

    code: ClassVar[str] = "SUBJECT_MISSING"


_HELP: Final = ("help", "aide", "?")
_LIST: Final = ("list", "all", "liste")
_SHOW: Final = ("show", "history", "of", "for")
_EDIT: Final = ("edit", "change", "set")
_REPLIES: Final = ("replies", "reply", "queue")
_SENDS: Final = ("sends", "send", "messages")
_COMMANDS: Final = ("list", "show", "edit", "why", "pause", "resume", "replies", "sends", "proof", "help")


def parse_policy_command(text: str) -> PolicyCommand:
    """Read the text behind `/policy`: a known first word decides, anything else is a place.

    Words that name no place are a `PolicyMiss`. Raises SubjectMissing for "why" and "proof" alone.
    """
    cleaned = " ".join(text.split())
    if not cleaned:
        return ListPolicies()
    first, _, rest = cleaned.partition(" ")
    return _named(first.casefold(), rest) or _place(cleaned, first.casefold())


def _named(word: str, rest: str) -> PolicyCommand | None:
    """The command called by its name."""
    if word in _HELP:
        return PolicyHelp()
    if word in _LIST and not rest:
        return ListPolicies()
    if word in _REPLIES:
        return ShowReplies()
    if word in _SENDS:
        return ShowSends()
    if word in _SHOW:
        return ShowPolicy(rest)
    if word in _EDIT:
        return EditPolicy(rest)
    return _about(word, rest)


def _about(word: str, rest: str) -> PolicyCommand | None:
    """The command about a person, or the kill switch."""
    if word in ("why", "proof"):
        if not rest:
            raise SubjectMissing(verb=word)
        return WhyContact(rest) if word == "why" else ShowProof(rest)
    if word == "pause":
        return PauseOutreach(rest)
    return ResumeOutreach(rest) if word == "resume" else None


def _place(text: str, first: str) -> PolicyCommand:
    """Text that begins with no command: a place, else a slip of the pen."""
    if place_named(text):
        return ShowPolicy(text)
    return PolicyMiss(text, nearest(first, _COMMANDS, within=2))
