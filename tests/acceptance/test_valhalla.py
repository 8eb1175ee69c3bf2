"""`/valhalla` through the whole bot: what stands, the set-up step by step, the roles, and who may not."""

import pytest

from bot.app import SANDBOX_TEAM
from storage.workspaces import member, sender_of, settings_of, workspace
from tests.acceptance.harness.rows import change, rows
from tests.acceptance.harness.stand import TEAM_ID
from tests.acceptance.harness.texts import words

BUSINESS = {
    "Business name": "Maple Homes",
    "Mailing address": "1 Main St\nHamilton ON L8P 1A1",
    "Phone": "416-555-0134",
    "E-mail": "hello@maple.example",
}
COMPLETE = {"Business name": "Maple Homes", "Mailing address": "1 Main St, Hamilton ON", "Phone": "416-555-0134"}


@pytest.fixture
async def stand(stand):
    """A team that has said nothing of itself yet, as one in real Slack begins; the sandbox's is set up."""
    await change(stand.database, workspace, dict.fromkeys(SANDBOX_TEAM))
    return stand


@pytest.fixture
async def socket(socket):
    """The same over Socket Mode alone."""
    await change(socket.database, workspace, dict.fromkeys(SANDBOX_TEAM))
    return socket


async def said(stand, text="", *, user="sam"):
    return words((await stand.command("/valhalla", text, user=user))["reply"])


async def opened(stand, text="setup", *, user="sam"):
    return (await stand.command("/valhalla", text, user=user))["view"]


def title(view):
    return view["title"]["text"]


def held(view, block_id):
    """What a field holds when the page opens."""
    (block,) = [each for each in view["blocks"] if each.get("block_id") == block_id]
    element = block["element"]
    option = element.get("initial_option") or {}
    chosen = element.get("initial_channel") or element.get("initial_users")
    return option.get("value") or chosen or element.get("initial_value")


async def roles(stand):
    return {row.user_id: row.role for row in await rows(stand.database, member)}


# What stands


async def test_anybody_reads_what_runs_what_is_connected_and_what_is_missing(stand):
    shown = await said(stand, user="dana")
    assert "Valhalla 0." in shown
    assert "SQLite" in shown
    assert "so nothing leaves" in shown
    assert "tzdata 2026" in shown
    assert "Missing: the business name, the mailing address, a phone number or an e-mail address." in shown
    assert "An admin of this workspace sets it up." in shown


async def test_a_pause_heads_the_status(socket):
    view = (await socket.command("/policy", "pause", user="sam"))["view"]
    await socket.submit(view, {"Reason": "an audit"}, user="sam")
    shown = await said(socket)
    assert "All outreach is paused" in shown
    assert "paused for the whole team" in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("help", "What `/valhalla` does"),
        ("setpu", "Did you mean `/valhalla setup`?"),
        ("<!channel> *x*", "is nothing that `/valhalla` does"),
        ("setup money", "The set-up has no step called 'money'"),
        ("role @lee", "`/valhalla role @lee approver`"),
    ],
)
async def test_words_get_an_answer(socket, text, says):
    shown = await said(socket, text, user="dana")
    assert says in shown
    assert "<!channel>" not in shown


# The set-up


async def test_an_admin_is_walked_through_every_step_and_sees_the_checklist(stand):
    view = await opened(stand)
    assert title(view) == "Set-up, step 1 of 5"
    view = (await stand.submit(view, BUSINESS, user="sam"))["view"]
    assert (title(view), held(view, "leads_channel_id")) == ("Set-up, step 2 of 5", "C0LEADS")
    view = (await stand.submit(view, {"The morning digest": "leads"}, user="sam"))["view"]
    assert (title(view), held(view, "digest_hour"), held(view, "zone")) == (
        "Set-up, step 3 of 5", "8", "America/Toronto",
    )  # fmt: skip
    day = {
        "Hour of the morning digest": "7",
        "Time zone of the team": "America/Vancouver",
        "Default market": "BC/Vancouver",
    }
    view = (await stand.submit(view, day, user="sam"))["view"]
    assert (title(view), held(view, "approval_threshold"), held(view, "contact_cap_per_day")) == (
        "Set-up, step 4 of 5", "10", "2",
    )  # fmt: skip
    limits = {"People whom an author alone may approve": "5", "Messages a day to one person": "3"}
    view = (await stand.submit(view, limits, user="sam"))["view"]
    assert (title(view), held(view, "admins")) == ("Set-up, step 5 of 5", ["U0SAM"])
    view = (await stand.submit(view, {"Approvers": ["lee", "dana"]}, user="sam"))["view"]

    assert title(view) == "Set-up"
    shown = words(view)
    assert "All is set up." in shown
    assert "digest at 07:00 America/Vancouver, prices for Vancouver BC" in shown
    assert "Maple Homes, 1 Main St, Hamilton ON L8P 1A1" in shown
    assert "1 admin, 2 approvers, 0 reps" in shown
    settings = await stand.database.read(TEAM_ID, settings_of)
    assert (settings.digest_channel_id, settings.digest_hour) == ("C0LEADS", 7)
    assert (settings.approval_threshold, settings.contact_cap_per_day) == (5, 3)
    assert (await roles(stand))["U0DANA"] == "approver"


async def test_the_set_up_goes_on_where_something_is_missing_and_a_step_opens_alone(socket):
    await socket.submit(await opened(socket), COMPLETE, user="sam")
    view = await opened(socket)
    assert "All is set up." in words(view)
    assert [
        title(await opened(socket, f"setup {step}")) for step in ("business", "channels", "zone", "cap", "roles")
    ] == [f"Set-up, step {number} of 5" for number in (1, 2, 3, 4, 5)]


