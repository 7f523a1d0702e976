"""Take from advisories the words and facts that a draft needs, as publishers wrote them."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from feedbot.advisory import Advisory, Section
from feedbot.advisory.case import Case
from feedbot.notice._fold import width
from feedbot.notice._words import public, publisher

_FULL = 54
"""Columns from which a line counts as filled: publishers fold at 64 to 76, so its sentence goes on in the next."""
_OWN_LINE = re.compile(r"\s|[-•*>] |・|■|\(\d+\)|\d+[.)] |[A-Za-z]+://|\*\)?\d* ")
_LETTER = re.compile(r"[ぁ-んァ-ヶー一-龠]")
_INDENT = re.compile(r"^[ 　]{1,2}(?=[^\s・■(*•>-][^\n]*[ぁ-ん])")
"""The blank that opens a Japanese paragraph on paper."""
_SPACED = re.compile(r"[ぁ-んァ-ヶー一-龠] [!-~]|[!-~] [ぁ-んァ-ヶー一-龠]")
"""Publishers such as JPCERT/CC set Latin words off by a blank, and drop it where a line ends."""

_UPDATE = re.compile(r"^[ 　]*(?=更新: ?[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日[^\n。]{0,10}$)", re.MULTILINE)
"""Where an addition to a published text begins, as JPCERT/CC marks them."""
_ANNOUNCES = re.compile(
    r"[^。\n]{0,80}(?:修正|公開|リリース|(?:次|以下)のバージョン)[^。\n]{0,40}。?|[^。\n]{0,60}(?:次|以下)の[^。\n]{0,20}。?"
)
"""One sentence that says no more than that a corrected version is out."""

_CREDITS = re.compile(
    r"\s*この(?:脆弱性|文書の)?情報は、(?:下記の方が)?情報セキュリティ早期警戒パートナーシップ.*\Z", re.DOTALL
)
"""Who reported and who coordinated, as JVN and JVN iPedia end an overview: no matter of a customer's."""
_AROUND = re.compile(r"\s*[\[【]ワークアラウンドを実施する[\]】].*\Z", re.DOTALL)
"""The part of a JVN's 対策 that stands in the notice as 回避策."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first paragraphs of a publisher's section, unfolded but otherwise as written."""

    text: str
    advisory: Advisory


def excerpt(
    case: Case, headings: str, barred: str = r"(?!)", least: int = 120, told: Collection[str] = ()
) -> Excerpt | None:
    """Return the opening of the first section of a Japanese advisory whose heading matches, `least` characters or
    more where it has as many; None where no Japanese advisory of the case has such a section.

    Of a section that was added to, the last addition: what it opened with may hold no more. Paragraphs that only
    repeat the versions `told` elsewhere are left out.
    """
    for advisory in _japanese(case):
        for section in _sections(advisory):
            wanted = re.search(headings, section.heading) and not re.search(barred, section.heading)
            body = _AROUND.sub("", section.text) if advisory.workarounds else section.text
            if wanted and (text := opening(_UPDATE.split(body)[-1], least, told)):
                return Excerpt(text, advisory)
    return None


def summary(case: Case) -> Excerpt | None:
    """Return the 概要 of the case: such a section, else the summary a feed gives, or a page under its additions."""
    for advisory in _japanese(case):
        for section in _sections(advisory):
            if "概要" in section.heading and not (_UPDATE.search(section.text) and advisory.summary):
                return Excerpt(opening(_CREDITS.sub("", section.text)), advisory)
    texts = ((opening(_CREDITS.sub("", one.summary)), one) for one in _japanese(case))
    return next((Excerpt(text, one) for text, one in texts if text), None)


def _japanese(case: Case) -> list[Advisory]:
    ordered = [case.lead, *(one for one in case.advisories if one is not case.lead)]
    return [one for one in ordered if one.language == "ja"]


def _sections(advisory: Advisory) -> Iterator[Section]:
    return (one for one in advisory.sections if one.text.strip())


def opening(text: str, least: int = 120, told: Collection[str] = ()) -> str:
    """Return whole paragraphs from the start of a text, unfolded, until they hold `least` characters.

    Those that only say which of the versions `told` hold the correction are passed over.
    """
    taken: list[str] = []
    paragraphs = re.split(r"\n[ \t]*\n(?:[ \t]*\n)*", text.strip("\n"))
    for paragraph in _untold([unfolded(one) for one in paragraphs], told) if told else map(unfolded, paragraphs):
        taken.append(_INDENT.sub("", paragraph))
        if sum(map(len, taken)) >= least:
            break
    return "\n\n".join(taken).strip("\n")


def _untold(paragraphs: list[str], told: Collection[str]) -> list[str]:
    """Leave out what lists told versions alone, and the sentence that introduces such a list."""
    kept: list[str] = []
    before = False
    for paragraph in reversed(paragraphs):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        listing = [_lists(line, told) for line in lines]
        rest = [line for line, lists in zip(lines, listing, strict=True) if not lists]
        before = (any(listing) or before) and all(map(_ANNOUNCES.fullmatch, rest))
        if not before:
            kept.append(paragraph)
    return kept[::-1]


def _lists(line: str, told: Collection[str]) -> bool:
    """Say whether a line is nothing but names and told versions, or one sentence that they are out."""
    rest = line
    for version in sorted(told, key=len, reverse=True):
        rest = rest.replace(version, "")
    if rest == line or re.search(r"[0-9]", rest):
        return False
    return not _LETTER.search(re.sub(r"バージョン|以降|以上|および|及び", "", rest)) or bool(_ANNOUNCES.fullmatch(rest))


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


def workarounds(case: Case) -> tuple[str, ...]:
    """Return the workarounds of the advisory that is read first among those that give any."""
    given = (tuple(text.strip("\n") for text in one.workarounds) for one in [*_japanese(case), case.lead])
    return next((texts for texts in given if texts), ())


def references(case: Case) -> tuple[tuple[str, str], ...]:
    """Return (label, address) of the originals, then JVN's and CVE's pages of the same matter, each address once.

    The address is empty where it is none that a customer could open: the number is then all he needs.
    """
    ordered = [case.lead, *(one for one in case.advisories if one is not case.lead)]
    own = [(f"{publisher(one)}「{one.title}」({one.number})", one.url) for one in ordered if one.url]
    given = [item.url for one in ordered for item in one.references if public(item.url)]
    made = [(label, url if public(url) else "") for label, url in own]
    numbers = {one.number for one in ordered if one.url}
    for name, url in _named_pages(name for name in case.names if name not in numbers):
        known = next((address for address in given if name.replace("#", "") in address.replace("#", "")), url)
        made.append((name, known))
    seen: dict[str, tuple[str, str]] = {}
    for label, url in made:
        seen.setdefault(url or label, (label, url))
    return tuple(seen.values())


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
