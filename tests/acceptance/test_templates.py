"""`/valhalla templates` through the whole bot: the list, one that is tried with a real lead, changed and brought back."""

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.template_tries import TemplateDraft
from bot.services.templates import TemplateChange
from bot.slack.ids import Action
from domain.roles import Role
from domain.template_texts import built_in
from domain.templates import key_of
from storage.requests import RequestKey
from storage.templates import message_template
from tests.acceptance.harness.rows import rows
from tests.acceptance.harness.texts import initial, words

FIRST = built_in(key_of("first_touch/SMS/en")).body
SHORT = "Hi {first_name}, {sender} here. Selling {street}?"


async def asked(stand, text="templates", *, user="sam"):
    return await stand.command("/valhalla", text, user=user)


async def opened(stand, text="first touch", *, user="sam"):
    return (await asked(stand, f"templates {text}", user=user))["view"]


async def shown_now(stand):
    return await stand.slack.get("view", user="sam")


def preview(view):
    return next(block["text"]["text"] for block in view["blocks"] if block["block_id"] == "preview")


async def typed(stand, view, block_id, value):
    """Type into a field and return the view as it is drawn then."""
    where = {"view_id": view["id"], "block_id": block_id, "value": value}
    await stand.click(Action.TEMPLATE_INPUT, user="sam", **where)
    return await shown_now(stand)


async def saved(stand, body, reason, *, text="first touch"):
    return await stand.submit(await opened(stand, text), {"Words": body, "Reason": reason}, user="sam")


# Reading


async def test_anybody_reads_the_list_and_it_says_which_words_the_team_changed(socket):
    shown = words((await asked(socket, user="dana"))["reply"])
    assert "Message templates" in shown
    assert "*After a call*  A later step of the ladder, once a call to the seller is logged." in shown
    assert "Open one to read it; admins change them." in shown
    await saved(socket, SHORT, "Shorter")
    shown = words((await asked(socket))["reply"])
    assert "Text message: English *v1* by <@U0SAM> · French built-in" in shown
    assert "Open one to change it." in shown


async def test_a_rep_reads_the_words_and_may_not_change_them(socket):
    view = await opened(socket, "after call", user="dana")
    assert not view["submit"]
    shown = words(view)
    assert "We tried calling you[ about {street}]" in shown
    assert "It is drafted only where a call to this seller is logged" in shown
    assert "Admins change templates." in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("templates ofer", "There is no template called “ofer”. Did you mean `/valhalla templates offer`?"),
        ("templates <!channel>", "`/valhalla templates` lists them all."),
        ("tempaltes", "Did you mean `/valhalla templates`?"),
        ("help", "`/valhalla templates` lists the messages that are drafted"),
    ],
)
async def test_words_that_name_no_template_get_an_answer(socket, text, says):
    shown = words((await asked(socket, text))["reply"])
    assert says in shown
    assert "<!channel>" not in shown


# Changing


async def test_an_admin_opens_one_from_the_list_and_sees_it_with_a_real_lead(socket):
    await socket.capture()
    reply = (await asked(socket))["reply"]
    where = {"channel": "leads", "ts": reply["ts"], "block_id": "template_offer", "value": "offer/SMS/en"}
    view = (await socket.click(Action.SHOW_TEMPLATE, user="sam", **where))["view"]
    shown = preview(view)
    assert "To *L-1 John Smith* (" in shown
    assert ">Hi John, Dana at Maple Homes here. Our offer for 12 King St W is $310,000. Nothing binds" in shown
    assert "Reply STOP to opt out" in shown


async def test_words_are_tried_while_they_are_typed(socket):
    await socket.capture()
    view = await opened(socket)
    view = await typed(socket, view, "body", "Hi {first_name}, cash today!")
    assert ">Hi John, cash today!" in preview(view)
    assert ":warning: “cash today” Cash within a time is a promise" in preview(view)
    view = await typed(socket, view, "body", "{first_name}, I tried calling you.")
    assert ":no_entry: To *L-1 John Smith* nothing is drafted." in preview(view)
    assert "It would say (" in preview(view)
    view = await typed(socket, view, "body", "Hi {frist_name}")
    assert preview(view) == ":warning: {frist_name} is no fact that a message can say. Did you mean {first_name}?"
    view = await typed(socket, view, "lead", "L-99")
    view = await typed(socket, view, "body", "Hi {first_name}")
    assert "There is no lead L-99 here." in preview(view)


