"""A reply that only one person sees finds its place, and another one where that place is gone."""

import json
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.slack.blocks import section
from bot.slack.calls import Call
from bot.slack.replies import origin, show_in_place
from tests.acceptance.harness.fake_slack import FakeSlack
from tests.sandbox.server import free_port, serve

BLOCKS = [section("the card")]
CHANNEL, DIRECT = "chat.postEphemeral", "chat.postMessage"


@dataclass(slots=True)
class Desk:
    """What a reply works with."""

    client: FakeSlack = field(default_factory=FakeSlack)


@dataclass(slots=True)
class Hooks:
    """Where response URLs lead: what came in, and the status that is answered."""

    url: str
    status: int = 200
    came: list[dict] = field(default_factory=list)


@pytest.fixture
async def hooks():
    listener, origin_url = free_port()
    kept = Hooks(f"{origin_url}/hook")

    async def hook(request: Request) -> PlainTextResponse:
        kept.came.append(await request.json())
        return PlainTextResponse("used_url", kept.status)

    async with serve(Starlette(routes=[Route("/hook", hook, methods=["POST"])]), listener):
        yield kept


def a_call(**body):
    """A delivery of Dana's, and what it was answered with."""
    answers = []

    async def answer(*_arguments, **values):
        answers.append(values)

    return Call({"user": {"id": "U0DANA"}, **body}, answer, answer), answers


def from_form(**kept):
    return {"view": {"type": "modal", "private_metadata": json.dumps(kept)}}


OWN = {"container": {"is_ephemeral": True}, "response_url": "https://hooks.slack.test/1", "channel": {"id": "C1"}}


def test_a_click_on_a_message_of_ones_own_leads_back_to_it():
    assert origin(a_call(**OWN)[0]) == {"response_url": OWN["response_url"], "channel": "C1"}


def test_a_message_that_others_see_is_never_replaced():
    everybodys = {**OWN, "container": {"is_ephemeral": False}}
    assert origin(a_call(**everybodys)[0]) == {"response_url": "", "channel": "C1"}


def test_a_form_hands_on_the_way_back_that_it_was_given():
    call, _ = a_call(**from_form(response_url="https://hooks.slack.test/2", channel="C2", number=7))
    assert origin(call) == {"response_url": "https://hooks.slack.test/2", "channel": "C2"}


async def test_a_message_of_ones_own_that_was_clicked_is_replaced():
    desk, (call, answers) = Desk(), a_call(**OWN)
    await show_in_place(desk, call, "text", BLOCKS)
    assert answers == [{"text": "text", "blocks": BLOCKS, "replace_original": True, "response_type": "ephemeral"}]
    assert desk.client.calls == []


async def test_the_message_behind_a_form_is_replaced(hooks):
    desk, (call, _) = Desk(), a_call(**from_form(response_url=hooks.url, channel="C1"))
    await show_in_place(desk, call, "text", BLOCKS)
    (came,) = hooks.came
    assert (came["replace_original"], came["blocks"]) == (True, BLOCKS)
    assert desk.client.calls == []


async def test_where_the_way_back_is_used_up_the_reply_stands_in_the_channel(hooks):
    hooks.status = 404
    desk, (call, _) = Desk(), a_call(**from_form(response_url=hooks.url, channel="C1"))
    await show_in_place(desk, call, "text", BLOCKS)
    assert [(name, sent["channel"], sent["user"]) for name, sent in desk.client.calls] == [(CHANNEL, "C1", "U0DANA")]


async def test_where_nobody_answers_the_reply_stands_in_the_channel():
    listener, gone = free_port()
    listener.close()
    desk, (call, _) = Desk(), a_call(**from_form(response_url=f"{gone}/hook", channel="C1"))
    await show_in_place(desk, call, "text", BLOCKS)
    assert [name for name, _ in desk.client.calls] == [CHANNEL]


@pytest.mark.parametrize("kept", [{"channel": "C1"}, {"channel": ""}])
async def test_where_no_channel_takes_it_the_reply_is_a_direct_message(kept):
    desk, (call, _) = Desk(), a_call(**from_form(**kept))
    desk.client.failing[CHANNEL] = "channel_not_found"
    await show_in_place(desk, call, "text", BLOCKS)
    assert desk.client.made(DIRECT)[-1]["channel"] == "U0DANA"
