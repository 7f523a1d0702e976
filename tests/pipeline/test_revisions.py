"""Revisions: what changed is seen and named, what goes to and fro is capped, and the last text wins."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feedbot.advisory import Status
from feedbot.advisory.flapping import RETURNS, SETTLED
from feedbot.advisory.identity import content_digest
from feedbot.advisory.revision import compare
from feedbot.pipeline import Edges
from feedbot.pipeline._take import CollectReport
from feedbot.pipeline.collect import collect
from feedbot.store import advisories, audit, cases, flapping
from feedbot.store.advisories import StoredRevision
from tests.fakes import World, world
from tests.pipeline.publisher import put, source, wired

STEP = timedelta(minutes=30)


def serve(stage: World, words: str, step: timedelta = STEP, **facts: str) -> CollectReport:
    """Let the publisher say something under B-1, and collect a round a step later."""
    stage.now += step
    lines = [
        f"number: {facts.pop('number', 'B-1')}",
        f"summary: {words}",
        *(f"{key}: {value}" for key, value in facts.items()),
    ]
    put(stage, "\n".join(lines))
    read = source(stage)
    return collect(wired(stage, read), read)


def quiet(stage: World, step: timedelta = STEP) -> CollectReport:
    """Collect a round in which nothing changed."""
    stage.now += step
    read = source(stage)
    return collect(wired(stage, read), read)


def edges_of(stage: World) -> Edges:
    """Wire the one source."""
    return wired(stage, source(stage))


def kept(stage: World) -> tuple[StoredRevision, ...]:
    """Return the revisions of B-1."""
    with stage.database.begin() as tx:
        return advisories.history(tx, "csirt_b", "B-1")


def words_of(stage: World) -> list[str]:
    """Return the revisions' words, oldest first."""
    return [one.advisory.summary for one in kept(stage)]


def test_two_mirrors_that_disagree_are_capped_and_said(stage: World) -> None:
    """A and B by turns for two days: a handful of revisions, the rest counted; said once in the audit and visible."""
    reports = [serve(stage, "AB"[number % 2]) for number in range(96)]
    assert words_of(stage) == ["A", "B", "A", "B", "A"]
    assert len(words_of(stage)) == 2 + RETURNS
    assert [report.flapping for report in reports[5:]].count(["B-1"]) == 46
    with stage.database.begin() as tx:
        state = flapping.state(tx, "csirt_b", "B-1")
        assert [one.verb for one in audit.entries(tx)] == ["flapping"]
    assert state is not None
    assert state.times == 91


def test_a_new_text_gets_through_while_it_flaps(stage: World) -> None:
    """Words never seen before are a revision at once."""
    for number in range(20):
        serve(stage, "AB"[number % 2])
    report = serve(stage, "C")
    assert report.changed == ["B-1"]
    assert words_of(stage)[-1] == "C"


@pytest.mark.parametrize("last", ["A", "B"])
def test_the_text_it_settles_on_is_current(stage: World, last: str) -> None:
    """Whichever is served in the end is current a day later, and the case and the audit say so; even by 304 alone."""
    for number in range(20):
        serve(stage, "AB"[number % 2])
    serve(stage, last)
    assert quiet(stage, SETTLED).changed == ([] if last == "A" else ["B-1"])
    assert words_of(stage)[-1] == last
    with stage.database.begin() as tx:
        assert flapping.state(tx, "csirt_b", "B-1") is None
        assert [one.verb for one in audit.entries(tx)] == ["flapping", "flapping-over"]
        case = cases.of_advisory(tx, "csirt_b", "B-1")
    assert case is not None
    assert case.advisories[0].summary == last


def test_it_does_not_settle_while_it_goes_on(stage: World) -> None:
    """By turns each six hours for a week: never a day of one text, so no revision more."""
    for number in range(28):
        serve(stage, "AB"[number % 2], timedelta(hours=6))
    assert len(words_of(stage)) == 2 + RETURNS


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    served=st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([30, 360, 1500, 4000])), min_size=1, max_size=14)
)
def test_the_last_stable_text_wins(tmp_path_factory: pytest.TempPathFactory, served: list[tuple[str, int]]) -> None:
    """Whatever a publisher serves, in whatever rhythm: sequences only rise (I6), no text is lost, and the last one is
    current once it has been there for a day."""
    stage = world(tmp_path_factory.mktemp("w"))
    tops = []
    for words, minutes in served:
        serve(stage, words, timedelta(minutes=minutes))
        tops.append(kept(stage)[-1].sequence)
    quiet(stage, SETTLED)
    assert tops == sorted(tops)
    assert [one.sequence for one in kept(stage)] == list(range(1, len(kept(stage)) + 1))
    assert words_of(stage)[-1] == served[-1][0]
    assert set(words_of(stage)) == {words for words, _ in served}
    with stage.database.begin() as tx:
        assert flapping.listing(tx) == ()
        now = advisories.current(tx, "csirt_b", "B-1")
    assert now == kept(stage)[-1].advisory
    stage.database.dispose()


def test_a_withdrawal_and_its_end_are_changes(stage: World) -> None:
    """final → withdrawn → final and draft → final each change the status, and the digest with it."""
    for status in ("draft", "final", "withdrawn", "final"):
        serve(stage, "A", status=status)
    found = kept(stage)
    changes = [compare(old.advisory, new.advisory).fields for old, new in pairwise(found)]
    assert [one.advisory.status for one in found] == [Status.DRAFT, Status.FINAL, Status.WITHDRAWN, Status.FINAL]
    assert changes == [("status",)] * 3
    assert len({content_digest(one.advisory) for one in found}) == 3


def test_a_withdrawal_taken_back_under_the_old_date_counts(stage: World) -> None:
    """The publisher serves the text of before again: it stands. An older text that is no such end is still ignored."""
    first, second = "2026-11-20T00:00:00+00:00", "2026-11-21T00:00:00+00:00"
    serve(stage, "A", updated=first)
    serve(stage, "A", status="withdrawn", updated=second)
    assert serve(stage, "A", updated=first).changed == ["B-1"]
    assert kept(stage)[-1].advisory.status is Status.FINAL
    serve(stage, "B", updated=second)
    assert serve(stage, "A", updated=first).changed == []
    assert words_of(stage)[-1] == "B"


def test_a_new_row_of_the_history_is_named(stage: World) -> None:
    """What the publisher adds to his 改訂履歴 is in the change."""
    serve(stage, "A", history="2026-11-01 初版")
    serve(stage, "B", history="2026-11-02 要約を修正")
    first, second = kept(stage)
    change = compare(first.advisory, second.advisory)
    assert change.fields == ("summary", "history")
    assert [row.text for row in change.rows] == ["2026-11-02 要約を修正"]


def test_a_page_with_a_counter_leaves_no_trace(stage: World) -> None:
    """An unsigned page that says the same in other bytes each day writes nothing to the audit log."""
    for number in range(5):
        serve(stage, "A", counter=str(number))
    assert words_of(stage) == ["A"]
    with stage.database.begin() as tx:
        assert audit.entries(tx) == ()
