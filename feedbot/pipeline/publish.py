"""Publish: hand an approved notice to the outbox, build the site, send.

1 compose and sign (an agent that fails: held, as if nothing was asked)   2 judge again (anything changed: void)
3 outbox rows, signed post and state, one transaction       4 the site, swapped whole
5 claim · mark · wire · receipt, a message at a time        6 published when no message waits any more
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from feedbot.advisory import Trust
from feedbot.delivery import Answer, MailChannel, OutboxState, Outcome, Outgoing, Receipt, after, message, signed
from feedbot.errors import DeliveryError, ReviewError
from feedbot.notice import Recipient, site
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.decide import changed_since, void, voided
from feedbot.pipeline.draft import go
from feedbot.review import Digests, Draft, State
from feedbot.signature import SigningError
from feedbot.store import Transaction, advisories, audit, documents, drafts, outbox, reading
from feedbot.store.drafts import FrozenMail
from feedbot.store.outbox import Claimed

LEASE = timedelta(minutes=15)
"""Longer than the longest wait on the wire (10 minutes after the final dot), so that no healthy sender loses a row."""
BATCH = 100
CHANNEL = "smtp"
_RESOLVABLE = (OutboxState.UNCERTAIN, OutboxState.FAILED)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What will leave, composed and signed, and the digests of the render it was made of."""

    bound: Digests
    mails: tuple[Outgoing, ...]
    signed_post: bytes


def publish(edges: Edges, number: int, actor: str) -> int:
    """Let an approved notice out: its mails become outbox rows, its post part of the site. Returns the mails queued.

    Raises ReviewError where it is not approved, or where something changed since: it is void then, and says what;
    SigningError where it cannot be signed: it stays approved, and nothing is queued.
    """
    ready = _ready(edges, number)
    with edges.database.begin() as tx:
        draft, bound = _approved(tx, number)
        if bound != ready.bound:
            raise ReviewError(f"draft {number}", "another process got there first", hint="look at it again")
        reasons = changed_since(edges, tx, draft, bound)
        if reasons:
            void(edges, tx, draft, reasons, actor)
        else:
            queued = sum(outbox.add(tx, mail) for mail in ready.mails)
            if ready.signed_post:
                drafts.keep_signed_post(tx, number, ready.signed_post)
            go(edges, tx, draft, State.PUBLISHING)
            audit.append(tx, actor, "publish", f"draft {number}", f"{queued} mails", edges.clock())
    if reasons:
        raise voided(number, reasons)
    build_site(edges)
    return queued


def _approved(tx: Transaction, number: int) -> tuple[Draft, Digests]:
    draft = drafts.load(tx, number)
    if draft.state is not State.APPROVED or draft.digests is None:
        raise ReviewError(
            f"draft {number}",
            "it is {state}, not approved",
            hint="allowed after: feedbot approve {number}",
            state=draft.state.value,
            number=number,
        )
    return draft, draft.digests


def _ready(edges: Edges, number: int) -> _Ready:
    """Fix every byte that will leave. gpg may take its time, so no transaction waits for it."""
    with reading(edges.database) as tx:
        draft, bound = _approved(tx, number)
        frozen = drafts.frozen(tx, number)
        mails = [_outgoing(edges, tx, draft, mail) for mail in frozen.mails]
    try:
        if edges.sign_mail is not None:
            mails = [signed(mail, edges.sign_mail) for mail in mails]
        post = edges.sign_post(frozen.post.text) if edges.sign_post is not None else b""
    except SigningError as error:
        raise SigningError(
            f"draft {number}",
            "held, nothing has left: {why}",
            hint="{cure}; then again: feedbot publish {number}",
            why=str(error),
            cure=error.hint(),
            number=number,
        ) from error
    return _Ready(bound, tuple(mails), post)


def build_site(edges: Edges) -> int:
    """Build the public pages from everything published and swap them in. Returns the number of notices."""
    with reading(edges.database) as tx:
        shown = [*drafts.listing(tx, State.PUBLISHING), *drafts.listing(tx, State.PUBLISHED)]
        entries = [_published(tx, one) for one in shown]
    edges.site.publish(site.pages(entries, edges.provider, edges.templates))
    return len(entries)


def send_due(edges: Edges, worker: str) -> dict[OutboxState, int]:
    """Send what is due, until nothing is. Returns how many messages ended in which state.

    Where the relay cannot be reached, nothing is known of the other messages: the round ends, and they stay due.
    """
    with edges.database.begin() as tx:
        lost = outbox.recover(tx, edges.clock())
        if lost:
            audit.append(tx, "feedbot", "uncertain", "outbox", f"{lost} messages", edges.clock())
    done: Counter[OutboxState] = Counter()
    channel = edges.open_mail()
    try:
        while rows := _claimed(edges, worker):
            if not _send(edges, channel, rows, done):
                break
    finally:
        channel.close()
    _settle(edges)
    return dict(done)


