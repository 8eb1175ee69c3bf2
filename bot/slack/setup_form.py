"""The pages of the set-up, and what a person changed on them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from bot.services.intake import readable
from bot.services.setup import SetupShown
from bot.services.workspaces import MARKET_ROWS
from bot.slack.blocks import Block, channel_select, context, modal, people_select, section, select, text_input
from bot.slack.ids import View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold
from domain.contact import show_phone
from domain.geo import ALL, PROVINCES, zones_of_province
from domain.roles import Role
from domain.setup import HOURS, SetupStep, TeamSettings, roles_wanted

NAMES: Mapping[SetupStep, str] = {
    SetupStep.BUSINESS: "Who sends your messages",
    SetupStep.CHANNELS: "Where things are posted",
    SetupStep.DAY: "Your day and your market",
    SetupStep.LIMITS: "How much may leave",
    SetupStep.ROLES: "Who may do what",
}
ROLE_WORDS: Mapping[Role, str] = {
    Role.ADMIN: "Admins set this up, change policies and roles, and may stop all outreach.",
    Role.APPROVER: "Approvers decide what may be sent, see every contact and work every deal.",
    Role.REP: "Reps take down leads, price offers and work their own deals.",
}
_WHY_BUSINESS = (
    "The law asks that every text and e-mail says who sends it, where to write to and how to be reached "
    "(CASL s.6(2), SOR/2012-36 s.2). It is added to each message; without it nothing is sent. "
    "Leave out what you do not have yet: the checklist names it."
)
_INITIAL = ("initial_value", "initial_channel", "initial_users")


def step_view(step: SetupStep, shown: SetupShown) -> Block:
    """Return a page with what is set."""
    number, count = list(SetupStep).index(step) + 1, len(SetupStep)
    blocks = [section(bold(NAMES[step])), *_PAGES[step](shown)]
    kept = "Saving keeps this step and goes on. You can close the form whenever you like, and come back."
    return modal(
        View.SETUP,
        f"Set-up, step {number} of {count}",
        [*blocks, context(kept)],
        submit="Save",
        close="Close",
        private_metadata=step.value,
    )


def read_step(view: Mapping[str, Any]) -> SetupStep:
    """Return the page that was submitted."""
    return SetupStep(view["private_metadata"])


def read_changed(view: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that differ from what the page was opened with: text, an option's value, a channel's id."""
    before = _opened_with(view)
    values = {name: readable(str(value or "")) for name, value in form_values(view).items()}
    return {name: value for name, value in values.items() if value != (before.get(name) or "")}


def read_roles(view: Mapping[str, Any]) -> dict[str, Role]:
    """Return the new role of each person whose role the page changes."""
    opened, now = _opened_with(view), form_values(view)
    before = dict.fromkeys(opened["approvers"] or (), Role.APPROVER) | dict.fromkeys(opened["admins"] or (), Role.ADMIN)
    return roles_wanted(now["admins"] or (), now["approvers"] or (), before)


def _opened_with(view: Mapping[str, Any]) -> dict[str, Any]:
    """What each field held when the page was shown."""
    inputs = (block for block in view["blocks"] if block["type"] == "input")
    return {str(block["block_id"]): _initial(block["element"]) for block in inputs}


def _initial(element: Mapping[str, Any]) -> Any:
    if "initial_option" in element:
        return element["initial_option"]["value"]
    return next((element[name] for name in _INITIAL if name in element), None)


def _business(shown: SetupShown) -> list[Block]:
    sender = shown.settings.sender
    phone = show_phone(sender.phone) if sender.phone else ""
    return [
        section(_WHY_BUSINESS),
        text_input("business_name", "Business name", initial=sender.business_name or "", placeholder="Maple Homes"),
        text_input(
            "mailing_address",
            "Mailing address",
            initial=sender.mailing_address or "",
            placeholder="1 Main St, Hamilton ON L8P 1A1",
            multiline=True,
        ),
        text_input("contact_phone", "Phone", initial=phone, hint="A phone number or an e-mail address is enough."),
        text_input("contact_email", "E-mail", initial=sender.email or ""),
    ]


def _channels(shown: SetupShown) -> list[Block]:
    settings = shown.settings
    return [
        channel_select("leads_channel_id", "Lead cards", initial=settings.leads_channel_id),
        channel_select("approvals_channel_id", "Messages that wait for a yes", initial=settings.approvals_channel_id),
        channel_select("digest_channel_id", "The morning digest", initial=settings.digest_channel_id),
        context("Where no channel is chosen, cards go to people's direct messages. I look whether I may post there."),
    ]


def _day(shown: SetupShown) -> list[Block]:
    settings = shown.settings
    hours = {str(hour): f"{hour:02}:00" for hour in HOURS}
    hour = str(settings.digest_hour)
    hint = "For prices and policies when nobody names a place. A seller's own place always wins."
    return [
        select("digest_hour", "Hour of the morning digest", hours, initial=hour, optional=False),
        select("zone", "Time zone of the team", _zones(settings), initial=settings.zone, optional=False),
        select(
            "default_market", "Default market", _places(), initial=settings.default_market, hint=hint, optional=False
        ),
    ]


def _limits(shown: SetupShown) -> list[Block]:
    settings = shown.settings
    return [
        text_input(
            "approval_threshold",
            "People whom an author alone may approve",
            initial=str(settings.approval_threshold),
            hint="For more than so many, somebody else says yes than whoever asked. 0 asks for a second person always.",
            optional=False,
        ),
        text_input(
            "contact_cap_per_day",
            "Messages a day to one person",
            initial=str(settings.contact_cap_per_day),
            hint="Counted from midnight on their own clock. An answer to what they wrote may always go.",
            optional=False,
        ),
    ]


def _roles(shown: SetupShown) -> list[Block]:
    return [
        people_select(
            "admins", "Admins", initial=_with(shown, Role.ADMIN), hint=ROLE_WORDS[Role.ADMIN], optional=False
        ),
        people_select("approvers", "Approvers", initial=_with(shown, Role.APPROVER), hint=ROLE_WORDS[Role.APPROVER]),
        context(f"Everybody else is a rep. {ROLE_WORDS[Role.REP]}"),
    ]


_PAGES = {
    SetupStep.BUSINESS: _business,
    SetupStep.CHANNELS: _channels,
    SetupStep.DAY: _day,
    SetupStep.LIMITS: _limits,
    SetupStep.ROLES: _roles,
}


def _with(shown: SetupShown, role: Role) -> Sequence[str]:
    return [person for person, has in shown.roles.items() if has is role]


def _zones(settings: TeamSettings) -> dict[str, str]:
    """The zones of Canada, and the team's own where it is elsewhere."""
    return {name: name.replace("_", " ") for name in sorted({*_canadian_zones(), settings.zone})}


@cache
def _canadian_zones() -> frozenset[str]:
    return frozenset(name for province in PROVINCES for name in zones_of_province(province))


@cache
def _places() -> dict[str, str]:
    """Each province and each market, by its label."""
    provinces = {f"{code}/{ALL}": f"All of {name}" for code, name in PROVINCES.items()}
    return provinces | {f"{province}/{market}": f"{market}, {province}" for province, market in MARKET_ROWS}
