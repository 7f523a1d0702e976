"""Every bad input that RELIABILITY.md names under 'Inventory', and the tests that hold it."""

import ast
import csv
from functools import cache
from io import StringIO
from pathlib import Path
from random import Random

import pytest

from feedbot.errors import InventoryError
from feedbot.inventory import csv_text
from feedbot.pipeline import Edges
from feedbot.pipeline.packages import import_packages
from feedbot.store import inventory, reading
from tests.fakes import world
from tests.pipeline.conftest import DATA, import_fleet

TESTS = Path(__file__).resolve().parent.parent
TABLE = {
    "file cut anywhere: the old snapshot is kept": (
        "inventory/test_bad_inputs.py::test_two_hundred_cuts_keep_the_old_snapshot",
        "inventory/test_members.py::test_cut_anywhere",
        "inventory/test_formats.py::test_cut_anywhere",
        "pipeline/test_pull.py::test_a_host_that_fails_keeps_its_list",
    ),
    "rows fall by a fifth: held": (
        "pipeline/test_intake.py::test_a_host_cut_at_a_line_end_keeps_its_old_list",
        "pipeline/test_intake.py::test_each_table_is_guarded_by_itself",
        "inventory/test_customers.py::test_a_fall",
    ),
    "older than 24 h: held": ("pipeline/test_decide.py::test_an_old_inventory_stops_a_proposal",),
    "host changes customer after approval: void": (
        "pipeline/test_drift.py::test_who_is_concerned_otherwise_is_held_and_the_others_get_theirs",
        "pipeline/test_drift.py::test_more_than_five_percent_void_all",
    ),
    "unknown version: UNKNOWN, never 'not affected'": (
        "matching/test_judge.py::test_what_is_not_known_is_called_so",
        "store/test_inventory.py::test_keys_are_kept_and_missing_where_a_version_cannot_be_read",
    ),
    "address with newline, two addresses: row refused and listed": (
        "inventory/test_customers.py::test_a_customer_that_is_refused",
        "inventory/test_customers.py::test_an_address_with_a_line_feed",
        "cli/test_intake.py::test_the_rows_of_a_refused_import_are_listed",
    ),
    "formula cells quoted in exports": ("inventory/test_bad_inputs.py::test_a_formula_is_shown_as_text",),
    "host twice": (
        "inventory/test_customers.py::test_a_contract_that_is_refused",
        "inventory/test_bad_inputs.py::test_a_host_in_two_files_is_one_host",
    ),
    "customer under two ids": (
        "inventory/test_customers.py::test_one_address_under_two_ids_is_noted",
        "cli/test_intake.py::test_two_customers_with_one_address_are_noted",
    ),
    "epochs": (
        "matching/test_judge.py::test_a_statement_with_an_epoch",
        "matching/test_judge.py::test_an_rpm_that_tells_no_epoch",
        "inventory/test_members.py::test_rpm_columns",
    ),
    "~bpo": (
        "matching/test_builds.py::test_a_backport_is_the_next_release_s",
        "matching/test_builds.py::test_a_backport_nobody_spoke_of",
    ),
    "security suites": (
        "matching/test_builds.py::test_a_backport_is_the_next_release_s",
        "matching/test_builds.py::test_a_fix_of_esm_beyond_the_release",
        "matching/test_builds.py::test_an_older_minor_release_with_longer_support",
    ),
    "source and binary names": (
        "matching/test_judge.py::test_statements_speak_of_sources",
        "matching/test_judge.py::test_a_debian_package_goes_by_its_source",
        "matching/test_judge.py::test_an_erratum_of_binary_packages",
    ),
    "running kernel against installed kernel": (
        "matching/test_kernels.py::test_what_does_not_run_does_not_count",
        "matching/test_kernels.py::test_a_corrected_kernel_that_waits_for_a_reboot_does_not_hide_the_running_one",
        "store/test_inventory.py::test_the_running_kernel_is_told_with_what_is_installed",
    ),
}
"""Bad input → the tests of it."""


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of a file's functions."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("bad", TABLE)
def test_each_has_its_test(bad: str) -> None:
    """A test that is renamed or gone is missed here."""
    named = [one.partition("::")[::2] for one in TABLE[bad]]
    assert [f"{file}::{name}" for file, name in named if name not in functions(file)] == []


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Edges:
    """The demo's fleet, taken in."""
    edges = world(tmp_path_factory.mktemp("fleet")).edges()
    import_fleet(edges)
    return edges


def lists(edges: Edges) -> dict[str, object]:
    """Return what is kept of every server."""
    with reading(edges.database) as tx:
        return {one.name: inventory.packages(tx, one.name) for one in inventory.servers(tx)}


@pytest.mark.parametrize("named", ["vps101.dpkg", "ded201.rpm"])
def test_two_hundred_cuts_keep_the_old_snapshot(fleet: Edges, tmp_path: Path, named: str) -> None:
    """Wherever a transfer stops: within a line at any place, at a line's end where a fifth is gone.

    A list that lacks less than a fifth, and ends with a whole line, cannot be told from one of fewer packages.
    """
    body = (DATA / "inventory" / named).read_bytes()
    before, rng = lists(fleet), Random(5)
    lines = body.count(b"\n")
    places = [
        place
        for place in range(1, len(body))
        if body[place - 1 : place] != b"\n" or body[place:].count(b"\n") * 5 >= lines
    ]
    for place in rng.choices(places, k=100):
        path = tmp_path / named
        path.write_bytes(body[:place])
        with pytest.raises(InventoryError):
            import_packages(fleet, [path], "tester")
    assert lists(fleet) == before


def test_a_host_in_two_files_is_one_host(fleet: Edges, tmp_path: Path) -> None:
    """What two files say of one server is one list, each package once."""
    with reading(fleet.database) as tx:
        before = inventory.packages(tx, "vps103")
    path = tmp_path / "again.dpkg"
    path.write_bytes((DATA / "inventory" / "vps103.dpkg").read_bytes())
    import_packages(fleet, [DATA / "inventory" / "vps103.dpkg", path], "tester")
    with reading(fleet.database) as tx:
        assert inventory.packages(tx, "vps103") == before


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_is_shown_as_text(cell: str) -> None:
    """A cell that a spreadsheet would work out begins with an apostrophe; a quote within does not end it."""
    text = csv_text([[cell, 'a"b,c', "1.2-3"]])
    assert list(csv.reader(StringIO(text, newline=""))) == [[f"'{cell}", 'a"b,c', "1.2-3"]]
