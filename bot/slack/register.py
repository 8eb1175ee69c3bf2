"""The one table of every command, shortcut, action, view and event, and the listeners that look things up in it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack import (
    approvals,
    buyers,
    comps,
    consents,
    deals,
    feedback,
    home,
    leads,
    liquidity,
    live_offers,
    messages,
    notifying,
    offer_policies,
    offers,
    pauses,
    places,
    policies,
    replies_queue,
    reply_form,
    sends,
    task_calls,
    tasks,
    templates,
    valhalla,
    why,
)
from bot.slack.calls import ACK_SECONDS, Ack, Call, Desk, Respond
from bot.slack.errors import answer_error
from bot.slack.ids import Action, Command, Shortcut, View
from domain.errors import RuleBroken

Listener = Callable[[Desk, Call], Awaitable[None]]

COMMANDS: Mapping[str, Listener] = {
    Command.LEAD: leads.command,
    Command.OFFER: offers.command,
    Command.DEAL: deals.command,
    Command.BUYER: buyers.command,
    Command.LIQUIDITY: liquidity.command,
    Command.POLICY: policies.command,
    Command.VALHALLA: valhalla.command,
}
SHORTCUTS: Mapping[str, Listener] = {
    Shortcut.NEW_LEAD: leads.open_empty,
    Shortcut.PRICE_OFFER: offers.open_empty,
    Shortcut.LEAD_FROM_MESSAGE: leads.open_from_message,
}
ACTIONS: Mapping[str, Listener] = {
    Action.NEW_LEAD: leads.open_empty,
    Action.SHOW_LEAD: leads.show_clicked,
    Action.COMPLETE_PLACE: places.open_form,
    Action.CHOOSE_PLACE: places.choose,
    Action.PRICE: offers.open_for_lead,
    Action.WHAT_IF: offers.open_what_if,
    Action.OFFER_INPUT: offers.recompute,
    Action.SHOW_DEAL: deals.show_clicked,
    Action.MOVE_DEAL: deals.move,
    Action.EDIT_FIGURES: deals.open_figures,
    Action.MORE_BUYERS: deals.show_more,
    Action.SAVE_TO_DEAL: offers.save_to_deal,
    Action.PRESENT_OFFER: live_offers.open_present,
    Action.PRESENT_INPUT: live_offers.recompute,
    Action.COUNTER_OFFER: live_offers.open_counter,
    Action.ACCEPT_OFFER: live_offers.accept,
    Action.REJECT_OFFER: live_offers.reject,
    Action.WITHDRAW_OFFER: live_offers.withdraw,
    Action.ENTER_COMPS: comps.open_for_lead,
    Action.COMPS_INPUT: comps.reread,
    Action.EDIT_OFFER_POLICY: offer_policies.open_form,
    Action.OFFER_POLICY_INPUT: offer_policies.recompute,
    Action.SHOW_POLICY: policies.show_chosen,
    Action.EDIT_POLICY: policies.open_form,
    Action.POLICY_INPUT: policies.recompute,
    Action.SHOW_BUYER: buyers.show_clicked,
    Action.EDIT_BUYER: buyers.open_edit,
    Action.PAUSE_BUYER: buyers.pause,
    Action.RESUME_BUYER: buyers.resume,
    Action.REMOVE_BUYER: buyers.remove,
    Action.FEEDBACK: feedback.record,
    Action.UNDO_FEEDBACK: feedback.undo,
    Action.ASK_GATE: why.show_clicked,
    Action.RECORD_CONSENT: consents.open_form,
    Action.CONSENT_INPUT: consents.redraw,
    Action.LOG_REPLY: reply_form.open_form,
    Action.REPLY_IS_STOP: replies_queue.is_stop,
    Action.REPLY_IS_NOT: replies_queue.is_not,
    Action.SET_UP: valhalla.open_clicked,
    Action.WRITE_MESSAGE: messages.open_form,
    Action.MESSAGE_INPUT: messages.redraw,
    Action.SEND_ARRIVED: sends.arrived,
    Action.SEND_AGAIN: sends.send_again,
    Action.RETRY_SEND: sends.retry,
    Action.LEAVE_SEND: sends.leave,
    Action.SENDS_PAGE: sends.turn,
    Action.HOME_PAGE: home.turn,
    Action.NOTIFY_PARTIES: notifying.notify,
    Action.SHOW_BATCH: notifying.show_batch,
    Action.WRITE_OFFER: notifying.write_offer,
    Action.SHOW_TEMPLATE: templates.open_chosen,
    Action.TEMPLATE_INPUT: templates.retry,
    Action.TEMPLATE_VERSION: templates.bring_back,
    Action.SHOW_TASK: tasks.show_clicked,
    Action.CALL_OUTCOME: task_calls.log_outcome,
    Action.LOG_CALL: task_calls.open_form,
    Action.CALL_INPUT: task_calls.redraw_form,
    Action.TASK_DONE: tasks.done,
    Action.TASK_MENU: tasks.choose,
    Action.SNOOZE_TASK: tasks.open_snooze,
    Action.SNOOZE_INPUT: tasks.redraw_snooze,
    Action.SKIP_TASK: tasks.open_skip,
    Action.PAUSE_LADDER: tasks.pause,
    Action.RESUME_LADDER: tasks.resume,
    Action.APPROVE: approvals.approve,
    Action.EDIT_APPROVE: approvals.open_edit,
    Action.APPROVAL_INPUT: approvals.redraw_edit,
    Action.REJECT: approvals.open_reject,
    Action.APPROVAL_MENU: approvals.choose,
    Action.SHOW_APPROVAL: approvals.show_clicked,
}
SUBMISSIONS: Mapping[str, Listener] = {
    View.LEAD: leads.submitted,
    View.PLACE: places.submitted,
    View.OFFER: offers.submitted,
    View.PRESENT: live_offers.present_submitted,
    View.COUNTER: live_offers.counter_submitted,
    View.COMPS: comps.submitted,
    View.DEAL: deals.submitted,
    View.FIGURES: deals.figures_submitted,
    View.STAGE: deals.stage_submitted,
    View.OFFER_POLICY: offer_policies.submitted,
    View.POLICY: policies.submitted,
    View.BUYER: buyers.submitted,
    View.PAUSE: pauses.submitted,
    View.SETUP: valhalla.submitted,
    View.CONSENT: consents.submitted,
    View.REPLY: reply_form.submitted,
    View.MESSAGE: messages.submitted,
    View.TEMPLATE: templates.submitted,
    View.CALL: task_calls.submitted,
    View.SNOOZE: tasks.snooze_submitted,
    View.SKIP: tasks.skip_submitted,
    View.HAND_OVER: tasks.hand_over_submitted,
    View.APPROVAL_EDIT: approvals.edit_submitted,
    View.REJECT: approvals.reject_submitted,
    View.DELEGATE: approvals.delegate_submitted,
}
EVENTS: Mapping[str, Listener] = {"app_home_opened": home.opened}

STILL_WORKING = "This takes longer than usual. The answer follows here; there is no need to type it again."

_ANY = re.compile(".*", re.DOTALL)


def register(app: AsyncApp, desk: Desk) -> None:
    """Add one listener per kind of delivery.

    Bolt asks its listeners one after another, so a listener per command would make each one slower than the last.
    """

    async def on_command(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        await _dispatch(desk, Call(body, ack, respond), COMMANDS, body["command"])

    async def on_shortcut(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        await _dispatch(desk, Call(body, ack, respond), SHORTCUTS, body["callback_id"])

    async def on_action(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        # Buttons of one row need names of their own: what stands behind the colon only tells them apart.
        name = body["actions"][0]["action_id"].partition(":")[0]
        await _dispatch(desk, Call(body, ack, respond), ACTIONS, name)

    async def on_submission(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        await _dispatch(desk, Call(body, ack, respond), SUBMISSIONS, body["view"]["callback_id"])

    async def on_event(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
        call = Call({"team_id": body.get("team_id"), **body["event"]}, ack, respond)
        await _dispatch(desk, call, EVENTS, body["event"]["type"])

    app.command(_ANY)(on_command)
    app.shortcut(_ANY)(on_shortcut)
    app.action(_ANY)(on_action)
    app.view_submission(_ANY)(on_submission)
    for kind in EVENTS:
        app.event(kind)(on_event)


class NotKnown(RuleBroken):
    """Valhalla has nothing called {name}. It may belong to another release; `/lead help` shows what there is."""

    code = "NOT_KNOWN"


async def _dispatch(desk: Desk, call: Call, table: Mapping[str, Listener], name: str) -> None:
    """Run a listener until it acknowledges; the rest of it goes on in the background.

    Bolt answers Slack when this returns, so what a listener does before its ack is done before the answer, and what it
    does after it does not keep Slack waiting. A command that is not answered in time is acknowledged for it; a
    submission has a guard of its own, `save`, because its form must stay open.
    """
    acked = _Acked(call.ack)
    watched = Call(call.body, acked, call.respond)

    async def listen() -> None:
        try:
            listener = table.get(name)
            if listener is None:
                raise NotKnown(name=name)
            await listener(desk, watched)
        except Exception as error:  # noqa: BLE001 - the one handler of this edge: words for people, the rest for the log
            await answer_error(desk, watched, error, acked=acked.given.done())

    desk.background.start(listen()).add_done_callback(acked.settle)
    done, _ = await asyncio.wait({acked.given}, timeout=ACK_SECONDS if call.is_command else None)
    if not done:
        await acked.put_off(call.respond)


class _Acked:
    """An acknowledgement that tells when it was given; a listener that ends without one settles it as well."""

    def __init__(self, ack: Ack) -> None:
        self._ack = ack
        self._later: Respond | None = None
        self.given: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __call__(self, *arguments: object, **values: object) -> object:
        if self._later:
            return await self._later(*arguments, **values)
        answer = await self._ack(*arguments, **values)
        self.settle()
        return answer

    async def put_off(self, respond: Respond) -> None:
        """Acknowledge in the listener's place, which takes too long; its own answer follows by the response URL."""
        await self(text=STILL_WORKING, response_type="ephemeral")
        self._later = respond

    def settle(self, _ended: object = None) -> None:
        if not self.given.done():
            self.given.set_result(None)
