"""JVN (Japan Vulnerability Notes): its feed jvn.rdf and its pages.

listing    jvn.rdf, RSS 1.0 (JVNRSS); each item's page is its own document
read       a page: `#head-bar-txt` with 公開日 and 最終更新日, the number and title as h1, then headed parts 概要,
           影響を受けるシステム, 詳細情報, 想定される影響, 対策方法, ベンダ情報, 参考情報, 謝辞, 関連文書, 更新履歴 …
           (headings are images with alternative texts on older pages); or the feed itself, as far as it goes

The form of the pages is described at https://jvn.jp/nav/jvnhelp.html.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from feedbot.advisory import (
    Advisory,
    Affected,
    Quarantined,
    Reference,
    Section,
    Severity,
    UnreadRange,
    identity,
)
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import identifiers, sections
from feedbot.reading import text as texts
from feedbot.source import _facts, _html, _jvnrss
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="JVN",
    issuer="JVN",
    listing_url="https://jvn.jp/rss/jvn.rdf",
    interval=timedelta(minutes=30),
)

_MARK = "■ "
_FIRST = re.compile(r"公開日\s*[:：]\s*([0-9/年月日]+)")
_LAST = re.compile(r"最終更新日\s*[:：]\s*([0-9/年月日]+)")
_CVSS = re.compile(r"CVSS:[34]\.[0-9]/[A-Z:/]{10,200}|(?<![A-Z:/])AV:[A-Z]/AC:[A-Z]/Au:[A-Z]/[A-Z:/]{5,40}")
_SCORE = re.compile(r"基本(?:評価)?値\D{0,4}([0-9]{1,2}\.[0-9])")
_ACTION = re.compile(
    r"^(?:アップデート|ワークアラウンド|回避策|パッチ|設定|製品の使用|利用を?中止|使用を?停止).{0,30}(?:する|施|適用)$"
)
_LINKED = ("ベンダ情報", "参考情報", "関連文書")
_WORKAROUND = re.compile(r"ワークアラウンド|回避策|緩和策")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the items of jvn.rdf."""
    for item in _jvnrss.items(document):
        yield item if isinstance(item, Quarantined) else ListedItem(item.number, item.url, item.title, item.updated)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a page, or one an item of the feed."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    text = texts.decode(document.body, document.charset, document.url)
    if not _html.looks_like_html(text):
        yield from _jvnrss.advisories(document, "jvn", SOURCE.issuer)
        return
    try:
        yield _page(document, _html.Page(text, document.url))
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _page(document: Document, page: _html.Page) -> Advisory:
    words = page.text("#news-list", _MARK) or page.text("#main", _MARK) or page.text(mark=_MARK) or ""
    name = page.text("h1") or page.title
    number = next((one for one in identity.names_in(name) if one.startswith("JVN")), "")
    if not number:
        raise SourceError(document.url, "no advisory number")
    title = texts.joined(re.sub(r"^\s*JVN(?:VU|TA)?#?[0-9-]+[A-Z]?\s*", "", name).split("\n"))
    if not title:
        raise SourceError(document.url, "no title")
    bar = page.text("#head-bar-txt") or words
    published, updated = _stamp(_FIRST, bar, document.url), _stamp(_LAST, bar, document.url)
    parts = tuple(
        part for part in sections.split(words) if part.heading and number not in identity.names_in(part.heading)
    )
    by_name = {part.heading: part.text for part in parts}
    last = updated or published
    return Advisory(
        source="jvn",
        number=number,
        revision=last.date().isoformat() if last else "",
        title=title,
        language=texts.language(words),
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=published,
        updated=updated,
        summary=texts.joined(by_name.get("概要", "").split("\n")),
        aliases=identifiers.aliases("\n".join((title, *(part.text for part in parts))), number),
        severity=tuple(dict.fromkeys(_severities("\n".join(by_name.values())))),
        affected=tuple(_affected(by_name.get("影響を受けるシステム", ""))),
        fixed=_facts.fixed_lines(texts.statements(by_name.get("対策方法", ""))),
        workarounds=tuple(_workarounds(by_name.get("対策方法", ""))),
        sections=tuple(part for part in parts if part.heading != "更新履歴"),
        references=_references(parts),
        history=tuple(_facts.history(by_name.get("更新履歴", ""))),
        url=document.url if document.transport in ("https", "http") else _address(number),
        publisher=SOURCE.issuer,
    )


def _address(number: str) -> str:
    kind, _, digits = number.partition("#")
    return f"https://jvn.jp/{kind[3:].lower() or 'jp'}/{kind}{digits}/"


def _stamp(pattern: re.Pattern[str], text: str, where: str) -> datetime | None:
    found = pattern.search(text)
    return _facts.moment(found[1], where) if found else None


def _severities(text: str) -> Iterator[Severity]:
    """Yield each CVSS vector with the score that stands behind it on its line."""
    for line in text.split("\n"):
        for match in _CVSS.finditer(line):
            score = _SCORE.search(line, match.end())
            yield _facts.cvss("2.0", match[0], score[1] if score else "")


def _affected(text: str) -> Iterator[Affected]:
    """Yield what the list under 影響を受けるシステム names. A product on a line of its own is that of the lines below;
    where none of them says versions, its versions are not known."""
    product, told = "", True
    for line in (*texts.statements(text), "- "):
        if _facts.names_version(line):
            found = _facts.affected_lines((line,), product)
            told = told or any(one.product == product for one in found)
            yield from found
        elif line.startswith("-") and not line.endswith("。") and not identity.names_in(line):
            if not told:
                yield Affected(product, UnreadRange(""), product)
            product, told = texts.bare(line), False


def _workarounds(text: str) -> Iterator[str]:
    """Yield what stands below a line that says to work around (ワークアラウンドを実施する), up to the next action."""
    inside, lines = False, list[str]()
    for line in text.split("\n"):
        if _ACTION.match(line.strip()):
            inside = bool(_WORKAROUND.search(line))
        elif inside:
            lines.append(line)
    yield from _facts.workarounds("\n".join(lines))


def _references(parts: tuple[Section, ...]) -> tuple[Reference, ...]:
    linked = (part.text for part in parts if part.heading in _LINKED)
    return tuple(dict.fromkeys(one for text in linked for one in _facts.references(text)))
