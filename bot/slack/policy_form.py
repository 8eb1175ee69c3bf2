"""The modal that changes a contact policy, and what its fields say."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.services.intake import readable
from bot.services.policies import PolicyChange, PolicySeen, PolicyShown
from bot.slack.blocks import Block, checkboxes, context, modal, radio, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, escape
from bot.slack.offer_policy_card import place_name
from bot.slack.policy_card import law_text
from domain.errors import RuleBroken
from domain.geo import PROVINCES
from domain.offer_policies import checked_reason
from domain.policy import Rules, seed_rules
from domain.policy_changes import MEDIA
from domain.policy_places import PolicyPlace
from domain.rules import Medium
from domain.window_lines import window_lines, windows_in

RESULT = "result"
"""The block that is drawn anew while a person types."""
ON, OFF = "on", "off"
NOT_CHANGED = "Nothing is changed yet. What a change does is shown here while you type."
LINES_HINT = (
    "A window a line: days, hours, and the media it is for (sms, e-mail, calls; all when you name none). "
    "An end before its start is the next morning's."
)
LINES_EXAMPLE = "Mon-Fri 09:00-20:00\nSat 10:00-18:00 calls"


def policy_view(shown: PolicyShown) -> Block:
    """Return the form with the rules that stand; a place without readable rules starts with the seed's."""
    standing = shown.standing.policy if shown.standing else None
    rules = (standing.rules if standing else None) or Rules.from_json(seed_rules(shown.place.province))
    seen = {
        "province": shown.place.province,
        "market": shown.place.market,
        "row": standing.market if standing else None,
        "version": standing.version if standing else 0,
        "score": rules.min_lead_score_to_contact,
    }
    return modal(
        View.POLICY,
        "Edit contact policy",
        [section(_heading(shown)), *_fields(rules, enabled=standing is None or standing.enabled)],
        submit="Save",
        private_metadata=json.dumps(seen),
    )


def redrawn(view: Mapping[str, Any], text: str) -> Block:
    """Return the view from which the delivery came with another result, so that what is typed stays as it is."""
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    blocks = [_result(text) if block.get("block_id") == RESULT else block for block in view["blocks"]]
    return {name: view[name] for name in kept} | {"blocks": blocks}


def read_seen(view: Mapping[str, Any]) -> PolicySeen:
    """Return what the form was opened with."""
    seen = json.loads(view["private_metadata"])
    return PolicySeen(PolicyPlace(seen["province"], seen["market"]), seen["row"], seen["version"])


def read_enabled(view: Mapping[str, Any]) -> bool:
    """Return whether the row is switched on in the form."""
    return form_values(view).get("enabled") != OFF


def read_rules(view: Mapping[str, Any]) -> Rules:
    """Return the rules that were typed. Raises `WindowLinesWrong`."""
    values = form_values(view)
    return Rules(
        windows=windows_in(readable(values.get("windows") or "")),
        channels_allowed=_media(values.get("media")),
        holidays=_media(values.get("holidays")),
        min_lead_score_to_contact=json.loads(view["private_metadata"])["score"],
    )


def read_change(view: Mapping[str, Any]) -> PolicyChange | dict[str, str]:
    """Return the change that the form asks for, or a sentence for each field that is wrong."""
    wrong: dict[str, str] = {}
    rules, reason = Rules(), ""
    try:
        rules = read_rules(view)
    except RuleBroken as broken:
        wrong["windows"] = str(broken)
    try:
        reason = checked_reason(readable(form_values(view).get("reason") or ""))
    except RuleBroken as broken:
        wrong["reason"] = str(broken)
    return wrong or PolicyChange(read_seen(view), read_enabled(view), rules, reason)


def _heading(shown: PolicyShown) -> str:
    name, place, standing = bold(escape(place_name(shown.place))), shown.place, shown.standing
    if standing is None:
        return f"{name} has no contact policy, so everything is blocked. Saving gives it one, which these rules begin."
    if standing.policy.market != place.market:
        stays = f"saving gives it one, and {escape(standing.label)} goes on elsewhere in {PROVINCES[place.province]}"
        return f"{name} has no row of its own: {stays}."
    unreadable = " Its rules cannot be read: below are those that a new workspace starts with."
    return f"{name} · {escape(standing.label)}{unreadable if standing.policy.rules is None else ''}"


def _fields(rules: Rules, *, enabled: bool) -> list[Block]:
    lines = text_input(
        "windows",
        "Windows, in the recipient's time",
        initial=window_lines(rules.windows),
        hint=LINES_HINT,
        placeholder=LINES_EXAMPLE,
        optional=False,
        multiline=True,
        live_as=Action.POLICY_INPUT,
    )
    choices = {ON: "On: contacts are judged by these rules", OFF: "Off: everything here is blocked"}
    return [
        lines,
        _result(NOT_CHANGED),
        _live(_boxes("media", "Media that may be used", rules.channels_allowed)),
        _live(_boxes("holidays", "Media that rest on holidays", rules.holidays)),
        _live(radio("enabled", "Policy", choices, initial=ON if enabled else OFF)),
        context(law_text()),
        text_input("reason", "Reason", hint="The history keeps it beside your name.", optional=False, multiline=True),
    ]


def _boxes(name: str, label: str, chosen: Iterable[Medium]) -> Block:
    options = {medium.value: text for medium, text in MEDIA.items()}
    return checkboxes(name, label, options, initial=[medium.value for medium in MEDIA if medium in chosen])


def _live(block: Block) -> Block:
    """The field, reporting each choice at once."""
    return block | {"element": block["element"] | {"action_id": Action.POLICY_INPUT}, "dispatch_action": True}


def _result(text: str) -> Block:
    return section(text, block_id=RESULT)


def _media(values: object) -> frozenset[Medium]:
    return frozenset(Medium(value) for value in values) if isinstance(values, list) else frozenset()
