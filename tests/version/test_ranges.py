"""Ranges: VERS in and out, membership, intervals, union and intersection."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.version import Constraint, VersionRange, key

VERSIONS = [f"{a}.{b}" for a in range(3) for b in range(1, 4)]
PROBES = [*VERSIONS, *(f"{v}.5" for v in VERSIONS), "0", "99"]


def _range(*constraints: str) -> VersionRange:
    return VersionRange.parse("vers:generic/" + "|".join(constraints))


@st.composite
def ranges(draw: st.DrawFn) -> VersionRange:
    """Draw a valid range over VERSIONS: half-open and closed stretches, points and holes."""
    made: VersionRange | None = None
    for _ in range(draw(st.integers(1, 3))):
        low, high = sorted(draw(st.lists(st.sampled_from(VERSIONS), min_size=2, max_size=2, unique=True)))
        one = draw(
            st.sampled_from([
                (Constraint(">=", low), Constraint("<", high)), (Constraint(">", low), Constraint("<=", high)),
                (Constraint("<", low),), (Constraint(">=", high),), (Constraint("=", low),), (Constraint("!=", low),),
            ])
        )  # fmt: skip
        part = VersionRange("generic", one)
        made = part if made is None else made.union(part)
    assert made is not None
    return made


@given(ranges())
def test_parse_is_the_inverse_of_str(given_range: VersionRange) -> None:
    """What a range writes reads back as the same range."""
    assert VersionRange.parse(str(given_range)) == given_range


@given(ranges(), ranges())
def test_union_and_intersection_hold_exactly_their_versions(one: VersionRange, two: VersionRange) -> None:
    """Membership in a union or an intersection is `or` and `and` of memberships."""
    union = one.union(two)
    assert [v in union for v in PROBES] == [v in one or v in two for v in PROBES]
    try:
        both = one.intersection(two)
    except VersionError:
        assert not any(v in one and v in two for v in PROBES)
    else:
        assert [v in both for v in PROBES] == [v in one and v in two for v in PROBES]


@given(ranges(), ranges())
def test_a_range_without_another_holds_the_rest(one: VersionRange, two: VersionRange) -> None:
    """Membership in what is left is membership in the one and not in the other; nothing left raises."""
    try:
        rest = one.without(two)
    except VersionError:
        assert not any(v in one and v not in two for v in PROBES)
    else:
        assert [v in rest for v in PROBES] == [v in one and v not in two for v in PROBES]
        assert VersionRange.parse(str(rest)) == rest


def test_what_is_affected_by_default_is_all_but_the_healthy() -> None:
    """All versions without the healthy ones are what `defaultStatus` affected says."""
    healthy = _range(">=9.4.1", "<9.5").union(_range(">=9.5.2"))
    assert str(VersionRange("generic").without(healthy)) == "vers:generic/<9.4.1|>=9.5|<9.5.2"
    with pytest.raises(VersionError, match="no version is left"):
        healthy.without(VersionRange("generic"))


@given(ranges())
def test_intervals_ascend_and_hold_what_the_range_holds(one: VersionRange) -> None:
    """Intervals are sorted, apart from each other, and a version is in one of them when it is in the range."""
    intervals = one.intervals()
    for left, right in pairwise(intervals):
        assert left.high is not None
        assert right.low is not None
        assert left.high < right.low or (left.high == right.low and not left.high_in and not right.low_in)
    for probe in PROBES:
        assert any(key("generic", probe) in interval for interval in intervals) == (probe in one)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("vers:generic/*", ["0", "9.9"], []),
        ("vers:generic/<4.2.7p26", ["4.2.6p5", "4.2.7p25"], ["4.2.7p26", "4.2.8"]),
        ("vers:generic/>=2|<2.15.0", ["2.0", "2.14.1"], ["1.9", "2.15.0"]),
        ("vers:generic/1.1.1h|1.1.1i", ["1.1.1h", "1.1.1i"], ["1.1.1", "1.1.1j"]),
        ("vers:generic/>=1|!=1.5|<2", ["1.4", "1.6"], ["1.5", "2"]),
        ("vers:generic/!=1.5", ["1.4", "1.6"], ["1.5"]),
        ("vers:deb/<1:4.2.6.p5+dfsg-7", ["1:4.2.6.p5+dfsg-6", "9.9-1"], ["1:4.2.6.p5+dfsg-7"]),
        ("vers:generic/<9.0%20Beta%202", ["8.4", "9.0 Beta 1"], ["9.0 Beta 2", "9.0"]),
    ],
)
def test_membership(text: str, inside: list[str], outside: list[str]) -> None:
    """`in` answers as the specification's containment does, and the text reads back unchanged."""
    made = VersionRange.parse(text)
    assert str(made) == text
    assert all(version in made for version in inside)
    assert not any(version in made for version in outside)


@pytest.mark.parametrize(
    "text",
    [
        "", "vers", "vers:generic", "vers:generic/", "pkg:generic/1", "vers:generic/|1", "vers:generic/1|",
        "vers:generic/1||2",
        "vers:generic/>=1| <2", "vers:generic/>=2|<1", "vers:generic/1|1.0", "vers:generic/=1",
        "vers:generic/*|1", "vers:generic/>*",
        "vers:generic/1%2G", "vers:generic/1%2", "vers:generic/<1|<2", "vers:generic/>1|>2",
        "vers:generic/1|<2", "vers:nosuch/1",
        "vers:generic/>=", "vers:generic/１", "vers:generic/1%ff", "vers:generic/>=1|<%20", "vers:semver/1.2",
        "vers:gene%72ic/1",
    ],
)  # fmt: skip
def test_invalid_vers_is_refused(text: str) -> None:
    """Whatever clause 5 calls invalid, and versions that the scheme cannot read, raise VersionError."""
    with pytest.raises(VersionError):
        VersionRange.parse(text)


def test_constraints_are_kept_sorted() -> None:
    """A range made from constraints in any order equals and writes the sorted one."""
    made = VersionRange("generic", (Constraint("<", "1.10"), Constraint(">=", "1.9")))
    assert str(made) == "vers:generic/>=1.9|<1.10"
    assert made == _range(">=1.9", "<1.10")


def test_a_version_of_another_scheme_is_not_answered() -> None:
    """A version that the scheme cannot read raises; it is neither in nor out."""
    with pytest.raises(VersionError):
        assert "not a version" not in _range("<2")


@pytest.mark.parametrize(
    ("branch", "expected"),
    [("2", ">=2|<3"), ("2.3", ">=2.3|<2.4"), ("1.0.1", ">=1.0.1|<1.0.2"), ("9.9", ">=9.9|<9.10")],
)
def test_a_branch_ends_where_the_next_begins(branch: str, expected: str) -> None:
    """2.3.x is everything from 2.3 up to, not including, 2.4."""
    assert str(VersionRange.branch("generic", branch)) == f"vers:generic/{expected}"


def test_the_first_range_keeps_its_words_in_an_intersection() -> None:
    """Where two ends are the same, the spelling of the range that was asked stays."""
    assert str(_range(">=9.9.0", "<9.9.3").intersection(VersionRange.branch("generic", "9.9"))) == (
        "vers:generic/>=9.9.0|<9.9.3"
    )


def test_schemes_do_not_mix() -> None:
    """Ranges of two schemes have no union."""
    with pytest.raises(VersionError):
        VersionRange("deb").union(VersionRange("rpm"))


def test_every_template_has_its_japanese() -> None:
    """Errors of this area speak Japanese when asked to."""
    from feedbot import messages

    messages.use("ja")
    with pytest.raises(VersionError, match="読み取れません"):
        VersionRange.parse("nonsense")