async def test_a_saved_change_shows_who_and_why_and_the_next_try_says_it(socket):
    await socket.capture()
    answer = await saved(socket, SHORT, "Shorter")
    assert "*v1* by <@U0SAM>" in words(answer["view"])
    view = await opened(socket)
    assert ">Hi John, Dana at Maple Homes here. Selling 12 King St W?" in preview(view)
    assert initial(view, "body") == SHORT
    (row,) = await rows(socket.database, message_template)
    assert (row.name, row.medium, row.language, row.version, row.body) == ("first_touch", "SMS", "en", 1, SHORT)


async def test_what_is_wrong_is_said_at_its_field_and_the_form_stays_open(socket):
    answer = await saved(socket, "Hi {frist_name", "x" * 501)
    assert set(answer["errors"]) == {"body", "reason"}
    assert "A brace stands alone" in answer["errors"]["body"]
    answer = await saved(socket, FIRST, "No change")
    assert answer["errors"]["body"].startswith("These are the words in use.")
    answer = await saved(socket, "Hi {shoe}", "Fun")
    assert "{shoe} is no fact that a message can say. The ones there are: {first_name}" in answer["errors"]["body"]
    assert await rows(socket.database, message_template) == []


async def test_an_e_mail_wants_a_subject_of_known_facts(socket):
    view = await opened(socket, "offer email fr")
    assert initial(view, "subject") == "Notre offre pour le {street}"
    fields = {"Subject": "{nope}", "Words": "Bonjour", "Reason": "Court"}
    answer = await socket.submit(view, fields, user="sam")
    assert set(answer["errors"]) == {"subject"}


async def test_old_words_are_brought_back_into_the_fields_and_saved_as_the_next_version(socket):
    await socket.capture()
    await saved(socket, SHORT, "Shorter")
    view = await opened(socket)
    view = await typed(socket, view, "body", "half typed")
    where = {"view_id": view["id"], "block_id": "bring_back", "value": "0"}
    await socket.click(Action.TEMPLATE_VERSION, user="sam", **where)
    view = await shown_now(socket)
    assert initial(view, "body:1") == FIRST
    assert ">Hi John, Dana at Maple Homes here about 12 King St W. Are you thinking" in preview(view)
    answer = await socket.submit(view, {"Words": "Hi {nope}"}, user="sam")
    assert set(answer["errors"]) == {"body:1"}
    answer = await socket.submit(view, {"Words": FIRST}, user="sam")
    assert "*v2* by <@U0SAM>" in words(answer["view"])
    assert "Back to the words of built-in" in words(answer["view"])
    assert [row.body for row in await rows(socket.database, message_template)] == [SHORT, FIRST]


async def test_who_saves_second_is_told_and_nothing_is_lost_silently(socket):
    view = await opened(socket)
    other = TemplateChange(TemplateDraft(key_of("first_touch/SMS/en"), "", SHORT), 0, "Shorter")
    admin = Actor(TEAM_ID, "U0LEE", Role.ADMIN)
    await socket.program.desk.templates.save(admin, other, RequestKey("view:other", "hash"))
    answer = await socket.submit(view, {"Words": "Mine", "Reason": "Mine"}, user="sam")
    (sentence,) = answer["errors"].values()
    assert 'saved version 1 ("Shorter"). Nothing was saved; close this form' in sentence
    assert len(await rows(socket.database, message_template)) == 1


async def test_without_a_lead_the_words_can_still_be_changed(socket):
    view = await opened(socket)
    assert "There is no lead yet to try the words with" in preview(view)
    answer = await socket.submit(view, {"Words": SHORT, "Reason": "Shorter"}, user="sam")
    assert "*v1*" in words(answer["view"])
