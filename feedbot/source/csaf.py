"""CSAF 2.0 and 2.1 (Common Security Advisory Framework, OASIS): any provider's documents, CISA's by default.

listing    a provider-metadata.json, whose listings are followed (7.1.7): the ROLIE feeds for everybody (CLEAR, or WHITE
           as 2.0 says), and of a directory distribution its changes.csv; a ROLIE feed; a changes.csv or index.txt
read       one document: `document`, `product_tree`, `vulnerabilities`

Affected are the products of known_affected, first_affected and last_affected; corrected those of fixed, first_fixed and
recommended, and the version below which a product is affected where a vendor_fix names it ("Update to V1.22 or later").
A product that is fixed without a version has its Remediation alone. Workarounds are what the publisher calls mitigation
or workaround: CISA's hold updates too. Products not affected, CWE names and which score is which vulnerability's have
no place of their own. `draft` and `interim` are 暫定, the categories csaf_withdrawn and csaf_superseded (2.1) 取下げ.
Beside a document of a directory lie its hash and its signature, .sha256 or .sha512 and .asc (7.1.18, 7.1.19); a ROLIE
feed says in `link` which there are. The signature is judged by the source's keys: those that the metadata names are not
believed, because who can change the documents can change them too.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from functools import partial
from urllib.parse import quote

from feedbot.advisory import (
    Advisory,
    Affected,
    Fixed,
    HistoryEntry,
    Quarantined,
    Reference,
    Section,
    Severity,
    Signature,
    Status,
    Verdict,
    identity,
)
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _json, _pages, _product_tree
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="CSAF (CISA)",
    issuer="CISA",
    listing_url="https://raw.githubusercontent.com/cisagov/CSAF/develop/csaf_files/IT/white/cisa-csaf-it-feed-tlp-white.json",
    interval=timedelta(hours=1),
    language="en",
)

_Products = Mapping[str, _product_tree.Product]
_LINE = re.compile(r'"?(?P<path>[^"\s,:?#\\]+\.json)"?(?:\s*,\s*"?(?P<moment>[^",]+)"?)?')
_NAME = re.compile(r"\A[A-Z][\w.:]*(?:-[\w.:]+)+\Z")
_AFFECTED = ("known_affected", "first_affected", "last_affected")
_FIXED = ("fixed", "first_fixed", "recommended")
_CURES = ("mitigation", "workaround")
_FIXES = ("vendor_fix", "optional_patch", "fix_planned")
_NO_FIXES = ("none_available", "no_fix_planned")
_LONGEST_DETAILS = 2000
"""Characters of a vendor's words on a correction that are looked through for a version."""
_SILENT = ("legal_disclaimer",)
_WEB = ("https://", "http://")
"""What fetch takes: it decides itself that a host must be asked by https."""
_FOR_ALL = ("CLEAR", "WHITE", "UNLABELED")
_GONE = ("csaf_withdrawn", "csaf_superseded")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the documents that a listing names. Raises SourceError for what is no listing of documents."""
    lines = _json.lines(document)
    if lines[0].startswith(("{", "[")):
        yield from _feed(document)
        return
    if not any(map(_LINE.fullmatch, lines)):
        raise SourceError(document.url, "not a listing of CSAF documents")
    yield from _json.items(document, lines, partial(_line, document))


def _line(document: Document, line: str, where: str) -> ListedItem:
    match = _LINE.fullmatch(line)
    if match is None or match["path"].startswith("/") or ".." in match["path"]:
        raise SourceError(where, "no address")
    url = _pages.beside(document.url, quote(match["path"], safe="/%"))
    return ListedItem(
        number="",
        url=url,
        updated=_facts.moment(match["moment"] or "", where, UTC),
        hash_urls=(f"{url}.sha256", f"{url}.sha512"),
        signature_url=f"{url}.asc",
    )


def _feed(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the entries of a ROLIE feed (RFC 8322, as JSON)."""
    feed = _json.load(document)
    if feed.text("metadata_version") and feed.text("canonical_url"):
        yield from _distributions(document, feed)
        return
    if not isinstance(feed.at("feed", "entry").value, list):
        raise SourceError(document.url, "not a listing of CSAF documents")
    for index, entry in enumerate(feed.each("feed", "entry"), 1):
        where = f"{document.url} item {index}"
        try:
            yield _entry(entry, where)
        except SourceError as error:
            yield Quarantined(where, error, entry.raw())


