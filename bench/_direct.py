"""Write a fleet's rows straight into an empty SQLite store, as imports would leave them: for a million servers in
minutes, where importing them takes half an hour of one core.

The servers are drawn from the same images with the same drift as `_fleet.Fleet.hosts` draws them, though not the same
ones. Bases are the images, as imports find them out by vote. The digests of servers' sets are made up: nothing
but an import of the very same list looks at them. Whether servers have what they should is looked up at the end.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from struct import pack

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from sqlalchemy import Connection, Engine, insert

from bench._fleet import DRIFT, RELEASES, SIZE, Fleet
from feedbot.inventory import Component
from feedbot.store import _owners, _packages, history, inventory
from feedbot.store._inventory_tables import component_sets, host_sets, package_sets

BLOCK = 50_000
_LOOKED_AT = 50


def write(made: Fleet, database: Engine, now: datetime) -> None:
    """Write customers, components, sets and hosts. Raises SystemExit where a server does not have its packages."""
    with database.begin() as tx:
        inventory.replace_customers(tx, *made.owners(), now)
        older, newer, components = _components(tx, made)
        derived = _bases(tx, made, older)
        bases: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(older.tolist(), start=1):
            for component in row:
                bases[component].append(number)
        holders: dict[int, list[NDArray[np.uint32]]] = defaultdict(list)
        wanted = {}
        for first, images, drifted in _draws(made):
            _sets(tx, made, first, images, older, newer, drifted)
            _hosts(tx, made, first, images, now)
            sets = np.arange(first, first + len(images), dtype=np.uint32) + len(older) + 1
            _hold(holders, older[images], drifted, sets)
            _hold(holders, newer[images], drifted, sets)
            for image in np.unique(images).tolist():
                derived[image + 1] |= BitMap(array("I", sets[images == image].tobytes()))
            for one in range(0, len(images), max(1, BLOCK * 20 // _LOOKED_AT)):
                has = np.where(drifted[one], newer[images[one]], older[images[one]])
                wanted[f"host{first + one}"] = {components[number] for number in has.tolist()}
        _tell(tx, derived, bases, holders)
        _owners.renew(tx, range(1, len(older) + made.servers + 1))
    with database.begin() as tx:
        for name, packages in wanted.items():
            if set(inventory.packages(tx, name)) != packages:
                raise SystemExit(f"{name} has not the packages that it should have")


def _components(tx: Connection, made: Fleet) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[int, Component]]:
    """Make the components; return by image the numbers of the older and the newer version of each of its packages."""
    used = [
        [made.universe[release][name][version + step] for name, version in chosen]
        for step in (0, 1)
        for release, chosen in made.images
    ]
    digests = {one: _packages.digest_of(one) for row in used for one in row}
    rows = _packages._intern_components(tx, {digest: one for one, digest in digests.items()})
    numbers = np.array([[rows[digests[one]] for one in row] for row in used])
    by_number = {rows[digest]: one for one, digest in digests.items()}
    return numbers[: len(made.images)], numbers[len(made.images) :], by_number


def _bases(tx: Connection, made: Fleet, older: NDArray[np.int64]) -> dict[int, BitMap]:
    rows = []
    for number, ((release, chosen), members) in enumerate(zip(made.images, older.tolist(), strict=True), start=1):
        packages = [made.universe[release][name][version] for name, version in chosen]
        marks = [_packages._marks(one.name, one.distro) for one in packages]
        sketch = pack(">3Q", min(a for a, _ in marks), max(a for a, _ in marks), min(b for _, b in marks))
        digest = _packages.set_digest(sorted(map(_packages.digest_of, packages)))
        delta = BitMap(members).serialize()
        rows.append(_row(number, digest, packages[0].scheme, None, sketch, delta))
    tx.execute(insert(package_sets), rows)
    return {number: BitMap([number]) for number in range(1, len(rows) + 1)}


def _row(
    number: int, digest: bytes, scheme: str, base: int | None, sketch: bytes | None, delta: bytes
) -> dict[str, object]:
    return {
        "id": number,
        "digest": digest,
        "size": SIZE,
        "schemes": scheme,
        "base": base,
        "sketch": sketch,
        "delta": delta,
        "derived": None,
    }


def _draws(made: Fleet) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.bool_]]]:
    """Yield blocks of servers: the first's number, their images, and which of their packages drifted."""
    weights = np.array([1 / (number + 1) ** 0.8 for number in range(len(made.images))])
    rng = np.random.default_rng(11)
    for first in range(0, made.servers, BLOCK):
        size = min(BLOCK, made.servers - first)
        images = rng.choice(len(weights), size, p=weights / weights.sum())
        yield first, images, rng.random((size, SIZE), np.float32) < DRIFT


