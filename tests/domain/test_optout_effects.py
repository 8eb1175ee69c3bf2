"""Which media an opt-out stops, and what it is in the ledger."""

import pytest

from domain.consent import ConsentKind
from domain.optout import ALL_MEDIA
from domain.optout_effects import scope_name, stop_kind, stopped_scopes
from domain.rules import Medium

SMS, CALL, EMAIL = Medium.SMS, Medium.CALL, Medium.EMAIL


@pytest.mark.parametrize(
    ("said", "came_by", "scopes"),
    [
        (None, SMS, (SMS,)),
        (SMS, SMS, (SMS,)),
        (CALL, SMS, (SMS, CALL)),
        (SMS, CALL, (CALL, SMS)),
        (ALL_MEDIA, EMAIL, (ALL_MEDIA,)),
    ],
)
def test_a_stop_reaches_the_medium_it_came_by_and_the_one_it_names(said, came_by, scopes):
    assert stopped_scopes(said, came_by) == scopes


@pytest.mark.parametrize(
    ("scope", "kind", "name"),
    [
        (SMS, ConsentKind.STOP, "sms"),
        (EMAIL, ConsentKind.UNSUBSCRIBED, "email"),
        (CALL, ConsentKind.DO_NOT_CALL, "call"),
        (ALL_MEDIA, ConsentKind.DO_NOT_CALL, "all"),
    ],
)
def test_each_scope_has_its_kind_and_its_name(scope, kind, name):
    assert (stop_kind(scope), scope_name(scope)) == (kind, name)
