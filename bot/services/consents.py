"""Consent as a form takes it down: the ledger's entries that follow from what a person agreed to."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Protocol

from bot.services.actors import Actor
from domain.contact import email_key
from domain.leads import ContactBasis
from domain.policy import Medium


class Agreed(Protocol):
    """How somebody is reached, and what they agreed to: a lead's draft or a buyer's."""

    @property
    def phone(self) -> str | None:
        """Their phone number in E.164."""
        ...

    @property
    def email(self) -> str | None:
        """Their e-mail address."""
        ...

    @property
    def basis(self) -> ContactBasis:
        """The ground of a commercial message to them."""
        ...

    @property
    def media(self) -> frozenset[Medium]:
        """The media they agreed to; none stated counts as all of them."""
        ...


def consent_rows(
    who: Actor, agreed: Agreed, *, source: str | None, obtained_on: date, now: datetime
) -> Iterator[dict[str, object]]:
    """Yield a ledger entry, by the address's key, for each medium that was agreed to and has an address."""
    if agreed.basis is ContactBasis.NONE:
        return
    email = agreed.email and email_key(agreed.email)
    address_of = {Medium.SMS: agreed.phone, Medium.CALL: agreed.phone, Medium.EMAIL: email}
    for medium in Medium:
        if address_of[medium] and (not agreed.media or medium in agreed.media):
            yield {
                "address": address_of[medium],
                "medium": medium.value,
                "kind": agreed.basis,
                "obtained_on": obtained_on,
                "wording": agreed.basis.label,
                "source": source,
                "recorded_by": who.user_id,
                "created_at": now,
            }
