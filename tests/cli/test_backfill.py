"""feedbot collect --since: what the operator sees of a backfill, and how it is stopped."""

import json
import os
import signal

import pytest

from feedbot.cli import _backfill
from feedbot.pipeline.backfill import Progress
from tests.cli.test_commands import Desk
from tests.cli.test_commands import desk as commands_desk

desk = commands_desk


def test_since(desk: Desk) -> None:
    """A JSON line a source; 3 because the demo's forged text is held; the second time nothing is new."""
    assert desk("db", "upgrade")[0] == 0
    code, out, err = desk("collect", "csirt_a", "--since", "2001-01-01", "--json")
    found = json.loads(out)
    assert (code, len(found["held"]), found["quarantined"], found["unreachable"]) == (3, 1, [], []), err
    assert len(found["new"]) > 0
    assert (found["stopped"], found["error"], found["source"]) == (False, None, "csirt_a")
    assert "make no notices" in err
    assert json.loads(desk("collect", "csirt_a", "--since", "2001-01-01", "--json")[1])["new"] == []


def test_part(desk: Desk) -> None:
    """A source that cannot be had: exit 3, and it is named; the other one is whole."""
    assert desk("db", "upgrade")[0] == 0
    code, out, _ = desk("collect", "--since", "2001-01-01")
    assert code == 3
    assert "broken" in out
    assert "404" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "someday"], "no date: someday"),
        (["--since", "2999-01-01"], "future"),
        (["--since", "2020-01-01", "--from", "x"], "does not go with"),
        (["--draft-old"], "does not go with"),
    ],
)
def test_wrong_use(desk: Desk, arguments: list[str], words: str) -> None:
    """What makes no sense is refused with exit 2, before anything is asked for."""
    assert desk("db", "upgrade")[0] == 0
    code, _, err = desk("collect", "csirt_a", *arguments)
    assert code == 2
    assert words in err


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    """The first Ctrl-C asks to stop, the second stops at once, and afterwards the signals are as before."""

    def twice() -> None:
        with _backfill._stoppable() as stop:
            assert not stop()
            os.kill(os.getpid(), signal.SIGINT)
            assert stop()
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        twice()
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err.count("\n") == 1


def test_a_line_a_minute(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no terminal is, each minute has one line, however many addresses come."""
    clock = [0.0]
    monkeypatch.setattr(_backfill.time, "monotonic", lambda: clock[0])
    with _backfill._progress() as tell:
        for done in range(15):
            clock[0] = done * 10.0
            tell(Progress("csirt_a", done, 15))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "csirt_a" in lines[0]
