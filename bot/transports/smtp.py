"""E-mail by SMTP: one connection a letter, so that each failure belongs to one phase of it."""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPTimeoutError,
)

from bot.transports.configs import Security, SmtpConfig
from bot.transports.letters import LetterImpossibleError, compose, name_of
from bot.transports.port import Parcel
from domain.receipts import Answer, Found, Outcome, Receipt

__all__ = ["Patience", "SmtpConfig", "SmtpTransport"]

GREYLISTED: Final = timedelta(minutes=5)
"""How long servers that greylist want one to wait, as a rule (RFC 6647, section 5)."""
_ENHANCED: Final = re.compile(r"\s*[245]\.([0-9]{1,3}\.[0-9]{1,3})\b")
_WAIT: Final = re.compile(r"\b(?:in|after|for)\s+([0-9]{1,5})\s*(s|m|h)[a-z]*\b", re.IGNORECASE)
_UNITS: Final = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_LONGEST_HINT: Final = timedelta(hours=6)
_SHOWN: Final = 240
_ID_LIMIT: Final = 128


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the letter itself is asked for, for its answer, and for the good-bye; together less than the outbox
    waits, so that a server that is slow at first is a clear no."""

    before: float = 10
    data: float = 15
    goodbye: float = 2


class SmtpTransport:
    """Hands letters to one mail server."""

    name = "smtp"

    def __init__(
        self, config: SmtpConfig, *, tls: ssl.SSLContext | None = None, patience: Patience | None = None
    ) -> None:
        """`tls` stands in for the system's certificates; the server's name is always checked."""
        self._config = config
        self._patience = patience or Patience()
        self._tls = None if config.security is Security.PLAIN else tls or ssl.create_default_context()

    async def send(self, parcel: Parcel) -> Receipt:
        """Hand over one letter. Until its last line may have gone, every failure is a clear no."""
        try:
            letter = compose(self._config, parcel)
        except LetterImpossibleError as error:
            return Receipt(Outcome.PERMANENT, "bad_address", f"No e-mail can be made of it: {error}")
        client = self._client()
        try:
            if refused := await self._open(client, parcel):
                return refused
            return await self._hand_over(client, letter, name_of(self._config, parcel))
        finally:
            client.close()

    async def find(self, parcel: Parcel) -> Found:
        """A mail server cannot be asked what it took."""
        return Found(Answer.CANNOT_TELL)

    async def close(self) -> None:
        """Nothing is held between letters."""

    def _client(self) -> SMTP:
        config = self._config
        return SMTP(
            hostname=config.host,
            port=config.port,
            username=config.user,
            password=config.password,
            # What a server wants to see there is a name it can look up; this machine's own is nobody's business.
            local_hostname=config.domain,
            timeout=self._patience.before,
            use_tls=config.security is Security.TLS,
            start_tls=config.security is Security.STARTTLS,
            tls_context=self._tls,
        )

    async def _open(self, client: SMTP, parcel: Parcel) -> Receipt | None:
        """Come as far as the letter itself; the refusal, if there is one."""
        try:
            async with asyncio.timeout(self._patience.before):
                await client.connect()
                await client.mail(self._config.sender)
                await client.rcpt(parcel.address)
        except SMTPResponseException as error:
            return _refused(error)
        except TimeoutError:
            return _unavailable(f"{self._config.host} did not answer in time.")
        except (SMTPException, OSError, ValueError) as error:
            return _unavailable(f"{self._config.host} cannot be used: {_said(str(error))}")
        return None

    async def _hand_over(self, client: SMTP, letter: bytes, message_id: str) -> Receipt:
        """Give the letter; what is not answered from here on may have been taken."""
        try:
            async with asyncio.timeout(self._patience.data):
                answer = await client.data(letter, timeout=self._patience.data)
        except SMTPDataError as error:
            return _refused(error)
        except (SMTPTimeoutError, TimeoutError):
            return Receipt(Outcome.UNCLEAR, "timeout", f"{self._config.host} did not say whether it took the e-mail.")
        except (SMTPException, OSError) as error:
            sentence = f"The connection to {self._config.host} broke before it said whether it took the e-mail."
            return Receipt(Outcome.UNCLEAR, "connection_lost", sentence, detail={"why": _said(str(error))})
        with suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=self._patience.goodbye)
        name = message_id.strip("<>")[:_ID_LIMIT]
        return Receipt(Outcome.ACCEPTED, "accepted", provider_id=name, detail={"answer": _said(answer.message)})


def _refused(error: SMTPResponseException) -> Receipt:
    """What a server's answer means: 4xx is for now, 5xx for good (RFC 5321 4.2.1), unless it is about us."""
    code, words = error.code, f"{error.code} {_said(error.message)}"
    if code not in range(400, 600):
        if isinstance(error, SMTPDataError):
            return Receipt(Outcome.UNCLEAR, "connection_lost", f"The mail server answered oddly: {words}")
        return _unavailable(f"The mail server answered oddly: {words}")
    if isinstance(error, SMTPAuthenticationError) or code in (530, 534, 535, 538):
        return Receipt(Outcome.TEMPORARY, "rejected_login", f"The mail server does not let us in: {words}")
    if code < 500:
        reason = "rate_limited" if _enhanced(error).startswith("7.") or code in (450, 452) else "unavailable"
        return Receipt(Outcome.TEMPORARY, reason, f"The mail server says later: {words}", retry_after=_hint(error))
    if isinstance(error, SMTPRecipientRefused | SMTPDataError):
        return Receipt(Outcome.PERMANENT, _refusal(error), f"The mail server refused it: {words}")
    if isinstance(error, SMTPSenderRefused):
        # About the address that we send from: an admin must mend it, no letter is to be lost over it.
        return Receipt(Outcome.TEMPORARY, "sender_refused", f"The mail server refuses our address: {words}")
    return _unavailable(f"The mail server does not take anything: {words}")


def _refusal(error: SMTPResponseException) -> str:
    """The reason of a refusal for good: by its enhanced code (RFC 3463) where it has one, else by phase and code."""
    enhanced = _enhanced(error)
    if enhanced in ("2.3", "3.4") or (error.code == 552 and isinstance(error, SMTPDataError)):
        return "too_long"
    if enhanced.startswith(("6.", "7.")):
        return "content_refused"
    if enhanced in ("1.2", "1.3", "1.7") or (not enhanced and error.code in (501, 503, 553)):
        return "bad_address"
    if enhanced.startswith(("1.", "2.")) or isinstance(error, SMTPRecipientRefused):
        return "cannot_receive"
    return "content_refused"


def _unavailable(sentence: str) -> Receipt:
    return Receipt(Outcome.TEMPORARY, "unavailable", sentence)


def _hint(error: SMTPResponseException) -> timedelta | None:
    """The wait that a server asks for, in its words or by the custom of its code."""
    if found := _WAIT.search(error.message):
        return min(int(found[1]) * _UNITS[found[2].lower()], _LONGEST_HINT)
    return GREYLISTED if error.code in (450, 451) else None


def _enhanced(error: SMTPResponseException) -> str:
    """Subject and detail of an enhanced code, "1.1" of "5.1.1"; empty where there is none."""
    found = _ENHANCED.match(error.message)
    return found[1] if found else ""


def _said(words: str) -> str:
    """A server's words on one line."""
    return " ".join(words.split())[:_SHOWN]
