"""Running numbers: which ones a publisher must have given that we do not hold (欠番)."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import pairwise

LEAST = 8
"""Numbers from which a series is judged."""
DENSE = 3 / 4
"""Share of steps by one that makes a series dense. Of steps, not of numbers: one outage is one step, however long."""
LONGEST = 1000
"""A wider step is another series (JVNDB-2026-000012 and JVNDB-2026-012345), or a number that was never meant."""
_NUMBER = re.compile(
    r"(?P<head>.{0,60}?)(?P<year>(?:19|20)[0-9]{2})?(?:(?P<sign>[-:./_])|(?<![0-9]))(?P<count>[0-9]{1,6})"
    r"(?P<ending>\.[a-z][a-z0-9_]*)?"
)


def absent(seen: Mapping[str, datetime], before: datetime, excused: Collection[str]) -> tuple[str, ...]:
    """Return the numbers that a dense series leaves out, in order.

    `seen` says when each number was first had. A publisher may give numbers out of order, so one is missed only when
    its successor came by `before`. Series that leave numbers out by nature (CVE, JVNVU) are not dense and never asked
    for.
    """
    years: dict[tuple[str, str], dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for number in seen:
        if found := _NUMBER.fullmatch(number):
            years[found["head"], found["sign"] or ""][found["year"] or ""][int(found["count"])] = number
    missing = (number for series in years.values() if _dense(series) for number in _left_out(series, seen, before))
    return tuple(sorted(set(missing) - set(excused)))


def has_ending(number: str) -> bool:
    """Say whether a number goes on after its count, as FreeBSD-SA-26:08.lamp does."""
    found = _NUMBER.fullmatch(number)
    return found is not None and found["ending"] is not None


def _dense(series: Mapping[str, Mapping[int, str]]) -> bool:
    steps = [after - first for known in series.values() for first, after in pairwise(sorted(known))]
    total = sum(map(len, series.values()))
    return total >= LEAST and steps.count(1) >= DENSE * len(steps)


def _left_out(series: Mapping[str, Mapping[int, str]], seen: Mapping[str, datetime], before: datetime) -> list[str]:
    """Name what is left out of each year. One whose predecessor is known begins at 1, another where our list does."""
    missing: list[str] = []
    for year, known in series.items():
        began = year.isdecimal() and str(int(year) - 1) in series
        counts = [0, *sorted(known)] if began and 0 not in known else sorted(known)
        for first, after in pairwise(counts):
            if after - first <= LONGEST and seen[known[after]] <= before:
                missing += [_like(known[after], count) for count in range(first + 1, after)]
    return missing


def _like(number: str, count: int) -> str:
    """Write a count as its neighbour is written; what stood behind it is not known."""
    found = _NUMBER.fullmatch(number)
    assert found is not None
    return number[: found.start("count")] + str(count).zfill(len(found["count"]))
