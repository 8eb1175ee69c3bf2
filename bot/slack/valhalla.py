"""`/valhalla` in Slack: what stands, the set-up step by step, and the roles."""

from collections.abc import Mapping

from bot.services.actors import Actor
from bot.services.setup import SetupShown, StepRefused
from bot.slack import templates
from bot.slack.calls import Call, Desk, open_view, redraw_view, save
from bot.slack.channels import look_at
from bot.slack.errors import first_input
from bot.slack.mrkdwn import escape
from bot.slack.people import meet, person_meant
from bot.slack.setup_card import CHECKLIST, changed_text, checklist_view, roles_blocks, status_blocks, status_text
from bot.slack.setup_form import read_changed, read_roles, read_step, step_view
from domain.roles import may_administer
from domain.setup import ChannelSeen, SetupStep
from domain.setup_command import (
    GiveRole,
    ListRoles,
    OpenSetup,
    SetupHelp,
    SetupMiss,
    ShowStatus,
    ShowTemplates,
    parse_setup_command,
)

HELP = """*What `/valhalla` does*
`/valhalla` shows what runs and is connected, what is paused, and what the set-up lacks
`/valhalla setup` walks an admin through it, `/valhalla setup day` one step: business, channels, day, limits, roles
`/valhalla roles` lists who has which role
`/valhalla role @lee approver` gives somebody a role: rep, approver or admin (admins)
`/valhalla templates` lists the messages that are drafted; `/valhalla templates offer` opens one to read or change"""
CHANNEL = "_channel_id"
"""How the names of the settings that hold a channel end."""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/valhalla` asks for."""
    match parse_setup_command(call.text):
        case ShowStatus():
            status = await desk.setup.status(await desk.actor(call.workspace_id, call.user_id))
            await call.ack(text=status_text(status), blocks=status_blocks(status), response_type="ephemeral")
        case OpenSetup(step):
            await _open(desk, call, step)
        case ListRoles():
            await _list_roles(desk, call)
        case GiveRole() as given:
            await _give_role(desk, call, given)
        case ShowTemplates(words):
            await templates.show(desk, call, words)
        case SetupHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case SetupMiss(words, meant):
            await call.ack(text=_missed(words, meant), response_type="ephemeral")


async def open_clicked(desk: Desk, call: Call) -> None:
    """Show the step of the button: in the place of the checklist, else in a form of its own."""
    value = call.action["value"]
    step = None if value == CHECKLIST else SetupStep(value)
    if call.view.get("type") != "modal":
        await _open(desk, call, step)
        return
    shown = await desk.setup.open(await desk.actor(call.workspace_id, call.user_id))
    await call.ack()
    await redraw_view(desk, call, _page(shown, step))


async def submitted(desk: Desk, call: Call) -> None:
    """Keep a step and show the next one, or the checklist after the last; what is wrong is said at its field."""
    step = read_step(call.view)
    who = await desk.actor(call.workspace_id, call.user_id)
    work = _keep_roles(desk, call, who) if step is SetupStep.ROLES else _keep_settings(desk, call, who)
    try:
        shown = await save(desk, call, work, field_name=first_input(call.view))
    except StepRefused as refused:
        await call.ack(response_action="errors", errors=dict(refused.errors))
        return
    if shown:
        view = step_view(step.next, shown) if step.next else checklist_view(shown)
        await call.ack(response_action="update", view=view)


async def _open(desk: Desk, call: Call, step: SetupStep | None) -> None:
    """Open a step, None for the first that lacks something; who may not is told so instead."""
    shown = await desk.setup.open(await desk.actor(call.workspace_id, call.user_id))
    await call.ack()
    await open_view(desk, call, _page(shown, step))


def _page(shown: SetupShown, step: SetupStep | None) -> Mapping[str, object]:
    """The page of a step; without one the first that lacks something, and the checklist when all is done."""
    chosen = step or shown.first_open
    return step_view(chosen, shown) if chosen else checklist_view(shown)


async def _keep_settings(desk: Desk, call: Call, who: Actor) -> SetupShown:
    desk.setup.check(who)
    typed: dict[str, str | ChannelSeen] = {}
    for name, value in read_changed(call.view).items():
        typed[name] = await look_at(desk, value) if name.endswith(CHANNEL) and value else value
    return await desk.setup.save(who, typed)


async def _keep_roles(desk: Desk, call: Call, who: Actor) -> SetupShown:
    """Give the roles that were chosen; whoever gave up being an admin sees the checklist all the same."""
    desk.members.check(who)
    roles = read_roles(call.view)
    for person in roles:
        await meet(desk, who.workspace_id, person)
    await desk.members.assign(who, roles)
    return await desk.setup.show(who)


async def _list_roles(desk: Desk, call: Call) -> None:
    who = await desk.actor(call.workspace_id, call.user_id)
    members = await desk.members.list(who)
    blocks = roles_blocks(members, may_change=may_administer(who.role))
    await call.ack(text=f"{len(members)} members", blocks=blocks, response_type="ephemeral")


async def _give_role(desk: Desk, call: Call, given: GiveRole) -> None:
    who = await desk.actor(call.workspace_id, call.user_id)
    desk.members.check(who)
    person = await person_meant(desk, given.person)
    await meet(desk, who.workspace_id, person)
    changes = await desk.members.assign(who, {person: given.role})
    same = f"<@{person}> has that role already."
    await call.ack(text=changed_text(changes) or same, response_type="ephemeral")


def _missed(words: str, meant: str | None) -> str:
    if meant:
        return f"Did you mean `/valhalla {meant}`? `/valhalla help` says what there is."
    return f"“{escape(words)}” is nothing that `/valhalla` does. `/valhalla help` says what there is."
