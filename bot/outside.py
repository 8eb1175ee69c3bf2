"""People outside and providers, as the sandbox plays them: what they say reaches the services as if by a webhook."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.services.actors import Actor
from bot.services.inbound import InboundBook, InboundWish
from bot.services.sends_receipts import Receipts, ReceiptWord
from bot.slack.reply_card import outcome_text
from domain.rules import Medium
from domain.zones import UnknownZone, zone

OUTSIDE = "sandbox"
"""The name under which rows say that the sandbox played somebody."""
PROVIDER = "console"
"""The provider that it plays."""
_LOST = {
    Medium.SMS: ("undelivered", "The carrier could not deliver it."),
    Medium.EMAIL: ("bounced", "The recipient's mail server sent it back."),
}


class Outside:
    """Carries answers and receipts from the sandbox to one workspace."""

    def __init__(self, workspace_id: str, inbound: InboundBook, receipts: Receipts) -> None:
        self._who = Actor(workspace_id, OUTSIDE, is_person=False)
        self._inbound = inbound
        self._receipts = receipts

    async def answer(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take in an answer {medium, from, text, at, provider_id}; say what it was taken for, and what that changed."""
        wish = InboundWish(
            provider_id=facts["provider_id"],
            medium=Medium(facts["medium"]),
            address=facts["from"],
            text=facts["text"],
            received_at=datetime.fromisoformat(facts["at"]),
        )
        done = await self._inbound.receive(self._who, wish)
        return {"taken_for": done.message.intent.value, "sentence": outcome_text(done)}

    async def receipt(self, facts: Mapping[str, Any]) -> bool:
        """Take in the provider's word {send_id, provider_id, medium, state}; False for a message that is not ours."""
        code, sentence = _LOST[Medium(facts["medium"])] if facts["state"] == "undelivered" else (None, None)
        word = ReceiptWord(PROVIDER, facts["provider_id"], facts["send_id"], facts["state"], code, sentence)
        return await self._receipts.receive(self._who, word)


def offset_at(name: str, at: datetime) -> timedelta | None:
    """Return a zone's offset from UTC at an instant; None for a zone that there is not."""
    try:
        return at.astimezone(zone(name)).utcoffset()
    except UnknownZone:
        return None
