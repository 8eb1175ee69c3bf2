"""A post as it is drawn: where it goes, in which thread, and what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.services.actors import Actor
from bot.slack.blocks import Block, section
from bot.slack.calls import Desk
from storage.leads import Lead
from storage.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Drawn:
    """One post, ready to leave: to which channel (or person), in which thread, and what it shows.

    `names` go into its metadata. `stands_at` is where it stands already and must not be posted again; with `since` one
    of these names may stand that somebody posted from that instant on.
    """

    channel: str
    text: str
    blocks: Sequence[Block]
    thread_ts: str | None = None
    names: Mapping[str, object] = field(default_factory=dict)
    stands_at: Mapping[str, object] | None = None
    since: datetime | None = None


async def place_of(desk: Desk, who: Actor, lead: Lead | None) -> tuple[str, str | None]:
    """The thread of a lead's card; the leads channel where it has no card, the approvals channel without a lead."""
    if lead and lead.channel_id and lead.card_ts:
        return lead.channel_id, lead.card_ts
    return await channel_for(desk, who, lead, approvals=lead is None), None


async def channel_for(desk: Desk, who: Actor, lead: Lead | None = None, *, approvals: bool = False) -> str:
    """Where something is posted. A lead's rep hears of it in direct messages where the team has no such channel; with
    nobody to tell it is empty, which Slack refuses, and an admin is asked."""
    found = await desk.workspaces.find(who.workspace_id)
    return (_approvals(found) if approvals else _leads(found)) or (lead and lead.rep_id) or ""


def _leads(found: Workspace | None) -> str | None:
    return found.leads_channel_id if found else None


def _approvals(found: Workspace | None) -> str | None:
    return (found.approvals_channel_id or found.leads_channel_id) if found else None


def gone(text: str) -> tuple[str, list[Block]]:
    """Return what a post says whose rows are gone."""
    return text, [section(text)]
