"""Chat rooms and blogs hear of each edition once, after its page is up, and never in shadow mode."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome
from feedbot.errors import ReviewError
from feedbot.pipeline import Edges
from feedbot.pipeline.decide import approve, propose, withdraw
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import alarms, reading
from tests.fakes import World
from tests.pipeline.test_alarms import Hook
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
        assert [one.channel for one in alarms.waiting(tx)] == ["channel:room"] * 2
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
    publish(desk, approved, "author")
    send_due(replace(desk, posts={"other": other, "room": room}), "w")
    assert len(room.told) == 1
    assert other.tell(b"{}") == Answer(Outcome.DEFERRED, 503, "the server answered 503")
