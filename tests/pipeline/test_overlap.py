"""The wire goes on while the disk is waited for, and a crash still leaves one in doubt a connection at most."""

from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Connection

from feedbot import store
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.pipeline.send import send_due
from feedbot.store import outbox
from tests.pipeline.test_sending import CUSTOMERS, Office, office

__all__ = ["office"]
CONNECTIONS = 4


class Wire:
    """Four connections, of which each wait ends with one answer; it counts the rows that are SENDING then. One that is
    `patient` answers half of the first four, and the others only when the disk is waited for."""

    def __init__(self, office: Office, *, patient: bool = False) -> None:
        self.office, self.patient = office, patient
        self.begun: list[Outgoing] = []
        self.said: list[str] = []
        self.doubtful: list[int] = []
        self.waits, self.went_on = Event(), Event()

    def send(self, outgoing: Outgoing) -> Answer:
        """Never asked."""
        raise AssertionError(outgoing)

    def free(self) -> int:
        """Return how many connections are idle."""
        return CONNECTIONS - len(self.begun)

    def begin(self, outgoing: Outgoing, seconds: float) -> None:
        """Take one."""
        assert self.free() > 0
        assert seconds > 0
        self.begun.append(outgoing)
        self.said.append(outgoing.key)

    def answers(self, seconds: float = 0.0) -> tuple[tuple[Outgoing, Answer], ...]:
        """Answer the oldest."""
        with store.reading(self.office.stage.database) as tx:
            self.doubtful.append(outbox.counts(tx)[OutboxState.SENDING])
        if not self.begun:
            return ()
        if self.patient and len(self.begun) == CONNECTIONS // 2:
            assert self.waits.wait(30), "nothing was kept"
        if self.waits.is_set():
            self.went_on.set()
        return ((self.begun.pop(0), Answer(Outcome.ACCEPTED, 250, "ok")),)

    def wake(self) -> None:
        """It never waits."""

    def close(self) -> None:
        """Nothing is held."""


def test_answers_come_in_while_the_disk_is_waited_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first transaction with answers does not end before another answer has come."""
    office.published()
    wire, keep = Wire(office, patient=True), outbox.record

    def slow(tx: Connection, answered: list[tuple[outbox.Claimed, object]]) -> frozenset[int]:
        if answered and not wire.waits.is_set():
            wire.waits.set()
            assert wire.went_on.wait(30), "the wire stood still"
        return keep(tx, answered)  # type: ignore[arg-type]  # the verdicts are handed on as they are

    monkeypatch.setattr(outbox, "record", slow)
    assert send_due(replace(office.edges, open_mail=lambda: wire), "w") == {OutboxState.SENT: CUSTOMERS}
    assert len(wire.said) == len(set(wire.said)) == CUSTOMERS


def test_no_more_are_sending_than_there_are_connections(office: Office) -> None:
    """Whenever the wire is looked at, so many rows would be in doubt after a crash, and no more."""
    office.published()
    wire = Wire(office)
    send_due(replace(office.edges, open_mail=lambda: wire), "w")
    assert max(wire.doubtful) == CONNECTIONS


def test_a_disk_that_refuses_ends_the_round_with_its_error(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the writing thread met is not lost with it; what was on the wire is in doubt, nothing else is."""
    office.published()
    keep = outbox.record

    def full(tx: Connection, answered: list[tuple[outbox.Claimed, object]]) -> frozenset[int]:
        if answered:
            raise OSError("no space left")
        return keep(tx, answered)  # type: ignore[arg-type]  # nothing is in it

    monkeypatch.setattr(outbox, "record", full)
    with pytest.raises(OSError, match="no space left"):
        send_due(replace(office.edges, open_mail=lambda: Wire(office)), "w")
    assert len(office.rows(OutboxState.SENDING)) == CONNECTIONS
    assert len(office.rows(OutboxState.PENDING)) == CUSTOMERS - CONNECTIONS
