"""Components and package sets, each kept once: a fleet costs its distinct packages and what its servers differ in.

A component goes by a digest of its fields, a set by a digest of its components' digests, so that a host whose
set did not change is known without a look at its packages.

Servers are a few images that drifted apart. A set is kept as its symmetric difference from a base, the nearest of
those before it that had nearly the same names (three values of a min-hash over names and release), and a component
knows the sets in whose difference it is. Which sets have it is then, over bitmaps of set numbers:

    holders(component) XOR the union of derived(base) over bases(component)

since every set derives from one base at most and differs from it in the component or does not. Bitmaps are Roaring's
(pyroaring), whose serialised form is a public specification.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from operator import itemgetter
from struct import pack, unpack

from pyroaring import BitMap
from sqlalchemy import Connection, bindparam, select, update

from feedbot import version
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.store._inventory_tables import component_sets, components, package_sets
from feedbot.store._sql import chunks, insert

SIZE = 20
"""Bytes of a digest: no two of a billion components meet by chance."""
_NEAR = 2
"""A set is kept as a difference where that is smaller than one part in so many of it."""
_VOTERS = 9
"""So many sets say what they have in common: of each package that a tenth has changed, 999 times in 1,000 the older."""
_BASES = 64
"""So many bases of one sketch at most, or a fleet of machines that have little in common compares all with all."""


def digest_of(component: Component) -> bytes:
    """Return the digest by which a component is kept once."""
    return blake2b("\0".join(_fields(component)).encode(), digest_size=SIZE).digest()


def set_digest(members: Iterable[bytes]) -> bytes:
    """Return the digest of a set of components, given theirs, sorted."""
    return blake2b(b"".join(members), digest_size=SIZE).digest()


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hosts in digests: of each its set, of each set its components, as places in `components`. These are sorted by
    `digests`, each there once."""

    of_host: Mapping[str, bytes]
    sets: Mapping[bytes, "array[int]"]
    components: Sequence[Component]
    digests: Sequence[bytes]


def digested(hosts: Iterable[tuple[str, Iterable[Component]]]) -> Fleet:
    """Return hosts in digests. Readers give the same object for the same package: its digest is made once."""
    numbers: dict[int, int] = {}
    by_digest: dict[bytes, int] = {}
    given: list[Component] = []  # kept, so that the id of none is another object's
    of_host: dict[str, array[int]] = {}
    for name, found in hosts:
        objects = {id(one): one for one in found}
        for key in set(objects).difference(numbers):
            numbers[key] = by_digest.setdefault(digest_of(objects[key]), len(given))
            given.append(objects[key])
        of_host[name] = array("I", map(numbers.__getitem__, objects))
    digests = sorted(by_digest)
    place = array("I", bytes(4 * len(given)))
    for at, digest in enumerate(digests):
        place[by_digest[digest]] = at
    sets: dict[bytes, array[int]] = {}
    whole: dict[str, bytes] = {}
    for name, members in of_host.items():
        sorted_ = array("I", sorted(set(map(place.__getitem__, members))))
        whole[name] = digest = set_digest(map(digests.__getitem__, sorted_))
        sets[digest] = sorted_
    return Fleet(whole, sets, [given[by_digest[one]] for one in digests], digests)


def intern_sets(tx: Connection, fleet: Fleet) -> dict[bytes, int]:
    """Return set digest → row number, making the sets that are missing."""
    known = _numbers(tx, fleet.sets)
    missing = {digest: fleet.sets[digest] for digest in fleet.sets if digest not in known}
    if not missing:
        return known
    used = _rows(tx, fleet, missing)
    new = _described(fleet, missing, used)
    alike: dict[bytes, dict[bytes, _Set]] = defaultdict(dict)
    for digest, one in new.items():
        alike[one.sketch][digest] = one
    bases = _bases(tx, alike)
    own: dict[bytes, _Row] = {}
    near: dict[bytes, tuple[_Set, _Base]] = {}
    for sketch, sets in alike.items():
        _place(tx, sets, bases[sketch], used, own, near)
    made = _made(tx, own)
    numbers = made | _numbers(tx, {base.digest for _, base in near.values()} - made.keys())
    rows = {
        digest: _Row(one, one.members ^ base.members, numbers[base.digest], None)
        for digest, (one, base) in near.items()
    }
    return known | made | _made(tx, rows)


