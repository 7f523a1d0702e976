"""Distributors' files, from a feed or by hand: all or nothing, and what is in force decides what is drafted."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feedbot import members
from feedbot.errors import FetchError, SourceError
from feedbot.pipeline import DistroFeed, Edges, distributors
from feedbot.pipeline.health import State
from feedbot.pipeline.rounds import collect_distributor, watch_all
from feedbot.store import reading, sources, statements
from feedbot.store._distro_tables import statements as rows
from tests.fakes import START, World, world

URL = "https://distro.example/data/json"


def tracker(*fixed: str, package: str = "ntp", first: int = 1) -> bytes:
    """Make a tracker's table of one package: a CVE for each fixed version."""
    entries = {
        f"CVE-2026-{number:04}": {"releases": {"bookworm": {"status": "resolved", "fixed_version": one}}}
        for number, one in enumerate(fixed, first)
    }
    return json.dumps({package: entries}).encode()


def feed(member: str = "debian_tracker", url: str = URL) -> DistroFeed:
    """Configure a feed."""
    return DistroFeed(
        "distro.d", member, members.load("feedbot.distro", member), url, True, timedelta(hours=6), timedelta(0)
    )


@pytest.fixture
def stage(tmp_path: Path) -> World:
    """A world whose distributor has spoken once."""
    made = world(tmp_path)
    made.pages[URL] = tracker("1:4-1", "1:4-2", "1:4-3", "1:4-4")
    return made


@pytest.fixture
def edges(stage: World) -> Edges:
    """Its edges, with one feed."""
    return replace(stage.edges(), distros={"d": feed()})


def fixed(edges: Edges, cve: str = "CVE-2026-0001") -> list[str]:
    """Return the versions in force that a CVE is fixed in."""
    with reading(edges.database) as tx:
        return [one.fixed_version for one in statements.about(tx, [cve])]


def by_hand(edges: Edges, body: bytes, *, force: bool = False, age: int = 0, name: str = "t.json") -> object:
    """Load a tracker's file as the command does; `age` are the days its data is old."""
    one = feed()
    origin = distributors.Origin("", name, edges.clock() - timedelta(days=age))
    return distributors.load(edges, one.issuer, one.member, BytesIO(body), origin, force=force)


def test_a_round(edges: Edges, stage: World) -> None:
    """What the feed says is in force, dated with the round; the next one asks conditionally and confirms it."""
    report = distributors.collect(edges, feed())
    assert (report.whole, [one.statements for one in report.loaded]) == (True, [4])
    assert fixed(edges) == ["1:4-1"]
    stage.now += timedelta(hours=6)
    assert distributors.collect(edges, feed()).loaded == []
    assert stage.asked[-1][1] is not None
    with reading(edges.database) as tx:
        assert {one.as_of for one in statements.files(tx)} == {stage.now}


def test_a_new_state_takes_the_old_one_s_place(edges: Edges, stage: World) -> None:
    """A feed that changed leaves nothing of its old state."""
    distributors.collect(edges, feed())
    stage.pages[URL] = tracker("1:5-1", "1:5-2", "1:5-3", "1:5-4")
    stage.now += timedelta(hours=6)
    distributors.collect(edges, feed())
    assert fixed(edges) == ["1:5-1"]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"<!doctype html><title>login</title>", State.CAPTIVE),
        (b"", State.EMPTY),
        (tracker("1:9-1", "1:9-2", "1:9-3", "1:9-4")[:-20], State.FAILING),
        (tracker("1:9-1"), State.FAILING),
        (json.dumps({"ntp": {"CVE-2026-0001": 1}, "b": 2}).encode(), State.FAILING),
    ],
)
def test_a_bad_answer_changes_nothing(edges: Edges, stage: World, body: bytes, state: State) -> None:
    """A page, nothing, a cut file, far fewer statements, or records of another shape: the old state stays and answers,
    and the feed is not well."""
    distributors.collect(edges, feed())
    stage.pages[URL] = body
    stage.now += timedelta(hours=6)
    report = distributors.collect(edges, feed())
    assert isinstance(report.error, SourceError)
    assert fixed(edges) == ["1:4-1"]
    with reading(edges.database) as tx:
        assert distributors.states(tx, edges)["d"].state is state
        assert len(statements.files(tx)) == 1


