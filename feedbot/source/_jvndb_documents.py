"""The documents of JVN iPedia, whichever of its members is given them: feeds and answers with items, and details."""

from collections.abc import Iterator

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source import _json, _jvnrss, _myjvn, _myjvn_detail, _myjvn_json, _vuldef, _xml
from feedbot.source._member import ListedItem

ISSUER = "JVN iPedia (IPA)"


def is_detail(document: Document) -> bool:
    """Say whether a document holds details rather than items. Raises SourceError where it is neither XML nor JSON."""
    if _myjvn_json.is_json(document):
        return _myjvn_detail.is_detail(_json.load(document))
    return _xml.root_name(document) == _vuldef.ROOT


def details(document: Document) -> Iterator[Advisory | Quarantined]:
    """Yield the details of a file or an answer, then what the answer leaves out."""
    if _myjvn_json.is_json(document):
        answer = _json.load(document)
        missing = _myjvn.check_status(document, _myjvn_json.status(answer))
        yield from _myjvn_detail.advisories(document, answer, ISSUER)
    else:
        missing = _myjvn.check(document)
        yield from _vuldef.advisories(document, ISSUER)
    if missing:
        yield missing


def items(document: Document) -> Iterator[_jvnrss.Item | Quarantined]:
    """Yield the items of a feed or an answer, then what the answer leaves out.

    Raises SourceError for what is no list of advisories, and says what it is instead.
    """
    if _myjvn_json.is_json(document):
        yield from _myjvn_json.items(document)
        return
    missing = _myjvn.check(document)
    root = _xml.root_name(document)
    if root == "Result" and _myjvn.names_nothing(document):
        return
    method = _myjvn.method(document)
    if root != "RDF" and method not in ("", "getVulnOverviewList", "getVulnDetailInfo"):
        raise SourceError(document.url, "an answer of MyJVN that is no advisory: {what}", what=method[:60])
    if ":" in root:
        detail = f"the prefix of {root} is not declared"
        raise SourceError(document.url, "not XML: {detail}", detail=detail)
    yield from _jvnrss.items(document)
    if missing:
        yield missing


def listed(found: Iterator[_jvnrss.Item | Advisory | Quarantined]) -> Iterator[ListedItem | Quarantined]:
    """Yield what items or details are called; each stands whole in its document, so none has an address."""
    for one in found:
        yield one if isinstance(one, Quarantined) else ListedItem(one.number, "", one.title, one.updated)


def next_page(document: Document) -> ListedItem | None:
    """Return the page behind an answer as a listing; None where there is none."""
    return _myjvn_json.next_page(document) if _myjvn_json.is_json(document) else _myjvn.next_page(document)
