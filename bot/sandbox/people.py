"""Who works at Maple Homes and where they talk: the sandbox's people, channels and the app's own user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.config import Json
from bot.sandbox.zones import ZONE, toronto_offset

TEAM_ID = "T0SANDBOX"
TEAM_NAME = "Maple Homes"
TEAM_DOMAIN = "maplehomes"
TEAM_URL = f"https://{TEAM_DOMAIN}.slack.com/"
APP_ID = "A0VALHALLA"
BOT_ID = "B0VALHALLA"
BOT_USER_ID = "U0VALHALLA"
SLACKBOT_ID = "USLACKBOT"
_FOUNDED = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account: id as Slack's, `name` as typed after an @."""

    id: str
    name: str
    real_name: str
    role: str
    is_admin: bool = False
    is_bot: bool = False

    @property
    def email(self) -> str:
        """The address that users.lookupByEmail knows."""
        return f"{self.name}@maplehomes.example"


@dataclass(frozen=True, slots=True)
class Channel:
    """A public channel, or the app's direct messages with `user`."""

    id: str
    name: str
    topic: str
    user: str | None = None

    @property
    def is_im(self) -> bool:
        """Whether this is a conversation of one person with the app."""
        return self.user is not None


PEOPLE = (
    Person("U0DANA", "dana", "Dana Okafor", "rep"),
    Person("U0LEE", "lee", "Lee Tremblay", "approver"),
    Person("U0SAM", "sam", "Sam Singh", "admin", is_admin=True),
)
CHANNELS = (
    Channel("C0LEADS", "leads", "New leads, one thread each"),
    Channel("C0APPROVALS", "approvals", "Messages that wait for a yes"),
    Channel("C0KPI", "kpi", "The day in numbers"),
    Channel("D0DANA", "dana", "", user="U0DANA"),
    Channel("D0LEE", "lee", "", user="U0LEE"),
    Channel("D0SAM", "sam", "", user="U0SAM"),
)


def bot_person(app_name: str) -> Person:
    """Return the app's own user."""
    return Person(BOT_USER_ID, "valhalla", app_name, "bot", is_bot=True)


def find_person(text: str) -> Person | None:
    """Return the person with this id or name, with or without an @."""
    wanted = text.strip().removeprefix("@").casefold()
    return next((person for person in PEOPLE if wanted in (person.id.casefold(), person.name)), None)


def find_channel(text: str) -> Channel | None:
    """Return the channel with this id or name, with or without a # or an @."""
    wanted = text.strip().lstrip("#@").casefold()
    return next((channel for channel in CHANNELS if wanted in (channel.id.casefold(), channel.name)), None)


def channel_by_id(channel_id: str) -> Channel | None:
    """Return the channel with exactly this id."""
    return next((channel for channel in CHANNELS if channel.id == channel_id), None)


def channel_of_name(name: str) -> Channel | None:
    """Return the public channel with this name; direct messages have no name in Slack."""
    return next((channel for channel in CHANNELS if not channel.is_im and channel.name == name), None)


def direct_messages_with(user_id: str) -> Channel | None:
    """Return the app's direct messages with this user."""
    return next((channel for channel in CHANNELS if channel.user == user_id), None)


def members_of(channel: Channel) -> Sequence[str]:
    """Return the ids of those who are in `channel`, the app among them."""
    if channel.user is not None:
        return (channel.user, BOT_USER_ID)
    return (*(person.id for person in PEOPLE), BOT_USER_ID)


def may_see(channel: Channel, person: Person) -> bool:
    """Return whether `person` is in `channel`."""
    return person.id in members_of(channel)


def user_json(person: Person, at: datetime, *, include_locale: bool = False) -> Json:
    """Return Slack's user object for `person` as of `at`."""
    offset = int(toronto_offset(at).total_seconds())
    user: Json = {
        "id": person.id,
        "team_id": TEAM_ID,
        "name": person.name,
        "deleted": False,
        "color": "9f69e7",
        "real_name": person.real_name,
        "tz": ZONE,
        "tz_label": "Eastern Daylight Time" if offset == -4 * 3600 else "Eastern Standard Time",
        "tz_offset": offset,
        "profile": _profile(person),
        "is_admin": person.is_admin,
        "is_owner": person.is_admin,
        "is_primary_owner": person.is_admin,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_email_confirmed": True,
        "has_2fa": False,
        "updated": _FOUNDED,
        "who_can_share_contact_card": "EVERYONE",
    }
    return {**user, "locale": "en-US"} if include_locale else user


def _profile(person: Person) -> Json:
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": person.real_name.split(" ", maxsplit=1)[0],
        "last_name": person.real_name.rpartition(" ")[2],
        "status_text": "",
        "status_emoji": "",
        "team": TEAM_ID,
    }
    if person.is_bot:
        return {**profile, "bot_id": BOT_ID, "api_app_id": APP_ID, "always_active": True}
    return {**profile, "email": person.email}


def conversation_json(channel: Channel) -> Json:
    """Return Slack's conversation object for `channel`."""
    common: Json = {
        "id": channel.id,
        "created": _FOUNDED,
        "is_archived": False,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_private": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "unlinked": 0,
        "updated": _FOUNDED * 1000,
        "context_team_id": TEAM_ID,
    }
    if channel.is_im:
        return {**common, "user": channel.user, "is_user_deleted": False, "is_open": True, "priority": 0}
    return {**common, **_public_parts(channel)}


def _public_parts(channel: Channel) -> Json:
    words = {"value": channel.topic, "creator": "U0SAM", "last_set": _FOUNDED}
    return {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_general": False,
        "is_member": True,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "shared_team_ids": [TEAM_ID],
        "pending_connected_team_ids": [],
        "parent_conversation": None,
        "creator": "U0SAM",
        "topic": words,
        "purpose": words,
        "previous_names": [],
        "num_members": len(members_of(channel)),
    }
