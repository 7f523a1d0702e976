"""JPCERT/CC's alerts (注意喚起), and those of any issuer that writes in the same form.

    listing   jpcert.rdf: RSS 1.0; entries under /at/ are alerts, those under /wr/ matters of weekly reports (several
              have one address); others are not this member's
    read      jpcert.rdf for its weekly reports; an alert page (`pre.at` until about 2019, `div.at` with update boxes
              after), the signed text of the same name (.txt), or a page of somebody's who pasted such texts: each post
              then stands for itself

The form, from the top: number, issuer, dates (初版, 更新), `<<< … Alert … >>>`, title, address, I. 概要 …, 改訂履歴,
the issuer's address. Nothing outside a clear-signed block counts where there is one.

A weekly report (https://www.jpcert.or.jp/wr/2026/wr261007.html) is read from the feed alone: its number follows from
its address, its matters are the titles of its entries (`Weekly Report: …`). It is of the kind WEEKLY, a digest of what
others said, for which no case is opened, and no names of vulnerabilities are taken of it. The form of its page and of
its text is not known here; both are refused. Old addresses have the week and a count (wr221101), not a day: an entry
whose own date is far from that day is refused.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from feedbot import version
from feedbot.advisory import Advisory, Fixed, HistoryEntry, Quarantined, Reference, Section, Signature, Status
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import dates, identifiers, sections
from feedbot.reading import text as texts
from feedbot.signature import VerifiedText
from feedbot.source import _facts, _html, _listing, _weekly
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="JPCERT/CC 注意喚起",
    issuer="JPCERT/CC",
    listing_url="https://www.jpcert.or.jp/rss/jpcert.rdf",
    interval=timedelta(minutes=30),
    alerts=True,
)

_NUMBER = re.compile(
    r"^[ \t　]*(?P<number>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*?-AT-[0-9]{4}-[0-9]{4})[ \t　\r]*$", re.MULTILINE
)
_ADDRESS = re.compile(r"/at/(?P<year>[0-9]{4})/at[0-9]{2}(?P<count>[0-9]{4})\.(?:html|txt)$")
_LARGEST = 2 * 2**20
"""Bytes of an alert. What is signed has one MiB at most; four MiB of `A-` took 304 MiB, 16 of blank lines 3 seconds."""
_POST = re.compile(r"\s*[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日\s*")
_BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----"
_END = "-----BEGIN PGP SIGNATURE-----"
_CLOSE = "-----END PGP SIGNATURE-----"
_BANNER = re.compile(r"^\s*<<<.*>>>\s*$")
_LISTED_TITLE = re.compile(r"^注意喚起:\s*|(?<!\s)\s*\((?:公開|更新)\)$")
_AFFECTED = re.compile(r"対象(?!外)|影響を受ける|Affected", re.IGNORECASE)
_RELEASE = re.compile(
    r"(?:バージョン|の)\s*(?P<names>[0-9][^。\n]{0,300}?)(?:を|が)(?:公開|リリース)(?:しました|されました)"
)
_NAMED = re.compile(r"(?P<product>(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9 ._+-]{0,60})の?\Z")
_WITHDRAWAL = re.compile(r"(?:本?注意喚起[をの])?取り?下げ(?:ました|ます)?。?")
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)")
_SOLUTION = re.compile(r"対策|解決|Solution|Resolution", re.IGNORECASE)
_WORKAROUND = re.compile(r"回避策|緩和策|軽減策|ワークアラウンド|Workaround|Mitigation", re.IGNORECASE)
_REFERENCES = re.compile(r"参考|関連(?:情報|文書)|References", re.IGNORECASE)
_HISTORY = re.compile(r"改訂履歴|更新履歴|Revision History", re.IGNORECASE)


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the alerts that the feed names; their signed text has the page's address with .txt."""
    for entry in _listing.entries(document):
        if isinstance(entry, Quarantined):
            yield entry
        elif day := _weekly.day_of(entry):
            yield ListedItem(_weekly.number_of(day), "", entry.title, entry.updated)
        elif _weekly.is_report(entry.url):
            yield Quarantined(entry.url, SourceError(entry.url, "no advisory number"), entry.title.encode())
        elif "/at/" in entry.url:
            yield ListedItem(
                number=_listed_number(entry),
                url=entry.url,
                title=_LISTED_TITLE.sub("", entry.title),
                updated=entry.updated,
                signed_url=re.sub(r"\.html$", ".txt", entry.url),
            )


