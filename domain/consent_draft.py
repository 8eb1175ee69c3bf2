"""What a member records about somebody's consent: what happened, when, how it can be proven; and where they live."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final

from domain.consent_values import EXPRESS, ConsentKind
from domain.errors import RuleBroken
from domain.policy import Medium
from domain.zones import zone

RECORDABLE: Final = {
    ConsentKind.EXPRESS_WRITTEN: "They agreed in writing",
    ConsentKind.EXPRESS_ORAL: "They agreed by voice",
    ConsentKind.INQUIRY: "They contacted us first",
    ConsentKind.PURCHASE: "They bought or leased from us",
    ConsentKind.CONTRACT: "They have or had a written contract with us",
    ConsentKind.PUBLICATION: "They publish their address",
    ConsentKind.DISCLOSED: "They gave us a business card",
    ConsentKind.REFERRAL: "Somebody referred them to us",
}
"""What may be recorded by hand, as a form offers it. What takes consent back has ways of its own."""

RULES: Final = {
    ConsentKind.EXPRESS_WRITTEN: "Counts until they take it back, once there is evidence: a form, an e-mail, a text "
    "(CASL s.10(1), s.13).",
    ConsentKind.EXPRESS_ORAL: "Counts until they take it back, once there is evidence: a recording or a witness "
    "(CASL s.10(1), s.13).",
    ConsentKind.INQUIRY: "Counts for six months (CASL s.10(10)(e)).",
    ConsentKind.PURCHASE: "Counts for two years. A seller bought nothing from us: their contract counts "
    "(CASL s.10(10)(a)).",
    ConsentKind.CONTRACT: "Counts while it is in force and for two years after (CASL s.10(10)(d)).",
    ConsentKind.PUBLICATION: "Counts for messages about their business role, unless they want none (CASL s.10(9)(b)).",
    ConsentKind.DISCLOSED: "Counts for messages about their business role (CASL s.10(9)(c)).",
    ConsentKind.REFERRAL: "Counts for the first message, which names the referrer in full (SOR/2013-221 s.4).",
}
"""How far each goes, with its source."""

FOR_A_ROLE: Final = frozenset({ConsentKind.PUBLICATION, ConsentKind.DISCLOSED})
WORDS_LIMIT: Final = 2_000


class ConsentInFuture(RuleBroken):
    """That day has not come yet: where they live it is {today:%d %b %Y}. Give the day on which it happened."""

    code: ClassVar[str] = "CONSENT_IN_FUTURE"
    field: ClassVar[str] = "obtained_on"


class EndInFuture(RuleBroken):
    """That day has not come yet: where they live it is {today:%d %b %Y}. Leave it empty while the contract is in
    force."""

    code: ClassVar[str] = "CONTRACT_END_IN_FUTURE"
    field: ClassVar[str] = "ended_on"


class EndBeforeBegin(RuleBroken):
    """The contract can't have ended before it was made, on {made:%d %b %Y}."""

    code: ClassVar[str] = "CONTRACT_END_BEFORE_BEGIN"
    field: ClassVar[str] = "ended_on"


class ReferrerMissing(RuleBroken):
    """Give the full name of whoever referred them: the first message must name them (SOR/2013-221 s.4)."""

    code: ClassVar[str] = "REFERRER_MISSING"
    field: ClassVar[str] = "referrer"


class NothingToRecord(RuleBroken):
    """Say what happened, or choose their time zone."""

    code: ClassVar[str] = "NOTHING_TO_RECORD"
    field: ClassVar[str] = "kind"


class WordsTooLong(RuleBroken):
    """This has {length:,} characters; {limit:,} fit. Keep the rest where the evidence is."""

    code: ClassVar[str] = "CONSENT_WORDS_TOO_LONG"

    def __init__(self, name: str, *, length: int) -> None:
        """`name` is the field with too many words."""
        super().__init__(length=length, limit=WORDS_LIMIT)
        self.field = name


class MediumUnreachable(RuleBroken):
    """There is no {lacking} on record for them. Untick {media}, or complete the record first."""

    code: ClassVar[str] = "MEDIUM_UNREACHABLE"
    field: ClassVar[str] = "media"


@dataclass(frozen=True, slots=True)
class ConsentDraft:
    """What a form says. `kind` is None where only the `zone` (an IANA name) is set; no `media` means all of them.

    `obtained_on` is the recipient's local date, for a contract the day on which it was made; `ended_on` belongs to a
    contract alone. `no_solicitation` and `business_role` speak of a published or disclosed address.
    Raises NothingToRecord, WordsTooLong, ReferrerMissing, EndBeforeBegin and UnknownZone, in this order.
    """

    kind: ConsentKind | None
    obtained_on: date
    media: frozenset[Medium] = field(default_factory=frozenset)
    wording: str | None = None
    source: str | None = None
    evidence: str | None = None
    referrer: str | None = None
    ended_on: date | None = None
    no_solicitation: bool = False
    business_role: bool = True
    zone: str | None = None

    def __post_init__(self) -> None:
        """Check what needs no clock."""
        if self.kind is None and self.zone is None:
            raise NothingToRecord
        for name in ("wording", "source", "evidence", "referrer"):
            if len(words := getattr(self, name) or "") > WORDS_LIMIT:
                raise WordsTooLong(name, length=len(words))
        if self.kind is ConsentKind.REFERRAL and not self.referrer:
            raise ReferrerMissing
        if self.ended_on and self.ended_on < self.obtained_on:
            raise EndBeforeBegin(made=self.obtained_on)
        if self.zone:
            zone(self.zone)

    @property
    def lacks_evidence(self) -> bool:
        """Whether it is kept but does not count yet: express consent that nobody could prove (CASL s.13)."""
        return self.kind in EXPRESS and not self.evidence

    def check_days(self, today: date) -> None:
        """Raise ConsentInFuture or EndInFuture; `today` is the recipient's local date."""
        if self.kind is not None and self.obtained_on > today:
            raise ConsentInFuture(today=today)
        if self.ended_on and self.ended_on > today:
            raise EndInFuture(today=today)

    def detail(self) -> dict[str, object]:
        """Return what the ledger keeps beside the columns that every kind has."""
        if self.kind is ConsentKind.CONTRACT:
            ended = {"ended_on": self.ended_on.isoformat()} if self.ended_on else {}
            return {"in_force": self.ended_on is None, **ended}
        if self.kind in FOR_A_ROLE:
            return {"no_solicitation": self.no_solicitation, "business_role": self.business_role}
        return {}


def check_reachable(media: frozenset[Medium], *, phone: str | None, email: str | None) -> None:
    """Raise MediumUnreachable where a medium was ticked that none of their addresses serves."""
    by_phone = [medium for medium in (Medium.SMS, Medium.CALL) if medium in media]
    if by_phone and not phone:
        raise MediumUnreachable(lacking="phone number", media=" and ".join(_TICKED[medium] for medium in by_phone))
    if Medium.EMAIL in media and not email:
        raise MediumUnreachable(lacking="e-mail address", media=_TICKED[Medium.EMAIL])


_TICKED: Final = {Medium.SMS: "text messages", Medium.CALL: "calls", Medium.EMAIL: "e-mails"}