def _hosts(tx: Connection, made: Fleet, first: int, images: NDArray[np.int64], now: datetime) -> None:
    names = [f"host{number}" for number in range(first, first + len(images))]
    whose = inventory.customers_of(tx, names)
    numbers = range(len(made.images) + first + 1, len(made.images) + first + 1 + len(images))
    rows = [
        {"server": name, "customer": whose[name], "set": number, "distro": made.images[image][0], "kernel": "",
         "taken_at": now}
        for name, number, image in zip(names, numbers, images.tolist(), strict=True)
    ]  # fmt: skip
    tx.execute(insert(host_sets), rows)
    lists = {name: history.listed(number, whose[name]) for name, number in zip(names, numbers, strict=True)}
    history.record(tx, history.HOST, lists, (), now)


def _sets(
    tx: Connection,
    made: Fleet,
    first: int,
    images: NDArray[np.int64],
    older: NDArray[np.int64],
    newer: NDArray[np.int64],
    drifted: NDArray[np.bool_],
) -> None:
    rows = []
    for number, (image, at) in enumerate(zip(images.tolist(), map(np.flatnonzero, drifted), strict=True), first):
        delta = np.concatenate((older[image, at], newer[image, at])).astype(np.uint32)
        digest = blake2b(b"host%d" % number, digest_size=_packages.SIZE).digest()
        scheme = "rpm" if RELEASES[image % len(RELEASES)].startswith("alma") else "deb"
        blob = BitMap(array("I", delta.tobytes())).serialize()
        rows.append(_row(len(made.images) + number + 1, digest, scheme, image + 1, None, blob))
    tx.execute(insert(package_sets), rows)


def _hold(
    holders: dict[int, list[NDArray[np.uint32]]],
    components: NDArray[np.int64],
    drifted: NDArray[np.bool_],
    sets: NDArray[np.uint32],
) -> None:
    """Add the sets to those in whose difference each component is."""
    which = components[drifted]
    order = np.argsort(which, kind="stable")
    found, starts = np.unique(which[order], return_index=True)
    of = np.repeat(sets, drifted.sum(axis=1))[order]
    for component, part in zip(found.tolist(), np.split(of, starts[1:]), strict=True):
        holders[component].append(part)


def _tell(
    tx: Connection,
    derived: dict[int, BitMap],
    bases: dict[int, list[int]],
    holders: dict[int, list[NDArray[np.uint32]]],
) -> None:
    statement = package_sets.update().where(package_sets.c.id == _packages.bindparam("number"))
    rows = [{"number": number, "sets": sets.serialize()} for number, sets in derived.items()]
    tx.execute(statement.values(derived=_packages.bindparam("sets")), rows)
    tx.execute(
        insert(component_sets),
        [
            {
                "component": one,
                "bases": BitMap(bases.get(one, ())).serialize(),
                "holders": BitMap(array("I", b"".join(part.tobytes() for part in holders.get(one, ())))).serialize(),
            }
            for one in sorted(bases.keys() | holders.keys())
        ],
    )
