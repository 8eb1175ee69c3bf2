"""The replies as Slack shows them: every message is one that it takes, and contact details are masked where they must be."""

from dataclasses import replace

import pytest

from bot.sandbox.blocks import check_message
from bot.services.actors import Actor
from bot.services.inbound import InboundBook, InboundWish, Received, Waiting
from bot.services.opting_out import Stopped
from bot.slack.reply_card import outcome_text, queue_blocks, queue_text
from domain.optout import ALL_MEDIA, Intent
from domain.roles import Role
from domain.rules import Medium
from tests.acceptance.harness.texts import words
from tests.bot.test_rendered import LONG
from tests.storage.builders import DRAFT, HERE, StandingClock, add_buyer, captured, founded, rep

OTHER, LEE = rep(user_id="U0OTHER"), Actor(HERE, "U0LEE", Role.APPROVER)
WISH = InboundWish("SM1", Medium.SMS, DRAFT.phone, "stop the sale, call 416-555-0199")


@pytest.fixture
async def book(sqlite):
    await founded(sqlite)
    await captured(sqlite)
    await sqlite.write(HERE, lambda tx: add_buyer(tx, phone="+14165550777", name="Bea"))
    return InboundBook(sqlite, StandingClock())


@pytest.fixture
async def done(book):
    return await book.receive(rep(), WISH)


def waits(done: Received, **changes) -> Waiting:
    return Waiting(replace(done.message, **changes), done.lead, done.buyer)


@pytest.mark.parametrize("text", LONG)
async def test_the_list_is_one_that_slack_takes_whatever_was_sent(done, text):
    many = [waits(done, id=n, text=text) for n in range(12)]
    for who in (rep(), OTHER):
        assert check_message({"text": queue_text(many), "blocks": queue_blocks(many, who)}) == []


@pytest.mark.parametrize(("who", "seen"), [(rep(), True), (LEE, True), (OTHER, False)])
async def test_who_may_not_see_contacts_reads_neither_the_number_nor_those_in_the_words(done, who, seen):
    shown = words(queue_blocks([waits(done)], who))
    assert ("(416) 555-0123" in shown, "416-555-0199" in shown) == (seen, seen)
    assert "stop the sale" in shown


async def test_a_buyers_reply_and_an_e_mail_are_named(book):
    buyers = await book.receive(rep(), replace(WISH, provider_id="SM2", address="+14165550777"))
    mailed = await book.receive(rep(), InboundWish("M1", Medium.EMAIL, "Who@Example.com", "stop the sale"))
    shown = words(queue_blocks([waits(buyers), waits(mailed)], LEE))
    assert ("*B-1 Bea*" in shown, "*Somebody unknown* · who@example.com · by e-mail" in shown) == (True, True)


@pytest.mark.parametrize(
    ("stopped", "shown"),
    [
        ([(DRAFT.phone, Medium.SMS)], "texts to (416) •••-0123 are blocked from now on."),
        ([("ann@example.com", Medium.EMAIL)], "e-mails to a•••@example.com are blocked from now on."),
        (
            [(DRAFT.phone, Medium.SMS), (DRAFT.phone, Medium.CALL)],
            "texts to (416) •••-0123 are blocked, calls to (416)",
        ),
        (
            [(DRAFT.phone, ALL_MEDIA), ("a@b.ca", ALL_MEDIA)],
            "texts, e-mails and calls to (416) •••-0123 and •••@b.ca are",
        ),
        ([("72345", Medium.SMS)], "texts to ••• are blocked"),
    ],
)
async def test_what_is_stopped_is_said_without_telling_the_address(done, stopped, shown):
    message = replace(done.message, intent=Intent.STOP)
    told = outcome_text(replace(done, message=message, stopped=tuple(Stopped(*each) for each in stopped)))
    assert shown in told
