"""Vulnerabilities of the Apache HTTP Server.

listing   the page of the 2.4 branch, or of an older one in a source's url; each CVE name on it has a record beside it
read      one such record, in CVE form 5 or, from before 2022, in form 4 (every affected version named one by one)

The releases that a record's timeline names hold the correction.
Form: apache/httpd-site, content/security/json. READY and REVIEW are steps of the editor's; the pages show these too.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
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
_PAGE = "https://httpd.apache.org/security/vulnerabilities_{branch}.html#{number}"
_BRANCHES = ("24", "22", "20", "13")
"""The branches that have a page, the newest first."""
_BRANCH = re.compile(r"(?P<major>[12])\.(?P<minor>[0-9])\.[0-9]")


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
        found = _records.advisory(document, "httpd", SOURCE.issuer, "{number}")
        yield replace(found, url=_PAGE.format(branch=_branch(found), number=found.number))
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _branch(found: Advisory) -> str:
    """Return the newest branch that a record speaks of, whose page shows it: by its corrections, else by what it calls
    affected."""
    for said in ([str(one.range) for one in found.fixed], [one.evidence for one in found.affected]):
        named = {f"{match['major']}{match['minor']}" for text in said for match in _BRANCH.finditer(text)}
        for branch in _BRANCHES:
            if branch in named:
                return branch
    return _BRANCHES[0]
