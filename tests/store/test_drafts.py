"""Drafts move once, are edited only while they are drafts, and keep the render that was proposed."""

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine

from feedbot.errors import StoreError
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Audience, Block, Kind, MailText, Notice, Post, Recipient, Step
from feedbot.review import Decision, Digests, State
from feedbot.store import decisions, drafts
from feedbot.store.drafts import FrozenMail
from tests.store.samples import LATER, NOW, advisory

NOTICE = Notice(
    Kind.ADVISORY,
    Step.FIRST,
    "exampled の脆弱性",
    Audience("match"),
    (Block("overview", "概要です。"),),
    NOW,
    case="C-2026-0001",
    advisories=(advisory(),),
)
DIGESTS = Digests("t", "r", "i", "p", "a")
POST = Post("題名", "<p>本文</p>", "本文", "本文")


def mail(customer: str, subject: str = "件名") -> FrozenMail:
    """A mail to a customer about his one server."""
    match = Match(
        Component("deb", "exampled", "4.1-1"), "exampled", MatchVerdict.AFFECTED, Because("upstream-range"), ("4.2",)
    )
    exposure = Exposure(
        who := Customer(customer, f"{customer}商店", f"{customer}@x.example"),
        Contract(f"{customer}-1", customer, Plan.VPS, True),
        Server(f"{customer}-web", f"{customer}-1"),
        (match,),
    )
    return FrozenMail(Recipient(who, (exposure,)), MailText(subject, "本文", "<p>本文</p>"))


def test_a_draft_comes_back(tx: Connection) -> None:
    """What was created is what is loaded."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    assert (draft.notice, draft.state, draft.created_at, draft.created_by) == (NOTICE, State.DRAFT, NOW, "sato")
    assert drafts.load(tx, draft.id) == draft


def test_an_unknown_draft(tx: Connection) -> None:
    """It is a StoreError that names the number; so is a render that was never made."""
    with pytest.raises(StoreError, match="7: no such draft"):
        drafts.load(tx, 7)
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    with pytest.raises(StoreError, match="nothing has been proposed"):
        drafts.frozen(tx, draft.id)


def test_a_move_happens_once(tx: Connection) -> None:
    """The second of two who saw the same state is told so."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    assert drafts.move(tx, draft.id, State.DRAFT, State.PROPOSED, NOW)
    assert not drafts.move(tx, draft.id, State.DRAFT, State.REJECTED, NOW)
    assert drafts.load(tx, draft.id).state is State.PROPOSED


def test_editing_ends_with_the_proposal(tx: Connection) -> None:
    """A draft can be edited, a proposed one not."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    edited = replace(NOTICE, title="新しい題名")
    assert drafts.update_notice(tx, draft.id, edited)
    drafts.move(tx, draft.id, State.DRAFT, State.PROPOSED, NOW)
    assert not drafts.update_notice(tx, draft.id, NOTICE)
    assert drafts.load(tx, draft.id).notice == edited


def test_the_frozen_render_comes_back(tx: Connection) -> None:
    """Post, mails by customer with their exposures, digests, number and count of recipients."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    numbered = replace(NOTICE, number="INFO-2026-0001", issued=NOW.date())
    assert drafts.freeze(tx, draft.id, numbered, DIGESTS, POST, [mail("B"), mail("A")])
    frozen = drafts.frozen(tx, draft.id)
    assert (frozen.post, frozen.mails) == (POST, (mail("A"), mail("B")))
    loaded = drafts.load(tx, draft.id)
    assert (loaded.notice, loaded.digests, loaded.recipients) == (numbered, DIGESTS, 2)


def test_what_is_proposed_is_not_frozen_anew(tx: Connection) -> None:
    """Only a draft, or a void one that is proposed again, takes a new render; nothing of the old one stays."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [mail("A"), mail("B")])
    drafts.move(tx, draft.id, State.DRAFT, State.PROPOSED, NOW)
    assert not drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [mail("C")])
    assert len(drafts.frozen(tx, draft.id).mails) == 2
    drafts.move(tx, draft.id, State.PROPOSED, State.VOID, NOW)
    assert drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [])
    assert drafts.frozen(tx, draft.id).mails == ()
    assert drafts.load(tx, draft.id).recipients == 0


def test_lists(tx: Connection) -> None:
    """By state and by case, newest first."""
    one, two, three = (drafts.create(tx, replace(NOTICE, case=f"C-{n}"), "sato", NOW) for n in (1, 2, 1))
    assert [draft.id for draft in drafts.listing(tx)] == [three.id, two.id, one.id]
    assert [draft.id for draft in drafts.of_case(tx, "C-1")] == [three.id, one.id]
    for draft in (one, three):
        drafts.move(tx, draft.id, State.DRAFT, State.PUBLISHED, NOW)
    assert [draft.id for draft in drafts.listing(tx, State.PUBLISHED)] == [three.id, one.id]
    assert [draft.id for draft in drafts.listing(tx, State.DRAFT)] == [two.id]


def test_numbers_count_by_prefix_and_year(tx: Connection) -> None:
    """Each prefix and each year has its own count."""
    asked = [("INFO", 2026), ("INFO", 2026), ("VPS", 2026), ("INFO", 2027)]
    assert [drafts.next_number(tx, *one) for one in asked] == [
        "INFO-2026-0001",
        "INFO-2026-0002",
        "VPS-2026-0001",
        "INFO-2027-0001",
    ]


def test_a_number_of_a_failed_proposal_is_given_again(database: Engine) -> None:
    """A number is reserved with the transaction that uses it."""
    with database.connect() as tx, tx.begin() as transaction:
        drafts.next_number(tx, "INFO", 2026)
        transaction.rollback()
    with database.begin() as tx:
        assert drafts.next_number(tx, "INFO", 2026) == "INFO-2026-0001"


def test_of_two_approvals_at_once_one_wins(database: Engine) -> None:
    """Eight threads move the same draft: one succeeds."""
    with database.begin() as tx:
        draft = drafts.create(tx, NOTICE, "sato", NOW)
    won: list[bool] = []

    def approve() -> None:
        with database.begin() as tx:
            won.append(drafts.move(tx, draft.id, State.DRAFT, State.PROPOSED, NOW))

    threads = [Thread(target=approve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_decisions_come_back_in_order(tx: Connection) -> None:
    """Each with its digests and reason; those of another draft are not among them."""
    one, two = (drafts.create(tx, NOTICE, "sato", NOW) for _ in range(2))
    said = [
        Decision(one.id, "propose", "sato", NOW, DIGESTS),
        Decision(one.id, "reject", "suzuki", LATER, replace(DIGESTS, text="u"), "宛先が違います"),
    ]
    for decision in said:
        decisions.add(tx, decision)
    decisions.add(tx, Decision(two.id, "propose", "sato", NOW, DIGESTS))
    assert decisions.of_draft(tx, one.id) == tuple(said)


def test_a_signed_post_stays_until_another_render_takes_its_place(tx: Connection) -> None:
    """The bytes are kept as they are; a new proposal has no signature of the one before."""
    draft = drafts.create(tx, NOTICE, "sato", NOW)
    drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [mail("C1")])
    assert drafts.frozen(tx, draft.id).signed_post == b""
    drafts.keep_signed_post(tx, draft.id, b"signed\r\n\xff")
    assert drafts.frozen(tx, draft.id).signed_post == b"signed\r\n\xff"
    assert drafts.frozen(tx, draft.id).post == POST
    drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [])
    assert drafts.frozen(tx, draft.id).signed_post == b""
