"""The kill switch: stopping all outreach, of the team or of one place, and letting it go on."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.actors import Actor
from domain.errors import RuleBroken
from domain.pauses import Pause, checked_pause_reason
from domain.policy_places import PolicyPlace, place_named
from domain.roles import may_administer
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.pauses import add_pause, all_pauses, remove_pause

TEAM = "the whole team"


class SwitchNotYours(RuleBroken):
    """Only an admin of this workspace may pause or resume outreach; your role is {role}. Nothing was changed."""

    code = "SWITCH_NOT_YOURS"


class AlreadyPaused(RuleBroken):
    """Outreach for {place} is paused already, since {since:%d %b %H:%M} UTC ("{reason}"). Nothing was changed."""

    code = "ALREADY_PAUSED"
    field = "place"


class NotPaused(RuleBroken):
    """Outreach for {place} is not paused. {paused}"""

    code = "NOT_PAUSED"


class PausePlaceUnknown(RuleBroken):
    """ "{place}" is no province or market that I know. Write `/policy resume ON Toronto`, or nothing for the team."""

    code = "PAUSE_PLACE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Resumed:
    """A stop that was taken back, and what is stopped still."""

    pause: Pause
    left: tuple[Pause, ...]


class Pauses:
    """What admins can do with the kill switch, and what everybody sees of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def standing(self, who: Actor) -> list[Pause]:
        """Return every stop that stands, the team's first."""
        return await self._database.read(who.workspace_id, all_pauses)

    def check(self, who: Actor) -> None:
        """Raise `SwitchNotYours` unless the actor may use the switch."""
        if not may_administer(who.role):
            raise SwitchNotYours(role=who.role.value)

    async def pause(self, who: Actor, place: PolicyPlace | None, reason: str) -> Pause:
        """Stop outreach at a place, None for the whole team.

        Raises `SwitchNotYours`, `PauseReasonMissing`, `PauseReasonTooLong` and `AlreadyPaused`, which says since when.
        """
        self.check(who)
        label = place.label if place else None
        pause = Pause(label, who.user_id, self._clock.now(), checked_pause_reason(reason))

        def work(tx: Tx) -> Pause:
            if not add_pause(tx, _row(place), pause):
                earlier = next(each for each in all_pauses(tx) if each.place == label)
                raise AlreadyPaused(place=label or TEAM, since=earlier.paused_at, reason=earlier.reason)
            after = {"place": label or TEAM}
            change = Change(who.user_id, "outreach_paused", _subject(label), after=after, reason=pause.reason)
            record(tx, change, now=pause.paused_at)
            return pause

        return await self._database.write(who.workspace_id, work)

    async def resume(self, who: Actor, text: str) -> Resumed:
        """Let outreach go on at a place as typed, "" for the whole team.

        Raises `SwitchNotYours`, `PausePlaceUnknown`, and `NotPaused`, which says what is paused.
        """
        self.check(who)
        place = place_named(text) if text.strip() else None
        if text.strip() and place is None:
            raise PausePlaceUnknown(place=text.strip()[:80])
        label, now = place.label if place else None, self._clock.now()

        def work(tx: Tx) -> Resumed:
            pauses = all_pauses(tx)
            stood = next((pause for pause in pauses if pause.place == label), None)
            if stood is None or not remove_pause(tx, _row(place)):
                raise NotPaused(place=label or TEAM, paused=_paused_words(pauses))
            before = {"place": label or TEAM, "paused_by": stood.paused_by, "reason": stood.reason}
            record(tx, Change(who.user_id, "outreach_resumed", _subject(label), before=before), now=now)
            return Resumed(stood, tuple(pause for pause in pauses if pause is not stood))

        return await self._database.write(who.workspace_id, work)


def _row(place: PolicyPlace | None) -> tuple[str, str] | None:
    return (place.province, place.market) if place else None


def _subject(label: str | None) -> str:
    return f"outreach {label}" if label else "outreach"


def _paused_words(pauses: list[Pause]) -> str:
    if not pauses:
        return "Nothing is paused."
    return f"Paused: {', '.join(pause.place or TEAM for pause in pauses)}."
