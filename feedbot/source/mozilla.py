"""Mozilla Foundation Security Advisories (MFSA): the pages of mozilla.org, the Japanese ones of Mozilla Japan (until
2016), and the source of the English ones until 2016.

listing   the page of all advisories; an advisory's document is its page
read      a page with a list of fields (Announced, Impact, Products, Fixed in; 公開日, 重要度, 影響を受ける製品,
          修正済みのバージョン), or a text with front matter (announced, impact, fixed_in)

A page says which products are affected and in which versions of each that is fixed: older ones are affected, of each
branch those below its own last fix. Where the text says that some of them are not, its sentence stays unread beside the
ranges. Firefox ESR is a product of its own here, as it is there.
Form: mozilla-japan/www.mozilla-japan.org; foundation-security-advisories, announce/*.md; the form of today's pages is
taken from mozilla/bedrock, security/advisory.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from feedbot import version
from feedbot.advisory import Advisory, Affected, Fixed, Quarantined, Reference, Section, Severity, UnreadRange, identity
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import dates, sections
from feedbot.reading import text as texts
from feedbot.source import _branches, _facts, _front, _html, _pages
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import Constraint, VersionRange

SOURCE = SourceInfo(
    title="Mozilla Foundation Security Advisories",
    issuer="Mozilla",
    listing_url="https://www.mozilla.org/en-US/security/advisories/",
    interval=timedelta(hours=3),
    language="en",
)

_ADDRESS = re.compile(r"(?:^|[/:])mfsa(?P<number>[0-9]{4}-[0-9]{2,3})(?:\.html|\.md|/)?$")
_HEAD = re.compile(
    r"Mozilla Foundation (?:Security Advisory|セキュリティアドバイザリ)\s*(?P<number>[0-9]{4}-[0-9]{2,3})"
)
_LABELS = {
    "タイトル": "title",
    "重要度": "impact",
    "危険度": "risk",
    "公開日": "announced",
    "報告者": "reporter",
    "影響を受ける製品": "products",
    "修正済みのバージョン": "fixed_in",
    "Title": "title",
    "Impact": "impact",
    "Risk": "risk",
    "Announced": "announced",
    "Reporter": "reporter",
    "Products": "products",
    "Fixed in": "fixed_in",
    "Vulnerable": "vulnerable",
}
_LABEL = re.compile(rf"(?P<label>{'|'.join(_LABELS)})\s*(?:[:：]\s*(?P<value>.*))?")
_FIX = re.compile(
    r"(?:(?P<product>[A-Za-z][A-Za-z.() ]{1,40}?) )?v?(?P<version>[0-9]+(?:\.[0-9]+)*(?:rc[0-9]+|b[0-9]+)?)"
)
_RESTRICTS = re.compile(
    r"影響(?:は|を?受け|を与え|し)(?:ありません|ません|ない)|紛れ込|混入し|(?:導入|実装|追加)された|のみ(?:が|に)影響"
    r"|\b(?:do(?:es)?|did) not (?:appear to )?(?:affect|be (?:affected|vulnerable)|exist)"
    r"|\b(?:is|are|was|were) not (?:affected|vulnerable)|\bunaffected\b|\bintroduced (?:in|during|by|with)\b"
    r"|\bonly (?:affect|present|exist|in|vulnerable)|\baffects? only\b"
    r"|未修正|修正が不完全|不完全な修正|\bunfixed\b|\b(?:incomplete|not fully) fix",
    re.IGNORECASE,
)
"""What says that not all that is older than a fix is affected, or that a fix was none."""
_FIXED_TOO = re.compile(r"修正|\bfix(?:ed|es)?\b|\baddressed\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![0-9.-])[0-9]+(?:\.[0-9]+)+")
_ELSEWHERE = ("References", "参考資料", "参考情報", "Credit", "クレジット", "Workaround", "回避策", "回避方法")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2}),? (?P<year>[0-9]{4})")
_MARK = "## "
_PRODUCTS = ("Firefox", "Thunderbird", "SeaMonkey", "Mozilla Suite")
_NAMES = {"Seamonkey": "SeaMonkey"}


@dataclass(frozen=True, slots=True)
class Stated:
    """What an advisory says in its fields, and its text with marked headings."""

    number: str
    fields: dict[str, tuple[str, ...]]
    text: str
    language: str


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each advisory that the page links to."""
    found: dict[str, tuple[str, str]] = {}
    for address, words in _pages.links(document, SOURCE.listing_url):
        link = _ADDRESS.search(address)
        if link:
            found.setdefault(f"MFSA{link['number']}", (address, words))
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for number, (address, words) in found.items():
        yield ListedItem(number, address, words)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a page or of a text with front matter. Raises SourceError where the document is empty."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    try:
        yield _advisory(
            document, _from_front(document) if document.body.lstrip()[:3] == b"---" else _from_page(document)
        )
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _from_front(document: Document) -> Stated:
    fields, body = _front.split(document)
    link = _ADDRESS.search(document.url)
    if link is None:
        raise SourceError(document.url, "no advisory number")
    # An empty text is no page, and has no words.
    words = _html.Page(f"<body>{body}</body>", document.url).text("body", _MARK) or ""
    return Stated(link["number"], fields, words, texts.language(words))


