"""What a person does to what the bot shows: click, fill in, submit, close."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.content import checked_view
from bot.sandbox.courier import Delivery, Receipt
from bot.sandbox.driver import Desk, find_message, no_ack, top_view
from bot.sandbox.elements import Block, Element, State, actionable, complaints, full_state, state_value
from bot.sandbox.entries import with_fields, with_options, with_values
from bot.sandbox.errors import DriverError, SlackError
from bot.sandbox.messages import Message
from bot.sandbox.payloads import Clicked
from bot.sandbox.people import Person
from bot.sandbox.views import View

SETTLE_SECONDS = 0.5
"""How long a closed form is followed by what the bot posts for it, so that a script finds it when it looks."""

_TROUBLE = "We had some trouble connecting. The bot's answer was not understood"


async def submit(desk: Desk, asked: Asked) -> Json:
    """Fill in and submit the modal on top; what was typed stays there unless the bot takes it."""
    person = asked.person()
    view = _top(desk, person, asked.text("view_id"))
    if not view.body.get("submit"):
        raise DriverError("no_submit", "This modal has no submit button.")
    view = desk.world.views.type_in(view, _entered(desk, view, asked))
    errors = complaints(view.blocks, full_state(view.blocks, view.typed))
    if errors:
        return {"ok": False, "errors": errors, "view": view.to_json()}
    with desk.world.live.watch(person.id) as watch:
        receipt = await desk.courier.deliver(payloads.view_submission(desk.world, person, view))
        if not receipt.ok:
            return no_ack(desk, receipt) | {"errors": {}, "view": top_view(desk, person)}
        answer = _after_submit(desk, person, view, receipt)
        if answer["ok"]:
            await watch.wait(min(SETTLE_SECONDS, desk.world.config.show_seconds))
    return answer


async def close(desk: Desk, asked: Asked) -> Json:
    """Close a modal with its Cancel button, or the whole stack with the X (`all`: true)."""
    person = asked.person()
    view = _top(desk, person, asked.text("view_id"))
    views = desk.world.views
    is_cleared = bool(asked.fields.get("all")) or view.asks("clear_on_close")
    closed: Sequence[View] = (view,)
    if is_cleared:
        closed = views.close_all(person.id)
    else:
        views.close(view)
    for each in closed:
        if each.asks("notify_on_close"):
            await desk.courier.deliver(payloads.view_closed(desk.world, person, each, is_cleared=is_cleared))
    return {"ok": True, "view": top_view(desk, person)}


async def click(desk: Desk, asked: Asked) -> Json:
    """Use a button, a select or another element in a message, a modal or on the Home tab."""
    person = asked.person()
    make = _view_click if asked.has("view_id") else _message_click
    delivery = make(desk, asked, person)
    with desk.world.live.watch(person.id) as watch:
        receipt = await desk.courier.deliver(delivery)
        if not receipt.ok:
            return no_ack(desk, receipt) | {"view": top_view(desk, person)}
        await watch.wait(desk.world.config.show_seconds)
    return {"ok": True, "ack_ms": receipt.ack_ms, "view": top_view(desk, person)}


async def options(desk: Desk, asked: Asked) -> Json:
    """Ask the bot for an external select's options, as Slack does while a person types."""
    person = asked.person()
    holder: View | Message = (
        _any_view(desk, asked, person) if asked.has("view_id") else find_message(desk, asked, person)
    )
    block, element = _element(holder.blocks, asked)
    if "external" not in element["type"]:
        raise DriverError("not_external", f"The options of {element['action_id']!r} are in the blocks already.")
    place: Json = {"value": asked.maybe("value") or ""}
    if isinstance(holder, View):
        place |= {"container": {"type": "view", "view_id": holder.id}, "view": holder.to_json()}
    else:
        container = {"type": "message", "message_ts": holder.ts, "channel_id": holder.channel}
        place |= {"container": container, "message": desk.world.wire(holder)}
    receipt = await desk.courier.deliver(payloads.options_request(desk.world, person, element, block, place))
    if not receipt.ok:
        return no_ack(desk, receipt) | {"options": []}
    answer = receipt.answer if isinstance(receipt.answer, Mapping) else {}
    found = [*(answer.get("options") or ()), *_grouped(answer)]
    desk.world.suggested[element["action_id"]] = found
    return {"ok": True, "options": found, "option_groups": answer.get("option_groups") or []}


def _grouped(answer: Mapping[str, Any]) -> list[Json]:
    return [option for group in answer.get("option_groups") or () for option in group["options"]]


