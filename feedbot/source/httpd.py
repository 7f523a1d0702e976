"""Vulnerabilities of the Apache HTTP Server.

listing   the page of the 2.4 branch; each CVE name on it has a record beside it
read      one such record, in CVE form 5 or, from before 2022, in form 4 (every affected version named one by one)

The releases that a record's timeline names hold the correction.
Form: apache/httpd-site, content/security/json. READY and REVIEW are steps of the editor's; the pages show these too.
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
    title="Apache HTTP Server Vulnerabilities",
    issuer="Apache HTTP Server Project",
    listing_url="https://httpd.apache.org/security/vulnerabilities_24.html",
    interval=timedelta(hours=3),
    language="en",
)

_RECORD = "https://httpd.apache.org/security/json/{number}.json"
_PAGE = "https://httpd.apache.org/security/vulnerabilities_24.html#{number}"


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
        yield _records.advisory(document, "httpd", SOURCE.issuer, _PAGE)
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)
