"""An alert as its issuer's mailing list sends it: signed text in ISO-2022-JP, in a Maildir, taken in as any other."""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.header import Header
from pathlib import Path
from typing import cast

import pytest

from feedbot.advisory import Advisory, HistoryEntry, Trust, Verdict
from feedbot.fetch.mailbox import Maildir
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline.collect import collect
from feedbot.pipeline.inbox import MailReader
from feedbot.source import Source
from feedbot.store import advisories, inbox, quarantine
from tests.fakes import World
from tests.providerkey import KeyHome, key_home

NUMBER = "CSIRT-A-AT-2026-0301"
ALERT = """\
各位

                                                 CSIRT-A-AT-2026-0301
                                                              CSIRT-A
                                                     2026-11-02(初版)
                                                     2026-11-04(更新)

                  <<< CSIRT-A Alert 2026-11-02 >>>

       ①番窓口の髙機能プロキシ tsubo の脆弱性に関する注意喚起

           https://csirt-a.example/at/2026/at260301.html


I. 概要

  プロキシ tsubo の管理画面に、認証を省ける経路が残っています (CVE-2026-90301)。
-- 署名の線に似た行も、本文のうちです。


II. 対象

  tsubo 1.9 より前のバージョン


III. 対策

  - tsubo 1.9


________
改訂履歴
2026-11-02 初版
2026-11-04 「II. 対象」の番号を訂正

======================================================================
CSIRT-A
MAIL: info@csirt-a.example
"""
ROWS = {"①": b"\x1b$B-!\x1b(B", "髙": b"\x1b$B|b\x1b(B"}
"""What mail programs write for characters that the standard's codec lacks."""


def in_jis(text: str) -> bytes:
    """Encode as Japanese mail programs do (RFC 1468, with NEC's and IBM's rows), each line ending in ASCII."""
    pieces = [ROWS.get(character) or character.encode("iso2022_jp") for character in text]
    return b"".join(pieces).replace(b"\x1b(B\x1b$B", b"")


@dataclass(frozen=True)
class List:
    """A mailing list whose mails come into a Maildir, and the source that reads them."""

    edges: Edges
    source: ConfiguredSource
    folder: Path
    home: KeyHome

    def sign(self, text: bytes) -> bytes:
        """Return a text as its issuer signs it."""
        when = ("--faked-system-time", "20261104T120000!")
        return self.home.gpg(*when, "--digest-algo", "SHA256", "--clear-sign", stdin=text)

    def send(self, name: str, body: bytes, coding: str = "7bit") -> None:
        """Put a mail into the folder as the list delivers it."""
        subject = Header("[注意喚起 301] プロキシ tsubo", "iso-2022-jp").encode()
        head = (
            "Return-Path: <announce-bounces@csirt-a.example>\n"
            f"Message-ID: <{name}@csirt-a.example>\n"
            "From: CSIRT-A <info@csirt-a.example>\nTo: announce@csirt-a.example\n"
            f"Subject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=ISO-2022-JP\n"
            f"Content-Transfer-Encoding: {coding}\nList-Id: <announce.csirt-a.example>\n\n"
        )
        (self.folder / "new" / f"{name}.host").write_bytes(head.encode("ascii") + body)

    def current(self) -> Advisory | None:
        """Return the alert as it is stored now."""
        with self.edges.database.begin() as tx:
            return advisories.current(tx, "alerts", NUMBER)


@pytest.fixture
def letters(tmp_path: Path, stage: World) -> Iterator[List]:
    """A list, its issuer's key pinned, and an empty Maildir."""
    folder = tmp_path / "mail"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    with key_home() as home:
        pin = home.key("csirt-a", made="20260101T000000")
        public = tmp_path / "csirt-a.asc"
        public.write_bytes(home.gpg("--armor", "--export", pin))
        plain = stage.source("alerts", "jpcert", "maildir:mail", (public,), (pin,))
        source = replace(plain, member=cast(Source, MailReader(plain.member)), inbox=Maildir(folder))
        yield List(stage.edges(alerts=source), source, folder, home)


@pytest.mark.parametrize("coding", ["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_signed_alert_by_mail(letters: List, coding: str, line_end: bytes) -> None:
    """It verifies in each way that a mail may carry it, with a list's footer; every word is the issuer's."""
    body = letters.sign(in_jis(ALERT)) + b"\n-- \n" + in_jis("配信停止の方法") + b"\n"
    if coding == "quoted-printable":
        body = quopri.encodestring(body)
    elif coding == "base64":
        body = base64.encodebytes(body)
    letters.send("1", body.replace(b"\n", line_end), coding)
    report = collect(letters.edges, letters.source)
    assert (report.new, report.held, report.quarantined) == ([NUMBER], [], [])
    found = letters.current()
    assert found is not None
    assert (found.trust, found.signature.verdict) == (Trust.SIGNED, Verdict.VERIFIED)
    assert found.title == "①番窓口の髙機能プロキシ tsubo の脆弱性に関する注意喚起"
    assert [str(one.range) for one in found.affected] == ["vers:generic/<1.9"]
    assert [one.versions for one in found.fixed] == [("1.9",)]
    assert found.cves == ("CVE-2026-90301",)
    assert (str(found.published), str(found.updated)) == ("2026-11-02 00:00:00+09:00", "2026-11-04 00:00:00+09:00")
    assert found.history == (
        HistoryEntry(date(2026, 11, 2), "初版"),
        HistoryEntry(date(2026, 11, 4), "「II. 対象」の番号を訂正"),
    )
    assert "-- 署名の線に似た行も" in found.sections[0].text
    assert "配信停止" not in str(found)


def test_an_update_by_mail_is_a_revision(letters: List) -> None:
    """The next mail about the same alert changes it; the first one stays as it lies."""
    letters.send("1", letters.sign(in_jis(ALERT)))
    collect(letters.edges, letters.source)
    later = ALERT.replace("2026-11-04(更新)", "2026-11-05(更新)").replace("1.9 より前", "1.9.1 より前")
    letters.send("2", letters.sign(in_jis(later)))
    report = collect(letters.edges, letters.source)
    assert (report.new, report.changed) == ([], [NUMBER])
    found = letters.current()
    assert found is not None
    assert [str(one.range) for one in found.affected] == ["vers:generic/<1.9.1"]
    assert len(list((letters.folder / "new").iterdir())) == 2


def test_a_mail_that_was_altered_on_its_way_is_held(letters: List) -> None:
    """A list that turns the text into UTF-8, or anybody who changes a figure, breaks the signature: it is held."""
    signed = letters.sign(in_jis(ALERT))
    letters.send("1", signed.replace(b"tsubo 1.9", b"tsubo 9.9"))
    report = collect(letters.edges, letters.source)
    assert (report.new, [one.partition(":")[0] for one in report.held]) == ([], [NUMBER])
    assert letters.current() is None


def test_another_mail_of_the_list_is_quarantined(letters: List) -> None:
    """A mail without an alert in it is told of with its bytes and keeps no other from being read."""
    letters.send("1", letters.sign(in_jis("各位\n\n年末は窓口をお休みします。\n")))
    letters.send("2", letters.sign(in_jis(ALERT)))
    report = collect(letters.edges, letters.source)
    assert (report.new, len(report.quarantined)) == ([NUMBER], 1)
    with letters.edges.database.begin() as tx:
        (kept,) = quarantine.listing(tx)
        assert inbox.count(tx, "alerts") == 2
    assert kept.reason == "mail:1@csirt-a.example/1: no advisory number"
