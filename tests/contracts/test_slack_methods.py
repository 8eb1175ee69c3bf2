"""The sandbox's Web API answers as Slack's published contracts say: required arguments, required outputs, named errors."""

import json

import httpx
import pytest
import yaml
from jsonschema import Draft7Validator
from starlette.applications import Starlette
from starlette.routing import Route

from bot.clock import MovableClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.people import PEOPLE
from bot.sandbox.socket import SocketHub
from bot.sandbox.webapi import METHODS, WebApi
from bot.sandbox.world import World
from tests.contracts.slack_api import ROOT, contract, slack_api

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*L-7*"}}]
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "New lead"}, "blocks": BLOCKS}
HOME = {"type": "home", "blocks": BLOCKS}

TS, TRIGGER, NESTED, VIEW, MAIL = "<ts>", "<trigger>", "<nested trigger>", "<view>", "<mail>"
"""Stand-ins in the table below for what a prepared world holds."""

CALLS = {
    "api.test": {},
    "apps.connections.open": {},
    "auth.test": {},
    "blocks.validate": {"blocks": BLOCKS},
    "chat.delete": {"channel": "C0LEADS", "ts": TS},
    "chat.getPermalink": {"channel": "C0LEADS", "message_ts": TS},
    "chat.postEphemeral": {"channel": "C0LEADS", "user": "U0DANA", "text": "x"},
    "chat.postMessage": {"channel": "C0LEADS", "text": "x", "blocks": BLOCKS},
    "chat.update": {"channel": "C0LEADS", "ts": TS, "text": "y"},
    "conversations.history": {"channel": "C0LEADS"},
    "conversations.info": {"channel": "C0LEADS"},
    "conversations.join": {"channel": "C0LEADS"},
    "conversations.list": {},
    "conversations.members": {"channel": "C0LEADS"},
    "conversations.open": {"users": "U0DANA"},
    "conversations.replies": {"channel": "C0LEADS", "ts": TS},
    "reactions.add": {"channel": "C0LEADS", "timestamp": TS, "name": "eyes"},
    "team.info": {},
    "users.info": {"user": "U0DANA"},
    "users.list": {},
    "users.lookupByEmail": {"email": MAIL},
    "views.open": {"trigger_id": TRIGGER, "view": MODAL},
    "views.publish": {"user_id": "U0DANA", "view": HOME},
    "views.push": {"trigger_id": NESTED, "view": MODAL},
    "views.update": {"view_id": VIEW, "view": MODAL},
}
COMMON_ERRORS = {"invalid_arguments"}
"""What Slack may answer to any call, whether the method's own contract lists it or not."""

WITHOUT_TOKEN = ("api.test", "blocks.validate")
"""Methods that Slack answers without a token."""


def required_arguments():
    """Return every (method, argument) that a contract requires, the token aside; a lone mark where no contract is at hand."""
    if slack_api() is None:
        return [("chat.postMessage", "channel")]
    pairs = [(method, contract(f"methods/{method}.json")["args"].get("required") or []) for method in CALLS]
    return [(method, name) for method, names in pairs for name in names if name != "token"]


class Slack:
    """A world with one message and one open modal, and a client that calls its Web API."""

    def __init__(self, client, world):
        self._client = client
        self._known = {
            TS: world.post_as_bot("C0LEADS", text="Card").ts,
            VIEW: world.views.open("U0LEE", MODAL).id,
            TRIGGER: world.triggers.issue("U0DANA").id,
            NESTED: world.triggers.issue("U0LEE", from_view=True).id,
            MAIL: PEOPLE[0].email,
        }

    async def call(self, method, arguments, token="xoxb-sandbox"):
        """Call the method with a form, as the clients do, and return the answer."""
        filled = {
            name: self._known.get(value) or value if isinstance(value, str) else value
            for name, value in arguments.items()
        }
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in filled.items()}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self._client.post(f"/api/{method}", data=form, headers=headers)
        return answer.json()


