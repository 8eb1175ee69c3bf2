"""How a provider is reached: checked when the settings are read, and handed to its transport."""

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from typing import ClassVar, Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

from domain.contact import EmailInvalid, normalise_email
from domain.errors import RuleBroken

_PORTS: Final = {"smtp": 587, "smtps": 465}
_ACCOUNT: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}|[0-9]{5,6}")
"""A number in E.164, or a short code; names as senders are not allowed in Canada."""
_ESCAPES: Final = "write @, :, / and # in a user or password as %40, %3A, %2F and %23"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class MailUnclear(RuleBroken):
    """E-mail is only half set up: {why}. Set SMTP_URL (smtp://user:password@smtp.example.com:587) with MAIL_FROM (Maple
    Homes <hello@example.com>), or neither for a dry run."""

    code: ClassVar[str] = "MAIL_UNCLEAR"


class TwilioUnclear(RuleBroken):
    """Twilio is only half set up: {why}. Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with either TWILIO_FROM or
    TWILIO_MESSAGING_SERVICE_SID, or none of the four for a dry run."""

    code: ClassVar[str] = "TWILIO_UNCLEAR"


class Security(StrEnum):
    """How a mail server is spoken to. PLAIN is for a server on this machine alone."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """A mail server and whom its letters are from; `name` is shown beside the address `sender`."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    name: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def said(self) -> str:
        """Who carries e-mail, in words."""
        return f"SMTP, {self.host}, from {self.sender}"

    @property
    def domain(self) -> str:
        """What stands after the @ of the sender."""
        return self.sender.rpartition("@")[2]

    @classmethod
    def parse(cls, url: str | None, mail_from: str | None) -> Self | None:
        """Read SMTP_URL and MAIL_FROM; None where neither is set. Raises `MailUnclear`, which repeats no password."""
        if not url and not mail_from:
            return None
        if not url or not mail_from:
            raise MailUnclear(why=f"{'MAIL_FROM' if url else 'SMTP_URL'} is missing")
        parts, port = _split(url)
        name, sender = _mailbox(mail_from)
        return cls(
            host=parts.hostname or "",
            port=port,
            sender=sender,
            security=_security(parts),
            name=name,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


@dataclass(frozen=True, slots=True)
class TwilioConfig:
    """A Twilio account and the number, or the messaging service, that its texts come from.

    `public_url` is where Twilio reaches us with receipts; without it none are asked for.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str | None = None
    messaging_service_sid: str | None = None
    public_url: str | None = None
    base_url: str = "https://api.twilio.com"

    @property
    def said(self) -> str:
        """Who carries texts, in words."""
        return f"Twilio, from {self.sender or f'messaging service {self.messaging_service_sid}'}"

    @classmethod
    def parse(
        cls, account_sid: str | None, auth_token: str | None, sender: str | None, service: str | None
    ) -> Self | None:
        """Read the TWILIO_ variables; None where none is set. Raises `TwilioUnclear`, which repeats no token."""
        if not (account_sid or auth_token or sender or service):
            return None
        if why := _twilio_fault(account_sid, auth_token, sender, service):
            raise TwilioUnclear(why=why)
        return cls(account_sid or "", auth_token or "", _dense(sender), service)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise MailUnclear(why=f"SMTP_URL is no address: {_ESCAPES}") from error
    if parts.scheme not in _PORTS:
        raise MailUnclear(why="SMTP_URL does not begin with smtp:// or smtps://")
    if not parts.hostname or _CONTROL.search(parts.hostname):
        raise MailUnclear(why="SMTP_URL names no server")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise MailUnclear(why=f"SMTP_URL goes on after the port: {_ESCAPES}")
    if bool(parts.username) != bool(parts.password):
        raise MailUnclear(why="SMTP_URL has a user without a password, or a password without a user")
    return parts, port


def _security(parts: SplitResult) -> Security:
    if parts.scheme == "smtps":
        return Security.TLS
    return Security.PLAIN if is_loopback(parts.hostname or "") else Security.STARTTLS


def _mailbox(mail_from: str) -> tuple[str, str]:
    if _CONTROL.search(mail_from):
        raise MailUnclear(why="MAIL_FROM is more than one line")
    name, address = parseaddr(mail_from)
    try:
        return name, normalise_email(address or mail_from)
    except EmailInvalid as error:
        raise MailUnclear(why=f"MAIL_FROM is no address: {error.facts['why']}") from error


def _twilio_fault(
    account_sid: str | None, auth_token: str | None, sender: str | None, service: str | None
) -> str | None:
    if not account_sid or not auth_token:
        return f"{'TWILIO_AUTH_TOKEN' if account_sid else 'TWILIO_ACCOUNT_SID'} is missing"
    if not sender and not service:
        return "neither TWILIO_FROM nor TWILIO_MESSAGING_SERVICE_SID is set"
    if sender and service:
        return "TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID are both set, and only one of them can be meant"
    if not _ACCOUNT.fullmatch(account_sid):
        return "TWILIO_ACCOUNT_SID is not AC and 32 hexadecimal digits"
    if sender and not _NUMBER.fullmatch(_dense(sender) or ""):
        return "TWILIO_FROM is no number: write it with + and the country code, like +14165550100"
    if service and not _SERVICE.fullmatch(service):
        return "TWILIO_MESSAGING_SERVICE_SID is not MG and 32 hexadecimal digits"
    return None


def _dense(number: str | None) -> str | None:
    """A number without the signs that people put into it."""
    return re.sub(r"[\s().-]", "", number) if number else None
