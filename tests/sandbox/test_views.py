"""Modals and the Home tab: triggers, stacks, hashes, what was typed, submissions and closing."""

import asyncio

import pytest

from tests.sandbox.server import Running
from tests.sandbox.views_made import actions, button, entry, home, modal, option, plain, section, text_input

SELECT = {
    "type": "static_select",
    "action_id": "pick",
    "options": [option("Single family", "SFR"), option("Condo", "CONDO")],
}


async def opened(running: Running, *blocks: dict, **more: object) -> tuple[dict, str]:
    """Return a modal that dana has open, and a trigger of hers that is still good."""
    answer = await running.client.views_open(trigger_id=running.trigger(), view=modal(*blocks, **more))
    return answer["view"], running.trigger(from_view=True)


async def test_a_view_gets_ids_a_hash_and_its_own_root(sandbox_server):
    view, _ = await opened(sandbox_server, private_metadata="secret", external_id="mine")
    assert view["root_view_id"] == view["id"]
    assert (view["previous_view_id"], view["private_metadata"], view["external_id"]) == (None, "secret", "mine")
    assert view["hash"]
    assert view["state"]["values"] == {"name": {"value": {"type": "plain_text_input", "value": None}}}


async def test_three_views_are_the_limit_of_a_stack(sandbox_server):
    first, trigger = await opened(sandbox_server)
    second = (await sandbox_server.client.views_push(trigger_id=trigger, view=modal()))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    again = sandbox_server.trigger(from_view=True)
    assert (await sandbox_server.client.views_open(trigger_id=again, view=modal()))["view"]["root_view_id"] == first[
        "id"
    ]
    body = {"trigger_id": sandbox_server.trigger(), "view": modal()}
    assert (await sandbox_server.api("views.push", body))["error"] == "push_limit_reached"


async def test_a_trigger_works_once_and_three_seconds(sandbox_server):
    world = sandbox_server.sandbox._world
    used = world.triggers.issue("U0DANA")
    late = world.triggers.issue("U0DANA")
    late.issued -= 3.1
    await sandbox_server.client.views_open(trigger_id=used.id, view=modal())
    errors = [
        (await sandbox_server.api("views.open", {"trigger_id": each, "view": modal()}))["error"]
        for each in (used.id, late.id, "1.2.3", "nonsense")
    ]
    assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id", "invalid_trigger_id"]


async def test_a_faulty_view_leaves_its_trigger_unused(sandbox_server):
    trigger = sandbox_server.trigger()
    answer = await sandbox_server.api("views.open", {"trigger_id": trigger, "view": modal(title=plain("t" * 25))})
    assert answer["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in answer["response_metadata"]["messages"][0]
    assert (await sandbox_server.api("views.open", {"trigger_id": trigger, "view": modal()}))["ok"]


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        ("views.open", {"view": modal()}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3"}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3", "view": "{"}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3", "view": []}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3", "view": {}}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3", "view": home()}, "invalid_arguments"),
        (
            "views.open",
            {"trigger_id": "1.2.3", "view": modal(section("x" * 3000)) | {"x": "y" * 257_000}},
            "view_too_large",
        ),
        ("views.update", {"view": modal()}, "invalid_arguments"),
        ("views.update", {"view_id": "V0", "view": modal()}, "not_found"),
        ("views.update", {"external_id": "none", "view": modal()}, "not_found"),
        ("views.publish", {"view": home()}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0NOBODY", "view": home()}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0DANA", "view": modal()}, "invalid_arguments"),
    ],
)
async def test_a_wrong_call_gets_slacks_own_error(sandbox_server, method, body, error):
    assert (await sandbox_server.api(method, body))["error"] == error


async def test_a_push_without_an_open_modal_finds_nothing(sandbox_server):
    body = {"trigger_id": sandbox_server.trigger(), "view": modal()}
    assert (await sandbox_server.api("views.push", body))["error"] == "not_found"


async def test_an_update_with_an_old_hash_conflicts(sandbox_server):
    view, _ = await opened(sandbox_server)
    body = {"view_id": view["id"], "view": modal(), "hash": view["hash"]}
    fresh = await sandbox_server.api("views.update", body)
    assert fresh["view"]["id"] == view["id"]
    assert fresh["view"]["hash"] != view["hash"]
    assert (await sandbox_server.api("views.update", body))["error"] == "hash_conflict"


async def test_an_external_id_finds_a_view_and_is_taken_once(sandbox_server):
    view, trigger = await opened(sandbox_server, external_id="mine")
    client = sandbox_server.client
    updated = await client.views_update(external_id="mine", view=modal(external_id="mine", private_metadata="2"))
    assert (updated["view"]["id"], updated["view"]["private_metadata"]) == (view["id"], "2")
    body = {"trigger_id": trigger, "view": modal(external_id="mine")}
    assert (await sandbox_server.api("views.push", body))["error"] == "duplicate_external_id"


