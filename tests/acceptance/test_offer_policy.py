"""`/offer policy` through the whole bot: reading a policy, changing it, and what others then see."""

from dataclasses import replace
from decimal import Decimal

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.offer_policies import PolicyChange, PolicyPlace, PolicySeen
from bot.slack.calls import STILL_SAVING, Background, Call
from bot.slack.ids import Action, View
from bot.slack.offer_policies import recompute, submitted
from domain.offers import OfferPolicy
from domain.roles import Role
from storage.audit import audit_entry
from storage.offer_policies import offer_policy, offer_policy_version
from storage.requests import RequestKey
from storage.workspaces import member
from tests.acceptance.harness.fake_slack import FakeSlack
from tests.acceptance.harness.rows import change, count, remove, rows
from tests.acceptance.harness.texts import action_ids, initial, words

REASON = {"Reason": "Buyers got careful."}


async def asked(stand, place="", *, user="sam"):
    """The answer to `/offer policy`."""
    return (await stand.command("/offer", f"policy {place}".strip(), user=user))["reply"]


async def opened(stand, place="ON", *, user="sam"):
    """The form behind the answer's [Edit]."""
    reply = await asked(stand, place, user=user)
    return (await stand.click(Action.EDIT_OFFER_POLICY, user=user, channel="leads", ts=reply["ts"]))["view"]


def result(view):
    return next(block["text"]["text"] for block in view["blocks"] if block["block_id"] == "result")


async def typed(stand, view, block_id, value):
    """Type into a field, or choose, and return the view as it is drawn then."""
    where = {"view_id": view["id"], "block_id": block_id, "value": value}
    await stand.click(Action.OFFER_POLICY_INPUT, user="sam", **where)
    return await stand.slack.get("view", user="sam")


async def overtake(stand):
    """Another admin sets Ontario's multiplier to 0.65 meanwhile."""
    seen = PolicySeen(PolicyPlace("ON", "ALL"), "ALL", 1)
    wish = PolicyChange(seen, OfferPolicy(True, Decimal("0.65")), "I was faster.")
    other = Actor(TEAM_ID, "U0LEE", Role.ADMIN)
    await stand.program.desk.offer_policies.change(other, wish, RequestKey("view:other", "hash"))


async def test_everyone_reads_what_stands_and_nobody_else_sees_the_answer(stand):
    reply = await asked(stand, "Hamilton", user="dana")
    assert reply["ephemeral"]
    assert reply["text"] == "Offer policy for Hamilton ON: ON/ALL v1"
    assert "310,000.00" in words(reply)
    assert "Admins of this workspace may change it" in words(reply)
    assert action_ids(reply) == []
    assert [row for row in await stand.messages(user="lee") if row["ephemeral"]] == []


@pytest.mark.parametrize("text", ["policy", "POLICY", "policies", "policy history"])
async def test_without_a_place_it_is_the_teams_default_place(socket, text):
    reply = (await socket.command("/offer", text, user="dana"))["reply"]
    assert "*Offer policy for Ontario* (the team's default place)" in words(reply)


async def test_a_place_that_is_none_is_said_to_be_none(socket):
    assert '"Atlantis" is no place in Canada' in (await asked(socket, "Atlantis"))["text"]


async def test_help_names_the_command(socket):
    assert "`/offer policy ON`" in (await socket.command("/offer", "help"))["reply"]["text"]


async def test_an_admin_changes_the_policy_and_the_next_price_follows(stand):
    view = await opened(stand)
    assert (view["callback_id"], initial(view, "max_arv_multiplier")) == (View.OFFER_POLICY, "0.70")
    answer = await stand.submit(view, {"Multiplier": "0.65", "Assignment fee": "10k", **REASON}, user="sam")
    assert (answer["ok"], answer["view"]["callback_id"]) == (True, View.OFFER_POLICY_SHOWN)
    saved = words(answer["view"])
    assert "*ON/ALL v2 stands now* in the place of ON/ALL v1." in saved
    assert "before        after" in saved
    assert "Offer                310,000.00   275,000.00" in saved
    assert "ON/ALL v1 stays readable" in saved
    priced = words((await stand.command("/offer", "500k 40k"))["reply"])
    assert ("policy ON/ALL v2" in priced, "275,000.00" in priced) == (True, True)
    shown = words(await asked(stand, "ON", user="dana"))
    assert ("*v2*" in shown, "*v1*" in shown, "<@U0SAM>" in shown, "Buyers got careful." in shown) == (True,) * 4


