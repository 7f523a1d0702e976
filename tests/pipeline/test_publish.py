"""Out of the house: the outbox, the site, and every way a mail can fail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from feedbot.delivery import Answer, OutboxState, Outcome, Outgoing
from feedbot.errors import DeliveryError, NoticeError, ReviewError
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.collect import collect
from feedbot.pipeline.publish import build_site, publish
from feedbot.pipeline.send import LEASE, resolve, send_due
from feedbot.review import State
from feedbot.signature import Signer, SigningError, VerifiedText, verify_detached, verify_file
from feedbot.store import audit, drafts, outbox
from tests.delivery.test_compose import taken_apart
from tests.fakes import World, once
from tests.pipeline.conftest import drafted, pages
from tests.pipeline.test_decide import about, state_of
from tests.providerkey import KeyHome, key_home

SOON = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def approved(stage: World, edges: Edges) -> int:
    """An approved draft over the demo's fleet."""

    def make() -> int:
        drafted(edges)
        return approve(edges)

    return once(stage, "approved", make)


def approve(edges: Edges) -> int:
    """Propose and approve the newest draft about Apache."""
    number = about(edges).id
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    return number


def parsed(outgoing: Outgoing) -> EmailMessage:
    """Read a mail as its receiver does."""
    found = message_from_bytes(outgoing.content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def states(edges: Edges) -> dict[OutboxState, int]:
    """Count the outbox, states without rows left out."""
    with edges.database.begin() as tx:
        return {state: count for state, count in outbox.counts(tx).items() if count}


def test_what_was_approved_is_sent_once_and_shown(stage: World, edges: Edges, approved: int) -> None:
    """Five mails leave with the approved text, the page is up with feeds and the signed original."""
    with edges.database.begin() as tx:
        frozen = {one.recipient.customer.email: one.mail.subject for one in drafts.frozen(tx, approved).mails}
    assert publish(edges, approved, "author") == 5
    assert send_due(edges, "w") == {OutboxState.SENT: 5}
    assert {one.recipient: parsed(one)["Subject"] for one in stage.mails} == frozen
    assert state_of(edges, approved) is State.PUBLISHED
    assert {"index.html", "INFO-2026-0001.html", "feed.xml", "feed.json"} <= set(stage.site)
    original = stage.site["originals/CSIRT-A-AT-2026-0001.txt.asc"]
    assert original == stage.pages["https://csirt-a.example/at/2026/at260001.txt"]
    assert send_due(edges, "w") == {}
    assert len(stage.mails) == 5


def test_publishing_needs_an_approval(edges: Edges, approved: int) -> None:
    """A draft that is proposed only, or published already, is refused."""
    publish(edges, approved, "author")
    with pytest.raises(ReviewError, match="published already"):
        publish(edges, approved, "author")


def test_a_deferred_mail_goes_later_as_the_same_bytes(stage: World, edges: Edges, approved: int) -> None:
    """4xx for a while: nothing is lost, the state is visible, and the bytes of each try are equal."""
    tries: list[bytes] = []

    def busy(outgoing: Outgoing) -> Answer:
        tries.append(outgoing.content)
        return Answer(Outcome.DEFERRED, 451, "later")

    stage.answer = busy
    publish(edges, approved, "author")
    assert send_due(edges, "w") == {OutboxState.DEFERRED: 5}
    assert send_due(edges, "w") == {}
    assert state_of(edges, approved) is State.PUBLISHING
    stage.now += timedelta(minutes=6)
    stage.answer = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    assert send_due(edges, "w") == {OutboxState.SENT: 5}
    assert sorted(one.content for one in stage.mails) == sorted(tries)


def test_an_outage_of_the_relay_uses_up_nothing(stage: World, edges: Edges, approved: int) -> None:
    """No session: one attempt a round, the other mails stay due, and all leave when it is back."""
    stage.answer = lambda outgoing: Answer(Outcome.NO_SESSION, 0, "connection refused")
    publish(edges, approved, "author")
    assert send_due(edges, "w") == {OutboxState.DEFERRED: 1}
    assert states(edges) == {OutboxState.DEFERRED: 1, OutboxState.PENDING: 4}
    stage.now += timedelta(days=6)
    stage.answer = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    assert send_due(edges, "w") == {OutboxState.SENT: 5}


def test_bytes_that_must_not_leave_stop_no_other(stage: World, edges: Edges, approved: int) -> None:
    """A message that the channel will not put on the wire has failed, with the reason; the others are sent."""

    def strict(outgoing: Outgoing) -> Answer:
        if outgoing.customer == "C002":
            raise DeliveryError(outgoing.key, "unknown encoding {encoding}", permanent=True, encoding="x")
        return Answer(Outcome.ACCEPTED, 250, "ok")

    stage.answer = strict
    publish(edges, approved, "author")
    assert send_due(edges, "w") == {OutboxState.SENT: 4, OutboxState.FAILED: 1}


def test_a_refused_mail_stops_no_other(stage: World, edges: Edges, approved: int) -> None:
    """550 for one of five: four are sent, the fifth has failed and says why."""

    def choosy(outgoing: Outgoing) -> Answer:
        bad = outgoing.customer == "C003"
        return Answer(Outcome.REFUSED, 550, "no such user") if bad else Answer(Outcome.ACCEPTED, 250, "ok")

    stage.answer = choosy
    publish(edges, approved, "author")
    send_due(edges, "w")
    assert states(edges) == {OutboxState.SENT: 4, OutboxState.FAILED: 1}
    with edges.database.begin() as tx:
        (failed,) = outbox.listing(tx, OutboxState.FAILED)
    assert failed.answer is not None
    assert failed.answer.text == "no such user"


def test_an_uncertain_mail_waits_for_a_person(stage: World, edges: Edges, approved: int) -> None:
    """Cut after the final dot: never sent again by itself; a person settles it, with the same Message-ID."""
    stage.answer = lambda outgoing: Answer(Outcome.UNCERTAIN, 0, "cut")
    publish(edges, approved, "author")
    send_due(edges, "w")
    stage.now += timedelta(days=3)
    assert send_due(edges, "w") == {}
    with edges.database.begin() as tx:
        rows = outbox.listing(tx, OutboxState.UNCERTAIN)
    resolve(edges, rows[0].id, "author", resend=False)
    resolve(edges, rows[1].id, "author", resend=True)
    with pytest.raises(DeliveryError, match="neither uncertain"):
        resolve(edges, rows[0].id, "author", resend=True)
    stage.answer = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    assert send_due(edges, "w") == {OutboxState.SENT: 1}
    assert stage.mails[-1].message_id == rows[1].outgoing.message_id
    with edges.database.begin() as tx:
        assert {"resend", "resolve-sent"} <= {one.verb for one in audit.entries(tx)}


def test_a_sender_that_died_on_the_wire_leaves_one_uncertain(stage: World, edges: Edges, approved: int) -> None:
    """A crash between the wire and the receipt: that mail is uncertain after its lease, the others are sent."""

    def dying(outgoing: Outgoing) -> Answer:
        raise SystemExit

    publish(edges, approved, "author")
    stage.answer = dying
    with pytest.raises(SystemExit):
        send_due(edges, "w1")
    stage.answer = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    stage.now += LEASE
    send_due(edges, "w2")
    assert states(edges) == {OutboxState.SENT: 4, OutboxState.UNCERTAIN: 1}


def test_shadow_sends_everything_to_the_operator(stage: World, edges: Edges, approved: int) -> None:
    """No customer's address is in an envelope or a To header; every subject is marked."""
    shadow = replace(edges, shadow_operator="noc@hosting.example")
    with pytest.raises(ReviewError, match="template"):
        publish(shadow, approved, "author")
    decide.propose(shadow, approved, "author")
    decide.approve(shadow, approved, "author")
    publish(shadow, approved, "author")
    send_due(shadow, "w")
    assert {one.recipient for one in stage.mails} == {"noc@hosting.example"}
    assert {parsed(one)["To"] for one in stage.mails} == {"noc@hosting.example"}
    assert all(parsed(one)["Subject"].startswith("【試験】") for one in stage.mails)
    meant = {
        one.customer: parsed(one).get_body(("plain",)).get_content().split("<")[1].split(">")[0] for one in stage.mails
    }
    assert meant["C003"] == "taro@yamada.example"
    assert all(meant[one.customer] in parsed(one).get_body(("html",)).get_content() for one in stage.mails)


def test_what_was_queued_in_one_mode_never_leaves_in_the_other(stage: World, edges: Edges, approved: int) -> None:
    """Mails queued for customers wait while shadow mode is on; they are not the operator's, and not theirs yet."""
    publish(edges, approved, "author")
    shadow = replace(edges, shadow_operator="noc@hosting.example")
    assert send_due(shadow, "w") == {}
    assert stage.mails == []
    assert state_of(edges, approved) is State.PUBLISHING
    assert send_due(edges, "w") == {OutboxState.SENT: 5}
    assert state_of(edges, approved) is State.PUBLISHED


def test_a_trial_is_on_a_trials_pages_alone(stage: World, edges: Edges, approved: int) -> None:
    """Its pages show all of it, what is really published too; the public ones never show what was a trial."""
    shadow = replace(edges, shadow_operator="noc@hosting.example")
    own = draft.new_own(edges, "件名: 点検のお知らせ\n\n点検を行います。\n", "author").id
    for mode, number in ((edges, own), (shadow, approved)):
        if mode is shadow:
            public = dict(stage.site)
            with pytest.raises(ReviewError):
                publish(shadow, approved, "author")
        decide.propose(mode, number, "author")
        decide.approve(mode, number, "author")
        publish(mode, number, "author")
    shown = {name for name in stage.site if name.startswith("INFO-") and name.endswith(".html")}
    assert shown == {"INFO-2026-0001.html", "INFO-2026-0002.html"}
    send_due(edges, "w")
    assert stage.site == public
    assert stage.mails == []


def test_after_a_trial_the_case_can_be_drafted_for_customers(stage: World, edges: Edges, approved: int) -> None:
    """What was published in shadow mode reached nobody: named again, it is a first notice with a number of its own."""
    shadow = replace(edges, shadow_operator="noc@hosting.example")
    with pytest.raises(ReviewError):
        publish(shadow, approved, "author")
    decide.propose(shadow, approved, "author")
    decide.approve(shadow, approved, "author")
    publish(shadow, approved, "author")
    send_due(shadow, "w")
    case = about(edges).notice.case
    assert draft.draft_cases(edges, "author").made == []
    (again,) = draft.draft_cases(edges, "author", [case]).made
    assert (again.notice.edition, again.notice.number) == (1, "")


def test_pages_that_cannot_be_built_hold_the_mails(stage: World, edges: Edges, approved: int) -> None:
    """No mail links to a page that is not there; when the disk has room again, page and mails go out."""

    class Full:
        def publish(self, tree: object) -> None:
            raise DeliveryError("site", "the site cannot be written: {detail}", permanent=False, detail="disk full")

    full = replace(edges, site=Full())
    with pytest.raises(DeliveryError, match="disk full"):
        publish(full, approved, "author")
    with pytest.raises(DeliveryError, match="disk full"):
        send_due(full, "w")
    assert stage.mails == []
    assert send_due(edges, "w") == {OutboxState.SENT: 5}
    assert "INFO-2026-0001.html" in stage.site


def test_a_stop_gives_back_what_was_not_sent(stage: World, edges: Edges, approved: int) -> None:
    """Told to stop after two mails: three are due as before, none is uncertain, and they leave later."""
    publish(edges, approved, "author")
    send_due(edges, "w", lambda: len(stage.mails) >= 2)
    assert states(edges) == {OutboxState.SENT: 2, OutboxState.PENDING: 3}
    assert send_due(edges, "w") == {OutboxState.SENT: 3}


def test_a_new_edition_cancels_what_waits_of_the_old(stage: World, edges: Edges, approved: int) -> None:
    """Nobody reads the old text after the new one; an edition's number is never used twice."""
    stage.answer = lambda outgoing: Answer(Outcome.DEFERRED, 451, "later")
    publish(edges, approved, "author")
    send_due(edges, "w")
    stage.pages |= pages("www-2")
    collect(edges, edges.sources["csirt_a"])
    draft.draft_cases(edges, "feedbot")
    second = approve(edges)
    publish(edges, second, "author")
    assert states(edges) == {OutboxState.CANCELLED: 5, OutboxState.PENDING: 5}
    decide.withdraw(edges, second, "author", "a mistake")
    (third,) = draft.draft_cases(edges, "author", [about(edges).notice.case]).made
    assert third.notice.edition == 3


def test_a_template_error_sends_nothing(stage: World, edges: Edges, approved: int, tmp_path: object) -> None:
    """A template that breaks before publishing leaves the outbox empty and the site as it was."""
    broken = edges.templates.__class__.load([tmp_path])
    (tmp_path / "notice").mkdir()
    (tmp_path / "notice" / "part_closing.j2").write_text("{{ nothing.here }}", encoding="utf-8")
    with pytest.raises(NoticeError, match="part_closing"):
        publish(replace(edges, templates=broken), approved, "author")
    assert (states(edges), stage.site, stage.mails) == ({}, {}, [])
    assert state_of(edges, approved) is State.APPROVED


def test_a_follow_up_keeps_the_number_and_the_thread(stage: World, edges: Edges, approved: int) -> None:
    """The revised advisory gives the second edition: change first, In-Reply-To the first mail."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    first = {one.recipient: one.message_id for one in stage.mails}
    stage.mails.clear()
    stage.pages |= pages("www-2")
    collect(edges, edges.sources["csirt_a"])
    draft.draft_cases(edges, "feedbot")
    publish(edges, approve(edges), "author")
    send_due(edges, "w")
    assert {one.recipient: parsed(one)["In-Reply-To"] for one in stage.mails} == first
    assert all("更新" in parsed(one)["Subject"] for one in stage.mails)
    assert "第2版" in stage.site["INFO-2026-0001.html"].decode()
    assert [name for name in stage.site if name.startswith("INFO")] == ["INFO-2026-0001.html"]


def test_withdrawing_cancels_what_has_not_left(stage: World, edges: Edges, approved: int) -> None:
    """Mails that wait are cancelled; none leaves afterwards."""
    publish(edges, approved, "author")
    assert decide.withdraw(edges, approved, "author", "誤りがありました").cancelled == 5
    assert send_due(edges, "w") == {}
    build_site(edges)
    page = stage.site["INFO-2026-0001.html"].decode()
    assert "取り下げ" in page
    assert "誤りがありました" in page
    assert (stage.mails, states(edges)) == ([], {OutboxState.CANCELLED: 5})


@pytest.fixture(scope="module")
def provider_key() -> Iterator[tuple[KeyHome, str]]:
    """The provider's key, in a home of its own."""
    with key_home() as home:
        yield home, home.key("notice", password="secret")


def signing(edges: Edges, home: KeyHome, key: str) -> Edges:
    """Sign both mails and posts."""
    signer = Signer(home.home, key)
    return replace(edges, sign_mail=signer.detached, sign_post=signer.clear)


def test_a_batch_that_cannot_be_signed_is_held_and_goes_later(
    stage: World, edges: Edges, approved: int, provider_key: tuple[KeyHome, str]
) -> None:
    """An agent without the passphrase: nothing is queued, shown or moved. Then the same command signs everything, and
    gpg's word over mail and post is good."""
    home, key = provider_key
    careful = signing(edges, home, key)
    with pytest.raises(SigningError, match=f"draft {approved}: held, nothing has left: {key}: .*passphrase") as caught:
        publish(careful, approved, "author")
    assert f"-u {key} --clearsign; then again: feedbot publish {approved}" in caught.value.hint()
    assert (states(edges), stage.site, stage.mails) == ({}, {}, [])
    assert state_of(edges, approved) is State.APPROVED

    home.unlock(key, "secret")
    assert publish(careful, approved, "author") == 5
    home.end_agent()  # what is signed is signed: sending and building need no agent
    assert send_due(careful, "w") == {OutboxState.SENT: 5}
    keyring = home.keyring(key)
    for one in stage.mails:
        mail = parsed(one)
        assert mail.get_content_type() == "multipart/signed"
        data, armor = taken_apart(one.content)
        found = verify_detached(data, armor, keyring=keyring, pins=(key,), now=SOON)
        assert isinstance(found, VerifiedText)
        assert mail.get_body(("plain",)) is not None
    text = verify_file(stage.site["INFO-2026-0001.txt.asc"], keyring=keyring, pins=(key,), now=SOON)
    assert isinstance(text, VerifiedText)
    with edges.database.begin() as tx:
        post = drafts.frozen(tx, approved).post
    assert text.text == post.text.rstrip("\n")
    assert "INFO-2026-0001.txt.asc" in stage.site["INFO-2026-0001.html"].decode()


def test_the_signed_text_is_the_same_at_each_build(stage: World, edges: Edges, approved: int) -> None:
    """Made once: a later build, by whatever key or none, shows the stored bytes."""
    publish(replace(edges, sign_post=lambda text: b"signed once\n"), approved, "author")
    for later in (edges, replace(edges, sign_post=lambda text: b"signed twice\n")):
        stage.site.clear()
        build_site(later)
        assert stage.site["INFO-2026-0001.txt.asc"] == b"signed once\n"


def test_signing_is_off_where_nothing_is_said(stage: World, edges: Edges, approved: int) -> None:
    """No signed text on the site, no multipart/signed; and one of the two can be signed without the other."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    assert not [name for name in stage.site if name.startswith("INFO") and name.endswith(".asc")]
    assert {parsed(one).get_content_type() for one in stage.mails} == {"multipart/alternative"}


@pytest.mark.parametrize("meanwhile", ["edited", "proposed and approved again"])
def test_what_changes_while_gpg_works_is_not_published(
    stage: World, edges: Edges, approved: int, meanwhile: str
) -> None:
    """Another person edits the notice during the signing: the signed bytes are thrown away."""

    def slow(text: str) -> bytes:
        with edges.database.begin() as tx:
            text = draft.drafting.to_edit_text(drafts.load(tx, approved).notice)
        draft.edit(edges, approved, text.replace("引用: 概要", "引用: 全文"), "other")
        if meanwhile != "edited":
            decide.propose(edges, approved, "other")
            decide.approve(edges, approved, "other")
        return b"signed\n"

    with pytest.raises(ReviewError, match="not approved" if meanwhile == "edited" else "got there first"):
        publish(replace(edges, sign_post=slow), approved, "author")
    assert (states(edges), stage.site, stage.mails) == ({}, {}, [])
