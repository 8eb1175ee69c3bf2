"""Request bodies, read up to a limit: whoever may not come in yet must not fill our memory."""

from starlette.requests import Request

from domain.errors import RuleBroken


class BodyTooLarge(RuleBroken):
    """This request is larger than {limit:,} bytes. Leave attachments out and cut long texts."""

    code = "TOO_LARGE"
    status = 413


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the whole body, at most `limit` bytes of it. Raises `BodyTooLarge`."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit=limit)
        parts.append(part)
    return b"".join(parts)
