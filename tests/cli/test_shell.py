"""What every command shares, where the world is not as it should be: texts, editors, pipes, full disks."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot import cli, messages
from feedbot.cli import _shell
from feedbot.errors import ConfigError
from tests.cli.test_commands import ROOT
from tests.test_config import PROVIDER


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("件名\n本文\n".encode(), "件名\n本文\n"),
        ("件名\r\n本文\r\n".encode("utf-8-sig"), "件名\n本文\n"),
        ("①髙島屋\r\n".encode("cp932"), "①髙島屋\n"),
        (b"", ""),
    ],
)
def test_texts_as_japanese_editors_write_them(tmp_path: Path, body: bytes, text: str) -> None:
    """UTF-8 with or without mark, or CP932; any line ends."""
    (tmp_path / "t").write_bytes(body)
    assert _shell.read_text(tmp_path / "t") == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("件名".encode("utf-16"), "byte 1 is 0xfffe"),
        (b"a\0b", "byte 2 is 0x00"),
        ("件名".encode("iso-2022-jp"), "byte 1 is 0x1b"),
        (b"\x81\x00".replace(b"\0", b"\xff"), "neither UTF-8 nor CP932"),
        (b"x" * (_shell.MAX_TEXT + 1), "larger than"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, body: bytes, reason: str) -> None:
    """The file and the reason; nothing is guessed."""
    (tmp_path / "t").write_bytes(body)
    with pytest.raises(ConfigError, match=reason) as caught:
        _shell.read_text(tmp_path / "t")
    assert str(tmp_path / "t") in str(caught.value)


@pytest.mark.parametrize(("name", "reason"), [("none", "no such file"), (".", "a folder"), ("x" * 300, "too long")])
def test_files_that_cannot_be_had(tmp_path: Path, name: str, reason: str) -> None:
    """Missing, a folder, a name that the disk cannot have: each is told."""
    with pytest.raises(ConfigError, match=reason):
        _shell.read_text(tmp_path / name)


@pytest.mark.parametrize(
    "arguments", [["draft", "new", "--from"], ["draft", "edit", "1", "--from"], ["phrase", "--file"]]
)
def test_each_command_reads_texts_so(
    desk_config: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A UTF-16 file is refused with exit 2, whichever command is given it."""
    bad = desk_config.parent / "utf16.txt"
    bad.write_bytes("件名".encode("utf-16"))
    assert cli.invoke(["-c", str(desk_config), "--lang", "en", *arguments, str(bad)]) == 2
    assert "this is no text" in capsys.readouterr().err


@pytest.fixture
def desk_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new configuration with its database."""
    assert cli.invoke(["init", str(tmp_path / "desk")]) == 0
    capsys.readouterr()
    return tmp_path / "desk" / "config.toml"


@pytest.mark.parametrize("editor", ["/no/such/editor", "'unbalanced", "/dev/null"])
def test_an_editor_that_is_not_there(monkeypatch: pytest.MonkeyPatch, editor: str) -> None:
    """The variable's value, and what to set instead."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor)
    with pytest.raises(ConfigError, match="editor") as caught:
        _shell.in_editor("x")
    assert "EDITOR" in caught.value.hint()