def _from_page(document: Document) -> Stated:
    page = _pages.page(document)
    words = next((text for name in ("article", "#main-content") if (text := page.text(name, _MARK))), "")
    head = _HEAD.search(words)
    if head is None:
        raise SourceError(document.url, "no advisory number")
    lines = words[head.end() :].split("\n")
    fields = _fields(lines)
    if "title" not in fields:
        # Today's pages have the title as the heading below the number's.
        fields["title"] = tuple(line.removeprefix(_MARK) for line in lines if line.startswith(_MARK))[:1]
    return Stated(head["number"], fields, words, texts.language(words))


def _fields(lines: list[str]) -> dict[str, tuple[str, ...]]:
    """Read label, then values up to the next label or a heading; a value may stand beside its label or below."""
    found: dict[str, list[str]] = {}
    values: list[str] | None = None
    for line in lines:
        stripped = line.replace("\u00a0", " ").strip()
        label = _LABEL.fullmatch(stripped)
        if label:
            values = found.setdefault(_LABELS[label["label"]], [])
            stripped = (label["value"] or "").strip()
        elif line.startswith(_MARK):
            if found:
                break
            continue
        if values is not None and stripped:
            values.append(texts.bare(stripped))
    return {name: tuple(given) for name, given in found.items()}


def _advisory(document: Document, stated: Stated) -> Advisory:
    fields = stated.fields
    title = " ".join(fields.get("title", ()))
    if not title:
        raise SourceError(document.url, "no title")
    number = f"MFSA{stated.number}"
    link = _ADDRESS.search(document.url)
    if link and link["number"] != stated.number:
        promised = f"MFSA{link['number']}"
        raise SourceError(
            document.url, "the number is {number}, its address promises {promised}", number=number, promised=promised
        )
    published = _day("".join(fields.get("announced", ())[:1]), document.url, dates.JST if _is_ja(stated) else UTC)
    fixes = _split(fields.get("fixed_in", ()))
    # The parts above are the number and the fields, which today's pages have below their title.
    parts = tuple(
        part
        for part in sections.split(stated.text)
        if part.heading and part.heading != title and not _HEAD.search(part.heading)
    )
    return Advisory(
        source="mozilla",
        number=number,
        revision=published.date().isoformat() if published else "",
        title=title,
        language=stated.language,
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=published,
        summary=_first(parts),
        aliases=identity.names_in(stated.text),
        severity=tuple(Severity("Mozilla", "", word) for word in fields.get("impact", ())[:1]),
        affected=tuple(_affected(fixes, fields.get("products", ()), tuple(_restrictions(parts, fixes)))),
        fixed=tuple(_fixed(fixes)),
        workarounds=tuple(
            one
            for part in parts
            if part.heading in ("Workaround", "回避策", "回避方法")
            for one in _facts.workarounds(part.text)
        ),
        sections=parts,
        references=tuple(
            Reference(one.url, one.label.lstrip("- "))
            for part in parts
            if part.heading in ("References", "参考資料", "参考情報")
            for one in _facts.references(part.text)
        ),
        url=f"https://www.mozilla.org/en-US/security/advisories/mfsa{stated.number}/",
        publisher=SOURCE.issuer,
    )


