"""What may be entered: limits that Slack's own client holds, and values that do not fit."""

import pytest

from bot.sandbox.elements import complaints, full_state, initial_value
from bot.sandbox.entries import with_fields, with_values
from bot.sandbox.errors import DriverError
from tests.sandbox.views_made import entry, option, text_input


def judged(element: dict, value: object) -> dict[str, str]:
    blocks = [entry("b", "Label", {"action_id": "a", **element})]
    return complaints(blocks, with_values(blocks, {}, {"b": {"a": value}}))


@pytest.mark.parametrize(
    ("element", "value", "complaint"),
    [
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "at most 3"),
        ({"type": "plain_text_input"}, "x" * 3001, "at most 3000"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "x", "a number"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", "at least 2"),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "2"}, "3", "at most 2"),
        ({"type": "email_text_input"}, "nobody", "email"),
        ({"type": "url_text_input"}, "example.com", "URL"),
        ({"type": "multi_users_select"}, [], "required"),
        ({"type": "datepicker"}, "", "required"),
    ],
)
def test_slacks_client_refuses(element, value, complaint):
    assert complaint in judged(element, value)["b"]


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "min_length": 3, "max_length": 3}, "abc"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "2"}, "1.5"),
        ({"type": "number_input", "is_decimal_allowed": False}, "-3"),
        ({"type": "email_text_input"}, "a@example.com"),
        ({"type": "url_text_input"}, "https://example.com"),
        ({"type": "rich_text_input"}, "words"),
    ],
)
def test_slacks_client_lets_pass(element, value):
    assert judged(element, value) == {}


def test_untouched_elements_hold_their_initial_values():
    options = [option("One", "1")]
    assert initial_value({"type": "plain_text_input", "initial_value": "x"})["value"] == "x"
    assert initial_value({"type": "checkboxes", "initial_options": options})["selected_options"] == options
    assert initial_value({"type": "multi_channels_select"})["selected_channels"] == []
    assert initial_value({"type": "static_select", "initial_option": options[0]})["selected_option"] == options[0]
    assert initial_value({"type": "datepicker", "initial_date": "2026-11-24"})["selected_date"] == "2026-11-24"


def test_buttons_and_overflow_menus_hold_nothing():
    element = {"type": "overflow", "action_id": "o", "options": [option("One", "1")]}
    assert full_state([{"type": "actions", "block_id": "r", "elements": [element]}], {}) == {}


def test_elements_inside_a_container_are_found():
    inner = {"type": "actions", "block_id": "r", "elements": [{"type": "datepicker", "action_id": "d"}]}
    blocks = [{"type": "container", "block_id": "c", "child_blocks": [inner]}]
    assert full_state(blocks, {}) == {"r": {"d": {"type": "datepicker", "selected_date": None}}}


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"nowhere": {"value": "x"}}, "unknown_input"),
        ({"name": {"other": "x"}}, "unknown_input"),
        ({"name": "x"}, "invalid_values"),
    ],
)
def test_values_for_inputs_that_are_not_there_are_refused(values, error):
    with pytest.raises(DriverError) as caught:
        with_values([text_input("name", "Name")], {}, values)
    assert caught.value.code == error


def test_a_field_that_is_not_there_is_refused_by_name():
    with pytest.raises(DriverError, match="there are Name"):
        with_fields([text_input("name", "Name")], {}, {"Phone": "x"})


def test_rich_text_may_be_given_as_words_or_whole():
    blocks = [entry("b", "Label", {"type": "rich_text_input", "action_id": "a"})]
    words = with_values(blocks, {}, {"b": {"a": "hello"}})["b"]["a"]["rich_text_value"]
    assert words["elements"][0]["elements"] == [{"type": "text", "text": "hello"}]
    assert with_values(blocks, {}, {"b": {"a": words}})["b"]["a"]["rich_text_value"] == words


def test_an_external_select_takes_what_was_never_offered_as_its_own_text():
    blocks = [entry("b", "Label", {"type": "external_select", "action_id": "a"})]
    chosen = with_values(blocks, {}, {"b": {"a": "L-7"}})["b"]["a"]["selected_option"]
    assert (chosen["value"], chosen["text"]["text"]) == ("L-7", "L-7")
    offered = {"a": [option("L-7 John", "7")]}
    assert with_values(blocks, {}, {"b": {"a": "7"}}, offered)["b"]["a"]["selected_option"] == option("L-7 John", "7")


def test_one_value_will_do_where_several_may_be_chosen():
    blocks = [entry("b", "Label", {"type": "multi_channels_select", "action_id": "a"})]
    assert with_values(blocks, {}, {"b": {"a": "kpi"}})["b"]["a"]["selected_channels"] == ["C0KPI"]


def test_groups_of_options_are_looked_through():
    groups = [{"label": {"type": "plain_text", "text": "G"}, "options": [option("One", "1")]}]
    blocks = [entry("b", "Label", {"type": "static_select", "action_id": "a", "option_groups": groups})]
    assert with_values(blocks, {}, {"b": {"a": "One"}})["b"]["a"]["selected_option"] == option("One", "1")


def test_a_file_input_holds_nothing_that_is_judged():
    blocks = [entry("b", "Label", {"type": "file_input", "action_id": "a"})]
    assert complaints(blocks, full_state(blocks, {})) == {}
