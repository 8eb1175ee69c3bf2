"""What templates say about real records: facts of the record, in the reader's language, and no call that nobody made."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.services.template_words import About, check_words, held_in, words_in
from domain.messages import Route
from domain.roles import Role
from domain.rules import Medium
from domain.tasks import CallOutcome
from domain.templates import Claim, ClaimUnsupported, FactsMissing, TemplateName
from storage.buyers import get_buyer
from storage.deals import change_deal, deal_of
from storage.ladder import followup_task, tasks_of
from storage.leads import get_lead
from storage.live_offers import add_offer
from storage.templates import TemplateRow, add_template
from storage.workspaces import Member, add_member, workspace
from tests.sending import set_up
from tests.storage.builders import HERE, NOW, add_buyer, captured

FIRST, AFTER, OFFER, TO_BUYER = (
    TemplateName.FIRST_TOUCH,
    TemplateName.AFTER_CALL,
    TemplateName.OFFER,
    TemplateName.DEAL_BUYER,
)
IN_LAVAL = {"address": "12 boulevard Saint-Martin, Laval, QC", "region": None, "phone": "+14505550123"}


@pytest.fixture
async def team(sqlite):
    """A team that says who it is, with one lead in Toronto whose rep is Dana."""
    await set_up(sqlite)
    dana = Member("U0REP", "Dana Reyes", Role.REP, "America/Toronto")
    await sqlite.write(HERE, lambda tx: add_member(tx, dana, now=NOW))
    return sqlite


async def said(database, name=FIRST, *, route=Route.SMS, lead_id=1, buyer=None, before=None, **about):
    """The words about a lead, for Dana; `before` changes the rows first, `buyer` are columns of one who is asked."""

    def work(tx):
        if before:
            before(tx)
        who = get_buyer(tx, add_buyer(tx, **buyer)) if buyer is not None else None
        lead = get_lead(tx, lead_id)
        return words_in(tx, name, route, About(lead, buyer=who, **{"speaks_for": "U0REP", **about}), now=NOW)

    return await database.write(HERE, work)


def log_call(outcome):
    def work(tx):
        call, *_ = (task for task in tasks_of(tx, 1) if task.medium is Medium.CALL)
        where = followup_task.c.id == call.id
        tx.connection.execute(update(followup_task).where(where).values(outcome=outcome, state="done", completed=True))

    return work


async def test_a_first_touch_names_the_seller_the_rep_the_business_and_the_street(team):
    words = await said(team)
    assert words.body.startswith("Hi Ann, Dana at Maple Homes here about 12 King Street West. ")
    assert (words.subject, words.version) == (None, "first_touch/SMS/en v0")


async def test_an_e_mail_has_a_subject_of_one_line(team):
    words = await said(team, route=Route.EMAIL)
    assert words.subject == "Your property at 12 King Street West"
    assert words.version == "first_touch/EMAIL/en v0"
    assert words.text == f"{words.subject}\n{words.body}"


@pytest.mark.parametrize("speaks_for", [None, "U0NOBODY"])
async def test_where_nobody_has_the_lead_the_business_writes(team, speaks_for):
    assert (await said(team, speaks_for=speaks_for)).body.startswith("Hi Ann, Maple Homes here about")


async def test_what_is_not_known_of_the_property_is_left_out(team):
    ids = await captured(team, address=None, phone="+14165550199")
    words = await said(team, lead_id=ids.lead_id)
    assert words.body.startswith("Hi Ann, Dana at Maple Homes here. Are you thinking")


async def test_a_seller_in_quebec_reads_french(team):
    ids = await captured(team, **IN_LAVAL)
    words = await said(team, lead_id=ids.lead_id)
    assert words.body.startswith("Bonjour Ann, ici Dana de Maple Homes au sujet du 12 boulevard Saint-Martin. ")
    assert words.version == "first_touch/SMS/fr v0"


async def test_without_a_business_name_nothing_is_drafted(team):
    def unnamed(tx):
        tx.connection.execute(update(workspace).values(business_name=None))

    with pytest.raises(FactsMissing, match=r"the business name \(an admin enters it with /valhalla setup\) is missing"):
        await said(team, before=unnamed)


async def test_the_newest_words_of_the_team_are_used_for_their_own_language_and_way(team):
    def changed(tx):
        for version, body in ((1, "Old"), (2, "{first_name}? {rep_name}, {city}")):
            row = TemplateRow("first_touch", Route.SMS, "en", version, None, body, "U0SAM", "shorter", NOW)
            add_template(tx, row)

    words = await said(team, before=changed)
    assert (words.body, words.version) == ("Ann? Dana, Toronto", "first_touch/SMS/en v2")
    assert (await said(team, route=Route.EMAIL)).version == "first_touch/EMAIL/en v0"


# What is said of the past


@pytest.mark.parametrize("outcome", [None, CallOutcome.WRONG_NUMBER])
async def test_a_text_about_a_call_is_not_drafted_before_one_was_made_to_them(team, outcome):
    with pytest.raises(ClaimUnsupported, match="“tried calling you”, and no log here shows a call to this seller"):
        await said(team, AFTER, before=log_call(outcome))


@pytest.mark.parametrize("outcome", [CallOutcome.VOICEMAIL, CallOutcome.NO_ANSWER, CallOutcome.REACHED])
async def test_a_logged_call_may_be_spoken_of(team, outcome):
    words = await said(team, AFTER, before=log_call(outcome))
    assert "We tried calling you about 12 King Street West." in words.body


@pytest.mark.parametrize(
    ("outcome", "held"),
    [
        (None, set()),
        (CallOutcome.NO_ANSWER, {Claim.CALL_ATTEMPTED}),
        (CallOutcome.CALL_BACK, {Claim.CALL_ATTEMPTED, Claim.REACHED}),
        (CallOutcome.NOT_INTERESTED, {Claim.CALL_ATTEMPTED, Claim.REACHED}),
    ],
)
async def test_the_calls_that_are_logged_say_what_may_be_claimed(team, outcome, held):
    def work(tx):
        log_call(outcome)(tx)
        return held_in(tx, 1)

    assert await team.write(HERE, work) == held


async def test_a_buyer_is_never_told_of_a_call(team):
    def work(tx):
        log_call(CallOutcome.REACHED)(tx)
        about = About(get_lead(tx, 1), buyer=get_buyer(tx, add_buyer(tx)))
        check_words(tx, replace(about, buyer=None), "As we discussed, I called you.")
        check_words(tx, about, "As we discussed, I called you.")

    with pytest.raises(ClaimUnsupported):
        await team.write(HERE, work)


# Deals


async def test_an_offer_is_the_one_that_the_deal_holds(team):
    words = await said(team, OFFER)
    assert "Our offer for 12 King Street West is $310,000. Nothing binds" in words.body


async def test_a_live_offer_goes_before_the_deal_s_and_says_until_when_it_is_open(team):
    def present(tx):
        deal = deal_of(tx, 1)
        offer = {
            "deal_id": deal.id, "evidence_id": deal.evidence_id, "amount": Decimal(300_000), "status": "presented",
            "presented_at": NOW, "expires_at": NOW + timedelta(days=2), "created_by": "U0REP", "note": "",
            "created_at": NOW,
        }  # fmt: skip
        add_offer(tx, offer)

    words = await said(team, OFFER, before=present)
    assert "is $300,000, open until Friday 13 March." in words.body
    assert "is $295,000. Nothing binds" in (await said(team, OFFER, offered=Decimal(295_000))).body


async def test_an_offer_of_nothing_is_not_drafted(team):
    def unpriced(tx):
        change_deal(tx, deal_of(tx, 1).id, {"offer": Decimal(0)})

    with pytest.raises(FactsMissing, match="an offer above zero is missing"):
        await said(team, OFFER, before=unpriced)


async def test_a_buyer_is_told_the_property_and_its_price_but_not_whose_it_is(team):
    words = await said(team, TO_BUYER, buyer={"name": "Mei Chen", "phone": "+14165550150"})
    assert words.body.startswith("Hi Mei, Dana at Maple Homes here. 3-bed SFR in Toronto ON, ARV 500,000. Baths: 2.5.")
    assert "Price: $320,000.50." in words.body
    assert words.body.endswith("Ref D-1")
    assert "Ann" not in words.body
    assert "King" not in words.body


@pytest.mark.parametrize(
    ("buyer", "language"),
    [
        ({"phone": "+14165550150"}, "en"),
        ({"phone": "+14165550150", "locale": "fr-CA"}, "fr"),
        ({"phone": "+15145550150"}, "fr"),
        ({"email": "mei@example.com"}, "en"),
        ({}, "en"),
    ],
)
async def test_a_buyer_reads_french_who_prefers_it_or_lives_in_quebec(team, buyer, language):
    words = await said(team, TO_BUYER, buyer=buyer)
    assert words.version == f"deal_buyer/SMS/{language} v0"


async def test_a_buyer_in_quebec_reads_the_property_in_french(team):
    words = await said(team, TO_BUYER, route=Route.EMAIL, buyer={"name": "Luc Roy", "locale": "fr-CA"})
    assert words.subject == "Maison unifamiliale, 3 chambres, Toronto ON, valeur rénovée 500 000 $"
    assert "Salles de bain: 2,5\nPrix: 320 000,50 $\n" in words.body


async def test_a_deal_without_a_brief_s_details_says_less(team):
    ids = await captured(team, phone="+14165550199", beds=None, baths=None, property_type=None, asking_price=None)
    words = await said(team, TO_BUYER, route=Route.EMAIL, lead_id=ids.lead_id, buyer={"name": "Mei"})
    assert "Beds" not in words.body
    assert "Type" not in words.body
    assert "\n\n\n" not in words.body
