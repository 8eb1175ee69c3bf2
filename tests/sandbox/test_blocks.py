"""The Block Kit validator says of each payload what Slack would."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.block_tables import BLOCKS, SURFACES, TABLES, VIEWS
from bot.sandbox.blocks import Fault, check_blocks, check_message, check_view
from tests.sandbox.block_cases import INVALID, VALID
from tests.sandbox.block_limits import LEAST, LIMITS
from tests.sandbox.block_parts import (
    actions,
    button,
    card,
    chart,
    container,
    field,
    home,
    modal,
    plain,
    raw,
    section,
    text_input,
)

TABLE = {"type": "table", "rows": [[raw()]]}


def seen(faults):
    return [(fault.pointer, fault.code, fault.constraint) for fault in faults]


@pytest.mark.parametrize(
    ("surface", "block", "pointer", "code", "constraint"),
    [case[1:] for case in INVALID],
    ids=[case[0] for case in INVALID],
)
def test_a_faulty_block_is_refused_at_the_right_place(surface, block, pointer, code, constraint):
    assert seen(check_blocks([block], surface=surface)) == [(pointer, code, constraint)]


@pytest.mark.parametrize(("surface", "block"), [case[1:] for case in VALID], ids=[case[0] for case in VALID])
def test_a_sound_block_passes(surface, block):
    assert check_blocks([block], surface=surface) == []


@pytest.mark.parametrize(("surface", "build", "most"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_the_largest_number_passes_and_one_more_does_not(surface, build, most):
    assert check_blocks([build(most)], surface=surface) == []
    faults = check_blocks([build(most + 1)], surface=surface)
    assert {fault.constraint for fault in faults} & {"max_length", "max_items", "maximum"}


@pytest.mark.parametrize(("surface", "build", "least"), [case[1:] for case in LEAST], ids=[case[0] for case in LEAST])
def test_the_smallest_number_passes_and_one_less_does_not(surface, build, least):
    assert check_blocks([build(least)], surface=surface) == []
    assert [fault.constraint for fault in check_blocks([build(least - 1)], surface=surface)] == ["minimum"]


def test_there_are_enough_cases_and_each_has_its_name():
    names = [case[0] for case in INVALID + VALID]
    assert len(INVALID) >= 60
    assert len(VALID) >= 40
    assert len(names) == len(set(names))


def test_every_block_and_element_of_the_tables_is_in_a_sound_case():
    text = json.dumps([case[2] for case in VALID])
    untried = [
        name for table in ("block", "chart", "cell", "text") for name in TABLES[table] if f'"{name}"' not in text
    ]
    assert untried == ["call"]


def test_several_faults_are_all_told():
    faults = check_blocks([section(text=plain("")), {"type": "divider", "x": 1}], surface="message")
    assert [fault.pointer for fault in faults] == ["/0/text/text", "/1/x"]


def test_a_message_of_51_blocks_is_one_too_many():
    assert seen(check_message({"blocks": [section()] * 51})) == [("/blocks", "failed_constraint", "max_items")]
    assert check_message({"blocks": [section()] * 50}) == []


def test_a_repeated_block_id_is_refused_inside_a_container_too():
    blocks = [section(block_id="a"), container(section(block_id="a"))]
    assert seen(check_message({"text": "x", "blocks": blocks})) == [
        ("/blocks/1/child_blocks/0/block_id", "failed_constraint", "unique")
    ]


def test_the_same_action_id_in_two_blocks_passes():
    assert check_message({"blocks": [actions(button()), actions(button()), section(accessory=button())]}) == []


def test_a_repeated_action_id_in_one_card_is_refused():
    faults = check_blocks([card(actions=[button(), button()])], surface="message")
    assert seen(faults) == [("/0/actions/1/action_id", "failed_constraint", "unique")]


def test_two_focused_fields_are_one_too_many():
    blocks = [field(text_input(focus_on_load=True)), section(accessory={"type": "datepicker", "focus_on_load": True})]
    assert seen(check_view(modal(*blocks))) == [("/blocks/1/accessory/focus_on_load", "failed_constraint", "unique")]


@pytest.mark.parametrize(
    ("blocks", "most"), [([TABLE, TABLE], 1), ([chart(), chart(), chart()], 2)], ids=["tables", "charts"]
)
def test_a_message_holds_one_table_and_two_charts(blocks, most):
    assert seen(check_message({"blocks": blocks})) == [("/blocks", "failed_constraint", "max_per_message")]
    assert check_message({"blocks": blocks[:most]}) == []
    assert check_view(home(*blocks)) == []


def test_markdown_blocks_share_12_000_characters():
    blocks = [{"type": "markdown", "text": "x" * 7000}] * 2
    assert seen(check_message({"blocks": blocks})) == [("/blocks", "failed_constraint", "max_length")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({}, [("", "missing_field", None)]),
        ({"text": "", "blocks": []}, [("", "missing_field", None)]),
        ({"text": "x" * 40_001}, [("/text", "failed_constraint", "max_length")]),
        ({"text": 7}, [("/text", "failed_constraint", "type")]),
        ({"text": "x", "blocks": {}}, [("/blocks", "failed_constraint", "type")]),
        ({"markdown_text": "x" * 12_001}, [("/markdown_text", "failed_constraint", "max_length")]),
        ({"markdown_text": "x", "text": "y"}, [("/markdown_text", "failed_constraint", "exclusive")]),
        (
            {"attachments": [{}, {"blocks": [{"type": "x"}]}]},
            [("/attachments/1/blocks/0/type", "failed_constraint", "enum")],
        ),
    ],
)
def test_a_message_without_words_or_with_too_many_is_refused(message, expected):
    assert seen(check_message(message)) == expected


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x" * 40_000},
        {"text": "x", "blocks": None},
        {"text": "x", "blocks": []},
        {"blocks": [section()]},
        {"attachments": [{"text": "x"}]},
        {"markdown_text": "x"},
        {"text": "x", "channel": "C1", "metadata": {}},
    ],
)
def test_a_message_with_words_passes(message):
    assert check_message(message) == []


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({"blocks": []}, [("", "missing_field", None)]),
        (modal(section(), type="workflow_step"), [("/type", "failed_constraint", "enum")]),
        (modal(section(), type={}), [("/type", "failed_constraint", "enum")]),
        ({"type": "modal", "blocks": [section()]}, [("", "missing_field", None)]),
        ({"type": "modal", "title": plain()}, [("", "missing_field", None)]),
        (modal(), [("/blocks", "failed_constraint", "min_items")]),
        (modal(*[section()] * 101), [("/blocks", "failed_constraint", "max_items")]),
        (modal(section(), title=plain("x" * 25)), [("/title/text", "failed_constraint", "max_length")]),
        (modal(section(), title="x"), [("/title", "failed_constraint", "type")]),
        (modal(section(), submit=plain("x" * 25)), [("/submit/text", "failed_constraint", "max_length")]),
        (modal(section(), close={"type": "mrkdwn", "text": "x"}), [("/close/type", "failed_constraint", "enum")]),
        (modal(section(), private_metadata="x" * 3001), [("/private_metadata", "failed_constraint", "max_length")]),
        (modal(section(), private_metadata={}), [("/private_metadata", "failed_constraint", "type")]),
        (modal(section(), callback_id="x" * 256), [("/callback_id", "failed_constraint", "max_length")]),
        (modal(section(), external_id="x" * 256), [("/external_id", "failed_constraint", "max_length")]),
        (modal(section(), close=plain("x" * 25)), [("/close/text", "failed_constraint", "max_length")]),
        (modal(section(), notify_on_close="yes"), [("/notify_on_close", "failed_constraint", "type")]),
        (modal(section(), id="V1"), [("/id", "failed_constraint", "additional_properties")]),
        (home(section(), title=plain()), [("/title", "failed_constraint", "additional_properties")]),
        (home(section(), submit=plain()), [("/submit", "failed_constraint", "additional_properties")]),
        (modal({"type": "table", "rows": [[raw()]]}), [("/blocks/0/type", "failed_constraint", "surface")]),
    ],
)
def test_a_faulty_view_is_refused(view, expected):
    assert seen(check_view(view)) == expected


def test_an_input_in_a_modal_without_submit_names_the_missing_button():
    view = {"type": "modal", "title": plain(), "blocks": [field(text_input())]}
    assert check_view(view) == [Fault("", "missing_field", "missing required field: submit", "submit")]
    assert check_view({**view, "type": "home", "title": plain()})[0].field == "title"


@pytest.mark.parametrize(
    "view",
    [
        modal(*[section()] * 100),
        modal(section(), title=plain("x" * 24), submit=plain("x" * 24), close=plain("x" * 24)),
        modal(section(), private_metadata="x" * 3000, callback_id="x" * 255, external_id="x" * 255),
        modal(field(text_input()), callback_id="x" * 255, clear_on_close=True, notify_on_close=False),
        modal(section(), private_metadata="", callback_id="", external_id=""),
        home(),
        home(field(text_input()), callback_id="home", private_metadata="{}"),
    ],
)
def test_a_sound_view_passes(view):
    assert check_view(view) == []


def test_a_view_past_250_kb_is_refused():
    view = modal(*[section(text=plain("x" * 3000))] * 90)
    assert seen(check_view(view)) == [("", "failed_constraint", "max_size")]


def test_a_fault_reads_as_slack_writes_it():
    fault = check_blocks([section(text={"type": "invalid", "text": "x"})], surface="message")[0]
    assert fault.to_json() == {
        "pointer": "/0/text/type",
        "code": "failed_constraint",
        "message": "unsupported type: invalid",
        "field": "type",
        "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
    }
    assert fault.to_line() == "[ERROR] unsupported type: invalid [json-pointer:/0/text/type]"


def test_a_missing_field_reads_as_slack_writes_it():
    fault = check_blocks([{"type": "header"}], surface="message")[0]
    assert fault.to_json() == {
        "pointer": "/0",
        "code": "missing_field",
        "message": "missing required field: text",
        "field": "text",
    }


def test_every_name_in_the_surfaces_is_a_block():
    assert {name for names in SURFACES.values() for name in names} == set(BLOCKS)
    assert set(VIEWS) == {"modal", "home"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(sorted(BLOCKS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "options", "rows", "blocks", "chart", "block_id", "fields"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["type", "text", "blocks", "title", "attachments"]), ANYTHING, max_size=4))
def test_whatever_is_given_the_validator_answers_with_faults_and_never_raises(payload):
    faults = [*check_message(payload), *check_view(payload), *check_view({**payload, "type": "modal"})]
    assert json.dumps([fault.to_json() for fault in faults])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(BLOCKS)), st.dictionaries(st.text(max_size=4), ANYTHING, max_size=4))
def test_an_unknown_property_never_passes(kind, extra):
    unknown = {f"x_{name}": value for name, value in extra.items()}
    faults = check_blocks([{"type": kind, **unknown}], surface="message")
    assert sum(fault.constraint == "additional_properties" for fault in faults) >= len(unknown)
