"""`/policy proof` through the whole bot: an admin alone sees what is on record."""

import pytest

from bot.slack.proofs import PART, PARTS_SHOWN, _blocks
from domain.proofs import Proof, ProofEntry, ProofSection
from storage.audit import audit_entry
from tests.acceptance.harness.rows import count, rows
from tests.acceptance.harness.texts import words
from tests.storage.builders import NOW

AGREED = {"How may we contact them?": "They contacted us first"}


async def asked(stand, text, *, user="sam"):
    return (await stand.command("/policy", text, user=user))["reply"]


async def test_an_admin_reads_the_proof_and_nobody_else_sees_it(stand):
    await stand.capture(**AGREED)
    reply = await asked(stand, "proof L-1")
    shown = words(reply)
    for part in ("On record about +14165550134 and john@example.com", "Known as: L-1 John Smith", "Consent ledger (3)"):
        assert part in shown
    assert "`valhalla proof L-1 --format json --out FILE` in a terminal" in shown
    assert reply["ephemeral"]
    assert [row for row in await stand.messages(user="lee") if row["ephemeral"]] == []
    exports = [row for row in await rows(stand.database, audit_entry) if row.verb == "proof_exported"]
    assert [row.actor for row in exports] == ["U0SAM", "U0SAM"]


@pytest.mark.parametrize("user", ["dana", "lee"])
async def test_who_is_no_admin_is_told_who_may(socket, user):
    await socket.capture(**AGREED)
    before = await count(socket.database, audit_entry)
    reply = await asked(socket, "proof L-1", user=user)
    assert reply["text"].startswith("Only an admin may export what is on record about a person; your role is ")
    assert await count(socket.database, audit_entry) == before


async def test_without_anybody_it_asks_whose(socket):
    assert "`/policy proof L-7`" in (await asked(socket, "proof"))["text"]


async def test_who_is_not_there_is_said(socket):
    assert "There is no lead L-9" in (await asked(socket, "proof L-9"))["text"]
    assert "is no lead (L-7), buyer (B-5), phone number or e-mail address" in (await asked(socket, "proof Ann"))["text"]


def long(words_each, entries):
    many = tuple(ProofEntry(NOW, "SMS sent", {"body": words_each}) for _ in range(entries))
    section = ProofSection("sends", "Messages to them", "None.", many)
    return Proof(("+14165550134",), (), "Maple Homes", NOW, "U0SAM", "2026f", (section,))


@pytest.mark.parametrize("text", ["Hi", "x" * 5_000, "<!channel> & ```", "&" * 2_000])
def test_a_long_proof_shows_its_beginning_in_blocks_that_slack_takes(text):
    blocks = _blocks(long(text, 900), "L-7")
    assert len(blocks) == PARTS_SHOWN + 2
    for block in blocks[1:-1]:
        assert len(block["text"]["text"]) <= PART + 8
        assert block["text"]["text"].count("```") == 2
        assert "<!channel>" not in block["text"]["text"]
    assert "This is the beginning." in words(blocks[-1])
