"""A backfill: resumable, nothing double, nothing new swallowed, and no notices about matters of years ago."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from feedbot.errors import FetchError
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline.backfill import Progress, backfill, quiet
from feedbot.pipeline.collect import collect
from feedbot.source import Source, jvn_ipedia
from feedbot.store import advisories, audit, cases, reading
from tests.fakes import World, world

BASE = "https://jvn.example"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_HEAD = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:sec="http://jvn.jp/rss/mod_sec/3.0/">'
)


def feed(*items: tuple[int, str], links: bool = True) -> bytes:
    """Return a JVNRSS feed of items (number, date)."""
    return f"{_HEAD}{''.join(item(number, day, links=links) for number, day in items)}</rdf:RDF>".encode()


def item(number: int, day: str, *, links: bool = True) -> str:
    """Return one item; its page is /NUMBER."""
    name = f"JVNDB-2020-{number:06}"
    link = f"{BASE}/{number}" if links else "https://jvndb.example/"
    return (
        f"<item><title>架空の製品 {number} の脆弱性</title><link>{link}</link><description>{number} 番の説明です。"
        f"</description><sec:identifier>{name}</sec:identifier><dcterms:modified>{day}</dcterms:modified></item>"
    )


@pytest.fixture
def stage(tmp_path: Path) -> World:
    """A world in which JVN-like pages are themselves feeds of one item."""
    return world(tmp_path)


def one_by_one(stage: World, *days: str) -> ConfiguredSource:
    """Configure a source whose items are documents of their own."""
    stage.pages[f"{BASE}/list"] = feed(*enumerate(days, 1))
    for number, day in enumerate(days, 1):
        stage.pages[f"{BASE}/{number}"] = feed((number, day))
    return stage.source("jvn", "jvn", f"{BASE}/list")


def asked(stage: World) -> list[str]:
    """Return the addresses that were asked for, without the base, and forget them."""
    found = [url.removeprefix(f"{BASE}/") for url, _ in stage.asked]
    stage.asked.clear()
    return found


def test_since(stage: World) -> None:
    """Items dated since the day are taken in; older ones are left out and counted."""
    source = one_by_one(stage, "2026-11-20", "2021-05-05", "2019-05-05")
    report = backfill(stage.edges(jvn=source), source, SINCE)
    assert report.whole
    assert report.new == ["JVNDB-2020-000001", "JVNDB-2020-000002"]
    assert (report.older, asked(stage)) == (1, ["list", "1", "2"])


def test_goes_on(stage: World) -> None:
    """Stopped behind its second item, the next start asks for the listing and the rest; then all is forgotten."""
    source = one_by_one(stage, "2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04")
    edges, steps = stage.edges(jvn=source), count()
    first = backfill(edges, source, SINCE, stop=lambda: next(steps) >= 3)
    assert (first.stopped, first.whole, first.new) == (True, False, ["JVNDB-2020-000001", "JVNDB-2020-000002"])
    assert asked(stage) == ["list", "1", "2"]
    second = backfill(edges, source, SINCE)
    assert (second.new, second.skipped, second.whole) == (["JVNDB-2020-000003", "JVNDB-2020-000004"], 2, True)
    assert asked(stage) == ["list", "3", "4"]
    third = backfill(edges, source, SINCE)
    assert (third.new, third.changed, third.same) == ([], [], 4)
    with reading(edges.database) as tx:
        assert len(advisories.listing(tx)) == 4
        assert [one.verb for one in audit.entries(tx)] == ["backfill"] * 3


def test_killed(stage: World) -> None:
    """A kill in the middle of an item loses only that item's work: the next start takes it and what follows."""
    source = one_by_one(stage, "2021-01-01", "2021-01-02", "2021-01-03")
    edges = stage.edges(jvn=source)

    def die(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill(edges, source, SINCE, tell=die)
    asked(stage)
    assert backfill(edges, source, SINCE).new == ["JVNDB-2020-000002", "JVNDB-2020-000003"]
    assert asked(stage) == ["list", "2", "3"]


def test_what_failed_is_asked_again(stage: World) -> None:
    """An item that could not be had is not noted: the next start asks for it, and for it alone."""
    source = one_by_one(stage, "2021-01-01", "2021-01-02")
    edges = stage.edges(jvn=source)
    good = stage.pages[f"{BASE}/1"]
    stage.pages[f"{BASE}/1"] = FetchError(BASE, "no answer", permanent=False)
    assert len(backfill(edges, source, SINCE).unreachable) == 1
    stage.pages[f"{BASE}/1"] = good
    asked(stage)
    assert backfill(edges, source, SINCE).new == ["JVNDB-2020-000001"]
    assert asked(stage) == ["list", "1"]


def test_old_matters_make_no_notice(stage: World) -> None:
    """With quiet edges the case of an old advisory is considered, that of one of last week, or undated, is due."""
    source = one_by_one(stage, "2021-01-01", "2026-11-20", "")
    edges = stage.edges(jvn=source)
    assert backfill(quiet(edges), source, SINCE).whole
    assert due(edges) == {"JVNDB-2020-000002", "JVNDB-2020-000003"}


def test_old_matters_in_an_ordinary_round(stage: World) -> None:
    """Without a backfill an old advisory is as due as any: nothing but the operator's word makes it quiet."""
    source = one_by_one(stage, "2021-01-01")
    edges = stage.edges(jvn=source)
    assert collect(edges, source).whole
    assert due(edges) == {"JVNDB-2020-000001"}


def due(edges: Edges) -> set[str]:
    """Return the numbers of the advisories whose cases are due."""
    with reading(edges.database) as tx:
        return {one.number for case in cases.due(tx) for one in cases.load(tx, case).advisories}


def test_a_member_that_can_be_asked(stage: World) -> None:
    """A member with `addresses` is asked for its own listings; each that is done is not asked for again."""
    years = tuple(f"{BASE}/{year}" for year in (2020, 2021))
    module = cast(
        Source,
        SimpleNamespace(
            SOURCE=jvn_ipedia.SOURCE,
            listing=jvn_ipedia.listing,
            read=jvn_ipedia.read,
            addresses=lambda url, since, now: years if since == SINCE else (url,),
        ),
    )
    source = replace(stage.source("db", "jvn_ipedia", f"{BASE}/new"), member=module)
    stage.pages[years[0]] = feed((1, "2020-05-05"), (2, "2020-06-05"))
    stage.pages[years[1]] = FetchError(BASE, "no answer", permanent=False)
    edges = stage.edges(db=source)
    first = backfill(edges, source, SINCE)
    assert (first.new, first.reaches(SINCE), len(first.unreachable)) == (
        ["JVNDB-2020-000001", "JVNDB-2020-000002"],
        True,
        1,
    )
    asked(stage)
    stage.pages[years[1]] = feed((3, "2021-05-05"))
    assert backfill(edges, source, SINCE).new == ["JVNDB-2020-000003"]
    assert asked(stage) == ["2021"]


@pytest.mark.parametrize(("oldest", "reaches"), [("2019-12-31", True), ("2026-01-01", False), ("", False)])
def test_how_far_the_listing_reaches(stage: World, oldest: str, reaches: bool) -> None:
    """A listing that begins later than the date, or tells no dates, is said not to reach back to it."""
    source = one_by_one(stage, oldest)
    report = backfill(stage.edges(jvn=source), source, SINCE)
    assert report.reaches(SINCE) is reaches


def test_listing_that_is_none(stage: World) -> None:
    """A captive page in a listing's place is quarantined, and the backfill is not whole."""
    source = one_by_one(stage, "2021-01-01")
    stage.pages[f"{BASE}/list"] = b"<html><body>login</body></html>"
    report = backfill(stage.edges(jvn=source), source, SINCE)
    assert (report.whole, report.quarantined) == (False, [f"{BASE}/list"])
