"""N12: what changes between approval and sending, recipient by recipient."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from feedbot.delivery import OutboxState
from feedbot.errors import ReviewError
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.notice import Step
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.collect import collect
from feedbot.pipeline.publish import Published, let_out, publish
from feedbot.pipeline.send import send_due
from feedbot.review import State
from feedbot.store import audit, freezes, inventory, outbox
from tests.fakes import World, once
from tests.pipeline.test_decide import about, state_of

CUSTOMERS = 40
OLD, FIXED = "2.4.57-2", "2.4.62-1~deb12u2"


class Fleet:
    """Customers with a server each, all with the flawed package."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.emails = {f"D{n:02}": f"d{n}@customer.example" for n in range(CUSTOMERS)}
        self.versions = dict.fromkeys(self.emails, OLD)
        self.take_in()

    def take_in(self) -> None:
        """Import all of it."""
        hosts = {}
        for name in self.emails:
            version = self.versions[name]
            package = Component("deb", "apache2", version, "apache2", version, "amd64", "debian:12")
            hosts[f"host-{name}"] = HostPackages(f"host-{name}", (package,), "debian:12")
        with self.edges.database.begin() as tx:
            inventory.replace_customers(
                tx,
                [Customer(name, f"株式会社{name}", email) for name, email in self.emails.items()],
                [Contract(f"V-{name}", name, Plan.VPS, root=True) for name in self.emails],
                [Server(f"host-{name}", f"V-{name}", "debian:12") for name in self.emails],
                self.edges.clock(),
            )
            inventory.replace_packages(tx, hosts, self.edges.clock())

    def moves(self, name: str) -> None:
        """Have another address."""
        self.emails[name] = "new-" + self.emails[name]

    def updates(self, name: str) -> None:
        """Have the corrected package."""
        self.versions[name] = FIXED

    def downgrades(self, name: str) -> None:
        """Have another flawed version than the one that was told."""
        self.versions[name] = "2.4.52-1"

    def leaves(self, name: str) -> None:
        """Be no customer any more."""
        del self.emails[name]

    def joins(self, name: str) -> None:
        """Be a customer from now on."""
        self.emails[name] = f"{name.lower()}@customer.example"
        self.versions[name] = OLD


@pytest.fixture
def fleet(stage: World, edges: Edges) -> Fleet:
    """Forty customers, and drafts of one round."""
    made = Fleet(edges)

    def collected() -> None:
        for source in edges.sources.values():
            collect(edges, source)
        draft.draft_cases(edges, "feedbot")

    once(stage, "forty customers", collected)
    return made


@pytest.fixture
def approved(stage: World, edges: Edges, fleet: Fleet) -> int:
    """The approved notice to all of them."""

    def make() -> int:
        number = about(edges).id
        decide.propose(edges, number, "author")
        decide.approve(edges, number, "reviewer")
        assert state_of(edges, number) is State.APPROVED
        return number

    return once(stage, "forty customers, approved", make)


def sent(stage: World) -> set[str]:
    """Whose mails have left."""
    return {one.customer for one in stage.mails}


@pytest.mark.parametrize(
    ("change", "why", "rest"),
    [
        (Fleet.moves, "changed", True),
        (Fleet.downgrades, "changed", True),
        (Fleet.updates, "gone", False),
        (Fleet.leaves, "gone", False),
    ],
)
def test_who_is_concerned_otherwise_is_held_and_the_others_get_theirs(
    stage: World, edges: Edges, fleet: Fleet, approved: int, change: Callable[[Fleet, str], None], why: str, rest: bool
) -> None:
    """An address, a version, a correction, one who left: 39 mails leave as approved, one stays with its reason."""
    change(fleet, "D07")
    fleet.take_in()
    done = let_out(edges, approved, "author")
    assert (done.queued, done.withheld, done.rest is not None) == (39, {"D07": why}, rest)
    send_due(edges, "w")
    assert sent(stage) == {f"D{n:02}" for n in range(CUSTOMERS)} - {"D07"}
    with edges.database.begin() as tx:
        assert freezes.withheld(tx, approved) == {"D07": why}
        assert [one.detail for one in audit.entries(tx) if one.verb == "withhold"] == [f"D07: {why}"]


