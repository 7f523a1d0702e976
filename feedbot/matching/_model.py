"""The nouns of matching."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedbot.distro import Statement
from feedbot.inventory import Component, Contract, Customer, Server


class MatchVerdict(StrEnum):
    """What is known of a component in a case. UNKNOWN is shown, never dropped."""

    AFFECTED = "affected"
    FIXED_BY_DISTRO = "fixed_by_distro"
    NOT_AFFECTED = "not_affected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Because:
    """Why: `rule` names what decided, `range` is VERS or empty, `evidence` the publisher's line, `distro` the
    distributor's statements.

    Rules: `all-versions`, `upstream-range` (the upstream part of the version against a range) and `package-range` (a
    range in the package's own scheme) stand where no distributor has spoken; `distro-fixed`, `distro-open`,
    `distro-not_affected`, `distro-end_of_life`, `distro-undetermined` where one has; `unread-range`,
    `incomplete-range`, `unreadable-version`, `other-scheme`, `end-in-doubt` (the version is the end of a range "prior
    to" it) say why nothing is known. `disagrees` lists the advisories of the case that say the opposite, each with its
    range. `statements` are the distributor's, as data. `notes` narrow the range without being versions (a platform, a
    condition): whether they hold on the server is for a person to see; `two_senses` are words of the line that were
    read in the cautious one of two senses.

    `silence` says why a package is judged without its distributor: `no-statement` (none on this package, release, build
    and CVE), `foreign-build` (somebody else built it, so the distributor speaks of another one).
    """

    rule: str
    range: str = ""
    evidence: str = ""
    distro: str = ""
    advisory: str = ""
    disagrees: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    silence: str = ""
    notes: tuple[str, ...] = ()
    two_senses: tuple[str, ...] = ()

    @property
    def as_of(self) -> datetime | None:
        """When the oldest of the distributor's data was current; None where no statement says it."""
        return min((one.as_of for one in self.statements if one.as_of), default=None)


@dataclass(frozen=True, slots=True)
class Match:
    """A case's verdict on one component. `fixed` are versions that publishers or the distributor name as corrected."""

    component: Component
    product: str
    verdict: MatchVerdict
    because: Because
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """One customer's share of a case: his contract, his server, and the matches on it. What a mail may name, and
    nothing else. In a mail about several cases `matter` tells their shares apart: it is the draft of the case's own
    notice; else 0."""

    customer: Customer
    contract: Contract
    server: Server
    matches: tuple[Match, ...]
    matter: int = 0


@dataclass(frozen=True, slots=True)
class Installation:
    """A component where it is installed, and whose that is. `kernel` is the one that runs there, empty: not known."""

    component: Component
    server: Server
    contract: Contract
    customer: Customer
    kernel: str = ""


@dataclass(frozen=True, slots=True)
class ComponentNames:
    """What to look up in an inventory: `deb` are source names of deb components, `rpm` names or source names of rpm
    components, `upstream` names of all others, folded by str.casefold."""

    deb: frozenset[str] = frozenset()
    rpm: frozenset[str] = frozenset()
    upstream: frozenset[str] = frozenset()

    def hold(self, component: Component) -> bool:
        """Tell whether a component goes by one of the names."""
        if component.scheme == "deb":
            return (component.source or component.name) in self.deb
        if component.scheme == "rpm":
            return component.name in self.rpm or component.source in self.rpm
        return component.name.casefold() in self.upstream
