"""A component against its distributor's statements. They decide: a backported fix is seen in no upstream range.

Which of several statements on one CVE in one package decide:

    1 a fix of another suite (Ubuntu ESM, RHEL EUS) that the build has already
    2 else what is said of the release itself, where that is a fix or that it is not affected; else all together
    3 a fix that is named takes the place of "no fix yet", "not looked after", "undetermined": those are older words
    4 "not looked after any more" says nothing beside any other word; of what is left, the worst counts
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from feedbot import version
from feedbot.distro import Statement, StatementStatus
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching import _builds, _kernels
from feedbot.matching._by_range import BY_DISTRO, PACKAGED, Finding
from feedbot.matching._model import Because, MatchVerdict

_MODULAR = ".module"
VERDICTS = {
    StatementStatus.OPEN: MatchVerdict.AFFECTED,
    StatementStatus.NOT_AFFECTED: MatchVerdict.NOT_AFFECTED,
    StatementStatus.UNDETERMINED: MatchVerdict.UNKNOWN,
}
"""What a statement that names no fix makes of a package."""
_FIXED, _CLEAR, _ENDED = StatementStatus.FIXED, StatementStatus.NOT_AFFECTED, StatementStatus.END_OF_LIFE


@dataclass(frozen=True, slots=True)
class Word:
    """A statement that counts for a component, and the component as the statement speaks of it."""

    statement: Statement
    component: Component

    @property
    def clears(self) -> bool:
        """Tell whether it names a fix that the component has."""
        return self.verdict is MatchVerdict.FIXED_BY_DISTRO

    @property
    def verdict(self) -> MatchVerdict | None:
        """What it makes of the component; None where it says nothing of that."""
        said = self.statement
        if said.fixed_version and said.status in (_FIXED, StatementStatus.OPEN):
            return _against(self.component, said.fixed_version)
        return VERDICTS.get(said.status)


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
        return cls(
            {place: tuple(sorted(said, key=_order) if len(said) > 1 else said) for place, said in places.items()}
        )

    def on(self, component: Component, cve: str) -> tuple[Word, ...]:
        """Return the words of a component's distributor that decide on a CVE; none of another release's or builder's.

        deb statements are about source packages; rpm errata name binary packages, and only where they do not name
        this one does its source's word count.
        """
        found = [self._in(release, one, cve) for release, one in as_spoken_of(component)]
        return _deciding(found[0]) if len(found) == 1 else _either(found)

    def _in(self, distro: str, component: Component, cve: str) -> tuple[Word, ...]:
        for package in packages_of(component):
            said = self.by_place.get((distro, package, cve), ())
            fitting = [one for one in said if _same_stream(one, component) and _builds.belongs(one, component)]
            if fitting:
                return tuple(Word(one, component) for one in fitting)
        return ()


def as_spoken_of(component: Component) -> tuple[tuple[str, Component], ...]:
    """Return the releases whose statements may be about a component, each with the component as it is spoken of there;
    none for what no distributor built."""
    if component.scheme not in PACKAGED or _builds.is_foreign(component):
        return ()
    made = _builds.backported(component)
    if made:
        return tuple((release, made[0]) for release in made[1])
    return ((component.distro, _kernels.as_spoken_of(component)),)


def places(component: Component) -> tuple[tuple[str, str], ...]:
    """Return the (release, package) pairs under which statements about a component may stand."""
    return tuple((release, package) for release, one in as_spoken_of(component) for package in packages_of(one))


def packages_of(component: Component) -> tuple[str, ...]:
    """Return the names under which a package, as it is spoken of, may stand: the first that is spoken of counts."""
    source = component.source or component.name
    return (component.name, source) if component.scheme == "rpm" else (source,)


def _either(said: Iterable[tuple[Word, ...]]) -> tuple[Word, ...]:
    """Return the words of the first release that clears a backport, else of the first that speaks of it."""
    given = [_deciding(words) for words in said if words]
    clearing = (words for words in given if all(one.clears or one.statement.status is _CLEAR for one in words))
    return next(clearing, given[0] if given else ())


def _deciding(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Choose by the rules of the module's docstring."""
    beside = tuple(one for one in words if one.statement.suite and one.clears)
    if beside:
        return beside
    own = tuple(one for one in words if not one.statement.suite)
    left = own if any(one.statement.status in (_FIXED, _CLEAR) for one in own) else words
    if any(one.statement.status is _FIXED for one in left):
        return tuple(one for one in left if one.statement.status in (_FIXED, _CLEAR))
    return tuple(one for one in left if one.statement.status is not _ENDED) or left


def by_statement(word: Word, product: str, ranged: Finding | None) -> Finding:
    """Return what one statement makes of a component.

    `ranged` is the verdict by range: where the distributor looks after the package no more, it has said nothing of
    whether it is affected, and the range still does. The publisher's words are kept beside the distributor's.
    """
    said = word.statement
    verdict = word.verdict or (ranged.verdict if ranged else MatchVerdict.UNKNOWN)
    held = ranged.because if ranged else Because("")
    # A package that is open, and has the correction from elsewhere, is fixed; what it would need, nobody can install.
    kind = _FIXED if verdict is MatchVerdict.FIXED_BY_DISTRO else said.status
    because = Because(f"{BY_DISTRO}{kind}", held.range, held.evidence, advisory=held.advisory)
    return Finding(verdict, because, product, fixed=said.fixed_version if kind is _FIXED else "")


def silence_of(component: Component) -> str:
    """Return why no distributor speaks of a component; empty where none could."""
    if component.scheme not in PACKAGED:
        return ""
    return "foreign-build" if _builds.is_foreign(component) else "no-statement"


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


def _order(one: Statement) -> tuple[str, str, str]:
    return (str(one), one.issuer, one.as_of.isoformat() if one.as_of else "")


def _same_stream(statement: Statement, component: Component) -> bool:
    """Tell whether a statement is about the builds that a component is one of.

    Where the inventory does not tell the stream: one is named after the branch of its main package (php:8.2 holds php
    8.2.x), so a package of another numbering is left to the range.
    """
    if component.stream:
        return statement.stream == component.stream
    modular = _MODULAR in component.version
    if not statement.stream:
        return not modular
    branch = statement.stream.partition(":")[2]
    plain = version.upstream_of("rpm", component.version)
    return modular and (plain == branch or plain.startswith(f"{branch}."))
