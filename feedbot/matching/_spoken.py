"""What distributors say of installed packages, whatever advisories there are: what a scanner of one host prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feedbot.distro import Statement
from feedbot.inventory import Component
from feedbot.matching._by_distro import Words, by_statement, places
from feedbot.matching._by_range import worst
from feedbot.matching._model import MatchVerdict


@dataclass(frozen=True, slots=True)
class Spoken:
    """A distributor's word on one component in one CVE. `rule` is as in Because; `fixed` its version, empty where it
    names none; `evidence` its words."""

    component: Component
    cve: str
    verdict: MatchVerdict
    rule: str
    fixed: str
    evidence: str


def spoken(components: Iterable[Component], statements: Iterable[Statement]) -> Iterator[Spoken]:
    """Yield what is said of each component in each CVE, by component as given and then by CVE.

    The same rules decide as in a case. No publisher's range stands beside them here: what a distributor no longer looks
    after is UNKNOWN. `statements` must hold all that is in force on the components' `places`.
    """
    given = tuple(dict.fromkeys(statements))
    words = Words.of(given, {one.cve for one in given})
    cves: dict[tuple[str, str], dict[str, None]] = {}
    for release, package, cve in words.by_place:
        cves.setdefault((release, package), {})[cve] = None
    for component in components:
        for cve in sorted({cve for place in places(component) for cve in cves.get(place, ())}):
            said = words.on(component, cve)
            if said:
                decided = worst([by_statement(one, component.name, None) for one in said])
                evidence = "; ".join(str(one.statement) for one in said)
                yield Spoken(component, cve, decided.verdict, decided.because.rule, decided.fixed, evidence)
