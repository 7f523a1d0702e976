"""Alerts in JPCERT/CC's form: posts, encodings, what counts of a signed text, and odd tops."""

import subprocess
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined, Trust, Verdict
from feedbot.signature import Keyring, judge_for
from feedbot.source import Judge, ListedItem, Text, jpcert
from tests.conftest import need_program
from tests.source.reading import NOW, advisory, document, fixture, read, reasons, verified_as

ALERT = fixture("jpcert/at260103.txt").body.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_give_the_same_words(encoding: str) -> None:
    """The alert with ① and 髙 reads the same in each encoding that has them."""
    plain = advisory("jpcert", document(ALERT.encode()))
    assert advisory("jpcert", document(ALERT.encode(encoding))) == plain


def test_iso_2022_jp_and_euc_jp() -> None:
    """Mails' and old pages' encodings, for the characters that Python's codecs for them have."""
    words = ALERT.replace("①", "一").replace("髙", "高")
    plain = advisory("jpcert", document(words.encode()))
    for encoding in ("iso2022_jp", "euc_jp"):
        assert advisory("jpcert", document(words.encode(encoding))) == plain


def test_line_ends_do_not_matter() -> None:
    """CRLF gives the same advisory."""
    assert advisory("jpcert", document(ALERT.replace("\n", "\r\n").encode())) == advisory(
        "jpcert", document(ALERT.encode())
    )


def test_only_the_signed_words_count() -> None:
    """Where something is verified, nothing outside of it is read, whatever stands there."""
    forged = ALERT.replace("CSIRT-A-AT-2026-0103", "CSIRT-A-AT-2026-0666").replace("1.9", "9.9")
    given = document(f"{forged}\n{ALERT}".encode())
    (found,) = jpcert.read(given, verified_as(ALERT))
    assert isinstance(found, Advisory)
    assert (found.number, found.trust) == ("CSIRT-A-AT-2026-0103", Trust.SIGNED)
    assert [str(one.range) for one in found.affected] == ["vers:generic/<1.9"]


def test_outside_of_a_broken_block_is_not_read() -> None:
    """Words before a block that does not verify are no part of the alert."""
    given = f"CSIRT-A-AT-2026-0666\nだれか\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{ALERT}"
    found = advisory("jpcert", document(given.encode()))
    assert (found.number, found.signature.verdict) == ("CSIRT-A-AT-2026-0103", Verdict.MALFORMED)


def test_address_promises_the_number() -> None:
    """A text under the address of another alert is quarantined, whoever wrote it."""
    right = document(ALERT.encode(), "https://csirt-a.example/at/2026/at260103.txt")
    assert advisory("jpcert", right).number == "CSIRT-A-AT-2026-0103"
    wrong = document(ALERT.encode(), "https://csirt-a.example/at/2026/at260104.txt")
    assert reasons(read("jpcert", wrong)) == [
        "the number is CSIRT-A-AT-2026-0103, its address promises CSIRT-A-AT-2026-0104"
    ]


def test_claimed_number_goes_to_the_judge() -> None:
    """The judge is told the number that the address promises, so that a signed text cannot stand under another."""
    claims: list[str | None] = []

    def judging(data: bytes, claimed: str | None) -> Text:
        claims.append(claimed)
        return verified_as(ALERT)(data, claimed)

    list(jpcert.read(document(ALERT.encode(), "https://csirt-a.example/at/2026/at260777.txt"), judging))
    assert claims == ["CSIRT-A-AT-2026-0777"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("CSIRT-A-AT-2026-0103", "CSIRT-A-2026", "no advisory number"),
        ("2026-11-04(初版)", "2026-11-31(初版)", "unreadable date: 2026-11-31(初版)"),
        ("        ①番窓口の髙機能プロキシ tsubo に関する注意喚起", "", "no title"),
    ],
)
def test_what_an_alert_must_have(old: str, new: str, reason: str) -> None:
    """Without number, title, or with a date that is none, an alert is quarantined with its bytes."""
    body = ALERT.replace(old, new).encode()
    (found,) = read("jpcert", document(body))
    assert isinstance(found, Quarantined)
    assert (found.reason.reason(), found.raw) == (reason, body)


