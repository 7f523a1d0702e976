"""How JVN iPedia writes: tags and `\\n` in texts, corrections and workarounds in 対策, dates in 更新履歴."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from feedbot.advisory import Fixed, HistoryEntry, Section
from feedbot.reading import dates
from feedbot.reading import text as texts
from feedbot.source import _facts, _updates

_LITERAL_BREAK = re.compile(r"\\n|\n|(?<=。)\s{2,}|(?<!　)　+(?=\*)")
_ITEM_TAG = re.compile(r"[ \t]{0,20}<li(?:\s[^<>]{0,200})?>\s{0,20}", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<(?:br|/?(?:ul|ol|p|div|table|tr|pre|h[1-6]))(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|font|code|sup|sub|td|th|tbody|thead)(?:\s[^<>]{0,500})?/?>|</li>", re.IGNORECASE
)
_DATED = re.compile(r"^\s*\[(?P<date>[^\]]{6,20})\]\s*(?P<text>.*)$", re.DOTALL)
_WORKAROUND = re.compile(r"\[(?:ワークアラウンド|回避策|緩和策)[^\]\[]{0,20}\](?P<text>[^\[]*)")
_EDITION = re.compile(r"(?P<edition>for [A-Z][A-Za-z0-9 .+-]{0,60}?) +(?=(?:[Vv](?:er(?:sion)?)?\.? ?)?[0-9]+\.[0-9])")
_CORRECTED_IN = re.compile(r"(?:以下|次)のバージョン[^。]{0,20}(?:提供|修正|公開|リリース|対策|対応)")


def edition(product: str, wording: str) -> str:
    """Return the product of a wording that begins with one of its editions: 「for Storage 6.0 未満」 is not about the
    product for Windows."""
    match = _EDITION.match(wording)
    return f"{product} {match['edition']}" if match else product


def url(number: str) -> str:
    """Return the address of an entry's page."""
    return f"https://jvndb.jvn.jp/ja/contents/{number[6:10]}/{number}.html"


def plain(text: str) -> str:
    """Return a text without the tags that some entries have: items of lists on lines of their own, after `* `. What is
    no such tag is what the text is about (`<script>`), and stays."""
    if "<" not in text:
        return text
    listed = _BREAK_TAG.sub("\n", _ITEM_TAG.sub("\n* ", text))
    return "\n".join(line.strip() for line in _OTHER_TAG.sub("", listed).split("\n") if line.strip())


def broken(text: str) -> str:
    """Return text in lines: a line break is written as `\\n`, as a tag, or as two blanks behind a sentence."""
    return "\n".join(line.strip() for line in _LITERAL_BREAK.split(plain(text)) if line.strip())


def sections(overview: str, impact: str, solution: str, more: Iterable[tuple[str, str]] = ()) -> tuple[Section, ...]:
    """Return the parts under the headings of an entry's page; those without words are left out."""
    parts = (("概要", overview), ("想定される影響", impact), ("対策", solution), *more)
    return tuple(Section(heading, broken(text)) for heading, text in parts if text)


def workarounds(solution: str) -> Iterator[str]:
    """Yield what 対策 says under ワークアラウンド."""
    for match in _WORKAROUND.finditer(solution):
        if text := broken(match["text"].strip()):
            yield text


def corrected(solution: str, product: str) -> tuple[Fixed, ...]:
    """Return the versions of a list that 対策 calls corrected, and those that its sentences tell to update to; of
    `product` where none stands beside them."""
    found: list[Fixed] = []
    listed = False
    for line in broken(solution).split("\n"):
        if not line.startswith(("*", "・")):
            listed = bool(_CORRECTED_IN.search(line))
        elif listed:
            # Where two blanks stand, the text goes on behind the list.
            found += _facts.fixed_lines((re.split(r"\s{2}", line.lstrip("*・ "))[0],), product)
        found += _updates.corrected(texts.sentences((line,)), product)
    return tuple({(one.product, one.range): one for one in found}.values())


def history(text: str, moment: datetime | None) -> HistoryEntry:
    """Read a line of 更新履歴; the day in its brackets is the publisher's, `moment` the record's."""
    match = _DATED.match(text)
    day = dates.read_date(match["date"]) if match else None
    if match and day:
        return HistoryEntry(day.date(), broken(match["text"]))
    return HistoryEntry(moment.date() if moment else None, broken(text))
