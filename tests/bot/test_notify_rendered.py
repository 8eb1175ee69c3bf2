"""What a batch looks like, and that Slack takes it whatever stands in the rows."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.approval_cards import ApprovalCard
from bot.services.notifying_batch import LeftOut, Prepared
from bot.services.notifying_offer import OfferWritten
from bot.slack.batch_card import (
    batch_blocks,
    batch_text,
    prepared_blocks,
    prepared_text,
    whole_blocks,
    whole_text,
)
from bot.slack.deal_card import deal_blocks
from bot.slack.ids import Action
from bot.slack.offer_card import written_blocks, written_state, written_text
from bot.slack.offer_form import written_view
from domain.deals import Stage
from domain.messages import SendState
from storage.database import Database
from tests.acceptance.harness.texts import action_ids, words
from tests.bot.deal_team import DANA
from tests.bot.notified_team import a_notified_team, phone_of
from tests.bot.test_rendered import LONG
from tests.databases import apart
from tests.storage.builders import DRAFT, NOW

CHANNEL = "C0APPROVALS"


@pytest.fixture(scope="module")
def real(sqlite_template, tmp_path_factory) -> tuple[Prepared, OfferWritten, object]:
    """A batch of twelve buyers and the seller, with some left out; an offer in writing; and the deal's card."""
    file = tmp_path_factory.mktemp("batch") / "valhalla.db"
    shutil.copyfile(sqlite_template, file)
    found = []

    async def fill() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        team = await a_notified_team(database)
        await team.buyers(*range(1, 13), by="BOTH")
        await team.buyers(*range(21, 29), agreed=False)
        await team.team.at(Stage.DRAFT)
        written = await team.notifying.write_offer(DANA, 1, 1)
        prepared = await team.prepare()
        found.extend([prepared, written, await team.team.card(1)])
        await database.close()

    apart(fill)
    return tuple(found)


@pytest.fixture(scope="module")
def prepared(real) -> Prepared:
    return real[0]


@pytest.fixture(scope="module")
def written(real) -> OfferWritten:
    return real[1]


def carded(prepared, **changes) -> ApprovalCard:
    """The batch as the approval's card is given it."""
    sends = changes.pop("sends", prepared.sends)
    shown = ApprovalCard(prepared.approval, sends, None, None, prepared.lead, prepared.deal, NOW)
    return replace(shown, **changes)


def taken(blocks, text="Batch") -> bool:
    """Whether Slack takes these blocks as a message."""
    return check_message({"text": text, "blocks": blocks}) == []


def now_at(prepared, state, **values):
    """The batch's messages, all in one state."""
    return tuple(replace(each, state=state, **values) for each in prepared.sends)


def test_a_batch_shows_whom_it_is_for_samples_the_list_and_who_is_left_out(prepared):
    blocks = batch_blocks(carded(prepared))
    said = words(blocks)
    assert "*D-1 · L-1 12 King Street West, Toronto, ON* · the seller and 12 buyers" in said
    assert "In 2 waves of up to 10, 30 minutes apart, best match first; they stop when the deal is taken." in said
    assert ":warning: Nothing is agreed with the seller yet" in said
    assert "*The seller reads*\n>Hi Ann" in said
    assert "reads by text, and 11 more the same by name*\n>Hi Buyer" in said
    assert "*B-1 Buyer 1* · fit 76 % · text · wave 1 · may leave now" in said
    assert "and 7 more" in said
    assert ":no_entry: *B-21 Buyer 21* not told:" in said
    assert "and 4 more are not told" in said
    assert action_ids({"blocks": blocks}) == [Action.SHOW_BATCH]
    assert batch_text(carded(prepared)) == "D-1: the seller and 12 buyers"
    assert taken(blocks)


def test_no_address_is_shown_where_others_read_along(prepared):
    for blocks in (batch_blocks(carded(prepared)), whole_blocks(prepared, NOW), prepared_blocks(prepared, CHANNEL)):
        said = words(blocks)
        assert DRAFT.phone not in said
        assert "(416)" not in said
        assert phone_of(1)[-7:] not in said
        assert "@" not in said


