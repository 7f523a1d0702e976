"""N12 at sending: what has waited is looked at again before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedbot import store
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import NoticeError
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server, Topic
from feedbot.notice import digests
from feedbot.pipeline import Edges, _afresh, decide, digest, draft, release
from feedbot.pipeline._judging import Judgement
from feedbot.pipeline._sending import Sending, quiet_hours
from feedbot.pipeline.publish import publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import send_due, stop_draft
from feedbot.review import State
from feedbot.store import _tables, assignments, drafts, freezes, inventory, outbox, releases
from feedbot.store import tasks as todo
from feedbot.store._json import dump
from tests.fakes import World, world
from tests.pipeline.shop import Shop
from tests.pipeline.test_drift import Fleet, approved, fleet

__all__ = ["approved", "fleet"]
CUSTOMERS = 22
"""Of so many, one is no more than 5 %."""
OWN = "種別: お知らせ\n件名: 点検のお知らせ\n対象: VPS\n\n設定をご確認ください。\n"
WAIT = timedelta(hours=3)


@dataclass
class House:
    """A provider of 22 customers, each with a server."""

    stage: World
    sending: Sending = field(default_factory=Sending)

    def __post_init__(self) -> None:
        self.customers = {
            f"C{n:02}": Customer(f"C{n:02}", f"見本 {n:02}", f"c{n:02}@a.example") for n in range(CUSTOMERS)
        }
        self.contracts = {f"C{n:02}": f"V{n:02}" for n in range(CUSTOMERS)}
        self.take_in()

    def take_in(self) -> None:
        """Import all of it."""
        with self.stage.database.begin() as tx:
            inventory.replace_customers(
                tx,
                list(self.customers.values()),
                [Contract(number, whose, Plan.VPS, root=True) for whose, number in self.contracts.items()],
                [Server(f"host{number[1:]}", number) for number in self.contracts.values()],
                self.stage.now,
            )

    @property
    def edges(self) -> Edges:
        """The edges as they are now."""
        return replace(self.stage.edges(), sending=self.sending)

    def published(self, at: timedelta | None = None) -> int:
        """Publish a notice to everybody, for later where so said."""
        number = draft.new_own(self.edges, OWN, "author").id
        decide.propose(self.edges, number, "author")
        decide.approve(self.edges, number, "reviewer")
        if at:
            release.schedule(self.edges, number, self.stage.now + at, "author")
        publish(self.edges, number, "author")
        return number

    def send(self, later: timedelta = timedelta(0)) -> list[str]:
        """Let a sender work, some time later; return whose mails arrived."""
        self.stage.now += later
        before = len(self.stage.mails)
        send_due(self.edges, "w")
        return sorted(one.customer for one in self.stage.mails[before:])

    def withheld(self, number: int) -> dict[str, str]:
        """Why mails of a notice were not sent."""
        with store.reading(self.stage.database) as tx:
            return freezes.withheld(tx, number)

    def tasks(self) -> list[tuple[str, str]]:
        """The open tasks."""
        with store.reading(self.stage.database) as tx:
            return [(one.kind, one.subject) for one in todo.listing(tx)]

    def waiting(self) -> list[int]:
        """The drafts that a person is to look at."""
        with store.reading(self.stage.database) as tx:
            return [one.id for one in drafts.listing(tx, State.DRAFT)]

    def moves(self, whose: str) -> None:
        """Let a customer have another address."""
        self.customers[whose] = replace(self.customers[whose], email=f"new-{whose.lower()}@a.example")
        self.take_in()

    def leaves(self, whose: str) -> None:
        """Let a customer give notice."""
        del self.customers[whose], self.contracts[whose]
        self.take_in()

    def declines(self, whose: str) -> None:
        """Let a customer want no such mail any more."""
        self.customers[whose] = replace(self.customers[whose], opt_outs=tuple(Topic))
        self.take_in()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house without any limit."""
    return House(world(tmp_path))


def others(*without: str) -> list[str]:
    """Everybody but these."""
    return [f"C{n:02}" for n in range(CUSTOMERS) if f"C{n:02}" not in without]


