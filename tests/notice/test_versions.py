"""The lines of versions in a draft: what is affected, and what holds the correction."""

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.advisory import Advisory, Affected, Fixed, UnreadRange
from feedbot.advisory.case import Case
from feedbot.notice._versions import affected_lines, fixed_as_of, fixed_lines, fixed_versions
from feedbot.version import VersionRange
from tests.notice.fixtures import TIMED, VU

OUT = datetime(2026, 11, 20, tzinfo=UTC)


def item(vers: str, product: str = "timed", **more: object) -> Affected:
    """Return what an advisory says of a product: `vers` is VERS, or wording that was not understood."""
    made = VersionRange.parse(vers) if vers.startswith("vers:") else UnreadRange(vers)
    return Affected(product, made, f"{product} {vers}".strip(), **more)  # type: ignore[arg-type]


def lead(*affected: Affected, fixed: tuple[Fixed, ...] = ()) -> Advisory:
    """Return the advisory of CSIRT-A."""
    return replace(TIMED, affected=affected, fixed=fixed)


def other(*affected: Affected, fixed: tuple[Fixed, ...] = ()) -> Advisory:
    """Return the advisory of CSIRT-B."""
    return replace(VU, affected=affected, fixed=fixed)


def lines(*advisories: Advisory) -> tuple[str, ...]:
    """Return the affected lines of a case."""
    return affected_lines(Case("C-1", advisories))


BELOW_2 = item("vers:generic/<2")
LINE_2 = "timed 2 より前のバージョン"


def test_a_product_without_a_word_on_versions_stands_where_nothing_else_is_known() -> None:
    """By its name; where any publisher has versions of it, in whatever case he writes it, these are enough."""
    bare = item("", "Timed")
    assert lines(lead(bare)) == ("Timed",)
    assert lines(lead(replace(bare, evidence=""))) == ("Timed",)
    assert lines(lead(bare, BELOW_2)) == (LINE_2,)
    assert lines(lead(bare), other(BELOW_2)) == (LINE_2,)
    assert lines(lead(item("", "x"), BELOW_2)) == ("x", LINE_2)


def test_wording_that_was_not_understood_stands_in_one_line() -> None:
    """Also where a part of it was understood: the publisher's line is then all that is known."""
    assert lines(lead(replace(item("一部の版"), evidence="timed  一部の\n 版"))) == ("timed 一部の 版",)
    half = replace(item("vers:generic/<3", unread=("ほか",)), evidence="timed 3 より前ほか")
    assert lines(lead(half)) == ("timed 3 より前ほか",)


def test_the_leads_lines_come_first() -> None:
    """Product by product, each line once."""
    made = lines(other(item("vers:generic/<9", "b"), item("", "c")), lead(BELOW_2, BELOW_2, item("", "a")))
    assert made == (LINE_2, "a", "b 9 より前のバージョン", "c")


def test_what_was_not_understood_whole_is_within_nothing() -> None:
    """Neither is it left out for another's range, nor another's for it."""
    half = replace(item("vers:generic/<1", unread=("ほか",)), evidence="timed 1 より前ほか")
    assert lines(lead(half), other(BELOW_2)) == ("timed 1 より前ほか(CSIRT-A)", f"{LINE_2}(CSIRT-B)")
    half = replace(half, range=VersionRange.parse("vers:generic/<3"))
    assert lines(lead(BELOW_2), other(half)) == (f"{LINE_2}(CSIRT-A)", "timed 1 より前ほか(CSIRT-B)")


def test_ranges_of_two_schemes_are_not_compared() -> None:
    """Both stand, each with its publisher; so where one publisher has two schemes of a product."""
    built = item("vers:deb/<1")
    assert lines(lead(BELOW_2), other(built)) == (f"{LINE_2}(CSIRT-A)", "timed 1 より前のバージョン(CSIRT-B)")
    assert lines(lead(BELOW_2, item("vers:deb/<5")), other(item("vers:generic/<1"))) == (
        f"{LINE_2}(CSIRT-A)",
        "timed 5 より前のバージョン(CSIRT-A)",
        "timed 1 より前のバージョン(CSIRT-B)",
    )


