"""What contact policies look like in Slack: the table of all, one with its rules, sources and versions, a change."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.services.policies import PolicyChanged, PolicyList, PolicyPreview, PolicyRow, PolicyShown, baseline
from bot.slack.blocks import Block, actions, button, context, header, menu, modal, section
from bot.slack.ids import Action, View
from bot.slack.mrkdwn import bold, escape, for_reader, plain
from bot.slack.offer_policy_card import place_name, set_by
from bot.slack.pauses import banner
from domain.geo import ALL, PROVINCES
from domain.policy import Policy, Rules
from domain.policy_changes import (
    BC_SOURCE,
    HOUSE,
    MEDIA,
    NO_LAW,
    Notice,
    differences,
    medium_text,
    notices,
    resting_text,
)
from domain.policy_days import PolicyDay
from domain.policy_places import PolicyPlace
from domain.policy_replay import Replay
from domain.rules import CRTC_CALLS, CRTC_SOURCE, Medium
from storage.policies import PolicyVersion

PLACE_LIMIT, CELL_LIMIT = 28, 60
ROWS_SHOWN = 99
"""A table of Slack's has at most 100 rows, its head among them, and a select at most 100 options."""
NOT_ADVICE = "Configurable defaults, not legal advice"
ALSO_ASKED = (
    "An open window alone allows nothing: consent, opt-outs and lists are asked too. `/policy why L-7` says all."
)


def list_text(listed: PolicyList) -> str:
    """Return the list in a line, for notifications and screen readers."""
    return f"{len(listed.rows)} contact policies"


def list_blocks(listed: PolicyList) -> list[Block]:
    """Return the table of every row, today and in its own time, and a select that opens one."""
    foot = context(f"{NOT_ADVICE} · tzdata {listed.tzdata}")
    if not listed.rows:
        return [*banner(listed.pauses), section("There is no contact policy, so everything is blocked."), foot]
    rows = listed.rows[:ROWS_SHOWN]
    ways = {f"{row.policy.province}/{row.policy.market}": _row_name(row.policy) for row in rows}
    return [
        *banner(listed.pauses),
        header("Contact policies today"),
        _table(rows),
        actions([menu("Open a policy…", Action.SHOW_POLICY, ways)], block_id="policies"),
        context(f"Hours are today's, in their local time, as of {for_reader(listed.now)}. {ALSO_ASKED}"),
        foot,
    ]


def shown_text(shown: PolicyShown) -> str:
    """Return one policy in a line."""
    label = shown.standing.label if shown.standing else "none stands, so everything is blocked"
    return f"Contact policy for {place_name(shown.place)}: {label}"


def shown_blocks(shown: PolicyShown) -> list[Block]:
    """Return what stands at a place: its rules with their sources, its day, its last versions, who may change it."""
    edit = [actions([button("Edit", Action.EDIT_POLICY, shown.place.label)])] if shown.may_change else []
    who = "" if shown.may_change else "Admins of this workspace may change it; everyone may read it. "
    foot = context(f"{who}{ALSO_ASKED}", f"{NOT_ADVICE} · tzdata {shown.tzdata}")
    return [*banner(shown.pauses), section(_title(shown)), *_rules(shown), *_history(shown), *edit, foot]


def changes_text(changes: Sequence[str], told: Iterable[Notice]) -> str:
    """Return what a change does, line by line, and what is worth knowing about it."""
    lines = [f"• {escape(change)}" for change in changes] or ["The hours, media and holidays stay as they are."]
    warned = [f":warning: {escape(notice.sentence)} _({notice.basis}: {escape(notice.source)})_" for notice in told]
    return "\n".join([*lines, *warned])


def preview_text(preview: PolicyPreview) -> str:
    """Return what a change would do, and what it would have done to the last 30 days' sends."""
    return f"{changes_text(preview.differences, preview.notices)}\n{_replay(preview.replay)}"


def saved_view(changed: PolicyChanged) -> Block:
    """Return what the form becomes once the change is stored."""
    before, after = changed.before, changed.after
    new = after.policy
    old = baseline(before, PolicyPlace(new.province, new.market))
    blocks = [
        section(bold(f"{escape(after.label)} stands now")),
        section(changes_text(differences(old, new), notices(old, new))),
        section(f"Set by {set_by(after.changed_by, after.updated_at, after.reason)}"),
        context(f"{_what_became_of(before, new)}From now on contacts are judged by {escape(after.label)}."),
    ]
    return modal(View.POLICY_SHOWN, "Saved", blocks, close="Done")


def law_text() -> str:
    """Return the law's hours for calls, with their source."""
    hours = medium_text(CRTC_CALLS, Medium.CALL)
    return f"Law for calls: {hours} in their time ({CRTC_SOURCE}). No law sets hours for SMS and e-mail."


def _what_became_of(before: PolicyVersion | None, new: Policy) -> str:
    if before is None:
        return ""
    if before.policy.market == new.market:
        return f"{escape(before.label)} stays readable. "
    return f"{escape(before.label)} goes on everywhere else in {PROVINCES[new.province]}. "


def _row_name(policy: Policy) -> str:
    """A row as people say it: "Ontario", "Hamilton ON"."""
    if policy.market == ALL:
        return PROVINCES.get(policy.province, policy.province)
    return plain(f"{policy.market} {policy.province}", PLACE_LIMIT)


