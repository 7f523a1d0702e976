"""N4: whatever people, publishers, crashes and the relay do in whatever order, the invariants of delivery hold.

I1 sent ⊆ approved · I2 one message a (notice, edition, customer, channel), but for an audited resend
I3 what was published ends as sent, failed, uncertain, held or cancelled · I4 recipients ⊆ the approved audience
I5 a post that calls an advisory verified holds only its signed text · I6 an advisory's revision never goes down
I7 the audit log only grows, and its chain holds · I8 no customer's data is in another's message

FEEDBOT_HOUSES says how many stories are told (4).
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from feedbot import store
from feedbot.advisory import Advisory, Trust
from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import DeliveryError, ReviewError
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.pipeline import bounces, decide, draft, release, send
from feedbot.pipeline.collect import collect
from feedbot.pipeline.publish import let_out
from feedbot.review import AuditEntry, State, verify
from feedbot.store import advisories, audit, drafts, freezes, inventory, outbox, releases
from tests.fakes import world
from tests.pipeline.conftest import pages, wired

PEOPLE = st.sampled_from(["author", "reviewer"])
OWN = "件名: 点検のお知らせ{n}\n対象: VPS\n\n設定をご確認ください。\n"
ENDS = {OutboxState.SENT, OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.CANCELLED, OutboxState.HELD}
OVER = "この行は署名の外にあります。"


class Killed(BaseException):
    """The process died on the wire."""


def _edition(advisory: Advisory) -> str:
    """What orders a publisher's texts of one number: the day of the last change."""
    return str(advisory.updated or advisory.published)


QUIET = tuple(f"quiet{n:02}" for n in range(17))
"""Customers who stay as they are: with them, one who changes is less than 5 % (N12)."""


