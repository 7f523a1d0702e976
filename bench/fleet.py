"""Take in a fleet, keep it, and say whom new advisories concern: `python -m bench.fleet [--servers N] [--json]`.

Rows a second are of one core. "text" and "JSON" are from bytes to components; "kept" from components to the store, for
servers that nobody knows yet; "unchanged" the same files again, from disk to the confirmed snapshot. "50 ranges" asks
in a new process which customers they concern. The default is 10,000 servers; --servers 1000000 is the full size.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from bench._fleet import NAMES, Fleet
from feedbot import bootstrap, store
from feedbot import inventory as formats
from feedbot.config import Config
from feedbot.config import load as load_config
from feedbot.matching import ComponentNames
from feedbot.pipeline.packages import import_packages
from feedbot.store import inventory

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 25_000
READ, FILES = 1_000, 2_000
RANGES = 50
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
    if "--ask" in sys.argv:
        print(json.dumps(_ask(sys.argv[-1])))
        return
    servers = int(sys.argv[sys.argv.index("--servers") + 1]) if "--servers" in sys.argv else 10_000
    with tempfile.TemporaryDirectory(prefix="feedbot-fleet-") as folder:
        figures = _measure(Fleet(servers), Path(folder))
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:44} {value:14,.2f}")


def _measure(fleet: Fleet, folder: Path) -> dict[str, float]:
    figures: dict[str, float] = {"servers": fleet.servers}
    sample = [host for _, host in fleet.hosts(0, min(READ, fleet.servers))]
    rows = sum(len(host.components) for host in sample)
    for name, bodies in (
        ("text", [fleet.text(host).encode() for host in sample]),
        ("JSON", [fleet.sbom(host).encode() for host in sample]),
    ):
        _read(bodies)  # a nightly import finds the fleet's lines in the cache but for what is new
        figures[f"{name}, million rows/s"] = rows / 1e6 / min(_timed(partial(_read, bodies)) for _ in range(3))
    path = folder / "config.toml"
    path.write_text(f'{CONFIG}\n[store]\nurl = "sqlite:///{folder / "feedbot.db"}"\n', encoding="utf-8")
    config = load_config(path)
    bootstrap.create_store(config)
    figures |= _keep(fleet, config.store.url)
    figures["store, MB"] = sum(one.stat().st_size for one in folder.rglob("*.db*")) / 1e6
    figures["store, bytes a server"] = figures["store, MB"] * 1e6 / fleet.servers
    figures |= _unchanged(fleet, config, folder)
    figures |= _asked(config.store.url)
    return figures


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _read(bodies: list[bytes]) -> None:
    for body in bodies:
        formats.read(body, "list")


def _keep(fleet: Fleet, url: str) -> dict[str, float]:
    database = store.open(url)
    with database.begin() as tx:
        inventory.replace_customers(tx, *fleet.owners(), NOW)
    taken = rows = 0.0
    for first in range(0, fleet.servers, BATCH):
        hosts = dict(fleet.hosts(first, min(first + BATCH, fleet.servers)))
        rows += sum(len(host.components) for host in hosts.values())
        began = time.process_time()
        with database.begin() as tx:
            inventory.replace_packages(tx, hosts, NOW)
        taken += time.process_time() - began
        if fleet.servers > BATCH:
            print(f"{first + len(hosts)} servers, {taken:.0f} s", file=sys.stderr)
    with database.begin() as tx:
        counts = inventory.counts(tx)
    database.dispose()
    return {"distinct components": counts.components, "kept, million rows/s": rows / 1e6 / taken}


def _unchanged(fleet: Fleet, config: Config, folder: Path) -> dict[str, float]:
    """Lists of servers that are in the store already, as files: the first import reads them, the second does not."""
    files = []
    for name, host in fleet.hosts(0, min(FILES, fleet.servers, BATCH)):
        files.append(folder / f"{name}.dpkg")
        files[-1].write_text(fleet.text(host), encoding="utf-8")
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
    began = time.perf_counter()
    database = store.open(url)
    customers, servers = set(), set()
    with store.reading(database) as tx:
        for _ in range(RANGES):
            name = ComponentNames(deb=frozenset({f"source-{rng.randrange(NAMES // 2)}"}))
            found = [one for one in inventory.components_named(tx, name) if "." in one.version and rng.random() < 0.5]
            for one in inventory.installations(tx, found):
                customers.add(one.customer.id)
                servers.add(one.server.name)
    taken = time.perf_counter() - began
    return {"50 ranges, s": taken, "servers concerned": len(servers), "customers concerned": len(customers)}


def _asked(url: str) -> dict[str, float]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.fleet", "--ask", url], capture_output=True, text=True, check=True
    )
    return dict(json.loads(made.stdout))


if __name__ == "__main__":
    main("--json" in sys.argv)
