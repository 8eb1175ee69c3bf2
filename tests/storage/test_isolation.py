"""Two workspaces never see or change each other's rows, whichever function of storage is asked."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, update

from domain.approvals import ApprovalKind, ApprovalState
from domain.consent import ConsentKind, Lists
from domain.kpis import Kpi, KpiEvent
from domain.liquidity import FeedbackEvent, Node, Sums
from domain.liquidity_deals import outcome_of
from domain.messages import Route, SendState
from domain.optout import Intent
from domain.pauses import Pause
from domain.property_types import PropertyType
from domain.roles import Role
from domain.rules import Medium
from storage import (
    approvals,
    audit,
    buyers,
    contacts,
    deals,
    do_not_call,
    feedback,
    home,
    inbound,
    kpis,
    ladder,
    leads,
    liquidity,
    live_offers,
    notifying,
    offer_policies,
    offers,
    opt_outs,
    outbox,
    pauses,
    policies,
    requests,
    schema,
    send_attempts,
    sends,
    templates,
    workspaces,
)
from storage.base import Tx
from storage.offer_policies import offer_policy
from storage.policies import market_policy
from storage.requests import RequestKey
from storage.workspaces import Member
from tests.storage.builders import DRAFT, ELSEWHERE, HERE, NOW, add_buyer, captured, founded, rep, rows_of

LONG_AGO = NOW - timedelta(days=1)
HOUR = timedelta(hours=1)
KEY = RequestKey("view:V1", "hash")
PLACE = {"province": "ON", "market": "Toronto"}
OFFER = {
    "amount": Decimal(300_000), "status": "presented", "presented_at": LONG_AGO, "expires_at": LONG_AGO, "note": "",
    "created_by": "U0REP", "created_at": LONG_AGO,
}  # fmt: skip

SEND = {
    "key": "a", "medium": "SMS", "address": DRAFT.phone, "body": "Hi", "state": "delivered", "due_at": LONG_AGO,
    "attempt_count": 1, "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "settled_at": LONG_AGO,
    "created_at": LONG_AGO, "provider_id": "SM7",
}  # fmt: skip
LEASE = {"claimed_by": "mine", "lease_until": LONG_AGO}


REPLY = {
    "provider_id": "SM1", "medium": "SMS", "address": DRAFT.phone, "text": "trying to stop it", "intent": "ambiguous",
    "state": "needs_person", "received_at": LONG_AGO, "recorded_by": "U0REP", "created_at": LONG_AGO,
}  # fmt: skip
TEMPLATE = templates.TemplateRow("offer", Route.SMS, "en", 1, None, "Hi", "U0SAM", "shorter", LONG_AGO)
STOP = opt_outs.OptOut(DRAFT.phone, Medium.SMS, ConsentKind.STOP, LONG_AGO, "sms", "STOP", "U0REP")


PAUSE = Pause(None, "U0SAM", NOW, "a complaint")


@dataclass(frozen=True, slots=True)
class Ids:
    """The rows that stand HERE."""

    lead: int
    number: int
    deal: int
    brief: int
    task: int
    evidence: int
    carded: int
    buyer: int
    answer: int
    undone: int
    node: int
    offer: int
    sent: int
    claimed: int
    reply: int
    download: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How one function is asked about rows that stand HERE, and what a stranger must be told."""

    ask: Callable[[Tx, Ids], Any]
    stranger_sees: Any


def _version(found):
    return [policy.version for policy in found if policy.market == "Toronto"]


def _superseded(tx):
    """Supersede HERE's version 7: a stranger's row stands at version 1."""
    (stands, *_) = offer_policies.offer_policy_versions(tx, "ON", "ALL", limit=1)
    old = replace(stands, row=replace(stands.row, policy=replace(stands.row.policy, version=7)))
    new = replace(old, row=replace(old.row, policy=replace(old.row.policy, version=8)), reason="changed")
    return offer_policies.supersede_offer_policy(tx, old, new, now=NOW)


def _superseded_contact_policy(tx):
    """As above, for the contact policy."""
    (stands, *_) = policies.market_policy_versions(tx, "ON", "ALL", limit=1)
    old = replace(stands, policy=replace(stands.policy, version=7))
    return policies.supersede_market_policy(tx, old, replace(old, policy=replace(old.policy, version=8)), now=NOW)


