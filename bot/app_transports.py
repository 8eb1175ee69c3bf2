"""The transports that an installation has: its providers where they are set up, and their console twin where not."""

from collections.abc import Mapping

from bot.sandbox.app import Sandbox
from bot.settings import Settings
from bot.transports.console import ConsoleTransport
from bot.transports.port import Parcel, Transport
from domain.messages import Route


def transports_for(settings: Settings, sandbox: Sandbox | None, slack: Transport) -> Mapping[Route, Transport]:
    """Return how messages leave: without a provider, and always in the sandbox, by its console twin, which says so."""
    twin = _sandbox_twin(sandbox) if sandbox else ConsoleTransport([], dry_run=True)
    found: dict[Route, Transport] = {Route.SMS: twin, Route.EMAIL: twin, Route.SLACK: slack}
    if sandbox:
        return found
    # Each brings its libraries along: they are loaded where it is connected.
    if twilio := settings.twilio:
        from bot.transports.twilio import TwilioTransport

        found[Route.SMS] = TwilioTransport(twilio)
    if smtp := settings.smtp:
        from bot.transports.smtp import SmtpTransport

        found[Route.EMAIL] = SmtpTransport(smtp)
    return found


def _sandbox_twin(sandbox: Sandbox) -> ConsoleTransport:
    """The twin whose messages people answer in the sandbox, and whose faults are ordered there."""

    async def accepted(parcel: Parcel, _: str) -> None:
        sandbox.accepted(parcel.send_id)

    return ConsoleTransport(sandbox.outbox, dry_run=False, faults=sandbox.take_fault, on_accepted=accepted)
