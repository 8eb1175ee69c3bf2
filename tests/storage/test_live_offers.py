"""Offers on both databases: every step with its rows, what is counted and audited, and everything that is refused."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from bot.services.actors import Actor, NotYourDeal
from bot.services.comparables import Comparables, CompsAsk
from bot.services.evidence import EvidenceNotFound
from bot.services.live_offers import (
    CounterMoved,
    LiveOffers,
    OfferNotFound,
    OfferOvertaken,
    OfferRef,
    OfferTerms,
    PriceMoved,
    accept_live,
    withdraw_live,
)
from bot.services.moves import DealChanged, Move, Seen, move
from bot.services.numbered import DealNotFound
from bot.services.offers import OfferAsk, Offers
from bot.services.places import NewPlace, Places
from bot.services.pricing import EvidenceUnreadable
from bot.services.saved_prices import EvidenceOfAnother, EvidenceOpen
from domain.comps import House
from domain.deals import Stage
from domain.errors import RuleBroken
from domain.live_offers import (
    AmountMissing,
    AmountNotPositive,
    CounterMissing,
    CounterNotPositive,
    ExpiryMissing,
    ExpiryPast,
    ExpiryTooFar,
    NoteTooLong,
    NothingToOffer,
    OfferAction,
    OfferNotLive,
    OffersOver,
    OfferState,
    PriceMissing,
)
from domain.roles import Role
from domain.zones import UnknownZone
from storage.audit import audit_entry
from storage.database import Database
from storage.deals import change_deal, deal, find_deal
from storage.kpis import kpi_event
from storage.leads import brief_of, change_lead, get_lead
from storage.live_offers import LiveOffer, due_offers, find_offer, offers_of
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from storage.requests import RequestKey
from storage.workspaces import Member, add_member
from tests.storage.builders import HERE, NOW, captured, founded, rows_of

DANA = Actor(HERE, "U0REP", Role.REP)
LEE = Actor(HERE, "U0LEE", Role.APPROVER, "America/Vancouver")
MAX = Actor(HERE, "U0MAX", Role.REP)
TODAY = date(2026, 3, 11)
FRIDAY = date(2026, 3, 13)
FRIDAYS_END = datetime(2026, 3, 14, 4, tzinfo=UTC)
"""Midnight in Toronto, on summer time since 8 March."""
MAO = Decimal("310000.00")
TERMS = OfferTerms(Decimal("300000.00"), FRIDAY, "by phone")
COUNTER = Decimal("320000.00")


@dataclass
class Clock:
    """A clock that the tests move."""

    at: datetime = NOW

    def now(self):
        return self.at


@dataclass
class Team:
    """A workspace with three members and Dana's lead L-1, whose deal D-1 is a draft and priced by E-1 at its MAO."""

    database: Database
    clock: Clock

    @property
    def offers(self):
        return LiveOffers(self.database, self.clock)

    async def do(self, work):
        return await self.database.write(HERE, work)

    async def quote(self, **ask):
        """Price a lead, L-1 unless said otherwise; return the evidence's id."""
        quote = await Offers(self.database, self.clock).quote(DANA, OfferAsk(**{"lead_number": 1, **ask}))
        return quote.evidence_id

    async def deal(self, number=1):
        return await self.do(lambda tx: find_deal(tx, number=number))

    async def listed(self):
        """The offers of D-1, the newest first."""
        found = await self.deal()
        return await self.do(lambda tx: offers_of(tx, found.id))

    async def audit(self):
        """Every audit entry so far, as verb, actor and sides."""
        query = select(audit_entry).order_by(audit_entry.c.id)
        return await self.do(lambda tx: list(tx.connection.execute(query)))

    async def counted(self, evidence_id=1):
        """What was counted of the offers on one evidence, apart from its having been computed."""
        c = kpi_event.c
        query = select(c.metric, c.value, c.actor, c.detail).where(c.correlation_id == f"offer:{evidence_id}")
        found = await self.do(lambda tx: list(tx.connection.execute(query.order_by(c.id))))
        return [tuple(row) for row in found if row.metric != "offer_generated"]

    async def rows(self):
        return await self.database.change(lambda connection: rows_of(connection, HERE))

    async def policy(self, **terms):
        await self.do(
            lambda tx: tx.connection.execute(
                update(offer_policy).where(offer_policy.c.province == "ON").values(**terms)
            )
        )

    async def stage(self, stage):
        found = await self.deal()
        await self.do(lambda tx: change_deal(tx, found.id, {"stage": stage}))

    async def presented(self, terms=TERMS, who=DANA):
        """Present an offer and return how a card names it."""
        return ref(await self.offers.present(who, 1, terms))


def ref(offer: LiveOffer) -> OfferRef:
    return OfferRef(offer.id, 1, offer.counter_amount)


def key(number=1, payload="hash"):
    return RequestKey(f"view:V{number}", payload)


