"""The names that our e-mails carry, and what they are read as when they come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.message_ids import message_id, read_message_id

TEAMS = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), min_size=1, max_size=32)


@given(TEAMS, st.integers(1, 2**63 - 1))
def test_a_name_is_read_as_what_it_was_made_of(workspace_id, send_id):
    made = message_id(workspace_id, send_id, "Mail.Example.com")
    assert made == f"<send-{send_id}.{workspace_id}@mail.example.com>"
    assert read_message_id(made) == read_message_id(made.strip("<>")) == (workspace_id, send_id)


@given(st.text())
def test_any_other_text_is_no_name_of_ours(text):
    assert read_message_id(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "<>", "<send-7@example.com>", "<send-.T1@example.com>", "<send-07.T1@example.com>", "<send-7.T 1@example.com>",
        "<send-7.T1@>", "<resend-7.T1@example.com>", "<send-7.T1@example.com> and more", "<send-\u0667.T1@example.com>",
        f"<send-{'9' * 20}.T1@example.com>", f"<send-{2**63}.T1@example.com>",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_not_read(text):
    assert read_message_id(text) is None


@pytest.mark.parametrize(
    ("workspace_id", "send_id", "domain"),
    [("T1>", 7, "example.com"), ("T1", 0, "example.com"), ("T1", 7, "exämple.com"), ("T1", 7, "")],
)
def test_what_would_make_a_broken_header_is_refused(workspace_id, send_id, domain):
    with pytest.raises(ValueError, match="Message-ID"):
        message_id(workspace_id, send_id, domain)
