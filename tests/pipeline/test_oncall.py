"""The people on duty are called in turn for what waits, until one takes it or it is settled."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import ReviewError
from feedbot.pipeline import AlarmChannels, Edges, OnCall
from feedbot.pipeline.decide import approve, propose, reject
from feedbot.pipeline.metrics import exposition
from feedbot.pipeline.oncall import call_people, take
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import audit, calls, drafts, reading
from tests.fakes import World
from tests.pipeline.test_alarms import Hook
from tests.pipeline.test_publish import approved

__all__ = ["approved"]
FIRST, SECOND = "first@hosting.example", "second@hosting.example"


@pytest.fixture
def room() -> Hook:
    """The chat room at the end of the ladder."""
    return Hook()


@pytest.fixture
def desk(edges: Edges, room: Hook) -> Edges:
    """The edges of the stage, with a ladder of two people and a room."""
    ladder = (f"mail:{FIRST}", f"mail:{SECOND}", "channel:room")
    duty = OnCall(ladder, timedelta(minutes=10), timedelta(hours=2))
    return replace(edges, oncall=duty, alarms=AlarmChannels(others={"room": room}))


def later(stage: World, desk: Edges, **span: int) -> list[str]:
    """Let a while pass and do a round; return whom mail went to, one name a mail."""
    before = len(stage.mails)
    stage.now += timedelta(**span)
    call_people(desk)
    return [one.recipient.partition("@")[0] for one in stage.mails[before:]]


def matters(desk: Edges) -> list[str]:
    """Return what people are called for."""
    with reading(desk.database) as tx:
        return sorted(one.matter for one in calls.listing(tx))


def test_the_ladder_is_climbed_until_somebody_takes_it(stage: World, desk: Edges, room: Hook, approved: int) -> None:
    """The first at once, the second two hours later, the room, the first again, until they are taken."""
    desk = replace(desk, oncall=replace(desk.oncall, urgent=desk.oncall.normal))
    assert later(stage, desk) == ["first"]
    assert later(stage, desk, minutes=119) == []
    assert later(stage, desk, minutes=1) == ["second"]
    assert later(stage, desk, hours=2) == []
    assert [set(matters(desk)) == set(told["matters"]) for told in room.told] == [True]
    assert later(stage, desk, hours=2) == ["first"]
    for matter in matters(desk):
        take(desk, matter, "hanako")
    assert later(stage, desk, days=3) == []
    with reading(desk.database) as tx:
        assert {(one.actor, one.verb) for one in audit.entries(tx)} >= {("hanako", "take")}


def test_all_that_waits_is_one_message(stage: World, desk: Edges, approved: int) -> None:
    """However many drafts there are, one mail a round tells of them, the approved one among them."""
    assert later(stage, desk) == ["first"]
    mail = message_from_bytes(stage.mails[-1].content, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    with reading(desk.database) as tx:
        waiting = [one.id for one in drafts.listing(tx) if one.state.value in ("draft", "approved")]
    assert len(waiting) > 1
    text = body.get_content()
    assert all(f"draft {number} waits" in text for number in waiting)
    assert f"draft {approved} waits to be published" in text


def test_what_is_settled_is_no_call(stage: World, desk: Edges, approved: int) -> None:
    """A draft that is rejected, or whose mails are out, calls nobody any more; a held text still does."""
    later(stage, desk)
    with reading(desk.database) as tx:
        others = [one.id for one in drafts.listing(tx) if one.id != approved]
    publish(desk, approved, "author")
    send_due(desk, "w")
    for number in others:
        propose(desk, number, "author")
        reject(desk, number, "author", "x")
    assert later(stage, desk, hours=3) == ["second"]
    assert matters(desk) == ["held 1"]


def test_what_has_gone_on_is_a_matter_of_its_own(stage: World, desk: Edges, approved: int) -> None:
    """Who took a draft to write it has not taken its approval."""
    with reading(desk.database) as tx:
        draft = next(one.id for one in drafts.listing(tx) if one.id != approved)
    later(stage, desk)
    for matter in matters(desk):
        take(desk, matter, "hanako")
    assert later(stage, desk, hours=5) == []
    propose(desk, draft, "hanako")
    assert later(stage, desk) == ["first"]


def test_mails_in_doubt_are_urgent(stage: World, desk: Edges, approved: int) -> None:
    """Ten minutes, not two hours: a customer may have had it or not."""
    later(stage, desk)
    for matter in matters(desk):
        take(desk, matter, "hanako")

    def doubtful(outgoing: Outgoing) -> Answer:
        return Answer(Outcome.UNCERTAIN if outgoing.channel == "smtp" else Outcome.ACCEPTED)

    stage.answer = doubtful
    publish(desk, approved, "author")
    assert send_due(desk, "w")[OutboxState.UNCERTAIN] == 5
    assert later(stage, desk) == ["first"]
    assert later(stage, desk, minutes=10) == ["second"]
    assert f"uncertain {approved}" in matters(desk)


def test_a_matter_is_taken_once(stage: World, desk: Edges, approved: int) -> None:
    """The second who would is told so, and so is one who names what is not there."""
    later(stage, desk)
    take(desk, f"draft {approved}", "hanako")
    for matter in (f"draft {approved}", "draft 999"):
        with pytest.raises(ReviewError, match=matter):
            take(desk, matter, "taro")


def test_without_a_ladder_nobody_is_called(stage: World, edges: Edges, approved: int) -> None:
    """Nothing is written, nothing sent."""
    assert later(stage, edges) == []
    assert matters(edges) == []


def test_how_long_approvals_take_is_a_number(stage: World, desk: Edges, approved: int) -> None:
    """From the proposal to the approval, the median and the longest."""
    with reading(desk.database) as tx:
        waiting = [one.id for one in drafts.listing(tx) if one.id != approved]
    propose(desk, waiting[0], "author")
    stage.now += timedelta(minutes=30)
    approve(desk, waiting[0], "author")
    with reading(desk.database) as tx:
        text = exposition(tx, {}, {}, stage.now).decode()
    assert 'feedbot_approval_seconds{quantile="0.5"} 0.0' in text
    assert 'feedbot_approval_seconds{quantile="1.0"} 1800.0' in text
