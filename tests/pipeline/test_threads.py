"""What a later mail refers to: a mail that its reader has, or none."""

from email import message_from_bytes

from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.pipeline import Edges
from feedbot.pipeline.publish import publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import send_due
from feedbot.store import outbox, reading
from tests.fakes import World
from tests.pipeline.test_drift import Fleet, approved, fleet
from tests.pipeline.test_losses import corrected

__all__ = ["approved", "fleet"]


def answer(stage: World, refused: str) -> None:
    """Let the relay refuse one address."""
    stage.answer = lambda one: Answer(Outcome.REFUSED if one.recipient == refused else Outcome.ACCEPTED, 250, "")


def referred(stage: World, draft: int) -> dict[str, str | None]:
    """Return what the mails of a draft refer to, by address."""
    found = {}
    for one in stage.mails:
        if one.draft == draft:
            mail = message_from_bytes(one.content)
            assert mail["In-Reply-To"] == mail["References"]
            found[one.recipient] = mail["In-Reply-To"]
    return found


def failed(edges: Edges, draft: int) -> int:
    """Return the one failed message of a draft."""
    with reading(edges.database) as tx:
        (one,) = outbox.listing(tx, OutboxState.FAILED, draft=draft)
    return one.id


def got(stage: World, draft: int) -> dict[str, str]:
    """Return the Message-IDs that arrived of a draft, by address."""
    return {one.recipient: one.message_id for one in stage.mails if one.draft == draft}


def test_who_got_the_first_at_another_address_is_referred_to_that_mail(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """The old row's Message-ID never arrived; the new one's did."""
    publish(edges, approved, "author")
    answer(stage, "d5@customer.example")
    send_due(edges, "w")
    fleet.emails["D05"] = "d5new@customer.example"
    fleet.take_in()
    number = failed(edges, approved)
    with reading(edges.database) as tx:
        old = outbox.find(tx, number)
    assert readdress(edges, number, "d5new@customer.example", "author")
    send_due(edges, "w")
    second = corrected(edges)
    send_due(edges, "w")
    told, first = referred(stage, second), got(stage, approved)
    assert old is not None
    assert told["d5new@customer.example"] == first["d5new@customer.example"] != old.message_id
    assert told == {address: first[address] for address in told}


def test_who_got_no_first_mail_is_referred_to_none(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """It may have been lost, or went to an address that is no longer his."""
    publish(edges, approved, "author")
    stage.answer = lambda one: Answer(Outcome.UNCERTAIN if one.customer == "D07" else Outcome.ACCEPTED)
    send_due(edges, "w")
    fleet.emails["D08"] = "d8new@customer.example"
    fleet.take_in()
    answer(stage, "")
    second = corrected(edges)
    send_due(edges, "w")
    told = referred(stage, second)
    assert {address for address, named in told.items() if named is None} == {
        "d7@customer.example",
        "d8new@customer.example",
    }
    assert len(told) == 40


def test_a_mail_addressed_anew_refers_to_what_came_there(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """The second edition fails at the old address, which has the first; the new address has none, so none is named."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    second = corrected(edges)
    answer(stage, "d5@customer.example")
    send_due(edges, "w")
    with reading(edges.database) as tx:
        old: Outgoing | None = outbox.find(tx, failed(edges, second))
    assert old is not None
    assert got(stage, approved)["d5@customer.example"].encode() in old.content
    fleet.emails["D05"] = "d5new@customer.example"
    fleet.take_in()
    assert readdress(edges, failed(edges, second), "d5new@customer.example", "author")
    send_due(edges, "w")
    (new,) = [one for one in stage.mails if one.recipient == "d5new@customer.example"]
    assert b"In-Reply-To" not in new.content
    assert b"References" not in new.content
    assert new.content.partition(b"\r\n\r\n")[2] == old.content.partition(b"\r\n\r\n")[2]
