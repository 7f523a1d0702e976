"""What holds mails back, and what comes back: stages, times, quiet hours, cap, suppressed addresses, bounces."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from feedbot import store
from feedbot.delivery import Answer, BounceKind, OutboxState, Outcome, Outgoing, return_address
from feedbot.errors import DeliveryError
from feedbot.fetch.mailbox import Maildir
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.pipeline import Edges, bounces, decide, draft, release, tasks
from feedbot.pipeline._sending import BounceBox, Sending, quiet_hours
from feedbot.pipeline.publish import publish
from feedbot.pipeline.readdress import readdress
from feedbot.pipeline.send import resolve, send_due, stop_draft
from feedbot.review import State
from feedbot.store import documents, drafts, inventory, outbox, releases, suppressed
from feedbot.store import tasks as todo
from tests.delivery.test_bounces import BOX, dsn
from tests.fakes import START, World, world

OWN = "種別: お知らせ\n件名: 点検のお知らせ{n}\n対象: VPS\n\n設定をご確認ください。\n"
CUSTOMERS = 14


@dataclass
class Office:
    """A world with 14 customers, and what holds mails back there."""

    stage: World
    folder: Path
    sending: Sending = field(default_factory=Sending)

    @property
    def edges(self) -> Edges:
        """The edges as they are now."""
        return replace(self.stage.edges(), sending=self.sending)

    def published(self) -> int:
        """Publish a notice to everybody."""
        number = draft.new_own(self.edges, OWN.format(n=""), "author").id
        decide.propose(self.edges, number, "author")
        decide.approve(self.edges, number, "reviewer")
        publish(self.edges, number, "author")
        return number

    def send(self, later: timedelta = timedelta(0)) -> int:
        """Let a sender work, some time later; return how many mails arrived."""
        self.stage.now += later
        before = len(self.stage.mails)
        send_due(self.edges, "w")
        return len(self.stage.mails) - before

    def rows(self, *states: OutboxState) -> list[outbox.Queued]:
        """The messages in some states."""
        with store.reading(self.stage.database) as tx:
            return [one for one in outbox.listing(tx) if one.outgoing.state in states]

    def tasks(self) -> list[tuple[str, str]]:
        """The open tasks."""
        with store.reading(self.stage.database) as tx:
            return [(one.kind, one.subject) for one in todo.listing(tx)]

    def come_back(self, mails: Iterable[bytes]) -> dict[BounceKind, int]:
        """Let mails arrive in the bounce box, and read it."""
        for name in ("new", "cur", "tmp"):
            (self.folder / "box" / name).mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(mails):
            (self.folder / "box" / "new" / f"{self.stage.now.timestamp()}.{number}").write_bytes(raw)
        return dict(bounces.collect_bounces(self.edges))

    def bounce_of(self, one: outbox.Queued, status: str = "5.1.1") -> bytes:
        """A bounce of a message."""
        address = return_address(BOX, one.id, one.outgoing.recipient, self.edges.secret)
        words = f"smtp; 550 {one.id} {self.stage.now}"
        return dsn(address, status=status, words=words, recipient=one.outgoing.recipient)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office without any limit."""
    stage = world(tmp_path)
    numbers = range(CUSTOMERS)
    with stage.database.begin() as tx:
        inventory.replace_customers(
            tx,
            [Customer(f"C{n:02}", f"見本 {n:02}", f"C{n:02}@customer.example") for n in numbers],
            [Contract(f"V{n:02}", f"C{n:02}", Plan.VPS, root=True) for n in numbers],
            [Server(f"host{n:02}", f"V{n:02}") for n in numbers],
            START,
        )
    return Office(stage, tmp_path, Sending(bounces=BounceBox(BOX, Maildir(tmp_path / "box"), 2)))