def test_dates_inside_a_closed_block_cut_nothing() -> None:
    """A date on a line of its own in a block with its signature is the issuer's, not the page's."""
    block = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        + ALERT.replace("II. 対象", "2026年11月4日\n\nII. 対象")
        + "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"
    )
    given = f"2026年11月10日\n\n前書き\n{block}\n2026年11月11日\n\n別の話\n"
    first, second = read("jpcert", document(given.encode()))
    assert isinstance(first, Advisory)
    assert [one.heading for one in first.sections] == ["I. 概要", "II. 対象", "III. 対策", "IV. 回避策"]
    assert isinstance(second, Quarantined)


@pytest.mark.parametrize("encoding", ["utf-8", "iso2022_jp"])
def test_really_signed(tmp_path: Path, encoding: str) -> None:
    """A text signed with gpg verifies in both encodings, among other posts of a page too, and altered does not."""
    need_program("gpgv", "gpgv")
    keyring, signed = _sign(tmp_path, ALERT.replace("①", "一").replace("髙", "高").encode(encoding))
    judge = _judge(keyring)
    (found,) = jpcert.read(document(signed), judge)
    assert isinstance(found, Advisory)
    assert (found.signature.verdict, found.trust) == (Verdict.VERIFIED, Trust.SIGNED)
    assert found.title == "一番窓口の高機能プロキシ tsubo に関する注意喚起"
    page = "2026年11月10日\n\n".encode(encoding) + signed + "\n2026年11月11日\n\n別の話\n".encode(encoding)
    first, _ = jpcert.read(document(page), judge)
    assert isinstance(first, Advisory)
    assert first.signature.verdict is Verdict.VERIFIED
    (altered,) = jpcert.read(document(signed.replace(b"1.9", b"2.9")), judge)
    assert isinstance(altered, Advisory)
    assert (altered.signature.verdict, altered.trust) == (Verdict.BAD, Trust.NONE)


def _judge(keyring: Keyring) -> Judge:
    return judge_for(keyring, tuple(one.fingerprint for one in keyring.primaries), NOW, "https")


def _sign(folder: Path, text: bytes) -> tuple[Keyring, bytes]:
    """Make a key, and sign a text with it."""
    gpg = need_program("gpg", "gpg")
    need_program("gpg-agent", "gpg-agent")
    folder.chmod(0o700)

    def run(*arguments: str, given: bytes = b"") -> bytes:
        options = ["--homedir", str(folder), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        # "!": it stands still. One that runs starts anew with each process, and a slow machine's key is of the future.
        when = ["--faked-system-time", "20261120T000000!"]
        return subprocess.run([gpg, *options, *when, *arguments], input=given, capture_output=True, check=True).stdout

    run("--quick-generate-key", "CSIRT-A <info@csirt-a.example>", "ed25519", "sign", "never")
    (folder / "key.asc").write_bytes(run("--armor", "--export"))
    signed = run("--clear-sign", "--digest-algo", "SHA256", given=text)
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "gpg-agent"], check=False)
    return Keyring.load([folder / "key.asc"]), signed


UPDATED = """\
CSIRT-A-AT-2026-0199
CSIRT-A
2026-11-01（新規）
2026-11-20（更新）

題名の注意喚起


I. 概要

日時計を動かす Hidokei に、不備があります。


II. 対象

次のバージョンです。

- Hidokei 2.5.0 より前のバージョン


III. 対策

次のバージョンで修正されました。

- Hidokei 2.5.0

更新: 2026年11月10日追記

架空堂は、Hidokeiのバージョン2.6.0（標準版）および2.2.2（旧版）を公開しました。
{last}
"""


