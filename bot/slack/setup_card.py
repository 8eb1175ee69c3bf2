"""What stands and what the set-up lacks, as people read it: the answer to `/valhalla`, the checklist, the roles."""

from collections.abc import Sequence

from bot.services.members import RoleChange
from bot.services.setup import SetupShown, Status
from bot.slack.blocks import Block, actions, button, context, fields, header, modal, section
from bot.slack.ids import Action, View
from bot.slack.mrkdwn import bold, escape, for_reader
from bot.slack.offer_policy_card import place_name
from bot.slack.pauses import banner
from bot.slack.setup_form import NAMES, ROLE_WORDS
from domain.approvals import people
from domain.content import Language, footer
from domain.policy_places import PolicyPlace
from domain.roles import Role
from domain.rules import Medium
from domain.setup import Item, SetupStep, TeamSettings
from domain.zones import ZoneReport
from storage.workspaces import Member

PEOPLE_SHOWN = 60
CHECKLIST = "checklist"
"""What the button of a finished set-up sends in the place of a step."""
NOT_ADVICE = "Configurable defaults, not legal advice"
_TITLES = {Role.ADMIN: "Admins", Role.APPROVER: "Approvers", Role.REP: "Reps"}


def status_text(status: Status) -> str:
    """Return what stands in a line, for notifications and screen readers."""
    return f"Valhalla {status.about.version}: {_outreach(status)}"


def status_blocks(status: Status) -> list[Block]:
    """Return what stands: what is stopped, what runs and is connected, and how far the set-up is."""
    about, setup = status.about, status.setup
    facts = {
        "Slack": escape(about.slack),
        "Database": escape(about.database),
        "Texts": escape(about.texts),
        "E-mail": escape(about.email),
        "Time zones": _zones(status.zones),
        "Scheduler": escape(about.scheduler()),
        "Outreach": _outreach(status),
    }
    foot = f"{NOT_ADVICE} · tzdata {status.zones.iana_version} · as of {for_reader(status.now)} · `/valhalla help`"
    return [
        *banner(status.pauses),
        *_canary(status.zones),
        header(f"Valhalla {about.version}"),
        fields([f"{bold(name)}\n{text}" for name, text in facts.items()]),
        section(f"{bold('Set-up')}\n" + "\n".join(_line(item, setup) for item in setup.items)),
        *_way_on(setup),
        context(foot),
    ]


def unfinished_blocks(shown: SetupShown) -> list[Block]:
    """Return what an admin reads on Home until the set-up is whole; nothing for others, or once it is."""
    step = shown.first_open
    if step is None or not shown.may_change:
        return []
    missing = "; ".join(
        f"{NAMES[item.step].lower()} ({', '.join(item.missing)})" for item in shown.items if item.missing
    )
    text = f"{bold('Valhalla is not set up yet.')} Texts and e-mails stay blocked without it. Missing: {missing}."
    return [
        section(text, accessory=button("Set up", Action.SET_UP, step.value, style="primary"), block_id="unfinished")
    ]


def checklist_view(shown: SetupShown) -> Block:
    """Return the last page of the set-up: what is done, what is missing, and a way back to each step."""
    rows = [
        section(
            _line(item, shown),
            accessory=button("Change", Action.SET_UP, item.step.value),
            block_id=f"step_{item.step.value}",
        )
        for item in shown.items
    ]
    missing = sum(not item.is_done for item in shown.items)
    lack = "lacks" if missing == 1 else "lack"
    head = f"{missing} of {len(rows)} steps {lack} something." if missing else "All is set up."
    return modal(View.SETUP_SHOWN, "Set-up", [section(bold(head)), *rows, *_footer(shown.settings)], close="Done")


def roles_blocks(members: Sequence[Member], *, may_change: bool) -> list[Block]:
    """Return who has which role, and what each may do."""
    rows = [
        section(f"{bold(title)}: {_people(members, role)}\n{ROLE_WORDS[role]}", block_id=f"role_{role.value}")
        for role, title in _TITLES.items()
    ]
    way = [actions([button("Change roles", Action.SET_UP, SetupStep.ROLES.value)])] if may_change else []
    hint = "`/valhalla role @name approver` changes one." if may_change else "Admins of this workspace change roles."
    return [
        *rows,
        *way,
        context(f"{hint} Whoever uses the app for the first time is a rep; Slack's admins are admins."),
    ]


