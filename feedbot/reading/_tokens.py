"""Cut a line about versions into tokens, each with its place in the text as it was printed.

Width and spelling are evened out by NFKC, character by character so that places stay known, and only after the wave
dashes were set apart: NFKC would turn ～ into Debian's tilde.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

WAVES = "〜～〰∼"
_DASHES = "‐‑‒–—―−－"
_VOICED = "ﾞﾟ"

MEANINGS = MappingProxyType(
    {
        **dict.fromkeys(("below", "upto", "since", "above", "range", "between", "only"), "bound"),
        **dict.fromkeys(("before_below", "before_upto", "before_since", "before_above"), "bound"),
        **dict.fromkeys(("unclear", "before_unclear"), "bound"),
        **dict.fromkeys(
            ("noun", "of", "topic", "toward", "and", "but", "lead", "matter", "back", "both"), "connective"
        ),
        **dict.fromkeys(("bullet", "stop", "colon"), "mark"),
        **dict.fromkeys(("group", "edition", "others", "footnote"), "note"),
        "version": "version",
        "level": "version",
        "branch": "branch",
        "all": "all versions",
        "name": "product",
        "affected": "affected",
        "unaffected": "not affected",
        "fixed": "fixed",
        "came": "reason",
    }
)
"""Kind → what a token that was read means, where no rule says it otherwise. What is not here is never understood."""

# 2011-22 is the number of an advisory far more often than a version.
_DATE = re.compile(
    r"""\d{4}-\d{2}-\d{2}(?!\d) | (?:19|20)\d\d-\d{2,4}(?![\d.]) | \d{4}/\d{1,2}/\d{1,2}
    | \d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?日)?
    | (?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{1,2}(?![\d.])""",
    re.VERBOSE | re.IGNORECASE,
)
_PHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_UNIT = re.compile(
    r"[0-9.]+(?:[kmgt]i?b|bytes?|bits?|[kmg]?bps|[kmg]hz|px|dpi|fps|msec|sec|mins?|hours?|days?|mm|cm|km|kg|th|st|nd|rd)",
    re.IGNORECASE,
)
_DIGEST = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
# Addresses that no version looks like: private, loopback, netmask.
_ADDRESS = re.compile(r"(?:192\.168|127\.0|255\.255|169\.254)\.\d{1,3}\.\d{1,3}(?![\d.])")
_IDENTIFIER = re.compile(r"CVE-\d{4}-\d{4,}|JVN(?:VU|TA)?#\d+|JVNDB-\d{4}-\d+|VU#\d+", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\((?:[*※]|注)\d{0,2}\)|\[(?:\*|注)?\d{1,2}\]|(?:[*※]|注)\d{1,2}(?![\d.])|[*※](?=\s*$)")
# [6-9].x-[1-5].N is how Drupal numbers a module: for core 7, release 3.0. 4.x-5.7 may be two branches.
_VERSION = re.compile(
    r"""(?P<v>v(?=\d))?(?P<numbers>[6-9]\.x-[1-5]\.\d+|\d+(?:\.\d+)*)
    (?:(?P<any>\.[x*])(?![0-9a-z])|(?P<tail>(?:\.?[a-z]+\d*(?:\.\d+)*|[-_](?!v\d)[a-z]+[0-9a-z.]*|[-_]\d+(?!\d*\.\d))*))
    (?P<level>(?:\s+(?:patch\s?level|preview|beta|alpha|rc|r|sp|service\s+pack|update|patch|build|cu|hotfix|hf|mr|fix\s?pack|fp)\s*\d+)+
      |\s*\((?:build|ビルド)\s*\d+\))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
# Of r100 only the small letter: R710 is a model.
_R_NUMBER = re.compile(r"(?<![\w.-])r\d{2,7}(?![\w.-])", re.ASCII)
_REVISION = re.compile(
    r"(?:revisions?|リビジョン)\s*(?:r?\d{2,8}|[0-9a-f]{7,40})(?!\w)|(?:commit|コミット)\s*[0-9a-f]{7,40}(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_MODEL_LEVEL = re.compile(r"V\d+L\d+")
_GROUP = re.compile(r"\([^()]*\)|\[[^()\[\]]{0,9}CVE-[^()\[\]]*\]")
# No name is longer; a run of 「 would else be searched to its end from each of them.
_QUOTE = re.compile(r"「[^」\d]{0,200}」")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_+#!&'@/.-]*")
_LATIN_BEFORE_VERSION = re.compile(r"[A-Za-z](?:[A-Za-z0-9_+#!&'@/-]*?[A-Za-z_+-])?(?=\d+\.[0-9x])")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_CJK = re.compile(r"[ァ-ヺーヽヾ㐀-鿿々〆・]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the line. `kind` is a kind of wordings.toml or version, name, group, identifier, revision, date,
    address, footnote, odd.

    `text` is the evened-out text, `start` and `end` count characters of the line as printed. Of a version, `text` is
    without v, and `branch` is true for 2.4.x, whose text is then 2.4.
    """

    kind: str
    text: str
    start: int
    end: int
    branch: bool = False
    prefixed: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A row of wordings.toml."""

    kind: str
    words: tuple[str, ...]
    example: str
    reads: str
    two_senses: bool = False


@dataclass(frozen=True, slots=True)
class Habit:
    """A row of the table of habits: products whose publisher lists what corrects and not what is affected."""

    products: tuple[str, ...]
    example: str
    reads: str


@cache
def _table() -> Mapping[str, list[dict[str, Any]]]:
    text = (resources.files(__package__) / "wordings.toml").read_text(encoding="utf-8")
    table: dict[str, list[dict[str, Any]]] = tomllib.loads(text)
    return table


@cache
def wordings() -> tuple[Wording, ...]:
    """Return the table of wordings."""
    return tuple(
        Wording(row["kind"], tuple(row["words"]), row["example"], row["reads"], row.get("two_senses", False))
        for row in _table()["wording"]
    )


@cache
def habits() -> tuple[Habit, ...]:
    """Return the table of habits."""
    return tuple(Habit(tuple(row["products"]), row["example"], row["reads"]) for row in _table()["habit"])


@cache
def common_words() -> frozenset[str]:
    """Return words that stand where a product's name stands, and are none."""
    return frozenset(word.casefold() for row in _table()["common"] for word in row["words"])


@cache
def edition_words() -> frozenset[str]:
    """Return editions and processors that stand in a bracket behind a version, and behind nothing else."""
    return frozenset(word.casefold() for row in _table()["edition"] for word in row["words"])


@cache
def _particles() -> tuple[str, ...]:
    return tuple(word for row in _table()["particle"] for word in row["words"])


def is_particles(text: str) -> bool:
    """Say whether a text is nothing but particles and endings of the table, one after another."""
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached.update(at + len(word) for word in _particles() if text.startswith(word, at))
    return len(text) in reached


@cache
def two_senses() -> frozenset[str]:
    """Return the words that are read in one sense and used in two."""
    return frozenset(word.casefold() for row in wordings() if row.two_senses for word in row.words)


@cache
def _by_first() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return first character → (word, kind), longest word first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for wording in wordings():
        for word in wording.words:
            even = even_out(word)[0].casefold()
            found.setdefault(even[0], []).append((even, wording.kind))
    return {first: tuple(sorted(words, key=lambda w: -len(w[0]))) for first, words in found.items()}


@lru_cache(maxsize=4096)
def _even(source: str) -> str:
    return "〜" if source in WAVES else "-" if source in _DASHES else unicodedata.normalize("NFKC", source)


def even_out(text: str) -> tuple[str, list[int]]:
    """Return the text in one width, and for each of its characters the place it came from (one more for the end)."""
    if text.isascii():
        return text, list(range(len(text) + 1))
    out: list[str] = []
    places: list[int] = []
    position = 0
    while position < len(text):
        size = 2 if text[position + 1 : position + 2] in tuple(_VOICED) else 1
        source = text[position : position + size]
        even = _even(source)
        out.append(even)
        places.extend([position] * len(even))
        position += size
    return "".join(out), [*places, len(text)]


def tokenise(text: str, product: str = "") -> list[Token]:
    """Return the tokens of a line. `product` is taken as one name wherever it stands."""
    even, places = even_out(text)
    name = even_out(product)[0].strip().casefold()
    tokens: list[Token] = []
    position = 0
    while position < len(even):
        if even[position].isspace():
            position += 1
            continue
        kind, end, word, branch = _next(even, position, name)
        prefixed = kind == "version" and even[position] in "vV"
        if kind == "prose" and tokens and word[0].isupper():
            kind = "name"  # Supported Preview Edition: a capital inside a line is a name's
        tokens.append(Token(kind, word, places[position], places[end - 1] + 1, branch, prefixed))
        position = end
    return tokens


_FIRST = (
    ("identifier", _IDENTIFIER),
    ("revision", _REVISION),
    ("date", _DATE),
    ("address", _ADDRESS),
    ("footnote", _FOOTNOTE),
)


def _next(even: str, at: int, product: str) -> tuple[str, int, str, bool]:
    """Return kind, end, text and branch of the token at `at`."""
    if product and even[at : at + len(product)].casefold() == product and _ends_name(even, at + len(product)):
        return "name", at + len(product), even[at : at + len(product)], False
    for kind, pattern in _FIRST:
        if match := pattern.match(even, at):
            return kind, match.end(), match[0], False
    if found := _wording(even, at):
        return found[1], at + len(found[0]), even[at : at + len(found[0])], False
    if match := _VERSION.match(even, at):
        return _version(match)
    if match := _R_NUMBER.match(even, at):
        return "version", match.end(), match[0], False
    return _words(even, at)


def is_r_number(version: str) -> bool:
    """Say whether a version is a bare revision's number (r561), which no dotted version comes before or after."""
    return bool(_R_NUMBER.fullmatch(version))


def _version(match: re.Match[str]) -> tuple[str, int, str, bool]:
    tail, level = match["tail"] or "", match["level"] or ""
    if tail.lower() == "x" or _UNIT.fullmatch(match[0]) or _PHONE.fullmatch(match[0]) or _DIGEST.fullmatch(match[0]):
        return "odd", match.end(), match[0], False
    start = match["v"] if match["v"] and _MODEL_LEVEL.match(match[0]) else ""
    text = start + match["numbers"] + tail + re.sub(r"\s+", " ", level)
    return "version", match.end(), text, bool(match["any"])


def _words(even: str, at: int) -> tuple[str, int, str, bool]:
    for kind, pattern in (
        ("group", _GROUP),
        ("name", _QUOTE),
        ("name", _LATIN_BEFORE_VERSION),
        ("name", _LATIN),
    ):
        if match := pattern.match(even, at):
            word = match[0].rstrip(".-,/") if pattern is _LATIN else match[0]
            return kind, at + len(word), word, False
    for kind, char in (("name", _CJK), ("prose", _HIRAGANA)):
        if char.match(even, at):
            end = at + 1
            while end < len(even) and char.match(even, end) and not _wording(even, end, shortest=2):
                end += 1
            return kind, end, even[at:end], False
    return ("name" if even[at] in "/&+" else "odd"), at + 1, even[at], False


def _wording(even: str, at: int, shortest: int = 1) -> tuple[str, str] | None:
    """Return the longest wording at `at`. Latin words must stand alone, a digit may follow (Ver1.0)."""
    for word, kind in _by_first().get(even[at].casefold(), ()):
        if len(word) >= shortest and even[at : at + len(word)].casefold() == word and _stands(even, at, word):
            return word, kind
    return None


def _stands(even: str, at: int, word: str) -> bool:
    if not word[0].isascii() or not word[0].isalpha():
        return True
    before = even[at - 1 : at]
    return not (before.isascii() and before.isalnum()) and _ends_word(even, at + len(word))


def _ends_name(even: str, end: int) -> bool:
    """A product's name may touch its version (PHP5.4), but is not the beginning of another word (X of X2Engine)."""
    return _ends_word(even, end) and not re.match(r"[0-9]+[A-Za-z]", even[end:])


def _ends_word(even: str, end: int) -> bool:
    after = even[end : end + 1]
    return not (after.isascii() and (after.isalpha() or after in tuple("_-"))) or not even[end - 1].isalnum()


def spans(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Join tokens that stand side by side into stretches of the line."""
    start = end = -1
    for token in tokens:
        if start >= 0 and token.start - end <= 1:
            end = token.end
            continue
        if start >= 0:
            yield start, end
        start, end = token.start, token.end
    if start >= 0:
        yield start, end
