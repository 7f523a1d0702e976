"""Which relay says which message, without a wire: shares, connections too many, those that died, and what waits."""

import math
from collections.abc import Collection
from dataclasses import replace

import pytest

from feedbot.delivery import Answer, Outcome, Outgoing, _relays, _send
from feedbot.delivery._relays import SmtpSession
from feedbot.delivery._send import Job, SmtpSettings
from feedbot.delivery._talk import Ended
from tests.delivery.test_channel import OUTGOING
from tests.delivery.test_send import Clock

FIRST = SmtpSettings("first.example", "n@a.example")
SECOND = SmtpSettings("second.example", "n@a.example", order=1)
SENT = Ended(Answer(Outcome.ACCEPTED, 250, "ok"), usable=True)
FULL = Answer(Outcome.NO_SESSION, 421, "too many")
DOWN = Answer(Outcome.NO_SESSION, 0, "refused")


class Line:
    """A connection that ends its transaction as the test says."""

    def __init__(self, relay: SmtpSettings) -> None:
        self.relay, self.used, self.closed = relay, False, ""
        self.end: Ended | None = None

    def start(self, job: Job) -> None:
        """Take a message."""
        self.job, self.end = job, None

    def go_on(self) -> Ended | None:
        """Tell the end."""
        return self.end

    def close(self, *, polite: bool) -> None:
        """End."""
        self.closed = "polite" if polite else "cut"


