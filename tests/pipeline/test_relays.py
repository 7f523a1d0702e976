"""Relays that give no session: what is kept of them, who tells it, and that every mail arrives once all the same."""

import socket
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from feedbot import store
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing, smtp
from feedbot.delivery._send import SmtpSettings
from feedbot.pipeline import Edges
from feedbot.pipeline import send as sending
from feedbot.pipeline.send import retry, send_due
from feedbot.store import relays
from tests.delivery import sink as sinks
from tests.delivery.sink import Sink
from tests.pipeline.test_sending import CUSTOMERS, Office, office

__all__ = ["office"]


def at(port: int, order: int = 0) -> SmtpSettings:
    """A relay on loopback."""
    return SmtpSettings("127.0.0.1", "notice@hosting.example", port, security="none", connections=2, order=order)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def over(office: Office, *settings: SmtpSettings) -> Edges:
    """The office's edges with these relays."""
    return replace(office.edges, open_mail=lambda: smtp.open_channel(*settings))


def aside(office: Office) -> dict[str, relays.Aside]:
    """What is kept of relays, by name."""
    with store.reading(office.stage.database) as tx:
        return {one.name: one for one in relays.listing(tx)}


def once_each(sink: Sink) -> bool:
    """Tell whether each customer's mail has arrived at a relay once."""
    sink.settle()
    return Counter(address for address, _ in sink.arrived) == Counter(
        f"C{n:02}@customer.example" for n in range(CUSTOMERS)
    )


def test_the_next_relay_takes_over_and_the_first_is_set_aside_longer_each_time(office: Office) -> None:
    """5 minutes, then 10; what it said is kept; when it takes mails again nothing is kept of it."""
    port = free_port()
    office.published()
    with sinks.running() as second:
        edges = over(office, at(port), at(second.port, 1))
        assert send_due(edges, "w") == {OutboxState.SENT: CUSTOMERS}
        assert once_each(second)
        found = aside(office)[f"127.0.0.1:{port}"]
        assert (found.times, found.until - office.stage.now) == (1, timedelta(minutes=5))
        assert "refused" in found.text
        office.stage.now += timedelta(minutes=6)
        office.published()
        send_due(edges, "w")
        again = aside(office)[found.name]
        assert (again.times, again.since) == (2, found.since)
        assert again.until - office.stage.now == timedelta(minutes=10)
    with sinks.running() as first:
        office.stage.now += timedelta(minutes=11)
        office.published()
        with office.stage.database.begin() as tx:
            relays.set_aside(tx, f"127.0.0.1:{first.port}", Answer(Outcome.NO_SESSION), office.stage.now)
        assert send_due(over(office, at(first.port)), "w") == {OutboxState.SENT: CUSTOMERS}
        assert f"127.0.0.1:{first.port}" not in aside(office)
        assert once_each(first)


def test_a_relay_that_is_set_aside_is_not_asked(office: Office) -> None:
    """Not by the next round either, until its time is over or a person says that it is back."""
    office.published()
    with sinks.running() as first, sinks.running() as second:
        edges = over(office, at(first.port), at(second.port, 1))
        with office.stage.database.begin() as tx:
            relays.set_aside(tx, f"127.0.0.1:{first.port}", Answer(Outcome.NO_SESSION, 421, "no"), office.stage.now)
        send_due(edges, "w")
        assert (first.connections, once_each(second)) == (0, True)
        office.published()
        retry(edges, None, "author")
        assert aside(office) == {}
        send_due(edges, "w")
        assert once_each(first)


def test_where_no_relay_answers_nothing_is_lost(office: Office) -> None:
    """Both are set aside, the mails stay due, and leave when one is back."""
    ports = free_port(), free_port()
    office.published()
    edges = over(office, at(ports[0]), at(ports[1], 1))
    assert set(send_due(edges, "w")) == {OutboxState.DEFERRED}
    assert len(aside(office)) == 2
    assert {one.outgoing.attempts for one in office.rows(OutboxState.DEFERRED, OutboxState.PENDING)} == {0}
    office.stage.now += timedelta(minutes=6)
    with sinks.running() as back:
        send_due(over(office, at(ports[0]), at(back.port, 1)), "w")
        assert once_each(back)


class Patient:
    """Lanes that note how long a transaction may last."""

    def __init__(self) -> None:
        self.given: list[float] = []
        self.begun: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> Answer:
        """Never asked."""
        raise AssertionError(outgoing)

    def free(self) -> int:
        """Room for three."""
        return 3 - len(self.begun)

    def begin(self, outgoing: Outgoing, seconds: float) -> None:
        """Note it."""
        self.given.append(seconds)
        self.begun.append(outgoing)

    def answers(self, seconds: float = 0.0) -> tuple[tuple[Outgoing, Answer], ...]:
        """Accept all."""
        done = tuple((one, Answer(Outcome.ACCEPTED, 250, "ok")) for one in self.begun)
        self.begun.clear()
        return done

    def wake(self) -> None:
        """It never waits."""

    def close(self) -> None:
        """Nothing is held."""


def test_a_transaction_is_over_before_its_lease(office: Office) -> None:
    """The channel is told so; of the lease 10 minutes for the answer to the dot and 5 for a command are left to it."""
    office.published()
    lanes = Patient()
    send_due(replace(office.edges, open_mail=lambda: lanes), "w")
    assert len(lanes.given) == CUSTOMERS
    assert max(lanes.given) <= (sending.LEASE - timedelta(minutes=1)).total_seconds()
    settings = SmtpSettings("a.example", "n@a.example")
    assert min(lanes.given) >= settings.dot_seconds + settings.command_seconds
