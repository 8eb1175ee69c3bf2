"""The Home tab: what needs this member now, their pipeline, what the team did today, and what they do most."""

import asyncio
from collections.abc import Mapping, Sequence

from slack_sdk.errors import SlackApiError

from bot.services.actors import Actor
from bot.services.board import BoardRow
from bot.services.home import HomeShown
from bot.services.setup import SetupShown
from bot.slack.blocks import Block, actions, button, context, divider, header, home, section
from bot.slack.calls import Call, Desk, log
from bot.slack.home_needs import (
    AT_FIRST,
    BACK,
    MOST,
    ON_PAGE,
    Need,
    Needs,
    all_button,
    listed,
    needs_of,
    task_line,
    turning,
)
from bot.slack.ids import Action
from bot.slack.lead_card import list_blocks
from bot.slack.mrkdwn import bold, escape, for_reader
from bot.slack.pauses import banner
from bot.slack.setup_card import CHECKLIST, unfinished_blocks
from domain.deals import Stage
from domain.kpis import Kpi

NOTHING = "Nothing is waiting for you. New leads bring their follow-ups with them."
_COUNTED = {
    Kpi.CALL_LOGGED: ("call", "calls"),
    Kpi.SMS_SENT: ("text sent", "texts sent"),
    Kpi.EMAIL_SENT: ("e-mail sent", "e-mails sent"),
    Kpi.FOLLOWUP_COMPLETED: ("follow-up done", "follow-ups done"),
    Kpi.OFFER_PRESENTED: ("offer presented", "offers presented"),
}


async def opened(desk: Desk, call: Call) -> None:
    """Draw Home for the member who looks at it."""
    await call.ack()
    if call.body.get("tab") == "home":
        await publish(desk, await desk.actor(call.workspace_id, call.user_id))


async def turn(desk: Desk, call: Call) -> None:
    """Show a page of all that needs the member, or Home as it is at first."""
    await call.ack()
    value = call.action["value"]
    await publish(desk, await desk.actor(call.workspace_id, call.user_id), start=None if value == BACK else int(value))


async def publish(desk: Desk, who: Actor, *, start: int | None = None) -> None:
    """Publish a member's Home; when Slack does not take it, the next look draws it again. With a `start` it is the page
    of all that needs them which begins there."""
    most = min(AT_FIRST + 1 if start is None else start + ON_PAGE + 1, MOST)
    shown, approvals, sends, replies = await asyncio.gather(
        desk.home.show(who, most=most),
        desk.approvals.waiting(who, limit=most),
        desk.troubles.waiting(who, limit=most),
        desk.inbound.queue(who),
    )
    needs = needs_of(Needs(shown, approvals, sends, replies[:most]), who)
    if start is not None and start < len(needs):
        blocks = _page(needs, start)
    else:
        deals, setup = await desk.deals.waiting(who), await desk.setup.show(who)
        above = [*banner(await desk.pauses.standing(who)), *unfinished_blocks(setup)]
        blocks = [*above, *_first(needs), *_below(shown, deals, who), *_actions(setup), *_foot(shown)]
    try:
        await desk.client.views_publish(user_id=who.user_id, view=home(blocks))
    except SlackApiError as error:
        log.warning("home_not_published", user_id=who.user_id, error=error.response.get("error"))


def _first(needs: Sequence[Need]) -> list[Block]:
    shown = list(listed(needs[:AT_FIRST])) or [section(NOTHING)]
    return [header("Needs you now"), *shown, *all_button(len(needs))]


def _page(needs: Sequence[Need], start: int) -> list[Block]:
    return [header("All that needs you"), *listed(needs[start : start + ON_PAGE]), *turning(start, len(needs))]


def _below(shown: HomeShown, deals: Sequence[BoardRow], who: Actor) -> list[Block]:
    coming = [section(bold("Coming up")), *(task_line(task, lead, shown.now) for task, lead in shown.coming)]
    return [
        divider(),
        *(coming if shown.coming else []),
        section(f"{bold('Your pipeline')}\n{_stages(shown.mine) or 'No deals yet.'}"),
        *map(_deal, deals),
        *list_blocks("Your newest leads", shown.newest, who),
        divider(),
        section(f"{bold('The team today')}\n{_today(shown)}"),
    ]


def _today(shown: HomeShown) -> str:
    leads = f"{shown.leads_today} new {'lead' if shown.leads_today == 1 else 'leads'}"
    done = [f"{count} {_COUNTED[kpi][count != 1]}" for kpi, count in shown.today.items()]
    return f"{' · '.join([leads, *done])}\nDeals by stage: {_stages(shown.team) or 'none yet'}"


def _stages(counts: Mapping[Stage, int]) -> str:
    return " · ".join(f"{stage.label} {counts[stage]}" for stage in Stage if counts.get(stage))


def _deal(row: BoardRow) -> Block:
    number, lack = row.deal.number, ":warning: no next action. " if row.next.is_lacking else ""
    text = (
        f"{bold(f'D-{number}')} {escape(row.lead.name)}, {row.deal.stage.label.lower()}: {lack}{escape(row.next.text)}"
    )
    return section(text, accessory=button("Open", Action.SHOW_DEAL, str(number)), block_id=f"deal_{number}")


def _actions(setup: SetupShown) -> list[Block]:
    buttons = [
        button("New lead", Action.NEW_LEAD, "new", style="primary"),
        button("Price an offer", Action.PRICE, "0"),
    ]
    settings = [button("Settings", Action.SET_UP, CHECKLIST)] if setup.may_change else []
    return [actions([*buttons, *settings], block_id="quick_actions")]


def _foot(shown: HomeShown) -> list[Block]:
    return [context(f"As of {for_reader(shown.now)} · configurable defaults, not legal advice")]
