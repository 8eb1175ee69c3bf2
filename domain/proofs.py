"""A proof: all that is on record about contacting an address, as JSON for machines and as a text for people.

The one who sends must prove consent (CASL s.13), and due diligence is a defence (CASL s.33, Telecommunications Act
s.72.1).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

DISCLAIMER: Final = "Configurable defaults, not legal advice."
NOT_KNOWN: Final = "day not known"

Value = str | int | bool | date | datetime | None | list[str]
"""What a fact may be; dates are the recipient's local ones, instants are shown in UTC."""


@dataclass(frozen=True, slots=True)
class ProofEntry:
    """One thing that happened or stands: when, in a few words, and its facts by name; None means nothing known."""

    at: datetime | date | None
    words: str
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProofSection:
    """The entries of one kind, in the order in which they were written down.

    `name` is its key in JSON; `nothing` is said where there are none.
    """

    name: str
    title: str
    nothing: str
    entries: tuple[ProofEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """All that is on record about these addresses (E.164 or `email_key`), for the team called `team`.

    `people` are whom the team knows there ("L-7 John Smith"), `tzdata` the release by which local times were judged.
    """

    addresses: tuple[str, ...]
    people: tuple[str, ...]
    team: str
    made_at: datetime
    made_by: str
    tzdata: str
    sections: tuple[ProofSection, ...]


def as_json(proof: Proof) -> str:
    """Return the proof as a JSON object, indented; instants are UTC with an offset."""
    head = {
        "addresses": proof.addresses,
        "people": proof.people,
        "team": proof.team,
        "made_at": _iso(proof.made_at),
        "made_by": proof.made_by,
        "tzdata": proof.tzdata,
        "note": DISCLAIMER,
    }
    sections = {section.name: [_entry_json(entry) for entry in section.entries] for section in proof.sections}
    return json.dumps({**head, **sections}, indent=2, ensure_ascii=False) + "\n"


def as_text(proof: Proof) -> str:
    """Return the proof as lines for people."""
    return "\n".join(_lines(proof)) + "\n"


def _entry_json(entry: ProofEntry) -> dict[str, object]:
    facts = {name: _iso(value) if isinstance(value, date) else value for name, value in entry.facts.items()}
    return {"at": _iso(entry.at) if entry.at else None, "words": entry.words, **facts}


def _lines(proof: Proof) -> Iterator[str]:
    yield f"On record about {' and '.join(proof.addresses)}"
    yield f"Known as: {', '.join(proof.people) or 'nobody we have a record of'}"
    yield f"Team: {proof.team}"
    yield f"Made {_shown(proof.made_at)} by {proof.made_by}, tzdata {proof.tzdata}. {DISCLAIMER}"
    for section in proof.sections:
        yield ""
        yield f"{section.title} ({len(section.entries)})"
        if not section.entries:
            yield f"  {section.nothing}"
        for entry in section.entries:
            yield f"  {_shown(entry.at) if entry.at else NOT_KNOWN}  {_one_line(entry.words)}"
            yield from _facts(entry)


def _facts(entry: ProofEntry) -> Iterator[str]:
    for name, value in entry.facts.items():
        if _says(value):
            yield f"    {name.replace('_', ' ')}: {_told(value)}"


def _says(value: Value) -> bool:
    """Whether a fact says anything: what is not known, or a list of nothing, is left out of the text."""
    return value is not None and value not in ("", [])


def _told(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _shown(value)
    return ", ".join(value) if isinstance(value, list) else _one_line(str(value))


def _one_line(text: str) -> str:
    """What people wrote, on one line: a line of theirs must not look like one of ours."""
    return " ".join(text.split())


def _shown(at: datetime | date) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(at, datetime) else at.isoformat()


def _iso(at: datetime | date) -> str:
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at.isoformat()
