"""Messages as they are shown, for the tests of how they look."""

from dataclasses import replace

from bot.services.recipients import Recipient
from bot.services.sends_troubles import SendShown
from domain.messages import Route, SendState
from storage.audit import Noted
from storage.sends import Send
from tests.storage.builders import NOW

SEND = Send(
    id=7, key="view:V1:1", route=Route.SMS, address="+14165550134", lead_id=1, buyer_id=None, deal_id=None, subject=None,
    body="Hello John, call me on 416-555-0199.", state=SendState.SENT, due_at=NOW, held_until=None, attempt_count=1,
    reason=None, last_error=None, maybe=False, ask_at=None, ask_count=0, provider="twilio", provider_id="SM1",
    first_attempt_at=NOW, settled_at=NOW, delivered_at=None, expires_at=None, retry_of=None, correlation_id="send:7",
    metadata={"tell": True}, created_by="U0LEE", created_at=NOW,
)  # fmt: skip
HAMILTON = frozenset({"America/Toronto"})


def shown_send(text: str = "", state: str = "sent", *, noted: Noted | None = None, sees: bool = False, **changes):
    """A message in a state, with a text wherever a person's or a provider's words stand."""
    words = {"body": text, "last_error": text} if text else {}
    found = Recipient(("+14165550134",), HAMILTON, "ON", "Hamilton")
    send = replace(SEND, state=SendState(state), **words | changes)
    return SendShown(send, found, noted, send.body, sees)
