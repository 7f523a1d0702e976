"""What an operator sees of an import: rows, reasons, what went, and how the files look."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.stage import DATA
from feedbot import cli

FOLDER = DATA / "inventory"
CUSTOMERS, SERVERS = FOLDER / "customers.csv", FOLDER / "servers.csv"
CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[delivery]
operator = "desk@hosting.example"
[delivery.smtp]
host = "127.0.0.1"
port = 25
security = "none"
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the demo's fleet, in Japanese; its exit code, stdout and stderr."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")

    def made(*words: object) -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", "ja", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    assert made("db", "upgrade")[0] == 0
    assert made("customers", "import", CUSTOMERS, SERVERS)[0] == 0
    files = [one for one in FOLDER.iterdir() if one.suffix != ".csv" or one.stem == "self-built"]
    assert made("inventory", "import", *files)[0] == 0
    return made


def table(folder: Path, name: str, text: str) -> Path:
    """Write a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_went_is_listed(run: Run, tmp_path: Path) -> None:
    """Held first, with what would go and the way out; then taken, with what went."""
    rows = SERVERS.read_text(encoding="utf-8").splitlines(keepends=True)
    path = table(tmp_path, "サーバー.csv", "".join(row for row in rows if "C001" not in row and "C003" not in row))
    code, _, err = run("customers", "import", path)
    assert code == 1
    assert "契約: 10 件から 6 件に減ります。なくなるもの: V-1001, V-1002, V-1003, V-1004" in err
    assert "→ ファイルが途中で切れていないか確認してください。本当に減らす場合は、--fewer を付けて" in err
    code, out, _ = run("customers", "import", "--fewer", path)
    assert code == 0
    assert "契約 6 件、サーバー 8 台を取り込みました(お客様は変更していません)" in out
    assert "削除: お客様 0、契約 4、サーバー 4\n" in out
    assert "  サーバー: vps101, vps102, vps103, vps104\n" in out
    code, out, _ = run("customers", "import", SERVERS)
    assert "サーバー vps101 が戻りました。" in out


def test_customers_alone(run: Run) -> None:
    """Nothing else goes, and it is said so."""
    code, out, _ = run("customers", "import", CUSTOMERS)
    assert (code, out) == (0, "お客様 5 件を取り込みました(契約とサーバーは変更していません)\n")


def test_the_rows_of_a_refused_import_are_listed(run: Run, tmp_path: Path) -> None:
    """The first twenty with file, line, reason and row, then how many more, then the error and its hint."""
    bad = "".join(f"X{n},名,様,nobody,ja,utf-8\n" for n in range(25))
    path = table(tmp_path, "顧客.csv", CUSTOMERS.read_text(encoding="utf-8") + bad)
    code, _, err = run("customers", "import", path)
    lines = err.splitlines()
    assert code == 1
    assert (
        lines[0] == "顧客.csv:7: 取り込めません: 1 件のメールアドレスとして読めません: nobody(X0,名,様,nobody,ja,utf-8)"
    )
    assert lines[20:] == [
        "ほか 5 行",
        "顧客.csv: 30 行のうち 25 行を取り込めないため、前回の内容をそのまま使います",
        "  → 一覧に示した行を直してから、もう一度取り込んでください",
    ]


def test_two_customers_with_one_address_are_noted(run: Run, tmp_path: Path) -> None:
    """Allowed, but a person should see it."""
    text = CUSTOMERS.read_text(encoding="utf-8").replace("taro@yamada", "info@reidai")
    path = table(tmp_path, "顧客.csv", text.replace("yamada", "reidai"))
    code, _, err = run("customers", "import", path)
    assert (code, err) == (
        0,
        "ご確認ください: 顧客 C003, C004 のメールアドレスが同じです: info@reidai.example\n",
    )


def test_a_server_without_contract(run: Run, tmp_path: Path) -> None:
    """Its file and no line 0; what to do stands once."""
    path = table(tmp_path, "web01.dpkg", "bash\t5.2-2\n")
    code, _, err = run("inventory", "import", path)
    assert code == 1
    assert err.splitlines() == [
        "web01.dpkg: 取り込めません: サーバー web01 の契約がありません(ファイル名から判断。--server で指定できます)",
        "web01.dpkg: 取り込めるサーバーが 1 台もないため、前回の内容をそのまま使います",
        "  → 契約の CSV にサーバーを書き加え、feedbot customers import で取り込んでください",
    ]


def test_a_list_made_in_another_way(run: Run, tmp_path: Path) -> None:
    """The command that makes it right stands below the rows, once."""
    text = (FOLDER / "ded201.rpm").read_text(encoding="utf-8") + "bash 5.1.8\nzsh 5.8\n"
    code, _, err = run("inventory", "import", table(tmp_path, "ded201.rpm", text))
    assert code == 3
    assert err.count("rpm -qa --qf '%{NAME}\\t%{EPOCHNUM}") == 1


def test_a_guess_is_told(run: Run, tmp_path: Path) -> None:
    """The server's name came from the file's."""
    text = "".join((FOLDER / "vps101.dpkg").read_text(encoding="utf-8").splitlines(keepends=True)[2:])
    code, _, err = run("inventory", "import", table(tmp_path, "vps101.dpkg", text))
    assert (code, err) == (0, "サーバー名をファイル名から判断しました: vps101\n")


def test_every_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    """Both, and exit code 2."""
    code, _, err = run("inventory", "import", tmp_path / "a.dpkg", tmp_path / "b.dpkg")
    assert (code, "a.dpkg: " in err, "b.dpkg: " in err) == (2, True, True)


def test_status_names_what_is_not_known(run: Run, tmp_path: Path) -> None:
    """A new server has no packages yet; the first ten such are named."""
    assert "パッケージの一覧がない" not in run("inventory", "status")[1]
    text = SERVERS.read_text(encoding="utf-8") + "".join(f"new{n:02},V-1001,C001,VPS,あり,\n" for n in range(12))
    assert run("customers", "import", table(tmp_path, "サーバー.csv", text))[0] == 0
    _, out, _ = run("inventory", "status")
    assert "パッケージの一覧がないサーバー: 12 台(new00, new01, " in out
    assert "new09 ほか 2 件)" in out
    assert "new10" not in out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("customers", ["customer,name,honorific,email,language,encoding", "server,contract,customer,plan,root,os"]),
        ("inventory", ["> web01.dpkg", "> db01.rpm", "${db:Status-Abbrev}\\n'", "%{SOURCERPM}\\n'"]),
    ],
)
def test_help_and_readme_show_the_files(run: Run, command: str, words: list[str]) -> None:
    """Both say how the files look, in the same words; help does not fill the lines."""
    shown = run(command, "import", "--help")[1]
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for word in words:
        assert word in shown
        assert word in readme
