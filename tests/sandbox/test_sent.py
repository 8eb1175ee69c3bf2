"""What left for people outside: shown, answered, and followed by its provider's receipt, or by none."""

from typing import Any

import pytest

from tests.sandbox.server import Running
from tests.sandbox.test_live import heard, listen

TEXT = {"send_id": 7, "medium": "SMS", "to": "+14165550134", "body": "Hi", "at": "2026-11-24T21:05:00+00:00"}
EMAIL = {"send_id": 8, "medium": "EMAIL", "to": "john@example.com", "subject": "S", "body": "Hi", "at": TEXT["at"]}


class Bot:
    """Takes answers and receipts down; `knows` is whether it has such messages, `fails` whether it cannot be asked."""

    def __init__(self, running: Running) -> None:
        self.answers: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []
        self.knows, self.fails = True, False
        running.sandbox.carry(replies=self.answer, receipts=self.receipt)

    async def answer(self, facts: Any) -> dict[str, Any]:
        self.answers.append(dict(facts))
        return {"taken_for": "stop", "sentence": "Taken as an opt-out."}

    async def receipt(self, facts: Any) -> bool:
        if self.fails:
            raise RuntimeError("the database is away")
        self.receipts.append(dict(facts))
        return self.knows


def leave(running: Running, **facts: Any) -> None:
    """Let a text leave whose provider says that it took it."""
    entry = TEXT | facts
    running.sandbox.outbox.append(entry)
    running.sandbox.accepted(entry["send_id"])


@pytest.fixture
def bot(sandbox_server) -> Bot:
    return Bot(sandbox_server)


async def test_what_left_is_shown_newest_last_with_all_its_facts(sandbox_server):
    stream = await listen(sandbox_server, "sam")
    sandbox_server.sandbox.outbox.append({**TEXT, "segments": 1, "encoding": "GSM-7"})
    sandbox_server.sandbox.outbox.append(EMAIL)
    text, email = await sandbox_server.get("sent")
    assert text == {
        **TEXT, "from": None, "subject": None, "state": "sent", "segments": 1, "encoding": "GSM-7",
        "receipt": None, "replies": [],
    }  # fmt: skip
    assert (email["send_id"], email["subject"], email["segments"]) == (8, "S", None)
    assert await heard(stream, 2) == [{"kind": "sent"}, {"kind": "sent"}]
    stream.close()


async def test_an_answer_is_carried_and_kept_with_what_it_was_taken_for(sandbox_server, bot):
    sandbox_server.sandbox.outbox.append(TEXT)
    answer = await sandbox_server.post("reply", send_id=7, text="STOP")
    assert answer == {"ok": True, "send_id": 7, "taken_for": "stop", "sentence": "Taken as an opt-out."}
    (carried,) = bot.answers
    assert (carried["medium"], carried["from"], carried["text"]) == ("SMS", "+14165550134", "STOP")
    (entry,) = await sandbox_server.get("sent")
    assert [(each["text"], each["taken_for"]) for each in entry["replies"]] == [("STOP", "stop")]
    assert entry["replies"][0]["at"] == carried["at"]


async def test_each_answer_has_a_name_of_its_own(sandbox_server, bot):
    sandbox_server.sandbox.outbox.append(TEXT)
    for _ in range(2):
        await sandbox_server.post("reply", send_id="7", text="STOP")
    assert len({each["provider_id"] for each in bot.answers}) == 2


async def test_somebody_may_write_out_of_the_blue(sandbox_server, bot):
    answer = await sandbox_server.post("reply", medium="email", **{"from": "new@example.com"}, text="Who are you?")
    assert (answer["ok"], answer["send_id"]) == (True, None)
    assert (bot.answers[0]["medium"], bot.answers[0]["from"]) == ("EMAIL", "new@example.com")


async def test_a_word_from_an_address_stands_at_the_newest_message_to_it(sandbox_server, bot):
    for send_id in (7, 9):
        sandbox_server.sandbox.outbox.append({**TEXT, "send_id": send_id})
    answer = await sandbox_server.post("reply", medium="SMS", **{"from": "+14165550134"}, text="yes")
    assert answer["send_id"] == 9
    assert [len(entry["replies"]) for entry in await sandbox_server.get("sent")] == [0, 1]


async def test_receipts_come_by_themselves_once(sandbox_server, bot):
    leave(sandbox_server)
    await sandbox_server.sandbox.bring_receipts()
    await sandbox_server.sandbox.bring_receipts()
    (receipt,) = bot.receipts
    assert (receipt["send_id"], receipt["state"]) == (7, "delivered")
    (entry,) = await sandbox_server.get("sent")
    assert (entry["state"], entry["receipt"]) == ("delivered", None)


