"""How fast mails leave: evenly, each domain by its own rate, none behind another's; held by every sender and round."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing, Pace, Rates
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.pipeline._sending import Sending
from feedbot.pipeline.send import send_due
from feedbot.store import inventory, paces
from tests.fakes import START, world
from tests.pipeline.test_sending import Office

SECOND = timedelta(seconds=1)
SLOW, QUICK = "docomo.example", "quick.example"


@dataclass
class Post:
    """An office with eight customers of a slow domain before four of a quick one, whose clock a pause turns; `left`
    notes when each mail left, and to which domain."""

    office: Office
    left: list[tuple[datetime, str]] = field(default_factory=list)

    def answer(self, outgoing: Outgoing) -> Answer:
        """Take a mail."""
        self.left.append((self.office.stage.now, outgoing.domain))
        return Answer(Outcome.ACCEPTED, 250, "ok")

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds <= 1, "who says stop is heard within a second"
        self.office.stage.now += timedelta(seconds=max(seconds, 0.001))

    def send(self, rates: Rates, rounds: int = 1, idle: timedelta = timedelta(0)) -> None:
        """Let senders work, one after the other."""
        self.office.sending = Sending(rates=rates, pause=self.pause)
        for number in range(rounds):
            send_due(self.office.edges, f"w{number}")
            self.office.stage.now += idle

    def times(self, domain: str) -> list[float]:
        """Return the seconds from the start at which mails to a domain left."""
        return [(at - START).total_seconds() for at, whose in self.left if whose == domain]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """The office, its notice published and nothing sent."""
    stage = world(tmp_path)
    numbers = range(12)
    with stage.database.begin() as tx:
        inventory.replace_customers(
            tx,
            [Customer(f"C{n:02}", f"見本 {n:02}", f"c{n:02}@{SLOW if n < 8 else QUICK}") for n in numbers],
            [Contract(f"V{n:02}", f"C{n:02}", Plan.VPS, root=True) for n in numbers],
            [Server(f"host{n:02}", f"V{n:02}") for n in numbers],
            START,
        )
    made = Post(Office(stage, tmp_path))
    made.office.published()
    stage.answer = made.answer
    return made


def evenly(times: list[float], gap: float) -> bool:
    """Tell whether no two follow one another faster."""
    return all(after - before >= gap - 1e-6 for before, after in pairwise(times))


def test_all_together_leave_no_faster_than_their_rate(post: Post) -> None:
    """Twelve mails at two a second, evenly: 5.5 seconds from the first to the last, all in one round."""
    post.send(Rates(all=SECOND / 2))
    times = [(at - START).total_seconds() for at, _ in post.left]
    assert len(times) == 12
    assert evenly(times, 0.5)
    assert times[-1] < 5.6


def test_a_slow_domain_keeps_no_other_waiting(post: Post) -> None:
    """Eight mails of a domain with one a second stand first in the row: the others do not wait for them."""
    post.send(Rates(domains={SLOW: SECOND}))
    assert evenly(post.times(SLOW), 1)
    assert len(post.times(SLOW)) == 8
    assert post.times(QUICK) == [0.0] * 4


def test_a_rate_for_each_domain_counts_them_apart(post: Post) -> None:
    """Both at one a second, side by side; a named one may have its own, or none."""
    post.send(Rates(domain=SECOND, domains={QUICK: None}))
    assert post.times(QUICK) == [0.0] * 4
    assert evenly(post.times(SLOW), 1)
    assert post.times(SLOW)[-1] < 7.1


def test_who_waits_for_his_turn_has_not_been_tried(post: Post) -> None:
    """A round stays a minute for turns; what is left then is due as it was, not tried, nobody's."""
    post.send(Rates(domains={SLOW: timedelta(minutes=1)}))
    waiting = post.office.rows(OutboxState.PENDING)
    assert len(waiting) == 8 - len(post.times(SLOW)) >= 6
    assert {one.outgoing.attempts for one in waiting} == {0}
    assert {one.answer for one in waiting} == {None}
    post.send(Rates())
    assert len(post.left) == 12


def test_a_rate_holds_over_rounds_and_senders(post: Post) -> None:
    """Each round of another worker begins where the one before ended."""
    rates = Rates(domains={SLOW: timedelta(seconds=19)})
    post.send(rates, rounds=3, idle=timedelta(seconds=7))
    assert len(post.times(SLOW)) == 8
    assert evenly(post.times(SLOW), 19)
    assert Counter(whose for _, whose in post.left)[QUICK] == 4


def test_a_turn_that_a_wrong_clock_noted_holds_nobody_back(post: Post) -> None:
    """A clock that was a month ahead is set right: no turn lies further ahead than the slowest rate has it."""
    with post.office.stage.database.begin() as tx:
        paces.keep(tx, {SLOW: START + timedelta(days=30), QUICK: START + timedelta(minutes=2)})
    post.send(Rates(domains={SLOW: SECOND, QUICK: timedelta(minutes=2)}))
    assert len(post.times(SLOW)) == 8
    assert post.times(QUICK) == []


def test_a_stop_is_heard_while_all_wait(post: Post) -> None:
    """The round ends though turns are to come."""
    post.office.sending = Sending(rates=Rates(domains={SLOW: timedelta(hours=1)}), pause=post.pause)
    told = iter([False] * 5 + [True] * 1000)
    send_due(post.office.edges, "w", lambda: next(told))
    assert post.office.stage.now - START < timedelta(seconds=10)


def test_mails_with_a_cap_have_their_turns_too(post: Post) -> None:
    """The cap a customer and the rate hold together."""
    post.office.sending = Sending(cap=1, rates=Rates(all=SECOND / 10), pause=post.pause)
    send_due(post.office.edges, "w")
    assert evenly([(at - START).total_seconds() for at, _ in post.left], 0.1)
    assert len(post.left) == 12


def test_a_quick_rate_leaves_in_steps() -> None:
    """1,000 a second: 50 at once, every 50 ms."""
    rates, now, due, gone = Rates(all=SECOND / 1000), START, dict[str, datetime](), list[int]()
    for _ in range(20):
        pace = Pace(rates, due, now)
        gone.append(sum(pace.admit("a.example") for _ in range(200)))
        due, now = pace.changed | {}, now + SECOND / 20
    assert gone == [50] * 20


def test_a_domain_without_a_rate_is_counted_nowhere() -> None:
    """Nothing is kept of it."""
    pace = Pace(Rates(domains={SLOW: SECOND}), {}, START)
    assert [pace.admit(QUICK), pace.admit(SLOW), pace.admit(SLOW)] == [True, True, False]
    assert pace.changed == {SLOW: START + SECOND}


def test_a_rate_is_the_senders_too(post: Post) -> None:
    """What one took for its turn, the next does not take again at once: the pace is kept in the database."""
    post.send(Rates(all=timedelta(minutes=2)))
    post.send(Rates(all=timedelta(minutes=2)))
    assert len(post.left) == 1 + int((post.office.stage.now - START) / timedelta(minutes=2))