def test_a_feed_that_is_away(edges: Edges, stage: World) -> None:
    """An outage leaves the old state, whose age grows; after two failures it is told."""
    distributors.collect(edges, feed())
    stage.pages[URL] = FetchError(URL, "no connection", permanent=False)
    for _ in range(2):
        stage.now += timedelta(hours=6)
        collect_distributor(edges, feed(), lambda: False)
    assert fixed(edges) == ["1:4-1"]
    with reading(edges.database) as tx:
        assert distributors.states(tx, edges)["d"].state is State.FAILING
        assert statements.files(tx)[0].as_of == START
    watch_all(edges)


def test_every_truncation_keeps_the_old_state(edges: Edges) -> None:
    """A tracker's file cut anywhere is refused whole."""
    by_hand(edges, tracker("1:4-1"))
    body = tracker("1:9-1", "1:9-2", "1:9-3")
    for cut in range(len(body)):
        with pytest.raises(SourceError):
            by_hand(edges, body[:cut])
    assert fixed(edges) == ["1:4-1"]


def test_a_file_that_is_mostly_unreadable(edges: Edges) -> None:
    """A form that changed is refused as a whole, also where nothing was in force before, and leaves no rows behind."""
    body = {f"n{number}": {"CVE-2026-0001": {"releases": {"sid": {"status": "open"}}}} for number in range(3)}
    with pytest.raises(SourceError, match="1"):
        by_hand(edges, json.dumps({**body, "x": 1}).encode())
    with reading(edges.database) as tx:
        assert statements.files(tx) == ()
        assert tx.scalar(select(func.count()).select_from(rows)) == 0
    by_hand(edges, json.dumps({**body, "n4": body["n1"], "x": 1}).encode())


def test_a_fall_that_is_meant(edges: Edges) -> None:
    """Far fewer statements are refused, unless a person says that they are right."""
    by_hand(edges, tracker("1:4-1", "1:4-2", "1:4-3", "1:4-4"))
    with pytest.raises(SourceError, match="4"):
        by_hand(edges, tracker("1:5-1"))
    by_hand(edges, tracker("1:5-1"), force=True)
    assert fixed(edges) == ["1:5-1"]


def test_older_data_by_hand(edges: Edges) -> None:
    """A file that is older than what is in force is not taken for news."""
    by_hand(edges, tracker("1:4-2"))
    with pytest.raises(SourceError):
        by_hand(edges, tracker("1:4-1"), age=3)
    by_hand(edges, tracker("1:4-1"), age=3, force=True)
    assert fixed(edges) == ["1:4-1"]


def test_the_same_bytes_again(edges: Edges, stage: World) -> None:
    """They are only confirmed: nothing is written anew, and the data is as young as the later look."""
    by_hand(edges, tracker("1:4-1"))
    stage.now += timedelta(days=1)
    report = by_hand(edges, tracker("1:4-1"))
    assert isinstance(report, distributors.LoadReport)
    assert (report.unchanged, report.statements) == (True, 1)
    with reading(edges.database) as tx:
        (file,) = statements.files(tx)
    assert (file.as_of, file.loaded_at) == (stage.now, START)


def test_a_text_that_no_database_keeps(edges: Edges) -> None:
    """A NUL, or half a letter, in one statement sets that one apart; the others are taken in."""
    body = {f"n{number}": {"CVE-2026-0001": {"releases": {"sid": {"status": "open"}}}} for number in range(9)}
    body["a\0b"] = body["a\ud800"] = body["n1"]
    report = by_hand(edges, json.dumps(body).encode())
    assert isinstance(report, distributors.LoadReport)
    assert (report.statements, report.quarantined) == (9, 2)


