"""Many statements or cases against many components at once: sort the versions once, and bisect the ends of ranges.

What is found is what the one-by-one judge finds; he is asked for whatever is more than one end of one range (several
statements on one CVE, suites, module streams, backports, builds of somebody else), once a distinct component.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from feedbot import version
from feedbot.distro import Statement, StatementStatus
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching import _builds
from feedbot.matching._by_distro import VERDICTS, Words, as_spoken_of, by_statement, packages_of
from feedbot.matching._by_range import PACKAGED, worst
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
        given = list(versions)
        keys = _keys(scheme, [text for _, text in given])
        keyed = sorted((key, number) for key, (number, _) in zip(keys, given, strict=True) if key is not None)
        unread = tuple(number for key, (number, _) in zip(keys, given, strict=True) if key is None)
        return cls([key for key, _ in keyed], [number for _, number in keyed], unread)

    def within(self, interval: Interval) -> list[int]:
        """Return the numbers whose version is in an interval."""
        first, stop = 0, len(self.keys)
        if interval.low is not None:
            first = (bisect_left if interval.low_in else bisect_right)(self.keys, interval.low)
        if interval.high is not None:
            stop = (bisect_right if interval.high_in else bisect_left)(self.keys, interval.high)
        return self.numbers[first:stop]

    def below(self, key: bytes | None) -> tuple[int, ...] | None:
        """Return the numbers whose version is below a key; None for none."""
        return None if key is None else tuple(self.numbers[: bisect_left(self.keys, key)])


def _keys(scheme: str, versions: Sequence[str | None]) -> Sequence[bytes | None]:
    """Return the keys of versions, None for one that cannot be read."""
    known = [text for text in versions if text is not None]
    if len(known) == len(versions):
        try:
            return version.keys(scheme, known)
        except VersionError:
            pass
    return [_key(scheme, text) for text in versions]


def _key(scheme: str, text: str | None) -> bytes | None:
    try:
        return None if text is None else version.key(scheme, text)
    except VersionError:
        return None


def spoken_of(components: Mapping[int, Component], statements: Iterable[Statement]) -> Iterator[Reached]:
    """Yield what distributors' statements make AFFECTED or UNKNOWN of numbered components, each pair of component and
    CVE once, by the rules of `spoken`; what is fixed or not affected is left out. `statements` are all that is in
    force on the components' places."""
    said = _Said.of(statements)
    rows, others = _rows(components, said.at)
    for shelf, versions in rows.items():
        yield from _row_reached(said, shelf, versions, components)
    for number in others:
        component = components[number]
        places = [(where, package) for where, one in as_spoken_of(component) for package in packages_of(one)]
        for cve in sorted({cve for place in places for cve in said.at.get(place, ())}):
            yield from _judged({number: component}, cve, said.words())


@dataclass(frozen=True, slots=True)
class _Said:
    """Statements by (release, package) and CVE, as they were given."""

    at: Mapping[tuple[str, str], Mapping[str, list[Statement]]]
    _words: list[Words] = field(default_factory=list)

    @classmethod
    def of(cls, statements: Iterable[Statement]) -> "_Said":
        at: dict[tuple[str, str], dict[str, list[Statement]]] = defaultdict(dict)
        for one in statements:
            of_place = at[one.distro, one.package]
            if one.cve in of_place:
                of_place[one.cve].append(one)
            else:
                of_place[one.cve] = [one]
        return cls(at)

    def words(self) -> Words:
        """Return them for the judge, who is asked of few."""
        if not self._words:
            every = [one for of_place in self.at.values() for said in of_place.values() for one in said]
            self._words.append(Words.of(every, {one.cve for one in every}))
        return self._words[0]


_Shelf = tuple[str, str, tuple[str, ...], bool]
"""Where components are spoken of: scheme, release, names of packages, and whether they are rpms without an epoch."""
_MARKS = {ord(one): None for one in "0123456789.-+:_"}
_USUAL = frozenset(("", "b", "build", "debu", "dfsg", "dfsgdebu", "el", "ubuntu"))
"""What is left of the versions of most packages without digits and marks: no mark of another's build, of a backport, of
a module or of a line of its own is among them, for each of those has other letters, or `~`."""


def is_usual(component: Component) -> bool:
    """Tell at a glance that the release's own statements alone are about a package under its own source and version; of
    a package that is not usual, that may be so too."""
    return (
        component.version.translate(_MARKS) in _USUAL
        and component.source_version.translate(_MARKS) in _USUAL
        and component.scheme in PACKAGED
        and not component.stream
        and not component.source.startswith("linux-signed")
    )


def _rows(
    components: Mapping[int, Component], spoken: Collection[tuple[str, str]]
) -> tuple[dict[_Shelf, list[tuple[int, str]]], list[int]]:
    """Return the components by the places where they are spoken of, with the versions that statements are held against
    (a deb's source's, an rpm's own), and those that are judged one by one; without those that nobody speaks of."""
    rows: dict[_Shelf, list[tuple[int, str]]] = defaultdict(list)
    others: list[int] = []
    for number, component in components.items():
        plain = is_usual(component)
        told = ((component.distro, component),) if plain else as_spoken_of(component)
        if not _any_spoken(told, spoken):
            continue
        if not plain and (len(told) > 1 or not _is_plain(component)):
            others.append(number)
            continue
        ((release, one),) = told
        if one.scheme == "deb":
            shelf, held = ("deb", release, packages_of(one), False), one.source_version or one.version
        else:
            shelf, held = (one.scheme, release, packages_of(one), ":" not in one.version), one.version
        rows[shelf].append((number, held))
    return rows, others


def _any_spoken(told: Iterable[tuple[str, Component]], spoken: Collection[tuple[str, str]]) -> bool:
    for release, one in told:
        for package in packages_of(one):
            if (release, package) in spoken:
                return True
    return False


def _is_plain(component: Component) -> bool:
    """Tell whether the release's own statements, and no others, are about a component."""
    return not component.stream and _MODULAR not in component.version and _builds.is_own_line(component)


def _row_reached(
    all_said: _Said, shelf: _Shelf, versions: Sequence[tuple[int, str]], components: Mapping[int, Component]
) -> Iterator[Reached]:
    scheme, release, packages, epochless = shelf
    said: dict[str, list[Statement]] = {}
    for package in reversed(packages):
        said |= all_said.at.get((release, package), {})
    row = Row.of(scheme, versions)
    older: dict[str, tuple[int, ...] | None] = {}
    for cve, (only, *others) in said.items():
        if others or only.suite or only.stream:
            yield from _judged({one: components[one] for one, _ in versions}, cve, all_said.words())
            continue
        if not (only.fixed_version and only.status in _NAMING):
            verdict = VERDICTS.get(only.status, _UNKNOWN)
            if verdict in (_AFFECTED, _UNKNOWN):
                yield Reached(cve, verdict, (*row.numbers, *row.unread))
            continue
        fixed = only.fixed_version.rpartition(":")[2] if epochless else only.fixed_version
        if fixed not in older:
            older[fixed] = row.below(_key(scheme, fixed))
        yield from _by_one(cve, older[fixed], row)


def _by_one(cve: str, older: tuple[int, ...] | None, row: Row) -> Iterator[Reached]:
    """Yield what one statement alone makes of a row, of which these are older than the fix (None: not readable)."""
    if older is None:
        yield Reached(cve, _UNKNOWN, (*row.numbers, *row.unread))
        return
    if older:
        yield Reached(cve, _AFFECTED, older)
    if row.unread:
        yield Reached(cve, _UNKNOWN, row.unread)


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
