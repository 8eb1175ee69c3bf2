"""What a figure is, in words, and the definition of every event that the product counts."""

from dataclasses import dataclass
from typing import Final, Literal

from domain.kpis import Kpi

Unit = Literal["count", "share", "minutes", "days", "dollars", "score"]
Better = Literal["up", "down"]
Source = Literal["events", "leads", "offers", "tasks", "sends", "deals", "spend"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure: what it is called, how it is made, from what, and how one is fooled by it.

    `name` is its name in tables and, of an event, the metric under which it is stored; `domain` the part of the
    business. `formula` says it in one line, `numerator` and `denominator` what is on either side of the line; without
    a denominator nothing is divided. A share is a fraction, 0 to 1. `better` is the direction to wish for, None where
    neither is good in itself. `source` is what is read: a count of events comes from the hourly sums, a median or a
    cohort from the rows themselves. `events` are those that it is made from.
    """

    name: str
    label: str
    domain: str
    formula: str
    numerator: str
    denominator: str | None
    unit: Unit
    better: Better | None
    source: Source
    trap: str
    events: tuple[Kpi, ...] = ()

    @property
    def typed(self) -> str:
        """The name as one types it behind `/kpi explain`: "speed-to-lead"."""
        return self.name.replace("_", "-")


def _event(kpi: Kpi, label: str, what: str, better: Better | None, trap: str) -> Definition:
    """An event's own definition: the number of `what`."""
    return Definition(
        kpi.metric, label, kpi.domain, f"number of {what}", what, None, "count", better, "events", trap, (kpi,)
    )


_FLOW: Final = (
    _event(
        Kpi.LEAD_CREATED, "Leads created", "leads captured", "up",
        "A form that arrives twice is one lead; a seller who is taken down twice is two.",
    ),
    _event(
        Kpi.DEAL_BRIEF_CREATED, "Briefs created", "briefs made while a lead was captured", "up",
        "One for each lead, so it says nothing that leads created does not, unless a flow broke.",
    ),
    _event(
        Kpi.BACKEND_DEAL_CREATED, "Deals created", "deals opened while a lead was captured", "up",
        "It counts deals without an offer too: look at the offer beside it, which is empty where none was computed.",
    ),
    _event(
        Kpi.MATCH_ATTEMPT, "Match attempts", "searches for buyers while a lead was captured", None,
        "One for each lead, whether anybody fits or not. Its liquidity score is 0 where nothing is known of the place.",
    ),
    _event(
        Kpi.MATCH_RESULT, "Match results", "searches for buyers that came to an end", None,
        "A search that found nobody is a result as well: read the number of matches beside it.",
    ),
    _event(
        Kpi.FLOW_PART_FAILED, "Parts of a flow that failed", "parts of a lead's flow that failed", "down",
        "The lead is stored all the same, so nobody misses it unless this is read.",
    ),
)  # fmt: skip

_LADDER: Final = (
    _event(
        Kpi.LADDER_CREATED, "Ladders created", "ladders planned", "up",
        "A lead without a window that is open has no ladder and is not counted.",
    ),
    _event(
        Kpi.FOLLOWUP_COMPLETED, "Follow-ups completed", "follow-ups done", "up",
        "What was never done is not in it. How well tasks are kept is follow-ups on time, where the undone are misses.",
    ),
    _event(
        Kpi.CALL_LOGGED, "Calls logged", "calls whose outcome was written down", "up",
        "A voicemail and a wrong number are calls; only those with the outcome reached are contact.",
    ),
)  # fmt: skip

_MONEY: Final = (
    _event(
        Kpi.OFFER_GENERATED, "Offers computed", "offers that were computed above zero", "up",
        "An offer that is computed is not yet one that the seller has. Pricing again counts again.",
    ),
    _event(
        Kpi.OFFER_PRESENTED, "Offers presented", "offers that a seller was given", "up",
        "Drafts are not in it. A second offer for the same house is a second event.",
    ),
    _event(
        Kpi.OFFER_ACCEPTED, "Offers accepted", "offers that sellers accepted", "up",
        "By the day of the yes. Divided by the offers of the same day it mixes cohorts: see offer acceptance.",
    ),
    _event(
        Kpi.OFFER_REJECTED, "Offers rejected", "offers that sellers turned down", "down",
        "An offer that lapsed or was withdrawn was not turned down and is not in it.",
    ),
    _event(
        Kpi.CONTRACT_SIGNED, "Contracts signed", "agreements of purchase and sale signed", "up",
        "Some fall through later: see the fallout rate.",
    ),
    _event(
        Kpi.DEAL_ASSIGNED, "Deals assigned", "deals assigned to a buyer", "up",
        "A deal that goes back to the market and is assigned again is counted twice.",
    ),
    _event(
        Kpi.DEAL_CLOSED, "Deals closed", "deals on which title passed", "up",
        "By the day on which it was recorded, which may be later than the closing.",
    ),
    _event(
        Kpi.DEAL_LOST, "Deals lost", "deals given up", "down",
        "A deal may be opened again; its loss stays counted.",
    ),
)  # fmt: skip

_BUYERS: Final = (
    _event(
        Kpi.BUYER_FEEDBACK, "Buyers' answers", "answers of buyers that were recorded or taken back", "up",
        "One that is taken back is an event of its own with the value -1: add the values up, don't count the events.",
    ),
    _event(
        Kpi.NOTIFICATIONS_PREPARED, "Notifications prepared", "rounds of messages about a deal that were drafted", "up",
        "A round is one event however many it tells; one that found nobody to tell is counted as failed.",
    ),
)  # fmt: skip

_MESSAGES: Final = (
    _event(
        Kpi.EMAIL_SENT, "E-mails sent", "e-mails that the provider took", "up",
        "Taken is not delivered; and an e-mail that was stopped is another event, so this one never fails.",
    ),
    _event(
        Kpi.SMS_SENT, "Texts sent", "texts that the provider took", "up",
        "Taken is not delivered; and a text that was stopped is another event, so this one never fails.",
    ),
    _event(
        Kpi.EMAIL_BLOCKED_BY_POLICY, "E-mails blocked", "e-mails that the gate refused", "down",
        "Always counted as failed, so leave messaging out of an error rate. What waits for its window is not in it.",
    ),
    _event(
        Kpi.SMS_BLOCKED_BY_POLICY, "Texts blocked", "texts that the gate refused", "down",
        "Always counted as failed, so leave messaging out of an error rate. What waits for its window is not in it.",
    ),
    _event(
        Kpi.CALL_BLOCKED_BY_POLICY, "Calls blocked", "calls that the gate refused", "down",
        "A call that nobody asked the gate about is not in it.",
    ),
    _event(
        Kpi.EMAIL_FAILED, "E-mails failed", "e-mails that the provider refused or could not deliver", "down",
        "An e-mail that was sent and bounced later is in both.",
    ),
    _event(
        Kpi.SMS_FAILED, "Texts failed", "texts that the provider refused or could not deliver", "down",
        "A text that was sent and came back later is in both.",
    ),
    _event(
        Kpi.DELIVERED, "Messages delivered", "messages whose delivery the provider confirmed", "up",
        "Mail servers seldom confirm: a message without a receipt is unknown, not lost.",
    ),
    _event(
        Kpi.INBOUND_RECEIVED, "Messages received", "messages that came in", "up",
        "A STOP and an automatic answer come in too; neither is somebody who wants to talk.",
    ),
    _event(
        Kpi.OPTED_OUT, "Opt-outs", "opt-outs taken down", "down",
        "One person may opt out more than once. Divide by people, not by messages: see the opt-out rate.",
    ),
    _event(
        Kpi.APPROVAL_DECIDED, "Approvals decided", "approvals that somebody decided", "up",
        "A no is counted as failed, though the person did their work. One that lapsed is not in it.",
    ),
)  # fmt: skip

EVENTS: Final[tuple[Definition, ...]] = (*_FLOW, *_LADDER, *_MONEY, *_BUYERS, *_MESSAGES)
"""One definition for each event of `Kpi`."""
