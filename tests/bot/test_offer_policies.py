"""Who may change an offer policy, what a change leaves behind, and what people are shown of it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.block_ids import with_ids
from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import full_state
from bot.sandbox.entries import with_fields
from bot.services.actors import Actor
from bot.services.offer_policies import (
    NotForYou,
    OfferPolicies,
    PolicyChange,
    PolicyMoved,
    PolicyPlace,
    PolicySeen,
    PolicyUnchanged,
)
from bot.services.offers import OfferAsk, Offers, PlaceNotFound
from bot.services.workspaces import Workspaces
from bot.slack.offer_policy_card import compared, policy_blocks, policy_text, saved_view
from bot.slack.offer_policy_form import policy_view, read_change, read_terms, redrawn
from domain.offer_policies import ReasonMissing
from domain.offers import MultiplierOutOfRange, OfferPolicy, PolicyDisabled, PolicyMissing
from domain.roles import Role
from storage.audit import audit_entry
from storage.offer_policies import offer_policy, offer_policy_version
from storage.requests import RequestKey
from tests.acceptance.harness.rows import count, remove, rows
from tests.acceptance.harness.texts import action_ids, words

TEAM = "T0SANDBOX"
SAM, LEE, DANA = (
    Actor(TEAM, "U0SAM", Role.ADMIN),
    Actor(TEAM, "U0LEE", Role.APPROVER),
    Actor(TEAM, "U0DANA", Role.REP),
)
ONTARIO, HAMILTON = PolicyPlace("ON", "ALL"), PolicyPlace("ON", "Hamilton")
TERMS = OfferPolicy(True, Decimal("0.65"), assignment_fee=Decimal("10250.00"), rounding_step=Decimal("500.00"))
HOSTILE = ("<!channel>", "😀" * 500, "&" * 500, "*_~`" * 125, "a\nb" * 160, "```", "{0}%s")


@dataclass
class Clock:
    """A clock that the tests move."""

    at: datetime = datetime(2026, 11, 24, 14, tzinfo=UTC)

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def team(sqlite, clock):
    """A team with its seeded policies, on SQLite; the storage tests run on both databases."""
    await Workspaces(sqlite, clock).ensure(TEAM, name="Maple Homes")
    return sqlite


@pytest.fixture
def policies(team, clock):
    return OfferPolicies(team, clock)


def wish(place=ONTARIO, *, row="ALL", version=1, reason="Buyers got careful.", only_market=False, **terms):
    """A change of what was seen at a place; `TERMS` with changes."""
    return PolicyChange(PolicySeen(place, row, version), replace(TERMS, **terms), reason, only_market)


def key(number=1):
    return RequestKey(f"view:V{number}", "hash")


# What stands


async def test_without_a_place_the_teams_default_place_is_shown(policies):
    shown = await policies.show(DANA, "")
    assert (shown.place, shown.is_default_place) == (ONTARIO, True)
    assert shown.standing.row.label == "ON/ALL v1"


@pytest.mark.parametrize(("typed", "label"), [("ON", "ON/ALL"), ("Hamilton", "ON/Hamilton"), ("québec", "QC/ALL")])
async def test_a_place_is_read_as_people_type_it(policies, typed, label):
    shown = await policies.show(DANA, typed)
    assert (shown.place.label, shown.standing.row.market, shown.is_default_place) == (label, "ALL", False)


async def test_a_place_that_is_none_is_refused(policies):
    with pytest.raises(PlaceNotFound):
        await policies.show(DANA, "Atlantis")


async def test_a_province_without_a_policy_is_said_to_have_none(policies, team):
    await remove(team, offer_policy, province="ON")
    with pytest.raises(PolicyMissing, match="No offer policy is set for ON/Hamilton"):
        await policies.show(SAM, "Hamilton")


@pytest.mark.parametrize(("who", "may"), [(DANA, False), (LEE, False), (SAM, True)])
async def test_everyone_reads_it_and_admins_alone_may_change_it(policies, who, may):
    assert (await policies.show(who, "ON")).may_change is may


async def test_the_last_three_versions_are_listed(policies):
    for version in range(1, 5):
        fee = Decimal(version)
        await policies.change(SAM, wish(version=version, assignment_fee=fee, reason=f"Step {version}"), key(version))
    history = (await policies.show(DANA, "ON")).history
    assert [(one.row.policy.version, one.reason) for one in history] == [(5, "Step 4"), (4, "Step 3"), (3, "Step 2")]


# Changing it


async def test_a_change_is_the_next_version_and_the_old_one_stays_readable(policies, team, clock):
    first = (await policies.show(SAM, "ON")).standing
    clock.at += timedelta(hours=2)
    changed = await policies.change(SAM, wish(), key())
    assert changed.before == first
    assert changed.after.row.label == "ON/ALL v2"
    assert changed.after.row.policy == replace(TERMS, version=2)
    assert (changed.after.changed_by, changed.after.reason, changed.after.updated_at) == (
        "U0SAM",
        "Buyers got careful.",
        clock.at,
    )
    (kept,) = await rows(team, offer_policy_version)
    assert (kept.version, kept.max_arv_multiplier, kept.updated_at, kept.created_at) == (
        1,
        Decimal("0.70"),
        first.updated_at,
        clock.at,
    )


async def test_a_change_leaves_an_audit_entry_with_before_and_after(policies, team):
    await policies.change(SAM, wish(fees_buffer=Decimal("2500.00")), key())
    (entry,) = await rows(team, audit_entry)
    assert (entry.actor, entry.verb, entry.subject, entry.reason) == (
        "U0SAM",
        "offer_policy_changed",
        "offer_policy ON/ALL",
        "Buyers got careful.",
    )
    assert entry.before == {
        "policy": "ON/ALL v1", "enabled": True, "max_arv_multiplier": "0.70", "fees_buffer": "0.00",
        "assignment_fee": "0.00", "holding_per_month": "0.00", "rounding_step": "0.01",
    }  # fmt: skip
    assert entry.after == {
        "policy": "ON/ALL v2", "enabled": True, "max_arv_multiplier": "0.65", "fees_buffer": "2500.00",
        "assignment_fee": "10250.00", "holding_per_month": "0.00", "rounding_step": "500.00",
    }  # fmt: skip


async def test_the_next_offer_is_priced_by_the_new_version(policies, team, clock):
    await policies.change(SAM, wish(), key())
    quote = await Offers(team, clock).quote(DANA, OfferAsk(Decimal(500_000), Decimal(40_000)))
    assert (quote.priced.policy.label, quote.priced.offer.recommended_offer) == ("ON/ALL v2", Decimal("274500.00"))


async def test_a_policy_that_is_switched_off_refuses_offers_until_it_is_on_again(policies, team, clock):
    ask = OfferAsk(Decimal(500_000), Decimal(40_000))
    await policies.change(SAM, wish(enabled=False), key(1))
    with pytest.raises(PolicyDisabled):
        await Offers(team, clock).quote(DANA, ask)
    await policies.change(SAM, wish(version=2), key(2))
    assert (await Offers(team, clock).quote(DANA, ask)).priced.policy.label == "ON/ALL v3"


@pytest.mark.parametrize("who", [DANA, LEE])
async def test_who_is_no_admin_changes_nothing_and_is_told_who_may(policies, team, who):
    with pytest.raises(NotForYou, match=f"Only an admin .* your role is {who.role.value}"):
        await policies.change(who, wish(), key())
    with pytest.raises(NotForYou):
        await policies.edit(who, ONTARIO)
    assert (await count(team, offer_policy_version), await count(team, audit_entry)) == (0, 0)


async def test_a_change_of_what_somebody_changed_meanwhile_is_refused_and_says_what_stands_now(policies, team):
    await policies.change(SAM, wish(), key(1))
    with pytest.raises(PolicyMoved) as moved:
        await policies.change(SAM, wish(max_arv_multiplier=Decimal("0.60")), key(2))
    assert "ON/ALL v2 stands now, multiplier 0.65, fees 0.00, assignment fee 10,250.00" in str(moved.value)
    assert '("Buyers got careful.")' in str(moved.value)
    assert await count(team, audit_entry) == 1


async def test_the_provinces_terms_are_not_changed_from_a_form_that_did_not_know_the_markets_row(policies):
    await policies.change(SAM, wish(HAMILTON, only_market=True), key(1))
    with pytest.raises(PolicyMoved, match="ON/Hamilton v1 stands now"):
        await policies.change(SAM, wish(HAMILTON, max_arv_multiplier=Decimal("0.60")), key(2))


async def test_the_same_submission_twice_is_one_change_even_after_a_later_one(policies, team):
    first = await policies.change(SAM, wish(), key(1))
    await policies.change(SAM, wish(version=2, assignment_fee=Decimal(1)), key(2))
    assert await policies.change(SAM, wish(), key(1)) == first
    assert await count(team, audit_entry) == 2


async def test_terms_that_stand_already_are_no_change(policies, team):
    seeded = OfferPolicy(True, Decimal("0.7000"))
    change = PolicyChange(PolicySeen(ONTARIO, "ALL", 1), seeded, "Again.")
    with pytest.raises(PolicyUnchanged, match="ON/ALL v1"):
        await policies.change(SAM, change, key())
    assert await count(team, offer_policy_version) == 0


async def test_a_refused_submission_can_be_sent_again_once_it_is_right(policies):
    with pytest.raises(ReasonMissing):
        await policies.change(SAM, wish(reason=" "), key())
    with pytest.raises(MultiplierOutOfRange):
        await policies.change(SAM, wish(max_arv_multiplier=Decimal(70)), key())
    assert (await policies.change(SAM, wish(), key())).after.row.label == "ON/ALL v2"


async def test_only_this_market_adds_a_row_and_leaves_the_province_alone(policies, team):
    changed = await policies.change(SAM, wish(HAMILTON, only_market=True), key())
    assert (changed.before.row.label, changed.after.row.label) == ("ON/ALL v1", "ON/Hamilton v1")
    assert (await policies.show(DANA, "Hamilton")).standing == changed.after
    assert (await policies.show(DANA, "London ON")).standing == changed.before
    (entry,) = await rows(team, audit_entry)
    assert (entry.verb, entry.subject) == ("offer_policy_added", "offer_policy ON/Hamilton")


async def test_whole_province_changes_what_every_market_without_a_row_gets(policies):
    await policies.change(SAM, wish(HAMILTON), key())
    assert (await policies.show(DANA, "London ON")).standing.row.label == "ON/ALL v2"


async def test_a_markets_own_row_has_versions_of_its_own(policies):
    await policies.change(SAM, wish(HAMILTON, only_market=True), key(1))
    changed = await policies.change(SAM, wish(HAMILTON, row="Hamilton", enabled=False), key(2))
    assert changed.after.row.label == "ON/Hamilton v2"
    assert [one.row.label for one in (await policies.show(DANA, "Hamilton")).history] == [
        "ON/Hamilton v2",
        "ON/Hamilton v1",
    ]


async def test_a_preview_tries_both_and_keeps_nothing(policies, team):
    preview = await policies.preview(DANA, PolicySeen(HAMILTON, "ALL", 1), TERMS)
    assert preview.before.offer.recommended_offer == Decimal("310000.00")
    assert (preview.after.offer.mao, preview.after.offer.recommended_offer) == (
        Decimal("285000.00"),
        Decimal("274500.00"),
    )
    assert await count(team, offer_policy_version) == 0


# What is shown


@pytest.mark.parametrize("reason", HOSTILE)
@pytest.mark.parametrize("enabled", [True, False])
async def test_slack_takes_everything_that_is_shown_whatever_the_reason_says(policies, reason, enabled):
    terms = {"max_arv_multiplier": Decimal("0.1234"), "assignment_fee": Decimal("999999999999999.99")}
    changed = await policies.change(
        SAM, wish(HAMILTON, only_market=True, reason=reason, enabled=enabled, **terms), key()
    )
    for who in (DANA, SAM):
        shown = await policies.show(who, "Hamilton")
        assert check_message({"text": policy_text(shown), "blocks": policy_blocks(shown)}) == []
        assert check_view(policy_view(shown)) == []
    assert check_view(saved_view(HAMILTON, changed)) == []
    assert "<!channel>" not in words(policy_blocks(shown))


async def test_the_answer_tells_the_row_the_terms_the_deal_and_who_may_change_it(policies):
    shown = await policies.show(DANA, "Hamilton")
    text = words(policy_blocks(shown))
    for part in (
        "*Offer policy for Hamilton ON*",
        "*ON/ALL v1* stands, the whole province's: Hamilton has no row of its own.",
        "Multiplier                 0.70",
        "Rounding step              0.01",
        "For 500,000 with repairs of 40,000:",
        "MAO                  310,000.00",
        "Valhalla, <!date^",
        "Admins of this workspace may change it",
    ):
        assert part in text
    assert action_ids({"blocks": policy_blocks(shown)}) == []


async def test_a_policy_that_is_off_or_gives_no_offer_says_so(policies):
    await policies.change(SAM, wish(enabled=False), key())
    assert "*Switched off.*" in words(policy_blocks(await policies.show(SAM, "ON")))
    seen = PolicySeen(ONTARIO, "ALL", 2)
    text = compared(await policies.preview(SAM, seen, replace(TERMS, fees_buffer=Decimal(400_000))))
    assert text.splitlines()[-3:-1] == [
        "MAO                           –  -115,000.00",
        "Offer                       off     no offer",
    ]


def applies_to(view):
    return [block for block in view["blocks"] if block.get("block_id") == "applies_to"]


async def test_only_a_market_without_a_row_is_asked_what_the_change_applies_to(policies):
    (choice,) = applies_to(policy_view(await policies.show(SAM, "Hamilton")))
    assert [option["value"] for option in choice["element"]["options"]] == ["province", "market"]
    whole = policy_view(await policies.show(SAM, "ON"))
    assert (applies_to(whole), "Applies to all of Ontario" in words(whole)) == ([], True)
    await policies.change(SAM, wish(HAMILTON, only_market=True), key())
    own = policy_view(await policies.show(SAM, "Hamilton"))
    assert (applies_to(own), "Applies to Hamilton only" in words(own)) == ([], True)


# What is typed


def filled(view, **fields):
    """The view as Slack sends it once fields, by label, are filled in."""
    blocks = with_ids(view["blocks"])
    named = {label.replace("_", " "): value for label, value in fields.items()}
    return {**view, "blocks": list(blocks), "state": {"values": full_state(blocks, with_fields(blocks, {}, named))}}


@pytest.fixture
async def form(policies):
    """The form for Hamilton, which has no row of its own."""
    return policy_view(await policies.edit(SAM, HAMILTON))


async def test_a_form_sent_as_it_opened_holds_the_terms_that_stand(form):
    change = read_change(filled(form, Reason="None."))
    assert change == PolicyChange(PolicySeen(HAMILTON, "ALL", 1), OfferPolicy(True, Decimal("0.70")), "None.")


async def test_what_is_typed_is_read_as_people_write_it(form):
    typed = {
        "Fees_buffer": "2.5k",
        "Assignment_fee": "$10,000",
        "Holding_per_month": "1 800,50",
        "Rounding_step": "500",
    }
    change = read_change(
        filled(form, Multiplier=" 0.675 ", Enabled="off", Applies_to="market", Reason=" Why\0 not ", **typed)
    )
    assert change.terms == OfferPolicy(
        False, Decimal("0.675"), Decimal(2_500), Decimal(10_000), Decimal("1800.50"), Decimal(500)
    )
    assert (change.only_market, change.reason) == (True, "Why not")


@pytest.mark.parametrize("typed", ["70", "70 %", "0,70", ".7", "0", "-0.7", "1.01", "0.70001", "NaN", "lots"])
async def test_a_multiplier_that_is_no_share_is_refused_with_the_sentence_that_says_how(form, typed):
    wrong = read_change(filled(form, Multiplier=typed, Reason="x"))
    assert wrong == {
        "max_arv_multiplier": "The policy's multiplier must be above 0 and at most 1, with at most four decimals: "
        "0.70, not 70."
    }


async def test_every_wrong_field_is_named_at_once(form):
    wrong = read_change(
        filled(
            form, Multiplier="70", Fees_buffer="-1", Assignment_fee="lots", Holding_per_month="-2", Rounding_step="0"
        )
    )
    assert set(wrong) == {
        "max_arv_multiplier", "fees_buffer", "assignment_fee", "holding_per_month", "rounding_step", "reason",
    }  # fmt: skip
    assert wrong["fees_buffer"] == "The policy's fees buffer cannot be below 0."


async def test_an_empty_term_is_missing_and_not_zero(form):
    wrong = read_change(filled(form, Assignment_fee="  ", Reason="x"))
    assert wrong == {"assignment_fee": "Give a number; 0 where there is none."}


async def test_a_reason_of_501_characters_is_refused_at_the_reason(form):
    assert read_change(filled(form, Reason="x" * 501)) == {"reason": "The reason has 501 characters; 500 fit."}


async def test_a_redrawn_form_keeps_every_field_and_changes_the_result_alone(form):
    sent = filled(form, Multiplier="0.65")
    assert isinstance(read_terms(sent), OfferPolicy)
    again = redrawn(sent, "Something else")
    assert check_view(again) == []
    changed = [new for new, old in zip(again["blocks"], sent["blocks"], strict=True) if new != old]
    assert [block["text"]["text"] for block in changed] == ["Something else"]
    assert again["private_metadata"] == form["private_metadata"]