@pytest.fixture
async def team(database):
    await founded(database)
    await captured(database)

    def join(tx):
        for member in (
            Member("U0REP", "Dana Rep", Role.REP, "America/Toronto"),
            Member("U0LEE", "Lee Approver", Role.APPROVER, "America/Vancouver"),
        ):
            add_member(tx, member, now=NOW)

    await database.write(HERE, join)
    return Team(database, Clock())


async def refused(team, error, work, match=None):
    """Whether `work` raises this error and leaves every row as it was."""
    before = await team.rows()
    with pytest.raises(error, match=match) as raised:
        await work
    assert await team.rows() == before
    return raised.value


# Saving a price to the deal


async def test_a_saved_price_is_the_deals_own_and_an_offer_is_drafted(team):
    evidence_id = await team.quote(arv=Decimal(520_000), repairs=Decimal(30_000))
    saved = await team.offers.save(DANA, evidence_id, 1)
    found = await team.deal()
    assert (found.arv, found.repairs, found.offer, found.mao, found.assignment_fee, found.evidence_id) == (
        Decimal(520_000), Decimal(30_000), Decimal(334_000), Decimal(334_000), Decimal(0), evidence_id,
    )  # fmt: skip
    assert found.stage is Stage.DRAFT
    (offer,) = await team.listed()
    assert offer == saved.offer
    assert (offer.status, offer.amount, offer.evidence_id, offer.mao) == ("drafted", 334_000, evidence_id, 334_000)
    assert (offer.created_by, offer.presented_at, offer.expires_at, offer.decided_at) == ("U0REP", None, None, None)
    assert (saved.lead.number, saved.quote.deal_number, saved.quote.evidence_id, saved.remarks) == (
        1,
        1,
        evidence_id,
        (),
    )
    assert await team.counted(evidence_id) == []


async def test_saving_leaves_what_stood_before_in_the_audit_trail(team):
    await team.offers.save(DANA, await team.quote(arv=Decimal(520_000)), 1)
    price, drafted = await team.audit()
    assert (price.verb, price.subject, price.actor) == ("price_saved", "D-1", "U0REP")
    assert (price.before["arv"], price.after["arv"]) == ("500000.00", "520000.00")
    assert (price.before["evidence_id"], price.after["evidence_id"]) == (1, 2)
    assert (drafted.verb, drafted.subject, drafted.before) == ("offer_drafted", "D-1", None)
    assert (drafted.after["amount"], drafted.after["evidence_id"], drafted.after["offer_id"]) == ("324000.00", 2, 1)


async def test_the_brief_and_the_leads_card_follow_a_saved_price(team, database):
    other = await captured(database, repairs=None)
    lead = await team.do(lambda tx: get_lead(tx, other.lead_id))
    assert "offer" in lead.missing
    evidence_id = await team.quote(lead_number=lead.number, arv=Decimal(600_000), repairs=Decimal(0))
    await team.offers.save(DANA, evidence_id, 2)
    assert "offer" not in (await team.do(lambda tx: get_lead(tx, other.lead_id))).missing
    assert "ARV 600,000" in (await team.do(lambda tx: brief_of(tx, other.lead_id))).headline


async def test_another_price_takes_the_place_of_the_draft(team):
    first = (await team.offers.save(DANA, await team.quote(arv=Decimal(520_000)), 1)).offer
    team.clock.at += timedelta(hours=1)
    second = (await team.offers.save(LEE, await team.quote(arv=Decimal(540_000)), 1)).offer
    assert await team.listed() == [second]
    assert (second.id, second.amount, second.evidence_id) == (first.id, 338_000, 3)
    assert (second.created_by, second.created_at) == ("U0LEE", team.clock.at)
    *_, last = await team.audit()
    assert (last.verb, last.before["amount"], last.before["created_by"]) == ("offer_drafted", "324000.00", "U0REP")


async def test_saving_the_same_price_twice_leaves_nothing_more(team):
    evidence_id = await team.quote()
    first = await team.offers.save(DANA, evidence_id, 1)
    before = await team.rows()
    assert (await team.offers.save(DANA, evidence_id, 1)).offer == first.offer
    after = await team.rows()
    assert [row[3:] for row in after["audit_entry"]] == [row[3:] for row in before["audit_entry"]]
    assert after["offer"] == before["offer"]


async def test_a_price_that_the_seller_has_already_is_not_drafted_again(team):
    evidence_id = await team.quote()
    await team.offers.save(DANA, evidence_id, 1)
    await team.presented(OfferTerms(MAO, FRIDAY))
    assert (await team.offers.save(DANA, evidence_id, 1)).offer.status is OfferState.PRESENTED
    assert len(await team.listed()) == 1
    await team.offers.save(DANA, await team.quote(), 1)
    assert [offer.status for offer in await team.listed()] == ["drafted", "presented"]


