"""Answers of the MyJVN API: what they say of themselves, and the published examples counted by other means."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.source import ListedItem, jvn_ipedia
from tests.source.reading import document, fixture, read, reasons

FEED, DETAIL = fixture("jvn_ipedia/jvndb_new.rdf").body, fixture("jvn_ipedia/detail.xml").body
NO_SOURCE = (
    *("getProductList", "getVendorList", "getStatistics", "myjvn_product", "myjvn_vendor", "getAlertList"),
    *("get_product_list", "get_vendor_list", "get_statistics"),
)


def answer(whole: bytes, **said: str) -> bytes:
    """Return a document with a Status before its end."""
    status = " ".join(f'{name}="{value}"' for name, value in said.items())
    place = whole.rindex(b"</")
    return (
        whole[:place]
        + f'<status:Status xmlns:status="http://jvndb.jvn.jp/myjvn/Status" {status}/>'.encode()
        + whole[place:]
    )


@pytest.mark.parametrize("whole", [FEED, DETAIL])
def test_a_question_that_was_refused(whole: bytes) -> None:
    """retCd that is not 0 is an error of the source, with the words of the API, whatever else the answer holds."""
    failed = document(answer(whole, retCd="1", errCd="E12", errMsg="&lt;method&gt; is unknown"))
    (reason,) = reasons(read("jvn_ipedia", failed))
    assert reason == "MyJVN answers with an error: E12 <method> is unknown"
    with pytest.raises(SourceError, match="E12"):
        list(jvn_ipedia.listing(failed))


@pytest.mark.parametrize("whole", [FEED, DETAIL])
@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"totalRes": "2", "totalResRet": "2", "firstRes": "1"}, None),
        ({"totalRes": "52", "totalResRet": "2", "firstRes": "51"}, None),
        ({"totalRes": "26432", "totalResRet": "26432", "firstRes": ""}, None),
        ({"totalRes": "0", "totalResRet": "0", "firstRes": "0"}, None),
        ({"totalRes": "x", "totalResRet": "", "firstRes": "-1"}, None),
        ({"totalRes": "52", "totalResRet": "50", "firstRes": "1"}, "the answer ends at item 50 of 52"),
    ],
)
def test_a_page_of_a_longer_list(whole: bytes, said: dict[str, str], missing: str | None) -> None:
    """What did not fit in the answer is said, behind all that is in it."""
    before = read("jvn_ipedia", document(whole))
    after = read("jvn_ipedia", document(answer(whole, retCd="0", **said)))
    assert [str(one) for one in after[: len(before)]] == [str(one) for one in before]
    assert reasons(after[len(before) :]) == ([missing] if missing else [])


def test_a_page_in_the_listing() -> None:
    """The listing says so too, so that the source cannot turn green."""
    found = list(jvn_ipedia.listing(document(answer(FEED, totalRes="9", totalResRet="2", firstRes="1"))))
    assert [type(one) for one in found] == [ListedItem, ListedItem, Quarantined]


def test_published_examples(corpus: Path) -> None:
    """Every item of the XML answers is read; beside them stands only what a document says or breaks off with."""
    paths = sorted((corpus / "feeds/myjvn-api").rglob("*.xml"))
    paths = [path for path in paths if not any(name in path.name for name in NO_SOURCE)]
    assert len(paths) == 14
    for path in paths:
        found = read("jvn_ipedia", document(path.read_bytes()))
        if path.name == "get_vuln_overview_list_1.xml":
            # Its root names a prefix that it does not declare: no XML, and its one item is not had.
            assert "not XML" in reasons(found)[0]
            continue
        items = len(re.findall(r"<item |<Vulinfo>", path.read_text(encoding="utf-8")))
        assert sum(isinstance(one, Advisory) for one in found) == items, path.name
        for reason in reasons(found):
            assert reason.startswith(("the document breaks after", "the answer ends at", "MyJVN answers with an error"))


def test_answers_in_json(corpus: Path) -> None:
    """The lists of feed=oka: every entry with its products and scores, as jq counts them, and what is left out."""
    folder = corpus / "feeds/myjvn-api/np/oka"
    for name in ("getVulnOverviewList_oka.json", "dataFeed_jvndb_rss_oka.json"):
        data = (folder / name).read_bytes()
        entries = json.loads(data)["feed"]["entry"]
        found = [one for one in read("jvn_ipedia", document(data)) if isinstance(one, Advisory)]
        assert [one.number for one in found] == [entry["id"] for entry in entries]
        assert [len(one.affected) for one in found] == [len(entry["products"]) for entry in entries]
        assert [len(one.references) for one in found] == [len(entry["references"]) for entry in entries]


def test_a_failed_answer_in_json() -> None:
    """Its status is held to as in XML."""
    failed = document(b'{"status": {"retCd": 1, "errCd": "E12", "errMsg": "no such method"}}')
    assert reasons(read("jvn_ipedia", failed)) == ["MyJVN answers with an error: E12 no such method"]


def test_what_is_no_source(corpus: Path) -> None:
    """Of dictionaries, statistics and alerts nothing is taken for an advisory, and of answers nothing is left out."""
    folder = corpus / "feeds/myjvn-api/np"
    lists = ("getVulnOverviewList_oka", "jvndb_rss_oka", "getVulnDetailInfo")
    for path in sorted(folder.rglob("*.*")):
        json_list = any(name in path.name for name in lists)
        if (path.suffix == ".json" and not json_list) or any(name in path.name for name in NO_SOURCE):
            found = read("jvn_ipedia", document(path.read_bytes()))
            assert found, path.name
            assert all(isinstance(one, Quarantined) for one in found), path.name


def test_details_in_json(corpus: Path) -> None:
    """Each answer of feed=oka is read in both of its forms, and says what the XML of feed=hnd says of the same number:
    names, title, products, scores and days."""
    folder = corpus / "feeds/myjvn-api/np"
    paths = sorted((folder / "oka").glob("getVulnDetailInfo*.json"))
    assert len(paths) == 7
    for path in paths:
        (found,) = read("jvn_ipedia", document(path.read_bytes()))
        assert isinstance(found, Advisory), path.name
        plain = folder / "hnd" / f"getVulnDetailInfo_hnd_{found.number}.xml"
        if plain.exists():
            (other,) = read("jvn_ipedia", document(plain.read_bytes()))
            assert isinstance(other, Advisory)
            assert (set(found.aliases), found.title, found.url) == (set(other.aliases), other.title, other.url)
            assert {one.product for one in found.affected} == {one.product for one in other.affected}
            assert {float(one.score) for one in found.severity} >= {float(one.score) for one in other.severity}
            assert (found.published, found.revision) == (other.published, other.revision)


QUESTION = "https://jvndb.example/myjvn?method=getVulnOverviewList&feed=hnd&rangeDatePublished=w"


@pytest.mark.parametrize("json_too", [False, True])
def test_a_page_names_the_next_one(json_too: bool) -> None:
    """A page that came from the API is a listing with the next one's address behind its items, and is read whole."""
    body = answer(FEED, totalRes="9", totalResRet="2", firstRes="3")
    if json_too:
        given = json.loads(fixture("jvn_ipedia/overview.json").body)
        given["status"] |= {"totalRes": 9, "totalResRet": 2, "firstRes": 3}
        body = json.dumps(given).encode()
    *_, last = jvn_ipedia.listing(document(body, QUESTION))
    assert last == ListedItem("", f"{QUESTION}&startItem=5", listing=True)
    assert reasons(read("jvn_ipedia", document(body, QUESTION))) == [
        one for one in reasons(read("jvn_ipedia", document(body))) if "the answer ends" not in one
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"totalRes": "9", "totalResRet": "2", "firstRes": "8"},
        {"totalRes": "9", "totalResRet": "0", "firstRes": "3"},
    ],
)
def test_a_last_or_empty_page_names_none(said: dict[str, str]) -> None:
    """The last page ends the list; an empty one in its middle would lead to itself and is told instead."""
    found = list(jvn_ipedia.listing(document(answer(FEED, **said), QUESTION)))
    assert not [one for one in found if isinstance(one, ListedItem) and one.listing]
    assert sum(isinstance(one, Quarantined) for one in found) == (said["totalResRet"] == "0")


