"""feedbot parse."""

import json
from pathlib import Path

import pytest

from feedbot import cli, messages
from feedbot.cli.parse import parse
from feedbot.errors import ConfigError, FetchError

FIXTURES = Path(__file__).parent.parent / "source" / "fixtures"
PASTED = FIXTURES / "jpcert" / "pasted.txt"


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One line an item, in order; what could not be read says why and where, in English whatever the language."""
    messages.use("ja")
    assert parse(PASTED, "jpcert", [], as_json=True) == 3
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["number"] == "CSIRT-A-AT-2026-0104"
    assert first["affected"][0] == {
        "product": "andond",
        "vendor": "",
        "cpe": "",
        "purl": "",
        "vers": "vers:generic/<0.9.2",
        "complete": True,
        "evidence": "andond 0.9.2 より前のバージョン",
        "unread": [],
    }
    assert first["signature"]["verdict"] == "malformed"
    assert first["published"] == "2026-11-08T00:00:00+09:00"
    assert second["history"] == [
        {"date": "2026-11-09", "text": "初版"},
        {"date": "2026-11-10", "text": "II. のリンクを修正"},
    ]
    assert third == {"quarantined": "no advisory number", "item": "file:pasted.txt post 3"}


def test_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Every key that CLI.md names is there."""
    assert parse(FIXTURES / "jpcert" / "at260103.txt", "jpcert", [], as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) >= {"source", "number", "revision", "revision_date", "title", "language", "published", "updated"}
    assert set(found) >= {"status", "trust", "aliases", "cves", "severity", "affected", "fixed", "workarounds"}
    assert set(found) >= {"signature", "sections", "references", "history"}


def test_document_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """A document that its member refuses is one quarantined item."""
    assert parse(FIXTURES / "cert_cc" / "vendor_zzzz.json", "cert_cc", [], as_json=True) == 3
    assert json.loads(capsys.readouterr().out) == {
        "quarantined": "vendor statement, not a note",
        "item": "file:vendor_zzzz.json",
    }


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json: number, title, what is affected, and what could not be read."""
    assert cli.invoke(["--lang", "ja", "parse", str(PASTED), "--source", "jpcert"]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "CSIRT-A-AT-2026-0104  行灯サーバー andond に関する注意喚起",
        "  版 2026-11-08、署名 malformed",
        "  対象: andond vers:generic/<0.9.2",
        "  対象: andond vers:generic/>=0.8|<0.9",
        "  修正済み: andond vers:generic/0.9.2",
        "CSIRT-A-AT-2026-0105  踏み台サーバーに関する注意喚起",
        "  版 2026-11-10、署名 malformed",
        "隔離: file:pasted.txt post 3: アドバイザリの番号がありません",
    ]


def test_wrong_use(tmp_path: Path) -> None:
    """An unknown member, a missing file and a file that is no key are said as such."""
    with pytest.raises(ConfigError, match="no such member"):
        parse(PASTED, "nobody", [], as_json=True)
    with pytest.raises(FetchError, match="cannot be read"):
        parse(tmp_path / "nothing.txt", "jpcert", [], as_json=True)
    with pytest.raises(ConfigError, match="--key"):
        parse(PASTED, "jpcert", [PASTED], as_json=True)
