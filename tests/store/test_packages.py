"""Package sets as differences from one another: what they hold and who holds what is as if each were kept whole."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from feedbot.inventory import Component
from feedbot.store import _packages
from feedbot.store._inventory_tables import component_sets, package_sets


def component(name: int, version: int) -> Component:
    """A package of some version."""
    return Component("deb", f"package-{name}", f"{version}.0-1", f"source-{name}")


def intern(tx: Connection, sets: list[frozenset[Component]]) -> dict[frozenset[Component], int]:
    """Take sets in at once; set → its number."""
    fleet = _packages.digested((str(number), one) for number, one in enumerate(sets))
    numbers = _packages.intern_sets(tx, fleet)
    return {one: numbers[fleet.of_host[str(number)]] for number, one in enumerate(sets)}


images = st.lists(st.integers(0, 30), min_size=1, max_size=20, unique=True)


@st.composite
def fleets(draw: st.DrawFn) -> list[list[frozenset[Component]]]:
    """Some imports of hosts that were made of a few images, then brought up to date in part, or changed by hand."""
    made = draw(st.lists(images, min_size=1, max_size=3))
    imports = []
    for _ in range(draw(st.integers(1, 3))):
        hosts = []
        for _ in range(draw(st.integers(0, 6))):
            names = set(draw(st.sampled_from(made))) ^ draw(st.sets(st.integers(0, 40), max_size=2))
            hosts.append(frozenset(component(name, draw(st.integers(1, 3))) for name in names))
        imports.append(hosts)
    return imports


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(fleets())
def test_as_if_each_set_were_kept_whole(common: Engine, imports: list[list[frozenset[Component]]]) -> None:
    """After any imports each set has its members, and each component is in the sets that have it and in no other."""
    with common.connect() as tx, tx.begin() as transaction:
        numbers: dict[frozenset[Component], int] = {}
        for hosts in imports:
            numbers |= intern(tx, hosts)
        everything = {part for one in numbers for part in one}
        ids = _packages.component_numbers(tx, [_packages.digest_of(one) for one in everything])
        row = {one: ids[_packages.digest_of(one)] for one in everything}
        for one, number in numbers.items():
            assert set(_packages.members_of(tx, number)) == {row[part] for part in one}
        holding = _packages.sets_with(tx, row.values())
        for part in everything:
            assert set(holding[row[part]]) == {number for one, number in numbers.items() if part in one}
        transaction.rollback()


def test_drifted_servers_are_kept_as_differences(tx: Connection) -> None:
    """A thousand servers of one image, each with some packages brought up to date, cost little more than the image."""
    image = [component(name, 1) for name in range(200)]
    fleet = [
        frozenset({*image[:at], *(component(name, 2) for name in range(at, at + 5)), *image[at + 5 :]})
        for at in range(195)
    ]
    intern(tx, fleet)
    kept = tx.execute(select(func.count(), func.sum(func.length(package_sets.c.delta)))).one()
    told = tx.execute(select(func.sum(func.length(component_sets.c.holders)))).scalar_one()
    assert kept[0] == 195
    assert kept[1] + told < 195 * 200


def test_what_drifted_apart_is_kept_as_differences_from_what_it_has_in_common(tx: Connection) -> None:
    """The base is the image, which no server has any more: two of them differ from one another twice as much."""
    rng = Random(3)
    image = frozenset(component(name, 1) for name in range(100))
    fleet = [frozenset(component(name, 1 + (rng.random() < 0.1)) for name in range(100)) for _ in range(40)]
    intern(tx, fleet[:20])
    intern(tx, [*fleet[20:], image])
    (base,) = tx.scalars(select(package_sets.c.id).where(package_sets.c.base.is_(None)))
    ids = _packages.component_numbers(tx, [_packages.digest_of(one) for one in image])
    assert set(_packages.members_of(tx, base)) == set(ids.values())
    size, schemes = tx.execute(select(package_sets.c.size, package_sets.c.schemes)).first() or (0, "")
    assert (size, schemes) == (100, "deb")
    assert tx.scalar(select(func.count()).select_from(package_sets)) == 41