def _said(event, buyer, deal):
    return FeedbackEvent(LONG_AGO, "ON", "Toronto", "SFR", event, buyer, f"feedback:{deal}")


def _kept(deal, buyer, *, event="RESPONDED"):
    return liquidity.KeptDeal(deal, replace(outcome_of([_said(event, buyer, deal)]), reach=buyer), False)


def _sends(tx):
    """A send in each state that something is done with; the ids of one that left and of one that is claimed."""
    others = {
        "b": {"state": "held"}, "c": {"state": "unknown", "ask_at": LONG_AGO}, "d": {"state": "sending", **LEASE},
        "e": {"state": "claimed", **LEASE},
    }  # fmt: skip
    rows = [SEND, *({**SEND, "key": key, **values} for key, values in others.items())]
    ids = [tx.connection.execute(insert(sends.send), tx.own(**row)).inserted_primary_key[0] for row in rows]
    posted = {
        **SEND,
        "key": "f",
        "medium": "SLACK",
        "address": "",
        "state": "sent",
        "lead_id": 1,
        "provider_id": "C1:1.2",
    }
    tx.connection.execute(insert(sends.send), tx.own(**posted))
    send_attempts.begin_attempt(tx, ids[0], now=LONG_AGO)
    return ids[0], ids[-1]


def _downloaded(tx):
    """A do-not-call list in force with one number, which is the seller's; its id."""
    facts = {
        "downloaded_on": NOW.date(),
        "rows": 1,
        "area_codes": ["416"],
        "file_hash": "hash",
        "imported_by": "import",
    }
    download = do_not_call.add_dncl_import(tx, {**facts, "created_at": NOW})
    do_not_call.list_national(tx, download, [DRAFT.phone], now=NOW)
    do_not_call.finish_dncl_import(tx, download, now=NOW)
    contacts.set_zone(tx, DRAFT.phone, "America/Halifax", by="U0REP", now=NOW)
    return download


def _notified(tx, deal):
    """A batch about a deal that waits, with a message that was rejected."""
    expires_at = NOW + timedelta(days=1)
    batch = approvals.NewApproval(ApprovalKind.BATCH, "U0REP", expires_at, deal_id=deal)
    made = approvals.add_approval(tx, batch, now=LONG_AGO)
    about = {**SEND, "key": "told", "state": "rejected", "deal_id": deal, "approval_id": made.id}
    tx.connection.execute(insert(sends.send), tx.own(**about))


def _handed_up(tx, lead, sent):
    """A step of a lead that is due and that nobody has seen to, whose text has been delivered."""
    due = {"state": "due", "escalate_at": LONG_AGO, "send_id": sent}
    ladder.change_task(tx, ladder.tasks_of(tx, lead)[1].id, due)


def _answered(tx, buyer, deal):
    """Two answers about a deal, one of which was taken back, and what they add up to; their ids and the node's."""
    answer, undone = (
        feedback.add_answer(tx, _said(event, buyer, deal), deal_id=deal, recorded_by="U0REP").answer.id
        for event in ("RESPONDED", "NO_RESPONSE")
    )
    feedback.undo_answer(tx, undone, now=NOW)
    liquidity.keep_deals(tx, [_kept(deal, buyer)], now=NOW)
    node = next(kept.id for kept in liquidity.nodes_of(tx) if kept.node.market == "Toronto")
    liquidity.set_sums(tx, {node: Sums(NOW, responded=1.0, asked=1.0)})
    lost = liquidity.buyer_liquidity_node
    tx.connection.execute(
        update(lost).where(lost.c.market == "Hamilton", lost.c.workspace_id == HERE).values(sums_as_of=NOW)
    )
    return answer, undone, node


