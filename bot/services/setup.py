"""Setting a team up: what it says about itself, step by step, each checked; and what stands and is connected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from domain.contact import normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.pauses import Pause
from domain.roles import Role, may_administer
from domain.setup import (
    ChannelSeen,
    Item,
    SetupStep,
    TeamSettings,
    checked_business_name,
    checked_cap,
    checked_channel,
    checked_hour,
    checked_mailing_address,
    checked_market,
    checked_threshold,
    checked_zone,
    checklist,
)
from domain.zones import ZoneReport, check_zones
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.pauses import all_pauses
from storage.workspaces import members_of, set_settings, settings_of

DRY_RUN = "dry run: no provider is connected, so nothing leaves"
IN_SANDBOX = "the sandbox plays the provider, so nothing leaves this machine"


class SetupNotYours(RuleBroken):
    """Only an admin of this workspace may set Valhalla up; your role is {role}. Nothing was changed."""

    code = "SETUP_NOT_YOURS"


class StepRefused(RuleBroken):
    """{first}"""

    code = "STEP_REFUSED"

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Hold a sentence for each field that is wrong."""
        super().__init__(first=next(iter(errors.values())))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class About:
    """What this installation is: its version, how it reaches Slack, its kind of database, who carries messages, and
    where the timetable runs just now."""

    version: str
    slack: str
    database: str
    texts: str = DRY_RUN
    email: str = DRY_RUN
    scheduler: Callable[[], str] = lambda: "runs in this process"


@dataclass(frozen=True, slots=True)
class SetupShown:
    """A team's settings, its roles by member, the checklist, and whether the actor may change them."""

    settings: TeamSettings
    roles: Mapping[str, Role]
    items: tuple[Item, ...]
    may_change: bool

    @property
    def first_open(self) -> SetupStep | None:
        """The first step that lacks something, None when all is done."""
        return next((item.step for item in self.items if not item.is_done), None)


@dataclass(frozen=True, slots=True)
class Status:
    """What stands: the installation, its time zones, what is stopped, and how far the set-up is."""

    about: About
    zones: ZoneReport
    pauses: tuple[Pause, ...]
    setup: SetupShown
    now: datetime


class Setup:
    """What admins say about their team, and what everybody may see of it."""

    def __init__(self, database: Database, clock: Clock, about: About) -> None:
        self._database = database
        self._clock = clock
        self._about = about

    @property
    def about(self) -> About:
        """What this installation is."""
        return self._about

    def check(self, who: Actor) -> None:
        """Raise `SetupNotYours` unless the actor may set the team up."""
        if not may_administer(who.role):
            raise SetupNotYours(role=who.role.value)

    async def status(self, who: Actor) -> Status:
        """Return what stands."""
        now = self._clock.now()

        def work(tx: Tx) -> Status:
            return Status(self._about, check_zones(), tuple(all_pauses(tx)), _shown(tx, who), now)

        return await self._database.read(who.workspace_id, work)

    async def open(self, who: Actor) -> SetupShown:
        """Return what is set, for an admin to change. Raises `SetupNotYours`."""
        self.check(who)
        return await self.show(who)

    async def show(self, who: Actor) -> SetupShown:
        """Return what is set, to read."""
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who))

    async def save(self, who: Actor, typed: Mapping[str, str | ChannelSeen]) -> SetupShown:
        """Keep the settings that were typed, by column; a blank one is taken back where it may be missing.

        Whoever names only what they changed leaves alone what another admin changed meanwhile. Raises `SetupNotYours`,
        and `StepRefused` with a sentence for each field that is wrong: nothing is kept then.
        """
        self.check(who)
        values = checked_settings(typed)
        now = self._clock.now()

        def work(tx: Tx) -> SetupShown:
            stands = _columns(settings_of(tx, lock=True))
            changed = {name: value for name, value in values.items() if stands[name] != value}
            if changed:
                set_settings(tx, changed)
                before = {name: stands[name] for name in changed}
                record(tx, Change(who.user_id, "settings_changed", "workspace", before, changed), now=now)
            return _shown(tx, who)

        return await self._database.write(who.workspace_id, work)


def checked_settings(typed: Mapping[str, str | ChannelSeen]) -> dict[str, object]:
    """Return settings as they are kept, by column. Raises `StepRefused`."""
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, raw in typed.items():
        try:
            values[name] = _checked(name, raw)
        except RuleBroken as broken:
            errors[name] = str(broken)
    if errors:
        raise StepRefused(errors)
    return values


_CHANNELS = ("leads_channel_id", "approvals_channel_id", "digest_channel_id")
_TYPED: Mapping[str, Callable[[str], object]] = {
    "business_name": checked_business_name,
    "mailing_address": checked_mailing_address,
    "contact_phone": normalise_phone,
    "contact_email": normalise_email,
    **dict.fromkeys(_CHANNELS, str),
}
"""What may be left blank; the checklist names what is missing then."""
_CHOSEN: Mapping[str, Callable[[str], object]] = {
    "digest_hour": checked_hour,
    "zone": checked_zone,
    "default_market": lambda text: checked_market(text).label,
    "approval_threshold": checked_threshold,
    "contact_cap_per_day": checked_cap,
}


def _checked(name: str, typed: str | ChannelSeen) -> object:
    """One setting as it is kept; None for text that is blank and for a channel that was not chosen."""
    if isinstance(typed, ChannelSeen):
        return checked_channel(typed).id
    if name in _CHOSEN:
        return _CHOSEN[name](typed)
    return _TYPED[name](typed.strip()) if typed.strip() else None


def _columns(settings: TeamSettings) -> dict[str, object]:
    """Settings by column."""
    sender = settings.sender
    return {
        "business_name": sender.business_name,
        "mailing_address": sender.mailing_address,
        "contact_phone": sender.phone,
        "contact_email": sender.email,
        **{name: getattr(settings, name) for name in (*_CHANNELS, *_CHOSEN)},
    }


def _shown(tx: Tx, who: Actor) -> SetupShown:
    settings = settings_of(tx)
    roles = {member.user_id: member.role for member in members_of(tx)}
    return SetupShown(settings, roles, checklist(settings, roles.values()), may_administer(who.role))
