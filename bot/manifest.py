"""The Slack app's manifest, as the file at the top of the project tells it."""

from pathlib import Path
from typing import Any

import yaml

from domain.errors import RuleBroken

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
"""It lies beside the packages, where Slack's users look for it, so that an installed wheel is without it."""


class ManifestMissing(RuleBroken):
    """There is no {path}: the sandbox runs from a checkout of the project, elsewhere Slack's tokens must be set."""

    code = "MANIFEST_MISSING"


class ManifestInvalid(RuleBroken):
    """{path} is not a manifest: {why}."""

    code = "MANIFEST_INVALID"


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """Return the manifest. Raises `ManifestMissing` without the file, `ManifestInvalid` for other contents."""
    try:
        loaded = yaml.safe_load(path.read_text("utf8"))
    except FileNotFoundError as error:
        raise ManifestMissing(path=path) from error
    except yaml.YAMLError as error:
        raise ManifestInvalid(path=path, why=" ".join(str(error).split())) from error
    if not isinstance(loaded, dict):
        raise ManifestInvalid(path=path, why="it holds no mapping")
    return loaded
