"""Newer, the same, an old one again, or two texts of one revision."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import Stamp, Standing, standing

DAY = datetime(2026, 10, 1, tzinfo=UTC)
revisions = st.sampled_from(["1", "2", "10", "1.0", "1.2", "1.10", "2026-10-01", "2026-10-02", "", "第2版"])
stamps = st.builds(
    Stamp,
    st.just("N-1"),
    revisions,
    st.none() | st.integers(0, 3).map(lambda days: DAY + timedelta(days=days)),
    st.sampled_from(["x", "y", "z"]),
)


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (("2", DAY, "y"), ("1", DAY, "x"), Standing.NEWER),
        (("10", None, "y"), ("9", None, "x"), Standing.NEWER),
        (("1.10", None, "y"), ("1.9", None, "x"), Standing.NEWER),
        (("1", DAY + timedelta(days=1), "y"), ("1", DAY, "x"), Standing.NEWER),
        (("2026-10-02", None, "y"), ("2026-10-01", None, "x"), Standing.NEWER),
        (("2026-10-02", DAY, "y"), ("7", DAY - timedelta(days=1), "x"), Standing.NEWER),
        (("1.0.6", None, "y"), ("1.0.5", None, "x"), Standing.NEWER),
        (("1.0.5", None, "y"), ("1.0", None, "x"), Standing.NEWER),
        (("1", DAY, "x"), ("2", DAY, "x"), Standing.DUPLICATE),
        (("1", DAY, "y"), ("2", DAY, "x"), Standing.ROLLBACK),
        (("2", DAY - timedelta(days=1), "y"), ("1", DAY, "x"), Standing.ROLLBACK),
        (("2026-09-30", None, "y"), ("2026-10-01", None, "x"), Standing.ROLLBACK),
        (("1", DAY, "y"), ("1", DAY, "x"), Standing.EQUIVOCATION),
        (("1.0", DAY, "y"), ("1", DAY, "x"), Standing.EQUIVOCATION),
        (("7", None, "y"), ("2026-10-01", DAY, "x"), Standing.EQUIVOCATION),
        (("2026-10-01", None, "y"), ("2026-10-01", None, "x"), Standing.EQUIVOCATION),
        (("0", None, "y"), ("0.0", None, "x"), Standing.EQUIVOCATION),
        (("", None, "y"), ("", None, "x"), Standing.EQUIVOCATION),
        (("1..2", None, "y"), ("1.", None, "x"), Standing.EQUIVOCATION),
    ],
)
def test_each_standing(
    new: tuple[str, datetime | None, str], old: tuple[str, datetime | None, str], expected: Standing
) -> None:
    """Neither date nor revision may go down; what cannot be told apart is held."""
    assert standing(Stamp("N-1", *new), Stamp("N-1", *old)) is expected


def test_the_first_text_is_newer() -> None:
    """There is nothing to compare it with."""
    assert standing(Stamp("N-1", "1", DAY, "x"), None) is Standing.NEWER


def test_another_number_is_a_mistake_of_ours() -> None:
    """The number was bound before, by the claim."""
    with pytest.raises(ValueError, match="N-2"):
        standing(Stamp("N-2", "1", DAY, "x"), Stamp("N-1", "1", DAY, "x"))


@given(stamps, stamps)
def test_what_is_newer_is_not_replaced_by_what_it_replaced(one: Stamp, two: Stamp) -> None:
    """NEWER one way is ROLLBACK the other way; a duplicate and an equivocation are so both ways."""
    there, back = standing(one, two), standing(two, one)
    if there is Standing.NEWER:
        assert back is Standing.ROLLBACK
    if there in (Standing.DUPLICATE, Standing.EQUIVOCATION):
        assert back is there


@given(st.lists(stamps, min_size=1, max_size=8))
def test_the_highest_seen_never_goes_down(shown: list[Stamp]) -> None:
    """Whatever is shown in whatever order, neither date nor count of the current text falls."""
    highest = None
    for stamp in shown:
        before, highest = highest, stamp if standing(stamp, highest) is Standing.NEWER else highest
        assert highest is not None
        if before is not None and before.updated and highest.updated:
            assert before.updated <= highest.updated
