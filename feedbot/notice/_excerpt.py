"""Take from advisories the words and facts that a draft needs, as publishers wrote them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feedbot.advisory import Advisory, Affected, Fixed, Section
from feedbot.advisory.case import Case
from feedbot.notice._fold import width
from feedbot.notice._words import publisher, range_words
from feedbot.version import VersionRange

_FULL = 54
"""Columns from which a line counts as filled: publishers fold at 64 to 76, so its sentence goes on in the next."""
_OWN_LINE = re.compile(r"\s|[-•*>] |・|■|\(\d+\)|\d+[.)] |[A-Za-z]+://|\*\)?\d* ")
_LETTER = re.compile(r"[ぁ-んァ-ヶー一-龠]")
_INDENT = re.compile(r"^[ 　]{1,2}(?=[^\s・■(*•>-][^\n]*[ぁ-ん])")
"""The blank that opens a Japanese paragraph on paper."""
_SPACED = re.compile(r"[ぁ-んァ-ヶー一-龠] [!-~]|[!-~] [ぁ-んァ-ヶー一-龠]")
"""Publishers such as JPCERT/CC set Latin words off by a blank, and drop it where a line ends."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first paragraphs of a publisher's section, unfolded but otherwise as written."""

    text: str
    advisory: Advisory


def excerpt(case: Case, headings: str, barred: str = r"(?!)", least: int = 120) -> Excerpt | None:
    """Return the opening of the first section of a Japanese advisory whose heading matches, `least` characters or
    more where it has as many; None where no Japanese advisory of the case has such a section."""
    for advisory in _japanese(case):
        for section in _sections(advisory):
            wanted = re.search(headings, section.heading) and not re.search(barred, section.heading)
            if wanted and (text := opening(section.text, least)):
                return Excerpt(text, advisory)
    return None


def summary(case: Case) -> Excerpt | None:
    """Return the 概要 of the case: such a section, else the summary a feed gives."""
    if found := excerpt(case, "概要"):
        return found
    texts = ((opening(one.summary), one) for one in _japanese(case))
    return next((Excerpt(text, one) for text, one in texts if text), None)


def _japanese(case: Case) -> list[Advisory]:
    ordered = [case.lead, *(one for one in case.advisories if one is not case.lead)]
    return [one for one in ordered if one.language == "ja"]


def _sections(advisory: Advisory) -> Iterator[Section]:
    return (one for one in advisory.sections if one.heading and one.text.strip())


def opening(text: str, least: int = 120) -> str:
    """Return whole paragraphs from the start of a text, unfolded, until they hold `least` characters."""
    taken: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n(?:[ \t]*\n)*", text.strip("\n")):
        taken.append(_INDENT.sub("", unfolded(paragraph)))
        if sum(map(len, taken)) >= least:
            break
    return "\n\n".join(taken).strip("\n")


def unfolded(paragraph: str) -> str:
    """Join the lines a publisher folded; short lines, lists and indented lines stay lines of their own."""
    made: list[str] = []
    filled = False
    spaced = bool(_SPACED.search(paragraph))
    for line in paragraph.split("\n"):
        words = line.rstrip()
        if filled and words and not _OWN_LINE.match(words):
            latin = made[-1][-1].isascii() + words[0].isascii()
            blank = " " if latin == 2 or (latin == 1 and spaced and _LETTER.search(made[-1][-1] + words[0])) else ""
            made[-1] += blank + words
        else:
            made.append(words)
        filled = width(words) >= _FULL
    return "\n".join(made)


def affected_lines(case: Case) -> tuple[str, ...]:
    """Return product and versions in plain Japanese, each once; wording that was not understood, as it stands.

    A product without a word on versions is left out where another line has them.
    """
    items = [item for one in case.advisories for item in one.affected]
    stated = {item.product.casefold() for item in items if item.stated}
    return tuple(dict.fromkeys(_affected(one) for one in items if one.stated or one.product.casefold() not in stated))


def _affected(item: Affected) -> str:
    if isinstance(item.range, VersionRange) and item.complete:
        return f"{item.product} {range_words(item.range)}".strip()
    return " ".join(item.evidence.split()) or item.product


def fixed_lines(case: Case) -> tuple[str, ...]:
    """Return the corrected versions that publishers name, each once: ntpd 4.2.7p26.

    One that another publisher calls affected is no correction to recommend.
    """
    return tuple(
        dict.fromkeys(
            _fixed(fixed) for one in case.advisories for fixed in one.fixed if not _contradicted(case, one, fixed)
        )
    )


def _contradicted(case: Case, by: Advisory, fixed: Fixed) -> bool:
    return any(
        item.product.casefold() == fixed.product.casefold() and item.covers(fixed)
        for other in case.advisories
        if other is not by
        for item in other.affected
    )


def _fixed(item: Fixed) -> str:
    named = [one.version for one in item.range.constraints if one.comparator == "="]
    words = "、".join(named) if named and len(named) == len(item.range.constraints) else range_words(item.range)
    return f"{item.product} {words}".strip()


def workarounds(case: Case) -> tuple[str, ...]:
    """Return the workarounds of the advisory that is read first among those that give any."""
    given = (tuple(text.strip("\n") for text in one.workarounds) for one in [*_japanese(case), case.lead])
    return next((texts for texts in given if texts), ())


def references(case: Case) -> tuple[tuple[str, str], ...]:
    """Return (label, address) of the originals, then JVN's and CVE's pages of the same matter, each address once."""
    ordered = [case.lead, *(one for one in case.advisories if one is not case.lead)]
    own = [(f"{publisher(one)}「{one.title}」({one.number})", one.url) for one in ordered if one.url]
    given = [(item.label or item.url, item.url) for one in ordered for item in one.references]
    made = list(own)
    numbers = {one.number for one in ordered if one.url}
    for name, url in _named_pages(name for name in case.names if name not in numbers):
        known = next((address for _, address in given if name.replace("#", "") in address.replace("#", "")), url)
        made.append((name, known))
    seen = {url: label for label, url in reversed(made)}
    return tuple((label, url) for url, label in reversed(seen.items()))


def _named_pages(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, address) for names whose page's address follows from the name."""
    for name in names:
        number = name.replace("#", "")
        if folder := re.match(r"JVN(VU|TA)?(?=#\d)", name):
            kind = (folder.group(1) or "jp").lower()
            yield name, f"https://jvn.jp/{kind}/{number}/index.html"
        elif dated := re.match(r"JVNDB-(\d{4})-\d+$", name):
            yield name, f"https://jvndb.jvn.jp/ja/contents/{dated.group(1)}/{name}.html"
        elif vu := re.match(r"VU#(\d+)$", name):
            yield name, f"https://www.kb.cert.org/vuls/id/{vu.group(1)}"
        elif name.startswith("CVE-"):
            yield name, f"https://www.cve.org/CVERecord?id={name}"
