"""JVN iPedia with the affected versions: the details (VULDEF) of what the MyJVN API says was updated.

listing    an answer to getVulnOverviewList, or a feed: the details of its numbers, ten in a question, and the next
           page; a document of details (an answer, a yearly file): what stands in it
read       a document of details

The feeds, which the member jvn_ipedia reads, name products and no versions. A round asks for what was updated since
yesterday in Japan, by difference as the rules want it (_myjvn.py), at most two questions a second; after a time away
for what was updated since. Beyond a month that is the yearly files (ja/feed/detail/jvndb_detail_YYYY.rdf) and the
updates of the last month. Configure this member or jvn_ipedia, not both: the two texts of one number are two
advisories of one case.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading.dates import JST
from feedbot.source import _jvndb_documents, _myjvn
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="JVN iPedia (詳細情報)",
    issuer=_jvndb_documents.ISSUER,
    listing_url="https://jvndb.jvn.jp/myjvn?method=getVulnOverviewList&feed=hnd",
    interval=timedelta(hours=3),
    limit=64 * 2**20,
    per_second=_myjvn.PER_SECOND,
)

_NUMBER = re.compile(r"JVNDB-[0-9]{4}-[0-9]{6}")
_FIRST_YEAR = 1998
_YESTERDAY = timedelta(days=1)
"""The API asks by days: an hour after midnight, the day alone would leave out the hours before it."""


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the questions for the details of what an answer names, or what a document of details holds."""
    if _jvndb_documents.is_detail(document):
        yield from _jvndb_documents.listed(_jvndb_documents.details(document))
    else:
        numbers: list[str] = []
        for item in _jvndb_documents.items(document):
            if isinstance(item, Quarantined):
                yield item
            elif _NUMBER.fullmatch(item.number):
                numbers.append(item.number)
            else:
                # What is put into an address must be what the API knows.
                reason = SourceError(document.url, "no advisory number")
                yield Quarantined(f"{document.url} {item.url}", reason, item.title.encode())
        for start in range(0, len(numbers), _myjvn.DETAILS):
            asked = _myjvn.details_of(document.url, numbers[start : start + _myjvn.DETAILS])
            yield ListedItem("", asked, listing=True)
    following = _jvndb_documents.next_page(document)
    if following:
        yield following


def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
    """Return the question for what was updated since, or since yesterday in a round; beyond a month, the yearly files
    of details too."""
    if _myjvn.asks_details(url):
        return (url,)
    if since is None or now - since <= _myjvn.MONTH:
        return (_myjvn.updated_since(url, since or now - _YESTERDAY),)
    years = range(max(since.astimezone(JST).year, _FIRST_YEAR), now.astimezone(JST).year + 1)
    files = (urljoin(url, f"/ja/feed/detail/jvndb_detail_{year}.rdf") for year in years)
    return (*files, _myjvn.updated_since(url, now - _myjvn.MONTH))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory for each detail; nothing of an answer that only names them."""
    if _jvndb_documents.is_detail(document):
        yield from _jvndb_documents.details(document)