async def test_a_receipt_that_was_not_heard_comes_again(sandbox_server, bot):
    leave(sandbox_server)
    bot.fails = True
    with pytest.raises(RuntimeError):
        await sandbox_server.sandbox.bring_receipts()
    assert (await sandbox_server.get("sent"))[0]["state"] == "sent"
    bot.fails = False
    await sandbox_server.sandbox.bring_receipts()
    assert (await sandbox_server.get("sent"))[0]["state"] == "delivered"


async def test_a_message_may_be_ordered_to_be_lost(sandbox_server, bot):
    await sandbox_server.post("faults", kind="undelivered")
    for send_id in (7, 9):
        leave(sandbox_server, send_id=send_id)
    await sandbox_server.sandbox.bring_receipts()
    assert [entry["state"] for entry in await sandbox_server.get("sent")] == ["undelivered", "delivered"]


async def test_a_provider_that_keeps_its_receipt_leaves_it_to_a_person(sandbox_server, bot):
    await sandbox_server.post("faults", kind="no_receipt")
    leave(sandbox_server)
    await sandbox_server.sandbox.bring_receipts()
    (entry,) = await sandbox_server.get("sent")
    assert (bot.receipts, entry["state"], entry["receipt"]) == ([], "sent", None)
    answer = await sandbox_server.post("receipt", send_id=7, state="undelivered")
    assert answer == {"ok": True, "known": True, "state": "undelivered"}
    assert [each["state"] for each in bot.receipts] == ["undelivered"]


async def test_what_was_taken_without_a_word_gets_no_receipt_by_itself(sandbox_server, bot):
    sandbox_server.sandbox.outbox.append(TEXT)
    await sandbox_server.sandbox.bring_receipts()
    assert (bot.receipts, (await sandbox_server.get("sent"))[0]["state"]) == ([], "sent")


async def test_a_message_that_the_bot_does_not_know_is_said(sandbox_server, bot):
    bot.knows = False
    leave(sandbox_server)
    assert (await sandbox_server.post("receipt", send_id=7, state="delivered"))["known"] is False


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("reply", {"text": "yes"}, "missing_field"),
        ("reply", {"send_id": 7}, "missing_field"),
        ("reply", {"send_id": 99, "text": "yes"}, "send_not_found"),
        ("reply", {"medium": "PIGEON", "from": "+14165550134", "text": "yes"}, "unknown_medium"),
        ("reply", {"medium": "SMS", "text": "yes"}, "missing_field"),
        ("receipt", {"send_id": 99, "state": "delivered"}, "send_not_found"),
        ("receipt", {"send_id": 7, "state": "eaten"}, "unknown_state"),
        ("receipt", {"send_id": 7}, "missing_field"),
        ("receipt", {"state": "delivered"}, "send_not_found"),
    ],
)
async def test_what_cannot_be_done_is_explained(sandbox_server, bot, name, body, error):
    leave(sandbox_server)
    answer = await sandbox_server.post(name, **body)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["message"].endswith(".")


async def test_while_no_medium_is_connected_nobody_answers(sandbox_server):
    leave(sandbox_server)
    await sandbox_server.sandbox.bring_receipts()
    assert (await sandbox_server.get("sent"))[0]["receipt"] == "delivered"
    for name, body in (("reply", {"text": "STOP"}), ("receipt", {"state": "delivered"})):
        assert (await sandbox_server.post(name, send_id=7, **body))["error"] == "no_medium"


async def test_a_providers_fault_is_taken_as_often_as_ordered(sandbox_server):
    await sandbox_server.post("faults", kind="provider_busy", count=2)
    taken = [sandbox_server.sandbox.take_fault("provider_busy") for _ in range(3)]
    assert taken == [True, True, False]
    assert not sandbox_server.sandbox.take_fault("provider_down")


async def test_orders_are_heard_of(sandbox_server):
    stream = await listen(sandbox_server, "sam")
    await sandbox_server.post("faults", kind="provider_down")
    sandbox_server.sandbox.take_fault("provider_down")
    sandbox_server.sandbox.take_fault("provider_down")
    await sandbox_server.post("faults", kind="no_fault")
    assert [each["kind"] for each in await heard(stream, 3)] == ["faults"] * 3
    stream.close()


async def test_a_reset_forgets_what_left(sandbox_server, bot):
    leave(sandbox_server)
    await sandbox_server.post("reset")
    await sandbox_server.sandbox.bring_receipts()
    assert (await sandbox_server.get("sent"), bot.receipts) == ([], [])
