"""Nobody is left out, nobody reads a thing twice, and what stands still is said: what one edition does to another's
mails, and what a round of sending leaves to a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedbot.advisory import Advisory, Section, Severity, Signature, Verdict
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing, Receipt
from feedbot.notice import Audience, Kind, Notice, Step
from feedbot.pipeline import Edges, bounces, decide, draft, release, tasks
from feedbot.pipeline._sending import Sending, quiet_hours
from feedbot.pipeline.publish import let_out, publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import resolve, send_due, stop_draft
from feedbot.store import audit, outbox, reading, told
from feedbot.store import tasks as todo
from feedbot.store._keys import recipient_of
from tests.fakes import START, World
from tests.pipeline.test_drift import Fleet, approved, fleet, left_over
from tests.pipeline.test_sending import CUSTOMERS, OWN, Office, answering, office
from tests.source.reading import fixture, read

__all__ = ["approved", "fleet", "office"]


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


def rated(*severity: Severity, sections: tuple[Section, ...] = (), title: str = "OpenSSL の脆弱性") -> Notice:
    """An advisory's notice, as the quiet hours see it."""
    signature = Signature(Verdict.UNSIGNED, "")
    one = Advisory("jvn", "N-1", "1", title, "ja", signature, severity=severity, sections=sections)
    return Notice(Kind.ADVISORY, Step.FIRST, title, Audience("match"), (), START, advisories=(one,))


@pytest.mark.parametrize(
    ("notice", "urgent"),
    [
        (rated(), False),
        (rated(Severity("CVSSv3.1", "", "8.9")), False),
        (rated(Severity("CVSSv3.1", "", "9.0")), True),
        (rated(Severity("CVSSv2.0", "", "10.0")), False),
        (rated(Severity("CVSSv3.1", "", "5.0"), sections=(Section("Due Date", "2026-12-15"),)), True),
        (rated(title="【緊急】メンテナンスのお知らせ"), True),
        (rated(title="緊急メンテナンスのお知らせ"), True),
        (rated(title="緊急連絡先のご登録のお願い"), False),
        (rated(title="メンテナンス(緊急ではありません)"), False),
    ],
)
def test_what_passes_the_quiet_hours(notice: Notice, urgent: bool) -> None:
    """A score from 9.0 up, what is exploited already, and what its writer calls 緊急."""
    assert release.is_urgent(notice, 9.0) is urgent


def test_an_entry_of_cisas_catalogue_is_exploited_whatever_its_source_is_called() -> None:
    """The headings that its reader gives tell it, for an operator may name his sources freely."""
    listed = [one for one in read("cisa_kev", fixture("cisa_kev/catalog.json")) if isinstance(one, Advisory)]
    entry = replace(listed[0], source="exploited")
    notice = Notice(Kind.ADVISORY, Step.FIRST, "OpenSSL", Audience("match"), (), START, advisories=(entry,))
    assert release.is_urgent(notice, 9.0)


def test_what_a_writer_calls_urgent_leaves_in_quiet_hours(office: Office) -> None:
    """The other one waits for the morning."""
    office.sending = replace(office.sending, quiet=quiet_hours("00:00-23:59"))
    office.published()
    number = draft.new_own(office.edges, OWN.format(n="").replace("件名: ", "件名: 【緊急】"), "author").id
    decide.propose(office.edges, number, "author")
    decide.approve(office.edges, number, "reviewer")
    publish(office.edges, number, "author")
    assert office.send() == CUSTOMERS
    assert {one.draft for one in office.stage.mails} == {number}


CORRECTION = "種別: お知らせ\n段階: 訂正\n件名: 誤記の訂正\n\n誤記がありました。\n"
EVERYBODY = {f"D{n:02}" for n in range(40)}


def corrected(edges: Edges, text: str = CORRECTION) -> int:
    """Publish the operator's next edition of the notice."""
    number = draft.follow(edges, "INFO-2026-0001", text, "author").id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "reviewer")
    publish(edges, number, "author")
    return number


