"""OSV (Open Source Vulnerability format 1.x), as osv.dev, GitHub, the Go and Python teams and distributors publish it.

listing    modified_id.csv of an osv.dev dump: `MOMENT,ID` a line, newest first; each record is ID.json beside it; or
           the dump itself, ECOSYSTEM/all.zip, which holds every record
read       one record, a list of records, an answer of the API (`vulns`), or a dump

For the records of more than a day the dump is asked for instead of each record (https://google.github.io/osv.dev/data).

Which versions are affected follows the evaluation of the schema (ossf.github.io/osv-schema): events in the order of
versions, `introduced` opens, `fixed` closes before and `last_affected` behind its version, no version reaches the
greatest `limit`; versions listed one by one are affected besides. Ranges of commits (GIT), and of ecosystems whose
order is not known here, stay unread. A product carries its ecosystem, `curl (npm)`: the package of one is not that of
another, and what a distributor says of its own is matching's (feedbot/distro).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import quote, unquote, urljoin, urlsplit

from feedbot.advisory import (
    Advisory,
    Affected,
    Fixed,
    Quarantined,
    Reference,
    Section,
    Severity,
    Status,
    UnreadRange,
    identity,
)
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _cvss, _dump, _facts, _json, _pages, _vers
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import Constraint, VersionRange, key, scheme_of

SOURCE = SourceInfo(
    title="OSV",
    issuer="OSV",
    listing_url="https://osv-vulnerabilities.storage.googleapis.com/PyPI/modified_id.csv",
    interval=timedelta(hours=1),
    language="en",
    limit=2**30,
)

_LINE = re.compile(r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}T[^,\s]*),(?P<name>[^,\s\\?#]+(?: [^,\s\\?#]+)*)")
_LISTING = 16 * 2**20
_OTHERS = re.compile(r"(?<![a-z0-9])[a-z]{2,6}-[0-9]{4}-[0-9]{2,7}(?![0-9])")
"""A number of a series and a year, in small letters."""
_MODULE = re.compile(r"\.module[_+]el")
"""In the release of an rpm that was built for a stream of a module."""
_ORDER = {"introduced": 0, "fixed": 1, "last_affected": 2}


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the records that a dump's modified_id.csv names; in that of all ecosystems, ID is ECOSYSTEM/ID."""
    if _dump.is_dump(document):
        for name in _dump.names(document):
            yield name if isinstance(name, Quarantined) else ListedItem(identity.normalise(name), "")
        return
    _bound(document, _LISTING)
    lines = _json.lines(document)
    if not any(map(_LINE.fullmatch, lines)):
        raise SourceError(document.url, "not a list of changed records", hint="expected a dump's modified_id.csv")
    yield from _json.items(document, lines, partial(_listed, document))


def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
    """Return the dump beside a list of changes where more than a day is asked for: it holds all that the list names."""
    if since is None or now - since <= timedelta(days=1) or not url.endswith("/modified_id.csv"):
        return (url,)
    return (urljoin(url, "all.zip"),)


def _bound(document: Document, limit: int) -> None:
    """Refuse what is larger than a list or a record may be: only a dump is."""
    if len(document.body) > limit:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=limit)


def _listed(document: Document, line: str, where: str) -> ListedItem:
    match = _LINE.fullmatch(line)
    if match is None or ".." in match["name"]:
        raise SourceError(where, "not a moment and a number")
    number = identity.normalise(match["name"].rpartition("/")[2])
    url = _pages.beside(document.url, quote(f"{match['name'].lstrip('/')}.json"))
    return ListedItem(number, url, "", _facts.moment(match["moment"], where, UTC))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory a record. Raises SourceError for what is neither a record nor a list of them."""
    if _dump.is_dump(document):
        yield from _from_dump(document)
        return
    _bound(document, _dump.RECORD)
    for index, record in enumerate(_records(document), 1):
        where = f"{document.url} item {index}"
        try:
            yield _advisory(document, record, where)
        except SourceError as error:
            yield Quarantined(where, error, record.raw())


def _from_dump(document: Document) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory a record, one in memory at a time; a record that is none is quarantined by itself."""
    for entry in _dump.entries(document):
        if isinstance(entry, Quarantined):
            yield entry
            continue
        record = replace(document, url=f"{document.url}#{entry.name}", body=entry.body)
        try:
            for found in _records(record):
                yield _advisory(document, found, record.url)
        except SourceError as error:
            yield Quarantined(record.url, error, entry.body)


def _records(document: Document) -> list[_json.Node]:
    found = _json.load(document)
    listed = found if isinstance(found.value, list) else found.at("vulns")
    if isinstance(listed.value, list):
        return list(listed.each())
    if not found.text("id") or not found.text("modified"):
        raise SourceError(document.url, "not an OSV record")
    return [found]


