"""Clicks in messages: the payload, ephemeral messages, selects, external options, answers by response_url."""

import pytest

from tests.sandbox.server import Running
from tests.sandbox.views_made import actions, button, entry, modal, option, section, text_input

METADATA = {"event_type": "lead", "event_payload": {"lead_id": 7}}


async def clicked(running: Running, *blocks: dict, user: str = "dana", **body: object) -> dict:
    """Post blocks, click in them, and return the payload that the bot got."""
    seen = []
    app = running.bolt()

    @app.action({"action_id": str(body["action_id"])})
    async def handle(ack, body, respond):
        seen.append(body)
        await respond("Done")
        await ack()

    await running.connect(app)
    ts = (await running.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks, metadata=METADATA))["ts"]
    answer = await running.post("click", user=user, channel="leads", ts=ts, **body)
    assert answer["ok"], answer
    return seen[0]


async def test_a_button_brings_its_value_its_message_and_a_trigger(sandbox_server):
    payload = await clicked(sandbox_server, actions(button("approve", style="primary")), action_id="approve")
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"], action["style"]) == (
        "approve",
        "row",
        "7",
        "primary",
    )
    assert action["action_ts"]
    assert payload["message"]["metadata"] == METADATA
    assert payload["container"] == {
        "type": "message",
        "message_ts": payload["message"]["ts"],
        "channel_id": "C0LEADS",
        "is_ephemeral": False,
    }
    assert (payload["channel"], payload["user"]["id"]) == ({"id": "C0LEADS", "name": "leads"}, "U0DANA")
    assert {"trigger_id", "response_url", "state", "team", "api_app_id"} <= set(payload)


STATIC = {"type": "static_select", "options": [option("One", "1"), option("Two", "2")]}


@pytest.mark.parametrize(
    ("element", "value", "key", "expected"),
    [
        (STATIC, "Two", "selected_option", option("Two", "2")),
        (STATIC, "1", "selected_option", option("One", "1")),
        (STATIC | {"type": "overflow"}, "2", "selected_option", option("Two", "2")),
        (STATIC | {"type": "radio_buttons"}, "2", "selected_option", option("Two", "2")),
        (STATIC | {"type": "checkboxes"}, ["1", "2"], "selected_options", STATIC["options"]),
        (STATIC | {"type": "multi_static_select"}, [], "selected_options", []),
        ({"type": "datepicker"}, "2026-11-24", "selected_date", "2026-11-24"),
        ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
        ({"type": "datetimepicker"}, "1764000000", "selected_date_time", 1764000000),
        ({"type": "users_select"}, "@lee", "selected_user", "U0LEE"),
        ({"type": "channels_select"}, "#kpi", "selected_channel", "C0KPI"),
        ({"type": "conversations_select"}, None, "selected_conversation", None),
        ({"type": "multi_users_select"}, ["dana", "U0SAM"], "selected_users", ["U0DANA", "U0SAM"]),
    ],
)
async def test_an_element_brings_what_was_chosen(sandbox_server, element, value, key, expected):
    placed = actions({**element, "action_id": "pick"})
    if element["type"].startswith("multi_"):
        placed = {**section(), "block_id": "row", "accessory": {**element, "action_id": "pick"}}
    payload = await clicked(sandbox_server, placed, action_id="pick", value=value)
    assert payload["actions"][0][key] == expected
    if element["type"] != "overflow":
        assert payload["state"]["values"]["row"]["pick"][key] == expected


@pytest.mark.parametrize(
    ("element", "value", "error"),
    [
        (STATIC, "Three", "unknown_option"),
        ({"type": "datepicker"}, "24 Nov", "invalid_value"),
        ({"type": "timepicker"}, "25:00", "invalid_value"),
        ({"type": "datetimepicker"}, "soon", "invalid_value"),
        ({"type": "users_select"}, "nobody", "invalid_value"),
        ({"type": "channels_select"}, "#none", "invalid_value"),
    ],
)
async def test_what_cannot_be_chosen_is_refused(sandbox_server, element, value, error):
    blocks = [actions({**element, "action_id": "pick"})]
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks))["ts"]
    answer = await sandbox_server.post("click", user="dana", channel="leads", ts=ts, action_id="pick", value=value)
    assert answer["error"] == error


