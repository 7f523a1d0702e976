"""The whole fleet at once finds whom each case, and each word of a distributor, concerns, as one by one does."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Connection

from feedbot import matching
from feedbot.distro import Statement, StatementStatus
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.matching import MatchVerdict, Scope
from feedbot.pipeline import Edges, rematch
from feedbot.pipeline.match import match
from feedbot.store import _owners, fleet, inventory, suppressions
from feedbot.store import hosts as host_rows
from tests.fakes import World, world
from tests.matching.shelf import NTP, OPENSSL, Shelf, advisory, case, line

CVES = ("CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003")
RELEASES = {"debian:12": "deb", "ubuntu:22.04": "deb", "almalinux:9": "rpm"}
VERSIONS = (
    "1:4.2.5-1",
    "4.2.6p5-2",
    "1:4.2.7p26-1",
    "4.3-1~bpo12+1",
    "4.2.8-1.module_el9+1",
    "4.1-1.remi",
    "不明",
    "5-1",
)
KERNELS = ("6.1.0-1-amd64", "6.1.0-2-amd64")
LINUX = replace(NTP, id="linux", name="Linux", names=("Linux",), deb=("linux",), rpm=("kernel",), upstream=("linux",))
RANGES = (
    "vers:generic/<4.2.7",
    "vers:generic/*",
    "vers:generic/>=4.3",
    "vers:deb/<1:4.2.6-2",
    "vers:rpm/>=1:4.2|<1:4.3",
    "vers:generic/!=4.2.5",
    "unread",
)


def packages(rng: Random, release: str) -> list[Component]:
    """Some packages of a release, and software that somebody built."""
    scheme = RELEASES[release]
    found = []
    for source in ("ntp", "openssl", "other"):
        for name in rng.sample((source, f"lib{source}"), rng.randrange(3)):
            built = rng.choice(VERSIONS)
            stream = rng.choice(("", "", "", "ntp:4")) if scheme == "rpm" else ""
            found.append(Component(scheme, name, built, source, rng.choice((built, "")), "x", release, stream))
    if scheme == "deb":
        made = rng.sample(KERNELS, rng.randrange(3))
        found += (Component("deb", f"linux-image-{one}", f"{one[:-6]}", "linux", "6.1-1", "x", release) for one in made)
    found += (Component("generic", name, rng.choice(VERSIONS), name) for name in rng.sample(("ntpd", "openssl"), 1))
    return list(dict.fromkeys(found))


def statements(rng: Random) -> list[Statement]:
    """What distributors say: alone, several on one package, of suites and streams, without a fix."""
    return [
        Statement(
            rng.choice(tuple(RELEASES)),
            rng.choice(("ntp", "openssl", "libntp", "linux")),
            rng.choice(CVES),
            rng.choice(tuple(StatementStatus)),
            rng.choice(("", "1:4.2.6-2", "4.2.7-1", "不明", "6.1-2")),
            "tracker",
            stream=rng.choice(("", "", "ntp:4")),
            suite=rng.choice(("", "", "", "esm", "fips")),
        )
        for _ in range(rng.randrange(8))
    ]


def settle(tx: Connection, rng: Random, edges: Edges) -> None:
    """Take in customers, and servers of few images that drifted apart, in several imports."""
    customers = [Customer(f"C{n}", f"見本 {n}", f"c{n}@mihon.example") for n in range(4)]
    contracts = [Contract(f"K{n}", f"C{n % 4}", Plan.VPS, root=True) for n in range(6)]
    servers = [Server(f"host{n}", f"K{rng.randrange(6)}") for n in range(14)]
    inventory.replace_customers(tx, customers, contracts, servers, edges.clock())
    images = [(release, packages(rng, release)) for release in RELEASES for _ in range(2)]
    for _ in range(3):
        hosts = {}
        for number in rng.sample(range(16), 6):
            release, found = rng.choice(images)
            drifted = [one for one in found if rng.random() < 0.8] + packages(rng, release)[:1]
            kernel = rng.choice(("", *KERNELS))
            name = f"host{number}"
            hosts[name] = HostPackages(name, tuple(dict.fromkeys(drifted)), release, kernel=kernel)
        inventory.replace_packages(tx, hosts, edges.clock())


@pytest.fixture
def edges(tmp_path: object) -> Edges:
    """A world with a catalogue of three products."""
    made: World = world(tmp_path)  # type: ignore[arg-type]
    return replace(made.edges(), catalog=Shelf((NTP, OPENSSL, LINUX)))  # type: ignore[arg-type]


def one_by_one(edges: Edges, tx: Connection, given: object) -> tuple[object, set[str], set[str]]:
    """Match a case, and say whose components are AFFECTED and UNKNOWN."""
    exposures = match(edges, tx, given).exposures  # type: ignore[arg-type]
    affected, unknown = (
        {one.customer.id for one in exposures if any(found.verdict is verdict for found in one.matches)}
        for verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN)
    )
    return affected, unknown  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(12))
def test_cases_at_once_as_one_by_one(edges: Edges, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges, statements, kernels and what is set aside: the same customers, affected and unknown."""
    rng = Random(seed)
    said = statements(rng)
    monkeypatch.setattr(
        "feedbot.store.statements.about", lambda _tx, cves: tuple(one for one in said if one.cve in cves)
    )
    cases = []
    for number in range(12):
        lines = [line(rng.choice(RANGES), rng.choice(("ntpd", "OpenSSL", "Linux"))) for _ in range(rng.randrange(1, 3))]
        aliases = tuple(rng.sample(CVES, rng.randrange(3)))
        cases.append(replace(case(advisory(f"A-{number}", *lines, aliases=aliases)), id=f"C-2026-{number:04}"))
    with edges.database.begin() as tx:
        settle(tx, rng, edges)
        scope = Scope(case="C-2026-0003", customer="C1")
        suppressions.add(tx, scope, "reason", "tester", edges.clock(), edges.clock().replace(year=2027))
        found = {one.name: (set(one.affected), set(one.unknown)) for one in rematch.reaches(edges, tx, cases)}
        assert found == {one.id: one_by_one(edges, tx, one) for one in cases}
    assert any(affected for affected, _ in found.values())