class House:
    """All connections that are made, in order, and what a relay says to the next ones in their stead."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.refusals: dict[str, list[Answer | None]] = {}
        self.asked: list[str] = []
        self.waited: list[float] = []
        self.bells: set[Bell] = set()

    def opened(self, settings: SmtpSettings, end: float) -> Line | Answer:
        """Open a connection, or answer for it."""
        self.asked.append(settings.host)
        refusals = self.refusals.get(settings.host, [])
        if refusals and (said := refusals.pop(0)) is not None:
            return said
        self.lines.append(Line(settings))
        return self.lines[-1]

    def ready(self, lanes: Collection[Line], bell: "Bell", seconds: float) -> tuple[list[Line], bool]:
        """Return those that have ended, and whether the bell rang."""
        self.waited.append(seconds)
        assert not bell.closed
        self.bells.add(bell)
        rung, bell.rung = bell.rung, False
        return [one for one in lanes if one.end is not None], rung


class At:
    """A connection that is there at once, or is not to be had."""

    def __init__(self, made: Line | Answer) -> None:
        self.made = made

    def found(self) -> Line | Answer:
        """Return it."""
        return self.made


class Bell:
    """What another thread rings."""

    def __init__(self) -> None:
        self.rung = self.closed = False

    def ring(self) -> None:
        """End the next wait."""
        self.rung = True

    def close(self) -> None:
        """Let go of it; a bell that is gone cannot ring."""
        assert not self.closed
        self.closed = True


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """The connections of a test."""
    made = House()
    monkeypatch.setattr(_relays, "Opening", lambda settings, end, _: At(made.opened(settings, end)))
    monkeypatch.setattr(_relays, "Lane", Line)
    monkeypatch.setattr(_relays, "ready", made.ready)
    monkeypatch.setattr(_relays, "Bell", Bell)
    return made


def mail(key: str) -> Outgoing:
    """A message of this name."""
    return replace(OUTGOING, key=key)


def begin(session: SmtpSession, keys: str) -> None:
    """Begin a message for each letter."""
    for key in keys:
        session.begin(mail(key))


def held(house: House) -> list[tuple[str, str]]:
    """Return which message each connection has."""
    return [(line.relay.host.partition(".")[0], line.job.outgoing.key) for line in house.lines]


def answered(session: SmtpSession, seconds: float = 0) -> list[tuple[str, int]]:
    """Return whose answers have come, with their codes."""
    return [(outgoing.key, answer.code) for outgoing, answer in session.answers(seconds)]


def test_as_many_are_begun_as_there_are_connections(house: House) -> None:
    """Others wait, in their order; an answer that was not taken is counted as one under way."""
    session = SmtpSession(replace(FIRST, connections=2))
    assert session.free() == 2
    begin(session, "a")
    assert session.free() == 1
    begin(session, "bcd")
    assert (held(house), session.free()) == ([("first", "a"), ("first", "b")], 0)
    assert answered(session) == []
    house.lines[1].end = SENT
    assert answered(session) == [("b", 250)]
    assert held(house) == [("first", "a"), ("first", "c")]
    for line in house.lines:
        line.end = SENT
    assert answered(session) == [("a", 250), ("c", 250)]
    assert held(house) == [("first", "d"), ("first", "c")]
    assert session.free() == 1


def test_waiting_is_as_long_as_was_asked_for(house: House) -> None:
    """None under way: nothing to wait for."""
    session = SmtpSession(FIRST)
    assert (answered(session, 3), house.waited) == ([], [])
    begin(session, "a")
    assert (answered(session, 3), house.waited) == ([], [3])
    house.lines[0].end = SENT
    assert session.answers() == ((mail("a"), SENT.answer),)
    assert house.waited == [3, math.inf]


def test_a_connection_that_ended_well_is_used_again_and_another_is_not(house: House) -> None:
    """A new one is made only where none stands idle; what is not fit is let go of without a word."""
    session = SmtpSession(FIRST)
    begin(session, "a")
    house.lines[0].end = SENT
    answered(session)
    begin(session, "b")
    assert (held(house), house.lines[0].used) == ([("first", "b")], True)
    house.lines[0].end = replace(SENT, usable=False)
    answered(session)
    assert house.lines[0].closed == "cut"
    begin(session, "c")
    assert held(house) == [("first", "b"), ("first", "c")]
    assert house.asked == ["first.example"] * 2


def test_one_that_died_while_idle_is_replaced_and_no_fault_of_the_relay(house: House) -> None:
    """The message gets a fresh connection, before others that wait; a fresh one that says no is the relay's word."""
    session = SmtpSession(FIRST, SECOND)
    begin(session, "a")
    house.lines[0].end = SENT
    answered(session)
    begin(session, "bc")
    house.lines[0].end = Ended(DOWN, usable=False)
    assert answered(session) == []
    assert (held(house), session.news()) == ([("first", "b"), ("first", "b")], {})
    house.lines[1].end = Ended(replace(DOWN, code=550), usable=False)
    assert answered(session) == []
    assert held(house)[2:] == [("second", "b")]
    assert session.news() == {FIRST.name: replace(DOWN, code=550)}


@pytest.mark.parametrize(("code", "aside"), [(421, False), (0, False), (451, True), (550, True)])
def test_a_connection_too_many_is_no_fault_beside_one_that_works(house: House, code: int, aside: bool) -> None:
    """`421` or a cut at MAIL, and any refusal before: the relay gets no more connections, and keeps those it has."""
    session = SmtpSession(replace(FIRST, connections=3), SECOND)
    begin(session, "ab")
    house.lines[1].end = Ended(Answer(Outcome.NO_SESSION, code, "no"), usable=False)
    assert answered(session) == []
    assert (FIRST.name in session.news()) == aside
    if aside:
        assert held(house)[2:] == [("second", "b")]
    else:
        assert (len(house.lines), session.free()) == (2, 0)
        house.lines[0].end = SENT
        assert answered(session) == [("a", 250)]
        assert held(house)[0] == ("first", "b")


def one_by_one(session: SmtpSession, house: House, count: int) -> None:
    """Let so many messages be taken, one after the other."""
    for number in range(count):
        session.begin(mail(str(number)))
        taken = True
        while taken:
            for line in house.lines:
                line.end = SENT
            taken = bool(answered(session))


