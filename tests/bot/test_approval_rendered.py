"""What an approval looks like, and that Slack takes it whatever stands in the rows and was typed."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.approvals import ApprovalCard
from bot.slack.approval_card import PIECE, PIECES, approval_blocks, approval_text, said_text
from bot.slack.approval_form import TooLongToEdit, delegate_view, done_view, edit_view, reject_view
from bot.slack.ids import Action
from domain.approvals import ApprovalKind, ApprovalState
from domain.deals import Stage
from domain.messages import Route, SendState
from domain.pauses import Pause
from storage.database import Database
from tests.acceptance.harness.texts import action_ids, words
from tests.bot.approval_team import HELLO, an_approval_team
from tests.bot.notified_team import a_notified_team
from tests.bot.test_rendered import LONG
from tests.databases import apart
from tests.storage.builders import NOW

WAY_BACK = {"response_url": "", "channel": "C0APPROVALS"}
BUTTONS = [Action.APPROVE, Action.EDIT_APPROVE, Action.REJECT, Action.APPROVAL_MENU]
LATER = NOW + timedelta(hours=22)


@pytest.fixture(scope="module")
def real(sqlite_template, tmp_path_factory) -> tuple[ApprovalCard, ApprovalCard]:
    """A text that a rep asked for, and a batch of a seller and three buyers."""
    folder = tmp_path_factory.mktemp("approvals")
    found = []

    async def fill() -> None:
        one, two = (Database(f"sqlite+aiosqlite:///{shutil.copyfile(sqlite_template, folder / name)}") for name in "ab")
        team = await an_approval_team(one)
        found.append(await team.ask())
        notified = await a_notified_team(two)
        await notified.buyers(1, 2, 3)
        await notified.team.at(Stage.DRAFT)
        prepared = await notified.prepare()
        batch = prepared.approval
        found.append(ApprovalCard(batch, prepared.sends, None, None, prepared.lead, prepared.deal, NOW))
        await one.close()
        await two.close()

    apart(fill)
    return tuple(found)


@pytest.fixture(scope="module")
def asked(real) -> ApprovalCard:
    """The text, as everybody in the channel sees it."""
    return replace(real[0], sees=False)


@pytest.fixture(scope="module")
def batch(real) -> ApprovalCard:
    return real[1]


def at(card, state=None, *, send=None, detail=None, **approval):
    """The card with its approval, and its message, in another state."""
    values = approval | ({"state": ApprovalState(state)} if state else {})
    values |= {"detail": detail} if detail else {}
    sends = tuple(replace(each, **(send or {})) for each in card.sends)
    return replace(card, approval=replace(card.approval, **values), sends=sends, verdict=None)


def approved(card, state, **send):
    return at(card, "approved", send={"state": SendState(state), **send}, decided_by="U0LEE", decided_at=NOW)


def said(card) -> str:
    blocks = approval_blocks(card)
    assert check_message({"text": approval_text(card), "blocks": blocks}) == []
    return words(blocks)


def test_an_open_card_says_to_whom_who_asked_until_when_what_and_whether_it_may_leave(asked):
    shown = said(asked)
    assert shown.startswith("*Text to L-1 Ann Seller* · (416) •••-0123\n:raised_hand: *Waits for approval*")
    assert "asked by <@U0REP> <!date^" in shown
    assert f">{HELLO}" in shown
    assert "(905) 555-0100. Reply STOP to opt out" in shown, "how we are reached is no secret"
    assert "*May leave now* · it is Wed 11 Mar 11:00 there · open until 20:00 · policy ON" in shown
    assert action_ids({"blocks": approval_blocks(asked)}) == BUTTONS
    assert approval_text(asked) == "Text for L-1: waits for approval"


def test_other_peoples_numbers_in_the_words_are_masked_where_others_read_along(asked):
    card = at(asked, send={"body": "Call Bo at 416-555-0199 or bo@example.com, or us at (905) 555-0100."})
    assert "Call Bo at ••• or •••, or us at (905) 555-0100." in said(card)
    assert "416-555-0199" in said(replace(card, sees=True))
    assert "416-555-0199" not in said(replace(card, ours=()))
    assert "(416) 555-0123" in said(replace(card, sees=True))


def test_a_card_names_who_was_asked_and_that_its_author_may_not_say_yes(asked):
    shown = said(replace(at(asked, assigned_to="U0KIM"), needs_another=True))
    assert "*For* <@U0KIM>, who was asked to decide it" in shown
    assert "It reaches more people than its author may approve alone" in shown
    assert "asked by a follow-up" in said(at(asked, task_id=7, requested_by="timetable"))


def test_a_card_says_what_a_yes_would_do_where_it_may_not_leave_now(asked):
    closed = replace(asked.verdict, allowed=False, sentence="It is late.", next_open_at=LATER)
    assert "*Not now*: It is late.\nApproved now, it is held until Thu 12 Mar 09:00 their" in said(
        replace(asked, verdict=closed)
    )
    paused = replace(closed, next_open_at=None, reason="paused")
    assert "Approved now, it is held until that is over." in said(replace(asked, verdict=paused))
    never = replace(paused, reason="no_consent")
    assert "*May not leave*: It is late.\nApproved now, it is not sent." in said(replace(asked, verdict=never))


def test_a_pause_heads_what_can_be_decided_and_what_is_held(asked):
    stopped = (Pause(None, "U0SAM", NOW, "a complaint"),)
    assert "All outreach is paused" in said(replace(asked, pauses=stopped))
    assert "All outreach is paused" in said(replace(approved(asked, "held"), pauses=stopped))
    assert "All outreach is paused" not in said(replace(approved(asked, "sent"), pauses=stopped))


@pytest.mark.parametrize(
    ("state", "send", "says"),
    [
        ("approved", {}, "*Leaves* Wed 11 Mar 11:00 their time · <!date^"),
        ("held", {"held_until": LATER, "last_error": "Closed."}, "*Held* until Thu 12 Mar 09:00 their time · <!date^"),
        ("held", {"last_error": "Paused."}, "*Held* until what stands in its way is gone: Paused."),
        ("sent", {"settled_at": NOW}, "*Sent* Wed 11 Mar 11:00 their time"),
        ("delivered", {"settled_at": NOW, "delivered_at": NOW}, "· *delivered* <!date^"),
        ("blocked", {"last_error": "They opted out."}, ":no_entry: *Not sent*: They opted out."),
        ("cancelled", {"last_error": "Taken."}, ":no_entry: *Not sent*: Taken."),
        ("failed", {"last_error": "A landline."}, ":warning: *Failed*: A landline."),
        ("unknown", {}, ":question: *Nobody knows whether it arrived*"),
    ],
)
def test_after_a_yes_the_buttons_are_gone_and_what_became_of_it_stands_there(asked, state, send, says):
    card = approved(asked, state, **send)
    shown = said(card)
    assert ":white_check_mark: *Approved* by <@U0LEE> <!date^" in shown
    assert says in shown
    assert says in said_text(card)
    assert action_ids({"blocks": approval_blocks(card)}) == []
    assert "changed" not in shown


def _then(state, held_until=None):
    return {"outcome": {"state": state, "held_until": held_until, "reason": None}}


@pytest.mark.parametrize(
    ("detail", "state", "send", "changed"),
    [
        (_then("held", LATER.isoformat()), "held", {"held_until": LATER}, False),
        (_then("held", NOW.isoformat()), "held", {"held_until": LATER}, True),
        (_then("approved"), "held", {"held_until": LATER}, True),
        (_then("approved"), "blocked", {}, True),
        (_then("held", NOW.isoformat()), "cancelled", {}, True),
        (_then("blocked"), "blocked", {}, False),
        (_then("approved"), "sent", {"settled_at": NOW}, False),
    ],
)
def test_what_is_otherwise_than_at_the_yes_is_said(asked, detail, state, send, changed):
    card = at(approved(asked, state, **send), detail=detail)
    assert ("This changed since the yes." in said(card)) is changed


def test_other_words_are_named_and_what_was_put_back_is_shown(asked):
    card = at(approved(asked, "approved"), detail={"edited": True})
    assert ", with other words" in said(card)
    shown = words(done_view(replace(card, added="Maple Homes\nReply STOP to opt out")))
    assert "*Added at its end*\n>Maple Homes / Reply STOP to opt out" in shown
    assert "Added" not in words(done_view(card))


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (
            lambda c: at(c, "rejected", decided_by="U0LEE", decided_at=NOW, reason="Too\npushy."),
            ":x: *Rejected* by <@U0LEE>",
        ),
        (lambda c: at(c, "rejected", decided_by="U0LEE", decided_at=NOW, reason="Too\npushy."), "\n>Too pushy."),
        (lambda c: at(c, "expired", decided_at=NOW), ":hourglass: *Lapsed* <!date^"),
        (lambda c: replace(c, now=c.approval.expires_at), ":hourglass: *Lapsed* <!date^"),
        (lambda c: at(c, "superseded", decided_at=NOW, reason="A reply came."), "*Nothing to decide any more* <!date^"),
        (
            lambda c: at(c, send={"state": SendState.CANCELLED, "last_error": "They opted out."}),
            "*Nothing to decide any more*: They opted out.",
        ),
        (
            lambda c: at(c, send={"state": SendState.CANCELLED}),
            "*Nothing to decide any more*: Its messages were taken back.",
        ),
    ],
)
def test_what_came_to_its_end_says_how_and_has_no_buttons(asked, card, says):
    assert says in said(card(asked))
    assert action_ids({"blocks": approval_blocks(card(asked))}) == []


def test_a_batch_has_its_own_card_between_who_asked_and_the_buttons(batch):
    shown = said(batch)
    assert ":raised_hand: *Waits for approval* · asked by <@U0DANA>" in shown
    assert "the seller and 3 buyers" in shown
    assert action_ids({"blocks": approval_blocks(batch)})[-3:] == [Action.APPROVE, Action.REJECT, Action.APPROVAL_MENU]
    assert "author" not in shown
    assert "author may approve alone" in said(replace(batch, needs_another=True))
    decided = approved(batch, "approved")
    assert "*Approved* by <@U0LEE>" in said(decided)
    assert said_text(decided) == "*Approved*: 4 messages."
    assert said_text(approved(batch, "held")) == "*Approved*: 4 messages, 4 held for now."
    assert said_text(approved(batch, "blocked")) == "*Approved*: 4 messages, 4 not sent."


def test_a_long_message_is_shown_in_pieces_and_its_rest_is_named(asked):
    assert said(at(asked, send={"body": "word " * 300})).count("word") == 300
    assert "and more: 9000 characters in all" in said(at(asked, send={"body": "x" * 9_000}))
    assert PIECE * PIECES < 9_000


def test_a_card_whose_messages_are_gone_still_draws(asked):
    shown = said(replace(asked, sends=(), recipient=None, verdict=None, lead=None))
    assert "A message that is not here any more" in shown


def test_an_e_mail_shows_its_subject_and_its_form_asks_for_it(asked):
    mail = at(asked, send={"route": Route.EMAIL, "address": "ann@example.com", "subject": "Your house"})
    assert "*E-mail to L-1 Ann Seller* · a•••@example.com" in said(mail)
    assert ">*Your house*" in said(mail)
    view = edit_view(mail, "line", WAY_BACK)
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == ["subject", "body"]
    with pytest.raises(TooLongToEdit, match="3,001 characters, and Slack's form holds 3,000"):
        edit_view(at(mail, send={"body": "x" * 3_001}), "line", WAY_BACK)


def test_the_forms_are_ones_that_slack_takes(asked, batch):
    for card in (asked, batch):
        for view in (reject_view(card, WAY_BACK), delegate_view(card, WAY_BACK), done_view(card)):
            assert check_view(view) == []
    assert check_view(edit_view(asked, "line", WAY_BACK)) == []
    assert "D-1: the seller and 3 buyers" in words(reject_view(batch, WAY_BACK))


@given(st.sampled_from(LONG), st.sampled_from(SendState), st.sampled_from(ApprovalState), st.sampled_from(ApprovalKind))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_the_rows_slack_takes_the_card(asked, batch, typed, state, decided, kind):
    card = batch if kind is ApprovalKind.BATCH else asked
    send = {"body": typed or "x", "last_error": typed, "subject": typed, "state": state, "held_until": LATER}
    card = at(card, decided, send=send, reason=typed, decided_by="U0LEE", decided_at=NOW, assigned_to="U0KIM")
    if card.recipient:
        card = replace(card, recipient=replace(card.recipient, lead=replace(card.lead, name=typed)))
    shown = said(card)
    assert "<!channel>" not in shown
    for view in (reject_view(card, WAY_BACK), done_view(replace(card, added=typed))):
        assert check_view(view) == []
    if len(typed) <= 3_000:
        assert check_view(edit_view(card, "line", WAY_BACK)) == []
