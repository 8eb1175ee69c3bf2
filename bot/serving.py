"""Runs the program: takes the port, migrates the database, serves HTTP, then connects to Slack."""

import asyncio
import errno
import resource
import socket
import time

import structlog
import uvicorn
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.app import Program, signing_key
from bot.settings import Settings, SlackMode
from domain.errors import RuleBroken
from domain.zones import check_zones
from storage.database import Database, DatabaseUnavailable
from storage.migrate import upgrade

log = structlog.get_logger()

BACKLOG = 512
PRIVILEGED_BELOW = 1024
"""Ports under this one are the system's (RFC 6335, section 6); Linux can set another limit."""


class PortTaken(RuleBroken):
    """Port {port} is taken on {host}. Stop what uses it, or choose another: PORT=8001 make run."""

    code = "PORT_TAKEN"


class PortPrivileged(RuleBroken):
    """Port {port} needs more rights than you have: choose one above 1023, as in PORT=8001 make run."""

    code = "PORT_PRIVILEGED"


class HostUnusable(RuleBroken):
    """HOST {host} can't be listened on at port {port}: {why}."""

    code = "HOST_UNUSABLE"


class DatabaseNotReady(RuleBroken):
    """The database at {url} can't be used: {why}. Check DATABASE_URL, and that the server runs or the file may be
    written."""

    code = "DATABASE_NOT_READY"


class SlackUnreachable(RuleBroken):
    """Slack did not let us in: {why}. Check the tokens in the environment or `.env`."""

    code = "SLACK_UNREACHABLE"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that owns the port. Raises `PortTaken`, `PortPrivileged` and `HostUnusable`, which name it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise refusal(error, host, port) from error
    return listener


def refusal(error: OSError, host: str, port: int) -> RuleBroken:
    """Return the sentence for what the system said to taking the port."""
    if error.errno == errno.EADDRINUSE:
        return PortTaken(port=port, host=host)
    if isinstance(error, PermissionError) and 0 < port < PRIVILEGED_BELOW:
        return PortPrivileged(port=port)
    return HostUnusable(host=host, port=port, why=error.strerror or str(error))


async def serve(settings: Settings, *, started: float) -> None:
    """Serve until interrupted; `started` is the monotonic second at which the program began.

    Raises a `RuleBroken` with what to do for everything that stops the start.
    """
    host = "127.0.0.1" if settings.slack_mode is SlackMode.SANDBOX else settings.host
    listener = listen(host, settings.port)
    origin = f"http://{host}:{listener.getsockname()[1]}"
    database = Database(settings.database_url)
    try:
        await upgrade(database)
    except DatabaseUnavailable as error:
        raise DatabaseNotReady(url=database.url.render_as_string(hide_password=True), why=error.facts["why"]) from error
    zones = check_zones()
    if not zones.ok:
        log.error("zones_wrong", tzdata=zones.iana_version, wrong=zones.wrong)
    program = Program(settings, database, origin=origin, secret_key=await signing_key(settings, database))
    server = _Server(program)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _until_started(server, serving)
        name = await _connected(program)
        _say_ready(origin, name, settings, seconds=time.monotonic() - started)
        if not program.holding.is_ours:
            print(f"  The scheduler is {program.holding.said()}. Until then this one only serves.\n", flush=True)  # noqa: T201
    except BaseException:
        server.should_exit = True
        raise
    finally:
        await serving


class _Server(uvicorn.Server):
    """Closes the program before it waits for open requests: the page's event stream ends only then."""

    def __init__(self, program: Program) -> None:
        super().__init__(uvicorn.Config(program.asgi, log_config=None, lifespan="off", access_log=False))
        self._program = program

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._program.close()
        await super().shutdown(sockets)


async def _connected(program: Program) -> str:
    """Connect to Slack; return the workspace's name."""
    try:
        return await program.connect()
    except SlackApiError as error:
        raise SlackUnreachable(why=error.response.get("error") or "it gave no reason") from error
    except (ClientError, TimeoutError) as error:
        raise SlackUnreachable(why=str(error) or "it did not answer") from error


async def _until_started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            serving.result()
            raise RuntimeError("the server ended before it listened")
        await asyncio.sleep(0.01)


def _say_ready(origin: str, name: str, settings: Settings, *, seconds: float) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    log.info("ready", origin=origin, workspace=name, seconds=round(seconds, 2), megabytes=round(megabytes))
    if settings.slack_mode is SlackMode.SANDBOX:
        print(f"\n  Valhalla's sandbox is at {origin}  (not connected to Slack; Ctrl+C stops it)\n", flush=True)  # noqa: T201
    else:
        print(f"\n  Valhalla is connected to {name} ({settings.slack_mode}); health at {origin}/health\n", flush=True)  # noqa: T201
