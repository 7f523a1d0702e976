"""N1 to N3: a sender that is killed, refused by the disk, doubled or paused loses nothing and sends nothing twice.

A run publishes a notice to 50 recipients and sends it. strace lets it run up to one system call and kills it there,
or makes the call fail; then another sender takes over, two hours later. What the relay got tells the truth.

The long tests run every point of a seeded order: FEEDBOT_KILLS of them (10,000), from FEEDBOT_KILLS_FROM on.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from feedbot import store
from feedbot.delivery import OutboxState
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.pipeline import decide, draft
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import resolve
from feedbot.review import State
from feedbot.store import drafts, inventory, outbox
from tests.conftest import need_program
from tests.delivery import sink as sinks
from tests.delivery.crew import FAILED, Crew, crew, edges_of
from tests.delivery.sink import Sink
from tests.fakes import START, world

RECIPIENTS = 50
CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,sendto,rename,symlink,unlink,mkdir"
DISK = "write,pwrite64,fsync,fdatasync,rename"
SECONDS = 20.0
"""How long a sampled test goes on; on a busy machine until there were enough."""
LEAST = 5
KILLS = int(os.environ.get("FEEDBOT_KILLS", "10000"))
FROM = int(os.environ.get("FEEDBOT_KILLS_FROM", "0"))
CONNECTIONS = (1, 4)
LATER = timedelta(hours=2)
OWN = "種別: お知らせ\n件名: 点検のお知らせ\n対象: VPS\n\n設定をご確認ください。\n"
WINDOW = (OutboxState.SENDING, OutboxState.UNCERTAIN)


@dataclass(frozen=True)
class Stage:
    """The folder with an approved draft that each run starts from, a relay, and who sends."""

    template: Path
    folder: Path
    sink: Sink
    crew: Crew

    def fresh(self) -> None:
        """Put everything back to where nothing has left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template, self.folder)
        self.turn(timedelta(0))
        self.sink.forget()

    def turn(self, by: timedelta) -> None:
        """Set the senders' clock."""
        (self.folder / "clock").write_text((START + by).isoformat(), encoding="ascii")

    def run(self, *options: str, connections: int = 1) -> int:
        """Run a sender, under strace where options are given; return how it ended."""
        number = self.crew.order(self.folder, self.sink.port, connections)
        with traced(number, *options) if options else _untraced():
            self.crew.go()
            return self.crew.ended()


@contextmanager
def _untraced() -> Iterator[None]:
    yield


