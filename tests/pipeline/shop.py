"""A small provider whose customers and publishers a test moves: flaws come, are rated anew, are patched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from feedbot.advisory import Advisory, Affected, Fixed, Severity
from feedbot.advisory.identity import content_digest
from feedbot.fetch import Document
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server, Topic
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import Draft
from feedbot.store import advisories, cases, documents, drafts, inventory
from feedbot.version import VersionRange
from tests.fakes import World
from tests.store.samples import advisory

WHO = ("K1", "K2", "K3")
PRODUCTS = ("rsync", "wget", "vim")


@dataclass
class Shop:
    """A world with customers of a server each; `installed` is server → package → version, `more` are
    further servers of the first customer's."""

    stage: World
    edges: Edges
    installed: dict[str, dict[str, str]] = field(default_factory=dict)
    who: tuple[str, ...] = WHO
    more: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def open(self) -> "Shop":
        """Take the customers in, with all products in their first version everywhere."""
        self.decline()
        return self

    def decline(self, *declining: str) -> None:
        """Let these customers want no mails, as their contracts allow, and all others want them."""
        waived = {one: tuple(Topic) for one in declining}
        contracts = [Contract(f"V-{one}", one, Plan.VPS, True, waives=waived.get(one, ())) for one in self.who]
        customers = [
            Customer(one, f"見本商店 {one}", f"{one.lower()}@customer.example", opt_outs=waived.get(one, ()))
            for one in self.who
        ]
        servers = [Server(f"{one.lower()}.vps.example", f"V-{one}", "debian:12") for one in self.who]
        if not self.installed:
            self.installed = {one.name: dict.fromkeys(PRODUCTS, "1.0-1") for one in servers}
            self.installed |= {name: dict(packages) for name, packages in self.more.items()}
        servers += [Server(name, f"V-{self.who[0]}", "debian:12") for name in self.more]
        with self.edges.database.begin() as tx:
            inventory.replace_customers(tx, customers, contracts, servers, self.stage.now)
        self.listed()

    def listed(self) -> None:
        """Bring fresh package lists."""
        hosts = {}
        for name, packages in self.installed.items():
            found = tuple(
                Component("deb", one, version, one, version, "amd64", "debian:12") for one, version in packages.items()
            )
            hosts[name] = HostPackages(name, found, "debian:12")
        with self.edges.database.begin() as tx:
            inventory.replace_packages(tx, hosts, self.stage.now)

    def patch(self, who: str, product: str, version: str = "2.0-1") -> None:
        """Let a customer update."""
        self.installed[f"{who.lower()}.vps.example"][product] = version
        self.listed()

    def later(self, **time: int) -> None:
        """Let time pass, and fresh lists come."""
        self.stage.now += timedelta(**time)
        self.listed()

    def flaw(self, product: str, score: str, revision: str = "1", **facts: object) -> str:
        """Let a publisher say that versions below 2 are flawed, or say it anew; return the case."""
        made = flaw(product, score, revision, **facts)
        url = f"https://csirt-a.example/{made.number}/{revision}"
        with self.edges.database.begin() as tx:
            document = Document(url, content_digest(made).encode(), self.stage.now)
            documents.save(tx, made.source, document)
            known = cases.of_advisory(tx, made.source, made.number)
            advisories.save_revision(tx, made, content_digest(made), document.sha256, self.stage.now)
            return known.id if known else cases.create(tx, made, self.stage.now).id

    def draft(self) -> list[Draft]:
        """Draft what is due."""
        report = draft.draft_cases(self.edges, "(feedbot)")
        assert not report.failed, report.failed
        return report.made

    def send(self, number: int) -> list[str]:
        """Take a draft all the way out; return whose mails left, sorted."""
        before = len(self.stage.mails)
        decide.propose(self.edges, number, "author")
        decide.approve(self.edges, number, "author")
        publish(self.edges, number, "author")
        send_due(self.edges, "w")
        return sorted(one.customer for one in self.stage.mails[before:])

    def load(self, number: int) -> Draft:
        """Return a draft as it is now."""
        with self.edges.database.begin() as tx:
            return drafts.load(tx, number)

    def of_case(self, case: str) -> Iterable[Draft]:
        """Return the drafts about a case, the newest first."""
        with self.edges.database.begin() as tx:
            return drafts.of_case(tx, case)


def flaw(product: str, score: str, revision: str = "1", **facts: object) -> Advisory:
    """Return an advisory on a product below version 2."""
    below = Affected(product, VersionRange.parse("vers:generic/<2.0"), f"{product} 2.0 より前")
    made = advisory(f"CSIRT-A-2026-{1 + PRODUCTS.index(product):04}", revision)
    told = replace(
        made,
        title=f"{product} に関する注意喚起",
        aliases=(f"CVE-2026-{10001 + PRODUCTS.index(product)}",),
        affected=(below,),
        fixed=(Fixed(product, VersionRange.parse("vers:generic/2.0")),),
        severity=(Severity("CVSSv3.1", "CVSS:3.1/AV:N", score),) if score else (),
    )
    return replace(told, **facts)  # type: ignore[arg-type]
