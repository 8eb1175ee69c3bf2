"""What a team says about itself before it works: its steps, what each asks for, and what is still missing."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from domain.content import Sender
from domain.errors import RuleBroken
from domain.policy_places import PolicyPlace, place_named
from domain.roles import Role, may_administer
from domain.zones import zone

NAME_LIMIT: Final = 120
ADDRESS_SHORTEST, ADDRESS_LIMIT = 10, 300
HOURS: Final = range(24)
THRESHOLDS: Final = range(1_001)
"""Up to how many people an author may reach on their own yes; 0 asks for a second person every time."""
CAPS: Final = range(1, 21)
"""How often one person may be contacted a day."""


class SetupStep(StrEnum):
    """One page of the set-up, in the order in which they follow."""

    BUSINESS = "business"
    CHANNELS = "channels"
    DAY = "day"
    LIMITS = "limits"
    ROLES = "roles"

    @property
    def next(self) -> "SetupStep | None":
        """The page that follows, None after the last."""
        steps = list(SetupStep)
        following = steps.index(self) + 1
        return steps[following] if following < len(steps) else None


class BusinessNameTooLong(RuleBroken):
    """The business name has {length:,} characters; {limit} fit, since every text message carries it."""

    code: ClassVar[str] = "BUSINESS_NAME_TOO_LONG"


class MailingAddressUnclear(RuleBroken):
    """Give the whole mailing address: street and number or a post box, town, province, postal code."""

    code: ClassVar[str] = "MAILING_ADDRESS_UNCLEAR"


class MailingAddressTooLong(RuleBroken):
    """The mailing address has {length:,} characters; {limit} fit."""

    code: ClassVar[str] = "MAILING_ADDRESS_TOO_LONG"


class ChannelMissing(RuleBroken):
    """Slack shows me no such channel any more. Choose another one."""

    code: ClassVar[str] = "CHANNEL_MISSING"


class ChannelArchived(RuleBroken):
    """#{name} is archived, so nothing can be posted there. Choose another channel, or unarchive it in Slack."""

    code: ClassVar[str] = "CHANNEL_ARCHIVED"


class ChannelClosed(RuleBroken):
    """I may not post in #{name}. Invite me there with /invite @Valhalla, or choose a public channel."""

    code: ClassVar[str] = "CHANNEL_CLOSED"


class HourInvalid(RuleBroken):
    """{hour} is no hour of the day: choose one from 0 to 23."""

    code: ClassVar[str] = "HOUR_INVALID"


class ThresholdInvalid(RuleBroken):
    """{count} is no number of people: write a whole one from 0 to 1000."""

    code: ClassVar[str] = "THRESHOLD_INVALID"


class CapInvalid(RuleBroken):
    """{count} is no number of contacts a day: write a whole one from 1 to 20."""

    code: ClassVar[str] = "CAP_INVALID"


