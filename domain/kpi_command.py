"""What `/kpi` was asked for, read from the text behind it."""

from dataclasses import dataclass
from typing import Final

from domain.kpi_registry import definition_named, nearest_definition
from domain.words import nearest


@dataclass(frozen=True, slots=True)
class ShowNow:
    """Show today's figures so far."""


@dataclass(frozen=True, slots=True)
class ShowWeek:
    """Show the last seven days beside the seven before."""


@dataclass(frozen=True, slots=True)
class ExplainKpi:
    """Say how the figure that people call `name` is made, with the rows behind it.

    `name` is as typed and may name nothing ("" where nothing was): see `domain.kpi_registry.definition_of`.
    """

    name: str


@dataclass(frozen=True, slots=True)
class ShowErrors:
    """Show the latest failures."""


@dataclass(frozen=True, slots=True)
class SendCsv:
    """Send the person the table of figures as a file."""


@dataclass(frozen=True, slots=True)
class ShowTripwire:
    """Show what the tripwire watches and how each of its streams stands."""


@dataclass(frozen=True, slots=True)
class KpiHelp:
    """Say what `/kpi` can do."""


@dataclass(frozen=True, slots=True)
class KpiNotUnderstood:
    """`words` are no command; `meant` is what would probably have been right ("week", "explain speed-to-lead")."""

    words: str
    meant: str | None


KpiCommand = ShowNow | ShowWeek | ExplainKpi | ShowErrors | SendCsv | ShowTripwire | KpiHelp | KpiNotUnderstood

_NOW: Final = ("now", "today")
_WEEK: Final = ("week", "weekly")
_EXPLAIN: Final = ("explain", "define")
_ERRORS: Final = ("errors", "error", "failures")
_CSV: Final = ("csv", "export")
_TRIPWIRE: Final = ("tripwire", "alerts")
_HELP: Final = ("help", "aide", "?")
_COMMANDS: Final = ("now", "today", "week", "explain", "errors", "failures", "csv", "export", "tripwire", "help")


def parse_kpi_command(text: str) -> KpiCommand:
    """Read the text behind `/kpi`; never raises.

    Nothing at all shows today. A known first word decides, whatever follows. A figure's own name is explained without
    the word "explain". Everything else is `KpiNotUnderstood`, with the command or the figure that is nearly the same.
    """
    cleaned = " ".join(text.split())
    if not cleaned:
        return ShowNow()
    first, _, rest = cleaned.partition(" ")
    return _named(first.casefold(), rest) or _free(cleaned, first.casefold())


def _named(word: str, rest: str) -> KpiCommand | None:
    """The command called by its name."""
    if word in _EXPLAIN:
        return ExplainKpi(rest)
    simple: tuple[tuple[tuple[str, ...], KpiCommand], ...] = (
        (_NOW, ShowNow()),
        (_WEEK, ShowWeek()),
        (_ERRORS, ShowErrors()),
        (_CSV, SendCsv()),
        (_TRIPWIRE, ShowTripwire()),
        (_HELP, KpiHelp()),
    )
    return next((command for words, command in simple if word in words), None)


def _free(cleaned: str, first: str) -> KpiCommand:
    """Text that begins with no command."""
    if definition_named(cleaned):
        return ExplainKpi(cleaned)
    if meant := nearest(first, _COMMANDS, within=2 if len(first) > 3 else 1):
        return KpiNotUnderstood(cleaned, meant)
    figure = nearest_definition(cleaned)
    return KpiNotUnderstood(cleaned, f"explain {figure.typed}" if figure else None)