@pytest.mark.parametrize(
    ("change", "why", "rest"), [(House.moves, "changed", 1), (House.leaves, "gone", 0), (House.declines, "gone", 0)]
)
def test_who_changed_before_the_time_came_is_not_written_to_in_the_old_words(
    house: House, change: Callable[[House, str], None], why: str, rest: int
) -> None:
    """The others get theirs; his is withheld with its reason, and who must be told otherwise has a draft, once."""
    number = house.published(WAIT)
    assert house.send() == []
    change(house, "C07")
    assert house.send(WAIT) == others("C07")
    assert house.withheld(number) == {"C07": why}
    assert len(house.waiting()) == rest
    assert house.send(WAIT) == []
    assert (len(house.waiting()), house.tasks()) == (rest, [])
    with store.reading(house.stage.database) as tx:
        assert drafts.load(tx, number).state is State.PUBLISHED
        assert outbox.counts(tx)[OutboxState.CANCELLED] == 1


def test_the_draft_for_the_rest_is_for_him_alone(house: House) -> None:
    """It is decided over, and may itself wait: being queued does not make him one who was told."""
    house.published(WAIT)
    house.moves("C07")
    house.send(WAIT)
    (rest,) = house.waiting()
    made = decide.propose(house.edges, rest, "author")
    assert [one.recipient.id for one in made.mails] == ["C07"]
    decide.approve(house.edges, rest, "author")
    release.schedule(house.edges, rest, house.stage.now + WAIT, "author")
    publish(house.edges, rest, "author")
    assert house.send(WAIT) == ["C07"]
    assert house.stage.mails[-1].recipient == "new-c07@a.example"


def test_a_server_that_is_given_up_at_midnight_is_not_told_of_the_day_after(house: House) -> None:
    """The calendar is brought up to the day first, though nobody has imported anything."""
    with house.stage.database.begin() as tx:
        assignments.replace(tx, [Server("host07", "V07", until=date(2026, 11, 25))])
        assignments.settle(tx, house.stage.now)
    number = house.published(timedelta(days=1))
    assert house.send(timedelta(days=1)) == others("C07")
    assert house.withheld(number) == {"C07": "changed"}


def quiet(house: House) -> None:
    """START is noon in Japan: it is quiet until three."""
    house.sending = Sending(quiet=quiet_hours("11:00-14:30"))


def capped(house: House) -> None:
    """Today's mail has been had."""
    house.sending = Sending(cap=1)
    house.published()
    house.send()


def staged(house: House) -> None:
    """Three first."""
    house.sending = Sending(first=3, wait=timedelta(minutes=2))


def refused(house: House) -> None:
    """The relay cannot be reached."""
    house.stage.answer = lambda _: Answer(Outcome.NO_SESSION, 0, "down")


@pytest.mark.parametrize(
    ("hold", "wait"),
    [(quiet, WAIT), (capped, timedelta(hours=13)), (staged, timedelta(minutes=3)), (refused, timedelta(minutes=6))],
)
def test_whatever_held_them_back_they_are_looked_at_again(
    house: House, hold: Callable[[House], None], wait: timedelta
) -> None:
    """Quiet hours, the cap a day, the first stage, a relay that was down."""
    hold(house)
    number = house.published()
    first = house.send()
    house.stage.answer = lambda _: Answer(Outcome.ACCEPTED, 250, "ok")
    house.leaves("C21")
    assert sorted([*first, *house.send(wait), *house.send()]) == others("C21")
    assert house.withheld(number) == {"C21": "gone"}


def test_what_became_of_those_who_were_told_counts_for_nothing(house: House) -> None:
    """Ten were first and six of them have left since: that is no sign that the rest is wrong."""
    house.sending = Sending(first=10, wait=timedelta(minutes=30))
    house.published()
    told = house.send()
    for whose in told[:6]:
        house.leaves(whose)
    assert [*told, *house.send(timedelta(minutes=31)), *house.send()] == others()


