"""What the gate's answer looks like: yes or no for each medium, every reason with law or house rule and its source."""

from collections.abc import Mapping
from datetime import datetime

from bot.services.why import Asked, Why
from bot.slack.blocks import Block, actions, button, context, divider, header, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, there_and_here
from bot.slack.pauses import banner
from domain.contact import mask_email, mask_phone, show_phone
from domain.gate import CANARY, CAP, CONTENT, HOUSE, LEGAL_HOURS, LISTS, PAUSE, REPLY, WINDOW, Check, GateVerdict
from domain.geo import PROVINCES
from domain.policy import ALL_MARKETS, Medium, Verdict

QUESTIONS = {Medium.SMS: "Text", Medium.CALL: "Call", Medium.EMAIL: "E-mail"}
ZONES_SHOWN = 6
QUIET = frozenset({PAUSE, CANARY, REPLY, CONTENT, CAP})
"""Checks that are named only when they say no: a yes of theirs is what everybody expects."""


OPEN = {LEGAL_HOURS: "Inside the legal calling hours", WINDOW: "Inside the team's window"}
"""What a yes about time is called: law and policy are two questions, and both say "Open"."""
OF_CALLS = frozenset({LISTS, LEGAL_HOURS})


def why_text(why: Why) -> str:
    """Return the answers in a line, for notifications and screen readers."""
    said = ", ".join(f"{QUESTIONS[each.medium].lower()} {_word(each.verdict)}" for each in why.answers)
    return escape(f"{why.recipient.name or 'This address'} now: {said}")


def why_blocks(why: Why) -> list[Block]:
    """Return the whole answer: the person, their clocks, and each medium with its reasons."""
    verdict = why.answers[0].verdict
    return [
        *banner(why.pauses),
        header(why.recipient.name or "May they be contacted now?"),
        section(f"{_place(why)}\n{_clocks(verdict.local_times)}"),
        *(block for each in why.answers for block in (divider(), section(_answer(each, why)))),
        *_write(why),
        context(f"Configurable defaults, not legal advice · tzdata {verdict.tzdata_version} · {_policy(verdict)}"),
    ]


def _write(why: Why) -> list[Block]:
    """The way to a message, for a lead: now, or held until it may leave."""
    written = [each.verdict for each in why.answers if each.medium is not Medium.CALL]
    lead = why.recipient.lead
    if lead is None or not written:
        return []
    if any(verdict.allowed for verdict in written):
        text = "Write a message"
    elif any(verdict.next_open_at for verdict in written):
        text = "Hold a message until then"
    else:
        return []
    return [actions([button(text, Action.WRITE_MESSAGE, str(lead.number))], block_id="write")]


def _answer(asked: Asked, why: Why) -> str:
    verdict = asked.verdict
    reach = _shown(asked.address, sees=why.sees)
    heading = f"{bold(f'{QUESTIONS[asked.medium]} {reach} now?')}  {bold(_word(verdict).capitalize())}"
    refused = [check for check in verdict.checks if not check.verdict.allowed]
    quiet = QUIET if asked.medium is Medium.CALL else QUIET | OF_CALLS
    passed = [check for check in verdict.checks if check.verdict.allowed and check.name not in quiet]
    lines = [f"✗ {_sentence(check)}" for check in refused] + [f"✓ {_sentence(check)}" for check in passed]
    return "\n".join([heading, *lines, *_opening(verdict)])


def _sentence(check: Check) -> str:
    """A reason, with whether law or house policy says so and where."""
    verdict = check.verdict
    said = verdict.sentence
    if verdict.allowed and check.name in OPEN:
        said = _open(OPEN[check.name], verdict)
    says = {"law": "law", "policy": HOUSE}.get(verdict.basis or "")
    source = ": ".join(dict.fromkeys(filter(None, (says, verdict.source))))
    return escape(said) + (f" _({escape(source)})_" if source else "")


def _open(heading: str, verdict: Verdict) -> str:
    """A yes about time; where they may be in several zones, that all of these said yes."""
    if len(verdict.local_times) > 1:
        return f"{heading} on each of their clocks."
    return verdict.sentence.replace("Open", heading, 1)


def _opening(verdict: GateVerdict) -> list[str]:
    if verdict.allowed:
        return []
    if verdict.next_open_at is None:
        return [f"{bold('Earliest lawful moment')} none that time alone brings: what is named first must change"]
    return [f"{bold('Earliest lawful moment')} {there_and_here(verdict.next_open_at, verdict.local_times)}"]


def _place(why: Why) -> str:
    found = why.recipient
    if found.province is None:
        return "Province unknown: no contact policy covers them."
    market = PROVINCES[found.province] if found.market == ALL_MARKETS else f"{found.market}, {found.province}"
    return f"Policy of {escape(market)}"


def _clocks(local_times: Mapping[str, datetime]) -> str:
    """Their clocks; zones that show the same time share a line, and many are told as a span."""
    if not local_times:
        return "Their time zone is not known."
    by_time: dict[str, list[str]] = {}
    for name, local in local_times.items():
        by_time.setdefault(f"{local:%a %H:%M}", []).append(name.removeprefix("America/").replace("_", " "))
    shown = [f"{bold(time)} in {', '.join(names)}" for time, names in by_time.items()]
    if len(shown) > ZONES_SHOWN:
        times = sorted(local_times.values(), key=lambda local: local.replace(tzinfo=None))
        return f"Anywhere in Canada: between {bold(f'{times[0]:%a %H:%M}')} and {bold(f'{times[-1]:%a %H:%M}')}"
    several = " (each of them must be open)" if len(local_times) > 1 else ""
    return f"It is {'; '.join(shown)}{several}"


def _shown(address: str, *, sees: bool) -> str:
    if "@" in address:
        return escape(address if sees else mask_email(address))
    return show_phone(address) if sees else mask_phone(address)


def _policy(verdict: GateVerdict) -> str:
    return f"policy {escape(verdict.policy)} v{verdict.policy_version}" if verdict.policy else "no policy"


def _word(verdict: GateVerdict) -> str:
    return "yes" if verdict.allowed else "no"
