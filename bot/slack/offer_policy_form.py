"""The modal that changes an offer policy, and what its fields say."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.services.intake import field_errors, readable, rule
from bot.services.offer_policies import PolicyChange, PolicyPreview, PolicySeen, PolicyShown, tried
from bot.slack.blocks import Block, context, modal, radio, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape
from bot.slack.offer_policy_card import compared, place_name
from domain.errors import RuleBroken
from domain.geo import ALL, PROVINCES
from domain.money import parse_amount, plain_number, show_short
from domain.offer_policies import ReasonMissing, ReasonTooLong, check_term, checked_reason
from domain.offers import MultiplierOutOfRange, OfferPolicy
from domain.policy_places import PolicyPlace

RESULT = "result"
"""The block that is drawn anew while a person types."""
ON, OFF = "on", "off"
PROVINCE, MARKET = "province", "market"
TERMS = ("max_arv_multiplier", "fees_buffer", "assignment_fee", "holding_per_month", "rounding_step")


class TermMissing(RuleBroken):
    """Give a number; 0 where there is none."""

    code = "TERM_MISSING"


def _share(text: str) -> Decimal:
    share = plain_number(text.strip())
    if share is None:
        raise MultiplierOutOfRange("max_arv_multiplier")
    check_term("max_arv_multiplier", share)
    return share


def _amount(name: str, text: str) -> Decimal:
    amount = parse_amount(text)
    check_term(name, amount)
    return amount


class TermsForm(BaseModel):
    """The terms as they were typed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_arv_multiplier: Annotated[Decimal | None, rule(_share)] = None
    fees_buffer: Annotated[Decimal | None, rule(partial(_amount, "fees_buffer"))] = None
    assignment_fee: Annotated[Decimal | None, rule(partial(_amount, "assignment_fee"))] = None
    holding_per_month: Annotated[Decimal | None, rule(partial(_amount, "holding_per_month"))] = None
    rounding_step: Annotated[Decimal | None, rule(partial(_amount, "rounding_step"))] = None
    enabled: str = ON


def policy_view(shown: PolicyShown) -> Block:
    """Return the form with the terms that stand; below them, what they give before and after."""
    row = shown.standing.row
    now = tried(row.policy, shown.place)
    seen = {"province": row.province, "market": shown.place.market, "row": row.market, "version": row.policy.version}
    return modal(
        View.OFFER_POLICY,
        "Edit offer policy",
        [
            section(f"{bold(escape(place_name(shown.place)))} · {row.label}"),
            *_terms(row.policy),
            result(compared(PolicyPreview(now, now))),
            *_applies_to(shown),
            text_input(
                "reason", "Reason", hint="The history keeps it beside your name.", optional=False, multiline=True
            ),
        ],
        submit="Save",
        private_metadata=json.dumps(seen),
    )


def redrawn(view: Mapping[str, Any], text: str) -> Block:
    """Return the view from which the delivery came with another result, so that what is typed stays as it is."""
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    blocks = [result(text) if block.get("block_id") == RESULT else block for block in view["blocks"]]
    return {name: view[name] for name in kept} | {"blocks": blocks}


def result(text: str) -> Block:
    """Return the block that shows before and after, or the sentence that says what is wrong."""
    return section(text, block_id=RESULT)


def read_seen(view: Mapping[str, Any]) -> PolicySeen:
    """Return what the form was opened with."""
    seen = json.loads(view["private_metadata"])
    return PolicySeen(PolicyPlace(seen["province"], seen["market"]), seen["row"], seen["version"])


def read_terms(view: Mapping[str, Any]) -> OfferPolicy | dict[str, str]:
    """Return the terms that were typed, or a sentence for each field that is wrong."""
    try:
        form = TermsForm.model_validate(form_values(view))
    except ValidationError as invalid:
        return field_errors(invalid)
    terms = {name: getattr(form, name) for name in TERMS}
    if missing := {name: str(TermMissing()) for name, value in terms.items() if value is None}:
        return missing
    return OfferPolicy(enabled=form.enabled == ON, **terms)


def read_change(view: Mapping[str, Any]) -> PolicyChange | dict[str, str]:
    """Return the change that the form asks for, or a sentence for each field that is wrong."""
    values, terms = form_values(view), read_terms(view)
    wrong = dict(terms) if isinstance(terms, Mapping) else {}
    reason = ""
    try:
        reason = checked_reason(readable(values.get("reason") or ""))
    except (ReasonMissing, ReasonTooLong) as refused:
        wrong[refused.field] = str(refused)
    if isinstance(terms, Mapping) or wrong:
        return wrong
    return PolicyChange(read_seen(view), terms, reason, only_market=values.get("applies_to") == MARKET)


def _terms(policy: OfferPolicy) -> list[Block]:
    share = f"{policy.max_arv_multiplier}"
    return [
        _field("max_arv_multiplier", "Multiplier", share, "The part of ARV before repairs: 0.70 is 70 %."),
        _field("fees_buffer", "Fees buffer", _dollars(policy.fees_buffer), "Legal and other costs held back."),
        _field("assignment_fee", "Assignment fee", _dollars(policy.assignment_fee), "What the team earns."),
        _field("holding_per_month", "Holding per month", _dollars(policy.holding_per_month), "0 if there is none."),
        _field("rounding_step", "Rounding step", _dollars(policy.rounding_step), "Offers are rounded down to it: 500."),
        _enabled(policy),
    ]


def _field(name: str, label: str, initial: str, hint: str) -> Block:
    return text_input(name, label, initial=initial, hint=hint, optional=False, live_as=Action.OFFER_POLICY_INPUT)


def _enabled(policy: OfferPolicy) -> Block:
    choices = {ON: "Yes, offers are priced", OFF: "No, every offer is refused"}
    block = radio("enabled", "Enabled", choices, initial=ON if policy.enabled else OFF)
    return block | {"element": block["element"] | {"action_id": Action.OFFER_POLICY_INPUT}, "dispatch_action": True}


def _applies_to(shown: PolicyShown) -> list[Block]:
    """Say which row changes; a market without one may be given its own."""
    place, row = shown.place, shown.standing.row
    province = PROVINCES[row.province]
    if row.market != ALL:
        return [context(f"Applies to {escape(row.market)} only: {row.province}/{escape(row.market)} has its own row.")]
    if place.market == ALL:
        return [context(f"Applies to all of {province}, except markets that have a row of their own.")]
    choices = {PROVINCE: f"The whole province: {province}", MARKET: f"Only this market: {place.market} (adds a row)"}
    return [radio("applies_to", "Applies to", choices, initial=PROVINCE)]


def _dollars(amount: Decimal) -> str:
    return show_short(amount)
