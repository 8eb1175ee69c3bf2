"""What the manifest promises, what the table of listeners answers, and what our blocks send name the same things."""

import ast
from pathlib import Path

import pytest

from bot.manifest import read_manifest
from bot.slack import register
from bot.slack.ids import Action, Command, Shortcut, View

SLACK = Path(register.__file__).parent
SHOWN_ONLY = frozenset(view for view in View if view.value.endswith("_shown")) | {View.HOME}
"""Views without a submit button: nothing comes back from them."""
NAMES_ONLY = ("ids.py", "register.py")


@pytest.fixture(scope="module")
def manifest():
    return read_manifest()


def used(enum: type) -> set[str]:
    """Return the members of an enum that the Slack face's files name, apart from the two that only list them."""
    found = set()
    for path in SLACK.glob("*.py"):
        if path.name in NAMES_ONLY:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enum.__name__:
                found.add(node.attr)
    return found


def test_the_manifests_commands_are_the_ones_we_answer(manifest):
    promised = {one["command"] for one in manifest["features"]["slash_commands"]}
    assert promised == set(register.COMMANDS) == set(Command)


def test_the_manifests_shortcuts_are_the_ones_we_answer(manifest):
    promised = {one["callback_id"] for one in manifest["features"]["shortcuts"]}
    assert promised == set(register.SHORTCUTS) == set(Shortcut)


def test_the_manifests_events_are_the_ones_we_answer(manifest):
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(register.EVENTS)


@pytest.mark.parametrize("action", Action)
def test_an_action_is_answered_and_stands_in_some_block(action):
    assert action in register.ACTIONS
    assert action.name in used(Action)


@pytest.mark.parametrize("view", View)
def test_a_view_is_shown_and_its_submission_answered(view):
    assert (view in register.SUBMISSIONS) == (view not in SHOWN_ONLY)
    assert view is View.HOME or view.name in used(View)


def test_the_tables_hold_nothing_that_the_ids_do_not_name():
    assert set(register.ACTIONS) <= set(Action)
    assert set(register.SUBMISSIONS) <= set(View)


@pytest.mark.parametrize("table", [register.COMMANDS, register.SHORTCUTS, register.ACTIONS, register.SUBMISSIONS])
def test_every_listener_says_what_it_does(table):
    assert all(listener.__doc__ for listener in table.values())


def test_no_two_ids_of_one_kind_are_the_same():
    for enum in (Command, Shortcut, Action, View):
        assert len({member.value for member in enum}) == len(enum.__members__)