def _after_submit(desk: Desk, person: Person, view: View, receipt: Receipt) -> Json:
    answer = receipt.answer if isinstance(receipt.answer, Mapping) else {}
    errors = answer.get("errors") if answer.get("response_action") == "errors" else None
    try:
        if errors is not None:
            shown = _field_errors(view, errors)
            return {"ok": False, "ack_ms": receipt.ack_ms, "errors": shown, "view": top_view(desk, person)}
        _respond(desk, view, answer)
    except SlackError as error:
        details = "; ".join(error.more.get("response_metadata", {}).get("messages", [error.code]))
        failure = {"error": "invalid_answer", "message": f"{_TROUBLE}: {details}"}
        return {"ok": False, "errors": {}, **failure, "view": top_view(desk, person)}
    return {"ok": True, "ack_ms": receipt.ack_ms, "errors": {}, "view": top_view(desk, person)}


def _respond(desk: Desk, view: View, answer: Mapping[str, Any]) -> None:
    views = desk.world.views
    current = views.find(view.id)
    match answer.get("response_action"):
        case None:
            if current is not None:
                views.close(current)
        case "clear":
            views.close_all(view.user_id)
        case "update":
            views.update(current or view, checked_view(answer.get("view") or {}))
        case "push":
            views.push(view.user_id, checked_view(answer.get("view") or {}))
        case other:
            raise SlackError("invalid_arguments", f"unknown response_action: {other}")


def _field_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, Mapping) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_arguments", f"errors must name input blocks, there are {', '.join(sorted(inputs))}")
    return {str(block_id): str(text) for block_id, text in errors.items()}


def _top(desk: Desk, person: Person, view_id: str) -> View:
    view = desk.world.views.top(person.id)
    if view is None or view.id != view_id:
        now = f"the one on top is {view.id}" if view else "none is open"
        raise DriverError("view_not_found", f"{person.name} has no modal {view_id} on top: {now}.")
    return view


def _any_view(desk: Desk, asked: Asked, person: Person) -> View:
    view_id = asked.text("view_id")
    view = desk.world.views.home(person.id)
    if view is not None and view_id in ("home", view.id):
        return view
    if view_id == "home":
        raise DriverError("view_not_found", f"The Home tab of {person.name} is empty: open it first.")
    return _top(desk, person, view_id)


def _entered(desk: Desk, view: View, asked: Asked) -> State:
    suggested = desk.world.suggested
    state = with_values(view.blocks, view.typed, asked.table("values"), suggested)
    return with_fields(view.blocks, state, asked.table("fields"), suggested)


def _view_click(desk: Desk, asked: Asked, person: Person) -> Delivery:
    view = _any_view(desk, asked, person)
    clicked = _clicked(desk, view.blocks, asked)
    state = with_values(view.blocks, view.typed, asked.table("values"), desk.world.suggested)
    view = desk.world.views.type_in(view, _with_click(state, clicked))
    return payloads.view_click(desk.world, person, view, clicked)


def _message_click(desk: Desk, asked: Asked, person: Person) -> Delivery:
    message = find_message(desk, asked, person)
    clicked = _clicked(desk, message.blocks, asked)
    state = with_values(message.blocks, {}, asked.table("values"))
    return payloads.message_click(desk.world, person, message, clicked, _with_click(state, clicked))


def _with_click(state: State, clicked: Clicked) -> State:
    if clicked.value is None or clicked.element["type"] == "overflow":
        return state
    block_id, action_id = clicked.block["block_id"], clicked.element["action_id"]
    return {**state, block_id: {**state.get(block_id, {}), action_id: clicked.value}}


def _clicked(desk: Desk, blocks: Sequence[Block], asked: Asked) -> Clicked:
    block, element = _element(blocks, asked)
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise DriverError("not_interactive", "This input is only sent when the modal is submitted.")
    if element["type"] in ("button", "workflow_button", "icon_button"):
        return Clicked(block, element, None)
    if "value" not in asked.fields:
        raise DriverError("missing_field", f"Say 'value': what is chosen in the {element['type']}.")
    offered = with_options(element, desk.world.suggested)
    return Clicked(block, element, state_value(offered, asked.fields["value"]))


def _element(blocks: Sequence[Block], asked: Asked) -> tuple[Block, Element]:
    action_id, block_id = asked.text("action_id"), asked.maybe("block_id")
    for block, element in actionable(blocks):
        if element["action_id"] == action_id and block_id in (None, block["block_id"]):
            return block, element
    names = ", ".join(element["action_id"] for _, element in actionable(blocks))
    raise DriverError("action_not_found", f"There is no element {action_id!r} here: there are {names or 'none'}.")
