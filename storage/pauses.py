"""The kill switch of a market or a province: while a row stands, nothing leaves for there."""

from collections.abc import Mapping

from sqlalchemy import Column, String, Table, Text, UniqueConstraint, bindparam, delete, func, select, update

from domain.geo import ALL
from domain.pauses import Pause
from storage.base import Tx, Utc, common, metadata
from storage.workspaces import workspace

market_pause = Table(
    "market_pause",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("paused_by", String(32), nullable=False),
    Column("paused_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("workspace_id", "province", "market"),
)
"""The market "ALL" is the whole province. The workspace's own switch is `workspace.outreach_paused`."""

_w, _c = workspace.c, market_pause.c
_TEAM = select(
    _w.outreach_paused_by, func.coalesce(_w.outreach_paused_at, _w.created_at), _w.outreach_paused_reason
).where(_w.id == bindparam("workspace_id"), _w.outreach_paused.is_(True))
_PLACES = (
    select(_c.province, _c.market, _c.paused_by, _c.paused_at, _c.reason)
    .where(_c.workspace_id == bindparam("workspace_id"))
    .order_by(_c.province, _c.market)
)


def all_pauses(tx: Tx) -> list[Pause]:
    """Return every stop that stands: the team's first, then those of provinces and markets by name."""
    rows = tx.connection.execute(_PLACES, tx.own())
    places = [Pause(f"{row.province}/{row.market}", row.paused_by, row.paused_at, row.reason) for row in rows]
    return [*_team_pause(tx), *places]


def pauses_for(tx: Tx, province: str | None, market: str) -> list[Pause]:
    """Return the stops that hold for a place: the team's, its province's and its market's own."""
    places = {f"{province}/{ALL}", f"{province}/{market}"}
    return [pause for pause in all_pauses(tx) if pause.place is None or pause.place in places]


def add_pause(tx: Tx, place: tuple[str, str] | None, pause: Pause) -> bool:
    """Stop a province or a market, None for the whole team; False, and nothing changed, when it is stopped already."""
    if place is None:
        stopped = {
            "outreach_paused": True,
            "outreach_paused_by": pause.paused_by,
            "outreach_paused_at": pause.paused_at,
            "outreach_paused_reason": pause.reason,
        }
        return _switch(tx, stopped, paused=False)
    values = tx.own(
        province=place[0],
        market=place[1],
        paused_by=pause.paused_by,
        paused_at=pause.paused_at,
        reason=pause.reason,
        created_at=pause.paused_at,
    )
    added = tx.connection.execute(tx.upsert(market_pause).values(values).on_conflict_do_nothing())
    return bool(added.rowcount)


def remove_pause(tx: Tx, place: tuple[str, str] | None) -> bool:
    """Let a province or a market go on, None for the whole team; False when it was not stopped."""
    if place is None:
        names = ("outreach_paused_by", "outreach_paused_at", "outreach_paused_reason")
        return _switch(tx, {"outreach_paused": False, **dict.fromkeys(names)}, paused=True)
    this = (_c.workspace_id == tx.workspace_id, _c.province == place[0], _c.market == place[1])
    return bool(tx.connection.execute(delete(market_pause).where(*this)).rowcount)


def _switch(tx: Tx, values: Mapping[str, object], *, paused: bool) -> bool:
    """Set the team's switch, if it stands as expected."""
    change = update(workspace).where(_w.id == tx.workspace_id, _w.outreach_paused.is_(paused)).values(dict(values))
    return bool(tx.connection.execute(change).rowcount)


def _team_pause(tx: Tx) -> list[Pause]:
    row = tx.connection.execute(_TEAM, tx.own()).one_or_none()
    return [Pause(None, row[0] or "", row[1], row[2] or "")] if row else []
