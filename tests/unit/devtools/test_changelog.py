"""The changes of a version, as the registry is told them."""

import pytest
from comfyui_picpik.devtools.changelog import section, version
from comfyui_picpik.tests.paths import ROOT


def test_the_version_that_is_published_next_has_its_changes_in_the_changelog():
    assert section(ROOT, version(ROOT)).startswith("### ")


def test_a_section_ends_where_the_next_version_begins(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [0.2.0] - 2026\n\n### Added\n- two\n\n## [0.1.0]\n- one\n"
    )
    assert section(tmp_path, "0.2.0") == "### Added\n- two\n"
    assert section(tmp_path, "0.1.0") == "- one\n"


def test_a_version_without_changes_cannot_be_published(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("## [0.3.0]\n\n## [0.2.0]\n- two\n")
    for unknown in ("0.3.0", "0.4.0", "0.2"):
        with pytest.raises(ValueError, match="nothing of"):
            section(tmp_path, unknown)
