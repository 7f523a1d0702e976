"""nginx's security advisories.

listing   the file itself: one XML element a matter, each of it the whole advisory
read      the same file: name, severity, CVE, CERT and CORE numbers, `vulnerable`, `good`, patches

`good="1.31.3+, 1.30.4+"`: what is newer in a branch is corrected, and so is every branch above; it is cut out of
`vulnerable`. The file begins with a DOCTYPE without anything in it, which is taken off; any other is refused.
Form: nginx/nginx.org, xml/en/security_advisories.xml, of which the page is made (xslt/security.xslt). It gives no
dates, and the page has no places of its own for the matters, so all have one address.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Severity, UnreadRange, identity
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import phrases
from feedbot.source import _branches, _facts, _xml
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="nginx security advisories",
    issuer="nginx",
    listing_url="https://raw.githubusercontent.com/nginx/nginx.org/main/xml/en/security_advisories.xml",
    interval=timedelta(hours=3),
    language="en",
)

_PAGE = "https://nginx.org/en/security_advisories.html"
_DOCTYPE = re.compile(rb'<!DOCTYPE article SYSTEM "[./]*dtd/article\.dtd">')
_GOOD = re.compile(r"[0-9]+(?:\.[0-9]+){2}\+(?:,\s*[0-9]+(?:\.[0-9]+){2}\+)*")
_SEVERITIES = ("none", "low", "minor", "medium", "major", "critical")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each matter; it has no document of its own."""
    for index, node in enumerate(_items(document), 1):
        try:
            yield node if isinstance(node, Quarantined) else ListedItem(_number(node, _where(document, index)), "")
        except SourceError as error:
            yield Quarantined(_where(document, index), error, _raw(node))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of each matter."""
    for index, node in enumerate(_items(document), 1):
        try:
            yield node if isinstance(node, Quarantined) else _advisory(document, node, _where(document, index))
        except SourceError as error:
            yield Quarantined(_where(document, index), error, _raw(node))


def _items(document: Document) -> Iterator[_xml.Node | Quarantined]:
    plain = replace(document, body=_DOCTYPE.sub(b"", document.body, count=1))
    yield from _xml.stream(plain, "article", "item")


def _where(document: Document, index: int) -> str:
    return f"{document.url} item {index}"


def _raw(node: _xml.Node | Quarantined) -> bytes:
    return node.raw if isinstance(node, Quarantined) else node.raw()


def _number(node: _xml.Node, where: str) -> str:
    """Return the CVE name; matters of before these have CORE's number, or CERT's."""
    cve, cert, core = node.get("cve"), node.get("cert"), node.get("core")
    found = identity.normalise(f"CVE-{cve}" if cve else core or (f"VU#{cert}" if cert else ""))
    if not re.fullmatch(r"(?:CVE|CORE)-[0-9]{4}-[0-9]{4,19}|VU#[0-9]{3,7}", found):
        raise SourceError(where, "no advisory number")
    return found


def _advisory(document: Document, node: _xml.Node, where: str) -> Advisory:
    number, title, severity = _number(node, where), node.get("name"), node.get("severity")
    if not title:
        raise SourceError(where, "no title")
    good = tuple(one.strip().rstrip("+") for one in node.get("good").split(",")) if _good(node) else ()
    affected = tuple(_affected(node, good))
    product = affected[0].product if affected else "nginx"
    names = [f"VU#{node.get('cert')}" if node.get("cert") else "", node.get("core")]
    return Advisory(
        source="nginx",
        number=number,
        revision="",
        title=title,
        language="en",
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        aliases=tuple(identity.normalise(name) for name in names if name and name != number),
        severity=(Severity("nginx", "", severity),) if severity in _SEVERITIES else (),
        affected=affected,
        fixed=tuple(fix for one in good for fix in _facts.fixed(product, one, f"{one}+")),
        references=(
            *(Reference(url, "advisory") for url in (node.get("advisory"), node.get("href")) if "://" in url),
            *(Reference(f"https://nginx.org/download/{one.get('name')}", _patch(one)) for one in node.each("patch")),
        ),
        url=_PAGE,
        publisher=SOURCE.issuer,
    )


def _patch(node: _xml.Node) -> str:
    versions = node.get("versions")
    return f"patch (for {versions})" if versions else "patch"


def _good(node: _xml.Node) -> bool:
    return bool(_GOOD.fullmatch(node.get("good")))


def _affected(node: _xml.Node, good: tuple[str, ...]) -> Iterator[Affected]:
    """Read `vulnerable` ("0.9.6-1.31.2, 1.2.0", "nginx/Windows 0.7.52-0.8.40", "all") less what is good."""
    wording = node.get("vulnerable")
    if not wording:
        return
    evidence = f"vulnerable: {wording}; not vulnerable: {node.get('good')}"
    phrase = phrases.read(wording, "", _facts.SCHEME, listed=True)
    product = phrase.product or "nginx"
    known = node.get("good") == "none" or _good(node)
    try:
        if phrase.range is None or not phrase.complete or not known:
            raise VersionError(wording, "not a version range (VERS)")
        corrections = [(_branches.branch_of(one, 2), one) for one in good]
        left = _branches.without(phrase.range, corrections, newest_open=True)
        yield Affected(product, left, evidence, notes=phrase.notes, two_senses=phrase.two_senses)
    except VersionError:
        yield Affected(product, UnreadRange(wording), evidence)