@pytest.mark.parametrize("seed", range(12))
def test_statements_at_once_as_one_by_one(edges: Edges, seed: int) -> None:
    """Every CVE that a distributor speaks of concerns those whose servers, asked one by one, have it."""
    rng = Random(seed)
    said = [one for _ in range(4) for one in statements(rng)]
    with edges.database.begin() as tx:
        settle(tx, rng, edges)
        held = fleet.load(tx)
        found = {
            cve: (set(held.names(affected)), set(held.names(unknown)))
            for cve, (affected, unknown) in rematch.spread(held, said).items()
        }
        wanted: dict[str, tuple[set[str], set[str]]] = {}
        owners = {one.id: one.customer for one in inventory.contracts(tx)}
        for server in inventory.servers(tx):
            components = inventory.packages(tx, server.name)
            idle = matching.not_running(components, host_rows.kernel(tx, server.name))
            for one in matching.spoken([one for one in components if one not in idle], said):
                if one.verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN):
                    both = wanted.setdefault(one.cve, (set(), set()))
                    both[one.verdict is MatchVerdict.UNKNOWN].add(owners[server.contract])
    assert found == wanted


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("span", [1, 1024])
def test_owners_of_some_components(edges: Edges, seed: int, span: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sets are kept in a row, the customers are those of the installations."""
    monkeypatch.setattr(_owners, "_SPAN", span)
    rng = Random(seed)
    with edges.database.begin() as tx:
        settle(tx, rng, edges)
        every = [one for server in inventory.servers(tx) for one in inventory.packages(tx, server.name)]
        groups = [rng.sample(every, 2) for _ in range(6)] + [[Component("deb", "nobody", "1")], []]
        wanted = [{one.customer.id for one in inventory.installations(tx, group)} for group in groups]
        assert [set(one) for one in fleet.owners(tx, groups)] == wanted
    assert any(wanted)