def test_an_editor_that_writes_cp932(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it leaves is read like any text; a quiet end or a failed one changes nothing."""
    script = tmp_path / "edit"
    script.write_text("#!/bin/sh\nprintf '\\202\\240\\n' >\"$1\"\n", encoding="ascii")
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    assert _shell.in_editor("x\n") == "あ\n"
    monkeypatch.setenv("VISUAL", "true")
    assert _shell.in_editor("x\n") is None
    monkeypatch.setenv("VISUAL", "false")
    assert _shell.in_editor("x\n") is None


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_a_fault_is_saved_where_it_can_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    """TMPDIR that is missing, or no folder: /tmp takes the report."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("TMPDIR", str(tmp_path / folder))
    assert _shell.save_fault(ValueError("あ\udcff")) == 70
    report = Path(capsys.readouterr().err.strip().rpartition(" ")[2])
    try:
        assert report.parent == Path("/tmp")
        assert "ValueError" in report.read_text(encoding="utf-8")
        assert report.stat().st_mode & 0o777 == 0o600
    finally:
        report.unlink()


def test_a_fault_that_cannot_be_saved_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any place for a report the fault itself is said, without a traceback."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert _shell.save_fault(ValueError("two\nlines")) == 70
    assert capsys.readouterr().err == ("an internal fault, and no report could be saved: ValueError('two\\nlines')\n")


def test_times_are_told_in_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 3339 with offset, to the second; other values stay."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert _shell.when(datetime(2026, 11, 24, 20, 30, 15, 999, tzinfo=UTC)) == "2026-11-25T05:30:15+09:00"
        assert _shell.when("-") == "-"
    finally:
        monkeypatch.undo()
        time.tzset()


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $F is feedbot."""
    return subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "F": f"{sys.executable} -m feedbot", "D": str(folder)} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["config schema", "--help", "phrase --file $D/many"])
def test_a_reader_who_leaves_is_no_fault(tmp_path: Path, command: str) -> None:
    """`| head` ends quietly with 0, whether the pipe breaks while printing or at the end."""
    (tmp_path / "many").write_text("4.2.7 以前\n" * 5000, encoding="utf-8")
    ended = shell(f"$F {command} | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (ended.stdout, ended.stderr) == ("0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_a_full_disk_under_the_output_is_told(tmp_path: Path) -> None:
    """What was to be printed is lost, and that is said: exit 3, not 0."""
    ended = shell("$F --lang en config schema > /dev/full; echo $?", tmp_path)
    assert ended.stdout == "3\n"
    assert "the output could not be written: No space left" in ended.stderr


def test_a_terminal_without_japanese(tmp_path: Path) -> None:
    """Letters become `?`, JSON is escaped and stays whole."""
    ended = shell("$F phrase 'あ以前'; $F phrase --json 'あ以前'", tmp_path, PYTHONIOENCODING="ascii")
    assert "Traceback" not in ended.stderr
    assert ended.stdout.startswith("???")
    assert json.loads(ended.stdout.splitlines()[-1])["input"] == "あ以前"


def test_closed_streams_are_no_fault(tmp_path: Path) -> None:
    """A command without stdout or stderr still does its work."""
    assert shell("$F config schema >&- 2>&-; echo $? >$D/code", tmp_path).returncode == 0
    assert (tmp_path / "code").read_text() == "0\n"


def test_bytes_that_are_no_text(desk_config: Path) -> None:
    """An argument that the terminal's encoding cannot hold is told, not a fault of ours."""
    ended = shell(f"$F -c {desk_config} --lang en case show $'\\xff'; echo $?", desk_config.parent)
    assert ended.stdout == "2\n"
    assert "no text in the terminal's encoding" in ended.stderr


def test_ctrl_c_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit 3; what was done stays done."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("feedbot.reading.phrases.read", interrupt)
    assert cli.invoke(["--lang", "en", "phrase", "x"]) == 3
    assert capsys.readouterr().err.strip() == "stopped"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["shw"], "shw というコマンドはありません"),
        (["draft", "shw"], "近いもの: 'show'"),
        (["collect", "--jsn"], "--jsn というオプションはありません。近いもの: --json"),
        (["collect", "--quite-another"], "--quite-another というオプションはありません"),
        (["draft", "show"], "引数 draft がありません"),
        (["parse", "x"], "オプション --source が必要です"),
        (["draft", "show", "x"], "draft は整数で"),
        (["draft", "show", "0"], "draft は 1 以上で"),
        (["draft", "show", "99999999999"], "draft は 2147483647 以下で"),
        (["approve", "9" * 40], "draft は 2147483647 以下で"),
        (["phrase", "--product"], "オプション --product には値が必要です"),
        (["collect", "--json=1"], "オプション --json に値は付けられません"),
        (["draft", "show", "1", "2"], "余分な引数があります: 2"),
        (["--lang", "fr", "sources"], "使える値は ja, en です"),
    ],
)
def test_wrong_words_are_answered_in_japanese(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """What is wrong, in Japanese, and exit 2; nothing of typer's English is left."""
    messages.use("ja")
    chosen = arguments if "--lang" in arguments else ["--lang", "ja", *arguments]
    assert cli.invoke(chosen) == 2
    messages.use("ja")
    err = capsys.readouterr().err
    assert words in err or arguments[0] == "--lang"


def test_the_help_of_that_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The operator is led to the right page; a bare group shows its own."""
    cli.invoke(["--lang", "en", "draft", "show"])
    assert "see feedbot draft show --help" in capsys.readouterr().err
    assert cli.invoke(["--lang", "en", "draft"]) == 2
    assert capsys.readouterr().err.startswith("Usage: feedbot draft")


def test_a_sentence_of_typers_that_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told as it is, after a Japanese opening."""
    import typer

    from feedbot.cli import _usage

    assert _usage.told(typer.BadParameter("odd")) == "Invalid value: odd"


@pytest.mark.parametrize("where", ["file/x", "x" * 300])
def test_init_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str) -> None:
    """The place, the cause and what to do; exit 2."""
    (tmp_path / "file").touch()
    assert cli.invoke(["--lang", "en", "init", str(tmp_path / where)]) == 2
    err = capsys.readouterr().err
    assert "cannot be written" in err
    assert "feedbot init FOLDER" in err


