"""JVN iPedia's details: what is asked of the API, ten numbers in a question, and since when."""

from datetime import UTC, datetime

import pytest

from feedbot.advisory import Advisory, Quarantined
from feedbot.source import ListedItem, jvn_ipedia_details
from tests.source.reading import document, fixture, read

API = "https://jvndb.example/myjvn"
QUESTION = f"{API}?method=getVulnOverviewList&feed=hnd&lang=ja&startItem=1"
NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
SPACES = 'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sec="urn:s"'


def overview(numbers: list[str], said: str = "") -> bytes:
    """Return an answer that names these numbers."""
    items = "".join(f"<item><title>x</title><sec:identifier>{one}</sec:identifier></item>" for one in numbers)
    status = f'<s:Status xmlns:s="urn:t" method="getVulnOverviewList" retCd="0" {said}/>' if said else ""
    return f"<rdf:RDF {SPACES}>{items}{status}</rdf:RDF>".encode()


def asked(body: bytes, url: str = QUESTION) -> list[str]:
    """Return the addresses that a listing names."""
    return [one.url for one in jvn_ipedia_details.listing(document(body, url)) if isinstance(one, ListedItem)]


def test_ten_numbers_in_a_question() -> None:
    """Every number is asked for once, in the order of the answer, and each address is a listing."""
    numbers = [f"JVNDB-2026-{one:06}" for one in range(1, 26)]
    body = overview(numbers)
    found = list(jvn_ipedia_details.listing(document(body, QUESTION)))
    assert all(isinstance(one, ListedItem) and one.listing for one in found)
    head = f"{API}?method=getVulnDetailInfo&feed=hnd&lang=ja&vulnId="
    assert asked(body) == [head + "+".join(numbers[start : start + 10]) for start in (0, 10, 20)]


def test_the_page_behind_is_asked_for_too() -> None:
    """A page of a longer answer names its numbers' details, and then the next page."""
    first, second = asked(overview(["JVNDB-2026-000001"], 'totalRes="2" totalResRet="1" firstRes="1"'))
    assert first.endswith("&vulnId=JVNDB-2026-000001")
    assert "startItem=2" in second


def test_a_feed_leads_to_the_api_of_its_host() -> None:
    """The details of a feed's numbers are asked for where the feed is."""
    (url,) = asked(overview(["JVNDB-2026-000001"]), "https://jvndb.example/ja/rss/jvndb_new.rdf")
    assert url == f"{API}?method=getVulnDetailInfo&feed=hnd&vulnId=JVNDB-2026-000001"


@pytest.mark.parametrize("number", ["JVNDB-2026-1&method=x", "JVN#99000001", "a b"])
def test_a_number_that_is_none_is_not_put_into_an_address(number: str) -> None:
    """It is quarantined, and its neighbours are asked for."""
    body = overview([number.replace("&", "&amp;"), "JVNDB-2026-000001"])
    found = list(jvn_ipedia_details.listing(document(body, QUESTION)))
    assert [one.reason.reason() for one in found if isinstance(one, Quarantined)] == ["no advisory number"]
    assert [url.partition("vulnId=")[2] for url in asked(body)] == ["JVNDB-2026-000001"]


def test_details_are_items_of_their_own_document() -> None:
    """A document of details names what stands in it; an answer that only names numbers holds no advisory."""
    detail = fixture("jvn_ipedia/detail.xml")
    first, *_ = jvn_ipedia_details.listing(detail)
    assert isinstance(first, ListedItem)
    assert (first.number, first.url) == ("JVNDB-2026-900001", "")
    found, *_ = read("jvn_ipedia_details", detail)
    assert isinstance(found, Advisory)
    assert [str(one.range) for one in found.affected][:1] == ["vers:generic/<3.1.5"]
    assert read("jvn_ipedia_details", document(overview(["JVNDB-2026-000001"]))) == []


def test_what_is_asked_since_when() -> None:
    """A round asks since yesterday in Japan; a month of absence by the day; more by the yearly files of details too."""
    (url,) = jvn_ipedia_details.addresses(QUESTION, None, NOW)
    assert "datePublishedStartY=2026&datePublishedStartM=11&datePublishedStartD=23&startItem=1" in url
    (url,) = jvn_ipedia_details.addresses(QUESTION, datetime(2026, 11, 8, 20, tzinfo=UTC), NOW)
    assert "datePublishedStartM=11&datePublishedStartD=09&" in url
    *files, url = jvn_ipedia_details.addresses(QUESTION, datetime(2025, 3, 1, tzinfo=UTC), NOW)
    assert files == [f"https://jvndb.example/ja/feed/detail/jvndb_detail_{year}.rdf" for year in (2025, 2026)]
    assert "datePublishedStartM=10&datePublishedStartD=24&" in url
    question = f"{API}?method=getVulnDetailInfo&feed=hnd&vulnId=JVNDB-2026-000001"
    assert jvn_ipedia_details.addresses(question, None, NOW) == (question,)
