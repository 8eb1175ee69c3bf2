"""What the sandbox is told when it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.zones import only_toronto

Json = dict[str, Any]
"""One JSON object, as Slack sends and takes it."""


OffsetAt = Callable[[str, datetime], timedelta | None]
"""Returns a zone's offset from UTC at an instant; None for a zone that there is not."""


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """Where the stand-in is reached, which app it hosts, how it delivers, and who knows other zones than Toronto's;
    times are in real seconds."""

    origin: str
    manifest: Mapping[str, Any]
    bot_token: str = "xoxb-sandbox"
    app_token: str = "xapp-sandbox"
    signing_secret: str = "sandbox-signing-secret"
    deliver_to: str | None = None
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    show_seconds: float = 1.5
    offset_at: OffsetAt = only_toronto

    @property
    def app_name(self) -> str:
        """The app's name as the manifest says it."""
        return str(self._part("display_information").get("name") or self.manifest.get("name") or "Valhalla")

    @property
    def app_description(self) -> str:
        """The app's description, or nothing."""
        return str(self._part("display_information").get("description") or "")

    @property
    def commands(self) -> Sequence[Mapping[str, Any]]:
        """The slash commands: command, description, usage_hint."""
        return tuple(self._feature("slash_commands", "commands"))

    @property
    def shortcuts(self) -> Sequence[Mapping[str, Any]]:
        """The shortcuts: name, type ("global" or "message"), callback_id, description."""
        return tuple(self._feature("shortcuts", "shortcuts"))

    @property
    def bot_events(self) -> frozenset[str]:
        """The names of the events that the app subscribes to."""
        subscriptions = self._part("settings").get("event_subscriptions") or {}
        return frozenset(subscriptions.get("bot_events") or ())

    @property
    def bot_scopes(self) -> Sequence[str]:
        """The scopes that the bot token was granted."""
        scopes = self._part("oauth_config").get("scopes") or {}
        return tuple(scopes.get("bot") or ())

    def _part(self, name: str) -> Mapping[str, Any]:
        part = self.manifest.get(name)
        return part if isinstance(part, Mapping) else {}

    def _feature(self, name: str, short_name: str) -> Sequence[Mapping[str, Any]]:
        return self._part("features").get(name) or self.manifest.get(name) or self.manifest.get(short_name) or ()
