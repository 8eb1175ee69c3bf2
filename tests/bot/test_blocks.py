"""The pieces of Block Kit that everything is made of keep Slack's limits by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blocks import check_blocks, check_view
from bot.slack import blocks as b

OPTIONS = {"a": "First", "b": "Second"}


@given(text=st.text(min_size=1, max_size=4_000))
def test_any_text_fits_every_piece_of_a_message(text):
    pieces = [
        b.header(text),
        b.section(text, accessory=b.button(text, "go", "1")),
        b.fields([text, text]),
        b.context(text),
        b.divider(),
        b.actions([b.button(text, "stay", "2", style="primary", url="https://example.com")], block_id="row"),
    ]
    assert check_blocks(pieces, surface="message") == []


@given(text=st.text(min_size=1, max_size=4_000))
def test_any_text_fits_every_field_of_a_form(text):
    fields = [
        b.text_input("one", text, initial=text, hint=text, placeholder=text),
        b.text_input("many", text, initial=text, multiline=True, optional=False),
        b.text_input("live", text, live_as="typing"),
        b.select("select", text, OPTIONS | {"c": text}, initial="c", hint=text),
        b.radio("radio", text, OPTIONS | {"c": text}, initial="a", hint=text),
        b.checkboxes("boxes", text, OPTIONS | {"c": text}),
    ]
    assert check_view(b.modal("form", text, fields, submit=text, close=text)) == []


def test_a_field_reports_while_a_person_types_only_when_it_is_asked_to():
    quiet, live = b.text_input("a", "A"), b.text_input("a", "A", live_as="typing")
    assert ("dispatch_action" in quiet, live["dispatch_action"]) == (False, True)
    assert live["element"]["action_id"] == "typing"


@pytest.mark.parametrize(("initial", "chosen"), [("b", "b"), ("", None), ("unknown", None)])
def test_a_select_starts_with_an_option_that_it_has(initial, chosen):
    element = b.select("s", "S", OPTIONS, initial=initial)["element"]
    assert element.get("initial_option", {}).get("value") == chosen


def test_a_modal_without_submit_has_no_button_for_it():
    assert "submit" not in b.modal("shown", "Shown", [b.divider()])
    assert b.modal("shown", "Shown", [b.divider()])["close"]["text"] == "Cancel"


def test_home_stops_at_a_hundred_blocks():
    view = b.home([b.divider()] * 150)
    assert len(view["blocks"]) == 100
    assert check_view(view) == []