async def test_a_price_by_a_policy_that_changed_since_is_saved_and_said(team):
    evidence_id = await team.quote()
    await team.policy(max_arv_multiplier=Decimal("0.68"), version=2)
    saved = await team.offers.save(DANA, evidence_id, 1)
    assert saved.remarks == ("It was priced by policy ON/ALL v1; ON/ALL v2 stands now.",)
    assert (await team.deal()).offer == MAO
    assert saved.quote.priced.offer.recommended_offer == MAO


async def test_a_policy_that_was_switched_off_or_taken_away_is_said(team):
    evidence_id = await team.quote()
    await team.policy(enabled=False)
    saved = await team.offers.save(DANA, evidence_id, 1)
    assert saved.remarks == ("Policy ON/ALL v1, by which it was priced, is switched off now.",)
    await team.policy(province="XX")
    saved = await team.offers.save(DANA, evidence_id, 1)
    assert saved.remarks == ("It was priced by policy ON/ALL v1; none stands now.",)


@pytest.mark.parametrize(
    ("place", "lead", "said"),
    [
        ("Vancouver", {}, "It was priced for Vancouver BC; the property is in Toronto ON."),
        ("Manitoba", {"market": "ALL"}, "It was priced for MB; the property is in ON."),
        ("Manitoba", {"market": "ALL", "province": None}, "It was priced for MB; the property is in no province that we know."),
    ],
)  # fmt: skip
async def test_a_price_for_another_place_is_saved_and_said(team, place, lead, said):
    evidence_id = await team.quote(place=place)
    found = await team.deal()
    if lead:
        await team.do(lambda tx: change_lead(tx, found.lead_id, lead))
    assert (await team.offers.save(DANA, evidence_id, 1)).remarks == (said,)


async def test_evidence_that_does_not_price_this_lead_is_refused(team, database):
    await captured(database)
    for evidence_id in (2, await team.quote(lead_number=None, arv=Decimal(500_000), repairs=Decimal(0))):
        error = await refused(team, EvidenceOfAnother, team.offers.save(DANA, evidence_id, 1))
        assert str(error).startswith(f"E-{evidence_id} does not price L-1, whose deal D-1 is.")
    await refused(team, EvidenceNotFound, team.offers.save(DANA, 99, 1))


async def test_a_price_that_leaves_nothing_is_refused_with_what_is_missing(team):
    evidence_id = await team.quote(repairs=Decimal(370_000))
    refusal = team.offers.save(DANA, evidence_id, 1)
    await refused(team, NothingToOffer, refusal, match=r"E-2 leave nothing to offer: \$20,000.00 is missing")


async def test_evidence_without_a_price_is_refused(team, database):
    await captured(database, repairs=None)
    sales = "525k 1450sqft 30d 1km\n540k 1450sqft 30d 1km"
    ask = CompsAsk(2, sales, House(Decimal(1_450), None, None, Decimal(0)))
    valued = await Comparables(database, team.clock).enter(DANA, ask, key())
    error = await refused(team, EvidenceOpen, team.offers.save(DANA, valued.evidence.id, 2))
    assert str(error) == f"E-{valued.evidence.id} holds no price: Give the cost of repairs, 0 if there are none."


async def test_evidence_that_lost_a_number_is_refused(team):
    evidence_id = await team.quote()
    await team.database.change(lambda connection: _forget_assumptions(connection, evidence_id))
    await refused(team, EvidenceUnreadable, team.offers.save(DANA, evidence_id, 1))


def _forget_assumptions(connection, evidence_id):
    """What no function of ours does: evidence is never changed."""
    connection.execute(update(offer_evidence).where(offer_evidence.c.id == evidence_id).values(assumptions_json={}))


@pytest.mark.parametrize("stage", [s for s in Stage if s not in (Stage.DRAFT, Stage.OFFERED)])
async def test_past_the_offers_nothing_is_saved_presented_or_decided(team, stage):
    evidence_id = await team.quote()
    offer = await team.presented()
    await team.stage(stage)
    for work in (
        team.offers.save(DANA, evidence_id, 1),
        team.offers.presentable(DANA, 1),
        team.offers.present(DANA, 1, TERMS),
        team.offers.counter(DANA, offer, COUNTER),
        team.offers.to_counter(DANA, offer),
        team.offers.accept(DANA, offer),
        team.offers.reject(DANA, offer),
    ):
        await refused(team, OffersOver, work, match=f"D-1 stands at {stage.label}")
    assert (await team.offers.withdraw(DANA, offer)).status is OfferState.WITHDRAWN


# Presenting


