"""The team's own Slack: posts what is drawn from the rows, and finds its posts again by their metadata."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.transports.port import Parcel
from domain.receipts import Answer, Found, Outcome, Receipt

log = structlog.get_logger()

SKEW: Final = timedelta(minutes=5)
"""How far Slack's clock and ours may be apart when a post is looked for."""
PAGE, PAGES = 200, 10
"""Messages of one look, and looks at most: who posts more than that since an attempt needs a person to search."""

BUSY: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
AWAY: Final = frozenset({"service_unavailable", "team_added_to_org", "request_timeout", "org_login_required"})
LOGIN: Final = frozenset(
    {"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
BROKE: Final = frozenset({"internal_error", "fatal_error"})
"""Slack's errors after which, by its own words, part of the operation may have succeeded."""
BLIND: Final = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "is_archived"})
"""Errors that no second look will mend: we may not read there, or there is nothing to read."""


class Drawn(Protocol):
    """One post, ready to leave. `channel` is a channel or, for a direct message, a person; `names` go into the
    metadata beside our own. `stands_at` is set where it stands already and must not be posted again; with `since` one
    of the same names may stand from that instant on, and is looked for first."""

    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def thread_ts(self) -> str | None: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def blocks(self) -> Sequence[dict[str, Any]]: ...  # noqa: D102
    @property
    def names(self) -> Mapping[str, object]: ...  # noqa: D102
    @property
    def stands_at(self) -> Mapping[str, object] | None: ...  # noqa: D102
    @property
    def since(self) -> datetime | None: ...  # noqa: D102


Draw = Callable[[str, Mapping[str, object]], Awaitable[Drawn]]
"""Draws a post of a workspace from what its send's metadata names."""


class SlackTransport:
    """Posts messages that no person waits for."""

    name = "slack"

    def __init__(self, client: AsyncWebClient, draw: Draw) -> None:
        """`client` is the program's own; it is closed by whoever made it."""
        self._client = client
        self._draw = draw

    async def send(self, parcel: Parcel) -> Receipt:
        """Draw a post and post it, unless it stands already."""
        try:
            drawn = await self._draw(parcel.workspace_id, parcel.metadata)
        except Exception:
            # Nothing has left: whatever broke the drawing is tried again, not taken for a call without an answer.
            log.exception("post_not_drawn", send_id=parcel.send_id)
            return Receipt(Outcome.TEMPORARY, "not_drawn", "The post could not be drawn.")
        if drawn.stands_at:
            return _stands(drawn.stands_at)
        try:
            earlier = await self._earlier(parcel, drawn)
        except (SlackApiError, ClientError, TimeoutError) as error:
            receipt = _receipt_for(error)
            return Receipt(Outcome.TEMPORARY, receipt.code, receipt.sentence, retry_after=receipt.retry_after)
        return _stands(earlier) if earlier else await self._post(parcel, drawn)

    async def find(self, parcel: Parcel) -> Found:
        """Look for a post by the id in its metadata, where it would have been posted."""
        drawn = await self._draw(parcel.workspace_id, parcel.metadata)
        try:
            return await self._look(drawn, {"send_id": parcel.send_id}, parcel.first_attempt_at)
        except (ClientError, TimeoutError) as error:
            log.warning("post_not_looked_for", send_id=parcel.send_id, error=str(error) or "no answer")
            return Found(Answer.LATER)
        except SlackApiError as error:
            code = _code(error)
            log.warning("post_not_looked_for", send_id=parcel.send_id, error=code)
            return Found(Answer.CANNOT_TELL if code in BLIND else Answer.LATER)

    async def close(self) -> None:
        """The client's session is its owner's to close."""

    async def _post(self, parcel: Parcel, drawn: Drawn) -> Receipt:
        try:
            posted = await self._once().chat_postMessage(
                channel=drawn.channel,
                thread_ts=drawn.thread_ts,
                text=drawn.text,
                blocks=list(drawn.blocks) or None,
                metadata={"event_type": _kind(parcel), "event_payload": {**drawn.names, "send_id": parcel.send_id}},
                unfurl_links=False,
            )
        except (SlackApiError, ClientError, TimeoutError) as error:
            return _receipt_for(error)
        return _stands(await self._place(str(posted["channel"]), str(posted["ts"])))

    async def _earlier(self, parcel: Parcel, drawn: Drawn) -> Mapping[str, object] | None:
        """Where a post of the same names stands already: posted by somebody who could not keep where."""
        if drawn.since is None:
            return None
        try:
            found = await self._look(drawn, drawn.names, drawn.since, kind=_kind(parcel))
        except SlackApiError as error:
            if _code(error) not in BLIND:
                raise
            log.warning("post_not_looked_for", send_id=parcel.send_id, error=_code(error))
            return None
        return found.detail if found.answer is Answer.YES else None

    async def _look(
        self, drawn: Drawn, names: Mapping[str, object], since: datetime, *, kind: str | None = None
    ) -> Found:
        """Read what was posted since an instant, page by page, for metadata with these names."""
        channel = await self._conversation(drawn.channel)
        asked: dict[str, Any] = {"channel": channel, "limit": PAGE, "include_all_metadata": True}
        asked["oldest"] = f"{(since - SKEW).timestamp():.6f}"
        cursor = ""
        for _ in range(PAGES):
            page = await self._page(asked, drawn.thread_ts, cursor)
            for message in page["messages"]:
                if _is_it(message.get("metadata") or {}, names, kind):
                    place = await self._place(channel, str(message["ts"]))
                    return Found(Answer.YES, f"{channel}:{message['ts']}", place)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Found(Answer.NO)
        return Found(Answer.CANNOT_TELL)

    async def _page(self, asked: dict[str, Any], thread_ts: str | None, cursor: str) -> AsyncSlackResponse:
        asked = asked | ({"cursor": cursor} if cursor else {})
        if thread_ts:
            return await self._client.conversations_replies(ts=thread_ts, **asked)
        return await self._client.conversations_history(**asked)

    async def _conversation(self, channel: str) -> str:
        """The channel that can be read: posts to a person stand in the direct messages with them."""
        if not channel.startswith(("U", "W")):
            return channel
        return str((await self._client.conversations_open(users=[channel]))["channel"]["id"])

    async def _place(self, channel: str, ts: str) -> dict[str, object]:
        """Where a post stands; without a link it stands all the same, and must not be posted again for it."""
        place: dict[str, object] = {"channel": channel, "ts": ts}
        try:
            link = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except (SlackApiError, ClientError, OSError) as error:
            log.warning("link_not_given", channel_id=channel, ts=ts, error=str(error) or "no answer")
            return place
        return place | {"link": str(link["permalink"])}

    def _once(self) -> AsyncWebClient:
        """The client without its handlers, which would repeat a post after a 500 that may have been taken."""
        client = copy(self._client)
        client.retry_handlers = []
        return client


