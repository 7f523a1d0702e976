"""Ranges of a product with several branches, against the plain question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.source import _branches
from feedbot.version import VersionRange

FIXES = st.dictionaries(st.integers(0, 6), st.integers(0, 6), min_size=1)


def corrections(fixes: dict[int, int]) -> list[tuple[str, str]]:
    """Return the corrections 1.BRANCH → 1.BRANCH.PATCH."""
    return [(f"1.{branch}", f"1.{branch}.{patch}") for branch, patch in fixes.items()]


@given(FIXES, st.integers(0, 7), st.integers(0, 7), st.booleans())
def test_without(fixes: dict[int, int], branch: int, patch: int, newest_open: bool) -> None:
    """A version is taken out when its branch is corrected at or below it, or its branch is newer than the newest."""
    corrected = (branch in fixes and patch >= fixes[branch]) or (newest_open and branch > max(fixes))
    try:
        left = _branches.without(VersionRange("generic"), corrections(fixes), newest_open=newest_open)
    except VersionError:
        left = None
    assert (left is not None and f"1.{branch}.{patch}" in left) is not corrected


@given(FIXES, st.integers(0, 7), st.integers(0, 7))
def test_before(fixes: dict[int, int], branch: int, patch: int) -> None:
    """A version is in it when its branch is corrected above it."""
    found = _branches.before(corrections(fixes))
    expected = branch in fixes and patch < fixes[branch]
    assert (found is not None and f"1.{branch}.{patch}" in found) is expected


def test_without_corrections() -> None:
    """Nothing corrected, nothing taken out."""
    assert _branches.without(VersionRange("generic"), [], newest_open=True) == VersionRange("generic")


@pytest.mark.parametrize(("version", "levels", "branch"), [("1.30.4", 2, "1.30"), ("45", 1, "45"), ("45.0.1", 1, "45")])
def test_branch_of(version: str, levels: int, branch: str) -> None:
    """The first numbers of a version."""
    assert _branches.branch_of(version, levels) == branch


@pytest.mark.parametrize("version", ["1", "a.b", "1.x.2", ""])
def test_no_branch(version: str) -> None:
    """A version with fewer numbers, or with anything else there, has none."""
    with pytest.raises(VersionError):
        _branches.branch_of(version, 2)
