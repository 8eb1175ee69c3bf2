"""`/policy` in Slack: the contact policies, the form in which admins change them, and what else guards contacts."""

from collections.abc import Mapping
from typing import Any

from bot.services.actors import Actor
from bot.services.policies import PolicyChanged
from bot.slack import pauses, proofs, replies_queue, sends, why
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.policy_card import list_blocks, list_text, preview_text, saved_view, shown_blocks, shown_text
from bot.slack.policy_form import policy_view, read_change, read_enabled, read_rules, read_seen, redrawn
from domain.errors import RuleBroken
from domain.policy_command import (
    EditPolicy,
    ListPolicies,
    PauseOutreach,
    PolicyHelp,
    PolicyMiss,
    ResumeOutreach,
    ShowPolicy,
    ShowProof,
    ShowReplies,
    ShowSends,
    WhyContact,
    parse_policy_command,
)

HELP = """*What `/policy` does*
`/policy` lists every contact policy with today's hours, in their local time
`/policy ON Toronto` shows one: its rules, who says so, and its last versions
`/policy edit ON Toronto` changes it (admins)
`/policy why L-7` or `/policy why +1 604 555 0134` says whether somebody may be contacted now, and why
`/policy pause [place] reason` stops outreach, `/policy resume [place]` lets it go on (admins)
`/policy replies` lists the replies that wait for a person
`/policy sends` lists the messages that failed, or may not have arrived
`/policy proof L-7` shows all that is kept about an address (admins)"""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/policy` asks for."""
    match parse_policy_command(call.text):
        case ListPolicies():
            await call.ack(**await _listed(desk, call))
        case ShowPolicy(place):
            await call.ack(**await _shown(desk, call, place))
        case EditPolicy(place):
            await _open(desk, call, place)
        case PolicyHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case PolicyMiss(words, meant):
            await call.ack(text=_missed(words, meant, call.text), response_type="ephemeral")
        case other:
            await _about_people(desk, call, other)


async def _about_people(
    desk: Desk, call: Call, asked: WhyContact | PauseOutreach | ResumeOutreach | ShowReplies | ShowSends | ShowProof
) -> None:
    """Hand on what other subjects answer."""
    match asked:
        case WhyContact(subject):
            await why.show(desk, call, subject)
        case PauseOutreach(text):
            await pauses.pause(desk, call, text)
        case ResumeOutreach(text):
            await pauses.resume(desk, call, text)
        case ShowReplies():
            await replies_queue.show(desk, call)
        case ShowSends():
            await sends.show(desk, call)
        case ShowProof(subject):
            await proofs.show(desk, call, subject)


async def show_chosen(desk: Desk, call: Call) -> None:
    """Show the policy that was chosen in the list, below it."""
    await call.ack()
    shown = await _shown(desk, call, call.action["selected_option"]["value"])
    await desk.tell(call, shown["text"], shown["blocks"])


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form with the rules that stand where the button was shown."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, policy_view(await desk.policies.edit(who, call.action["value"])))


async def recompute(desk: Desk, call: Call) -> None:
    """Redraw what the change does with what is typed so far."""
    await call.ack()
    await redraw_view(desk, call, redrawn(call.view, await _previewed(desk, call)))


async def submitted(desk: Desk, call: Call) -> None:
    """Store the change, and show it in the modal's place.

    What is wrong with a field is said there; what is refused as a whole (no admin, overtaken) at the first field.
    """
    change = read_change(call.view)
    if isinstance(change, Mapping):
        await call.ack(response_action="errors", errors=change)
        return
    request = request_key(call.view, form_values(call.view))

    async def keep() -> PolicyChanged:
        who = await desk.actor(call.workspace_id, call.user_id)
        return await desk.policies.upsert_policy(who, change, request)

    changed = await save(desk, call, keep(), field_name="windows")
    if changed:
        await call.ack(response_action="update", view=saved_view(changed))


async def _listed(desk: Desk, call: Call) -> dict[str, Any]:
    listed = await desk.policies.list(await desk.actor(call.workspace_id, call.user_id))
    return {"text": list_text(listed), "blocks": list_blocks(listed), "response_type": "ephemeral"}


async def _shown(desk: Desk, call: Call, place: str) -> dict[str, Any]:
    shown = await desk.policies.show(await desk.actor(call.workspace_id, call.user_id), place)
    return {"text": escape(shown_text(shown)), "blocks": shown_blocks(shown), "response_type": "ephemeral"}


async def _open(desk: Desk, call: Call, place: str) -> None:
    """Open the form; who may not, or names no place, is answered instead."""
    shown = await desk.policies.edit(await desk.actor(call.workspace_id, call.user_id), place)
    await call.ack()
    await open_view(desk, call, policy_view(shown))


async def _previewed(desk: Desk, call: Call) -> str:
    """Return what the change would do, or the sentence that says what is wrong."""
    who = Actor(call.workspace_id, call.user_id)
    try:
        rules = read_rules(call.view)
        preview = await desk.policies.preview(who, read_seen(call.view), enabled=read_enabled(call.view), rules=rules)
    except RuleBroken as broken:
        return escape(str(broken))
    return preview_text(preview)


def _missed(words: str, meant: str | None, text: str) -> str:
    if meant:
        rest = text.partition(" ")[2]
        return f"Did you mean `{escape(f'/policy {meant} {rest}'.strip())}`? `/policy help` says what there is."
    return (
        f"“{escape(words)}” is no place that I know a policy for. Write a province, a market or both: "
        "`/policy ON Toronto`. `/policy help` says what there is."
    )
