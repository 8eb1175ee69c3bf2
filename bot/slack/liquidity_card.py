"""What liquidity looks like in Slack: every market in a table, one of them explained, and how to begin without any."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.services.liquidity import PlaceScores, Scored
from bot.slack.blocks import Block, context, header, section
from bot.slack.mrkdwn import bold, escape
from domain.geo import ALL, PROVINCES
from domain.liquidity import DEPTH_LIMIT, Node
from domain.property_types import PropertyType

HEAD: Final = ("Market", "Type", "Score", "80 % range", "Evidence", "Buyers")
ROWS: Final = 60
"""Markets that one table lists: with the head well below Slack's 100 rows and 10,000 characters."""

HOW_TO_READ: Final = (
    "The score is the share of deals that find a buyer within 30 days of being sent out; 8 times out of 10 the truth "
    "lies in the range. Buyers: those who are active, of all who buy there."
)
HOW_TO_BEGIN: Final = (
    "• `/buyer` takes down who buys, with areas and property types: they count in each market that they name.\n"
    "• Record on each deal's card what its buyers did (Responded, No response, Passed, Bought): scores learn from it."
)
ASK_FOR_ONE: Final = "`/liquidity Hamilton condo` explains one of them."


def list_text(scores: Sequence[Scored], kind: PropertyType | None = None) -> str:
    """Return the list in a line, for notifications and screen readers."""
    if not scores:
        return f"No market has buyers or answers{_for(kind)} yet"
    best = scores[0]
    return f"Liquidity{_for(kind)}: best {_place(best.node)} {best.node.property_type} {best.liquidity.score:.2f}"


def list_blocks(scores: Sequence[Scored], kind: PropertyType | None = None) -> list[Block]:
    """Return every node in a table, the best and the weakest explained; without any, how to begin."""
    if not scores:
        return [section(f"{bold(f'No market has buyers or answers{_for(kind)} yet.')}\n{HOW_TO_BEGIN}")]
    return [header(f"Liquidity{_for(kind)}"), *_table_blocks(scores), context(HOW_TO_READ), context(ASK_FOR_ONE)]


def place_text(asked: PlaceScores) -> str:
    """Return what is known of a place in a line."""
    if not asked.scores:
        return f"{_asked_for(asked)}: no buyers and no answers yet"
    return asked.scores[0].liquidity.explain


def place_blocks(asked: PlaceScores) -> list[Block]:
    """Return one score explained, or the scores of a place in a table; without any, how to begin."""
    title = section(bold(escape(_asked_for(asked))))
    if not asked.scores:
        return [section(f"{bold(escape(_asked_for(asked)))} has no buyers and no answers yet.\n{HOW_TO_BEGIN}")]
    if len(asked.scores) == 1:
        return [title, *_explained(asked.scores[0]), *_where(asked)]
    return [title, *_table_blocks(asked.scores), *_where(asked), context(HOW_TO_READ)]


def _table_blocks(scores: Sequence[Scored]) -> Iterator[Block]:
    yield _table(scores[:ROWS])
    if len(scores) > ROWS:
        yield context(f"{len(scores) - ROWS} more are not shown: ask for a province or a type, `/liquidity ON duplex`.")
    yield section("\n".join(_ends(scores)))


def _ends(scores: Sequence[Scored]) -> Iterator[str]:
    yield f"{bold('Best')} {escape(scores[0].liquidity.explain)}"
    if len(scores) > 1:
        yield f"{bold('Weakest')} {escape(scores[-1].liquidity.explain)}"


def _table(scores: Iterable[Scored]) -> Block:
    settings = [{"align": "right" if name in ("Score", "Buyers") else "left"} for name in HEAD]
    rows = [_cells(HEAD), *(_cells(_row(one)) for one in scores)]
    return {"type": "table", "rows": rows, "column_settings": settings}


def _cells(texts: Iterable[str]) -> list[Block]:
    return [{"type": "raw_text", "text": text} for text in texts]


def _row(one: Scored) -> tuple[str, ...]:
    node, found = one.node, one.liquidity
    buyers = f"{node.active_buyer_count} of {node.buyer_count}"
    band = f"{found.low:.2f}–{found.high:.2f}" if found.depth else "–"
    return _place(node), node.property_type, f"{found.score:.2f}", band, found.evidence, buyers


