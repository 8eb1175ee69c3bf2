"""Evidence: what a price was computed from, computed again, and beside it what today's policy would give."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.services.actors import Actor
from bot.services.pricing import EvidenceUnreadable, PricedOffer, price, recorded_price
from domain.arv import ArvEstimate
from domain.comps import estimate_from
from domain.errors import RuleBroken
from domain.money import show
from domain.offers import Line, Offer, OfferRefused, Sign
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal
from storage.leads import Lead, get_lead
from storage.offers import Evidence, find_evidence

ARV_FROM_SALES = "ARV from the sales"
NOTHING = "nothing"


class EvidenceNotFound(RuleBroken):
    """There is no evidence E-{number} here. Each price names its own at the bottom, such as E-12."""

    code = "EVIDENCE_NOT_FOUND"


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


def worth_of(tx: Tx, deal: Deal | None) -> Worth | None:
    """Return what a deal's ARV rests on when it comes from sales; None where somebody gave it.

    Without an offer nothing is said of how one moves: the evidence may be that of a price that no longer stands.
    """
    evidence = find_evidence(tx, deal.evidence_id) if deal else None
    if deal is None or evidence is None or evidence.estimate is None or evidence.arv != deal.arv:
        return None
    is_open = deal.offer is None or evidence.open_because
    again = None if is_open else _or_sentence(lambda: recorded_price(evidence))
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


def _differences(evidence: Evidence, offer: Offer | None) -> Iterator[Difference]:
    """Yield every figure that differs: the row's own columns, each line, and the ARV where sales gave it."""
    if offer is not None:
        for name in ("repairs", "fees_buffer", "mao", "recommended_offer"):
            recorded, again = getattr(evidence, name), getattr(offer, name)
            if recorded != again:
                yield Difference(name.replace("_", " "), _or_nothing(recorded), show(again))
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
    return " → ".join(show(figure) for figure in (line.factor, line.amount) if figure is not None) or NOTHING


def _or_nothing(figure: Decimal | None) -> str:
    return NOTHING if figure is None else show(figure)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
