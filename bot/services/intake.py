"""What comes in about a lead, as text from a form or JSON: checked field by field and turned into a draft."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from domain.contact import normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.leads import ContactBasis, LeadDraft, parse_baths, parse_beds
from domain.money import parse_amount
from domain.offers import checked_arv, checked_repairs
from domain.policy import Medium
from domain.property_types import PropertyType, property_type


def readable(text: str) -> str:
    """Drop what no person types and a database refuses: NUL (PostgreSQL) and halves of surrogate pairs (UTF-8)."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def rule(parse: Callable[[str], object]) -> BeforeValidator:
    """Check a field with a parser of the domain: blank is None, a broken rule's sentence is the field's error."""

    def check(raw: object) -> object:
        if raw is None or (isinstance(raw, str) and not readable(raw).strip()):
            return None
        if isinstance(raw, bool | list | dict):
            raise PydanticCustomError("TEXT_EXPECTED", "Give text or a number.")
        try:
            return parse(readable(str(raw)))
        except RuleBroken as broken:
            # The sentence is passed as a value: a brace that a person typed must not be read as a template.
            raise PydanticCustomError(broken.code, "{sentence}", {"sentence": str(broken)}) from broken

    return BeforeValidator(check)


def _arv(text: str) -> Decimal:
    return checked_arv(parse_amount(text))


def _cost(text: str) -> Decimal:
    return checked_repairs(parse_amount(text))


Text = Annotated[str | None, rule(str.strip)]
Phone = Annotated[str | None, rule(normalise_phone)]
Email = Annotated[str | None, rule(normalise_email)]
Arv = Annotated[Decimal | None, rule(_arv)]
Repairs = Annotated[Decimal | None, rule(_cost)]
Dollars = Annotated[Decimal | None, rule(parse_amount)]
Beds = Annotated[int | None, rule(parse_beds)]
Baths = Annotated[Decimal | None, rule(parse_baths)]
Kind = Annotated[PropertyType | None, rule(property_type)]


class HouseForm(BaseModel):
    """What was typed of a house; every field may be left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    property_type: Kind = None
    arv: Arv = None
    repairs: Repairs = None
    asking_price: Dollars = None
    beds: Beds = None
    baths: Baths = None
    notes: Text = None


class LeadForm(HouseForm):
    """A lead as it was typed; every field may be left out, and what is missing is judged by `draft`."""

    name: Text = None
    phone: Phone = None
    email: Email = None
    address: Text = None
    region: Text = None
    source: Text = None
    basis: ContactBasis = ContactBasis.NONE
    media: frozenset[Medium] = Field(default_factory=frozenset)

    def draft(self) -> LeadDraft:
        """Return the draft. Raises what `LeadDraft` raises, each error naming its `field`."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return LeadDraft(**values | {"name": self.name or "", "notes": self.notes or ""})


def read_lead(values: dict[str, Any]) -> LeadDraft | dict[str, str]:
    """Return the draft of a lead, or what is wrong with it: a sentence for each field."""
    try:
        return LeadForm.model_validate(values).draft()
    except ValidationError as invalid:
        return field_errors(invalid)
    except RuleBroken as broken:
        return {getattr(broken, "field", "name"): str(broken)}


def field_errors(invalid: ValidationError) -> dict[str, str]:
    """Return a sentence for each field that pydantic refused; what is wrong inside a list is said at its field."""
    return {str(error["loc"][0]) if error["loc"] else "name": error["msg"] for error in invalid.errors()}