async def test_a_click_in_an_ephemeral_message_brings_no_message_and_can_replace_it(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.action("go")
    async def go(ack, body, respond):
        seen.append(body)
        await respond("Replaced", replace_original=True)
        await ack()

    await sandbox_server.connect(app)
    ts = (
        await sandbox_server.client.chat_postEphemeral(
            channel="C0LEADS", user="U0DANA", text="x", blocks=[actions(button("go"))]
        )
    )["message_ts"]
    refused = await sandbox_server.post("click", user="lee", channel="leads", ts=ts, action_id="go")
    assert refused["error"] == "message_not_found"
    await sandbox_server.post("click", user="dana", channel="leads", ts=ts, action_id="go")
    assert "message" not in seen[0]
    assert seen[0]["container"]["is_ephemeral"]
    rows = await sandbox_server.get("messages", channel="leads", user="dana")
    assert [(row["ts"], row["text"], row["blocks"], row["edited"]) for row in rows] == [(ts, "Replaced", [], True)]


async def test_a_response_may_delete_the_original(sandbox_server):
    app = sandbox_server.bolt()

    @app.action("go")
    async def go(ack, respond):
        await respond(delete_original=True)
        again = await respond("x", replace_original=True)
        assert again.status_code == 400
        await ack()

    await sandbox_server.connect(app)
    blocks = [actions(button("go"))]
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks))["ts"]
    assert (await sandbox_server.post("click", user="dana", channel="leads", ts=ts, action_id="go"))["ok"]
    assert await sandbox_server.get("messages", channel="leads", user="dana") == []


async def test_a_click_in_a_thread_names_the_thread(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.action("go")
    async def go(ack, body):
        seen.append(body["container"]["thread_ts"])
        await ack()

    await sandbox_server.connect(app)
    parent = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="p"))["ts"]
    reply = await sandbox_server.client.chat_postMessage(
        channel="C0LEADS", text="r", thread_ts=parent, blocks=[actions(button("go"))]
    )
    await sandbox_server.post("click", user="dana", channel="leads", ts=reply["ts"], action_id="go")
    assert seen == [parent]


async def test_a_click_on_what_is_not_there_says_what_is(sandbox_server):
    blocks = [actions(button("go")), entry("d", "Date", {"type": "datepicker", "action_id": "when"})]
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks))["ts"]
    place = {"user": "dana", "channel": "leads", "ts": ts}
    wrong = await sandbox_server.post("click", **place, action_id="stop")
    assert (wrong["error"], "go, when" in wrong["message"]) == ("action_not_found", True)
    assert (await sandbox_server.post("click", **place, action_id="go", block_id="x"))["error"] == "action_not_found"
    assert (await sandbox_server.post("click", **place, action_id="when"))["error"] == "not_interactive"
    assert (await sandbox_server.post("click", user="dana", view_id="home", action_id="x"))["error"] == "view_not_found"
    assert (await sandbox_server.post("click", user="dana", view_id="V0", action_id="x"))["error"] == "view_not_found"
    silent = await sandbox_server.post("click", **place, action_id="go")
    assert (silent["ok"], silent["error"], silent["view"]) == (False, "no_ack", None)


async def test_a_select_without_a_value_is_refused(sandbox_server):
    blocks = [actions({**STATIC, "action_id": "pick"})]
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks))["ts"]
    answer = await sandbox_server.post("click", user="dana", channel="leads", ts=ts, action_id="pick")
    assert answer["error"] == "missing_field"


async def test_external_options_are_asked_for_and_keep_their_texts(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.options("lead")
    async def leads(ack, body):
        seen.append((body["value"], body["container"]["type"]))
        await ack(options=[option("L-7 John", "7")])

    @app.view("lead")
    async def save(ack, view):
        seen.append(view["state"]["values"]["who"]["lead"]["selected_option"])
        await ack()

    await sandbox_server.connect(app)
    element = {"type": "external_select", "action_id": "lead", "min_query_length": 0}
    trigger = sandbox_server.trigger()
    view = (await sandbox_server.client.views_open(trigger_id=trigger, view=modal(entry("who", "Lead", element))))[
        "view"
    ]
    found = await sandbox_server.post("options", user="dana", view_id=view["id"], action_id="lead", value="jo")
    assert found["options"] == [option("L-7 John", "7")]
    assert (await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Lead": "7"}))["ok"]
    assert seen == [("jo", "view"), option("L-7 John", "7")]


async def test_options_of_a_message_are_asked_for_and_others_are_refused(sandbox_server):
    app = sandbox_server.bolt()

    @app.options("lead")
    async def leads(ack):
        group = {"label": {"type": "plain_text", "text": "Leads"}, "options": [option("L-7", "7")]}
        await ack(option_groups=[group])

    blocks = [actions({"type": "external_select", "action_id": "lead"}, button("go"))]
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=blocks))["ts"]
    place = {"user": "dana", "channel": "leads", "ts": ts}
    silent = await sandbox_server.post("options", **place, action_id="lead")
    assert (silent["ok"], silent["options"]) == (False, [])
    await sandbox_server.connect(app)
    assert (await sandbox_server.post("options", **place, action_id="lead"))["options"] == [option("L-7", "7")]
    assert (await sandbox_server.post("options", **place, action_id="go"))["error"] == "not_external"


async def test_an_input_that_dispatches_brings_its_text(sandbox_server):
    block = text_input("name", "Name") | {"dispatch_action": True}
    payload = await clicked(sandbox_server, block, action_id="value", value="John")
    assert (payload["actions"][0]["value"], payload["actions"][0]["type"]) == ("John", "plain_text_input")
