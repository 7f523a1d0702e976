"""What an operator sees of hosts that are asked for their lists: configuration, a round, and who fails since when."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from demo.stage import DATA
from feedbot import bootstrap, cli
from feedbot.cli.run import jobs
from feedbot.errors import ConfigError

FOLDER = DATA / "inventory"
CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[delivery]
operator = "desk@hosting.example"
[inventory]
spool = "lists"
[inventory.pull.web]
command = ["cat", "FOLDER/{host}.dpkg"]
hosts = ["vps101", "vps103"]
[inventory.pull.db]
command = ["cat", "FOLDER/{host}.none"]
hosts = ["ded203"]
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the demo's customers, in English; its exit code, stdout and stderr."""
    (tmp_path / "config.toml").write_text(CONFIG.replace("FOLDER", str(FOLDER)), encoding="utf-8")

    def made(*words: object) -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", "en", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    assert made("db", "upgrade")[0] == 0
    assert made("customers", "import", FOLDER / "customers.csv", FOLDER / "servers.csv")[0] == 0
    return made


def test_a_round_tells_who_failed(run: Run) -> None:
    """3 and the host's own words; `inventory status` shows it with its age until it is mended."""
    code, out, _ = run("inventory", "pull")
    assert code == 3
    assert "web: 2 lists taken in, 0 failed" in out
    assert "db: 0 lists taken in, 1 failed" in out
    assert "No such file" in out
    assert "ded203 (db): failing since" in run("inventory", "status")[1]
    [failing] = json.loads(run("inventory", "status", "--json")[1])["failing_lists"]
    assert (failing["group"], failing["name"], failing["answered_at"]) == ("db", "ded203", None)


def test_a_group_or_a_host_is_asked_alone(run: Run) -> None:
    """By name; a name that is neither is an error of use."""
    assert json.loads(run("inventory", "pull", "VPS103", "--json")[1]) == {
        "group": "web",
        "taken": ["vps103"],
        "failed": {},
    }
    assert json.loads(run("inventory", "pull", "web", "--json")[1])["taken"] == ["vps101", "vps103"]
    code, _, err = run("inventory", "pull", "nowhere")
    assert (code, "nowhere" in err, "known: web, db" in err) == (2, True, True)


def test_they_are_asked_on_schedule(run: Run, tmp_path: Path) -> None:
    """Each group is a job, and so is the folder."""
    config = bootstrap.load_config(tmp_path / "config.toml")
    edges = bootstrap.edges(config)
    names = {one.name for one in jobs(config, edges, Event())}
    edges.database.dispose()
    assert {"pull web", "pull db", "lists"} <= names


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('{host}.dpkg"]', 'all.dpkg"]', "inventory.pull.web.command: no word behind the program has {host} in it"),
        ('"vps101"', '"-oProxyCommand=x"', "inventory.pull.web.hosts.0"),
        ("[inventory.pull.db]", "[inventory.pull.db]\nparallel = 0", "inventory.pull.db.parallel"),
        ("[inventory.pull.db]", "[inventory.pull.db]\ndeadlin = '1m'", "did you mean deadline?"),
    ],
)
def test_a_table_that_cannot_work_is_told(run: Run, tmp_path: Path, old: str, new: str, fault: str) -> None:
    """With its place, before anything is asked."""
    path = tmp_path / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        bootstrap.load_config(path)
    assert fault in str(told.value)


def test_the_inventory_is_written_for_a_spreadsheet(run: Run) -> None:
    """A row for each package, and JSON Lines of the same; a server that is not known is told."""
    run("inventory", "pull", "vps101")
    code, out, _ = run("inventory", "export", "VPS101")
    rows = out.splitlines()
    assert (code, rows[0]) == (0, "server,contract,scheme,name,version,source,arch,distro")
    assert "vps101,V-1001,deb,apache2,2.4.57-2,apache2,amd64,debian:12" in rows
    found = [json.loads(line) for line in run("inventory", "export", "--json")[1].splitlines()]
    assert len(found) == len(rows) - 1
    assert run("inventory", "export", "nowhere")[0] == 1