def _distributions(document: Document, metadata: _json.Node) -> Iterator[ListedItem | Quarantined]:
    """Yield the listings of a provider. Where it has feeds, its directories hold the same documents and are left out.

    Raises SourceError where it names none that everybody may read.
    """
    found = [*_feeds(metadata)] or [*_directories(metadata)]
    if not found:
        raise SourceError(document.url, "a provider's metadata that names no listing for everybody")
    for index, url in enumerate(dict.fromkeys(found), 1):
        where = f"{document.url} distribution {index}"
        if url.startswith(_WEB):
            yield ListedItem("", url, listing=True)
        else:
            yield Quarantined(where, SourceError(where, "no address"), url.encode())


def _feeds(metadata: _json.Node) -> Iterator[str]:
    for distribution in metadata.each("distributions"):
        for feed in distribution.each("rolie", "feeds"):
            if feed.text("tlp_label") in _FOR_ALL:
                yield feed.text("url")


def _directories(metadata: _json.Node) -> Iterator[str]:
    """Yield the changes.csv of each directory: it names every document, and when it changed (7.1.13)."""
    for distribution in metadata.each("distributions"):
        url = distribution.text("directory_url") or distribution.text("directory", "url")
        label = distribution.text("directory", "tlp_label") or _FOR_ALL[0]
        if url and label in _FOR_ALL:
            yield f"{url.rstrip('/')}/changes.csv"


def _entry(entry: _json.Node, where: str) -> ListedItem:
    links = [(one.text("rel"), one.text("href")) for one in entry.each("link")]
    by_kind = dict(reversed(links))
    url = entry.text("content", "src") or by_kind.get("self", "")
    if not url.startswith(_WEB):
        raise SourceError(where, "no address")
    return ListedItem(
        identity.normalise(entry.text("id")),
        url,
        entry.text("title"),
        _facts.moment(entry.text("updated") or entry.text("published"), where, UTC),
        hash_urls=tuple(href for rel, href in links if rel == "hash" and href.startswith(_WEB)),
        signature_url=next((href for rel, href in links if rel == "signature" and href.startswith(_WEB)), ""),
    )


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a document. Raises SourceError for what is no CSAF document."""
    found = _json.load(document)
    if not found.text("document", "csaf_version").startswith("2."):
        raise SourceError(document.url, "not a CSAF document")
    if "jvn_extension" in found.fields:
        # Its affected versions stand there and nowhere in the product tree: without them, too little would be affected.
        raise SourceError(document.url, "a detail of MyJVN, not CSAF alone", hint="read it with the member jvn_ipedia")
    try:
        yield _advisory(document, found, _signature(document, judge))
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _advisory(document: Document, found: _json.Node, signature: Signature) -> Advisory:
    head, tracking = found.at("document"), found.at("document", "tracking")
    number, title = identity.normalise(tracking.text("id")), head.text("title")
    if not number:
        raise SourceError(document.url, "no advisory number")
    if not title:
        raise SourceError(document.url, "no title")
    vulnerabilities = list(found.each("vulnerabilities"))
    products = _product_tree.products(found.at("product_tree"))
    published = _facts.moment(tracking.text("initial_release_date"), document.url, UTC)
    updated = _facts.moment(tracking.text("current_release_date"), document.url, UTC)
    notes = list(head.each("notes"))
    references = tuple(dict.fromkeys(_references(head, vulnerabilities)))
    return Advisory(
        source="csaf",
        number=number,
        revision=tracking.text("version"),
        title=title,
        language=head.text("lang").partition("-")[0].lower() or texts.language(title),
        signature=signature,
        status=_status(head, title),
        published=published,
        updated=updated,
        summary=_summary(notes, vulnerabilities),
        aliases=_aliases(head, vulnerabilities, number),
        severity=tuple(dict.fromkeys((*_scores(vulnerabilities), *_own_severity(head)))),
        affected=tuple(dict.fromkeys(_affected(vulnerabilities, products))),
        fixed=tuple(dict.fromkeys((*_fixed(vulnerabilities, products), *_ended(vulnerabilities, products)))),
        workarounds=tuple(dict.fromkeys(_remedies(vulnerabilities, _CURES))),
        sections=tuple(_sections(notes, vulnerabilities)),
        references=references,
        history=tuple(_history(one, document.url) for one in tracking.each("revision_history")),
        url=_own_address(head, vulnerabilities, number),
        publisher=head.text("publisher", "name") or SOURCE.issuer,
    )


def _signature(document: Document, judge: Judge) -> Signature:
    """Return what the source's keys say of the signature beside the document; inside of it there is none."""
    signature = judge(document.body, None).signature
    return _facts.unsigned(document) if signature.verdict is Verdict.UNSIGNED else signature


