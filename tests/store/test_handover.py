"""A package list is of the customer in whose days it was taken: when the server has changed hands it is nobody's."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from feedbot.inventory import Component
from feedbot.store import fleet, history, host_files, hosts, inventory, statements
from feedbot.store.host_files import HostFile
from tests.store.samples import LATER, NOW
from tests.store.test_inventory import DB, MAIL, NTP, SSH, WEB, host, own

SOLD = replace(WEB, contract="B-1")
"""The server of A, once it is B's."""
HOUR = timedelta(hours=1)
THEN = LATER + HOUR
KERNEL = "6.1.0-20-amd64"


def taken_over(tx: Connection) -> None:
    """A's server with a list is sold to B."""
    own(tx)
    inventory.replace_packages(tx, {"web": replace(host(NTP), kernel=KERNEL), "db": host(SSH)}, NOW)
    host_files.remember_files(tx, [], [HostFile("web", "deb", b"file", 1, "")])
    own_at = inventory.replace_customers(tx, None, None, [SOLD, MAIL, DB], LATER)
    assert (own_at.snapshot.servers, own_at.snapshot.rows) == (1, 1)


def who_has(tx: Connection, component: Component) -> set[str]:
    """Return the customers who have it, as each of the three ways to ask says; they must agree."""
    one_by_one = {one.customer.id for one in inventory.installations(tx, [component])}
    held = fleet.load(tx)
    (number,) = [number for number, one in held.components.items() if one == component]
    assert set(held.names(*held.having([[number]]))) == set(fleet.owners(tx, [[component]])[0]) == one_by_one
    return one_by_one


def test_the_next_customer_has_no_list_until_one_is_taken_in_his_days(tx: Connection) -> None:
    """Nothing of the former customer's is read as his, however it is asked for; and it is shown that there is none."""
    taken_over(tx)
    assert who_has(tx, NTP) == set()
    assert inventory.packages(tx, "web") == ()
    assert inventory.held(tx, ["web", "db"]).keys() == inventory.taken(tx, ["web", "db"]).keys() == {"db"}
    assert hosts.systems(tx) == {"db": "debian:12"}
    assert hosts.kernel(tx, "web") == ""
    assert statements.servers_by_family(tx) == {"debian": 1}
    assert inventory.without_packages(tx) == ("mail", "web")
    assert inventory.stale(tx, THEN) == ("db",)
    counted = inventory.counts(tx)
    assert (counted.hosts, counted.unowned) == (2, 1)
    assert history.of_customer(tx, "B")[0].server == "db"
    assert len(history.of_customer(tx, "B")) == 1


def test_the_same_list_again_becomes_his_own(tx: Connection) -> None:
    """The very same bytes are not taken for known, and the history of each has his own days alone."""
    taken_over(tx)
    assert host_files.unchanged(tx, [b"file"]) == {}
    before = inventory.snapshot(tx)
    result = inventory.replace_packages(tx, {"web": replace(host(NTP), kernel=KERNEL)}, THEN)
    assert (result.added, result.changed) == (0, 1)
    assert before is not None
    assert result.snapshot.digest != before.digest
    assert who_has(tx, NTP) == {"B"}
    assert hosts.kernel(tx, "web") == KERNEL
    assert inventory.without_packages(tx) == ("mail",)
    assert host_files.unchanged(tx, [b"file"]).keys() == {b"file"}
    days = {one: [(span.since, span.until) for span in history.of_customer(tx, one)] for one in ("A", "B")}
    assert days == {"A": [(NOW, LATER)], "B": [(NOW, None), (THEN, None)]}


def test_it_is_used_again_when_the_server_comes_back(tx: Connection) -> None:
    """As after a row that was missing, or given to another, once: unless the other has a list of his own meanwhile."""
    taken_over(tx)
    assert inventory.kept(tx, {"web": "A", "db": "A", "none": "A"}) == {"web": NOW}
    inventory.replace_customers(tx, None, None, [WEB, MAIL, DB], THEN)
    assert who_has(tx, NTP) == {"A"}
    inventory.replace_customers(tx, None, None, [SOLD, MAIL, DB], THEN + HOUR)
    inventory.replace_packages(tx, {"web": host(SSH)}, THEN + HOUR)
    inventory.replace_customers(tx, None, None, [WEB, MAIL, DB], THEN + 2 * HOUR)
    assert inventory.packages(tx, "web") == ()


def test_another_contract_of_the_same_customer_changes_nothing(tx: Connection) -> None:
    """The list stays: it is his."""
    own(tx)
    inventory.replace_packages(tx, {"web": host(NTP)}, NOW)
    customers, contracts = inventory.customers(tx), inventory.contracts(tx)
    other = replace(contracts[0], id="A-2")
    inventory.replace_customers(tx, customers, [*contracts, other], [replace(WEB, contract="A-2")], LATER)
    assert who_has(tx, NTP) == {"A"}
