"""Approval without a person: by the operator's policy alone, over verified statements, capped and logged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedbot.errors import ReviewError
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline._rendering import Rendering
from feedbot.pipeline.collect import collect
from feedbot.pipeline.policy import approve_by_policy
from feedbot.pipeline.publish import publish
from feedbot.review import Desk, DeskRole, Draft, Policy, State
from feedbot.store import audit, drafts
from tests.fakes import World, once
from tests.pipeline.conftest import import_fleet

POLICY = Policy("少数", frozenset({"csirt_a"}), recipients=10, a_day=5)


@pytest.fixture
def edges(stage: World, edges: Edges) -> Edges:
    """One round of the signed publisher alone, drafted."""

    def make() -> None:
        import_fleet(edges)
        collect(edges, edges.sources["csirt_a"])
        draft.draft_cases(edges, "(feedbot)")

    once(stage, "one publisher", make)
    return edges


def under(edges: Edges, policy: Policy) -> Edges:
    """Edges with a policy in force."""
    return replace(edges, desk=Desk(policies=(policy,)))


def in_state(edges: Edges, state: State) -> list[int]:
    """The drafts in a state."""
    with edges.database.begin() as tx:
        return [one.id for one in drafts.listing(tx, state)]


def clean(edges: Edges) -> int:
    """Count the drafts in which lint finds nothing at all."""
    return sum(not draft.preview(edges, number)[1].findings for number in in_state(edges, State.DRAFT))


def test_without_a_policy_nothing_is_approved(edges: Edges) -> None:
    """Not a draft moves."""
    waiting = in_state(edges, State.DRAFT)
    report = approve_by_policy(edges)
    assert (report.approved, report.left, in_state(edges, State.DRAFT)) == ([], {}, waiting)


def test_what_the_policy_covers_is_approved_and_logged(stage: World, edges: Edges) -> None:
    """Those without a finding stand approved in the policy's name, and wait for a person to publish them."""
    expected = clean(edges)
    assert expected
    desk = under(edges, POLICY)
    report = approve_by_policy(desk)
    assert (len(report.approved), report.failed) == (expected, {})
    assert in_state(edges, State.APPROVED) == sorted(report.approved, reverse=True)
    assert all(why.startswith("lint: ") for why in report.left.values())
    with edges.database.begin() as tx:
        by_policy = [(one.verb, one.subject) for one in audit.entries(tx) if one.actor == POLICY.actor]
    wanted = [(verb, f"draft {number}") for number in report.approved for verb in ("propose", "approve")]
    assert by_policy == wanted
    assert stage.mails == []
    publish(desk, report.approved[0], "publisher")


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (replace(POLICY, sources=frozenset({"jvn"})), None),
        (replace(POLICY, recipients=1), "recipients, the policy allows 1"),
        (replace(POLICY, a_day=0), "the policy has approved 0 today"),
    ],
)
def test_what_it_does_not_allow_is_left_to_people(edges: Edges, policy: Policy, why: str | None) -> None:
    """Another source, too many recipients, or the day's number used up: nothing moves, and the report says why."""
    waiting = in_state(edges, State.DRAFT)
    report = approve_by_policy(under(edges, policy))
    assert (report.approved, in_state(edges, State.DRAFT)) == ([], waiting)
    reasons = [one for one in report.left.values() if not one.startswith("lint: ")]
    assert all(why is not None and why in one for one in reasons)
    assert bool(reasons) is (why is not None)


def test_the_number_a_day_counts_anew_each_day(stage: World, edges: Edges) -> None:
    """What was approved in the policy's name today is counted, whatever process did it."""
    with edges.database.begin() as tx:
        audit.append(tx, POLICY.actor, "approve", "draft 0", "", edges.clock())
    once = under(edges, replace(POLICY, a_day=1))
    assert approve_by_policy(once).approved == []
    stage.now += timedelta(hours=20)
    assert approve_by_policy(once).approved != []


def test_what_changed_after_the_policy_looked_is_judged_by_what_is_proposed(
    edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cap holds for the render that was frozen, though there were no recipients when the policy looked."""

    def earlier(desk: Edges, number: int) -> tuple[Draft, Rendering]:
        found, made = draft.preview(desk, number)
        return found, replace(made, mails=(), findings=())

    monkeypatch.setattr("feedbot.pipeline.policy.preview", earlier)
    report = approve_by_policy(under(edges, replace(POLICY, recipients=0)))
    assert (report.approved, in_state(edges, State.APPROVED)) == ([], [])
    assert in_state(edges, State.PROPOSED)
    assert set(in_state(edges, State.PROPOSED)) <= report.left.keys()


def test_a_draft_that_a_person_wrote_is_no_policys(edges: Edges) -> None:
    """Only what feedbot drafted itself passes without a person."""
    for number in in_state(edges, State.DRAFT):
        with edges.database.begin() as tx:
            notice = drafts.load(tx, number).notice
            decided = drafts.create(tx, notice, "author", edges.clock()).id
        decide.reject(edges, number, "author", "")
        assert decided not in approve_by_policy(under(edges, POLICY)).approved


@pytest.mark.parametrize("step", ["propose", "approve", "reject", "publish", "withdraw", "edit", "new", "follow"])
def test_a_step_takes_its_role(edges: Edges, step: str) -> None:
    """Each way into the desk asks for the role; nothing is changed where it is missing."""
    closed = replace(edges, desk=Desk({role: frozenset({"admin"}) for role in DeskRole}))
    number = in_state(edges, State.DRAFT)[0]
    steps = {
        "propose": lambda: decide.propose(closed, number, "guest"),
        "approve": lambda: decide.approve(closed, number, "guest"),
        "reject": lambda: decide.reject(closed, number, "guest", ""),
        "publish": lambda: publish(closed, number, "guest"),
        "withdraw": lambda: decide.withdraw(closed, number, "guest", ""),
        "edit": lambda: draft.edit(closed, number, "", "guest"),
        "new": lambda: draft.new_own(closed, "件名: 点検\n対象: なし\n\n点検します。\n", "guest"),
        "follow": lambda: draft.follow(closed, "INFO-2026-0001", "件名: 続報\n\n終わりました。\n", "guest"),
    }
    with pytest.raises(ReviewError, match="guest is no"):
        steps[step]()
    with edges.database.begin() as tx:
        assert drafts.load(tx, number).state is State.DRAFT
