"""Evidence: what a price was computed from, computed again, and beside it what today's policy would give."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.services.actors import Actor
from bot.services.offers import PricedOffer, price
from domain.arv import ArvEstimate
from domain.comps import estimate_from
from domain.errors import RuleBroken
from domain.money import show
from domain.offers import Line, Offer, OfferInputs, OfferPolicy, OfferRefused, Sign, compute_offer
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal
from storage.leads import Lead, get_lead
from storage.offers import Evidence, find_evidence
from storage.policies import OfferPolicyRow

ARV_FROM_SALES = "ARV from the sales"


class EvidenceNotFound(RuleBroken):
    """There is no evidence E-{number} here. Each price names its own at the bottom, such as E-12."""

    code = "EVIDENCE_NOT_FOUND"


class EvidenceUnreadable(RuleBroken):
    """E-{number} does not hold {what} any more, so nothing can be computed from it."""

    code = "EVIDENCE_UNREADABLE"


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that came out otherwise than it was recorded; both as people read them."""

    name: str
    recorded: str
    again: str


@dataclass(frozen=True, slots=True)
class Account:
    """What evidence says. `again` is the offer computed anew from it, or the sentence that says why that fails; None
    where no offer was computed. `differences` is empty when everything came out the same to the cent.

    `today` is the price by the policy that stands now, or the sentence that says why there is none.
    """

    evidence: Evidence
    lead: Lead | None
    again: PricedOffer | str | None
    differences: tuple[Difference, ...]
    today: PricedOffer | str | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a deal's ARV rests on: the estimate from sales, and how MAO moves; None where nothing is priced yet."""

    estimate: ArvEstimate
    sensitivity: Mapping[str, Decimal] | None


class EvidenceBook:
    """What a rep can ask about evidence; nothing here changes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, who: Actor, number: int) -> Account:
        """Return what E-{number} says, computed again. Raises `EvidenceNotFound`, also for another workspace's."""

        def work(tx: Tx) -> Account:
            evidence = find_evidence(tx, number)
            if evidence is None:
                raise EvidenceNotFound(number=number)
            again = None if evidence.open_because else _or_sentence(lambda: recorded_price(evidence))
            offer = again.offer if isinstance(again, PricedOffer) else None
            return Account(
                evidence=evidence,
                lead=get_lead(tx, evidence.lead_id) if evidence.lead_id else None,
                again=again,
                differences=tuple(_differences(evidence, offer)),
                today=_or_sentence(lambda: price(tx, again.inputs)) if isinstance(again, PricedOffer) else None,
            )

        return await self._database.read(who.workspace_id, work)


def recorded_price(evidence: Evidence) -> PricedOffer:
    """Compute the offer again from the recorded inputs and the recorded policy's numbers.

    Raises `EvidenceUnreadable` for a number that is gone, and `OfferRefused` for one that no offer allows.
    """
    kept = evidence.assumptions_json
    inputs = OfferInputs(
        province=evidence.province,
        market=evidence.market,
        arv=evidence.arv,
        repairs=evidence.repairs,
        holding_cost=kept.get("holding_cost"),
        holding_months=kept.get("holding_months"),
    )
    row = _policy_row(evidence)
    return PricedOffer(inputs, compute_offer(inputs, row.policy), row)


def worth_of(tx: Tx, deal: Deal | None) -> Worth | None:
    """Return what a deal's ARV rests on when it comes from sales; None where somebody gave it."""
    evidence = find_evidence(tx, deal.evidence_id) if deal else None
    if deal is None or evidence is None or evidence.estimate is None or evidence.arv != deal.arv:
        return None
    again = None if evidence.open_because else _or_sentence(lambda: recorded_price(evidence))
    return Worth(evidence.estimate, again.offer.sensitivity if isinstance(again, PricedOffer) else None)


def recorded_lines(evidence: Evidence) -> tuple[Line, ...]:
    """Return the lines as they were recorded."""
    return tuple(
        Line(label or "", Sign(sign or ""), _amount(factor), _amount(amount))
        for sign, label, factor, amount in evidence.lines
    )


def _or_sentence(compute: Callable[[], PricedOffer]) -> PricedOffer | str:
    try:
        return compute()
    except (OfferRefused, EvidenceUnreadable) as refused:
        return str(refused)


def _policy_row(evidence: Evidence) -> OfferPolicyRow:
    province, _, rest = evidence.policy_version.partition("/")
    policy = OfferPolicy(
        enabled=True,
        max_arv_multiplier=_kept(evidence, "max_arv_multiplier"),
        fees_buffer=_kept(evidence, "fees_buffer"),
        assignment_fee=_kept(evidence, "assignment_fee"),
        holding_per_month=_kept(evidence, "holding_per_month"),
        rounding_step=_kept(evidence, "rounding_step"),
        version=int(_kept(evidence, "policy_version")),
    )
    return OfferPolicyRow(province, rest.rpartition(" v")[0], policy)


def _kept(evidence: Evidence, name: str) -> Decimal:
    try:
        return Decimal(str(evidence.assumptions_json[name]))
    except (KeyError, InvalidOperation) as gone:
        raise EvidenceUnreadable(number=evidence.id, what=f"the policy's {name.replace('_', ' ')}") from gone


def _differences(evidence: Evidence, offer: Offer | None) -> Iterator[Difference]:
    """Yield every figure that differs: the row's own columns, each line, and the ARV where sales gave it."""
    if offer is not None:
        for name in ("repairs", "fees_buffer", "mao", "recommended_offer"):
            recorded, again = getattr(evidence, name), getattr(offer, name)
            if recorded != again:
                yield Difference(name.replace("_", " "), show(recorded), show(again))
        yield from _line_differences(recorded_lines(evidence), offer.lines)
    yield from _estimate_difference(evidence)


def _line_differences(recorded: tuple[Line, ...], again: tuple[Line, ...]) -> Iterator[Difference]:
    """Yield the lines whose figures differ; how a line is called may change from release to release."""
    if len(recorded) != len(again):
        yield Difference("number of lines", str(len(recorded)), str(len(again)))
        return
    for one, other in zip(recorded, again, strict=True):
        if (one.factor, one.amount) != (other.factor, other.amount):
            yield Difference(f"line {other.label}", _figures(one), _figures(other))


def _estimate_difference(evidence: Evidence) -> Iterator[Difference]:
    """Estimate the ARV again where this evidence holds its sales."""
    recorded, house = evidence.estimate, evidence.house
    if recorded is None or house is None:
        return
    before = f"{show(evidence.arv)} {_band(recorded)}"
    try:
        again = estimate_from(evidence.sales, house)
    except RuleBroken as broken:
        yield Difference(ARV_FROM_SALES, before, str(broken))
        return
    if again != recorded or evidence.arv != again.arv:
        yield Difference(ARV_FROM_SALES, before, f"{show(again.arv)} {_band(again)}")


def _band(estimate: ArvEstimate) -> str:
    return f"({show(estimate.low)}–{show(estimate.high)}, {estimate.confidence})"


def _figures(line: Line) -> str:
    return " → ".join(show(figure) for figure in (line.factor, line.amount) if figure is not None) or "nothing"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