def changed_text(changes: Sequence[RoleChange]) -> str:
    """Return who got which role; empty when nothing changed."""
    return "\n".join(
        f"<@{each.member.user_id}> is {_a(each.member.role)} now, and was {_a(each.before)}." for each in changes
    )


def _line(item: Item, shown: SetupShown) -> str:
    """One step: what is set, or what is missing."""
    mark = ":white_check_mark:" if item.is_done else ":warning:"
    missing = f"\nMissing: {', '.join(item.missing)}." if item.missing else ""
    return f"{mark} {bold(NAMES[item.step])}: {_said(item.step, shown)}{missing}"


def _said(step: SetupStep, shown: SetupShown) -> str:
    settings = shown.settings
    match step:
        case SetupStep.BUSINESS:
            return escape(settings.sender.business_name or "no name yet")
        case SetupStep.CHANNELS:
            ids = (settings.leads_channel_id, settings.approvals_channel_id, settings.digest_channel_id)
            return ", ".join(f"<#{channel}>" for channel in ids if channel) or "none chosen"
        case SetupStep.DAY:
            place = PolicyPlace(*settings.default_market.split("/", 1))
            return f"digest at {settings.digest_hour:02}:00 {settings.zone}, prices for {escape(place_name(place))}"
        case SetupStep.LIMITS:
            cap = settings.contact_cap_per_day
            times = "once" if cap == 1 else f"{cap} times"
            alone = f"up to {people(settings.approval_threshold)}" if settings.approval_threshold else "nobody"
            return f"an author may approve what reaches {alone}; one person is written to at most {times} a day"
        case SetupStep.ROLES:
            counts = (_count(shown, role, title) for role, title in _TITLES.items())
            return ", ".join(counts)


def _count(shown: SetupShown, role: Role, title: str) -> str:
    count = sum(has is role for has in shown.roles.values())
    return f"{count} {title.lower() if count != 1 else title[:-1].lower()}"


def _footer(settings: TeamSettings) -> list[Block]:
    """What each text message will end with, once it can be said."""
    if not settings.sender.is_complete:
        return []
    said = footer(settings.sender, Medium.SMS, language=Language.EN)
    return [context(f"A text ends with: {escape(said)}")]


def _way_on(setup: SetupShown) -> list[Block]:
    if not setup.may_change:
        return [context("An admin of this workspace sets it up.")]
    step = setup.first_open
    label = "Finish the set-up" if step else "Change the set-up"
    style = "primary" if step else None
    return [actions([button(label, Action.SET_UP, step.value if step else CHECKLIST, style=style)], block_id="set_up")]


def _zones(zones: ZoneReport) -> str:
    return f"tzdata {zones.iana_version}, {'checked' if zones.ok else bold('wrong')}"


def _canary(zones: ZoneReport) -> list[Block]:
    """What stands at the head while the packaged time zones do not know the law's clock."""
    if zones.ok:
        return []
    said = "Every message is blocked: the installed time zones are wrong."
    return [section(f":octagonal_sign: {bold(said)} {escape(' '.join(zones.wrong))}")]


def _outreach(status: Status) -> str:
    if not status.zones.ok:
        return "blocked, the time zones are wrong"
    places = [pause.place for pause in status.pauses if pause.place]
    if len(places) < len(status.pauses):
        return "paused for the whole team"
    return f"paused in {escape(', '.join(places))}" if places else "on"


def _people(members: Sequence[Member], role: Role) -> str:
    having = [member.user_id for member in members if member.role is role]
    more = f" and {len(having) - PEOPLE_SHOWN} more" if len(having) > PEOPLE_SHOWN else ""
    return (", ".join(f"<@{person}>" for person in having[:PEOPLE_SHOWN]) or "nobody") + more


def _a(role: Role) -> str:
    return f"a{'' if role is Role.REP else 'n'} {role.value}"
