"""Many statements or cases against many components at once: sort the versions once, and bisect the ends of ranges.

What is found is what the one-by-one judge finds; he is asked for whatever is more than one end of one range (several
statements on one CVE, suites, module streams, backports, builds of somebody else), once a distinct component.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from feedbot import version
from feedbot.distro import Statement, StatementStatus
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching import _builds
from feedbot.matching._by_distro import VERDICTS, Words, as_spoken_of, by_statement, packages_of
from feedbot.matching._by_range import worst
from feedbot.matching._model import MatchVerdict
from feedbot.version import Interval

_AFFECTED, _UNKNOWN = MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN
_NAMING = (StatementStatus.FIXED, StatementStatus.OPEN)
_MODULAR = ".module"


@dataclass(frozen=True, slots=True)
class Reached:
    """The components, by the number they were given with, that a CVE concerns (AFFECTED) or may concern (UNKNOWN)."""

    cve: str
    verdict: MatchVerdict
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Components in the order of their versions: `keys` and `numbers` side by side. `unread` have no readable one."""

    keys: list[bytes]
    numbers: list[int]
    unread: tuple[int, ...]

    @classmethod
    def of(cls, scheme: str, versions: Iterable[tuple[int, str | None]]) -> "Row":
        """Sort numbered versions by the order of a scheme; None is a version that cannot be read."""
        keyed: list[tuple[bytes, int]] = []
        unread: list[int] = []
        for number, text in versions:
            try:
                if text is None:
                    unread.append(number)
                else:
                    keyed.append((version.key(scheme, text), number))
            except VersionError:
                unread.append(number)
        keyed.sort()
        return cls([key for key, _ in keyed], [number for _, number in keyed], tuple(unread))

    def within(self, interval: Interval) -> list[int]:
        """Return the numbers whose version is in an interval."""
        first, stop = 0, len(self.keys)
        if interval.low is not None:
            first = (bisect_left if interval.low_in else bisect_right)(self.keys, interval.low)
        if interval.high is not None:
            stop = (bisect_right if interval.high_in else bisect_left)(self.keys, interval.high)
        return self.numbers[first:stop]


def spoken_of(components: Mapping[int, Component], statements: Iterable[Statement]) -> Iterator[Reached]:
    """Yield what distributors' statements make AFFECTED or UNKNOWN of numbered components, each pair of component and
    CVE once, by the rules of `spoken`; what is fixed or not affected is left out. `statements` are all that is in
    force on the components' places."""
    words = Words.of(kept := tuple(statements), {one.cve for one in kept})
    at: dict[tuple[str, str], dict[str, tuple[Statement, ...]]] = defaultdict(dict)
    for (release, package, cve), said in words.by_place.items():
        at[release, package][cve] = said
    for (release, packages, epochless), numbers in _rows(components, at).items():
        yield from _row_reached(release, packages, epochless, {one: components[one] for one in numbers}, at, words)


_Shelf = tuple[str, tuple[str, ...], bool]


def _rows(components: Mapping[int, Component], spoken: Collection[tuple[str, str]]) -> dict[_Shelf, list[int]]:
    """Return the components by the places where they are spoken of, without those that nobody speaks of. A release
    that is empty stands for components that are judged one by one."""
    rows: dict[_Shelf, list[int]] = defaultdict(list)
    for number, component in components.items():
        told = as_spoken_of(component)
        if not any((release, package) in spoken for release, one in told for package in packages_of(one)):
            continue
        if len(told) == 1 and _is_plain(component):
            release, one = told[0]
            rows[release, packages_of(one), one.scheme == "rpm" and ":" not in one.version].append(number)
        else:
            rows["", (str(number),), False].append(number)
    return rows


def _is_plain(component: Component) -> bool:
    """Tell whether the release's own statements, and no others, are about a component."""
    return not component.stream and _MODULAR not in component.version and _builds.is_own_line(component)


def _row_reached(
    release: str,
    packages: tuple[str, ...],
    epochless: bool,
    components: Mapping[int, Component],
    at: Mapping[tuple[str, str], Mapping[str, tuple[Statement, ...]]],
    words: Words,
) -> Iterator[Reached]:
    if not release:
        for number, component in components.items():
            places = [(where, package) for where, one in as_spoken_of(component) for package in packages_of(one)]
            for cve in sorted({cve for place in places for cve in at.get(place, ())}):
                yield from _judged({number: component}, cve, words)
        return
    said: dict[str, tuple[Statement, ...]] = {}
    for package in reversed(packages):
        said |= at.get((release, package), {})
    row = _row_of(components)
    for cve, statements in said.items():
        (only, *others) = statements
        if others or only.suite or only.stream:
            yield from _judged(components, cve, words)
        else:
            yield from _by_one(only, row, next(iter(components.values())).scheme, epochless)


def _row_of(components: Mapping[int, Component]) -> Row:
    """Sort by the versions that statements are held against: a deb's source's, an rpm's own."""
    scheme = next(iter(components.values())).scheme
    spoken = ((number, as_spoken_of(one)[0][1]) for number, one in components.items())
    if scheme == "deb":
        return Row.of(scheme, ((number, one.source_version or one.version) for number, one in spoken))
    return Row.of(scheme, ((number, one.version) for number, one in spoken))


def _by_one(said: Statement, row: Row, scheme: str, epochless: bool) -> Iterator[Reached]:
    """Yield what one statement alone makes of a row."""
    every = (*row.numbers, *row.unread)
    if not (said.fixed_version and said.status in _NAMING):
        verdict = VERDICTS.get(said.status, _UNKNOWN)
        if verdict in (_AFFECTED, _UNKNOWN):
            yield Reached(said.cve, verdict, every)
        return
    fixed = said.fixed_version.rpartition(":")[2] if epochless else said.fixed_version
    try:
        older = row.numbers[: bisect_left(row.keys, version.key(scheme, fixed))]
    except VersionError:
        yield Reached(said.cve, _UNKNOWN, every)
        return
    if older:
        yield Reached(said.cve, _AFFECTED, tuple(older))
    if row.unread:
        yield Reached(said.cve, _UNKNOWN, row.unread)


def _judged(components: Mapping[int, Component], cve: str, words: Words) -> Iterator[Reached]:
    """Yield what several statements make of components, each judged by itself."""
    found: dict[MatchVerdict, list[int]] = {_AFFECTED: [], _UNKNOWN: []}
    for number, component in components.items():
        said = words.on(component, cve)
        if said:
            verdict = worst([by_statement(one, component.name, None) for one in said]).verdict
            if verdict in found:
                found[verdict].append(number)
    for verdict, numbers in found.items():
        if numbers:
            yield Reached(cve, verdict, tuple(numbers))
