"""All cases against all components: which of them need the judge at all.

A component is left out only where the judge would say NOT_AFFECTED: nothing is said of it by a distributor, and its
version is outside every range of the case, each of them plain. The ranges' ends are bisected in sorted versions, which
are sorted once for all cases.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from feedbot.advisory.case import Case
from feedbot.catalog import Catalog
from feedbot.distro import Statement
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching._by_distro import places
from feedbot.matching._by_range import PACKAGED, installed
from feedbot.matching._judge import judge
from feedbot.matching._kernels import is_kernel
from feedbot.matching._model import ComponentNames, Match, MatchVerdict
from feedbot.matching._products import Claim, named
from feedbot.matching._sweep import Row
from feedbot.reading.phrases import end_in_doubt
from feedbot.version import VersionRange

_CONCERNING = (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Concerned:
    """What a case concerns: `matches` that are AFFECTED or UNKNOWN, by the component's number; `kernels` are the
    numbers of all kernel packages that it names, of which the running one counts on a server."""

    matches: Mapping[int, Match]
    kernels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """Numbered components, by the names that they go by."""

    components: Mapping[int, Component]
    by_name: Mapping[tuple[str, str], tuple[int, ...]]
    _rows: dict[tuple[tuple[int, ...], str, bool], Row] = field(default_factory=dict)

    @classmethod
    def of(cls, components: Mapping[int, Component]) -> "Stock":
        """Index components as ComponentNames asks for them."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, one in components.items():
            if one.scheme == "deb":
                found["deb", one.source or one.name].append(number)
            elif one.scheme == "rpm":
                for name in {one.name, one.source}:
                    found["rpm", name].append(number)
            else:
                found["", one.name.casefold()].append(number)
        return cls(components, {name: tuple(numbers) for name, numbers in found.items()})

    def groups(self, names: ComponentNames) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the components of each name, with what they are: deb, rpm, or empty."""
        for kind, wanted in (("deb", names.deb), ("rpm", names.rpm), ("", names.upstream)):
            for name in wanted:
                if (kind, name) in self.by_name:
                    yield kind, self.by_name[kind, name]

    def within(self, numbers: tuple[int, ...], scheme: str, claim: Claim) -> set[int]:
        """Return those that are in a range of `scheme` or whose version cannot be held against it."""
        found: set[int] = set()
        for epochs, intervals in ((True, claim.intervals), (False, claim.epochless)):
            row = self._row(numbers, scheme, epochs)
            found.update(row.unread)
            for interval in intervals:
                found.update(row.within(interval))
        return found

    def _row(self, numbers: tuple[int, ...], scheme: str, epochs: bool) -> Row:
        key = (numbers, scheme, epochs)
        if key not in self._rows:
            chosen = [one for one in numbers if (":" in self.components[one].version) is epochs]
            self._rows[key] = Row.of(scheme, [(one, _version(self.components[one], scheme)) for one in chosen])
        return self._rows[key]


def _version(component: Component, scheme: str) -> str | None:
    """Return what is held against a range; None where it cannot be read off."""
    try:
        return installed(component, scheme)
    except VersionError:
        return None


def concerned(case: Case, catalog: Catalog, stock: Stock, statements: Iterable[Statement]) -> Concerned:
    """Judge a case against a stock: the same verdicts as `judge` on all its components, those that concern somebody.

    `statements` are what is in force on the case's CVEs, or more.
    """
    cves = frozenset(case.cves)
    said = tuple(one for one in statements if one.cve in cves)
    spoken = {(one.distro, one.package) for one in said}
    chosen: set[int] = set()
    kernels: set[int] = set()
    for product in named(case, catalog):
        for kind, numbers in stock.groups(product.names):
            kernels.update(one for one in numbers if is_kernel(stock.components[one]))
            for claim in product.claims:
                scheme = _plain(claim, kind)
                chosen.update(stock.within(numbers, scheme, claim) if scheme else numbers)
            if spoken:
                chosen.update(one for one in numbers if not spoken.isdisjoint(places(stock.components[one])))
    # Equal components have equal verdicts; the store keeps each once, others may not.
    judged = {one.component: one for one in judge(case, catalog, [stock.components[one] for one in chosen], said)}
    matches = {one: judged[stock.components[one]] for one in sorted(chosen) if stock.components[one] in judged}
    kept = {number: one for number, one in matches.items() if one.verdict in _CONCERNING}
    return Concerned(kept, tuple(sorted(kernels)))


def _plain(claim: Claim, kind: str) -> str:
    """Return the scheme of a range that is decided by its ends alone; empty where the judge must be asked."""
    versions = claim.affected.range
    if not isinstance(versions, VersionRange) or not claim.affected.complete or not versions.constraints:
        return ""
    if versions.scheme in PACKAGED:
        return versions.scheme if versions.scheme == kind else ""
    return "" if end_in_doubt(claim.affected.evidence) else versions.scheme
