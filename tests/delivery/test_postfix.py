"""A real relay: every way in which Postfix answers, or does not, ends in the right state of the outbox."""

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.delivery import OutboxState, smtp
from feedbot.delivery._send import SmtpSettings
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import resolve, send_due
from feedbot.review import State
from feedbot.store import drafts, inventory, outbox
from tests.conftest import need_program
from tests.delivery import postfix
from tests.delivery import sink as sinks
from tests.delivery.sink import Sink
from tests.fakes import World, world

NAMES = ("accepted", "deferred", "rejected", "greylisted")
OWN = "件名: 点検のお知らせ\n対象: VPS\n\n設定をご確認ください。\n"


class _Policy(socketserver.StreamRequestHandler):
    """Postfix's policy protocol: who is told 450 the first time is taken the second time."""

    known: set[str]

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for line in self.rfile:
            key, _, value = line.decode("ascii").strip().partition("=")
            asked[key] = value
            if not key:
                first = asked["recipient"].startswith("greylisted") and asked["recipient"] not in self.known
                self.known.add(asked["recipient"])
                self.wfile.write(b"action=450 4.7.1 greylisted\n\n" if first else b"action=DUNNO\n\n")
                asked = {}


@dataclass(frozen=True)
class Relay:
    """A Postfix that passes on to a sink."""

    port: int
    sink: Sink
    known: set[str]


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    """One Postfix for all tests here: it takes seconds to start."""
    need_program("postconf", "postfix")
    if os.getuid() != 0:
        pytest.skip("Postfix starts by root only")
    known: set[str] = set()
    policy = type("Policy", (_Policy,), {"known": known})
    with sinks.running() as sink, socketserver.ThreadingTCPServer(("127.0.0.1", 0), policy) as greylist:
        greylist.daemon_threads = True
        threading.Thread(target=greylist.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        access = b"deferred@customer.example 450 4.2.1 mailbox busy\nrejected@customer.example 550 5.1.1 no such user\n"
        settings = {
            "relay_transport": f"smtp:[127.0.0.1]:{sink.port}",
            "smtpd_recipient_restrictions": "check_recipient_access texthash:{folder}/access, "
            f"check_policy_service inet:127.0.0.1:{greylist.server_address[1]}",
            "smtpd_delay_reject": "no",
        }
        with postfix.running(settings, {"access": access}) as port:
            yield Relay(port, sink, known)
        greylist.shutdown()


@pytest.fixture
def stage(tmp_path: Path) -> World:
    """A notice to four customers, approved."""
    made = world(tmp_path)
    edges = made.edges()
    with edges.database.begin() as tx:
        inventory.replace_customers(
            tx,
            [Customer(name, f"見本 {name}", f"{name}@customer.example") for name in NAMES],
            [Contract(f"V-{name}", name, Plan.VPS, root=True) for name in NAMES],
            [Server(f"host-{name}", f"V-{name}") for name in NAMES],
            made.now,
        )
    number = draft.new_own(edges, OWN, "author").id
    decide.propose(edges, number, "author")
    assert decide.approve(edges, number, "author").state is State.APPROVED
    publish(edges, number, "author")
    return made


def wired(stage: World, port: int, *, security: str = "none", connections: int = 2) -> Edges:
    """The stage with a way out to a port."""
    settings = SmtpSettings("127.0.0.1", "notice@hosting.example", port, security="none", connections=connections)
    settings = replace(settings, security=security, command_seconds=20, dot_seconds=20)  # type: ignore[arg-type]
    return replace(stage.edges(), open_mail=lambda: smtp.open_channel(settings))


def states(edges: Edges) -> dict[str, OutboxState]:
    """Where each customer's mail stands."""
    with edges.database.begin() as tx:
        return {one.outgoing.customer: one.outgoing.state for one in outbox.listing(tx)}


def codes(edges: Edges, customer: str) -> list[int]:
    """What the relay said to one customer's mail, in turn."""
    with edges.database.begin() as tx:
        (number,) = [one.id for one in outbox.listing(tx) if one.outgoing.customer == customer]
        return [one.code for one in outbox.answers(tx, number)]


def arrived(sink: Sink, expected: set[str]) -> None:
    """Wait until Postfix has passed on what it took, and see that it is just that, once each."""
    end = time.monotonic() + 30
    while {name.partition("@")[0] for name, _ in sink.arrived} != expected and time.monotonic() < end:
        time.sleep(0.05)
    assert {name.partition("@")[0]: times for (name, _), times in sink.arrived.items()} == dict.fromkeys(expected, 1)


def test_each_answer_ends_in_its_state(stage: World, relay: Relay) -> None:
    """Taken: sent. 550: failed. 450: deferred, tried again, and failed after five days. Greylisted: sent at the second
    try."""
    relay.sink.arrived.clear()
    edges = wired(stage, relay.port)
    send_due(edges, "w")
    assert states(edges) == {
        "accepted": OutboxState.SENT,
        "deferred": OutboxState.DEFERRED,
        "rejected": OutboxState.FAILED,
        "greylisted": OutboxState.DEFERRED,
    }
    stage.now += timedelta(minutes=5)
    send_due(edges, "w")
    assert (codes(edges, "greylisted"), codes(edges, "rejected")) == ([450, 250], [550])
    assert codes(edges, "deferred") == [450, 450]
    arrived(relay.sink, {"accepted", "greylisted"})
    while states(edges)["deferred"] is OutboxState.DEFERRED:
        stage.now += timedelta(hours=12)
        send_due(edges, "w")
        assert len(codes(edges, "deferred")) < 200
    assert states(edges)["deferred"] is OutboxState.FAILED
    with edges.database.begin() as tx:
        assert [one.state for one in drafts.listing(tx)] == [State.PUBLISHED]
    arrived(relay.sink, {"accepted", "greylisted"})


def test_a_relay_without_starttls_gets_nothing(stage: World, relay: Relay) -> None:
    """TLS is required: stripped on the way, the mails stay due and use up none of their time."""
    relay.sink.arrived.clear()
    edges = wired(stage, relay.port, security="starttls")
    send_due(edges, "w")
    assert set(states(edges).values()) <= {OutboxState.PENDING, OutboxState.DEFERRED}
    with edges.database.begin() as tx:
        tried = [one for one in outbox.listing(tx) if one.answer]
    assert tried
    assert all("STARTTLS" in one.answer.text and one.outgoing.attempts == 0 for one in tried if one.answer)
    assert not relay.sink.arrived


Watch = Callable[[bytes, bytes], bool]


def stand_between(client: socket.socket, port: int, watch: Watch) -> None:
    """Pass a session on; cut both sides before passing on what `watch(said by the client, answer)` says True to."""
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        said = b""
        client.sendall(server.recv(65536))
        while got := client.recv(65536):
            said += got
            server.sendall(got)
            if b"\r\nDATA\r\n" in said and not said.endswith((b"DATA\r\n", b"\r\n.\r\n")):
                continue
            answer = server.recv(65536)
            while said.endswith(b"DATA\r\n") and b"354" not in answer and answer.count(b"\n") < 3:
                answer += server.recv(65536)
            if watch(said, answer):
                return
            client.sendall(answer)
            if said.endswith(b"\r\n.\r\n"):
                said = b""


@contextmanager
def proxy(port: int, watch: Watch) -> Iterator[int]:
    """Stand between whoever connects and a port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threads.append(threading.Thread(target=stand_between, args=(client, port, watch)))
                    threads[-1].start()

        threads = [threading.Thread(target=accept)]
        threads[0].start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for one in threads:
            one.join(10)


def test_a_connection_cut_after_the_dot_is_uncertain(stage: World, relay: Relay) -> None:
    """Postfix took it and said so, but its words were lost: held for a person, who says that it has arrived."""
    relay.sink.arrived.clear()
    relay.known.add("greylisted@customer.example")

    def lost(said: bytes, answer: bytes) -> bool:
        return b"To: accepted@" in said and said.endswith(b"\r\n.\r\n") and answer.startswith(b"250")

    with proxy(relay.port, lost) as port:
        edges = wired(stage, port)
        send_due(edges, "w")
        stage.now += timedelta(hours=1)
        send_due(edges, "w")
    found = states(edges)
    assert (found["accepted"], found["greylisted"]) == (OutboxState.UNCERTAIN, OutboxState.SENT)
    arrived(relay.sink, {"accepted", "greylisted"})
    with edges.database.begin() as tx:
        (uncertain,) = outbox.listing(tx, OutboxState.UNCERTAIN)
    resolve(edges, uncertain.id, "author", resend=False)
    send_due(edges, "w")
    assert states(edges)["accepted"] is OutboxState.SENT
    arrived(relay.sink, {"accepted", "greylisted"})
