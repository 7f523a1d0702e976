"""Taking in: what a file says replaces what it speaks of, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import InventoryError
from feedbot.inventory import RefusedRowsError
from feedbot.pipeline import Edges, intake
from feedbot.pipeline.packages import _rows, import_packages
from feedbot.store import audit, inventory
from tests.pipeline.conftest import DATA, import_fleet

FILE = DATA / "inventory" / "vps101.dpkg"
CUSTOMERS, SERVERS = DATA / "inventory" / "customers.csv", DATA / "inventory" / "servers.csv"


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


def without(folder: Path, table: Path, *words: str) -> Path:
    """Write a table without the rows that begin with one of these words."""
    path = folder / table.name
    rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if not row.startswith(words)), encoding="utf-8")
    return path


def last(edges: Edges) -> str:
    """Return what the audit log keeps of the last import."""
    with edges.database.begin() as tx:
        return list(audit.entries(tx))[-1].detail


def later(edges: Edges) -> Edges:
    """The same edges two days on."""
    return replace(edges, clock=lambda: edges.clock() + timedelta(days=2))


def test_a_host_cut_at_a_line_end_keeps_its_old_list(fleet: Edges, tmp_path: Path) -> None:
    """Among whole files the cut one is refused and named; the others are taken in."""
    before = packages(fleet, "vps101")
    others = [path for path in FILE.parent.glob("*.dpkg") if path != FILE]
    found = import_packages(fleet, [cut(tmp_path, 4), *others], "tester")
    assert [one.row for one in found.refused] == ["vps101"]
    assert packages(fleet, "vps101") == before


def test_a_fall_that_is_meant_is_taken(fleet: Edges, tmp_path: Path) -> None:
    """The operator says that the packages were removed."""
    with pytest.raises(InventoryError, match="stays in force"):
        import_packages(fleet, [cut(tmp_path, 6)], "tester")
    import_packages(fleet, [cut(tmp_path, 6)], "tester", fewer=True)
    assert len(packages(fleet, "vps101")) == 4


def test_self_built_software_stays_beside_the_systems_packages(fleet: Edges) -> None:
    """A new package list of a host does not forget what is known of it from another list."""
    assert "ntpd" in packages(fleet, "vps104")
    import_packages(fleet, [FILE.with_name("vps104.dpkg")], "tester")
    assert "ntpd" in packages(fleet, "vps104")


def test_a_host_that_nobody_rents_is_refused(fleet: Edges, tmp_path: Path) -> None:
    """A server without a contract is listed, not silently kept."""
    path = tmp_path / "stray.dpkg"
    path.write_text(FILE.read_text(encoding="utf-8").replace("vps101", "stray"), encoding="utf-8")
    found = import_packages(fleet, [path, *FILE.parent.glob("*.rpm")], "tester")
    assert [(one.file, one.line, one.reason) for one in found.refused] == [
        ("stray.dpkg", 0, "the server stray has no contract")
    ]


def test_a_file_that_names_no_server_needs_one(fleet: Edges, tmp_path: Path) -> None:
    """Without a name in the file, --server says whose it is, in any case of letters."""
    path = tmp_path / "list"
    path.write_text("".join(FILE.read_text(encoding="utf-8").splitlines(keepends=True)[2:]), encoding="utf-8")
    with pytest.raises(InventoryError, match="does not say which server"):
        import_packages(fleet, [path], "tester")
    assert import_packages(fleet, [path], "tester", server="VPS101").refused == ()


def test_a_named_server_stands_over_a_file_s_name(fleet: Edges, tmp_path: Path) -> None:
    """The name of a file is a guess, and said to be one; --server is not, and a line in the file is not."""
    path = tmp_path / "copy.dpkg"
    path.write_text("".join(FILE.read_text(encoding="utf-8").splitlines(keepends=True)[2:]), encoding="utf-8")
    with pytest.raises(RefusedRowsError, match="no server of these files") as caught:
        import_packages(fleet, [path], "tester")
    assert "the name is the file's; --server gives another" in caught.value.refused[0].reason
    assert "customers import" in caught.value.hint()
    assert import_packages(fleet, [path], "tester", server="vps101").guessed == ()
    guess = path.rename(tmp_path / "vps101.dpkg")
    assert import_packages(fleet, [guess], "tester").guessed == ("vps101",)
    sure = tmp_path / "own.csv"
    sure.write_text("server,name,version\nvps101,nginx,1.27.0\n", encoding="utf-8")
    assert import_packages(fleet, [guess, sure], "tester").guessed == ()


def test_a_fall_tells_the_way_out(fleet: Edges, tmp_path: Path) -> None:
    """The hint names --fewer, the row the server and its file; what was meant is in the audit log."""
    with pytest.raises(RefusedRowsError) as caught:
        import_packages(fleet, [cut(tmp_path, 6)], "tester")
    assert "--fewer" in caught.value.hint()
    assert (caught.value.refused[0].file, caught.value.refused[0].line) == ("vps101.dpkg", 0)
    assert "fall from 11 to 4" in caught.value.refused[0].reason
    import_packages(fleet, [cut(tmp_path, 6)], "tester", fewer=True)
    assert last(fleet) == "1 hosts, --fewer"


def test_one_or_two_packages_may_go(fleet: Edges, tmp_path: Path) -> None:
    """Two of ten are a fifth, but removing two packages is daily work."""
    file = FILE.with_name("self-built.csv")
    names = packages(fleet, "vps105")
    path = tmp_path / "vps105.dpkg"
    rows = FILE.with_name("vps105.dpkg").read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(rows[:-2]), encoding="utf-8")
    assert import_packages(fleet, [path, file], "tester").refused == ()
    assert len(packages(fleet, "vps105")) == len(names) - 2


def test_self_built_software_does_not_make_the_system_s_list_fresh(fleet: Edges) -> None:
    """The age of a host is that of its distribution's packages."""
    on = later(fleet)
    import_packages(on, [FILE.with_name("self-built.csv"), FILE], "tester")
    with fleet.database.begin() as tx:
        stale = inventory.stale(tx, on.clock())
    assert "vps104" in stale
    assert "vps101" not in stale
    import_packages(on, [FILE.with_name("vps104.dpkg")], "tester")
    with fleet.database.begin() as tx:
        assert "vps104" not in inventory.stale(tx, on.clock())


