"""What PEP 440 forbids, and semver against the examples of its specification."""

import random

import pytest

from feedbot.errors import VersionError
from feedbot.version import key


@pytest.mark.parametrize("text", ["", "1.0-", "1..0", "french toast", "1.0+", "1.0+a+b", "2024年"])
def test_what_pep_440_forbids_is_refused(text: str) -> None:
    """Texts that packaging refuses too raise VersionError."""
    with pytest.raises(VersionError):
        key("pep440", text)


def test_semantic_versions_sort_as_section_11_says() -> None:
    """The specification's own example, and numbers that are longer than a machine word."""
    ascending = [
        "1.0.0-0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0",
        "99999999999999999999999.999999999999999999.99999999999999999",
    ]  # fmt: skip
    shuffled = random.Random(1).sample(ascending, len(ascending))
    assert sorted(shuffled, key=lambda v: key("semver", v)) == ascending


def test_build_metadata_does_not_count() -> None:
    """Section 10: versions that differ only in build metadata have the same precedence."""
    assert key("semver", "1.0.0+20130313144700") == key("semver", "1.0.0+21AF26D3---117B344092BD")


@pytest.mark.parametrize(
    "text", ["1", "1.2", "1.2.3.4", "01.1.1", "1.2.3-01", "1.2.3-", "1.2.3-a..b", "1.2.3+", "alpha"]
)
def test_what_semver_forbids_is_refused(text: str) -> None:
    """Examples that the specification calls invalid raise VersionError."""
    with pytest.raises(VersionError):
        key("semver", text)
