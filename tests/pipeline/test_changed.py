"""A published notice, and what a distributor or an inventory says later: who is told of it, and who is not."""

from dataclasses import replace

import pytest

from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.notice import Step
from feedbot.pipeline import Edges, decide
from feedbot.pipeline.collect import collect
from feedbot.pipeline.draft import draft_cases, preview
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import Draft, State
from feedbot.store import drafts, inventory, reading
from tests.fakes import World
from tests.pipeline.test_distro_walk import CVE, say

VERSION = "2.4.57-2"


def take_in(edges: Edges, versions: dict[str, str]) -> None:
    """Give each customer a server with Apache in this version."""
    hosts = {}
    for name, version in versions.items():
        package = Component("deb", "apache2", version, "apache2", version, "amd64", "debian:12")
        hosts[f"host-{name}"] = HostPackages(f"host-{name}", (package,), "debian:12")
    with edges.database.begin() as tx:
        inventory.replace_customers(
            tx,
            [Customer(name, f"株式会社{name}", f"{name.lower()}@customer.example") for name in versions],
            [Contract(f"V-{name}", name, Plan.VPS, root=True) for name in versions],
            [Server(f"host-{name}", f"V-{name}", "debian:12") for name in versions],
            edges.clock(),
        )
        inventory.replace_packages(tx, hosts, edges.clock())


def go(edges: Edges, number: int) -> None:
    """Propose, approve, publish and send."""
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    publish(edges, number, "author")
    send_due(edges, "w")


def drafted(edges: Edges) -> list[Draft]:
    """Draft what is due of Apache's case."""
    report = draft_cases(edges, "tester")
    assert report.failed == {}
    return [one for one in report.made if any(CVE in each.cves for each in one.notice.advisories)]


@pytest.fixture
def told(edges: Edges) -> Edges:
    """Two customers who were told that no correction is out."""
    say(edges, {"status": "open"})
    take_in(edges, {"A": VERSION, "B": "2.4.59-1~deb12u1"})
    collect(edges, edges.sources["csirt_a"])
    [first] = drafted(edges)
    go(edges, first.id)
    return edges


def test_a_correction_comes_out(told: Edges, stage: World) -> None:
    """Who still has an older one is told of it, by mail alone; who has it already is not; then nothing more is due."""
    sent, page = len(stage.mails), dict(stage.site)
    assert drafted(told) == []
    say(told, {"status": "resolved", "fixed_version": "2.4.59-1~deb12u1"})
    [made] = drafted(told)
    assert (made.notice.step, made.notice.edition) == (Step.UPDATE, 2)
    _, shown = preview(told, made.id)
    assert [one.recipient.customer.id for one in shown.mails] == ["A"]
    assert "2.4.59-1~deb12u1" in shown.mails[0].mail.text
    assert drafted(told) == []
    go(told, made.id)
    assert [one.customer for one in stage.mails[sent:]] == ["A"]
    assert stage.site == page
    say(told, {"status": "resolved", "fixed_version": "2.4.59-1~deb12u1", "urgency": "low"})
    assert drafted(told) == []


def test_a_customer_comes_with_an_affected_server(told: Edges) -> None:
    """He alone is told; one who took a server out of use, or brought a package up to date, is not."""
    take_in(told, {"A": "2.4.58-1", "C": VERSION})
    [made] = drafted(told)
    _, shown = preview(told, made.id)
    assert [one.recipient.customer.id for one in shown.mails] == ["C"]


def test_a_person_who_rejects_it_is_not_asked_again(told: Edges) -> None:
    """Until something else changes."""
    say(told, {"status": "resolved", "fixed_version": "2.4.59-1~deb12u1"})
    [made] = drafted(told)
    decide.propose(told, made.id, "author")
    decide.reject(told, made.id, "author", "they know")
    take_in(told, {"A": VERSION, "B": "2.4.59-1~deb12u1", "C": "2.4.99-1"})
    assert drafted(told) == []
    say(told, {"status": "resolved", "fixed_version": "2.4.60-1"})
    [again] = drafted(told)
    with reading(told.database) as tx:
        assert drafts.load(tx, made.id).state is State.REJECTED
    assert {one.recipient.customer.id for one in preview(told, again.id)[1].mails} == {"A", "B"}


def test_a_trial_is_read_by_no_customer(told: Edges) -> None:
    """What went to the operator alone in shadow mode was told to nobody: there is nothing to follow."""
    say(told, {"status": "resolved", "fixed_version": "2.4.59-1~deb12u1"})
    assert drafted(replace(told, shadow_operator="desk@hosting.example")) == []
