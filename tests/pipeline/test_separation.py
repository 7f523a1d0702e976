"""Customer A never reads of customer B: canary tokens over a fleet, through every way out of the house."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from feedbot.delivery import Outgoing
from feedbot.fetch import file as files
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.notice import digests
from feedbot.pipeline import Edges, decide, digest, draft
from feedbot.pipeline.collect import CollectReport, collect, take
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import cases, drafts, inventory
from tests.fakes import START, World, world
from tests.pipeline.shop import PRODUCTS, Shop

CUSTOMERS = 500
PLANS = (Plan.VPS, Plan.DEDICATED, Plan.MANAGED, Plan.SHARED)


def token(kind: str, number: int) -> str:
    """Return a word that occurs nowhere else; of fixed length, so that none is a part of another."""
    return f"{kind}{random.Random(f'{kind}{number}').getrandbits(48):012x}"


def fleet(
    names: list[tuple[str, str, list[str]]], count: int
) -> tuple[list[Customer], list[Contract], list[Server], dict[str, HostPackages]]:
    """Make customers, for each two contracts of a server, and packages.

    `names` are (scheme, package, versions) to spread over them."""
    dice = random.Random(2026)
    customers = [
        Customer(f"C{n:04}", f"株式会社{token('cust', n)}", f"{token('mail', n)}@customer.example", organisation=True)
        for n in range(count)
    ]
    contracts, servers, hosts = [], [], {}
    for n in range(count * 2):
        owner = n % count
        plan = PLANS[owner % len(PLANS)]
        contracts.append(Contract(token("cont", n), customers[owner].id, plan, plan in (Plan.VPS, Plan.DEDICATED)))
        servers.append(Server(token("serv", n), contracts[-1].id, "debian:12" if n % 2 else "almalinux:9"))
        chosen = dice.sample(names, min(4, len(names)))
        packages = tuple(_component(*one, servers[-1].distro, dice) for one in chosen)
        hosts[servers[-1].name] = HostPackages(servers[-1].name, packages, servers[-1].distro)
    return customers, contracts, servers, hosts


def _component(scheme: str, name: str, versions: list[str], distro: str, dice: random.Random) -> Component:
    version = dice.choice(versions)
    if scheme == "generic":
        return Component("generic", name, version, name)
    scheme = "deb" if distro.startswith("debian") else "rpm"
    full = version + ("-1" if scheme == "deb" else "-1.el9")
    return Component(scheme, name, full, name, full, "amd64", distro)


def take_in(edges: Edges, names: list[tuple[str, str, list[str]]], count: int = CUSTOMERS) -> dict[str, set[str]]:
    """Store a fleet; return each customer's own tokens."""
    customers, contracts, servers, hosts = fleet(names, count)
    with edges.database.begin() as tx:
        inventory.replace_customers(tx, customers, contracts, servers, START)
        inventory.replace_packages(tx, hosts, START)
    own = {one.id: {one.name.removeprefix("株式会社"), one.email.partition("@")[0]} for one in customers}
    for n, server in enumerate(servers):
        own[contracts[n].customer] |= {server.name, server.contract}
    return own


def decoded(outgoing: Outgoing) -> str:
    """Return everything a receiver could see of a mail: headers and every part, decoded."""
    mail = message_from_bytes(outgoing.content, policy=policy.default)
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([headers, *map(str, parts)])


def publish_all(edges: Edges) -> int:
    """Let every draft out that lint allows, two persons approving; return how many."""
    with edges.database.begin() as tx:
        numbers = [one.id for one in reversed(drafts.listing(tx))]
    for number in numbers:
        decide.propose(edges, number, "author")
        decide.approve(edges, number, "reviewer")
        publish(edges, number, "author")
    send_due(edges, "w")
    return len(numbers)


def foreign(stage: World, own: dict[str, set[str]]) -> Iterator[str]:
    """Yield every token found where it does not belong."""
    everyone = {word: customer for customer, words in own.items() for word in words}
    assert len(everyone) == len(own) * 6
    for mail in stage.mails:
        text = decoded(mail)
        seen = {word for word in _words(text) if word in everyone}
        assert seen, "a mail without its customer's own words proves nothing"
        yield from (f"{mail.customer}: {word}" for word in seen if everyone[word] != mail.customer)
    for path, body in stage.site.items():
        yield from (f"{path}: {word}" for word in _words(body.decode("utf-8", "replace")) if word in everyone)


def _words(text: str) -> set[str]:
    kinds = ("cust", "mail", "cont", "serv")
    return {text[at : at + 16] for kind in kinds for at in _places(text, kind)}


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


