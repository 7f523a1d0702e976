"""What an answer of the MyJVN API says of itself: `status:Status` (status_3.3.xsd), which stands last in it, or the
`status` of an answer in JSON; and what to ask of the API.

Parameters: https://jvndb.jvn.jp/apis/getVulnOverviewList_api_hnd.html (`startItem`, `maxCountItem` up to 50,
`datePublishedStartY` … by the day of the last update, of which the ranges `rangeDate…=n` take away the default of one
week) and getVulnDetailInfo_api_hnd.html (`vulnId`, joined by `+`, `maxCountItem` up to 10).
Rules: https://jvndb.jvn.jp/apis/myjvnapi_faq.html, Q1-3: by difference, the feeds rather than the API, two or three
requests a second for minutes, and no mass of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading.dates import JST
from feedbot.source._member import ListedItem

_STATUS = re.compile(rb"<(?:[A-Za-z]+:)?Status\b([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"(?<![A-Za-z])([A-Za-z]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAIL = 16_384
_PATH = re.compile(r"/(?:apis/)?myjvn/?")
_PAGE = 50
DETAILS = 10
"""Numbers that one question for details may name (`maxCountItem` of getVulnDetailInfo)."""
PER_SECOND = 2.0
MONTH = timedelta(days=31)
"""What is asked of the API; of more, the feeds by year are asked."""


def check(document: Document) -> Quarantined | None:
    """Return what is missing of a list that the answer holds only a page of, or None where nothing is, or where
    `next_page` tells the address of the rest.

    Raises SourceError where the API refused the question (retCd is not 0). A document without Status is none of its
    answers, and passes: the feeds need not have one.
    """
    return check_status(document, _said(document))


def next_page(document: Document) -> ListedItem | None:
    """Return the page behind this one as a listing; None where there is none, or no address can be made."""
    return page_behind(document, _said(document))


def page_behind(document: Document, said: Mapping[str, str]) -> ListedItem | None:
    """Do the same for a status that is read already."""
    last, total, held = _extent(said)
    parts = urlsplit(document.url)
    query = dict(parse_qsl(parts.query))
    if last >= total or not held or parts.scheme not in ("https", "http") or not _PATH.fullmatch(parts.path):
        return None
    if "method" not in query:
        return None
    asked = urlencode(query | {"startItem": str(last + 1)})
    return ListedItem("", urlunsplit(parts._replace(query=asked)), listing=True)


def updated_since(url: str, since: datetime) -> str:
    """Return the question for all that was updated on the day of `since` (in Japan) or later, to the API at the host of
    this address; with the other parameters of `url` where it is such a question itself."""
    parts, day = urlsplit(url), since.astimezone(JST)
    own = (
        dict(parse_qsl(parts.query))
        if _PATH.fullmatch(parts.path)
        else {"method": "getVulnOverviewList", "feed": "hnd"}
    )
    asked = {name: value for name, value in own.items() if not name.startswith(("date", "rangeDate", "startItem"))}
    asked |= dict.fromkeys(("rangeDatePublic", "rangeDatePublished", "rangeDateFirstPublished"), "n")
    asked |= {
        "datePublishedStartY": f"{day:%Y}",
        "datePublishedStartM": f"{day:%m}",
        "datePublishedStartD": f"{day:%d}",
    }
    asked |= {"startItem": "1", "maxCountItem": str(_PAGE)}
    path = parts.path if is_question(url) else "/myjvn"
    return urlunsplit(parts._replace(path=path, query=urlencode(asked)))


def names_nothing(document: Document) -> bool:
    """Say whether an answer says that nothing was found; its root is then Result."""
    return _said(document).get("totalRes") == "0"


def method(document: Document) -> str:
    """Return which method an answer in XML answers; empty where it does not say."""
    return _said(document).get("method", "")


def is_question(url: str) -> bool:
    """Say whether an address is a question to the API rather than a feed."""
    return bool(_PATH.fullmatch(urlsplit(url).path))


def details_of(url: str, numbers: Iterable[str]) -> str:
    """Return the question for the details of these numbers, at most `DETAILS`, to the API at the host of an address; in
    the language and the form that the address asks for."""
    parts = urlsplit(url)
    own = dict(parse_qsl(parts.query)) if is_question(url) else {}
    kept = {name: own[name] for name in ("feed", "lang", "ft") if name in own}
    query = urlencode({"method": "getVulnDetailInfo", "feed": "hnd"} | kept)
    # The documentation joins numbers by a plus sign as it stands, which urlencode would write as %2B.
    path = parts.path if is_question(url) else "/myjvn"
    return urlunsplit(parts._replace(path=path, query=f"{query}&vulnId={'+'.join(numbers)}", fragment=""))


def asks_details(url: str) -> bool:
    """Say whether an address asks for the details of numbers that it names (`vulnId`, up to ten joined by `+`)."""
    return is_question(url) and dict(parse_qsl(urlsplit(url).query)).get("method") == "getVulnDetailInfo"


def _said(document: Document) -> Mapping[str, str]:
    match = _STATUS.search(document.body[-_TAIL:])
    return dict(_attributes(match[1])) if match else {}


def _extent(said: Mapping[str, str]) -> tuple[int, int, int]:
    """Return the place of the last item, how many there are in all, and how many here. firstRes is empty where the
    answer is whole."""
    total, held = (_number(said.get(name, ""), 0) for name in ("totalRes", "totalResRet"))
    return _number(said.get("firstRes", ""), 1) + held - 1, total, held


def check_status(document: Document, said: Mapping[str, str]) -> Quarantined | None:
    """Do the same for a status that is read already."""
    if said.get("retCd", "0") not in ("0", ""):
        raise SourceError(
            document.url,
            "MyJVN answers with an error: {code} {text}",
            hint="check the method and the parameters in the source's url",
            code=said.get("errCd", "")[:40],
            text=said.get("errMsg", "")[:200],
        )
    last, total, _ = _extent(said)
    if total == 0 or last >= total or page_behind(document, said):
        return None
    reason = SourceError(
        document.url,
        "the answer ends at item {last} of {total}",
        hint="ask for a shorter time in the source's url, so that one answer holds all",
        last=last,
        total=total,
    )
    return Quarantined(f"{document.url} after item {last}", reason, b"")


def _attributes(text: bytes) -> Iterator[tuple[str, str]]:
    for name, one, two in _ATTRIBUTE.findall(text):
        yield name.decode(), unescape((one or two).decode("utf-8", "replace"))


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise
