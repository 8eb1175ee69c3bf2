"""Proofs: all that is on record about contacting a person, for the one who must show that they might be contacted."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import subject_of
from bot.services.recipients import is_phone, recipient_at
from bot.services.subjects import subject_named
from domain.consent import lapses_on
from domain.consent_draft import RECORDABLE
from domain.contact import area_code
from domain.errors import RuleBroken
from domain.proofs import Proof, ProofEntry, ProofSection, Value
from domain.roles import may_administer
from domain.rules import Medium
from domain.zones import iana_version
from storage.audit import Change, record
from storage.base import Tx
from storage.contact_history import audited_about, downloads_covering, listings_of, sends_to, zones_said
from storage.contacts import LedgerEntry, ledger_of
from storage.database import Database
from storage.inbound import inbound_from
from storage.opt_outs import OptOut, opt_outs_of
from storage.workspaces import find_workspace

EXPORTED: Final = "proof_exported"


class ProofNotYours(RuleBroken):
    """Only an admin may export what is on record about a person; your role is {role}."""

    code = "PROOF_NOT_YOURS"


class Proofs:
    """Gathers what is on record; that somebody took it out is recorded as well."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def export(self, who: Actor, text: str) -> Proof:
        """Return all that is on record about a phone number, an e-mail address, or whoever L-7 or B-5 is.

        Raises `ProofNotYours`, `SubjectUnclear`, `LeadNotFound`, `BuyerNotFound` and `NothingToReach`.
        """
        if not may_administer(who.role):
            raise ProofNotYours(role=who.role.value)
        now = self._clock.now()

        def work(tx: Tx) -> Proof:
            proof = _proof(tx, who, subject_named(tx, text).addresses, now)
            for address in proof.addresses:
                record(tx, Change(who.user_id, EXPORTED, subject_of(address), after={"address": address}), now=now)
            return proof

        return await self._database.write(who.workspace_id, work)


def _proof(tx: Tx, who: Actor, addresses: tuple[str, ...], now: datetime) -> Proof:
    workspace = find_workspace(tx)
    return Proof(
        addresses=addresses,
        people=tuple(dict.fromkeys(name for address in addresses if (name := recipient_at(tx, address).name))),
        team=workspace.name if workspace else who.workspace_id,
        made_at=now,
        made_by=who.user_id,
        tzdata=iana_version(),
        sections=tuple(_sections(tx, addresses)),
    )


def _sections(tx: Tx, addresses: tuple[str, ...]) -> Iterator[ProofSection]:
    numbers = [address for address in addresses if is_phone(address)]
    codes = [code for number in numbers if (code := area_code(number))]
    yield _section("consents", "Consent ledger", "Nothing was recorded.", map(_consent, ledger_of(tx, addresses)))
    yield _section("opt_outs", "Opt-outs", "They never opted out.", map(_opt_out, opt_outs_of(tx, addresses)))
    yield _section("inbound", "Messages from them", "They never wrote.", _inbound(tx, addresses))
    yield _section("do_not_call", "On do-not-call lists", "On none.", _listings(tx, numbers))
    yield _section("dncl_downloads", "National list in force for their area code", "Never.", _downloads(tx, codes))
    yield _section("zones", "Where they said that they live", "They never said.", _zones(tx, addresses))
    yield _section("sends", "Messages to them", "There was none.", _sends(tx, addresses))
    yield _section("audit", "Refusals and exports", "There was none.", _audit(tx, addresses))


def _section(name: str, title: str, nothing: str, entries: Iterable[ProofEntry]) -> ProofSection:
    return ProofSection(name, title, nothing, tuple(entries))


def _consent(entry: LedgerEntry) -> ProofEntry:
    happened = RECORDABLE.get(entry.kind, entry.kind.value)
    facts: dict[str, Value] = {
        "address": entry.address,
        "medium": _medium(entry.medium),
        "kind": entry.kind.value,
        "obtained_on": entry.obtained_on,
        "wording": entry.wording,
        "source": entry.source,
        "evidence": entry.evidence,
        "lapses_on": lapses_on(entry.event()),
        "counts_as_proven": entry.is_proven,
        "opt_in": entry.opt_in,
        "referrer": entry.referrer,
        "recorded_by": entry.recorded_by,
        "recorded_at": entry.created_at,
        **{name: value if isinstance(value, bool) else str(value) for name, value in entry.detail.items()},
    }
    return ProofEntry(entry.happened_at or entry.obtained_on, f"{happened}, {_medium(entry.medium)}", facts)