async def test_what_is_wrong_is_said_at_its_field_and_what_is_typed_stays(socket):
    view = await opened(socket)
    wrong = BUSINESS | {"Mailing address": "Main Street", "Phone": "12", "E-mail": "hello"}
    answer = await socket.submit(view, wrong, user="sam")

    assert sorted(answer["errors"]) == ["contact_email", "contact_phone", "mailing_address"]
    assert answer["view"]["id"] == view["id"]
    assert (await socket.database.read(TEAM_ID, sender_of)).business_name is None
    assert (await socket.submit(view, BUSINESS, user="sam"))["errors"] in (None, {})


async def test_a_step_may_be_left_incomplete_and_the_checklist_says_so(socket):
    await socket.submit(await opened(socket), {"Business name": "Maple Homes"}, user="sam")
    shown = await said(socket)
    assert "Missing: the mailing address, a phone number or an e-mail address." in shown
    assert "Finish the set-up" in shown


async def test_the_buttons_of_the_status_and_the_checklist_lead_to_their_step(socket):
    reply = (await socket.command("/valhalla", "", user="sam"))["reply"]
    clicked = await socket.click("set_up_button", user="sam", channel="leads", ts=reply["ts"])
    assert title(clicked["view"]) == "Set-up, step 1 of 5"
    await socket.submit(clicked["view"], COMPLETE, user="sam")

    checklist = await opened(socket)
    clicked = await socket.click("set_up_button", user="sam", view_id=checklist["id"], block_id="step_day")
    assert title(await socket.slack.get("view", user="sam")) == "Set-up, step 3 of 5"
    reply = (await socket.command("/valhalla", "", user="sam"))["reply"]
    clicked = await socket.click("set_up_button", user="sam", channel="leads", ts=reply["ts"])
    assert title(clicked["view"]) == "Set-up"


async def test_saving_one_step_twice_and_two_admins_at_once_lose_nothing(socket):
    await said(socket, "role @lee admin")
    first, second = await opened(socket), await opened(socket, user="lee")
    await socket.submit(first, BUSINESS, user="sam")
    await socket.submit(second, {"Phone": "905-555-0199"}, user="lee")

    sender = await socket.database.read(TEAM_ID, sender_of)
    assert (sender.business_name, sender.phone) == ("Maple Homes", "+19055550199")


@pytest.mark.parametrize("user", ["dana", "lee"])
@pytest.mark.parametrize("text", ["setup", "setup roles"])
async def test_who_may_not_set_up_is_told_so(socket, user, text):
    answer = await socket.command("/valhalla", text, user=user)
    assert answer["view"] is None
    assert "Only an admin of this workspace may set Valhalla up" in words(answer["reply"])


async def test_somebody_who_is_no_admin_any_more_keeps_the_form_and_reads_why(socket):
    view = await opened(socket)
    await said(socket, "role @lee admin")
    await said(socket, "role @sam rep", user="lee")
    answer = await socket.submit(view, BUSINESS, user="sam")

    assert "your role is rep. Nothing was changed" in answer["errors"]["business_name"]
    assert (await socket.database.read(TEAM_ID, sender_of)).business_name is None


# Roles


async def test_roles_are_listed_and_given_by_name(stand):
    await said(stand, user="dana")
    assert "*Reps*: <@U0DANA>" in await said(stand, "roles", user="dana")
    assert "<@U0DANA> is an approver now, and was a rep." in await said(stand, "role @dana approver")
    assert "<@U0DANA> has that role already." in await said(stand, "role <@U0DANA> approver")
    assert (await roles(stand))["U0DANA"] == "approver"
    assert "Change roles" in await said(stand, "roles")
    assert "Change roles" not in await said(stand, "roles", user="dana")


@pytest.mark.parametrize(
    ("text", "user", "says"),
    [
        ("role @nobody admin", "sam", "I find nobody called @nobody in this workspace"),
        ("role @valhalla admin", "sam", "is an app or has left the workspace"),
        ("role @sam rep", "sam", "This would leave the team without an admin"),
        ("role @dana admin", "dana", "Only an admin of this workspace may change roles; your role is rep"),
        ("role @dana admin", "lee", "your role is approver"),
    ],
)
async def test_a_role_that_can_not_be_given_says_why(socket, text, user, says):
    assert says in await said(socket, text, user=user)


async def test_an_admin_may_hand_over_in_the_form_and_is_none_from_then_on(socket):
    answer = await socket.submit(await opened(socket, "setup roles"), {"Admins": ["dana"]}, user="sam")
    assert title(answer["view"]) == "Set-up"
    assert (await roles(socket))["U0SAM"] == "rep"
    await socket.click("set_up_button", user="sam", view_id=answer["view"]["id"], block_id="step_day")
    assert "Only an admin" in words(await socket.messages("dm", user="sam"))


async def test_the_last_admin_is_kept_in_the_form_too(socket):
    await said(socket, "role @lee admin")
    view = await opened(socket, "setup roles")
    await said(socket, "role @lee rep", user="lee")
    answer = await socket.submit(view, {"Admins": ["lee"]}, user="sam")
    assert "This would leave the team without an admin" in answer["errors"]["admins"]
    assert (await roles(socket))["U0SAM"] == "admin"


async def home_of(stand, user):
    """Home as somebody sees it who opens it for the first time."""
    return words(await stand.slack.get("home", user=user))


async def test_home_reminds_an_admin_of_what_the_set_up_lacks_and_nobody_else(socket):
    assert "Valhalla is not set up yet" in await home_of(socket, "sam")
    assert "not set up" not in await home_of(socket, "dana")


async def test_home_reminds_nobody_once_all_is_set_up(socket):
    await socket.submit(await opened(socket), COMPLETE, user="sam")

    assert "not set up" not in await home_of(socket, "sam")
