"""The figures of selling: how fast leads are answered, what becomes of them, of offers and deals, and the money."""

from typing import Final

from domain.kpi_definitions import Definition
from domain.kpis import Kpi

_W: Final = "WHOLESALE"
_NO_APPOINTMENTS: Final = "Appointments are not recorded: until they are, it is unknown, not 0."
_NO_SPEND: Final = "Where the spend of a source is not recorded it is unknown, not 0."

_SPEED: Final = (
    Definition(
        "speed_to_lead", "Speed to lead", _W,
        "median of (first attempt by a person - lead received), in minutes in which the contact window was open",
        "the open minutes from each lead's arrival to the first attempt of a person", None, "minutes", "down", "leads",
        "An automatic answer is no attempt; a lead that comes at night waits for the window, not for us; a duplicate "
        "does not start the clock again; and the median leaves out who was never attempted, so read the share beside.",
        (Kpi.LEAD_CREATED, Kpi.FOLLOWUP_COMPLETED),
    ),
    Definition(
        "speed_to_lead_p90", "Speed to lead, slowest tenth", _W,
        "90th percentile of (first attempt by a person - lead received), in open minutes",
        "the open minutes from each lead's arrival to the first attempt of a person", None, "minutes", "down", "leads",
        "With fewer than ten leads it is the slowest of them.",
        (Kpi.LEAD_CREATED, Kpi.FOLLOWUP_COMPLETED),
    ),
    *(
        Definition(
            f"first_touch_{suffix}", f"First touch within {words}", _W,
            f"leads attempted within {words} / leads due",
            f"leads that a person attempted within {words} in which the window was open",
            "all leads that were due, those never attempted among them", "share", "up", "leads",
            "Dividing by the leads that were attempted makes one of ten look like a hundred percent.",
            (Kpi.LEAD_CREATED, Kpi.FOLLOWUP_COMPLETED),
        )
        for suffix, words in (("5m", "5 minutes"), ("30m", "30 minutes"), ("2h", "2 hours"))
    ),
)  # fmt: skip

_FUNNEL: Final = (
    Definition(
        "contact_rate", "Two-way contact", _W,
        "leads with a talk in both directions within 48 hours / leads created",
        "leads who replied, or whom a call reached, within 48 hours", "leads created two days ago", "share", "up",
        "leads", "A voicemail is not contact.", (Kpi.LEAD_CREATED, Kpi.INBOUND_RECEIVED, Kpi.CALL_LOGGED),
    ),
    Definition(
        "response_rate", "Response rate", _W, "leads with a message from them / leads messaged",
        "leads who wrote at least once", "leads to whom at least one message went", "share", "up", "leads",
        "A STOP and an automatic answer are not interest.",
        (Kpi.INBOUND_RECEIVED, Kpi.SMS_SENT, Kpi.EMAIL_SENT),
    ),
    Definition(
        "qualification_rate", "Qualification rate", _W, "leads qualified / leads contacted",
        "leads with the status qualified", "leads with whom there was contact", "share", "up", "leads",
        "A status can be moved without anything having been said: look at who moved it.",
    ),
    Definition(
        "appointment_rate", "Appointments set", _W, "leads with an appointment / leads contacted",
        "leads with an appointment", "leads with whom there was contact", "share", "up", "leads", _NO_APPOINTMENTS,
    ),
    Definition(
        "show_rate", "Appointments held", _W, "appointments held / appointments set", "appointments held",
        "appointments whose time has come", "share", "up", "leads", _NO_APPOINTMENTS,
    ),
    Definition(
        "offer_rate", "Offer rate", _W, "leads with an offer presented / appointments held",
        "leads to whom at least one offer was presented", "appointments held", "share", "up", "offers",
        f"A draft is no offer. {_NO_APPOINTMENTS}", (Kpi.OFFER_PRESENTED,),
    ),
    Definition(
        "offer_rate_of_leads", "Offers to leads", _W, "leads with an offer presented / leads created",
        "leads to whom at least one offer was presented", "leads of the same days", "share", "up", "offers",
        "A draft is no offer, and two offers to a seller are one lead.", (Kpi.OFFER_PRESENTED, Kpi.LEAD_CREATED),
    ),
    Definition(
        "offer_to_mao", "Offer against MAO", _W, "median of (offer / MAO)", "each offer presented", "its own MAO",
        "share", None, "offers", "Close to 1 leaves no room; far below it wins few sellers.", (Kpi.OFFER_PRESENTED,),
    ),
    Definition(
        "offer_acceptance", "Offer acceptance", _W,
        "offers presented 14 days ago that are accepted by now / offers presented 14 days ago",
        "those of them that were accepted by now", "all offers presented on that day", "share", "up", "offers",
        "The yeses of a day over the offers of that day mix cohorts; and offers younger than 14 days had no time yet.",
        (Kpi.OFFER_PRESENTED, Kpi.OFFER_ACCEPTED),
    ),
    Definition(
        "offer_to_contract", "Offer to contract", _W, "offers that led to an agreement / offers presented",
        "those of them on which an agreement was signed", "offers presented on the same days", "share", "up", "offers",
        "An accepted offer is no agreement yet, and young offers had no time.",
        (Kpi.OFFER_PRESENTED, Kpi.CONTRACT_SIGNED),
    ),
    Definition(
        "contract_rate", "Lead to contract", _W, "leads of a cohort with an agreement / leads of the cohort",
        "those of them with an agreement signed", "leads created in the same days", "share", "up", "leads",
        "This month's agreements over this month's leads is another number: agreements come from older leads.",
        (Kpi.LEAD_CREATED, Kpi.CONTRACT_SIGNED),
    ),
)  # fmt: skip

