"""Templates: facts stand in braces, what is not known is left out where brackets allow it, and the built-in ones hold."""

import pytest

from domain.content import Language, Sender, has_unsubscribe, with_footer
from domain.messages import Route
from domain.rules import Medium
from domain.segments import segments_of
from domain.template_lint import check_body, check_subject, claims_in, findings_on
from domain.template_texts import built_in
from domain.templates import (
    Claim,
    FactsMissing,
    Placeholder,
    Template,
    TemplateKey,
    TemplateName,
    all_keys,
    allowed_in,
    fill,
    key_of,
    placeholders_in,
)

P = Placeholder
FACTS = {
    P.FIRST_NAME: "Ann",
    P.BUYER_FIRST_NAME: "Mei",
    P.SENDER: "Dana at Maple Homes",
    P.REP_NAME: "Dana",
    P.BUSINESS_NAME: "Maple Homes",
    P.STREET: "12 King St W",
    P.CITY: "Hamilton",
    P.OFFER: "$310,000",
    P.OFFER_EXPIRES: "Friday 27 November",
    P.HEADLINE: "3-bed SFR in Hamilton ON, ARV 500,000",
    P.PROPERTY_TYPE: "single-family house",
    P.PRICE: "$320,000",
    P.BEDS: "3",
    P.BATHS: "2.5",
    P.DEAL_NUMBER: "D-7",
}
SENDER = Sender("Maple Homes", "1 Main St, Hamilton ON", "+19055550100", None)
KEYS = [pytest.param(key, id=key.code) for key in all_keys()]
FIRST = TemplateKey(TemplateName.FIRST_TOUCH, Route.SMS, Language.EN)


@pytest.mark.parametrize(
    ("text", "facts", "said"),
    [
        ("Hi {first_name}", {P.FIRST_NAME: "Ann"}, "Hi Ann"),
        ("Hi[ {first_name}]", {P.FIRST_NAME: "Ann"}, "Hi Ann"),
        ("Hi[ {first_name}]!", {}, "Hi!"),
        ("Hi { first_name }", {P.FIRST_NAME: "Ann"}, "Hi Ann"),
        ("[{beds} beds, {baths} baths]", {P.BEDS: "3"}, ""),
        ("[literal] {beds}", {P.BEDS: "3"}, "[literal] 3"),
        ("House\n[Beds: {beds}]\n[Baths: {baths}]\n\nBye", {P.BATHS: "2"}, "House\nBaths: 2\n\nBye"),
        ("{first_name}", {P.FIRST_NAME: "{beds} [x]"}, "{beds} [x]"),
    ],
)
def test_facts_are_filled_in_and_what_is_optional_is_left_out_where_one_is_missing(text, facts, said):
    assert fill(text, facts) == said


def test_a_missing_fact_outside_brackets_is_named_once_and_nothing_is_said():
    with pytest.raises(FactsMissing, match="the property's street and the number of bedrooms is missing"):
        fill("{street} {beds} {street}", {})


@pytest.mark.parametrize("name", list(Placeholder))
def test_every_placeholder_has_a_meaning_and_a_sentence_for_its_lack(name):
    assert name.meaning
    with pytest.raises(FactsMissing):
        fill(name.written, {})


def test_placeholders_are_found_once_each_unknown_ones_too():
    assert placeholders_in("{beds} { beds } {nope} {}") == ("beds", "nope", "")


def test_a_buyer_is_told_neither_the_seller_nor_their_offer_and_a_seller_no_buyer():
    assert {P.FIRST_NAME, P.OFFER, P.OFFER_EXPIRES}.isdisjoint(allowed_in(TemplateName.DEAL_BUYER))
    assert P.BUYER_FIRST_NAME not in allowed_in(TemplateName.OFFER)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_found_by_its_code_and_named_in_words(key):
    assert key_of(key.code) == key
    assert key.label.startswith(key.name.label)
    assert key.name.purpose.endswith(".")


def test_a_version_is_named_by_its_template_and_number():
    assert Template(FIRST, None, "Hi", 3).version == "first_touch/SMS/en v3"


@pytest.mark.parametrize("key", KEYS)
def test_a_built_in_text_passes_the_checks_and_warns_of_nothing(key):
    template = built_in(key)
    check_subject(key, template.subject)
    check_body(key, template.body)
    assert (template.subject is None) is (key.route is Route.SMS)
    loud = [finding for finding in findings_on(template) if finding.kind == "warning"]
    assert loud == []


@pytest.mark.parametrize("key", KEYS)
def test_a_built_in_text_claims_a_call_only_after_one(key):
    claimed = {Claim.CALL_ATTEMPTED} if key.name is TemplateName.AFTER_CALL else set()
    assert set(claims_in(built_in(key).body)) == claimed


@pytest.mark.parametrize("key", [key for key in KEYS if key.values[0].route is Route.SMS])
def test_a_built_in_text_is_cheap_to_send_with_all_that_the_law_adds(key):
    body = fill(built_in(key).body, FACTS)
    whole = with_footer(body, SENDER, Medium.SMS, language=key.language)
    cut = segments_of(whole)
    assert cut.costly == ()
    assert cut.count <= 2
    assert has_unsubscribe(whole, Medium.SMS)


@pytest.mark.parametrize("key", KEYS)
def test_a_built_in_text_needs_no_more_than_a_name_who_writes_and_what_it_is_about(key):
    needed = {P.FIRST_NAME, P.BUYER_FIRST_NAME, P.SENDER, P.HEADLINE, P.DEAL_NUMBER}
    needed |= {P.OFFER, P.STREET} if key.name is TemplateName.OFFER else set()
    template = built_in(key)
    said = fill("\n".join(filter(None, (template.subject, template.body))), {name: FACTS[name] for name in needed})
    assert "{" not in said
    assert "[" not in said