def answering(office: Office, outcome: Outcome, recipients: set[str]) -> None:
    """Let the relay answer so for these; it takes the others."""

    def answer(outgoing: Outgoing) -> Answer:
        return Answer(outcome if outgoing.recipient in recipients else Outcome.ACCEPTED, 550, "no")

    office.stage.answer = answer


def test_each_mail_has_a_return_address_of_its_own(office: Office) -> None:
    """The envelope's sender is sealed; the mail's own From stays the provider's."""
    office.published()
    office.send()
    for one, row in zip(office.stage.mails, office.rows(OutboxState.SENT), strict=True):
        assert one.sender == return_address(BOX, row.id, one.recipient, office.edges.secret)
    assert len({one.sender for one in office.stage.mails}) == CUSTOMERS
    assert b"notice@hosting.example" in office.stage.mails[0].content.partition(b"\r\n\r\n")[0]


def test_a_hard_bounce_suppresses_and_asks_for_a_person(office: Office) -> None:
    """The message is BOUNCED, the address has a task, the next mail to it is HELD until a person lets it go."""
    office.published()
    office.send()
    (one, *_) = office.rows(OutboxState.SENT)
    assert office.come_back([office.bounce_of(one)]) == {BounceKind.HARD: 1}
    address = one.outgoing.recipient.lower()
    assert [row.id for row in office.rows(OutboxState.BOUNCED)] == [one.id]
    assert office.tasks() == [("address", address)]
    assert office.come_back([]) == {}
    office.published()
    assert office.send() == CUSTOMERS - 1
    (held,) = office.rows(OutboxState.HELD)
    assert held.answer is not None
    assert "5.1.1" in held.answer.text
    assert bounces.unsuppress(office.edges, address, "author") == 1
    assert (office.send(), office.tasks()) == (1, [])


def test_a_forged_bounce_changes_nothing_and_is_shown(office: Office) -> None:
    """A wrong seal, another message's seal, or none: noted as such; nobody is silenced."""
    office.published()
    office.send()
    one, other, *_ = office.rows(OutboxState.SENT)
    true = return_address(BOX, one.id, one.outgoing.recipient, office.edges.secret)
    forged = [dsn(true.replace(f"+{one.id}-", f"+{other.id}-")), dsn(true[:-30] + "0" * 4 + true[-26:]), dsn(BOX)]
    forged.append(dsn(f"bounces+99999999999999999-{'0' * 20}@hosting.example"))
    assert office.come_back(forged) == {BounceKind.FORGED: 3, BounceKind.UNSEALED: 1}
    assert not office.rows(OutboxState.BOUNCED)
    with store.reading(office.stage.database) as tx:
        assert suppressed.listing(tx) == ()
        assert len(suppressed.came_back(tx)) == 4


