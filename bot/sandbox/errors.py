"""What can go wrong on Slack's side of the wire, and what the driver tells a person who asked for the impossible."""

from typing import Any


class SlackError(Exception):
    """A Web API call that ends with `{"ok": false, "error": code}` and perhaps more."""

    def __init__(self, code: str, *messages: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more: dict[str, Any] = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": list(messages)}

    def to_json(self) -> dict[str, Any]:
        """Return the answer as Slack writes it."""
        return {"ok": False, "error": self.code, **self.more}


class DriverError(Exception):
    """A driver call that cannot be done; `message` says what to do instead."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def to_json(self) -> dict[str, Any]:
        """Return the answer that the driver gives."""
        return {"ok": False, "error": self.code, "message": self.message}
