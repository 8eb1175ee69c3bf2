"""What a lead looks like in Slack: its card, rendered from rows, and a line in a list."""

from collections.abc import Sequence
from datetime import date

from bot.services.actors import Actor
from bot.services.leads import LeadCard
from bot.slack.blocks import Block, actions, button, context, divider, fields, header, section
from bot.slack.consent_card import consent_line
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, for_reader
from bot.slack.next_step import next_text, open_tasks
from bot.slack.offer_card import SECOND_LOOK, arv_range, sensitivity_text
from domain.arv import Confidence
from domain.contact import mask_contacts, mask_email, mask_phone, show_phone
from domain.geo import PROVINCES
from domain.money import show, show_short
from domain.notifying import TAKEN
from domain.roles import may_see_contact
from domain.zones import local_date
from storage.leads import Lead


def card_text(card: LeadCard) -> str:
    """Return the card in a line, for notifications and screen readers: nothing in it tells who the seller is."""
    lead, deal = card.lead, card.deal
    where = lead.municipality or (lead.market if lead.market != "ALL" else lead.province) or "place unknown"
    offer = f", offer ${show(deal.offer)}" if deal and deal.offer is not None else ""
    return f"Lead L-{lead.number}: {where}{offer}"


def card_blocks(card: LeadCard, *, who: Actor | None) -> list[Block]:
    """Return the card. Contact details are masked where others read along (`who` is None) or the role demands it."""
    lead = card.lead
    return [
        header(f"L-{lead.number}  {lead.name}"),
        section(f"{escape(lead.place)}\n{_status_line(card)}"),
        fields([_contact(lead, who), _place(lead)]),
        section(_money(card)),
        *_missing(lead),
        *_which_one(lead),
        section("\n".join((next_text(card), _consent_line(card), _window_line(card, who))), accessory=_ask_gate(card)),
        *_notes(lead, who),
        actions(_buttons(card), block_id=f"lead_{lead.number}"),
    ]


def list_blocks(title: str, leads: Sequence[Lead], who: Actor) -> list[Block]:
    """Return leads as lines with a button each; an empty list says how to begin."""
    if not leads:
        return [section(f"{bold(escape(title))}\nNone yet. `/lead` takes down the first one.")]
    return [section(bold(escape(title))), *(_line(lead, who) for lead in leads)]


def _line(lead: Lead, who: Actor) -> Block:
    first = f"{bold(f'L-{lead.number}')}  {escape(lead.name)} · {lead.status.label}"
    contact = _phone(lead, who) if lead.phone else _email(lead, who)
    text = f"{first}\n{escape(lead.place)} · {contact}"
    return section(text, accessory=button("Open", Action.SHOW_LEAD, str(lead.number)), block_id=f"line_{lead.number}")


def _status_line(card: LeadCard) -> str:
    lead = card.lead
    source = f" · {escape(lead.source)}" if lead.source else ""
    return f"{bold(lead.status.label)}{source} · added {for_reader(lead.created_at)}"


def _contact(lead: Lead, who: Actor | None) -> str:
    return f"{bold('Phone')} {_phone(lead, who)}\n{bold('E-mail')} {_email(lead, who)}"


def _phone(lead: Lead, who: Actor | None) -> str:
    if lead.phone is None:
        return "none"
    return show_phone(lead.phone) if _sees(lead, who) else mask_phone(lead.phone)


def _email(lead: Lead, who: Actor | None) -> str:
    if lead.email is None:
        return "none"
    return escape(lead.email if _sees(lead, who) else mask_email(lead.email))


def _sees(lead: Lead, who: Actor | None) -> bool:
    return who is not None and may_see_contact(who.role, user_id=who.user_id, rep_id=lead.rep_id)


def _place(lead: Lead) -> str:
    market = (
        f"{lead.market}, {lead.province}" if lead.market != "ALL" else PROVINCES.get(lead.province or "", "unknown")
    )
    rep = f"<@{lead.rep_id}>" if lead.rep_id and lead.rep_id.startswith(("U", "W")) else "nobody yet"
    return f"{bold('Market')} {escape(market)}\n{bold('Rep')} {rep}"


def _money(card: LeadCard) -> str:
    deal, brief = card.deal, card.brief
    asked = card.lead.asking_price
    parts = [f"D-{deal.number} {deal.stage.label}" if deal else "No deal"]
    if brief:
        parts.append(escape(brief.headline))
    parts.append(f"asked {show(asked)}" if asked is not None else "asking price not given")
    return "\n".join((*_worth(card), _offer(card), " · ".join(parts), _buyers(card)))


def _worth(card: LeadCard) -> list[str]:
    """Say what the ARV is worth where sales gave it; a weak one brings the sensitivity, ahead of the offer."""
    worth = card.worth
    if worth is None:
        return []
    if worth.estimate.confidence is not Confidence.LOW:
        return [bold(arv_range(worth.estimate))]
    moved = [sensitivity_text(worth.sensitivity)] if worth.sensitivity else []
    return [bold(arv_range(worth.estimate)), SECOND_LOOK, *moved]


