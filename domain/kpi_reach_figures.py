"""The figures of reaching people: how follow-ups are kept, what becomes of messages, what buyers do, and health."""

from typing import Final

from domain.kpi_definitions import Definition
from domain.kpis import LEAD_FLOW, Kpi

_BLOCKED: Final = (Kpi.EMAIL_BLOCKED_BY_POLICY, Kpi.SMS_BLOCKED_BY_POLICY)
_SENT: Final = (Kpi.EMAIL_SENT, Kpi.SMS_SENT)

_FOLLOW_UPS: Final = (
    *(
        Definition(
            f"followup_{suffix}", f"Follow-ups within {words}", "FOLLOWUPS",
            f"tasks done within {words} of their time / tasks that came due",
            f"tasks done early, or within {words} in which the window was open",
            "tasks that came due at least two hours ago, the undone among them", "share", "up", "tasks",
            "Dividing by the tasks that were done hides the undone. One that was cancelled before it was due, since "
            "the seller replied, is left out and shown.", (Kpi.FOLLOWUP_COMPLETED,),
        )
        for suffix, words in (("30m", "30 minutes"), ("2h", "2 hours"))
    ),
    Definition(
        "followup_overdue", "Follow-ups overdue", "FOLLOWUPS", "number of tasks due and not done, now",
        "tasks whose time has passed and that nobody has done", None, "count", "down", "tasks",
        "It is a state of now: yesterday's can't be computed today.",
    ),
    Definition(
        "ladder_adherence", "Ladder adherence", "FOLLOWUPS", "steps done in order / steps due",
        "steps of ladders that were done after the step before", "steps that came due", "share", "up", "tasks",
        "A ladder that ended since the seller replied is no failure.", (Kpi.LADDER_CREATED, Kpi.FOLLOWUP_COMPLETED),
    ),
    Definition(
        "step_conversion", "Replies by step", "FOLLOWUPS", "leads who replied after a step / leads who got the step",
        "leads whose first reply came after that step and before the next", "leads for whom the step was done",
        "share", "up", "tasks", "Late steps reach only those who did not reply before, so they always look worse.",
        (Kpi.FOLLOWUP_COMPLETED, Kpi.INBOUND_RECEIVED),
    ),
    Definition(
        "touches_to_contact", "Touches to contact", "FOLLOWUPS", "median attempts before the first contact",
        "the attempts on each lead up to the first talk", None, "count", "down", "tasks",
        "Leads who were never reached are not in it.",
        (Kpi.FOLLOWUP_COMPLETED, Kpi.CALL_LOGGED, Kpi.INBOUND_RECEIVED),
    ),
)  # fmt: skip

_MESSAGES: Final = (
    Definition(
        "deliverability", "Deliverability", "MESSAGING", "messages delivered / messages that the provider took",
        "messages whose delivery was confirmed", "messages that the provider took, failed and unknown ones shown",
        "share", "up", "sends", "Sent is not delivered; and what was never confirmed is unknown, not lost.",
        (*_SENT, Kpi.DELIVERED, Kpi.EMAIL_FAILED, Kpi.SMS_FAILED),
    ),
    Definition(
        "opt_out_rate", "Opt-out rate", "MESSAGING", "people who opted out / people messaged",
        "people who opted out", "different people to whom a message went", "share", "down", "sends",
        "Divided by messages it looks smaller the more one writes.", (Kpi.OPTED_OUT, *_SENT),
    ),
    Definition(
        "complaint_rate", "Complaint rate", "MESSAGING", "people who reported spam / people messaged",
        "people who reported a message as spam", "different people to whom a message went", "share", "down", "sends",
        "Few providers say so: none reported is not none annoyed.", (Kpi.OPTED_OUT, *_SENT),
    ),
    Definition(
        "policy_block_rate", "Blocked share", "MESSAGING", "blocked / (sent + blocked), texts and e-mails",
        "texts and e-mails that the gate refused, by reason", "texts and e-mails that were sent or refused", "share",
        "down", "events", "Without a message it is unknown: nothing is divided by 0. Calls are not in it.",
        (*_SENT, *_BLOCKED),
    ),
    Definition(
        "deferred_rate", "Deferred share", "MESSAGING", "messages held for their window / messages due",
        "messages that were held for the next opening", "messages that came due", "share", "down", "sends",
        "A message that waits is not blocked.",
    ),
    Definition(
        "mean_deferral", "Mean deferral", "MESSAGING", "mean of (sent - first due) of messages held",
        "the minutes for which messages were held", "messages held", "minutes", "down", "sends",
        "A weekend's wait is two days, and right.",
    ),
)  # fmt: skip