async def test_blocks_are_validated_without_being_shown(sandbox_server):
    client = sandbox_server.client
    assert (await client.blocks_validate(blocks=[section()]))["ok"]
    assert (await client.blocks_validate(view=modal()))["ok"]
    assert (await client.blocks_validate(message={"text": "x"}))["ok"]
    faulty = await sandbox_server.api("blocks.validate", {"blocks": [{"type": "nonsense"}]})
    assert (faulty["error"], faulty["errors"][0]["code"]) == ("invalid_blocks", "failed_constraint")
    wrong = [{}, {"blocks": [], "view": {}}, {"blocks": {}}, {"view": "{"}]
    errors = [(await sandbox_server.api("blocks.validate", body))["error"] for body in wrong]
    assert errors == ["invalid_arguments"] * 4


async def test_a_submission_brings_what_was_entered_by_label_or_by_id(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.view("lead")
    async def save(ack, view):
        seen.append(view["state"]["values"])
        await ack()

    await sandbox_server.connect(app)
    blocks = (text_input("name", "Name"), text_input("note", "Note", optional=True), entry("type", "Type", SELECT))
    view, _ = await opened(sandbox_server, *blocks)
    answer = await sandbox_server.post(
        "submit",
        user="dana",
        view_id=view["id"],
        fields={"Type": "Condo", "Note (optional)": "n"},
        values={"name": {"value": "John"}},
    )
    assert answer | {"ack_ms": 0} == {"ok": True, "ack_ms": 0, "errors": {}, "view": None}
    assert seen[0]["name"]["value"] == {"type": "plain_text_input", "value": "John"}
    assert seen[0]["note"]["value"]["value"] == "n"
    assert seen[0]["type"]["pick"] == {"type": "static_select", "selected_option": option("Condo", "CONDO")}


async def test_required_fields_are_missed_before_the_bot_is_asked(sandbox_server):
    view, _ = await opened(sandbox_server, text_input("name", "Name"), text_input("note", "Note", optional=True))
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Note": "kept"})
    assert answer["errors"] == {"name": "Please complete this required field."}
    assert answer["view"]["state"]["values"]["note"]["value"]["value"] == "kept"
    assert [each for each in await sandbox_server.get("traffic") if each["type"] == "view_submission"] == []


async def answering(running: Running, **response: object) -> dict:
    """Return a modal of dana's whose submission the bot answers with `response`."""
    app = running.bolt()

    @app.view("lead")
    async def save(ack):
        await ack(**response)

    await running.connect(app)
    view, _ = await opened(running)
    return view


async def test_field_errors_keep_the_modal_open_with_what_was_typed(sandbox_server):
    view = await answering(sandbox_server, response_action="errors", errors={"name": "Too short"})
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "J"})
    assert (answer["ok"], answer["errors"]) == (False, {"name": "Too short"})
    assert answer["view"]["state"]["values"]["name"]["value"]["value"] == "J"


async def test_an_update_in_the_acknowledgement_changes_the_view(sandbox_server):
    view = await answering(sandbox_server, response_action="update", view=modal(section("Saved"), callback_id="done"))
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "J"})
    assert (answer["view"]["id"], answer["view"]["callback_id"]) == (view["id"], "done")


async def test_a_push_in_the_acknowledgement_puts_a_view_on_top_and_closing_it_shows_the_first(sandbox_server):
    view = await answering(sandbox_server, response_action="push", view=modal(callback_id="second"))
    pushed = (await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "J"}))["view"]
    assert (pushed["callback_id"], pushed["previous_view_id"]) == ("second", view["id"])
    closed = await sandbox_server.post("close", user="dana", view_id=pushed["id"])
    assert closed["view"]["id"] == view["id"]


async def test_clear_closes_the_whole_stack(sandbox_server):
    view = await answering(sandbox_server, response_action="clear")
    trigger = sandbox_server.trigger()
    second = (await sandbox_server.client.views_push(trigger_id=trigger, view=modal()))["view"]
    assert second["previous_view_id"] == view["id"]
    answer = await sandbox_server.post("submit", user="dana", view_id=second["id"], fields={"Name": "J"})
    assert (answer["ok"], answer["view"]) == (True, None)


@pytest.mark.parametrize(
    "response",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": modal(title=plain("t" * 25))},
        {"response_action": "push"},
        {"response_action": "explode"},
    ],
)
async def test_an_answer_that_slack_would_not_understand_leaves_the_modal_open(sandbox_server, response):
    view = await answering(sandbox_server, **response)
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "J"})
    assert (answer["ok"], answer["error"], answer["view"]["id"]) == (False, "invalid_answer", view["id"])
    assert answer["message"].startswith("We had some trouble connecting.")


async def test_a_silent_bot_leaves_the_modal_open_with_what_was_typed(sandbox_server):
    view, _ = await opened(sandbox_server)
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "John"})
    assert (answer["ok"], answer["error"], answer["errors"]) == (False, "no_ack", {})
    assert (await sandbox_server.get("view", user="dana"))["state"]["values"]["name"]["value"]["value"] == "John"