async def test_presenting_moves_a_draft_deal_to_offered_and_counts(team):
    offer = await team.offers.present(LEE, 1, TERMS)
    assert await team.listed() == [offer]
    assert (offer.status, offer.amount, offer.evidence_id, offer.note) == ("presented", 300_000, 1, "by phone")
    assert (offer.presented_at, offer.expires_at, offer.created_by) == (NOW, FRIDAYS_END, "U0LEE")
    assert (offer.decided_at, offer.decided_by, offer.counter_amount) == (None, None, None)
    found = await team.deal()
    assert (found.stage, found.staged_at, found.staged_by, found.evidence_id) == (Stage.OFFERED, NOW, "U0LEE", 1)
    detail = {"deal_id": found.id, "offer_id": offer.id, "offer": 300_000, "mao": 310_000}
    assert await team.counted() == [("offer_presented", 300_000, "U0LEE", detail)]
    assert [(entry.verb, entry.subject) for entry in await team.audit()] == [
        ("offer_presented", "D-1"),
        ("stage_moved", "D-1"),
    ]


async def test_the_draft_becomes_the_offer_that_is_presented(team):
    drafted = (await team.offers.save(DANA, await team.quote(arv=Decimal(520_000)), 1)).offer
    offer = await team.offers.present(LEE, 1, replace(TERMS, amount=Decimal(320_000)))
    assert await team.listed() == [offer]
    assert (offer.id, offer.evidence_id, offer.amount, offer.created_by) == (drafted.id, 2, 320_000, "U0LEE")
    *_, presented, _moved = await team.audit()
    assert (presented.before["status"], presented.before["amount"]) == ("drafted", "324000.00")


async def test_a_draft_is_presented_on_the_price_that_the_deal_has_by_then(team):
    await team.offers.save(DANA, await team.quote(arv=Decimal(520_000)), 1)
    found = await team.deal()
    await team.do(lambda tx: change_deal(tx, found.id, {"evidence_id": 1}))
    assert (await team.offers.present(DANA, 1, TERMS)).evidence_id == 1


async def test_another_offer_takes_back_the_one_that_the_seller_has(team):
    first = await team.presented()
    team.clock.at += timedelta(hours=1)
    second = await team.offers.present(LEE, 1, replace(TERMS, amount=Decimal(305_000)))
    newest, oldest = await team.listed()
    assert (newest, newest.status) == (second, OfferState.PRESENTED)
    assert (oldest.id, oldest.status, oldest.decided_by) == (first.offer_id, OfferState.WITHDRAWN, "U0LEE")
    assert oldest.decided_at == team.clock.at
    taken_back = (await team.audit())[-2]
    assert (taken_back.verb, taken_back.reason) == ("offer_withdrawn", "another offer was presented")
    assert [event[:2] for event in await team.counted()] == [("offer_presented", 300_000), ("offer_presented", 305_000)]


async def test_what_was_over_by_then_expired_and_was_not_taken_back(team):
    await team.presented()
    team.clock.at = FRIDAYS_END
    await team.offers.present(DANA, 1, replace(TERMS, expires_on=date(2026, 3, 20)))
    assert [offer.status for offer in await team.listed()] == ["presented", "expired"]


async def test_the_form_opens_with_the_price_what_it_would_replace_and_the_date_there(team):
    found = await team.offers.presentable(DANA, 1)
    assert (found.figures.recommended, found.figures.mao, found.figures.fee) == (MAO, MAO, 0)
    assert (found.deal_number, found.lead.number, found.live, found.today) == (1, 1, None, TODAY)
    offer = await team.presented()
    assert (await team.offers.presentable(LEE, 1)).live.id == offer.offer_id
    team.clock.at = FRIDAYS_END
    assert (await team.offers.presentable(LEE, 1)).live is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": None}, AmountMissing),
        ({"amount": Decimal(0)}, AmountNotPositive),
        ({"amount": Decimal("-1.00")}, AmountNotPositive),
        ({"expires_on": None}, ExpiryMissing),
        ({"expires_on": date(2026, 3, 10)}, ExpiryPast),
        ({"expires_on": date(2026, 6, 10)}, ExpiryTooFar),
        ({"note": "x" * 501}, NoteTooLong),
    ],
)
async def test_terms_that_are_wrong_leave_nothing(team, changes, error):
    refusal = await refused(team, error, team.offers.present(DANA, 1, replace(TERMS, **changes), key()))
    assert refusal.field in ("amount", "expires_on", "note")
    assert (await team.offers.present(DANA, 1, TERMS, key())).status is OfferState.PRESENTED


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"evidence_id": None}, PriceMissing),
        ({"offer": None}, PriceMissing),
        ({"mao": None}, PriceMissing),
        ({"offer": Decimal(0), "mao": Decimal(-500), "assignment_fee": None}, NothingToOffer),
    ],
)
async def test_a_deal_without_a_price_has_nothing_to_present(team, columns, error):
    found = await team.deal()
    await team.do(lambda tx: change_deal(tx, found.id, columns))
    await refused(team, error, team.offers.presentable(DANA, 1))
    await refused(team, error, team.offers.present(DANA, 1, TERMS))