def _advisory(document: Document, record: _json.Node, where: str) -> Advisory:
    number, details = identity.normalise(record.text("id")), record.text("details")
    if not number:
        raise SourceError(where, "no advisory number")
    paragraphs = [texts.joined(run) for run in texts.paragraphs(details)]
    title = record.text("summary") or next(iter(paragraphs), "")[:200]
    if not title:
        raise SourceError(where, "no title")
    modified = _facts.moment(record.text("modified"), where, UTC)
    withdrawn = _facts.moment(record.text("withdrawn"), where, UTC)
    updated = max((one for one in (modified, withdrawn) if one), default=None)
    lines = list(record.each("affected"))
    aliases = _aliases(record, number)
    references = tuple(Reference(one.text("url"), one.text("type")) for one in record.each("references"))
    return Advisory(
        source="osv",
        number=number,
        revision=updated.date().isoformat() if updated else "",
        title=title,
        language=texts.language(title + details),
        signature=_facts.unsigned(document),
        status=Status.WITHDRAWN if withdrawn else _facts.status_of(title),
        published=_facts.moment(record.text("published"), where, UTC),
        updated=updated,
        summary=next(iter(paragraphs), title),
        aliases=aliases,
        severity=tuple(dict.fromkeys(_severity(record, lines))),
        affected=tuple(dict.fromkeys(_of_stream(_affected(line), title) for line in lines)),
        fixed=tuple(dict.fromkeys(one for line in lines for one in _fixed(line))),
        sections=tuple(_sections(record, details)),
        references=references,
        url=_address(number, aliases, references),
        publisher=SOURCE.issuer,
    )


def _of_stream(one: Affected, title: str) -> Affected:
    """Keep beside a range of a module's builds the words that name the module: a distribution has several streams of
    it at once, postgresql:13 beside postgresql:15, and no order of versions tells whose a build is."""
    modular = _MODULE.search(one.evidence) and isinstance(one.range, VersionRange)
    return replace(one, unread=(*one.unread, title)) if modular else one


def _address(number: str, aliases: tuple[str, ...], references: tuple[Reference, ...]) -> str:
    """Return the record's own page: a link with its number, or to the page that its distributor has for the same CVE
    name, else its first ADVISORY unless that is another distributor's, else osv.dev's page."""
    ordered = sorted(references, key=lambda one: one.label != "ADVISORY")
    own = _plain_name(number)
    distributor, _, name = own.partition("-cve-")
    for one in ordered:
        address = _plain_name(one.url)
        if own in address or (name and f"cve-{name}" in address and distributor in urlsplit(one.url).netloc):
            return one.url
    known = tuple(map(_plain_name, aliases))
    for one in (each for each in ordered if each.label == "ADVISORY"):
        other = _OTHERS.search(_plain_name(one.url))
        if other is None or other[0] in known:
            return one.url
    return f"https://osv.dev/vulnerability/{quote(number, safe=':')}"


def _plain_name(text: str) -> str:
    """Return a name or an address in one writing: ALSA-2026:0608 stands as alsa-2026-0608 in an address."""
    return unquote(text).lower().replace(":", "-")


def _aliases(record: _json.Node, number: str) -> tuple[str, ...]:
    """Return the names of the same matter: `aliases`, and `upstream` of a distributor's record.

    `related` names other matters; only distributors' records of before 1.7, which have neither of the two, keep there
    the CVE names that they correct. UBUNTU-CVE-2026-1234 brings CVE-2026-1234 with it.
    """
    names = (*record.texts("aliases"), *record.texts("upstream"))
    names = names or tuple(name for name in record.texts("related") if name.startswith("CVE-"))
    written = (one for name in names for one in (identity.normalise(name), *identity.names_in(name)))
    return tuple(dict.fromkeys(one for one in written if one != number))


def _severity(record: _json.Node, lines: list[_json.Node]) -> Iterator[Severity]:
    """Yield the scores of the record and of its products. OSV gives a vector without its number, or a
    word; the number of a CVSS 3 vector follows from it."""
    for one in (each for node in (record, *lines) for each in node.each("severity")):
        kind, score = one.text("type"), one.text("score")
        if kind.startswith("CVSS_V"):
            yield _facts.cvss(kind.removeprefix("CVSS_V"), score, _cvss.base_score(score))
        elif score:
            yield Severity(kind, "", score)


def _sections(record: _json.Node, details: str) -> Iterator[Section]:
    if details:
        yield Section("Details", details)
    if related := record.texts("related"):
        yield Section("Related", "\n".join(related))


def _product(line: _json.Node) -> str:
    """Return the package with its ecosystem; without package, the repository that the commits are of."""
    name, ecosystem = line.text("package", "name"), line.text("package", "ecosystem")
    repository = next((repo for one in line.each("ranges") if (repo := one.text("repo"))), "")
    return f"{name} ({ecosystem})" if ecosystem else name or repository


