"""Who may use the HTTP endpoints, and whose they are: on loopback in the sandbox everyone's, else nobody's so far."""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request

from bot.services.actors import Actor
from domain.errors import RuleBroken

ENDPOINT = "api"
"""The name under which rows and events say that an endpoint acted."""


class DoorClosed(RuleBroken):
    """This endpoint is closed: it is open on this machine in the sandbox, and elsewhere not before API tokens exist."""

    code = "CLOSED"
    status = 403


class Starting(RuleBroken):
    """Valhalla is starting and serves no workspace yet. Try again in a few seconds."""

    code = "STARTING"
    status = 503
    retry_after = 5


@dataclass(slots=True)
class Served:
    """The workspace that the program serves; none before it has met one in Slack."""

    workspace_id: str | None = None

    def actor(self, name: str) -> Actor:
        """Return the part of the product with this name as it acts for the workspace. Raises `Starting`."""
        if self.workspace_id is None:
            raise Starting
        return Actor(self.workspace_id, name, is_person=False)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets callers in for one workspace; `origin` is set in the sandbox only ("http://127.0.0.1:8000")."""

    workspace_id: str
    origin: str | None

    def check(self, request: Request) -> None:
        """Raise `DoorClosed` unless the caller is on this machine, asks for it by name, and is no other site's page."""
        host = request.headers.get("host", "").rpartition(":")[0].strip("[]")
        from_page = request.headers.get("origin")
        same_site = from_page in (None, self.origin) or from_page == f"http://{request.headers.get('host')}"
        if self.origin is None or not _is_loopback(request) or host not in _NAMES or not same_site:
            raise DoorClosed

    def actor(self) -> Actor:
        """Return the actor for what comes through this door."""
        return Actor(self.workspace_id, ENDPOINT, is_person=False)


_NAMES = ("127.0.0.1", "localhost", "::1")


def _is_loopback(request: Request) -> bool:
    return request.client is not None and ip_address(request.client.host).is_loopback
