"""feedbot doctor: a block list that answers wrongly is named, since when and why."""

import json
from pathlib import Path

import pytest

from feedbot import cli, store
from feedbot.cli import _checks_lists
from feedbot.cli._checks import Level
from feedbot.config import Config, load
from feedbot.store import blocklists
from tests.cli.test_doctor import NOW, SOURCES, config, database, found, lines, made
from tests.test_config import PROVIDER, written

__all__ = ["config", "database", "made"]
LISTS = "".join(f'[[blocklists.lists]]\nzone = "{name}.example"\ntitle = "{name}"\n' for name in ("good", "bad", "new"))


def test_a_list_that_does_not_work_is_a_fault(
    database: store.Database, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was not asked yet is a warning, one that works is told too; where none is configured nothing is."""
    assert found(_checks_lists.blocklists, config) == []
    with database.begin() as tx:
        blocklists.note(tx, "good.example", "", NOW)
        blocklists.note(tx, "bad.example", "it lists 127.0.0.1", NOW)
        blocklists.note(tx, "old.example", "it is gone", NOW)
    three = load(file := written(tmp_path, PROVIDER + SOURCES + LISTS))
    assert found(_checks_lists.blocklists, three) == [
        ("block list", Level.OK),
        ("block list", Level.FAULT),
        ("block list", Level.WARNING),
    ]
    assert "it lists 127.0.0.1" in lines(_checks_lists.blocklists, three)[1].message
    cli.invoke(["-c", str(file), "doctor", "--json"])
    assert "bad.example" in json.dumps(json.loads(capsys.readouterr().out))
