"""Upstream versions in the order their projects mean."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.version import compare, key

ASCENDING = [
    ["4.2.6", "4.2.6p5", "4.2.7-RC1", "4.2.7", "4.2.7p9", "4.2.7p26", "4.2.7p230", "4.2.8", "4.2.8p1"],
    ["8.4p1", "8.5", "8.5p1", "8.9p1", "9.0p1"],
    ["9.9.4b1", "9.9.4rc1", "9.9.4", "9.9.4-P1", "9.9.4-P2", "9.9.5", "9.10.0"],
    ["9.11.0a1", "9.11.0a3", "9.11.0b1", "9.11.0rc1", "9.11.0"],
    ["0.9.8", "0.9.8zh", "1.0.0", "1.0.1", "1.0.1a", "1.0.1f", "1.0.1g", "1.0.2", "1.0.2z", "1.0.2ze",
     "1.0.2zh", "1.1.0"],
    ["2.0-dev", "2.0-alpha1", "2.0-beta9", "2.0-rc2", "2.0-rc10", "2.0", "2.0.1"],
    ["9.0.0.M1", "9.0.0.M10", "9.0.0-RC1", "9.0.0", "9.0.1"],
    ["4.15.11", "4.16-rc1", "4.16-rc6", "4.16"],
    ["1.8.6-p111", "1.8.6 patchlevel 230", "1.8.6-p399", "1.8.7 preview 1", "1.8.7"],
    ["9.0 Beta 1", "9.0 Beta 2", "9.0", "9.0.1"],
    ["2008", "2008 R2", "2012", "2012 R2"],
    ["8u181", "8u191", "11"],
    ["4.0.6-p2", "4.0.6-p4", "4.1.0"],
    ["5.8 (Build 1299)", "5.8 (Build 1577)", "6.0"],
    ["1.9", "2.0~git20240101", "2.0~rc1", "2.0"],
    ["4.10.21", "4.10.21_1013", "4.10.22"],
    # Where other programs stumble: ten after nine, four numbers, numbers that a text comparison turns around.
    ["9.9.9", "9.9.10", "9.10.1"],
    ["1.2", "1.10", "1.10.0.1"],
    ["2.3.4.3", "2.3.4.4", "2.3.4.10", "2.3.5"],
    ["V01L02NF0001", "V01L06NF0112", "V01L06NF0401", "V02L20NF0001"],
]  # fmt: skip
EQUAL = [
    ("2.4", "2.4.0"), ("4.2.6.p5", "4.2.6p5"), ("4.2.7P26", "4.2.7p26"), ("v1.2", "1.2"), ("Ver. 1.2", "1.2"),
    ("1.9.3 patchlevel 327", "1.9.3-p327"), ("4.0.0.Final", "4.0"), ("1.0-RC.1", "1.0rc1"), ("01.06", "1.6"),
    ("0.0", "0"),
]  # fmt: skip


@pytest.mark.parametrize("versions", ASCENDING, ids=lambda versions: versions[0])
def test_versions_ascend(versions: list[str]) -> None:
    """Each list is in the order that its project released it."""
    assert sorted(versions, key=lambda v: key("generic", v)) == versions
    assert all(key("generic", left) < key("generic", right) for left, right in pairwise(versions))


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_spellings_of_one_version_are_equal(left: str, right: str) -> None:
    """What is only written differently has one key."""
    assert key("generic", left) == key("generic", right)


@pytest.mark.parametrize("text", ["", "abc", "1.4.x", "2.*", "バージョン1", "1.0\n", "1.0;rm", "x", "9" * 256])
def test_what_is_no_version_is_refused(text: str) -> None:
    """Text without a number, a branch, and foreign characters raise VersionError."""
    with pytest.raises(VersionError):
        key("generic", text)


NUMBERS = st.lists(st.integers(0, 300), min_size=1, max_size=5)


@given(NUMBERS, NUMBERS)
def test_dotted_numbers_sort_as_numbers(left: list[int], right: list[int]) -> None:
    """Plain dotted numbers compare as lists of numbers padded with zeros."""
    size = max(len(left), len(right))
    padded = [numbers + [0] * (size - len(numbers)) for numbers in (left, right)]
    expected = (padded[0] > padded[1]) - (padded[0] < padded[1])
    assert compare("generic", ".".join(map(str, left)), ".".join(map(str, right))) == expected


@given(st.lists(st.text("019.-abp~", min_size=1, max_size=8).filter(lambda t: t[0] in "019"), min_size=2, max_size=6))
def test_what_is_appended_never_decides_before_what_differs(texts: list[str]) -> None:
    """No key is the beginning of another one, so keys may stand in front of others."""
    keys = {key("generic", text) for text in texts}
    assert not any(a != b and b.startswith(a) for a in keys for b in keys)
