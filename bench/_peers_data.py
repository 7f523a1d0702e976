"""Debian hosts and what is said of their packages, for feedbot and for its peers alike.

What is said comes from the corpus (real lists and tracker files) and, as that has few entries of bookworm, from a made
table of the tracker's form over real source packages. It is read once more and in another way (bench/_distro_truth.py);
the peers' data is made from that reading, so a mistake of feedbot's reading would show as a difference.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from subprocess import run

from bench import _bolt
from bench._distro_truth import DEBIAN, Truth
from feedbot.version import compare

RELEASES = {"8": "jessie", "9": "stretch", "10": "buster", "11": "bullseye", "12": "bookworm"}
HOT = ("linux", "curl", "openssl", "nginx", "php8.2", "bind9", "apache2", "samba", "glibc", "vim", "mariadb", "openssh")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed binary package, and dpkg's word for its state."""

    name: str
    version: str
    source: str
    source_version: str
    state: str = "install ok installed"

    def paragraph(self) -> str:
        """Return it as dpkg's database has it."""
        source = "" if self.source == self.name else f"Source: {self.source}"
        if self.source_version != self.version:
            source = f"Source: {self.source} ({self.source_version})"
        lines = (
            "Package: " + self.name,
            "Status: " + self.state,
            source,
            "Architecture: amd64",
            "Version: " + self.version,
        )
        return "\n".join(filter(None, lines)) + "\n\n"


@dataclass(frozen=True, slots=True)
class Word:
    """What counts of all that is said of one CVE in one source package: fixed, open, clear, ended or unknown."""

    kind: str
    version: str = ""


Words = Mapping[str, Mapping[tuple[str, str], Word]]
"""Release number → (source, CVE) → what counts."""


