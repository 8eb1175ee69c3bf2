"""Where cards go: the workspace's channels, found by their names once, and looked at when an admin chooses others."""

from slack_sdk.errors import SlackApiError

from bot.slack.calls import Desk, log
from domain.setup import ChannelSeen
from storage.workspaces import Workspace

NAMES = {"leads": "leads_channel_id", "approvals": "approvals_channel_id", "kpi": "digest_channel_id"}
PAGE = 200


async def find_channels(desk: Desk, workspace: Workspace) -> None:
    """Remember #leads, #approvals and #kpi where the workspace has not chosen others.

    A channel that does not exist stays unset: its cards go to people's direct messages until the next start finds it.
    """
    unset = {name: column for name, column in NAMES.items() if getattr(workspace, column) is None}
    found = await _named(desk, unset) if unset else {}
    if found:
        await desk.workspaces.set_channels(workspace.id, {unset[name]: channel for name, channel in found.items()})
    for name in unset.keys() - found.keys():
        log.warning("channel_not_found", name=name)


async def look_at(desk: Desk, channel_id: str) -> ChannelSeen:
    """Return a channel as Slack shows it to the app; `chat:write.public` lets it post in every public one."""
    try:
        found = (await desk.client.conversations_info(channel=channel_id))["channel"]
    except SlackApiError as error:
        if error.response.get("error") != "channel_not_found":
            raise
        return ChannelSeen(channel_id, is_there=False)
    may_post = bool(found.get("is_member")) or not found.get("is_private")
    return ChannelSeen(
        channel_id, str(found.get("name") or ""), is_archived=bool(found.get("is_archived")), may_post=may_post
    )


async def _named(desk: Desk, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor = ""
    while True:
        page = await desk.client.conversations_list(exclude_archived=True, limit=PAGE, cursor=cursor or None)
        found |= {channel["name"]: channel["id"] for channel in page["channels"] if channel["name"] in names}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor or len(found) == len(names):
            return found
