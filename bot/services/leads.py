"""Leads: capturing one, showing one, finding them, and remembering where their cards stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.services import flow
from bot.services.actors import Actor
from bot.services.deal_facts import buyer_pays
from bot.services.evidence import Worth, worth_of
from bot.services.findings import facts_of, find_out
from bot.services.liquidity import liquidity_score
from bot.services.matching import BuyerIndex, Ranking
from bot.services.numbered import lead_numbered
from bot.services.recipients import recipient_of_lead
from bot.services.searching import search_words
from bot.services.why import answer_about
from domain.contact import email_key
from domain.gate import GateVerdict
from domain.hours_text import hours_text
from domain.leads import LeadDraft
from domain.liquidity import Liquidity
from domain.matching import MIN_FIT, DealFacts
from domain.policy import Medium, Policy, effective_policy
from domain.property_types import PropertyType
from domain.tasks import OPEN
from storage.base import Tx
from storage.contacts import LedgerEntry, ledger_of
from storage.database import Database
from storage.deals import Deal, deal_of
from storage.ladder import Task, tasks_of
from storage.leads import (
    Brief,
    Lead,
    brief_of,
    leads_of,
    search_leads,
)
from storage.policies import market_policies
from storage.requests import RequestKey, begin_request, finish_request
from storage.sends import Send, get_send

LIST_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured lead: its ids, and what the flow found; `repeated` when an earlier delivery had stored it."""

    lead_id: int
    number: int
    deal_id: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class TextingWindow:
    """When the policy row of a lead's place lets the seller be texted, and called: in words, by which row, and whether
    the gate would let a text leave now; None without a number."""

    hours: str
    row: str
    verdict: GateVerdict | None
    calls: str = "never"


@dataclass(frozen=True, slots=True)
class LeadCard:
    """All that a lead's card shows. `window` is when the seller may be texted by the policy row; None
    where no zone is known. `ranking` counts the buyers whose fit reaches the bar, and names as many as were asked
    for; `worth` is what the deal's ARV rests on where it comes from comparable sales. `draft` is the text that was
    drafted for the step that comes first."""

    lead: Lead
    brief: Brief | None
    deal: Deal | None
    tasks: tuple[Task, ...]
    consents: tuple[LedgerEntry, ...]
    liquidity: Liquidity | None
    ranking: Ranking
    window: TextingWindow | None
    now: datetime
    worth: Worth | None = None
    draft: Send | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """A wish to capture a lead. `request` is set where a delivery may come twice; fits below `min_fit` don't count."""

    draft: LeadDraft
    request: RequestKey | None = None
    min_fit: float = field(default=MIN_FIT)


class Leads:
    """What a rep can do with leads."""

    def __init__(self, database: Database, clock: Clock, index: BuyerIndex | None = None) -> None:
        """`index` is the program's one; whoever brings none gets one of their own."""
        self._database = database
        self._clock = clock
        self._index = index or BuyerIndex()

    async def prepare(self, workspace_id: str) -> None:
        """Read the buyers whom leads are matched with, so that the first lead need not wait for it."""
        await self._index.fill(self._database, workspace_id)

    async def capture(self, who: Actor, wish: Capture) -> Captured:
        """Store a lead with its ladder, brief, deal, offer evidence and KPI events in one transaction.

        The same request again returns the first result. A part that fails (ladder, offer, ...) leaves the lead
        standing and is named on its card. Raises `DatabaseUnavailable`; nothing is stored then.
        """
        now = self._clock.now()
        return await self._database.write(who.workspace_id, lambda tx: _capture(tx, self._index, who, wish, now))

    async def card(self, who: Actor, number: int, *, min_fit: float = MIN_FIT, listed: int = 0) -> LeadCard:
        """Return what the card of L-{number} shows now; it counts the buyers whose fit reaches `min_fit`, and names the
        best `listed` of them.

        Raises `LeadNotFound`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> LeadCard:
            lead = lead_numbered(tx, number)
            return _card(tx, lead, now, lambda deal: self._index.rank(tx, deal, now=now, limit=listed, min_fit=min_fit))

        return await self._database.read(who.workspace_id, work)

    async def find(self, who: Actor, text: str) -> list[Lead]:
        """Return the newest leads in whose name, address, phone or e-mail every word of `text` stands."""
        words = search_words(text)
        if not words:
            return []
        return await self._database.read(who.workspace_id, lambda tx: search_leads(tx, words, limit=LIST_LIMIT))

    async def mine(self, who: Actor) -> list[Lead]:
        """Return the member's own newest leads."""
        return await self._database.read(who.workspace_id, lambda tx: leads_of(tx, who.user_id, limit=LIST_LIMIT))


def _capture(tx: Tx, index: BuyerIndex, who: Actor, wish: Capture, now: datetime) -> Captured:
    if wish.request and (earlier := begin_request(tx, wish.request, now=now)):
        return Captured(**earlier, repeated=True)
    found = find_out(tx, wish.draft, index, now=now, min_fit=wish.min_fit)
    ids = flow.store(tx, flow.Run(who, wish.draft, found, now))
    result: Mapping[str, Any] = {"lead_id": ids.lead_id, "number": ids.lead_number, "deal_id": ids.deal_id}
    if wish.request:
        finish_request(tx, wish.request, result)
    return Captured(**result)


def _card(tx: Tx, lead: Lead, now: datetime, rank: Callable[[DealFacts], Ranking]) -> LeadCard:
    brief, deal = brief_of(tx, lead.id), deal_of(tx, lead.id)
    kind = (brief and brief.property_type) or PropertyType.SFR
    price = buyer_pays(deal, lead) if deal else lead.asking_price
    facts = facts_of(lead, brief, region=lead.region, price=price)
    addresses = filter(None, (lead.phone, lead.email and email_key(lead.email)))
    tasks = tuple(tasks_of(tx, lead.id))
    return LeadCard(
        lead=lead,
        brief=brief,
        deal=deal,
        tasks=tasks,
        consents=tuple(ledger_of(tx, addresses)),
        liquidity=liquidity_score(tx, lead.province, lead.market, kind, now=now),
        ranking=rank(facts),
        window=_window(tx, lead, now),
        now=now,
        worth=worth_of(tx, deal),
        draft=_draft(tx, tasks),
    )


def _draft(tx: Tx, tasks: tuple[Task, ...]) -> Send | None:
    """The text of the open step that comes first, where one was drafted."""
    first = min((task for task in tasks if task.state in OPEN), key=lambda task: (task.due_at, task.id), default=None)
    return get_send(tx, first.send_id) if first and first.send_id else None


def _window(tx: Tx, lead: Lead, now: datetime) -> TextingWindow | None:
    """When the seller may be texted, and what the gate says now; None without a place or a policy row."""
    if lead.province is None or not lead.zones:
        return None
    policy, verdict = _asked(tx, lead, lead.phone, now) if lead.phone else (_policy_of(tx, lead), None)
    if policy is None:
        return None
    row = f"{policy.name()} v{policy.version}"
    if not policy.rules or not policy.enabled:
        return TextingWindow("never", row, verdict)
    texts, calls = (hours_text(policy.rules, medium) for medium in (Medium.SMS, Medium.CALL))
    return TextingWindow(texts, row, verdict, calls)


def _asked(tx: Tx, lead: Lead, phone: str, now: datetime) -> tuple[Policy | None, GateVerdict]:
    return answer_about(tx, recipient_of_lead(tx, lead, phone), Medium.SMS, now)


def _policy_of(tx: Tx, lead: Lead) -> Policy | None:
    return effective_policy(market_policies(tx, lead.province or "", lead.market), lead.province, lead.market)