_APPROVALS: Final = (
    Definition(
        "approval_latency", "Approval latency", "APPROVALS", "median of (decided - asked)",
        "the minutes from the request to the decision", None, "minutes", "down", "events",
        "What nobody decided is not in it: look at those that lapsed.", (Kpi.APPROVAL_DECIDED,),
    ),
    Definition(
        "approval_rate", "Approval rate", "APPROVALS", "approved / decided", "approvals with a yes",
        "approvals decided", "share", None, "events", "Everything approved may mean that nobody reads.",
        (Kpi.APPROVAL_DECIDED,),
    ),
    Definition(
        "approval_edits", "Edits before approval", "APPROVALS", "approved after an edit / approved",
        "approvals whose words somebody changed first", "approvals with a yes", "share", "down", "events",
        "Many edits speak against the template, not against the person.", (Kpi.APPROVAL_DECIDED,),
    ),
)  # fmt: skip

_BUYERS: Final = (
    Definition(
        "buyer_response_rate", "Buyer response rate", "BUYER_MATCH", "buyers who answered / buyers contacted",
        "different buyers who answered within three days", "different buyers told of a deal three days ago", "share",
        "up", "sends", "Of nobody asked it is unknown, not 0; and a buyer who answers twice is one.",
        (Kpi.BUYER_FEEDBACK, Kpi.NOTIFICATIONS_PREPARED),
    ),
    Definition(
        "buyer_close_rate", "Buyer close rate", "BUYER_MATCH", "bought / (bought + passed)",
        "answers by which a buyer bought", "answers by which a buyer bought or passed", "share", "up", "events",
        "A pass after somebody else bought says nothing and is left out. Few answers need their interval.",
        (Kpi.BUYER_FEEDBACK,),
    ),
    Definition(
        "offers_per_deal", "Buyers' offers per deal", "BUYER_MATCH", "offers of buyers / deals marketed",
        "offers of buyers", "deals of which buyers were told", "count", "up", "deals",
        "What a buyer would pay is not recorded: until it is, this is unknown, not 0.",
    ),
    Definition(
        "buyers_per_deal", "Buyers reached per deal", "BUYER_MATCH", "buyers contacted / deals marketed",
        "different buyers to whom a message about the deal went", "deals of which buyers were told", "count", "up",
        "sends", "A prepared message is not one that went.", (Kpi.NOTIFICATIONS_PREPARED,),
    ),
    Definition(
        "first_buyer_reply", "First buyer's reply", "BUYER_MATCH", "median of (first answer - first message) per deal",
        "the minutes from a deal's first message to its first answer", None, "minutes", "down", "deals",
        "Deals that nobody answered are not in it: read the response rate beside it.", (Kpi.BUYER_FEEDBACK,),
    ),
    Definition(
        "liquidity", "Liquidity", "BUYER_MATCH", "mean of the liquidity scores of open deals",
        "the chance that each open deal finds a buyer", "open deals", "score", "up", "deals",
        "A score on few answers is a guess: look at its evidence and its interval.",
        (Kpi.MATCH_ATTEMPT, Kpi.MATCH_RESULT),
    ),
    Definition(
        "liquidity_calibration", "Liquidity calibration", "BUYER_MATCH",
        "mean of (predicted chance - outcome)^2 over deals three weeks old (Brier)",
        "the squared difference of chance and outcome, 1 for sold", "deals three weeks old", "score", "down", "deals",
        "A score that always says the average can look good: compare with the average's own Brier score.",
        (Kpi.MATCH_RESULT, Kpi.BUYER_FEEDBACK),
    ),
)  # fmt: skip

_HEALTH: Final = (
    Definition(
        "failure_rate", "Failures", "WHOLESALE", "failed events / all events, without messaging",
        "events that failed, outside messaging", "all events outside messaging", "share", "down", "events",
        "What the gate refuses is counted as failed by design, and a no to an approval too: neither is an error.",
        (Kpi.FLOW_PART_FAILED,),
    ),
    Definition(
        "emission_health", "Emission health", "WHOLESALE", "flows with each of their five events once / flows",
        "leads whose flow counted each of its five events exactly once", "leads captured", "share", "up", "leads",
        "An event that is never counted makes no failure: only what is expected shows what is missing.", LEAD_FLOW,
    ),
)  # fmt: skip

REACH_FIGURES: Final[tuple[Definition, ...]] = (*_FOLLOW_UPS, *_MESSAGES, *_APPROVALS, *_BUYERS, *_HEALTH)
"""What is computed of follow-ups, messages, approvals, buyers, and of the counting itself."""
