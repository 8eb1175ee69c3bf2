"""Keeps what is open: each person's stack of modals and their Home tab."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.block_ids import with_ids
from bot.sandbox.config import Json
from bot.sandbox.elements import State, full_state, surviving
from bot.sandbox.errors import SlackError
from bot.sandbox.live import Live, Notice
from bot.sandbox.people import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.stamps import Stamps, new_id

STACK_LIMIT = 3


@dataclass(frozen=True, slots=True)
class View:
    """One modal or Home tab as it stands: what the bot sent, and what the person has typed into it so far."""

    id: str
    user_id: str
    body: Mapping[str, Any]
    hash: str
    root_id: str
    previous_id: str | None
    typed: State

    @property
    def blocks(self) -> tuple[Mapping[str, Any], ...]:
        """The view's blocks, all with their ids."""
        return tuple(self.body["blocks"])

    @property
    def external_id(self) -> str:
        """The id that the bot gave it, or an empty string."""
        return str(self.body.get("external_id") or "")

    def asks(self, flag: str) -> bool:
        """Whether the bot set `notify_on_close` or `clear_on_close`."""
        return bool(self.body.get(flag))

    def to_json(self) -> Json:
        """Return Slack's view object."""
        body = self.body
        view: Json = {
            "id": self.id,
            "team_id": TEAM_ID,
            "type": body["type"],
            "blocks": list(self.blocks),
            "private_metadata": body.get("private_metadata") or "",
            "callback_id": body.get("callback_id") or "",
            "state": {"values": full_state(self.blocks, self.typed)},
            "hash": self.hash,
            "title": body.get("title"),
            "clear_on_close": self.asks("clear_on_close"),
            "notify_on_close": self.asks("notify_on_close"),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": APP_ID,
            "external_id": self.external_id,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }
        return view | ({"submit_disabled": body["submit_disabled"]} if "submit_disabled" in body else {})


class Views:
    """Every person's stack (the last one is on top) and Home; each change is told to `live`."""

    def __init__(self, stamps: Stamps, live: Live) -> None:
        self._stamps = stamps
        self._live = live
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user_id: str) -> tuple[View, ...]:
        """Return the person's modals, the one on top last."""
        return tuple(self._stacks.get(user_id, ()))

    def top(self, user_id: str) -> View | None:
        """Return the modal on top, or None."""
        stack = self.stack(user_id)
        return stack[-1] if stack else None

    def home(self, user_id: str) -> View | None:
        """Return the Home tab as last published, or None."""
        return self._homes.get(user_id)

    def find(self, view_id: str) -> View | None:
        """Return the open modal or Home tab with this id, or None."""
        return next((view for view in self._open() if view.id == view_id), None)

    def find_external(self, external_id: str) -> View | None:
        """Return the open view with the bot's own id, or None."""
        return next((view for view in self._open() if view.external_id == external_id), None)

    def open(self, user_id: str, body: Mapping[str, Any]) -> View:
        """Show a modal as the only one."""
        self._check_external_id(body, None)
        self._stacks[user_id] = []
        return self._place(user_id, body)

    def push(self, user_id: str, body: Mapping[str, Any]) -> View:
        """Put a modal on top of those that are open; three is the limit."""
        if not self.stack(user_id):
            raise SlackError("not_found")
        if len(self.stack(user_id)) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        self._check_external_id(body, None)
        return self._place(user_id, body)

    def update(self, view: View, body: Mapping[str, Any], expected_hash: str | None = None) -> View:
        """Replace what a view shows; what was typed stays where the inputs stayed."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._check_external_id(body, view)
        named = _named(body)
        fresh = replace(view, body=named, hash=self._hash(), typed=surviving(named["blocks"], view.typed))
        self._swap(fresh)
        return fresh

    def publish(self, user_id: str, body: Mapping[str, Any], expected_hash: str | None = None) -> View:
        """Show the Home tab."""
        current = self.home(user_id)
        if current is not None:
            return self.update(current, body, expected_hash)
        self._check_external_id(body, None)
        view_id = new_id("V")
        self._homes[user_id] = View(view_id, user_id, _named(body), self._hash(), view_id, None, {})
        self._tell(self._homes[user_id])
        return self._homes[user_id]

    def type_in(self, view: View, typed: State) -> View:
        """Keep what the person typed."""
        fresh = replace(view, typed=typed)
        self._swap(fresh, tell=False)
        return fresh

    def close(self, view: View) -> None:
        """Take one modal off the stack."""
        self._stacks[view.user_id] = [each for each in self.stack(view.user_id) if each.id != view.id]
        self._live.publish(Notice("view", user=view.user_id))

    def close_all(self, user_id: str) -> tuple[View, ...]:
        """Take every modal off the stack and return them, the top one first."""
        closed = tuple(reversed(self.stack(user_id)))
        self._stacks[user_id] = []
        self._live.publish(Notice("view", user=user_id))
        return closed

    def clear(self) -> None:
        """Close everything without a word."""
        self._stacks.clear()
        self._homes.clear()

    def _open(self) -> list[View]:
        return [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]

    def _place(self, user_id: str, body: Mapping[str, Any]) -> View:
        stack = self._stacks[user_id]
        view_id = new_id("V")
        root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, None)
        view = View(view_id, user_id, _named(body), self._hash(), root, previous, {})
        stack.append(view)
        self._tell(view)
        return view

    def _swap(self, fresh: View, *, tell: bool = True) -> None:
        if self._homes.get(fresh.user_id) is not None and self._homes[fresh.user_id].id == fresh.id:
            self._homes[fresh.user_id] = fresh
        else:
            self._stacks[fresh.user_id] = [fresh if view.id == fresh.id else view for view in self.stack(fresh.user_id)]
        if tell:
            self._tell(fresh)

    def _tell(self, view: View) -> None:
        kind = "home" if view.body["type"] == "home" else "view"
        self._live.publish(Notice("home" if kind == "home" else "view", user=view.user_id, by_bot=True))

    def _hash(self) -> str:
        return f"{self._stamps.next().split('.')[0]}.{secrets.token_hex(4)}"

    def _check_external_id(self, body: Mapping[str, Any], own: View | None) -> None:
        external_id = body.get("external_id")
        holder = self.find_external(external_id) if external_id else None
        if holder is not None and (own is None or holder.id != own.id):
            raise SlackError("duplicate_external_id")


def _named(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**body, "blocks": list(with_ids(body["blocks"]))}
