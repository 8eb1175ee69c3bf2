"""Texts by Twilio, over plain HTTPS: each message is posted once, and looked up by its words when no answer came."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from json import JSONDecodeError
from typing import Final
from urllib.parse import urlencode

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
    encode_basic_auth,
)

from bot.transports.configs import TwilioConfig
from bot.transports.port import Parcel
from bot.transports.twilio_words import moment, receipt_for
from domain.receipts import Answer, Found, Outcome, Receipt

__all__ = ["TwilioConfig", "TwilioTransport"]

PATIENCE: Final = ClientTimeout(total=25, connect=10)
"""Less than the outbox waits; a connection that does not come about is told from an answer that does not come."""
IDLE_SECONDS: Final = 5
"""How long a connection is kept: a second post on one that Twilio has just closed could not be told from a lost one."""
LONGEST_QUEUE: Final = 36_000
SHORTEST_QUEUE: Final = timedelta(seconds=10)
"""Twilio's ValidityPeriod goes to ten hours, and it advises against less than five seconds."""
CLOCKS_APART: Final = timedelta(minutes=1)
PAGE_SIZE: Final = 100
PAGES: Final = 10
STATUS_PATH: Final = "/webhooks/twilio/status"
TRIAL: Final = "Sent from your Twilio trial account - "
_PATH: Final = re.compile(r"/(?!/)")


class TwilioTransport:
    """Hands texts to one Twilio account."""

    name = "twilio"

    def __init__(self, config: TwilioConfig, *, patience: ClientTimeout = PATIENCE) -> None:
        self._config = config
        self._patience = patience
        self._base = config.base_url.rstrip("/")
        self._messages = f"{self._base}/2010-04-01/Accounts/{config.account_sid}/Messages.json"
        self._session: ClientSession | None = None

    async def send(self, parcel: Parcel) -> Receipt:
        """Post one message. Without a connection that is a clear no; without an answer nobody knows."""
        form = self._form(parcel)
        if form is None:
            sentence = "The window closes within seconds, and the text could wait longer than that at Twilio."
            return Receipt(Outcome.TEMPORARY, "window_closing", sentence)
        try:
            async with self._open().post(self._messages, data=form, allow_redirects=False) as answer:
                return receipt_for(answer.status, answer.headers, await _json(answer), parcel.attempted_at)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            return Receipt(Outcome.TEMPORARY, "unavailable", f"Twilio cannot be reached: {_why(error)}")
        except TimeoutError:
            return Receipt(Outcome.UNCLEAR, "timeout", "Twilio did not say whether it took the text.")
        except (ClientError, OSError) as error:
            sentence = "The connection broke before Twilio said whether it took the text."
            return Receipt(Outcome.UNCLEAR, "connection_lost", sentence, detail={"why": _why(error)})

    async def find(self, parcel: Parcel) -> Found:
        """Look for a message with these words to this number since its first attempt.

        One that Twilio lists as failed was taken all the same: its receipt says the rest.
        """
        since = parcel.first_attempt_at - CLOCKS_APART
        try:
            listed, is_whole = await self._listed(parcel.address, since)
        except (ClientError, OSError, TimeoutError, NotAnsweredError):
            return Found(Answer.LATER)
        for each in listed:
            if _says(each, parcel.body):
                return Found(Answer.YES, str(each.get("sid") or "") or None, {"status": each.get("status")})
        # An account may keep no words; then a message of that time may be this one.
        is_hidden = any(not each.get("body") for each in listed)
        return Found(Answer.CANNOT_TELL if is_hidden or not is_whole else Answer.NO)

    async def close(self) -> None:
        """Let go of the connections."""
        session, self._session = self._session, None
        if session:
            await session.close()

    def _open(self) -> ClientSession:
        """The one session, made where its loop runs."""
        if self._session is None:
            self._session = ClientSession(
                headers={"Authorization": encode_basic_auth(self._config.account_sid, self._config.auth_token)},
                timeout=self._patience,
                connector=TCPConnector(keepalive_timeout=IDLE_SECONDS),
                cookie_jar=DummyCookieJar(),
            )
        return self._session

    def _form(self, parcel: Parcel) -> dict[str, str] | None:
        """The fields of a message; None where its window closes before Twilio could let it go."""
        config = self._config
        # Twilio would put other signs for some: what was approved is what leaves, and what is looked up later.
        form = {"To": parcel.address, "Body": parcel.body, "SmartEncoded": "false"}
        if config.sender:
            form["From"] = config.sender
        elif config.messaging_service_sid:
            form["MessagingServiceSid"] = config.messaging_service_sid
        if config.public_url:
            form["StatusCallback"] = f"{config.public_url}{STATUS_PATH}?send={parcel.send_id}"
        if parcel.valid_until:
            left = parcel.valid_until - parcel.attempted_at
            if left < SHORTEST_QUEUE:
                return None
            form["ValidityPeriod"] = str(min(int(left.total_seconds()), LONGEST_QUEUE))
        return form

    async def _listed(self, number: str, since: datetime) -> tuple[list[Mapping[str, object]], bool]:
        """What was sent to a number since then, and whether that is all of it; Twilio lists the newest first.

        Its filter by DateSent is left alone: a message that still waits there has no such date.
        """
        found: list[Mapping[str, object]] = []
        url = f"{self._messages}?{urlencode({'To': number, 'PageSize': PAGE_SIZE})}"
        for _ in range(PAGES):
            page, following = await self._page(url)
            found += [each for each in page if _is_outbound(each) and not _is_older(each, since)]
            if not following or (page and all(_is_older(each, since) for each in page)):
                return found, True
            url = f"{self._base}{following}"
        return found, False

    async def _page(self, url: str) -> tuple[list[Mapping[str, object]], str | None]:
        """One page of messages and the path of the next. Raises `NotAnsweredError`."""
        async with self._open().get(url, allow_redirects=False) as answer:
            told = await _json(answer)
            messages, following = told.get("messages"), told.get("next_page_uri")
            if answer.status != HTTPStatus.OK or not isinstance(messages, list):
                raise NotAnsweredError(f"Twilio answered {answer.status}")
        # The login goes with each request: a path alone cannot lead it to another server.
        path = following if isinstance(following, str) and _PATH.match(following) else None
        return [each for each in messages if isinstance(each, dict)], path


class NotAnsweredError(Exception):
    """Twilio did not list its messages."""


def _is_outbound(message: Mapping[str, object]) -> bool:
    return str(message.get("direction", "")).startswith("outbound")


def _is_older(message: Mapping[str, object], since: datetime) -> bool:
    created = moment(message.get("date_created"))
    return created is not None and created < since


def _says(message: Mapping[str, object], body: str) -> bool:
    """Whether a message has these words; a trial account puts some before them."""
    return _plain(str(message.get("body") or "").removeprefix(TRIAL)) == _plain(body)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


async def _json(answer: ClientResponse) -> Mapping[str, object]:
    """The answer's JSON object; empty where it is none, as of a gateway."""
    try:
        told = await answer.json(content_type=None)
    except (JSONDecodeError, UnicodeDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def _why(error: BaseException) -> str:
    return " ".join(str(error).split())[:240] or type(error).__name__
