"""`/offer evidence E-12` in Slack: what a price was computed from, and whether it comes out the same again."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bot.services.evidence import Account, Difference, recorded_lines
from bot.services.pricing import PricedOffer
from bot.slack.blocks import Block, context, section
from bot.slack.calls import Call, Desk
from bot.slack.comps_form import sale_blocks
from bot.slack.mrkdwn import bold, code_block, escape, for_reader
from bot.slack.offer_card import arv_range, reckoning
from domain.comps import House
from domain.money import show
from storage.offers import Evidence


async def show_evidence(desk: Desk, call: Call, number: int) -> None:
    """Answer with E-{number}, for the person who asked alone."""
    who = await desk.actor(call.workspace_id, call.user_id)
    account = await desk.evidence.account(who, number)
    await call.ack(**_reply(account))


def evidence_blocks(account: Account) -> list[Block]:
    """Return the whole account: the verdict first, what is recorded, what today gives, and the sales."""
    evidence = account.evidence
    blocks = [section(_title(account)), section(_verdict(account)), section(reckoning(recorded_lines(evidence)))]
    blocks += [section(text) for text in (_inputs(evidence), _today(account)) if text]
    return [*blocks, *_arv(evidence), context(_footer(evidence))]


def evidence_text(account: Account) -> str:
    """Return the account in a line, for notifications and screen readers."""
    return f"Evidence E-{account.evidence.id}: {_verdict_word(account)}"


def _reply(account: Account) -> dict[str, Any]:
    return {
        "text": evidence_text(account),
        "blocks": evidence_blocks(account),
        "response_type": "ephemeral",
    }


def _title(account: Account) -> str:
    evidence, lead = account.evidence, account.lead
    market = "" if evidence.market == "ALL" else f"{evidence.market} "
    place = f"{market}{evidence.province or 'province unknown'}"
    about = f"L-{lead.number}, {place}" if lead else place
    policy = "no policy" if evidence.open_because else f"policy {evidence.policy_version}"
    return f"{bold(f'Evidence E-{evidence.id}')} for {escape(about)} · {escape(policy)}"


def _verdict_word(account: Account) -> str:
    if account.differences or isinstance(account.again, str):
        return "it does NOT come out the same again"
    return "no offer was computed" if account.again is None else "reproduced to the cent"


def _verdict(account: Account) -> str:
    if account.differences or isinstance(account.again, str):
        return "\n".join(_alarm(account))
    if account.again is None:
        because = escape(account.evidence.open_because or "")
        return f"{bold('No offer was computed:')} {because} The ARV was reproduced from the sales."
    return (
        f":white_check_mark: {bold('Reproduced to the cent')} from the recorded inputs and the recorded policy: "
        f"offer {show(account.again.offer.recommended_offer)}, MAO {show(account.again.offer.mao)}."
    )


def _alarm(account: Account) -> Iterator[str]:
    yield f":rotating_light: {bold('IT DOES NOT COME OUT THE SAME AGAIN.')} Do not rely on this price; tell an admin."
    if isinstance(account.again, str):
        yield escape(account.again)
    for each in account.differences:
        yield _difference(each)


def _difference(each: Difference) -> str:
    recorded, again = bold(escape(each.recorded)), bold(escape(each.again))
    return f"• {escape(each.name)}: recorded {recorded}, computed again {again}"


def _inputs(evidence: Evidence) -> str:
    """What was put in: amounts, holding, and the policy's numbers."""
    if evidence.open_because:
        return ""
    kept = evidence.assumptions_json
    months, cost = kept.get("holding_months"), kept.get("holding_cost")
    holding = f"{cost} given" if cost is not None else f"{months} months" if months is not None else "not given"
    rows = [
        ("ARV", show(evidence.arv)),
        ("repairs", "missing" if evidence.repairs is None else show(evidence.repairs)),
        ("holding", holding),
        *((label, _kept(kept.get(name))) for name, label in _POLICY_NUMBERS.items()),
    ]
    return f"{bold('Recorded inputs and policy')}\n" + code_block(
        [f"{label:<22}{escape(value):>16}" for label, value in rows]
    )


_POLICY_NUMBERS = {
    "max_arv_multiplier": "multiplier",
    "fees_buffer": "fees",
    "assignment_fee": "assignment fee",
    "holding_per_month": "holding per month",
    "rounding_step": "rounding step",
}


def _kept(value: object) -> str:
    return "missing" if value is None else str(value)


def _today(account: Account) -> str:
    """Say what the policy that stands now makes of the same inputs."""
    today, evidence = account.today, account.evidence
    if today is None:
        return ""
    if isinstance(today, str):
        return f"{bold('Today')} it cannot be priced: {escape(today)}"
    label = escape(today.policy.label)
    if _same(today, evidence):
        return f"{bold('Today')} policy {label} gives the same offer."
    offer, mao, recorded = today.offer.recommended_offer, today.offer.mao, evidence.recommended_offer
    change = "" if recorded is None else f" ({_signed(offer - recorded)})"
    return f"{bold('Today')} policy {label} would give offer {show(offer)}{change}, MAO {show(mao)}."


def _same(today: PricedOffer, evidence: Evidence) -> bool:
    return (today.offer.recommended_offer, today.offer.mao) == (evidence.recommended_offer, evidence.mao)


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount >= 0 else '−'}{show(abs(amount))}"


def _arv(evidence: Evidence) -> list[Block]:
    """Where the ARV comes from, if sales gave it."""
    estimate, house = evidence.estimate, evidence.house
    if estimate is None:
        return []
    holder = evidence.assumptions_json.get("arv_evidence")
    if house is None:
        return [section(f"{arv_range(estimate)}: the sales stand in E-{holder}.")]
    valued_on = escape(str(evidence.assumptions_json.get("valued_on") or ""))
    return [section(f"{arv_range(estimate)}, as of {valued_on}\n{_house(house)}"), *sale_blocks(evidence.sales)]


def _house(house: House) -> str:
    rooms = [
        f"{house.beds} bd" if house.beds is not None else "",
        f"{house.baths} ba" if house.baths is not None else "",
    ]
    parts = [f"{house.sqft:,} sq ft", *rooms, f"trend {house.trend_percent} % a month"]
    return f"The house: {' · '.join(filter(None, parts))}"


def _footer(evidence: Evidence) -> str:
    by = evidence.created_by
    who = f"<@{by}>" if by.startswith(("U", "W")) else escape(by)
    return f"recorded by {who}, {for_reader(evidence.created_at)} · evidence is never changed · not an appraisal"