def test_addresses_of_jvn_ipedia() -> None:
    """The feed as a rule; up to a month by the day of the last update in Japan; beyond it the feeds by year."""
    feed, now = "https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf", datetime(2026, 11, 24, tzinfo=UTC)
    assert jvn_ipedia.addresses(feed, None, now) == (feed,)
    (asked,) = jvn_ipedia.addresses(feed, datetime(2026, 11, 8, 20, tzinfo=UTC), now)
    assert asked == (
        "https://jvndb.jvn.jp/myjvn?method=getVulnOverviewList&feed=hnd&rangeDatePublic=n&rangeDatePublished=n"
        "&rangeDateFirstPublished=n&datePublishedStartY=2026&datePublishedStartM=11&datePublishedStartD=09"
        "&startItem=1&maxCountItem=50"
    )
    *years, updates = jvn_ipedia.addresses(feed, datetime(2025, 3, 1, tzinfo=UTC), now)
    assert years == [f"https://jvndb.jvn.jp/ja/rss/years/jvndb_{year}.rdf" for year in (2025, 2026)]
    assert "datePublishedStartM=10&datePublishedStartD=24" in updates
    (own,) = jvn_ipedia.addresses(f"{QUESTION}&keyword=x", datetime(2020, 1, 1, tzinfo=UTC), now)
    assert "keyword=x" in own
    assert "datePublishedStartY=2020" in own


def test_an_answer_that_found_nothing() -> None:
    """No item and no fault; another document of that root is refused still."""
    nothing = (
        b'<Result xmlns:status="http://jvndb.jvn.jp/myjvn/Status"><status:Status retCd="0" totalRes="0"/></Result>'
    )
    assert list(jvn_ipedia.listing(document(nothing, QUESTION))) == []
    with pytest.raises(SourceError):
        list(jvn_ipedia.listing(document(nothing.replace(b'totalRes="0"', b""), QUESTION)))
