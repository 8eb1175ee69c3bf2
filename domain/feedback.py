"""Which answers of one buyer about one deal can stand side by side, and which one takes another's place."""

from collections.abc import Collection, Mapping
from typing import Final

from domain.liquidity_sums import Feedback

REPLACES: Final[Mapping[Feedback, frozenset[Feedback]]] = {
    Feedback.RESPONDED: frozenset({Feedback.NO_RESPONSE}),
    Feedback.NO_RESPONSE: frozenset(),
    Feedback.PASSED: frozenset({Feedback.TAKEN}),
    Feedback.BOUGHT: frozenset({Feedback.PASSED, Feedback.TAKEN}),
    Feedback.TAKEN: frozenset({Feedback.PASSED}),
}
"""What an outcome takes the place of: a late answer the silence, a purchase the refusal, one refusal the other."""

ORDER: Final = (Feedback.RESPONDED, Feedback.NO_RESPONSE, Feedback.PASSED, Feedback.BOUGHT, Feedback.TAKEN)
"""The order in which the outcomes are offered to people."""

_REFUSALS: Final = frozenset({Feedback.PASSED, Feedback.TAKEN})


def obstacle(event: Feedback, standing: Collection[Feedback]) -> Feedback | None:
    """The standing outcome that keeps `event` from being recorded; None when it may be.

    Each outcome stands once. Silence can't follow an answer, and a purchase ends only by being undone.
    """
    if event in standing:
        return event
    if event is Feedback.NO_RESPONSE:
        return next((outcome for outcome in ORDER if outcome in standing), None)
    if event in _REFUSALS and Feedback.BOUGHT in standing:
        return Feedback.BOUGHT
    return None


def still_possible(standing: Collection[Feedback], *, is_sold: bool) -> tuple[Feedback, ...]:
    """The outcomes that may be recorded beside or in the place of a buyer's `standing` ones, in the order of `ORDER`.

    A deal that is sold already, to whomever, is not bought by another.
    """
    possible = (outcome for outcome in ORDER if obstacle(outcome, standing) is None)
    return tuple(outcome for outcome in possible if not (is_sold and outcome is Feedback.BOUGHT))
