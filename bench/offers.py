"""How many offers a second, beside the bare Decimal arithmetic of the same lines without checks or sensitivity."""

import statistics
import time
from decimal import ROUND_HALF_UP, Decimal

from domain.offers import OfferInputs, OfferPolicy, compute_offer

ROUNDS, OFFERS = 5, 20_000
POLICY = OfferPolicy(True, Decimal("0.70"))
CENT = Decimal("0.01")
CASES = [(Decimal(400_000 + 137 * number), Decimal(30_000 + 11 * number)) for number in range(200)]


def ours() -> None:
    for number in range(OFFERS):
        arv, repairs = CASES[number % len(CASES)]
        compute_offer(OfferInputs("ON", "ALL", arv, repairs), POLICY)


def bare() -> None:
    for number in range(OFFERS):
        arv, repairs = CASES[number % len(CASES)]
        gross = (arv * POLICY.max_arv_multiplier).quantize(CENT, ROUND_HALF_UP)
        mao = gross - repairs - Decimal(0) - POLICY.fees_buffer
        before = mao - POLICY.assignment_fee
        _ = (before // POLICY.rounding_step * POLICY.rounding_step).quantize(CENT)


def rate(work) -> float:
    started = time.perf_counter()
    work()
    return OFFERS / (time.perf_counter() - started)


def main() -> None:
    rounds = [(rate(ours), rate(bare)) for _ in range(ROUNDS)]
    offers, arithmetic = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"offers, with checks, lines and sensitivity  {offers:11,.0f}/s")
    print(f"bare Decimal arithmetic of one offer        {arithmetic:11,.0f}/s   ratio {offers / arithmetic:.3f}")


if __name__ == "__main__":
    main()
