"""What templates look like in Slack: the list, one with its versions, its words about a real lead, a saved change."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from bot.services.template_tries import TemplateTry
from bot.services.templates import TemplateList, TemplateShown, TemplateVersion
from bot.slack.blocks import Block, context, header, menu, modal, section
from bot.slack.ids import Action, View
from bot.slack.mrkdwn import bold, clip, escape, for_reader
from domain.messages import Route
from domain.segments import Segments
from domain.template_lint import Finding, FindingKind
from domain.templates import LANGUAGE_NAMES, ROUTE_NAMES, TemplateKey, TemplateName

WORDS_SHOWN = 1_200
ALL_BUILT_IN = "The built-in words, in English and French"
REASON_SHOWN = 120
SIGNS: Mapping[FindingKind, str] = {
    FindingKind.NEEDS: ":lock:",
    FindingKind.WARNING: ":warning:",
    FindingKind.NOTE: ":information_source:",
}


def list_text(listed: TemplateList) -> str:
    """Return the list in a line, for notifications and screen readers."""
    return f"{len(listed.versions)} message templates"


def list_blocks(listed: TemplateList) -> list[Block]:
    """Return every message with the versions in use, and a select that opens one."""
    may = "Open one to change it." if listed.may_change else "Open one to read it; admins change them."
    return [
        header("Message templates"),
        *(
            _message(name, dict(versions))
            for name, versions in groupby(listed.versions.items(), lambda each: each[0].name)
        ),
        context(f"{may} Each says facts of the record alone, in French to Quebec and to who prefers it."),
    ]


def heading(shown: TemplateShown) -> str:
    """Return which template it is, when it is sent, and which version is in use."""
    key, in_use = shown.key, shown.in_use
    return f"{bold(escape(key.label))}\n{escape(key.name.purpose)} {bold('In use')} {version_line(in_use)}"


def version_line(version: TemplateVersion) -> str:
    """Return a version with who wrote it, when and why."""
    if version.changed_by is None or version.created_at is None:
        return "the built-in words"
    reason = f": {escape(version.reason, REASON_SHOWN)}" if version.reason else ""
    return f"{bold(version_name(version))} by <@{version.changed_by}>, {for_reader(version.created_at)}{reason}"


def version_name(version: TemplateVersion) -> str:
    """Return a version's short name: "v2", "built-in"."""
    number = version.template.number
    return f"v{number}" if number else "built-in"


def versions_text(history: Iterable[TemplateVersion]) -> str:
    """Return the versions, newest first."""
    return "\n".join([bold("Versions, newest first"), *map(version_line, history)])


def try_text(tried: TemplateTry) -> str:
    """Return the words about a real lead as they would leave, how long they are, and what is worth knowing."""
    to = _reader(tried)
    problem = f":no_entry: To {to} nothing is drafted. {escape(tried.problem)}" if tried.problem else ""
    return "\n".join(filter(None, [problem, *_said(tried, to), findings_text(tried.findings)]))


def findings_text(findings: Iterable[Finding]) -> str:
    """Return what is worth knowing of a template, line by line."""
    return "\n".join(
        f"{SIGNS[each.kind]} {f'“{escape(each.words, 60)}” ' if each.words else ''}{escape(each.sentence)}"
        for each in findings
    )


def quoted(text: str) -> str:
    """Return words set apart as a quotation."""
    return "\n".join(f">{line}" for line in escape(text, WORDS_SHOWN).splitlines())


def saved_view(version: TemplateVersion) -> Block:
    """Return what the form becomes once the words are stored."""
    template = version.template
    subject = [f"{bold('Subject')} {escape(template.subject)}"] if template.subject else []
    blocks = [
        section(f"{bold(escape(template.key.label))}\n{bold('In use')} {version_line(version)}"),
        section("\n".join([*subject, quoted(template.body)])),
        context("From now on messages are drafted from these words. What is drafted already stays as it is."),
    ]
    return modal(View.TEMPLATE_SHOWN, "Saved", blocks, close="Done")


def _message(name: TemplateName, versions: Mapping[TemplateKey, TemplateVersion]) -> Block:
    routes = dict.fromkeys(key.route for key in versions)
    lines = [f"{ROUTE_NAMES[route]}: {_in_use(versions, route)}" for route in routes]
    if not any(version.changed_by for version in versions.values()):
        lines = [ALL_BUILT_IN]
    ways = {key.code: f"{ROUTE_NAMES[key.route]}, {LANGUAGE_NAMES[key.language]}" for key in versions}
    text = "\n".join([f"{bold(escape(name.label))}  {escape(name.purpose)}", *lines])
    return section(text, accessory=menu("Open…", Action.SHOW_TEMPLATE, ways), block_id=f"template_{name.value}")


def _in_use(versions: Mapping[TemplateKey, TemplateVersion], route: Route) -> str:
    return " · ".join(
        f"{LANGUAGE_NAMES[key.language]} {_whose(version)}" for key, version in versions.items() if key.route is route
    )


def _whose(version: TemplateVersion) -> str:
    if version.changed_by is None:
        return version_name(version)
    return f"{bold(version_name(version))} by <@{version.changed_by}>"


def _reader(tried: TemplateTry) -> str:
    """Whom the words are tried with: the seller, or a buyer about their property."""
    lead, buyer = f"L-{tried.lead.number}", tried.buyer
    if buyer is not None:
        return f"{bold(f'B-{buyer.number} {escape(buyer.name, 80)}')} about {lead}"
    return f"a buyer about {lead}" if tried.is_for_buyer else bold(f"{lead} {escape(tried.lead.name, 80)}")


def _said(tried: TemplateTry, to: str) -> list[str]:
    """The words themselves, with the lines that the law adds."""
    if tried.words is None:
        return []
    whole = f"{tried.words.body}\n{tried.added}".strip()
    subject = [f"{bold('Subject')} {escape(tried.words.subject)}"] if tried.words.subject else []
    would = "It would say" if tried.problem else f"To {to}"
    return [f"{would} {_length(len(whole), tried.segments)}", *subject, quoted(whole)]


def _length(whole: int, segments: Segments | None) -> str:
    if segments is None:
        return f"({whole} characters)"
    several = "segment" if segments.count == 1 else "segments"
    return clip(f"({whole} characters, {segments.count} {several}, {segments.encoding})", 80)
