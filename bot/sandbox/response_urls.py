"""response_url: an address that answers one interaction, five times within thirty minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.sandbox.errors import SlackError
from bot.sandbox.stamps import new_token

USES = 5
LIFETIME = timedelta(minutes=30)
_KEPT = 10_000


@dataclass(slots=True)
class ResponseUrl:
    """Where answers to one interaction go: the channel, the person, and the message that was clicked, if any."""

    url: str
    channel_id: str
    user_id: str
    message_ts: str | None
    expires_at: datetime
    uses_left: int = USES


class ResponseUrls:
    """Mints response_urls and counts their uses."""

    def __init__(self, clock: Clock, origin: str) -> None:
        self._clock = clock
        self._base = f"{origin}/sandbox/slack/response/"
        self._known: dict[str, ResponseUrl] = {}

    def mint(self, channel_id: str, user_id: str, message_ts: str | None = None) -> ResponseUrl:
        """Return a fresh response_url."""
        token = new_token()
        expires_at = self._clock.now() + LIFETIME
        hook = ResponseUrl(self._base + token, channel_id, user_id, message_ts, expires_at)
        self._known[token] = hook
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return hook

    def use(self, token: str) -> ResponseUrl:
        """Count one use and return the address; raise for one that is unknown, used up or out of date."""
        hook = self._known.get(token)
        if hook is None:
            raise SlackError("invalid_url")
        if self._clock.now() > hook.expires_at:
            raise SlackError("expired_url")
        if hook.uses_left < 1:
            raise SlackError("used_url")
        hook.uses_left -= 1
        return hook

    def clear(self) -> None:
        """Forget all of them."""
        self._known.clear()
