"""Take in a fleet, keep it, and say whom new advisories concern: the table of what, bar and measured.

    ./run bench fleet [--servers=N] [--folder=DIR] [--direct] [--json]

The default is 10,000 servers; --servers=1000000 is the full size. With --direct the fleet's rows are written straight
(bench/_direct.py) and "kept" is not measured. The database stays in DIR, and a load that was cut
short goes on from there; without it a folder is made and removed. Rows a second are of one core, by processor time.
"text" and "JSON" are from bytes to components; "kept" from components to the store, for servers that nobody knows yet;
"unchanged" the same files again, from disk to the confirmed snapshot. "50 ranges" and "full rematch" (124,000 ranges,
as distributors' statements) ask in a new process, which reads all it needs from the store, whom they concern.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from bench import _direct
from bench._fleet import NAMES, Fleet
from feedbot import bootstrap, matching, store, version
from feedbot import inventory as formats
from feedbot.config import Config
from feedbot.config import load as load_config
from feedbot.inventory import Component
from feedbot.matching import ComponentNames
from feedbot.pipeline.packages import import_packages
from feedbot.pipeline.rematch import spread
from feedbot.store import fleet, inventory

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 25_000
READ, FILES = 1_000, 2_000
RANGES, ALL_RANGES = 50, 124_000
_BARS = {
    "text, million rows/s": ">= 2.5",
    "JSON, million rows/s": ">= 1",
    "unchanged, files/s": ">= 20,000",
    "store, MB": "<= 3,000 at 1M",
    "50 ranges, s": "<= 1",
    "sweep, s": "<= 1",
    "full rematch, s": "<= 15",
    "full rematch, peak GiB": "<= 6",
}
CONFIG = """
[provider]
name = "見本"
service = "見本"
from_address = "a@provider.example"
contact = "a@provider.example"
site_url = "https://provider.example/"
number_prefix = "P"
[delivery]
mode = "shadow"
operator = "a@provider.example"
"""


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    for name, ask in (("--ask", _ask), ("--rematch", _rematch)):
        if name in sys.argv:
            print(json.dumps(ask(sys.argv[-1])))
            return
    servers = int(_option("--servers", "10000"))
    with tempfile.TemporaryDirectory(prefix="feedbot-fleet-") as made:
        folder = Path(_option("--folder", made))
        folder.mkdir(parents=True, exist_ok=True)
        figures = _measure(Fleet(servers), folder)
    if as_json:
        print(json.dumps(figures))
        return
    print(f"{'what':36} {'bar':>14} {'measured':>16}   load {os.getloadavg()[0]:.1f}")
    for name, value in figures.items():
        print(f"{name:36} {_BARS.get(name, ''):>14} {value:16,.3f}")


def _option(name: str, default: str) -> str:
    return next((one.partition("=")[2] for one in sys.argv if one.startswith(f"{name}=")), default)


def _measure(made: Fleet, folder: Path) -> dict[str, float]:
    figures: dict[str, float] = {"servers": made.servers}
    sample = [host for _, host in made.hosts(0, min(READ, made.servers))]
    rows = sum(len(host.components) for host in sample)
    for name, bodies in (
        ("text", [made.text(host).encode() for host in sample]),
        ("JSON", [made.sbom(host).encode() for host in sample]),
    ):
        _read(bodies)  # a nightly import finds the fleet's lines in the cache but for what is new
        figures[f"{name}, million rows/s"] = rows / 1e6 / min(_timed(partial(_read, bodies)) for _ in range(3))
    path = folder / "config.toml"
    path.write_text(f'{CONFIG}\n[store]\nurl = "sqlite:///{folder / "feedbot.db"}"\n', encoding="utf-8")
    config = load_config(path)
    bootstrap.create_store(config)
    figures |= _keep(made, config.store.url)
    figures["store, MB"] = sum(one.stat().st_size for one in folder.rglob("*.db*")) / 1e6
    figures["store, bytes a server"] = figures["store, MB"] * 1e6 / made.servers
    figures |= _unchanged(made, config, folder)
    return figures | _asked("--ask", config.store.url) | _asked("--rematch", config.store.url)


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _read(bodies: list[bytes]) -> None:
    for body in bodies:
        formats.read(body, "list")


def _keep(made: Fleet, url: str) -> dict[str, float]:
    database = store.open(url)
    with database.begin() as tx:
        counts = inventory.counts(tx)
    if "--direct" in sys.argv and not counts.hosts:
        _direct.write(made, database, NOW)
    with database.begin() as tx:
        counts = inventory.counts(tx)
        if counts.servers != made.servers:
            inventory.replace_customers(tx, *made.owners(), NOW)
    taken = rows = 0.0
    for first in range(counts.hosts - counts.hosts % BATCH, made.servers, BATCH):
        hosts = dict(made.hosts(first, min(first + BATCH, made.servers)))
        rows += sum(len(host.components) for host in hosts.values())
        began = time.process_time()
        with database.begin() as tx:
            inventory.replace_packages(tx, hosts, NOW)
        taken += time.process_time() - began
        if made.servers > BATCH:
            print(f"{first + len(hosts)} servers, {taken:.0f} s", file=sys.stderr, flush=True)
    with database.begin() as tx:
        counts = inventory.counts(tx)
    database.dispose()
    return {"distinct components": counts.components, "kept, million rows/s": rows / 1e6 / taken if taken else 0.0}


def _unchanged(made: Fleet, config: Config, folder: Path) -> dict[str, float]:
    """Lists of servers that are in the store already, as files: the first import reads them, the second does not."""
    files = []
    for name, host in made.hosts(0, min(FILES, made.servers, BATCH)):
        files.append(folder / f"{name}.dpkg")
        files[-1].write_text(made.text(host), encoding="utf-8")
    edges = bootstrap.edges(config)
    first = _timed(lambda: import_packages(edges, files, "bench", fewer=True))
    again = _timed(lambda: import_packages(edges, files, "bench"))
    with store.reading(edges.database) as tx:
        stale = set(inventory.stale(tx, NOW + timedelta(seconds=1)))
    edges.database.dispose()
    if stale & {file.stem for file in files}:
        raise SystemExit("the same files did not confirm their servers: the measurement is void")
    return {"imported, files/s": len(files) / first, "unchanged, files/s": len(files) / again}


def _ask(url: str) -> dict[str, float]:
    """Say which customers 50 new ranges concern, in the process that this is."""
    rng = Random(5)
    began, wall = time.process_time(), time.perf_counter()
    database = store.open(url)
    with store.reading(database) as tx:
        groups = []
        for _ in range(RANGES):
            name = ComponentNames(deb=frozenset({f"source-{rng.randrange(NAMES // 2)}"}))
            groups.append([one for one in inventory.components_named(tx, name) if rng.random() < 0.5])
        customers = frozenset().union(*fleet.owners(tx, groups))
    taken, waited = time.process_time() - began, time.perf_counter() - wall
    return {"50 ranges, s": taken, "50 ranges, s by the clock": waited, "customers of 50 ranges": len(customers)}


def _rematch(url: str) -> dict[str, float]:
    """Match all of the fleet against 124,000 ranges, in the process that this is."""
    said = Fleet(0).statements(ALL_RANGES)
    began, wall = time.process_time(), time.perf_counter()
    database = store.open(url)
    with store.reading(database) as tx:
        held = fleet.load(tx)
    loaded = time.process_time() - began
    found = spread(held, said)
    whole, waited = time.process_time() - began, time.perf_counter() - wall
    swept = _timed(lambda: list(matching.spoken_of(held.components, said)))
    keyed = _timed(partial(_keys, list(held.components.values())))
    return {
        "read the fleet, s": loaded,
        "keys alone, s": keyed,
        "sweep, s": swept,
        "full rematch, s": whole,
        "full rematch, s by the clock": waited,
        "full rematch, peak GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "(customer, advisory) pairs": sum(len(affected) for affected, _ in found.values()),
    }


def _keys(components: list[Component]) -> None:
    """Make the keys that a sweep makes; nothing keeps them, so that they are made anew each time."""
    version.keys("deb", [one.source_version or one.version for one in components if one.scheme == "deb"])
    version.keys("rpm", [one.version for one in components if one.scheme == "rpm"])


def _asked(what: str, url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.fleet", what, url]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


if __name__ == "__main__":
    main("--json" in sys.argv)
