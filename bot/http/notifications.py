"""The notification endpoint: what a deal's parties would hear, drafted and waiting for somebody's approval."""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.http.access import Door
from bot.http.problems import problem
from bot.services.actors import Actor
from bot.services.notifying import DealIdNotFound, Notifying
from bot.services.notifying_batch import LeftOut, Prepared
from bot.services.numbered import DealNotFound
from bot.services.recipients import is_phone
from domain.contact import mask_email, mask_phone
from domain.notifying import Party
from storage.sends import Send

LARGEST_ID, LARGEST_NUMBER = 2**63 - 1, 999_999_999
_CARRIED = ("province", "market", "liquidity_score", "deal_id", "lead_id")


class DealRef(BaseModel):
    """Which deal: by its id as the flow returned it, or by its number."""

    model_config = ConfigDict(extra="ignore")

    deal_id: int | None = Field(default=None, ge=1, le=LARGEST_ID, examples=[7])
    deal_number: int | str | None = Field(default=None, examples=["D-7"])

    @model_validator(mode="after")
    def _names_one(self) -> "DealRef":
        if (self.deal_id is None) == (self.deal_number is None):
            raise ValueError("give the deal's deal_id or its deal_number")
        if self.deal_number is not None:
            self.number()
        return self

    def number(self) -> int:
        """Return the number behind "D-7", "7" or 7."""
        text = str(self.deal_number).strip().upper().removeprefix("D-")
        if not text.isascii() or not text.isdigit() or not 0 < int(text[:10]) <= LARGEST_NUMBER:
            raise ValueError("a deal's number is written D-7 or 7")
        return int(text)


def notifications_router(notifying: Notifying, door: Door) -> APIRouter:
    """Return the route that notifies a deal's parties."""
    router = APIRouter(tags=["flow"], dependencies=[Depends(door.check)])

    @router.post("/flow/notify_deal_parties", summary="Draft the messages about a deal to its seller and its buyers")
    async def notify_deal_parties(asked: DealRef) -> JSONResponse:
        """Draft the messages to those who have not heard of the deal, and ask for one approval of them all.

        Nothing leaves before somebody has approved it. A batch that waits already is answered as it stands; addresses
        are masked.
        """
        who = door.actor()
        try:
            prepared = await notifying.prepare(who, await _number(notifying, who, asked))
        except (DealNotFound, DealIdNotFound) as unknown:
            return problem(404, unknown.code, str(unknown))
        return JSONResponse(_answer(prepared))

    return router


async def _number(notifying: Notifying, who: Actor, asked: DealRef) -> int:
    return asked.number() if asked.deal_id is None else await notifying.number_of(who, asked.deal_id)


def _answer(prepared: Prepared) -> dict[str, Any]:
    seller, left_out = prepared.to(Party.SELLER), prepared.detail.seller
    approval = prepared.approval
    return {
        "deal_id": prepared.deal.id,
        "deal_number": f"D-{prepared.deal.number}",
        "seller_notification": _message(seller[0]) if seller else None,
        "seller_left_out": _reason(left_out) if left_out else None,
        "buyer_notifications": [_to_buyer(send) for send in prepared.to(Party.BUYER)],
        "excluded": [{"buyer_id": each.buyer_id, **_reason(each)} for each in prepared.detail.left_out],
        "approval_id": approval.id if approval else None,
        "approval_expires_at": approval.expires_at.isoformat() if approval else None,
        "notes": list(prepared.detail.remarks),
    }


def _to_buyer(send: Send) -> dict[str, Any]:
    message, kept = _message(send), send.metadata
    more = {name: kept[name] for name in ("fit", "wave", "wave_minutes")}
    return {"buyer_id": send.buyer_id, **message, "metadata": {**message["metadata"], **more}}


def _message(send: Send) -> dict[str, Any]:
    address = mask_phone(send.address) if is_phone(send.address) else mask_email(send.address)
    return {
        "to": address,
        "medium": send.route.value,
        "subject": send.subject,
        "body": send.body,
        "metadata": {name: send.metadata[name] for name in _CARRIED},
    }


def _reason(left_out: LeftOut) -> dict[str, str]:
    return {"reason": left_out.reason, "sentence": left_out.sentence}