def test_a_relay_that_refused_a_connection_is_tried_with_one_more_in_a_while(house: House) -> None:
    """After 20 messages a connection, then 40, 80 …; where it takes one, another may follow, but never more than are
    configured."""
    session = SmtpSession(replace(FIRST, connections=3))
    house.refusals[FIRST.host] = [None, FULL, FULL, None]
    begin(session, "ab")
    assert (len(house.asked), session.free()) == (2, 0)
    one_by_one(session, house, 17)
    assert session.free() == 1
    one_by_one(session, house, 1)
    assert session.free() == 2
    begin(session, "cd")
    assert (len(house.asked), len(house.lines)) == (3, 1)
    one_by_one(session, house, 37)
    assert session.free() == 1
    one_by_one(session, house, 1)
    begin(session, "ef")
    assert (len(house.asked), len(house.lines)) == (4, 2)
    one_by_one(session, house, 200)
    assert session.free() == 3


def test_a_refused_further_connection_waits_for_the_first(house: House) -> None:
    """Whatever it is refused with; one that stands idle counts as one that works."""
    session = SmtpSession(replace(FIRST, connections=2), SECOND)
    house.refusals[FIRST.host] = [None, replace(FULL, code=550)]
    begin(session, "ab")
    assert (held(house), session.news(), session.free()) == ([("first", "a")], {}, 0)
    house.lines[0].end = SENT
    assert answered(session) == [("a", 250)]
    assert held(house) == [("first", "b")]
    house.lines[0].end = SENT
    assert answered(session) == [("b", 250)]
    assert session.free() == 1


def test_a_relay_that_is_set_aside_lets_go_of_what_stands_idle(house: House) -> None:
    """Politely; and is not asked again in this session."""
    session = SmtpSession(replace(FIRST, connections=2), SECOND)
    begin(session, "ab")
    house.lines[0].end = SENT
    assert answered(session) == [("a", 250)]
    house.lines[1].end = Ended(Answer(Outcome.NO_SESSION, 550, "not you"), usable=False)
    assert answered(session) == []
    assert [line.closed for line in house.lines[:2]] == ["polite", "cut"]
    assert session.news() == {FIRST.name: Answer(Outcome.NO_SESSION, 550, "not you")}
    assert session.news() == {}
    house.lines[2].end = SENT
    assert answered(session) == [("b", 250)]
    begin(session, "c")
    assert (held(house)[2], house.asked) == (("second", "c"), ["first.example"] * 2 + ["second.example"])


def test_where_none_gives_a_session_the_last_reason_is_told(house: House) -> None:
    """Each is asked once; later messages are answered without asking, until one may be tried again."""
    session = SmtpSession(SECOND, FIRST)
    house.refusals = {FIRST.host: [DOWN], SECOND.host: [FULL]}
    begin(session, "ab")
    assert session.free() == 0
    assert session.answers() == ((mail("a"), FULL), (mail("b"), FULL))
    assert house.asked == ["first.example", "second.example"]
    assert (session.news(), session.free()) == ({FIRST.name: DOWN, SECOND.name: FULL}, 0)
    session.avoid([FIRST.name])
    begin(session, "c")
    assert held(house) == [("second", "c")]
    assert session.news() == {}


def test_a_message_that_is_late_is_answered_without_a_relay(house: House) -> None:
    """It is another's by now."""
    session = SmtpSession(FIRST)
    session.begin(mail("a"), 0)
    assert session.free() == 0
    assert session.answers() == ((mail("a"), Answer(Outcome.NO_SESSION, 0, "there was no time left for it")),)
    assert (house.asked, session.news(), session.free()) == ([], {}, 1)


def test_weights_share_what_is_begun(house: House) -> None:
    """By what each has been given; a relay whose connections are all in use is passed over."""
    session = SmtpSession(replace(FIRST, connections=8), replace(SECOND, order=0, weight=2, connections=3))
    begin(session, "abcdefg")
    assert "".join(name[0] for name, _ in held(house)) == "fssfsff"


