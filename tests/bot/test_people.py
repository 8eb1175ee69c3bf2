"""Whom a command means: a mention, an id, or a name, page by page; met before they get a role."""

from dataclasses import replace

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.people import TEAM_ID
from bot.slack.people import NotAPerson, PersonUnknown, meet, person_meant
from tests.acceptance.harness.fake_slack import FakeSlack

WENDY = {"id": "U0WENDY", "name": "wendy", "real_name": "Wendy Wu", "profile": {"display_name": "Dee"}}
RAY = {"id": "U0RAY", "name": "ray", "real_name": "Ray Roy", "profile": None}


class Paged(FakeSlack):
    """A workspace whose people come one a page; `person` is who is looked up by id."""

    def __init__(self, *people, person=None):
        super().__init__()
        self.people, self.person = people, person

    def _answer(self, method, arguments):
        if method == "users.info" and self.person:
            return {"user": self.person}
        if method != "users.list":
            return super()._answer(method, arguments)
        number = int(arguments.get("cursor") or 0)
        following = str(number + 1) if number + 1 < len(self.people) else ""
        return {"members": [self.people[number]], "response_metadata": {"next_cursor": following}}


def desk(line, slack):
    return replace(line.desk, client=slack)


@pytest.mark.parametrize("words", ["<@U0RAY>", "<@U0RAY|ray>", "U0RAY"])
async def test_a_mention_and_an_id_are_taken_as_they_are(line, words):
    assert await person_meant(desk(line, slack := Paged()), words) == "U0RAY"
    assert slack.calls == []


@pytest.mark.parametrize("words", ["@ray", "Ray Roy", "RAY", "@ray roy"])
async def test_a_name_is_looked_for_page_by_page(line, words):
    slack = Paged(WENDY, RAY)
    assert await person_meant(desk(line, slack), words) == "U0RAY"
    assert len(slack.made("users.list")) == 2


async def test_a_name_in_capitals_is_no_id_and_the_name_that_people_see_counts(line):
    assert await person_meant(desk(line, Paged(RAY, WENDY)), "WENDY") == "U0WENDY"
    assert await person_meant(desk(line, Paged(RAY, WENDY)), "@dee") == "U0WENDY"


async def test_a_name_that_nobody_has_is_repeated_in_part(line):
    with pytest.raises(PersonUnknown) as unknown:
        await person_meant(desk(line, Paged(RAY)), "x" * 500)
    assert str(unknown.value).startswith(f"I find nobody called {'x' * 80} in")


async def test_a_person_is_met_once_and_is_a_rep_then(line):
    slack = Paged(person=RAY)
    await meet(desk(line, slack), TEAM_ID, "U0RAY")
    await meet(desk(line, slack), TEAM_ID, "U0RAY")
    assert (await line.desk.workspaces.find_actor(TEAM_ID, "U0RAY")).role == "rep"
    assert len(slack.made("users.info")) == 2  # looked at, then remembered


@pytest.mark.parametrize("more", [{"is_bot": True}, {"deleted": True}])
async def test_an_app_and_whoever_has_left_get_no_role(line, more):
    with pytest.raises(NotAPerson, match="Ray Roy is an app or has left"):
        await meet(desk(line, Paged(person=RAY | more)), TEAM_ID, "U0RAY")
    assert await line.desk.workspaces.find_actor(TEAM_ID, "U0RAY") is None


async def test_an_id_that_means_nobody_is_named_and_slack_being_away_is_an_error(line):
    slack = Paged()
    slack.failing["users.info"] = "user_not_found"
    with pytest.raises(PersonUnknown, match="nobody called U0GONE"):
        await meet(desk(line, slack), TEAM_ID, "U0GONE")
    slack.failing["users.info"] = "internal_error"
    with pytest.raises(SlackApiError):
        await meet(desk(line, slack), TEAM_ID, "U0GONE")
