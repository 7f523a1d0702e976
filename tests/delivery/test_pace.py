"""How fast mails leave: evenly, each domain for itself, and all together."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.delivery._pace import ALL, STEP, Pace, Rates

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MS = timedelta(milliseconds=1)


def test_without_a_rate_all_may_go() -> None:
    """Nothing is counted, and nothing waits."""
    pace = Pace(Rates(), {}, NOW)
    assert all(pace.admit("a.example") for _ in range(1000))
    assert (pace.changed, pace.due("a.example"), bool(Rates())) == ({}, NOW, False)


@pytest.mark.parametrize(
    ("rates", "limited"),
    [
        (Rates(all=SECOND), {ALL}),
        (Rates(domain=SECOND), {"a.example", "b.example"}),
        (Rates(domains={"b.example": SECOND}), {"b.example"}),
        (Rates(domain=SECOND, domains={"a.example": None}), {"b.example"}),
        (Rates(SECOND, SECOND, {"a.example": None}), {ALL, "b.example"}),
        (Rates(domains={"c.example": SECOND}), set()),
    ],
)
def test_which_domains_are_limited(rates: Rates, limited: set[str]) -> None:
    """A named one by its own rate, the others by that for each, ALL where there is one for all."""
    assert rates.limited(("a.example", "b.example")) == limited
    assert rates


def test_rates_without_a_gap_limit_nothing() -> None:
    """Named, but without a time between: as many as there are."""
    assert not Rates(domains={"a.example": None})


def test_a_second_mail_to_a_domain_waits_and_another_domain_does_not() -> None:
    """Each at its own gap, told when it is due."""
    pace = Pace(Rates(domain=SECOND, domains={"c.example": 3 * SECOND}), {}, NOW)
    assert [pace.admit(name) for name in ("a.example", "a.example", "b.example", "c.example")] == [
        True,
        False,
        True,
        True,
    ]
    assert (pace.due("a.example"), pace.due("c.example"), pace.due("d.example")) == (
        NOW + SECOND,
        NOW + 3 * SECOND,
        NOW,
    )
    assert pace.changed == {name: pace.due(name) for name in ("a.example", "b.example", "c.example")}


def test_all_together_have_their_own_gap() -> None:
    """The later of both counts; one that has to wait uses up nothing. The name of all is kept beside the domains'."""
    assert ALL == ""
    pace = Pace(Rates(all=SECOND, domain=3 * SECOND), {}, NOW)
    assert pace.admit("a.example")
    assert not pace.admit("b.example")
    assert pace.changed == {ALL: NOW + SECOND, "a.example": NOW + 3 * SECOND}
    assert (pace.due("b.example"), pace.due("a.example")) == (NOW + SECOND, NOW + 3 * SECOND)


def test_what_was_due_before_counts_from_then() -> None:
    """No mail goes before its time; one long after it finds no stock of unused turns."""
    kept = {"a.example": NOW + MS, "b.example": NOW, "c.example": NOW - 100 * SECOND}
    pace = Pace(Rates(domain=SECOND), kept, NOW)
    assert [pace.admit(name) for name in ("a.example", "b.example", "c.example", "c.example")] == [
        False,
        True,
        True,
        False,
    ]
    assert pace.changed == {"b.example": NOW + SECOND, "c.example": NOW + SECOND}
    assert kept["b.example"] == NOW


@pytest.mark.parametrize(("gap", "burst"), [(10, 5), (20, 2), (25, 2), (49, 1), (50, 1), (51, 1), (60, 1)])
def test_fast_rates_go_in_bursts_of_one_step(gap: int, burst: int) -> None:
    """After a pause as many as a step of 50 ms has whole turns for; slower ones one by one."""
    pace = Pace(Rates(all=gap * MS), {ALL: NOW - SECOND}, NOW)
    gone = 0
    while pace.admit("a.example"):
        gone += 1
    assert gone == burst
    assert NOW < pace.due("a.example") <= NOW + gap * MS
    assert STEP == 50 * MS


@given(st.integers(1, 200), st.lists(st.integers(0, 300), min_size=1, max_size=60))
def test_in_the_long_run_no_more_leave_than_the_rate_allows(gap: int, pauses: list[int]) -> None:
    """Whenever it is asked: never more than one a gap, and one step's worth besides."""
    due: dict[str, datetime] = {}
    now, gone = NOW, 0
    for pause in pauses:
        now += pause * MS
        pace = Pace(Rates(all=gap * MS), due, now)
        while pace.admit("a.example"):
            gone += 1
        due |= pace.changed
    assert gone <= (now - NOW) / (gap * MS) + max(STEP / (gap * MS), 1)