def _opt_out(entry: OptOut) -> ProofEntry:
    scope = entry.scope.value if isinstance(entry.scope, Medium) else "all media"
    verb = "lifted" if entry.lifted_at else entry.kind.value
    facts: dict[str, Value] = {
        "address": entry.address,
        "scope": scope,
        "kind": entry.kind.value,
        "said_at": entry.at,
        "source": entry.source,
        "text": entry.text,
        "lifted_at": entry.lifted_at,
        "recorded_by": entry.recorded_by,
        "inbound_id": entry.inbound_id,
    }
    return ProofEntry(entry.lifted_at or entry.at, f"{verb}, {scope}", facts)


def _inbound(tx: Tx, addresses: Iterable[str]) -> Iterator[ProofEntry]:
    for message in (message for address in addresses for message in inbound_from(tx, address)):
        facts: dict[str, Value] = {
            "address": message.address,
            "medium": message.medium.value,
            "text": message.text,
            "taken_for": message.intent.value,
            "state": message.state.value,
            "provider_id": message.provider_id,
            "recorded_by": message.recorded_by,
            "decided_by": message.decided_by,
            "decided_at": message.decided_at,
        }
        yield ProofEntry(message.received_at, f"{message.medium.value}, taken for {message.intent.value}", facts)


def _listings(tx: Tx, numbers: list[str]) -> Iterator[ProofEntry]:
    for row in listings_of(tx, numbers):
        facts: dict[str, Value] = {
            "address": row.number,
            "list": row.list,
            "since": row.since,
            "added_by": row.added_by,
        }
        yield ProofEntry(row.since, f"{row.list} list", facts)


def _downloads(tx: Tx, codes: list[str]) -> Iterator[ProofEntry]:
    for row in downloads_covering(tx, codes):
        facts: dict[str, Value] = {
            "numbers": row.rows,
            "in_force_since": row.finished_at,
            "imported_by": row.imported_by,
        }
        yield ProofEntry(row.downloaded_on, "downloaded", facts)


def _zones(tx: Tx, addresses: tuple[str, ...]) -> Iterator[ProofEntry]:
    for row in zones_said(tx, addresses):
        yield ProofEntry(row.created_at, row.zone, {"address": row.address, "zone": row.zone, "set_by": row.set_by})


def _sends(tx: Tx, addresses: tuple[str, ...]) -> Iterator[ProofEntry]:
    for row in sends_to(tx, addresses):
        facts: dict[str, Value] = {
            "address": row.address,
            "medium": row.medium.value,
            "state": row.state,
            "subject": row.subject,
            "body": row.body,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "settled_at": row.settled_at,
            "approval": row.approval_id,
            "provider": row.provider,
            "provider_id": row.provider_id,
            "send_id": row.id,
        }
        yield ProofEntry(row.settled_at or row.created_at, f"{row.medium.value} {row.state}", facts)


def _audit(tx: Tx, addresses: tuple[str, ...]) -> Iterator[ProofEntry]:
    """What was refused, and who asked for a proof before; an entry's subject is cut, so its address is compared."""
    for entry in audited_about(tx, [subject_of(address) for address in addresses]):
        if entry.after.get("address") in addresses:
            facts = {name: _plain(value) for name, value in entry.after.items()}
            yield ProofEntry(
                entry.at, entry.verb.replace("_", " "), {**facts, "actor": entry.actor, "sentence": entry.reason}
            )


def _plain(value: object) -> str | int | bool | None:
    """What an audit entry holds, as a proof shows it."""
    return value if value is None or isinstance(value, str | int) else str(value)


def _medium(medium: Medium | None) -> str:
    return medium.value if medium else "all media"
