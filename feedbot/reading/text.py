"""Bytes to text by what is in them, and paragraphs out of text folded at a fixed width."""

import re
from collections.abc import Iterable

from feedbot.errors import SignatureError, SourceError
from feedbot.signature.decoding import decode_signed

_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_KNOWN = "known encodings: UTF-8, UTF-16, ISO-2022-JP, Shift_JIS, EUC-JP"
_LONGEST_JIS = 2 * 2**20
"""Bytes of a text in ISO-2022-JP: mails and old alerts, which have a hundredth. A second is spent on as many."""
_CANDIDATES = ("cp932", "euc_jp")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_URL = re.compile(r"https?://[^\s<>\"'「」（）、。]+")


def decode(body: bytes, declared: str = "", subject: str = "") -> str:
    """Return the text of `body`, told by its content: UTF-16 and UTF-8 marks, ISO-2022-JP where its escapes are, UTF-8,
    then of Shift_JIS (cp932) and EUC-JP the one that gives more kana.

    `declared` (a header's word) decides only between what fits equally, and lets single-byte encodings, which fit
    anything, in at all. Line ends are kept. `subject` names the text in the SourceError raised when none fits.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(body, "utf-16", subject)
    if _ESCAPE.search(body):
        return _iso_2022_jp(body, subject)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    fitting = [(name, text) for name in _CANDIDATES if (text := _fits(body, name)) is not None]
    if fitting:
        return max(fitting, key=lambda one: (len(_KANA.findall(one[1])), one[0] in declared.replace("-", "_").lower()))[
            1
        ]
    if declared.lower() in ("iso-8859-1", "latin-1", "windows-1252", "cp1252"):
        return _try(body, "cp1252", subject)
    raise SourceError(subject, "no known encoding fits the text", hint=_KNOWN)


def _iso_2022_jp(body: bytes, subject: str) -> str:
    if len(body) > _LONGEST_JIS:
        raise SourceError(subject, "no known encoding fits the text", hint=_KNOWN)
    try:
        return decode_signed(body)
    except SignatureError as error:
        raise SourceError(subject, "no known encoding fits the text", hint=_KNOWN) from error


def _fits(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _try(body: bytes, encoding: str, subject: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            subject,
            "the text is not what its encoding says: {encoding}, byte {place}",
            encoding=encoding,
            place=error.start,
        ) from error


def language(text: str) -> str:
    """Return `ja` where the text has kana, else `en`."""
    return "ja" if _KANA.search(text) else "en"


def urls(text: str) -> tuple[str, ...]:
    """Return the web addresses of a text, each once, without the punctuation of the sentence around them."""
    return tuple(dict.fromkeys(found.rstrip(".,;:!?)]}") for found in _URL.findall(text)))


_BULLET = re.compile(r"(?:\*\)|[・•●○◦※]|[(（][0-9]+[)）]|[0-9]+[)）]|[-*](?=\s))\s*(?=\S)")


def is_bullet(line: str) -> bool:
    """Say whether a line is an item of a list."""
    return bool(_BULLET.match(line.strip()))


def bare(line: str) -> str:
    """Return a line without its bullet and the blanks around it."""
    stripped = line.strip()
    match = _BULLET.match(stripped)
    return stripped[match.end() :] if match else stripped


def paragraphs(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the runs of lines between blank lines; indentation is kept."""
    found: list[tuple[str, ...]] = []
    run: list[str] = []
    for line in (*text.replace("\r", "").split("\n"), ""):
        if line.strip():
            run.append(line.rstrip())
        elif run:
            found.append(tuple(run))
            run = []
    return tuple(found)


def joined(lines: Iterable[str]) -> str:
    """Return folded lines as one: with a blank between Latin letters, with none where a Japanese line was broken."""
    text = ""
    for line in map(str.strip, lines):
        gap = " " if text and text[-1].isascii() and line[:1].isascii() else ""
        text += gap + line
    return text


def sentences(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences of folded prose, Japanese or English, each on one line."""
    found = re.split(r"(?<=。)|(?<=[.!?])\s+(?=[A-Z\"(])|(?<=[a-z0-9]{4}\.)\s+(?=[a-z])", joined(lines))
    return tuple(sentence.strip() for sentence in found if sentence.strip())


def statements(text: str) -> tuple[str, ...]:
    """Return what a text says, one thing an entry: the items of its lists, its lone lines, the sentences of its prose.

    A paragraph that ends as a sentence does, and has no bullets, is prose; a line indented under a bullet goes on with
    it.
    """
    found: list[str] = []
    for run in paragraphs(text):
        if any(is_bullet(line) for line in run):
            found += _items(run)
        elif run[-1].endswith(("。", ".")):
            found += sentences(run)
        else:
            found += (line.strip() for line in run)
    return tuple(found)


def _items(run: tuple[str, ...]) -> list[str]:
    items: list[str] = []
    margin: int | None = None
    for line in run:
        indent = len(line) - len(line.lstrip())
        if margin is not None and indent > margin and not is_bullet(line):
            items[-1] = joined((items[-1], line))
            continue
        items.append(line.strip())
        margin = indent if is_bullet(line) else None
    return items