def _scheme(line: _json.Node, one: _json.Node) -> str:
    """Return the order of a range. npm's is that of SEMVER, and its listed versions are then of the same scheme."""
    own = scheme_of(line.text("package", "ecosystem"))
    match one.text("type"):
        case "SEMVER":
            return own if own == "npm" else "semver"
        case "ECOSYSTEM":
            return own
    return ""


def _affected(line: _json.Node) -> Affected:
    """Read the ranges and the listed versions of one product; what is not read stays beside what is."""
    product, purl = _product(line), line.text("package", "purl")
    found: VersionRange | None = None
    unread: list[str] = []
    for wording, versions in (*_ranges(line), *_versions(line)):
        if versions is None or (found and found.scheme != versions.scheme):
            unread.append(wording)
        else:
            found = versions if found is None else found.union(versions)
    evidence = f"{product}: {'; '.join(map(_wording, line.each('ranges')))}".rstrip(": ")
    # Commits say the same as the versions beside them.
    unread = [one for one in unread if not (found and one.startswith("GIT"))]
    if found is None:
        return Affected(product, UnreadRange("; ".join(unread)), evidence, purl=purl)
    return Affected(product, found, evidence, purl=purl, unread=tuple(unread))


def _wording(one: _json.Node) -> str:
    events = (f"{kind} {node.text(kind)}" for node in one.each("events") for kind in node.fields)
    return f"{one.text('type')} {', '.join(events)}".strip()


def _ranges(line: _json.Node) -> Iterator[tuple[str, VersionRange | None]]:
    for one in line.each("ranges"):
        scheme = _scheme(line, one)
        try:
            yield _wording(one), _span(scheme, one) if scheme else None
        except VersionError:
            yield _wording(one), None


def _span(scheme: str, one: _json.Node) -> VersionRange:
    """Evaluate the events of a range. Raises VersionError for what cannot be read, or opens and closes at once."""
    events = [(kind, node.text(kind)) for node in one.each("events") for kind in node.fields]
    limits = [version for kind, version in events if kind == "limit" and version != "*"]
    placed = [_place(scheme, kind, version) for kind, version in events if kind != "limit"]
    constraints: list[Constraint] = []
    opened: tuple[bytes, str] | None = None
    for place, rank, version in sorted(placed):
        if rank == 0:
            opened = opened or (place, version)
            continue
        if opened is None:
            continue
        if rank == 2 and place == opened[0]:
            constraints.append(Constraint("=", version))
        else:
            constraints += _opening(opened)
            constraints.append(Constraint("<" if rank == 1 else "<=", version))
        opened = None
    if opened:
        constraints += _opening(opened)
    elif not constraints:
        raise VersionError(_wording(one), "no version is in both ranges")
    whole = VersionRange(scheme, tuple(constraints))
    last = max(limits, key=lambda version: key(scheme, version), default="")
    return whole.intersection(VersionRange(scheme, (Constraint("<", last),))) if last else whole


def _place(scheme: str, kind: str, version: str) -> tuple[bytes, int, str]:
    """Return where an event stands; `introduced` 0 is before every version. Raises VersionError for an unknown kind."""
    if kind not in _ORDER:
        raise VersionError(kind, "not an event of a version range")
    lowest = kind == "introduced" and version == "0"
    return b"" if lowest else key(scheme, version), _ORDER[kind], version


def _opening(opened: tuple[bytes, str]) -> tuple[Constraint, ...]:
    return (Constraint(">=", opened[1]),) if opened[0] else ()


def _versions(line: _json.Node) -> Iterator[tuple[str, VersionRange | None]]:
    """Yield the listed versions, in one range where the ecosystem's order is known."""
    listed = line.texts("versions")
    if not listed:
        return
    schemes = (scheme_of(line.text("package", "ecosystem")), *(_scheme(line, one) for one in line.each("ranges")))
    scheme = next(filter(None, schemes), "")
    if not scheme:
        yield f"versions {', '.join(listed)}", None
        return
    places: dict[bytes, str] = {}
    unread = []
    for version in listed:
        try:
            places.setdefault(key(scheme, version), version)
        except VersionError:
            unread.append(version)
    if places:
        yield (
            f"versions {', '.join(places.values())}",
            VersionRange(scheme, tuple(Constraint("=", version) for version in places.values())),
        )
    if unread:
        yield f"versions {', '.join(unread)}", None


def _fixed(line: _json.Node) -> Iterator[Fixed]:
    product = _product(line)
    for one in line.each("ranges"):
        scheme, wording = _scheme(line, one), _wording(one)
        for version in (text for node in one.each("events") if (text := node.text("fixed"))):
            if scheme and (versions := _vers.exactly(scheme, version)):
                yield Fixed(product, versions, wording)
