"""What the members' feeds list."""

from datetime import UTC, datetime

import pytest

from feedbot.advisory import Advisory, Quarantined, Section
from feedbot.advisory.kind import AdvisoryKind
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading.dates import JST
from feedbot.source import ListedItem, cert_cc, jpcert, jvn, jvn_ipedia
from tests.source.reading import document, fixture, read


def test_jpcert_lists_alerts_and_where_they_are_signed() -> None:
    """Alerts come with the address of their signed text, a weekly report is no alert, a broken date is quarantined."""
    found = list(jpcert.listing(fixture("jpcert/csirt-a.rdf")))
    assert found[:2] == [
        ListedItem(
            "CSIRT-A-AT-2026-0102",
            "https://csirt-a.example/at/2026/at260102.html",
            "日時計サーバー sundiald の脆弱性 (CVE-2026-90011) に関する注意喚起",
            datetime(2026, 11, 6, 15, tzinfo=JST),
            "https://csirt-a.example/at/2026/at260102.txt",
        ),
        ListedItem(
            "",
            "https://csirt-a.example/at/2026/at260101.html",
            "伝言板 Dengon に関する注意喚起",
            datetime(2026, 11, 2, 10, 30, tzinfo=JST),
            "https://csirt-a.example/at/2026/at260101.txt",
        ),
    ]
    (broken,) = found[2:]
    assert isinstance(broken, Quarantined)
    assert broken.reason.reason() == "unreadable date: 2026-13-45T10:00:00+09:00"
    assert "日付の壊れた項目".encode() in broken.raw


def test_jpcerts_own_numbers_follow_from_addresses() -> None:
    """JPCERT/CC's feed names no numbers; they are in the addresses of its pages."""
    body = fixture("jpcert/csirt-a.rdf").body.replace(b"csirt-a.example", b"www.jpcert.or.jp")
    numbers = [item.number for item in jpcert.listing(document(body)) if isinstance(item, ListedItem)]
    assert numbers == ["CSIRT-A-AT-2026-0102", "JPCERT-WR-2026-1104", "JPCERT-AT-2026-0101"]


def weekly(*entries: tuple[str, str]) -> Document:
    """Write a feed as JPCERT/CC's: (day in the address, title)."""
    items = "".join(
        f'<item rdf:about="{url}"><title>{title}</title><link>{url}</link>'
        "<dc:date>2026-10-07T11:00:00+09:00</dc:date></item>"
        for day, title in entries
        for url in [f"https://www.jpcert.or.jp/wr/2026/wr26{day}.html"]
    )
    names = 'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    return document(f'<?xml version="1.0"?><rdf:RDF {rdf} {names}>{items}</rdf:RDF>'.encode())


def test_weekly_reports_are_read_from_the_feed() -> None:
    """The entries of one address are one report of the kind weekly, without names of flaws; a day that there is none
    of is quarantined."""
    given = weekly(
        ("1007", "Weekly Report: 行灯に複数の脆弱性"),
        ("1007", "Weekly Report: 日時計の脆弱性(CVE-2026-90011)"),
        ("0930", "Weekly Report: 風見鶏について"),
        ("0931", "Weekly Report: 無い日"),
    )
    new, old = (one for one in read("jpcert", given) if isinstance(one, Advisory))
    assert (new.number, new.kind, new.aliases) == ("JPCERT-WR-2026-1007", AdvisoryKind.WEEKLY, ())
    assert new.sections == (Section("目次", "行灯に複数の脆弱性\n日時計の脆弱性(CVE-2026-90011)"),)
    assert old.published == datetime(2026, 9, 30, tzinfo=JST)
    listed = list(jpcert.listing(given))
    assert [one.number for one in listed if isinstance(one, ListedItem)] == [new.number, new.number, old.number]
    assert [one.reason.reason() for one in listed if isinstance(one, Quarantined)] == ["no advisory number"]


def test_jvn_lists_pages() -> None:
    """Each item of jvn.rdf has its page; what has no number or no date is quarantined, and nothing is missing."""
    found = list(jvn.listing(fixture("jvn/jvn.rdf")))
    assert [item.url for item in found if isinstance(item, ListedItem)] == [
        "https://jvn.example/jp/JVN99000001/",
        "https://jvn.example/vu/JVNVU99000002/",
    ]
    assert [item.reason.reason() for item in found if isinstance(item, Quarantined)] == [
        "no advisory number",
        "unreadable date: きのう",
    ]


def test_jvn_ipedia_lists_whole_statements() -> None:
    """Items without an address: the feed itself is what is read."""
    found = list(jvn_ipedia.listing(fixture("jvn_ipedia/jvndb_new.rdf")))
    assert [(item.number, item.url) for item in found if isinstance(item, ListedItem)] == [
        ("JVNDB-2026-900001", ""),
        ("JVNDB-2026-900002", ""),
    ]


def test_cert_cc_lists_the_json_of_notes() -> None:
    """The Atom feed's entries become addresses of the API; an entry without a number is quarantined."""
    note, other = cert_cc.listing(fixture("cert_cc/feed.xml"))
    assert note == ListedItem(
        "VU#990011",
        "https://kb.cert.org/vuls/api/990011/",
        "Sundial daemon amplifies answers after sunset",
        datetime(2026, 11, 4, 3, tzinfo=UTC),
    )
    assert isinstance(other, Quarantined)
    assert other.reason.reason() == "no advisory number"


def test_feed_in_iso_2022_jp_without_a_word_on_it() -> None:
    """A feed in an encoding that it does not declare is read by its content."""
    text = fixture("jpcert/csirt-a.rdf").body.decode().replace('encoding="UTF-8"', "")
    found = list(jpcert.listing(document(text.encode("iso2022_jp"))))
    assert isinstance(found[1], ListedItem)
    assert found[1].title == "伝言板 Dengon に関する注意喚起"


@pytest.mark.parametrize("body", [b"/etc/passwd", b"file:///etc/passwd", b"https://csirt-a.example/rss/csirt-a.rdf"])
def test_body_that_names_a_place(body: bytes) -> None:
    """A body that is a path or an address is no feed: it is neither opened nor fetched."""
    with pytest.raises(SourceError, match="not a feed"):
        list(jpcert.listing(document(body)))
