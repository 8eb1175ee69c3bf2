"""What is typed behind `/lead` and `/offer`, each as one signed Slack request."""

import pytest

from bot.slack.ids import View
from storage.offers import offer_evidence
from tests.acceptance.harness.rows import count, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import initial, words

QUICK = "John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k"


async def captured(line, **fields):
    """Take down a lead through the form."""
    await line.command()
    answer = await line.submit(line.slack.opened(), **{**FULL, **fields})
    assert (answer.status, answer.body) == (200, {})


async def test_a_bare_lead_opens_the_empty_form_and_acknowledges_with_nothing(line):
    answer = await line.command()
    assert (answer.status, answer.body) == (200, {})
    view = line.slack.opened()
    assert view["callback_id"] == View.LEAD
    assert [initial(view, field) for field in ("name", "phone", "address", "arv", "notes")] == [""] * 5


async def test_quick_text_opens_the_form_filled_in(line):
    await line.command(QUICK)
    view = line.slack.opened()
    assert initial(view, "name") == "John Smith"
    assert initial(view, "phone") == "416-555-0134"
    assert initial(view, "arv") == "500k"
    assert initial(view, "repairs") == "40k"
    assert "12 King St W" in initial(view, "address")


@pytest.mark.parametrize("text", ["L-1", "l-1", "1", "#1", "show 1"])
async def test_a_number_shows_that_lead_to_the_person_alone(line, text):
    await captured(line)
    answer = await line.command(text)
    assert answer.body["response_type"] == "ephemeral"
    assert "John Smith" in words(answer.body["blocks"])
    assert "(416) 555-0134" in words(answer.body["blocks"])


@pytest.mark.parametrize("text", ["L-7", "7"])
async def test_the_number_of_no_lead_says_how_to_find_one(line, text):
    answer = await line.command(text)
    assert answer.body["response_type"] == "ephemeral"
    assert answer.text == "There is no lead L-7 here. Find it with `/lead find` and a word of its name or address."


@pytest.mark.parametrize("text", ["find smith", "find SMITH king", "search 416-555-0134", "find john@example.com"])
async def test_find_lists_what_matches(line, text):
    await captured(line)
    answer = await line.command(text)
    assert "*L-1*  John Smith" in words(answer.body["blocks"])


async def test_find_without_a_match_says_so_and_escapes_what_was_typed(line):
    answer = await line.command("find <!channel>")
    assert answer.text.startswith("No lead matches “&lt;!channel&gt;”")


async def test_find_without_a_word_asks_for_one(line):
    assert (await line.command("find")).text == "Say what to look for: `/lead find smith`."


async def test_mine_lists_my_leads_and_nobody_elses(line):
    await captured(line)
    assert "John Smith" in words((await line.command("mine")).body["blocks"])
    assert "None yet." in words((await line.command("mine", user="U0LEE")).body["blocks"])


@pytest.mark.parametrize("text", ["help", "?", "HELP"])
async def test_help_shows_what_lead_does(line, text):
    answer = await line.command(text)
    assert "`/lead find smith`" in answer.text
    assert answer.body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("text", "meant"), [("mien", "`/lead mine`"), ("hlep", "`/lead help`"), ("fnid smith", "`/lead find smith`")]
)
async def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(line, text, meant):
    answer = await line.command(text)
    assert f"Did you mean {meant}?" in answer.text
    assert line.slack.made("views.open") == []


async def test_a_word_that_is_near_to_nothing_can_be_searched_or_opened(line):
    answer = await line.command("Okonkwo")
    assert "`/lead find Okonkwo`" in answer.text
    assert "`/lead new Okonkwo`" in answer.text


async def test_a_bare_offer_opens_the_form(line):
    answer = await line.command(name="/offer")
    assert (answer.status, answer.body) == (200, {})
    assert line.slack.opened()["callback_id"] == View.OFFER


@pytest.mark.parametrize("text", ["500k 40k", "500,000 40,000", "ARV 500k repairs 40k", "500 000 40 000"])
async def test_amounts_are_priced_for_the_teams_place_and_kept(line, sqlite, text):
    answer = await line.command(text, name="/offer")
    shown = words(answer.body["blocks"])
    assert answer.text == "Recommended offer 310,000.00, MAO 310,000.00"
    assert "Offer for Ontario" in shown
    assert "the team's default place" in shown
    assert "evidence E-1" in shown
    (evidence,) = await rows(sqlite, offer_evidence)
    assert (evidence.arv, evidence.repairs, evidence.mao) == (500_000, 40_000, 310_000)


async def test_a_place_behind_the_amounts_is_where_they_are_priced(line):
    shown = words((await line.command("500k 40k Hamilton", name="/offer")).body["blocks"])
    assert "Offer for Hamilton ON" in shown
    assert "default place" not in shown


async def test_a_lead_is_priced_with_what_it_says_and_another_arv_wins(line):
    await captured(line)
    assert "310,000.00" in (await line.command("L-1", name="/offer")).text
    assert (await line.command("L-1 520k", name="/offer")).text.startswith("Recommended offer 324,000.00")


async def test_offer_help_explains_the_formula(line):
    assert "MAO, buyer's ceiling" in (await line.command("help", name="/offer")).text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("500k", "Give ARV and repairs"),
        ("for the house on King", "Give ARV and repairs"),
        ("1.125 40k", "is not clear as an amount"),
        ("500k 40,5", "is not clear as an amount"),
        ("500k -40k", "The repairs cannot be below 0."),
        ("0 40k", "The ARV must be more than 0."),
        ("500k 40k Atlantis", '"Atlantis" is no place in Canada that we know.'),
        ("L-9", "There is no lead L-9 here."),
    ],
)
async def test_what_cannot_be_priced_is_explained_and_leaves_nothing_behind(line, sqlite, text, says):
    answer = await line.command(text, name="/offer")
    assert says in answer.text
    assert answer.body["response_type"] == "ephemeral"
    assert await count(sqlite, offer_evidence) == 0


async def test_a_lead_without_repairs_is_not_priced_and_the_answer_names_them(line):
    await captured(line, Repairs=None)
    assert (await line.command("L-1", name="/offer")).text == "Give the cost of repairs, 0 if there are none."


async def test_numbers_that_leave_nothing_give_no_offer_and_say_which_line_did_it(line):
    answer = await line.command("100k 90k", name="/offer")
    assert answer.text == "No offer: MAO -20,000.00"
    assert "*No offer.*" in words(answer.body["blocks"])


async def test_a_command_that_we_do_not_have_is_answered_in_plain_words(line):
    answer = await line.command(name="/dance")
    assert answer.status == 200
    assert answer.text.startswith("Valhalla has nothing called /dance.")


async def test_a_request_with_a_wrong_signature_is_refused(line):
    line.secret = "another"
    assert (await line.command("help")).status == 401
