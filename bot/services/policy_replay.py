"""Trying a contact policy on the sends of the last 30 days, as far as their place is known."""

from datetime import datetime

from bot.services.recipients import is_phone
from domain.geo import locate
from domain.holiday import holidays_of
from domain.policy import Policy
from domain.policy_replay import REPLAYED, PastContact, Replay, replay
from domain.recipients import candidate_zones
from storage.base import Tx
from storage.policies import all_market_policies
from storage.sends import PastSend, sends_since

REPLAY_LIMIT = 2_000
"""The newest sends that a change is tried on: more would keep a person waiting with each letter they type."""


def replay_sends(tx: Tx, new: Policy, now: datetime) -> Replay:
    """Judge the sends of the last 30 days by the rows that stand, and again with `new` in its row's place."""
    since = now - REPLAYED
    contacts = [_contact(one) for one in sends_since(tx, since, now, limit=REPLAY_LIMIT)]
    holidays = {on: name for year in {since.year, now.year} for on, name in holidays_of(new.province, year).items()}
    return replay(contacts, all_market_policies(tx), new, holidays)


def _contact(one: PastSend) -> PastContact:
    """A send with its place: its lead's, else what the number alone tells."""
    phone = one.address if is_phone(one.address) else None
    zones = candidate_zones(said=None, place=one.zones, phone=phone)
    if one.province is None and phone:
        place = locate(None, None, phone=phone)
        return PastContact(one.medium, one.at, zones, place.province, place.market)
    return PastContact(one.medium, one.at, zones, one.province, one.market)