async def test_the_same_submission_presents_once_and_a_corrected_one_again(team):
    first = await team.offers.present(DANA, 1, TERMS, key())
    team.clock.at += timedelta(minutes=1)
    assert await team.offers.present(DANA, 1, TERMS, key()) == first
    assert len(await team.counted()) == 1
    corrected = await team.offers.present(DANA, 1, replace(TERMS, amount=Decimal(299_000)), key(payload="other"))
    assert [offer.id for offer in await team.listed()] == [corrected.id, first.id]


async def test_the_same_submission_at_once_presents_once(team, database_url):
    other = Database(database_url)
    both = [LiveOffers(each, team.clock).present(DANA, 1, TERMS, key()) for each in (team.database, other)]
    first, second = await asyncio.gather(*both)
    await other.close()
    assert first == second
    assert len(await team.listed()) == len(await team.counted()) == 1


async def test_a_deal_that_is_not_there_has_no_offers(team):
    for work in (team.offers.present(DANA, 9, TERMS), team.offers.save(DANA, 1, 9), team.offers.presentable(DANA, 9)):
        await refused(team, DealNotFound, work)
    await refused(team, DealNotFound, team.offers.accept(DANA, OfferRef(1, 9)))


async def test_an_offer_of_another_deal_is_not_found(team, database):
    await captured(database)
    offer = await team.presented()
    for wrong in (OfferRef(99, 1), replace(offer, deal_number=2)):
        await refused(team, OfferNotFound, team.offers.accept(DANA, wrong))


async def test_another_reps_deal_is_theirs_and_an_approver_may_work_it(team):
    evidence_id = await team.quote()
    offer = await team.presented(who=LEE)
    for work in (
        team.offers.save(MAX, evidence_id, 1),
        team.offers.presentable(MAX, 1),
        team.offers.present(MAX, 1, TERMS),
        team.offers.to_counter(MAX, offer),
        team.offers.counter(MAX, offer, COUNTER),
        team.offers.accept(MAX, offer),
        team.offers.reject(MAX, offer),
        team.offers.withdraw(MAX, offer),
    ):
        await refused(team, NotYourDeal, work, match="L-1 is another rep's")


# Deciding


async def step(team, action, offer, who=LEE):
    """Do one thing with an offer."""
    if action is OfferAction.COUNTER:
        return await team.offers.counter(who, offer, COUNTER)
    return await getattr(team.offers, action.value)(who, offer)


async def in_state(team, state):
    """Bring the offer of D-1 into a state; return how a card names it."""
    offer = await team.presented()
    match OfferState(state):
        case OfferState.PRESENTED:
            return offer
        case OfferState.EXPIRED:
            team.clock.at = FRIDAYS_END
            await team.offers.expire_due(HERE)
            return offer
    made = {"countered": "counter", "accepted": "accept", "rejected": "reject", "withdrawn": "withdraw"}
    return ref(await step(team, OfferAction(made[state]), offer))


DECIDED = {"accept": "accepted", "reject": "rejected", "withdraw": "withdrawn"}


@pytest.mark.parametrize("action", DECIDED)
@pytest.mark.parametrize("state", ["presented", "countered"])
async def test_an_offer_is_decided_once_with_who_when_what_is_counted_and_an_audit_row(team, state, action):
    offer = await in_state(team, state)
    counted = len(await team.counted())
    team.clock.at += timedelta(hours=2)
    decided = await step(team, OfferAction(action), offer)
    assert [decided] == await team.listed()
    assert (decided.status, decided.decided_by, decided.decided_at) == (DECIDED[action], "U0LEE", team.clock.at)
    assert (decided.amount, decided.counter_amount) == (300_000, COUNTER if state == "countered" else None)
    agreed = COUNTER if state == "countered" else decided.amount
    assert decided.on_the_table == agreed
    entry = (await team.audit())[-1]
    assert (entry.actor, entry.verb, entry.subject) == ("U0LEE", f"offer_{DECIDED[action]}", "D-1")
    assert (entry.before["status"], entry.after["status"], entry.after["offer_id"]) == (
        state,
        DECIDED[action],
        offer.offer_id,
    )
    expected = {"accept": [("offer_accepted", agreed)], "reject": [("offer_rejected", 300_000)], "withdraw": []}
    assert [event[:2] for event in (await team.counted())[counted:]] == expected[action]
    assert (await team.deal()).stage is Stage.OFFERED


@pytest.mark.parametrize("state", ["presented", "countered"])
async def test_a_counter_is_written_down_and_the_offer_stays_open_until_its_end(team, state):
    offer = await in_state(team, state)
    asked = await team.offers.counter(DANA, offer, Decimal("318000.50"))
    assert (asked.status, asked.counter_amount, asked.amount) == ("countered", Decimal("318000.50"), 300_000)
    assert (asked.expires_at, asked.decided_at, asked.decided_by) == (FRIDAYS_END, None, None)
    entry = (await team.audit())[-1]
    assert (entry.verb, entry.after["counter_amount"]) == ("offer_countered", "318000.50")
    assert [event[0] for event in await team.counted()] == ["offer_presented"]