def test_a_correction_reaches_those_whose_first_mail_waits_in_its_place(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """Three have read the first text, one is held, the others wait: all 40 get the correction, no other the first."""
    edges = replace(edges, sending=Sending(first=3, wait=timedelta(minutes=10)))
    bounces.suppress(edges, "d39@customer.example", "asked us to", "author")
    publish(edges, approved, "author")
    send_due(edges, "w")
    assert len(stage.mails) == 3
    number = corrected(edges)
    for _ in range(5):
        stage.now += timedelta(minutes=11)
        send_due(edges, "w")
    assert bounces.unsuppress(edges, "d39@customer.example", "author") == 1
    send_due(edges, "w")
    assert {one.customer for one in stage.mails if one.draft == number} == EVERYBODY
    assert len(stage.mails) == 43
    with reading(edges.database) as tx:
        said = [(one.subject, one.detail) for one in audit.entries(tx) if one.verb == "cancel"]
    assert said == [(f"draft {approved}", "37 messages; edition 2")]


def test_who_is_left_out_of_the_next_edition_keeps_his_mail(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """An edition for some takes the place of their mails alone; the others' leave as they were."""
    publish(edges, approved, "author")
    number = corrected(edges, CORRECTION.replace("\n\n", '\n対象: 条件 customer == "D05"\n\n', 1))
    send_due(edges, "w")
    assert {one.customer for one in stage.mails if one.draft == number} == {"D05"}
    assert {one.customer for one in stage.mails if one.draft == approved} == EVERYBODY - {"D05"}


def test_a_withdrawal_stops_those_whom_its_edition_left_out(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """Nothing of a number leaves after it was taken back, of no edition."""
    publish(edges, approved, "author")
    number = corrected(edges, CORRECTION.replace("\n\n", '\n対象: 条件 customer == "D05"\n\n', 1))
    assert decide.withdraw(edges, number, "author", "wrong") == decide.Withdrawn(40, None)
    send_due(edges, "w")
    assert stage.mails == []


def test_first_mails_that_never_left_let_nothing_go(office: Office) -> None:
    """All three are held: nothing was tried, so the rest waits for a person, who is asked once."""
    office.sending = replace(office.sending, first=3, wait=timedelta(minutes=10))
    for n in range(3):
        bounces.suppress(office.edges, f"C{n:02}@customer.example", "asked us to", "author")
    number = office.published()
    assert [office.send(), *(office.send(timedelta(minutes=11)) for _ in range(4))] == [0] * 5
    assert office.tasks().count(("halted", f"draft {number}")) == 1
    release.let_rest_go(office.edges, number, "author")
    assert office.send() == CUSTOMERS - 3


def test_nobody_is_asked_of_first_mails_where_nothing_is_left(office: Office) -> None:
    """A person stopped all of it: that is an end, not a failure."""
    office.sending = replace(office.sending, first=3, wait=timedelta(minutes=10))
    number = office.published()
    assert stop_draft(office.edges, number, "author", "wrong") == CUSTOMERS
    assert office.send() == 0
    assert office.tasks() == []


def test_a_mail_that_comes_back_while_it_is_on_the_wire_has_bounced(office: Office) -> None:
    """The relay's server may be quicker than its own answer: the answer does not make it sent."""
    office.published()

    def answer(one: Outgoing) -> Answer:
        if one.customer == "C00":
            (row,) = (row for row in office.rows(OutboxState.SENDING) if row.outgoing.key == one.key)
            office.come_back([office.bounce_of(row)])
        return Answer(Outcome.ACCEPTED, 250, "ok")

    office.stage.answer = answer
    office.send()
    assert [row.outgoing.customer for row in office.rows(OutboxState.BOUNCED)] == ["C00"]
    assert len(office.rows(OutboxState.SENT)) == CUSTOMERS - 1


def test_mails_that_fail_are_one_task_a_notice(office: Office) -> None:
    """However many; a task that a person closed stays closed, and one ends by itself when no mail is left in it."""
    first = office.published()
    answering(office, Outcome.REFUSED, {"C01@customer.example", "C02@customer.example"})
    office.send()
    assert office.tasks() == [("mails failed", f"draft {first}")]
    with reading(office.stage.database) as tx:
        (task,) = todo.listing(tx)
    tasks.done(office.edges, task.id, "author")
    assert (office.send(), office.tasks()) == (0, [])
    second = office.published()
    office.send()
    assert office.tasks() == [("mails failed", f"draft {second}")]
    for row in office.rows(OutboxState.FAILED):
        resolve(office.edges, row.id, "author", resend=False)
    assert (office.send(), office.tasks()) == (0, [])


def test_mails_held_when_their_turn_comes_are_a_task_where_the_address_has_none(office: Office) -> None:
    """Who knows of the address is not asked again; who has closed that task is."""
    bounces.suppress(office.edges, "C00@customer.example", "asked us to", "author")
    office.published()
    office.send()
    assert office.tasks() == [("address", "c00@customer.example")]
    with reading(office.stage.database) as tx:
        (task,) = todo.listing(tx)
    tasks.done(office.edges, task.id, "author")
    number = office.published()
    office.send()
    assert office.tasks() == [("mails held", f"draft {number}")]
    assert bounces.unsuppress(office.edges, "c00@customer.example", "author") == 2
    assert (office.send(), office.tasks()) == (2, [])


def test_a_hard_bounce_after_a_soft_one_is_told_again(office: Office) -> None:
    """The task about one mail that came back ends, and one says that nothing is sent any more."""
    for _ in range(2):
        office.published()
        office.send()
    one, two = (row for row in office.rows(OutboxState.SENT) if row.outgoing.customer == "C00")
    office.come_back([office.bounce_of(one, "4.2.2")])
    with reading(office.stage.database) as tx:
        (soft,) = todo.listing(tx)
    office.stage.now += timedelta(hours=1)
    office.come_back([office.bounce_of(two, "5.1.1")])
    with reading(office.stage.database) as tx:
        (hard,) = todo.listing(tx)
    assert (soft.kind, soft.subject) == (hard.kind, hard.subject)
    assert hard.id > soft.id
    assert "5.1.1" in hard.detail


def test_the_rest_of_a_correction_is_for_whom_it_was_withheld(
    stage: World, edges: Edges, fleet: Fleet, approved: int
) -> None:
    """His first mail counts for the first edition alone: he gets the correction at his new address, nobody twice."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    number = draft.follow(edges, "INFO-2026-0001", CORRECTION, "author").id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "reviewer")
    fleet.moves("D07")
    fleet.take_in()
    done = let_out(edges, number, "author")
    assert dict(done.withheld) == {"D07": "changed"}
    assert done.rest is not None
    send_due(edges, "w")
    made = decide.propose(edges, done.rest.id, "author")
    assert [one.recipient.id for one in made.mails] == ["D07"]
    decide.approve(edges, done.rest.id, "reviewer")
    publish(edges, done.rest.id, "author")
    send_due(edges, "w")
    corrections = [one for one in stage.mails if not one.key.startswith("INFO-2026-0001/1/")]
    assert sorted(one.customer for one in corrections) == sorted(EVERYBODY)


def in_doubt(office: Office, *customers: str) -> int:
    """Publish, and let the connection be cut after the dot of these mails; return the draft."""
    number = office.published()
    answering(office, Outcome.UNCERTAIN, {f"{one}@customer.example" for one in customers})
    office.send()
    return number


@pytest.mark.parametrize("resend", [False, True])
def test_mails_in_doubt_are_one_task_until_all_are_resolved(office: Office, resend: bool) -> None:
    """It says how; it ends with the last one, at once, and no later round opens it again."""
    number = in_doubt(office, "C01", "C02")
    assert office.tasks() == [("mails uncertain", f"draft {number}")]
    one, two = office.rows(OutboxState.UNCERTAIN)
    with reading(office.stage.database) as tx:
        (task,) = todo.listing(tx)
    assert "feedbot outbox resolve" in task.detail
    resolve(office.edges, one.id, "author", resend=resend)
    assert office.tasks() == [("mails uncertain", f"draft {number}")]
    resolve(office.edges, two.id, "author", resend=resend)
    assert office.tasks() == []
    office.stage.answer = lambda _: Answer(Outcome.ACCEPTED, 250, "ok")
    assert (office.send(timedelta(minutes=1)), office.tasks()) == (2 if resend else 0, [])


def test_what_is_in_doubt_goes_again_once_where_the_operator_wants_that(office: Office) -> None:
    """As the same message, audited; a second doubt about it is a person's. By default nothing goes by itself."""
    number = in_doubt(office, "C01")
    first = [one for one in office.stage.mails if one.customer == "C01"]
    assert office.send(timedelta(days=9)) == 0
    office.sending = replace(office.sending, resend_after=timedelta(days=10))
    assert office.send() == 0
    assert office.send(timedelta(days=1)) == 1
    again = office.stage.mails[-1]
    assert [(one.message_id, one.content) for one in first] == [(again.message_id, again.content)]
    with reading(office.stage.database) as tx:
        (row,) = (one for one in audit.entries(tx) if one.verb == "resend")
    assert row.actor == "(feedbot)"
    assert office.send(timedelta(days=30)) == 0
    assert office.tasks() == [("mails uncertain", f"draft {number}")]


def test_what_a_person_left_in_doubt_does_not_go_again_by_itself(office: Office) -> None:
    """He closed the task, and the mail is as he left it."""
    in_doubt(office, "C01")
    with reading(office.stage.database) as tx:
        (task,) = todo.listing(tx)
    office.stage.now += timedelta(minutes=1)
    tasks.done(office.edges, task.id, "author")
    office.sending = replace(office.sending, resend_after=timedelta(hours=2))
    assert office.send(timedelta(days=1)) == 0


def test_a_crash_on_the_wire_is_a_task(office: Office) -> None:
    """Whoever finds the row past its lease asks."""
    number = office.published()
    with office.stage.database.begin() as tx:
        (claimed, *_) = outbox.claim(tx, "w", office.stage.now, timedelta(minutes=15), 100)
        outbox.mark_sending(tx, [claimed], office.stage.now, timedelta(minutes=15))
    office.send(timedelta(minutes=15))
    assert ("mails uncertain", f"draft {number}") in office.tasks()


def test_a_doubt_that_a_person_put_aside_is_asked_again_for_what_came_since(office: Office) -> None:
    """He closed the task and left the mail as it is: the next doubtful mail of the notice is another matter."""
    number = in_doubt(office, "C01")
    with reading(office.stage.database) as tx:
        (task,) = todo.listing(tx)
    office.stage.now += timedelta(minutes=1)
    tasks.done(office.edges, task.id, "author")
    assert (office.send(), office.tasks()) == (0, [])
    sent, *_ = office.rows(OutboxState.SENT)
    with office.stage.database.begin() as tx:
        outbox.resolve(tx, sent.id, OutboxState.SENT, Receipt(OutboxState.UNCERTAIN, office.stage.now))
    assert (office.send(timedelta(minutes=1)), office.tasks()) == (0, [])  # not later than the closing
    with office.stage.database.begin() as tx:
        outbox.resolve(tx, sent.id, OutboxState.UNCERTAIN, Receipt(OutboxState.UNCERTAIN, office.stage.now))
    office.send()
    assert office.tasks() == [("mails uncertain", f"draft {number}")]


def test_a_doubt_that_comes_back_is_settled(office: Office) -> None:
    """The bounce says that it has not arrived: what is left to decide is the address."""
    in_doubt(office, "C01")
    (row,) = office.rows(OutboxState.UNCERTAIN)
    office.come_back([office.bounce_of(row)])
    assert office.tasks() == [("address", "c01@customer.example")]


def test_tasks_about_what_will_not_leave_end_with_it(office: Office) -> None:
    """A stop ends the halt; a mail that arrived after all needs no second person for its address."""
    office.sending = replace(office.sending, first=3, wait=timedelta(minutes=10))
    number = office.published()
    answering(office, Outcome.REFUSED, {f"C0{n}@customer.example" for n in range(3)})
    office.send()
    failed = office.rows(OutboxState.FAILED)
    assert not readdress(office.edges, failed[0].id, "x@else.example", "author")
    kinds = {kind for kind, _ in office.tasks()}
    assert kinds == {"mails failed", "halted", "readdress"}
    stop_draft(office.edges, number, "author", "wrong")
    assert {kind for kind, _ in office.tasks()} == {"mails failed", "readdress"}
    for row in failed:
        resolve(office.edges, row.id, "author", resend=False)
    assert office.tasks() == []