def _claimed(edges: Edges, worker: str) -> tuple[Claimed, ...]:
    with edges.database.begin() as tx:
        return outbox.claim(tx, worker, edges.clock(), LEASE, BATCH, channel=CHANNEL)


def _send(edges: Edges, channel: MailChannel, rows: tuple[Claimed, ...], done: Counter[OutboxState]) -> bool:
    """Send claimed rows one after the other; False, and the rest given back, where there is no session to be had."""
    for place, row in enumerate(rows):
        with edges.database.begin() as tx:
            if not outbox.mark_sending(tx, row.id, row.fence, edges.clock(), LEASE):
                continue
        answer = _answer(channel, row.outgoing)
        verdict = after(answer, row.outgoing.attempts, edges.clock())
        with edges.database.begin() as tx:
            outbox.record(
                tx, row.id, row.fence, verdict.receipt, attempts=verdict.attempts, next_try_at=verdict.next_try_at
            )
            if answer.outcome is Outcome.NO_SESSION:
                for other in rows[place + 1 :]:
                    outbox.release(tx, other.id, other.fence)
        done[verdict.receipt.state] += 1
        if answer.outcome is Outcome.NO_SESSION:
            return False
    return True


def _answer(channel: MailChannel, outgoing: Outgoing) -> Answer:
    try:
        return channel.send(outgoing)
    except DeliveryError as error:  # its bytes must not leave at all; nothing has been said on the wire
        return Answer(Outcome.REFUSED, 0, str(error))


def resolve(edges: Edges, number: int, actor: str, *, resend: bool) -> None:
    """Settle an uncertain or failed message by a person's word: it has arrived, or it goes again as the same bytes.

    Raises DeliveryError where it is in another state by now.
    """
    now = edges.clock()
    state = OutboxState.PENDING if resend else OutboxState.SENT
    with edges.database.begin() as tx:
        if not any(outbox.resolve(tx, number, old, Receipt(state, now, 0, f"by {actor}")) for old in _RESOLVABLE):
            raise DeliveryError(
                f"message {number}",
                "it is neither uncertain nor failed",
                permanent=True,
                hint="feedbot outbox status shows the messages",
            )
        audit.append(tx, actor, "resend" if resend else "resolve-sent", f"message {number}", "", now)


def _settle(edges: Edges) -> None:
    """Call published what has no message waiting any more. An uncertain one waits for a person, not for us."""
    with edges.database.begin() as tx:
        for draft in drafts.listing(tx, State.PUBLISHING):
            counts = outbox.counts(tx, draft.id)
            if not any(counts[state] for state in (OutboxState.PENDING, OutboxState.SENDING, OutboxState.DEFERRED)):
                go(edges, tx, draft, State.PUBLISHED)


def _outgoing(edges: Edges, tx: Transaction, draft: Draft, frozen: FrozenMail) -> Outgoing:
    """Fix a mail's bytes. In shadow mode it goes to the operator alone, marked as a trial."""
    notice, customer = draft.notice, frozen.recipient.customer
    mail, recipient = frozen.mail, frozen.recipient
    if edges.shadow_operator:
        mail = replace(mail, subject="【試験】" + mail.subject)
        recipient = Recipient(replace(customer, email=edges.shadow_operator), recipient.exposures)
    return message(
        mail,
        provider=edges.provider,
        recipient=recipient,
        key=f"{notice.number}/{notice.edition}/{customer.id}/{CHANNEL}",
        secret=edges.secret,
        date=edges.clock(),
        draft=draft.id,
        in_reply_to=outbox.message_id(tx, f"{notice.number}/1/{customer.id}/{CHANNEL}") if notice.edition > 1 else "",
    )


def _published(tx: Transaction, draft: Draft) -> site.Published:
    frozen = drafts.frozen(tx, draft.id)
    return site.Published(draft.notice, frozen.post, _originals(tx, draft), frozen.signed_post)


def _originals(tx: Transaction, draft: Draft) -> tuple[tuple[str, bytes], ...]:
    """Return the signed originals that a post offers, so that a reader can verify them himself."""
    return tuple(
        (site.original_name(one), documents.load(tx, digest).body)
        for one in draft.notice.advisories
        if one.trust is Trust.SIGNED and (digest := advisories.document_of(tx, one))
    )
