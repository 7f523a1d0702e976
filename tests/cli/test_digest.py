"""feedbot digest, as an operator uses it."""

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot import bootstrap, cli
from tests.fakes import World
from tests.pipeline.shop import Shop

CONFIG = """[provider]
name = "あおぞら"
service = "あおぞら"
from_address = "notice@aozora.example"
contact = "x"
site_url = "https://status.aozora.example/"
[delivery]
operator = "noc@aozora.example"
[digest]
every = "{every}"
weekday = "{weekday}"
[people]
{me} = "hanako"
"""


def test_what_waits_is_listed_made_and_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list says for when and why; a digest is made when it is due, or now; what was dropped is told by whom."""
    place = tmp_path / "config.toml"
    place.write_text(CONFIG.format(me=getpass.getuser(), every="week", weekday="mon"), encoding="utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(place), "--lang", "ja", *words])
        out, err = capsys.readouterr()
        return code, out, err

    assert run("db", "upgrade")[0] == 0
    assert run("digest", "list")[0] == 1
    edges = bootstrap.edges(bootstrap.load_config(place))
    shop = Shop(World(edges.database, now=datetime.now(UTC)), edges).open()
    cases = [shop.flaw("rsync", "5.3"), shop.flaw("wget", "4.0")]
    shop.draft()
    code, out, _ = run("digest", "list")
    assert (code, out.count("のまとめを待っています"), "警告" in out) == (0, 2, True)
    rows = [json.loads(line) for line in run("digest", "list", "--json")[1].splitlines()]
    assert [(row["case"], row["state"], row["severity"]) for row in rows] == [
        (case, "waiting", "medium") for case in reversed(cases)
    ]
    assert datetime.fromisoformat(rows[0]["planned"]).astimezone().weekday() in (0, 1)
    assert run("digest", "make")[1].strip() == "いま作るまとめはありません"
    assert run("digest", "drop", cases[0], "--reason", "対象外")[0] == 0
    assert run("digest", "drop", cases[0])[0] != 0
    assert "1 件が載っています" in run("digest", "make", "--now")[1]
    assert "に載っています" in run("digest", "list")[1]
    assert "hanako が外しました: 対象外" in run("digest", "list", "--all")[1]


@pytest.mark.parametrize(
    ("every", "weekday", "key"), [("month", "mon", "digest.every"), ("week", "月", "digest.weekday")]
)
def test_a_setting_that_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], every: str, weekday: str, key: str
) -> None:
    """Exit code 2, and the key with what is allowed."""
    place = tmp_path / "config.toml"
    place.write_text(CONFIG.format(me="x", every=every, weekday=weekday), encoding="utf-8")
    assert cli.invoke(["-c", str(place), "--lang", "ja", "config", "check"]) == 2
    said = capsys.readouterr()
    assert key in said.err + said.out
