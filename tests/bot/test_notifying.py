"""Notifying a deal's parties: who hears, in which order, who does not and why, and what keeps it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.services.actors import NotYourDeal
from bot.services.notifying import BatchNotFound, DealIdNotFound
from bot.services.notifying_parties import NO_PROVINCE, NOT_HELD
from bot.services.numbered import DealNotFound
from bot.services.offers import OfferAsk, Offers
from bot.services.opting_out import Said, stop
from domain.approvals import ApprovalKind, ApprovalState
from domain.consent import ConsentKind
from domain.content import SenderIncomplete
from domain.deals import Stage
from domain.liquidity_sums import Feedback
from domain.messages import Route, SendState
from domain.notifying import DealSold, DealTaken, OfferNotWritten, Party, SellerGone
from domain.rules import Medium
from domain.waves import MOST
from storage.approvals import approval
from storage.deals import deal
from storage.leads import lead
from storage.live_offers import offer, offers_of
from storage.sends import send
from storage.workspaces import workspace
from tests.bot.deal_team import AGREED, ASSIGNED, DANA, EVE, LEE, LOST
from tests.bot.notified_team import a_notified_team, email_of, phone_of
from tests.sending import both
from tests.storage.builders import DRAFT, HERE

HALF_AN_HOUR = timedelta(minutes=30)
EVENING = timedelta(hours=10)
"""From 11:00 to 21:00 in Toronto, when nobody may be texted."""
TO_OPENING = timedelta(hours=12)
"""From 21:00 to 09:00."""


@pytest.fixture
async def told(database):
    """A team with an agreement on D-1, on either kind of database."""
    made = await a_notified_team(database)
    await made.team.at(Stage.MARKETED)
    return made


@pytest.fixture
async def one(sqlite):
    """The same where the kind does not matter."""
    made = await a_notified_team(sqlite)
    await made.team.at(Stage.MARKETED)
    return made


def named(prepared):
    """Who is left out, with the reason."""
    return {each.name.partition(" ")[0]: each.reason for each in prepared.detail.left_out}


# Who hears


async def test_the_seller_and_the_buyers_who_match_are_one_batch_that_waits(told):
    await told.buyers(1, 2)
    prepared = await told.prepare()

    assert prepared.is_new
    assert [each.state for each in prepared.sends] == [SendState.AWAITING_APPROVAL] * 3
    (seller,) = prepared.to(Party.SELLER)
    first, second = prepared.to(Party.BUYER)
    assert (seller.address, seller.lead_id, seller.buyer_id) == (DRAFT.phone, 1, None)
    assert {first.address, second.address} == {phone_of(1), phone_of(2)}
    assert (first.lead_id, first.deal_id) == (None, 1)
    for each in prepared.sends:
        kept = each.metadata
        assert (kept["province"], kept["market"], kept["deal_id"], kept["lead_id"]) == ("ON", "Toronto", 1, 1)
        assert 0.0 <= kept["liquidity_score"] < 1
        assert each.approval_id == prepared.approval.id
        assert "Maple Homes" in each.body
        assert each.body.endswith("Reply STOP to opt out")
        assert each.template_version
    assert (first.metadata["wave"], first.metadata["wave_minutes"]) == (1, 0)
    assert 0.7 <= first.metadata["fit"] <= 1
    asked = await told.approval(prepared.approval.id)
    assert (asked.kind, asked.state, asked.deal_id, asked.lead_id) == (ApprovalKind.BATCH, ApprovalState.OPEN, 1, 1)
    assert asked.requested_by == "U0DANA"
    assert await told.run() == []


async def test_what_was_prepared_is_counted_once_and_audited(told):
    await told.buyers(1, 2)
    await told.buyers(3, agreed=False)
    await told.prepare()
    await told.prepare()

    (event,) = await told.kpis("prepared")
    assert (event.domain, event.success, event.value, event.actor) == ("NOTIFICATIONS", True, 3, "U0DANA")
    assert event.correlation_id == "notifications:1"
    assert (event.detail["buyers"], event.detail["seller"], event.detail["market"]) == (2, True, "Toronto")
    assert event.detail["left_out"] == {"block_no_consent": 1}
    assert isinstance(event.detail["liquidity_score"], float)
    (entry,) = await told.team.audit("parties_notified")
    assert (entry.actor, entry.subject, entry.after["messages"]) == ("U0DANA", "D-1", 3)


async def test_a_buyer_who_prefers_french_reads_all_of_it_in_french_wherever_they_are(one):
    await one.buyers(1, locale="fr-CA")
    (text,) = (await one.prepare()).to(Party.BUYER)
    assert text.body.startswith("Bonjour ")
    assert text.body.endswith("Répondez ARRET pour vous désabonner")


async def test_who_may_not_be_texted_is_written_to_and_who_may_be_neither_is_left_out(one):
    await one.buyers(1, by="EMAIL")
    await one.buyers(2, by="BOTH", agreed=False)
    await one.agree(email_of(2))
    await one.buyers(3, by="BOTH", agreed=False)
    await one.buyers(4, by="nothing")
    prepared = await one.prepare()

    assert {each.address: each.route for each in prepared.to(Party.BUYER)} == {
        email_of(1): Route.EMAIL,
        email_of(2): Route.EMAIL,
    }
    assert all(each.subject for each in prepared.to(Party.BUYER))
    assert named(prepared) == {"B-3": "block_no_consent", "B-4": "no_address"}
    both, neither = sorted(prepared.detail.left_out, key=lambda each: each.name)
    assert both.sentence.startswith("Text: ")
    assert " E-mail: " in both.sentence
    assert neither.sentence == "Neither a phone number nor an e-mail address is on record."


async def test_fifty_hear_by_waves_the_best_match_first_and_those_who_may_not_leave_their_place(one):
    await one.buyers(*range(1, 6), agreed=False, bought=9)
    await one.buyers(*range(6, MOST + 10), min_beds=3)
    await one.buyers(MOST + 10, contacted=4, responded=4, bought=4)
    prepared = await one.prepare()

    buyers = prepared.to(Party.BUYER)
    assert len(buyers) == MOST
    assert buyers[0].address == phone_of(MOST + 10)
    assert [each.metadata["wave"] for each in buyers] == [1 + place // 10 for place in range(MOST)]
    assert [each.metadata["wave_minutes"] for each in buyers][::10] == [0, 30, 60, 90, 120]
    assert set(named(prepared)) == {f"B-{number}" for number in range(1, 6)}
    assert prepared.detail.fitting == MOST + 10
    assert prepared.detail.remarks == (
        "The 50 best matches who may be written to are in this batch; the next one tells others.",
    )


async def test_that_not_all_matches_were_looked_at_is_said(one, monkeypatch):
    monkeypatch.setattr("bot.services.notifying_parties.LOOKED_AT", 2)
    await one.buyers(1, 2, 3, agreed=False)
    prepared = await one.prepare()
    assert len(prepared.detail.left_out) == 2
    assert prepared.detail.remarks == ("Only the 2 best of 3 matches were looked at.",)


async def test_where_nobody_may_be_told_nothing_is_asked_and_each_reason_is_given(told):
    await told.buyers(1, agreed=False)
    await told.buyers(2)
    said = Said(phone_of(2), "sms", "STOP", told.now)
    await told.write(lambda tx: stop(tx, DANA, said, {Medium.SMS: ConsentKind.STOP}, now=told.now))
    said = Said(DRAFT.phone, "sms", "STOP", told.now)
    everything = {Medium.SMS: ConsentKind.STOP, Medium.EMAIL: ConsentKind.STOP}
    await told.write(lambda tx: stop(tx, DANA, said, everything, now=told.now))
    await told.write(lambda tx: tx.connection.execute(update(lead).values(email=None)))
    prepared = await told.prepare()

    assert (prepared.approval, prepared.sends) == (None, ())
    assert named(prepared) == {"B-1": "block_no_consent", "B-2": "block_opted_out"}
    assert prepared.detail.seller.reason == "block_opted_out"
    assert all(each.sentence for each in prepared.detail.left_out)
    assert await told.approvals() == []
    (event,) = await told.kpis("prepared")
    assert (event.success, event.value, event.detail["reason"]) == (False, 0, "nobody_to_tell")
    assert (event.detail["seller_reason"], event.detail["left_out"]) == (
        "block_opted_out",
        {"block_no_consent": 1, "block_opted_out": 1},
    )


async def test_a_batch_that_waits_is_returned_as_it_stands(told):
    await told.buyers(1)
    first = await told.prepare()
    await told.buyers(2)
    again = await told.prepare(who=LEE)

    assert not again.is_new
    assert again.approval.id == first.approval.id
    assert [each.id for each in again.sends] == [each.id for each in first.sends]
    assert again.detail == first.detail
    shown = await told.notifying.batch(DANA, first.approval.id)
    assert [each.id for each in shown.sends] == [each.id for each in first.sends]


async def test_two_people_who_press_at_once_prepare_one_batch(told):
    await told.buyers(1, 2)
    made = await both(*(told.prepare(who=who) for who in (DANA, LEE) * 4))

    assert sum(each.is_new for each in made) == 1
    assert len({each.approval.id for each in made}) == 1
    assert len(await told.sends()) == 3
    assert len(await told.kpis("prepared")) == 1


async def test_another_round_tells_only_those_who_have_not_heard(one):
    await one.buyers(1, 2)
    first = await one.prepare()
    await one.approve(first.approval.id)
    await one.run()
    await one.buyers(3, 4)
    await one.team.feedback.record(DANA, 1, 4, Feedback.PASSED)
    second = await one.prepare()

    assert second.is_new
    assert [each.address for each in second.sends] == [phone_of(3)]
    assert named(second) == {"B-1": "told", "B-2": "told", "B-4": "answered"}
    assert second.detail.seller.reason == "told"
    assert second.detail.seller.sentence == "Told already, on 11 Mar 2026."
    assert "passed" in next(each.sentence for each in second.detail.left_out if each.reason == "answered").lower()


async def test_those_whose_message_was_rejected_are_asked_about_again(one):
    await one.buyers(1)
    first = await one.prepare()
    ids = [each.id for each in first.sends]
    await one.write(lambda tx: tx.connection.execute(update(send).where(send.c.id.in_(ids)).values(state="rejected")))
    await one.write(lambda tx: tx.connection.execute(update(approval).values(state="rejected")))
    second = await one.prepare()

    assert second.is_new
    assert [each.address for each in second.sends] == [each.address for each in first.sends]
    assert {each.key for each in second.sends}.isdisjoint(each.key for each in first.sends)


# What is refused, and what the approver is told


@pytest.mark.parametrize("stage", [Stage.ASSIGNED, Stage.CLOSED, Stage.LOST])
async def test_nobody_is_told_of_a_deal_that_is_over(sqlite, stage):
    made = await a_notified_team(sqlite)
    await made.buyers(1)
    await made.team.at(stage)
    with pytest.raises(DealTaken):
        await made.prepare()
    assert await made.kpis("prepared") == []


async def test_before_an_agreement_the_approver_is_warned(sqlite):
    made = await a_notified_team(sqlite)
    await made.buyers(1)
    await made.team.at(Stage.DRAFT)
    prepared = await made.prepare()
    assert prepared.detail.remarks == (NOT_HELD,)
    assert len(prepared.sends) == 2


async def test_a_deal_without_a_province_matches_nobody_and_says_so(sqlite):
    made = await a_notified_team(sqlite)
    await made.buyers(1)
    await made.team.capture(region=None, address=None, email=None, phone="+18005550123")
    prepared = await made.prepare()
    assert prepared.approval is None
    assert NO_PROVINCE in prepared.detail.remarks


async def test_unknown_deals_other_reps_deals_and_deals_without_a_lead_are_refused(one):
    with pytest.raises(DealNotFound):
        await one.prepare(9)
    with pytest.raises(DealIdNotFound, match="no deal with the id 99 here"):
        await one.notifying.number_of(DANA, 99)
    assert await one.notifying.number_of(DANA, 1) == 1
    with pytest.raises(NotYourDeal):
        await one.prepare(who=EVE)
    with pytest.raises(BatchNotFound):
        await one.notifying.batch(DANA, 1)
    await one.write(lambda tx: tx.connection.execute(update(lead).values(workspace_id="T0ELSE")))
    with pytest.raises(SellerGone, match="D-1 has no lead any more"):
        await one.prepare()


async def test_a_team_that_does_not_say_who_it_is_prepares_nothing(one):
    await one.buyers(1)
    await one.write(lambda tx: tx.connection.execute(update(workspace).values(mailing_address=None)))
    with pytest.raises(SenderIncomplete):
        await one.prepare()
    assert await one.sends() == []


# Waves


async def test_the_waves_leave_half_an_hour_apart(one):
    await one.buyers(*range(1, 26))
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)

    assert len(await one.run()) == 11
    one.move(HALF_AN_HOUR - timedelta(seconds=1))
    assert await one.run() == []
    one.move(timedelta(seconds=1))
    assert len(await one.run()) == 10
    one.move(HALF_AN_HOUR)
    assert len(await one.run()) == 5
    assert set(await one.states()) == {"sent"}


async def test_a_batch_that_is_held_over_night_leaves_by_waves_in_the_morning(told):
    await told.buyers(*range(1, 13))
    told.move(EVENING)
    prepared = await told.prepare()
    assert all(each.metadata["look"]["held_until"] for each in prepared.sends)
    await told.approve(prepared.approval.id)
    assert set(await told.states()) == {"held"}

    told.move(TO_OPENING)
    first = []
    for _ in range(3):
        first += await told.run()
        told.move(timedelta(minutes=8))
    assert len(first) == 11
    assert first[1:] != []
    told.move(timedelta(minutes=25))
    assert len(await told.run()) == 2


async def test_a_wave_that_comes_after_the_window_closed_keeps_its_distance_in_the_morning(one):
    await one.buyers(*range(1, 13))
    one.move(timedelta(hours=8, minutes=50))
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)
    assert len(await one.run()) == 11
    one.move(HALF_AN_HOUR)
    assert await one.run() == []
    late = [each for each in await one.sends() if each.state is SendState.HELD]
    assert len(late) == 2
    assert all(each.due_at - each.held_until >= HALF_AN_HOUR for each in late)


# What keeps it back


async def test_the_waves_stop_when_the_deal_is_taken(told):
    await told.buyers(*range(1, 13))
    prepared = await told.prepare()
    await told.approve(prepared.approval.id)
    await told.run()
    await told.team.move(1, Stage.ASSIGNED, ASSIGNED, buyer_number=1)
    told.move(HALF_AN_HOUR)

    assert await told.run() == []
    kept = [each for each in await told.sends() if each.state is SendState.CANCELLED]
    assert [each.reason for each in kept] == ["deal_moved"] * 2
    assert {each.last_error for each in kept} == {"D-1 is taken: a buyer has it."}


async def test_a_batch_that_nobody_decided_loses_its_object_when_the_deal_is_lost(told):
    await told.buyers(1)
    prepared = await told.prepare()
    await told.team.move(1, Stage.LOST, LOST)

    asked = await told.approval(prepared.approval.id)
    assert (asked.state, asked.reason) == (ApprovalState.SUPERSEDED, "D-1 is lost.")
    assert set(await told.states()) == {"cancelled"}


async def test_off_the_market_nobody_else_is_told(one):
    await one.buyers(1)
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)
    await one.team.move(1, Stage.UNDER_AGREEMENT, AGREED)
    assert await one.run() == []


async def test_what_was_claimed_at_the_moment_of_the_move_is_kept_back_at_the_door(one):
    await one.buyers(1)
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)
    await one.write(lambda tx: tx.connection.execute(update(deal).values(stage="closed")))

    assert await one.run() == []
    assert {(each.state, each.reason) for each in await one.sends()} == {(SendState.CANCELLED, "deal_moved")}
    assert (await one.sends())[0].last_error == "D-1 is closed by now."


@pytest.mark.parametrize("answer", [Feedback.BOUGHT, Feedback.TAKEN])
async def test_the_waves_stop_when_an_answer_says_that_somebody_bought_it(one, answer):
    await one.buyers(*range(1, 13))
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)
    await one.run()
    await one.team.feedback.record(DANA, 1, 1, answer)
    one.move(HALF_AN_HOUR)

    assert await one.run() == []
    kept = [each for each in await one.sends() if each.state is SendState.CANCELLED]
    assert {each.last_error for each in kept} == {"D-1 is taken: a buyer has it."}
    with pytest.raises(DealSold):
        await one.prepare()


async def test_a_buyer_who_answered_was_paused_or_was_removed_meanwhile_is_left_alone(one):
    await one.buyers(*range(1, 5))
    prepared = await one.prepare()
    await one.team.feedback.record(DANA, 1, 1, Feedback.PASSED)
    await one.change_buyer(2, active=False)
    await one.change_buyer(3, removed_at=one.now)
    await one.approve(prepared.approval.id)

    assert set(await one.run()) == {DRAFT.phone, phone_of(4)}
    kept = {each.address: each.last_error for each in await one.sends() if each.state is SendState.CANCELLED}
    assert kept == {
        phone_of(1): "An answer of B-1 is recorded by now.",
        phone_of(2): "B-2 is paused by now.",
        phone_of(3): "B-3 is removed by now.",
    }


async def test_the_deals_card_says_who_was_told(one):
    await one.buyers(*range(1, 13))
    assert (await one.team.card(1)).told.sends == ()
    prepared = await one.prepare()
    await one.approve(prepared.approval.id)
    await one.run()

    told = (await one.team.card(1)).told
    assert (told.reached, told.waiting, len(told.buyers)) == (10, 2, 12)
    assert told.told(Party.SELLER).state is SendState.SENT


# An offer in writing


@pytest.fixture
async def priced(sqlite):
    """A team with D-1, a draft that is priced at 310,000 by evidence 1."""
    made = await a_notified_team(sqlite)
    await made.team.at(Stage.DRAFT)
    return made


async def test_an_offer_is_saved_drafted_and_asked_about_at_once(priced):
    written = await priced.notifying.write_offer(DANA, 1, 1)

    assert written.is_new
    assert (written.send.state, written.send.route, written.send.lead_id) == (
        SendState.AWAITING_APPROVAL,
        Route.SMS,
        1,
    )
    assert "$310,000" in written.send.body
    assert written.send.body.endswith("Reply STOP to opt out")
    assert (written.approval.kind, written.approval.deal_id) == (ApprovalKind.SEND, 1)
    (drafted,) = await priced.team.database.read(HERE, lambda tx: offers_of(tx, 1))
    assert (drafted.status, drafted.amount, drafted.presented_at) == ("drafted", 310_000, None)
    again = await priced.notifying.write_offer(LEE, 1, 1)
    assert (again.is_new, again.send.id, again.approval.id) == (False, written.send.id, written.approval.id)
    card = await priced.team.card(1)
    assert card.told.offer(drafted.id, Decimal(310_000)).id == written.send.id
    assert (card.told.reached, card.told.waiting) == (0, 0)


async def test_an_approved_offer_leaves_and_presents_nothing_by_itself(priced):
    written = await priced.notifying.write_offer(DANA, 1, 1)
    await priced.approve(written.approval.id)

    assert await priced.run() == [DRAFT.phone]
    assert (await priced.team.row(1)).stage == "draft"
    (drafted,) = await priced.team.database.read(HERE, lambda tx: offers_of(tx, 1))
    assert drafted.status == "drafted"


async def test_an_offer_may_leave_after_it_was_presented_and_not_after_it_was_withdrawn(priced):
    written = await priced.notifying.write_offer(DANA, 1, 1)
    await priced.team.present(1)
    await priced.approve(written.approval.id)
    assert await priced.run() == [DRAFT.phone]

    again = await priced.notifying.write_offer(DANA, 1, 1)
    assert not again.is_new


async def test_a_seller_who_may_not_be_written_to_keeps_the_price_unsaved(priced):
    said = Said(DRAFT.phone, "sms", "STOP", priced.now)
    await priced.write(lambda tx: stop(tx, DANA, said, {Medium.SMS: ConsentKind.STOP}, now=priced.now))
    await priced.write(lambda tx: tx.connection.execute(update(lead).values(email=None)))
    with pytest.raises(OfferNotWritten, match="The offer of D-1 can't be written to the seller"):
        await priced.notifying.write_offer(DANA, 1, 1)
    assert await priced.team.database.read(HERE, lambda tx: offers_of(tx, 1)) == []


async def test_an_offer_of_another_amount_takes_the_place_of_the_one_that_waits(priced):
    first = await priced.notifying.write_offer(DANA, 1, 1)
    ask = OfferAsk(arv=Decimal(520_000), repairs=Decimal(30_000), lead_number=1)
    quote = await Offers(priced.team.database, priced.team.clock).quote(DANA, ask)
    second = await priced.notifying.write_offer(DANA, quote.evidence_id, 1)

    assert second.is_new
    assert "$334,000" in second.send.body
    old = await priced.approval(first.approval.id)
    assert old.state is ApprovalState.SUPERSEDED
    assert old.reason == "D-1 is offered at $334,000.00 now; this says $310,000.00."
    assert await priced.states() == ["cancelled", "awaiting_approval"]


async def test_an_approved_offer_is_kept_back_at_the_door_where_the_price_moved(priced):
    written = await priced.notifying.write_offer(DANA, 1, 1)
    await priced.approve(written.approval.id)
    await priced.write(lambda tx: tx.connection.execute(update(offer).values(amount=Decimal(300_000))))
    assert await priced.run() == []
    (kept,) = await priced.sends()
    assert (kept.state, kept.reason) == (SendState.CANCELLED, "offer_moved")
    assert "the message says $310,000.00" in kept.last_error


async def test_an_agreement_keeps_a_written_offer_back(priced):
    written = await priced.notifying.write_offer(DANA, 1, 1)
    await priced.team.present(1)
    await priced.team.move(1, Stage.UNDER_AGREEMENT, AGREED)
    asked = await priced.approval(written.approval.id)
    assert (asked.state, asked.reason) == (ApprovalState.SUPERSEDED, "D-1 is under agreement: offers are over.")