def _is_ja(stated: Stated) -> bool:
    return stated.language == "ja"


def _day(text: str, where: str, zone: tzinfo) -> datetime | None:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return _facts.moment(text, where, zone)
    month = found["month"][:3].lower()
    try:
        return datetime(int(found["year"]), _MONTHS.index(month) + 1, int(found["day"]), tzinfo=zone)
    except ValueError as error:
        raise SourceError(where, "unreadable date: {date}", date=text[:80]) from error


def _first(parts: tuple[Section, ...]) -> str:
    said = next((part.text for part in parts if part.heading in ("Description", "概要")), "")
    return next(map(texts.joined, texts.paragraphs(said)), "")


def _split(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of lists; a sentence among them stays whole."""
    pieces = (one for value in values for one in ([value] if value.endswith("。") else re.split(r"[、,]", value)))
    return tuple(one.strip() for one in pieces if one.strip())


def _fixes(stated: tuple[str, ...]) -> dict[str, list[str]]:
    """Return product → the versions that hold the correction."""
    found: dict[str, list[str]] = {}
    product = ""
    for one in stated:
        fix = _FIX.fullmatch(one)
        if fix:
            product = _NAMES.get(fix["product"], fix["product"]) or product
            found.setdefault(product, []).append(fix["version"])
    return found


def _fixed(stated: tuple[str, ...]) -> Iterator[Fixed]:
    for product, versions in _fixes(stated).items():
        for one in dict.fromkeys(versions):
            yield from _facts.fixed(product, one, f"{product} {one}")


def _restrictions(parts: tuple[Section, ...], fixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the sentences that limit what is affected, or name a fix of a product that the fields do not have."""
    known = " ".join(f" {one}." for fix in fixes for one in _NUMBER.findall(fix))
    for sentence in (
        one
        for part in parts
        if part.heading not in _ELSEWHERE
        for run in texts.paragraphs(part.text)
        for one in texts.sentences(run)
    ):
        named = any(one in sentence for one in (*_PRODUCTS, "ESR"))
        other = [one for one in _NUMBER.findall(sentence) if f" {one}." not in known]
        if _RESTRICTS.search(sentence) or (named and other and _FIXED_TOO.search(sentence)):
            yield sentence


def _affected(stated: tuple[str, ...], products: tuple[str, ...], limits: tuple[str, ...]) -> Iterator[Affected]:
    """Read what is older than each fix as affected. A remark among them, or a sentence of the text that limits what is
    affected, may say otherwise, and stays as unread."""
    fixes = _fixes(stated)
    remarks = tuple(one for one in stated if not _FIX.fullmatch(one))
    for product, versions in fixes.items():
        unread = tuple(dict.fromkeys((*remarks, *(one for one in limits if _limits(one, product)))))
        evidence = f"fixed in {', '.join(f'{product} {one}' for one in versions)}"
        try:
            yield Affected(product, _below(versions), evidence, unread=unread)
        except VersionError:
            yield Affected(product, UnreadRange(evidence), evidence)
    for name in _split(products):
        if name not in fixes:
            yield Affected(name, UnreadRange(""), name)


def _limits(sentence: str, product: str) -> bool:
    """Say whether a sentence may limit a product: it names no other one alone, or speaks of versions, whose branches
    the products share."""
    named = [one for one in _PRODUCTS if one in sentence]
    return not named or any(map(str.isdecimal, sentence)) or any(product.startswith(one) for one in named)


def _below(versions: list[str]) -> VersionRange:
    """Return what is older than the last fix of each branch. Raises VersionError where branches cannot be told."""
    ordered = sorted(set(versions), key=lambda one: version.key(_facts.SCHEME, one))
    if len(ordered) == 1:
        return VersionRange(_facts.SCHEME, (Constraint("<", ordered[0]),))
    last = {_branches.branch_of(one, 1 if int(one.partition(".")[0]) > 4 else 2): one for one in ordered}
    return _branches.without(VersionRange(_facts.SCHEME), last.items(), newest_open=True)