async def test_before_and_after_are_drawn_anew_with_each_keystroke(stand):
    view = await opened(stand)
    assert "MAO                  310,000.00   310,000.00" in result(view)
    view = await typed(stand, view, "max_arv_multiplier", "0.6")
    assert "MAO                  310,000.00   260,000.00" in result(view)
    view = await typed(stand, view, "fees_buffer", "2.5k")
    assert "MAO                  310,000.00   257,500.00" in result(view)
    assert view["state"]["values"]["max_arv_multiplier"][Action.OFFER_POLICY_INPUT]["value"] == "0.6"
    view = await typed(stand, view, "enabled", "off")
    assert "Offer                310,000.00          off" in result(view)
    view = await typed(stand, view, "max_arv_multiplier", "60")
    assert result(view).endswith("0.70, not 70.")


async def test_wrong_fields_are_named_and_the_form_stays_as_it_was_typed(stand):
    view = await opened(stand)
    fields = {"Multiplier": "70", "Fees buffer": "-1", "Rounding step": "0", **REASON}
    answer = await stand.submit(view, fields, user="sam")
    assert (answer["ok"], set(answer["errors"])) == (False, {"max_arv_multiplier", "fees_buffer", "rounding_step"})
    assert "0.70, not 70" in answer["errors"]["max_arv_multiplier"]
    assert await count(stand.database, offer_policy_version) == 0
    assert (await stand.submit(view, {"Multiplier": "0.65", "Fees buffer": "1", "Rounding step": "1"}, user="sam"))[
        "ok"
    ]


async def test_without_a_reason_nothing_is_saved(socket):
    answer = await socket.submit(await opened(socket), {"Multiplier": "0.65"}, user="sam")
    assert list(answer["errors"]) == ["reason"]
    answer = await socket.submit(await opened(socket), {"Multiplier": "0.65", "Reason": "  "}, user="sam")
    assert list(answer["errors"]) == ["reason"]
    assert await count(socket.database, audit_entry) == 0


async def test_only_this_market_gets_a_row_of_its_own(on_both):
    view = await opened(on_both, "Hamilton")
    fields = {"Multiplier": "0.75", "Rounding step": "500", "Applies to": "market", **REASON}
    answer = await on_both.submit(view, fields, user="sam")
    assert "*ON/Hamilton v1 stands now* in the place of ON/ALL v1." in words(answer["view"])
    assert "ON/ALL v1 goes on everywhere else in Ontario." in words(answer["view"])
    assert "policy ON/Hamilton v1" in words((await on_both.command("/offer", "500k 40k Hamilton"))["reply"])
    assert "policy ON/ALL v1" in words((await on_both.command("/offer", "500k 40k London ON"))["reply"])
    (own,) = await rows(on_both.database, offer_policy, market="Hamilton")
    assert (own.max_arv_multiplier, own.rounding_step, own.changed_by) == (Decimal("0.75"), Decimal(500), "U0SAM")


async def test_a_form_that_somebody_overtook_says_so_while_typing_and_is_refused(stand):
    late = await opened(stand)
    await overtake(stand)
    late = await typed(stand, late, "max_arv_multiplier", "0.6")
    assert "ON/ALL v2 stands now, multiplier 0.65" in result(late)
    answer = await stand.submit(late, {"Multiplier": "0.60", **REASON}, user="sam")
    assert list(answer["errors"]) == ["max_arv_multiplier"]
    assert "ON/ALL v2 stands now, multiplier 0.65" in answer["errors"]["max_arv_multiplier"]
    assert await count(stand.database, audit_entry) == 1


