"""The messaging endpoints: one e-mail or one text that another program wants sent, through the same gate as all."""

import hashlib
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.http.access import Door
from bot.http.problems import problem
from bot.services.intake import readable
from bot.services.messages import SUBJECT_LIMIT
from bot.services.messaging import Answered, Messaging, OutsideWish, Refusal
from bot.services.recipients import NamedPlace, is_phone
from domain.consent import ConsentKind
from domain.consent_draft import ConsentDraft, ConsentInFuture
from domain.contact import email_key, mask_email, mask_phone, normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.gate import Stated
from domain.geo import ALL, locate, province_of
from domain.rules import Medium
from domain.segments import TextTooLong
from storage.requests import RequestKey

T = TypeVar("T")
Basis = Literal["express_written", "express_oral", "inquiry", "purchase", "contract", "publication", "disclosed"]
"""What may be stated of a recipient. A referral is not among them: its message must name who referred them, and that is
for a person to see to."""
WORDS_LIMIT = 100_000
PLAIN_TEXT = "E-mails leave as plain text: the html was not sent."
"""What is said of a part that no transport carries."""


class ConsentIn(BaseModel):
    """The consent that the message rests on: its day is the recipient's (today's when left out), its source says where
    it can be proven; both are kept in the ledger."""

    model_config = ConfigDict(extra="forbid")

    basis: Basis
    obtained_on: date | None = None
    source: str | None = Field(default=None, min_length=1, max_length=2_000)

    def draft(self, today: date) -> ConsentDraft:
        """Return it as forms take it down."""
        source = readable(self.source or "").strip() or None
        return ConsentDraft(ConsentKind(self.basis), self.obtained_on or today, source=source, evidence=source)


class MessageIn(BaseModel):
    """What both endpoints take beside the words: `to` is an e-mail address or a phone number.

    `weekday` (0 is Monday) and `hhmm` are the recipient's local time: they can only forbid, and stand in the place of
    the clock in a preview.
    """

    model_config = ConfigDict(extra="ignore")

    to: str
    province: str | None = Field(default=None, examples=["ON"])
    market: str | None = Field(default=None, examples=["Toronto"])
    weekday: Annotated[int, Field(strict=True, ge=0, le=6)] | None = None
    hhmm: Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3])[0-5][0-9]$")] | None = Field(
        default=None, examples=["1030"]
    )
    consent: ConsentIn | None = None
    when_closed: Literal["refuse", "hold"] = "refuse"
    preview: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> "MessageIn":
        if (self.weekday is None) != (self.hhmm is None):
            raise PydanticCustomError("TIME_HALF", "weekday and hhmm belong together: give both or neither")
        self.place()
        return self

    def place(self) -> NamedPlace | None:
        """Return the province and market that were named; the market alone where it has but one province."""
        province, market = (self.province or "").strip(), (self.market or "").strip()
        if not province and market in ("", ALL):
            return None
        code = province_of(province) if province else locate(market).province
        if code is None:
            raise PydanticCustomError("PLACE_UNKNOWN", "this province is not known: name one such as ON")
        return NamedPlace(code, market or ALL)

    def stated(self) -> Stated | None:
        """Return the local time that was named."""
        return None if self.weekday is None else Stated(self.weekday, self.hhmm)


class EmailIn(MessageIn):
    """An e-mail. What the law wants in it is added where it is missing."""

    subject: str = Field(max_length=SUBJECT_LIMIT)
    body: str = Field(max_length=WORDS_LIMIT)
    html: str | bool | None = Field(default=None, description=PLAIN_TEXT)

    @field_validator("to")
    @classmethod
    def _address(cls, raw: str) -> str:
        return email_key(_checked(partial(normalise_email, raw)))

    @field_validator("subject")
    @classmethod
    def _one_line(cls, raw: str) -> str:
        return _said(" ".join(readable(raw).split()))

    @field_validator("body")
    @classmethod
    def _words(cls, raw: str) -> str:
        return _said(readable(raw).strip())

    def wish(self, key: RequestKey | None) -> OutsideWish:
        """Return it as the service takes it."""
        return _wish(self, Medium.EMAIL, self.body, key, subject=self.subject)