@pytest.mark.parametrize("count", [CUSTOMERS, pytest.param(10_000, marks=pytest.mark.long)])
def test_no_customer_reads_of_another(stage: World, edges: Edges, count: int) -> None:
    """500 customers (10,000 in the long run) with two servers each, three notices by match and one by contract: no
    foreign token anywhere."""
    own = take_in(
        edges,
        [
            ("deb", "apache2", ["2.4.57", "2.4.62"]),
            ("generic", "ntpd", ["4.2.6p5", "4.2.8p18"]),
            ("generic", "httpd", ["2.4.58"]),
            ("deb", "openssl", ["3.0.15"]),
        ],
        count,
    )
    for source in edges.sources.values():
        collect(edges, source)
    draft.draft_cases(edges, "feedbot")
    assert publish_all(edges) == 3
    assert len(stage.mails) > count
    assert list(foreign(stage, own)) == []


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.long)])
def test_no_customer_reads_of_another_in_a_digest(stage: World, edges: Edges, count: int) -> None:
    """60 customers (2,000 in the long run) with any share of three cases, in one mail each: no foreign token."""
    shop = Shop(stage, replace(edges, digest=digests.Digests("day")))
    own = take_in(shop.edges, [("deb", one, ["1.0", "2.5"]) for one in PRODUCTS], count)
    for product in PRODUCTS:
        shop.flaw(product, "5.3")
    shop.draft()
    made = digest.make(shop.edges, "(feedbot)", at_once=True).draft
    assert made
    decide.propose(shop.edges, made.id, "author")
    decide.approve(shop.edges, made.id, "reviewer")
    assert publish(shop.edges, made.id, "author") > count * 0.9
    send_due(shop.edges, "w")
    assert list(foreign(stage, own)) == []
    chapters = {tuple(one for one in PRODUCTS if f"{one} に関する" in decoded(mail)) for mail in stage.mails}
    assert len(chapters) > 3, "all alike proves nothing"


def test_the_corpus_over_a_fleet(corpus: Path, tmp_path: Path) -> None:
    """Real advisories over 1,000 made-up servers end in drafts, a site and mails that name no foreign server."""
    stage = world(tmp_path)
    members = {"jpcert": "jpcert/at", "jvn": "jvn-rss", "jvn_ipedia": "jvndb-rss", "cert_cc": "certcc/archive"}
    edges = stage.edges(**{name: stage.source(name, name, "https://none.example/") for name in members})
    own = take_in(
        edges,
        [
            ("generic", "log4j-core", ["2.14.1", "2.17.1"]),
            ("generic", "ntpd", ["4.2.6p5", "4.2.8p18"]),
            ("deb", "openssl", ["1.0.1f", "3.0.15"]),
            ("deb", "bind9", ["9.8.1", "9.18.28"]),
            ("generic", "sendmail", ["8.12.8", "8.17.1"]),
            ("generic", "samba", ["3.0.20", "4.19.5"]),
        ],
    )
    read = CollectReport("corpus")
    for name, folder in members.items():
        for path in sorted((corpus / "feeds" / folder).rglob("*")):
            if path.is_file() and (path.suffix in (".html", ".rdf") or path.name.startswith("vu_")):
                take(edges, edges.sources[name], read, _stored(edges, name, path, stage))
    report = draft.draft_cases(edges, "feedbot")
    assert report.failed == {}
    with edges.database.begin() as tx:
        made, found = len(drafts.listing(tx)), len(cases.listing(tx))
    sent = publish_those_that_pass(edges)
    print(
        json.dumps(
            {
                "read": len(read.new),
                "quarantined": len(read.quarantined),
                "cases": found,
                "drafts": made,
                "published": sent,
                "mails": len(stage.mails),
                "pages": len(stage.site),
            }
        )
    )
    assert sent > 0
    assert list(foreign(stage, own)) == []


def _stored(edges: Edges, name: str, path: Path, stage: World) -> object:
    from feedbot.store import documents

    document = files.read(path, stage.now)
    with edges.database.begin() as tx:
        documents.save(tx, name, document)
    return document


def publish_those_that_pass(edges: Edges) -> int:
    """Publish what lint allows; the rest waits for a person's correction, as it should."""
    from feedbot.errors import ReviewError

    done = 0
    with edges.database.begin() as tx:
        numbers = [one.id for one in drafts.listing(tx)]
    for number in numbers:
        try:
            decide.propose(edges, number, "author")
        except ReviewError as error:
            print(error)
            continue
        decide.approve(edges, number, "reviewer")
        publish(edges, number, "author")
        done += 1
    send_due(edges, "w")
    return done
