"""An account of what could be had, kept beside feedbot and without its code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from tests.simulation.publishers import Item, Publisher

EXPECTED = {
    "down": "failing",
    "slow": "failing",
    "items": "failing",
    "blank": "empty",
    "empty": "empty",
    "captive": "captive",
    "elsewhere": "captive",
    "half": "shrinking",
    "frozen": "stale",
}
"""What each way of breaking down must be called."""
PATIENT = ("failing",)
"""Called so from the second poll on."""


@dataclass
class Account:
    """One publisher's: `editions` of each number that could be had, in order; `published` all it ever published."""

    editions: dict[str, list[int]] = field(default_factory=dict)
    last: dict[str, tuple[int, bool]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    changes: list[datetime] = field(default_factory=list)

    def note(self, shown: Iterable[Item], now: datetime) -> tuple[set[str], set[str]]:
        """Write down what can be had at this poll; return the numbers that are new, and those whose edition is."""
        new: set[str] = set()
        changed: set[str] = set()
        for one in shown:
            known = self.editions.setdefault(one.number, [])
            if not known:
                new.add(one.number)
            elif known[-1] != one.edition:
                changed.add(one.number)
            if not known or known[-1] != one.edition:
                known.append(one.edition)
        return new, changed

    def note_listing(self, listed: set[str], fresh: set[str], now: datetime) -> None:
        """Write down when the listing brought news."""
        if fresh or listed != self.listed:
            self.changes.append(now)
        self.listed = listed

    def silent_from(self) -> datetime | None:
        """Return when a silence that has not been broken is longer than anybody would expect."""
        times = self.changes[-64:]
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        if len(gaps) < 5:
            return None
        return times[-1] + timedelta(seconds=max(2 * max(gaps), 14 * median(gaps), 7 * 86400))


@dataclass
class Episode:
    """A fault: its kind, its first and last poll. `told` is the poll at which it was called by its name, `ended` that
    at which it was called something else. `asked`: its items are asked for at each poll, not only when the listing
    has changed."""

    source: str
    kind: str
    first: int
    asked: bool
    last: int = -1
    told: int | None = None
    ended: int | None = None
    judged: bool = False

    @property
    def due(self) -> bool:
        """Say whether it lasted long enough to be told."""
        if self.kind == "frozen" or (self.kind == "items" and not self.asked):
            return False
        return EXPECTED[self.kind] not in PATIENT or self.last > self.first


def edition_of(text: str) -> int:
    """Return the edition that a text says it is."""
    found = re.search(r"This is edition ([0-9]+) of it", text)
    assert found is not None, text
    return int(found[1])


def unseen(publisher: Publisher, account: Account) -> list[Item]:
    """Return what was published and left the listing before it could ever be had."""
    listed = {one.number for one in publisher.listed()}
    return [one for one in publisher.items if one.number not in account.editions and one.number not in listed]
