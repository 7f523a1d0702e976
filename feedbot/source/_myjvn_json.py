"""getVulnOverviewList of the MyJVN API in JSON (feed=oka, myjvn_feed_1.0.json), as the items of JVN iPedia's feeds."""

from collections.abc import Iterator

from feedbot.advisory import Quarantined, Reference, Severity, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source import _facts, _json, _jvndb, _jvnrss, _matter, _myjvn
from feedbot.source._member import ListedItem


def is_json(document: Document) -> bool:
    """Say whether a document is an answer in JSON rather than in XML."""
    return document.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def items(document: Document) -> Iterator[_jvnrss.Item | Quarantined]:
    """Yield the entries, then what the answer leaves out. Raises SourceError for another answer, or one that failed."""
    answer = _json.load(document)
    missing = _myjvn.check_status(document, status(answer))
    if not isinstance(answer.at("feed", "entry").value, list):
        raise _refused(document, answer)
    for index, entry in enumerate(answer.each("feed", "entry"), 1):
        where = f"{document.url} item {index}"
        try:
            yield _item(entry, where)
        except SourceError as error:
            yield Quarantined(where, error, entry.raw())
    if missing:
        yield missing


def _refused(document: Document, answer: _json.Node) -> SourceError:
    """Return why an answer is no list of entries: by its schema, what it is instead."""
    schema = answer.text("$schema").partition("?")[0].rpartition("/")[2]
    if schema:
        return SourceError(document.url, "an answer of MyJVN that is no advisory: {what}", what=schema[:60])
    return SourceError(document.url, "not a list of JVN iPedia")


def next_page(document: Document) -> ListedItem | None:
    """Return the page behind this one as a listing; None where there is none, or no address can be made."""
    return _myjvn.page_behind(document, status(_json.load(document)))


def status(answer: _json.Node) -> dict[str, str]:
    """Return what an answer says of itself."""
    said = answer.at("status")
    return {name: said.text(name) for name in said.fields}


def _item(entry: _json.Node, where: str) -> _jvnrss.Item:
    number, title = identity.normalise(entry.text("id")), entry.text("title")
    if not number.startswith("JVNDB-"):
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    references, summary = list(entry.each("references")), _jvndb.plain(entry.text("summary"))
    linked = (name for one in references for name in identity.names_in(f"{one.text('summary')} {one.text('url')}"))
    names = (*linked, *_matter.cves(summary))
    return _jvnrss.Item(
        number=number,
        title=title,
        url=entry.text("link"),
        summary=summary,
        published=_facts.moment(entry.text("created"), where),
        updated=_facts.moment(entry.text("modified"), where),
        names=tuple(dict.fromkeys(name for name in names if name != number)),
        references=tuple(Reference(one.text("url"), _label(one)) for one in references),
        products=tuple(
            (one.text("vname"), one.text("pname"), one.text("product_ids", "cpe")) for one in entry.each("products")
        ),
        severity=tuple(score for one in entry.each("metrics") for score in scores(one)),
    )


def _label(reference: _json.Node) -> str:
    return " ".join(filter(None, (reference.text("source"), reference.text("summary"))))


def scores(metric: _json.Node) -> Iterator[Severity]:
    """Yield the scores of a metric, the newest version of CVSS first."""
    for name in ("cvss_v4", "cvss_v3", "cvss_v2"):
        score = metric.at("content", name)
        if score.text("vectorString"):
            yield _facts.cvss(score.text("version"), score.text("vectorString"), score.text("baseScore"))
