"""What an offer policy looks like in Slack: its terms, what they give, its versions, and a change before and after."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.services.offer_policies import (
    PolicyChanged,
    PolicyPreview,
    PolicyShown,
    Tried,
    tried,
)
from bot.slack.blocks import Block, actions, button, context, modal, section
from bot.slack.ids import Action, View
from bot.slack.mrkdwn import bold, code_block, escape, for_reader
from domain.geo import ALL, PROVINCES
from domain.money import show
from domain.offer_policies import PROBE_ARV, PROBE_REPAIRS
from domain.offers import OfferPolicy, OfferStatus
from domain.policy_places import PolicyPlace
from storage.offer_policies import OfferPolicyVersion
from storage.versions import SEEDED_BY

LABEL_WIDTH, FIGURE_WIDTH = 18, 13
"""Two figures beside a label fit a phone's line of code."""
REASON_SHOWN = 200
TRIED_ON = f"{PROBE_ARV:,.0f} with repairs of {PROBE_REPAIRS:,.0f}"


def policy_text(shown: PolicyShown) -> str:
    """Return the policy in a line, for notifications and screen readers."""
    return f"Offer policy for {place_name(shown.place)}: {shown.standing.row.label}"


def policy_blocks(shown: PolicyShown) -> list[Block]:
    """Return what stands at a place, its last versions, and who may change it."""
    policy = shown.standing.row.policy
    blocks = [
        section(_title(shown)),
        section(code_block(_rows([tried(policy, shown.place)]))),
        section(
            "\n".join([bold("Last versions, newest first"), *(_history_line(version) for version in shown.history)])
        ),
    ]
    if not policy.enabled:
        blocks.insert(1, section(f":warning: {bold('Switched off.')} No offer is priced here until it is on again."))
    if not shown.may_change:
        return [*blocks, context("Admins of this workspace may change it; everyone may read it.")]
    where = f"{shown.place.province}|{shown.place.market}"
    return [*blocks, actions([button("Edit", Action.EDIT_OFFER_POLICY, where)])]


def compared(preview: PolicyPreview, *, first: str = "now") -> str:
    """Return two sets of terms side by side with what each gives, in a fixed-width block; `first` heads the first."""
    return code_block([_line("", [first, "after"]), *_rows([preview.before, preview.after])])


def saved_view(place: PolicyPlace, changed: PolicyChanged) -> Block:
    """Return what the form becomes once the change is stored."""
    before, after = changed.before, changed.after
    preview = PolicyPreview(tried(before.row.policy, place), tried(after.row.policy, place))
    blocks = [
        section(f"{bold(f'{after.row.label} stands now')} in the place of {before.row.label}."),
        section(compared(preview, first="before")),
        section(f"Set by {_whose(after)}"),
        context(_what_became_of(before, after)),
    ]
    return modal(View.OFFER_POLICY_SHOWN, "Saved", blocks, close="Done")


def _what_became_of(before: OfferPolicyVersion, after: OfferPolicyVersion) -> str:
    if before.row.market == after.row.market:
        return f"{before.row.label} stays readable; offers priced from now on name {after.row.label}."
    return f"{before.row.label} goes on everywhere else in {PROVINCES[before.row.province]}."


def place_name(place: PolicyPlace) -> str:
    """Return a place as people say it: "Hamilton ON", "Ontario"."""
    if place.market == ALL:
        return PROVINCES[place.province]
    return f"{place.market} {place.province}"


def _title(shown: PolicyShown) -> str:
    place, row = shown.place, shown.standing.row
    default = " (the team's default place)" if shown.is_default_place else ""
    whole = row.market == ALL and place.market != ALL
    reach = f", the whole province's: {escape(place.market)} has no row of its own" if whole else ""
    return f"{bold(f'Offer policy for {escape(place_name(place))}')}{default}\n{bold(row.label)} stands{reach}."


def set_by(changed_by: str, at: datetime, reason: str) -> str:
    """Return who set a version, when and why."""
    return f"{_person(changed_by)}, {for_reader(at)}: {escape(reason, REASON_SHOWN)}"


def _whose(version: OfferPolicyVersion) -> str:
    return set_by(version.changed_by, version.updated_at, version.reason)


def _person(user_id: str) -> str:
    return "Valhalla" if user_id == SEEDED_BY else f"<@{user_id}>"


def _history_line(version: OfferPolicyVersion) -> str:
    policy = version.row.policy
    state = "" if policy.enabled else " · off"
    terms = (
        f"× {_share(policy.max_arv_multiplier)} · fees {show(policy.fees_buffer)} · fee {show(policy.assignment_fee)}"
        f" · holding {show(policy.holding_per_month)} · step {show(policy.rounding_step)}{state}"
    )
    return f"{bold(f'v{policy.version}')} {terms}\n{_whose(version)}"


def _rows(columns: Sequence[Tried]) -> list[str]:
    """The terms line by line, then what they give; one figure per column."""
    policies = [column.policy for column in columns]
    return [
        _line("Multiplier", [_share(policy.max_arv_multiplier) for policy in policies]),
        _line("Fees buffer", [show(policy.fees_buffer) for policy in policies]),
        _line("Assignment fee", [show(policy.assignment_fee) for policy in policies]),
        _line("Holding per month", [show(policy.holding_per_month) for policy in policies]),
        _line("Rounding step", [show(policy.rounding_step) for policy in policies]),
        _line("Enabled", [_enabled(policy) for policy in policies]),
        "",
        f"For {TRIED_ON}:",
        _line("MAO", [_mao(column) for column in columns]),
        _line("Offer", [_offer(column) for column in columns]),
    ]


def _line(label: str, figures: Sequence[str]) -> str:
    return f"{label:<{LABEL_WIDTH}}{''.join(f'{figure:>{FIGURE_WIDTH}}' for figure in figures)}"


def _share(multiplier: Decimal) -> str:
    """A multiplier with two decimals, or as many as it needs."""
    return f"{multiplier:.2f}" if multiplier == round(multiplier, 2) else f"{multiplier.normalize()}"


def _enabled(policy: OfferPolicy) -> str:
    return "yes" if policy.enabled else "no"


def _mao(column: Tried) -> str:
    return show(column.offer.mao) if column.offer else "–"


def _offer(column: Tried) -> str:
    if column.offer is None:
        return "off"
    return show(column.offer.recommended_offer) if column.offer.status is OfferStatus.OFFER else "no offer"