READINGS = {
    templates.versions_of: Reading(lambda tx, _: templates.versions_of(tx, "offer", Route.SMS, "en", limit=9), []),
    templates.version_at: Reading(lambda tx, _: templates.version_at(tx, "offer", Route.SMS, "en", version=1), None),
    templates.newest_versions: Reading(lambda tx, _: templates.newest_versions(tx), []),
    approvals.get_approval: Reading(lambda tx, _: approvals.get_approval(tx, 1), None),
    approvals.open_approvals: Reading(lambda tx, _: approvals.open_approvals(tx, limit=9), []),
    approvals.due_approvals: Reading(
        lambda tx, _: approvals.due_approvals(tx, now=NOW + timedelta(days=2), limit=9), []
    ),
    approvals.overtaken_approvals: Reading(lambda tx, _: approvals.overtaken_approvals(tx, limit=9), []),
    approvals.next_expiry_of_approvals: Reading(lambda tx, _: approvals.next_expiry_of_approvals(tx), None),
    approvals.is_redraw_queued: Reading(lambda tx, _: approvals.is_redraw_queued(tx, "b", due_at=LONG_AGO), False),
    audit.newest_about: Reading(lambda tx, _: audit.newest_about(tx, "L-1"), None),
    inbound.find_inbound: Reading(lambda tx, ids: inbound.find_inbound(tx, ids.reply), None),
    inbound.inbound_named: Reading(lambda tx, _: inbound.inbound_named(tx, "SM1"), None),
    inbound.inbound_from: Reading(lambda tx, _: inbound.inbound_from(tx, DRAFT.phone), []),
    inbound.waiting_at: Reading(lambda tx, _: inbound.waiting_at(tx, DRAFT.phone), False),
    inbound.waiting: Reading(lambda tx, _: inbound.waiting(tx, limit=9), []),
    opt_outs.opt_outs_of: Reading(lambda tx, _: opt_outs.opt_outs_of(tx, [DRAFT.phone]), []),
    opt_outs.acted_on: Reading(lambda tx, ids: opt_outs.acted_on(tx, ids.reply), []),
    buyers.find_buyer: Reading(lambda tx, _: buyers.find_buyer(tx, number=1), None),
    buyers.get_buyer: Reading(lambda tx, ids: buyers.get_buyer(tx, ids.buyer), None),
    buyers.buyers_by_id: Reading(lambda tx, ids: buyers.buyers_by_id(tx, [ids.buyer]), {}),
    buyers.areas_of: Reading(lambda tx, ids: buyers.areas_of(tx, ids.buyer), []),
    buyers.search_buyers: Reading(lambda tx, _: buyers.search_buyers(tx, ["buyer"], limit=9), []),
    buyers.newest_buyers: Reading(lambda tx, _: buyers.newest_buyers(tx, limit=9), []),
    buyers.count_buyers: Reading(lambda tx, _: buyers.count_buyers(tx), (0, 0)),
    pauses.all_pauses: Reading(lambda tx, _: pauses.all_pauses(tx), []),
    pauses.pauses_for: Reading(lambda tx, _: pauses.pauses_for(tx, "ON", "Toronto"), []),
    workspaces.sender_of: Reading(lambda tx, _: workspaces.sender_of(tx).business_name, None),
    workspaces.cap_of: Reading(lambda tx, _: workspaces.cap_of(tx), 2),
    workspaces.threshold_of: Reading(lambda tx, _: workspaces.threshold_of(tx), 10),
    workspaces.is_active: Reading(lambda tx, _: workspaces.is_active(tx, "U0REP"), False),
    workspaces.settings_of: Reading(lambda tx, _: workspaces.settings_of(tx).default_market, "ON/ALL"),
    workspaces.members_of: Reading(lambda tx, _: workspaces.members_of(tx), []),
    leads.leads_reached_by: Reading(lambda tx, _: leads.leads_reached_by(tx, DRAFT.phone), []),
    buyers.buyer_reached_by: Reading(lambda tx, _: buyers.buyer_reached_by(tx, phone=DRAFT.phone, email=None), None),
    buyers.reached_since: Reading(lambda tx, _: list(buyers.reached_since(tx, -1)), []),
    contacts.ledger_of: Reading(lambda tx, _: contacts.ledger_of(tx, [DRAFT.phone, DRAFT.email]), []),
    contacts.zone_of: Reading(lambda tx, _: contacts.zone_of(tx, [DRAFT.phone]), None),
    do_not_call.lists_of: Reading(lambda tx, _: do_not_call.lists_of(tx, DRAFT.phone), Lists()),
    do_not_call.finished_import: Reading(lambda tx, _: do_not_call.finished_import(tx, "hash", NOW.date()), None),
    do_not_call.newest_downloads: Reading(lambda tx, _: do_not_call.newest_downloads(tx, ["416"]), {}),
    do_not_call.count_national: Reading(lambda tx, _: do_not_call.count_national(tx, ["416"]), {"416": 0}),
    deals.deal_of: Reading(lambda tx, ids: deals.deal_of(tx, ids.lead), None),
    deals.find_deal: Reading(lambda tx, ids: deals.find_deal(tx, number=ids.number), None),
    deals.get_deal: Reading(lambda tx, ids: deals.get_deal(tx, ids.deal), None),
    deals.open_deals: Reading(lambda tx, _: deals.open_deals(tx, limit=9), []),
    deals.count_open: Reading(lambda tx, _: deals.count_open(tx), 0),
    deals.count_by_stage: Reading(lambda tx, _: deals.count_by_stage(tx), {}),
    ladder.tasks_of: Reading(lambda tx, ids: ladder.tasks_of(tx, ids.lead), []),
    ladder.get_task: Reading(lambda tx, ids: ladder.get_task(tx, ids.task), None),
    ladder.ready_tasks: Reading(lambda tx, _: ladder.ready_tasks(tx, now=NOW, limit=9), []),
    ladder.tasks_to_hand_up: Reading(lambda tx, _: ladder.tasks_to_hand_up(tx, now=NOW, limit=9), []),
    ladder.tasks_with_ended_text: Reading(lambda tx, _: ladder.tasks_with_ended_text(tx, limit=9), []),
    ladder.owed_tasks: Reading(lambda tx, _: ladder.owed_tasks(tx, "U0REP", handed_up=1, limit=9), []),
    ladder.next_task_at: Reading(lambda tx, _: ladder.next_task_at(tx), None),
    ladder.measured_tasks: Reading(lambda tx, _: ladder.measured_tasks(tx, LONG_AGO, NOW + HOUR), []),
    ladder.next_tasks_of: Reading(lambda tx, _: ladder.next_tasks_of(tx, "U0REP", limit=9), []),
    leads.find_lead: Reading(lambda tx, ids: leads.find_lead(tx, number=ids.number), None),
    leads.get_lead: Reading(lambda tx, ids: leads.get_lead(tx, ids.lead), None),
    leads.search_leads: Reading(lambda tx, _: leads.search_leads(tx, ["ann"], limit=9), []),
    leads.leads_of: Reading(lambda tx, _: leads.leads_of(tx, "U0REP", limit=9), []),
    leads.count_leads: Reading(lambda tx, _: leads.count_leads(tx, since=LONG_AGO), 0),
    leads.leads_by_id: Reading(lambda tx, ids: leads.leads_by_id(tx, [ids.lead]), {}),
    leads.briefs_by_id: Reading(lambda tx, ids: leads.briefs_by_id(tx, [ids.brief]), {}),
    leads.brief_of: Reading(lambda tx, ids: leads.brief_of(tx, ids.lead), None),
    liquidity.find_node: Reading(
        lambda tx, _: liquidity.find_node(tx, **PLACE, property_type=PropertyType.SFR),
        Node("ON", "Toronto", PropertyType.SFR, 0, 0),
    ),
    feedback.find_answer: Reading(lambda tx, ids: feedback.find_answer(tx, ids.answer), None),
    feedback.answers_of: Reading(lambda tx, ids: feedback.answers_of(tx, ids.deal), []),
    feedback.answers_of_deals: Reading(lambda tx, ids: feedback.answers_of_deals(tx, [ids.deal]), {}),
    feedback.answers_by: Reading(lambda tx, ids: feedback.answers_by(tx, ids.buyer, limit=9), []),
    feedback.events_about: Reading(lambda tx, ids: feedback.events_about(tx, ids.deal), []),
    feedback.record_of: Reading(lambda tx, ids: feedback.record_of(tx, ids.buyer), feedback.Record(0, 0, 0, None)),
    liquidity.kept_sums: Reading(lambda tx, _: liquidity.kept_sums(tx), {}),
    liquidity.nodes_of: Reading(lambda tx, _: {kept.node.buyer_count for kept in liquidity.nodes_of(tx)}, {0}),
    liquidity.count_by_place: Reading(lambda tx, _: liquidity.count_by_place(tx), []),
    liquidity.count_buyers_of_any_type: Reading(
        lambda tx, _: liquidity.count_buyers_of_any_type(tx, "ON", "Toronto"), (0, 0)
    ),
    liquidity.find_kept_deal: Reading(lambda tx, ids: liquidity.find_kept_deal(tx, ids.deal), None),
    liquidity.waiting_deals: Reading(lambda tx, _: liquidity.waiting_deals(tx, until=NOW), []),
    liquidity.lacks_sums: Reading(lambda tx, _: liquidity.lacks_sums(tx), False),
    liquidity.feedback_record: Reading(lambda tx, _: liquidity.feedback_record(tx), []),
    live_offers.find_offer: Reading(lambda tx, ids: live_offers.find_offer(tx, ids.offer), None),
    live_offers.offers_of: Reading(lambda tx, ids: live_offers.offers_of(tx, ids.deal), []),
    live_offers.offers_of_deals: Reading(lambda tx, ids: live_offers.offers_of_deals(tx, [ids.deal]), {}),
    live_offers.due_offers: Reading(lambda tx, _: live_offers.due_offers(tx, NOW), []),
    live_offers.next_expiry: Reading(lambda tx, _: live_offers.next_expiry(tx), None),
    notifying.sends_about: Reading(lambda tx, ids: notifying.sends_about(tx, ids.deal), []),
    notifying.open_batch_of: Reading(lambda tx, ids: notifying.open_batch_of(tx, ids.deal), None),
    outbox.count_waiting: Reading(lambda tx, _: outbox.count_waiting(tx, Route.SMS, now=NOW), 0),
    policies.all_market_policies: Reading(lambda tx, _: {one.version for one in policies.all_market_policies(tx)}, {1}),
    policies.market_policy_versions: Reading(
        lambda tx, _: [one.policy.version for one in policies.market_policy_versions(tx, "ON", "ALL", limit=9)], [1]
    ),
    policies.market_policy_at: Reading(lambda tx, _: policies.market_policy_at(tx, "ON", "ALL", 7), None),
    sends.contacts_since: Reading(lambda tx, _: sends.contacts_since(tx, [DRAFT.phone], None), 0),
    sends.sends_since: Reading(lambda tx, _: sends.sends_since(tx, LONG_AGO, NOW, limit=9), []),
    sends.get_send: Reading(lambda tx, ids: sends.get_send(tx, ids.sent), None),
    sends.lock_send: Reading(lambda tx, ids: sends.lock_send(tx, ids.sent), None),
    home.idle_leads: Reading(lambda tx, _: [each.id for each in home.idle_leads(tx, "U0REP", limit=9)], []),
    home.counted_since: Reading(lambda tx, _: home.counted_since(tx, list(Kpi), LONG_AGO), {}),
    kpis.is_counted: Reading(lambda tx, ids: kpis.is_counted(tx, Kpi.LEAD_CREATED, f"leadflow:{ids.lead}"), False),
    sends.send_with_key: Reading(lambda tx, _: sends.send_with_key(tx, "a"), None),
    sends.send_with_provider_id: Reading(lambda tx, _: sends.send_with_provider_id(tx, "SM7"), None),
    sends.sends_with_keys: Reading(lambda tx, _: sends.sends_with_keys(tx, ["a", "b"]), []),
    sends.sends_of_approval: Reading(lambda tx, _: sends.sends_of_approval(tx, 1), []),
    sends.posts_about: Reading(lambda tx, _: sends.posts_about(tx, 1), []),
    sends.sends_in_trouble: Reading(lambda tx, _: sends.sends_in_trouble(tx, limit=9), []),
    sends.stoppable_to: Reading(lambda tx, _: sends.stoppable_to(tx, [DRAFT.phone]), []),
    send_attempts.attempts_of: Reading(lambda tx, ids: send_attempts.attempts_of(tx, ids.sent), []),
    send_attempts.count_attempts: Reading(lambda tx, _: send_attempts.count_attempts(tx), 0),
    outbox.next_due_at: Reading(lambda tx, _: outbox.next_due_at(tx), None),
    outbox.lost_behind_door: Reading(lambda tx, _: outbox.lost_behind_door(tx, now=NOW, but=(), limit=9), []),
    policies.market_policies: Reading(lambda tx, _: _version(policies.market_policies(tx, "ON", "Toronto")), [1]),
    offer_policies.effective_offer_policy: Reading(
        lambda tx, _: offer_policies.effective_offer_policy(tx, "ON", "Toronto").policy.version, 1
    ),
    offer_policies.offer_policy_versions: Reading(
        lambda tx, _: [
            one.row.policy.version for one in offer_policies.offer_policy_versions(tx, "ON", "ALL", limit=9)
        ],
        [1],
    ),
    offer_policies.offer_policy_at: Reading(lambda tx, _: offer_policies.offer_policy_at(tx, "ON", "ALL", 7), None),
    offers.find_evidence: Reading(lambda tx, ids: offers.find_evidence(tx, ids.evidence), None),
    workspaces.find_workspace: Reading(lambda tx, _: workspaces.find_workspace(tx).leads_channel_id, None),
    workspaces.find_member: Reading(lambda tx, _: workspaces.find_member(tx, "U0REP"), None),
    workspaces.default_place: Reading(lambda tx, _: workspaces.default_place(tx), ("ON", "ALL")),
    requests.begin_request: Reading(lambda tx, _: requests.begin_request(tx, KEY, now=NOW), None),
}

