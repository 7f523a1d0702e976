"""NetBSD's security advisories, clear-signed, and their Japanese translations, which nobody signs.

listing   the folder of the texts, as its server lists it
read      one text: number, fields (Topic, Version, Severity, Fixed), underlined parts, Revision History

`Version` says of each release whether it is affected; a date ("source prior to May 30, 2006") is no version, and stays
unread, as do packages of pkgsrc. `Fixed` gives dates of branches; releases are named only where they "will include the
fix", or do. `Severity` is a sentence on the impact and no scale: it and the other fields are sections, as written.
Workarounds are not told apart from solutions, which stand under one heading in prose. The texts of 1998 to 2000 have no
dates. A translation has the number and the address of the text that it translates.
Form: NetBSDjp/htdocs, JP/security/advisories, 1998 to 2006. Dates are UTC.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from feedbot.advisory import Advisory, Affected, Fixed, Quarantined, Reference, Section, UnreadRange, identity
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import phrases
from feedbot.reading import text as texts
from feedbot.signature import UnsignedText, VerifiedText
from feedbot.source import _cleartext, _facts, _pages
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import Constraint, VersionRange

SOURCE = SourceInfo(
    title="NetBSD Security Advisories",
    issuer="NetBSD",
    listing_url="https://ftp.netbsd.org/pub/NetBSD/security/advisories/",
    interval=timedelta(hours=3),
    language="en",
)

_NUMBER = re.compile(r"^[ \t]*NetBSD Security Advisory (?P<number>[0-9]{4}-[0-9]{3})[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"/(NetBSD-SA[0-9]{4}-[0-9]{3})\.txt(?:\.asc)?$")
_NAMES = {"トピック": "Topic", "バージョン": "Version", "影響範囲": "Severity", "修正日": "Fixed"}
"""Names of the fields in the translations."""
_RELEASE = re.compile(r"NetBSD[- ](?P<version>[0-9]+(?:\.[0-9]+)*)(?P<branch>\.?\*|\.x)?")
_ONE = re.compile(r"(?P<name>NetBSD[- ][A-Za-z0-9.*_-]+(?: beta)?|pkgsrc)\s*:\s*(?P<state>\S.*)")
_YES = re.compile(r"affected\.?|vulnerable|影響あり", re.IGNORECASE)
_NO = re.compile(r"(?:not |un)affected.*|not (?:vulnerable|included|applicable).*|影響なし.*", re.IGNORECASE)
_HOLDS = re.compile(
    r"(?<![\w.-])(?P<version>[0-9]+(?:\.[0-9]+)+)"
    r"(?: (?:will include|includes) the fix| ?は修正ずみ| ?には修正が含まれ)"
)
_PIECES = re.compile(r";\s*|,\s*(?=-current)|\.\s+(?=[A-Z])")
_CURRENT = re.compile(r"-current\b")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each advisory that the folder holds; where there is a signed text it is the one to fetch."""
    found: dict[str, str] = {}
    for address, _ in _pages.links(document, SOURCE.listing_url):
        name = _ADDRESS.search(unquote(address))
        if name and (name[1] not in found or address.endswith(".asc")):
            found[name[1]] = address
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for number, address in found.items():
        yield ListedItem(number, address, signed_url=address if address.endswith(".asc") else "")


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a text. Raises SourceError where the document is empty."""
    yield from _cleartext.read(document, judge, _advisory)


def _advisory(document: Document, judged: VerifiedText | UnsignedText, words: str) -> Advisory:
    found = _NUMBER.search(words)
    if found is None:
        raise SourceError(document.url, "no advisory number")
    number = f"NetBSD-SA{found['number']}"
    _cleartext.promised(document, number, _ADDRESS)
    top, parts = _cleartext.parts(words[found.end() :])
    headed = tuple(part for part in parts if "Revision History" not in part.heading)
    said = _cleartext.fields(top)
    fields = {_NAMES.get(name, name): lines for name, lines in said.items()}
    title = texts.joined(fields.get("Topic", ()))
    if not title:
        raise SourceError(document.url, "no title")
    history = tuple(
        entry for part in parts if "Revision History" in part.heading for entry in _facts.history(part.text)
    )
    days = sorted(datetime.combine(entry.date, datetime.min.time(), UTC) for entry in history if entry.date)
    last = _cleartext.latest(judged.signature, *days)
    abstract = next((part.text for part in headed if "Abstract" in part.heading), "")
    return Advisory(
        source="netbsd",
        number=number,
        revision=last.date().isoformat() if last else "",
        title=title,
        language=texts.language(words),
        signature=judged.signature,
        status=_facts.status_of(title),
        published=days[0] if days else None,
        updated=last if days and last != days[0] else None,
        summary=_summary(abstract),
        aliases=tuple(name for name in identity.names_in(f"{title}\n{abstract}") if _is_alias(name)),
        affected=tuple(_affected(fields.get("Version", ()))),
        fixed=tuple(_fixed(fields.get("Fixed", ()))),
        sections=(*_stated(said), *headed),
        references=tuple(Reference(url) for url in texts.urls("\n".join(part.text for part in headed))),
        history=history,
        url=f"{SOURCE.listing_url}{number}.txt.asc",
        publisher=SOURCE.issuer,
    )


def _stated(fields: dict[str, tuple[str, ...]]) -> Iterator[Section]:
    """Yield the fields below the title as they are written: who is not affected, the impact and the days of corrections
    stand nowhere else."""
    for name, lines in fields.items():
        if _NAMES.get(name, name) in ("Version", "Severity", "Fixed"):
            yield Section(name, "\n".join(lines))


def _summary(abstract: str) -> str:
    """Return the first paragraph; one that only introduces a quotation ("CERT's advisory says:") with what follows."""
    runs = [texts.joined(run) for run in texts.paragraphs(abstract)]
    return texts.joined(runs[:2]) if runs and runs[0].endswith((":", "：")) else next(iter(runs), "")


def _is_alias(name: str) -> bool:
    return not name.startswith("NetBSD-SA")


def _affected(lines: tuple[str, ...]) -> Iterator[Affected]:
    """Read one line a release; a line without name of its own goes on with the one before it."""
    statements: list[str] = []
    for line in lines:
        if _ONE.match(line) or not statements or not _ONE.match(statements[0]):
            statements.append(line)
        else:
            statements[-1] = f"{statements[-1]} {line}"
    for statement in statements:
        one = _ONE.fullmatch(statement)
        if one is None:
            yield _prose(statement)
        elif not _NO.fullmatch(one["state"]):
            yield _release(one["name"], one["state"], statement)


def _release(name: str, state: str, statement: str) -> Affected:
    found = _RELEASE.fullmatch(name)
    product = "pkgsrc" if name == "pkgsrc" else "NetBSD"
    if found is None or not _YES.fullmatch(state.strip()):
        return Affected(product, UnreadRange(statement), statement)
    try:
        version = found["version"]
        exact = VersionRange(_facts.SCHEME, (Constraint("=", version),))
        return Affected(product, VersionRange.branch(_facts.SCHEME, version) if found["branch"] else exact, statement)
    except VersionError:
        return Affected(product, UnreadRange(statement), statement)


def _prose(statement: str) -> Affected:
    """Read what early texts say in a sentence ("NetBSD 1.3.2 and prior; NetBSD-current to 19981120"). What it says of
    -current stays as unread beside the releases."""
    pieces = _PIECES.split(statement)
    current = tuple(piece for piece in pieces if _CURRENT.search(piece))
    releases = [piece for piece in pieces if piece not in current]
    phrase = phrases.read(releases[0].rstrip("."), "", _facts.SCHEME, listed=True) if len(releases) == 1 else None
    if phrase is None or phrase.range is None or not phrase.complete or phrase.product not in ("", "NetBSD"):
        return Affected("NetBSD", UnreadRange(statement), statement)
    return Affected("NetBSD", phrase.range, statement, unread=current, notes=phrase.notes, two_senses=phrase.two_senses)


def _fixed(lines: tuple[str, ...]) -> Iterator[Fixed]:
    for line in lines:
        for found in _HOLDS.finditer(line):
            yield from _facts.fixed("NetBSD", found["version"], line)
