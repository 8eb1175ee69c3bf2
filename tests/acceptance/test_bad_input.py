"""What people type by mistake, in a hurry or to see what happens: the answer is at the field and nothing is lost."""

import pytest

from bot.slack.ids import Action
from domain.leads import NOTES_LIMIT
from storage.ladder import followup_task
from storage.leads import lead
from storage.offers import offer_evidence
from tests.acceptance.harness.rows import count, leads, tasks
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, words


async def refused_at(stand, field, **fields):
    """Submit a form that must stay open with a sentence at one field, nothing stored; return the sentence."""
    view = (await stand.command("/lead"))["view"]
    answer = await stand.submit(view, {**FULL, **fields})
    assert (answer["ok"], list(answer["errors"])) == (False, [field])
    assert answer["view"]["id"] == view["id"]
    assert answer["view"]["state"]["values"]["name"]["value"]["value"] == "John Smith"
    assert await count(stand.database, lead) == 0
    assert await stand.cards() == []
    return answer["errors"][field]


async def test_neither_phone_nor_email_is_refused(socket):
    assert "phone number or an e-mail" in await refused_at(socket, "phone", **{"Phone": None, "E-mail": None})


async def test_no_name_is_refused_by_slack_itself(socket):
    view = (await socket.command("/lead"))["view"]
    answer = await socket.submit(view, {**FULL, "Seller's name": ""})
    assert answer["errors"] == {"name": "Please complete this required field."}


async def test_a_blank_name_is_refused_by_us(line, sqlite):
    await line.command()
    answer = await line.submit(line.slack.opened(), **{**FULL, "Seller's name": "   "})
    assert list(answer.errors) == ["name"]
    assert await count(sqlite, lead) == 0


@pytest.mark.parametrize("typed", ["lots", "five hundred", "500k?", "NaN", "1e6", "٥٠٠"])
async def test_letters_in_the_arv_are_refused_at_the_arv(line, sqlite, typed):
    await line.command()
    answer = await line.submit(line.slack.opened(), **{**FULL, "ARV": typed})
    assert list(answer.errors) == ["arv"]
    assert typed in answer.errors["arv"]
    assert await count(sqlite, lead) == 0


async def test_letters_in_the_arv_keep_the_form_open_with_what_was_typed(socket):
    assert '"lots" is not clear as an amount' in await refused_at(socket, "arv", ARV="lots")


async def test_negative_repairs_are_refused_at_the_repairs(socket):
    assert await refused_at(socket, "repairs", Repairs="-40k") == "The repairs cannot be below 0."


async def test_ten_thousand_characters_of_notes_are_refused_at_the_notes_and_none_is_lost(line, sqlite):
    await line.command()
    answer = await line.submit(line.slack.opened(), **{**FULL, "Notes": "n" * 10_000})
    assert answer.errors == {
        "notes": "The notes have 10,000 characters; 3,000 fit. Post the rest in the lead's thread."
    }
    assert answer.body["response_action"] == "errors"
    for table in (lead, followup_task, offer_evidence):
        assert await count(sqlite, table) == 0


async def test_slacks_own_client_stops_ten_thousand_characters_and_keeps_them(socket):
    view = (await socket.command("/lead"))["view"]
    answer = await socket.submit(view, {**FULL, "Notes": "n" * 10_000})
    assert (answer["ok"], list(answer["errors"])) == (False, ["notes"])
    assert len(answer["view"]["state"]["values"]["notes"]["value"]["value"]) == 10_000
    assert await count(socket.database, lead) == 0


async def test_notes_that_just_fit_are_stored_whole(socket):
    assert (await socket.capture(Notes="n" * NOTES_LIMIT))["ok"]
    (stored,) = await leads(socket.database)
    assert len(stored.notes) == NOTES_LIMIT
    assert len(await socket.cards()) == 1


@pytest.mark.parametrize("name", ["😀", "Zoë 🏠 O’Neil", "محمد", "李", "{name}", "%s", "x" * 600])
async def test_a_name_is_whatever_people_are_called(socket, name):
    answer = await socket.capture(**{"Seller's name": name})
    assert answer["ok"], answer
    (stored,) = await leads(socket.database)
    assert stored.name == name
    assert len(await socket.cards()) == 1
    reply = (await socket.command("/lead", "1"))["reply"]
    assert name[:50] in words(reply)