def _table(rows: Sequence[PolicyRow]) -> Block:
    """The rows; media that are open alike everywhere share a column, so that the usual list fits a phone."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for medium, name in MEDIA.items():
        columns.setdefault(tuple(plain(row.day.hours[medium], CELL_LIMIT) for row in rows), []).append(name)
    head = ("Policy", *(", ".join(names) for names in columns.values()), "There now")
    names = (f"{_row_name(row.policy)}{_marks(row)}" for row in rows)
    clocks = (_clocks(row.day) for row in rows)
    texts = [head, *zip(names, *columns, clocks, strict=True)]
    settings = [{"align": "left", "is_wrapped": place == 0} for place in range(len(head))]
    return {"type": "table", "rows": [[_cell(text) for text in row] for row in texts], "column_settings": settings}


def _marks(row: PolicyRow) -> str:
    """What stops a row; a holiday is named because it closes what rests on it."""
    said = [
        "paused" if row.pause else "",
        "" if row.policy.enabled else "off",
        "rules unreadable" if row.policy.rules is None else "",
        row.day.holiday or "",
    ]
    marks = ", ".join(filter(None, said))
    return f" ({plain(marks, CELL_LIMIT)})" if marks else ""


def _clocks(day: PolicyDay) -> str:
    """The local time, or the earliest and the latest of it: "Tue 16:05", "Tue 15:05–17:05"."""
    first, last = day.clocks[0], day.clocks[-1]
    if len(day.clocks) == 1:
        return f"{first:%a %H:%M}"
    return f"{first:%a %H:%M}–{last:%H:%M}" if first.date() == last.date() else f"{first:%a %H:%M}–{last:%a %H:%M}"


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _title(shown: PolicyShown) -> str:
    place, standing, day = shown.place, shown.standing, shown.day
    default = " (the team's default place)" if shown.is_default_place else ""
    title = f"{bold(f'Contact policy for {escape(place_name(place))}')}{default}"
    if standing is None or day is None:
        return f"{title}\n:no_entry: No contact policy covers this place, so everything is blocked."
    whole = standing.policy.market == ALL and place.market != ALL
    reach = f", the whole province's: {escape(place.market)} has no row of its own" if whole else ""
    off = "" if standing.policy.enabled else f"\n:warning: {bold('Switched off')}: everything here is blocked."
    holiday = f", {day.holiday}" if day.holiday else ""
    return f"{title}\n{bold(escape(standing.label))} stands{reach}. It is {_clocks(day)} there{holiday}.{off}"


def _rules(shown: PolicyShown) -> list[Block]:
    """Each rule with whether it is law or policy, and where it is written."""
    if shown.standing is None or shown.day is None:
        return []
    rules = shown.standing.policy.rules
    if rules is None:
        return [
            section(
                ":warning: The rules of this row cannot be read, so everything is blocked. An admin saves them anew."
            )
        ]
    row = f"{HOUSE}, {escape(shown.standing.label)}"
    lines = [_medium_line(name, medium, rules, shown.day, row) for medium, name in MEDIA.items()]
    return [section("\n".join([*lines, _holidays_line(shown, rules, row)]))]


def _medium_line(name: str, medium: Medium, rules: Rules, day: PolicyDay, row: str) -> str:
    law = f"law: {medium_text(CRTC_CALLS, medium)}, {CRTC_SOURCE}" if medium is Medium.CALL else NO_LAW
    return f"{bold(name)}  {medium_text(rules, medium)} · today {day.hours[medium]}\n_policy: {row}; {law}_"


def _holidays_line(shown: PolicyShown, rules: Rules, row: str) -> str:
    bc = f"; telemarketing calls are banned then, says {BC_SOURCE}" if shown.place.province == "BC" else ""
    coming = ", ".join(f"{on} {name}" for on, name in shown.holidays)
    return f"{bold('Holidays')}  {resting_text(rules)} · next: {coming}\n_policy: {row}{bc}_"


def _history(shown: PolicyShown) -> list[Block]:
    """The last versions, newest first, each with what it changed."""
    if not shown.history:
        return []
    older = [*shown.history, *([shown.older] if shown.older else [])]
    changed = [differences(before.policy, after.policy) for after, before in pairwise(older)]
    first = [("",)] if len(changed) < len(shown.history) else []
    lines = [_version(version, each) for version, each in zip(shown.history, [*changed, *first], strict=True)]
    return [section("\n".join([bold("Last versions, newest first"), *lines]))]


def _version(version: PolicyVersion, changed: Sequence[str]) -> str:
    said = "; ".join(filter(None, changed))
    whose = set_by(version.changed_by, version.updated_at, version.reason)
    return f"{bold(f'v{version.policy.version}')} {whose}" + (f"\n    {escape(said)}" if said else "")


def _replay(tried: Replay) -> str:
    if not tried.count:
        return "Last 30 days: no sends here to try it on."
    sends = f"{tried.count} send{'' if tried.count == 1 else 's'} here"
    return (
        f"Last 30 days: of {sends} the windows that stand would have held {tried.blocked_before}, "
        f"these {tried.blocked_after}."
    )
