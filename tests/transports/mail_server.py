"""A real mail server on loopback, aiosmtpd in a thread, that keeps what it took and goes wrong when it is told to."""

import asyncio
import ssl
import subprocess
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PHASES = ("EHLO", "HELO", "AUTH", "MAIL", "RCPT", "DATA")
DROP_BEFORE, DROP_AFTER, SILENT_AFTER = "drop before", "drop after", "silent after"


class MailServer:
    """`raw` are the letters that it took, oldest first. `order("RCPT", "550 5.1.1 no")` spoils the next such phase; at
    DATA there are DROP_BEFORE, DROP_AFTER (taken, then the connection breaks) and SILENT_AFTER (taken, no answer) too.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bool = False) -> None:
        self.raw: list[bytes] = []
        self.envelopes: list[Envelope] = []
        self.secured: list[bool] = []
        self.hellos: list[str] = []
        self._orders: dict[str, deque[str]] = {phase: deque() for phase in PHASES}
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=tls if implicit else None,
            tls_context=None if implicit else tls,
            require_starttls=bool(tls) and not implicit,
            authenticator=self._authenticate if login else None,
            auth_required=login,
        )

    @property
    def port(self) -> int:
        return self._controller.port

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]

    def order(self, phase: str, answer: str) -> None:
        self._orders[phase].append(answer)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def _next(self, phase: str) -> str | None:
        return self._orders[phase].popleft() if self._orders[phase] else None

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data) -> AuthResult:
        if answer := self._next("AUTH"):
            return AuthResult(success=False, handled=False, message=answer)
        return AuthResult(success=(data.login, data.password) == (b"maple", b"s3cret@/"), handled=False)

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list):
        self.hellos.append(hostname)
        session.host_name = hostname
        answer = self._next("EHLO")
        return [answer] if answer else responses

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        session.host_name = hostname
        return self._next("HELO") or "250 OK"

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if answer := self._next("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if answer := self._next("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._next("DATA")
        if answer in (None, DROP_AFTER, SILENT_AFTER):
            self.raw.append(envelope.original_content or b"")
            self.envelopes.append(envelope)
            self.secured.append(session.ssl is not None)
        if answer in (DROP_BEFORE, DROP_AFTER):
            server.transport.abort()
        if answer == SILENT_AFTER:
            await asyncio.sleep(0.6)
        return answer or "250 2.0.0 OK: queued as TEST1"


class _Controller(Controller):
    """A controller that finds its own port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost, signed by itself; return it and its key."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
