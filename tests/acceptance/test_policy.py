"""`/policy` through the whole bot: reading contact policies, changing one, and what others then see."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.sandbox.people import TEAM_ID
from bot.services.actors import Actor
from bot.services.policies import PolicyChange, PolicySeen
from bot.slack import pauses, policies, proofs, replies_queue, why
from bot.slack.calls import STILL_SAVING
from bot.slack.ids import Action, View
from domain.pauses import Pause
from domain.policy import Rules, seed_rules
from domain.policy_places import PolicyPlace
from domain.roles import Role
from domain.window_lines import windows_in
from storage.audit import audit_entry
from storage.pauses import add_pause
from storage.policies import market_policy, market_policy_version
from storage.requests import RequestKey
from storage.workspaces import member
from tests.acceptance.harness.rows import change, count, remove, rows
from tests.acceptance.harness.texts import action_ids, initial, words
from tests.acceptance.test_offer_policy import Impatient, delivered

WINDOWS, REASON = "Windows, in the recipient's time", {"Reason": "Sellers complained."}
SEED = Rules.from_json(seed_rules("ON"))


async def asked(stand, text="", *, user="sam"):
    """The answer to `/policy`."""
    return (await stand.command("/policy", text, user=user))["reply"]


async def opened(stand, place="ON Toronto"):
    """The form that `/policy edit` opens for sam."""
    return (await stand.command("/policy", f"edit {place}", user="sam"))["view"]


def result(view):
    return next(block["text"]["text"] for block in view["blocks"] if block["block_id"] == "result")


async def typed(stand, view, block_id, value):
    """Type into a field, or choose, and return the view as it is drawn then."""
    where = {"view_id": view["id"], "block_id": block_id, "value": value}
    await stand.click(Action.POLICY_INPUT, user="sam", **where)
    return await stand.slack.get("view", user="sam")


async def overtake(stand):
    """Another admin shortens Toronto's day meanwhile."""
    rules = replace(SEED, windows=windows_in("Mon-Fri 10:00-16:00"))
    wish = PolicyChange(PolicySeen(PolicyPlace("ON", "Toronto"), "Toronto", 1), True, rules, "I was faster.")
    other = Actor(TEAM_ID, "U0LEE", Role.ADMIN)
    await stand.program.desk.policies.upsert_policy(other, wish, RequestKey("view:other", "hash"))


# Reading


async def test_everyone_sees_every_policy_today_and_nobody_else_sees_the_answer(stand):
    reply = await asked(stand, user="dana")
    assert (reply["ephemeral"], reply["text"]) == (True, "33 contact policies")
    text = words(reply)
    assert all(name in text for name in ("Toronto ON", "British Columbia", "Ottawa QC", "St. John's NL"))
    assert [row for row in await stand.messages(user="lee") if row["ephemeral"]] == []


async def test_a_policy_is_chosen_from_the_list(stand):
    reply = await asked(stand, user="dana")
    await stand.click(Action.SHOW_POLICY, user="dana", channel="leads", ts=reply["ts"], value="BC/Vancouver")
    shown = (await stand.messages(user="dana"))[-1]
    assert shown["text"] == "Contact policy for Vancouver BC: BC/Vancouver v1"
    assert "telemarketing calls are banned then" in words(shown)


@pytest.mark.parametrize("text", ["ON Toronto", "toronto", "ON/Toronto", "show Toronto", "history Toronto"])
async def test_one_place_is_shown_however_it_is_written(line, text):
    answer = await line.command(text, name="/policy")
    assert answer.text == "Contact policy for Toronto ON: ON/Toronto v1"
    assert answer.body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("help", "`/policy edit ON Toronto` changes it"),
        ("hlep", "Did you mean `/policy help`?"),
        ("edti ON", "Did you mean `/policy edit ON`?"),
        ("<!channel>", "“&lt;!channel&gt;” is no place that I know a policy for"),
        ("Toronto BC", "“Toronto BC” is no place that I know a policy for"),
        ("show Atlantis", '"Atlantis" is no place in Canada'),
        ("why", "Say about whom: `/policy why L-7`"),
        ("edit Toronto", "Only an admin of this workspace may change a contact policy; your role is rep"),
    ],
)
async def test_what_cannot_be_done_is_explained_to_the_person_alone(line, text, says):
    answer = await line.command(text, name="/policy")
    assert says in answer.text
    assert answer.body["response_type"] == "ephemeral"
    assert line.slack.made("views.open") == []