def test_every_bad_file_is_named(fleet: Edges, tmp_path: Path) -> None:
    """Not the first alone: each with its reason and what to do."""
    (tmp_path / "a.dpkg").write_text("bash\t5.2-2", encoding="utf-8")
    (tmp_path / "b.dpkg").write_text("", encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        import_packages(fleet, [tmp_path / "a.dpkg", FILE, tmp_path / "b.dpkg"], "tester")
    for word in ("2 files", "a.dpkg: the file ends in the middle", "→ fetch it again", "b.dpkg: the file is empty"):
        assert word in str(caught.value)


def test_customers_alone_leave_contracts_and_servers(fleet: Edges, tmp_path: Path) -> None:
    """A kind of which no file is given stays; so do the packages."""
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS.read_text(encoding="utf-8").replace("山田 太郎", "山田 次郎"), encoding="utf-8")
    made = intake.import_customers(fleet, [path], "tester")
    assert made.removed == intake.Removed()
    with fleet.database.begin() as tx:
        assert (len(inventory.servers(tx)), len(inventory.contracts(tx))) == (12, 10)
        assert [one.name for one in inventory.customers(tx)][2] == "山田 次郎"
    assert last(fleet) == "customers 5, contracts 10, servers 12"


def test_contracts_alone_leave_customers(fleet: Edges, tmp_path: Path) -> None:
    """They hang on the customers in force; one server of a shop may go without another word, and is named."""
    made = intake.import_customers(fleet, [without(tmp_path, SERVERS, "shr402")], "tester")
    assert made.removed == intake.Removed((), ("S-4002",), ("shr402",))
    with fleet.database.begin() as tx:
        assert len(inventory.customers(tx)) == 5
    assert last(fleet) == "customers 5, contracts 9, servers 11, removed contracts S-4002, removed servers shr402"


def test_customers_who_go_take_their_contracts_with_them(fleet: Edges, tmp_path: Path) -> None:
    """Customers alone may not leave contracts behind: both files are needed, and both together do it."""
    path = without(tmp_path, CUSTOMERS, "C005")
    with pytest.raises(RefusedRowsError, match="C005") as caught:
        intake.import_customers(fleet, [path], "tester")
    assert "give both files together" in caught.value.hint()
    servers = without(tmp_path, SERVERS, "shr", "vps105")
    with pytest.raises(RefusedRowsError, match=r"servers: 12 become 9; gone: shr401, shr402, vps105") as caught:
        intake.import_customers(fleet, [path, servers], "tester")
    assert "--fewer" in caught.value.hint()
    made = intake.import_customers(fleet, [path, servers], "tester", fewer=True)
    assert made.removed.customers == ("C005",)
    assert last(fleet).endswith("removed servers shr401 shr402 vps105, --fewer")


