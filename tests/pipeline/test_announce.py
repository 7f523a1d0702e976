"""Chat rooms and blogs hear of each edition once, after its page is up, and never in shadow mode."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import ReviewError
from feedbot.pipeline import Edges
from feedbot.pipeline.decide import approve, propose, withdraw
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import State
from feedbot.store import alarms, drafts, reading
from tests.fakes import World
from tests.pipeline.test_alarms import Hook
from tests.pipeline.test_decide import state_of
from tests.pipeline.test_publish import approved

__all__ = ["approved"]


@pytest.fixture
def room() -> Hook:
    """A chat room."""
    return Hook()


@pytest.fixture
def desk(edges: Edges, room: Hook) -> Edges:
    """The edges of the stage, with a room that is told of notices."""
    return replace(edges, posts={"room": room})


def test_a_notice_is_told_once_when_its_page_is_up(stage: World, desk: Edges, room: Hook, approved: int) -> None:
    """With its line, address and post; a round later nothing is said again."""
    publish(desk, approved, "author")
    assert room.told == []
    assert send_due(desk, "w") == {OutboxState.SENT: 5}
    (told,) = room.told
    assert (told["number"], told["edition"], told["withdrawn"]) == ("INFO-2026-0001", 1, None)
    url = f"{desk.provider.site_url}INFO-2026-0001.html"
    assert str(told["text"]) == f"【注意喚起】{told['title']} INFO-2026-0001 第1版 {url}"
    assert str(told["html"]).encode() in stage.site["INFO-2026-0001.html"]
    assert send_due(desk, "w") == {}
    assert len(room.told) == 1


def test_what_a_room_refuses_is_told_later_and_in_order(desk: Edges, stage: World, room: Hook, approved: int) -> None:
    """The mails do not wait for it; the withdrawal comes behind the notice, with its reason."""
    room.down = True
    publish(desk, approved, "author")
    assert send_due(desk, "w") == {OutboxState.SENT: 5}
    withdraw(desk, approved, "author", "誤った情報 <!channel>")
    with reading(desk.database) as tx:
        assert [one.channel for one in alarms.waiting(tx)] == ["post:room"] * 2
    room.down = False
    stage.now += timedelta(minutes=6)
    send_due(desk, "w")
    assert [one["withdrawn"] for one in room.told] == [None, "誤った情報 <!channel>"]
    assert str(room.told[1]["text"]).startswith("【取下げ】")
    assert not {"<", "@"} & set(str(room.told[1]["text"]))


def test_nothing_is_told_in_shadow_mode(desk: Edges, room: Hook, approved: int) -> None:
    """Neither the notice nor its withdrawal."""
    desk = replace(desk, shadow_operator="noc@hosting.example")
    with pytest.raises(ReviewError, match="void"):  # the approval was for the other mode
        publish(desk, approved, "author")
    propose(desk, approved, "author")
    approve(desk, approved, "author")
    publish(desk, approved, "author")
    send_due(desk, "w")
    withdraw(desk, approved, "author", "x")
    send_due(desk, "w")
    assert room.told == []


def test_a_trial_is_not_told_after_the_switch(desk: Edges, stage: World, room: Hook, approved: int) -> None:
    """Published in shadow mode, it is told of neither then nor in live mode, nor is its withdrawal; it is published."""
    shadow = replace(desk, shadow_operator="noc@hosting.example")
    with pytest.raises(ReviewError, match="void"):
        publish(shadow, approved, "author")
    propose(shadow, approved, "author")
    approve(shadow, approved, "author")
    publish(shadow, approved, "author")
    assert send_due(desk, "w") == {}
    assert state_of(desk, approved) is State.PUBLISHED
    withdraw(desk, approved, "author", "x")
    send_due(desk, "w")
    assert room.told == []


def test_what_is_published_while_mails_leave_is_told_too(desk: Edges, stage: World, room: Hook, approved: int) -> None:
    """It is not called published before a round has shown its page."""
    other = next(one for one in drafted(desk) if one != approved)
    propose(desk, other, "author")
    approve(desk, other, "author")
    publish(desk, approved, "author")

    def meanwhile(outgoing: Outgoing) -> Answer:
        if state_of(desk, other) is State.APPROVED:
            publish(desk, other, "author")
        return Answer(Outcome.ACCEPTED, 250)

    stage.answer = meanwhile
    send_due(desk, "w")
    assert state_of(desk, other) is State.PUBLISHING
    send_due(desk, "w")
    assert state_of(desk, other) is State.PUBLISHED
    assert len(room.told) == 2


def test_one_that_is_never_taken_keeps_no_other(desk: Edges, stage: World, room: Hook, approved: int) -> None:
    """After an hour of refusals what is behind it passes; it is tried daily, and given up after a month."""
    tell = room.tell

    def picky(content: bytes) -> Answer:
        refused = b'"withdrawn": null' in content
        return Answer(Outcome.DEFERRED, 400, "bad") if refused else tell(content)

    desk = replace(desk, posts={"room": SimpleNamespace(tell=picky)})
    publish(desk, approved, "author")
    send_due(desk, "w")
    withdraw(desk, approved, "author", "x")
    for _ in range(14):
        stage.now += timedelta(minutes=6)
        send_due(desk, "w")
    assert [one["withdrawn"] for one in room.told] == ["x"]
    stage.now += timedelta(days=31)
    send_due(desk, "w")
    with reading(desk.database) as tx:
        assert alarms.waiting(tx) == ()


def test_a_member_that_breaks_keeps_no_other(desk: Edges, room: Hook, approved: int) -> None:
    """Its fault is logged, what it was to tell stays, and the other channel is told."""

    def broken(content: bytes) -> Answer:
        raise ValueError("a fault of the member's")

    desk = replace(desk, posts={"broken": SimpleNamespace(tell=broken), "room": room})
    publish(desk, approved, "author")
    send_due(desk, "w")
    assert len(room.told) == 1
    with reading(desk.database) as tx:
        assert [one.error for one in alarms.waiting(tx)] == ["0 ValueError"]


def drafted(desk: Edges) -> list[int]:
    """Return the drafts there are."""
    with reading(desk.database) as tx:
        return [one.id for one in drafts.listing(tx)]


def test_a_channel_that_is_no_longer_configured_is_not_waited_for(desk: Edges, room: Hook, approved: int) -> None:
    """What waits for it is let go, and said in the log."""
    room.down = True
    publish(desk, approved, "author")
    send_due(desk, "w")
    send_due(replace(desk, posts={"other": Hook()}), "w")
    with reading(desk.database) as tx:
        assert alarms.waiting(tx) == ()


def test_two_channels_are_told_independently(desk: Edges, room: Hook, approved: int) -> None:
    """One that is down keeps nothing from the other."""
    other = Hook(down=True)
    desk = replace(desk, posts={"other": other, "room": room})
    publish(desk, approved, "author")
    send_due(desk, "w")
    assert len(room.told) == 1
    assert other.tell(b"{}") == Answer(Outcome.DEFERRED, 503, "the server answered 503")
