"""What `/valhalla` understands."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleBroken
from domain.roles import Role
from domain.setup import SetupStep
from domain.setup_command import (
    GiveRole,
    ListRoles,
    OpenSetup,
    RoleUnclear,
    SetupHelp,
    SetupMiss,
    ShowStatus,
    ShowTemplates,
    StepUnknown,
    parse_setup_command,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", ShowStatus()),
        ("  \n", ShowStatus()),
        ("status", ShowStatus()),
        ("Version", ShowStatus()),
        ("about", ShowStatus()),
        ("help", SetupHelp()),
        ("AIDE", SetupHelp()),
        ("?", SetupHelp()),
        ("setup", OpenSetup(None)),
        ("Set-up", OpenSetup(None)),
        ("set up", OpenSetup(None)),
        ("settings", OpenSetup(None)),
        ("setup channels", OpenSetup(SetupStep.CHANNELS)),
        ("set up Roles", OpenSetup(SetupStep.ROLES)),
        ("setup address", OpenSetup(SetupStep.BUSINESS)),
        ("setup market", OpenSetup(SetupStep.DAY)),
        ("setup digest hour", OpenSetup(SetupStep.DAY)),
        ("setup limits", OpenSetup(SetupStep.LIMITS)),
        ("roles", ListRoles()),
        ("templates", ShowTemplates("")),
        ("Template first touch fr", ShowTemplates("first touch fr")),
        ("tempaltes", SetupMiss("tempaltes", "templates")),
        ("Members", ListRoles()),
        ("role <@U0LEE> approver", GiveRole("<@U0LEE>", Role.APPROVER)),
        ("role @lee Admin", GiveRole("@lee", Role.ADMIN)),
        ("Role Lee Tremblay rep", GiveRole("Lee Tremblay", Role.REP)),
        ("set", SetupMiss("set", "setup")),
        ("set rolls", SetupMiss("set rolls", "setup")),
        ("setpu", SetupMiss("setpu", "setup")),
        ("rols", SetupMiss("rols", "roles")),
        ("hlep me", SetupMiss("hlep me", "help")),
        ("pause everything now", SetupMiss("pause everything now", None)),
    ],
)
def test_what_people_type_is_understood(text, meant):
    assert parse_setup_command(text) == meant


@pytest.mark.parametrize("text", ["role", "role @lee", "role approver", "role @lee boss", "role @lee approver please"])
def test_a_role_without_its_person_or_its_name_is_asked_for(text):
    with pytest.raises(RoleUnclear, match="`/valhalla role @lee approver`"):
        parse_setup_command(text)


def test_a_step_that_does_not_exist_is_named_with_those_that_do():
    known = "business, channels, day, limits and roles"
    with pytest.raises(StepUnknown, match=rf"no step called 'money'\. Its steps are {known}"):
        parse_setup_command("setup money")


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["set", "up", "role", "@lee", "admin", "setup", "\0"])).map(" ".join)
)
def test_whatever_is_typed_gets_an_answer_or_a_sentence(text):
    with suppress(RuleBroken):
        parse_setup_command(text)
