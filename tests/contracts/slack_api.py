"""Where Slack's published contracts lie on this machine, if they do: they are read, never part of the project."""

import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def slack_api() -> Path | None:
    """Return the folder named by VALHALLA_SLACK_API, else a data/slack-api in a folder beside the checkout, else None.

    A named folder that is not there is an error.
    """
    named = os.environ.get("VALHALLA_SLACK_API")
    if not named:
        return next(iter(sorted(ROOT.parent.glob("*/data/slack-api"))), None)
    if not Path(named).is_dir():
        raise NotADirectoryError(f"VALHALLA_SLACK_API names no folder: {named}")
    return Path(named)


def contract(path):
    """Return the parsed contract, or skip the test with a reason where the contracts are not at hand."""
    folder = slack_api()
    if folder is None:
        pytest.skip("Slack's contracts are not on this machine; set VALHALLA_SLACK_API to their folder")
    return json.loads((folder / path).read_text(encoding="utf-8"))