def test_what_proves_nothing_is_neither_read_nor_kept_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can fill the box: its digest and the reason are kept, once; a sealed mail is read and kept."""
    office.published()
    office.send()
    (one, *_) = office.rows(OutboxState.SENT)
    read, whole = [], bounces.read_bounce
    monkeypatch.setattr(bounces, "read_bounce", lambda *told: read.append(told[1]) or whole(*told))
    noise = b"x@y.example\n" * 40_000
    forged = f"bounces+{one.id}-{'0' * 20}@hosting.example"
    assert office.come_back([dsn(BOX) + noise, dsn(forged) + noise]) == {BounceKind.FORGED: 1, BounceKind.UNSEALED: 1}
    office.stage.now += timedelta(minutes=1)
    assert office.come_back([dsn(BOX) + noise, office.bounce_of(one)]) == {BounceKind.HARD: 1, BounceKind.UNSEALED: 1}
    assert read == [one.outgoing.recipient]
    with store.reading(office.stage.database) as tx:
        came = suppressed.came_back(tx)
        kept = [documents.load(tx, found.sha256).body for found in came]
    assert [found.kind for found in came] == ["hard", "forged", "unsealed"]
    assert kept[0] == office.bounce_of(one)
    assert max(len(body) for body in kept[1:]) < 200
    digest = sha256(dsn(BOX) + noise).hexdigest()
    assert digest in kept[2].decode()


def test_soft_bounces_count(office: Office) -> None:
    """One mail given up is a task; two messages within the days suppress; a second report of one counts once."""
    for _ in range(2):
        office.published()
        office.send()
    one, two = (row for row in office.rows(OutboxState.SENT) if row.outgoing.customer == "C00")
    office.come_back([office.bounce_of(one, "4.4.7")])
    office.stage.now += timedelta(days=1)
    office.come_back([office.bounce_of(one, "4.2.2")])
    with store.reading(office.stage.database) as tx:
        assert suppressed.listing(tx) == ()
    assert office.tasks() == [("address", "c00@customer.example")]
    office.stage.now += timedelta(days=1)
    office.come_back([office.bounce_of(two, "4.4.7")])
    with store.reading(office.stage.database) as tx:
        assert [found.address for found in suppressed.listing(tx)] == ["c00@customer.example"]


def _suppressed(office: Office) -> list[str]:
    with store.reading(office.stage.database) as tx:
        return [one.address for one in suppressed.listing(tx)]


def test_an_error_of_our_own_suppresses_nobody(office: Office) -> None:
    """RFC 3463: 5.1.7 and 5.1.8 are the sender's address; each mail is a task at most."""
    office.published()
    office.send()
    rows = office.rows(OutboxState.SENT)
    assert office.come_back([office.bounce_of(row, "5.1.8") for row in rows]) == {BounceKind.SOFT: CUSTOMERS}
    assert _suppressed(office) == []


@pytest.mark.parametrize("status", ["5.1.1", "4.4.7"])
def test_when_many_come_back_at_once_a_person_decides(office: Office, status: str) -> None:
    """Past ten addresses nobody is suppressed, the first ten no more than the others: what was held for them leaves.
    One task says so; closing it lets the next bounce count again."""
    office.sending = replace(office.sending, bounces=BounceBox(BOX, Maildir(office.folder / "box"), 1))
    bounces.suppress(office.edges, "c13@customer.example", "asked us to", "author")
    for _ in range(3):
        office.published()
    office.send()
    rows = office.rows(OutboxState.SENT)
    office.come_back([office.bounce_of(row, status) for row in rows[:10]])
    assert len(_suppressed(office)) == bounces.BRAKE_ADDRESSES + 1
    last = office.published()
    assert office.send() == 3
    office.stage.now += timedelta(minutes=1)
    office.come_back([office.bounce_of(rows[10], status)])
    assert _suppressed(office) == ["c13@customer.example"]
    assert sorted(kind for kind, _ in office.tasks()) == ["address", bounces.BRAKE]
    assert office.send() == 10
    assert {row.outgoing.draft for row in office.rows(OutboxState.SENT)[-10:]} == {last}
    office.stage.now += timedelta(hours=1)
    office.come_back([office.bounce_of(rows[11], status)])
    assert _suppressed(office) == ["c13@customer.example"]
    with store.reading(office.stage.database) as tx:
        (brake,) = (one for one in todo.listing(tx) if one.kind == bounces.BRAKE)
    assert "10" in brake.detail
    tasks.done(office.edges, brake.id, "author")
    office.stage.now += timedelta(minutes=1)
    office.come_back([office.bounce_of(rows[12], status)])
    assert _suppressed(office) == sorted(["c13@customer.example", rows[12].outgoing.recipient.lower()])