@pytest.mark.parametrize(
    ("text", "module", "name", "handed"),
    [
        ("why L-7", why, "show", ("L-7",)),
        ("pause ON ice", pauses, "pause", ("ON ice",)),
        ("resume ON", pauses, "resume", ("ON",)),
        ("replies", replies_queue, "show", ()),
        ("proof L-7", proofs, "show", ("L-7",)),
    ],
)
async def test_what_other_subjects_answer_is_handed_on(line, monkeypatch, text, module, name, handed):
    given = []

    async def answer(_desk, call, *rest):
        given.append(rest)
        await call.ack(text="answered")

    monkeypatch.setattr(module, name, answer)
    assert (await line.command(text, name="/policy")).text == "answered"
    assert given == [handed]


@pytest.mark.parametrize(
    ("place", "banner", "marked"),
    [
        (("ON", "Toronto"), "*Outreach in ON/Toronto is paused* by <@U0SAM>", ["Toronto ON (paused)"]),
        (("YT", "ALL"), "*Outreach in YT/ALL is paused* by <@U0SAM>", ["Yukon (paused)"]),
    ],
)
async def test_what_is_paused_heads_the_list_and_is_marked_in_it(line, sqlite, place, banner, marked):
    stop = Pause("/".join(place), "U0SAM", datetime(2026, 11, 24, 12, tzinfo=UTC), "Ice storm.")
    await sqlite.write(TEAM_ID, lambda tx: add_pause(tx, place, stop))
    blocks = (await line.command(name="/policy")).body["blocks"]
    assert banner in words(blocks[0])
    assert [text for text in words(blocks).splitlines() if text.endswith("(paused)")] == marked
    one = await line.command(place[0] if place[1] == "ALL" else place[1], name="/policy")
    assert banner in words(one.body["blocks"][0])
    assert banner not in words((await line.command("QC", name="/policy")).body["blocks"])


# Changing


async def test_an_admin_changes_a_policy_and_everybody_reads_what_stands_and_why(stand):
    view = await opened(stand)
    assert (view["callback_id"], initial(view, "windows")) == (View.POLICY, "Mon-Fri 09:00-20:00")
    fields = {WINDOWS: "Mon-Fri 09:00-18:00\nSat 10:00-14:00 calls", "Media that rest on holidays": ["CALL"], **REASON}
    answer = await stand.submit(view, fields, user="sam")
    assert (answer["ok"], answer["view"]["callback_id"]) == (True, View.POLICY_SHOWN)
    saved = words(answer["view"])
    assert "*ON/Toronto v2 stands now*" in saved
    assert "Calls: Mon–Fri 09:00–20:00 → Mon–Fri 09:00–18:00, Sat 10:00–14:00" in saved
    shown = words(await asked(stand, "ON Toronto", user="dana"))
    assert all(part in shown for part in ("*v2* <@U0SAM>", "Sellers complained.", "Holidays: none rests → calls rest"))
    (kept,) = await rows(stand.database, market_policy_version)
    assert (kept.market, kept.version) == ("Toronto", 1)


async def test_the_form_opens_from_the_shown_policy_too(on_both):
    reply = await asked(on_both, "Hamilton")
    view = (await on_both.click(Action.EDIT_POLICY, user="sam", channel="leads", ts=reply["ts"]))["view"]
    answer = await on_both.submit(view, {"Policy": "off", **REASON}, user="sam")
    assert "Switched on → off" in words(answer["view"])
    (row,) = await rows(on_both.database, market_policy, market="Hamilton")
    assert (row.enabled, row.changed_by, row.version) == (False, "U0SAM", 2)
    assert action_ids(await asked(on_both, "Hamilton", user="dana")) == []


async def test_what_a_change_does_is_drawn_anew_with_each_keystroke(stand):
    view = await opened(stand, "BC")
    assert "Nothing is changed yet" in result(view)
    view = await typed(stand, view, "windows", "Mon-Fri 10:00-20:00")
    assert result(view).startswith("• SMS: Mon–Fri 09:00–20:00 → Mon–Fri 10:00–20:00")
    assert "Last 30 days: no sends here to try it on." in result(view)
    view = await typed(stand, view, "holidays", [])
    assert "Calls in British Columbia no longer rest on holidays" in result(view)
    view = await typed(stand, view, "media", ["SMS"])
    assert "Calls: Mon–Fri 09:00–20:00 → not allowed" in result(view)
    view = await typed(stand, view, "enabled", "off")
    assert "Switched on → off" in result(view)
    view = await typed(stand, view, "windows", "Mon-Fri 10:00-25:00")
    assert "“25:00” is not a time" in result(view)
    assert view["state"]["values"]["windows"][Action.POLICY_INPUT]["value"] == "Mon-Fri 10:00-25:00"


