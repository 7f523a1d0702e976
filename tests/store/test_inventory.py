"""The inventory: interned, replaced as a whole, and joined to its owners."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from feedbot import version
from feedbot.errors import StoreError
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.matching import ComponentNames, Installation
from feedbot.store import inventory
from feedbot.store._inventory_tables import components, package_sets
from tests.store.samples import LATER, NOW

A, B = Customer("A", "山田商店", "a@a.example"), Customer("B", "佐藤工業", "b@b.example", organisation=True)
VPS, DEDICATED = Contract("A-1", "A", Plan.VPS, True), Contract("B-1", "B", Plan.DEDICATED, False)
WEB, MAIL, DB = Server("web", "A-1"), Server("mail", "A-1", "debian:12"), Server("db", "B-1")
NTP = Component("deb", "ntp", "1:4.2.8p15+dfsg-2~1.2.2+dfsg1-1", "ntpsec", "1.2.2+dfsg1-1", "amd64", "debian:12")
SSH = Component("deb", "openssh-server", "1:9.2p1-2", "openssh", "1:9.2p1-2", "amd64", "debian:12")
HTTPD = Component("rpm", "httpd-core", "2.4.57-5.el9", "httpd", "2.4.57-5.el9", "x86_64", "almalinux:9")
OWN = Component("generic", "NGINX", "1.27.0")
BROKEN = Component("deb", "odd", "not a version")


def host(*found: Component, server: str = "", distro: str = "debian:12") -> HostPackages:
    """What one file says of a server."""
    return HostPackages(server, found, distro)


def own(tx: Connection, servers: Iterable[Server] = (WEB, MAIL, DB)) -> inventory.SnapshotResult:
    """Take in both customers."""
    return inventory.replace_customers(tx, [A, B], [VPS, DEDICATED], servers, NOW)


def count(tx: Connection, table: object) -> int:
    """The rows of a table."""
    return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_customers_come_back_by_id(tx: Connection) -> None:
    """What was taken in, sorted; counted as added."""
    result = inventory.replace_customers(tx, [B, A], [DEDICATED, VPS], [WEB, DB, MAIL], NOW)
    assert (result.added, result.changed, result.removed) == (7, 0, 0)
    assert inventory.customers(tx) == (A, B)
    assert inventory.contracts(tx) == (VPS, DEDICATED)
    assert inventory.servers(tx) == (DB, MAIL, WEB)


def test_replacing_customers_changes_only_what_differs(tx: Connection) -> None:
    """A server that changes hands, a new address, a customer who left: each counted, and a new snapshot."""
    first = own(tx).snapshot
    moved = replace(DB, contract="A-1")
    result = inventory.replace_customers(tx, [replace(A, email="new@a.example")], [VPS], [WEB, moved], LATER)
    assert (result.added, result.changed, result.removed) == (0, 2, 3)
    assert inventory.servers(tx) == (moved, WEB)
    assert result.snapshot.id == first.id + 1
    assert result.snapshot.digest != first.digest


def test_the_packages_of_a_server_that_is_gone_are_kept_aside(tx: Connection) -> None:
    """They concern nobody while no contract names it, and are there with their age when it comes back."""
    own(tx)
    inventory.replace_packages(tx, {"web": host(NTP), "db": host(SSH)}, NOW)
    gone = own(tx, [DB])
    assert (gone.snapshot.servers, gone.snapshot.rows) == (1, 1)
    assert inventory.installations(tx, [NTP]) == ()
    assert inventory.counts(tx).unowned == 1
    assert (inventory.oldest(tx), inventory.stale(tx, LATER)) == (NOW, ("db",))
    assert own(tx).snapshot.servers == 2
    assert {one.server.name for one in inventory.installations(tx, [NTP])} == {"web"}
    assert inventory.taken(tx, ["web", "mail"]) == {"web": NOW}


def test_what_is_not_given_stays(tx: Connection) -> None:
    """Customers alone leave contracts and servers as they are, and the other way round; none is not nothing."""
    own(tx)
    result = inventory.replace_customers(tx, [replace(A, name="山田"), B], None, None, LATER)
    assert (result.changed, result.removed) == (1, 0)
    assert len(inventory.servers(tx)) == 3
    result = inventory.replace_customers(tx, None, [VPS], [], LATER)
    assert (result.removed, len(inventory.customers(tx))) == (4, 2)


def test_what_goes_is_sealed_with_its_table(common: Engine) -> None:
    """A contract and a server of one name: to lose the one or the other are two states with two digests."""
    digests = []
    for left in (([A], [], None), ([A], None, [])):
        with common.connect() as tx, tx.begin() as transaction:
            inventory.replace_customers(tx, [A], [replace(VPS, id="x"), VPS], [Server("x", "A-1")], NOW)
            wanted = [VPS] if left[1] is not None else None
            digests.append(inventory.replace_customers(tx, [A], wanted, left[2], NOW).snapshot.digest)
            transaction.rollback()
    assert digests[0] != digests[1]


def test_each_list_has_its_own_age(tx: Connection) -> None:
    """A list is as old as its last import, changed or not; one of which a lesser part is new keeps its time."""
    own(tx)
    assert (inventory.oldest(tx), inventory.without_packages(tx)) == (None, ("db", "mail", "web"))
    inventory.replace_packages(tx, {"web": host(NTP), "db": host(SSH)}, NOW)
    assert (inventory.stale(tx, NOW), inventory.stale(tx, LATER)) == ((), ("db", "web"))
    assert inventory.replace_packages(tx, {"web": host(NTP)}, LATER).changed == 0
    assert (inventory.stale(tx, LATER), inventory.without_packages(tx)) == (("db",), ("mail",))
    assert (inventory.oldest(tx), inventory.oldest(tx, ["web", "mail"]), inventory.oldest(tx, [])) == (NOW, LATER, None)
    inventory.replace_packages(tx, {"db": host(SSH, OWN)}, LATER, aged=["db"])
    assert inventory.stale(tx, LATER) == ("db",)
    assert OWN in inventory.packages(tx, "db")


def test_a_server_of_an_unknown_contract_is_refused(database: Engine) -> None:
    """All or nothing: the old state stays."""
    with database.begin() as tx:
        own(tx)
    with pytest.raises(StoreError, match="refuses the change"), database.begin() as tx:
        inventory.replace_customers(tx, [A], [VPS], [Server("x", "none")], LATER)
    with database.begin() as tx:
        assert inventory.servers(tx) == (DB, MAIL, WEB)


def test_components_and_sets_are_kept_once(tx: Connection) -> None:
    """Three servers of two images cost two sets; a component twice in a file counts once."""
    inventory.replace_packages(tx, {"web": host(NTP, SSH), "mail": host(SSH, NTP, NTP), "db": host(SSH)}, NOW)
    assert (count(tx, components), count(tx, package_sets)) == (2, 2)
    inventory.replace_packages(tx, {"new": host(SSH, NTP)}, NOW)
    assert (count(tx, components), count(tx, package_sets)) == (2, 2)
    assert inventory.packages(tx, "mail") == (NTP, SSH)


def test_keys_are_kept_and_missing_where_a_version_cannot_be_read(tx: Connection) -> None:
    """The key is that of its scheme; an unreadable version has none and is still there."""
    inventory.replace_packages(tx, {"web": host(SSH, BROKEN)}, NOW)
    keys = {row.name: row.key for row in tx.execute(select(components.c.name, components.c.key))}
    assert keys == {"openssh-server": version.key("deb", "1:9.2p1-2"), "odd": None}


def test_snapshots_rise_with_changes_only(tx: Connection) -> None:
    """The same packages again confirm the snapshot; another package makes the next one."""
    empty = own(tx).snapshot.id
    first = inventory.replace_packages(tx, {"web": host(NTP), "db": host(SSH)}, NOW)
    assert (first.added, first.snapshot.id, first.snapshot.servers, first.snapshot.rows) == (2, empty + 1, 2, 2)
    same = inventory.replace_packages(tx, {"web": host(NTP)}, LATER)
    assert (same.added, same.changed, same.removed) == (0, 0, 0)
    assert same.snapshot == replace(first.snapshot, at=LATER)
    other = inventory.replace_packages(tx, {"web": host(NTP, SSH)}, LATER)
    assert (other.changed, other.snapshot.id, other.snapshot.rows) == (1, empty + 2, 3)
    assert other.snapshot.digest != first.snapshot.digest
    assert inventory.snapshot(tx) == other.snapshot


def test_a_digest_tells_what_was_taken_in(common: Engine) -> None:
    """The same import into an empty inventory gives the same digest, another one another."""
    digests = []
    for fleet in ({"web": host(NTP)}, {"web": host(NTP)}, {"web": host(SSH)}, {"web": host(NTP, distro="debian:11")}):
        with common.connect() as tx, tx.begin() as transaction:
            digests.append(inventory.replace_packages(tx, fleet, NOW).snapshot.digest)
            transaction.rollback()
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_customers_do_not_make_packages_fresh(tx: Connection) -> None:
    """`at` tells the age of the packages, whatever happens to the customers."""
    inventory.replace_packages(tx, {"web": host(NTP)}, NOW)
    result = inventory.replace_customers(tx, [A], [VPS], [WEB], NOW + timedelta(days=3))
    assert result.snapshot.at == NOW
    assert result.snapshot.made_at == NOW + timedelta(days=3)


def test_there_is_no_snapshot_before_the_first(tx: Connection) -> None:
    """None, nothing held, nothing counted."""
    assert inventory.snapshot(tx) is None
    assert inventory.held(tx, ["web"]) == {}
    assert inventory.counts(tx) == inventory.Counts(0, 0, 0, 0, 0, 0)


def test_what_is_held_of_the_servers_given(tx: Connection) -> None:
    """A new import is measured against what is held of its own servers, and leaves other schemes alone."""
    inventory.replace_packages(tx, {"web": host(NTP, SSH, OWN), "db": host(SSH)}, NOW)
    assert inventory.held(tx, ["web", "db", "none"]) == {
        "web": inventory.Held(("deb", "generic"), 3),
        "db": inventory.Held(("deb",), 1),
    }


def test_counts(tx: Connection) -> None:
    """A server with packages that no contract names is seen."""
    own(tx)
    inventory.replace_packages(tx, {"web": host(NTP), "stray": host(SSH)}, NOW)
    assert inventory.counts(tx) == inventory.Counts(
        customers=2, contracts=2, servers=3, hosts=2, unowned=1, components=2
    )


def test_components_are_found_as_matching_names_them(tx: Connection) -> None:
    """deb by source, rpm by name or source, the rest by folded name: what ComponentNames.hold says."""
    everything = (NTP, SSH, HTTPD, OWN, BROKEN)
    inventory.replace_packages(tx, {"web": host(*everything)}, NOW)
    for names in (
        ComponentNames(deb=frozenset({"ntpsec", "openssh-server"})),
        ComponentNames(deb=frozenset({"odd", "openssh"}), upstream=frozenset({"ntpsec"})),
        ComponentNames(rpm=frozenset({"httpd"})),
        ComponentNames(rpm=frozenset({"httpd-core"}), deb=frozenset({"httpd"})),
        ComponentNames(upstream=frozenset({"nginx"})),
        ComponentNames(),
    ):
        found = inventory.components_named(tx, names)
        assert set(found) == {one for one in everything if names.hold(one)}


def test_installations_name_the_owner(tx: Connection) -> None:
    """Each server that has it, with its contract and customer; the release from the packages where it is not known."""
    own(tx)
    inventory.replace_packages(
        tx, {"web": host(NTP, SSH), "mail": host(NTP, distro="debian:11"), "db": host(SSH), "stray": host(NTP)}, NOW
    )
    found = inventory.installations(tx, [NTP, HTTPD])
    assert set(found) == {
        Installation(NTP, replace(WEB, distro="debian:12"), VPS, A),
        Installation(NTP, MAIL, VPS, A),
    }
    inventory.replace_packages(tx, {"web": host(SSH)}, LATER)
    assert {one.server.name for one in inventory.installations(tx, [NTP])} == {"mail"}


def test_the_running_kernel_is_told_with_what_is_installed(tx: Connection) -> None:
    """And a new one alone is a change: another kernel was booted."""
    own(tx)
    inventory.replace_packages(tx, {"web": replace(host(NTP), kernel="6.1.0-20-amd64")}, NOW)
    result = inventory.replace_packages(tx, {"web": replace(host(NTP), kernel="6.1.0-21-amd64")}, LATER)
    assert result.changed == 1
    assert [one.kernel for one in inventory.installations(tx, [NTP])] == ["6.1.0-21-amd64"]


names = st.text("abc", min_size=1, max_size=2)
fleets = st.dictionaries(names, st.lists(st.sampled_from([NTP, SSH, HTTPD, OWN, BROKEN]), max_size=4), max_size=4)


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(st.lists(fleets, min_size=1, max_size=4))
def test_whatever_is_taken_in_is_what_is_there(common: Engine, imports: list[dict[str, list[Component]]]) -> None:
    """After any imports each server has what the last import of it said, and a digest stands for one state."""
    states: dict[str, dict[str, set[Component]]] = {}
    expected: dict[str, set[Component]] = {}
    with common.connect() as tx, tx.begin() as transaction:
        for fleet in imports:
            result = inventory.replace_packages(tx, {name: host(*found) for name, found in fleet.items()}, NOW)
            expected = expected | {name: set(found) for name, found in fleet.items()}
            assert {name: set(inventory.packages(tx, name)) for name in expected} == expected
            assert states.setdefault(result.snapshot.digest, expected) == expected
        transaction.rollback()
