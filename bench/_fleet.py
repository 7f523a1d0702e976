"""A fleet of a fixed seed: six releases, 4,000 images of 500 packages, servers that drifted from them by a tenth.

Popularity falls as in real fleets (the n-th image has n^-0.8 of the servers), customers have few servers or very many.
Components are one object each however many servers have them, as they are after reading.
"""

from collections.abc import Iterator
from random import Random

from feedbot.distro import Statement, StatementStatus
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server

RELEASES = ("debian:11", "debian:12", "debian:13", "ubuntu:22.04", "almalinux:8", "almalinux:9")
NAMES, VERSIONS, SIZE = 5_000, 10, 500
IMAGES = 4_000
DRIFT = 0.1
CUSTOMERS = 44_000


class Fleet:
    """The packages of the releases, and the images made of them."""

    def __init__(self, servers: int, images: int = IMAGES) -> None:
        self.random = Random(11)
        self.servers = servers
        self.customers = max(10, min(CUSTOMERS, servers * CUSTOMERS // 1_000_000))
        self.universe = {release: [self._package(release, name) for name in range(NAMES)] for release in RELEASES}
        weights = [1 / (name + 1) ** 0.6 for name in range(NAMES)]
        self.images = []
        for number in range(min(images, servers)):
            release = RELEASES[number % len(RELEASES)]
            names: set[int] = set()
            while len(names) < SIZE:
                names |= set(self.random.choices(range(NAMES), weights, k=SIZE))
            chosen = [(name, self.random.randrange(VERSIONS - 1)) for name in sorted(names)[:SIZE]]
            self.images.append((release, chosen))

    def _package(self, release: str, name: int) -> list[Component]:
        scheme = "rpm" if release.startswith("alma") else "deb"
        end = ".el9" if scheme == "rpm" else f"+deb{release[-2:]}u"
        major, minor = self.random.randrange(1, 9), self.random.randrange(40)
        return [
            Component(
                scheme,
                f"package-{name}",
                f"{major}.{minor}.{one}-{self.random.randrange(1, 9)}{end}{one}",
                f"source-{name // 2}",
                f"{major}.{minor}.{one}-1",
                "amd64",
                release,
            )
            for one in range(VERSIONS)
        ]

    def hosts(self, first: int, stop: int, again: int = 0) -> Iterator[tuple[str, HostPackages]]:
        """Yield servers by number, the same each time for the same `again`."""
        weights = [1 / (number + 1) ** 0.8 for number in range(len(self.images))]
        rng = Random(f"{first} {again}")
        for number, (release, chosen) in zip(
            range(first, stop), rng.choices(self.images, weights, k=stop - first), strict=True
        ):
            packages = self.universe[release]
            yield (
                f"host{number}",
                HostPackages(
                    f"host{number}",
                    tuple(packages[name][version + (rng.random() < DRIFT)] for name, version in chosen),
                    release,
                ),
            )

    def owners(self) -> tuple[list[Customer], list[Contract], list[Server]]:
        """Return who has which server: few of most, thousands of some."""
        rng = Random(12)
        customers = [Customer(f"C{n}", f"見本 {n}", f"c{n}@mihon.example") for n in range(self.customers)]
        contracts = [Contract(f"K{n}", f"C{n}", Plan.VPS, root=True) for n in range(self.customers)]
        spread = self.customers / 22  # so that of 44,000 customers the largest have some hundred servers each
        servers = [
            Server(f"host{n}", f"K{int((rng.paretovariate(1.1) - 1) * spread) % self.customers}")
            for n in range(self.servers)
        ]
        return customers, contracts, servers

    def statements(self, ranges: int) -> list[Statement]:
        """Return fixed versions as distributors name them, each under a CVE of its own, more of what many have."""
        rng = Random(7)
        weights = [1 / (name + 1) ** 0.6 for name in range(NAMES)]
        made = []
        for number, name in enumerate(rng.choices(range(NAMES), weights, k=ranges)):
            release = rng.choice(RELEASES)
            fixed = self.universe[release][name][rng.randrange(1, VERSIONS)]
            deb = fixed.scheme == "deb"
            package, corrected = (fixed.source, fixed.source_version) if deb else (fixed.name, fixed.version)
            made.append(Statement(release, package, f"CVE-2026-{number:06}", StatementStatus.FIXED, corrected))
        return made

    def text(self, host: HostPackages) -> str:
        """Return what dpkg-query prints, or rpm -qa."""
        head = f"# server: {host.server}\n# os: {host.distro.replace(':', ' ')}\n"
        if host.components[0].scheme == "deb":
            return head + "".join(
                f"{one.name}\t{one.version}\t{one.source}\t{one.source_version}\t{one.arch}\tii \n"
                for one in host.components
            )
        rows = []
        for one in host.components:
            version, release = one.version.rsplit("-", 1)
            rows.append(f"{one.name}\t0\t{version}\t{release}\tx86_64\t{one.source}-{one.source_version}.src.rpm\n")
        return head + "".join(rows)

    def sbom(self, host: HostPackages) -> str:
        """Return it as CycloneDX."""
        parts = ",".join(
            f'{{"type":"library","name":"{one.name}","version":"{one.version}","purl":"pkg:{one.scheme}/x/{one.name}@'
            f'{one.version}?arch={one.arch}&upstream={one.source}"}}'
            for one in host.components
        )
        return (
            f'{{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"component":{{"name":"{host.server}"}}}},'
            f'"components":[{parts}]}}'
        )
