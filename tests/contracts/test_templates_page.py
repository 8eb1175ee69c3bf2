"""The page about templates names every message and every fact that a template may say, and no other."""

import re

from domain.templates import Placeholder, TemplateName
from tests.contracts.slack_api import ROOT


def test_the_page_names_every_message_and_every_fact():
    page = (ROOT / "docs/templates.md").read_text("utf8")
    assert set(re.findall(r"^\| `\{(\w+)\}` \|", page, re.MULTILINE)) == set(Placeholder)
    assert all(f"| {name.label} | {name.purpose} |" in page for name in TemplateName)
    assert all(f"| `{each.written}` | {each.meaning} |" in page for each in Placeholder)