@pytest.mark.parametrize(
    ("windows", "says"),
    [
        ("Mon-Fri 09:00-25:00", "“25:00” is not a time from 00:00 to 24:00."),
        ("Mon-Fri 09:00-09:00", "Mon-Fri 09:00-09:00 ends when it begins"),
        ("Day7 09:00-20:00", "“Day7” is not a weekday."),
        ("Mon 09:00-20:00 fax", "“fax” is not a medium (sms, e-mail, calls)."),
        ("daily 09:00-20:00", "The law forbids calls at Sat–Sun 09:00–10:00, Sat–Sun 18:00–20:00: it allows"),
        ("Mon-Fri 09:00-22:00 calls", "CRTC Unsolicited Telecommunications Rules, Part III, rule 23"),
    ],
)
async def test_wrong_windows_are_named_at_their_field_and_the_form_stays_as_it_was_typed(socket, windows, says):
    view = await opened(socket)
    answer = await socket.submit(view, {WINDOWS: windows, **REASON}, user="sam")
    assert (answer["ok"], list(answer["errors"])) == (False, ["windows"])
    assert says in answer["errors"]["windows"]
    assert await count(socket.database, market_policy_version) == 0
    assert (await socket.submit(view, {WINDOWS: "Mon-Fri 09:00-18:00", **REASON}, user="sam"))["ok"]


async def test_overlapping_windows_are_taken_and_told(socket):
    fields = {WINDOWS: "Mon-Fri 09:00-20:00 sms e-mail\nMon-Fri 09:00-19:00", **REASON}
    answer = await socket.submit(await opened(socket), fields, user="sam")
    assert "overlap: together they count as one." in words(answer["view"])


async def test_without_a_reason_nothing_is_saved(socket):
    answer = await socket.submit(await opened(socket), {WINDOWS: "Mon 9-12", "Reason": "  "}, user="sam")
    assert list(answer["errors"]) == ["reason"]
    assert await count(socket.database, audit_entry) == 0


async def test_the_same_rules_are_no_change(socket):
    answer = await socket.submit(await opened(socket), REASON, user="sam")
    assert answer["errors"]["windows"].startswith("Nothing here differs from ON/Toronto v1.")


async def test_of_two_admins_the_second_sees_the_firsts_change_while_typing_and_is_refused(stand):
    late = await opened(stand)
    await overtake(stand)
    late = await typed(stand, late, "windows", "Mon-Fri 09:00-12:00")
    assert "ON/Toronto v2 stands now, SMS Mon–Fri 10:00–16:00" in result(late)
    answer = await stand.submit(late, {WINDOWS: "Mon-Fri 09:00-12:00", **REASON}, user="sam")
    assert list(answer["errors"]) == ["windows"]
    assert "ON/Toronto v2 stands now, SMS Mon–Fri 10:00–16:00" in answer["errors"]["windows"]
    assert '("I was faster.")' in answer["errors"]["windows"]
    assert await count(stand.database, audit_entry) == 1


async def test_who_is_no_admin_any_more_is_refused_in_plain_words(socket):
    view = await opened(socket)
    reply = await asked(socket, "Toronto")
    await change(socket.database, member, {"role": "rep"}, user_id="U0SAM")
    answer = await socket.submit(view, {WINDOWS: "Mon 9-12", **REASON}, user="sam")
    assert "Only an admin of this workspace may change a contact policy" in answer["errors"]["windows"]
    await socket.slack.post("close", user="sam", view_id=view["id"])
    clicked = await socket.click(Action.EDIT_POLICY, user="sam", channel="leads", ts=reply["ts"])
    assert clicked["view"] is None
    assert (await socket.messages(user="sam"))[-1]["text"].startswith("Only an admin of this workspace")
    assert await count(socket.database, market_policy_version) == 0


async def test_a_policy_that_is_gone_when_the_form_is_sent_is_said_to_be_gone(socket):
    view = await opened(socket)
    await remove(socket.database, market_policy, province="ON")
    answer = await socket.submit(view, {WINDOWS: "Mon 9-12", **REASON}, user="sam")
    assert "nothing stands now, so everything is blocked" in answer["errors"]["windows"]


async def test_what_takes_too_long_goes_on_and_the_second_press_finds_it(socket):
    view = await opened(socket)
    call, acked = delivered(view, windows="Mon-Fri 09:00-12:00", reason="Slow.")
    hurried = replace(socket.program.desk, background=Impatient())
    await policies.submitted(hurried, call)
    assert acked == [{"response_action": "errors", "errors": {"windows": STILL_SAVING}}]
    await hurried.background.finish()
    again, acked = delivered(view, windows="Mon-Fri 09:00-12:00", reason="Slow.")
    await policies.submitted(socket.program.desk, again)
    assert "*ON/Toronto v2 stands now*" in words(acked[0]["view"])
    assert await count(socket.database, audit_entry) == 1