@pytest.mark.parametrize(
    ("last", "fixed"),
    [
        ("", ["2.6.0", "2.2.2"]),
        (
            "架空堂は、Hidokeiの2.6.1（標準版）、2.2.4（旧版）及び2.1.9（旧々版）を公開しました。",
            ["2.6.1", "2.2.4", "2.1.9"],
        ),
        ("架空堂は、Hidokeiのバージョン2.2.3（旧版）を公開しました。", ["2.2.3", "2.6.0"]),
        ("架空堂は、Hidokeiのバージョン2.7系の試験版を公開しました。", ["2.6.0", "2.2.2"]),
        ("次も修正されました。\n\n- Kagami 1.0.3", ["2.6.0", "2.2.2", "1.0.3"]),
    ],
)
def test_newer_corrections_take_the_place_of_older_ones(last: str, fixed: list[str]) -> None:
    """What an update box says was published is what is recommended; a higher branch told earlier stays."""
    (found,) = read("jpcert", document(UPDATED.format(last=last).encode()))
    assert isinstance(found, Advisory)
    assert [version for one in found.fixed for version in one.versions] == fixed


ADDED = """\
CSIRT-A-AT-2026-0198
CSIRT-A
2026-11-01（新規）

題名の注意喚起


I. 概要

日時計を動かす Hidokei に、不備があります。


II. 回避策

架空堂から、回避策に関する情報が公開されています。

更新: 2026年11月15日追記

架空堂は、設定による回避策では不十分であると明らかにし、
日よけを外す回避策を呼びかけています。

日時計の安全について
https://kaku.example/safety

Hidokei 2.10及びそれ以降
- 次のいずれかを実施する
（1）起動時に「shade」を「off」にする
（2）日よけを外す

Hidokei 2.10より前
- 日よけを外す

また、日なたへの出入りを制限することもご検討ください。
"""


def test_added_words_on_workarounds_are_not_lost() -> None:
    """What an update says of the workarounds, and what stands below their lists, is one of them; links are not."""
    assert advisory("jpcert", document(ADDED.encode())).workarounds == (
        "架空堂は、設定による回避策では不十分であると明らかにし、日よけを外す回避策を呼びかけています。",
        "Hidokei 2.10及びそれ以降\n- 次のいずれかを実施する\n（1）起動時に「shade」を「off」にする\n（2）日よけを外す",
        "Hidokei 2.10より前\n- 日よけを外す",
        "また、日なたへの出入りを制限することもご検討ください。",
    )


REPORT = """\
CSIRT-A-WR-2026-4501
CSIRT-A
2026-11-11

<<< CSIRT-A WEEKLY REPORT 2026-11-11 >>>

■先週のセキュリティ関連情報
"""


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (REPORT, "file:wr264501.txt"),
        (f"<html><body><pre class='at'>\n{REPORT}</pre></body></html>", "file:given"),
        ("<html><body><h3>Weekly Report</h3></body></html>", "https://www.jpcert.or.jp/wr/2026/wr261111.html"),
        ("-----BEGIN PGP SIGNED MESSAGE-----", "https://www.jpcert.or.jp/wr/2004/wr043001.txt"),
    ],
)
def test_a_weekly_reports_own_page_is_refused(body: str, url: str) -> None:
    """Its form is not known here, so it is quarantined, and the reason says where its matters are read."""
    (found,) = read("jpcert", document(body.encode(), url))
    assert isinstance(found, Quarantined)
    assert found.reason.reason() == "the form of a weekly report's page is not known"
    assert found.raw


