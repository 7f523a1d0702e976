"""JVN iPedia: its feeds (JVNRSS: jvndb_new.rdf, jvndb.rdf, jvndb_YYYY.rdf), its details (VULDEF), and the answers of
the MyJVN API (getVulnOverviewList, also in JSON; getVulnDetailInfo).

A feed names each advisory's products, scores and references in `sec:` elements, several of a kind; a detail says the
versions too. Schemas: jvnrss_3.2.xsd, vuldef_3.1.xsd / vuldef_3.2.xsd of MyJVN. Both are read as streams. An answer
that says that it failed is refused; one that is a page of a longer list names the next page as a listing, or ends with
a Quarantined where its address is no question to the API. By default the feed is asked; after a time away, and for
`collect --since`, up to a month by the day of the last update, and beyond that by the yearly feeds
(ja/rss/years/jvndb_YYYY.rdf) of the years since, with the updates of the last month: an older update of an advisory of
an earlier year is not asked for then.

Details are read where they are given (a file, a source's url with up to ten numbers in `vulnId`), in VULDEF and in both
forms of JSON; a round does not ask for them beside a feed, because the two texts of one number would take turns as its
newest: that is the member jvn_ipedia_details. The lists of products and vendors and the statistics are no source of
advisories; alerts are the member ipa's.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from feedbot.advisory import Advisory, Quarantined
from feedbot.fetch import Document
from feedbot.reading.dates import JST
from feedbot.source import _jvndb_documents, _jvnrss, _myjvn
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="JVN iPedia",
    issuer=_jvndb_documents.ISSUER,
    listing_url="https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf",
    interval=timedelta(hours=1),
    limit=64 * 2**20,
    per_second=_myjvn.PER_SECOND,
)

_FIRST_YEAR = 1998


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield what a feed, an answer or a file of details names; it holds the whole statement, so an item has no address
    of its own."""
    if _jvndb_documents.is_detail(document):
        yield from _jvndb_documents.listed(_jvndb_documents.details(document))
    else:
        yield from _jvndb_documents.listed(_jvndb_documents.items(document))
    following = _jvndb_documents.next_page(document)
    if following:
        yield following


def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
    """Return the feeds, or the question to the API, that miss nothing since `since`."""
    if since is None or _myjvn.asks_details(url):
        return (url,)
    if now - since <= _myjvn.MONTH or _myjvn.is_question(url):
        return (_myjvn.updated_since(url, since),)
    years = range(max(since.astimezone(JST).year, _FIRST_YEAR), now.astimezone(JST).year + 1)
    feeds = (urljoin(url, f"/ja/rss/years/jvndb_{year}.rdf") for year in years)
    return (*feeds, _myjvn.updated_since(url, now - _myjvn.MONTH))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory for each item of a feed or each detail."""
    if _jvndb_documents.is_detail(document):
        yield from _jvndb_documents.details(document)
    else:
        yield from _jvnrss.advisories(document, "jvn_ipedia", SOURCE.issuer, _jvndb_documents.items(document))
