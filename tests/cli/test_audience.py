"""What an operator sees of an audience and of a trial import."""

import json
from pathlib import Path

import pytest

from tests.cli.test_intake import CONFIG, SERVERS, Run, run, table

__all__ = ["run"]


def test_an_audience_in_numbers(run: Run) -> None:
    """As a person reads it, and as a program does; an urgent one counts what urgent mail would."""
    code, out, _ = run("audience", "count", 'plan in ["VPS", "専用"] and root and not product("openssl")')
    assert code == 0
    assert out.startswith('読み取った対象: plan in ["vps", "dedicated"] and root and not product("openssl")\n')
    assert "メール " in out
    code, out, _ = run("audience", "count", "すべてのお客様", "--kind", "maintenance", "--urgent", "--json")
    assert (code, json.loads(out)) == (
        0,
        {
            "audience": "すべてのお客様",
            "case": None,
            "kind": "maintenance",
            "urgent": True,
            "customers": 5,
            "contracts": 10,
            "servers": 12,
            "mails": 5,
            "resellers": 0,
            "declined": 0,
            "brands": {"": 5},
            "read": "すべてのお客様",
        },
    )


def test_a_name_of_the_configuration(run: Run, tmp_path: Path) -> None:
    """`audience count` and `draft new --audience` take the same names; the draft keeps the expression itself."""
    named = CONFIG + '[audiences]\n"共用の方" = \'plan == "共用"\'\n'
    table(tmp_path, "config.toml", named)
    code, out, _ = run("audience", "count", "共用の方", "--kind", "own")
    assert (code, "お客様 1" in out) == (0, True)
    text = table(tmp_path, "own.txt", "件名: お願い\n\n本文です。\n")
    assert run("draft", "new", "--from", text, "--audience", "共用の方")[0] == 0
    assert '対象: 条件 plan == "共用"' in run("draft", "show", "1")[1]
    code, out, _ = run("draft", "preview", "1")
    assert (code, "web@sample-kyokai.example" in out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("audience", "count", 'plan == "VPS'), 1, "9 文字目: 読み取れません"),
        (("audience", "count", "rooot"), 1, "1 文字目: この語は使えません: rooot"),
        (("audience", "count", "affected"), 1, "--case"),
        (("audience", "count", "root", "--kind", "none"), 2, "この種類はありません: none"),
        (("draft", "new", "--audience", "root"), 2, "--from"),
    ],
)
def test_what_cannot_be_counted(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    """The place and what to do are told."""
    found, _, err = run(*words)
    assert found == code
    assert said in err


def test_a_trial_changes_nothing(run: Run, tmp_path: Path) -> None:
    """What is new, changed and moved is told before it is done, and done the second time."""
    moved = (
        SERVERS.read_text(encoding="utf-8").replace("V-1001,C001,VPS", "V-1001,C003,VPS") + "new1,N-1,C001,VPS,あり,\n"
    )
    path = table(tmp_path, "servers.csv", moved)
    code, trial, _ = run("customers", "import", path, "--dry-run")
    assert code == 0
    assert trial.startswith("何も変更していません")
    for line in (
        "契約: 追加 1 件、変更 1 件",
        "変更: V-1001",
        "サーバー vps101 のお客様が C001 から C003 に変わります",
    ):
        assert line in trial
    again = run("customers", "import", path)[1]
    assert trial.endswith(again)
    assert "変更" not in run("customers", "import", path)[1].replace("変更していません", "")


def test_how_the_files_look_is_told(run: Run) -> None:
    """The help names the three tables and every column."""
    _, out, _ = run("customers", "import", "--help")
    for column in ("reseller", "receives", "roles", "patched_by", "brand", "waives", "since, until", "opt_out"):
        assert column in out
