"""Where cards go: the workspace's channels, found by their names once."""

from bot.slack.calls import Desk, log
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


async def _named(desk: Desk, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor = ""
    while True:
        page = await desk.client.conversations_list(exclude_archived=True, limit=PAGE, cursor=cursor or None)
        found |= {channel["name"]: channel["id"] for channel in page["channels"] if channel["name"] in names}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor or len(found) == len(names):
            return found
