"""Many buyers from a file: in parts of some hundred rows, each part in a transaction that a second run finds done."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.buyer_rows import consent_day, new_columns
from bot.services.consents import consent_rows
from bot.services.liquidity import recount_nodes
from domain.buyer_cells import ReadBuyer, read_buyers
from domain.buyer_csv import Sheet
from domain.buyers import BuyerDraft, area_rows
from domain.contact import email_key
from domain.matching_areas import area_of
from domain.zones import local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import add_areas, add_buyers, next_change, reached_since, reserve_numbers
from storage.contacts import add_consents
from storage.database import Database
from storage.requests import RequestKey, begin_request, finish_request

PART: Final = 500
"""Rows of one transaction: short enough that nobody who works meanwhile waits for it."""

_New = tuple[ReadBuyer, BuyerDraft]
"""A row that nobody has yet, with its draft."""


class Outcome(StrEnum):
    """What became of a row of the file."""

    IMPORTED = "imported"
    ASKED = "imported, to ask about"
    KNOWN = "already there"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row of the report: the `buyer` it became or met ("B-5"), and in `words` what is wrong or asked."""

    line: int
    outcome: Outcome
    buyer: str = ""
    words: str = ""


Told = Callable[[Sequence[RowOutcome]], None]
"""Hears of each part of the file when it is done."""


@dataclass(frozen=True, slots=True)
class BuyerFile:
    """A file that was read; `digest` names its content, so that a second run of the same file is known."""

    sheet: Sheet
    digest: str


@dataclass(slots=True)
class _Held:
    """Who has which contact: "B-5", or in a dry run "line 7"; as it stands after the change `seen`."""

    by_contact: dict[str, str] = field(default_factory=dict)
    seen: int = -1

    def read(self, tx: Tx) -> None:
        """Read every standing buyer's contacts anew."""
        self.by_contact.clear()
        for reached in reached_since(tx, -1):
            for contact in _contacts(reached.phone, reached.email):
                self.by_contact.setdefault(contact, f"B-{reached.number}")

    def add(self, rows: Mapping[int, str], part: Sequence[ReadBuyer]) -> None:
        """Remember the contacts of rows that have become buyers, by line."""
        for row in part:
            if row.draft and row.line in rows:
                self.by_contact |= dict.fromkeys(_contacts(row.draft.phone, row.draft.email), rows[row.line])


@dataclass(frozen=True, slots=True)
class _Done:
    """A part that is stored: by line the buyers that are new, and the rows that were there. `change` is its number,
    None where an earlier run had stored it."""

    new: Mapping[int, str]
    known: Mapping[int, tuple[str, str]]
    change: int | None = None


