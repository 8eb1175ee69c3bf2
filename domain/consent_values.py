"""The values that the law of messages and calls speaks of: a request to contact, a ledger of consents, lists."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.rules import Medium


class MessageKind(StrEnum):
    """What a message is for; most of what a wholesaler sends is commercial (CASL s.1(2)-(3))."""

    COMMERCIAL = "commercial"
    CONSENT_REQUEST = "consent_request"
    TRANSACTIONAL = "transactional"
    REPLY = "reply"
    QUOTE = "quote"
    INQUIRY = "inquiry"
    PERSONAL = "personal"
    B2B = "b2b"


class ConsentKind(StrEnum):
    """One entry of an address's ledger: what allows a message, or what takes it back."""

    EXPRESS_WRITTEN = "express_written"
    EXPRESS_ORAL = "express_oral"
    INQUIRY = "inquiry"
    PURCHASE = "purchase"
    CONTRACT = "contract"
    PUBLICATION = "publication"
    DISCLOSED = "disclosed"
    REFERRAL = "referral"
    PERSONAL = "personal"
    TRANSITIONAL = "transitional"
    WITHDRAWN = "withdrawn"
    UNSUBSCRIBED = "unsubscribed"
    STOP = "stop"
    START = "start"
    DO_NOT_CALL = "do_not_call"
    WRONG_PERSON = "wrong_person"
    CARRIER_BLOCK = "carrier_block"
    COMPLAINT = "complaint"

    @property
    def label(self) -> str:
        """The entry as a sentence names it: "written consent"."""
        return _LABELS[self]


_LABELS = {
    ConsentKind.EXPRESS_WRITTEN: "written consent",
    ConsentKind.EXPRESS_ORAL: "spoken consent",
    ConsentKind.INQUIRY: "inquiry",
    ConsentKind.PURCHASE: "purchase",
    ConsentKind.CONTRACT: "contract",
    ConsentKind.PUBLICATION: "published address",
    ConsentKind.DISCLOSED: "business card",
    ConsentKind.REFERRAL: "referral",
    ConsentKind.PERSONAL: "personal relationship",
    ConsentKind.TRANSITIONAL: "consent carried over in 2014",
    ConsentKind.WITHDRAWN: "withdrawal",
    ConsentKind.UNSUBSCRIBED: "unsubscribe",
    ConsentKind.STOP: "STOP",
    ConsentKind.START: "START",
    ConsentKind.DO_NOT_CALL: "do-not-contact request",
    ConsentKind.WRONG_PERSON: "wrong person",
    ConsentKind.CARRIER_BLOCK: "carrier's block",
    ConsentKind.COMPLAINT: "spam complaint",
}

EXPRESS = frozenset({ConsentKind.EXPRESS_WRITTEN, ConsentKind.EXPRESS_ORAL})
OPT_OUTS = frozenset(
    {
        ConsentKind.WITHDRAWN,
        ConsentKind.UNSUBSCRIBED,
        ConsentKind.STOP,
        ConsentKind.DO_NOT_CALL,
        ConsentKind.WRONG_PERSON,
        ConsentKind.CARRIER_BLOCK,
        ConsentKind.COMPLAINT,
    }
)
CONSENTS = frozenset(ConsentKind) - OPT_OUTS - {ConsentKind.START}


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """One message as the law sees it: who is to be reached how, what for, and what stands in it.

    `zones` are those in which the recipient may be; `relevant_to_role` is whether it concerns their business role,
    `referrer_named` whether it names in full who referred them, `wrong_person` whether the address is known to be
    somebody else's.
    """

    medium: Medium
    kind: MessageKind
    address: str
    zones: frozenset[str] = frozenset()
    has_identification: bool = True
    has_unsubscribe: bool = True
    relevant_to_role: bool = True
    wrong_person: bool = False
    referrer_named: bool = True
    is_first_message: bool = True


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One entry of the ledger; `at` is an instant or the recipient's local date, a `medium` of None covers all media.

    `opt_in` is false for a box that was ticked beforehand. `in_force` and `ended_on` speak of a written contract;
    `requested_by_message` of a consent that an unsolicited message asked for; `no_solicitation` and `business_role` of
    a published or disclosed address; `referrer` is the full name of whoever referred them.
    """

    kind: ConsentKind
    at: datetime | date
    medium: Medium | None = None
    has_evidence: bool = True
    opt_in: bool = True
    referrer: str | None = None
    in_force: bool = True
    ended_on: date | None = None
    requested_by_message: bool = False
    no_solicitation: bool = False
    business_role: bool = True

    def covers(self, medium: Medium) -> bool:
        """Whether it speaks of a medium."""
        return self.medium is None or self.medium is medium


@dataclass(frozen=True, slots=True)
class Lists:
    """What the do-not-call lists say of a number: the national one, when it was downloaded, and our own since when."""

    national: bool = False
    downloaded_on: date | None = None
    internal_since: date | None = None
