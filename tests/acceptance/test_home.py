"""Home through the whole bot: what needs whom, all of it behind one button, and the way from there to the work."""

from bot.slack.ids import Action
from tests.acceptance.harness.texts import action_ids, element, words

OPEN = "2026-11-25T17:00:00Z"
"""Wednesday 12:00 in Toronto."""
AGREED = {"How may we contact them?": "They contacted us first"}


async def home_of(stand, user):
    """Home as somebody sees it who looks now."""
    await stand.slack.post("home_opened", user=user)
    await stand.settle()
    return await stand.slack.get("home", user=user)


async def test_a_reps_follow_ups_are_all_behind_one_button_and_lead_to_their_cards(socket):
    await socket.slack.post("clock", to=OPEN)
    for number in range(8):
        await socket.capture(**{"Seller's name": f"Seller {number}", "Phone": f"416-555-01{number:02}"})
    await socket.leave()
    first = await home_of(socket, "dana")
    assert action_ids(first).count(Action.SHOW_TASK) == 7 + 3  # what is due, and what comes up
    await socket.click(f"{Action.HOME_PAGE}:all", user="dana", view_id="home")
    everything = await socket.slack.get("home", user="dana")
    assert action_ids(everything).count(Action.SHOW_TASK) == 8
    assert "*Seller 7*, step 1: *due now*, Wed 25 Nov 12:00 their time" in words(everything)
    await socket.click(f"{Action.HOME_PAGE}:back", user="dana", view_id="home")
    assert "Needs you now" in words(await socket.slack.get("home", user="dana"))
    task_id = element(first, Action.SHOW_TASK)["value"]
    opened = await socket.click(Action.SHOW_TASK, user="dana", view_id="home", block_id=f"step_{task_id}")
    assert "step 1 of 6" in words(opened["view"])


async def test_an_approver_is_shown_what_waits_for_their_yes_and_a_rep_is_not(socket):
    await socket.slack.post("clock", to=OPEN)
    await socket.capture(**AGREED)
    await socket.leave()
    home = await home_of(socket, "lee")
    assert "*Text to L-1 John Smith*\nasked by a follow-up" in words(home)
    assert Action.SHOW_APPROVAL not in action_ids(await home_of(socket, "dana"))
    await socket.click(Action.SHOW_APPROVAL, user="lee", view_id="home")
    said = await socket.messages("D0LEE", user="lee")
    assert "Maple Homes" in words(said[-1])


async def test_a_lead_without_a_next_action_is_named_with_what_is_missing(socket):
    await socket.capture(**{"Phone": None, "Property address": None})
    home = await home_of(socket, "dana")
    assert "*Leads without a next action*" in words(home)
    assert "*L-1* John Smith · new: complete the address, and its follow-ups are planned" in words(home)
