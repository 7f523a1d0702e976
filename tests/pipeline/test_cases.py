"""Cases in the store: joined by names, merged and split by persons, and what later data makes of both."""

from datetime import timedelta

import pytest

from feedbot.advisory.case import Case
from feedbot.errors import ReviewError, StoreError
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline import cases as pipeline
from feedbot.pipeline.collect import collect
from feedbot.review import State
from feedbot.store import audit, cases, drafts
from tests.fakes import World
from tests.pipeline.conftest import import_fleet
from tests.pipeline.publisher import put, source, wired


@pytest.fixture
def desk(stage: World) -> Edges:
    """One publisher's edges."""
    return wired(stage, source(stage))


def say(stage: World, edges: Edges, number: str, names: str = "", title: str = "見本の件") -> None:
    """Let the publisher issue an advisory, and collect it."""
    stage.now += timedelta(hours=1)
    put(stage, f"number: {number}\ntitle: {title}\nnames: {names}")
    collect(edges, edges.sources["csirt_b"])


def partition(edges: Edges) -> list[list[str]]:
    """Return the numbers of each case, oldest case first."""
    with edges.database.begin() as tx:
        return [sorted(one.number for one in case.advisories) for case in reversed(cases.listing(tx))]


def case_of(edges: Edges, number: str) -> Case:
    """Return the case of an advisory."""
    with edges.database.begin() as tx:
        found = cases.of_advisory(tx, "csirt_b", number)
    assert found is not None
    return found


def verbs(edges: Edges) -> list[tuple[str, str]]:
    """Return who did what."""
    with edges.database.begin() as tx:
        return [(one.actor, one.verb) for one in audit.entries(tx)]


def test_an_advisory_that_ties_two_cases_makes_them_one(stage: World, desk: Edges) -> None:
    """Two flaws, then a note that names both: one case under the older id, the other id leads there; audited."""
    say(stage, desk, "B-1", "CVE-2026-1001")
    say(stage, desk, "B-2", "CVE-2026-1002")
    gone = case_of(desk, "B-2").id
    say(stage, desk, "B-3", "CVE-2026-1001 CVE-2026-1002")
    assert partition(desk) == [["B-1", "B-2", "B-3"]]
    kept = case_of(desk, "B-1").id
    with desk.database.begin() as tx:
        assert (gone != kept, cases.load(tx, gone).id) == (True, kept)
    assert verbs(desk) == [("(feedbot)", "merge-case")]


def test_a_revision_that_names_more_joins(stage: World, desk: Edges) -> None:
    """An alert that learns its CVE name later joins the case of that name."""
    say(stage, desk, "B-1", "CVE-2026-1001")
    say(stage, desk, "B-2")
    assert partition(desk) == [["B-1"], ["B-2"]]
    say(stage, desk, "B-2", "CVE-2026-1001")
    assert partition(desk) == [["B-1", "B-2"]]


def test_a_merge_is_remembered(stage: World, desk: Edges) -> None:
    """By a person's word two matters without a common name are one; who did it is kept, and later data joins it."""
    say(stage, desk, "B-1", "CVE-2026-1001")
    say(stage, desk, "B-2", "CVE-2026-2001")
    made = pipeline.merge(desk, [case_of(desk, "B-1").id, case_of(desk, "B-2").id], "sato")
    assert [one.number for one in made.advisories] == ["B-1", "B-2"]
    say(stage, desk, "B-3", "CVE-2026-2001")
    say(stage, desk, "B-1", "CVE-2026-1001 CVE-2026-1002")
    assert partition(desk) == [["B-1", "B-2", "B-3"]]
    with desk.database.begin() as tx:
        why = {one.number: (one.decided_by, one.because) for one in cases.memberships(tx, made.id)}
    assert why == {"B-1": ("sato", ()), "B-2": ("sato", ()), "B-3": ("", ("CVE-2026-2001",))}
    assert ("sato", "merge-case") in verbs(desk)


def test_a_split_is_remembered(stage: World, desk: Edges) -> None:
    """What a person parted stays apart: a text with names of both goes to the side with more of them, no further."""
    say(stage, desk, "B-1", "CVE-2026-1001 VU#100001")
    say(stage, desk, "B-2", "CVE-2026-1001 VU#100002")
    left, taken = pipeline.split(desk, case_of(desk, "B-1").id, ["B-2"], "sato")
    assert ([one.number for one in left.advisories], [one.number for one in taken.advisories]) == (["B-1"], ["B-2"])
    say(stage, desk, "B-3", "CVE-2026-1001 VU#100002")
    say(stage, desk, "B-1", "CVE-2026-1001 VU#100001 VU#100002")
    assert partition(desk) == [["B-1"], ["B-2", "B-3"]]
    with desk.database.begin() as tx:
        assert cases.apart(tx, [left.id, taken.id]) == {frozenset((left.id, taken.id))}
        assert [one.id for one, _ in pipeline.related(tx, cases.load(tx, left.id))] == [taken.id]
    assert verbs(desk) == [("sato", "split-case")]


