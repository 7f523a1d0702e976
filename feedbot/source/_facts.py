"""What the members share: a text without signature, the words that tell a status, a list of severities, the lines that
name affected and fixed versions."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import pairwise
from unicodedata import normalize

from feedbot.advisory import Affected, Fixed, HistoryEntry, Reference, Severity, Signature, Status, UnreadRange, Verdict
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.reading import dates, phrases
from feedbot.reading.text import bare, is_bullet, joined, paragraphs, urls
from feedbot.version import Constraint, VersionRange

SCHEME = "generic"
"""Publishers name upstream versions; a distribution's own are its own members' matter."""

_WITHDRAWN = re.compile(
    r"\*\*\s*(?:削除|REJECT(?:ED)?|RESERVED|WITHDRAWN)\s*\*\*|取り?下げ|[\[(【]取下[\])】]|\bwithdrawn\b"
    r"|^\s*(?:REJECT(?:ED)?\b(?:\s+reason)?\s*(?::|$)|削除\s*$)",
    re.IGNORECASE,
)
_DRAFT = re.compile(r"\*\*\s*(?:未確定|DISPUTED)\s*\*\*|暫定")
_VERSION = re.compile(
    r"(?<![0-9])[0-9]+\.[0-9x]+|バージョン\s*[0-9]+|\bversions?\s+[0-9]+|(?<![0-9])[0-9]+\s*系|[Vv]er\.?\s*[0-9]+"
)
_ALL = re.compile(r"(?:すべて|全て)の(?:バージョン|版)|全バージョン|\ball versions\b", re.IGNORECASE)
_NOT_AFFECTED = re.compile(
    r"影響[をは]受け(?:な|ません)|影響はありません|対象(?:外|ではありません)"
    r"|\bnot (?:affected|vulnerable)\b|\bunaffected\b"
)
_NO_WORKAROUND = re.compile(
    r"(?:回避策|緩和策|ワークアラウンド)は.{0,20}(?:ありません|(?:確認|提供)されていません)|\bno workaround"
    r"|\A\s*(?:None|N/A|なし|特になし)\s*[.。]?\s*\Z",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"[*\s]*更新\s*[:：]\s*[0-9]{4}年\s*[0-9]{1,2}月\s*[0-9]{1,2}日[^。]{0,10}")
"""The line over an addition to a published text, as JPCERT/CC marks them."""
_EDITION = re.compile(r"[^A-Za-z]{0,8}(?:版|系|ブランチ)")
_SAYS_AFFECTED = re.compile(
    r"影響を受け|対象|脆弱|より前|以前|未満|以下|から.*まで"
    r"|\b(?:affect|vulnerable|prior|before|earlier|through|up to|older|susceptible)",
    re.IGNORECASE,
)


def unsigned(document: Document) -> Signature:
    """Return the signature of a text whose publisher signs nothing: trust is what its way here gives."""
    return Signature(Verdict.UNSIGNED, tr("the publisher does not sign this"), document.transport)


def status_of(title: str) -> Status:
    """Return what the marks of a title say: ** 削除 **, ** 未確定 **, REJECT, 取下げ, in letters of any width."""
    plain = normalize("NFKC", title)
    if _WITHDRAWN.search(plain):
        return Status.WITHDRAWN
    return Status.DRAFT if _DRAFT.search(plain) else Status.FINAL


def cvss(version: str, vector: str, score: str) -> Severity:
    """Return a CVSS score. The vector's own prefix decides over the version beside it (JVN calls 3.1 "3.0")."""
    prefix = re.match(r"CVSS:([0-9.]+)/", vector)
    number = prefix[1] if prefix else version
    return Severity("CVSSv2" if number.startswith("2") else f"CVSSv{number}", vector, score)


def names_version(text: str) -> bool:
    """Say whether a line speaks of versions at all."""
    return bool(_VERSION.search(text) or _ALL.search(text))


def affected_lines(lines: Iterable[str], product: str = "") -> tuple[Affected, ...]:
    """Read the lines of a section that says which versions are affected.

    A line without product goes on with the one before it (「*) 安定版の 4.2.6.x は全て」). A line that names versions
    as affected but is not understood stays as an UnreadRange. Lines that say what is not affected, or name no version,
    give nothing.
    """
    found: list[Affected] = []
    for line in lines:
        if not names_version(line) or _NOT_AFFECTED.search(line):
            continue
        if line.endswith(("。", ".")):
            found += affected_sentences((line,), product)
        else:
            found.append(_line(bare(line), product))
        product = found[-1].product if found else product
    return tuple(found)


def _line(wording: str, product: str) -> Affected:
    phrase = phrases.read(wording, "", SCHEME, listed=True)
    if phrase.range is None:
        # What begins with words of its own may be about another product than the line before it.
        named = product if _VERSION.match(wording) else phrase.product
        return Affected(named, UnreadRange(wording), wording)
    # 「長期版の 0.8.x」 names an edition of the product before it, no product.
    named = product if product and _EDITION.fullmatch(phrase.product) else phrase.product or product
    return Affected(
        named, phrase.range, wording, unread=phrase.unread, notes=phrase.notes, two_senses=phrase.two_senses
    )


