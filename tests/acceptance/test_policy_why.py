"""`/policy why` through the whole bot: five sellers in five zones at one instant, strangers, and what may be seen."""

import pytest

from bot.slack.ids import Action
from storage.audit import audit_entry
from storage.kpis import kpi_event
from tests.acceptance.harness.rows import count
from tests.acceptance.harness.texts import words

INSTANT = "2026-11-25T16:30:00Z"
"""Wednesday: 13:00 in St. John's, 12:30 in Halifax, 11:30 in Toronto, 10:30 in Regina, 09:30 in Vancouver (UTC-7)."""
AGREED = {"How may we contact them?": "They contacted us first"}
SELLERS = [
    ("709-555-0131", "5 Water St, St. John's NL A1C 1A1", "*Wed 13:00* in St Johns"),
    ("902-555-0132", "1 Barrington St, Halifax NS B3J 1A1", "*Wed 12:30* in Halifax"),
    ("416-555-0133", "1 King St W, Toronto ON M5H 1A1", "*Wed 11:30* in Toronto"),
    ("306-555-0134", "1 Albert St, Regina SK S4P 1A1", "Regina"),
    ("604-555-0135", "1 Granville St, Vancouver BC V6C 1A1", "*Wed 09:30* in Vancouver"),
]


async def asked(stand, whom, *, user="dana"):
    """What `/policy why` answers, as words."""
    return words((await stand.command("/policy", f"why {whom}", user=user))["reply"])


@pytest.fixture
async def sellers(socket):
    """Five sellers who contacted us first, at one instant of a Wednesday."""
    await socket.slack.post("clock", to=INSTANT)
    for number, (phone, address, _) in enumerate(SELLERS, 1):
        fields = {"Seller's name": f"Seller {number}", "Phone": phone, "E-mail": None, "Property address": address}
        assert (await socket.capture(**fields, **AGREED))["ok"]
    return socket


async def test_five_sellers_in_five_zones_each_hear_their_own_clock(sellers):
    for number, (_, _, clock) in enumerate(SELLERS, 1):
        answer = await asked(sellers, f"L-{number}")
        assert f"L-{number} Seller {number}" in answer
        assert clock in answer
        assert "tzdata 2026f" in answer


async def test_one_instant_is_open_in_the_east_and_closed_in_the_west(sellers):
    await sellers.slack.post("clock", to="2026-11-25T15:30:00Z")

    east, west = await asked(sellers, "L-3"), await asked(sellers, "L-5")

    assert "window" in west
    assert "it is 08:30 in America/Vancouver; open Wed 09:00" in west
    assert "Wed 25 Nov 09:00 their time" in west
    assert "America/Toronto; open" not in east


async def test_a_yes_in_several_zones_speaks_of_all_of_them(sellers):
    answer = await asked(sellers, "L-4")

    assert "Inside the team's window on each of their clocks." in answer
    assert "Inside the team's window: it is 11:30 in America/Toronto." in await asked(sellers, "L-3")


async def test_a_stranger_by_phone_is_judged_by_the_area_code(socket):
    answer = await asked(socket, "+1 604 555 0134")

    assert "(604) 555-0134" in answer
    assert "Vancouver" in answer
    assert "no consent" in answer.lower()


@pytest.mark.parametrize(
    ("whom", "says"),
    [
        ("", "Say about whom"),
        ("L-99", "There is no lead L-99"),
        ("B-99", "There is no buyer B-99"),
        ("the man in Hamilton", "is no lead (L-7), buyer (B-5), phone number or e-mail address"),
        ("12345", "is no lead (L-7)"),
    ],
)
async def test_whoever_is_not_named_clearly_is_asked_for_again(socket, whom, says):
    assert says in await asked(socket, whom)


async def test_another_reps_seller_is_explained_without_the_full_number(socket):
    await socket.capture(user="lee", **AGREED)

    assert "(416) •••-0134" in await asked(socket, "L-1", user="dana")
    assert "(416) 555-0134" in await asked(socket, "L-1", user="sam")
    assert "(416) •••-0134" in await asked(socket, "416-555-0134", user="dana")


async def test_asking_records_nothing_since_nobody_was_refused(socket):
    await socket.capture()
    before = await count(socket.database, kpi_event), await count(socket.database, audit_entry)

    await asked(socket, "L-1")

    assert (await count(socket.database, kpi_event), await count(socket.database, audit_entry)) == before


async def test_the_sandboxes_team_is_set_up_so_that_messages_can_be_tried_at_once(sellers):
    answer = await asked(sellers, "L-3")

    assert "*Text (416) 555-0133 now?*  *Yes*" in answer
    assert "/valhalla setup" not in answer


async def test_the_button_of_a_card_asks_the_same(sellers):
    card = next(card for card in await sellers.cards() if "L-5" in card["text"])
    await sellers.click(Action.ASK_GATE, user="dana", channel="leads", ts=card["ts"])

    shown = [row for row in await sellers.messages(user="dana") if row["ephemeral"]]
    assert "L-5 Seller 5" in words(shown[-1])
