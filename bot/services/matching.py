"""Which buyers a deal suits: an index of each workspace's buyers in memory, which follows the table."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from domain.matching import MIN_FIT, DealFacts, Match, rank
from domain.matching_index import EMPTY_SNAPSHOT, BuyerSnapshot, Found, Wanted
from storage.base import Tx
from storage.buyer_index import Piece, buyer_facts, buyers_after, buyers_changed, newest_change
from storage.database import Database

PIECE = 10_000
"""Buyers read at a time when the index is filled: a few hundredths of a second, in which nobody else has a turn."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The buyers for a deal: `matches` reach the least fit, `out` are the best of those who don't, with the reasons
    that keep them out; `fitting` counts all who reach it, `active` all who were asked."""

    matches: tuple[Match, ...]
    out: tuple[Match, ...]
    fitting: int
    active: int


EMPTY = Ranking((), (), 0, 0)


@dataclass(frozen=True, slots=True)
class _State:
    """A workspace's buyers as known: with all changes up to number `seen`, and with the rows that carry no number up to
    the id `unnumbered`. While the table is being read, `read_to` is the id up to which it was; None means all of it.
    """

    snapshot: BuyerSnapshot
    seen: int
    unnumbered: int = 0
    read_to: int | None = 0

    @property
    def age(self) -> tuple[int, bool, int]:
        """What grows as more is known."""
        return self.seen, self.read_to is None, self.read_to or 0

    def with_piece(self, piece: Piece) -> "_State":
        """Return the state with the next piece of the table; the empty one comes behind the last.

        `seen` stays: a change made since the first piece may concern one that was read before it.
        """
        if not piece.last_id:
            return replace(self, read_to=None)
        return replace(self._with_rows(piece), read_to=piece.last_id)

    def with_changes(self, piece: Piece) -> "_State":
        """Return the state with all that had changed at one moment."""
        return replace(self._with_rows(piece), seen=max(self.seen, piece.newest)) if piece.last_id else self

    def _with_rows(self, piece: Piece) -> "_State":
        unnumbered = max(self.unnumbered, piece.last_unnumbered)
        return replace(self, snapshot=self.snapshot.with_changes(piece.rows), unnumbered=unnumbered)


class BuyerIndex:
    """Ranks a workspace's active buyers as `domain.matching.rank` would, by a snapshot kept in memory.

    Each ranking first reads, in the caller's transaction, what changed since the snapshot: rows with a later
    `changed_no`, and rows behind the last that carry none. So it sees what that transaction sees, whichever process
    wrote it. What plain SQL updates without a new `changed_no` is not noticed, unless it takes away a buyer whom the
    ranking chose.

    A transaction that changed buyers must not rank before it commits. Everybody's snapshot would hold rows that may
    be rolled back, and as their number would then be given out again, the next change would pass for known.
    """

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}
        self._lock = Lock()

    def rank(
        self, tx: Tx, deal: DealFacts, *, now: datetime, limit: int = 10, min_fit: float = MIN_FIT, out: int = 0
    ) -> Ranking:
        """Return the first `limit` buyers whose fit reaches `min_fit`, and the first `out` of the others.

        Nobody is listed for a deal without a province. `tx` must not have changed buyers.
        """
        snapshot = self._followed(tx, self._states.get(tx.workspace_id))
        if deal.province is None:
            return replace(EMPTY, active=snapshot.active)
        wanted = Wanted(limit, min_fit, out)
        found, listed = _asked(tx, snapshot, deal, wanted, now)
        if len(listed) < len(found.chosen):
            # One of them was deleted or paused a moment ago, or by hand: the table is read again as it is now.
            snapshot = self._followed(tx, None)
            found, listed = _asked(tx, snapshot, deal, wanted, now)
        matches = tuple(match for match in listed if match.fit >= min_fit)
        others = tuple(match for match in listed if match.fit < min_fit)
        return Ranking(matches, others, found.fitting, snapshot.active)

    async def fill(self, database: Database, workspace_id: str) -> None:
        """Read a workspace's buyers before anybody asks: piece by piece, so that others have their turn in between.

        Who ranks meanwhile reads the rest for themselves.
        """

        def read(tx: Tx) -> tuple[_State, Piece | None]:
            state = self._states.get(workspace_id) or _start(tx)
            return state, None if state.read_to is None else buyers_after(tx, state.read_to, limit=PIECE)

        while True:
            state, piece = await database.read(workspace_id, read)
            if piece is None:
                return
            await asyncio.to_thread(self._take_in, workspace_id, state, piece)

    def _take_in(self, workspace_id: str, state: _State, piece: Piece) -> None:
        self._keep(workspace_id, state.with_piece(piece))

    def _followed(self, tx: Tx, state: _State | None) -> BuyerSnapshot:
        """Bring a state up to what `tx` sees, starting from nothing where there is none, and keep it."""
        state = state or _start(tx)
        while state.read_to is not None:
            state = state.with_piece(buyers_after(tx, state.read_to, limit=PIECE))
        changes = buyers_changed(tx, since=state.seen, unnumbered_after=state.unnumbered)
        state = state.with_changes(changes)
        self._keep(tx.workspace_id, state)
        return state.snapshot

    def _keep(self, workspace_id: str, state: _State) -> None:
        """Keep the state for the next caller, unless somebody who saw more was quicker: the event loop and SQLite's
        writer come here at once."""
        with self._lock:
            kept = self._states.get(workspace_id)
            if kept is None or state.age >= kept.age:
                self._states[workspace_id] = state


def _start(tx: Tx) -> _State:
    """Nothing read yet. The newest change is asked first: what comes later is read again as a change."""
    return _State(EMPTY_SNAPSHOT, newest_change(tx))


def _asked(
    tx: Tx, snapshot: BuyerSnapshot, deal: DealFacts, wanted: Wanted, now: datetime
) -> tuple[Found, list[Match]]:
    """Return whom the snapshot finds, and those of them with reasons who are there and active."""
    found = snapshot.find(deal, wanted, now=now)
    return found, rank(deal, buyer_facts(tx, found.chosen, now=now)) if found.chosen else []
