"""Templates as admins see them: every message the product drafts, its versions, and a try with a real lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.template_tries import TemplateDraft, TemplateTry, checked_draft, read_draft, tried_in
from domain.deals import parse_lead_number
from domain.errors import RuleBroken
from domain.offer_policies import checked_reason
from domain.roles import may_administer
from domain.template_lint import Finding, check_body, check_subject, findings_on
from domain.template_texts import built_in
from domain.templates import Template, TemplateKey, all_keys
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.leads import search_leads
from storage.requests import RequestKey, begin_request, finish_request
from storage.templates import TemplateRow, add_template, newest_versions, version_at, versions_of
from storage.workspaces import find_member, settings_of

HISTORY = 8
"""How many versions are listed, the one in use among them."""


class TemplatesNotYours(RuleBroken):
    """Only an admin of this workspace may change templates; your role is {role}. Nothing was changed."""

    code = "TEMPLATES_NOT_YOURS"
    field = "reason"


class TemplateMoved(RuleBroken):
    """Changed meanwhile: {who} saved version {number} ("{reason}"). Nothing was saved; close this form and open it
    again."""

    code = "TEMPLATE_MOVED"
    field = "reason"


class WhyMissing(RuleBroken):
    """Say why the words change: the history keeps the reason beside your name."""

    code = "TEMPLATE_REASON_MISSING"
    field = "reason"


class TemplateUnchanged(RuleBroken):
    """These are the words in use. Change one, or close the form."""

    code = "TEMPLATE_UNCHANGED"
    field = "body"


class TemplateRefused(RuleBroken):
    """The template was not saved: {problems}"""  # fmt: skip

    code = "TEMPLATE_REFUSED"

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentence of each field that is wrong."""
        super().__init__(problems=" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a template, with who wrote it, when and why; for the built-in one those are None."""

    template: Template
    changed_by: str | None = None
    reason: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateList:
    """Every template in the version that is in use."""

    versions: Mapping[TemplateKey, TemplateVersion]
    may_change: bool


@dataclass(frozen=True, slots=True)
class TemplateShown:
    """One template: its versions, the one in use first and the built-in one last, and the lead it is tried with."""

    key: TemplateKey
    history: tuple[TemplateVersion, ...]
    findings: tuple[Finding, ...]
    may_change: bool
    lead_number: int | None

    @property
    def in_use(self) -> TemplateVersion:
        """The version that messages are drafted from."""
        return self.history[0]


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """New words for a template; `seen` is the number of the version that its form was opened with."""

    draft: TemplateDraft
    seen: int
    reason: str


class Templates:
    """What people do with templates."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, who: Actor) -> TemplateList:
        """Return every template in the version that is in use."""

        def work(tx: Tx) -> TemplateList:
            changed = {(row.name, row.medium, row.language): row for row in newest_versions(tx)}
            rows = {key: changed.get((key.name, key.route, key.language)) for key in all_keys()}
            versions = {key: _version(key, row) if row else _built_in(key) for key, row in rows.items()}
            return TemplateList(versions, may_administer(who.role))

        return await self._database.read(who.workspace_id, work)

    async def show(self, who: Actor, key: TemplateKey) -> TemplateShown:
        """Return a template with its versions."""
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who, key))

    async def version(self, who: Actor, key: TemplateKey, number: int) -> TemplateVersion:
        """Return one version of a template, 0 for the built-in one."""
        return await self._database.read(who.workspace_id, lambda tx: _at(tx, key, number))

    async def preview(self, who: Actor, draft: TemplateDraft, lead: str) -> TemplateTry:
        """Try words with a real lead, "L-7" as typed, without keeping them.

        Raises what is wrong with the words, `LeadNumberUnclear`, and `LeadNotFound`.
        """
        template = checked_draft(draft)
        number, now = parse_lead_number(lead), self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: tried_in(tx, template, number, now))

    async def save(self, who: Actor, change: TemplateChange, request: RequestKey) -> TemplateVersion:
        """Store new words as the next version; the old ones stay readable, and the audit trail holds who and why.

        A repeated request finds the first result; of two admins who save at once the second is told. Raises
        `TemplatesNotYours`, `TemplateRefused` with what is wrong at each field, `TemplateMoved` when another version is
        in use than was seen, and `TemplateUnchanged`.
        """
        if not may_administer(who.role):
            raise TemplatesNotYours(role=who.role.value)
        template, reason = _checked_change(change)
        now = self._clock.now()

        def work(tx: Tx) -> TemplateVersion:
            earlier = begin_request(tx, request, now=now)
            if earlier is not None:
                return _at(tx, template.key, earlier["version"])
            settings_of(tx, lock=True)
            before = _in_use(tx, template.key)
            if before.template.number != change.seen:
                raise _moved(tx, before)
            after = _stored(tx, who, before, template, reason, now)
            finish_request(tx, request, {"version": after.template.number})
            return after

        return await self._database.write(who.workspace_id, work)


def _shown(tx: Tx, who: Actor, key: TemplateKey) -> TemplateShown:
    rows = versions_of(tx, key.name, key.route, key.language, limit=HISTORY)
    history = (*(_version(key, row) for row in rows), _built_in(key))
    newest = search_leads(tx, [""], limit=1)
    return TemplateShown(
        key=key,
        history=history,
        findings=findings_on(history[0].template),
        may_change=may_administer(who.role),
        lead_number=newest[0].number if newest else None,
    )


def _checked_change(change: TemplateChange) -> tuple[Template, str]:
    """The words and the reason. Raises `TemplateRefused` with what is wrong at each field."""
    template, reason = read_draft(change.draft), readable(change.reason).strip()
    checks: Mapping[str, Callable[[], object]] = {
        "subject": lambda: check_subject(template.key, template.subject),
        "body": lambda: check_body(template.key, template.body),
        "reason": lambda: _check_reason(reason),
    }
    wrong: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
        except RuleBroken as broken:
            wrong[name] = str(broken)
    if wrong:
        raise TemplateRefused(wrong)
    return template, reason


def _check_reason(reason: str) -> None:
    if not reason:
        raise WhyMissing
    checked_reason(reason)


def _stored(
    tx: Tx, who: Actor, before: TemplateVersion, template: Template, reason: str, now: datetime
) -> TemplateVersion:
    old, key = before.template, template.key
    if (old.subject, old.body) == (template.subject, template.body):
        raise TemplateUnchanged
    row = TemplateRow(
        name=key.name,
        medium=key.route,
        language=key.language,
        version=old.number + 1,
        subject=template.subject,
        body=template.body,
        changed_by=who.user_id,
        reason=reason,
        created_at=now,
    )
    add_template(tx, row)
    after = _version(key, row)
    record(tx, _audited(before, after, who, reason), now=now)
    return after


def _audited(before: TemplateVersion, after: TemplateVersion, who: Actor, reason: str) -> Change:
    return Change(
        actor=who.user_id,
        verb="template_changed",
        subject=f"template {after.template.key.code}",
        before=_facts(before.template),
        after=_facts(after.template),
        reason=reason,
    )


def _facts(template: Template) -> dict[str, object]:
    return {"version": template.number, "subject": template.subject, "body": template.body}


def _moved(tx: Tx, standing: TemplateVersion) -> TemplateMoved:
    by = standing.changed_by or ""
    member = find_member(tx, by)
    return TemplateMoved(who=member.name if member else by, number=standing.template.number, reason=standing.reason)


def _in_use(tx: Tx, key: TemplateKey) -> TemplateVersion:
    rows = versions_of(tx, key.name, key.route, key.language, limit=1)
    return _version(key, rows[0]) if rows else _built_in(key)


def _at(tx: Tx, key: TemplateKey, number: int) -> TemplateVersion:
    if not number:
        return _built_in(key)
    row = version_at(tx, key.name, key.route, key.language, version=number)
    if row is None:
        raise LookupError(f"version {number} of {key.code} is not there")
    return _version(key, row)


def _built_in(key: TemplateKey) -> TemplateVersion:
    return TemplateVersion(built_in(key))


def _version(key: TemplateKey, row: TemplateRow) -> TemplateVersion:
    template = Template(key, row.subject, row.body, row.version)
    return TemplateVersion(template, row.changed_by, row.reason, row.created_at)
