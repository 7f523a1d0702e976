"""Matches that a person has set aside: he knows better, for a time, and says why.

A suppression names what it is about (a case, or CVEs of whatever case), and for whom: a component by name, a customer,
a server, or several of these. It goes by names, not versions: a new version of the package changes nothing. It ends by
itself. What it hides is not lost: it is shown with its reason wherever a case is looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedbot.advisory.case import Case
from feedbot.errors import InventoryError
from feedbot.matching._model import Exposure, Match, MatchVerdict

LONGEST = timedelta(days=366)
"""So long at most: what was true a year ago is looked at anew."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is set aside: `case` or `cves`, and of `component`, `customer` and `server` those that are given. A
    component is a package's or product's name as the inventory has it."""

    case: str = ""
    cves: tuple[str, ...] = ()
    component: str = ""
    customer: str = ""
    server: str = ""

    def holds(self, case: Case, exposure: Exposure, match: Match) -> bool:
        """Tell whether a match is in it. CVEs must be all of the case's: what else it speaks of is not set aside."""
        about = case.id == self.case if self.case else bool(case.cves) and set(case.cves) <= set(self.cves)
        return (
            about
            and self.component in ("", match.component.name)
            and self.customer in ("", exposure.customer.id)
            and self.server in ("", exposure.server.name)
        )


@dataclass(frozen=True, slots=True)
class Suppression:
    """A scope set aside by a person until a moment."""

    id: int
    scope: Scope
    reason: str
    author: str
    made_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A match that is set aside, and by what."""

    exposure: Exposure
    match: Match
    by: Suppression


def check(scope: Scope, reason: str, until: datetime, now: datetime) -> None:
    """Raise InventoryError for what may not be set aside: no reason, no end, or everybody at once."""
    if bool(scope.case) == bool(scope.cves):
        raise InventoryError("suppress", "it names a case or CVEs, one of the two")
    if not (scope.component or scope.customer or scope.server):
        raise InventoryError(
            "suppress",
            "it would set the case aside for everybody",
            hint="name a component, a customer or a server; a whole case is left out by rejecting its draft",
        )
    if not reason.strip():
        raise InventoryError("suppress", "there is no reason")
    if not now < until <= now + LONGEST:
        raise InventoryError("suppress", "its end is not within a year from now: {until}", until=until)


def suppress(
    case: Case, exposures: Iterable[Exposure], active: Iterable[Suppression]
) -> tuple[tuple[Exposure, ...], tuple[Suppressed, ...]]:
    """Return the exposures without what is set aside, and that. Verdicts that concern nobody stay where they are."""
    rules = tuple(active)
    kept: list[Exposure] = []
    hidden: list[Suppressed] = []
    for exposure in exposures:
        left = []
        for match in exposure.matches:
            by = next((one for one in rules if one.scope.holds(case, exposure, match)), None)
            if by and match.verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN):
                hidden.append(Suppressed(exposure, match, by))
            else:
                left.append(match)
        if left:
            kept.append(replace(exposure, matches=tuple(left)))
    return tuple(kept), tuple(hidden)
