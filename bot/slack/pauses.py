"""The kill switch in Slack: `/policy pause` and `/policy resume`, and the banner that says what is stopped."""

from collections.abc import Sequence
from functools import cache

from slack_sdk.errors import SlackApiError

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.workspaces import MARKET_ROWS
from bot.slack.blocks import Block, context, modal, section, select, text_input
from bot.slack.calls import Call, Desk, log, open_view, save
from bot.slack.ids import View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape, for_reader
from domain.geo import ALL, PROVINCES
from domain.pauses import Pause, PauseWish, read_pause
from domain.policy_places import PolicyPlace

REASON_SHOWN = 200
TEAM = "team"


def banner(pauses: Sequence[Pause]) -> list[Block]:
    """Return what stands at the head of whatever is approved or sent from: nothing while nothing is stopped."""
    if not pauses:
        return []
    return [section("\n".join(f":octagonal_sign: {pause_line(pause)}" for pause in pauses), block_id="paused")]


def pause_line(pause: Pause) -> str:
    """Return one stop in words: what is stopped, by whom, since when and why."""
    what = f"Outreach in {escape(pause.place)} is paused" if pause.place else "All outreach is paused"
    why = escape(pause.reason, REASON_SHOWN)
    return f"{bold(what)} by <@{pause.paused_by}> since {for_reader(pause.paused_at)}: {why}"


async def pause(desk: Desk, call: Call, text: str) -> None:
    """Open the form of the switch, filled with what was typed: it takes a reason, and shows which place was read."""
    desk.pauses.check(await desk.actor(call.workspace_id, call.user_id))
    await call.ack()
    await open_view(desk, call, pause_view(read_pause(text)))


async def submitted(desk: Desk, call: Call) -> None:
    """Stop outreach, and tell the person and the approvals channel."""
    values = form_values(call.view)
    place = _place(str(values["place"]))
    who = await desk.actor(call.workspace_id, call.user_id)
    reason = readable(values.get("reason") or "")
    stopped = await save(desk, call, desk.pauses.pause(who, place, reason), field_name="place")
    if stopped:
        await call.ack(response_action="update", view=_paused_view(stopped))
        await _announce(desk, who, f":octagonal_sign: {pause_line(stopped)}")


async def resume(desk: Desk, call: Call, text: str) -> None:
    """Let outreach go on at a place, or for the whole team; say what is stopped still."""
    who = await desk.actor(call.workspace_id, call.user_id)
    resumed = await desk.pauses.resume(who, text)
    where = f" in {escape(resumed.pause.place)}" if resumed.pause.place else ""
    said = f":arrow_forward: {bold(f'Outreach{where} goes on')}: <@{who.user_id}> resumed it."
    left = [f":octagonal_sign: {pause_line(each)}" for each in resumed.left]
    await call.ack(text="\n".join([said, *left]), response_type="ephemeral")
    await _announce(desk, who, said)


def pause_view(wish: PauseWish) -> Block:
    """Return the form of the kill switch."""
    chosen = f"{wish.place.province}|{wish.place.market}" if wish.place else TEAM
    return modal(
        View.PAUSE,
        "Pause outreach",
        [
            section("Nothing leaves while outreach is paused: no text, no e-mail, and no call is offered."),
            select("place", "What to pause", _places(), initial=chosen, optional=False),
            text_input(
                "reason",
                "Reason",
                initial=wish.reason,
                hint="Everybody who wants to send something reads it.",
                optional=False,
                multiline=True,
            ),
        ],
        submit="Pause",
    )


def _paused_view(stopped: Pause) -> Block:
    place = f" {stopped.place.replace('/', ' ')}" if stopped.place else ""
    blocks = [section(f":octagonal_sign: {pause_line(stopped)}"), context(f"`/policy resume{place}` lets it go on.")]
    return modal(View.PAUSED, "Paused", blocks, close="Done")


async def _announce(desk: Desk, who: Actor, text: str) -> None:
    """Tell the people who approve; a channel that is not there is no reason not to stop."""
    workspace = await desk.workspaces.find(who.workspace_id)
    if workspace is None or workspace.approvals_channel_id is None:
        return
    try:
        await desk.client.chat_postMessage(channel=workspace.approvals_channel_id, text=text)
    except SlackApiError as error:
        log.warning("pause_not_announced", error=error.response.get("error"))


@cache
def _places() -> dict[str, str]:
    """What can be stopped, by value: the team, each province, each market."""
    provinces = {f"{code}|{ALL}": f"All of {name}" for code, name in PROVINCES.items()}
    markets = {f"{province}|{market}": f"{market}, {province}" for province, market in MARKET_ROWS}
    return {TEAM: "The whole team", **provinces, **markets}


def _place(value: str) -> PolicyPlace | None:
    province, _, market = value.partition("|")
    return PolicyPlace(province, market) if market else None