def _listed_number(entry: _listing.Entry) -> str:
    """Return the number that an entry names; for JPCERT/CC itself it follows from the address."""
    for name in identifiers.find(f"{entry.identifier} {entry.title} {entry.summary}"):
        if "-AT-" in name:
            return name
    address = _ADDRESS.search(entry.url)
    if address and re.match(r"https?://www\.jpcert\.or\.jp/", entry.url):
        return f"JPCERT-AT-{address['year']}-{address['count']}"
    return ""


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an alert for each post of the document. Raises SourceError where it is empty or no encoding fits."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    if _weekly.is_feed(document.body):
        yield from _weekly.reports(document, SOURCE.issuer)
        return
    if len(document.body) > _LARGEST:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=_LARGEST)
    text = texts.decode(document.body, document.charset, document.url).removeprefix("\ufeff").replace("\0", "\ufffd")
    if _html.looks_like_html(text):
        page = _html.Page(text, document.url)
        words = page.text("pre.at") or page.text("div.at")
        if words is not None:
            yield _post(document, judge, words.encode(), words, page)
            return
        text = page.text() or ""
        body = text.encode()
    else:
        body = document.body
    yield from _posts(document, judge, body, text)


def _posts(document: Document, judge: Judge, body: bytes, text: str) -> Iterator[Advisory | Quarantined]:
    """Cut a page at its own date lines. Bytes and text are cut at the same lines, so what was signed stays exact."""
    raw, lines = body.split(b"\n"), text.split("\n")
    closed = _closed(lines)
    starts = [index for index, line in enumerate(lines) if _POST.fullmatch(line) and index not in closed]
    if len(starts) < 2 or len(raw) != len(lines):
        yield _post(document, judge, body, text)
        return
    for number, (start, end) in enumerate(pairwise([*starts, len(lines)]), 1):
        part = f"{document.url} post {number}"
        yield _post(document, judge, b"\n".join(raw[start:end]), "\n".join(lines[start:end]), where=part)


def _closed(lines: list[str]) -> set[int]:
    """Return the lines of blocks that their signature closes: dates there are the issuer's words, not the page's."""
    inside: set[int] = set()
    begin: int | None = None
    for index, line in enumerate(map(str.strip, lines)):
        if line == _BEGIN:
            begin = index
        elif line == _CLOSE and begin is not None:
            inside.update(range(begin, index))
            begin = None
    return inside


def _post(
    document: Document, judge: Judge, body: bytes, text: str, page: _html.Page | None = None, *, where: str = ""
) -> Advisory | Quarantined:
    where = where or document.url
    try:
        return _alert(document, judge, body, text, page, where)
    except SourceError as error:
        return Quarantined(where, error, body)


def _alert(document: Document, judge: Judge, body: bytes, text: str, page: _html.Page | None, where: str) -> Advisory:
    judged = judge(body, _promised(document.url, _inside(text)))
    words = judged.text if isinstance(judged, VerifiedText) else _inside(text)
    found = _NUMBER.search(words)
    if found is None:
        if _weekly.looks_like_report(document.url, words):
            hint = "its matters are read from the feed; read the page in a browser"
            raise SourceError(where, "the form of a weekly report's page is not known", hint=hint)
        raise SourceError(where, "no advisory number")
    number = found["number"]
    promised = _promised(document.url, words)
    if promised and promised != number:
        raise SourceError(
            where, "the number is {number}, its address promises {promised}", number=number, promised=promised
        )
    return _advisory(document, judged.signature, words[found.end() :], number, page, where)