@pytest.mark.parametrize(("amount", "error"), [(None, CounterMissing), (Decimal(0), CounterNotPositive)])
async def test_a_counter_is_an_amount_above_zero(team, amount, error):
    offer = await team.presented()
    with pytest.raises(error):
        await team.offers.counter(DANA, offer, amount)


async def test_the_same_counter_is_written_down_once(team):
    offer = await team.presented()
    first = await team.offers.counter(DANA, offer, COUNTER, key())
    assert await team.offers.counter(DANA, offer, COUNTER, key()) == first
    assert len(await team.audit()) == 3


@pytest.mark.parametrize("action", ["counter", "accept", "reject", "withdraw"])
@pytest.mark.parametrize("state", ["accepted", "rejected", "withdrawn", "expired"])
async def test_what_is_decided_stays_decided(team, state, action):
    offer = await in_state(team, state)
    error = await refused(team, OfferNotLive, step(team, OfferAction(action), offer))
    what = "expired on Fri 13 Mar 21:00" if state == "expired" else f"was {state} by Lee Approver on Wed 11 Mar 08:00"
    assert str(error) == f"This offer {what}. Nothing was changed."
    if action == "counter":
        await refused(team, OfferNotLive, team.offers.to_counter(LEE, offer))


@pytest.mark.parametrize("action", ["counter", "accept", "reject"])
async def test_a_draft_is_presented_or_discarded_and_nothing_else(team, action):
    drafted = ref((await team.offers.save(DANA, await team.quote(), 1)).offer)
    await refused(team, OfferNotLive, step(team, OfferAction(action), drafted), match="was drafted by Dana Rep on")
    assert (await team.offers.withdraw(DANA, drafted)).status is OfferState.WITHDRAWN


async def test_who_decides_decides_the_counter_that_they_saw(team):
    offer = await team.presented()
    seen = await team.offers.to_counter(LEE, offer)
    assert seen.id == offer.offer_id
    await team.offers.counter(DANA, offer, COUNTER)
    for action in ("counter", "accept", "reject", "withdraw"):
        work = step(team, OfferAction(action), offer)
        await refused(team, CounterMoved, work, match=r"a counter was written down: \$320,000.00 is on the table")
    assert (await team.offers.accept(LEE, replace(offer, counter=COUNTER))).on_the_table == COUNTER


async def test_a_deal_that_was_priced_anew_meanwhile_is_looked_at_again(team):
    seen = (await team.offers.presentable(DANA, 1)).seen
    await team.offers.save(LEE, await team.quote(arv=Decimal(520_000)), 1)
    work = team.offers.present(DANA, 1, replace(TERMS, seen=seen), key())
    await refused(team, PriceMoved, work, match=r"E-2, recommended offer \$324,000.00, MAO \$324,000.00")
    again = replace(TERMS, seen=(await team.offers.presentable(DANA, 1)).seen)
    assert (await team.offers.present(DANA, 1, again, key())).evidence_id == 2


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (None, "an offer of $300,000.00 was presented by Lee Approver on Wed 11 Mar 11:00"),
        ("counter", "an offer of $300,000.00 was countered."),
        ("accept", "an offer of $300,000.00 was accepted by Lee Approver on Wed 11 Mar 11:00"),
    ],
)
async def test_an_offer_that_somebody_made_meanwhile_is_not_taken_back_unseen(team, action, said):
    seen = (await team.offers.presentable(DANA, 1)).seen
    offer = await team.presented(who=LEE)
    if action:
        await step(team, OfferAction(action), offer)
    error = await refused(team, OfferOvertaken, team.offers.present(DANA, 1, replace(TERMS, seen=seen)))
    assert said in str(error)


# Two people at once


async def both(team, database_url, *steps):
    """Do two things at the same time on two programs; return what each led to."""
    other = Database(database_url)
    first, second = (LiveOffers(each, team.clock) for each in (team.database, other))
    results = await asyncio.gather(steps[0](first), steps[1](second), return_exceptions=True)
    await other.close()
    assert all(isinstance(result, LiveOffer | RuleBroken) for result in results), results
    return results


async def test_of_two_who_decide_at_once_one_does_and_the_other_hears_of_it(team, database_url):
    offer = await team.presented()
    results = await both(
        team, database_url, lambda here: here.accept(DANA, offer), lambda there: there.reject(LEE, offer)
    )
    (done,) = [result for result in results if isinstance(result, LiveOffer)]
    (late,) = [result for result in results if isinstance(result, OfferNotLive)]
    winner = {"U0REP": "Dana Rep", "U0LEE": "Lee Approver"}[done.decided_by]
    assert f"was {done.status.value} by {winner}" in str(late)
    assert await team.listed() == [done]
    assert len(await team.counted()) == 2


