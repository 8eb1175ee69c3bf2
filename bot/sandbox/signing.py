"""Signs what the sandbox sends over HTTP, the way Slack does (docs.slack.dev, "Verifying requests from Slack")."""

import hashlib
import hmac
from datetime import datetime


def signature(secret: str, timestamp: str, body: str) -> str:
    """Return "v0=" and the SHA-256 HMAC of "v0:timestamp:body"."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


def signed_headers(secret: str, body: str, at: datetime) -> dict[str, str]:
    """Return the two headers that prove the sender, for a body sent at `at` (aware)."""
    timestamp = str(int(at.timestamp()))
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature(secret, timestamp, body)}
