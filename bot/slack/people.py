"""Whom a command or a form means: people as Slack knows them, met before they get a role."""

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.calls import Desk
from domain.errors import RuleBroken

PAGE = 200
UNKNOWN = ("user_not_found", "user_not_visible")
"""Slack's names for an id that means nobody here."""
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_ID = re.compile(r"[UW](?=[A-Z]*[0-9])[A-Z0-9]{2,}")
"""A bare id has a digit somewhere; WENDY is a name."""


class PersonUnknown(RuleBroken):
    """I find nobody called {name} in this workspace. Type @ and choose the person from Slack's list."""

    code = "PERSON_UNKNOWN"


class NotAPerson(RuleBroken):
    """{name} is an app or has left the workspace, so no role can be given."""

    code = "NOT_A_PERSON"


async def person_meant(desk: Desk, words: str) -> str:
    """Return the user id behind a mention, an id or a name as typed. Raises `PersonUnknown`."""
    mentioned = _MENTION.fullmatch(words)
    if mentioned:
        return mentioned[1]
    if _ID.fullmatch(words):
        return words
    wanted = words.removeprefix("@").casefold()
    found = await _called(desk, wanted)
    if found is None:
        raise PersonUnknown(name=words[:80])
    return found


async def meet(desk: Desk, workspace_id: str, user_id: str) -> None:
    """See to it that a person is a member before they get a role. Raises `PersonUnknown` and `NotAPerson`."""
    if await desk.workspaces.find_actor(workspace_id, user_id):
        return
    try:
        found = (await desk.client.users_info(user=user_id))["user"]
    except SlackApiError as error:
        if error.response.get("error") not in UNKNOWN:
            raise
        raise PersonUnknown(name=user_id) from error
    if found.get("is_bot") or found.get("deleted"):
        raise NotAPerson(name=found.get("real_name") or found.get("name") or user_id)
    await desk.actor(workspace_id, user_id)


async def _called(desk: Desk, wanted: str) -> str | None:
    """The first person with this name, page by page."""
    cursor = ""
    while True:
        page = await desk.client.users_list(limit=PAGE, cursor=cursor or None)
        for person in page["members"]:
            if wanted in _names(person):
                return str(person["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return None


def _names(person: Mapping[str, Any]) -> set[str]:
    profile = person.get("profile") or {}
    names = (person.get("name"), person.get("real_name"), profile.get("display_name"))
    return {name.casefold() for name in names if name}