def _status(head: _json.Node, title: str) -> Status:
    if head.text("category") in _GONE:
        return Status.WITHDRAWN
    said = _facts.status_of(title)
    interim = head.text("tracking", "status") in ("draft", "interim")
    return Status.DRAFT if interim and said is Status.FINAL else said


def _aliases(head: _json.Node, vulnerabilities: list[_json.Node], number: str) -> tuple[str, ...]:
    """Return the names of the same matter: the vulnerabilities' own and the document's aliases. References lead to
    other matters as well; only MyJVN's, which say so by their type, are names of this."""
    named = [*head.texts("tracking", "aliases")]
    named += (one.text("summary") for one in head.each("references") if one.text("type") == "advisory")
    for one in vulnerabilities:
        named += (one.text("cve"), *(id_.text("text") for id_ in one.each("ids")))
    # Numbers that other trackers give (Red Hat Bugzilla's 2213639) are names of nothing outside of them.
    found = (name for one in named for name in (identity.names_in(one) or _NAME.findall(one)))
    return tuple(dict.fromkeys(name for name in found if name != number))


def _summary(notes: list[_json.Node], vulnerabilities: list[_json.Node]) -> str:
    """Return what the document says of itself; a VEX, which is about one vulnerability, says it of that."""
    said = [one.text("text") for one in notes if one.text("category") in ("summary", "description")]
    if len(vulnerabilities) == 1:
        own = list(vulnerabilities[0].each("notes"))
        said += (one.text("text") for kind in ("description", "summary") for one in own if one.text("category") == kind)
    return next(iter(said), "")


def _own_severity(head: _json.Node) -> Iterator[Severity]:
    """Yield the publisher's word for the whole (3.2.1.2), which Red Hat's classification is."""
    if word := head.text("aggregate_severity", "text"):
        yield Severity(head.text("publisher", "name"), "", word)


def _scores(vulnerabilities: list[_json.Node]) -> Iterator[Severity]:
    """Yield the scores: `scores` of 2.0, `metrics` of 2.1."""
    held = [score for one in vulnerabilities for score in one.each("scores")]
    held += [metric.at("content") for one in vulnerabilities for metric in one.each("metrics")]
    for one in held:
        for name in ("cvss_v4", "cvss_v3", "cvss_v2"):
            score = one.at(name)
            if score.text("vectorString"):
                yield _facts.cvss(score.text("version"), score.text("vectorString"), score.text("baseScore"))


