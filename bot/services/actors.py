"""Who asks: the person and the workspace that every service method is called for."""

from dataclasses import dataclass

from domain.errors import RuleBroken
from domain.roles import Role, may_work_deal
from domain.zones import DEFAULT_ZONE
from storage.leads import Lead


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of a workspace, or a part of the product that acts for it (an endpoint, a job)."""

    workspace_id: str
    user_id: str
    role: Role = Role.REP
    zone: str = DEFAULT_ZONE
    is_person: bool = True

    @property
    def rep_id(self) -> str | None:
        """The rep of what this actor takes down: a person is their own, an endpoint has none."""
        return self.user_id if self.is_person else None


class NotYourDeal(RuleBroken):
    """L-{number} is another rep's. Reps work their own deals: ask its rep, or an approver."""

    code = "NOT_YOUR_DEAL"


def check_may_work(who: Actor, lead: Lead) -> None:
    """Raise `NotYourDeal` unless the actor may work a lead's deal: its stages, its offers and its buyers' answers."""
    if who.is_person and not may_work_deal(who.role, user_id=who.user_id, rep_id=lead.rep_id):
        raise NotYourDeal(number=lead.number)