class SmsIn(MessageIn):
    """A text. What the law wants in it is added where it is missing."""

    message: str = Field(max_length=WORDS_LIMIT)

    @field_validator("to")
    @classmethod
    def _number(cls, raw: str) -> str:
        return _checked(partial(normalise_phone, raw))

    @field_validator("message")
    @classmethod
    def _words(cls, raw: str) -> str:
        return _said(readable(raw).strip())

    def wish(self, key: RequestKey | None) -> OutsideWish:
        """Return it as the service takes it."""
        return _wish(self, Medium.SMS, self.message, key)


IdempotencyKey = Annotated[str | None, Header(max_length=200)]


def messaging_router(messaging: Messaging, door: Door) -> APIRouter:
    """Return the routes by which programs send."""
    router = APIRouter(tags=["messaging"], dependencies=[Depends(door.check)])

    @router.post("/messaging/send-email", summary="Send an e-mail, if policy and law allow")
    async def send_email(asked: EmailIn, request: Request, idempotency_key: IdempotencyKey = None) -> JSONResponse:
        """Take down an e-mail that leaves at once; `when_closed: hold` lets it wait for the next opening.

        403 with the reason, the recipient's local times and the next opening where it may not leave.
        """
        notes = [PLAIN_TEXT] if asked.html else []
        return await _answer(messaging, door, asked, asked.wish(await _key(request, idempotency_key)), notes)

    @router.post("/messaging/send-sms", summary="Send a text, if policy and law allow")
    async def send_sms(asked: SmsIn, request: Request, idempotency_key: IdempotencyKey = None) -> JSONResponse:
        """Take down a text that leaves at once; `when_closed: hold` lets it wait for the next opening.

        403 with the reason, the recipient's local times and the next opening where it may not leave.
        """
        return await _answer(messaging, door, asked, asked.wish(await _key(request, idempotency_key)), [])

    return router


async def _answer(
    messaging: Messaging, door: Door, asked: MessageIn, wish: OutsideWish, notes: list[str]
) -> JSONResponse:
    who = door.actor()
    try:
        answered = await (messaging.preview(who, wish) if asked.preview else messaging.send(who, wish))
    except ConsentInFuture as error:
        return problem(422, error.code, str(error), errors={"consent.obtained_on": str(error)})
    except TextTooLong as error:
        return problem(422, error.code, str(error), errors={"message": str(error)})
    if answered.refusal:
        return _refused(answered.refusal, answered)
    return JSONResponse(_document(wish, answered, notes))


def _refused(refusal: Refusal, answered: Answered) -> JSONResponse:
    return problem(
        403,
        refusal.reason.upper(),
        refusal.sentence,
        reason=refusal.reason,
        basis=refusal.basis,
        source=refusal.source,
        policy=refusal.policy,
        local_times=dict(refusal.local_times),
        next_open_at=refusal.next_open_at,
        send_id=answered.send.id if answered.send else None,
    )


def _document(wish: OutsideWish, answered: Answered, notes: list[str]) -> dict[str, Any]:
    send = answered.send
    held = send.held_until.isoformat() if send and send.held_until else None
    return {
        "send_id": send.id if send else None,
        "correlation_id": send.correlation_id if send else None,
        "state": send.state.value if send else "preview",
        "medium": wish.medium.value,
        "to": mask_phone(wish.address) if is_phone(wish.address) else mask_email(wish.address),
        "subject": wish.subject,
        "body": answered.body,
        "held_until": held,
        "why": answered.why,
        "policy": answered.policy,
        "local_times": dict(answered.local_times),
        "notes": notes,
    }


def _wish(
    asked: MessageIn, medium: Medium, body: str, key: RequestKey | None, *, subject: str | None = None
) -> OutsideWish:
    return OutsideWish(
        medium=medium,
        address=asked.to,
        body=body,
        subject=subject,
        consent=asked.consent.draft if asked.consent else None,
        holds=asked.when_closed == "hold",
        stated=asked.stated(),
        place=asked.place(),
        request=key,
    )


async def _key(request: Request, given: str | None) -> RequestKey | None:
    """Name a request by its header; the same key with another document is another request."""
    if not given:
        return None
    return RequestKey(f"messaging:{given}", hashlib.sha256(await request.body()).hexdigest())


def _checked(read: Callable[[], T]) -> T:
    """Read a field with a rule of the domain: its sentence is the field's error."""
    try:
        return read()
    except RuleBroken as broken:
        raise PydanticCustomError("FIELD_INVALID", "{sentence}", {"sentence": str(broken)}) from broken


def _said(words: str) -> str:
    if not words:
        raise PydanticCustomError("WORDS_MISSING", "write what the message says")
    return words
