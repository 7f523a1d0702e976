"""Taking in: what a file says replaces what it speaks of, and nothing else."""

from pathlib import Path

import pytest

from feedbot.errors import InventoryError
from feedbot.pipeline import Edges, intake
from feedbot.store import inventory
from tests.pipeline.conftest import DATA, import_fleet

FILE = DATA / "inventory" / "vps101.dpkg"


@pytest.fixture
def fleet(edges: Edges) -> Edges:
    """The demo's fleet, taken in."""
    import_fleet(edges)
    return edges


def packages(edges: Edges, server: str) -> list[str]:
    """Return the names of what is kept of a server."""
    with edges.database.begin() as tx:
        return [one.name for one in inventory.packages(tx, server)]


def cut(folder: Path, lines: int) -> Path:
    """Write the first lines of a host's file, as a broken transfer leaves it."""
    path = folder / FILE.name
    path.write_text("".join(FILE.read_text(encoding="utf-8").splitlines(keepends=True)[:lines]), encoding="utf-8")
    return path


def test_a_host_cut_at_a_line_end_keeps_its_old_list(fleet: Edges, tmp_path: Path) -> None:
    """Among whole files the cut one is refused and named; the others are taken in."""
    before = packages(fleet, "vps101")
    others = [path for path in FILE.parent.glob("*.dpkg") if path != FILE]
    found = intake.import_packages(fleet, [cut(tmp_path, 4), *others], "tester")
    assert [one.row for one in found.refused] == ["vps101"]
    assert packages(fleet, "vps101") == before


def test_a_fall_that_is_meant_is_taken(fleet: Edges, tmp_path: Path) -> None:
    """The operator says that the packages were removed."""
    with pytest.raises(InventoryError, match="stays in force"):
        intake.import_packages(fleet, [cut(tmp_path, 6)], "tester")
    intake.import_packages(fleet, [cut(tmp_path, 6)], "tester", fewer=True)
    assert len(packages(fleet, "vps101")) == 4


def test_self_built_software_stays_beside_the_systems_packages(fleet: Edges) -> None:
    """A new package list of a host does not forget what is known of it from another list."""
    assert "ntpd" in packages(fleet, "vps104")
    intake.import_packages(fleet, [FILE.with_name("vps104.dpkg")], "tester")
    assert "ntpd" in packages(fleet, "vps104")


def test_a_host_that_nobody_rents_is_refused(fleet: Edges, tmp_path: Path) -> None:
    """A server without a contract is listed, not silently kept."""
    path = tmp_path / "stray.dpkg"
    path.write_text(FILE.read_text(encoding="utf-8").replace("vps101", "stray"), encoding="utf-8")
    found = intake.import_packages(fleet, [path, *FILE.parent.glob("*.rpm")], "tester")
    assert [(one.row, one.reason) for one in found.refused] == [("stray", "no contract names this server")]


def test_a_file_that_names_no_server_needs_one(fleet: Edges, tmp_path: Path) -> None:
    """Without a name in the file, --server says whose it is, in any case of letters."""
    path = tmp_path / "list"
    path.write_text("".join(FILE.read_text(encoding="utf-8").splitlines(keepends=True)[2:]), encoding="utf-8")
    with pytest.raises(InventoryError, match="does not say which server"):
        intake.import_packages(fleet, [path], "tester")
    assert intake.import_packages(fleet, [path], "tester", server="VPS101").refused == ()
