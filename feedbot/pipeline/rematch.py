"""Match the whole fleet at once: which customers each case, or each CVE that a distributor speaks of, concerns.

    store → components, sets, owners, read once → ranges' ends bisected in sorted versions → verdicts, once a distinct
    component → bitmaps of customers

The answer is that of `match`, case by case, without its servers: a million of them do not come into it one by one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedbot import matching
from feedbot.advisory.case import Case
from feedbot.distro import Statement
from feedbot.matching import MatchVerdict, Stock, Suppression
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.match import match
from feedbot.store import Transaction, fleet, statements, suppressions

_AFFECTED, _UNKNOWN = MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a case (or a CVE, by its name) concerns: customers by id, of whom some component is AFFECTED, or of whom
    some could not be judged. A customer may be in both."""

    name: str
    affected: tuple[str, ...]
    unknown: tuple[str, ...]


def reaches(edges: Edges, tx: Transaction, cases: Sequence[Case]) -> Iterator[Reach]:
    """Yield the reach of each case, without what a person has set aside."""
    held = fleet.load(tx)
    stock = Stock.of(held.components)
    active = suppressions.active(tx, edges.clock())
    words = defaultdict(list)
    for one in statements.about(tx, tuple({cve for case in cases for cve in case.cves})):
        words[one.cve].append(one)
    for case in cases:
        if any(_touches(one, case) for one in active):
            yield _one_by_one(edges, tx, case)
            continue
        said = [one for cve in case.cves for one in words[cve]]
        found = matching.concerned(case, edges.catalog, stock, said)
        by_verdict: dict[MatchVerdict, list[int]] = {_AFFECTED: [], _UNKNOWN: []}
        for number, judged in found.matches.items():
            by_verdict[judged.verdict].append(number)
        crowds = held.having([by_verdict[_AFFECTED], by_verdict[_UNKNOWN]], found.kernels)
        affected, unknown = map(held.names, crowds)
        yield Reach(case.id, affected, unknown)


def spoken(tx: Transaction) -> Iterator[Reach]:
    """Yield the reach of each CVE of which a distributor's statement in force makes a package AFFECTED or UNKNOWN, by
    CVE, whatever cases there are."""
    held = fleet.load(tx)
    for cve, (affected, unknown) in sorted(spread(held, statements.every(tx)).items()):
        yield Reach(cve, held.names(affected), held.names(unknown))


def spread(held: fleet.Fleet, said: Sequence[Statement]) -> dict[str, tuple[fleet.Crowd, fleet.Crowd]]:
    """Return CVE → the customers of whom something is AFFECTED, and UNKNOWN, by these statements."""
    reached: dict[tuple[str, MatchVerdict], tuple[int, ...]] = {}
    for one in matching.spoken_of(held.components, said):
        key = one.cve, one.verdict
        reached[key] = reached[key] + one.numbers if key in reached else one.numbers
    crowds = dict(zip(reached, held.having(list(reached.values()), held.kernels), strict=True))
    nobody = fleet.Crowd()
    found = {cve: (crowds.get((cve, _AFFECTED), nobody), crowds.get((cve, _UNKNOWN), nobody)) for cve, _ in crowds}
    return {cve: both for cve, both in found.items() if both[0] or both[1]}


def _touches(one: Suppression, case: Case) -> bool:
    """Tell whether a suppression may hide something of a case."""
    return one.scope.case == case.id if one.scope.case else not set(one.scope.cves).isdisjoint(case.cves)


def _one_by_one(edges: Edges, tx: Transaction, case: Case) -> Reach:
    exposures = match(edges, tx, case).exposures
    affected, unknown = (
        tuple(sorted({one.customer.id for one in exposures if any(m.verdict is verdict for m in one.matches)}))
        for verdict in (_AFFECTED, _UNKNOWN)
    )
    return Reach(case.id, affected, unknown)