FEED = """<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="x"><title>x</title></channel>
<item rdf:about="{url}"><title>Weekly Report: Dengon に脆弱性</title><link>{url}</link>
<dc:date>{date}</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("day", "date", "number"),
    [
        ("1104", "2026-11-04T11:00:00+09:00", "JPCERT-WR-2026-1104"),
        ("1101", "2026-03-24T11:00:00+09:00", ""),
        ("1301", "2026-03-24T11:00:00+09:00", ""),
        ("1104", "9999-12-31T23:30:00Z", ""),
    ],
)
def test_a_week_is_no_day(day: str, date: str, number: str) -> None:
    """Addresses of old reports have the week and a count (wr221101): one far from its entry's date names no day."""
    url = f"https://www.jpcert.or.jp/wr/2026/wr26{day}.html"
    given = document(FEED.format(url=url, date=date).encode())
    listed = [one.number if isinstance(one, ListedItem) else "" for one in jpcert.listing(given)]
    assert listed == [number]
    found = [one.number for one in read("jpcert", given) if isinstance(one, Advisory)]
    assert found == ([number] if number else [])


def test_a_correction_that_a_sentence_names_with_its_product() -> None:
    """Where the affected wording was not understood, the sentence that tells the correction names its product."""
    found = advisory("jpcert", fixture("jpcert/at260110.html"))
    assert [(one.product, one.versions) for one in found.fixed] == [("nifuda", ("2.3.2",))]


@pytest.mark.parametrize(
    ("last", "status"),
    [("取下げ", "withdrawn"), ("本注意喚起を取り下げ", "withdrawn"), ("「II. 対象」の一部を取下げ", "final")],
)
def test_an_alert_withdrawn_in_place(last: str, status: str) -> None:
    """An alert whose last revision is its withdrawal is withdrawn, marked in its title or not."""
    body = fixture("jpcert/at260109.html").body.decode().replace("【取下げ】", "")
    assert body.count("2026-11-14 取下げ") == 1
    found = advisory("jpcert", document(body.replace("2026-11-14 取下げ", f"2026-11-14 {last}").encode()))
    assert found.status == status


def test_links_under_another_heading() -> None:
    """References stand under 関連情報 too."""
    found = advisory("jpcert", fixture("jpcert/at260110.html"))
    assert [one.url for one in found.references] == ["https://nifuda.example/advisory-1"]


@pytest.mark.parametrize("name", ["at260106.html", "at260110.html"])
def test_the_issuers_address_is_no_part_of_the_last_section(name: str) -> None:
    """A page that was never revised has nothing between its last section and the issuer's name, address and mail."""
    last = advisory("jpcert", fixture(f"jpcert/{name}")).sections[-1]
    assert "https://" in last.text
    assert "CSIRT-A" not in last.text
    assert "早期警戒グループ" not in last.text


def test_an_issuer_that_is_spoken_of_is_kept() -> None:
    """A last paragraph that only speaks of the issuer is the alert's."""
    body = (
        fixture("jpcert/at260110.html")
        .body.decode()
        .replace("CSIRT-A<br />\n</div>", "CSIRT-Aは観測を続けます。\n</div>")
    )
    assert advisory("jpcert", document(body.encode())).sections[-1].text.endswith("CSIRT-Aは観測を続けます。")


def test_a_feed_without_a_report_is_told() -> None:
    """A feed with nothing in it to read is quarantined, not passed over."""
    given = document(FEED.format(url="https://www.jpcert.or.jp/at/2026/at260001.html", date="2026-11-04").encode())
    assert reasons(read("jpcert", given)) == ["no advisories in the list"]


@pytest.mark.parametrize(
    "start", ["<!doctype html>", "<?xml version='1.0'?>\n<!DOCTYPE html>", "<?xml version='1.0'?>"]
)
def test_a_page_that_speaks_of_rdf_is_no_feed(start: str) -> None:
    """A licence in RDF in a page's head, or a text about RDF, makes no feed of it."""
    page = fixture("jpcert/at260110.html").body.decode().partition("<html")[2]
    assert (
        advisory("jpcert", document(f"{start}<html><!-- <rdf:RDF> --><body {page}".encode())).number
        == "CSIRT-A-AT-2026-0110"
    )
    assert advisory("jpcert", document(f"<rdf:RDF> は書式です。\n\n{ALERT}".encode())).number == "CSIRT-A-AT-2026-0103"