def _stated(
    vulnerabilities: list[_json.Node], products: _Products, statuses: tuple[str, ...]
) -> Iterator[_product_tree.Product]:
    ids = (id_ for one in vulnerabilities for status in statuses for id_ in one.texts("product_status", status))
    for id_ in dict.fromkeys(ids):
        yield products.get(id_) or _product_tree.unknown(id_)


def _affected(vulnerabilities: list[_json.Node], products: _Products) -> Iterator[Affected]:
    yield from (one.affected() for one in _stated(vulnerabilities, products, _AFFECTED))


def _fixed(vulnerabilities: list[_json.Node], products: _Products) -> Iterator[Fixed]:
    yield from (fixed for one in _stated(vulnerabilities, products, _FIXED) if (fixed := one.fixed()))


def _ended(vulnerabilities: list[_json.Node], products: _Products) -> Iterator[Fixed]:
    """Yield the version at which the range of a product ends, where the vendor's correction for it names that too."""
    ends = {id_: (one, one.end.replace(" ", "_")) for id_, one in products.items() if one.end}
    for remedy in (remedy for one in vulnerabilities for remedy in one.each("remediations")):
        details = remedy.text("details") if remedy.text("category") == "vendor_fix" else ""
        plain = details.replace(" ", "_") if len(details) <= _LONGEST_DETAILS else ""
        for id_ in remedy.texts("product_ids") if plain and ends else ():
            if id_ in ends and ends[id_][1] in plain:  # a pattern for each of 20,000 products would take seconds
                yield from ends[id_][0].ended(details)


def _remedies(vulnerabilities: list[_json.Node], categories: tuple[str, ...]) -> Iterator[str]:
    for one in vulnerabilities:
        for remedy in one.each("remediations"):
            if remedy.text("category") in categories and remedy.text("details"):
                yield remedy.text("details")


def _sections(notes: list[_json.Node], vulnerabilities: list[_json.Node]) -> Iterator[Section]:
    for note in notes:
        if note.text("text") and note.text("category") not in _SILENT:
            yield Section(note.text("title") or note.text("category"), note.text("text"))
    for one in vulnerabilities:
        heading = " ".join(dict.fromkeys(filter(None, (one.text("cve"), one.text("title")))))
        said = [note.text("text") for note in one.each("notes") if note.text("category") not in _SILENT]
        if text := "\n\n".join(filter(None, said)):
            yield Section(heading, text)
    fixes = [*_remedies(vulnerabilities, _FIXES)]
    fixes += (f"{name}: {said}" for name in _NO_FIXES for said in _remedies(vulnerabilities, (name,)))
    if fixes:
        yield Section("Remediation", "\n".join(dict.fromkeys(fixes)))


def _references(head: _json.Node, vulnerabilities: list[_json.Node]) -> Iterator[Reference]:
    for one in (*head.each("references"), *(one for node in vulnerabilities for one in node.each("references"))):
        if one.text("url"):
            yield Reference(one.text("url"), one.text("summary"))
    for one in (one for node in vulnerabilities for one in node.each("remediations")):
        if one.text("url"):
            yield Reference(one.text("url"), one.text("category"))


def _own_address(head: _json.Node, vulnerabilities: list[_json.Node], number: str) -> str:
    """Return the page of an advisory: of its own addresses first one that names it (CISA's documents call the vendor's
    page theirs too), then one that is not the document's."""
    held = (*head.each("references"), *(one for node in vulnerabilities for one in node.each("references")))
    own = [one.text("url") for one in held if one.text("category") == "self" and one.text("url")]
    return min(own, key=lambda url: (url.endswith(".json"), number.lower() not in url.lower()), default="")


def _history(entry: _json.Node, where: str) -> HistoryEntry:
    moment = _facts.moment(entry.text("date"), where, UTC)
    words = f"{entry.text('number')}: {entry.text('summary')}".strip(": ")
    return HistoryEntry(moment.date() if moment else None, words)
