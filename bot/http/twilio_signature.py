"""Twilio's signature: that a request was made by our account, and that nobody changed it on the way."""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

HEADER = "X-Twilio-Signature"
_PORTS = {"https": 443, "http": 80}

Fields = Sequence[tuple[str, str]]
"""A form's names and values as they came, decoded, those of its empty fields too."""


def signature(auth_token: str, url: str, fields: Fields) -> str:
    """Return what Twilio puts in its header: the base64 of the HMAC-SHA1 of the URL and the fields sorted by name.

    `url` is the one that Twilio was told, query and all. A field that stands twice with one value counts once
    (https://www.twilio.com/docs/usage/security#validating-requests).
    """
    said = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(auth_token.encode(), said.encode("utf-8", "surrogatepass"), "sha1")).decode()


def is_signed(auth_token: str, url: str, fields: Fields, given: str | None) -> bool:
    """Whether a request carries the right signature; compared in constant time."""
    told = (given or "").encode()
    made = [signature(auth_token, each, fields).encode() for each in _spellings(url)]
    return any(hmac.compare_digest(told, each) for each in made)


def _spellings(url: str) -> Iterator[str]:
    """The URL as it is and with its port written or left out: Twilio signs now the one, now the other."""
    parts = urlsplit(url)
    yield url
    if parts.port:
        yield _with_host(parts, parts.netloc.rpartition(":")[0])
    elif parts.scheme in _PORTS:
        yield _with_host(parts, f"{parts.netloc}:{_PORTS[parts.scheme]}")


def _with_host(parts: SplitResult, host: str) -> str:
    return parts._replace(netloc=host).geturl()
