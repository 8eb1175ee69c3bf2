"""What comes in about a buyer from a form: checked field by field and turned into a draft."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.services.intake import Beds, Email, Phone, Text, field_errors, rule
from domain.buyers import BuyerDraft, check_price, check_proof, joined_types, parse_min_baths
from domain.days import parse_day
from domain.errors import RuleBroken
from domain.leads import ContactBasis
from domain.money import parse_amount
from domain.policy import Medium
from domain.property_types import PropertyType


def _price(name: str, text: str) -> Decimal:
    amount = parse_amount(text)
    check_price(name, amount)
    return amount


class BuyerForm(BaseModel):
    """A buyer as they were typed; every field may be left out, and what is missing is judged by `draft`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Text = None
    company: Text = None
    phone: Phone = None
    email: Email = None
    regions: Text = None
    types: frozenset[PropertyType] = Field(default_factory=frozenset)
    property_types: Text = None
    min_price: Annotated[Decimal | None, rule(partial(_price, "min_price"))] = None
    max_price: Annotated[Decimal | None, rule(partial(_price, "max_price"))] = None
    min_beds: Beds = None
    min_baths: Annotated[int | None, rule(parse_min_baths)] = None
    proof_of_funds_on: Annotated[date | None, rule(parse_day)] = None
    notes: Text = None
    basis: ContactBasis = ContactBasis.NONE
    media: frozenset[Medium] = Field(default_factory=frozenset)

    def draft(self, *, today: date) -> BuyerDraft:
        """Return the draft, of `today`. Raises what `BuyerDraft` and `check_proof` raise, each naming its `field`."""
        check_proof(self.proof_of_funds_on, today=today)
        values = {name: getattr(self, name) for name in type(self).model_fields}
        ticked, words = values.pop("types"), values.pop("property_types")
        texts = {"name": self.name or "", "notes": self.notes or "", "property_types": joined_types(ticked, words)}
        return BuyerDraft(**values | texts)


def read_buyer(values: dict[str, Any], *, today: date) -> BuyerDraft | dict[str, str]:
    """Return the draft of a buyer, or what is wrong with it: a sentence for each field of the form."""
    try:
        return BuyerForm.model_validate(values).draft(today=today)
    except ValidationError as invalid:
        return field_errors(invalid)
    except RuleBroken as broken:
        return {getattr(broken, "field", "name"): str(broken)}
