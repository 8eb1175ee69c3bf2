"""What comes in about somebody's consent from a form: checked field by field and turned into a draft."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.services.intake import Text, field_errors, rule
from domain.consent import ConsentKind
from domain.consent_draft import RECORDABLE, ConsentDraft, NothingToRecord
from domain.days import parse_day
from domain.errors import RuleBroken
from domain.policy import Medium

ONLY_ZONE = "none"
"""The answer to "What happened?" of somebody who only says where the person lives."""
NO_SOLICITATION, NO_ROLE = "no_solicitation", "no_role"
"""What is ticked of a published or disclosed address."""


def _kind(text: str) -> ConsentKind | None:
    if text == ONLY_ZONE:
        return None
    if text not in RECORDABLE:
        raise NothingToRecord
    return ConsentKind(text)


class ConsentForm(BaseModel):
    """A consent as it was typed; fields that a kind does not ask for are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Annotated[ConsentKind | None, rule(_kind)] = None
    media: frozenset[Medium] = Field(default_factory=frozenset)
    obtained_on: Annotated[date | None, rule(parse_day)] = None
    ended_on: Annotated[date | None, rule(parse_day)] = None
    referrer: Text = None
    about: frozenset[str] = Field(default_factory=frozenset)
    wording: Text = None
    source: Text = None
    evidence: Text = None
    zone: Text = None

    def draft(self, *, today: date) -> ConsentDraft:
        """Return the draft; a day that was left empty is `today`. Raises what `ConsentDraft` raises."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "about"}
        noted = {"no_solicitation": NO_SOLICITATION in self.about, "business_role": NO_ROLE not in self.about}
        return ConsentDraft(**values | noted | {"obtained_on": self.obtained_on or today})


def read_consent(values: Mapping[str, Any], *, today: date) -> ConsentDraft | dict[str, str]:
    """Return the draft of a consent, or what is wrong with it: a sentence for each field of the form."""
    try:
        return ConsentForm.model_validate(values).draft(today=today)
    except ValidationError as invalid:
        return field_errors(invalid)
    except RuleBroken as broken:
        return {getattr(broken, "field", "kind"): str(broken)}
