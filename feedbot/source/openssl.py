"""OpenSSL's vulnerabilities.

listing   the page of all vulnerabilities; each CVE name on it has a record in openssl/release-metadata: secjson
read      one such record (CVE form 5); versions such as 1.0.2zd are OpenSSL's own, read as upstream versions

Weaknesses (problemTypes) and finders have no place here; records give no date of a change, so a change is seen by the
text alone. A severity that is "unknown" is none.
Form: openssl/release-metadata, secjson. The signed advisories (secadv) say the same in prose and are not read.
"""

from collections.abc import Iterator
from datetime import timedelta

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import identifiers
from feedbot.source import _pages, _records
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="OpenSSL Vulnerabilities",
    issuer="OpenSSL",
    listing_url="https://openssl-library.org/news/vulnerabilities/",
    interval=timedelta(hours=3),
    language="en",
)

_RECORD = "https://raw.githubusercontent.com/openssl/release-metadata/main/secjson/{number}.json"
_PAGE = "https://openssl-library.org/news/vulnerabilities/#{number}"


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each CVE that the page names. Raises SourceError where it names none."""
    words = _pages.page(document).text() or ""
    numbers = [name for name in identifiers.find(words) if name.startswith("CVE-")]
    if not numbers:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for number in numbers:
        yield ListedItem(number, _RECORD.format(number=number))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a record."""
    try:
        yield _records.advisory(document, "openssl", SOURCE.issuer, _PAGE)
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)