async def test_what_was_typed_survives_an_update_where_the_input_stays(sandbox_server):
    blocks = (text_input("name", "Name"), actions({**SELECT, "action_id": "type"}))
    view, _ = await opened(sandbox_server, *blocks)
    app = sandbox_server.bolt()

    @app.action("type")
    async def chosen(ack, body, client):
        await client.views_update(view_id=body["view"]["id"], view=modal(*blocks, section("more")))
        await ack()

    await sandbox_server.connect(app)
    typed = {"name": {"value": "John"}}
    answer = await sandbox_server.post(
        "click", user="dana", view_id=view["id"], action_id="type", value="SFR", values=typed
    )
    values = answer["view"]["state"]["values"]
    assert values["name"]["value"]["value"] == "John"
    assert values["row"]["type"]["selected_option"]["value"] == "SFR"
    assert len(answer["view"]["blocks"]) == 3


async def test_closing_is_told_to_a_bot_that_asked(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.view_closed("lead")
    async def closed(ack, body):
        seen.append((body["type"], body["is_cleared"], body["view"]["private_metadata"]))
        await ack()

    await sandbox_server.connect(app)
    view, trigger = await opened(sandbox_server, notify_on_close=True, private_metadata="1")
    second = modal(notify_on_close=True, private_metadata="2")
    top = (await sandbox_server.client.views_push(trigger_id=trigger, view=second))["view"]
    assert (await sandbox_server.post("close", user="dana", view_id=top["id"], all=True))["view"] is None
    assert seen == [("view_closed", True, "2"), ("view_closed", True, "1")]
    view, _ = await opened(sandbox_server, notify_on_close=True, private_metadata="3")
    await sandbox_server.post("close", user="dana", view_id=view["id"])
    assert seen[-1] == ("view_closed", False, "3")


async def test_clear_on_close_closes_all(sandbox_server):
    _, trigger = await opened(sandbox_server)
    top = (await sandbox_server.client.views_push(trigger_id=trigger, view=modal(clear_on_close=True)))["view"]
    assert (await sandbox_server.post("close", user="dana", view_id=top["id"]))["view"] is None


async def test_a_response_url_comes_with_the_conversation_that_asks_for_one(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.view("lead")
    async def save(ack, body):
        seen.extend(body["response_urls"])
        await ack()

    await sandbox_server.connect(app)
    element = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    view, _ = await opened(sandbox_server, entry("place", "Where", element))
    await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Where": "#kpi"})
    assert (seen[0]["channel_id"], seen[0]["block_id"], seen[0]["action_id"]) == ("C0KPI", "place", "where")
    async with sandbox_server.http.post(seen[0]["response_url"], json={"text": "hi"}) as response:
        assert response.status == 200
    assert [row["text"] for row in await sandbox_server.get("messages", channel="kpi", user="dana")] == ["hi"]


async def test_the_home_tab_is_published_when_it_is_first_looked_at(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("app_home_opened")
    async def opened_home(event, client):
        seen.append((event["user"], event["tab"], event["channel"], "view" in event))
        await client.views_publish(user_id=event["user"], view=home())

    await sandbox_server.connect(app)
    view = await sandbox_server.get("home", user="dana")
    assert (view["type"], view["blocks"][0]["text"]["text"]) == ("home", "Welcome")
    await sandbox_server.get("home", user="dana")
    assert seen == [("U0DANA", "home", "D0DANA", False)]
    assert (await sandbox_server.post("home_opened", user="dana"))["ok"]
    assert seen[1:] == [("U0DANA", "home", "D0DANA", True)]


async def test_an_empty_home_tab_is_null(sandbox_server):
    assert await sandbox_server.get("home", user="dana") is None


async def test_publishing_again_updates_the_same_view_and_checks_the_hash(sandbox_server):
    client = sandbox_server.client
    first = (await client.views_publish(user_id="U0DANA", view=home()))["view"]
    second = (await client.views_publish(user_id="U0DANA", view=home(section("two")), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    body = {"user_id": "U0DANA", "view": home(), "hash": first["hash"]}
    assert (await sandbox_server.api("views.publish", body))["error"] == "hash_conflict"
    body = {"view_id": first["id"], "view": home(section("three"))}
    assert (await sandbox_server.api("views.update", body))["view"]["blocks"][0]["text"]["text"] == "three"


async def test_a_button_on_the_home_tab_opens_a_modal(sandbox_server):
    app = sandbox_server.bolt(answers_last=False)

    @app.action("new")
    async def new(ack, body, client):
        await ack()
        await asyncio.sleep(0.02)
        assert body["container"]["type"] == "view"
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    await sandbox_server.connect(app)
    await sandbox_server.client.views_publish(user_id="U0DANA", view=home(actions(button("new"))))
    answer = await sandbox_server.post("click", user="dana", view_id="home", action_id="new")
    assert answer["view"]["callback_id"] == "lead"
