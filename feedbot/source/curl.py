"""curl's security advisories.

listing   vuln.json, the list of all; an advisory's own text stands beside it as Markdown
read      one such text: underlined headings, `- Affected versions:`, `- Not affected versions:`, a timeline in prose

The two lines speak of one product, although one may call it curl and the other libcurl. Of the recommendations, what is
neither an upgrade nor a patch is a workaround. A text that begins with taking the flaw back is withdrawn.
Form: curl/curl-www, docs/CVE-*.md.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from feedbot import version
from feedbot.advisory import Advisory, Affected, Fixed, Quarantined, Reference, Section, Severity, Status, UnreadRange
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import identifiers, phrases
from feedbot.reading import text as texts
from feedbot.source import _facts, _html, _json
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import Constraint, VersionRange

SOURCE = SourceInfo(
    title="curl security problems",
    issuer="curl",
    listing_url="https://curl.se/docs/vuln.json",
    interval=timedelta(hours=3),
    language="en",
)

_HEAD = re.compile(r"(?m)^Project c[Uu][Rr][Ll],? Security (?P<kind>Advisory|Dismissal),? *(?P<date>[^\n]*)$")
_PERMALINK = re.compile(r"\[Permalink\]\((?:https://curl\.se)?/docs/(?P<number>CVE-[0-9]{4}-[0-9]{4,19})\.html\)")
_HEADING = re.compile(r"(?m)^(?P<name>[^\n]{1,120})\n(?:=|-){2,}[ \t]*$")
_FACT = re.compile(
    r"(?m)^- (?P<name>Affected versions?|Not affected versions|Introduced-in|Fixed-in):\s*(?P<value>[^\n]*)$"
)
_RANGE = re.compile(
    r"(?:from )?(?P<product>[A-Za-z-]*[a-z])(?: shipped with (?:lib)?curl)? (?:>= )?(?P<low>[0-9]+(?:\.[0-9]+)+)"
    r" to and including (?:(?:lib)?curl )?(?P<high>[0-9]+(?:\.[0-9]+)+(?:_[0-9]+)?)"
)
_UP = re.compile(r">= (?P<version>[0-9]+(?:\.[0-9]+)+(?:_[0-9]+)?)\.?$")
_SEVERITY = re.compile(r"(?m)^Severity: (?P<word>[A-Za-z]+)")
_RECOMMENDED = re.compile(r"(?m)^ ?[A-Z] ?[-:] (?P<text>[^\n]+(?:\n +(?![A-Z] ?[-:] )[^\n]+){0,8})")
_CURE = re.compile(r"(?:up(?:grade|date)|apply)\b", re.IGNORECASE)
_RETRACTED = re.compile(
    r"\bno longer consider(?:s|ed)? this (?:to be )?an? (?:curl )?(?:security )?(?:flaw|problem|issue|vulnerability)\b"
    r"|\bretracted this\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LARGEST = 4 * 2**20
"""Bytes of an advisory, as of any page; 16 MiB of lines took 447 MiB."""
_DATE = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each vulnerability of the list (OSV), with the address of its text."""
    records = list(_json.load(document).each())
    if not records:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for index, record in enumerate(records, 1):
        where = f"{document.url} item {index}"
        try:
            yield _listed(record, where)
        except SourceError as error:
            yield Quarantined(where, error, record.raw())