def words_of(facts: Iterable[Truth]) -> Words:
    """Sum up the facts as a tracker does: the highest version that is fixed, else the worst word."""
    found: dict[str, dict[tuple[str, str], set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for one in facts:
        family, _, release = one.distro.partition(":")
        if family == "debian":
            found[release][one.package, one.cve].add((one.kind, one.version))
    return {release: {key: _word(said) for key, said in each.items()} for release, each in found.items()}


def _word(said: set[tuple[str, str]]) -> Word:
    fixed = [version for kind, version in said if kind == "fixed"]
    if fixed:
        return Word("fixed", _highest(fixed))
    kind = next(one for one in ("open", "unknown", "clear", "ended") if one in {kind for kind, _ in said})
    return Word(kind, _highest([version for own, version in said if own == kind and version] or [""]))


def _highest(versions: Sequence[str]) -> str:
    best = versions[0]
    for one in versions[1:]:
        best = one if compare("deb", one, best) > 0 else best
    return best


@cache
def archive() -> tuple[Package, ...]:
    """Return the packages of this machine's apt lists; empty where it is no Debian, or has fetched none."""
    found = {}
    for file in sorted(Path("/var/lib/apt/lists").glob("*bookworm*_Packages*")):
        given = run(["/usr/lib/apt/apt-helper", "cat-file", str(file)], capture_output=True, text=True, check=True)
        for paragraph in given.stdout.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in paragraph.split("\n") if ": " in line and line[0] != " ")
            if "Package" in fields:
                source, _, version = fields.get("Source", fields["Package"]).partition(" ")
                one = fields["Version"]
                found[fields["Package"]] = Package(fields["Package"], one, source, version.strip("()") or one)
    return tuple(found.values())


def made_table(entries: int) -> str:
    """Return a table of the tracker's form: `entries` CVEs of bookworm, most in few sources, by a fixed seed."""
    rng = Random(7)
    versions = {one.source: one.source_version for one in archive()}
    hot = [one for one in HOT if one in versions]
    names = hot + rng.sample(sorted(versions.keys() - set(hot)), min(4500, len(versions) - len(hot)))
    weights = [1 / (place + 1) ** 0.95 for place in range(len(names))]
    table: dict[str, dict[str, object]] = defaultdict(dict)
    for number, name in enumerate(rng.choices(names, weights, k=entries)):
        release = {"repositories": {"bookworm": versions[name]}, **_state(rng.random(), versions[name])}
        table[name][f"CVE-2099-{number:05}"] = {"releases": {"bookworm": release}}
    return json.dumps(table)


def _state(chance: float, version: str) -> dict[str, str]:
    """Return what the table says of a package that the archive has in `version`."""
    fixed = {"status": "resolved", "urgency": "not yet assigned"}
    states = (
        (0.55, fixed | {"fixed_version": version}),
        (0.70, fixed | {"fixed_version": f"{version}~"}),
        (0.80, fixed | {"fixed_version": f"{version}.1"}),
        (0.85, fixed | {"fixed_version": "0"}),
        (0.93, {"status": "open", "urgency": "low", "nodsa": "Minor issue"}),
        (0.97, {"status": "open", "urgency": "unimportant"}),
        (1.00, {"status": "open", "urgency": "end-of-life"}),
    )
    return next(said for below, said in states if chance < below)


def hosts(words: Words, count: int, size: int) -> dict[str, str]:
    """Return made hosts as dpkg's databases: `count` of bookworm with real packages, one of each older release, and one
    with what a tracker does not speak of. Versions are the archive's, or lie around a fix."""
    made = {f"bookworm{number:03}": _bookworm(words, Random(f"host {number}"), size) for number in range(count)}
    for release in ("8", "9", "10", "11"):
        for side in ("before", "at", "after"):
            made[f"{RELEASES[release]}-{side}"] = _around(release, words.get(release, {}), side)
    return {name: "".join(one.paragraph() for one in packages) for name, packages in made.items()}


def _bookworm(words: Words, rng: Random, size: int) -> list[Package]:
    known = words.get("12", {})
    fixes: dict[str, list[str]] = defaultdict(list)
    for (source, _), word in known.items():
        if word.kind == "fixed":
            fixes[source].append(word.version)
    chosen = rng.sample(archive(), min(size, len(archive())))
    drawn = {}
    for source in sorted({one.source for one in chosen} & fixes.keys()):
        if rng.random() < 0.5:
            fixed = rng.choice(fixes[source])
            drawn[source] = rng.choice((f"{fixed}~", fixed, f"{fixed}.1"))
    packages = [
        replace(one, version=drawn[one.source], source_version=drawn[one.source]) if one.source in drawn else one
        for one in chosen
        if one.name != "base-files" and not one.source.startswith("linux-signed")
    ]
    return [_base("12"), *packages]


def _around(release: str, known: Mapping[tuple[str, str], Word], side: str) -> list[Package]:
    """Return two binary packages of every source, at the version of one of its fixes, just before or after it."""
    end = {"before": "~", "at": "", "after": ".1"}[side]
    packages = [_base(release)]
    for source in sorted({source for source, _ in known}):
        fixed = sorted(word.version for (name, _), word in known.items() if name == source and word.kind == "fixed")
        version = (fixed[len(fixed) // 2] + end) if fixed else "1-1"
        packages += [
            Package(source, version, source, version),
            Package(f"{source}-data", f"{version}+b1", source, version),
        ]
    return packages


def _base(release: str) -> Package:
    return Package("base-files", f"{release}.9+deb{release}u9", "base-files", f"{release}.9+deb{release}u9")


def odd_host() -> str:
    """Return a host of bookworm with what is told apart otherwise than by its number: a signed kernel, backports, other
    builders, packages that are half installed, packages that are removed."""
    packages = (
        _base("12"),
        Package("linux-image-6.1.0-1-amd64", "6.1.1-1", "linux-signed-amd64", "6.1.1+1"),
        Package("linux-libc-dev", "6.1.1-1", "linux", "6.1.1-1"),
        Package("curl", "99-1~bpo12+1", "curl", "99-1~bpo12+1"),
        Package("nginx", "1.0.0-1~bookworm", "nginx", "1.0.0-1~bookworm"),
        Package(
            "php8.2", "8.2.1-1+0~20990101.1+debian12~1.gbp000000", "php8.2", "8.2.1-1+0~20990101.1+debian12~1.gbp000000"
        ),
        Package("bind9", "1:9.1-1", "bind9", "1:9.1-1", "install ok half-configured"),
        Package("samba", "2:4.1-1", "samba", "2:4.1-1", "deinstall ok config-files"),
        Package("apache2", "2.4.1-1", "apache2", "2.4.1-1", "hold ok installed"),
    )
    return "".join(one.paragraph() for one in packages)


def debsecan_feed(folder: Path, words: Words) -> None:
    """Write a file for each release, as https://security-tracker.debian.org/tracker/debsecan/release/1/ has them.

    As there, what a release never had, what is unimportant, and what is no longer looked after is left out (the
    tracker's security_db.py). A release's own fix is the bound here, where the tracker gives unstable's and lists the
    release's versions: the same answer, for every version.
    """
    folder.mkdir()
    for release, known in words.items():
        rows = {key: one for key, one in known.items() if one.kind in ("fixed", "open", "unknown")}
        cves = {cve: place for place, cve in enumerate(sorted({cve for _, cve in rows}))}
        lines = ["VERSION 1", *(f"{cve},,made for a comparison" for cve in cves), ""]
        for (package, cve), one in rows.items():
            lines.append(f"{package},{cves[cve]},S  {'F' if one.version else ' '},{one.version},")
        lines += ["", "", ""]
        codename = next(name for name, number in DEBIAN.items() if number == release)
        (folder / codename).write_bytes(zlib.compress("\n".join(lines).encode()))


def trivy_cache(folder: Path, words: Words) -> None:
    """Write trivy's database (https://github.com/aquasecurity/trivy-db, schema 2) from the same words."""
    (folder / "db").mkdir(parents=True)
    root: dict[bytes, dict[bytes, bytes | dict[bytes, bytes]]] = {b"vulnerability": {}, b"data-source": {}}
    detail = json.dumps({"Title": "made for a comparison", "Severity": "HIGH"}).encode()
    for release, known in words.items():
        name = f"debian {release}".encode()
        root[b"data-source"][name] = json.dumps({"ID": "debian", "Name": "made", "URL": "https://example.org"}).encode()
        packages: dict[bytes, bytes | dict[bytes, bytes]] = {}
        for (package, cve), one in known.items():
            if one.kind in ("fixed", "open", "unknown"):
                said: dict[str, object] = {"FixedVersion": one.version} if one.version else {"Status": 2, "Severity": 1}
                inner = packages.setdefault(package.encode(), {})
                assert isinstance(inner, dict)
                inner[cve.encode()] = json.dumps(said).encode()
                root[b"vulnerability"][cve.encode()] = detail
        root[name] = packages
    _bolt.write(folder / "db" / "trivy.db", root)
    times = dict.fromkeys(("UpdatedAt", "DownloadedAt"), "2026-01-01T00:00:00Z")
    (folder / "db" / "metadata.json").write_text(
        json.dumps({"Version": 2, "NextUpdate": "2099-01-01T00:00:00Z", **times})
    )


def trivy_root(folder: Path, status: str, release: str) -> Path:
    """Write the three files of a machine that trivy looks at."""
    for name, text in (
        ("etc/os-release", f'ID=debian\nVERSION_ID="{release}"\n'),
        ("etc/debian_version", f"{release}.9\n"),
        ("var/lib/dpkg/status", status),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
