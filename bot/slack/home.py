"""The Home tab: what needs this member now, their leads, and the two things that they do most."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.services.actors import Actor
from bot.services.board import BoardRow
from bot.services.inbound import Waiting
from bot.services.leads import STEPS_LIMIT, Board
from bot.services.sends_troubles import TroublePage
from bot.slack.blocks import Block, actions, button, context, divider, header, home, section
from bot.slack.calls import Call, Desk, log
from bot.slack.consent_card import MEDIUM_NAMES
from bot.slack.ids import Action
from bot.slack.lead_card import list_blocks
from bot.slack.mrkdwn import bold, escape, for_reader
from bot.slack.pauses import banner
from bot.slack.reply_card import reply_blocks
from bot.slack.send_card import ON_HOME, home_blocks
from bot.slack.setup_card import unfinished_blocks
from domain.deals import Stage
from storage.ladder import Task
from storage.leads import Lead

REPLIES_SHOWN = 3
NOTHING = "Nothing is waiting for you. New leads bring their follow-ups with them."


async def opened(desk: Desk, call: Call) -> None:
    """Draw Home for the member who looks at it."""
    await call.ack()
    if call.body.get("tab") == "home":
        await publish(desk, await desk.actor(call.workspace_id, call.user_id))


async def publish(desk: Desk, who: Actor) -> None:
    """Publish a member's Home; when Slack does not take it, the next look draws it again."""
    board, deals = await desk.leads.board(who), await desk.deals.waiting(who)
    waiting = Waits(await desk.inbound.queue(who), await desk.troubles.waiting(who, limit=ON_HOME))
    pauses = await desk.pauses.standing(who)
    above = [*banner(pauses), *unfinished_blocks(await desk.setup.show(who))]
    try:
        await desk.client.views_publish(user_id=who.user_id, view=home([*above, *_blocks(board, deals, waiting, who)]))
    except SlackApiError as error:
        log.warning("home_not_published", user_id=who.user_id, error=error.response.get("error"))


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a member's word: replies, and messages that went wrong."""

    replies: Sequence[Waiting]
    sends: TroublePage


def _blocks(board: Board, deals: Sequence[BoardRow], waits: Waits, who: Actor) -> list[Block]:
    buttons = [
        button("New lead", Action.NEW_LEAD, "new", style="primary"),
        button("Price an offer", Action.PRICE, "0"),
    ]
    return [
        actions(buttons, block_id="quick_actions"),
        header("Needs you now"),
        *_apart(_replies(waits.replies, who), home_blocks(waits.sends), _needed(board, deals)),
        divider(),
        section(f"{bold('The team today')}\n{_numbers(board)}"),
        divider(),
        *list_blocks("Your newest leads", board.leads, who),
        context(f"As of {for_reader(board.now)} · configurable defaults, not legal advice"),
    ]


def _apart(*groups: Sequence[Block]) -> list[Block]:
    """What needs the member, with a line between one kind and the next."""
    shown = [block for group in groups if group for block in (divider(), *group)]
    return shown[1:] or [section(NOTHING)]


def _replies(replies: Sequence[Waiting], who: Actor) -> list[Block]:
    """The replies that wait for a person, which hold everything to who wrote them: the first, and how many more."""
    if not replies:
        return []
    more = len(replies) - REPLIES_SHOWN
    rest = [context(f"{more} more: `/policy replies` lists them.")] if more > 0 else []
    shown = (block for each in replies[:REPLIES_SHOWN] for block in reply_blocks(each, who))
    title = "Replies that wait for a person"
    return [
        section(f"{bold(title)}\nThey may be opt-outs: nothing is sent to who wrote them."),
        *shown,
        *rest,
    ]


def _numbers(board: Board) -> str:
    leads = f"{board.leads_today} new {'lead' if board.leads_today == 1 else 'leads'}"
    stages = " · ".join(f"{stage.label} {board.pipeline[stage]}" for stage in Stage if board.pipeline.get(stage))
    return f"{leads}\nDeals by stage: {stages or 'none yet'}"


def _needed(board: Board, deals: Sequence[BoardRow]) -> list[Block]:
    """The next follow-ups and what deals wait for: seven lines at most."""
    steps = board.next_steps[: STEPS_LIMIT - len(deals)]
    lines = [_step(task, lead, overdue=task.due_at <= board.now) for task, lead in steps]
    return [*lines, *(_deal(row) for row in deals)]


def _deal(row: BoardRow) -> Block:
    number, lack = row.deal.number, ":warning: no next action. " if row.next.is_lacking else ""
    text = (
        f"{bold(f'D-{number}')} {escape(row.lead.name)}, {row.deal.stage.label.lower()}: {lack}{escape(row.next.text)}"
    )
    return section(text, accessory=button("Open", Action.SHOW_DEAL, str(number)), block_id=f"deal_{number}")


def _step(task: Task, lead: Lead, *, overdue: bool) -> Block:
    when = bold("due now") if overdue else f"due {for_reader(task.due_at)}"
    text = f"{MEDIUM_NAMES[task.medium]} {bold(escape(lead.name))}, step {task.step}: {when}"
    return section(text, accessory=button("Open", Action.SHOW_LEAD, str(lead.number)), block_id=f"step_{task.id}")