def _listed(record: _json.Node, where: str) -> ListedItem:
    named = " ".join((record.text("id"), *record.texts("aliases")))
    numbers = [name for name in identifiers.find(named) if name.startswith("CVE-")]
    if not numbers:
        raise SourceError(where, "no advisory number")
    updated = _facts.moment(record.text("modified"), where, UTC)
    return ListedItem(numbers[0], f"https://curl.se/docs/{numbers[0]}.md", record.text("summary"), updated)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a text. Raises SourceError where it is empty or a web page."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    if len(document.body) > _LARGEST:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=_LARGEST)
    text = texts.decode(document.body, document.charset, document.url).replace("\r\n", "\n").replace("\0", "\ufffd")
    if _html.looks_like_html(text):
        raise SourceError(document.url, "a web page, not an advisory", hint="look at the address in a browser")
    try:
        yield _advisory(document, text)
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _advisory(document: Document, text: str) -> Advisory:
    head, link = _HEAD.search(text), _PERMALINK.search(text)
    title = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if head is None or link is None:
        raise SourceError(document.url, "no advisory number")
    if not title or head.start() == 0:
        raise SourceError(document.url, "no title")
    published = _date(head["date"], document.url)
    parts = tuple(_parts(text[head.end() :]))
    facts = [(one["name"], one["value"].strip()) for one in _FACT.finditer(text)]
    affected = tuple(_affected(value) for name, value in facts if name.startswith("Affected version"))
    product = affected[0].product if len(affected) == 1 else ""
    return Advisory(
        source="curl",
        number=link["number"],
        revision=published.date().isoformat(),
        title=title,
        language="en",
        signature=_facts.unsigned(document),
        # A dismissal says why a CVE name that others filed is no vulnerability of curl.
        status=Status.WITHDRAWN if head["kind"] == "Dismissal" or _retracted(parts) else _facts.status_of(title),
        published=published,
        summary=next((texts.joined(run) for part in parts[:1] for run in texts.paragraphs(part.text)), ""),
        severity=tuple(Severity("curl", "", one["word"]) for one in _SEVERITY.finditer(text)),
        affected=affected,
        fixed=tuple(fix for name, value in facts if name == "Not affected versions" for fix in _fixed(value, product)),
        workarounds=tuple(_workarounds(parts)),
        sections=parts,
        references=tuple(
            Reference(url, name) for name, value in facts if name.endswith("-in") for url in texts.urls(value)
        ),
        url=f"https://curl.se/docs/{link['number']}.html",
        publisher=SOURCE.issuer,
    )


def _date(text: str, where: str) -> datetime:
    found = _DATE.match(text.strip())
    month = found["month"][:3].lower() if found else ""
    if found is None or month not in _MONTHS:
        raise SourceError(where, "unreadable date: {date}", date=text[:80])
    try:
        return datetime(int(found["year"]), _MONTHS.index(month) + 1, int(found["day"]), tzinfo=UTC)
    except ValueError as error:
        raise SourceError(where, "unreadable date: {date}", date=text[:80]) from error


def _parts(text: str) -> Iterator[Section]:
    heads = list(_HEADING.finditer(text))
    for index, head in enumerate(heads):
        end = heads[index + 1].start() if index + 1 < len(heads) else len(text)
        yield Section(head["name"].strip(), text[head.end() : end].strip())


def _retracted(parts: tuple[Section, ...]) -> bool:
    """Say whether the part above the flaw's own, if there is one, takes it back."""
    first = parts[0] if parts else Section("", "")
    return first.heading != "VULNERABILITY" and bool(_RETRACTED.search(texts.joined(first.text.split("\n"))))


def _workarounds(parts: tuple[Section, ...]) -> Iterator[str]:
    for item in (
        one for part in parts if part.heading == "RECOMMENDATIONS" for one in _RECOMMENDED.finditer(part.text)
    ):
        if not _CURE.match(item["text"]):
            yield texts.joined(item["text"].split("\n"))


def _affected(wording: str) -> Affected:
    """Read "curl 7.1 to and including 7.9.1", or whatever else the phrase reader knows completely."""
    found = _RANGE.fullmatch(wording)
    if found:
        try:
            order = version.compare(_facts.SCHEME, found["low"], found["high"])
        except VersionError:
            return Affected("curl", UnreadRange(wording), wording)
        if order > 0:
            return Affected("curl", UnreadRange(wording), wording)
        bounds = (Constraint(">=", found["low"]), Constraint("<=", found["high"]))
        versions = VersionRange(_facts.SCHEME, bounds if order else (Constraint("=", found["high"]),))
        return Affected(found["product"], versions, wording)
    phrase = phrases.read(wording, "", _facts.SCHEME, listed=True)
    if phrase.range is None or not phrase.complete:
        return Affected(phrase.product or "curl", UnreadRange(wording), wording)
    return Affected(phrase.product or "curl", phrase.range, wording, notes=phrase.notes, two_senses=phrase.two_senses)


def _fixed(wording: str, product: str) -> Iterator[Fixed]:
    """Yield the version from which on nothing is affected: "curl < 7.1 and >= 7.9.2"; of `product`, if it is known."""
    found = _UP.search(wording)
    if found:
        yield from _facts.fixed(product or wording.partition(" ")[0], found["version"], wording)
