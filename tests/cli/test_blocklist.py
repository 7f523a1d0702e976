"""feedbot blocklist: asks now, says what does not work, shows what stands."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedbot import bootstrap, cli
from tests.cli.test_catalog import CONFIG
from tests.pipeline.conftest import DATA
from tests.source.dnsserver import Zones, serving, working

Run = Callable[..., tuple[int, str, str]]
LISTS = """
[blocklists]
resolvers = ["127.0.0.1"]
port = {port}
per_second = 100
addresses = "addresses.csv"
[[blocklists.lists]]
zone = "bl.example"
title = "見本リスト"
"""
ZONES = Zones()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run commands over the demo's fleet, of which vps101 has an address, with a list on loopback."""
    ZONES.records, ZONES.everything = working(), ""
    with serving(ZONES) as resolver:
        place = tmp_path / "config.toml"
        place.write_text(CONFIG.format(catalog="") + LISTS.format(port=resolver.port), encoding="utf-8")
        (tmp_path / "addresses.csv").write_text("server,address\nvps101,5.6.7.8\n", encoding="utf-8")
        bootstrap.create_store(bootstrap.load_config(place))

        def run(*arguments: object) -> tuple[int, str, str]:
            capsys.readouterr()
            code = cli.invoke(["-c", str(place), "--lang", "en", *map(str, arguments)])
            return code, *capsys.readouterr()

        folder = DATA / "inventory"
        assert run("customers", "import", folder / "customers.csv", folder / "servers.csv")[0] == 0
        yield run


def test_a_round_by_hand(run: Run) -> None:
    """0 while all is clear, 1 from status while an address stands on a list, with its draft."""
    assert run("blocklist", "check")[0] == 0
    code, out, _ = run("blocklist", "status", "--json")
    assert (code, [one["failure"] for one in json.loads(out)["lists"]]) == (0, [None])
    ZONES.records["8.7.6.5.bl.example."] = ["127.0.0.2"]
    code, out, _ = run("blocklist", "check")
    assert (code, "draft 1" in out) == (0, True)
    code, out, _ = run("blocklist", "status", "--json")
    (one,) = json.loads(out)["listed"]
    assert (code, one["address"], one["server"], one["draft"]) == (1, "5.6.7.8", "vps101", 1)
    assert "5.6.7.8" in run("blocklist", "status")[1]


def test_a_list_that_lists_everything_is_said(run: Run) -> None:
    """3, with the reason; status keeps it."""
    ZONES.everything = "127.0.0.2"
    code, _, said = run("blocklist", "check")
    assert (code, "lists everything" in said) == (3, True)
    assert "lists everything" in run("blocklist", "status")[1]


def test_without_lists_there_is_nothing_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of the configuration, 2."""
    (tmp_path / "config.toml").write_text(CONFIG.format(catalog=""), encoding="utf-8")
    assert cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", "en", "blocklist", "check"]) == 2
    assert "no block list is configured" in capsys.readouterr().err


def test_nothing_is_due_where_nothing_was_told(run: Run) -> None:
    """`draft remind` by hand, without a policy: nothing, and no fault."""
    assert run("draft", "remind") == (0, "", "")