def test_whoever_may_see_addresses_reads_the_sample_as_it_is_sent(prepared):
    assert "(905) 555-0100" in words(batch_blocks(carded(prepared, sees=True)))


def test_a_short_batch_has_no_whole_list_to_open(prepared):
    kept = {**prepared.approval.detail, "left_out": [], "remarks": []}
    card = carded(prepared, sends=prepared.sends[:3], approval=replace(prepared.approval, detail=kept))
    said = words(batch_blocks(card))
    assert action_ids({"blocks": batch_blocks(card)}) == []
    assert "waves" not in said
    assert "not told" not in said
    assert "the seller and 2 buyers" in said


@pytest.mark.parametrize(
    ("state", "values", "said"),
    [
        ("approved", {"due_at": NOW + timedelta(hours=1)}, "leaves Wed 11 Mar 12:00 their time"),
        ("approved", {"due_at": NOW}, "leaves now"),
        (
            "held",
            {"held_until": NOW, "due_at": NOW + timedelta(hours=22), "last_error": "Outside."},
            "held until Thu 12",
        ),
        ("held", {"held_until": None, "last_error": "Outreach is paused."}, "held: Outreach is paused."),
        ("sent", {"settled_at": NOW}, ":white_check_mark: sent <!date"),
        ("delivered", {"delivered_at": NOW}, ":white_check_mark: delivered <!date"),
        ("blocked", {"last_error": "They opted out."}, ":no_entry: blocked: They opted out."),
        ("cancelled", {"last_error": "D-1 is taken: a buyer has it."}, "kept back: D-1 is taken"),
        ("rejected", {}, ":no_entry: rejected"),
        ("failed", {"last_error": "A landline."}, ":no_entry: failed: A landline."),
        ("unknown", {}, "may not have arrived"),
    ],
)
def test_after_the_decision_the_list_says_what_became_of_each(prepared, state, values, said):
    sends = now_at(prepared, SendState(state), **values)
    shown = words(batch_blocks(carded(prepared, sends=sends)))
    assert said in shown
    assert "*13* " in shown


def test_what_the_gate_said_stands_beside_each_until_somebody_decides(prepared):
    first = prepared.sends[1]
    look = {**first.metadata["look"], "allowed": False}
    until = {**look, "held_until": (NOW + timedelta(hours=22)).isoformat()}
    waits = {**look, "held_until": None, "why": "Blocked: All outreach is paused (a complaint)."}
    for seen, said in ((until, "held until Thu 12 Mar 09:00 their time"), (waits, "waits: Blocked: All outreach")):
        send = replace(first, metadata={**first.metadata, "look": seen})
        assert said in words(batch_blocks(carded(prepared, sends=(send,))))


def test_whoever_asks_is_told_where_it_waits_or_why_nobody_hears(prepared):
    said = words(prepared_blocks(prepared, CHANNEL))
    assert f"*D-1: the seller and 12 buyers*\nIt waits for approval in <#{CHANNEL}>; nothing leaves before." in said
    assert prepared_text(prepared) == "D-1: the seller and 12 buyers waits for approval."
    again = replace(prepared, is_new=False)
    assert "It waits already for approval;" in words(prepared_blocks(again, None))
    assert prepared_text(again).endswith("waits for approval already.")
    nobody = replace(prepared, approval=None, sends=())
    assert "*Nobody can be told of D-1 now.*" in words(prepared_blocks(nobody, CHANNEL))
    assert words(prepared_blocks(nobody, CHANNEL)).count("not told:") == 8
    alone = replace(nobody, detail=replace(nobody.detail, left_out=(), fitting=0))
    assert "No active buyer matches it." in words(prepared_blocks(alone, CHANNEL))


def test_those_who_were_told_before_are_counted(prepared):
    told = LeftOut("B-1 Buyer 1", "told", "Told already, on 11 Mar 2026.", 1)
    seller = LeftOut("L-1 Ann Seller", "told", "Told already, on 11 Mar 2026.")
    again = replace(prepared, detail=replace(prepared.detail, left_out=(told, told), seller=seller))
    said = words(prepared_blocks(again, CHANNEL))
    assert "2 buyers were told before." in said
    assert "The seller: Told already, on 11 Mar 2026." in said


