"""What an answer of the MyJVN API says of itself: `status:Status` (status_3.3.xsd), which stands last in it, or the
`status` of an answer in JSON."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document

_STATUS = re.compile(rb"<(?:[A-Za-z]+:)?Status\b([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"([A-Za-z]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAIL = 16_384


def check(document: Document) -> Quarantined | None:
    """Return what is missing of a list that the answer holds only a page of, or None where nothing is.

    Raises SourceError where the API refused the question (retCd is not 0). A document without Status is none of its
    answers, and passes: the feeds need not have one.
    """
    match = _STATUS.search(document.body[-_TAIL:])
    return check_status(document, dict(_attributes(match[1])) if match else {})


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
    total, held = (_number(said.get(name, ""), 0) for name in ("totalRes", "totalResRet"))
    # firstRes is empty where the answer is whole.
    last = _number(said.get("firstRes", ""), 1) + held - 1
    if total == 0 or last >= total:
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
