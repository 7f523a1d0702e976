"""What a person set aside, why a customer was not written to, and what other programs are told of it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from feedbot.advisory import Advisory
from feedbot.errors import InventoryError, StoreError
from feedbot.fetch import Document
from feedbot.inventory import Component, HostPackages, read
from feedbot.matching import MatchVerdict, Scope
from feedbot.pipeline import Edges, collect, draft, suppress, vex
from feedbot.pipeline.match import CaseMatch, match
from feedbot.pipeline.why_not import why_not
from feedbot.source import csaf
from feedbot.store import audit, cases, suppressions
from tests.fakes import World, once
from tests.pipeline.conftest import import_fleet, wired
from tests.source.reading import judge

DAY = timedelta(days=1)


@pytest.fixture
def edges(stage: World) -> Edges:
    """The demo's advisories and fleet."""
    made = wired(stage)

    def make() -> None:
        for source in made.sources.values():
            collect.collect(made, source)
        import_fleet(made)

    once(stage, "undrafted", make)
    return made


def later(edges: Edges, days: int) -> Edges:
    """The same some days later."""
    now = edges.clock()
    return replace(edges, clock=lambda: now + days * DAY)


def matched(edges: Edges) -> dict[str, CaseMatch]:
    """Return every case with what it means."""
    with edges.database.begin() as tx:
        return {one.id: match(edges, tx, one) for one in cases.listing(tx)}


def affected(edges: Edges) -> set[tuple[str, str, str]]:
    """Return (case, server, component) of what is AFFECTED."""
    return {
        (case, exposure.server.name, one.component.name)
        for case, found in matched(edges).items()
        for exposure in found.exposures
        for one in exposure.matches
        if one.verdict is MatchVerdict.AFFECTED
    }


def first(edges: Edges) -> tuple[str, str, str]:
    """Return one that is AFFECTED."""
    return min(affected(edges))


def test_what_is_set_aside_is_in_no_audience_and_shown(edges: Edges) -> None:
    """A component of one server in one case: that one goes, is told with its reason, and all others stay."""
    case, server, component = first(edges)
    before = affected(edges)
    made = suppress.add(
        edges, Scope(case, component=component, server=server), "module off", edges.clock() + 30 * DAY, "Sato"
    )
    assert affected(edges) == before - {(case, server, component)}
    (hidden,) = matched(edges)[case].suppressed
    assert (hidden.by, hidden.exposure.server.name, hidden.match.component.name) == (made, server, component)
    with edges.database.begin() as tx:
        last = audit.entries(tx)[-1]
    assert (last.actor, last.verb) == ("Sato", "suppress")
    assert last.detail.endswith(": module off")


def test_it_ends_by_itself_and_the_case_is_due_again(edges: Edges) -> None:
    """After its end, or when a person ends it, all counts as before and the case is looked at anew."""
    case, server, _ = first(edges)
    before = affected(edges)
    suppress.add(edges, Scope(case, server=server), "patched by hand", edges.clock() + 2 * DAY, "Sato")
    draft.draft_cases(edges, "tester")
    with edges.database.begin() as tx:
        assert case not in cases.due(tx)
    third = later(edges, 3)
    assert affected(third) == before
    with third.database.begin() as tx:
        suppress.let_end(third, tx)
        assert case in cases.due(tx)
        assert suppressions.active(tx, edges.clock()) == ()
    again = suppress.add(edges, Scope(case, server=server), "again", edges.clock() + 2 * DAY, "Sato")
    assert suppress.expire(edges, again.id, "Sato").until == edges.clock()
    assert affected(edges) == before
    with pytest.raises(StoreError, match="in force"):
        suppress.expire(edges, again.id, "Sato")


def test_cves_set_aside_leave_a_case_of_more(edges: Edges) -> None:
    """Only a case all of whose CVEs are set aside is; a case of several of which one is stays."""
    whole = {one.case.id: one.case for one in matched(edges).values() if one.exposures and one.case.cves}
    case = next(iter(whole.values()))
    server = next(name for id_, name, _ in sorted(affected(edges)) if id_ == case.id)
    suppress.add(edges, Scope(cves=case.cves, server=server), "off", edges.clock() + DAY, "Sato")
    assert server not in {name for id_, name, _ in affected(edges) if id_ == case.id}
    with edges.database.begin() as tx:
        suppressions.end(tx, 1, edges.clock())
    suppress.add(edges, Scope(cves=("CVE-1999-0001",), server=server), "off", edges.clock() + DAY, "Sato")
    assert server in {name for id_, name, _ in affected(edges) if id_ == case.id}


