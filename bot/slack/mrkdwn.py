"""Text as Slack wants it: escaped, bold, code, dates that each reader sees in a zone of their own."""

from collections.abc import Iterable
from datetime import datetime

from domain.zones import zone

TYPED_LIMIT = 600
"""Characters of a person's text that are shown: even if each is escaped, a section's 3,000 hold them."""
_CUT = "…"


def escape(text: str, limit: int = TYPED_LIMIT) -> str:
    """Clip what a person typed and escape it, so that <!channel> stays text."""
    return clip(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> str:
    """Return one line of plain text for a place that renders no markup."""
    return clip(" ".join(text.split()), limit)


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters, the last one saying that there was more."""
    return text if len(text) <= limit else text[: limit - 1] + _CUT


def bold(text: str) -> str:
    """Make already escaped text bold."""
    return f"*{text}*"


def code_block(lines: list[str]) -> str:
    """Set lines in a fixed-width block; nothing in them is markup but & < >."""
    return "```\n" + "\n".join(lines) + "\n```"


def for_reader(at: datetime) -> str:
    """Return an instant that each reader sees in their own zone."""
    local = at.astimezone(zone("UTC"))
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{local:%d %b %H:%M} UTC>"


def clock_text(local: datetime) -> str:
    """Return a local time as a clock and a calendar show it: "Wed 25 Nov 09:00"."""
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def on_their_clocks(at: datetime, zones: Iterable[str]) -> str:
    """Return an instant on somebody's clock; on the earliest and the latest where they may be in several zones."""
    local = sorted({at.astimezone(zone(name)).replace(tzinfo=None) for name in zones})
    first, last = local[0], local[-1]
    return clock_text(first) if first == last else f"{clock_text(first)} to {last:%H:%M}, by where they are,"


def there_and_here(at: datetime, zones: Iterable[str]) -> str:
    """Return an instant on somebody's clock and on the reader's: "Wed 25 Nov 09:00 their time · … yours"."""
    names = tuple(zones)
    return f"{on_their_clocks(at, names)} their time · {for_reader(at)} yours" if names else for_reader(at)