def test_the_lowest_order_is_used_and_all_of_it(house: House) -> None:
    """In whatever order they are named; what they are avoided for does not move messages among the rest."""
    third = replace(FIRST, host="third.example")
    session = SmtpSession(SECOND, FIRST, third)
    assert session.free() == 2
    begin(session, "abc")
    assert [name for name, _ in held(house)] == ["first", "third"]
    session.avoid([FIRST.name])
    assert session.free() == 0
    session.avoid([FIRST.name, third.name])
    begin(session, "d")
    assert held(house)[2:] == [("second", "c")]


def test_one_that_was_avoided_and_works_is_told_once(house: House) -> None:
    """None is its news: it gave a session."""
    session = SmtpSession(FIRST)
    session.avoid([FIRST.name])
    begin(session, "a")
    assert (session.news(), session.news()) == ({FIRST.name: None}, {})
    house.lines[0].end = SENT
    answered(session)
    begin(session, "b")
    assert session.news() == {}


def test_an_end_cuts_what_is_under_way_and_the_session_can_go_on(house: House) -> None:
    """Idle connections are left politely; every connection may be had again."""
    session = SmtpSession(replace(FIRST, connections=2))
    begin(session, "ab")
    house.lines[0].end = SENT
    answered(session)
    session.close()
    assert [line.closed for line in house.lines] == ["polite", "cut"]
    waited = len(house.waited)
    assert (session.free(), answered(session), len(house.waited)) == (2, [], waited)
    assert [bell.closed for bell in house.bells] == [True]
    begin(session, "cd")
    assert held(house)[2:] == [("first", "c"), ("first", "d")]
    assert answered(session) == []
    session.close()
    session.close()


def test_what_has_its_answer_is_not_waited_with(house: House) -> None:
    """One is under way, another was late: the latter is told at once."""
    session = SmtpSession(replace(FIRST, connections=2))
    begin(session, "a")
    session.begin(mail("b"), 0)
    assert (answered(session, 3), house.waited) == ([("b", 0)], [])


def test_without_a_limit_it_waits_until_there_is_an_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Being woken for nothing is no answer."""
    session = SmtpSession(FIRST)
    begin(session, "a")

    def ready(lanes: Collection[Line], bell: Bell, seconds: float) -> tuple[list[Line], bool]:
        house.lines[0].end, ended = SENT, house.lines[0].end is not None
        return (house.lines if ended else []), False

    monkeypatch.setattr(_relays, "ready", ready)
    assert answered(session, math.inf) == [("a", 250)]


def test_each_that_waits_is_late_by_its_own_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one behind it is not."""
    clock = Clock()
    monkeypatch.setattr(_send, "time", clock)
    session = SmtpSession(FIRST)
    begin(session, "a")
    session.begin(mail("b"), 5)
    begin(session, "c")
    clock.now += 5
    house.lines[0].end = SENT
    assert answered(session) == [("a", 250), ("b", 0)]
    assert held(house) == [("first", "c")]


def test_one_that_stands_idle_works_too(house: House) -> None:
    """Another that breaks beside it sets nothing aside: the idle one takes its message."""
    session = SmtpSession(replace(FIRST, connections=2), SECOND)
    begin(session, "ab")
    house.lines[0].end = SENT
    answered(session)
    house.lines[1].end = Ended(DOWN, usable=False)
    assert answered(session) == []
    assert (held(house)[0], session.news()) == (("first", "b"), {})


def test_another_thread_ends_the_wait(house: House) -> None:
    """With what there is, without a limit too; before anything was begun nobody waits."""
    session = SmtpSession(replace(FIRST, connections=2))
    session.wake()
    begin(session, "ab")
    session.wake()
    assert answered(session, math.inf) == []
    house.lines[1].end = SENT
    session.wake()
    assert answered(session, math.inf) == [("b", 250)]


def test_without_a_relay_nothing_is_said(house: House) -> None:
    """No relay, no session."""
    assert SmtpSession().send(OUTGOING).outcome is Outcome.NO_SESSION
