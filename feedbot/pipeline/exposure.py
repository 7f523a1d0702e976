"""A customer's exposure over time: which of his servers a case concerned, from which import to which.

Judged by what is known today: a server that ran an affected version before anybody knew was exposed all the same. What
his servers were and what they ran is read from the history, so a server that has changed hands counts for each owner
in his own time only.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from feedbot import matching
from feedbot.advisory.case import Case
from feedbot.inventory import Component
from feedbot.matching import MatchVerdict
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, history, statements


@dataclass(frozen=True, slots=True)
class Exposed:
    """A server that a case concerned in [since, until); `until` None where it still does."""

    case: str
    server: str
    since: datetime
    until: datetime | None

    def at(self, moment: datetime) -> bool:
        """Tell whether a moment is in it."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Step:
    """From this moment on, so many servers were concerned by a case."""

    at: datetime
    servers: int


def timeline(edges: Edges, tx: Transaction, customer: str, cases: Iterable[Case]) -> tuple[Exposed, ...]:
    """Return what of a customer's was AFFECTED and when, by case, server and time; adjoining times are one."""
    spans = history.of_customer(tx, customer)
    members = {number: history.components_of(tx, number) for number in {one.set for one in spans}}
    everything = {component for found in members.values() for component in found}
    made: list[Exposed] = []
    for case in cases:
        affected = _affected(edges, tx, case, everything)
        sets = {number for number, found in members.items() if not affected.isdisjoint(found)}
        times: dict[str, list[Exposed]] = defaultdict(list)
        for one in spans:
            if one.set in sets:
                times[one.server].append(Exposed(case.id, one.server, one.since, one.until))
        made += (joined for server in sorted(times) for joined in _joined(times[server]))
    return tuple(made)


def _affected(edges: Edges, tx: Transaction, case: Case, everything: set[Component]) -> set[Component]:
    names = matching.names(case, edges.catalog)
    found = [one for one in everything if names.hold(one)]
    matches = matching.judge(case, edges.catalog, found, statements.about(tx, case.cves))
    return {one.component for one in matches if one.verdict is MatchVerdict.AFFECTED}


def _joined(times: list[Exposed]) -> list[Exposed]:
    """Put together what adjoins: a new package list that leaves the server concerned is no new exposure."""
    made: list[Exposed] = []
    for one in sorted(times, key=lambda one: one.since):
        last = made[-1] if made else None
        if last and (last.until is None or one.since <= last.until):
            until = None if last.until is None or one.until is None else max(last.until, one.until)
            made[-1] = Exposed(one.case, one.server, last.since, until)
        else:
            made.append(one)
    return made


def steps(times: Iterable[Exposed]) -> tuple[Step, ...]:
    """Return how many servers were concerned from when on, at each change."""
    changes: dict[datetime, int] = defaultdict(int)
    for one in times:
        changes[one.since] += 1
        if one.until is not None:
            changes[one.until] -= 1
    count = 0
    made: list[Step] = []
    for at in sorted(changes):
        count += changes[at]
        if not made or made[-1].servers != count:
            made.append(Step(at, count))
    return tuple(made)
