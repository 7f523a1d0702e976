"""Version ranges in VERS form (the Version Range Specifier of package-url; draft standard, clause 5).

A range is kept as VERS keeps it: constraints sorted by version, each version once, `>`s and `<`s by turns.
For work it is taken apart into intervals, which are then joined or cut and put together again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self
from urllib.parse import unquote

from feedbot.errors import VersionError
from feedbot.version._keys import key, scheme_of, schemes, vers_type
from feedbot.version._pieces import Edge, Interval, Piece, join, outside

Comparator = Literal["<", "<=", ">", ">=", "=", "!="]
_VERS = re.compile(r"vers:(?P<scheme>[A-Za-z][A-Za-z0-9.-]*)/(?P<constraints>[\x21-\x7e]+)")
_CONSTRAINT = re.compile(r"(?P<comparator><=|>=|!=|<|>)?(?P<version>(?:[^<>=!*|%]|%[0-9A-F]{2})+)")
_QUOTED = re.compile(r"[^\x21-\x7e]|[<>=!*|%]")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One bound of a range. `version` is kept as it was written."""

    comparator: Comparator
    version: str

    def __str__(self) -> str:
        quoted = _QUOTED.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), self.version)
        return quoted if self.comparator == "=" else self.comparator + quoted


@dataclass(frozen=True, slots=True)
class VersionRange:
    """A set of versions of one scheme, never empty. No constraint means every version (`vers:SCHEME/*`).

    Constraints may be given in any order; they are kept sorted. Raises VersionError for an unknown scheme, a version
    that the scheme cannot read, a version named twice, or a sequence that VERS does not allow.
    """

    scheme: str
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        if self.scheme not in schemes():
            raise VersionError(
                self.scheme, "unknown version scheme", hint="known schemes: {known}", known=", ".join(schemes())
            )
        keyed = sorted((key(self.scheme, c.version), n) for n, c in enumerate(self.constraints))
        for (left, n), (right, _) in pairwise(keyed):
            if left == right:
                raise VersionError(self.constraints[n].version, "the range names a version twice")
        object.__setattr__(self, "constraints", tuple(self.constraints[n] for _, n in keyed))
        _check_sequence(self.constraints)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read VERS. Raises VersionError for whatever the specification calls invalid, or a scheme not known here."""
        match = _VERS.fullmatch(text)
        if match is None:
            raise VersionError(text, "not a version range (VERS)", hint="expected vers:SCHEME/CONSTRAINT|CONSTRAINT…")
        # A type of no scheme stays as it is, for the error to name it.
        scheme = scheme_of(match["scheme"]) or match["scheme"].lower()
        if match["constraints"] == "*":
            return cls(scheme)
        given = tuple(_read_constraint(part, text) for part in match["constraints"].split("|"))
        made = cls(scheme, given)
        if made.constraints != given:
            raise VersionError(text, "the versions of the range are not in order")
        return made

    @classmethod
    def branch(cls, scheme: str, version: str) -> Self:
        """Return the range of a branch given by its numbers: 2.3 is `>=2.3|<2.4`.

        Raises VersionError where `version` is not dotted numbers.
        """
        head, dot, last = version.rpartition(".")
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version, re.ASCII):
            raise VersionError(version, "not the number of a branch")
        return cls(scheme, (Constraint(">=", version), Constraint("<", f"{head}{dot}{int(last) + 1}")))

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, str):
            return False
        place = key(self.scheme, version)
        return any(place in interval for interval in self.intervals())

    def __str__(self) -> str:
        return f"vers:{vers_type(self.scheme)}/" + ("|".join(map(str, self.constraints)) or "*")

    def intervals(self) -> tuple[Interval, ...]:
        """Return the range as key intervals, sorted, neither touching nor overlapping."""
        return tuple(piece.interval() for piece in self._pieces())

    def union(self, other: "VersionRange") -> "VersionRange":
        """Return the versions that are in either. Raises VersionError where the schemes differ."""
        self._same_scheme(other)
        return _assemble(self.scheme, (*self._pieces(), *other._pieces()))

    def intersection(self, other: "VersionRange") -> "VersionRange":
        """Return the versions that are in both; where an end is the same, this range's spelling of it stays.

        Raises VersionError where the schemes differ or no version is in both.
        """
        return self._cut(other, other._pieces(), "no version is in both ranges")

    def without(self, other: "VersionRange") -> "VersionRange":
        """Return the versions of this range that are not in `other`.

        `VersionRange(scheme).without(healthy)` is what is affected by default, as CVE's `defaultStatus` says it.
        Raises VersionError where the schemes differ or nothing is left.
        """
        return self._cut(other, outside(other._pieces()), "no version is left of the range")

    def _cut(self, other: "VersionRange", pieces: list[Piece], nothing: str) -> "VersionRange":
        self._same_scheme(other)
        both = [one.cut(two) for one in self._pieces() for two in pieces]
        left = [piece for piece in both if not piece.is_empty()]
        if not left:
            raise VersionError(f"{self} {other}", nothing)
        return _assemble(self.scheme, left)

    def _same_scheme(self, other: "VersionRange") -> None:
        if self.scheme != other.scheme:
            raise VersionError(f"{self} {other}", "ranges of two schemes cannot be joined")

    def _pieces(self) -> list[Piece]:
        pieces: list[Piece] = []
        holes: list[Edge] = []
        opened: Edge | None = None
        for constraint in self.constraints:
            edge = Edge(key(self.scheme, constraint.version), "=" in constraint.comparator, constraint.version)
            match constraint.comparator:
                case "!=":
                    holes.append(edge)
                case "=":
                    pieces.append(Piece(edge, edge))
                case "<" | "<=":
                    pieces.append(Piece(opened, edge))
                    opened = None
                case _:
                    opened = edge
        if opened or len(holes) == len(self.constraints):
            pieces.append(Piece(opened, None))
        for hole in holes:
            pieces = [part for piece in pieces for part in piece.without(hole)]
        return join(pieces)


def _read_constraint(part: str, text: str) -> Constraint:
    match = _CONSTRAINT.fullmatch(part)
    if match is None:
        raise VersionError(text, "{part} is not a constraint of a version range", part=repr(part))
    comparator: Comparator = match["comparator"] or "="  # type: ignore[assignment]  # the pattern admits no other
    read = Constraint(comparator, unquote(match["version"], errors="replace"))
    # What is encoded without need, or is no UTF-8, does not come out as it went in.
    if str(read) != part:
        raise VersionError(text, "{part} is not a constraint of a version range", part=repr(part))
    return read


def _check_sequence(constraints: Iterable[Constraint]) -> None:
    """Hold clause 5.4: `=` is followed by `=` or `>`; without `=` and `!=`, `<` and `>` stand by turns."""
    point, side = False, ""
    for constraint in constraints:
        sign = constraint.comparator[0]
        if sign == "!":
            continue
        if sign == side or (point and sign == "<"):
            raise VersionError(str(constraint), "the range says the same twice", hint="leave out the wider or narrower")
        point = sign == "="
        side = side if point else sign


def _assemble(scheme: str, pieces: Iterable[Piece]) -> VersionRange:
    """Write pieces as constraints. Two open ends at one version are its `!=`; one closed piece there is its `=`."""
    out: list[Constraint] = []
    for piece in join(pieces):
        low, high = piece.low, piece.high
        if low and high and low.key == high.key:
            out.append(Constraint("=", low.version))
            continue
        if low and out and key(scheme, out[-1].version) == low.key:
            out[-1] = Constraint("!=", low.version)
        elif low:
            out.append(Constraint(">=" if low.closed else ">", low.version))
        if high:
            out.append(Constraint("<=" if high.closed else "<", high.version))
    return VersionRange(scheme, tuple(out))