def _stands(place: Mapping[str, object]) -> Receipt:
    return Receipt(Outcome.ACCEPTED, "accepted", provider_id=f"{place['channel']}:{place['ts']}", detail=place)


def _kind(parcel: Parcel) -> str:
    return str(parcel.metadata.get("post") or "post")


def _is_it(metadata: Mapping[str, Any], names: Mapping[str, object], kind: str | None) -> bool:
    payload = metadata.get("event_payload") or {}
    return (kind is None or metadata.get("event_type") == kind) and all(
        str(payload.get(name)) == str(value) for name, value in names.items()
    )


def _receipt_for(error: SlackApiError | ClientError | TimeoutError) -> Receipt:
    """What a call that brought no yes says about the post."""
    match error:
        case SlackApiError():
            return _refused(error)
        case ClientConnectorError():
            return Receipt(Outcome.TEMPORARY, "unavailable", "Slack could not be reached.")
        case TimeoutError():
            return Receipt(Outcome.UNCLEAR, "timeout", "Slack did not answer in time.")
        case _:
            return Receipt(Outcome.UNCLEAR, "connection_lost", "The connection to Slack broke before it answered.")


def _refused(error: SlackApiError) -> Receipt:
    code, status = _code(error), _status(error)
    if code in BUSY or status == 429:
        return Receipt(Outcome.TEMPORARY, "rate_limited", "Slack asks us to post less often.", retry_after=_wait(error))
    if code in BROKE or code is None or (status or 0) >= 500:
        return Receipt(Outcome.UNCLEAR, code or "unavailable", f"Slack failed on its side ({code or status}).")
    if code in LOGIN:
        sentence = f"Slack refuses the app's token or its scopes ({code}): an admin has to install the app again."
        return Receipt(Outcome.TEMPORARY, "rejected_login", sentence)
    if code in AWAY:
        return Receipt(Outcome.TEMPORARY, "unavailable", f"Slack cannot take posts just now ({code}).")
    return Receipt(Outcome.PERMANENT, code, _SENTENCES.get(code, "Slack refused the post: {code}.").format(code=code))


_NO_CHANNEL: Final = "Slack knows no such channel ({code}): an admin chooses another with `/valhalla setup channels`."
_NO_ENTRY: Final = "The app may not post in that channel ({code}): invite it there, or choose another channel."
_SENTENCES: Final = {
    "channel_not_found": _NO_CHANNEL,
    "is_archived": _NO_CHANNEL,
    "not_in_channel": _NO_ENTRY,
    "restricted_action": _NO_ENTRY,
    "restricted_action_read_only_channel": _NO_ENTRY,
    "restricted_action_thread_only_channel": _NO_ENTRY,
}


def _code(error: SlackApiError) -> str | None:
    """Slack's own word; None where it answered with no JSON of its own, as a 500 does."""
    data = getattr(error.response, "data", None)
    return str(data["error"]) if isinstance(data, dict) and data.get("error") else None


def _status(error: SlackApiError) -> int | None:
    found = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return int(found) if found else None


def _wait(error: SlackApiError) -> timedelta | None:
    headers = getattr(error.response, "headers", None) or {}
    named = {str(name).lower(): value for name, value in headers.items()}.get("retry-after")
    seconds = str(named[0] if isinstance(named, list) else named or "")
    return timedelta(seconds=int(seconds)) if seconds.isdigit() else None
