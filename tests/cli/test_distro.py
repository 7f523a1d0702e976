"""What an operator sees of the distributors' word: files taken in, the chain of a verdict, and how old the data is."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.stage import DATA
from feedbot import cli

CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[delivery]
operator = "desk@hosting.example"
[sources.jvn]
[distro.debian_tracker]
enabled = false
"""
CVE = "CVE-2024-38476"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the demo's fleet, in English, with one advisory on Apache; its exit code, stdout and stderr."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")

    def made(*words: object) -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", "en", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    folder = DATA / "inventory"
    assert made("db", "upgrade")[0] == 0
    assert made("customers", "import", folder / "customers.csv", folder / "servers.csv")[0] == 0
    assert made("inventory", "import", *sorted(folder.glob("*.dpkg")))[0] == 0
    assert made("collect", "jvn", "--from", DATA / "www" / "vu" / "JVNVU99000001" / "index.html", "--no-draft")[0] == 0
    return made


def tracker(folder: Path, release: dict[str, str], age: int = 3) -> Path:
    """Write a tracker's file about Apache that is `age` days old."""
    path = folder / "debian.json"
    path.write_text(json.dumps({"apache2": {CVE: {"releases": {"bookworm": release}}}}), encoding="utf-8")
    at = (datetime.now(UTC) - timedelta(days=age)).timestamp()
    os.utime(path, (at, at))
    return path


def verdicts(run: Run) -> dict[str, dict[str, object]]:
    """Return server → verdict on apache2 as JSON."""
    code, out, _ = run("match", "--json")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    return {row["server"]: row for row in rows if row["component"] == "apache2"}


def test_the_chain_of_a_verdict(run: Run, tmp_path: Path) -> None:
    """Without data the range decides and is marked so; with it the word, its address, and its age are shown."""
    before = verdicts(run)["vps103"]
    assert before["because"]["by"] == "range"  # type: ignore[index]
    assert before["because"]["silence"] == "no-statement"  # type: ignore[index]
    code, out, _ = run("distro", "load", tracker(tmp_path, {"status": "resolved", "fixed_version": "2.4.59-1~deb12u1"}))
    assert (code, "debian_tracker" in out) == (0, True)
    after = verdicts(run)["vps103"]
    assert (after["verdict"], after["because"]["by"]) == ("fixed_by_distro", "distro")  # type: ignore[index]
    (said,) = after["because"]["statements"]  # type: ignore[index]
    assert (said["status"], said["fixed_version"], said["issuer"]) == ("fixed", "2.4.59-1~deb12u1", "debian_tracker")
    case = str(after["case"])
    code, out, _ = run("explain", case, "vps103")
    assert code == 0
    assert "fixed_by_distro" in out
    assert "debian:12 apache2 CVE-2024-38476: fixed 2.4.59-1~deb12u1" in out
    assert f"https://security-tracker.debian.org/tracker/{CVE}" in out
    assert "(3 days old)" in out
    assert "judged by the publishers' ranges" not in out


def test_the_files_in_force(run: Run, tmp_path: Path) -> None:
    """Nothing at first; then the file with its age, the same again unchanged, and nothing after a drop."""
    assert run("distro", "list")[0] == 1
    path = tracker(tmp_path, {"status": "open"})
    assert run("distro", "load", path)[0] == 0
    assert "unchanged" in run("distro", "load", path)[1]
    code, out, _ = run("distro", "list", "--json")
    found = json.loads(out)
    (file,) = found["files"]
    assert (code, file["file"], file["statements"], file["age_days"]) == (0, "debian.json", 1, 3)
    assert [(one["source"], one["health"]) for one in found["feeds"]] == [("debian_tracker", "off")]
    assert run("distro", "drop", file["number"])[0] == 0
    assert run("distro", "drop", file["number"])[0] == 1
    assert run("distro", "list")[0] == 1


def test_what_cannot_be_taken_in(run: Run, tmp_path: Path) -> None:
    """A file of no distributor's, a date that is none or lies ahead, a missing file: said, and nothing changes."""
    strange = tmp_path / "x.json"
    strange.write_text("hello", encoding="utf-8")
    code, _, err = run("distro", "load", strange)
    assert (code, "no distributor's form" in err) == (3, True)
    path = tracker(tmp_path, {"status": "open"})
    assert run("distro", "load", path, "--as-of", "soon")[0] == 2
    assert run("distro", "load", path, "--as-of", "2999-01-01")[0] == 2
    assert run("distro", "load", tmp_path / "none.json")[0] == 2
    assert run("distro", "load", path, "--issuer", "nobody")[0] == 2
    assert run("distro", "collect", "nobody")[0] == 2
    assert run("distro", "list")[0] == 1


def test_records_that_could_not_be_read(run: Run, tmp_path: Path) -> None:
    """They are counted, make the exit code 3, and are listed with their reason."""
    releases = {f"CVE-2026-{n:04}": {"releases": {"sid": {"status": "open"}}} for n in range(9)}
    releases["CVE-2026-0009"] = {"releases": {"sid": {"status": "strange"}}}
    path = tmp_path / "debian.json"
    path.write_text(json.dumps({"foo": releases}), encoding="utf-8")
    assert run("distro", "load", path)[0] == 3
    (file,) = json.loads(run("distro", "list", "--json")[1])["files"]
    assert file["quarantined"] == 1
    code, out, _ = run("distro", "list", "--refused", file["number"])
    assert (code, "foo CVE-2026-0009 sid" in out) == (0, True)


def test_the_configuration_of_a_feed(run: Run, tmp_path: Path) -> None:
    """A table that no member reads, and one of a member that has no address, are faults with a way out."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG + "[distro.debian_trackr]\n", encoding="utf-8")
    code, _, err = run("distro", "list")
    assert (code, "debian_tracker" in err) == (2, True)
    path.write_text(CONFIG + "[distro.ubuntu_usn]\n", encoding="utf-8")
    code, _, err = run("distro", "list")
    assert (code, "distro.ubuntu_usn.url" in err) == (2, True)


def test_check_is_a_scanner_s_answer(run: Run, tmp_path: Path) -> None:
    """Without any case, what is open on a server is listed with the version that fixes it; --all shows the rest."""
    entries = {
        "CVE-2026-0001": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "99"}}},
        "CVE-2026-0002": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "1"}}},
        "CVE-2026-0003": {"releases": {"bookworm": {"status": "open", "urgency": "end-of-life"}}},
    }
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"apache2": entries}), encoding="utf-8")
    assert run("distro", "load", path)[0] == 0
    code, out, _ = run("distro", "check", "vps101", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {(one["cve"], one["verdict"], one["fixed"]) for one in found} == {
        ("CVE-2026-0001", "affected", "99"),
        ("CVE-2026-0003", "unknown", ""),
    }
    assert {one["source"] for one in found} == {"apache2"}
    assert "CVE-2026-0002" in run("distro", "check", "vps101", "--all")[1]
    code, out, err = run("distro", "check", "nowhere.example")
    assert code == 1
    assert "no packages of nowhere.example are known" in out + err