def _promised(url: str, words: str) -> str | None:
    """Return the number that the address promises, with the issuer of the text: at140001.txt → …-AT-2014-0001."""
    address, found = _ADDRESS.search(url), _NUMBER.search(words)
    if not address or not found:
        return None
    issuer = found["number"].rpartition("-AT-")[0]
    return f"{issuer}-AT-{address['year']}-{address['count']}"


def _inside(text: str) -> str:
    """Return what stands in the first block, where there is one; else the whole text."""
    _, begin, rest = text.partition(_BEGIN)
    if not begin:
        return text
    inside = re.sub(r"\A\s*(?:[A-Z][A-Za-z-]*: [^\n]*\n)*", "", rest.partition(_END)[0])
    return re.sub(r"^- (?=-)", "", inside, flags=re.MULTILINE)


def _advisory(
    document: Document, signature: Signature, words: str, number: str, page: _html.Page | None, where: str
) -> Advisory:
    parts = sections.split(words)
    top = parts[0].text if parts and not parts[0].heading else ""
    issuer = _issuer(top)
    headed = tuple(
        _without_address(part, issuer) if part is parts[-1] else part
        for part in parts
        if part.heading and not _HISTORY.search(part.heading)
    )
    history = tuple(entry for part in parts if _HISTORY.search(part.heading) for entry in _facts.history(part.text))
    stamps = _stamps(top, where)
    published, updated = stamps[0] if stamps else None, stamps[-1] if len(stamps) > 1 else None
    title = _title(top) or (page.title if page else "")
    if not title:
        raise SourceError(where, "no title")
    last = updated or published
    affected = _facts.affected_lines(_statements(headed, _AFFECTED))
    product = affected[0].product if affected else ""
    return Advisory(
        source="jpcert",
        number=number,
        revision=last.date().isoformat() if last else "",
        title=title,
        language=texts.language(words),
        signature=signature,
        status=_status(title, history),
        published=published,
        updated=updated,
        summary=_summary(sections.split(plain) if (plain := _without_updates(page)) else headed),
        aliases=identifiers.aliases("\n".join((title, *(part.text for part in headed))), number),
        affected=affected,
        fixed=_fixed(headed, product),
        workarounds=_workarounds(headed),
        sections=headed,
        references=tuple(
            one for part in headed if _REFERENCES.search(part.heading) for one in _facts.references(part.text)
        ),
        history=history,
        url=_address(document, top, page),
        publisher=issuer,
    )


def _references(headed: tuple[Section, ...]) -> Iterator[Reference]:
    for part in headed:
        if _REFERENCES.search(part.heading):
            yield from _facts.references(part.text)


def _status(title: str, history: tuple[HistoryEntry, ...]) -> Status:
    """Return what the title says, or the last revision where that is the withdrawal of the whole."""
    withdrawn = history and _WITHDRAWAL.fullmatch(history[-1].text)
    return Status.WITHDRAWN if withdrawn else _facts.status_of(title)


def _fixed(headed: tuple[Section, ...], product: str) -> tuple[Fixed, ...]:
    """Return the corrections of 対策, the newest said first; older ones only where they are of a higher branch.

    An alert that is updated keeps its first list and tells newer corrections in boxes below it: 「バージョンA、B及びCを
    公開しました」. The first list alone would recommend what the publisher no longer does.
    """
    said = [
        tuple(fix for one in names for fix in _facts.fixed(product or named, one, sentence))
        for sentence, names, named in _released(headed)
        if product or named
    ]
    found: list[Fixed] = []
    for group in (*reversed(said), _facts.fixed_lines(_statements(headed, _SOLUTION), product)):
        found += [one for one in group if _is_higher(one, found)] if said else group
    return tuple(dict.fromkeys(found))


def _is_higher(one: Fixed, found: list[Fixed]) -> bool:
    # An alert calls one product 「Apache Log4j-core」 and 「Apache Log4j」; others have versions of their own.
    alike = (other for other in found if other.product.startswith(one.product) or one.product.startswith(other.product))
    others = [version.key("generic", known) for other in alike for known in other.versions if known not in one.versions]
    return all(version.key("generic", own) > max(others, default=b"") for own in one.versions)


