"""Components and package sets, each kept once: a fleet costs its distinct packages and what its servers differ in.

A component goes by a digest of its fields, a set by a digest of its components' digests, so that a host whose
set did not change is known without a look at its packages.

Servers are a few images that drifted apart. A set is kept as its symmetric difference from a base, the first set that
had nearly the same names (two values of a min-hash over them), and a component knows the sets in whose difference it
is. Which sets have it is then, over bitmaps of set numbers:

    holders(component) XOR the union of derived(base) over bases(component)

since every set derives from one base at most and differs from it in the component or does not. Bitmaps are Roaring's
(pyroaring), whose serialised form is a public specification.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

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


def digest_of(component: Component) -> bytes:
    """Return the digest by which a component is kept once."""
    return blake2b("\0".join(_fields(component)).encode(), digest_size=SIZE).digest()


def set_digest(members: Iterable[bytes]) -> bytes:
    """Return the digest of a set of components, given theirs, in any order."""
    return blake2b(b"".join(sorted(members)), digest_size=SIZE).digest()


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hosts in digests: of each its set, of each set the components, each component once."""

    of_host: Mapping[str, bytes]
    sets: Mapping[bytes, Collection[bytes]]
    components: Mapping[bytes, Component]


def digested(hosts: Iterable[tuple[str, Iterable[Component]]]) -> Fleet:
    """Return hosts in digests. Readers give the same object for the same package: its digest is made once."""
    known: dict[int, bytes] = {}
    components: dict[bytes, Component] = {}
    of_host: dict[str, bytes] = {}
    sets: dict[bytes, Collection[bytes]] = {}
    for name, found in hosts:
        members = set()
        for one in found:
            digest = known.get(id(one))
            if digest is None:
                digest = known[id(one)] = digest_of(one)
                components[digest] = one  # kept, so that its id is no other object's
            members.add(digest)
        of_host[name] = whole = set_digest(members)
        sets[whole] = members
    return Fleet(of_host, sets, components)


def intern_sets(tx: Connection, fleet: Fleet) -> dict[bytes, int]:
    """Return set digest → row number, making the sets that are missing."""
    known = _numbers(tx, fleet.sets)
    missing = {digest: fleet.sets[digest] for digest in fleet.sets if digest not in known}
    if not missing:
        return known
    ids = _intern_components(tx, {key: fleet.components[key] for key in set().union(*missing.values())})
    marks = {key: _mark(fleet.components[key].name) for key in ids}
    schemes = {key: fleet.components[key].scheme for key in ids}
    new = {
        digest: _Set(
            BitMap([ids[key] for key in found]), _sketch([marks[key] for key in found]), _words(schemes, found)
        )
        for digest, found in missing.items()
    }
    bases = _bases(tx, {one.sketch for one in new.values()})
    first: dict[bytes, bytes] = {}
    for digest, one in new.items():
        if one.sketch not in bases:
            first.setdefault(one.sketch, digest)
    made = _made(tx, {digest: _Row(new[digest], new[digest].members, None) for digest in first.values()})
    bases |= {sketch: _Base(made[digest], new[digest].members) for sketch, digest in first.items()}
    made |= _made(tx, {digest: _row_of(one, bases[one.sketch]) for digest, one in new.items() if digest not in made})
    return known | made


@dataclass(frozen=True, slots=True)
class _Base:
    number: int
    members: BitMap


@dataclass(frozen=True, slots=True)
class _Set:
    members: BitMap
    sketch: bytes
    schemes: str


@dataclass(frozen=True, slots=True)
class _Row:
    """How a set is kept. Without a base, `delta` is the set itself."""

    whole: _Set
    delta: BitMap
    base: int | None


def _row_of(one: _Set, base: _Base) -> _Row:
    delta = one.members ^ base.members
    near = len(delta) * _NEAR < len(one.members)
    return _Row(one, delta, base.number) if near else _Row(one, one.members, None)


def _words(schemes: Mapping[bytes, str], members: Iterable[bytes]) -> str:
    return " ".join(sorted({schemes[key] for key in members}))


def _sketch(marks: Collection[bytes]) -> bytes:
    """Return what two sets of nearly the same names, whatever their versions, most likely have in common."""
    return min(marks) + max(marks) if marks else b""


@lru_cache(maxsize=1 << 18)
def _mark(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()


def _bases(tx: Connection, sketches: Collection[bytes]) -> dict[bytes, _Base]:
    found: dict[bytes, _Base] = {}
    columns = (package_sets.c.sketch, package_sets.c.id, package_sets.c.delta)
    for part in chunks(sketches):
        for row in tx.execute(select(*columns).where(package_sets.c.sketch.in_(part))):
            found.setdefault(row.sketch, _Base(row.id, BitMap.deserialize(row.delta)))
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
            "sketch": one.whole.sketch if one.base is None else None,
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
