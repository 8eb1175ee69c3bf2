"""Twilio's webhooks: texts that people send us, and how far ours came; nothing is believed without its signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request, Response

from bot.http.access import Served
from bot.http.bodies import read_body
from bot.http.twilio_receipts import receipt_of
from bot.http.twilio_signature import HEADER, is_signed
from bot.services.inbound import InboundBook, InboundWish
from bot.services.sends_receipts import Receipts
from domain.errors import RuleBroken
from domain.rules import Medium

log = structlog.get_logger()

TWILIO: Final = "twilio"
"""The name under which rows and events say that Twilio's word was acted on."""
INBOUND: Final = "/webhooks/twilio/inbound"
STATUS: Final = "/webhooks/twilio/status"
NOTHING_TO_SAY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""TwiML by which Twilio answers the sender nothing."""
BODY_LIMIT: Final = 256 * 1024
FIELDS_LIMIT: Final = 500


class TwilioClosed(RuleBroken):
    """This endpoint is closed: it opens when TWILIO_AUTH_TOKEN and PUBLIC_URL are both set."""

    code = "TWILIO_CLOSED"
    status = 403


class SignatureWrong(RuleBroken):
    """This request is not signed by our Twilio account for this address."""

    code = "SIGNATURE_WRONG"
    status = 403


class FieldMissing(RuleBroken):
    """{name} is missing."""

    code = "FIELD_MISSING"


@dataclass(frozen=True, slots=True)
class TwilioDoor:
    """Lets in what Twilio signed with our token for `public_url`, under which it reaches us: behind a proxy the
    address that we see is another one."""

    auth_token: str | None = field(repr=False)
    public_url: str | None

    async def form(self, request: Request, path: str) -> Mapping[str, str]:
        """Return a request's fields. Raises `TwilioClosed`, `SignatureWrong` and `BodyTooLarge`."""
        if not (self.auth_token and self.public_url):
            raise TwilioClosed
        body = await read_body(request, limit=BODY_LIMIT)
        query = request.url.query
        url = f"{self.public_url}{path}{'?' if query else ''}{query}"
        fields = _fields(body)
        if fields is None or not is_signed(self.auth_token, url, fields, request.headers.get(HEADER)):
            # The usual reason is a PUBLIC_URL that is not the one that Twilio was told.
            log.warning("signature_wrong", url=url[:200])
            raise SignatureWrong
        return dict(fields)


def twilio_router(inbound: InboundBook, receipts: Receipts, door: TwilioDoor, served: Served) -> APIRouter:
    """Return the routes that Twilio calls."""
    router = APIRouter(tags=["webhooks"])

    @router.post(INBOUND, summary="A text that came in", response_class=Response)
    async def text_came(request: Request) -> Response:
        """Store a text once and act on it; answered with empty TwiML, so that Twilio says nothing by itself."""
        form = await door.form(request, INBOUND)
        await inbound.receive(served.actor(TWILIO), _wish(form))
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    @router.post(STATUS, summary="How far a text came", status_code=204, response_class=Response)
    async def text_went(request: Request) -> Response:
        """Settle the send that the callback's address names; one that we do not know changes nothing."""
        form = await door.form(request, STATUS)
        who = served.actor(TWILIO)
        word = receipt_of(form, request.query_params.get("send"))
        if word is None:
            log.info("status_says_nothing", status=form.get("MessageStatus", "")[:32])
        else:
            await receipts.receive(who, word)
        return Response(status_code=204)

    return router


def _wish(form: Mapping[str, str]) -> InboundWish:
    """A text as it is taken down. Twilio's own word that it was a stop holds, whatever the word was (OptOutType)."""
    for name in ("MessageSid", "From"):
        if not form.get(name, "").strip():
            raise FieldMissing(name=name)
    says_stop = form.get("OptOutType", "").upper() == "STOP"
    return InboundWish(form["MessageSid"], Medium.SMS, form["From"], _text(form), says_stop=says_stop)


def _text(form: Mapping[str, str]) -> str:
    """The words; for a picture without any, that it was one."""
    body, count = form.get("Body", ""), form.get("NumMedia", "")
    if body.strip() or count in ("", "0"):
        return body
    return "[a picture or file, without words]"


def _fields(body: bytes) -> list[tuple[str, str]] | None:
    """A form's fields, the empty ones too; None for what is no form."""
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError:
        return None
