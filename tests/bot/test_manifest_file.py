"""Reading the manifest from its file."""

import pytest

from bot.manifest import ManifestInvalid, ManifestMissing, read_manifest


def test_the_manifest_of_the_project_is_read():
    assert read_manifest()["display_information"]["name"] == "Valhalla"


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_a_file_without_a_mapping_is_refused(tmp_path, text):
    (tmp_path / "manifest.yml").write_text(text)
    with pytest.raises(ManifestInvalid, match=r"manifest\.yml is not a manifest: it holds no mapping\."):
        read_manifest(tmp_path / "manifest.yml")


def test_a_file_with_a_slip_is_refused_with_its_line(tmp_path):
    (tmp_path / "manifest.yml").write_text("features:\n  - {one: 1\nsettings: [")
    with pytest.raises(ManifestInvalid, match="line 3"):
        read_manifest(tmp_path / "manifest.yml")


def test_a_file_that_is_missing_is_answered_with_where_the_sandbox_runs(tmp_path):
    with pytest.raises(ManifestMissing, match=f"There is no {tmp_path}/manifest.yml: the sandbox runs from a checkout"):
        read_manifest(tmp_path / "manifest.yml")
