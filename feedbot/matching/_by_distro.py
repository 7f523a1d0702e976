"""A component against its distributor's statements. They decide: a backported fix is seen in no upstream range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from feedbot import version
from feedbot.distro import Statement, StatementStatus
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching._by_range import BY_DISTRO, PACKAGED, Finding
from feedbot.matching._model import Because, MatchVerdict

_MODULAR = ".module"
_VERDICTS = {
    StatementStatus.OPEN: MatchVerdict.AFFECTED,
    StatementStatus.NOT_AFFECTED: MatchVerdict.NOT_AFFECTED,
    StatementStatus.UNDETERMINED: MatchVerdict.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The statements of some CVEs, by release, package and CVE."""

    by_place: Mapping[tuple[str, str, str], tuple[Statement, ...]]

    @classmethod
    def of(cls, statements: Iterable[Statement], cves: Iterable[str]) -> "Words":
        """Index what is said of `cves`, each statement once."""
        wanted = frozenset(cves)
        places: dict[tuple[str, str, str], list[Statement]] = {}
        for one in dict.fromkeys(statements):
            if one.cve in wanted:
                places.setdefault((one.distro, one.package, one.cve), []).append(one)
        return cls({place: tuple(sorted(said, key=str)) for place, said in places.items()})

    def on(self, component: Component, cve: str) -> tuple[Statement, ...]:
        """Return what the component's distributor says of it in a CVE; none of another release's words.

        deb statements are about source packages; rpm errata name binary packages, and only where they do not name
        this one does its source's word count.
        """
        if component.scheme not in PACKAGED:
            return ()
        source = component.source or component.name
        for package in (component.name, source) if component.scheme == "rpm" else (source,):
            said = self.by_place.get((component.distro, package, cve), ())
            fitting = tuple(one for one in said if _same_stream(one, component))
            if fitting:
                return fitting
        return ()


def by_statement(component: Component, statement: Statement, product: str, ranged: Finding | None) -> Finding:
    """Return what one statement makes of a component.

    `ranged` is the verdict by range: where the distributor looks after the package no more, it has said nothing of
    whether it is affected, and the range still does.
    """
    fixed = statement.fixed_version
    if statement.status is StatementStatus.FIXED:
        verdict = _against(component, fixed)
    elif statement.status is StatementStatus.END_OF_LIFE:
        verdict = ranged.verdict if ranged else MatchVerdict.UNKNOWN
    else:
        verdict = _VERDICTS[statement.status]
    held = ranged.because if ranged and statement.status is StatementStatus.END_OF_LIFE else Because("")
    because = Because(f"{BY_DISTRO}{statement.status}", held.range, held.evidence, advisory=held.advisory)
    return Finding(verdict, because, product, fixed=fixed)


def _against(component: Component, fixed: str) -> MatchVerdict:
    """Compare with the version that the distributor names as fixed. rpm without an epoch: see inventory/rpm.py."""
    installed = component.version
    if component.scheme == "deb":
        installed = component.source_version or installed
    elif ":" not in installed:
        fixed = fixed.rpartition(":")[2]
    try:
        older = version.compare(component.scheme, installed, fixed) < 0
    except VersionError:
        return MatchVerdict.UNKNOWN
    return MatchVerdict.AFFECTED if older else MatchVerdict.FIXED_BY_DISTRO


def _same_stream(statement: Statement, component: Component) -> bool:
    """Tell whether a statement is about the builds that a component is one of.

    rpm does not print the stream; a stream is named after the branch of its main package (php:8.2 holds php 8.2.x),
    so a package of another numbering is left to the range.
    """
    modular = _MODULAR in component.version
    if not statement.stream:
        return not modular
    branch = statement.stream.partition(":")[2]
    plain = version.upstream_of("rpm", component.version)
    return modular and (plain == branch or plain.startswith(f"{branch}."))
