"""Who has which component, found by arrays of owners: the same customers as by looking into every set."""

from array import array
from random import Random

import pytest
from pyroaring import BitMap
from sqlalchemy import Connection, select

from feedbot.inventory import Component
from feedbot.store import _crowds, _packages, fleet
from feedbot.store._crowds import Crowd, Crowds
from tests.store.test_packages import component, intern


def hosts(rng: Random) -> list[tuple[str, frozenset[Component]]]:
    """Servers of a few images that drifted, or did not: then several customers have the same set."""
    images = [dict.fromkeys(rng.sample(range(30), 12), 1) for _ in range(3)]
    found = []
    for number in range(40):
        image = rng.choice(images)
        drift = rng.choice((0, 0, 0.1, 0.4))
        versions = {name: version + (rng.random() < drift) for name, version in image.items()}
        found.append((f"host{number}", frozenset(component(name, one) for name, one in versions.items())))
    return found


def crowds(tx: Connection, owned: list[tuple[int, int]], customers: int) -> Crowds:
    """Index hosts (set, customer) as they are kept."""
    rows = tx.execute(fleet._BASES).all()
    in_sets = {row[0]: (row[1], row[2]) for row in tx.execute(select(*fleet._IN_SETS))}
    derived = {row[0]: BitMap.deserialize(row[1]) for row in rows}
    last = max(one for sets in derived.values() for one in sets)
    sides = array("I", [one for one, _ in owned]), array("I", [one for _, one in owned])
    return Crowds.made(sides, customers, derived, last, in_sets)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("scratch", [1, 1 << 24])
def test_as_by_looking_into_every_set(tx: Connection, seed: int, scratch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets of one owner, of several and of none any more, components asked for alone and together, few at a time."""
    monkeypatch.setattr(_crowds, "_SCRATCH", scratch)
    monkeypatch.setattr(_crowds, "_BLOCK", 7)
    rng = Random(seed)
    given = hosts(rng)
    numbers = intern(tx, [one for _, one in given[:20]]) | intern(tx, [one for _, one in given[20:]])
    owned = [(numbers[one], rng.randrange(1, 9)) for _, one in given if rng.random() < 0.8]
    ids = _packages.component_numbers(tx, [_packages.digest_of(one) for _, have in given for one in have])
    having = _packages.sets_with(tx, ids.values())
    asked = [(one,) for one in ids.values()]
    asked += [tuple(rng.sample(sorted(ids.values()), rng.randrange(4))) for _ in range(20)] + [(10_000,)]
    found = crowds(tx, owned, 9).of(asked)
    wanted = [
        {whose for number, whose in owned if any(number in having.get(one, ()) for one in group)} for group in asked
    ]
    assert [set(one) for one in found] == wanted
    assert [len(one) for one in found] == [len(one) for one in wanted]
    assert len({number for number, _ in owned}) < len(set(owned))


def test_crowds_are_joined_whatever_their_lengths() -> None:
    """Nobody, a few with small numbers and one with a large number: all of them, once."""
    assert set(Crowd.of([3, 5]) | Crowd.of([5, 70_000]) | Crowd()) == {3, 5, 70_000}
    assert len(Crowd.of([3, 5]) | Crowd.of([5, 70_000])) == 3
    assert not Crowd.of([])
