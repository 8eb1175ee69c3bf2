"""Changing templates: by admins, as versions that stay, one after the other, and never with words that cannot be filled."""

import asyncio
from dataclasses import replace

import pytest

from bot.services.actors import Actor
from bot.services.numbered import LeadNotFound
from bot.services.template_tries import TemplateDraft
from bot.services.templates import (
    TemplateChange,
    TemplateMoved,
    TemplateRefused,
    Templates,
    TemplatesNotYours,
    TemplateUnchanged,
)
from domain.content import Language
from domain.deals import LeadNumberUnclear
from domain.messages import Route
from domain.roles import Role
from domain.template_lint import PlaceholderUnknown
from domain.template_texts import built_in
from domain.templates import TemplateKey, TemplateName, all_keys
from storage.audit import audit_entry
from storage.requests import RequestKey
from storage.templates import message_template
from storage.workspaces import Member, add_member
from tests.sending import set_up
from tests.storage.builders import HERE, NOW, StandingClock, add_buyer

SAM, LEE, DANA = Actor(HERE, "U0SAM", Role.ADMIN), Actor(HERE, "U0LEE", Role.APPROVER), Actor(HERE, "U0REP", Role.REP)
FIRST = TemplateKey(TemplateName.FIRST_TOUCH, Route.SMS, Language.EN)
MAIL = replace(FIRST, route=Route.EMAIL)
WORDS = TemplateDraft(FIRST, "", "Hi {first_name}, {sender} here.")


@pytest.fixture
async def team(sqlite):
    await founded_with_people(sqlite)
    return sqlite


@pytest.fixture
def templates(team):
    return Templates(team, StandingClock())


async def founded_with_people(database):
    await set_up(database)

    def meet(tx):
        for who, name in ((SAM, "Sam Singh"), (DANA, "Dana Reyes")):
            add_member(tx, Member(who.user_id, name, who.role, "America/Toronto"), now=NOW)

    await database.write(HERE, meet)


def change(draft=WORDS, *, seen=0, reason="Shorter", **words):
    return TemplateChange(replace(draft, **words), seen, reason)


def key(number=1):
    return RequestKey(f"view:V{number}", "hash")


async def rows_in(database, table):
    return await database.read(HERE, lambda tx: list(tx.connection.execute(table.select().order_by(table.c.id))))


async def test_every_template_is_listed_with_the_version_in_use(templates):
    await templates.save(SAM, change(), key())
    listed = await templates.list(DANA)
    assert set(listed.versions) == set(all_keys())
    numbers = {each.template.number for template, each in listed.versions.items() if template != FIRST}
    assert (listed.versions[FIRST].template.number, numbers) == (1, {0})
    assert (listed.may_change, (await templates.list(SAM)).may_change) == (False, True)


async def test_a_change_is_the_next_version_and_the_old_ones_stay(templates, team):
    first = await templates.save(SAM, change(), key(1))
    second = await templates.save(SAM, change(seen=1, body="Hi {first_name}!", reason="Shorter still"), key(2))
    assert (first.template.version, second.template.version) == ("first_touch/SMS/en v1", "first_touch/SMS/en v2")
    shown = await templates.show(DANA, FIRST)
    assert shown.in_use == second
    assert [(each.template.number, each.changed_by, each.reason, each.created_at) for each in shown.history] == [
        (2, "U0SAM", "Shorter still", NOW),
        (1, "U0SAM", "Shorter", NOW),
        (0, None, None, None),
    ]
    assert (await templates.version(SAM, FIRST, 1)) == first
    assert (await templates.version(SAM, FIRST, 0)).template == built_in(FIRST)
    entries = [entry for entry in await rows_in(team, audit_entry) if entry.verb == "template_changed"]
    assert [(entry.actor, entry.subject, entry.before["version"], entry.after["version"]) for entry in entries] == [
        ("U0SAM", "template first_touch/SMS/en", 0, 1),
        ("U0SAM", "template first_touch/SMS/en", 1, 2),
    ]
    assert entries[1].after["body"] == "Hi {first_name}!"


async def test_old_words_are_brought_back_as_a_new_version(templates):
    await templates.save(SAM, change(), key(1))
    restored = await templates.save(SAM, change(seen=1, body=built_in(FIRST).body, reason="Back"), key(2))
    assert (restored.template.number, restored.template.body) == (2, built_in(FIRST).body)


async def test_a_version_that_never_was_is_a_fault_of_ours(templates):
    with pytest.raises(LookupError):
        await templates.version(SAM, FIRST, 9)


