"""What is wrong with a template's words, what they claim of the past, and what is worth knowing of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content import Language
from domain.messages import Route
from domain.template_lint import (
    BraceAlone,
    FindingKind,
    PlaceholderBarred,
    PlaceholderUnknown,
    SubjectMissing,
    TemplateTooLong,
    WordsMissing,
    check_body,
    check_claims,
    check_subject,
    claims_in,
    findings_on,
)
from domain.templates import Claim, ClaimUnsupported, Template, TemplateKey, TemplateName

SMS = TemplateKey(TemplateName.FIRST_TOUCH, Route.SMS, Language.EN)
MAIL = TemplateKey(TemplateName.FIRST_TOUCH, Route.EMAIL, Language.EN)
TO_BUYERS = TemplateKey(TemplateName.DEAL_BUYER, Route.SMS, Language.FR)


@pytest.mark.parametrize(
    ("key", "body", "error", "says"),
    [
        (SMS, "  \n", WordsMissing, "write its words"),
        (SMS, "x" * 1_001, TemplateTooLong, "1,001 characters; 1,000 fit. Shorten it by 1."),
        (SMS, "Hi {frist_name}", PlaceholderUnknown, r"\{frist_name\} is no fact .* Did you mean \{first_name\}\?"),
        (SMS, "Hi {First Name}", PlaceholderUnknown, r"Did you mean \{first_name\}\?"),
        (SMS, "Hi {shoe_size_of_dog}", PlaceholderUnknown, r"The ones there are: \{first_name\}, \{sender\}, "),
        (SMS, "Hi {}", PlaceholderUnknown, "is no fact"),
        (SMS, "Hi {buyer_first_name}", PlaceholderBarred, "a seller is not told the buyer's first name"),
        (TO_BUYERS, "{first_name} sells", PlaceholderBarred, "a buyer is not told the seller's first name"),
        (TO_BUYERS, "We offered {offer}", PlaceholderBarred, "a buyer is not told what we offer the seller"),
        (SMS, "Hi {first_name", BraceAlone, r"near “Hi \{first_name”. A fact stands between two: \{first_name\}"),
        (SMS, "Hi first_name}", BraceAlone, "A brace stands alone"),
    ],
)
def test_a_body_that_cannot_be_filled_is_refused(key, body, error, says):
    with pytest.raises(error, match=says):
        check_body(key, body)


def test_a_body_of_known_facts_passes():
    check_body(SMS, "Hi {first_name}, {sender} here[ about {street}].")


def test_an_e_mail_has_a_subject_and_a_text_needs_none():
    check_subject(SMS, None)
    check_subject(MAIL, "About {street}")
    for subject in (None, "  "):
        with pytest.raises(SubjectMissing):
            check_subject(MAIL, subject)
    with pytest.raises(TemplateTooLong, match="151 characters; 150 fit"):
        check_subject(MAIL, "x" * 151)
    with pytest.raises(PlaceholderUnknown):
        check_subject(MAIL, "{nope}")


ATTEMPTED = [
    "Just tried calling you",
    "I tried to call you earlier",
    "We've been trying to reach you",
    "We called you on Monday",
    "I just phoned about the house",
    "Sorry I missed you",
    "I left you a voicemail",
    "Following up on my earlier call",
    "We couldn’t reach you",
    "J'ai tenté de vous appeler",
    "Nous avons essayé de vous joindre",
    "J’ai essayé plusieurs fois de te rejoindre",
    "Je n'ai pas pu vous joindre",
    "Nous n'avons pas réussi à vous joindre",
    "Je vous ai appelé ce matin",
    "J'ai laissé un message",
    "Suite à mon dernier appel",
]
REACHED = [
    "As we discussed, here it is",
    "As agreed",
    "Per our conversation",
    "Great talking to you",
    "It was nice speaking with you",
    "When we spoke last week",
    "You told me the roof leaks",
    "Thanks for taking my call",
    "Comme convenu, voici",
    "Suite à notre conversation",
    "Lors de notre entretien",
    "Nous avons parlé hier",
    "Vous m’avez dit que le toit coule",
    "Ravi de vous avoir parlé",
]
NOTHING = [
    "Are you thinking of selling?",
    "Reply here, or tell us when a call suits you.",
    "Call us at 905 555 0100",
    "We can call you tomorrow",
    "Pensez-vous à vendre? Dites-nous quand vous appeler.",
    "The house that is called Rosedale",
    "Try calling us",
]


@pytest.mark.parametrize("text", ATTEMPTED)
def test_a_text_that_says_somebody_called_needs_a_logged_call(text):
    assert Claim.CALL_ATTEMPTED in claims_in(text)
    with pytest.raises(ClaimUnsupported, match="no log here shows a call to this seller"):
        check_claims(text, [])
    check_claims(text, list(Claim))


@pytest.mark.parametrize("text", REACHED)
def test_a_text_that_says_they_spoke_needs_a_call_that_reached_them(text):
    assert Claim.REACHED in claims_in(text)
    with pytest.raises(ClaimUnsupported, match="in which this seller was reached"):
        check_claims(text, [Claim.CALL_ATTEMPTED])


@pytest.mark.parametrize("text", NOTHING)
def test_an_honest_text_claims_nothing(text):
    assert claims_in(text) == {}
    check_claims(text, [])


def test_the_words_of_a_claim_are_quoted_as_they_were_written():
    assert claims_in("Hé! J’ai TENTÉ de vous appeler.") == {Claim.CALL_ATTEMPTED: "TENTÉ de vous appeler"}


@given(st.text(max_size=200))
def test_any_text_at_all_is_looked_through(text):
    for words in claims_in(text).values():
        assert words in text
    for finding in findings_on(Template(SMS, None, text)):
        assert finding.sentence


def found(text, *, key=SMS, subject=None):
    return {(each.kind, each.words): each.sentence for each in findings_on(Template(key, subject, text))}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cash today for you", "Cash today"),
        ("Guaranteed sale", "Guaranteed"),
        ("C'est garanti", "garanti"),
        ("Act now!", "Act now"),
        ("Dernière chance", "Dernière chance"),
        ("Your house is worth a lot", "is worth"),
        ("We are licensed", "licensed"),
        ("We pay $310,000", "$310,000"),
        ("Nous payons 310 000 $", "310 000 $"),
    ],
)
def test_promises_pressure_and_typed_amounts_are_warned_of(text, words):
    assert (FindingKind.WARNING, words) in found(text)


def test_what_is_found_is_told_with_the_heaviest_first_and_what_will_be_added_last():
    findings = findings_on(Template(MAIL, "Cash now", "We tried calling you."))
    assert [each.kind for each in findings] == [FindingKind.NEEDS, FindingKind.WARNING, FindingKind.NOTE]
    assert "is added at the end" in findings[-1].sentence
    assert "It is drafted only where a call to this seller is logged" in findings[0].sentence


def test_signs_that_make_a_text_costly_are_named_but_those_of_facts_and_mails_are_not():
    assert (FindingKind.NOTE, "ê “") in found("Être “{first_name}”".replace("Ê", "ê").replace("”", ""))
    assert (FindingKind.NOTE, "ê") not in found("ê", key=MAIL, subject="x")