def test_a_person_may_take_a_split_back(stage: World, desk: Edges) -> None:
    """Merging what was split makes it one again, and the parting is forgotten."""
    say(stage, desk, "B-1", "CVE-2026-1001")
    say(stage, desk, "B-2", "CVE-2026-1001")
    left, taken = pipeline.split(desk, case_of(desk, "B-1").id, ["B-2"], "sato")
    pipeline.merge(desk, [left.id, taken.id], "suzuki")
    with desk.database.begin() as tx:
        assert cases.apart(tx, [left.id, taken.id]) == frozenset()
    assert partition(desk) == [["B-1", "B-2"]]


def test_what_persons_decided_is_not_swallowed(stage: World, desk: Edges) -> None:
    """Two cases that persons looked at are not tied by a later advisory; it joins one, and the other is shown."""
    for number in (1, 2, 3, 4):
        say(stage, desk, f"B-{number}", f"CVE-2026-100{number}")
    for pair in (("B-1", "B-2"), ("B-3", "B-4")):
        pipeline.merge(desk, [case_of(desk, number).id for number in pair], "sato")
    say(stage, desk, "B-5", "CVE-2026-1001 CVE-2026-1003")
    assert partition(desk) == [["B-1", "B-2", "B-5"], ["B-3", "B-4"]]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [(["B-9"], "B-9 is not in this case"), (["B-1", "B-2"], "nothing would be left"), ([], "is not in this case")],
)
def test_a_split_that_makes_no_sense_is_refused(stage: World, desk: Edges, numbers: list[str], words: str) -> None:
    """Nothing is done, and it says why."""
    say(stage, desk, "B-1", "CVE-2026-1001")
    say(stage, desk, "B-2", "CVE-2026-1001")
    with pytest.raises(ReviewError, match=words):
        pipeline.split(desk, case_of(desk, "B-1").id, numbers, "sato")
    assert partition(desk) == [["B-1", "B-2"]]


def test_a_merge_needs_two_cases(stage: World, desk: Edges) -> None:
    """The same case twice is one, and an unknown one is named."""
    say(stage, desk, "B-1")
    case = case_of(desk, "B-1").id
    with pytest.raises(ReviewError, match="two different cases"):
        pipeline.merge(desk, [case, case], "sato")
    with pytest.raises(StoreError, match="no such case"):
        pipeline.merge(desk, [case, "C-1999-0001"], "sato")


def drafted(edges: Edges) -> Edges:
    """Collect the demo's publishers and draft."""
    import_fleet(edges)
    for one in edges.sources.values():
        collect(edges, one)
    draft.draft_cases(edges, "feedbot")
    return edges


def test_open_drafts_end_with_a_merge_and_one_takes_their_place(edges: Edges) -> None:
    """A proposal over one of two cases ends with its reason; the merged case gives one draft, nothing is sent."""
    drafted(edges)
    with edges.database.begin() as tx:
        found = drafts.listing(tx, State.DRAFT)[:2]
    decide.propose(edges, found[0].id, "author")
    made = pipeline.merge(edges, [one.notice.case for one in found], "sato")
    with edges.database.begin() as tx:
        assert {drafts.load(tx, one.id).state for one in found} == {State.EXPIRED}
        assert {one.notice.case for one in (drafts.load(tx, one.id) for one in found)} == {made.id}
        assert "merged into" in next(one.detail for one in reversed(audit.entries(tx)) if one.verb == "expire")
    assert [one.notice.case for one in draft.draft_cases(edges, "feedbot").made] == [made.id]


def test_a_published_notice_goes_on_in_the_merged_case(edges: Edges) -> None:
    """The case that is taken in was published: the next notice is its 続報 under the same number, no second first
    one."""
    drafted(edges)
    with edges.database.begin() as tx:
        first, second = drafts.listing(tx, State.DRAFT)[:2]
    decide.propose(edges, second.id, "author")
    with edges.database.begin() as tx:
        number = drafts.load(tx, second.id).notice.number
        for old, new in ((State.PROPOSED, State.APPROVED), (State.APPROVED, State.PUBLISHING)):
            drafts.move(tx, second.id, old, new, edges.clock())
    with pytest.raises(ReviewError, match="is being published"):
        pipeline.merge(edges, [first.notice.case, second.notice.case], "sato")
    with edges.database.begin() as tx:
        drafts.move(tx, second.id, State.PUBLISHING, State.PUBLISHED, edges.clock())
    made = pipeline.merge(edges, [first.notice.case, second.notice.case], "sato")
    (update,) = draft.draft_cases(edges, "feedbot").made
    assert (update.notice.case, update.notice.number, update.notice.edition) == (made.id, number, 2)