def _released(headed: tuple[Section, ...]) -> Iterator[tuple[str, list[str], str]]:
    """Yield (words, versions, product before them) of each such sentence. A list with anything but versions in it is
    not read."""
    text = "\n".join(part.text for part in headed if _SOLUTION.search(part.heading))
    for found in _RELEASE.finditer(text):
        names = [one.strip() for one in re.split(r"、|及び|および|,", _ASIDE.sub("", found["names"]))]
        if all(re.fullmatch(r"[0-9]+(?:\.[0-9]+)+[0-9A-Za-z.-]*", one) for one in names):
            before = _NAMED.search(text[max(0, found.start() - 80) : found.start()])
            yield found[0].strip(), names, before["product"].strip() if before else ""


def _stamps(top: str, where: str) -> list[datetime]:
    """Return the dates above the banner, as written: 初版, then 更新. Raises SourceError where one cannot be read."""
    found: list[datetime] = []
    for line in map(str.strip, top.split("\n")):
        if _BANNER.match(line):
            break
        moment = dates.read_date(line)
        if moment is not None:
            found.append(moment)
        elif re.match(r"[0-9]{4}[-/年]", line):
            raise SourceError(where, "unreadable date: {date}", date=line[:80])
    return found


def _issuer(top: str) -> str:
    """Return the line below the number, unless that is a date already."""
    first = next((line.strip() for line in top.split("\n") if line.strip()), "")
    return "" if dates.read_date(first) else first


def _without_address(part: Section, issuer: str) -> Section:
    """Take off the issuer's name and address, which end a page: 「○○センター（CSIRT-A）」 or the name alone, and what
    follows it without an empty line."""
    above, _, last = part.text.rpartition("\n\n")
    name = last.split("\n", 1)[0].strip()
    ends = bool(issuer) and (name == issuer or name.endswith((f"（{issuer}）", f"({issuer})")))
    return Section(part.heading, above.rstrip()) if ends else part


def _title(top: str) -> str:
    """Return the first paragraph below the banner, else below the dates, that is no address."""
    lines = top.split("\n")
    banner = next((index for index, line in enumerate(lines) if _BANNER.match(line)), None)
    runs = texts.paragraphs("\n".join(lines[banner + 1 :])) if banner is not None else texts.paragraphs(top)[1:]
    for run in runs:
        if words := [line for line in run if "://" not in line]:
            return texts.joined(words)
    return ""


def _address(document: Document, top: str, page: _html.Page | None) -> str:
    named = texts.urls(top)
    own = document.url if document.transport in ("https", "http") else ""
    return named[0] if named else (page.meta("og:url") if page else "") or own


def _statements(headed: tuple[Section, ...], heading: re.Pattern[str]) -> Iterator[str]:
    for part in headed:
        if heading.search(part.heading):
            yield from texts.statements(part.text)


def _without_updates(page: _html.Page | None) -> str:
    """Return a page's words as they were before its update boxes."""
    return (page.text("div.at", without=".headline_blue, .update_details") or "") if page else ""


def _summary(parts: tuple[Section, ...]) -> str:
    """Return the first paragraph of 概要 (of a page: without its update boxes)."""
    overview = next((part.text for part in parts if "概要" in part.heading or "Overview" in part.heading), "")
    return next(map(texts.joined, texts.paragraphs(overview)), "")


def _workarounds(headed: tuple[Section, ...]) -> tuple[str, ...]:
    """Return the workarounds: of a section about them, or those that 対策 introduces as such."""
    found: list[str] = []
    for part in headed:
        if _WORKAROUND.search(part.heading):
            found += _facts.workarounds(part.text)
        elif _SOLUTION.search(part.heading):
            found += _facts.workarounds("\n\n".join("\n".join(run) for run in _introduced(part.text)))
    return tuple(found)


def _introduced(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the lists that follow a paragraph which speaks of workarounds."""
    introduced = False
    for run in texts.paragraphs(text):
        if not any(map(texts.is_bullet, run)):
            introduced = bool(_WORKAROUND.search(texts.joined(run)))
        elif introduced:
            yield run