@pytest.fixture
async def slack():
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    world = World(SandboxConfig("http://127.0.0.1", manifest), MovableClock())
    door = WebApi(world, SocketHub("http://127.0.0.1", world.live, world.faults))
    app = Starlette(routes=[Route("/api/{method}", door.__call__, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield Slack(client, world)


def token_for(method):
    return "xapp-sandbox" if method == "apps.connections.open" else "xoxb-sandbox"


def output_faults(schema, answer):
    """Return where the answer leaves the contract's output; references to Slack's own object schemas are not followed."""
    loose = json.loads(json.dumps(schema).replace('"oneOf"', '"anyOf"'))
    return [f"{list(fault.path)}: {fault.message}" for fault in Draft7Validator(loose).iter_errors(answer)]


def test_every_method_of_the_sandbox_is_in_the_table():
    assert set(CALLS) == {*METHODS, "apps.connections.open"}


def test_every_method_of_the_sandbox_has_a_contract():
    folder = slack_api()
    if folder is None:
        pytest.skip("Slack's contracts are not on this machine; set VALHALLA_SLACK_API to their folder")
    assert [method for method in CALLS if not (folder / f"methods/{method}.json").is_file()] == []


@pytest.mark.parametrize("method", CALLS)
async def test_a_full_call_is_answered_with_the_required_outputs(slack, method):
    schema = contract(f"methods/{method}.json").get("output") or {}
    answer = await slack.call(method, CALLS[method], token_for(method))
    assert answer.get("ok") is True, answer
    assert output_faults(schema, answer) == []


@pytest.mark.parametrize(("method", "name"), required_arguments())
async def test_a_call_without_a_required_argument_is_refused_in_slacks_words(slack, method, name):
    known = {*contract(f"methods/{method}.json")["errors"], *COMMON_ERRORS}
    arguments = {other: value for other, value in CALLS[method].items() if other != name}
    answer = await slack.call(method, arguments, token_for(method))
    assert answer["ok"] is False
    assert answer["error"] in known


@pytest.mark.parametrize("method", [name for name in CALLS if name not in WITHOUT_TOKEN])
async def test_a_call_without_a_token_or_with_a_wrong_one_is_refused(slack, method):
    assert (await slack.call(method, CALLS[method], None))["error"] == "not_authed"
    assert (await slack.call(method, CALLS[method], "xoxb-wrong"))["error"] == "invalid_auth"


@pytest.mark.parametrize("method", WITHOUT_TOKEN)
async def test_a_call_that_needs_no_token_is_answered_without(slack, method):
    assert (await slack.call(method, CALLS[method], None))["ok"] is True


async def test_the_wrong_kind_of_token_is_refused(slack):
    assert (await slack.call("apps.connections.open", {}, "xoxb-sandbox"))["error"] == "not_allowed_token_type"
    assert (await slack.call("chat.postMessage", {"channel": "C0LEADS"}, "xapp-sandbox"))[
        "error"
    ] == "not_allowed_token_type"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0LEADS"}, "no_text"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.update", {"channel": "C0LEADS", "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "C0LEADS", "ts": "1.000001"}, "message_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
        ("views.open", {"trigger_id": "1.2.x", "view": MODAL}, "invalid_trigger_id"),
        ("conversations.replies", {"channel": "C0LEADS", "ts": "1.000001"}, "thread_not_found"),
        ("blocks.validate", {"blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("blocks.validate", {"view": {"type": "modal"}}, "invalid_view"),
        ("blocks.validate", {"message": {}}, "invalid_message"),
        ("blocks.validate", {}, "invalid_arguments"),
    ],
)
async def test_a_wrong_call_is_refused_with_an_error_of_its_contract(slack, method, arguments, error):
    answer = await slack.call(method, arguments)
    assert answer["error"] == error
    assert error in {*contract(f"methods/{method}.json")["errors"], *COMMON_ERRORS}


async def test_a_method_nobody_knows_is_said_to_be_unknown(slack):
    assert (await slack.call("chat.shout", {}))["error"] == "unknown_method"


def test_the_comparison_with_a_contract_can_fail():
    schema = {"type": "object", "required": ["ts"], "properties": {"ts": {"schema": "ts"}, "n": {"type": "integer"}}}
    assert output_faults(schema, {"ok": True, "n": "1"}) == [
        "[]: 'ts' is a required property",
        "['n']: '1' is not of type 'integer'",
    ]