def test_who_joined_since_gets_no_mail_of_this_edition(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """He was not among the approved; the draft for the rest is for him."""
    fleet.joins("D99")
    fleet.take_in()
    done = let_out(edges, approved, "author")
    send_due(edges, "w")
    assert (done.queued, dict(done.withheld)) == (CUSTOMERS, {})
    assert "D99" not in sent(stage)
    assert done.rest is not None
    made = decide.propose(edges, done.rest.id, "author")
    assert [one.recipient.customer.id for one in made.mails] == ["D99"]


def left_over(edges: Edges, fleet: Fleet, approved: int) -> Published:
    """Publish with one whose installed version changed."""
    fleet.downgrades("D07")
    fleet.take_in()
    return let_out(edges, approved, "author")


def test_the_rest_is_told_in_an_edition_of_its_own(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """It is proposed over what is installed now, approved, and goes to that one alone; the page stays the first's."""
    done = left_over(edges, fleet, approved)
    assert done.rest is not None
    assert (done.rest.notice.number, done.rest.notice.edition, done.rest.notice.step) == (
        "INFO-2026-0001",
        2,
        Step.FIRST,
    )
    page = stage.site["INFO-2026-0001.html"]
    decide.propose(edges, done.rest.id, "author")
    decide.approve(edges, done.rest.id, "author")
    publish(edges, done.rest.id, "author")
    send_due(edges, "w")
    assert len(stage.mails) == CUSTOMERS
    (mail,) = [one for one in stage.mails if one.customer == "D07"]
    assert mail.key.startswith("INFO-2026-0001/2/")
    assert stage.site["INFO-2026-0001.html"] == page
    assert [state_of(edges, number) for number in (approved, done.rest.id)] == [State.PUBLISHED, State.PUBLISHED]


def test_the_rest_leaves_the_mails_that_wait_alone(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """A later edition takes the place of mails that have not left; the rest's takes nobody's."""
    done = left_over(edges, fleet, approved)
    assert done.rest is not None
    made = decide.propose(edges, done.rest.id, "author")
    assert [one.recipient.customer.id for one in made.mails] == ["D07"]
    decide.approve(edges, done.rest.id, "author")
    publish(edges, done.rest.id, "author")
    with edges.database.begin() as tx:
        assert outbox.counts(tx)[OutboxState.PENDING] == CUSTOMERS


def test_a_withdrawal_takes_the_rest_back_too(stage: World, edges: Edges, fleet: Fleet, approved: int) -> None:
    """Nothing of the number leaves after it, whether the rest was published or being prepared."""
    done = left_over(edges, fleet, approved)
    assert done.rest is not None
    decide.propose(edges, done.rest.id, "author")
    decide.approve(edges, done.rest.id, "author")
    publish(edges, done.rest.id, "author")
    assert decide.withdraw(edges, approved, "author", "wrong").cancelled == CUSTOMERS
    send_due(edges, "w")
    assert stage.mails == []
    assert state_of(edges, done.rest.id) is State.WITHDRAWN


def test_a_draft_for_the_rest_ends_with_its_notice(edges: Edges, fleet: Fleet, approved: int) -> None:
    """What is being prepared expires."""
    done = left_over(edges, fleet, approved)
    assert done.rest is not None
    decide.withdraw(edges, approved, "author", "wrong")
    assert state_of(edges, done.rest.id) is State.EXPIRED


def test_the_next_edition_follows_the_notice_and_not_its_rest(edges: Edges, fleet: Fleet, approved: int) -> None:
    """第3版 goes to everybody who was told, although 第2版 went to one."""
    done = left_over(edges, fleet, approved)
    assert done.rest is not None
    decide.reject(edges, done.rest.id, "author", "he knows")
    made = draft.follow(edges, "INFO-2026-0001", "件名: 続報\n\n対応が終わりました。\n", "author")
    assert (made.notice.edition, made.notice.rest, made.notice.audience.rule) == (3, False, "told")


@pytest.mark.parametrize(("changed", "voids"), [(2, False), (3, True)])
@pytest.mark.parametrize("change", [Fleet.moves, Fleet.leaves, Fleet.updates])
def test_more_than_five_percent_void_all(
    stage: World,
    edges: Edges,
    fleet: Fleet,
    approved: int,
    change: Callable[[Fleet, str], None],
    changed: int,
    voids: bool,
) -> None:
    """2 of 40 are 5 %: the others are sent. 3 are more: nothing is."""
    for n in range(changed):
        change(fleet, f"D{n:02}")
    fleet.take_in()
    if voids:
        with pytest.raises(ReviewError, match="recipients"):
            publish(edges, approved, "author")
    else:
        assert publish(edges, approved, "author") == CUSTOMERS - changed
    assert state_of(edges, approved) is (State.VOID if voids else State.PUBLISHING)
    with edges.database.begin() as tx:
        assert sum(outbox.counts(tx).values()) == (0 if voids else CUSTOMERS - changed)


def test_those_who_join_count_too(edges: Edges, fleet: Fleet, approved: int) -> None:
    """An audience that grew by 3 of 40 is not the one that was approved."""
    for n in range(3):
        fleet.joins(f"E{n}")
    fleet.take_in()
    with pytest.raises(ReviewError, match="recipients"):
        publish(edges, approved, "author")


def test_a_change_within_bounds_does_not_stop_an_approval(edges: Edges, fleet: Fleet) -> None:
    """Somewhere somebody always updates; the approval stands, and his mail is withheld when it is published."""
    number = about(edges).id
    decide.propose(edges, number, "author")
    fleet.updates("D07")
    fleet.take_in()
    assert decide.approve(edges, number, "reviewer").state is State.APPROVED
    assert publish(edges, number, "author") == 39


def test_a_change_that_no_mail_shows_holds_nobody(edges: Edges, fleet: Fleet, approved: int) -> None:
    """What the inventory knows of a customer besides may change: his words and his address are the same."""
    with edges.database.begin() as tx:
        customers = [replace(one, language="en") for one in inventory.customers(tx)]
        inventory.replace_customers(tx, customers, None, None, edges.clock())
    done = let_out(edges, approved, "author")
    assert (done.queued, dict(done.withheld), done.rest) == (CUSTOMERS, {}, None)


@pytest.mark.parametrize(("column", "reason"), [("mail", "text"), ("recipient", "recipients"), ("post", "text")])
def test_a_freeze_that_was_altered_is_void(edges: Edges, approved: int, column: str, reason: str) -> None:
    """Whoever writes into the database past feedbot sends nothing: the frozen bytes are not those decided over."""
    words = {"mail": ("ご連絡", "ご案内"), "recipient": ("d3@customer", "dx@customer"), "post": ("ご連絡", "ご案内")}
    table = "drafts" if column == "post" else "frozen_mails"
    old, new = ("お客様", "お客さん") if column == "post" else words[column]
    with edges.database.begin() as tx:
        tx.exec_driver_sql(f"UPDATE {table} SET {column} = replace({column}, '{old}', '{new}')")
    with pytest.raises(ReviewError, match=reason):
        publish(edges, approved, "author")


def test_a_post_that_would_come_out_otherwise_is_void(
    edges: Edges, approved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer feedbot that words a post otherwise asks for a new decision."""
    from feedbot.pipeline import _pages

    whole = _pages.render.post
    monkeypatch.setattr(_pages.render, "post", lambda *given: replace(whole(*given), text="other"))
    with pytest.raises(ReviewError, match="text"):
        publish(edges, approved, "author")
