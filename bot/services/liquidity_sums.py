"""The stored sums: answers enter and leave them, deals enter when they are mature, and all can be built anew."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.services.liquidity_nodes import Name, recount_nodes
from domain.liquidity import FeedbackEvent, Key, Standing, Sums, add, change_deal, node_key, score, standing
from domain.liquidity_deals import Outcome, outcome_of
from domain.liquidity_sums import COUNTED, MATURE_AFTER, sums_of
from storage.base import Tx
from storage.feedback import events_about
from storage.liquidity import (
    KeptDeal,
    KeptNode,
    add_nodes,
    feedback_record,
    find_kept_deal,
    forget_deal,
    forget_deals,
    keep_deals,
    kept_sums,
    nodes_of,
    set_rates,
    set_sums,
    waiting_deals,
)

SAME_RATE: Final = 1e-12
"""Below this a rate has not moved: nothing is written."""


@dataclass(slots=True)
class _Ledger:
    """The nodes of a workspace and their sums while they are changed; `touched` are the changed ones."""

    nodes: Mapping[Key, KeptNode]
    sums: dict[Key, Sums]
    touched: set[Key] = field(default_factory=set)

    def answer(self, event: FeedbackEvent, *, undo: bool = False) -> None:
        """Take an answer in, or out again."""
        key = _key(event)
        self.sums[key] = add(self.sums[key], event, undo=undo)
        self.touched.add(key)

    def deal(self, before: Outcome | None, after: Outcome | None) -> None:
        """Take out what was counted of a deal, and take in what is counted now; each at its own node."""
        if before == after:
            return
        for outcome, is_after in ((before, False), (after, True)):
            if outcome:
                key, mature = _key(outcome), outcome.deal
                old, new = (None, mature) if is_after else (mature, None)
                self.sums[key] = change_deal(self.sums[key], old, new)
                self.touched.add(key)

    def store(self, tx: Tx, *, now: datetime) -> None:
        """Write the changed sums, and the rates that their nodes have now."""
        set_sums(tx, {self.nodes[key].id: self.sums[key] for key in self.touched})
        self.store_rates(tx, self.touched, now=now)

    def store_rates(self, tx: Tx, keys: Collection[Key], *, now: datetime) -> None:
        """Write how often the buyers of these nodes answer, and how often an answer closes, where that has moved."""
        at = standing(self.sums, now)
        rates = {}
        for kept in (self.nodes[key] for key in keys):
            found = score(kept.node, at)
            moved = abs(found.response_rate - kept.response_rate) + abs(found.close_rate - kept.close_rate)
            if moved > SAME_RATE:
                rates[kept.id] = (found.response_rate, found.close_rate)
        set_rates(tx, rates, now=now)


def standing_at(tx: Tx, now: datetime) -> Standing:
    """Return all that scores are made from at `now`: the stored sums, and the deals that became mature meanwhile."""
    sums = kept_sums(tx)
    for kept in waiting_deals(tx, until=now - MATURE_AFTER):
        key = _key(kept.outcome)
        sums[key] = change_deal(sums.get(key) or Sums(now), None, kept.outcome.deal)
    return standing(sums, now)


def keep_answers(
    tx: Tx, deal_id: int, *, came: Sequence[FeedbackEvent], went: Sequence[FeedbackEvent], now: datetime
) -> None:
    """Bring the sums up to date with answers about one deal that were just written, or just taken back.

    Whoever calls this has taken `next_change` before, so that such changes come one after another.
    """
    came, went = ([event for event in events if event.event in COUNTED] for events in (came, went))
    if not came and not went:
        return
    before, after = find_kept_deal(tx, deal_id), outcome_of(events_about(tx, deal_id))
    ledger = _open(tx, [*came, *went, *([after] if after else [])], now=now)
    for event in went:
        ledger.answer(event, undo=True)
    for event in came:
        ledger.answer(event)
    was_counted = before is not None and before.is_counted
    is_counted = was_counted and after is not None and after.is_mature(now)
    ledger.deal(before.outcome if before and was_counted else None, after if is_counted else None)
    if after:
        keep_deals(tx, [KeptDeal(deal_id, after, is_counted)], now=now)
    else:
        forget_deal(tx, deal_id)
    ledger.store(tx, now=now)


def take_in_mature(tx: Tx, *, now: datetime) -> None:
    """Write the deals that became mature into their nodes' sums, and every node's rates as they are now."""
    waiting = waiting_deals(tx, until=now - MATURE_AFTER)
    ledger = _open(tx, [kept.outcome for kept in waiting], now=now)
    for kept in waiting:
        ledger.deal(None, kept.outcome)
    set_sums(tx, {ledger.nodes[key].id: ledger.sums[key] for key in ledger.touched})
    keep_deals(tx, [KeptDeal(kept.deal_id, kept.outcome, is_counted=True) for kept in waiting], now=now)
    ledger.store_rates(tx, ledger.nodes.keys(), now=now)


def rebuild(tx: Tx, *, now: datetime) -> None:
    """Build the sums anew from all answers that stand, and what is kept of each deal; the answers are the truth."""
    record = feedback_record(tx)
    # A clock that was set back has answers ahead of it; they are part of the record all the same.
    as_of = max([now, *(event.created_at for event, _ in record[-1:])])
    forget_deals(tx)
    ledger = _open(tx, [event for event, _ in record], now=now)
    built = sums_of([event for event, _ in record], as_of)
    ledger.sums |= built
    ledger.touched |= built.keys()
    keep_deals(tx, list(_deals(record, as_of)), now=now)
    ledger.store(tx, now=now)


def _deals(record: Iterable[tuple[FeedbackEvent, int | None]], as_of: datetime) -> Iterable[KeptDeal]:
    """Yield what is kept of each deal of the record."""
    events: dict[int, list[FeedbackEvent]] = {}
    for event, deal_id in record:
        if deal_id is not None:
            events.setdefault(deal_id, []).append(event)
    for deal_id, of_deal in events.items():
        if outcome := outcome_of(of_deal):
            yield KeptDeal(deal_id, outcome, outcome.is_mature(as_of))


def _open(tx: Tx, places: Iterable[FeedbackEvent | Outcome], *, now: datetime) -> _Ledger:
    """Return the ledger of the workspace with the nodes of these places, which are added where they are missing."""
    nodes = nodes_of(tx, lock=True)
    missing = {_key(place): _name(place) for place in places}
    for kept in nodes:
        missing.pop(kept.key, None)
    if missing:
        add_nodes(tx, missing.values(), now=now)
        recount_nodes(tx, {province for province, _, _ in missing.values()}, now=now)
        nodes = nodes_of(tx, lock=True)
    return _Ledger({kept.key: kept for kept in nodes}, {kept.key: kept.sums or Sums(now) for kept in nodes})


def _key(place: FeedbackEvent | Outcome) -> Key:
    return node_key(*_name(place))


def _name(place: FeedbackEvent | Outcome) -> Name:
    return place.province, place.market, place.property_type