@pytest.mark.parametrize("who", [LEE, DANA])
async def test_who_is_no_admin_changes_nothing(templates, team, who):
    with pytest.raises(TemplatesNotYours, match=f"your role is {who.role.value}"):
        await templates.save(who, change(), key())
    assert await rows_in(team, message_template) == []
    assert not (await templates.show(who, FIRST)).may_change


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        (change(body="Hi {frist_name}"), {"body"}),
        (change(body=" \0 ", reason=" "), {"body", "reason"}),
        (change(reason="x" * 501), {"reason"}),
        (change(TemplateDraft(MAIL, "{nope}", "")), {"subject", "body"}),
        (change(TemplateDraft(MAIL, " ", "Hi")), {"subject"}),
    ],
)
async def test_what_is_wrong_is_said_at_each_field_and_nothing_is_saved(templates, team, wish, fields):
    with pytest.raises(TemplateRefused) as refused:
        await templates.save(SAM, wish, key())
    assert set(refused.value.errors) == fields
    assert await rows_in(team, message_template) == []


async def test_words_are_kept_without_what_no_person_types(templates):
    saved = await templates.save(
        SAM, change(TemplateDraft(MAIL, " About\0 \n {street} ", "\n Hi {first_name}  \n\n{sender}\t\n")), key()
    )
    assert (saved.template.subject, saved.template.body) == ("About {street}", "Hi {first_name}\n\n{sender}")


async def test_the_words_in_use_are_no_change(templates):
    with pytest.raises(TemplateUnchanged):
        await templates.save(SAM, change(body=built_in(FIRST).body), key())


async def test_who_comes_second_is_told_who_was_first(templates):
    await templates.save(SAM, change(), key(1))
    with pytest.raises(TemplateMoved, match=r'Sam Singh saved version 1 \("Shorter"\)'):
        await templates.save(SAM, change(body="Mine"), key(2))


async def test_a_repeat_finds_the_first_result(templates, team):
    first = await templates.save(SAM, change(), key())
    assert await templates.save(SAM, change(), key()) == first
    assert len(await rows_in(team, message_template)) == 1


async def test_of_admins_who_save_at_once_one_is_first_and_the_others_are_told(database):
    await founded_with_people(database)
    templates = Templates(database, StandingClock())
    tries = (templates.save(SAM, change(body=f"Hi {number}"), key(number)) for number in range(5))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [*["TemplateMoved"] * 4, "TemplateVersion"]
    assert [row.version for row in await rows_in(database, message_template)] == [1]


# A try with a real lead


async def test_words_are_tried_with_a_real_lead_and_all_that_the_law_adds(templates):
    tried = await templates.preview(SAM, WORDS, "l-1")
    assert tried.words.body == "Hi Ann, Dana at Maple Homes here."
    assert tried.added == "Maple Homes, 1 Main St, Hamilton ON, (905) 555-0100. Reply STOP to opt out"
    assert (tried.segments.encoding, tried.segments.count, tried.problem) == ("GSM-7", 1, None)
    assert [finding.kind for finding in tried.findings] == ["note"]


async def test_a_claim_that_this_lead_s_record_does_not_hold_is_shown_with_the_words(templates):
    tried = await templates.preview(SAM, replace(WORDS, body="{first_name}, I tried calling you."), "1")
    assert tried.words.body == "Ann, I tried calling you."
    assert "no log here shows a call to this seller" in tried.problem


async def test_a_fact_that_is_missing_says_why_there_are_no_words(templates):
    tried = await templates.preview(SAM, replace(WORDS, body="Open until {offer_expires}"), "L-1")
    assert (tried.words, tried.segments) == (None, None)
    assert "the last day of a live offer is missing" in tried.problem


async def test_what_buyers_read_is_tried_with_the_newest_buyer(templates, team):
    draft = TemplateDraft(
        TemplateKey(TemplateName.DEAL_BUYER, Route.EMAIL, Language.EN), "{headline}", "{buyer_first_name}"
    )
    tried = await templates.preview(SAM, draft, "L-1")
    assert (tried.buyer, tried.is_for_buyer) == (None, True)
    assert "the buyer's name is missing" in tried.problem
    await team.write(HERE, lambda tx: add_buyer(tx, name="Mei Chen"))
    tried = await templates.preview(SAM, draft, "L-1")
    assert (tried.words.subject, tried.words.body, tried.segments) == (
        "3-bed SFR in Toronto ON, ARV 500,000",
        "Mei",
        None,
    )
    assert "Unsubscribe here: https://…" in tried.added


@pytest.mark.parametrize(
    ("draft", "lead", "error"),
    [
        (WORDS, "L-99", LeadNotFound),
        (WORDS, "John", LeadNumberUnclear),
        (replace(WORDS, body="{frist_name}"), "L-1", PlaceholderUnknown),
    ],
)
async def test_a_try_with_what_is_not_there_says_so(templates, draft, lead, error):
    with pytest.raises(error):
        await templates.preview(SAM, draft, lead)


async def test_the_form_offers_the_newest_lead_to_try_with(templates, sqlite):
    assert (await templates.show(SAM, FIRST)).lead_number == 1
