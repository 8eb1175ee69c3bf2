"""What the consent ledger looks like in Slack: the lines of a card, with what lapses soon or does not count."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

from bot.slack.mrkdwn import bold
from domain.consent import event_words, lapses_on
from domain.policy import Medium
from storage.contacts import LedgerEntry

MEDIUM_NAMES: Final = {Medium.SMS: "SMS", Medium.EMAIL: "E-mail", Medium.CALL: "Call"}
WARN_WITHIN: Final = timedelta(days=30)
"""How long before a consent lapses the card asks for a better one."""
SHOWN: Final = 4


def consent_line(consents: Sequence[LedgerEntry], *, today: date) -> str:
    """Say what the ledger holds of somebody, newest first, and for which media; `today` is their local date."""
    if not consents:
        return f"{bold('Consent')} none recorded: texts and e-mails are blocked, calls are not"
    lines = _lines(consents, today)
    more = f" · and {len(lines) - SHOWN} older" if len(lines) > SHOWN else ""
    return f"{bold('Consent')} " + "\n".join(lines[:SHOWN]) + more


def counts(entry: LedgerEntry, medium: Medium, *, today: date) -> bool:
    """Whether an entry can be the ground of a message by a medium today; the gate asks more than this."""
    last = lapses_on(entry.event())
    return entry.medium in (medium, None) and entry.is_proven and entry.opt_in and (last is None or today <= last)


def _lines(consents: Sequence[LedgerEntry], today: date) -> list[str]:
    """A line for each thing that happened: what one form recorded for several media stands in one."""
    media: dict[tuple[str, str], set[str]] = {}
    for entry in reversed(consents):
        names = MEDIUM_NAMES.values() if entry.medium is None else [MEDIUM_NAMES[entry.medium]]
        media.setdefault((event_words(entry.event()), _warning(entry, today)), set()).update(names)
    return [f"{words} ({_in_order(names)}){warning}" for (words, warning), names in media.items()]


def _in_order(names: Collection[str]) -> str:
    return ", ".join(name for name in MEDIUM_NAMES.values() if name in names)


def _warning(entry: LedgerEntry, today: date) -> str:
    if not entry.is_proven:
        return " :warning: does not count: there is no evidence of it"
    last = lapses_on(entry.event())
    if last is None or last - today > WARN_WITHIN:
        return ""
    if last < today:
        return " :warning: lapsed"
    days = (last - today).days
    when = "today" if not days else f"in {days} day{'' if days == 1 else 's'}"
    return f" :warning: lapses {when}: ask them to agree in writing"
