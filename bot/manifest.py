"""The Slack app's manifest, as the file at the top of the project tells it."""

from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).parent.parent / "manifest.yml"


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """Return the manifest. Raises OSError when the file is missing and YAMLError when it can't be read."""
    loaded = yaml.safe_load(path.read_text("utf8"))
    if not isinstance(loaded, dict):
        raise yaml.YAMLError(f"{path} holds no mapping")
    return loaded