def _place(
    tx: Connection,
    sets: "Mapping[bytes, _Set]",
    bases: "list[_Base]",
    used: "_Used",
    own: "dict[bytes, _Row]",
    near: "dict[bytes, tuple[_Set, _Base]]",
) -> None:
    """Say of new sets of one sketch which are kept whole (`own`), and of the others from which base they differ least.

    Where none is near, what most of those in hand have in common is made a base: two copies of an image that drifted
    apart differ twice as much from one another as each from it.
    """
    waiting = list(sets.items())
    for at, (digest, one) in enumerate(waiting):
        base = _nearest(one, bases)
        if base is None and len(bases) < _BASES:
            centre = _centre(one, [other for _, other in waiting[at + 1 : at + _VOTERS]])
            name = used.digest(centre)
            if name not in sets and _numbers(tx, [name]):
                name, centre = digest, one.members
            own[name] = _Row(_Set(centre, one.sketch, used.words(centre)), centre, None, one.sketch)
            bases.append(base := _Base(name, centre))
        if base is None:
            own.setdefault(digest, _Row(one, one.members, None, None))
        elif digest not in own:
            near[digest] = (one, base)


def _centre(one: "_Set", others: "Iterable[_Set]") -> BitMap:
    """Return what most of a set and those near it have in common; the set itself where they are too few to say."""
    members = [one.members, *(other.members for other in others if _apart(one.members, other.members) is not None)]
    votes = Counter(chain.from_iterable(members))
    return BitMap([part for part, count in votes.items() if 2 * count > len(members)]) if members[2:] else one.members


@dataclass(frozen=True, slots=True)
class _Used:
    """The components of an import: row number of each place in the fleet, and of them by row number the digest, and by
    scheme which are of it."""

    ids: "array[int]"
    digests: Mapping[int, bytes]
    schemes: Mapping[str, BitMap]

    def digest(self, members: BitMap) -> bytes:
        """Return the digest of a set."""
        return set_digest(sorted(map(self.digests.__getitem__, members)))

    def words(self, members: BitMap) -> str:
        """Return the schemes of a set's components."""
        return " ".join(sorted(name for name, having in self.schemes.items() if not having.isdisjoint(members)))


def _rows(tx: Connection, fleet: Fleet, wanted: Mapping[bytes, "array[int]"]) -> _Used:
    """Return the components of sets, making those that are missing."""
    used = sorted(set().union(*wanted.values()))
    rows = _intern_components(tx, {fleet.digests[one]: fleet.components[one] for one in used})
    ids = array("I", bytes(4 * len(fleet.digests)))
    schemes: dict[str, BitMap] = defaultdict(BitMap)
    for one in used:
        ids[one] = rows[fleet.digests[one]]
        schemes[fleet.components[one].scheme].add(ids[one])
    return _Used(ids, {ids[one]: fleet.digests[one] for one in used}, schemes)


def _described(fleet: Fleet, wanted: Mapping[bytes, "array[int]"], used: _Used) -> "dict[bytes, _Set]":
    """Return sets by row numbers."""
    marks = [_marks(one.name, one.distro) for one in fleet.components]
    low, high = (array("Q", side) for side in zip(*marks, strict=True)) if marks else (array("Q"), array("Q"))
    found: dict[bytes, _Set] = {}
    for digest, members in wanted.items():
        whole = BitMap(array("I", map(used.ids.__getitem__, members)))
        lows = list(map(low.__getitem__, members)) or [0]
        sketch = pack(">3Q", min(lows), max(lows), min(map(high.__getitem__, members), default=0))
        found[digest] = _Set(whole, sketch, used.words(whole))
    return found