def test_dropping_what_was_loaded(edges: Edges) -> None:
    """A file that was loaded by mistake says nothing any more."""
    by_hand(edges, tracker("1:4-1"))
    with reading(edges.database) as tx:
        (file,) = statements.files(tx)
    assert distributors.drop(edges, file.id)
    assert not distributors.drop(edges, file.id)
    assert fixed(edges) == []


BASE = "https://distro.example/vex/"


def vex(cve: str) -> bytes:
    """Make a VEX document: a package of release 9 that is not affected."""
    tree = {
        "branches": [
            {
                "product": {
                    "product_id": "p",
                    "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9"},
                }
            },
            {"product": {"product_id": "c", "product_identification_helper": {"purl": "pkg:rpm/redhat/ntp"}}},
        ],
        "relationships": [
            {
                "full_product_name": {"product_id": "p:c"},
                "product_reference": "c",
                "relates_to_product_reference": "p",
            }
        ],
    }
    told = [{"cve": cve, "product_status": {"known_not_affected": ["p:c"]}}]
    return json.dumps({"document": {"csaf_version": "2.0"}, "product_tree": tree, "vulnerabilities": told}).encode()


def test_a_listing_of_documents(stage: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each changed document is asked for once, so many a round, the newest first; one that fails leaves the others."""
    monkeypatch.setattr(distributors, "MOST", 2)
    listed = feed("redhat_csaf", f"{BASE}changes.csv")
    edges = replace(stage.edges(), distros={"d": listed})
    lines = [f'"2026/cve-2026-000{day}.json","2026-11-0{day}T00:00:00+00:00"' for day in (1, 2, 3)]
    stage.pages[listed.url] = "\n".join(lines).encode()
    for day in (1, 2, 3):
        stage.pages[f"{BASE}2026/cve-2026-000{day}.json"] = vex(f"CVE-2026-000{day}")
    first = distributors.collect(edges, listed)
    assert ([one.name[-6:-5] for one in first.loaded], first.left) == (["3", "2"], 1)
    stage.now += timedelta(hours=6)
    assert [one.name[-6:-5] for one in distributors.collect(edges, listed).loaded] == ["1"]
    stage.now += timedelta(hours=6)
    assert distributors.collect(edges, listed).loaded == []
    lines[0] = lines[0].replace("11-01", "11-27")
    stage.now += timedelta(days=3)
    stage.pages[listed.url] = "\n".join(lines).encode()
    stage.pages[f"{BASE}2026/cve-2026-0001.json"] = b"{"
    report = distributors.collect(edges, listed)
    assert (len(report.failed), report.whole) == (1, False)
    with reading(edges.database) as tx:
        assert len(statements.about(tx, ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"])) == 3
        assert sources.state(tx, listed.name).failures == 1


def test_a_document_that_is_listed_no_more(stage: World) -> None:
    """It was withdrawn, and says nothing any more; where many are missing the listing was cut, and all stay."""
    listed = feed("redhat_csaf", f"{BASE}changes.csv")
    edges = replace(stage.edges(), distros={"d": listed})
    lines = [f'"2026/cve-2026-000{day}.json","2026-11-0{day}T00:00:00+00:00"' for day in range(1, 9)]
    for day in range(1, 9):
        stage.pages[f"{BASE}2026/cve-2026-000{day}.json"] = vex(f"CVE-2026-000{day}")
    said = []
    for names in (lines, lines[1:], lines[1:5]):
        stage.pages[listed.url] = "\n".join(names).encode()
        stage.now += timedelta(days=2)
        report = distributors.collect(edges, listed)
        with reading(edges.database) as tx:
            count = len(statements.about(tx, [f"CVE-2026-000{day}" for day in range(1, 9)]))
        said.append((report.withdrawn, report.whole, count))
    assert said == [(0, True, 8), (1, True, 7), (0, False, 7)]