def test_more_than_five_percent_void_the_rest_and_ask_a_person(house: House) -> None:
    """Nothing more leaves; the task ends when the next edition is decided over; no second draft is made."""
    house.sending = Sending(first=10, wait=timedelta(minutes=10))
    number = house.published()
    assert len(house.send()) == 10
    for whose in ("C18", "C19", "C20"):
        house.moves(whose)
    assert [house.send(timedelta(minutes=11)), house.send(), house.send(WAIT)] == [[], [], []]
    assert house.withheld(number) == dict.fromkeys(others(*(f"C{n:02}" for n in range(10))), "void")
    assert house.tasks() == [(_afresh.VOID, f"draft {number}")]
    (rest,) = house.waiting()
    assert len(decide.propose(house.edges, rest, "author").mails) == 12
    decide.approve(house.edges, rest, "reviewer")
    publish(house.edges, rest, "author")
    house.send()
    assert len(house.send(timedelta(minutes=11))) == 2
    assert house.tasks() == []
    assert sorted(one.customer for one in house.stage.mails) == others()


def test_a_look_that_a_wrong_clock_noted_does_not_count(house: House) -> None:
    """The clock was a month ahead then: a look would not be due for so long."""
    number = house.published(WAIT)
    with house.stage.database.begin() as tx:
        releases.change(tx, number, {"fit_until": house.stage.now + timedelta(days=30)})
    house.stage.now += WAIT
    send_due(replace(house.edges, provider=replace(house.edges.provider, contact="電話 03-0000-0001")), "w")
    assert house.stage.mails == []
    assert set(house.withheld(number).values()) == {"void"}


def test_who_was_taken_out_of_the_first_does_not_make_them_look_better(house: House) -> None:
    """Of three one has moved; of the two that were tried one failed, and that is too many."""
    house.sending = Sending(first=3, wait=timedelta(minutes=2), failures=40)
    house.stage.answer = lambda _: Answer(Outcome.DEFERRED, 450, "later")
    number = house.published()
    house.send()
    house.moves("C00")
    house.stage.answer = lambda one: Answer(Outcome.REFUSED if one.customer == "C01" else Outcome.ACCEPTED, 250, "")
    assert [house.send(timedelta(minutes=6)), house.send(timedelta(minutes=3)), house.send(WAIT)] == [["C02"], [], []]
    assert ("halted", f"draft {number}") in house.tasks()


def test_a_rejection_of_before_is_no_answer_about_void_mails(house: House) -> None:
    """One man's next edition was rejected while the others waited; their mails are void later, and a person is asked
    until he decides over what is for them."""
    number = house.published(WAIT)
    house.stage.answer = lambda _: Answer(Outcome.DEFERRED, 450, "later")
    house.moves("C07")
    house.send(WAIT)
    decide.reject(house.edges, *house.waiting(), "reviewer", "no need")
    house.moves("C08")
    house.moves("C09")
    house.send(timedelta(hours=1))
    assert house.tasks() == [(_afresh.VOID, f"draft {number}")]
    decide.reject(house.edges, *house.waiting(), "reviewer", "told by telephone")
    house.send()
    assert house.tasks() == []


def test_other_templates_void_what_waits(house: House) -> None:
    """A telephone number that changed, a newer feedbot: the mails are not those that would be approved now."""
    number = house.published(WAIT)
    house.stage.now += WAIT
    send_due(replace(house.edges, provider=replace(house.edges.provider, contact="電話 03-0000-0001")), "w")
    assert house.stage.mails == []
    assert set(house.withheld(number).values()) == {"void"}
    assert len(house.waiting()) == 1