@pytest.mark.parametrize(
    ("scope", "reason", "days", "told"),
    [
        (Scope("C-2026-0001"), "why", 9, "for everybody"),
        (Scope(server="vps101"), "why", 9, "a case or CVEs"),
        (Scope("C-2026-0001", ("CVE-2026-0001",), server="vps101"), "why", 9, "a case or CVEs"),
        (Scope("C-2026-0001", server="vps101"), " ", 9, "no reason"),
        (Scope("C-2026-0001", server="vps101"), "why", 400, "within a year"),
        (Scope("C-2026-0001", server="vps101"), "why", 0, "within a year"),
        (Scope("C-2026-0001", server="nowhere"), "why", 9, "no contract"),
        (Scope("C-2026-0001", customer="C999"), "why", 9, "no such customer"),
    ],
)
def test_what_may_not_be_set_aside(edges: Edges, scope: Scope, reason: str, days: int, told: str) -> None:
    """Everybody at once, no subject, no reason, no end, nobody: refused, and nothing is kept."""
    with pytest.raises(InventoryError, match=told):
        suppress.add(edges, scope, reason, edges.clock() + days * DAY, "Sato")
    with edges.database.begin() as tx:
        assert suppressions.listing(tx) == ()


def test_why_a_customer_was_not_written_to(edges: Edges) -> None:
    """Each server with its verdict and rule, what is set aside with its reason, and how far the notice got."""
    case, server, component = first(edges)
    found = matched(edges)[case]
    owner = next(one.customer.id for one in found.exposures if one.server.name == server)
    others = {one.customer.id for one in found.exposures}
    draft.draft_cases(edges, "tester")
    with edges.database.begin() as tx:
        told = why_not(edges, tx, found.case, owner)
        assert [one.about for one in told if one.concerned and one.about == server]
        assert [one.reason for one in told if one.draft] == ["not proposed yet: draft"]
        stranger = next(one for one in ("C001", "C002", "C003", "C004", "C005") if one not in others)
        assert not any(one.concerned for one in why_not(edges, tx, found.case, stranger))
        with pytest.raises(InventoryError, match="no such customer"):
            why_not(edges, tx, found.case, "C999")
    suppress.add(edges, Scope(case, component=component, server=server), "module off", edges.clock() + DAY, "Sato")
    with edges.database.begin() as tx:
        reasons = [one.reason for one in why_not(edges, tx, found.case, owner) if one.about == server]
    assert any("module off" in one and "Sato" in one for one in reasons)


def documents(edges: Edges) -> dict[str, dict[str, object]]:
    """Return each form of what is known, one match set aside."""
    case, server, component = first(edges)
    suppress.add(edges, Scope(case, component=component, server=server), "module off", edges.clock() + DAY, "Sato")
    made = vex.statements(matched(edges).values())
    assert {"affected", "not_affected"} <= {one.status for one in made}
    return {name: form(made, edges.provider, edges.clock()) for name, form in vex.FORMS.items()}


def test_no_server_and_no_customer_is_in_a_vex(edges: Edges) -> None:
    """What is handed to others names packages alone."""
    whole = json.dumps(documents(edges), ensure_ascii=False)
    for word in ("vps101", "ded202", "C001", "見本", "example"):
        assert word not in whole.replace("csirt-a.example", "").replace(edges.provider.site_url, "").replace(
            edges.provider.name, ""
        )


def test_the_vex_forms_are_read_by_what_reads_such_forms(edges: Edges) -> None:
    """The CSAF by the member for CSAF, the CycloneDX by the inventory's: each package and each vulnerability once."""
    made = documents(edges)
    statements = vex.statements(matched(edges).values())
    body = json.dumps(made["csaf"]).encode()
    advisory, *more = csaf.read(Document("https://provider.example/vex.json", body, edges.clock()), judge)
    assert isinstance(advisory, Advisory)
    assert not more
    assert set(advisory.cves) == {one.cve for one in statements}
    rows = [one for one in read(json.dumps(made["cyclonedx"]), "vex.json") if isinstance(one, HostPackages)]
    assert {vex.purl_of(one) for one in rows[0].components} == {one.purl for one in statements}


def test_the_csaf_is_valid(edges: Edges, corpus: Path) -> None:
    """By OASIS's own schema."""
    schema = corpus / "feeds" / "certcc" / "vince-api_examples" / "csaf_json_schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(documents(edges)["csaf"])


@pytest.mark.parametrize(
    "component",
    [
        Component("deb", "libssl3", "3.0.9-1+b2", "openssl", "3.0.9-1", "amd64", "debian:12"),
        Component("rpm", "bind-libs", "32:9.16.23-18.el9", "bind", "9.16.23-18.el9", "x86_64", "almalinux:9"),
        Component("generic", "Apache HTTP Server", "2.4.58", "Apache HTTP Server"),
    ],
)
def test_a_purl_reads_back(component: Component) -> None:
    """What is exported names the same package when it is read as an inventory."""
    text = json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "x", "purl": vex.purl_of(component)}]}
    )
    (host,) = (one for one in read(text, "a") if isinstance(one, HostPackages))
    (back,) = host.components
    assert (back.scheme, back.name, back.version, back.arch, back.distro) == (
        component.scheme,
        component.name,
        component.version,
        component.arch,
        component.distro,
    )


def test_a_scheme_of_several_ecosystems_names_none() -> None:
    """A Go module is not called a package of npm for its order of versions; a package of npm is."""
    assert vex.purl_of(Component("semver", "example.org/module", "1.2.3")).startswith("pkg:generic/")
    assert vex.purl_of(Component("npm", "left", "1.2.3")) == "pkg:npm/left@1.2.3"