def affected_sentences(prose: Iterable[str], product: str = "") -> tuple[Affected, ...]:
    """Read sentences of prose that name versions as affected: understood completely, or kept as an UnreadRange. Half a
    sentence could say the opposite of the whole."""
    found: list[Affected] = []
    for sentence in dict.fromkeys(prose):
        if names_version(sentence) and _SAYS_AFFECTED.search(sentence) and not _NOT_AFFECTED.search(sentence):
            one = _line(sentence, product)
            found.append(one if one.complete else Affected(product, UnreadRange(sentence), sentence))
    return tuple(found)


def affected(wording: str, *, product: str, vendor: str = "", cpe: str = "", evidence: str = "") -> Affected:
    """Read one wording of affected versions of a product that is named beside it."""
    phrase = phrases.read(wording, product, SCHEME, listed=True)
    shown = evidence or wording
    if phrase.range is None:
        return Affected(product, UnreadRange(wording), shown, vendor, cpe)
    return Affected(
        product,
        phrase.range,
        shown,
        vendor,
        cpe,
        unread=phrase.unread,
        notes=phrase.notes,
        two_senses=phrase.two_senses,
    )


def fixed(product: str, version: str, evidence: str) -> Iterator[Fixed]:
    """Yield the version that holds a correction; nothing where it is no version (a number of over 255 digits)."""
    try:
        versions = VersionRange(SCHEME, (Constraint("=", version),))
    except VersionError:
        return
    yield Fixed(product, versions, evidence)


def fixed_lines(lines: Iterable[str], product: str = "") -> tuple[Fixed, ...]:
    """Read lines that name the versions that hold a correction: those a line calls fixed, and in a list of bare
    versions each one. What is not understood completely gives nothing: a wrong fixed version is worse than none."""
    found: list[Fixed] = []
    for line in lines:
        if not names_version(line) or _NOT_AFFECTED.search(line) or "://" in line:
            continue
        phrase = phrases.read(bare(line), "", SCHEME, listed=True)
        if not phrase.complete:
            continue
        versions = phrase.fixed or _exact(phrase.range)
        # "ntp-4.2.8p1" is the name of an archive.
        named = phrase.product.rstrip("-") or product
        found += (fix for one in versions for fix in fixed(named, one, bare(line)))
        product = named
    return tuple(dict.fromkeys(found))


def _exact(versions: VersionRange | None) -> tuple[str, ...]:
    """Return the versions of a range that is nothing but single versions, or is open upwards from one."""
    constraints = versions.constraints if versions else ()
    comparators = {one.comparator for one in constraints}
    if comparators == {"="} or (comparators == {">="} and len(constraints) == 1):
        return tuple(one.version for one in constraints)
    return ()


def moment(text: str, where: str, zone: tzinfo = dates.JST) -> datetime | None:
    """Read a date that may be missing. Raises SourceError where it is there and cannot be read."""
    if not text.strip():
        return None
    read = dates.read_date(text, zone)
    if read is None:
        raise SourceError(where, "unreadable date: {date}", date=text[:80])
    return read


def references(text: str) -> Iterator[Reference]:
    """Yield each link with the lines above it; in a table, with the words of its row."""
    for run in paragraphs(text):
        labels: list[str] = []
        for line in run:
            found = urls(line)
            words = line
            for url in found:
                words = words.replace(f"<{url}>", "").replace(url, "")
            words = bare(words.replace("\t", " "))
            labels = [words] if "\t" in line else [*labels, words]
            yield from (Reference(url, joined(label for label in labels if _is_label(label))) for url in found)
            if found or "\t" in line:
                labels = []


def _is_label(line: str) -> bool:
    return bool(line) and not line.startswith("更新:")


def workarounds(text: str) -> Iterator[str]:
    """Yield the workarounds of a text that is about them.

    They are the items of its lists with the lines below each, a list under a line of its own as a whole, and the
    paragraphs of an addition and below a list: they may say that a workaround does not do. Or the whole text where it
    has no list. A text that says there is none gives none.
    """
    runs = paragraphs(text)
    if _NO_WORKAROUND.search(text) or not runs:
        return
    if not any(is_bullet(line) for run in runs for line in run):
        yield "\n".join(map(joined, runs))
        return
    introduced = False
    for run in runs:
        if any(map(is_bullet, run)):
            yield from _listed(run)
        elif introduced and not urls("\n".join(run)) and not _UPDATED.fullmatch(run[0]):
            yield joined(run)
        introduced = introduced or any(map(is_bullet, run)) or bool(_UPDATED.fullmatch(run[0]))


def _listed(run: tuple[str, ...]) -> Iterator[str]:
    starts = [index for index, line in enumerate(run) if is_bullet(line)] if is_bullet(run[0]) else [0]
    for start, end in pairwise([*starts, len(run)]):
        yield "\n".join((bare(run[start]), *map(str.strip, run[start + 1 : end])))


def history(text: str) -> Iterator[HistoryEntry]:
    """Yield the dated lines of 改訂履歴; the issuer's address below them is none."""
    entries: list[HistoryEntry] = []
    for run in paragraphs(text):
        if entries and dates.leading(run[0].strip())[0] is None:
            break
        for line in map(str.strip, run):
            moment, words = dates.leading(line)
            if moment is not None:
                entries.append(HistoryEntry(moment.date(), words.strip()))
            elif entries:
                entries[-1] = HistoryEntry(entries[-1].date, joined((entries[-1].text, line)))
            else:
                entries.append(HistoryEntry(None, line))
    yield from entries