def test_each_table_is_guarded_by_itself(fleet: Edges, tmp_path: Path) -> None:
    """Many customers do not outweigh a table of servers that was cut."""
    many = tmp_path / "customers.csv"
    more = "".join(f"X{n},名,様,x{n}@many.example,ja,utf-8\n" for n in range(200))
    many.write_text(CUSTOMERS.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert intake.import_customers(fleet, [many], "tester").removed == intake.Removed()
    with pytest.raises(RefusedRowsError, match="servers: 12 become 7"):
        intake.import_customers(fleet, [many, without(tmp_path, SERVERS, "vps")], "tester")


def test_a_mostly_broken_table_is_refused_with_its_rows(fleet: Edges, tmp_path: Path) -> None:
    """The rows go with the error, each with file and line, and the fault is the file's own."""
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS.read_text(encoding="utf-8").replace("@", "(at)"), encoding="utf-8")
    with pytest.raises(RefusedRowsError, match=r"customers.csv: 5 of 5 rows are refused") as caught:
        intake.import_customers(fleet, [path, SERVERS], "tester")
    assert [(one.file, one.line) for one in caught.value.refused[:5]] == [("customers.csv", n) for n in range(2, 7)]
    assert {one.file for one in caught.value.refused[5:]} == {"servers.csv"}


def test_a_server_that_comes_back_has_its_packages_again(fleet: Edges, tmp_path: Path) -> None:
    """Lost from the CSV for a day, its list is kept; that it is used again is told, with its age."""
    before = packages(fleet, "shr402")
    intake.import_customers(fleet, [without(tmp_path, SERVERS, "shr402")], "tester")
    made = intake.import_customers(later(fleet), [SERVERS], "tester")
    assert made.back == {"shr402": fleet.clock()}
    assert packages(fleet, "shr402") == before


def test_the_same_file_again_is_not_read(fleet: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its servers count as asked now, with the snapshot in force; of a CSV of several servers too."""
    files = [FILE, FILE.with_name("self-built.csv")]
    monkeypatch.setattr("feedbot.pipeline.packages.read", unread)
    made = import_packages(later(fleet), files, "tester")
    assert (made.unchanged, made.result.changed) == (4, 0)
    with fleet.database.begin() as tx:
        assert inventory.stale(tx, later(fleet).clock())[:1] == ("ded201",)
        assert "vps101" not in inventory.stale(tx, later(fleet).clock())
        # What is self-built of these two makes the lists of their systems no younger.
        assert {"ded202", "mng302"} <= set(inventory.stale(tx, later(fleet).clock()))


def unread(*_: object) -> None:
    """Stand for the reader where nothing is to be read."""
    raise AssertionError


def test_a_file_is_read_again_where_it_is_no_longer_what_is_in_force(fleet: Edges, tmp_path: Path) -> None:
    """Another file of the same server came between, or the contract gives another release."""
    other = tmp_path / "vps101.dpkg"
    other.write_text(FILE.read_text(encoding="utf-8") + "zsh\t5.9-4\tzsh\t5.9-4\tamd64\tii \n", encoding="utf-8")
    import_packages(fleet, [other], "tester")
    assert "zsh" in packages(fleet, "vps101")
    assert import_packages(fleet, [FILE], "tester").unchanged == 0
    assert "zsh" not in packages(fleet, "vps101")
    assert import_packages(fleet, [FILE], "tester").unchanged == 1
    moved = tmp_path / "servers.csv"
    moved.write_text(SERVERS.read_text(encoding="utf-8").replace("debian:12", "debian:11"), encoding="utf-8")
    intake.import_customers(fleet, [moved], "tester")
    assert import_packages(fleet, [FILE], "tester").unchanged == 0


def test_a_file_with_a_refused_row_is_read_each_time(fleet: Edges, tmp_path: Path) -> None:
    """So that the row is told each time."""
    path = tmp_path / "vps101.dpkg"
    path.write_text(FILE.read_text(encoding="utf-8") + "Bash!\t5\n", encoding="utf-8")
    for _ in range(2):
        assert len(import_packages(fleet, [path], "tester").refused) == 1


def test_another_import_while_files_are_compared(fleet: Edges, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was in force when it was looked at, but no longer when it is taken in, is read after all."""
    other = tmp_path / "vps101.dpkg"
    other.write_text(FILE.read_text(encoding="utf-8") + "zsh\t5.9-4\tzsh\t5.9-4\tamd64\tii \n", encoding="utf-8")
    rows = _rows

    def between(*given: object) -> object:
        monkeypatch.setattr("feedbot.pipeline.packages._rows", rows)
        import_packages(fleet, [other], "somebody else")
        return rows(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("feedbot.pipeline.packages._rows", between)
    assert import_packages(fleet, [FILE], "tester").unchanged == 0
    assert "zsh" not in packages(fleet, "vps101")
