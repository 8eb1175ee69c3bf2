"""The board in Slack: the open deals as a table, and a way to open each of them."""

from collections.abc import Iterable

from bot.services.board import BoardRow, DealBoard
from bot.services.deal_facts import IN_AGREEMENT
from bot.slack.blocks import Block, actions, context, header, menu, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import for_reader, plain
from domain.geo import ALL
from domain.money import show_short

HEAD = ("Deal", "Stage", "Where", "Amount", "Days", "Rep", "Next")
WHERE_LIMIT, NEXT_LIMIT = 28, 90
TEXT_LIMIT = 9_500
"""Characters of all cells together: Slack has refused tables of more than 10,000."""
NONE_OPEN = "No deal is open. `/deal` takes down a new one, `/deal L-7` opens one for a lead."


def board_text(board: DealBoard) -> str:
    """Return the board in a line, for notifications and screen readers."""
    count = len(board.rows) + board.more
    return f"{count} open {'deal' if count == 1 else 'deals'}"


def board_blocks(board: DealBoard) -> list[Block]:
    """Return the table, how many deals it leaves out, and a select that opens one."""
    if not board.rows:
        return [section(NONE_OPEN)]
    shown = _fitting(board.rows)
    more = board.more + len(board.rows) - len(shown)
    rest = [f"{more} more are not shown: move or close some of these."] if more else []
    ways = {str(row.deal.number): _way(row) for row in shown}
    return [
        header(board_text(board)),
        _table(shown),
        actions([menu("Open a deal…", Action.SHOW_DEAL, ways)], block_id="board"),
        context(" ".join([*rest, f"As of {for_reader(board.now)} · by stage, the longest-standing first"])),
    ]


def _fitting(rows: Iterable[BoardRow]) -> list[BoardRow]:
    """The first rows, as many as one table takes."""
    shown: list[BoardRow] = []
    used = sum(map(len, HEAD))
    for row in rows:
        used += sum(len(text) for text in _texts(row)) + len(row.lead.rep_id or "")
        if used > TEXT_LIMIT:
            break
        shown.append(row)
    return shown


def _table(rows: Iterable[BoardRow]) -> Block:
    align = [{"align": "right" if name in ("Amount", "Days") else "left"} for name in HEAD]
    settings = [{**one, "is_wrapped": name == "Next"} for one, name in zip(align, HEAD, strict=True)]
    cells = [[_cell(name) for name in HEAD], *(_row(row) for row in rows)]
    return {"type": "table", "rows": cells, "column_settings": settings}


def _row(row: BoardRow) -> list[Block]:
    deal, stage, where, amount, days, waits_for = (_cell(text) for text in _texts(row))
    return [deal, stage, where, amount, days, _rep(row.lead.rep_id), waits_for]


def _texts(row: BoardRow) -> tuple[str, ...]:
    """The cells of a row but for its rep's."""
    deal = row.deal
    waits_for = f"No next action: {row.next.text}" if row.next.is_lacking else row.next.text
    return (
        f"D-{deal.number}",
        deal.stage.label,
        plain(_where(row), WHERE_LIMIT) or "unknown",
        _amount(row),
        str(row.days),
        plain(waits_for, NEXT_LIMIT),
    )


def _where(row: BoardRow) -> str:
    lead = row.lead
    place = lead.municipality or (lead.market if lead.market != ALL else "")
    return f"{place} {lead.province or 'province unknown'}".strip()


def _amount(row: BoardRow) -> str:
    """What is at stake: the offer with the ceiling, from the agreement on the price that was agreed; and the fee."""
    deal = row.deal
    fee = f", fee {show_short(deal.assignment_fee)}" if deal.assignment_fee else ""
    if deal.stage in IN_AGREEMENT and deal.agreed_price is not None:
        return f"{show_short(deal.agreed_price)}{fee}"
    if deal.offer is None:
        return "no price yet"
    offer = show_short(deal.offer) if deal.offer > 0 else "no offer"
    return f"{offer}, MAO {show_short(deal.mao)}{fee}" if deal.mao is not None else f"{offer}{fee}"


def _way(row: BoardRow) -> str:
    return f"D-{row.deal.number} {plain(_where(row), WHERE_LIMIT)} · {row.deal.stage.label}"


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _rep(user_id: str | None) -> Block:
    """A rep by name, as Slack writes it; a part of the product, and nobody, in plain words."""
    if not user_id or not user_id.startswith(("U", "W")):
        return _cell(user_id or "nobody")
    mention = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": user_id}]}
    return {"type": "rich_text", "elements": [mention]}
