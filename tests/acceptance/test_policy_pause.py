"""`/policy pause` and `/policy resume` through the whole bot: the form, the banner, the channel, and who may not."""

import pytest

from storage.pauses import market_pause
from storage.workspaces import workspace
from tests.acceptance.harness.rows import change, count, rows
from tests.acceptance.harness.texts import words


async def opened(stand, text=""):
    """The form behind `/policy pause`."""
    return (await stand.command("/policy", f"pause {text}".strip(), user="sam"))["view"]


def chosen(view):
    (place,) = [block for block in view["blocks"] if block.get("block_id") == "place"]
    return place["element"]["initial_option"]["value"]


async def said(stand, text, *, user="sam"):
    return words((await stand.command("/policy", text, user=user))["reply"])


async def test_an_admin_pauses_a_market_and_everybody_reads_it(stand):
    view = await opened(stand, "ON Toronto: a complaint <!channel>")
    assert chosen(view) == "ON|Toronto"
    answer = await stand.submit(view, {}, user="sam")

    assert "Outreach in ON/Toronto is paused" in words(answer["view"])
    assert "`/policy resume ON Toronto` lets it go on." in words(answer["view"])
    assert await count(stand.database, market_pause) == 1
    (posted,) = [row for row in await stand.messages("approvals") if "is paused" in row["text"]]
    assert "a complaint &lt;!channel&gt;" in posted["text"]
    assert "Outreach in ON/Toronto is paused" in await said(stand, "", user="dana")


async def test_a_pause_shows_in_why_and_is_taken_back(socket):
    await socket.capture()
    await socket.submit(await opened(socket), {"Reason": "an audit"}, user="sam")

    assert "All outreach is paused" in await said(socket, "why L-1", user="dana")
    assert "*No*" in await said(socket, "why L-1", user="dana")
    assert "Outreach goes on" in await said(socket, "resume")
    assert "paused" not in await said(socket, "why L-1", user="dana")
    (row,) = await rows(socket.database, workspace)
    assert (row.outreach_paused, row.outreach_paused_reason) == (False, None)


async def test_a_missing_reason_is_asked_for_at_its_field_and_a_second_pause_at_the_place(socket):
    view = await opened(socket, "BC")
    answer = await socket.submit(view, {"Reason": "   "}, user="sam")
    assert list(answer["errors"]) == ["reason"]

    await socket.submit(view, {"Reason": "fires"}, user="sam")
    again = await socket.submit(await opened(socket, "BC more fires"), {}, user="sam")
    assert "is paused already" in again["errors"]["place"]


@pytest.mark.parametrize("user", ["dana", "lee"])
@pytest.mark.parametrize("text", ["pause ON", "resume"])
async def test_who_may_not_is_told_so(socket, user, text):
    assert "Only an admin of this workspace may pause or resume outreach" in await said(socket, text, user=user)


@pytest.mark.parametrize(
    ("text", "says"), [("resume", "is not paused. Nothing is paused."), ("resume Narnia", '"Narnia" is no province')]
)
async def test_resuming_nothing_says_so(socket, text, says):
    assert says in await said(socket, text)


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_channel_that_cannot_be_told_is_no_reason_not_to_stop(line, sqlite, is_known):
    line.slack.failing["chat.postMessage"] = "channel_not_found"
    if not is_known:
        await change(sqlite, workspace, {"approvals_channel_id": None})
    await line.command("pause ON a complaint\0", name="/policy", user="U0SAM")
    answer = await line.submit(line.slack.opened(), user="U0SAM")

    assert "Outreach in ON/ALL is paused" in words(answer.body["view"])
    assert bool(line.slack.made("chat.postMessage")) is is_known
    assert "goes on" in (await line.command("resume ON", name="/policy", user="U0SAM")).text