CHANGES = {
    sends.dismiss_send: lambda tx, ids: sends.dismiss_send(tx, ids.sent + 2, by="U0REP", now=NOW),
    sends.change_send: lambda tx, ids: sends.change_send(tx, ids.sent, {"body": "changed"}),
    send_attempts.end_attempt: lambda tx, ids: send_attempts.end_attempt(tx, ids.sent, "accepted", None, now=NOW),
    outbox.claim_due: lambda tx, _: outbox.claim_due(tx, outbox.Lease("t", NOW), now=NOW, limit=9),
    outbox.pass_door: lambda tx, ids: outbox.pass_door(tx, ids.claimed, "mine", now=NOW, call_ends=LONG_AGO - HOUR),
    outbox.move: lambda tx, ids: outbox.move(tx, ids.claimed, SendState.CANCELLED, {}),
    outbox.give_back: lambda tx, ids: outbox.give_back(tx, ids.claimed, "mine"),
    outbox.move_asked: lambda tx, ids: outbox.move_asked(tx, ids.sent + 2, SendState.SENT, {}, asked_until=LONG_AGO),
    outbox.give_back_unclaimed: lambda tx, _: outbox.give_back_unclaimed(tx, now=NOW, but=()),
    outbox.claim_unknown: lambda tx, _: outbox.claim_unknown(tx, now=NOW, until=NOW, limit=9),
    inbound.decide_inbound: lambda tx, ids: inbound.decide_inbound(
        tx, ids.reply, intent=Intent.NONE, by="U0REP", now=NOW
    ),
    buyers.change_buyer: lambda tx, ids: buyers.change_buyer(tx, ids.buyer, {"notes": "changed"}),
    buyers.set_areas: lambda tx, ids: buyers.set_areas(tx, ids.buyer, [], now=NOW),
    buyers.next_change: lambda tx, _: buyers.next_change(tx),
    buyers.reserve_numbers: lambda tx, _: buyers.reserve_numbers(tx, 2),
    deals.change_deal: lambda tx, ids: deals.change_deal(tx, ids.deal, {"roi_note": "changed"}),
    feedback.undo_answer: lambda tx, ids: feedback.undo_answer(tx, ids.answer, now=NOW),
    feedback.restore_answer: lambda tx, ids: feedback.restore_answer(tx, ids.undone),
    liquidity.set_counts: lambda tx, ids: liquidity.set_counts(tx, {ids.node: (9, 8)}, now=NOW),
    liquidity.set_rates: lambda tx, ids: liquidity.set_rates(tx, {ids.node: (0.5, 0.5)}, now=NOW),
    liquidity.set_sums: lambda tx, ids: liquidity.set_sums(tx, {ids.node: Sums(NOW, asked=7.0)}),
    liquidity.keep_deals: lambda tx, ids: liquidity.keep_deals(tx, [_kept(ids.deal, 9)], now=NOW),
    liquidity.forget_deal: lambda tx, ids: liquidity.forget_deal(tx, ids.deal),
    liquidity.forget_deals: lambda tx, _: liquidity.forget_deals(tx),
    do_not_call.list_national: lambda tx, ids: do_not_call.list_national(tx, ids.download, ["+14165550777"], now=NOW),
    do_not_call.drop_older: lambda tx, ids: do_not_call.drop_older(tx, ids.download + 1, "416"),
    do_not_call.finish_dncl_import: lambda tx, ids: do_not_call.finish_dncl_import(tx, ids.download, now=LONG_AGO),
    ladder.change_task: lambda tx, ids: ladder.change_task(tx, ids.task, {"note": "changed"}),
    ladder.move_task: lambda tx, ids: ladder.move_task(tx, ids.task, {"due_at": LONG_AGO}),
    leads.change_lead: lambda tx, ids: leads.change_lead(tx, ids.lead, {"notes": "changed"}),
    leads.set_card: lambda tx, ids: leads.set_card(tx, ids.lead, channel_id="C1", ts="1.2", permalink=None),
    leads.claim_cardless: lambda tx, _: leads.claim_cardless(
        tx, before=NOW + timedelta(1), now=NOW, lease=timedelta(minutes=2), limit=9
    ),
    leads.claim_card: lambda tx, ids: leads.claim_card(tx, ids.lead, now=NOW, lease=timedelta(minutes=2)),
    leads.forget_card: lambda tx, ids: leads.forget_card(tx, ids.carded),
    leads.forget_newest_cards: lambda tx, _: leads.forget_newest_cards(tx, limit=9),
    leads.change_brief: lambda tx, ids: leads.change_brief(tx, ids.brief, {"notes": "changed"}),
    live_offers.change_offer: lambda tx, ids: live_offers.change_offer(tx, ids.offer, {"note": "changed"}),
    offer_policies.supersede_offer_policy: lambda tx, _: _superseded(tx),
    policies.supersede_market_policy: lambda tx, _: _superseded_contact_policy(tx),
    pauses.add_pause: lambda tx, _: pauses.add_pause(tx, None, PAUSE),
    pauses.remove_pause: lambda tx, _: pauses.remove_pause(tx, ("ON", "Toronto")),
    requests.finish_request: lambda tx, _: requests.finish_request(tx, KEY, {"changed": True}),
    workspaces.set_settings: lambda tx, _: workspaces.set_settings(tx, {"digest_channel_id": "C9"}),
    approvals.end_approval: lambda tx, _: approvals.end_approval(
        tx, 1, ApprovalState.APPROVED, by="U0LEE", reason=None, now=NOW
    ),
    approvals.change_approval: lambda tx, _: approvals.change_approval(tx, 1, {"assigned_to": "U0LEE"}),
    workspaces.set_role: lambda tx, _: workspaces.set_role(tx, "U0REP", Role.ADMIN),
    workspaces.next_numbers: lambda tx, _: workspaces.next_numbers(tx, "lead"),
}

