"""feedbot catalog: what a name leads to, which lead nowhere, and the operator's own file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from feedbot import cli, store
from feedbot.advisory import Affected, UnreadRange
from feedbot.catalog import Catalog
from feedbot.store import advisories, documents
from tests.store.samples import NOW, PAGE, advisory

CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本サーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"
[delivery]
operator = "noc@hosting.example"
[notices]
catalog = [{catalog}]
"""
OWN = '[products.mine]\nname = "自社製品"\n[spellings]\n"既存" = "ntp"\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a configuration with a catalogue file of its own, which is not there yet."""
    (tmp_path / "config.toml").write_text(CONFIG.format(catalog='"mine.toml"'), encoding="utf-8")

    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.invoke(["-c", str(tmp_path / "config.toml"), "--lang", lang, "catalog", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def test_what_a_name_leads_to(run: Run, tmp_path: Path) -> None:
    """The product, how it was found, what was taken off, and the packages; 1 where one of the names is not known."""
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    code, out, _ = run("test", "ISC BIND 9.18.x 系", "--json")
    found = json.loads(out)
    assert (code, found["product"], found["how"], found["mapped"]) == (0, "bind", "reading", True)
    assert found["notes"] == [{"kind": "series", "text": "系"}, {"kind": "version", "text": "9.18.x"}]
    assert found["components"]["deb"] == ["bind9"]
    code, out, _ = run("test", "Docker", "--vendor", "Jenkins プロジェクト", "--cpe", "cpe:/a:jenkins:docker", "--json")
    assert (code, json.loads(out)["product"]) == (0, "jenkins-plugin:docker")
    code, out, _ = run("test", "nginx", "Nginxx Proxy Thing", lang="ja")
    assert code == 1
    assert "nginx: nginx (名前による)" in out
    assert "似た製品: " in out


def test_names_of_the_advisories_that_lead_nowhere(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The most frequent first, each with what it is like; what the catalogue knows is not among them.

    What a CPE alone identifies is: a distribution may package it under another name.
    """
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    assert cli.invoke(["-c", str(tmp_path / "config.toml"), "db", "upgrade"]) == 0
    database = store.open(f"sqlite:///{tmp_path}/var/feedbot.db")
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
        for number, products in enumerate((("Tomcatt", "nginx"), ("Tomcatt", "見本製品")), 1):
            lines = tuple(Affected(name, UnreadRange("1.0"), f"{name} 1.0") for name in products)
            lines += (Affected("Only Cpe", UnreadRange("1.0"), "Only Cpe 1.0", cpe="cpe:/a:example:only_cpe"),)
            advisories.save_revision(tx, advisory(f"CSIRT-A-{number}", affected=lines), "d", PAGE.sha256, NOW)
    database.dispose()
    capsys.readouterr()
    code, out, _ = run("suggest", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, [(row["name"], row["advisories"]) for row in rows]) == (
        0,
        [("Only Cpe", 2), ("Tomcatt", 2), ("見本製品", 1)],
    )
    assert rows[1]["suggestions"][0] == "tomcat"
    assert run("suggest", "--newest", 1, "--json")[1].count("Tomcatt") == 1


def test_a_name_is_suggested_products_and_none_is_applied(run: Run, tmp_path: Path) -> None:
    """Suggestions change nothing; 1 where there are none."""
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    code, out, _ = run("suggest", "Apach HTTP Servr", "--json")
    assert (code, json.loads(out)["suggestions"][0]) == (0, "httpd")
    assert Catalog.load(tmp_path / "mine.toml").find("Apach HTTP Servr") is None
    assert run("suggest", "全く別のもの")[0] == 1


def test_a_spelling_and_a_product_are_added(run: Run, tmp_path: Path) -> None:
    """The file is made, later additions keep what stands in it, and the names are found from then on."""
    assert run("add", "時刻サーバ", "ntp")[0] == 0
    path = tmp_path / "mine.toml"
    path.write_text("# 自社の呼び名\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o640)
    code, out, _ = run("add", "共用サーバーパネル", "panel", "--upstream", "panel", "--vendor", "見本社", lang="ja")
    assert (code, "panel として" in out) == (0, True)
    assert run("add", '"引用" \\ 付き', "panel")[0] == 0
    assert path.read_text(encoding="utf-8").startswith("# 自社の呼び名\n")
    assert path.stat().st_mode & 0o777 == 0o640
    catalog = Catalog.load(path)
    names = ("時刻サーバ", "共用サーバー パネル", "見本社 共用サーバーパネル", '"引用" \\ 付き')
    assert [found.id for found in map(catalog.find, names) if found] == ["ntp", "panel", "panel", "panel"]
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("時刻サーバ", "no-such-key"), "names no product"),
        (("既存", "chrony"), "already given to ntp"),
        (("自社製品", "other", "--deb", "mine", "--cpe", "x:y"), "names both mine and other"),
        (("別名", "mine", "--deb", "mine"), "given twice"),
        (("X", "a b", "--deb", "x"), "cannot be a key"),
    ],
)
def test_what_cannot_be_added_leaves_the_file(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """An unknown key, a spelling or name of another product, a bad key: told, and nothing is written."""
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    code, _, err = run("add", *arguments)
    assert code != 0
    assert said in err
    assert path.read_text(encoding="utf-8") == OWN


def test_without_a_file_of_ones_own_the_setting_is_named(run: Run, tmp_path: Path) -> None:
    """There is nowhere to write: the command says which setting is missing."""
    (tmp_path / "config.toml").write_text(CONFIG.format(catalog=""), encoding="utf-8")
    code, _, err = run("add", "時刻サーバ", "ntp", lang="ja")
    assert (code, "notices.catalog" in err, "catalog.toml" in err) == (2, True, True)
