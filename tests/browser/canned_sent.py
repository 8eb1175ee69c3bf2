"""Canned messages that left for people outside, what their answers are taken for, and how far the clock's steps go."""

from datetime import UTC, datetime
from typing import Any

from tests.browser.canned import AT, Json


def left(send_id: int, medium: str, to: str, body: str, **more: Any) -> Json:
    """One message that left, a minute after the one with the id before."""
    base: Json = {
        "from": None,
        "subject": None,
        "at": datetime.fromtimestamp(AT + 60 * send_id, UTC).isoformat(),
        "provider_id": f"console-{send_id}",
        "state": "delivered",
        "segments": None,
        "encoding": None,
        "receipt": None,
        "replies": [],
    }
    return {"send_id": send_id, "medium": medium, "to": to, "body": body} | base | more


TEXT = left(
    1,
    "SMS",
    "+14165550134",
    "Hi John, are you still thinking of selling?\n\nMaple Homes. Reply STOP to opt out. <b>not bold</b>",
    segments=1,
    encoding="GSM-7",
)
EMAIL = left(
    2,
    "EMAIL",
    "john@example.com",
    "Bonjour John,\nvoici notre offre.\n\nUnsubscribe: https://elsewhere.example/unsubscribe/abc",
    subject="12 King St W",
    state="sent",
)
EMOJI = left(3, "SMS", "+15195550123", "See you \N{PARTY POPPER}", state="undelivered", segments=2, encoding="UCS-2")
SENT = (TEXT, EMAIL, EMOJI)

STEPS = {"plus_hour": 3600, "plus_day": 86400, "plus_week": 7 * 86400, "next_nine": 60_300, "now": 0}
"""Seconds; the next nine o'clock is as far from 16:15 as this."""


def stepped(body: Json) -> int:
    """Return by how many seconds a POST clock moves on."""
    return int(STEPS[body["preset"]] if "preset" in body else body["advance_s"])


def taken_for(text: str) -> Json:
    """Return what an answer was taken for, as the bot would say it."""
    if text in ("STOP", "ARRET", "please stop"):
        return {"taken_for": "stop", "sentence": "*Taken as an opt-out*: texts to (416) •••-0134 are blocked."}
    return {"taken_for": "none", "sentence": "*Kept*. It is no opt-out, and nothing is blocked."}
