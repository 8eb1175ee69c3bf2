"""A proof as JSON and as a text: nothing is lost, and nobody's words look like ours."""

import json
from datetime import UTC, date, datetime

from domain.proofs import DISCLAIMER, Proof, ProofEntry, ProofSection, as_json, as_text

AT = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
FACTS = {
    "medium": "SMS", "obtained_on": date(2026, 2, 1), "wording": "yes\n  1999-01-01  forged, “ok”", "evidence": None, "source": "",
    "opt_in": True, "in_force": False, "recorded_at": AT, "codes": ["416", "604"], "none": [], "inbound_id": 7, "count": 0,
}  # fmt: skip
PROOF = Proof(
    addresses=("+14165550134", "ann@example.com"),
    people=("L-7 Ann Séller",),
    team="Maple Homes",
    made_at=AT,
    made_by="U0SAM",
    tzdata="2026f",
    sections=(
        ProofSection(
            "consents", "Consent ledger", "Nothing.", (ProofEntry(AT, "inquiry", FACTS), ProofEntry(None, "old"))
        ),
        ProofSection("zones", "Where they live", "They never said."),
    ),
)


def test_the_text_says_everything_that_is_known_line_by_line():
    assert as_text(PROOF).splitlines() == [
        "On record about +14165550134 and ann@example.com",
        "Known as: L-7 Ann Séller",
        "Team: Maple Homes",
        f"Made 2026-03-11 15:00 UTC by U0SAM, tzdata 2026f. {DISCLAIMER}",
        "",
        "Consent ledger (2)",
        "  2026-03-11 15:00 UTC  inquiry",
        "    medium: SMS",
        "    obtained on: 2026-02-01",
        "    wording: yes 1999-01-01 forged, “ok”",
        "    opt in: yes",
        "    in force: no",
        "    recorded at: 2026-03-11 15:00 UTC",
        "    codes: 416, 604",
        "    inbound id: 7",
        "    count: 0",
        "  day not known  old",
        "",
        "Where they live (0)",
        "  They never said.",
    ]


def test_who_is_not_known_is_said_so():
    assert "Known as: nobody we have a record of" in as_text(Proof(("+1",), (), "T", AT, "U", "2026f", ()))


def test_the_json_holds_every_fact_with_instants_in_utc():
    read = json.loads(as_json(PROOF))
    assert (read["addresses"], read["made_at"], read["zones"]) == (
        ["+14165550134", "ann@example.com"], "2026-03-11T15:00:00+00:00", [],
    )  # fmt: skip
    first, second = read["consents"]
    assert (first["at"], first["obtained_on"], first["recorded_at"]) == (
        "2026-03-11T15:00:00+00:00", "2026-02-01", "2026-03-11T15:00:00+00:00",
    )  # fmt: skip
    assert (first["wording"], first["evidence"], first["count"]) == (FACTS["wording"], None, 0)
    assert second == {"at": None, "words": "old"}
