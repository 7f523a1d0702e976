"""The parsers under test: every member of source/ (its listing and its reading), and what reading/ offers.

What a parser may do: yield its nouns, raise SourceError. What it yields can be stored: text that UTF-8 and a database
hold, moments that exist in UTC, ranges that read back as they were written.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from feedbot import members
from feedbot.advisory import Advisory, Quarantined, advisory_json
from feedbot.advisory.identity import content_digest
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import dates, identifiers, phrases, sections, text
from feedbot.signature import UnsignedText, VerifiedText
from feedbot.source._member import Judge, ListedItem
from feedbot.version import VersionRange
from tests.fuzz.breakers import RUNS
from tests.fuzz.mutate import MOST, spoil
from tests.fuzz.thin import thin
from tests.source.reading import FIXTURES, NOW, judge, verified_as

Target = Callable[[Document], Iterator[object]]

PARSERS = (
    *members.names("feedbot.source"),
    *(f"reading.{name}" for name in ("dates", "identifiers", "phrases", "sections", "text")),
)
CORPUS = {
    "cert_cc": ("feeds/certcc/**/*.json",),
    "cisa_kev": ("feeds/cisa-kev/*.json",),
    "csaf": ("feeds/cisa-csaf/**/*.json",),
    "curl": ("feeds/upstream/**/*curl*/**/*.md",),
    "freebsd": ("pgp/freebsd/**/*.asc",),
    "httpd": ("feeds/upstream/**/*httpd*/**/*.json",),
    "jpcert": ("feeds/jpcert/**/*.html", "pgp/jpcert/**/*.txt"),
    "jvn": ("feeds/jvn-rss/**/*.rdf",),
    "jvn_ipedia": ("feeds/jvndb-rss/**/*.rdf", "feeds/jvn-vuldef/**/*.rdf", "feeds/myjvn-api/**/*.xml"),
    "mozilla": ("feeds/ja-advisories/**/*mozilla*/**/*.md",),
    "netbsd": ("pgp/netbsd/**/*.asc",),
    "nginx": ("feeds/upstream/**/*nginx*/**/*.xml",),
    "openssl": ("feeds/upstream/**/*openssl*/**/*.json",),
    "postgresql": ("feeds/upstream/**/*postgresql*/**/*.html",),
    "ruby_lang": ("feeds/ja-advisories/**/*ruby*/**/*.md",),
}
"""Which real files are of a member's form."""
LISTED_AS_READ = ("antiphishing", "auscert", "cisa_kev", "ipa", "openssh", "postgresql", "rss")
"""Their listing passes on what `read` yields, less of each: to feed a document to both is to read it twice, which is
done with one in eight."""

_STARTS = re.compile(rb">|\n|\": \"")