@contextmanager
def traced(number: int, *options: str) -> Iterator[None]:
    """Hold a process under strace; it has been attached when the block begins."""
    command = ["strace", "-f", *options, "-p", str(number)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if "attached" not in said:
            pytest.skip(f"strace may not attach here: {said.strip()}")
        yield
        tracer.communicate(timeout=30)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """An approved notice to 50 customers; on a disk in memory where there is one: a kill loses no written page."""
    need_program("strace", "strace")
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        template = Path(folder, "template")
        template.mkdir()
        made = world(template)
        edges = made.edges()
        with edges.database.begin() as tx:
            inventory.replace_customers(tx, *_customers(), START)
        number = draft.new_own(edges, OWN, "author").id
        decide.propose(edges, number, "author")
        assert decide.approve(edges, number, "reviewer").state is State.APPROVED
        edges.database.dispose()
        with sinks.running() as sink, crew() as senders:
            made_up = Stage(template, Path(folder, "run"), sink, senders)
            made_up.fresh()
            senders.rehearse(made_up.folder, sink.port)
            yield made_up


@pytest.fixture(scope="module")
def second() -> Iterator[Crew]:
    """Another process that forks senders."""
    with crew() as senders:
        yield senders


def _customers() -> tuple[list[Customer], list[Contract], list[Server]]:
    numbers = range(RECIPIENTS)
    return (
        [Customer(f"C{n:02}", f"見本 {n:02}", f"c{n:02}@customer.example") for n in numbers],
        [Contract(f"V{n:02}", f"C{n:02}", Plan.VPS, root=True) for n in numbers],
        [Server(f"host{n:02}", f"V{n:02}") for n in numbers],
    )


def calls_of(stage: Stage, calls: str) -> list[tuple[str, int]]:
    """Return every point of a whole run: (system call, which one of its kind). strace counts in each thread apart: a
    number is reached where one thread makes so many."""
    stage.fresh()
    log = stage.template.with_name("calls")
    assert stage.run("-o", str(log), "-e", f"trace={calls}") == 0
    begun = (line.partition("(")[0].split() for line in log.read_text().splitlines() if "(" in line)
    counted = Counter((words[-1], words[0]) for words in begun)
    most: dict[str, int] = {}
    for (name, _), count in sorted(counted.items()):
        most[name] = max(count, most.get(name, 0))
    return [(name, number) for name, count in most.items() for number in range(1, count + 1)]


def judge(stage: Stage, where: object, connections: int = 1) -> Counter[str]:
    """Look at everything after the second sender: what is lost, doubled, uncertain. Asserts what N1 and N2 promise."""
    stage.sink.settle()
    found: Counter[str] = Counter()
    edges = edges_of(stage.folder, stage.sink.port)
    with store.reading(edges.database) as tx:
        rows = outbox.listing(tx)
        states = [one.state for one in drafts.listing(tx)]
    assert len(rows) == RECIPIENTS, where
    assert {one.outgoing.recipient for one in rows} == {one.email for one in _customers()[0]}, where
    keys = {(one.outgoing.recipient, one.outgoing.message_id) for one in rows}
    assert set(stage.sink.arrived) <= keys, (where, "a mail without an intent")
    for one in rows:
        times = stage.sink.arrived[one.outgoing.recipient, one.outgoing.message_id]
        state = one.outgoing.state
        found[state.value] += 1
        assert times <= 1, (where, "doubled", one)
        assert times == 1 or state is OutboxState.UNCERTAIN, (where, "lost", one)
        assert state in (OutboxState.SENT, OutboxState.UNCERTAIN), (where, one)
        found["arrived unknown"] += times == 1 and state is OutboxState.UNCERTAIN
    assert states == [State.PUBLISHED], where
    assert found["uncertain"] <= connections, (where, "more than one a connection")
    _settle_by_hand(stage, where)
    edges.database.dispose()
    return found


def _settle_by_hand(stage: Stage, where: object) -> None:
    """An uncertain mail that a person sends again arrives under the same Message-ID, and the file is whole."""
    edges = edges_of(stage.folder, stage.sink.port)
    with store.reading(edges.database) as tx:
        uncertain = outbox.listing(tx, OutboxState.UNCERTAIN)
        (healthy,) = tx.exec_driver_sql("PRAGMA integrity_check").one()
    assert healthy == "ok", where
    edges.database.dispose()
    if not uncertain:
        return
    for one in uncertain:
        resolve(edges, one.id, "author", resend=True)
    edges.database.dispose()
    before = dict(stage.sink.arrived)
    assert stage.run() == 0, where
    stage.sink.settle()
    more = stage.sink.arrived - Counter(before)
    assert dict(more) == {(one.outgoing.recipient, one.outgoing.message_id): 1 for one in uncertain}, where


def killed_at(stage: Stage, call: str, number: int, connections: int) -> Counter[str]:
    """Kill a run at one point and let another sender finish it."""
    stage.fresh()
    inject = ("-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
    ended = stage.run(*inject, connections=connections)
    # With several connections the relay's pace decides how many calls a run takes: it may be over before this one.
    assert ended == signal.SIGKILL or (connections > 1 and ended == 0), (call, number, ended)
    stage.turn(LATER)
    assert stage.run(connections=connections) == 0, (call, number)
    return judge(stage, (call, number), connections) | Counter(kills=ended == signal.SIGKILL)


def failed_at(stage: Stage, call: str, number: int, error: str, *, stays: bool) -> Counter[str]:
    """Let one call fail, or it and every later one of its kind; then the disk is well again and another takes over."""
    stage.fresh()
    when = f"{number}+" if stays else str(number)
    ended = stage.run("-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")
    assert ended in (0, FAILED << 8), (call, number, error, ended)
    stage.sink.settle()
    _every_mail_has_its_intent(stage, (call, number, error))
    stage.turn(LATER)
    assert stage.run() == 0, (call, number, error)
    return judge(stage, (call, number, error))


def _every_mail_has_its_intent(stage: Stage, where: object) -> None:
    """Read the file as a stranger would: it is whole, and whatever arrived stands there as sending or sent."""
    with sqlite3.connect(stage.folder / "feedbot.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], where
        rows = database.execute("SELECT message_id, state FROM outbox").fetchall()
    database.close()
    intended = {name for name, state in rows if state in ("sending", "sent", "uncertain")}
    assert {name for _, name in stage.sink.arrived} <= intended, (where, "a mail without a durable intent")


def shuffled(points: list[tuple[str, int]], seed: int) -> Iterator[tuple[str, int]]:
    """Yield all points again and again, each time in another order that the seed fixes. Every second time a call of a
    rare kind comes: of the many writes one is much like another."""
    dice = random.Random(seed)
    kinds = sorted({call for call, _ in points})
    while True:
        for point in dice.sample(points, len(points)):
            yield point
            kind = dice.choice(kinds)
            yield dice.choice([one for one in points if one[0] == kind])


def test_a_run_killed_at_any_call_loses_and_doubles_nothing(stage: Stage) -> None:
    """A sample of the points at which a run writes, syncs, sends or renames."""
    points = calls_of(stage, CALLS)
    end = time.monotonic() + SECONDS
    found: Counter[str] = Counter()
    for point in shuffled(points, 1):
        found.update(killed_at(stage, *point, CONNECTIONS[found["kills"] % 2]))
        if time.monotonic() > end and found["kills"] >= LEAST:
            break
    print(dict(found), "of", len(points), "points")
    assert found["kills"] >= LEAST


@pytest.mark.long
def test_ten_thousand_kills(stage: Stage) -> None:
    """Every point of the run, over and over; goes on from FEEDBOT_KILLS_FROM."""
    points = calls_of(stage, CALLS)
    found: Counter[str] = Counter()
    for number, point in enumerate(islice(shuffled(points, 2), FROM + KILLS)):
        if number >= FROM:
            found.update(killed_at(stage, *point, CONNECTIONS[number % 2]) | Counter(runs=1))
            if found["runs"] % 50 == 0:
                print(number + 1, dict(found), flush=True)
    print(dict(found), "of", len(points), "points")
    assert found["runs"] == KILLS


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_refuses_loses_and_doubles_nothing(stage: Stage, error: str) -> None:
    """One failing call, or all from there on, at a sample of points; once there is space again, everything goes out."""
    points = calls_of(stage, DISK)
    end = time.monotonic() + SECONDS / 3
    done = 0
    for call, number in shuffled(points, 3):
        failed_at(stage, call, number, error, stays=bool(done % 2))
        done += 1
        if time.monotonic() > end and done >= 2:
            break
    assert done >= 2


@pytest.mark.long
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("stays", [False, True])
def test_a_disk_that_refuses_at_every_point(stage: Stage, error: str, stays: bool) -> None:
    """Every write, sync and rename of the run, once each."""
    points = calls_of(stage, DISK)
    for point in points:
        failed_at(stage, *point, error, stays=stays)
    print(len(points), "points")


def test_two_senders_double_nothing(stage: Stage, second: Crew) -> None:
    """Both at work on the same outbox at the same time: each mail leaves once, and nobody is in doubt."""
    _race(stage, second, SECONDS / 3)


@pytest.mark.long
def test_two_senders_for_two_hundred_rounds(stage: Stage, second: Crew) -> None:
    """The same, 200 times."""
    assert _race(stage, second, 3600, rounds=200) == 200


def _race(stage: Stage, second: Crew, seconds: float, rounds: int = 1000) -> int:
    end = time.monotonic() + seconds
    for number in range(rounds):
        stage.fresh()
        publish_only(stage)
        for one in (stage.crew, second):
            one.order(stage.folder, stage.sink.port, connections=3)
        for one in (stage.crew, second):
            one.go()
        assert [one.ended() for one in (stage.crew, second)] == [0, 0], number
        assert judge(stage, f"round {number}")["sent"] == RECIPIENTS
        if time.monotonic() > end:
            break
    return number + 1


def publish_only(stage: Stage) -> None:
    """Queue the mails; nobody sends yet."""
    edges = edges_of(stage.folder, stage.sink.port)
    with store.reading(edges.database) as tx:
        (number,) = [one.id for one in drafts.listing(tx, State.APPROVED)]
    publish(edges, number, "author")
    edges.database.dispose()


@pytest.mark.parametrize(("call", "number"), [("poll", 2), ("poll", 15), ("sendto", 2), ("sendto", 12)])
def test_a_sender_paused_past_its_lease_sends_nothing(stage: Stage, second: Crew, call: str, number: int) -> None:
    """Stopped at a call, it wakes after another has sent everything: nothing arrives twice, and of what it had not
    begun nothing arrives by its hand. What was on the wire is in doubt until its own answer settles it.

    (A process that stops within a transaction of SQLite holds the lock: nobody else can do anything until it goes on.)
    """
    stage.fresh()
    publish_only(stage)
    log = stage.template.with_name("stops")
    inject = ("-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:signal=STOP:when={number}")
    paused = stage.crew.order(stage.folder, stage.sink.port)
    with traced(paused, *inject):
        stage.crew.go()
        _wait_for("stopped by SIGSTOP", log)
        sent_before = stage.sink.arrived.total()
        stage.turn(LATER)
        second.order(stage.folder, stage.sink.port)
        second.go()
        assert second.ended() == 0
        sent_by_other = stage.sink.arrived.total() - sent_before
        with _going_on(paused):
            assert stage.crew.ended() == 0
    stage.sink.settle()
    assert set(stage.sink.arrived.values()) == {1}
    assert sent_by_other >= RECIPIENTS - sent_before - 1
    by_the_stale_one = stage.sink.arrived.total() - sent_before - sent_by_other
    assert by_the_stale_one <= 1, "it had one message on the wire at most"
    assert judge(stage, (call, number))["uncertain"] == 0


@contextmanager
def _going_on(process: int) -> Iterator[None]:
    """Let it go on whenever it stops: strace counts the calls of each thread for itself, and stops them all again."""
    ended = threading.Event()

    def wake() -> None:
        while not ended.wait(0.02):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    waker = threading.Thread(target=wake)
    waker.start()
    try:
        yield
    finally:
        ended.set()
        waker.join()


def _wait_for(words: str, log: Path) -> None:
    end = time.monotonic() + 60
    while words not in log.read_text():
        assert time.monotonic() < end, log.read_text()[-500:]
        time.sleep(0.02)
