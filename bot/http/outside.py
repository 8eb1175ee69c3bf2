"""All routes by which somebody outside the team reaches us: providers' webhooks, and recipients' links."""

from dataclasses import dataclass, field

from fastapi import APIRouter

from bot.http.access import Served
from bot.http.inbound_mail import mail_router
from bot.http.unsubscribe import unsubscribe_router
from bot.http.webhooks import TwilioDoor, twilio_router
from bot.services.inbound import InboundBook
from bot.services.sends_receipts import Receipts
from bot.services.unsubscribing import Unsubscribing


@dataclass(frozen=True, slots=True)
class Proofs:
    """By what callers from outside are told from anybody: each None keeps its door closed."""

    public_url: str | None
    twilio_auth_token: str | None = field(repr=False)
    inbound_email_token: str | None = field(repr=False)


def outside_routers(
    inbound: InboundBook, receipts: Receipts, unsubscribing: Unsubscribing, served: Served, proofs: Proofs
) -> list[APIRouter]:
    """Return the routes for callers from outside."""
    door = TwilioDoor(proofs.twilio_auth_token, proofs.public_url)
    return [
        twilio_router(inbound, receipts, door, served),
        mail_router(inbound, receipts, unsubscribing, served, proofs.inbound_email_token),
        unsubscribe_router(unsubscribing),
    ]