def _explained(one: Scored) -> list[Block]:
    """One score in full: the line, what it means, where it comes from, and what would raise it."""
    lines = ["\n".join(_meaning(one)), "\n".join(_origin(one)), "\n".join([bold("To raise it"), *_advice(one)])]
    return [section(escape(one.liquidity.explain)), *(section(line) for line in lines)]


def _meaning(one: Scored) -> Iterator[str]:
    found = one.liquidity
    yield bold("What it means")
    if not found.depth:
        yield "Nobody active buys there, so no deal finds a buyer yet."
        return
    yield f"{round(100 * found.score)} of 100 deals sent out there find a buyer within 30 days."
    yield f"8 times out of 10 the truth lies between {round(100 * found.low)} and {round(100 * found.high)} of 100."
    yield _EVIDENCE[found.evidence]


def _origin(one: Scored) -> Iterator[str]:
    node, found, own = one.node, one.liquidity, one.own
    yield bold("Where it comes from")
    yield f"Buyers: {_reach(node)}."
    yield f"Answers: {_percent(found.response_rate)} of those asked answer ({_here(own.responded, own.asked)})."
    yield f"Closes: {_percent(found.close_rate)} of answers close ({_here(own.bought, own.decided)})."
    yield f"Deals of three weeks and more that sold: {_here(own.sold, own.deals)}."
    yield "Something recorded now weighs 1, and half after 60 days; the fewer there are here, the more others speak."


def _reach(node: Node) -> str:
    """Whom a deal there goes to."""
    every, active = node.buyer_count, node.active_buyer_count
    if not active:
        return f"none of {every} is active" if every else "none buys there yet"
    most = f"; a deal goes to the best {DEPTH_LIMIT} of them" if active > DEPTH_LIMIT else ""
    return f"{active} of {every} {'is' if active == 1 else 'are'} active{most}"


def _advice(one: Scored) -> Iterator[str]:
    node, found = one.node, one.liquidity
    if node.active_buyer_count < DEPTH_LIMIT:
        yield f"• Add buyers who buy there: up to {DEPTH_LIMIT} active ones raise it. `/buyer` takes one down."
    else:
        yield f"• More than {DEPTH_LIMIT} active buyers add nothing: send deals to those who answer and close."
    paused = node.buyer_count - node.active_buyer_count
    if paused:
        yield f"• {paused} {'buyer is' if paused == 1 else 'buyers are'} paused: ask them whether they buy again."
    if found.evidence != "high":
        yield "• Record every answer on the deals' cards, also No response and Passed: the range gets narrower."


def _where(asked: PlaceScores) -> list[Block]:
    """Say where a municipality is counted that has no scores of its own."""
    if asked.municipality is None:
        return []
    counted = f"the rest of {PROVINCES[asked.province]}" if asked.market == ALL else f"the market of {asked.market}"
    return [context(escape(f"{asked.municipality} counts with {counted}."))]


def _asked_for(asked: PlaceScores) -> str:
    market = PROVINCES[asked.province] if asked.is_province else _place_of(asked.province, asked.market)
    where = f"{asked.municipality} {asked.province}" if asked.municipality else market
    kind = asked.kind or (PropertyType(asked.scores[0].node.property_type) if len(asked.scores) == 1 else None)
    return f"{where}, {kind.label}" if kind else where


def _place(node: Node) -> str:
    return _place_of(node.province, node.market)


def _place_of(province: str, market: str) -> str:
    return f"{market} {province}" if market != ALL else f"Elsewhere in {PROVINCES[province]}"


def _for(kind: PropertyType | None) -> str:
    return f" for {kind.label}" if kind else ""


def _here(hits: float, of: float) -> str:
    """A node's own record; the numbers are weights, so they have decimals."""
    return f"here {hits:.1f} of {of:.1f}" if of >= _SEEN else "none recorded here yet"


def _percent(rate: float) -> str:
    return f"{rate:.0%}".replace("%", " %")


_SEEN: Final = 0.05
_EVIDENCE: Final = {
    "low": "The evidence is low: few answers were recorded there, so most of it is what holds elsewhere.",
    "medium": "The evidence is medium: there are answers from there, and few deals that are old enough to tell.",
    "high": "The evidence is high: it rests on deals that were sent out there.",
}