class MarketUnknown(RuleBroken):
    """{place} is no province or market that I know. Choose one from the list."""

    code: ClassVar[str] = "MARKET_UNKNOWN"


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """What a team has said about itself; `default_market` is a place such as "ON/ALL", `digest_hour` is local.

    `approval_threshold` is up to how many people the author of messages may be the one who approves them;
    `contact_cap_per_day` is how often one person may be contacted a day.
    """

    sender: Sender
    leads_channel_id: str | None
    approvals_channel_id: str | None
    digest_channel_id: str | None
    digest_hour: int
    zone: str
    default_market: str
    approval_threshold: int = 10
    contact_cap_per_day: int = 2


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel as the team's chat shows it; `may_post` is whether we may write there."""

    id: str
    name: str = ""
    is_there: bool = True
    is_archived: bool = False
    may_post: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist: what its step still lacks, in words; empty when it is done."""

    step: SetupStep
    missing: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def checklist(settings: TeamSettings, roles: Collection[Role]) -> tuple[Item, ...]:
    """Return what is done and what is missing, one line per step; `roles` are those of the members."""
    channels = {
        "where leads are posted": settings.leads_channel_id,
        "where approvals are asked": settings.approvals_channel_id,
        "where the morning digest is posted": settings.digest_channel_id,
    }
    return (
        Item(SetupStep.BUSINESS, settings.sender.missing),
        Item(SetupStep.CHANNELS, tuple(what for what, channel in channels.items() if not channel)),
        Item(SetupStep.DAY, ()),  # a new team has an hour, a zone and a market from the start
        Item(SetupStep.LIMITS, ()),  # and its limits
        Item(SetupStep.ROLES, () if any(may_administer(role) for role in roles) else ("an admin",)),
    )


def checked_business_name(text: str) -> str:
    """Return a business name on one line. Raises BusinessNameTooLong."""
    name = " ".join(text.split())
    if len(name) > NAME_LIMIT:
        raise BusinessNameTooLong(length=len(name), limit=NAME_LIMIT)
    return name


def checked_mailing_address(text: str) -> str:
    """Return a mailing address, its lines without outer blanks. Raises MailingAddressUnclear, MailingAddressTooLong.

    CASL asks for a mailing address that is valid for 60 days (SOR/2012-36 s.2); whether it is one, people must know.
    What is refused has no digit or is too short to be one.
    """
    lines = (" ".join(line.split()) for line in text.splitlines())
    address = "\n".join(line for line in lines if line)
    if len(address) > ADDRESS_LIMIT:
        raise MailingAddressTooLong(length=len(address), limit=ADDRESS_LIMIT)
    if len(address) < ADDRESS_SHORTEST or not re.search(r"\d", address):
        raise MailingAddressUnclear
    return address


def checked_channel(seen: ChannelSeen) -> ChannelSeen:
    """Return a channel that can be posted in. Raises ChannelMissing, ChannelArchived and ChannelClosed."""
    if not seen.is_there:
        raise ChannelMissing
    if seen.is_archived:
        raise ChannelArchived(name=seen.name)
    if not seen.may_post:
        raise ChannelClosed(name=seen.name)
    return seen


def checked_hour(text: str) -> int:
    """Return an hour of the day, 0 to 23. Raises HourInvalid."""
    hour = int(text) if re.fullmatch(r"[0-9]{1,2}", text) else -1
    if hour not in HOURS:
        raise HourInvalid(hour=repr(text)[:20])
    return hour


def checked_threshold(text: str) -> int:
    """Return up to how many people an author may reach on their own yes. Raises ThresholdInvalid."""
    count = _whole(text)
    if count not in THRESHOLDS:
        raise ThresholdInvalid(count=repr(text)[:20])
    return count


def checked_cap(text: str) -> int:
    """Return how often one person may be contacted a day. Raises CapInvalid."""
    count = _whole(text)
    if count not in CAPS:
        raise CapInvalid(count=repr(text)[:20])
    return count


def _whole(text: str) -> int:
    """A whole number as typed, -1 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text.strip()) else -1


def checked_zone(name: str) -> str:
    """Return the name of a time zone. Raises UnknownZone."""
    return zone(name).key


def checked_market(text: str) -> PolicyPlace:
    """Return a place that policies and prices know. Raises MarketUnknown."""
    place = place_named(text)
    if place is None:
        raise MarketUnknown(place=repr(text)[:80])
    return place


def roles_wanted(admins: Collection[str], approvers: Collection[str], before: Mapping[str, Role]) -> dict[str, Role]:
    """Return what a form changes: the new role of each person whose role differs from `before`, reps where dropped.

    Only differences: what another admin changed meanwhile, and this form left alone, stays.
    """
    wanted = dict.fromkeys(approvers, Role.APPROVER) | dict.fromkeys(admins, Role.ADMIN)
    dropped = dict.fromkeys(before.keys() - wanted.keys(), Role.REP)
    return {person: role for person, role in (wanted | dropped).items() if before.get(person, Role.REP) is not role}