def test_few_of_many_and_slowly_are_no_flood(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the share of the mails, or spread over days, each hard bounce suppresses."""
    monkeypatch.setattr(bounces, "BRAKE_SHARE", 80)
    office.published()
    office.send()
    rows = office.rows(OutboxState.SENT)
    office.come_back([office.bounce_of(row) for row in rows[:11]])
    assert len(_suppressed(office)) == 11
    monkeypatch.setattr(bounces, "BRAKE_SHARE", 5)
    office.stage.now += timedelta(days=2)
    office.come_back([office.bounce_of(row) for row in rows[11:]])
    assert len(_suppressed(office)) == CUSTOMERS


def test_what_is_behind_an_address_is_a_task_however_often(office: Office) -> None:
    """A dead member of the customer's own list: a person is asked, the address goes on, the message stays sent."""
    for _ in range(3):
        office.published()
        office.send()
    mine = [row for row in office.rows(OutboxState.SENT) if row.outgoing.customer == "C00"]
    words = [office.bounce_of(row).replace(row.outgoing.recipient.encode(), b"x@third.example") for row in mine]
    assert office.come_back(words) == {BounceKind.BEHIND: 3}
    assert office.tasks() == [("address", "c00@customer.example")]
    assert not office.rows(OutboxState.BOUNCED)
    with store.reading(office.stage.database) as tx:
        assert suppressed.listing(tx) == ()


def test_a_mail_nobody_can_read_is_kept_and_told(office: Office) -> None:
    """Tangled bytes end as unreadable, the rest of the box is read; a second look reads nothing again."""
    office.published()
    office.send()
    (one, *_) = office.rows(OutboxState.SENT)
    address = return_address(BOX, one.id, one.outgoing.recipient, office.edges.secret)
    tangled = f"To: {address}\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n".encode() + b"--a\r\n\r\n" * 5000
    assert office.come_back([tangled, office.bounce_of(one)]) == {BounceKind.UNREADABLE: 1, BounceKind.HARD: 1}
    assert office.come_back([]) == {}


def test_an_address_suppressed_by_hand_holds_what_waits(office: Office) -> None:
    """Before anything left, in another case of letters; a held mail is also settled by a person's word."""
    office.published()
    assert bounces.suppress(office.edges, "c03@Customer.Example", "asked us to", "author") == 1
    assert office.send() == CUSTOMERS - 1
    (held,) = office.rows(OutboxState.HELD)
    with pytest.raises(DeliveryError):
        bounces.suppress(office.edges, "C03@customer.example", "again", "author")
    resolve(office.edges, held.id, "author", resend=False)
    assert not office.rows(OutboxState.HELD)
    (task,) = office.tasks()
    assert task == ("address", "c03@customer.example")
    with store.reading(office.stage.database) as tx:
        (found,) = todo.listing(tx)
    tasks.done(office.edges, found.id, "author")
    with pytest.raises(DeliveryError):
        tasks.done(office.edges, found.id, "author")


def test_a_few_first_and_the_rest_after_a_wait(office: Office) -> None:
    """Ten leave; the rest when the first have been out for the time, not before."""
    office.sending = replace(office.sending, first=10, wait=timedelta(minutes=10))
    number = office.published()
    assert [office.send(), office.send(timedelta(minutes=9)), office.send(timedelta(minutes=2))] == [10, 0, 4]
    with store.reading(office.stage.database) as tx:
        assert drafts.load(tx, number).state is State.PUBLISHED


def test_the_rest_waits_for_a_person_where_so_configured(office: Office) -> None:
    """However long; he may also stop it, and then nothing more leaves."""
    office.sending = replace(office.sending, first=10, wait=timedelta(0))
    first, second = office.published(), office.published()
    assert [office.send(), office.send(timedelta(days=2))] == [20, 0]
    release.let_rest_go(office.edges, first, "author")
    stop_draft(office.edges, second, "author", "wrong")
    assert [office.send(), len(office.rows(OutboxState.CANCELLED))] == [4, 4]
    with pytest.raises(DeliveryError):
        release.let_rest_go(office.edges, first, "author")


def test_a_first_stage_that_fails_halts_the_rest(office: Office) -> None:
    """Three of ten refused are more than 20 %: a task, and nothing more leaves but by a person's word."""
    office.sending = replace(office.sending, first=10, wait=timedelta(minutes=10))
    number = office.published()
    answering(office, Outcome.REFUSED, {f"C0{n}@customer.example" for n in range(3)})
    assert [office.send(), office.send(timedelta(days=1))] == [7, 0]
    assert office.tasks() == [("mails failed", f"draft {number}"), ("halted", f"draft {number}")]
    release.let_rest_go(office.edges, number, "author")
    assert (office.send(), office.tasks()) == (4, [("mails failed", f"draft {number}")])


def test_a_first_stage_that_is_all_deferred_proves_nothing(office: Office) -> None:
    """The rest waits until one at least was taken."""
    office.sending = replace(office.sending, first=10, wait=timedelta(minutes=1))
    office.published()
    answering(office, Outcome.DEFERRED, {f"C{n:02}@customer.example" for n in range(CUSTOMERS)})
    assert [office.send(), office.send(timedelta(hours=1))] == [0, 0]
    office.stage.answer = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    assert [office.send(timedelta(hours=1)), office.send(timedelta(minutes=2))] == [10, 4]


def test_a_stop_ends_a_sender_at_work(office: Office) -> None:
    """Once the stop is said, no mail begins but the one on the wire; the sender ends well within half a minute."""
    number = office.published()
    begun, told = Event(), Event()

    def answer(outgoing: Outgoing) -> Answer:
        begun.set()
        told.wait(30)
        return Answer(Outcome.ACCEPTED, 250, "ok")

    office.stage.answer = answer
    sender = Thread(target=send_due, args=(office.edges, "w"))
    sender.start()
    assert begun.wait(30)
    since = monotonic()
    assert stop_draft(office.edges, number, "author", "wrong text") == CUSTOMERS - 1
    told.set()
    sender.join(30)
    print(f"stopped after {monotonic() - since:.3f} s")
    assert not sender.is_alive()
    assert len(office.stage.mails) == 1
    assert len(office.rows(OutboxState.CANCELLED)) == CUSTOMERS - 1


def test_mails_leave_at_their_time(office: Office) -> None:
    """Not before; the time can be cancelled; one that is past, or of a notice all gone, is refused."""
    number = office.published()
    at = office.stage.now + timedelta(hours=5)
    release.schedule(office.edges, number, at, "author")
    assert [office.send(), office.send(timedelta(hours=4)), office.send(timedelta(hours=1))] == [0, 0, CUSTOMERS]
    with pytest.raises(DeliveryError):
        release.schedule(office.edges, number, at + timedelta(days=1), "author")
    other = office.published()
    with pytest.raises(DeliveryError):
        release.schedule(office.edges, other, office.stage.now, "author")
    release.schedule(office.edges, other, at + timedelta(days=9), "author")
    release.schedule(office.edges, other, None, "author")
    assert office.send() == CUSTOMERS


def test_a_halt_counts_for_what_is_claimed_already(office: Office) -> None:
    """A sender asks just before the wire: what is not to leave yet does not, however it was claimed."""
    number = office.published()
    with office.stage.database.begin() as tx:
        claimed = outbox.claim(tx, "w", office.stage.now, timedelta(minutes=15), 100)
        releases.change(tx, number, {"halted": "stop"})
        assert outbox.mark_sending(tx, claimed, office.stage.now, timedelta(minutes=15)) == frozenset()


def test_quiet_hours_hold_all_but_urgent_mails(office: Office) -> None:
    """START is noon in Japan; at 23 nothing leaves but what a person called urgent."""
    office.sending = replace(office.sending, quiet=quiet_hours("21:00-08:00"))
    office.stage.now += timedelta(hours=11)
    first, second = office.published(), office.published()
    release.schedule(office.edges, second, None, "author", urgent=True, keep_time=True)
    assert office.send() == CUSTOMERS
    assert {one.outgoing.draft for one in office.rows(OutboxState.PENDING)} == {first}
    assert [office.send(timedelta(hours=8)), office.send(timedelta(hours=1, minutes=1))] == [0, CUSTOMERS]


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, True), (23, True), (0, True), (7, True), (8, False), (12, False), (20, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    """From the beginning, up to the end, in Japan's time."""
    at = datetime(2026, 11, 25, hour, 0, tzinfo=UTC) - timedelta(hours=9)
    assert Sending(quiet=quiet_hours("21:00-08:00")).is_quiet(at) is quiet
    assert Sending(quiet=(time(8), time(21))).is_quiet(at) is (not quiet)


def test_a_customer_has_no_more_mails_a_day_than_the_cap(office: Office) -> None:
    """The third waits for the next day in Japan; an urgent one does not."""
    office.sending = replace(office.sending, cap=2)
    for _ in range(3):
        office.published()
    assert [office.send(), office.send(timedelta(hours=11))] == [2 * CUSTOMERS, 0]
    urgent = office.published()
    release.schedule(office.edges, urgent, None, "author", urgent=True)
    assert office.send() == CUSTOMERS
    assert office.send(timedelta(hours=2)) == CUSTOMERS


def test_a_failed_mail_goes_to_the_address_that_the_list_now_names(office: Office) -> None:
    """One person suffices; the words are the same bytes; the old row stays, and never leaves again."""
    office.published()
    answering(office, Outcome.REFUSED, {"C00@customer.example"})
    office.send()
    (failed,) = office.rows(OutboxState.FAILED)
    _moves(office, "new@customer.example")
    assert readdress(office.edges, failed.id, "new@customer.example", "author")
    assert office.send() == 1
    new, old = office.stage.mails[-1].content, failed.outgoing.content
    assert new.partition(b"\r\n\r\n")[2] == old.partition(b"\r\n\r\n")[2]
    assert b"\r\nTo: new@customer.example\r\n" in new
    assert b"C00@customer.example" not in new
    assert office.stage.mails[-1].message_id != failed.outgoing.message_id
    with pytest.raises(DeliveryError):
        readdress(office.edges, failed.id, "new@customer.example", "author")
    assert office.send(timedelta(days=1)) == 0


def test_an_address_off_the_list_needs_two_persons(office: Office) -> None:
    """The same person twice is one; the second must say the same address."""
    office.published()
    answering(office, Outcome.REFUSED, {"C00@customer.example"})
    office.send()
    (failed,) = office.rows(OutboxState.FAILED)
    for actor, address in (("author", "x@else.example"), ("author", "x@else.example"), ("reviewer", "y@else.example")):
        assert not readdress(office.edges, failed.id, address, actor)
    assert not office.send()
    assert readdress(office.edges, failed.id, "y@else.example", "author")
    assert office.send() == 1
    assert office.stage.mails[-1].recipient == "y@else.example"
    assert office.tasks() == []


@pytest.mark.parametrize("address", ["c01@customer.example", "not an address", "a@b.example\r\nBcc: c@d.example"])
def test_what_is_no_address_of_his_is_refused(office: Office, address: str) -> None:
    """Another customer's above all; and what would be two headers."""
    office.published()
    answering(office, Outcome.REFUSED, {"C00@customer.example"})
    office.send()
    (failed,) = office.rows(OutboxState.FAILED)
    with pytest.raises(DeliveryError):
        readdress(office.edges, failed.id, address, "author")
    (sent, *_) = office.rows(OutboxState.SENT)
    with pytest.raises(DeliveryError):
        readdress(office.edges, sent.id, "new@customer.example", "author")


def _moves(office: Office, address: str) -> None:
    with office.stage.database.begin() as tx:
        customers = [replace(one, email=address) if one.id == "C00" else one for one in inventory.customers(tx)]
        inventory.replace_customers(
            tx, customers, list(inventory.contracts(tx)), list(inventory.servers(tx)), office.stage.now
        )
