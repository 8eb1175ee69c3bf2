"""Runs the program: takes the port, migrates the database, serves HTTP, then connects to Slack."""

import asyncio
import resource
import socket
import time

import structlog
import uvicorn

from bot.app import Program
from bot.settings import Settings, SlackMode
from domain.errors import RuleBroken
from domain.zones import check_zones
from storage.database import Database
from storage.migrate import upgrade

log = structlog.get_logger()

BACKLOG = 512


class PortTaken(RuleBroken):
    """Port {port} is taken on {host}. Stop what uses it, or choose another: PORT=8001 make run."""

    code = "PORT_TAKEN"


class HostUnusable(RuleBroken):
    """HOST {host} can't be listened on: {why}."""

    code = "HOST_UNUSABLE"


class SlackUnreachable(RuleBroken):
    """Slack did not let us in: {why}. Check the tokens in the environment or `.env`."""

    code = "SLACK_UNREACHABLE"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that owns the port. Raises `PortTaken` and `HostUnusable`, which name it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError) or "in use" in str(error):
            raise PortTaken(port=port, host=host) from error
        raise HostUnusable(host=host, why=error.strerror or str(error)) from error
    return listener


async def serve(settings: Settings) -> None:
    """Serve until interrupted. Raises a `RuleBroken` with what to do for everything that stops the start."""
    host = "127.0.0.1" if settings.slack_mode is SlackMode.SANDBOX else settings.host
    listener = listen(host, settings.port)
    origin = f"http://{host}:{listener.getsockname()[1]}"
    database = Database(settings.database_url)
    await upgrade(database)
    zones = check_zones()
    if not zones.ok:
        log.error("zones_wrong", tzdata=zones.iana_version, wrong=zones.wrong)
    program = Program(settings, database, origin=origin)
    server = uvicorn.Server(uvicorn.Config(program.asgi, log_config=None, lifespan="off", access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _until_started(server, serving)
        name = await program.connect()
        _say_ready(origin, name, settings)
        await serving
    finally:
        await program.close()
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


async def _until_started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            serving.result()
            raise RuntimeError("the server ended before it listened")
        await asyncio.sleep(0.01)


def _say_ready(origin: str, name: str, settings: Settings) -> None:
    seconds = time.monotonic() - _STARTED
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    log.info("ready", origin=origin, workspace=name, seconds=round(seconds, 2), megabytes=round(megabytes))
    if settings.slack_mode is SlackMode.SANDBOX:
        print(f"\n  Valhalla's sandbox is at {origin}  (not connected to Slack; Ctrl+C stops it)\n", flush=True)  # noqa: T201
    else:
        print(f"\n  Valhalla is connected to {name} ({settings.slack_mode}); health at {origin}/health\n", flush=True)  # noqa: T201


_STARTED = time.monotonic()