async def test_who_is_no_admin_any_more_is_refused_in_plain_words(socket):
    view = await opened(socket)
    reply = await asked(socket)
    await change(socket.database, member, {"role": "rep"}, user_id="U0SAM")
    answer = await socket.submit(view, {"Multiplier": "0.65", **REASON}, user="sam")
    assert list(answer["errors"]) == ["max_arv_multiplier"]
    assert "Only an admin of this workspace may change an offer policy" in answer["errors"]["max_arv_multiplier"]
    await socket.slack.post("close", user="sam", view_id=view["id"])
    clicked = await socket.click(Action.EDIT_OFFER_POLICY, user="sam", channel="leads", ts=reply["ts"])
    assert clicked["view"] is None
    assert (await socket.messages(user="sam"))[-1]["text"].startswith("Only an admin of this workspace")
    assert await count(socket.database, offer_policy_version) == 0


async def test_the_same_terms_are_no_change(socket):
    answer = await socket.submit(await opened(socket), REASON, user="sam")
    assert "Nothing here differs from ON/ALL v1." in answer["errors"]["max_arv_multiplier"]


# What Slack and slow machines do to it


class Impatient(Background):
    """Waits for nothing: every submission takes longer than the guard allows."""

    async def within(self, work, seconds):
        self.start(work)


class Acked(list):
    """An acknowledgement that writes down what it was given."""

    async def __call__(self, **values):
        self.append(values)


def delivered(view, **typed):
    """The form as Slack delivers it when something is typed or it is submitted, and its acknowledgement."""
    state = {
        block["block_id"]: {block["element"]["action_id"]: _entered(block, typed)}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    acked = Acked()
    body = {"team": {"id": TEAM_ID}, "user": {"id": "U0SAM"}, "view": {**view, "state": {"values": state}}}
    return Call(body, acked, acked), acked


def _entered(block, typed):
    if block["element"]["type"] == "radio_buttons":
        return {"type": "radio_buttons", "selected_option": block["element"]["initial_option"]}
    return {"type": "plain_text_input", "value": typed.get(block["block_id"], block["element"].get("initial_value"))}


async def test_what_takes_too_long_goes_on_and_the_second_press_finds_it(socket):
    view = await opened(socket)
    call, acked = delivered(view, max_arv_multiplier="0.65", reason="Slow.")
    hurried = replace(socket.program.desk, background=Impatient())
    await submitted(hurried, call)
    assert acked == [{"response_action": "errors", "errors": {"max_arv_multiplier": STILL_SAVING}}]
    await hurried.background.finish()
    again, acked = delivered(view, max_arv_multiplier="0.65", reason="Slow.")
    await submitted(socket.program.desk, again)
    assert "*ON/ALL v2 stands now*" in words(acked[0]["view"])
    assert await count(socket.database, audit_entry) == 1


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_redraw_that_was_overtaken_bothers_nobody(socket, error):
    call, _ = delivered(await opened(socket), max_arv_multiplier="0.65")
    slack = FakeSlack()
    slack.failing["views.update"] = error
    await recompute(replace(socket.program.desk, client=slack), call)
    assert [update["hash"] for update in slack.made("views.update")] == [call.view["hash"]]


async def test_a_redraw_that_slack_refuses_is_an_error(socket):
    call, _ = delivered(await opened(socket), max_arv_multiplier="0.65")
    slack = FakeSlack()
    slack.failing["views.update"] = "invalid_arguments"
    with pytest.raises(SlackApiError):
        await recompute(replace(socket.program.desk, client=slack), call)
    assert slack.faults == []


async def test_a_policy_that_is_gone_when_the_form_is_sent_is_said_to_be_missing(socket):
    view = await opened(socket)
    await remove(socket.database, offer_policy, province="ON")
    answer = await socket.submit(view, {"Multiplier": "0.65", **REASON}, user="sam")
    assert answer["errors"] == {
        "max_arv_multiplier": "No offer policy is set for ON/ALL: an admin sets one, then the offer can be priced."
    }
