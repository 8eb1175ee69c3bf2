"""Reading the manifest from its file."""

import pytest
import yaml

from bot.manifest import read_manifest


def test_the_manifest_of_the_project_is_read():
    assert read_manifest()["display_information"]["name"] == "Valhalla"


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_a_file_without_a_mapping_is_refused(tmp_path, text):
    (tmp_path / "manifest.yml").write_text(text)
    with pytest.raises(yaml.YAMLError, match="holds no mapping"):
        read_manifest(tmp_path / "manifest.yml")


def test_a_file_that_is_missing_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_manifest(tmp_path / "manifest.yml")
