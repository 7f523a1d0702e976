"""Who was exposed when: by what was installed then, and whose it was then."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.pipeline import Edges, collect, exposure, intake, packages
from feedbot.pipeline.chart import chart
from feedbot.pipeline.exposure import Exposed, Step
from feedbot.store import cases
from tests.fakes import World
from tests.pipeline.conftest import DATA, import_fleet, wired

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def later(edges: Edges, days: int) -> Edges:
    """The same some days later."""
    now = edges.clock()
    return replace(edges, clock=lambda: now + days * DAY)


@pytest.fixture
def edges(stage: World) -> Edges:
    """The demo's advisories and fleet."""
    made = wired(stage)
    for source in made.sources.values():
        collect.collect(made, source)
    import_fleet(made)
    return made


def exposed(edges: Edges, customer: str) -> list[Exposed]:
    """Return the times of a customer, of every case."""
    with edges.database.begin() as tx:
        return list(exposure.timeline(edges, tx, customer, cases.listing(tx)))


def test_a_server_is_exposed_until_it_was_brought_up_to_date(edges: Edges, tmp_path: Path) -> None:
    """From the import that first had the version to the one that had the corrected one."""
    before = [one for one in exposed(edges, "C001") if one.server == "vps101"]
    assert before
    assert {(one.since, one.until) for one in before} == {(edges.clock(), None)}
    text = (DATA / "inventory" / "vps101.dpkg").read_text(encoding="utf-8")
    path = tmp_path / "vps101.dpkg"
    path.write_text("".join(line for line in text.splitlines(True) if line.startswith("#")) + "zsh\t5.9-4\n")
    week = later(edges, 7)
    packages.import_packages(week, [path], "tester", fewer=True)
    after = [one for one in exposed(edges, "C001") if one.server == "vps101"]
    assert {(one.since, one.until) for one in after} == {(edges.clock(), week.clock())}
    assert after[0].at(edges.clock() + 3 * DAY)
    assert not after[0].at(week.clock())


def test_a_server_counts_for_each_owner_in_his_own_time(edges: Edges, tmp_path: Path) -> None:
    """What a customer's former server did later is not his; nor is what ran on it before the next one's, who has no
    exposure until a list was taken in his own days."""
    text = (DATA / "inventory" / "servers.csv").read_text(encoding="utf-8")
    path = tmp_path / "servers.csv"
    path.write_text(text.replace("vps101,V-1001,C001", "vps101,V-1009,C003"), encoding="utf-8")
    week = later(edges, 7)
    intake.import_customers(week, [DATA / "inventory" / "customers.csv", path], "tester")
    mine = [one for one in exposed(edges, "C001") if one.server == "vps101"]
    assert {one.until for one in mine} == {week.clock()}
    assert [one for one in exposed(edges, "C003") if one.server == "vps101"] == []
    fortnight = later(edges, 14)
    packages.import_packages(fortnight, [DATA / "inventory" / "vps101.dpkg"], "tester")
    his = [one for one in exposed(edges, "C003") if one.server == "vps101"]
    assert {one.since for one in his} == {fortnight.clock()}
    assert [one for one in exposed(edges, "C001") if one.server == "vps101"] == mine
    assert exposed(edges, "nobody") == []


def test_a_new_list_that_leaves_it_exposed_is_no_new_time(edges: Edges, tmp_path: Path) -> None:
    """Another package came; the time goes on."""
    before = [one for one in exposed(edges, "C001") if one.server == "vps101"]
    path = tmp_path / "vps101.dpkg"
    text = (DATA / "inventory" / "vps101.dpkg").read_text(encoding="utf-8")
    path.write_text(text + "zsh\t5.9-4\tzsh\t5.9-4\tamd64\tii \n", encoding="utf-8")
    packages.import_packages(later(edges, 7), [path], "tester")
    assert [one for one in exposed(edges, "C001") if one.server == "vps101"] == before


def time(server: int, first: int, length: int) -> Exposed:
    """Some days from the first on; no length: until now."""
    return Exposed("case", f"s{server}", NOW + first * DAY, NOW + (first + length) * DAY if length else None)


times = st.builds(time, st.integers(0, 3), st.integers(0, 9), st.integers(0, 5))


@given(st.lists(times, max_size=8), st.integers(-1, 20))
def test_steps_count_what_is_exposed_at_any_moment(given_times: list[Exposed], day: int) -> None:
    """The last step at or before a moment says how many times hold then."""
    moment = NOW + day * DAY + DAY / 2
    level = [step for step in exposure.steps(given_times) if step.at <= moment]
    assert (level[-1].servers if level else 0) == sum(one.at(moment) for one in given_times)


def test_the_picture_is_whole_and_escaped() -> None:
    """An SVG without script or outside reference; a name that looks like markup, or holds a control, stays text."""
    lines = {"CASE-1": [Step(NOW, 2), Step(NOW + DAY, 0)], "<script>\x00": [Step(NOW, 1)], "none": []}
    root = ET.fromstring(chart("影響 & 図", lines, NOW, NOW + 4 * DAY, "台"))
    names = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert names == {"svg", "title", "rect", "text", "line", "path"}
    words = [one.text for one in root.iter() if one.text]
    assert {"影響 & 図", "CASE-1", "<script>\N{REPLACEMENT CHARACTER}", "2026-11-01"} <= set(words)
    first, *_ = [one.get("d", "") for one in root.iter() if one.tag.endswith("path")]
    assert first == "M 70.0 60.0 H 285.0 V 360.0 H 930.0"