class House(RuleBasedStateMachine):
    """Drafts on their way through review and outbox, and what the relay really took."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.stage = world(Path(self.folder.name))
        self.edges = wired(self.stage)
        self.arrived: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.approved: dict[tuple[int, str], tuple[str, str]] = {}
        self.revisions: dict[tuple[str, str], str] = {}
        self.chain: tuple[AuditEntry, ...] = ()
        everybody = ("aoki", "baba", "chiba", "doi", *QUIET)
        self.people = {name: f"{name}@customer.example" for name in everybody}
        self.made = 0
        self.held: dict[int, datetime | None] = {}
        self.halted: set[int] = set()
        self.silent: set[str] = set()

    def teardown(self) -> None:
        """I3: with a relay that takes everything, all that was published comes to an end."""
        self.stage.answer = self._taking(Answer(Outcome.ACCEPTED, 250, "ok"))
        for number in tuple(self.halted):
            release.let_rest_go(self.edges, number, "author")
            self.halted.discard(number)
        for _ in range(12):
            self.stage.now += timedelta(hours=2)
            send.send_due(self.edges, "last")
        with store.reading(self.edges.database) as tx:
            assert {one.outgoing.state for one in outbox.listing(tx)} <= ENDS
            assert not drafts.listing(tx, State.PUBLISHING)
        self.promises()
        self.edges.database.dispose()
        self.folder.cleanup()

    @initialize()
    def take_in(self) -> None:
        """The customers, a publisher's first edition, and a notice that is on its way already."""
        self._inventory()
        self.stage.pages |= pages("www")
        self.write_own()
        for step, who in (("propose", "author"), ("approve", "reviewer"), ("publish", "author")):
            self._step(self._drafts()[0], step, who)

    def _inventory(self) -> None:
        package = Component("deb", "apache2", "2.4.57-2", "apache2", "2.4.57-2", "amd64", "debian:12")
        names = sorted(self.people)
        hosts = {f"host-{name}": HostPackages(f"host-{name}", (package,), "debian:12") for name in names}
        with self.edges.database.begin() as tx:
            inventory.replace_customers(
                tx,
                [Customer(name, f"株式会社{name}", self.people[name]) for name in names],
                [Contract(f"V-{name}", name, Plan.VPS, root=True) for name in names],
                [Server(f"host-{name}", f"V-{name}", "debian:12") for name in names],
                self.stage.now,
            )
            inventory.replace_packages(tx, hosts, self.stage.now)

    def _drafts(self) -> list[int]:
        with store.reading(self.edges.database) as tx:
            return [one.id for one in drafts.listing(tx)]

    def _number(self, data: st.DataObject) -> int:
        number: int = data.draw(st.sampled_from(self._drafts()))
        return number

    @rule()
    @precondition(lambda self: self.made < 3)
    def write_own(self) -> None:
        """The operator writes a notice."""
        self.made += 1
        draft.new_own(self.edges, OWN.format(n=self.made), "author")

    @rule(forged=st.booleans(), newer=st.booleans())
    def publisher(self, forged: bool, newer: bool) -> None:
        """The publisher shows the first edition or the second, or somebody writes beneath the signed text."""
        shown = pages("www") | (pages("www-2") if newer else {})
        self.stage.pages |= {
            url: body + OVER.encode() if forged and url.endswith(".txt") else body for url, body in shown.items()
        }
        self.stage.now += timedelta(days=1, minutes=1)
        for source in self.edges.sources.values():
            collect(self.edges, source)
        self._inventory()
        draft.draft_cases(self.edges, "feedbot")

    @rule(who=st.sampled_from(["aoki", "baba", "chiba", "doi"]), change=st.sampled_from(["moves", "leaves", "comes"]))
    def customers(self, who: str, change: str) -> None:
        """A customer has another address, or is none any more, or is one again."""
        if change == "leaves" and len(self.people) > 1:
            self.people.pop(who, None)
        elif change == "moves" and who in self.people:
            self.people[who] = "new-" + self.people[who]
        else:
            self.people.setdefault(who, f"{who}@customer.example")
        self._inventory()

    @rule(data=st.data(), step=st.sampled_from(["propose", "approve", "publish", "reject", "withdraw"]), who=PEOPLE)
    @precondition(lambda self: self._drafts())
    def decide(self, data: st.DataObject, step: str, who: str) -> None:
        """Somebody takes a step with a draft; what is not allowed is refused."""
        number = self._number(data)
        self._step(number, step, who)

    @rule(number=st.sampled_from(["INFO-2026-0001", "INFO-2026-0002"]))
    def follow(self, number: str) -> None:
        """The operator corrects a notice, also one whose mails have not all left."""
        try:
            draft.follow(self.edges, number, "件名: 訂正\n段階: 訂正\n\n誤記がありました。\n", "author")
        except ReviewError:
            return

    @rule(data=st.data())
    @precondition(lambda self: self._drafts())
    def whole_way(self, data: st.DataObject) -> None:
        """A draft goes all the way to the outbox, where it can."""
        number = self._number(data)
        for step, who in (("propose", "author"), ("approve", "reviewer"), ("publish", "author")):
            self._step(number, step, who)

    def _step(self, number: int, step: str, who: str) -> None:
        try:
            if step == "propose":
                decide.propose(self.edges, number, who)
            elif step == "approve":
                if decide.approve(self.edges, number, who).state is State.APPROVED:
                    self._remember(number)
            elif step == "publish":
                self._publish(number, who)
            elif step == "reject":
                decide.reject(self.edges, number, who, "no")
            else:
                decide.withdraw(self.edges, number, who, "no")
        except ReviewError:
            return

    def _publish(self, number: int, who: str) -> None:
        """N12: who is queued is approved and concerned now, in the approved words; who is withheld has no row. Where an
        edition takes the place of another, nobody whose mail waited is left without one."""
        waited = self._waiting(number)
        queued = let_out(self.edges, number, who)
        assert waited <= self._waiting(number), "a mail that nothing took the place of"
        with store.reading(self.edges.database) as tx:
            frozen = {one.recipient.id for one in drafts.frozen(tx, number).mails}
            rows = {one.outgoing.customer for one in outbox.listing(tx, draft=number)}
            assert freezes.withheld(tx, number) == queued.withheld
        assert rows == frozen - set(queued.withheld)
        assert rows <= set(self.people), "a mail to somebody who is no customer any more"
        assert {self.approved[number, one][0] for one in rows} == {self.people[one] for one in rows}
        assert len(queued.withheld) * 20 <= len(frozen), "more than 5 % changed"

    def _waiting(self, number: int) -> set[str]:
        """Who waits for a mail of a draft's notice, of any edition; of one that is matched anew nobody is asked."""
        with store.reading(self.edges.database) as tx:
            notice = drafts.load(tx, number).notice
            rows = outbox.listing(tx) if notice.audience.rule != "match" else ()
        of_number = (one.outgoing for one in rows if one.outgoing.key.startswith(f"{notice.number}/"))
        waiting = (OutboxState.PENDING, OutboxState.DEFERRED, OutboxState.HELD)
        return {one.customer for one in of_number if one.state in waiting}

    def _remember(self, number: int) -> None:
        """What is approved is what is frozen now, and nothing that was frozen before."""
        self.approved = {key: kept for key, kept in self.approved.items() if key[0] != number}
        with store.reading(self.edges.database) as tx:
            for one in drafts.frozen(tx, number).mails:
                customer = one.recipient.customer
                self.approved[number, customer.id] = (customer.email, one.mail.text)

    @rule(
        outcomes=st.lists(
            st.sampled_from(["ok", "defer", "refuse", "down", "lost", "unsure", "dies", "dies after"]), min_size=1
        ),
    )
    def send(self, outcomes: list[str]) -> None:
        """A sender works; the relay answers in these ways, then it takes everything. It may die on the wire."""
        left = iter(outcomes)

        def answer(outgoing: Outgoing) -> Answer:
            how = next(left, "ok")
            if how in ("ok", "unsure", "dies after"):
                self._arrive(outgoing)
            if how.startswith("dies"):
                raise Killed
            return {
                "ok": Answer(Outcome.ACCEPTED, 250, "ok"),
                "defer": Answer(Outcome.DEFERRED, 450, "later"),
                "refuse": Answer(Outcome.REFUSED, 550, "no"),
                "down": Answer(Outcome.NO_SESSION),
            }.get(how, Answer(Outcome.UNCERTAIN))

        self.stage.answer = answer
        try:
            send.send_due(self.edges, "w")
        except Killed:
            return

    def _taking(self, answer: Answer) -> Callable[[Outgoing], Answer]:
        def take(outgoing: Outgoing) -> Answer:
            self._arrive(outgoing)
            return answer

        return take

    def _arrive(self, outgoing: Outgoing) -> None:
        """I1, I2, I4 and I8, at the moment when the relay has a message."""
        self.arrived[outgoing.key] += 1
        assert self.arrived[outgoing.key] <= 1 + self.allowed[outgoing.key], (outgoing.key, "twice")
        assert outgoing.draft not in self.halted, "a mail of a halted notice"
        assert (self.held.get(outgoing.draft) or self.stage.now) <= self.stage.now, "a mail before its time"
        assert outgoing.recipient not in self.silent, "a mail to a suppressed address"
        email, text = self.approved[outgoing.draft, outgoing.customer]
        assert outgoing.recipient == email, "an address that nobody approved"
        mail = message_from_bytes(outgoing.content, policy=policy.default)
        plain = mail.get_body(("plain",))  # type: ignore[attr-defined]
        assert plain.get_content().split() == text.split(), "words that nobody approved"
        shown = "\n".join([*map(str, mail.values()), *(p.get_content() for p in mail.walk() if not p.is_multipart())])
        for other in {"aoki", "baba", "chiba", "doi"} - {outgoing.customer}:
            assert f"株式会社{other}" not in shown
            assert f"host-{other}" not in shown
            assert f"{other}@" not in shown

    @rule(hours=st.integers(0, 3))
    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.stage.now += timedelta(hours=hours, minutes=16)

    @rule(data=st.data(), resend=st.booleans())
    def settle(self, data: st.DataObject, resend: bool) -> None:
        """A person decides over an uncertain or failed message."""
        rows = self._rows({OutboxState.UNCERTAIN, OutboxState.FAILED})
        if not rows:
            return
        one = data.draw(st.sampled_from(rows))
        try:
            send.resolve(self.edges, one.id, "author", resend=resend)
        except DeliveryError:
            return
        self.allowed[one.outgoing.key] += resend and one.outgoing.state is OutboxState.UNCERTAIN

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        """A person stops what has not left of a notice."""
        rows = self._rows({OutboxState.PENDING, OutboxState.DEFERRED})
        if rows:
            send.stop_draft(self.edges, data.draw(st.sampled_from(rows)).outgoing.draft, "author", "stop")

    @rule(data=st.data(), how=st.sampled_from(["later", "now", "halt", "go on"]))
    @precondition(lambda self: self._drafts())
    def hold_back(self, data: st.DataObject, how: str) -> None:
        """A person schedules a notice or takes that back; a stage halts it or is let go."""
        number = self._number(data)
        try:
            if how in ("later", "now"):
                at = self.stage.now + timedelta(hours=1) if how == "later" else None
                release.schedule(self.edges, number, at, "author")
                self.held[number] = at
            elif how == "halt":
                with self.edges.database.begin() as tx:
                    releases.change(tx, number, {"halted": "test"})
                self.halted.add(number)
            else:
                release.let_rest_go(self.edges, number, "author")
                self.halted.discard(number)
        except DeliveryError:
            return

    @rule(who=st.sampled_from(["aoki", "baba", "chiba", "doi"]), again=st.booleans())
    def suppress(self, who: str, again: bool) -> None:
        """Nothing more goes to an address, or mail does again."""
        address = self.people.get(who, f"{who}@customer.example")
        try:
            if again:
                bounces.unsuppress(self.edges, address, "author")
                self.silent.discard(address)
            else:
                bounces.suppress(self.edges, address, "test", "author")
                self.silent.add(address)
        except DeliveryError:
            return

    def _rows(self, states: set[OutboxState]) -> list[outbox.Queued]:
        with store.reading(self.edges.database) as tx:
            return [one for one in outbox.listing(tx) if one.outgoing.state in states]

    @invariant()
    def promises(self) -> None:
        """I2, I4, I5, I6 and I7, of what is kept."""
        with store.reading(self.edges.database) as tx:
            rows = outbox.listing(tx)
            chain = audit.entries(tx)
            current = advisories.listing(tx)
            posts = [(one, drafts.frozen(tx, one.id, post_only=True).post) for one in drafts.listing(tx) if one.digests]
        keys = [one.outgoing.key for one in rows]
        assert len(keys) == len(set(keys))
        assert all((one.outgoing.draft, one.outgoing.customer) in self.approved for one in rows)
        revisions = {(one.advisory.source, one.advisory.number): _edition(one.advisory) for one in current}
        assert all(revisions[name] >= edition for name, edition in self.revisions.items()), "an older text came back"
        self.revisions = revisions
        signed = [post for one, post in posts if any(each.trust is Trust.SIGNED for each in one.notice.advisories)]
        assert not any(OVER in post.text + post.html for post in signed)
        assert chain[: len(self.chain)] == self.chain
        verify(chain)
        self.chain = chain


EXAMPLES = int(os.environ.get("FEEDBOT_HOUSES", "4"))
House.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TestHouse = House.TestCase
