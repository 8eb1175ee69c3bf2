"""Message-ID: the name that an e-mail of ours carries for good, by which a bounce or an answer tells its send."""

import re
from typing import Final

_OURS: Final = re.compile(r"<?send-([1-9][0-9]{0,18})\.([A-Za-z0-9]{1,32})@([A-Za-z0-9.-]{1,255})>?")
_NO_ID: Final = 2**63
"""Ids are 64-bit numbers with a sign."""


def message_id(workspace_id: str, send_id: int, domain: str) -> str:
    """Return the Message-ID of a send, the same at every attempt: "<send-7.T0123@mail.example.com>".

    `domain` is the one that the sender's address is under. Mailboxes fold copies that carry one name (RFC 5322 3.6.4).
    """
    made = f"<send-{send_id}.{workspace_id}@{domain.lower()}>"
    if read_message_id(made) is None:
        raise ValueError("a Message-ID is made of a workspace's id, a send's id and a domain in ASCII")
    return made


def read_message_id(text: str) -> tuple[str, int] | None:
    """Return the workspace and the send that a Message-ID of ours names, with or without its angle brackets.

    None for another program's. Anybody may write such a name: what it says is true only of a send that is found.
    """
    found = _OURS.fullmatch(text.strip())
    return (found[2], int(found[1])) if found and int(found[1]) < _NO_ID else None