class BuyerImport:
    """Reads files of buyers into one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, who: Actor, file: BuyerFile, told: Told, *, dry_run: bool = False) -> Counter[Outcome]:
        """Store the buyers of a file that nobody has yet, and count what became of its rows.

        A row whose phone or e-mail a standing buyer has is skipped. Where a run was interrupted the next one of the
        same file goes on; what is stored is reported as there. A dry run stores nothing. Raises `DatabaseUnavailable`.
        """
        now = self._clock.now()
        held, provinces, counts = _Held(), set[str](), Counter[Outcome]()
        if dry_run:
            await self._database.read(who.workspace_id, held.read)
        for part in _parts(read_buyers(file.sheet, today=local_date(now, (who.zone,)))):
            done = _tried(part, held) if dry_run else await self._stored(who, file, part, held)
            outcomes = [_outcome(row, done) for row in part]
            counts.update(row.outcome for row in outcomes)
            provinces |= _provinces(part)
            told(outcomes)
        if provinces and not dry_run:
            await self._database.write(who.workspace_id, lambda tx: _recount(tx, provinces, now))
        return counts

    async def _stored(self, who: Actor, file: BuyerFile, part: Sequence[ReadBuyer], held: _Held) -> _Done:
        """Store a part, or find out what an earlier run made of it."""
        now = self._clock.now()
        request = RequestKey(f"import:{file.digest[:32]}:{part[0].line}", file.digest)

        def work(tx: Tx) -> _Done:
            earlier = begin_request(tx, request, now=now)
            if earlier is not None:
                return _earlier(earlier)
            done = _store(tx, who, part, held, now)
            finish_request(tx, request, _kept(done))
            if done.new:
                record(tx, _audited(who, file, done), now=now)
            return done

        done = await self._database.write(who.workspace_id, work)
        if done.change is not None:
            held.add(done.new, part)
            held.seen = done.change
        return done


def _parts(rows: Iterator[ReadBuyer]) -> Iterator[list[ReadBuyer]]:
    while part := list(islice(rows, PART)):
        yield part


def _contacts(phone: str | None, email: str | None) -> list[str]:
    """How somebody is reached, as keys: a number in E.164 never is an e-mail address."""
    return [contact for contact in (phone, email and email_key(email)) if contact]


def _sorted(part: Sequence[ReadBuyer], held: _Held) -> tuple[list[_New], dict[int, tuple[str, str]]]:
    """Tell the rows that nobody has from those that a buyer has, or "line 7" of this part, with what they share."""
    new: list[_New] = []
    known: dict[int, tuple[str, str]] = {}
    taken: dict[str, str] = {}
    for row in part:
        if row.draft is None:
            continue
        contacts = _contacts(row.draft.phone, row.draft.email)
        met = next((contact for contact in contacts if contact in held.by_contact or contact in taken), None)
        if met is None:
            new.append((row, row.draft))
            taken |= dict.fromkeys(contacts, _place(row.line))
        else:
            what = "phone number" if met.startswith("+") else "e-mail address"
            known[row.line] = (held.by_contact.get(met) or taken[met], what)
    return new, known


def _place(line: int) -> str:
    return f"line {line}"


def _tried(part: Sequence[ReadBuyer], held: _Held) -> _Done:
    """Say what would become of a part; who would be new is known by their line."""
    new, known = _sorted(part, held)
    names = {row.line: _place(row.line) for row, _ in new}
    held.add(names, part)
    return _Done(dict.fromkeys(names, ""), known)


def _store(tx: Tx, who: Actor, part: Sequence[ReadBuyer], held: _Held, now: datetime) -> _Done:
    change = next_change(tx)
    if change != held.seen + 1:
        held.read(tx)  # somebody else changed a buyer since the last part
    new, known = _sorted(part, held)
    numbers = list(reserve_numbers(tx, len(new)))
    stamps = [{"number": number, "changed_no": change} for number in numbers]
    _add(tx, who, new, stamps, now)
    names = {row.line: f"B-{number}" for (row, _), number in zip(new, numbers, strict=True)}
    lines = {_place(line): name for line, name in names.items()}
    return _Done(names, {line: (lines.get(holder, holder), what) for line, (holder, what) in known.items()}, change)


def _add(tx: Tx, who: Actor, new: Sequence[_New], stamps: Sequence[dict[str, Any]], now: datetime) -> None:
    """Insert buyers with their areas and consents; each stamp gives a number and the number of the change."""
    if not new:
        return
    pairs = zip(new, stamps, strict=True)
    values = [new_columns(draft, {**stamp, "active": row.is_active}, now=now) for (row, draft), stamp in pairs]
    ids = add_buyers(tx, values)
    add_areas(tx, {each: _areas(draft) for each, (_, draft) in zip(ids, new, strict=True)}, now=now)
    consents = [
        entry
        for row, draft in new
        for entry in consent_rows(
            who, draft, source="import", obtained_on=row.consent_on or consent_day(draft, now), now=now
        )
    ]
    if consents:
        add_consents(tx, consents)


def _areas(draft: BuyerDraft) -> list[tuple[str, str]]:
    return area_rows(area_of(draft.regions or ""))


def _provinces(part: Sequence[ReadBuyer]) -> set[str]:
    return {province for row in part if row.draft for province, _ in _areas(row.draft)}


def _recount(tx: Tx, provinces: set[str], now: datetime) -> None:
    next_change(tx)
    recount_nodes(tx, provinces, now=now)


def _kept(done: _Done) -> dict[str, object]:
    """What the request key remembers of a part, as JSON."""
    return {
        "new": [[line, name] for line, name in done.new.items()],
        "known": [[line, *met] for line, met in done.known.items()],
    }


def _earlier(kept: Mapping[str, Any]) -> _Done:
    """A part that an earlier run of the same file has stored: whoever was new then is there now."""
    known = {line: (holder, what) for line, holder, what in kept["known"]}
    return _Done({}, known | {line: (name, "") for line, name in kept["new"]})


def _audited(who: Actor, file: BuyerFile, done: _Done) -> Change:
    names = list(done.new.values())
    after = {"added": len(names), "first": names[0], "last": names[-1]}
    return Change(who.user_id, "buyers_imported", f"import {file.digest[:12]}", None, after)


def _outcome(row: ReadBuyer, done: _Done) -> RowOutcome:
    asked = " ".join(row.asked)
    if row.draft is None:
        return RowOutcome(row.line, Outcome.BROKEN, words=" ".join(filter(None, (row.fault, asked))))
    if row.line in done.known:
        holder, what = done.known[row.line]
        if what:
            return RowOutcome(row.line, Outcome.KNOWN, holder, f"{holder} has this {what}.")
        stored = f"An earlier run of this file stored it as {holder}."
        return RowOutcome(row.line, Outcome.KNOWN, holder, f"{stored} {asked}".strip())
    outcome = Outcome.ASKED if asked else Outcome.IMPORTED
    return RowOutcome(row.line, outcome, done.new[row.line], asked)
