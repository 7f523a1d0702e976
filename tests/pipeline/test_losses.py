"""Nobody is left out, nobody reads a thing twice, and what stands still is said: what one edition does to another's
mails, and what a round of sending leaves to a person."""

from dataclasses import replace

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome
from feedbot.pipeline import Edges, decide, release
from feedbot.pipeline._sending import Sending, quiet_hours
from feedbot.pipeline.publish import publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import send_due
from feedbot.store import outbox, reading, told
from feedbot.store._keys import recipient_of
from tests.fakes import World
from tests.pipeline.test_drift import Fleet, approved, fleet, left_over

__all__ = ["approved", "fleet"]


@pytest.mark.parametrize(
    ("key", "whose"),
    [
        ("INFO-2026-0001/1/D05/smtp", "D05"),
        ("INFO-2026-0001/12/D05/again-6/smtp", "D05"),
        ("INFO-2026-0001/1/D05/again-6/again-44/shadow", "D05"),
        ("INFO-2026-0001/1/D05 - tech@a.example sub/smtp", "D05 - tech@a.example sub"),
        ("INFO-2026-0001/1/a/b/smtp", "a/b"),
        ("INFO-2026-0001/1/again-6/smtp", "again-6"),
        ("alarm", ""),
    ],
)
def test_a_key_says_for_whom_a_mail_is(key: str, whose: str) -> None:
    """Whatever its edition, its channel and the address that a person gave it."""
    assert recipient_of(key) == whose


def test_who_got_a_mail_at_another_address_is_not_told_again_with_the_rest(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """His failed mail went to the address that the list names now; the edition for the rest is not for him."""
    rest = left_over(edges, fleet, approved).rest
    assert rest is not None
    stage.answer = lambda one: Answer(Outcome.REFUSED if one.customer == "D05" else Outcome.ACCEPTED, 550, "no")
    send_due(edges, "w")
    with reading(edges.database) as tx:
        (failed,) = outbox.listing(tx, OutboxState.FAILED)
    fleet.emails["D05"] = "d5new@customer.example"
    fleet.take_in()
    assert readdress(edges, failed.id, "d5new@customer.example", "author")
    stage.answer = lambda one: Answer(Outcome.ACCEPTED, 250, "ok")
    send_due(edges, "w")
    made = decide.propose(edges, rest.id, "author")
    assert [one.recipient.id for one in made.mails] == ["D07"]
    with reading(edges.database) as tx:
        assert "D05" in told.mails(tx, "INFO-2026-0001")


@pytest.mark.parametrize(("said", "leave"), [(None, 40), (True, 40), (False, 0)])
def test_what_a_person_says_of_urgency_stays(
    stage: World, edges: Edges, fleet: Fleet, approved: int, said: bool | None, leave: int
) -> None:
    """In quiet hours a notice leaves by its score, but by a person's word where one was said before."""
    edges = replace(edges, sending=Sending(quiet=quiet_hours("00:00-23:59"), urgent_score=0.1))
    if said is not None:
        release.schedule(edges, approved, None, "author", urgent=said, keep_time=True)
    publish(edges, approved, "author")
    send_due(edges, "w")
    assert len(stage.mails) == leave
