"""Intervals of versions that still know how their ends were written; joined, cut and split."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of versions as keys. None is no end on that side; `low_in`, `high_in`: the end itself belongs."""

    low: bytes | None
    low_in: bool
    high: bytes | None
    high_in: bool

    def __contains__(self, place: object) -> bool:
        if not isinstance(place, bytes):
            return False
        above = self.low is None or place > self.low or (self.low_in and place == self.low)
        below = self.high is None or place < self.high or (self.high_in and place == self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class Edge:
    """One end: where it stands, whether it belongs, and how it was written."""

    key: bytes
    closed: bool
    version: str

    def flipped(self) -> "Edge":
        """Return the end of what lies on the other side."""
        return Edge(self.key, not self.closed, self.version)


@dataclass(frozen=True, slots=True)
class Piece:
    """An interval with the words of its ends."""

    low: Edge | None
    high: Edge | None

    def interval(self) -> Interval:
        """Return the keys alone."""
        low, high = self.low, self.high
        return Interval(
            low.key if low else None, bool(low and low.closed), high.key if high else None, bool(high and high.closed)
        )

    def is_empty(self) -> bool:
        """Say whether no version can be in it."""
        if self.low is None or self.high is None:
            return False
        if self.low.key == self.high.key:
            return not (self.low.closed and self.high.closed)
        return self.low.key > self.high.key

    def cut(self, other: "Piece") -> "Piece":
        """Return what is in both; where an end is the same, this piece's words stay."""
        return Piece(max(self, other, key=_low_order).low, min(self, other, key=_high_order).high)

    def without(self, hole: Edge) -> "list[Piece]":
        """Return what is left when one version is taken out."""
        if hole.key not in self.interval():
            return [self]
        edge = Edge(hole.key, False, hole.version)
        parts = (self.cut(Piece(None, edge)), self.cut(Piece(edge, None)))
        return [part for part in parts if not part.is_empty()]


def join(pieces: Iterable[Piece]) -> list[Piece]:
    """Sort, and make one of what overlaps or touches."""
    joined: list[Piece] = []
    for piece in sorted(pieces, key=_low_order):
        if joined and _touches(joined[-1], piece):
            joined[-1] = Piece(joined[-1].low, max(joined[-1], piece, key=_high_order).high)
        else:
            joined.append(piece)
    return joined


def outside(pieces: Iterable[Piece]) -> list[Piece]:
    """Return what is in none of the pieces."""
    out: list[Piece] = []
    low: Edge | None = None
    for piece in join(pieces):
        if piece.low:
            out.append(Piece(low, piece.low.flipped()))
        if piece.high is None:
            return out
        low = piece.high.flipped()
    return [*out, Piece(low, None)]


def _low_order(piece: Piece) -> tuple[bool, bytes, bool]:
    return (True, piece.low.key, not piece.low.closed) if piece.low else (False, b"", False)


def _high_order(piece: Piece) -> tuple[bool, bytes, bool]:
    return (False, piece.high.key, piece.high.closed) if piece.high else (True, b"", False)


def _touches(left: Piece, right: Piece) -> bool:
    if left.high is None or right.low is None:
        return True
    if left.high.key == right.low.key:
        return left.high.closed or right.low.closed
    return left.high.key > right.low.key
