"""What is said of a source follows from what is kept of its rounds, and from nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import EmptyListingError, SourceError
from feedbot.fetch import Document
from feedbot.pipeline._numbers import absent
from feedbot.pipeline.health import Decider, State, decider, trouble
from feedbot.store import advisories, documents, sources
from feedbot.store.sources import SourceState
from tests.fakes import START, world
from tests.store.samples import PAGE, advisory

HALF_HOUR = timedelta(minutes=30)
WELL = SourceState("csirt_a", items=20, usual=20, last_success=START, last_full=START, last_change=START)


def judged(facts: SourceState, later: timedelta = timedelta(0), missing: tuple[str, ...] = ()) -> Decider:
    """Return the decider of a source that is asked every half hour."""
    return Decider(facts, HALF_HOUR, START + later, missing)


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (SourceState("x"), State.NEVER, ""),
        (SourceState("x", failures=1, trouble="unreachable"), State.NEVER, ""),
        (SourceState("x", failures=2, trouble="unreachable", last_error="no answer"), State.FAILING, "no answer"),
        (WELL, State.OK, ""),
        (replace(WELL, failures=1, trouble="unreachable"), State.OK, ""),
        (replace(WELL, failures=2, trouble="unreachable"), State.FAILING, "2 failures in a row"),
        (replace(WELL, failures=1, trouble="unreadable", last_error="bad page"), State.FAILING, "bad page"),
        (replace(WELL, failures=1, trouble="captive", last_error="bad page"), State.CAPTIVE, "bad page"),
        (replace(WELL, failures=1, trouble="empty", last_error="bad page"), State.EMPTY, "bad page"),
        (replace(WELL, items=17), State.OK, ""),
        (replace(WELL, items=16), State.SHRINKING, "from 20 items to 16"),
        (replace(WELL, usual=5, items=3), State.OK, ""),
        (replace(WELL, usual=5, items=2), State.SHRINKING, "from 5 items to 2"),
        (replace(WELL, usual=2, items=1), State.SHRINKING, "from 2 items to 1"),
        (replace(WELL, missing=("CVE-2026-1",)), State.SHRINKING, "1 known items left the listing: CVE-2026-1"),
        (replace(WELL, unlinked=START), State.GAP, "nothing in common"),
        (replace(WELL, elsewhere="new.example"), State.MOVED, "another host: new.example"),
        (replace(WELL, elsewhere="new.example", agreed="new.example"), State.OK, ""),
        (replace(WELL, elsewhere="other.example", agreed="new.example"), State.MOVED, "other.example"),
    ],
)
def test_each_state_has_its_reason(facts: SourceState, state: State, words: str) -> None:
    """The first state that fits, with why; whatever is not well has a way out."""
    found = judged(facts).judge()
    assert found.state is state
    assert words in found.reason
    assert bool(found.hint) is not state.well


def test_a_source_that_is_not_asked_is_stale_after_three_intervals() -> None:
    """Ninety minutes are borne, a second more is not."""
    assert judged(WELL, timedelta(minutes=90)).judge().state is State.OK
    assert judged(WELL, timedelta(minutes=90, seconds=1)).judge().state is State.STALE


def test_a_missing_number_is_named() -> None:
    """With what to do in both cases: there is such an advisory, or there is none."""
    found = judged(WELL, missing=("CSIRT-A-AT-2026-0011",)).judge()
    assert (found.state, found.missing) == (State.GAP, ("CSIRT-A-AT-2026-0011",))
    assert "CSIRT-A-AT-2026-0011" in found.reason
    assert "--from FILE" in found.hint
    assert "--accept csirt_a" in found.hint


def changed(*days: float) -> SourceState:
    """Return a source that changed on these days, and has been asked all the time."""
    times = tuple(START + timedelta(days=day) for day in days)
    return replace(WELL, changes=times, last_change=times[-1], last_success=START + timedelta(days=400))


def test_silence_is_learned() -> None:
    """News every other day, once after nine: 28 days are the bound (14 medians); once after twenty: 40 days."""
    usual = changed(0, 2, 4, 6, 15, 17, 19)
    assert judged(usual).expected() == timedelta(days=2)
    assert judged(usual).silence() == timedelta(days=28)
    assert judged(changed(0, 2, 4, 6, 26, 28, 30)).silence() == timedelta(days=40)
    at = timedelta(days=19 + 28)
    here = replace(usual, last_success=START + at)
    assert judged(here, at).judge().state is State.OK
    told = judged(here, at + timedelta(seconds=1)).judge()
    assert told.state is State.STALE
    assert "no news since" in told.reason


def test_before_anything_is_learned_ninety_days_are_borne() -> None:
    """Some publish a few times a year; a burst teaches no bound under a week."""
    assert judged(changed(0, 1)).expected() is None
    assert judged(changed(0, 1)).silence() == timedelta(days=90)
    assert judged(changed(0, 0.01, 0.02, 0.03, 0.04, 0.05)).silence() == timedelta(days=7)


def test_what_cannot_be_read_has_a_kind() -> None:
    """A web page, another host, nothing at all, a feed without items, anything else."""
    asked, fault = "https://csirt-a.example/feed", SourceError("x", "empty")

    def kind(body: bytes, url: str = asked, error: SourceError = fault) -> str:
        return trouble(asked, Document(url, body, START), error)

    assert kind(b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in</title>") == "captive"
    assert kind(b"<rss/>", "https://portal.example/login") == "captive"
    assert kind(b" \r\n") == "empty"
    assert kind(b"<rss/>", error=EmptyListingError("x", "the listing names no item")) == "empty"
    assert kind(b"<rss") == "unreadable"


def seen(*numbers: str) -> dict[str, object]:
    """Return each number as had long ago."""
    return dict.fromkeys(numbers, START - timedelta(days=1))


def alerts(*counts: int, year: int = 2026) -> list[str]:
    """Return numbers of the form of JPCERT/CC's."""
    return [f"CSIRT-A-AT-{year}-{count:04}" for count in counts]


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        (alerts(*range(1, 11), 12), alerts(11)),
        (alerts(*range(1, 11), 14), alerts(11, 12, 13)),
        (alerts(*range(1, 5), 6), []),  # too few to know
        (alerts(*range(1, 40, 2)), []),  # every other number: not dense
        (alerts(*range(5, 15)), []),  # what came before us is not asked for
        (alerts(*range(1, 11), 4711), []),  # another series
        (alerts(*range(20, 30)) + alerts(3, year=2027), alerts(1, 2, year=2027)),
        (alerts(*range(20, 30)) + alerts(3, year=2029), []),  # the year before is not known
        ([f"FreeBSD-SA-26:{count:02}.lamp" for count in (1, 2, 3, 4, 5, 6, 7, 9)], ["FreeBSD-SA-26:08"]),
        ([f"NetBSD-SA2026-{count:03}" for count in (1, 2, 3, 4, 5, 6, 7, 9)], ["NetBSD-SA2026-008"]),
        ([f"ESB-2026.{count:04}" for count in (1, 2, 3, 4, 5, 6, 7, 9)], ["ESB-2026.0008"]),
        ([f"JVNVU#9{count:07}" for count in range(1, 30, 2)], []),
        ([f"CVE-2026-{count}" for count in (1000, 1300, 1301, 1400, 1401, 2000, 2100, 2200, 2201)], []),
    ],
)
def test_running_numbers_that_are_left_out(numbers: list[str], missing: list[str]) -> None:
    """Only series that run are asked for what they leave out."""
    assert list(absent(seen(*numbers), START, ())) == missing  # type: ignore[arg-type]  # a dictionary of times


