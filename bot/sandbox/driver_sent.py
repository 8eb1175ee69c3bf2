"""What people outside and the providers do: answer a message, write out of the blue, say whether one arrived."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.driver import Desk, OnReceipt
from bot.sandbox.errors import DriverError
from bot.sandbox.sent import MEDIA, RECEIPTS
from bot.sandbox.stamps import new_token


async def sent(desk: Desk, asked: Asked) -> list[Json]:
    """Return what left by a medium, newest last."""
    return list(desk.outbox)


async def reply(desk: Desk, asked: Asked) -> Json:
    """Let a seller or buyer answer a message, or anybody write from an address; say what it was taken for."""
    if desk.on_reply is None:
        raise DriverError("no_medium", "No medium is connected that could carry an answer.", status=501)
    text = asked.text("text")
    entry, facts = _writer(desk, asked)
    facts |= {"text": text, "provider_id": f"sandbox-{new_token()}", "at": desk.world.clock.now().isoformat()}
    answer = dict(await desk.on_reply(facts))
    if entry is not None:
        entry["replies"].append({"text": text, "at": facts["at"], **answer})
        desk.outbox.changed()
    return {"ok": True, "send_id": facts["send_id"], **answer}


async def receipt(desk: Desk, asked: Asked) -> Json:
    """Bring the provider's later word about a message; say whether the bot knows the message."""
    state, entry = asked.text("state"), _entry(desk, asked)
    if state not in RECEIPTS:
        raise DriverError("unknown_state", f"A provider says {' or '.join(RECEIPTS)}, not {state!r}.")
    if desk.on_receipt is None:
        raise DriverError("no_medium", "No medium is connected that could bring a receipt.", status=501)
    known = await _bring(desk, desk.on_receipt, entry, state)
    return {"ok": True, "known": known, "state": entry["state"]}


async def bring_receipts(desk: Desk) -> None:
    """Bring what the providers say by themselves of the messages that they took."""
    if desk.on_receipt is None:
        return
    for entry in [each for each in desk.outbox if each["receipt"]]:
        await _bring(desk, desk.on_receipt, entry, entry["receipt"])


async def _bring(desk: Desk, carry: OnReceipt, entry: Json, state: str) -> bool:
    """Hand a receipt to the bot and keep it at the entry, whatever the bot makes of it."""
    facts = {name: entry.get(name) for name in ("send_id", "provider_id", "medium", "to")}
    known = await carry({**facts, "state": state})
    entry |= {"state": state, "receipt": None}
    desk.outbox.changed()
    return known


def _writer(desk: Desk, asked: Asked) -> tuple[Json | None, dict[str, Any]]:
    """Return the message that is answered, if there is one, and who writes."""
    if asked.has("send_id"):
        answered = _entry(desk, asked)
        return answered, _facts(answered, answered["medium"], answered["to"])
    if not (asked.has("medium") and asked.has("from")):
        raise DriverError("missing_field", "Say what is answered: 'send_id', or 'medium' and 'from'.")
    medium, address = asked.text("medium").upper(), asked.text("from")
    if medium not in MEDIA:
        raise DriverError("unknown_medium", f"People outside write by {' or '.join(MEDIA)}, not by {medium!r}.")
    entry = desk.outbox.last_to(medium, address)
    return entry, _facts(entry, medium, address)


def _facts(entry: Mapping[str, Any] | None, medium: str, address: str) -> dict[str, Any]:
    return {"send_id": entry["send_id"] if entry else None, "medium": medium, "from": address}


def _entry(desk: Desk, asked: Asked) -> Json:
    wanted = asked.fields.get("send_id")
    entry = desk.outbox.find(wanted)
    if entry is None:
        raise DriverError("send_not_found", f"No message with the send_id {wanted!r} has left: GET sent lists them.")
    return entry
