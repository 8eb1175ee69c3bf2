"""Parcels for tests of transports, with valid defaults."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.clock import SystemClock
from bot.transports.port import Parcel
from domain.messages import Route

NUMBER, EMAIL = "+14165550134", "john@example.com"


def parcel(route: Route = Route.SMS, **changes: object) -> Parcel:
    now = SystemClock().now().replace(microsecond=0)
    made = Parcel(
        workspace_id="T0TEAM",
        send_id=7,
        route=route,
        address=NUMBER if route is Route.SMS else EMAIL,
        subject=None if route is Route.SMS else "Your house on King St",
        body="Hello John, is your house for sale?\nReply STOP to opt out",
        attempted_at=now,
        first_attempt_at=now,
        valid_until=None,
        unsubscribe_url=None,
        metadata={},
    )
    return replace(made, **changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
