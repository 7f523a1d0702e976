"""A later version of a parser tries again by itself, once, bounded, and loses nothing newer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.pipeline import ConfiguredSource, Edges, reread
from feedbot.pipeline._reader import reader_of
from feedbot.pipeline._take import CollectReport
from feedbot.pipeline.collect import collect
from feedbot.source import Judge, ListedItem
from feedbot.store import advisories, documents, quarantine
from tests.fakes import World
from tests.pipeline import publisher
from tests.pipeline.publisher import HOST, LISTING, advisory_of, member, put, source, wired

WORDS = "number: B-1\nsummary: 一"


@pytest.fixture
def code(tmp_path: Path) -> list[str]:
    """Paths of two different versions of a member's code."""
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return [str(tmp_path / name) for name in ("one.py", "two.py")]


def failing(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """A parser that reads nothing."""
    raise SourceError(document.url, "cannot read {what}", what="this")


def rounds(stage: World, read: ConfiguredSource) -> tuple[Edges, CollectReport]:
    """Collect one round."""
    edges = wired(stage, read)
    return edges, collect(edges, read)


def open_items(edges: Edges) -> list[tuple[str, str, int]]:
    """Return place, reason and count of what is quarantined."""
    with edges.database.begin() as tx:
        return [(one.where, one.reason, one.times) for one in quarantine.listing(tx)]


def test_the_version_is_the_code(code: list[str]) -> None:
    """The same code is the same version, another file's content another one; every member has one."""
    one, two = (member(file=path) for path in code)
    assert reader_of(one) == reader_of(member(file=code[0]))
    assert len({reader_of(one), reader_of(two), reader_of(member())}) == 3


def test_a_corrected_parser_reads_by_itself(stage: World, code: list[str]) -> None:
    """What the old code failed on is read at the first round of the new code, although the publisher answers 304."""
    put(stage, WORDS)
    rounds(stage, source(stage, member(failing, file=code[0])))
    stage.pages[LISTING] = b"broken"
    edges, report = rounds(stage, source(stage, member(file=code[1])))
    assert report.new == ["B-1"]
    assert [where for where, _, _ in open_items(edges)] == ["listing"]


def test_what_fails_again_stays_with_its_new_reason(stage: World, code: list[str]) -> None:
    """Another version that fails in another way: one row, counted twice, with the reason of today; a third round of the
    same version does not try again."""
    put(stage, WORDS)
    rounds(stage, source(stage, member(failing, file=code[0])))
    tried: list[str] = []

    def still(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        tried.append(document.url)
        raise SourceError(document.url, "no number")

    del stage.pages[LISTING]
    later = source(stage, member(still, file=code[1]))
    edges, _ = rounds(stage, later)
    assert open_items(edges) == [(f"{HOST}/1.txt", f"{HOST}/1.txt: no number", 2)]
    rounds(stage, later)
    assert tried == [f"{HOST}/1.txt"]


def test_a_listing_that_is_understood_later_has_its_items_fetched(stage: World, code: list[str]) -> None:
    """An item that has left the listing since is taken in from the stored one."""

    def blind(document: Document) -> Iterator[ListedItem | Quarantined]:
        raise SourceError(document.url, "no listing")

    put(stage, WORDS, "number: B-2")
    rounds(stage, source(stage, member(listed=blind, file=code[0])))
    stage.pages[LISTING] = f"{HOST}/2.txt".encode()
    edges, report = rounds(stage, source(stage, member(file=code[1])))
    assert sorted(report.new) == ["B-1", "B-2"]
    assert open_items(edges) == []


def test_an_old_document_does_not_replace_a_newer_text(stage: World, code: list[str]) -> None:
    """The first edition was quarantined, the second read; when the first can be read it is history, not current."""

    def picky(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        if "一" in document.body.decode():
            raise SourceError(document.url, "no number")
        yield advisory_of(document)

    put(stage, WORDS)
    first = source(stage, member(picky, file=code[0]))
    rounds(stage, first)
    stage.now += timedelta(hours=1)
    put(stage, WORDS.replace("一", "二"))
    rounds(stage, first)
    stage.now += timedelta(hours=1)
    edges, report = rounds(stage, source(stage, member(file=code[1])))
    assert (report.new, report.changed, open_items(edges)) == ([], [], [])
    with edges.database.begin() as tx:
        assert advisories.current(tx, "csirt_b", "B-1").summary == "二"
        assert len(advisories.history(tx, "csirt_b", "B-1")) == 1


def test_reading_all_again_makes_no_revision(stage: World) -> None:
    """Three editions without a change of date: read again, oldest first, nothing is new."""
    read = source(stage)
    for word in "一二三":
        put(stage, WORDS.replace("一", word))
        edges, _ = rounds(stage, read)
        stage.now += timedelta(hours=1)
    report = reread.reread(edges, read)
    assert (report.new, report.changed) == ([], [])
    with edges.database.begin() as tx:
        assert [one.advisory.summary for one in advisories.history(tx, "csirt_b", "B-1")] == ["一", "二", "三"]


def test_a_round_tries_a_bounded_number(stage: World, code: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Five documents with a bound of two: three rounds, each of them read once."""
    monkeypatch.setattr(reread, "AT_ONCE", 2)
    put(stage, *(f"number: B-{number}" for number in range(5)))
    rounds(stage, source(stage, member(failing, file=code[0])))
    stage.pages[LISTING] = b"broken"
    later = source(stage, member(file=code[1]))
    assert [len(rounds(stage, later)[1].new) for _ in range(4)] == [2, 2, 1, 0]


def test_a_held_text_is_looked_at_again_too(stage: World, code: list[str]) -> None:
    """A text that the old code could not verify is read by the new one, and stays held where that cannot either."""
    put(stage, WORDS)
    strict = replace(source(stage, member(file=code[0])), signed_required=True)
    edges, report = rounds(stage, strict)
    assert len(report.held) == 1
    read: list[str] = []

    def counted(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        read.append(document.url)
        yield advisory_of(document)

    del stage.pages[LISTING]
    later = replace(source(stage, member(counted, file=code[1])), signed_required=True)
    for _ in range(2):
        rounds(stage, later)
    assert read == [f"{HOST}/1.txt"]
    with edges.database.begin() as tx:
        assert len(advisories.held_texts(tx)) == 1


def test_one_document_by_hand(stage: World) -> None:
    """A person's retry of one item reads its document alone."""
    put(stage, "broken", WORDS)
    edges, _ = rounds(stage, source(stage))
    with edges.database.begin() as tx:
        (item,) = quarantine.listing(tx)
        assert documents.load(tx, item.document).url == f"{HOST}/1.txt"
    report = reread.retry(edges, source(stage), item.document)
    assert (report.quarantined, report.new) == ([f"{HOST}/1.txt"], [])
    assert reread.retry(edges, source(stage, member(tolerant)), item.document).new == ["B-9"]
    assert open_items(edges) == []


def tolerant(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """A parser that reads anything."""
    yield replace(advisory_of(replace(document, body=b"number: B-9")), url=document.url)


def test_a_document_that_is_damaged_stops_nothing(stage: World, code: list[str]) -> None:
    """A body that the store cannot give back is told, tried once a version, and the others are read."""
    put(stage, WORDS, "number: B-2")
    edges, _ = rounds(stage, source(stage, member(failing, file=code[0])))
    with edges.database.begin() as tx:
        item = next(one for one in quarantine.listing(tx) if one.where.endswith("1.txt"))
        tx.exec_driver_sql("UPDATE bodies SET content = x'00' WHERE sha256 = ?", (item.document,))
    del stage.pages[LISTING]
    _, report = rounds(stage, source(stage, member(publisher.reading, file=code[1])))
    assert report.new == ["B-2"]
    assert [where for where, _, _ in open_items(edges)] == [f"{HOST}/1.txt"]


def test_a_document_that_kills_the_process_is_tried_once(stage: World, code: list[str]) -> None:
    """A reading that ends the process is not begun again by the same version: the rounds go on."""
    put(stage, WORDS)
    rounds(stage, source(stage, member(failing, file=code[0])))
    tried: list[str] = []

    def deadly(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        tried.append(document.url)
        raise SystemExit(137)

    del stage.pages[LISTING]
    later = source(stage, member(deadly, file=code[1]))
    with pytest.raises(SystemExit):
        rounds(stage, later)
    edges, _ = rounds(stage, later)
    assert tried == [f"{HOST}/1.txt"]
    assert len(open_items(edges)) == 1