@pytest.mark.parametrize("fault", [NoticeError("notice/mail.j2", "line 3: no such variable"), KeyError("C05")])
def test_what_cannot_be_judged_does_not_leave_until_it_can(
    house: House, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """A template of somebody's that fails, a fault of ours: a task, and nothing of it leaves, though another notice
    does; mended, all leave."""
    number, other = house.published(WAIT), house.published(WAIT)
    whole = _afresh.judge

    def fails(*given: Any) -> Judgement:
        if given[2].id == number:
            raise fault
        return whole(*given)

    monkeypatch.setattr(_afresh, "judge", fails)
    assert [house.send(WAIT), house.send(timedelta(minutes=1))] == [others(), []]
    assert {one.draft for one in house.stage.mails} == {other}
    assert house.tasks() == [(_afresh.UNJUDGED, f"draft {number}")]
    monkeypatch.setattr(_afresh, "judge", whole)
    assert house.send(timedelta(minutes=1)) == others()
    assert house.tasks() == []


def test_who_asks_about_mails_that_were_stopped_asks_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be judged was cancelled by a person: nothing is left to say."""

    def fails(*_: object) -> object:
        raise NoticeError("notice/mail.j2", "line 3: no such variable")

    number = house.published(WAIT)
    monkeypatch.setattr(_afresh, "judge", fails)
    house.send(WAIT)
    stop_draft(house.edges, number, "author", "wrong")
    assert (house.send(), house.tasks()) == ([], [])


def test_the_outbox_gives_out_nothing_that_was_not_looked_at(house: House) -> None:
    """A sender of another make, or one that stood still between look and claim, is given nothing after a while."""
    number = house.published()
    house.stage.now += release.FIT
    with house.stage.database.begin() as tx:
        assert outbox.claim(tx, "w", house.stage.now, timedelta(minutes=15), 100) == ()
        releases.change(tx, number, {"fit_until": house.stage.now + timedelta(seconds=1)})
        claimed = outbox.claim(tx, "w", house.stage.now, timedelta(minutes=15), 100)
        assert len(claimed) == CUSTOMERS
        later = house.stage.now + timedelta(seconds=1)
        assert outbox.mark_sending(tx, claimed, later, timedelta(minutes=15)) == frozenset()


def test_nobody_looks_twice_within_minutes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is one a notice, and none where the approval was looked at just now."""
    seen: list[int] = []
    whole = _afresh.judge
    monkeypatch.setattr(_afresh, "judge", lambda *given: seen.append(given[2].id) or whole(*given))  # type: ignore[func-returns-value]
    first, second = house.published(), house.published(WAIT)
    house.send()
    assert seen == []
    house.stage.answer = lambda _: Answer(Outcome.DEFERRED, 450, "later")
    house.send(WAIT)
    house.send(timedelta(minutes=1))
    assert seen == [second]
    house.send(timedelta(hours=1))
    assert seen == [second, second]
    assert first not in seen


def test_a_mail_to_the_address_that_a_person_gave_leaves(house: House) -> None:
    """He has looked at where it goes; the others wait for a relay, and the notice is still on its way."""
    house.stage.answer = lambda one: Answer(Outcome.REFUSED if one.customer == "C05" else Outcome.DEFERRED, 550, "no")
    house.published()
    house.send()
    with store.reading(house.stage.database) as tx:
        (failed,) = outbox.listing(tx, OutboxState.FAILED)
    house.moves("C05")
    assert readdress(house.edges, failed.id, "new-c05@a.example", "author")
    house.stage.answer = lambda _: Answer(Outcome.ACCEPTED, 250, "ok")
    assert house.send(WAIT) == others()


def test_who_updated_while_the_mails_waited_reads_nothing_of_what_is_past(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """Of a vulnerability: 39 get their mail, one has the corrected package; one with another version has a draft."""
    release.schedule(edges, approved, stage.now + WAIT, "author")
    publish(edges, approved, "author")
    stage.now += WAIT
    fleet.updates("D07")
    fleet.downgrades("D08")
    fleet.take_in()
    send_due(edges, "w")
    assert {one.customer for one in stage.mails} == fleet.emails.keys() - {"D07", "D08"}
    with store.reading(edges.database) as tx:
        assert freezes.withheld(tx, approved) == {"D07": "gone", "D08": "changed"}
        (rest,) = (one for one in drafts.listing(tx, State.DRAFT) if one.notice.rest)
    assert [one.recipient.id for one in decide.propose(edges, rest.id, "author").mails] == ["D08"]


def test_an_advisory_that_was_revised_voids_what_waits(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """The next edition tells them; the draft for the rest would say the old."""
    release.schedule(edges, approved, stage.now + WAIT, "author")
    publish(edges, approved, "author")
    stage.now += WAIT
    with edges.database.begin() as tx:
        notice = drafts.load(tx, approved).notice
        old = replace(notice, advisories=tuple(replace(one, title=one.title + " 改") for one in notice.advisories))
        tx.execute(_tables.drafts.update().where(_tables.drafts.c.id == approved).values(notice=dump(old)))
    send_due(edges, "w")
    assert stage.mails == []
    with store.reading(edges.database) as tx:
        assert [one.kind for one in todo.listing(tx)] == [_afresh.VOID]
        assert not [one for one in drafts.listing(tx, State.DRAFT) if one.notice.rest]


def test_words_for_those_told_otherwise_are_not_void_because_they_are_on_their_way(
    stage: World, edges: Edges, approved: int
) -> None:
    """A 続報 by mail alone is for whom something is other than they read; its own mails are not yet read."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    with edges.database.begin() as tx:
        old = Component("deb", "apache2-bin", "2.4.57-2", "apache2", "2.4.57-2", "amd64", "debian:12")
        inventory.replace_packages(tx, {"host-D07": HostPackages("host-D07", (old,), "debian:12")}, stage.now)
    made = [one for one in draft.draft_cases(edges, "feedbot").made if one.notice.audience.rule == "changed"]
    assert len(made) == 1
    decide.propose(edges, made[0].id, "author")
    decide.approve(edges, made[0].id, "reviewer")
    publish(edges, made[0].id, "author")
    stage.now += WAIT
    send_due(edges, "w")
    assert [one.customer for one in stage.mails if one.draft == made[0].id] == ["D07"]


@pytest.mark.parametrize("revised", [False, True])
def test_a_digest_that_waits_is_looked_at_too(stage: World, revised: bool) -> None:
    """Its cases are told already in their own pages; who has patched meanwhile reads nothing, and where a case was
    revised nobody does: what is told of it anew is for all of them."""
    many = tuple(f"K{number:02}" for number in range(25))
    shop = Shop(stage, replace(stage.edges(), digest=digests.Digests("day", below="high")), who=many).open()
    shop.flaw("rsync", "5.3")
    shop.draft()
    shop.later(days=1)
    made = digest.make(shop.edges, "(feedbot)").draft
    assert made
    decide.propose(shop.edges, made.id, "author")
    decide.approve(shop.edges, made.id, "reviewer")
    release.schedule(shop.edges, made.id, stage.now + WAIT, "author")
    publish(shop.edges, made.id, "author")
    shop.patch("K07", "rsync")
    shop.later(hours=3)
    if revised:
        shop.flaw("rsync", "6.1", "2")
    send_due(shop.edges, "w")
    assert {one.customer for one in stage.mails} == (set() if revised else set(many) - {"K07"})
    with store.reading(shop.edges.database) as tx:
        asked = {(one.kind, one.subject) for one in todo.listing(tx)}
    assert asked == ({(_afresh.VOID, f"draft {made.id}")} if revised else set())


def test_no_old_words_arrive_behind_the_new(house: House) -> None:
    """A mail that was on the wire while a later edition went out, and was put off, is not tried again."""
    number = house.published()
    with store.reading(house.stage.database) as tx:
        known = drafts.load(tx, number).notice.number

    def answer(one: Outgoing) -> Answer:
        if one.customer != "C05" or one.draft != number or one.attempts > 1:
            return Answer(Outcome.ACCEPTED, 250, "ok")
        new = draft.follow(house.edges, known, OWN, "author").id
        decide.propose(house.edges, new, "author")
        decide.approve(house.edges, new, "reviewer")
        publish(house.edges, new, "author")
        return Answer(Outcome.DEFERRED, 450, "later")

    house.stage.answer = answer
    house.send()
    house.send(timedelta(hours=1))
    house.send(timedelta(hours=1))
    arrived = [one.draft for one in house.stage.mails if one.customer == "C05"]
    assert (arrived.count(number), len(arrived)) == (0, 1)
    with store.reading(house.stage.database) as tx:
        assert outbox.counts(tx, number)[OutboxState.DEFERRED] == 0
