"""The list, the form, a try and what was saved are shown as Slack takes them, whatever people typed into them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.template_tries import TemplateTry
from bot.services.template_words import Words
from bot.services.templates import TemplateList, TemplateShown, TemplateVersion
from bot.slack.template_card import list_blocks, saved_view, try_text
from bot.slack.template_form import brought_back, redrawn, template_view
from domain.content import Language
from domain.messages import Route
from domain.segments import segments_of
from domain.template_lint import findings_on
from domain.template_texts import built_in
from domain.templates import Template, TemplateKey, TemplateName, all_keys
from tests.storage.builders import NOW

HOSTILE = ("<!channel>", "😀" * 500, "&" * 600, "*_~`" * 125, "a\nb" * 160, "```", "{0}%s", "\n\n>\n")
TYPED = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=800).filter(str.strip)
LEAD = SimpleNamespace(number=7, name="😀<!channel>" * 30)
MAIL = TemplateKey(TemplateName.DEAL_BUYER, Route.EMAIL, Language.FR)


def version(text, *, number=1, key=MAIL):
    subject = text[:150] if key.route is Route.EMAIL else None
    return TemplateVersion(Template(key, subject, text, number), "U0SAM", text[:500], NOW)


def shown(text, *, key=MAIL, may_change=True, lead_number=7):
    history = (*(version(text, number=number, key=key) for number in range(8, 0, -1)), TemplateVersion(built_in(key)))
    return TemplateShown(key, history, findings_on(history[0].template), may_change, lead_number)


def tried(text, **changes):
    template = version(text).template
    whole = TemplateTry(
        LEAD, None, False, findings_on(template), Words(text[:150], text, "v1"), text, segments_of(text)
    )
    return replace(whole, **changes)


def as_view(view):
    """The view as Slack takes it; what comes of a delivery is drawn from there."""
    assert check_view(view) == []
    return view


@pytest.mark.parametrize("key", all_keys(), ids=lambda key: key.code)
def test_every_built_in_template_can_be_read_and_changed(key):
    for lead_number, may_change in ((None, True), (7, True), (7, False)):
        as_view(template_view(TemplateShown(key, (TemplateVersion(built_in(key)),), (), may_change, lead_number)))


@given(TYPED)
def test_whatever_was_typed_is_shown(text):
    listed = TemplateList({key: version(text, key=key) for key in all_keys()}, may_change=True)
    assert check_message({"text": "x", "blocks": list_blocks(listed)}) == []
    as_view(template_view(shown(text, may_change=False)))
    view = as_view(template_view(shown(text), try_text(tried(text))))
    as_view(redrawn(view, try_text(tried(text, problem=text))))
    back = as_view(brought_back(view, version(text), try_text(tried(text, words=None, problem=text))))
    as_view(brought_back(back, version(text), try_text(tried(text, segments=None, is_for_buyer=True))))
    as_view(saved_view(version(text)))


def test_what_was_typed_is_no_markup():
    said = try_text(tried("<!channel> Hi", problem="<@U1>"))
    assert "<!channel>" not in said
    assert "<@U1>" not in said
    assert "&lt;!channel&gt; Hi" in said
