"""What an opt-out does: which media it stops, and what it is called in the ledger."""

from domain.consent import ConsentKind
from domain.optout import ALL_MEDIA, Scope
from domain.rules import Medium


def stopped_scopes(said: Scope | None, came_by: Medium) -> tuple[Scope, ...]:
    """The scopes that a stop reaches: all media, or the medium it came by, and the one that its words name as well.

    "Stop calling me" as an answer to a text stops both: who writes it means us, and a missed stop is worse.
    """
    if said == ALL_MEDIA:
        return (ALL_MEDIA,)
    return (came_by,) if said in (None, came_by) else (came_by, said)


def scope_name(scope: Scope) -> str:
    """A scope as it is stored: "sms", "email", "call" or "all"."""
    return scope.value.lower() if isinstance(scope, Medium) else scope


def stop_kind(scope: Scope) -> ConsentKind:
    """What a stop of that scope is in the ledger: an e-mail unsubscribe covers commercial messages only (CASL s.11); a
    request for no calls, or for no contact at all, is one for our own list (UTR)."""
    if scope is Medium.EMAIL:
        return ConsentKind.UNSUBSCRIBED
    return ConsentKind.STOP if scope is Medium.SMS else ConsentKind.DO_NOT_CALL
