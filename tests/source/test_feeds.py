"""Publishers of whom only a feed is known: IPA, フィッシング対策協議会, AUSCERT, and feeds by configuration."""

from importlib import import_module
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.source import ListedItem, rss
from tests.source.reading import document, fixture, read, reasons

FEEDS = ("ipa/alert-rss.rdf", "ipa/alerts.xml", "antiphishing/index.rdf", "auscert/bulletins.xml", "rss/feed.atom")


@pytest.mark.parametrize("name", FEEDS)
def test_listing_and_reading_agree(name: str) -> None:
    """The feed is listing and document at once: both say the same of each entry, and no item has an address."""
    member = name.partition("/")[0]
    listed = list(import_module(f"feedbot.source.{member}").listing(fixture(name)))
    found = read(member, fixture(name))
    assert [one.number for one in listed if isinstance(one, ListedItem)] == [
        one.number for one in found if isinstance(one, Advisory)
    ]
    assert not any(one.url for one in listed if isinstance(one, ListedItem))
    assert [str(one.reason) for one in listed if isinstance(one, Quarantined)] == [
        str(one.reason) for one in found if isinstance(one, Quarantined)
    ]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://www.agency.example/security/security-alert/2026/alert20261118.html", "2026/alert20261118"),
        ("https://www.agency.example/security/security-alert/2026/alert20261118.html#top", "2026/alert20261118"),
        ("https://www.agency.example/security/security-alert/index.html", ""),
        ("https://www.agency.example/security/security-alert/2026/a/b.html", ""),
        ("javascript:alert(1)//security/2026/x.html", ""),
    ],
)
def test_ipas_numbers_are_in_their_addresses(address: str, number: str) -> None:
    """What leads elsewhere has none, and is quarantined."""
    body = fixture("ipa/alert-rss.rdf").body.replace(
        b"<link>https://agency.example/security/security-alert/2026/alert20261118.html", f"<link>{address}".encode()
    )
    first = read("ipa", document(body))[0]
    assert (first.number if isinstance(first, Advisory) else "") == number


def test_an_alert_service_that_failed() -> None:
    """An answer of getAlertList with retCd 1 is the source's error, not an empty day."""
    body = fixture("ipa/alerts.xml").body.replace(b'retCd="0"', b'retCd="1"').replace(b'errCd=""', b'errCd="AL07"')
    assert reasons(read("ipa", document(body))) == ["MyJVN answers with an error: AL07 "]


def test_pages_are_refused() -> None:
    """A page whose form is not known is no advisory; nothing is guessed from it."""
    page = b"<!DOCTYPE html><html><head><title>CVE-2026-90051</title></head><body><h1>x</h1></body></html>"
    for member in ("ipa", "antiphishing", "auscert", "rss"):
        assert reasons(read(member, document(page))) == ["a web page, not a feed"]


def test_the_publisher_of_a_configured_feed() -> None:
    """It is the host that the feed came from."""
    found = read("rss", fixture("rss/feed.atom", "https://notes.gardener.example/feed"))
    assert {one.publisher for one in found if isinstance(one, Advisory)} == {"notes.gardener.example"}
    assert rss.SOURCE.listing_url == ""


def test_words_of_a_feed_are_no_versions() -> None:
    """A summary that speaks of versions gives none: what it leaves out would look like an answer."""
    found = [one for one in read("rss", fixture("rss/feed.atom")) if isinstance(one, Advisory)]
    assert "4.1" in found[0].summary
    assert not any(one.affected or one.fixed for one in found)
    assert "steal" not in "".join(part.text for one in found for part in one.sections)


def test_a_summary_too_deep_is_one_bad_item() -> None:
    """Hostile markup in one entry does not stop the others."""
    body = fixture("rss/feed.xml").body.replace(b"</item>", b"</item>", 1)
    deep = "&lt;div&gt;" * 3000
    body = body.replace("影は月のものでした".encode(), deep.encode(), 1)
    found = read("rss", document(body))
    assert reasons(found)[0] == "the page is too large or nested too deep"
    assert any(isinstance(one, Advisory) for one in found)


def test_no_feed_is_refused() -> None:
    """The members share one reader of feeds, which refuses what is none."""
    with pytest.raises(SourceError, match="not a feed"):
        list(rss.listing(document(b"hello")))


def test_the_published_alerts(corpus: Path) -> None:
    """Every entry of getAlertList's published example is read, with its products and links."""
    data = (corpus / "feeds/myjvn-api/np/hnd/getAlertList_hnd.xml").read_bytes()
    found = [one for one in read("ipa", document(data)) if isinstance(one, Advisory)]
    assert len(found) == data.count(b"<entry>")
    assert sum(len(one.affected) for one in found) == data.count(b"<sec:cpe>")
    assert sum(len(one.references) for one in found) == data.count(b"<sec:link ")


@pytest.mark.parametrize(
    ("addresses", "numbers"),
    [
        (("https://a.example/1", "https://a.example/2"), ["https://a.example/1", "https://a.example/2"]),
        (("https://a.example/1", "https://a.example/1"), ["one", "one"]),
    ],
)
def test_one_identifier_of_two_addresses_names_neither(addresses: tuple[str, str], numbers: list[str]) -> None:
    """Two posts with one guid are two matters, and no revisions of each other; one post told twice is one matter."""
    items = "".join(f"<item><title>t</title><link>{url}</link><guid>one</guid></item>" for url in addresses)
    feed = document(
        f"<rss version='2.0'><channel><title>f</title>{items}</channel></rss>".encode(), "https://a.example/f"
    )
    assert [one.number for one in read("rss", feed) if isinstance(one, Advisory)] == numbers
    assert [one.number for one in rss.listing(feed) if isinstance(one, ListedItem)] == numbers


def test_tags_that_were_never_closed() -> None:
    """What feedparser raises KeyError for is no feed."""
    assert reasons(read("rss", document(b"<item<channel<link</item</link>"))) == ["not a feed"]
