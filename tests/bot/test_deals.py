"""What a deal's card and the board hold: buyers with answers, liquidity, next actions, order, limits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, insert, select, update

from bot.services.actors import NotYourDeal
from bot.services.deal_facts import buyer_pays
from bot.services.deals import CHOICES, LISTED
from bot.services.moves import DealMoved, PresentTheOffer, Seen
from bot.services.numbered import DealNotFound
from domain.deals import Stage
from domain.liquidity_sums import Feedback
from domain.stages import MOVES, MoveNotAllowed
from storage.deals import deal
from tests.bot.deal_team import AGREED, ASSIGNED, DANA, EVE, LEE, Team, a_team
from tests.storage.builders import HERE, NOW


@pytest.fixture
async def team(database) -> Team:
    return await a_team(database)


# The card


async def test_a_card_holds_the_deal_with_its_lead_brief_offers_buyers_and_liquidity(team):
    await team.buyers(1, 2)
    number = await team.at(Stage.OFFERED)
    await team.feedback.record(DANA, number, 2, Feedback.RESPONDED)
    card = await team.card(number)
    assert (card.deal.number, card.lead.number, card.brief.id) == (1, 1, card.deal.brief_id)
    assert [offer.amount for offer in card.offers] == [Decimal("310000.00")]
    assert (card.ranking.fitting, card.ranking.active) == (2, 2)
    assert {buyer.number for buyer in card.buyers.values()} == {1, 2}
    ((buyer_id, answers),) = card.answers.items()
    assert (card.buyers[buyer_id].number, [answer.event for answer in answers]) == (2, [Feedback.RESPONDED])
    assert card.liquidity is not None
    assert card.next.text == "Get the seller's answer: the offer lapses on 14 Mar"
    assert card.now == NOW


async def test_a_card_lists_a_few_buyers_and_more_when_they_are_asked_for(team):
    await team.buyers(*range(1, 12))
    number = await team.capture()
    assert len((await team.card(number)).ranking.matches) == LISTED
    more = await team.deals.card(DANA, number, listed=10)
    assert (len(more.ranking.matches), more.ranking.fitting) == (10, 11)
    assert len(more.buyers) == 10


async def test_a_card_names_who_is_out_and_why(team):
    await team.buyers(1, regions="Calgary")
    card = await team.card(await team.capture())
    assert (card.ranking.fitting, [card.buyers[int(one.buyer_id)].number for one in card.ranking.out]) == (0, [1])


async def test_a_deal_that_is_over_looks_for_nobody(team):
    await team.buyers(1)
    card = await team.card(await team.at(Stage.CLOSED))
    assert (card.ranking.matches, card.moves) == ((), ())
    assert [buyer.number for buyer in card.buyers.values()] == [1]


async def test_a_card_offers_the_moves_that_this_person_may_make_now(team):
    number = await team.capture()
    assert (await team.card(number)).moves == (Stage.LOST,)
    await team.present(number)
    assert (await team.card(number)).moves == (Stage.UNDER_AGREEMENT, Stage.LOST)
    assert (await team.card(number, EVE)).moves == ()
    assert (await team.card(number, LEE)).moves == (Stage.UNDER_AGREEMENT, Stage.LOST)
    await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    assert (await team.card(number)).moves == MOVES[Stage.UNDER_AGREEMENT]


async def test_a_deal_that_is_not_there_has_no_card(team):
    with pytest.raises(DealNotFound, match="`/deal board` lists the open ones"):
        await team.card(7)


async def test_buyers_are_matched_by_what_they_would_pay(team):
    await team.buyers(1, max_price=Decimal(305_000))
    number = await team.at(Stage.OFFERED)
    card = await team.card(number)
    assert buyer_pays(card.deal, card.lead) == Decimal("320000.50")
    await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    card = await team.card(number)
    assert buyer_pays(card.deal, card.lead) == Decimal("300000.00")
    assert "price is in their range" in [reason.text for reason in card.ranking.matches[0].reasons]


async def test_the_next_action_of_a_marketed_deal_follows_its_buyers(team):
    await team.buyers(1, 2)
    number = await team.at(Stage.MARKETED)
    assert (await team.card(number)).next.text == "Ask the buyers who match; it closes on 30 Apr"
    answer = await team.feedback.record(DANA, number, 1, Feedback.RESPONDED)
    assert (await team.card(number)).next.text == "Assign it to B-1, who responded; it closes on 30 Apr"
    await team.feedback.record(DANA, number, 1, Feedback.PASSED)
    assert (await team.card(number)).next.text == "Ask the next buyers: 1 of 2 have been asked; it closes on 30 Apr"
    await team.feedback.record(DANA, number, 2, Feedback.NO_RESPONSE)
    card = await team.card(number)
    assert card.next.is_lacking
    assert answer.event is Feedback.RESPONDED


async def test_a_responder_who_was_removed_is_no_candidate(team):
    await team.buyers(1, 2)
    number = await team.at(Stage.MARKETED)
    await team.feedback.record(DANA, number, 1, Feedback.RESPONDED)
    await team.change_buyer(1, removed_at=NOW, active=False, changed_no=99)
    assert "Assign" not in (await team.card(number)).next.text


# What the form for a move opens with


async def test_the_form_of_a_move_is_told_of_more_buyers(team):
    await team.buyers(*range(1, CHOICES + 3))
    number = await team.at(Stage.MARKETED)
    card = await team.deals.movable(DANA, number, Stage.ASSIGNED, await team.seen(number))
    assert len(card.ranking.matches) == CHOICES


async def test_a_form_for_a_move_that_cannot_be_made_does_not_open(team):
    number = await team.capture()
    seen = await team.seen(number)
    with pytest.raises(NotYourDeal):
        await team.deals.movable(EVE, number, Stage.LOST, seen)
    with pytest.raises(MoveNotAllowed):
        await team.deals.movable(DANA, number, Stage.CLOSED, seen)
    with pytest.raises(PresentTheOffer):
        await team.deals.movable(DANA, number, Stage.OFFERED, seen)
    with pytest.raises(DealMoved):
        await team.deals.movable(DANA, number, Stage.LOST, Seen(Stage.OFFERED, 1))
    card = await team.deals.movable(DANA, number, Stage.LOST, Seen(Stage.DRAFT, 99))
    assert card.deal.number == number


# The board


async def test_the_board_lists_open_deals_by_stage_and_the_longest_standing_first(team):
    await team.buyers(1)
    old = await team.capture()
    await team.at(Stage.LOST)
    await team.at(Stage.CLOSED)
    marketed = await team.at(Stage.MARKETED)
    team.clock.at = NOW + timedelta(days=2)
    young = await team.capture()
    offered = await team.at(Stage.OFFERED)
    team.clock.at = NOW + timedelta(days=3, hours=1)
    board = await team.deals.board(DANA)
    assert [row.deal.number for row in board.rows] == [old, young, offered, marketed]
    assert [row.days for row in board.rows] == [3, 1, 1, 3]
    assert (board.more, board.now) == (0, team.clock.at)
    assert [row.lead.number for row in board.rows] == [old, young, offered, marketed]


async def test_the_board_tells_the_same_next_actions_as_the_cards(team):
    await team.buyers(1)
    for stage in (Stage.DRAFT, Stage.OFFERED, Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED):
        await team.at(stage)
    asked = await team.at(Stage.MARKETED)
    await team.feedback.record(DANA, asked, 1, Feedback.RESPONDED)
    board = await team.deals.board(DANA)
    assert len(board.rows) == 6
    for row in board.rows:
        assert row.next == (await team.card(row.deal.number)).next


async def test_a_long_board_says_how_many_more_there_are(team):
    number = await team.capture()
    row = dict((await team.row(number))._mapping)
    more = [{**row, "id": None, "number": n} for n in range(2, 104)]
    for values in more:
        values.pop("id")
    await team.database.write(HERE, lambda tx: tx.connection.execute(insert(deal), more))
    board = await team.deals.board(DANA)
    assert (len(board.rows), board.more) == (99, 4)


async def test_the_board_takes_the_same_few_queries_however_long_it_is(team):
    for _ in range(2):
        await team.at(Stage.OFFERED)
    short = await statements(team, team.deals.board(DANA))
    for _ in range(5):
        await team.at(Stage.OFFERED)
    assert await statements(team, team.deals.board(DANA)) == short


async def statements(team, asking):
    """How many statements a question sends to the database."""
    engine, seen = team.database._readers.sync_engine, []

    def note(*_):
        seen.append(1)

    event.listen(engine, "before_cursor_execute", note)
    await asking
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def test_an_empty_board_has_no_rows(team):
    board = await team.deals.board(DANA)
    assert (board.rows, board.more) == ((), 0)


async def test_a_deal_from_before_the_stages_has_stood_there_since_it_was_made(team):
    number = await team.capture()
    await team.database.write(
        HERE, lambda tx: tx.connection.execute(update(deal).values(staged_at=None, staged_by=None))
    )
    team.clock.at = NOW + timedelta(days=5)
    (row,) = (await team.deals.board(DANA)).rows
    assert (row.deal.number, row.days, row.deal.staged_at) == (number, 5, NOW)


async def test_the_assigned_buyer_is_among_the_cards_buyers(team):
    await team.buyers(1)
    number = await team.at(Stage.MARKETED)
    card = await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=1)
    assert card.buyers[card.deal.buyer_id].number == 1
    stored = await team.database.read(HERE, lambda tx: tx.connection.execute(select(deal.c.buyer_id)).scalar_one())
    assert stored == card.deal.buyer_id


async def test_home_is_told_of_the_members_own_deals_that_wait_most(team):
    await team.buyers(1)
    for _ in range(2):
        await team.at(Stage.DRAFT)
    team.clock.at = NOW + timedelta(hours=2)
    agreed, offered = await team.at(Stage.UNDER_AGREEMENT), await team.at(Stage.OFFERED)
    await team.capture(EVE)
    await team.at(Stage.CLOSED)
    team.clock.at = NOW + timedelta(days=1)
    assert [row.deal.number for row in await team.deals.waiting(DANA)] == [offered, agreed, 1]
    assert [row.lead.rep_id for row in await team.deals.waiting(EVE)] == ["U0EVE"]
    assert await team.deals.waiting(LEE) == ()