def test_each_product_is_compared_by_itself() -> None:
    """What a publisher says of another product says nothing of this one."""
    assert lines(lead(BELOW_2, item("vers:generic/<9", "x")), other(item("vers:generic/<3"))) == (
        "x 9 より前のバージョン",
        "timed 3 より前のバージョン",
    )
    assert lines(lead(item("vers:generic/<9", "x")), other(BELOW_2)) == ("x 9 より前のバージョン", LINE_2)


def test_the_same_statement_twice_stays() -> None:
    """Of two that say the same the first stays, even where they are the same word by word."""
    one = lead(BELOW_2)
    assert lines(one, copy(one)) == (LINE_2,)
    assert lines(other(BELOW_2), one) == (LINE_2,)


def test_publishers_are_named_where_not_all_say_every_line() -> None:
    """One who says a thing twice is named once."""
    odd = item("一部の版")
    assert lines(lead(odd, BELOW_2), other(odd)) == ("timed 一部の版(CSIRT-A、CSIRT-B)", f"{LINE_2}(CSIRT-A)")
    assert lines(lead(odd, odd, BELOW_2), other(item("別の版")))[:2] == (
        "timed 一部の版(CSIRT-A)",
        f"{LINE_2}(CSIRT-A)",
    )
    assert lines(lead(odd), other(odd)) == ("timed 一部の版",)


def corrected(vers: str, product: str = "timed") -> Fixed:
    """Return what a publisher names as corrected."""
    return Fixed(product, VersionRange.parse(vers))


@pytest.mark.parametrize(
    ("vers", "line", "versions"),
    [
        ("vers:generic/2.1", "timed 2.1", {"2.1"}),
        ("vers:generic/2.1|3.1", "timed 2.1、3.1", {"2.1", "3.1"}),
        ("vers:generic/>=2.1", "timed 2.1 およびそれ以降のバージョン", {"2.1"}),
        ("vers:generic/2.1|>=3.1", "timed 2.1、3.1 およびそれ以降のバージョン", {"2.1", "3.1"}),
        ("vers:generic/*", "timed すべてのバージョン", set()),
    ],
)
def test_corrected_versions_are_said_as_named(vers: str, line: str, versions: set[str]) -> None:
    """Single versions by themselves, ranges in words; each line once whoever says it."""
    case = Case("C-1", (lead(fixed=(corrected(vers),)), other(fixed=(corrected(vers),))))
    assert fixed_lines(case) == (line,)
    assert fixed_versions(case) == versions


def test_what_another_publisher_calls_affected_is_no_correction() -> None:
    """One's own line does not contradict one's correction, nor does one on another product."""
    two = corrected("vers:generic/2")
    until_2 = item("vers:generic/<=2", "TIMED")
    assert fixed_lines(Case("C-1", (lead(until_2, fixed=(two,)),))) == ("timed 2",)
    assert fixed_lines(Case("C-1", (lead(fixed=(two,)), other(until_2)))) == ()
    assert fixed_lines(Case("C-1", (lead(fixed=(two,)), other(BELOW_2)))) == ("timed 2",)
    assert fixed_lines(Case("C-1", (lead(fixed=(two,)), other(replace(until_2, product="x"))))) == ("timed 2",)


def test_corrections_hold_as_of_the_last_word_on_them() -> None:
    """The newest date of those that name any: that of the update, else of the publication."""
    two = (corrected("vers:generic/2"),)
    one = replace(lead(fixed=two), published=OUT, updated=OUT + timedelta(days=2))
    late = replace(other(fixed=two), published=OUT + timedelta(days=5), updated=None)
    assert fixed_as_of(Case("C-1", (one,))) == OUT + timedelta(days=2)
    assert fixed_as_of(Case("C-1", (one, late))) == OUT + timedelta(days=5)
    assert fixed_as_of(Case("C-1", (late, one))) == OUT + timedelta(days=5)
    assert fixed_as_of(Case("C-1", (one, replace(late, fixed=())))) == OUT + timedelta(days=2)
    assert fixed_as_of(Case("C-1", (replace(one, published=None, updated=None), late))) == OUT + timedelta(days=5)
    assert fixed_as_of(Case("C-1", (replace(one, published=None, updated=None),))) is None
    assert fixed_as_of(Case("C-1", (replace(one, fixed=()),))) is None
