"""What is typed behind `/policy`, and the places that it names."""

import pytest

from domain.policy_command import (
    EditPolicy,
    ListPolicies,
    PauseOutreach,
    PolicyHelp,
    PolicyMiss,
    ResumeOutreach,
    ShowPolicy,
    ShowProof,
    ShowReplies,
    ShowSends,
    SubjectMissing,
    WhyContact,
    parse_policy_command,
)
from domain.policy_places import PolicyPlace, place_named

ONTARIO, TORONTO = PolicyPlace("ON", "ALL"), PolicyPlace("ON", "Toronto")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", ListPolicies()),
        ("  ", ListPolicies()),
        ("list", ListPolicies()),
        ("ALL", ListPolicies()),
        ("ON", ShowPolicy("ON")),
        ("ON   Toronto", ShowPolicy("ON Toronto")),
        ("show ON Toronto", ShowPolicy("ON Toronto")),
        ("history ON", ShowPolicy("ON")),
        ("show", ShowPolicy("")),
        ("edit ON Toronto", EditPolicy("ON Toronto")),
        ("EDIT", EditPolicy("")),
        ("why L-7", WhyContact("L-7")),
        ("Why +1 604 555 0134", WhyContact("+1 604 555 0134")),
        ("pause", PauseOutreach("")),
        ("pause ON Toronto ice storm", PauseOutreach("ON Toronto ice storm")),
        ("resume", ResumeOutreach("")),
        ("resume QC", ResumeOutreach("QC")),
        ("replies", ShowReplies()),
        ("sends", ShowSends()),
        ("Messages", ShowSends()),
        ("proof L-7", ShowProof("L-7")),
        ("help", PolicyHelp()),
        ("?", PolicyHelp()),
        ("help me", PolicyHelp()),
        ("hlep", PolicyMiss("hlep", "help")),
        ("edti ON", PolicyMiss("edti ON", "edit")),
        ("Atlantis", PolicyMiss("Atlantis", None)),
        ("Toronto BC", PolicyMiss("Toronto BC", None)),
        ("list ON", PolicyMiss("list ON", "list")),
    ],
)
def test_the_first_word_decides_and_anything_else_is_a_place(text, command):
    assert parse_policy_command(text) == command


@pytest.mark.parametrize("verb", ["why", "proof"])
def test_a_question_about_nobody_asks_for_somebody(verb):
    with pytest.raises(SubjectMissing, match=f"`/policy {verb} L-7`"):
        parse_policy_command(verb)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ON", ONTARIO),
        ("ontario", ONTARIO),
        ("ON/ALL", ONTARIO),
        ("ON all", ONTARIO),
        ("all ON", ONTARIO),
        ("on/toronto", TORONTO),
        ("Toronto", TORONTO),
        ("Toronto, ON", TORONTO),
        ("British Columbia", PolicyPlace("BC", "ALL")),
        ("Vancouver BC", PolicyPlace("BC", "Vancouver")),
        ("NL ST_JOHNS", PolicyPlace("NL", "St. John's")),
        ("Ottawa", PolicyPlace("ON", "Ottawa")),
        ("Ottawa QC", PolicyPlace("QC", "Ottawa")),
        ("QC/Ottawa", PolicyPlace("QC", "Ottawa")),
        ("Gatineau", PolicyPlace("QC", "Ottawa")),
        ("Barrie", ONTARIO),
        ("Kamloops", PolicyPlace("BC", "ALL")),
        ("Toronto BC", None),
        ("ON/St. John's", None),
        ("Atlantis", None),
        ("", None),
        ("/", None),
        ("\0😀", None),
    ],
)
def test_a_place_is_read_as_people_write_it(text, place):
    assert place_named(text) == place


def test_a_place_is_called_as_its_row_is():
    assert (ONTARIO.label, TORONTO.label) == ("ON/ALL", "ON/Toronto")