@dataclass(frozen=True, slots=True)
class _Base:
    digest: bytes
    members: BitMap


@dataclass(frozen=True, slots=True)
class _Set:
    members: BitMap
    sketch: bytes
    schemes: str


@dataclass(frozen=True, slots=True)
class _Row:
    """How a set is kept. Without a base, `delta` is the set itself; one with a `sketch` may be others' base."""

    whole: _Set
    delta: BitMap
    base: int | None
    sketch: bytes | None


def _nearest(one: _Set, bases: Iterable[_Base]) -> _Base | None:
    """Return the base from which a set differs least; None where that is too much."""
    near = [(apart, base) for base in bases if (apart := _apart(one.members, base.members)) is not None]
    return min(near, key=itemgetter(0), default=(0, None))[1]


def _apart(one: BitMap, other: BitMap) -> int | None:
    """Return in how many components a set differs from another; None where that is too much."""
    apart = one.symmetric_difference_cardinality(other)
    return apart if apart < len(one) / _NEAR else None


@lru_cache(maxsize=1 << 18)
def _marks(name: str, distro: str) -> tuple[int, int]:
    """Return two hashes of a name, whose extremes two sets of nearly the same names most likely have in common.

    The release counts: images of another one have the same names, and no component.
    """
    low, high = unpack(">2Q", blake2b(f"{distro}\0{name}".encode(), digest_size=16).digest())
    return low, high


def _bases(tx: Connection, sketches: Collection[bytes]) -> dict[bytes, list[_Base]]:
    found: dict[bytes, list[_Base]] = {one: [] for one in sketches}
    columns = (package_sets.c.sketch, package_sets.c.digest, package_sets.c.delta)
    for part in chunks(sketches):
        for row in tx.execute(select(*columns).where(package_sets.c.sketch.in_(part)).order_by(package_sets.c.id)):
            found[row.sketch].append(_Base(row.digest, BitMap.deserialize(row.delta)))
    return found


def _made(tx: Connection, sets: Mapping[bytes, _Row]) -> dict[bytes, int]:
    """Add sets, and tell the components and bases of them. A base that others may derive from keeps its sketch."""
    if not sets:
        return {}
    rows = [
        {
            "digest": digest,
            "size": len(one.whole.members),
            "schemes": one.whole.schemes,
            "base": one.base,
            "sketch": one.sketch,
            "delta": one.delta.serialize(),
        }
        for digest, one in sets.items()
    ]
    tx.execute(insert(tx, package_sets), rows)
    made = _numbers(tx, sets)
    bases: dict[int, list[int]] = defaultdict(list)
    holders: dict[int, list[int]] = defaultdict(list)
    derived: dict[int, list[int]] = defaultdict(list)
    for digest, one in sets.items():
        number = made[digest]
        derived[number if one.base is None else one.base].append(number)
        told = bases if one.base is None else holders
        for component in one.delta:
            told[component].append(number)
    _add_derived(tx, derived)
    _add_sets(tx, bases, holders)
    return made


def _add_derived(tx: Connection, added: Mapping[int, list[int]]) -> None:
    held: dict[int, BitMap] = {}
    for part in chunks(added):
        rows = tx.execute(select(package_sets.c.id, package_sets.c.derived).where(package_sets.c.id.in_(part)))
        held |= {row.id: _bitmap(row.derived) for row in rows}
    change = update(package_sets).where(package_sets.c.id == bindparam("number")).values(derived=bindparam("sets"))
    tx.execute(change, [{"number": one, "sets": _with(held[one], sets)} for one, sets in added.items()])