ADDITIONS = {
    sends.add_send, send_attempts.begin_attempt, outbox.lock_addresses, audit.record, inbound.add_inbound, opt_outs.add_opt_out, buyers.add_areas, buyers.add_buyers, contacts.add_consents, contacts.set_zone, do_not_call.add_dncl_import,
    do_not_call.add_internal, deals.add_deal, kpis.emit_kpi, ladder.add_tasks, ladder.add_task, leads.add_lead,
    leads.add_brief, feedback.add_answer, liquidity.add_nodes, liquidity.seed_nodes, live_offers.add_offer, offers.add_evidence, policies.seed_market_policies, policies.add_market_policy,
    offer_policies.seed_offer_policies, offer_policies.add_offer_policy, workspaces.add_workspace, workspaces.add_member, templates.add_template,
    approvals.add_approval,
}  # fmt: skip
"""Functions that only add rows, each under the transaction's own workspace."""


@pytest.fixture
async def ids(database) -> Ids:
    """Two workspaces from the same mould; HERE has a lead with all that belongs to it, ELSEWHERE nothing."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    carded = (await captured(database, rep(HERE))).lead_id
    done = await captured(database, rep(HERE), key=KEY.key)
    await captured(database, rep(HERE), phone=None, region=None, address=None)  # nobody knows where: no follow-ups

    def fill(tx):
        buyer = add_buyer(tx, phone=DRAFT.phone, search_text="buyer 1")
        sent, claimed = _sends(tx)
        _handed_up(tx, carded, sent)
        leads.set_card(tx, carded, channel_id="C1", ts="1.1", permalink=None)
        audit.record(tx, audit.Change("U0REP", "tested", "L-1"), now=NOW)
        workspaces.add_member(tx, Member("U0REP", "Dana", Role.REP, "America/Toronto"), now=NOW)
        pauses.add_pause(tx, ("ON", "Toronto"), PAUSE)
        templates.add_template(tx, TEMPLATE)
        settings = {"business_name": "Maple Homes", "contact_cap_per_day": 5, "approval_threshold": 5}
        tx.connection.execute(update(workspaces.workspace).where(workspaces.workspace.c.id == HERE).values(settings))
        workspaces.set_settings(tx, {"leads_channel_id": "C1", "default_market": "BC/Vancouver"})
        node = liquidity.buyer_liquidity_node
        tx.connection.execute(update(node).where(node.c.workspace_id == HERE).values(buyer_count=5))
        for policy in (market_policy, offer_policy):
            tx.connection.execute(update(policy).where(policy.c.workspace_id == HERE).values(version=7))
        brief, task = leads.brief_of(tx, done.lead_id), ladder.tasks_of(tx, done.lead_id)[0]
        evidence_id = deals.deal_of(tx, done.lead_id).evidence_id
        answers = _answered(tx, buyer, done.deal_id)
        offer = live_offers.add_offer(tx, {**OFFER, "deal_id": done.deal_id, "evidence_id": evidence_id})
        _notified(tx, done.deal_id)
        reply = inbound.add_inbound(tx, REPLY)
        opt_outs.add_opt_out(tx, replace(STOP, inbound_id=reply), now=NOW)
        return Ids(
            done.lead_id,
            done.number,
            done.deal_id,
            brief.id,
            task.id,
            evidence_id,
            carded,
            buyer,
            *answers,
            offer,
            sent,
            claimed=claimed,
            reply=reply,
            download=_downloaded(tx),
        )

    return await database.write(HERE, fill)


def queries():
    """Every public function of storage that takes a transaction."""
    for module in (*schema.TABLES_OF, outbox, notifying, home):
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
            if own and next(iter(inspect.signature(function).parameters), "") == "tx":
                yield function


def test_every_function_of_storage_is_asked_here():
    asked = {*READINGS, *CHANGES, *ADDITIONS}
    missing = {f"{function.__module__}.{function.__name__}" for function in set(queries()) - asked}
    assert missing == set(), "add it to READINGS, CHANGES or ADDITIONS"
    assert asked - set(queries()) == set()


def _name(function):
    return function.__name__


@pytest.mark.parametrize("function", READINGS, ids=_name)
async def test_a_stranger_sees_nothing_of_another_workspace(database, ids, function):
    reading = READINGS[function]
    own = await database.write(HERE, lambda tx: reading.ask(tx, ids))
    assert await database.write(ELSEWHERE, lambda tx: reading.ask(tx, ids)) == reading.stranger_sees
    assert own != reading.stranger_sees


@pytest.mark.parametrize("function", CHANGES, ids=_name)
async def test_a_stranger_changes_nothing_of_another_workspace(database, ids, function):
    before = await database.change(lambda connection: rows_of(connection, HERE))
    await database.write(ELSEWHERE, lambda tx: CHANGES[function](tx, ids))
    assert await database.change(lambda connection: rows_of(connection, HERE)) == before
    await database.write(HERE, lambda tx: CHANGES[function](tx, ids))
    assert await database.change(lambda connection: rows_of(connection, HERE)) != before


async def test_what_a_transaction_adds_belongs_to_its_workspace_whatever_it_is_told(database, ids):
    before = await database.change(lambda connection: rows_of(connection, HERE))
    event = KpiEvent(Kpi.LADDER_CREATED, True, "ladder:1", "U0REP")
    task = {
        **PLACE, "workspace_id": HERE, "lead_id": ids.lead, "channel": "SMS", "step": 1, "due_at": NOW, "completed": False,
        "correlation_id": "ladder:1", "run": 2, "state": "planned", "ideal_at": NOW, "created_at": NOW,
    }  # fmt: skip

    def add(tx):
        kpis.emit_kpi(tx, event, now=NOW)
        ladder.add_tasks(tx, [task])
        audit.record(tx, audit.Change("U0ELSE", "tested", "L-1"), now=NOW)

    await database.write(ELSEWHERE, add)
    await captured(database, rep(ELSEWHERE))
    assert await database.change(lambda connection: rows_of(connection, HERE)) == before
    elsewhere = await database.change(lambda connection: rows_of(connection, ELSEWHERE))
    assert len(elsewhere["followup_task"]) == 7
    assert len(elsewhere["audit_entry"]) == 1


async def test_numbers_begin_at_one_in_each_workspace(database, ids):
    second = await captured(database, rep(ELSEWHERE))
    assert (ids.number, second.number) == (2, 1)
    assert second.lead_id != ids.lead


async def test_the_same_request_key_in_two_workspaces_is_two_requests(database, ids):
    done = await captured(database, rep(ELSEWHERE), key=KEY.key)
    assert not done.repeated
    assert done.lead_id != ids.lead
