"""Who has a component, for very many components in a row: arrays of owners, marked a bit each.

The owners of all sets lie in one array, those of a base's sets side by side. A component's are the stretches of the
bases that have it, without the sets that left it behind, and with those that came to it (store/_packages.py). They are
copied, marked and counted by numpy: Roaring bitmaps can be united as fast, but nothing in them turns a million sets
into their owners but a loop over each (18 s against 4 s for a hundred thousand servers).
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

_Numbers = NDArray[np.integer[Any]]
_NOBODY = 0
"""The number of no customer."""
_SCRATCH = 1 << 24
"""Bytes of each table that is worked on at a time."""
_ROWS = 256
"""Components that are worked on at a time."""
_BLOCK = 4096
"""Groups whose components are held at a time."""
_ABSENT = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some customers, by number: the lowest bit of the first byte is number 0, which is nobody's."""

    bits: bytes = b""

    @classmethod
    def of(cls, customers: Iterable[int]) -> "Crowd":
        """Return these customers."""
        number = reduce(or_, (1 << one for one in customers), 0)
        return cls(number.to_bytes((number.bit_length() + 7) // 8, "little"))

    def __len__(self) -> int:
        return int.from_bytes(self.bits, "little").bit_count()

    def __iter__(self) -> Iterator[int]:
        marks = np.unpackbits(np.frombuffer(self.bits, np.uint8), bitorder="little")
        return iter(np.flatnonzero(marks).tolist())

    def __or__(self, other: "Crowd") -> "Crowd":
        longer = max(len(self.bits), len(other.bits))
        both = int.from_bytes(self.bits, "little") | int.from_bytes(other.bits, "little")
        return Crowd(both.to_bytes(longer, "little"))


@dataclass(frozen=True, slots=True)
class Crowds:
    """Whose the sets are. `whose` are customers, those of one base's sets side by side in the order of sets; of each
    set `base` is its base, counted from 1, `place` and `count` are its own part of `whose`. Of
    each base, so counted, `start` and `size` are its part; `in_sets` are the bases and holders of each component."""

    whose: _Numbers
    base: _Numbers
    place: _Numbers
    count: _Numbers
    start: _Numbers
    size: _Numbers
    customers: int
    in_sets: Mapping[int, tuple[bytes, bytes]]

    @classmethod
    def made(
        cls,
        hosts: Sequence["array[int]"],
        customers: int,
        derived: Mapping[int, BitMap],
        last: int,
        in_sets: Mapping[int, tuple[bytes, bytes]],
    ) -> "Crowds":
        """Index hosts, given as two arrays side by side, of sets and of customers' numbers (below `customers`). The
        sets are up to `last`, and each is in `derived` of its base."""
        base = np.zeros(last + 1, np.min_scalar_type(len(derived)))
        for number, copies in enumerate(derived.values(), start=1):
            base[_whole(copies)] = number
        # Each set and customer once, however many servers he has that are alike.
        pairs = np.unique(_array(hosts[0]).astype(np.int64) << 32 | _array(hosts[1]).astype(np.int64))
        pairs = pairs[np.argsort(base[pairs >> 32], kind="stable")]
        sets = pairs >> 32
        count = np.bincount(sets, minlength=last + 1)
        place = np.zeros(last + 1, np.int64)
        place[sets[::-1]] = np.arange(len(sets))[::-1]  # of several places of one set the first is written last
        size = np.bincount(base[sets], minlength=len(derived) + 1)
        whose = (pairs & 0xFFFFFFFF).astype(np.min_scalar_type(customers))
        return cls(whose, base, place, count, np.cumsum(size) - size, size, customers, in_sets)

    def of(self, groups: Sequence[Collection[int]]) -> list[Crowd]:
        """Return, of each group of components, who has any of them."""
        known: dict[tuple[int, ...], Crowd] = dict.fromkeys(map(tuple, groups), Crowd())
        asked = list(known)
        for first in range(0, len(asked), _BLOCK):
            block = asked[first : first + _BLOCK]
            row = {one: at for at, one in enumerate(dict.fromkeys(one for group in block for one in group))}
            bits = self._bits(list(row))
            for group in block:
                rows = [row[one] for one in group]
                known[group] = Crowd(np.bitwise_or.reduce(bits[rows], axis=0).tobytes() if rows else b"")
        return [known[tuple(one)] for one in groups]

    def _bits(self, components: Sequence[int]) -> NDArray[np.uint8]:
        """Return a row of bits for each component: who has it."""
        rows = min(_ROWS, max(1, _SCRATCH // (8 * len(self.size) + self.customers)), max(1, len(components)))
        shift = np.full((rows, len(self.size)), _ABSENT)
        marks = np.zeros((rows, self.customers), np.bool_)
        made = np.empty((len(components), (self.customers + 7) // 8), np.uint8)
        for first in range(0, len(components), rows):
            part = components[first : first + rows]
            self._mark(part, shift, marks)
            made[first : first + rows] = np.packbits(marks[: len(part)], axis=1, bitorder="little")
            marks.fill(False)
        return made

    def _mark(self, components: Sequence[int], shift: NDArray[np.int64], marks: NDArray[np.bool_]) -> None:
        """Mark who has each component. `shift` is for our use: it comes and is left without any number in it."""
        given = [self.in_sets.get(one, (b"", b"")) for one in components]
        of_base, bases = _joined([one for one, _ in given])
        of_set, sets = _joined([one for _, one in given])
        number = self.base[bases]
        begin, size = self.start[number], self.size[number]
        held = [self.whose[a:b] for a, b in zip(begin.tolist(), (begin + size).tolist(), strict=True)]
        owners = np.concatenate(held) if held else self.whose[:0]
        ends = np.cumsum(size)
        # Where in `owners` the stretch of a component's base is, from where it is in `whose`.
        shift[of_base, number] = ends - size - begin
        of_set, sets, places = self._places(of_set, sets)
        moved = shift[of_set, self.base[sets]]
        shift[of_base, number] = _ABSENT
        came = moved == _ABSENT
        owners[(places + moved)[~came]] = _NOBODY
        cuts = np.append(0, ends)[np.searchsorted(of_base, np.arange(len(components) + 1))].tolist()
        for row, first, stop in zip(marks, cuts, cuts[1:], strict=False):
            row[owners[first:stop]] = True
        marks[of_set[came], self.whose[places[came]]] = True
        marks[:, _NOBODY] = False

    def _places(self, of_set: _Numbers, sets: _Numbers) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Return where the owners of sets are, each with its set and what was given beside that."""
        count = self.count[sets]
        if np.all(count == 1):
            return of_set, sets, self.place[sets]
        before = np.cumsum(count) - count
        places = np.repeat(self.place[sets] - before, count) + np.arange(count.sum())
        return np.repeat(of_set, count), np.repeat(sets, count), places


def owners_of(asked: Iterable[BitMap], sets: "array[int]", customers: "array[int]") -> Iterator[list[int]]:
    """Yield the customers of any of some sets. Whose the sets are is given as two arrays side by side."""
    of, whose = _array(sets), _array(customers)
    if not len(of):
        yield from ([] for _ in asked)
        return
    wanted = np.zeros(int(of.max()) + 1, np.bool_)
    for one in asked:
        found = _whole(one)
        wanted.fill(False)
        wanted[found[found < len(wanted)]] = True
        marks = np.zeros(int(whose.max()) + 1, np.bool_)
        marks[whose[wanted[of]]] = True
        yield np.flatnonzero(marks).tolist()


def _joined(bitmaps: Sequence[bytes]) -> tuple[_Numbers, _Numbers]:
    """Return the numbers of serialised bitmaps in a row, and of which bitmap each is."""
    parts = [_whole(BitMap.deserialize(one)) if one else _array(array("I")) for one in bitmaps]
    return np.repeat(np.arange(len(parts)), [len(one) for one in parts]), np.concatenate(parts)


def _whole(bitmap: BitMap) -> _Numbers:
    return _array(bitmap.to_array())


def _array(numbers: "array[int]") -> _Numbers:
    return np.frombuffer(numbers, np.uint32) if numbers else np.zeros(0, np.uint32)
