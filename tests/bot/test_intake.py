"""What comes in about a lead, field by field."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.intake import LeadForm, read_lead, readable
from domain.leads import NOTES_LIMIT, ContactBasis, LeadDraft
from domain.policy import Medium
from domain.property_types import PropertyType

GOOD = {"name": "John Smith", "phone": "416-555-0134"}


def test_a_full_form_becomes_a_typed_draft():
    draft = read_lead(
        GOOD
        | {
            "email": "John@Example.com",
            "address": " 12 King St W ",
            "source": "referral",
            "property_type": "SFH",
            "arv": "500k",
            "repairs": "40,000",
            "asking_price": "480 000 $",
            "beds": "3",
            "baths": "1½",
            "notes": "Roof leaks.",
            "basis": "inquiry",
            "media": ["SMS"],
        }
    )
    assert isinstance(draft, LeadDraft)
    assert (draft.phone, draft.email, draft.address) == ("+14165550134", "John@example.com", "12 King St W")
    assert (draft.arv, draft.repairs, draft.asking_price) == (Decimal(500_000), Decimal(40_000), Decimal(480_000))
    assert (draft.beds, draft.baths, draft.property_type) == (3, Decimal("1.5"), PropertyType.SFR)
    assert (draft.basis, draft.media) == (ContactBasis.INQUIRY, frozenset({Medium.SMS}))


@pytest.mark.parametrize("blank", [None, "", "   ", "\u0000"])
def test_a_blank_field_counts_as_not_given(blank):
    fields = [name for name in LeadForm.model_fields if name not in ("name", "phone", "basis", "media")]
    draft = read_lead(GOOD | dict.fromkeys(fields, blank))
    assert isinstance(draft, LeadDraft)
    assert [getattr(draft, name) for name in fields if name != "notes"] == [None] * (len(fields) - 1)
    assert draft.notes == ""


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("phone", "12", "This phone number cannot be used"),
        ("phone", "416-555-0134 x12", "leave the extension out"),
        ("email", "nobody", "it needs exactly one @"),
        ("arv", "lots", '"lots" is not clear as an amount.'),
        ("arv", "0", "The ARV must be more than 0."),
        ("arv", "-500k", "The ARV must be more than 0."),
        ("arv", "200m", "The ARV is above 100,000,000: check the zeros."),
        ("repairs", "-40k", "The repairs cannot be below 0."),
        ("repairs", "{name}", '"{name}" is not clear as an amount.'),
        ("asking_price", "1.125", "is not clear as an amount"),
        ("beds", "2+1", "is not a number of bedrooms"),
        ("baths", "2.25", "is not a number of bathrooms"),
        ("name", ["x"], "Give text or a number."),
        ("name", True, "Give text or a number."),
        ("basis", "telepathy", "Input should be"),
        ("media", ["PIGEON"], "Input should be"),
    ],
)
def test_a_wrong_field_gets_its_sentence_and_nothing_else_does(field, value, says):
    errors = read_lead(GOOD | {field: value})
    assert isinstance(errors, dict)
    (said,) = errors.values()
    assert says in said


def test_every_wrong_field_is_named_at_once():
    errors = read_lead({"name": "x", "phone": "12", "email": "y", "arv": "z", "beds": "w"})
    assert set(errors) == {"phone", "email", "arv", "beds"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "name"),
        ({"name": "  ", "phone": "416-555-0134"}, "name"),
        ({"name": "x"}, "phone"),
        (GOOD | {"notes": "n" * (NOTES_LIMIT + 1)}, "notes"),
    ],
)
def test_what_the_whole_form_lacks_stands_at_one_field(values, field):
    assert list(read_lead(values)) == [field]


@pytest.mark.parametrize("value", [500_000, 500_000.0, "500000", "$500,000"])
def test_amounts_come_as_numbers_or_text(value):
    assert read_lead(GOOD | {"arv": value}).arv == 500_000


@pytest.mark.parametrize(
    ("text", "kept"), [("a\0b", "ab"), ("\ud83d", ""), ("😀é", "😀é"), ("x\udfffy", "xy"), ("", "")]
)
def test_what_no_database_takes_is_dropped(text, kept):
    assert readable(text) == kept


_anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50) | st.lists(st.text(), max_size=2)
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(LeadForm.model_fields)), _anything))
def test_whatever_comes_is_a_draft_or_sentences_for_fields_that_there_are(values):
    result = read_lead(values)
    if isinstance(result, LeadDraft):
        assert result.phone or result.email
    else:
        assert result
        assert set(result) <= set(LeadForm.model_fields)
        assert all(result.values())
