"""What Twilio answers, in the outbox's words: which refusal is for now, which for good, and which says nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from domain.receipts import CARRIER_BLOCK, Outcome, Receipt

_FOR_GOOD: Final = {
    **dict.fromkeys((21211, 21214, 21217, 21401), "bad_number"),
    # 21635 is the landline of countries where Twilio does not even try; in Canada the receipt tells (30006).
    **dict.fromkeys((21612, 21614, 21635, 30006), "cannot_receive"),
    21610: CARRIER_BLOCK,
    21617: "too_long",
    **dict.fromkeys((21602, 21619, 30007), "content_refused"),
}
_LOGIN: Final = frozenset({20003, 20005, 20403, 20404})
"""Credentials, a suspended account, an account that is not there: an admin must mend it, no message is to be lost."""
_SENDER: Final = frozenset({21212, 21601, 21603, 21606, 21659, 21660, 21661, 21701, 21703, 21705})
"""The number or service that we send from: an admin must mend that too."""
_BUSY: Final = frozenset({14107, 20429, 21611, 30001, 63038})
"""Too many at once, too many waiting, too many today."""
_LONGEST_WAIT: Final = timedelta(days=1)
_SHOWN: Final = 240


def receipt_for(status: int, headers: Mapping[str, str], told: Mapping[str, object], now: datetime) -> Receipt:
    """Return what an answer means. `told` is its JSON, empty where it is none.

    Every 5xx is unclear: Twilio says of a create that a retry after one may be a second message (its error 20500), and
    nowhere that it took none before a 503, which a gateway in front of it gives as well.
    """
    sid = told.get("sid")
    if status in (200, 201) and isinstance(sid, str) and sid:
        return _taken(sid, told)
    if not 400 <= status < 500 or status == 408:
        return Receipt(Outcome.UNCLEAR, f"http_{status}", f"Twilio answered {status}: {_words(told)}")
    return _refused(status, headers, told, now)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the wait that an answer asks for, in seconds or as a date (RFC 9110 10.2.3); a day at most."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        wait = timedelta(seconds=min(int(said[:9]), _LONGEST_WAIT.total_seconds()))
    elif until := moment(said):
        # Counted from the answer's own date: its clock is the one that the date was made by.
        wait = min(until - (moment(headers.get("Date", "")) or now), _LONGEST_WAIT)
    else:
        return None
    return wait if wait > timedelta() else None


def moment(text: object) -> datetime | None:
    """Return a date as HTTP and Twilio write it; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _taken(sid: str, told: Mapping[str, object]) -> Receipt:
    detail = {name: told[name] for name in ("status", "num_segments") if told.get(name) is not None}
    return Receipt(Outcome.ACCEPTED, "accepted", provider_id=sid, detail=detail)


def _refused(status: int, headers: Mapping[str, str], told: Mapping[str, object], now: datetime) -> Receipt:
    code, words = told.get("code"), _words(told)
    code = code if isinstance(code, int) else 0
    detail = {"status": status, "twilio_code": code or None}
    if status == 429 or code in _BUSY:
        wait = retry_after(headers, now)
        return Receipt(Outcome.TEMPORARY, "rate_limited", f"Twilio is busy: {words}", None, wait, detail=detail)
    if code in _FOR_GOOD:
        return Receipt(Outcome.PERMANENT, _FOR_GOOD[code], f"Twilio refused it: {words}", detail=detail)
    if code in _SENDER:
        return Receipt(Outcome.TEMPORARY, "sender_refused", f"Twilio refuses our number: {words}", detail=detail)
    if status in (401, 403) or code in _LOGIN:
        return Receipt(Outcome.TEMPORARY, "rejected_login", f"Twilio does not let us in: {words}", detail=detail)
    if not code:
        # Not Twilio's own words: something between us and it refused.
        return Receipt(Outcome.TEMPORARY, "unavailable", f"Twilio could not be reached: {status}", detail=detail)
    return Receipt(Outcome.PERMANENT, str(code), f"Twilio refused it: {words}", detail=detail)


def _words(told: Mapping[str, object]) -> str:
    message, code = told.get("message"), told.get("code")
    said = " ".join(str(message).split())[:_SHOWN] if message else "no reason given"
    return f"{said} ({code})" if code else said
