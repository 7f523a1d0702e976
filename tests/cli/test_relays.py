"""feedbot doctor and outbox status: a relay that is set aside is named, since when, until when and why."""

import json
from pathlib import Path

import pytest

from feedbot import cli, store
from feedbot.cli import _checks
from feedbot.cli._checks import Level
from feedbot.config import Config, load
from feedbot.delivery import Answer, Outcome
from feedbot.store import relays
from tests.cli.test_doctor import NOW, SOURCES, config, database, found, lines, made
from tests.test_config import PROVIDER, written

__all__ = ["config", "database", "made"]
SPARE = '[[delivery.smtp.relays]]\nhost = "spare.example"\norder = 1\n'
REFUSED = Answer(Outcome.NO_SESSION, 421, "4.3.2 closed")


def put_aside(database: store.Database, name: str) -> None:
    """Set a relay aside."""
    with database.begin() as tx:
        relays.set_aside(tx, name, REFUSED, NOW)


def test_a_relay_that_is_set_aside_is_a_fault_where_no_other_is_left(
    database: store.Database, config: Config, tmp_path: Path
) -> None:
    """A warning beside one that works; one that is configured no more is not told."""
    assert found(_checks.relays, config) == []
    put_aside(database, "old.example:25")
    assert found(_checks.relays, config) == []
    put_aside(database, "localhost:587")
    assert found(_checks.relays, config) == [("relay", Level.FAULT)]
    two = load(written(tmp_path, PROVIDER + SOURCES + SPARE))
    assert found(_checks.relays, two) == [("relay", Level.WARNING)]
    (line,) = lines(_checks.relays, two)
    assert "localhost:587" in line.message
    assert "421 4.3.2 closed" in line.message
    assert "retry --all" in line.hint


def test_each_relay_is_looked_over(config: Config, tmp_path: Path) -> None:
    """One line each; a spare without TLS is a warning of its own."""
    plain = load(written(tmp_path, PROVIDER + SOURCES + SPARE + 'security = "none"\n'))
    told = [(one.check, one.level) for one in lines(_checks.delivery, plain)]
    assert told[:2] == [("relay", Level.OK), ("relay", Level.WARNING)]


def test_status_tells_it_in_words_and_as_json(
    database: store.Database, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same facts both ways."""
    put_aside(database, "localhost:587")
    file = str(written(tmp_path, PROVIDER + SOURCES))
    cli.invoke(["-c", file, "outbox", "status", "--json"])
    (aside,) = json.loads(capsys.readouterr().out)["relays"]
    assert (aside["name"], aside["times"], aside["code"], aside["text"]) == ("localhost:587", 1, 421, "4.3.2 closed")
    cli.invoke(["-c", file, "outbox", "status"])
    shown = capsys.readouterr().out
    assert "localhost:587" in shown
    assert "closed" in shown