async def test_a_mention_of_everybody_in_any_field_stays_text_on_the_card_and_in_lists(socket):
    mention = "<!channel> & <@U0SAM>"
    fields = {"Seller's name": mention, "Notes": mention, "Property address": f"{mention} Hamilton ON"}
    assert (await socket.capture(**fields))["ok"]
    (card,) = await socket.cards()
    texts = ("1", "mine", "find hamilton", f"find {mention}")
    for message in [card, *[(await socket.command("/lead", text))["reply"] for text in texts]]:
        assert "<!channel>" not in _mrkdwn(message)
        assert "<@U0SAM>" not in _mrkdwn(message)
    assert "&lt;!channel&gt;" in _mrkdwn(card)
    home = await socket.slack.get("home", user="dana")
    assert "<!channel>" not in _mrkdwn(home)


def _mrkdwn(node):
    """Every text that Slack would read as markup: a message's own text and its mrkdwn objects."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) and node.get("type") != "plain_text" else []
        return "\n".join([*own, *(_mrkdwn(value) for value in node.values())])
    if isinstance(node, list):
        return "\n".join(map(_mrkdwn, node))
    return ""


async def test_an_address_nobody_knows_leaves_everything_unplanned_and_the_card_asks_for_it(socket):
    fields = {"Property address": "the old mill past the third bridge", "Phone": None}
    assert (await socket.capture(**fields))["ok"]
    (stored,) = await leads(socket.database)
    assert (stored.province, stored.market, stored.zones) == (None, "ALL", [])
    assert await tasks(socket.database, stored.id) == []
    assert await count(socket.database, offer_evidence) == 0
    (card,) = await socket.cards()
    shown = words(card)
    assert "The province is unknown, so nothing is planned or priced: complete the address." in shown
    assert "*Offer* none yet" in shown
    assert "*Next* the lead has no next action: complete the address" in shown
    assert Action.COMPLETE_PLACE in action_ids(card)
    view = (await socket.click(Action.COMPLETE_PLACE, channel="leads", ts=card["ts"]))["view"]
    assert (await socket.submit(view, {"Property address": "9 Elm St, London, Ontario"}))["ok"]
    (mended,) = await leads(socket.database)
    assert (mended.province, mended.market) == ("ON", "London")
    assert len(await tasks(socket.database, stored.id)) == 6
    assert "$310,000.00" in words(await socket.cards())


async def test_the_same_form_submitted_twice_is_one_lead(line, sqlite):
    await line.command()
    filled = line.filled(line.slack.opened(), **FULL)
    assert [(await line.resubmit(filled)).body for _ in range(2)] == [{}, {}]
    assert await count(sqlite, lead) == 1
    assert len(line.slack.made("chat.postMessage")) == 1


async def test_a_corrected_form_submitted_again_is_a_second_lead(line, sqlite):
    await line.command()
    filled = line.filled(line.slack.opened(), **FULL)
    await line.resubmit(filled)
    corrected = line.filled(line.slack.opened(), **{**FULL, "Seller's name": "Jane Smith"}) | {"id": filled["id"]}
    await line.resubmit(corrected)
    assert [each.name for each in await leads(sqlite)] == ["John Smith", "Jane Smith"]


async def test_an_unknown_command_is_slacks_own_message(socket):
    answer = await socket.command("/dance")
    assert (answer["ok"], answer["error"]) == (False, "unknown_command")
    assert (
        answer["message"]
        == "The manifest has no command '/dance': it has /lead, /offer, /deal, /buyer, /liquidity, /policy, /valhalla."
    )


@pytest.mark.parametrize(
    "text", ["x" * 8_000, "<" * 4_000, "&" * 3_500, "🏠" * 3_000, "\n" * 500, "{0} {name} %s", "```*_~`"]
)
@pytest.mark.parametrize("command", ["/lead", "/offer", "/lead find", "/lead new"])
async def test_any_text_behind_a_command_gets_an_answer_or_a_form_that_slack_takes(line, command, text):
    name, _, word = command.partition(" ")
    answer = await line.command(f"{word} {text}".strip(), name=name)
    assert answer.status == 200
    assert answer.body or line.slack.made("views.open")
