"""The team's channels are found by name, page by page, and those it chose are left alone."""

from dataclasses import replace

import pytest
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from bot.slack.channels import find_channels, look_at
from domain.setup import ChannelSeen
from tests.acceptance.harness.fake_slack import FakeSlack
from tests.acceptance.harness.signed import open_line


class Paged(FakeSlack):
    """A workspace whose channels come on several pages."""

    def __init__(self, *pages):
        super().__init__()
        self.pages = pages

    def _answer(self, method, arguments):
        if method != "conversations.list":
            return super()._answer(method, arguments)
        number = int(arguments.get("cursor") or 0)
        following = str(number + 1) if number + 1 < len(self.pages) else ""
        channels = [{"id": f"C0{name.upper()}", "name": name} for name in self.pages[number]]
        return {"channels": channels, "response_metadata": {"next_cursor": following}}


async def found(sqlite, *pages):
    """Look for the channels; return the workspace as it stands then, the client and what was logged."""
    line = await open_line(sqlite)
    slack = Paged(*pages)
    desk = replace(line.desk, client=slack)
    workspace = await desk.workspaces.ensure("T0SANDBOX", name="Maple Homes")
    with capture_logs() as logs:
        await find_channels(desk, workspace)
    return await desk.workspaces.find("T0SANDBOX"), slack, logs


async def test_channels_on_later_pages_are_found(sqlite):
    workspace, slack, logs = await found(sqlite, ["random"], ["leads", "general"], ["approvals", "kpi"], ["more"])
    assert (workspace.leads_channel_id, workspace.approvals_channel_id) == ("C0LEADS", "C0APPROVALS")
    assert len(slack.made("conversations.list")) == 3
    assert logs == []


async def test_a_channel_that_is_not_there_stays_unset_and_is_named_in_the_log(sqlite):
    workspace, _, logs = await found(sqlite, ["leads", "kpi"])
    assert workspace.approvals_channel_id is None
    assert [(entry["event"], entry["name"]) for entry in logs] == [("channel_not_found", "approvals")]


@pytest.mark.parametrize("pages", [[["leads", "approvals", "kpi"]]])
async def test_what_was_found_once_is_not_asked_for_again(sqlite, pages):
    await found(sqlite, *pages)
    workspace, slack, _ = await found(sqlite, ["other"])
    assert workspace.leads_channel_id == "C0LEADS"
    assert slack.calls == []


class OneChannel(FakeSlack):
    """A workspace that shows one channel."""

    def __init__(self, **channel):
        super().__init__()
        self.channel = channel

    def _answer(self, method, arguments):
        return {"channel": self.channel} if method == "conversations.info" else super()._answer(method, arguments)


async def looked_at(sqlite, slack):
    line = await open_line(sqlite)
    return await look_at(replace(line.desk, client=slack), "C1")


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        ({"name": "leads", "is_member": True}, ChannelSeen("C1", "leads")),
        ({"name": "leads", "is_member": False}, ChannelSeen("C1", "leads")),
        ({"name": "old", "is_archived": True}, ChannelSeen("C1", "old", is_archived=True)),
        ({"name": "board", "is_private": True}, ChannelSeen("C1", "board", may_post=False)),
        ({"name": "board", "is_private": True, "is_member": True}, ChannelSeen("C1", "board")),
        ({}, ChannelSeen("C1")),
    ],
)
async def test_a_chosen_channel_is_seen_as_slack_shows_it(sqlite, shown, seen):
    assert await looked_at(sqlite, OneChannel(**shown)) == seen


async def test_a_chosen_channel_that_is_gone_is_no_error_and_slack_being_away_is_one(sqlite):
    slack = OneChannel()
    slack.failing["conversations.info"] = "channel_not_found"
    assert await looked_at(sqlite, slack) == ChannelSeen("C1", is_there=False)
    slack.failing["conversations.info"] = "internal_error"
    with pytest.raises(SlackApiError):
        await looked_at(sqlite, slack)
