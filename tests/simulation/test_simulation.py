"""Nothing is missed and nothing is made up over a long time of bad days (RELIABILITY.md, N9)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from feedbot.advisory.revision import Change, Kind
from feedbot.pipeline import ConfiguredSource, Edges, _take, collect, health
from feedbot.pipeline._listings import Walk
from feedbot.pipeline._take import CollectReport
from feedbot.pipeline.health import Decider
from feedbot.store import sources
from tests.simulation.publishers import KINDS, Csaf, six
from tests.simulation.run import Run, Simulation
from tests.simulation.server import Loopback

SEED = 1
A_DAY = 3
SCRIPT = {
    "rss": ("frozen", 20 * A_DAY, 30 * A_DAY),
    "jvn_ipedia": ("down", 40 * A_DAY, 6 * A_DAY),
    "jvn": ("slow", 44 * A_DAY, 12 * A_DAY),
}
"""A feed that stands still for a month; an outage after which the API is asked; one through which a listing slides."""
Patch = pytest.MonkeyPatch


def lived(folder: Path, days: int) -> Run:
    """Let everybody live for some days."""
    return Simulation(folder, SEED).live(days * A_DAY, SCRIPT)


def test_sixty_days_miss_nothing(folder: Path) -> None:
    """Six publishers, every kind of fault: each round equals the ledger, each alarm has its cause and its end."""
    run = lived(folder, 60)
    assert not run.faults, "\n".join(run.faults[:10])
    assert run.new + run.taken_by_hand == run.known >= run.published
    assert {one.kind for one in run.episodes} == {*KINDS, "frozen"}
    assert run.alarms["opened stale"] == 1
    assert run.gaps > 0
    assert run.questions > 0
    assert run.passed_unseen == run.taken_by_hand > 0


@pytest.mark.long
def test_a_thousand_days_miss_nothing(folder: Path) -> None:
    """The same for a thousand days, over new years."""
    run = lived(folder, 1000)
    print(run.say())
    assert not run.faults, "\n".join(run.faults[:10])


def test_three_days_over_real_sockets_misses_nothing(folder: Path) -> None:
    """The same over HTTP on loopback, with the real client: statuses, ETags and connections that are cut."""
    with Loopback() as loopback:
        simulation = Simulation(folder, SEED, loopback.serve)
        for one in simulation.publishers.values():
            one.kinds = tuple(kind for kind in KINDS if kind != "elsewhere")  # a redirect may not lead within
        run = simulation.live(3 * A_DAY)
    assert not run.faults, "\n".join(run.faults[:10])
    assert min(loopback.answers[status] for status in (200, 304)) > 100
    assert Counter(one.kind for one in run.episodes).total() > 1


def test_an_edit_beneath_an_unchanged_listing_is_seen_within_thirty_hours(folder: Path) -> None:
    """A listing that answers 304 hides its pages; the daily full fetch looks behind it."""
    simulation = Simulation(folder, SEED)
    jvn = simulation.publishers["jvn"]
    jvn.jitter = False
    simulation.round(jvn, simulation.world.now)
    jvn.listed()[3].edition += 1
    seen = []
    for _ in range(5):
        simulation.world.now += timedelta(hours=6)
        simulation.round(jvn, simulation.world.now)
        seen.append(simulation.run.changed)
    assert seen == [0, 0, 0, 0, 1]


def never_changed(patch: Patch) -> None:
    """Take any other text for the same."""
    patch.setattr(_take, "compare", lambda old, new: Change(Kind.NEW if old is None else Kind.SAME))


def validators_stay(patch: Patch) -> None:
    """Keep a listing's validators although not all of it could be had: one publisher, whose pages often fail."""
    settle = collect._settle

    def wrong(edges: Edges, source: ConfiguredSource, report: CollectReport, found: Walk, *, ranged: bool) -> None:
        settle(edges, source, report, found, ranged=ranged)
        kept = {"etag": found.validators.etag, "last_full": edges.clock(), "parsed_ok": True}
        with edges.database.begin() as tx:
            sources._put(tx, source.name, dict[str, object](kept))

    patch.setattr(collect, "_settle", wrong)
    alone = [Csaf("csaf", Random(SEED), window=0, rate=0.5, jitter=False, kinds=("items",))]
    patch.setattr("tests.simulation.run.six", lambda seed: alone)


def no_gaps(patch: Patch) -> None:
    """Never look for what passed unseen."""
    patch.setattr(Decider, "_gap", lambda self: None)


def any_length(patch: Patch) -> None:
    """Never look at the length of a listing."""
    patch.setattr(health, "is_short", lambda usual, count: False)


def any_page(patch: Patch) -> None:
    """Take a captive page for a publisher's fault."""
    patch.setattr(health, "trouble", lambda asked, listing, error: "unreadable")


def never_silent(patch: Patch) -> None:
    """Let a source be silent for ever."""
    patch.setattr(Decider, "_silent", lambda self: None)


BREAKS = [
    (never_changed, "csaf"),
    (validators_stay, "csaf"),
    (no_gaps, "jpcert"),
    (any_length, "csaf"),
    (any_page, "jvn"),
    (never_silent, "rss"),
]


@pytest.mark.parametrize(("broken", "whose"), BREAKS)
def test_broken_code_is_found(broken: Callable[[Patch], None], whose: str, folder: Path, monkeypatch: Patch) -> None:
    """The simulation is worth its time: with one obligation broken it finds a fault, of the publisher that shows it
    first; alone it lives as among the six."""
    alone = [one for one in six(SEED) if one.name == whose]
    monkeypatch.setattr("tests.simulation.run.six", lambda seed: alone)
    broken(monkeypatch)
    assert Simulation(folder, SEED).live(60 * A_DAY, SCRIPT, until_fault=True).faults
