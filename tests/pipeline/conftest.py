"""The demo's made-up publishers and fleet, in a world of fakes."""

from pathlib import Path

import pytest

from feedbot.pipeline import Edges, draft, intake, packages
from feedbot.pipeline.collect import collect
from tests.fakes import World, world

DATA = Path(__file__).resolve().parent.parent.parent / "demo" / "data"
BASE = "https://csirt-a.example"
LISTING = f"{BASE}/rss/csirt-a.rdf"
FIRST = f"{BASE}/at/2026/at260001.txt"


def pages(folder: str) -> dict[str, bytes]:
    """Return the demo's pages by address."""
    found = {}
    for file in (DATA / folder).rglob("*"):
        if file.is_file():
            path = file.relative_to(DATA / folder).as_posix().removesuffix("index.html")
            found[f"{BASE}/{path}"] = file.read_bytes().replace(b"@BASE@", BASE.encode())
    return found


@pytest.fixture
def stage(tmp_path: Path) -> World:
    """A world with the publishers' first edition."""
    made = world(tmp_path)
    made.pages |= pages("www")
    return made


def wired(stage: World) -> Edges:
    """Wire the demo's three publishers, CSIRT-A by its pinned key."""
    pin = (DATA / "keys" / "csirt-a.fingerprint").read_text(encoding="ascii").strip()
    return stage.edges(
        csirt_a=stage.source("csirt_a", "jpcert", LISTING, (DATA / "keys" / "csirt-a.asc",), (pin,)),
        jvn=stage.source("jvn", "jvn", f"{BASE}/rss/jvn.rdf"),
        jvn_ipedia=stage.source("jvn_ipedia", "jvn_ipedia", f"{BASE}/rss/jvndb.rdf"),
    )


@pytest.fixture
def edges(stage: World) -> Edges:
    """The edges of that world."""
    return wired(stage)


def import_fleet(edges: Edges) -> None:
    """Take in the demo's customers and servers."""
    folder = DATA / "inventory"
    intake.import_customers(edges, [folder / "customers.csv", folder / "servers.csv"], "tester")
    files = [file for file in sorted(folder.iterdir()) if file.suffix != ".csv" or file.stem == "self-built"]
    packages.import_packages(edges, files, "tester")


def drafted(edges: Edges) -> None:
    """Take in the demo's customers and servers, one round of its publishers, and draft what it brings."""
    import_fleet(edges)
    for source in edges.sources.values():
        collect(edges, source)
    draft.draft_cases(edges, "feedbot")
