"""feedbot oncall, as a person on duty uses it."""

import getpass
import json
from pathlib import Path

import pytest

from feedbot import bootstrap, cli
from feedbot.pipeline.oncall import call_people

CONFIG = """[provider]
name = "あおぞら"
service = "あおぞら"
from_address = "notice@aozora.example"
contact = "x"
site_url = "https://status.aozora.example/"
[delivery]
operator = "noc@aozora.example"
[delivery.smtp]
host = "localhost"
port = 1
security = "none"
[oncall]
ladder = ["noc@aozora.example"]
[people]
{me} = "hanako"
"""


def test_a_draft_is_listed_taken_and_no_longer_free(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list names the matter and whom it was told; a second taker is refused in Japanese, without a traceback."""
    place = tmp_path / "config.toml"
    place.write_text(CONFIG.format(me=getpass.getuser()), encoding="utf-8")
    text = tmp_path / "own.txt"
    text.write_text("お知らせ\n\n本文です。\n", encoding="utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(place), "--lang", "ja", *words])
        out, err = capsys.readouterr()
        return code, out, err

    assert run("db", "upgrade")[0] == 0
    assert run("oncall", "list")[0] == 1
    assert run("draft", "new", "--from", str(text))[0] == 0
    call_people(bootstrap.edges(bootstrap.load_config(place)))
    capsys.readouterr()
    code, out, _ = run("oncall", "list", "--json")
    row = json.loads(out)
    assert (code, row["matter"], row["told"], row["taken_by"]) == (0, "draft 1", "mail:noc@aozora.example", "")
    assert run("oncall", "take", "draft", "1") == (0, "draft 1 を引き受けました\n", "")
    code, _, err = run("oncall", "take", "draft", "1")
    assert code != 0
    assert "すでに引き受けた人がいます" in err
    assert json.loads(run("oncall", "list", "--json")[1])["taken_by"] == "hanako"