def test_a_configuration_whose_name_is_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, not a fault of ours."""
    assert cli.invoke(["--lang", "en", "-c", "x" * 300, "sources"]) == 2
    assert "too long" in capsys.readouterr().err


def test_a_lock_that_cannot_be_written(desk_config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`feedbot run` names the lock file and the cause; exit 2."""
    (desk_config.parent / "var" / "feedbot.lock").mkdir()
    assert cli.invoke(["--lang", "en", "-c", str(desk_config), "run"]) == 2
    assert "feedbot.lock: cannot be written" in capsys.readouterr().err


def test_each_verb_of_the_log_is_translated() -> None:
    """Whatever the pipeline writes into the audit log is shown in the operator's language."""
    import ast

    from feedbot.signature import Standing

    known, missing = messages.table("ja"), []
    for path in (ROOT / "feedbot" / "pipeline").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            place = {"audit.append": 2, "_decide": 3}.get(name)
            if place is not None:
                missing += [
                    leaf.value
                    for leaf in ast.walk(call.args[place])
                    if isinstance(leaf, ast.Constant) and leaf.value not in known and leaf.value != "-ignored"
                ]
    spoken = {f"{one}-ignored" for one in (Standing.ROLLBACK, Standing.DUPLICATE)} | {"uncertain", "cancel"}
    assert missing == []
    assert spoken <= set(known)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_the_log_is_apart_from_results_and_stops_nothing(tmp_path: Path) -> None:
    """From the configuration on, a log line goes to standard error; where that is full the work goes on."""
    (tmp_path / "config.toml").write_text(PROVIDER, encoding="utf-8")
    (tmp_path / "work.py").write_text(
        "import os\nfrom pathlib import Path\nimport structlog\nfrom feedbot.cli import _shell\n"
        "_shell.settings.config = Path('config.toml')\n_shell.load_config()\n"
        "structlog.get_logger().warning('told', detail='数')\nprint('done', flush=True)\nos._exit(0)\n",
        encoding="utf-8",
    )
    for target in ("log.txt", "/dev/full", "&-"):
        ended = shell(f"cd $D; {sys.executable} work.py 2>{target}; echo $?", tmp_path, PYTHONPATH=str(ROOT))
        assert (ended.stdout, ended.stderr) == ("done\n0\n", "")
    assert "detail=数" in (tmp_path / "log.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "words"), [("ja", "この説明を表示します"), ("en", "show this help")])
@pytest.mark.parametrize("command", [[], ["outbox"], ["outbox", "resolve"]])
def test_help_says_of_itself_what_it_is(
    capsys: pytest.CaptureFixture[str], language: str, words: str, command: list[str]
) -> None:
    """In the language in force, at each level."""
    assert cli.invoke(["--lang", language, *command, "--help"]) == 0
    assert words in capsys.readouterr().out