@cache
def seeds(parser: str, corpus: Path | None = None) -> tuple[tuple[str, bytes], ...]:
    """Return (name, bytes) of the documents that a parser is fed variations of: our own, or up to 300 real ones."""
    if corpus is not None:
        paths = sorted({path for one in CORPUS.get(parser, ()) for path in corpus.glob(one) if path.is_file()})
        return tuple((path.name, path.read_bytes()[:MOST]) for path in paths[:: max(1, len(paths) // 300)])
    own = sorted(path for path in (FIXTURES / parser).rglob("*") if path.is_file())
    if not own:
        own = sorted(path for path in FIXTURES.rglob("*") if path.is_file())
    found = tuple((path.name, path.read_bytes()) for path in own)
    return (*found, *_lines()) if parser.startswith("reading.") else found


@cache
def _lines() -> tuple[tuple[str, bytes], ...]:
    """The examples of the wordings: lines that the grammar reads to the end."""
    table = Path(phrases.__file__).with_name("wordings.toml").read_text(encoding="utf-8")
    found = re.findall(r"\"([^\"\n]{4,})\"", table)
    assert tomllib.loads(table)
    return tuple(("line", line.encode()) for line in found)


@cache
def _others() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(FIXTURES.rglob("*")) if path.is_file())


@cache
def thinned(parser: str, corpus: Path | None = None) -> tuple[tuple[str, bytes], ...]:
    """Return some 600 variations of the seeds with less of what they repeat, as many of each seed."""
    own = seeds(parser, corpus)
    return tuple(
        (name, thin(data, Random(f"{parser} {name} {number}")))
        for name, data in own
        for number in range(max(1, 600 // len(own)))
    )


def document(parser: str, number: int, corpus: Path | None = None) -> Document:
    """Return the input with this number: the same bytes and address each time.

    One in sixteen starts from a whole seed and may grow large; the others are light.
    """
    rng = Random(f"{parser} {number}{' real' if corpus else ''}")
    light = number % 16 != 0
    own = thinned(parser, corpus) if light else seeds(parser, corpus)
    name, data = rng.choice(own)
    other = rng.choice(own)[1] if rng.random() < 0.5 else rng.choice(_others())
    return _addressed(parser, name, spoil(data, other, rng, light=light), rng)


def with_run(parser: str, size: int, number: int) -> Document:
    """Return the seed with this number (each comes as often as there are runs) with `size` bytes of one run inside.

    It stands where words or lines begin. What a parser searches again from each place shows only in such lengths.
    """
    name, data = seeds(parser)[number // len(RUNS)]
    run = RUNS[number % len(RUNS)].encode()
    place = Random(f"{parser} run {number}").choice([match.end() for match in _STARTS.finditer(data)] or [0])
    return Document(f"file:{name}", data[:place] + run * (size // len(run)) + data[place:], NOW)


def runs(parser: str) -> range:
    """Return the numbers that `with_run` takes: six seeds at most."""
    return range(min(6, len(seeds(parser))) * len(RUNS))


def _addressed(parser: str, name: str, body: bytes, rng: Random) -> Document:
    """Give a document an address (some members tell its form by it), a word on its encoding."""
    listing = "" if parser.startswith("reading.") else members.load("feedbot.source", parser).SOURCE.listing_url
    url = rng.choice((f"file:{name}", f"https://csirt-a.example/{name}", listing or f"file:{name}"))
    return Document(url, body, NOW, charset=rng.choice(("", "utf-8", "Shift_JIS", "iso-8859-1", "x-none")))


def targets(parser: str, size: int) -> tuple[Target, ...]:
    """Return the functions of a parser that a document of `size` bytes is fed to.

    Each yields what it makes of the document, one by one, to be held to `check`.
    """
    if parser.startswith("reading."):
        return _reading(READINGS[parser.partition(".")[2]])
    member = members.load("feedbot.source", parser)

    def listing(given: Document) -> Iterator[object]:
        try:
            yield from member.listing(given)
        except SourceError as error:
            yield error

    def read(given: Document) -> Iterator[object]:
        try:
            yield from member.read(given, _judge(given))
        except SourceError as error:
            yield error

    return (read,) if parser in LISTED_AS_READ and size % 8 else (listing, read)


def _judge(given: Document) -> Judge:
    """Believe one document in three: then a text is read to its end even where it was never signed."""
    if len(given.body) % 3 or len(given.body) > 2**20:
        return judge

    def believing(data: bytes, claims: str | None) -> UnsignedText | VerifiedText:
        # Of a part of a document only that part was signed.
        try:
            signed = text.decode(data, given.charset, given.url)
        except SourceError:
            return judge(data, claims)
        # No text with NUL is ever verified.
        return judge(data, claims) if "\0" in signed else verified_as(signed)(data, claims)

    return believing


# -- what is promised of an outcome


def check(item: object) -> None:
    """Hold what a parser yielded to what is promised of it."""
    if isinstance(item, SourceError):
        _holdable(str(item), item.hint())
    elif isinstance(item, Quarantined):
        assert isinstance(item.reason, SourceError), type(item.reason)
        assert isinstance(item.raw, bytes)
        _holdable(item.where, str(item.reason), item.reason.hint())
    elif isinstance(item, Advisory):
        _storable(item)
    elif isinstance(item, ListedItem):
        _holdable(item.number, item.url, item.title, item.signed_url, item.signature_url, *item.hash_urls)
        _moments(item.updated)
    else:
        assert isinstance(item, Promise), type(item)
        item.check()


def _storable(one: Advisory) -> None:
    _holdable(*_strings(advisory_json(one)))
    assert one.number
    assert one.title
    assert content_digest(one)
    _moments(one.published, one.updated)
    for affected in (*one.affected, *one.fixed):
        if isinstance(affected.range, VersionRange):
            _reads_back(affected.range)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(inner)


def _holdable(*texts: str) -> None:
    for one in texts:
        one.encode()
        assert "\0" not in one, "a text with NUL"


def _moments(*moments: datetime | None) -> None:
    for one in moments:
        if one is not None:
            assert one.tzinfo is not None
            one.astimezone(UTC)


def _reads_back(versions: VersionRange) -> None:
    assert VersionRange.parse(str(versions)) == versions, f"{versions} reads back as another"


# -- what reading/ offers


def _reading(read: Callable[[str], Iterator["Promise"]]) -> tuple[Target, ...]:
    def whole(given: Document) -> Iterator[object]:
        yield from read(given.body.decode("utf-8", "surrogateescape"))

    def by_line(given: Document) -> Iterator[object]:
        for line in given.body.decode("utf-8", "surrogateescape").split("\n")[:100]:
            yield from read(line)

    def raw(given: Document) -> Iterator[object]:
        try:
            found = text.decode(given.body, given.charset, given.url)
        except SourceError as error:
            yield error
            return
        yield from read(found)

    return whole, by_line, raw


@dataclass(frozen=True, slots=True)
class Promise:
    """What must hold of an outcome, looked at when the clock stands."""

    check: Callable[[], None]


def _dates(given: str) -> Iterator[Promise]:
    moment, rest = dates.leading(given)
    again = dates.read_date(given)
    yield Promise(lambda: _moments(moment, again))
    yield Promise(lambda: _true(given.endswith(rest)))


def _identifiers(given: str) -> Iterator[Promise]:
    found = identifiers.find(given)
    aliases = identifiers.aliases(given, "JPCERT-AT-2026-0001")
    yield Promise(lambda: _true(set(aliases) <= set(found)))
    yield Promise(lambda: _true(identifiers.find(" ".join(found)) == found))


def _phrases(given: str) -> Iterator[Promise]:
    phrase = phrases.read(given)
    yield Promise(lambda: _true(all(piece in given for piece in phrase.unread)))
    yield Promise(lambda: _true(bool(phrase.unread) or phrase.complete or not given.strip()))
    if phrase.range is not None:
        found = phrase.range
        yield Promise(lambda: _reads_back(found))


def _sections(given: str) -> Iterator[Promise]:
    found = sections.split(given)
    lines = {line.rstrip() for line in given.replace("\r\n", "\n").split("\n")}
    yield Promise(lambda: _true({line for one in found for line in one.text.split("\n")} <= lines | {""}))


def _texts(given: str) -> Iterator[Promise]:
    text.language(given)
    urls = text.urls(given)
    yield Promise(lambda: _true(all(url in given for url in urls[:100])))
    text.statements(given)
    for run in text.paragraphs(given):
        text.sentences(run)


def _true(holds: bool) -> None:
    assert holds


READINGS: dict[str, Callable[[str], Iterator[Promise]]] = {
    "dates": _dates,
    "identifiers": _identifiers,
    "phrases": _phrases,
    "sections": _sections,
    "text": _texts,
}
