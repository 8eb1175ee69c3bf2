"""The buyers of a deal as its card shows them: who fits and why, what they answered, and who is out."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.services.deals import DealCard
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.ids import Action
from bot.slack.live_offer_card import person
from bot.slack.mrkdwn import bold, escape, for_reader
from domain.deals import Stage
from domain.feedback import still_possible
from domain.liquidity import Feedback
from domain.matching import Match, Reason, ReasonCode
from storage.buyers import Buyer
from storage.feedback import Answer

OUT: Final = 5
"""Buyers who are named with what keeps them out."""
BESIDE: Final = 5
"""Buyers who answered without being among the best, and are shown all the same."""
ROOMS: Final = (ReasonCode.BEDS, ReasonCode.BATHS)
"""What is not worth a word where nobody stated it."""
NAME_LIMIT, COMPANY_LIMIT, REASON_LIMIT = 80, 40, 70
"""With everything escaped, a buyer's section stays within Slack's 3,000 characters."""


def match_blocks(card: DealCard) -> list[Block]:
    """Return the buyers section of a deal's card: the count, the best buyers with what can be recorded of them, others
    who answered, and who is out and why."""
    listed = [match for match in card.ranking.matches if _buyer(card, match)]
    blocks = [section(_count(card, len(listed)))]
    for match in listed:
        blocks += _listed(card, match)
    for buyer in _beside(card, listed):
        blocks += [section(_answered(card, buyer, f"{_name(buyer)} · not among the best now")), *_buttons(card, buyer)]
    return [*blocks, *_out(card)]


def _count(card: DealCard, listed: int) -> str:
    ranking = card.ranking
    if card.lead.province is None:
        return f"{bold('Buyers')} Complete the address first: without a province nobody can be matched."
    if not ranking.active:
        return f"{bold('Buyers')} none are active yet. `/buyer` adds the first."
    of = f"of {ranking.active} active {'buyer' if ranking.active == 1 else 'buyers'}"
    if not ranking.fitting:
        return f"{bold('Buyers')} none {of} matches. `/buyer` adds one who buys there."
    best = f" · the best {listed}" if listed < ranking.fitting else ""
    return f"{bold('Buyers')} {ranking.fitting} {of} {'matches' if ranking.fitting == 1 else 'match'}{best}"


def _listed(card: DealCard, match: Match) -> list[Block]:
    """One buyer: who they are, the reasons as chips, what they answered, and what may be recorded."""
    buyer = card.buyers[int(match.buyer_id)]
    chips = " · ".join(_chip(reason) for reason in match.reasons if reason.is_known or reason.code not in ROOMS)
    text = f"{_name(buyer)} · fit {_percent(match.fit)}\n{chips}"
    return [section(_answered(card, buyer, text)), *_buttons(card, buyer)]


def _name(buyer: Buyer) -> str:
    company = f" ({escape(_line(buyer.company), COMPANY_LIMIT)})" if buyer.company else ""
    gone = " · removed" if buyer.removed_at else "" if buyer.active else " · paused"
    return f"{bold(f'B-{buyer.number}  {escape(_line(buyer.name), NAME_LIMIT)}')}{company}{gone}"


def _chip(reason: Reason) -> str:
    text = escape(reason.text, REASON_LIMIT)
    return text if reason.good or not reason.is_known else f":warning: {text}"


def _answered(card: DealCard, buyer: Buyer, text: str) -> str:
    """The text with a line for each answer that stands: what, by whom and when it was recorded."""
    lines = [_answer(answer) for answer in card.answers.get(buyer.id, ())]
    return "\n".join([text, *lines])


def _answer(answer: Answer) -> str:
    by = f", by {person(answer.recorded_by)}" if answer.recorded_by else ""
    return f"→ {bold(answer.event.label)}{by}, {for_reader(answer.created_at)}"


def _buttons(card: DealCard, buyer: Buyer) -> list[Block]:
    """What may still be recorded of a buyer, and an undo for what stands; nothing where this person may do neither."""
    if not _may_answer(card):
        return []
    standing = card.answers.get(buyer.id, ())
    row = [] if buyer.removed_at else [_record_button(card, buyer, event) for event in _possible(card, standing)]
    row += [_undo_button(card, answer, alone=len(standing) == 1) for answer in standing if not _is_held(card, answer)]
    return [actions(row, block_id=f"feedback_{buyer.number}")] if row else []


def _may_answer(card: DealCard) -> bool:
    """Whether this person may record answers: the deal is open, has a place, and is theirs to move."""
    return card.deal.stage.is_open and bool(card.moves) and card.lead.province is not None


def _possible(card: DealCard, standing: Sequence[Answer]) -> tuple[Feedback, ...]:
    is_sold = any(answer.event is Feedback.BOUGHT for answers in card.answers.values() for answer in answers)
    return still_possible({answer.event for answer in standing}, is_sold=is_sold)


def _is_held(card: DealCard, answer: Answer) -> bool:
    """Whether it is the purchase by which the deal is assigned: moving the deal back takes it back."""
    is_theirs = answer.buyer_id == card.deal.buyer_id
    return card.deal.stage is Stage.ASSIGNED and is_theirs and answer.event is Feedback.BOUGHT


def _record_button(card: DealCard, buyer: Buyer, event: Feedback) -> Block:
    value = f"{card.deal.number}|{buyer.number}|{event.value}"
    return button(event.label, f"{Action.FEEDBACK}:{event.value}", value)


def _undo_button(card: DealCard, answer: Answer, *, alone: bool) -> Block:
    text = "Undo" if alone else f"Undo “{answer.event.label}”"
    return button(text, f"{Action.UNDO_FEEDBACK}:{answer.id}", f"{answer.id}|{card.deal.number}")


def _beside(card: DealCard, listed: Sequence[Match]) -> list[Buyer]:
    """Buyers who answered and are not listed, the latest answer first."""
    shown = {match.buyer_id for match in listed}
    others = [(answers[-1].created_at, buyer_id) for buyer_id, answers in card.answers.items() if buyer_id not in shown]
    buyers = (card.buyers.get(buyer_id) for _, buyer_id in sorted(others, reverse=True))
    return [buyer for buyer in buyers if buyer][:BESIDE]


def _out(card: DealCard) -> Iterator[Block]:
    """Who does not fit, with what keeps each of them out."""
    for match in card.ranking.out[:OUT]:
        buyer = _buyer(card, match)
        if buyer:
            why = " · ".join(escape(reason.text, REASON_LIMIT) for reason in _against(match))
            yield context(f"Out: {_name(buyer)} · fit {_percent(match.fit)} · {why}")


def _against(match: Match) -> list[Reason]:
    """What keeps a buyer out: what is known to speak against them, else what nobody knows."""
    bad = [reason for reason in match.reasons if not reason.good and reason.code is not ReasonCode.RECORD]
    return [reason for reason in bad if reason.is_known] or bad


def _buyer(card: DealCard, match: Match) -> Buyer | None:
    return card.buyers.get(int(match.buyer_id))


def _line(text: str) -> str:
    return " ".join(text.split())


def _percent(fit: float) -> str:
    return f"{fit:.0%}".replace("%", " %")
