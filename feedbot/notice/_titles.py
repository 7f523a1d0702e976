"""Shorten a subject by rule: which words go first, and what never does (product names, versions, numbers).

A subject has at most 60 characters, the matter's name within the first 30 behind the 【】 marks. Where the title does
not fit, its parts go in this order: the formula 「に関する注意喚起」, words in brackets, its sentence: product, sort
of matter and number are said then. Names are taken whole or not at all; the page keeps the whole title.
"""

import re
from collections.abc import Iterable, Iterator

from feedbot.advisory import Advisory, AdvisoryKind
from feedbot.notice._model import Notice
from feedbot.notice._words import ALERT

LIMIT = 60
"""Characters of a subject; a full-width one counts as one."""
MATTER = 30
"""Characters behind the marks within which the matter's name ends."""
_ASIDE = re.compile(r" *(?:\([^()]*\)|\uff08[^\uff08\uff09]*\uff09) *")
_MARKS = re.compile(r"^(?:【[^】]*】)+")


def shorter(notice: Notice) -> Iterator[str]:
    """Yield the titles that a subject may bear, from the notice's own to the shortest."""
    title = notice.title
    yield title
    plain = title.removesuffix(ALERT).rstrip()
    yield plain
    if not notice.advisories:
        return
    lead = notice.advisories[0]
    bare = _ASIDE.sub("", plain)
    if lead.language == "ja" and (named_at(title, notice.advisories) < 0 or named_at(bare, notice.advisories) >= 0):
        yield bare
    products = list(dict.fromkeys(name for one in notice.advisories for name in products_of(one)))
    sort = "脆弱性" if flaw(lead) else "セキュリティ情報"
    for name in products[:1] + sorted(products[1:], key=len)[:1]:
        more = "ほか" if len(products) > 1 else ""
        said = f"{name}{more}{' ' if not more and name[-1].isascii() else ''}の{sort}"
        yield from (f"{said}({lead.number})", said)
    yield f"{sort.removesuffix('情報')}情報({lead.number})"


def products_of(advisory: Advisory) -> Iterator[str]:
    """Yield the names of an advisory's products, blanks made single."""
    return (name for one in advisory.affected if (name := " ".join(one.product.split())))


def flaw(advisory: Advisory) -> bool:
    """Say whether an advisory is about a flaw, rather than news of another sort."""
    return bool(advisory.cves) or advisory.kind is AdvisoryKind.VULNERABILITY


def fits(subject: str, advisories: Iterable[Advisory]) -> bool:
    """Say whether a subject keeps both rules; one that names no product keeps the second."""
    return len(subject) <= LIMIT and named_at(subject, advisories) <= MATTER


def named_at(subject: str, advisories: Iterable[Advisory]) -> int:
    """Return where the first product's name ends behind the marks; -1 where none is named."""
    matter = _MARKS.sub("", subject).casefold()
    names = {name.casefold() for one in advisories for name in products_of(one)}
    places = [place for name in names if (place := _place(name, matter)) >= 0]
    return min(places, default=-1)


def _place(name: str, text: str) -> int:
    """Return where a name, or its last word, ends in a text; -1 where it is not there."""
    for word in (name, name.rsplit(maxsplit=1)[-1]):
        if (start := text.find(word)) >= 0:
            return start + len(word)
    return -1