def test_the_whole_list_names_everybody(prepared):
    said = words(whole_blocks(prepared, NOW))
    assert said.count(" · may leave now") == 13
    assert said.count(" not told: ") == 8
    assert whole_text(prepared) == "Everybody who is told of D-1: the seller and 12 buyers"


def wordy(prepared, text):
    """The batch with this text wherever a person's or a template's words stand."""
    sends = tuple(
        replace(
            each, body=text, subject=text, last_error=text, metadata={**each.metadata, "name": text}, state=state,
            due_at=NOW + timedelta(hours=1), held_until=NOW,
        )
        for each, state in zip(prepared.sends, list(SendState) * 2, strict=False)
    )  # fmt: skip
    left = tuple(LeftOut(text, "why", text, number) for number in range(200))
    detail = replace(prepared.detail, left_out=left, seller=LeftOut(text, "why", text), remarks=(text[:2000],) * 2)
    lead = replace(prepared.lead, name=text, address=text, region=text, municipality=text)
    approval = replace(prepared.approval, detail=detail.kept())
    return replace(prepared, sends=sends, detail=detail, lead=lead, approval=approval)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
def test_slack_takes_a_batch_whatever_somebody_typed(prepared, text):
    assert taken(batch_blocks(carded(wordy(prepared, text or "x"))))


@pytest.mark.parametrize("text", LONG)
def test_slack_takes_a_batch_whatever_stands_in_it(prepared, text):
    batch = wordy(prepared, text)
    nobody = replace(batch, approval=None, sends=())
    for blocks in (
        batch_blocks(carded(batch)),
        batch_blocks(carded(batch, sees=True, deal=None, lead=None)),
        whole_blocks(batch, NOW),
        prepared_blocks(batch, CHANNEL),
        prepared_blocks(nobody, None),
    ):
        assert taken(blocks)
        assert "<!channel>" not in words(blocks)


# An offer in writing


def test_a_written_offer_says_what_the_seller_reads_where_it_waits_and_that_presenting_is_by_hand(written):
    blocks = written_blocks(written, CHANNEL)
    said = words(blocks)
    assert f"*Text to Ann Seller* waits for approval in <#{CHANNEL}>." in said
    assert ">Hi Ann" in said
    assert "$310,000" in said
    assert "Nothing is presented by itself: press Present once the seller has it." in said
    assert action_ids({"blocks": blocks}) == [Action.PRESENT_OFFER, Action.WHAT_IF]
    assert written_text(written) == "The offer of $310,000.00 in writing: it waits for approval."
    assert taken(blocks)
    assert check_view(written_view(written, CHANNEL)) == []


@pytest.mark.parametrize("state", SendState)
def test_every_state_of_a_written_offer_is_said(written, state):
    send = replace(written.send, state=state, held_until=NOW, settled_at=NOW)
    assert written_state(send)
    assert taken(written_blocks(replace(written, send=send, is_new=False), None))


def test_the_deals_card_says_how_far_its_written_offer_is_and_who_was_told(real):
    card = real[2]
    said = words(deal_blocks(card))
    assert "Text to the seller: waits for approval" in said
    assert "*Told* 12 messages to buyers wait · the seller's message waits" in said
    ids = action_ids({"blocks": deal_blocks(card)})
    assert Action.NOTIFY_PARTIES in ids
    assert Action.WRITE_OFFER not in ids
    sent = replace(
        card.told, sends=tuple(replace(each, state=SendState.SENT, settled_at=NOW) for each in card.told.sends)
    )
    assert "*Told* 12 buyers · the seller <!date^" in words(deal_blocks(replace(card, told=sent)))
    assigned = replace(card, deal=replace(card.deal, stage=Stage.ASSIGNED))
    assert Action.NOTIFY_PARTIES not in action_ids({"blocks": deal_blocks(assigned)})
