"""A made-up publisher whose words a test writes: one listing, one page an advisory, a line a field."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from feedbot.advisory import Advisory, HistoryEntry, Quarantined, Signature, Status, Verdict
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.source import Judge, ListedItem, Source, SourceInfo
from tests.fakes import World

HOST = "https://csirt-b.example"
LISTING = f"{HOST}/list.txt"
PUBLISHED = datetime(2026, 11, 1, tzinfo=UTC)
INFO = SourceInfo("CSIRT-B", "CSIRT-B", LISTING, interval=timedelta(minutes=30))


def advisory_of(document: Document) -> Advisory:
    """Read `KEY: WORDS` lines: number, title, names, status, summary, history (one each)."""
    text = document.body.decode()
    if "broken" in text:
        raise SourceError(document.url, "no number")
    facts = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return Advisory(
        source="",
        number=facts["number"],
        revision="1",
        title=facts.get("title", "見本の件"),
        language="ja",
        signature=Signature(Verdict.UNSIGNED, transport="https"),
        status=Status(facts.get("status", "final")),
        published=PUBLISHED,
        updated=datetime.fromisoformat(facts["updated"]) if "updated" in facts else None,
        summary=facts.get("summary", ""),
        aliases=tuple(facts.get("names", "").split()),
        history=(HistoryEntry(None, facts["history"]),) if "history" in facts else (),
    )


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """One address a line."""
    if b"broken" in document.body:
        raise SourceError(document.url, "no listing")
    for line in document.body.decode().split():
        yield ListedItem("", line)


def reading(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """The one advisory of a page."""
    yield advisory_of(document)


def member(
    read: Callable[..., Iterator[Advisory | Quarantined]] = reading,
    listed: Callable[[Document], Iterator[ListedItem | Quarantined]] = listing,
    file: str = "",
) -> Source:
    """Make a member; `file` is where its code would lie."""
    return cast(Source, SimpleNamespace(SOURCE=INFO, listing=listed, read=read, __file__=file or None))


def source(stage: World, read: Source | None = None, name: str = "csirt_b") -> ConfiguredSource:
    """Configure it."""
    made = stage.source(name, "jvn", LISTING)
    return replace(made, member=read or member())


def put(stage: World, *texts: str) -> None:
    """Serve pages 1, 2, 3 … and a listing that names them, in bytes of its own each time."""
    addresses = [f"{HOST}/{number}.txt" for number, _ in enumerate(texts, 1)]
    stage.pages |= {address: text.encode() for address, text in zip(addresses, texts, strict=True)}
    stage.pages[LISTING] = "\n".join(addresses).encode() + b"\n" * (len(stage.asked) + 1)


def wired(stage: World, *sources: ConfiguredSource) -> Edges:
    """Wire sources by their names."""
    return stage.edges(**{one.name: one for one in sources})