async def test_of_two_who_present_at_once_one_does_and_the_other_is_asked_again(team, database_url):
    terms = replace(TERMS, seen=(await team.offers.presentable(DANA, 1)).seen)
    results = await both(
        team, database_url, lambda here: here.present(DANA, 1, terms), lambda there: there.present(LEE, 1, terms)
    )
    assert sorted(type(result).__name__ for result in results) == ["LiveOffer", "OfferOvertaken"]
    assert len(await team.listed()) == 1


async def test_of_two_who_present_unseen_at_once_one_offer_is_live(team, database_url):
    results = await both(
        team, database_url, lambda here: here.present(DANA, 1, TERMS), lambda there: there.present(LEE, 1, TERMS)
    )
    assert all(isinstance(result, LiveOffer) for result in results)
    assert [offer.status for offer in await team.listed()] == ["presented", "withdrawn"]


async def test_saving_and_entering_sales_at_once_wait_for_each_other(team, database_url):
    evidence_id = await team.quote()
    other = Database(database_url)
    ask = CompsAsk(1, "525k 1450sqft 30d 1km\n540k 1450sqft 30d 1km", House(Decimal(1_450), None, None, Decimal(0)))
    saving = [team.offers.save(DANA, evidence_id, 1) for _ in range(5)]
    entering = [Comparables(other, team.clock).enter(DANA, ask, key(number)) for number in range(5)]
    await asyncio.gather(*saving, *entering)
    await other.close()
    assert len(await team.listed()) == 1


# The end


@pytest.mark.parametrize("state", ["presented", "countered"])
async def test_an_offer_ends_at_the_instant_of_its_end_and_not_before(team, state):
    await in_state(team, state)
    team.clock.at = FRIDAYS_END - timedelta(microseconds=1)
    assert await team.offers.expire_due(HERE) == []
    team.clock.at = FRIDAYS_END
    assert await team.offers.expire_due(HERE) == [1]
    (offer,) = await team.listed()
    assert (offer.status, offer.decided_at, offer.decided_by) == ("expired", FRIDAYS_END, "timetable")
    entry = (await team.audit())[-1]
    assert (entry.actor, entry.verb, entry.before["status"], entry.at) == (
        "timetable",
        "offer_expired",
        state,
        FRIDAYS_END,
    )
    assert await team.offers.expire_due(HERE) == []
    assert [event[0] for event in await team.counted()] == ["offer_presented"]


@pytest.mark.parametrize(
    ("zones", "on", "end"),
    [
        (["America/Vancouver"], date(2026, 3, 13), datetime(2026, 3, 14, 7, tzinfo=UTC)),
        (["America/Toronto", "America/Vancouver"], date(2026, 3, 13), datetime(2026, 3, 14, 7, tzinfo=UTC)),
        (["America/St_Johns"], date(2026, 3, 13), datetime(2026, 3, 14, 2, 30, tzinfo=UTC)),
        ([], date(2026, 3, 13), FRIDAYS_END),
    ],
)
async def test_the_end_is_that_of_the_day_at_the_property(team, zones, on, end):
    found = await team.deal()
    await team.do(lambda tx: change_lead(tx, found.lead_id, {"zones": zones}))
    offer = await team.offers.present(DANA, 1, replace(TERMS, expires_on=on))
    assert offer.expires_at == end
    for instant, expired in ((end - timedelta(seconds=1), []), (end, [1])):
        team.clock.at = instant
        assert await team.offers.expire_due(HERE) == expired


async def test_a_clock_that_changes_before_the_end_is_counted_in(team):
    team.clock.at = datetime(2026, 3, 6, 15, tzinfo=UTC)
    offer = await team.offers.present(DANA, 1, replace(TERMS, expires_on=date(2026, 3, 8)))
    assert offer.expires_at == datetime(2026, 3, 9, 4, tzinfo=UTC)
    team.clock.at = datetime(2026, 10, 30, 15, tzinfo=UTC)
    offer = await team.offers.present(DANA, 1, replace(TERMS, expires_on=date(2026, 11, 1)))
    assert offer.expires_at == datetime(2026, 11, 2, 5, tzinfo=UTC)


async def test_a_zone_that_is_none_is_an_error_that_is_said(team):
    found = await team.deal()
    await team.do(lambda tx: change_lead(tx, found.lead_id, {"zones": ["Mars/Olympus"]}))
    with pytest.raises(UnknownZone):
        await team.offers.present(DANA, 1, TERMS)


@pytest.mark.parametrize("action", ["counter", "accept", "reject", "withdraw"])
async def test_an_offer_that_is_over_is_not_decided_even_before_the_timetable_came(team, action):
    offer = await team.presented()
    team.clock.at = FRIDAYS_END
    await refused(team, OfferNotLive, step(team, OfferAction(action), offer), match="expired on Fri 13 Mar 21:00")