def _add_sets(tx: Connection, bases: Mapping[int, list[int]], holders: Mapping[int, list[int]]) -> None:
    numbers = sorted(bases.keys() | holders.keys())
    for part in chunks(numbers):
        rows = tx.execute(select(component_sets).where(component_sets.c.component.in_(part)))
        held = {row.component: (_bitmap(row.bases), _bitmap(row.holders)) for row in rows}
        empty = BitMap()
        changed = []
        for one in part:
            old_bases, old_holders = held.get(one, (empty, empty))
            changed.append(
                {
                    "component": one,
                    "bases": _with(old_bases, bases.get(one, ())),
                    "holders": _with(old_holders, holders.get(one, ())),
                }
            )
        new = insert(tx, component_sets)
        others = {name: new.excluded[name] for name in ("bases", "holders")}
        tx.execute(new.on_conflict_do_update(index_elements=[component_sets.c.component], set_=others), changed)


def _with(held: BitMap, more: Iterable[int]) -> bytes:
    return (held | BitMap(more)).serialize()


def _bitmap(blob: bytes | None) -> BitMap:
    return BitMap.deserialize(blob) if blob else BitMap()


def members_of(tx: Connection, number: int) -> BitMap:
    """Return the row numbers of a set's components."""
    delta, base = tx.execute(select(package_sets.c.delta, package_sets.c.base).where(package_sets.c.id == number)).one()
    found = BitMap.deserialize(delta)
    if base is not None:
        found ^= _bitmap(tx.scalar(select(package_sets.c.delta).where(package_sets.c.id == base)))
    return found


def sets_with(tx: Connection, wanted: Collection[int]) -> dict[int, BitMap]:
    """Return component → the numbers of all sets that have it, of those that any has."""
    rows = {}
    for part in chunks(wanted):
        for row in tx.execute(select(component_sets).where(component_sets.c.component.in_(part))):
            rows[row.component] = (_bitmap(row.bases), _bitmap(row.holders))
    derived: dict[int, BitMap] = {}
    for part in chunks({base for bases, _ in rows.values() for base in bases}):
        found = tx.execute(select(package_sets.c.id, package_sets.c.derived).where(package_sets.c.id.in_(part)))
        derived |= {row.id: _bitmap(row.derived) for row in found}
    return {
        one: holders ^ BitMap.union(*(derived[base] for base in bases)) if bases else holders
        for one, (bases, holders) in rows.items()
    }


def _intern_components(tx: Connection, wanted: Mapping[bytes, Component]) -> dict[bytes, int]:
    known = component_numbers(tx, wanted)
    missing = [digest for digest in wanted if digest not in known]
    for part in chunks(missing):
        tx.execute(insert(tx, components), [_row(digest, wanted[digest]) for digest in part])
    return known | component_numbers(tx, missing)


def component_numbers(tx: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    """Return digest → row number of those components that are kept."""
    found: dict[bytes, int] = {}
    for part in chunks(digests):
        rows = tx.execute(select(components.c.digest, components.c.id).where(components.c.digest.in_(part)))
        found |= {row.digest: row.id for row in rows}
    return found


def _numbers(tx: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in chunks(digests):
        rows = tx.execute(select(package_sets.c.digest, package_sets.c.id).where(package_sets.c.digest.in_(part)))
        found |= {row.digest: row.id for row in rows}
    return found


def _fields(one: Component) -> tuple[str, ...]:
    return (one.scheme, one.name, one.version, one.source, one.source_version, one.arch, one.distro, one.stream)


def _row(digest: bytes, one: Component) -> dict[str, object]:
    return {
        "digest": digest,
        "scheme": one.scheme,
        "name": one.name,
        "version": one.version,
        "source": one.source,
        "source_version": one.source_version,
        "arch": one.arch,
        "distro": one.distro,
        "stream": one.stream,
        "known_as": known_as(one),
        "key": _key(one),
    }


def known_as(one: Component) -> str:
    """Return the name that matching.ComponentNames asks for (rpm components go by their source too)."""
    if one.scheme == "deb":
        return one.source or one.name
    return one.name if one.scheme == "rpm" else one.name.casefold()


def _key(one: Component) -> bytes | None:
    """None where the version cannot be read: such a component is never in or out of a range, it is UNKNOWN."""
    try:
        return version.key(one.scheme, one.version)
    except VersionError:
        return None
