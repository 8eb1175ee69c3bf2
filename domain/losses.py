"""Why a deal was lost, as one text keeps it: the reason's name, and behind a colon what somebody wrote beside it."""

from domain.stages import LostReason

_BETWEEN = ": "


def kept_loss(reason: LostReason, note: str = "") -> str:
    """The text that is kept: "no_buyer: they all passed"."""
    words = note.strip()
    return f"{reason.value}{_BETWEEN}{words}" if words else reason.value


def reason_of(kept: str) -> str:
    """The reason's name alone, which counts without a word that a person wrote."""
    return kept.partition(_BETWEEN)[0]


def loss_text(kept: str) -> str:
    """The loss in words: "No buyer was found: they all passed"; a name of another release stays as it is kept."""
    name, between, note = kept.partition(_BETWEEN)
    try:
        return f"{LostReason(name).label}{between}{note}"
    except ValueError:
        return kept
