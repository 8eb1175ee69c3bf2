"""The closed set of KPI events, the correlation ids that tie them together, and one event as a value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Final

from domain.errors import RuleBroken


class Kpi(Enum):
    """Every event the product may count; nothing outside this set is ever stored.

    A member knows the `domain` and the `metric` under which it is stored, for example ("WHOLESALE", "lead_created").
    """

    LEAD_CREATED = ("WHOLESALE", "lead_created")
    DEAL_BRIEF_CREATED = ("WHOLESALE", "deal_brief_created")
    BACKEND_DEAL_CREATED = ("WHOLESALE", "backend_deal_created")
    MATCH_ATTEMPT = ("BUYER_MATCH", "match_attempt")
    MATCH_RESULT = ("BUYER_MATCH", "match_result")

    LADDER_CREATED = ("WHOLESALE", "ladder_created")
    FOLLOWUP_COMPLETED = ("WHOLESALE", "followup_completed")

    OFFER_GENERATED = ("WHOLESALE", "offer_generated")
    OFFER_PRESENTED = ("WHOLESALE", "offer_presented")
    OFFER_ACCEPTED = ("WHOLESALE", "offer_accepted")
    OFFER_REJECTED = ("WHOLESALE", "offer_rejected")

    CONTRACT_SIGNED = ("WHOLESALE", "contract_signed")
    DEAL_ASSIGNED = ("WHOLESALE", "deal_assigned")
    DEAL_CLOSED = ("WHOLESALE", "deal_closed")
    DEAL_LOST = ("WHOLESALE", "deal_lost")

    BUYER_FEEDBACK = ("BUYER_MATCH", "buyer_feedback")
    NOTIFICATIONS_PREPARED = ("NOTIFICATIONS", "prepared")

    EMAIL_SENT = ("MESSAGING", "email_sent")
    SMS_SENT = ("MESSAGING", "sms_sent")
    EMAIL_BLOCKED_BY_POLICY = ("MESSAGING", "email_blocked_by_policy")
    SMS_BLOCKED_BY_POLICY = ("MESSAGING", "sms_blocked_by_policy")
    CALL_BLOCKED_BY_POLICY = ("MESSAGING", "call_blocked_by_policy")
    EMAIL_FAILED = ("MESSAGING", "email_failed")
    SMS_FAILED = ("MESSAGING", "sms_failed")
    DELIVERED = ("MESSAGING", "delivered")
    INBOUND_RECEIVED = ("MESSAGING", "inbound_received")
    OPTED_OUT = ("MESSAGING", "opted_out")

    CALL_LOGGED = ("FOLLOWUPS", "call_logged")
    APPROVAL_DECIDED = ("APPROVALS", "decided")
    FLOW_PART_FAILED = ("WHOLESALE", "flow_part_failed")

    @property
    def domain(self) -> str:
        """The part of the business, in capitals: "WHOLESALE"."""
        return self.value[0]

    @property
    def metric(self) -> str:
        """What happened there: "lead_created"."""
        return self.value[1]


LEAD_FLOW: Final[tuple[Kpi, ...]] = (
    Kpi.LEAD_CREATED,
    Kpi.DEAL_BRIEF_CREATED,
    Kpi.BACKEND_DEAL_CREATED,
    Kpi.MATCH_ATTEMPT,
    Kpi.MATCH_RESULT,
)
"""The five events of one lead's flow, in the order in which they are stored under `leadflow(lead_id)`."""


def kpi_named(domain: str, metric: str) -> Kpi | None:
    """The event stored under these two names, or None when there is no such event."""
    return _BY_NAME.get((domain, metric))


def leadflow(lead_id: int) -> str:
    """Ties the five events of `LEAD_FLOW` to their lead; no other event may carry it."""
    return f"leadflow:{lead_id}"


def ladder(lead_id: int) -> str:
    """Ties ladder_created and followup_completed to their lead."""
    return f"ladder:{lead_id}"


def offer(evidence_id: int) -> str:
    """Ties what becomes of an offer to the evidence it was computed from."""
    return f"offer:{evidence_id}"


def deal(deal_id: int) -> str:
    """Ties a signed, assigned, closed or lost deal together."""
    return f"deal:{deal_id}"


def feedback(deal_id: int) -> str:
    """Ties the buyers' answers to the deal they were asked about."""
    return f"feedback:{deal_id}"


def notifications(deal_id: int) -> str:
    """Ties the prepared notifications to their deal."""
    return f"notifications:{deal_id}"


def send(send_id: int) -> str:
    """Ties what becomes of one message to its send: the id says nothing about who received it."""
    return f"send:{send_id}"


def call(task_id: int) -> str:
    """Ties a logged call to its task."""
    return f"call:{task_id}"


def inbound(inbound_id: int) -> str:
    """Ties what became of one message that somebody sent us: the id says nothing about who sent it."""
    return f"inbound:{inbound_id}"


def opt_out(opt_out_id: int) -> str:
    """Ties an opt-out that came in no message (by phone, from a carrier) to its entry."""
    return f"optout:{opt_out_id}"


def approval(approval_id: int) -> str:
    """Ties a decision to the approval that asked for it."""
    return f"approval:{approval_id}"


def flow(lead_id: int) -> str:
    """Ties a part of the flow that failed to its lead, outside `leadflow`, which holds exactly five."""
    return f"flow:{lead_id}"


class CorrelationWrong(RuleBroken):
    """The KPI event {kpi} cannot carry the correlation id "{correlation_id}": {why}."""

    code: ClassVar[str] = "CORRELATION_WRONG"


@dataclass(frozen=True, slots=True)
class KpiEvent:
    """One thing that happened, as it is counted.

    `correlation_id` comes from one of this module's functions; `actor` is a Slack user id or the name of a part of the
    product, never a phone number or an e-mail address; `value` is the one number of the event where it has one;
    `detail` holds JSON values only.

    Raises CorrelationWrong for an id of another form (an address, for example), for a `leadflow:` id on an event
    outside `LEAD_FLOW`, and for an event of `LEAD_FLOW` without it.
    """

    kpi: Kpi
    success: bool
    correlation_id: str
    actor: str
    value: float | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the correlation id."""
        prefix, _, _ = self.correlation_id.partition(":")
        if not _CORRELATION_ID.fullmatch(self.correlation_id):
            raise self._wrong("it is not a known prefix and a number")
        if self.kpi in LEAD_FLOW and prefix != "leadflow":
            raise self._wrong("the lead's flow counts under leadflow")
        if self.kpi not in LEAD_FLOW and prefix == "leadflow":
            raise self._wrong("leadflow holds exactly the five events of the lead's flow")

    def _wrong(self, why: str) -> CorrelationWrong:
        return CorrelationWrong(kpi=self.kpi.metric, correlation_id=self.correlation_id, why=why)


_BY_NAME: Final[Mapping[tuple[str, str], Kpi]] = {kpi.value: kpi for kpi in Kpi}
_CORRELATION_ID: Final = re.compile(
    r"(?:leadflow|ladder|offer|deal|feedback|notifications|send|call|inbound|optout|approval|flow):[0-9]{1,19}"
)
