"""Statements of distributors: loaded beside those in force, all or nothing, and found by CVE."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from feedbot.advisory import Quarantined
from feedbot.distro import Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.store import statements
from feedbot.store._distro_tables import distro_files, distro_quarantine
from feedbot.store._distro_tables import statements as rows

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=6)


def said(package: str = "ntp", cve: str = "CVE-2026-0001", fixed: str = "1:4-2", **more: object) -> Statement:
    """Make a statement as the store gives it back."""
    made = Statement("debian:12", package, cve, StatementStatus.FIXED, fixed, "bookworm: resolved", NOON, issuer="d")
    return replace(made, **more)


def load(tx: Connection, *given: Statement, name: str = "a.json", now: datetime = NOON, force: bool = True) -> int:
    """Load a file; `force` False leaves it as a load that was cut short does."""
    file = statements.begin(tx, "d", "feed", name, "0" * 64, now, now)
    statements.add(tx, file, given)
    if force:
        statements.put_in_force(tx, file, silent=1, quarantined=0)
    return file


def test_what_was_loaded_is_found_by_cve(tx: Connection) -> None:
    """Every field comes back, with the file's issuer and date; another CVE's does not."""
    one = said(stream="ntp:4", suite="esm", url="https://d.example/1", issued=NOON - timedelta(days=9))
    load(tx, one, said(cve="CVE-2026-0002"))
    assert statements.about(tx, ["CVE-2026-0001"]) == (one,)
    assert statements.about(tx, []) == ()


def test_a_file_takes_the_place_of_its_older_state(tx: Connection) -> None:
    """Only the newest state of a file is looked at; a file of another name is not touched."""
    load(tx, said(fixed="1:4-1"))
    load(tx, said(package="ntpsec"), name="b.json")
    load(tx, said(fixed="1:4-2"))
    assert {(one.package, one.fixed_version) for one in statements.about(tx, ["CVE-2026-0001"])} == {
        ("ntp", "1:4-2"),
        ("ntpsec", "1:4-2"),
    }
    assert [(one.name, one.statements, one.silent) for one in statements.files(tx)] == [
        ("a.json", 1, 1),
        ("b.json", 1, 1),
    ]


def test_a_load_that_was_cut_short_changes_nothing(tx: Connection) -> None:
    """Until it is put in force, the old state answers; then it is swept away."""
    load(tx, said(fixed="1:4-1"))
    load(tx, said(fixed="1:4-9"), force=False)
    assert [one.fixed_version for one in statements.about(tx, ["CVE-2026-0001"])] == ["1:4-1"]
    while statements.sweep(tx, NOON + timedelta(days=2)):
        pass
    assert tx.scalar(select(func.count()).select_from(rows)) == 1
    assert tx.scalar(select(func.count()).select_from(distro_files)) == 1


def test_the_sweep_leaves_what_is_being_loaded(tx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old rows go in steps; those of a load under way stay."""
    monkeypatch.setattr(statements, "STEP", 2)
    load(tx, *(said(cve=f"CVE-2026-{number:04}") for number in range(5)))
    load(tx)
    load(tx, said(), force=False)
    steps = 0
    while statements.sweep(tx, LATER):
        steps += 1
    assert steps >= 3
    assert tx.scalar(select(func.count()).select_from(rows)) == 1


def test_dropping_a_file(tx: Connection) -> None:
    """A file that is dropped says nothing any more; a second drop finds nothing to do."""
    file = load(tx, said())
    assert statements.drop(tx, file)
    assert not statements.drop(tx, file)
    assert statements.about(tx, ["CVE-2026-0001"]) == ()


def test_the_age_of_data(tx: Connection) -> None:
    """Data that was asked for and had not changed is as young as the question; a date never goes back."""
    load(tx, said())
    load(tx, said(package="ntpsec"), name="b.json")
    statements.confirm(tx, "d", "a.json", LATER)
    statements.confirm(tx, "d", "a.json", NOON)
    assert [one.as_of for one in statements.files(tx)] == [LATER, NOON]
    statements.confirm_source(tx, "feed", LATER)
    assert {one.as_of for one in statements.about(tx, ["CVE-2026-0001"])} == {LATER}


def test_records_that_could_not_be_read(tx: Connection) -> None:
    """They are kept with place, reason and bytes, and go when the file does."""
    file = load(tx, said())
    statements.set_apart(tx, file, [Quarantined("ntp CVE-1", SourceError("a.json", "odd"), b"{\x00}")])
    assert [(one.place, one.raw) for one in statements.refused(tx, file)] == [("ntp CVE-1", b"{\x00}")]
    statements.drop(tx, file)
    while statements.sweep(tx, NOON):
        pass
    assert tx.scalar(select(func.count()).select_from(distro_quarantine)) == 0


def test_one_file_by_name(tx: Connection) -> None:
    """The state in force of a file is found by issuer and name; there is none of another."""
    load(tx, said())
    found = statements.current(tx, "d", "a.json")
    assert found is not None
    assert (found.statements, found.as_of, found.source) == (1, NOON, "feed")
    assert statements.current(tx, "e", "a.json") is None


def test_which_distributors_have_spoken(tx: Connection) -> None:
    """The newest data of each distribution, by whichever of its members."""
    load(tx, said())
    for issuer, at in (("debian_osv", NOON), ("debian_tracker", LATER), ("redhat_csaf", NOON)):
        file = statements.begin(tx, issuer, "", "x", "0" * 64, at, at)
        statements.put_in_force(tx, file, silent=0, quarantined=0)
    assert statements.as_of_by_family(tx) == {"debian": LATER, "rhel": NOON}
    assert statements.servers_by_family(tx) == {}
