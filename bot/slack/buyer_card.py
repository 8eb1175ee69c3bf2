"""What a buyer looks like in Slack: their card, rendered from rows, and a line in a list."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.services.buyers import BuyerCard
from bot.slack.blocks import Block, actions, button, confirmation, context, divider, fields, header, section
from bot.slack.consent_card import consent_line
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, for_reader
from domain.buyers import age_words, area_rows, record_words, unclear_types
from domain.contact import show_phone
from domain.geo import ALL, PROVINCES
from domain.matching_areas import area_of, unclear_parts
from domain.money import show_short
from domain.property_types import property_types
from storage.buyers import Buyer

AREAS_SHOWN = 12
NAME_SHOWN = 80
WORDS_SHOWN = 200


def card_text(card: BuyerCard) -> str:
    """Return the card in a line, for notifications and screen readers."""
    return escape(f"Buyer B-{card.buyer.number}: {card.buyer.name}", NAME_SHOWN)


def card_blocks(card: BuyerCard) -> list[Block]:
    """Return the card. Only the person who asked sees it, so contact details stand in full."""
    buyer = card.buyer
    return [
        header(f"B-{buyer.number}  {buyer.name}"),
        section(_status_line(card)),
        fields([_contact(buyer), f"{bold('Record')} {_record(buyer)}\n{_proof(buyer, card.today)}"]),
        section("\n".join((_areas_line(buyer), _types_line(buyer), _price_line(buyer), _rooms_line(buyer)))),
        *_questions(buyer),
        section(
            "\n".join((_answers_line(card), consent_line(card.consents, today=card.today))),
            accessory=button("Contact now?", Action.ASK_GATE, f"B-{buyer.number}"),
        ),
        *([divider(), context(escape(buyer.notes))] if buyer.notes.strip() else []),
        actions(_buttons(card), block_id=f"buyer_{buyer.number}"),
    ]


def removed_blocks(number: int) -> list[Block]:
    """Return what stands in the place of a removed buyer's card."""
    text = f"{bold(f'B-{number} was removed.')} No deal is matched with them any more; their record is kept."
    return [section(text)]


def list_blocks(title: str, buyers: Sequence[Buyer]) -> list[Block]:
    """Return buyers as lines with a button each; an empty list says how to begin."""
    if not buyers:
        return [section(f"{bold(escape(title))}\nNone yet. `/buyer` takes down the first one.")]
    return [section(bold(escape(title))), *(_line(buyer) for buyer in buyers)]


def _line(buyer: Buyer) -> Block:
    paused = "" if buyer.active else " · paused"
    company = f", {escape(buyer.company, NAME_SHOWN)}" if buyer.company else ""
    first = f"{bold(f'B-{buyer.number}')}  {escape(buyer.name, NAME_SHOWN)}{company}{paused}"
    where = escape(buyer.regions, WORDS_SHOWN) if buyer.regions else "no area stated"
    text = f"{first}\n{where} · {_price(buyer)} · {_record(buyer)}"
    return section(
        text, accessory=button("Open", Action.SHOW_BUYER, str(buyer.number)), block_id=f"buyer_line_{buyer.number}"
    )


def _status_line(card: BuyerCard) -> str:
    company = f"{escape(card.buyer.company)}\n" if card.buyer.company else ""
    rests = "" if card.buyer.active else ": no deal is matched with them until somebody resumes"
    return f"{company}{bold(card.status.label)}{rests} · added {for_reader(card.buyer.created_at)}"


def _contact(buyer: Buyer) -> str:
    phone = show_phone(buyer.phone) if buyer.phone else "none"
    return f"{bold('Phone')} {phone}\n{bold('E-mail')} {escape(buyer.email) if buyer.email else 'none'}"


def _record(buyer: Buyer) -> str:
    return record_words(contacted=buyer.contacted, responded=buyer.responded, bought=buyer.bought)


def _proof(buyer: Buyer, today: date) -> str:
    on = buyer.proof_of_funds_on
    known = f"{_day(on)}, {age_words(on, today=today)}" if on else "none seen"
    return f"{bold('Proof of funds')} {known}"


def _areas_line(buyer: Buyer) -> str:
    if not buyer.regions:
        return f"{bold('Areas')} not stated"
    area = area_of(buyer.regions)
    if area.is_everywhere:
        return f"{bold('Areas')} anywhere in Canada"
    names = [_place(province, market) for province, market in area_rows(area)]
    return f"{bold('Areas')} {escape(_some(names)) or 'none understood yet'}"


def _place(province: str, market: str) -> str:
    return f"all of {PROVINCES[province]}" if market == ALL else f"{market} {province}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - AREAS_SHOWN
    return ", ".join(names[:AREAS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _types_line(buyer: Buyer) -> str:
    if not buyer.property_types:
        return f"{bold('Types')} not stated"
    kinds = property_types(buyer.property_types)
    return f"{bold('Types')} {', '.join(kind.label for kind in sorted(kinds)) or 'none understood yet'}"


def _price_line(buyer: Buyer) -> str:
    return f"{bold('Price')} {_price(buyer)}"


def _price(buyer: Buyer) -> str:
    low, high = buyer.min_price, buyer.max_price
    if high is None:
        return "no price stated" if not low else f"from {show_short(low)}"
    return f"{show_short(low)} to {show_short(high)}" if low else f"up to {show_short(high)}"


def _rooms_line(buyer: Buyer) -> str:
    rooms = [
        f"{count} {what if count != 1 else what.removesuffix('s')}"
        for count, what in ((buyer.min_beds, "beds"), (buyer.min_baths, "baths"))
        if count is not None
    ]
    return f"{bold('Rooms')} {' and '.join(rooms)} at least" if rooms else f"{bold('Rooms')} not stated"


def _questions(buyer: Buyer) -> list[Block]:
    """Ask about each word that nobody understands; it is kept as it was typed and matches nothing."""
    asked = [
        *_question("Where is", unclear_parts(buyer.regions or "")),
        *_question("Which property type is", unclear_types(buyer.property_types)),
    ]
    if not asked:
        return []
    edit = button("Edit", Action.EDIT_BUYER, str(buyer.number))
    return [section("\n".join(asked), accessory=edit, block_id=f"buyer_asked_{buyer.number}")]


def _question(start: str, words: Sequence[str]) -> Iterable[str]:
    if words:
        quoted = escape(", ".join(f"“{word}”" for word in words), WORDS_SHOWN)
        yield f":grey_question: {bold(f'{start} {quoted}?')} It is kept as typed and not understood."


def _answers_line(card: BuyerCard) -> str:
    given = [f"D-{one.deal_number} {one.event.label.lower()} {for_reader(one.at)}" for one in card.answers]
    return f"{bold('Last answers')} {' · '.join(given) or 'none yet'}"


def _buttons(card: BuyerCard) -> list[Block]:
    number = str(card.buyer.number)
    edit = button("Edit", Action.EDIT_BUYER, number)
    rest = button("Pause", Action.PAUSE_BUYER, number)
    consent = button("Record consent", Action.RECORD_CONSENT, f"B-{number}")
    row = [edit, consent, rest if card.buyer.active else button("Resume", Action.RESUME_BUYER, number)]
    return [*row, _remove(card)] if card.may_remove else row


def _remove(card: BuyerCard) -> Block:
    buyer = card.buyer
    text = "No deal is matched with them any more. Their record and what they agreed to are kept."
    ask = confirmation(f"Remove B-{buyer.number}?", text, yes="Remove", no="Keep")
    return button("Remove", Action.REMOVE_BUYER, str(buyer.number), style="danger", confirm=ask)


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"