def _offer(card: LeadCard) -> str:
    deal = card.deal
    if deal is None or deal.offer is None or deal.mao is None or deal.arv is None or deal.repairs is None:
        return f"{bold('Offer')} none yet"
    sums = f"from ARV {show_short(deal.arv)} and repairs {show_short(deal.repairs)}"
    if deal.offer <= 0:
        return f"{bold('Offer')} none: the numbers leave nothing to offer ({sums}) · MAO ${show(deal.mao)}"
    return f"{bold('Offer')} ${show(deal.offer)} · {bold('MAO')} ${show(deal.mao)} ({sums})"


def _buyers(card: LeadCard) -> str:
    found = card.ranking.fitting
    match = "none match yet" if not found else f"{found} {'matches' if found == 1 else 'match'}"
    liquidity = card.liquidity
    if liquidity is None:
        return f"{bold('Buyers')} {match} · liquidity unknown without a province"
    if not liquidity.depth:
        return f"{bold('Buyers')} {match} · liquidity 0.00: no active buyers there yet"
    band = f"{liquidity.score:.2f} ({liquidity.low:.2f}–{liquidity.high:.2f}), evidence {liquidity.evidence}"
    return f"{bold('Buyers')} {match} · liquidity {band}"


def _missing(lead: Lead) -> list[Block]:
    """Say what could not be done, with a way to mend it."""
    if not lead.missing:
        return []
    text = "\n".join(f":warning: {escape(why)}" for why in lead.missing.values())
    if lead.province is None:
        fix = button("Complete the address", Action.COMPLETE_PLACE, str(lead.number), style="primary")
        return [section(text, accessory=fix, block_id=f"missing_{lead.number}")]
    return [section(text, block_id=f"missing_{lead.number}")]


def _which_one(lead: Lead) -> list[Block]:
    """Ask which place is meant while the address allows more than one; until then the hours of all of them count."""
    if not lead.location_readings:
        return []
    choices = [
        button(_reading(reading), f"{Action.CHOOSE_PLACE}:{index}", "|".join((str(lead.number), *reading)))
        for index, reading in enumerate(lead.location_readings)
    ]
    another = button("Another place", Action.COMPLETE_PLACE, str(lead.number))
    until = "follow-ups keep to the hours of all of them" if lead.province else "nothing is planned or priced"
    question = f"{bold('Which one?')} The address may mean more than one place; until you say, {until}."
    return [section(question), actions([*choices, another], block_id=f"which_{lead.number}")]


def _reading(reading: tuple[str, str]) -> str:
    province, market = reading
    return f"{market}, {province}" if market != "ALL" else f"Elsewhere in {PROVINCES[province]}"


def _consent_line(card: LeadCard) -> str:
    return consent_line(card.consents, today=_today(card))


def _today(card: LeadCard) -> date:
    """The date where the seller may be."""
    return local_date(card.now, card.lead.zones)


def _window_line(card: LeadCard, who: Actor | None) -> str:
    """Say when the seller may be texted; whether now only to the one who asks now, since a posted card stands."""
    if card.window is None:
        return f"{bold('Texting hours')} unknown: no policy or no time zone for this place"
    verdict = card.window.verdict if who else None
    may = "yes" if verdict and verdict.allowed else "no"
    now = f"\n{bold('Text now')} {may} · {escape(verdict.sentence)}" if verdict else ""
    hours = f"{escape(card.window.hours)} seller's time (policy {escape(card.window.row)}, house rule)"
    return f"{bold('Texting hours')} {hours}{now}"


def _notes(lead: Lead, who: Actor | None) -> list[Block]:
    """The notes; people write other numbers there, which are masked like the seller's own."""
    notes = lead.notes if _sees(lead, who) else mask_contacts(lead.notes)
    return [divider(), context(escape(notes))] if notes.strip() else []


def _ask_gate(card: LeadCard) -> Block:
    return button("Contact now?", Action.ASK_GATE, f"L-{card.lead.number}")


def _buttons(card: LeadCard) -> list[Block]:
    number, deal = str(card.lead.number), card.deal
    own = [button(f"Deal D-{deal.number}", Action.SHOW_DEAL, str(deal.number))] if deal else []
    return [
        *_call(card),
        *own,
        *_notify(card),
        button("Price an offer", Action.PRICE, number),
        button("Comparable sales", Action.ENTER_COMPS, number),
        button("Edit address", Action.COMPLETE_PLACE, number),
        button("Record consent", Action.RECORD_CONSENT, f"L-{number}"),
        button("Message", Action.WRITE_MESSAGE, number),
        button("Log a reply", Action.LOG_REPLY, number),
        *_ladder(card),
    ]


def _call(card: LeadCard) -> list[Block]:
    """The way to write down a call, where there is a number."""
    return [button("Log a call", Action.LOG_CALL, f"L-{card.lead.number}")] if card.lead.phone else []


def _notify(card: LeadCard) -> list[Block]:
    """The way to the messages for both parties, until the deal is taken; nobody is matched without a place."""
    deal = card.deal
    if deal is None or deal.stage in TAKEN or card.lead.province is None:
        return []
    return [button("Notify parties", Action.NOTIFY_PARTIES, str(deal.number))]


def _ladder(card: LeadCard) -> list[Block]:
    """The switch of the follow-ups, while there are any."""
    number = str(card.lead.number)
    if card.lead.ladder_paused_at:
        return [button("Resume follow-ups", Action.RESUME_LADDER, number)]
    return [button("Pause follow-ups", Action.PAUSE_LADDER, number)] if open_tasks(card) else []
