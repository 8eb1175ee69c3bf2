"""`/valhalla templates` with words: which template they name."""

import pytest

from domain.template_command import TemplateUnknown, template_named


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("offer", "offer/SMS/en"),
        ("First touch", "first_touch/SMS/en"),
        ("first_touch email", "first_touch/EMAIL/en"),
        ("follow-up E-mail fr", "follow_up/EMAIL/fr"),
        ("followup", "follow_up/SMS/en"),
        ("after call texto français", "after_call/SMS/fr"),
        ("deal buyer english sms", "deal_buyer/SMS/en"),
        ("seller", "deal_seller/SMS/en"),
        ("last", "last_touch/SMS/en"),
    ],
)
def test_a_template_is_named_in_people_s_words(text, code):
    assert template_named(text).code == code


def test_words_that_are_nearly_one_get_the_right_ones():
    with pytest.raises(TemplateUnknown, match="Did you mean `/valhalla templates offer`"):
        template_named("ofer fr")


def test_words_that_name_none_say_where_the_list_is():
    with pytest.raises(TemplateUnknown, match=r"no template called “love letter”\. `/valhalla templates` lists"):
        template_named("love letter")
