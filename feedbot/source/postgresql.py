"""PostgreSQL's known vulnerabilities.

listing   the security page itself: one row of its table a vulnerability, each of it the whole advisory
read      the same page: CVE, affected branches, the version that corrects each, component, CVSS, description

A branch is affected below the version that corrects it, and as a whole where no version does. The page gives no dates;
the announcement beside a row does, and so does the vulnerability's own page, which tells more in prose: both are
references and are not read. Severities are CVSS 3.0, of old rows PostgreSQL's own classes A to D.
Form: postgres/pgweb, templates/security.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Section, Severity, UnreadRange
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import identifiers
from feedbot.source import _branches, _facts, _html, _pages
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import VersionRange

SOURCE = SourceInfo(
    title="PostgreSQL Security Information",
    issuer="PostgreSQL",
    listing_url="https://www.postgresql.org/support/security/",
    interval=timedelta(hours=3),
    language="en",
)

_COLUMNS = ("reference", "affected", "fixed", "component", "description")
_BRANCH = re.compile(r"(?:[1-9][0-9]|[6-9]\.[0-9])")
_VECTOR = re.compile(r"(?:CVSS:3\.[01]/)?AV:[A-Z](?:/[A-Z]{1,2}:[A-Z]){5,12}")
_LEGACY = re.compile(r"^Legacy: [A-D]$", re.MULTILINE)
_SCORE = re.compile(r"\b(?:10\.0|[0-9]\.[0-9])\b")
_MORE = re.compile(r"(?<!\s)\s*more details.*\Z", re.DOTALL)


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each vulnerability; it has no document of its own that says more."""
    for item in _each(document):
        yield item if isinstance(item, Quarantined) else ListedItem(item.number, "", item.title)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of each row. Raises SourceError where the page has no table of vulnerabilities."""
    yield from _each(document)


def _each(document: Document) -> Iterator[Advisory | Quarantined]:
    found = False
    for index, row in enumerate(_rows(_pages.page(document)), 1):
        found = True
        where = f"{document.url} item {index}"
        try:
            yield _advisory(document, row, where)
        except SourceError as error:
            yield Quarantined(where, error, (row.text("") or "").encode())
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")


def _rows(page: _html.Page) -> Iterator[_html.Page]:
    """Yield the rows of the tables whose head has the columns of vulnerabilities; others explain them."""
    if page.text("table table") is not None:
        # Each would be searched again with every table around it.
        return
    for table in page.each("table"):
        head = (table.text("thead") or "").lower()
        if all(name in head for name in ("reference", "affected", "fixed", "description")):
            yield from table.each("tbody > tr")


def _advisory(document: Document, row: _html.Page, where: str) -> Advisory:
    cells = list(row.each("td"))
    if len(cells) != len(_COLUMNS):
        raise SourceError(where, "the row has {count} columns, not {wanted}", count=len(cells), wanted=len(_COLUMNS))
    reference, affected, fixed, component, description = ((cell.text("") or "").strip() for cell in cells)
    numbers = [name for name in identifiers.find(reference) if name.startswith("CVE-")]
    title = " ".join(_MORE.sub("", description).split())
    if not numbers:
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    versions = tuple(one.strip() for one in fixed.split(",") if one.strip())
    return Advisory(
        source="postgresql",
        number=numbers[0],
        revision="",
        title=title,
        language="en",
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        aliases=tuple(numbers[1:]),
        severity=tuple(_severity(component)),
        affected=tuple(_affected(affected, versions, fixed)),
        fixed=tuple(fix for one in versions if _branch(one) for fix in _facts.fixed("PostgreSQL", one, fixed)),
        sections=(Section("Component", component.split("\n")[0].strip()), Section("Description", title)),
        references=tuple(
            Reference(url, words)
            for url, words in _pages.absolute(cells[0], SOURCE.listing_url)
            if url.startswith("https://")
        ),
        url=f"{SOURCE.listing_url}{numbers[0]}/",
        publisher=SOURCE.issuer,
    )


def _branch(version: str) -> str:
    """Return the branch of a version: two numbers until 9.6, one from 10 on; empty where it is no version."""
    found = re.fullmatch(r"((?:[1-9][0-9])|(?:[6-9]\.[0-9]+))\.[0-9]+", version)
    return found[1] if found else ""


def _affected(wording: str, versions: tuple[str, ...], fixed: str) -> Iterator[Affected]:
    by_branch = {_branch(one): one for one in versions}
    for name in filter(None, map(str.strip, wording.split(","))):
        corrected = by_branch.get(name)
        evidence = f"{name}, fixed in {corrected}" if corrected else f"{name}, fixed in none of {fixed}"
        try:
            versions_of = VersionRange.branch(_facts.SCHEME, name) if _BRANCH.fullmatch(name) else None
            below = _branches.before([(name, corrected)]) if corrected and versions_of else versions_of
            yield Affected("PostgreSQL", below or UnreadRange(name), evidence)
        except VersionError:
            yield Affected("PostgreSQL", UnreadRange(name), evidence)


def _severity(component: str) -> Iterator[Severity]:
    vector, score = _VECTOR.search(component), _SCORE.search(component)
    if vector and score:
        yield _facts.cvss("3.0", vector[0], score[0])
    elif legacy := _LEGACY.search(component):
        yield Severity(SOURCE.issuer, "", legacy[0])