def test_a_number_is_missed_once_its_successor_is_old_enough() -> None:
    """Publishers give numbers out of order; and what a person excused is not asked for again."""
    numbers = seen(*alerts(*range(1, 11))) | dict.fromkeys(alerts(12), START)
    assert absent(numbers, START - timedelta(seconds=1), ()) == ()  # type: ignore[arg-type]
    assert absent(numbers, START, ()) == tuple(alerts(11))  # type: ignore[arg-type]
    assert absent(numbers, START, alerts(11)) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["", ".lamp"])
def test_a_number_that_came_before_its_predecessor_is_not_missed_once_both_are_old(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the latest advisories that are looked through the first is number 5; 6 came before it, and is stored."""
    monkeypatch.setattr(sources, "LATEST", 9)
    numbers = [f"FreeBSD-SA-26:{count:02}{ending}" for count in (1, 2, 3, 4, 6, 5, *range(7, 12), 13, 14, 15)]
    with world(tmp_path).database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
        for number in numbers:
            advisories.save_revision(tx, advisory(number), number, PAGE.sha256, START)
        seen = sources.first_seen(tx, "csirt_a")
        assert (numbers[4] in seen, numbers[5] in seen, len(seen)) == (False, True, 9)
        found = decider(tx, "csirt_a", HALF_HOUR, START + timedelta(days=1))
    assert found.missing == ("FreeBSD-SA-26:12",)
