"""A letter: one message as an e-mail, with the headers by which copies are told and subscriptions end."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Final

from bot.transports.configs import SmtpConfig
from bot.transports.port import Parcel
from domain.contact import EmailInvalid, normalise_email
from domain.message_ids import message_id

REPLY_TO: Final = "reply_to"
"""The key of a send's metadata under which another address for answers may stand."""
_WAYS_OUT: Final = "List-Unsubscribe"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_URL: Final = re.compile(r"https?://[!#-;=?-~]{1,900}")
"""A web address in the signs that may stand between < and > of a header, short enough for one line (RFC 5322 2.1.1)."""


class LetterImpossibleError(ValueError):
    """No e-mail can be made of this: an address is none, or the text holds signs that no letter may."""


class _Letters(EmailPolicy):
    """Keeps the addresses of List-Unsubscribe whole: the library would fold a long one by encoding it, and then no
    mailbox finds the link in it. It is broken between addresses alone."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == _WAYS_OUT:
            return f"{name}: {value.replace(', ', f',{self.linesep} ')}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _Letters(linesep="\r\n")


def compose(config: SmtpConfig, parcel: Parcel) -> bytes:
    """Return a parcel as an e-mail in plain text, ready for a server: every line is short, nothing but ASCII.

    The same parcel gives the same Message-ID and Date at every attempt. Raises `LetterImpossibleError`.
    """
    letter = EmailMessage(policy=_POLICY)
    try:
        letter["From"] = Address(_line(config.name), addr_spec=config.sender)
        letter["To"] = Address(addr_spec=normalise_email(parcel.address))
        if reply_to := parcel.metadata.get(REPLY_TO):
            letter["Reply-To"] = Address(addr_spec=normalise_email(str(reply_to)))
        letter["Subject"] = _line(parcel.subject or "")
        letter["Date"] = parcel.first_attempt_at
        letter["Message-ID"] = name_of(config, parcel)
        _add_ways_out(letter, config, parcel)
        letter.set_content(_text(parcel.body), charset="utf-8", cte="quoted-printable")
        return letter.as_bytes()
    except (MessageError, ValueError, EmailInvalid) as error:
        raise LetterImpossibleError(str(error)) from error


def name_of(config: SmtpConfig, parcel: Parcel) -> str:
    """Return the Message-ID of a parcel, the same at every attempt."""
    return message_id(parcel.workspace_id, parcel.send_id, config.domain)


def _add_ways_out(letter: EmailMessage, config: SmtpConfig, parcel: Parcel) -> None:
    """How a mailbox's own button ends the subscription: by one click over HTTP (RFC 8058), or by a letter to us."""
    by_letter = f"<mailto:{config.sender}?subject=unsubscribe>"
    url = parcel.unsubscribe_url
    if url and _URL.fullmatch(url):
        letter[_WAYS_OUT] = f"<{url}>, {by_letter}"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        letter[_WAYS_OUT] = by_letter


def _line(text: str) -> str:
    """Text as one line: no sign in it may begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _text(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\r", "\n")