_DEALS: Final = (
    Definition(
        "fallout_rate", "Fallout rate", _W, "agreements that fell through / agreements signed",
        "those of them whose deal was lost, by stage and reason", "agreements signed in the same days", "share", "down",
        "deals", "Counting only this month's losses forgets those still to come.",
        (Kpi.CONTRACT_SIGNED, Kpi.DEAL_LOST),
    ),
    Definition(
        "assignment_rate", "Assignment rate", _W, "deals assigned / agreements signed",
        "those of them that were assigned", "agreements signed in the same days", "share", "up", "deals",
        "A deal assigned twice is one deal.", (Kpi.CONTRACT_SIGNED, Kpi.DEAL_ASSIGNED),
    ),
    Definition(
        "close_rate", "Close rate", _W, "deals closed / agreements signed", "those of them that closed",
        "agreements signed in the same days", "share", "up", "deals", "Agreements still open are not failures yet.",
        (Kpi.CONTRACT_SIGNED, Kpi.DEAL_CLOSED),
    ),
    Definition(
        "days_to_contract", "Days to contract", _W, "median of (agreement signed - lead received)",
        "the days of each lead, those still open as at least so long", None, "days", "down", "deals",
        "Leaving out who has not signed yet makes a slow year look quick.", (Kpi.LEAD_CREATED, Kpi.CONTRACT_SIGNED),
    ),
    Definition(
        "days_on_dispo", "Days on disposition", _W, "median of (assigned - agreement signed)",
        "the days of each agreement, those without a buyer as at least so long", None, "days", "down", "deals",
        "Leaving out the deals without a buyer leaves out the hard ones.", (Kpi.CONTRACT_SIGNED, Kpi.DEAL_ASSIGNED),
    ),
    Definition(
        "days_to_close", "Days to close", _W, "median of (closed - agreement signed)",
        "the days of each agreement, those still open as at least so long", None, "days", "down", "deals",
        "Leaving out open deals makes it look shorter than it is.", (Kpi.CONTRACT_SIGNED, Kpi.DEAL_CLOSED),
    ),
)  # fmt: skip

_MONEY: Final = (
    Definition(
        "average_assignment_fee", "Average assignment fee", _W, "sum of fees / deals closed",
        "the assignment fees of the deals closed", "deals closed", "dollars", "up", "deals",
        "One large fee moves it: read the median beside it.", (Kpi.DEAL_CLOSED,),
    ),
    Definition(
        "median_assignment_fee", "Median assignment fee", _W, "median of the fees of deals closed",
        "the assignment fees of the deals closed", None, "dollars", "up", "deals",
        "It says nothing of the total.", (Kpi.DEAL_CLOSED,),
    ),
    Definition(
        "assignment_fees", "Assignment fees closed", _W, "sum of the fees of deals closed, month to date",
        "the assignment fees of the deals closed", None, "dollars", "up", "deals",
        "A fee that is agreed is not earned before the closing.", (Kpi.DEAL_CLOSED,),
    ),
    Definition(
        "net_after_costs", "Net after costs", _W, "(sum of fees - costs) / deals closed",
        "fees less what the deals and their leads cost", "deals closed", "dollars", "up", "spend",
        f"A cost that nobody wrote down looks like profit. {_NO_SPEND}", (Kpi.DEAL_CLOSED,),
    ),
    *(
        Definition(
            f"cost_per_{each.replace(' ', '_')}", f"Cost per {each}", _W, f"spend / {many}",
            "what a source cost over a cohort's days", f"{many} of that source and cohort", "dollars", "down", "spend",
            f"{_NO_SPEND}{more}", events,
        )
        for each, many, more, events in (
            ("lead", "leads", " A seller taken down twice is one lead.", (Kpi.LEAD_CREATED,)),
            ("qualified lead", "leads qualified", "", ()),
            ("appointment", "appointments set", f" {_NO_APPOINTMENTS}", ()),
            ("contract", "agreements signed", " Young leads had no time yet.", (Kpi.CONTRACT_SIGNED,)),
            ("deal", "deals closed", " Young leads had no time yet.", (Kpi.DEAL_CLOSED,)),
        )
    ),
    Definition(
        "marketing_roi", "Marketing ROI", _W, "(gross profit - spend) / spend",
        "the gross profit of a cohort less its spend",
        "the spend of the cohort", "share", "up", "spend", f"{_NO_SPEND} Young leads had no time yet.",
        (Kpi.DEAL_CLOSED,),
    ),
    Definition(
        "roas", "Return on ad spend", _W, "revenue / spend", "fees of a cohort's deals", "the spend of the cohort",
        "score", "up", "spend", f"{_NO_SPEND} It is revenue, not profit.", (Kpi.DEAL_CLOSED,),
    ),
    Definition(
        "pipeline_value", "Pipeline value", _W, "sum of the fees of open deals", "the expected fees of open deals",
        None, "dollars", "up", "deals", "It takes every deal as sold: the weighted pipeline does not.",
    ),
    Definition(
        "weighted_pipeline", "Weighted pipeline", _W, "sum of (chance that it closes * fee) over open deals",
        "the expected fee of each open deal times the chance that a buyer is found", None, "dollars", "up", "deals",
        "The chance is an estimate: read how well it is calibrated.",
    ),
)  # fmt: skip

SALES_FIGURES: Final[tuple[Definition, ...]] = (*_SPEED, *_FUNNEL, *_DEALS, *_MONEY)
"""What is computed of leads, offers, deals and money."""
