"""The webhook for e-mail that comes in: replies, letters that came back, and complaints, as one plain JSON shape."""

import hmac
import re
from email.utils import parseaddr
from typing import Annotated, Final, Literal, Self

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.http.access import Served
from bot.http.bodies import read_body
from bot.http.problems import problem
from bot.services.actors import Actor
from bot.services.inbound import InboundBook, InboundWish
from bot.services.sends_receipts import Receipts, ReceiptWord
from bot.services.unsubscribing import Complaint, Unsubscribing
from domain.errors import RuleBroken
from domain.message_ids import read_message_id
from domain.rules import Medium

log = structlog.get_logger()

MAIL: Final = "email"
"""The name under which rows and events say that an e-mail's word was acted on."""
PATH: Final = "/webhooks/email/inbound"
BODY_LIMIT: Final = 1024 * 1024
BOUNCED: Final = "bounced"
_ANSWERS: Final = re.compile(r"\s*(?:re|r\u00e9|fwd?|tr|aw|sv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
"""How subjects of replies and forwarded letters begin: then the words after it are our own."""
_CAME_BACK: Final = {
    "5.1.1": "there is no such mailbox",
    "5.1.2": "there is no such mail server",
    "5.1.10": "the address takes no mail",
    "5.2.1": "the mailbox is closed",
    "5.2.2": "the mailbox is full",
    "5.7.1": "the mail server refuses it",
}
"""Why letters come back for good (RFC 3463)."""


class MailClosed(RuleBroken):
    """This endpoint is closed: it opens when INBOUND_EMAIL_TOKEN is set."""

    code = "MAIL_CLOSED"
    status = 403


class TokenWrong(RuleBroken):
    """Send the value of INBOUND_EMAIL_TOKEN as a bearer token: Authorization: Bearer ..."""

    code = "TOKEN_WRONG"
    status = 403


class MailIn(BaseModel):
    """One e-mail that came in, or what is reported about one of ours."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    message_id: Annotated[str, Field(min_length=1, max_length=998, examples=["<CAF3x@mail.example.com>"])]
    sender: Annotated[str, Field(alias="from", min_length=1, max_length=998, examples=["Ann <ann@example.com>"])]
    to: str | list[str] | None = None
    subject: str | None = None
    text: str = ""
    received_at: AwareDatetime | None = None
    kind: Literal["reply", "bounce", "complaint"] = "reply"
    about_message_id: Annotated[str | None, Field(max_length=998)] = None
    status: Annotated[str | None, Field(pattern=r"^[45]\.\d{1,3}\.\d{1,3}$", examples=["5.1.1"])] = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "bounce" and self.status is None:
            raise ValueError("a bounce needs its status, like 5.1.1")
        if self.kind == "reply" and not (self.text or self.subject):
            raise ValueError("a reply needs its text")
        return self

    @property
    def address(self) -> str:
        """The sender's address without their name; what holds none is kept as it is, so that no stop is lost."""
        return parseaddr(self.sender)[1] or self.sender

    @property
    def words(self) -> str:
        """What they wrote. A subject is theirs where it answers nothing: some write "unsubscribe" there and no more."""
        if self.subject and not (self.text and _ANSWERS.match(self.subject)):
            return f"{self.subject}\n\n{self.text}".strip()
        return self.text


def mail_router(
    inbound: InboundBook, receipts: Receipts, unsubscribing: Unsubscribing, served: Served, token: str | None
) -> APIRouter:
    """Return the route for e-mail that comes in; `token` is what callers show, None keeps it closed."""
    router = APIRouter(tags=["webhooks"])
    told = _Mail(inbound, receipts, unsubscribing)

    @router.post(PATH, summary="An e-mail that came in", openapi_extra=_DOCUMENT)
    async def mail_came(request: Request) -> JSONResponse:
        """Store a reply once and act on it; settle the send that came back; take a complaint for an opt-out."""
        _check(request, token)
        body = await read_body(request, limit=BODY_LIMIT)
        try:
            mail = MailIn.model_validate_json(body)
        except ValidationError as invalid:
            return problem(422, "INVALID", "The document is not as expected.", errors=_faults(invalid))
        return JSONResponse(await told.take(served.actor(MAIL), mail))

    return router


class _Mail:
    """What is done with each kind of e-mail."""

    def __init__(self, inbound: InboundBook, receipts: Receipts, unsubscribing: Unsubscribing) -> None:
        self._inbound = inbound
        self._receipts = receipts
        self._unsubscribing = unsubscribing

    async def take(self, who: Actor, mail: MailIn) -> dict[str, object]:
        match mail.kind:
            case "reply":
                return await self._reply(who, mail)
            case "bounce":
                return await self._bounce(who, mail)
            case "complaint":
                return await self._complaint(who, mail)

    async def _reply(self, who: Actor, mail: MailIn) -> dict[str, object]:
        wish = InboundWish(mail.message_id, Medium.EMAIL, mail.address, mail.words, mail.received_at)
        received = await self._inbound.receive(who, wish)
        message = received.message
        return {"kind": "reply", "repeated": received.repeated, "intent": message.intent, "state": message.state}

    async def _bounce(self, who: Actor, mail: MailIn) -> dict[str, object]:
        """A letter that comes back for good settles its send; "4." says that the mail server still tries."""
        status, send_id = mail.status or "", _send_id(who, mail)
        if send_id is None or not status.startswith("5."):
            log.info("mail_came_back", status=status, send_id=send_id)
            return {"kind": "bounce", "settled": False}
        why = _CAME_BACK.get(status, "the mail server could not deliver it")
        sentence = f"The e-mail came back: {why} ({status})."
        name = (mail.about_message_id or "").strip("<> ")
        word = ReceiptWord("smtp", name, send_id, "undelivered", BOUNCED, sentence)
        return {"kind": "bounce", "settled": await self._receipts.receive(who, word)}

    async def _complaint(self, who: Actor, mail: MailIn) -> dict[str, object]:
        complaint = Complaint(mail.message_id, mail.address, _send_id(who, mail))
        is_new = await self._unsubscribing.complain(who, complaint)
        return {"kind": "complaint", "repeated": not is_new}


def _send_id(who: Actor, mail: MailIn) -> int | None:
    """The send of this workspace that a report is about, by our Message-ID."""
    found = read_message_id(mail.about_message_id or "")
    return found[1] if found and found[0] == who.workspace_id else None


def _check(request: Request, token: str | None) -> None:
    if not token:
        raise MailClosed
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), token.encode()):
        raise TokenWrong


def _faults(invalid: ValidationError) -> dict[str, str]:
    """A sentence for each field; what is wrong with the whole stands under "document"."""
    return {
        ".".join(map(str, fault["loc"])) or "document": fault["msg"].removeprefix("Value error, ")
        for fault in invalid.errors(include_url=False, include_context=False, include_input=False)
    }


_DOCUMENT: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": MailIn.model_json_schema()}}},
}
