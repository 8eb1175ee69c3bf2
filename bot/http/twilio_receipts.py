"""Twilio's status callbacks in the words of receipts: how far a text came, and why it went no further."""

from collections.abc import Mapping
from typing import Final

from bot.services.sends_receipts import UNDELIVERED, ReceiptWord, Word
from domain.receipts import CARRIER_BLOCK

_NO_ID: Final = 2**63
"""Ids are 64-bit numbers with a sign."""
_WORDS: Final[Mapping[str, Word]] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered"), "sent"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "undelivered"),
}
_REASONS: Final = {
    "21610": (CARRIER_BLOCK, "The recipient told the carrier to stop."),
    "21211": ("bad_number", "There is no such number."),
    "21614": ("cannot_receive", "This number cannot receive texts."),
    "30001": (UNDELIVERED, "Too many texts waited at Twilio."),
    "30003": (UNDELIVERED, "The phone is off or out of reach."),
    "30004": (UNDELIVERED, "The carrier blocks texts to this number."),
    "30005": ("bad_number", "The carrier does not know this number."),
    "30006": ("cannot_receive", "This number cannot receive texts: a landline, or a carrier that takes none."),
    "30007": ("content_refused", "The carrier took the text for spam."),
    "30036": (UNDELIVERED, "The window closed before Twilio could let the text go."),
}
"""The errors of delivery that people can do something about (https://www.twilio.com/docs/api/errors)."""


def receipt_of(form: Mapping[str, str], send: str | None) -> ReceiptWord | None:
    """Return what a callback says; `send` is our id as its URL carries it. None for a state that says nothing to us."""
    state = _WORDS.get(form.get("MessageStatus", ""))
    if state is None:
        return None
    named = ReceiptWord("twilio", form.get("MessageSid", ""), _id(send), state)
    if state != "undelivered":
        return named
    code = form.get("ErrorCode", "")
    reason, sentence = _REASONS.get(code, (UNDELIVERED, "Twilio could not deliver it."))
    said = f"{sentence} ({code[:8]})" if code else sentence
    return ReceiptWord("twilio", named.provider_id, named.send_id, state, reason, said)


def _id(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > len(str(_NO_ID)):
        return None
    return int(text) if 0 < int(text) < _NO_ID else None