async def test_offers_of_many_deals_end_together_and_each_once(team, database, database_url):
    for number in range(2, 6):
        await captured(database)
        await team.offers.present(DANA, number, TERMS)
    await team.presented()
    team.clock.at = FRIDAYS_END + timedelta(days=1)
    other = Database(database_url)
    found = await asyncio.gather(team.offers.expire_due(HERE), LiveOffers(other, team.clock).expire_due(HERE))
    await other.close()
    assert sorted(found) == [[], [1, 2, 3, 4, 5]]
    assert [entry.verb for entry in await team.audit()].count("offer_expired") == 5


async def test_what_is_due_is_found_by_its_index_the_first_end_first(team, database):
    await captured(database)
    later = await team.offers.present(DANA, 2, replace(TERMS, expires_on=date(2026, 3, 20)))
    sooner = await team.presented()
    team.clock.at = datetime(2026, 4, 1, tzinfo=UTC)
    found = await team.do(lambda tx: due_offers(tx, team.clock.at))
    assert [offer.id for offer in found] == [sooner.offer_id, later.id]
    assert len(await team.do(lambda tx: due_offers(tx, team.clock.at, limit=1))) == 1
    if database.is_sqlite:
        plan = "EXPLAIN QUERY PLAN SELECT id FROM offer WHERE workspace_id = 'x' AND decided_at IS NULL AND expires_at <= 'y'"
        steps = await team.do(lambda tx: [row[3] for row in tx.connection.execute(text(plan))])
        assert any("ix_offer_expires_at" in one for one in steps)


# What the deal's stages do with offers


async def locked(team, work):
    """Do something to the offers of D-1 in a transaction that holds the deal, as a move does."""
    await team.do(lambda tx: work(tx, LEE, find_deal(tx, number=1, lock=True), now=team.clock.at))


@pytest.mark.parametrize("state", ["presented", "countered"])
async def test_an_agreement_accepts_what_is_on_the_table(team, state):
    await in_state(team, state)
    await locked(team, accept_live)
    (offer,) = await team.listed()
    agreed = COUNTER if state == "countered" else offer.amount
    assert (offer.status, offer.decided_by, offer.on_the_table) == ("accepted", "U0LEE", agreed)
    assert (await team.counted())[-1][:2] == ("offer_accepted", agreed)


async def test_an_agreement_that_did_not_see_the_counter_is_looked_at_again(team):
    offer = await team.presented()
    found = await team.deal()
    wish = Move(1, Stage.UNDER_AGREEMENT, Seen(found.stage, found.version))
    await team.offers.counter(LEE, offer, COUNTER)
    await refused(team, DealChanged, team.do(lambda tx: move(tx, DANA, wish, now=NOW)))


async def test_a_lost_deal_takes_back_what_the_seller_has_and_leaves_the_draft(team):
    await team.presented()
    await team.offers.save(DANA, await team.quote(), 1)
    await locked(team, withdraw_live)
    assert [offer.status for offer in await team.listed()] == ["drafted", "withdrawn"]


@pytest.mark.parametrize("work", [accept_live, withdraw_live])
@pytest.mark.parametrize("state", ["accepted", "rejected", "withdrawn", "expired"])
async def test_what_was_decided_before_stays_as_it_is(team, state, work):
    await in_state(team, state)
    before = await team.rows()
    await locked(team, work)
    assert await team.rows() == before


@pytest.mark.parametrize("work", [accept_live, withdraw_live])
async def test_what_is_over_by_the_clock_expires(team, work):
    await team.presented()
    team.clock.at = FRIDAYS_END
    await locked(team, work)
    assert [offer.status for offer in await team.listed()] == ["expired"]


# What was presented stays what it was


@pytest.mark.parametrize("state", ["presented", "countered", "accepted", "rejected", "withdrawn", "expired"])
async def test_a_price_that_changes_later_never_changes_an_offer(team, database, state):
    await in_state(team, state)
    (before,) = await team.listed()
    ask = CompsAsk(1, "525k 1450sqft 30d 1km\n540k 1450sqft 30d 1km", House(Decimal(1_450), None, None, Decimal(0)))
    await Comparables(database, team.clock).enter(DANA, ask, key())
    await Places(database, team.clock).complete(DANA, 1, NewPlace("100 Main St, Vancouver, BC", None))
    await team.offers.save(DANA, await team.quote(arv=Decimal(700_000)), 1)
    assert (await team.deal()).evidence_id != before.evidence_id
    after = await team.do(lambda tx: find_offer(tx, before.id))
    assert after == before
    assert (after.evidence_id, after.mao) == (1, MAO)


async def test_deals_of_other_workspaces_are_left_alone(team, database):
    await founded(database, "T0ELSE")
    await team.presented()
    team.clock.at = FRIDAYS_END
    assert await team.offers.expire_due("T0ELSE") == []
    with suppress(DealNotFound):
        await team.offers.present(replace(DANA, workspace_id="T0ELSE"), 1, TERMS)
    assert [offer.status for offer in await team.listed()] == ["presented"]
    assert (await team.do(lambda tx: list(tx.connection.execute(select(deal.c.workspace_id)).scalars()))) == [HERE]
