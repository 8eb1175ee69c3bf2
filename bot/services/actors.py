"""Who asks: the person and the workspace that every service method is called for."""

from dataclasses import dataclass

from domain.roles import Role
from domain.zones import DEFAULT_ZONE


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
