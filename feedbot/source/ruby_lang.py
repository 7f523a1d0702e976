"""Ruby's security posts in Japanese: advisories, and the releases that correct what they tell.

listing   the page of all security posts; a post's source is in ruby/www.ruby-lang.org: ja/news/_posts
read      one post in Markdown with front matter (title, date); the pages made of it are not read

Posts have no number: the name of the file is it (2014-10-27-rexml-dos-cve-2014-8080). A release names the correction,
an advisory has 影響を受けるバージョン and tells to which versions to update. Ruby's releases have three numbers, so
「2.3 以前」 ends with the 2.3 series. Corrected versions that a post names are taken out of its ranges, with what is
newer in their series. A patch level is written as in a release: 1.9.3 patchlevel 550 is 1.9.3-p550.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from html import unescape

from feedbot.advisory import Advisory, Affected, Fixed, HistoryEntry, Quarantined, Reference, Section, UnreadRange
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import dates, identifiers, sections
from feedbot.reading import text as texts
from feedbot.source import _facts, _front, _matter, _pages, _updates
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import Constraint, VersionRange

SOURCE = SourceInfo(
    title="Ruby セキュリティ",
    issuer="Ruby",
    listing_url="https://www.ruby-lang.org/ja/security/",
    interval=timedelta(hours=3),
)

_POSTS = "https://raw.githubusercontent.com/ruby/www.ruby-lang.org/master/ja/news/_posts/{number}.md"
_PAGE = "https://www.ruby-lang.org/ja/news/{day}/{name}/"
_LINK = re.compile(r"/ja/news/([0-9]{4})/([0-9]{2})/([0-9]{2})/([A-Za-z0-9_-]+)/?$")
_FILE = re.compile(r"(?:^|[/:])(?P<number>(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})-(?P<name>[A-Za-z0-9_-]+))\.md$")
_RELEASE = re.compile(
    r"Ruby (?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:-(?:p|preview|rc)[0-9]+)?)[ ]*(?:リリース|Released)", re.IGNORECASE
)
_AFFECTED = re.compile(r"(?:影響を受ける|影響のある|影響する|脆弱性の存在する|対象)(?:の)?バージョン")
_AFFECTED_BELOW = re.compile(r"^対象となるバージョンは以下[^\n]{0,20}\n\n(?P<list>(?:[*-] [^\n]*\n?)+)", re.MULTILINE)
_HISTORY = re.compile(r"更新履歴|変更履歴")
_WORKAROUND = re.compile(r"回避策|回避方法")
_DENIED = re.compile(r"(?:影響|該当|存在)(?:は|し)?(?:ありません|しません|ません)|ありません")
_CODE = re.compile(r"```|\{% (?:end)?highlight\b")
_INLINE = re.compile(r"\[(?P<words>[^\[\]\n]{0,300})\](?:\([^()\n]{0,300}\)|\[[0-9]{1,3}\])")
_DEFINED = re.compile(r"^\[(?P<label>[^\]\n]{1,60})\]:[^\n]*$", re.MULTILINE)
_BESIDE = re.compile(r"(?:で|と)\s*\S[^。]{0,80}[0-9][^。]{0,20}(?:利用|使用)する場合")
_BRANCH = re.compile(r"[0-9]+\.[0-9]+")
_MARKS = re.compile(r"[\[\]()<>]")
"""What Markdown sets around an address, without a blank between them."""
_TERM = re.compile(r"^(?P<term>\S[^\n]{0,40})\n: ", re.MULTILINE)
_ZONE_NOTE = re.compile(r"^\(JST\)\s*")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each post that the page links to, with the address of its source."""
    found: dict[str, str] = {}
    for address, words in _pages.links(document, SOURCE.listing_url):
        link = _LINK.search(address)
        if link:
            found.setdefault("-".join(link.groups()), words)
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for number, words in found.items():
        yield ListedItem(number, _POSTS.format(number=number), words)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a post."""
    try:
        yield _advisory(document)
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _advisory(document: Document) -> Advisory:
    fields, body = _front.split(document)
    file = _FILE.search(document.url)
    title = " ".join(fields.get("title", ()))
    if not title:
        raise SourceError(document.url, "no title")
    if file is None:
        raise SourceError(document.url, "no advisory number")
    parts = sections.split(_with_code_set_in(body))
    headed = tuple(part for part in parts if part.heading and not _HISTORY.search(part.heading))
    history = tuple(entry for part in parts if _HISTORY.search(part.heading) for entry in _history(part.text))
    published = _facts.moment(" ".join(fields.get("date", ())) or file["day"], document.url)
    last = max((entry.date for entry in history if entry.date), default=None)
    updated = datetime.combine(last, datetime.min.time(), dates.JST) if last and len(history) > 1 else None
    release = _RELEASE.match(title)
    top = next((part.text for part in parts if not part.heading), "")
    # One post gives the day of its last change with the wrong year.
    newest = max((one for one in (updated, published) if one), default=None)
    said = (Section("", top), *headed)
    fixed = tuple(_facts.fixed("Ruby", release["version"], title)) if release else _corrected(said)
    return Advisory(
        source="ruby_lang",
        number=file["number"],
        revision=newest.date().isoformat() if newest else "",
        title=title,
        language="ja",
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=published,
        updated=updated,
        summary=next(map(texts.joined, texts.paragraphs(_words(top))), ""),
        # What the history names may be there because it was taken back.
        aliases=identifiers.find(title) or identifiers.find("\n".join(_of_this_matter(said))),
        affected=tuple(_without(one, fixed) for part in parts for one in _affected(_list(part))),
        fixed=fixed,
        workarounds=tuple(
            one for part in headed if _WORKAROUND.search(part.heading) for one in _workarounds(part.text)
        ),
        sections=(*_opening(top), *headed),
        references=tuple(Reference(url) for url in texts.urls(_MARKS.sub(" ", unescape(body)))),
        history=history,
        url=_PAGE.format(day=file["day"].replace("-", "/"), name=file["name"]),
        publisher=SOURCE.issuer,
    )


def _opening(top: str) -> tuple[Section, ...]:
    """Return what stands above the first heading, where it is more than the summary: a release says there what it
    corrects."""
    return (Section("", top.strip()),) if len(texts.paragraphs(top)) > 1 else ()


def _with_code_set_in(body: str) -> str:
    """Set code in, so that a comment in it (`# …`) is no heading."""
    lines: list[str] = []
    inside = False
    for line in body.split("\n"):
        fence = bool(_CODE.match(line))
        lines.append(f"    {line}" if inside and not fence else line)
        inside ^= fence
    return "\n".join(lines)


def _workarounds(text: str) -> Iterator[str]:
    """Yield the workarounds of a part; one with code as a whole, because code without its lines is of no use."""
    lines = text.split("\n")
    if any(map(_CODE.match, lines)):
        yield "\n".join(line for line in lines if not _CODE.match(line)).strip()
    else:
        yield from _facts.workarounds(text)


def _words(text: str) -> str:
    """Return Markdown as words: links without their addresses, `1\\.8` without the escape."""
    return re.sub(r"\\([.\-_*#+!()\[\]])", r"\1", _INLINE.sub(lambda link: link["words"], text))


def _of_this_matter(parts: tuple[Section, ...]) -> Iterator[str]:
    """Yield what is said, without the sentences that name another matter and the addresses that labels stand for."""
    for part in parts:
        yield from _matter.about_this(texts.statements(_DEFINED.sub(r"\g<label>", part.text)))


def _corrected(parts: tuple[Section, ...]) -> tuple[Fixed, ...]:
    prose = (one for part in parts for one in texts.statements(_words(_DEFINED.sub("", part.text))))
    return tuple({(one.product, one.range): one for one in _updates.corrected(prose, "Ruby")}.values())


def _list(part: Section) -> str:
    """Return the list of affected versions in a part, as words; empty where it has none."""
    below = _AFFECTED_BELOW.search(part.text)
    text = part.text if _AFFECTED.search(part.heading) else below["list"] if below else ""
    return _words(text)


def _affected(text: str) -> Iterator[Affected]:
    """Read each line of the list; a branch that stands as a term above its list belongs to each item."""
    scope = ""
    for run in texts.paragraphs(_TERM.sub(lambda term: f":{term['term']}\n", text)):
        for line in texts.statements("\n".join(run)):
            if line.startswith(":"):
                scope = f"Ruby {line[1:]}: "
            elif not _DENIED.search(line):
                yield from _one(scope, line)


def _one(scope: str, line: str) -> Iterator[Affected]:
    wording = re.sub(r"(?<!\s)\s*patchlevel\s+(?=[0-9])", "-p", texts.bare(line))
    found = _facts.affected_lines((scope + wording,), "Ruby")
    found = tuple(_whole_series(one) if one.product.lower() in ("ruby", "") else one for one in found)
    beside = _BESIDE.search(wording)
    # What holds only beside another product's versions is not said by the versions of this one.
    yield from (replace(one, unread=(beside[0],)) if beside and one.complete else one for one in found)
    if not found and texts.is_bullet(line):
        # A revision of the repository is no version; it stays for a person to read.
        yield Affected("Ruby", UnreadRange(wording), wording)


def _whole_series(one: Affected) -> Affected:
    """Let a bound of two numbers be the end of its series: 「2.3 以前」 speaks of 2.3.8 too."""
    if isinstance(one.range, UnreadRange):
        return replace(one, product="Ruby")
    constraints = tuple(wide for each in one.range.constraints for wide in _wide(each))
    try:
        return replace(one, product="Ruby", range=VersionRange(one.range.scheme, constraints))
    except VersionError:
        return replace(one, product="Ruby", range=UnreadRange(one.evidence))


def _wide(bound: Constraint) -> tuple[Constraint, ...]:
    if bound.comparator not in ("<=", "=") or not _BRANCH.fullmatch(bound.version):
        return (bound,)
    series = VersionRange.branch(_facts.SCHEME, bound.version).constraints
    return series if bound.comparator == "=" else series[1:]


def _without(one: Affected, fixed: tuple[Fixed, ...]) -> Affected:
    """Take out of a range what the post itself calls corrected: 「3.2.3 以前」 beside 「3.0.7 に更新」."""
    told = tuple(fix for fix in fixed if fix.product == one.product and one.covers(fix))
    if isinstance(one.range, UnreadRange) or not told:
        return one
    try:
        cuts = (_uncorrected(version) for fix in told for version in fix.versions)
        left = reduce(VersionRange.intersection, cuts, one.range)
    except VersionError:
        return one
    return replace(one, range=left, evidence=" / ".join((one.evidence, *(fix.evidence for fix in told))))


def _uncorrected(version: str) -> VersionRange:
    """Return all but a corrected version and what is newer in its series: of 2.4.10 that is 2.4, of 1.9.1-p376 it is
    1.9.1, of 0.10.0.1 it is 0.10.0. Previews of the next series are older than the correction may be."""
    numbers = re.split(r"[^0-9.]", version)[0].strip(".").split(".")
    series = numbers[: 3 if "-" in version or len(numbers) > 3 else 2]
    after = VersionRange.branch(_facts.SCHEME, ".".join(series)).constraints[-1].version
    return VersionRange(_facts.SCHEME, (Constraint("<", version), Constraint(">=", f"{after}-alpha")))


def _history(text: str) -> Iterator[HistoryEntry]:
    lines = "\n".join(texts.bare(line) for line in text.split("\n") if not re.match(r"\[[0-9]+\]:", line))
    for entry in _facts.history(lines):
        yield HistoryEntry(entry.date, _ZONE_NOTE.sub("", entry.text))
