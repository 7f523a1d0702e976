"""Publish: hand an approved notice to the outbox and build the site. What leaves is send.py's.

1 compose and sign (an agent that fails: held, as if nothing was asked)   2 judge again (anything changed: void)
3 outbox rows, signed post and state, one transaction       4 the site, swapped whole
"""

import re
from dataclasses import dataclass, replace
from html import escape

from feedbot.advisory import Trust
from feedbot.delivery import Outgoing, message, signed
from feedbot.errors import DeliveryError, ReviewError
from feedbot.inventory import Customer
from feedbot.messages import tr
from feedbot.notice import MailText, Recipient, site
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.decide import changed_since, check_age, void, voided
from feedbot.pipeline.draft import go
from feedbot.reading.dates import JST
from feedbot.review import Digests, Draft, State
from feedbot.signature import GrammarError, SigningError, clearsign
from feedbot.store import Transaction, advisories, audit, decisions, documents, drafts, lock, outbox, reading
from feedbot.store.drafts import FrozenMail


@dataclass(frozen=True, slots=True)
class _Ready:
    """What will leave, composed and signed, and the digests of the render it was made of."""

    bound: Digests
    mails: tuple[Outgoing, ...]
    signed_post: bytes


_SHOWN = (State.PUBLISHING, State.PUBLISHED, State.WITHDRAWN)
"""What the pages show; a withdrawn notice stays at its address, marked, for those who were sent there."""


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
        check_age(edges, tx, draft)
        reasons = changed_since(edges, tx, draft, bound)
        if reasons:
            void(edges, tx, draft, reasons, actor)
        else:
            queued = _queue(tx, draft, ready.mails)
            if ready.signed_post:
                drafts.keep_signed_post(tx, number, ready.signed_post)
            go(edges, tx, draft, State.PUBLISHING)
            audit.append(tx, actor, "publish", f"draft {number}", f"{queued} mails", edges.clock())
    if reasons:
        raise voided(number, reasons)
    build_site(edges)
    return queued


def _queue(tx: Transaction, draft: Draft, mails: tuple[Outgoing, ...]) -> int:
    """Make the outbox rows, and cancel what still waits of earlier editions: nobody reads the old text after the new.

    Raises DeliveryError where a row of one of the keys is there already: the edition would reach only some.
    """
    notice = draft.notice
    for other in drafts.of_case(tx, notice.case) if notice.case else ():
        if other.notice.number == notice.number and other.notice.edition < notice.edition:
            outbox.cancel_pending(tx, other.id)
    queued = sum(outbox.add(tx, mail) for mail in mails)
    if queued != len(mails):
        raise DeliveryError(
            f"{notice.number}/{notice.edition}",
            "{count} of its mails have been queued before",
            permanent=True,
            hint="report this with: feedbot outbox status",
            count=len(mails) - queued,
        )
    return queued


def _approved(tx: Transaction, number: int) -> tuple[Draft, Digests]:
    draft = drafts.load(tx, number)
    if draft.state in (State.PUBLISHING, State.PUBLISHED):
        raise ReviewError(f"draft {number}", "it has been published already", hint="see: feedbot outbox status")
    if draft.state is not State.APPROVED or draft.digests is None:
        raise ReviewError(
            f"draft {number}",
            "it is {state}, not approved",
            hint="allowed after: feedbot approve {number}",
            state=tr(draft.state.value),
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
    """Build the public pages from everything published and swap them in. Returns the number of notices.

    One at a time: of two builds, the one that read later must be the one that is shown. The same pages again change
    nothing on the disk. Raises DeliveryError, the old site still standing.
    """
    with edges.database.begin() as tx:
        lock(tx, "site")
        shown = [one for state in _SHOWN for one in drafts.listing(tx, state) if site.has_page(one.notice)]
        entries = [_published(tx, one) for one in shown]
        edges.site.publish(site.pages(entries, edges.provider, edges.templates))
    return len(entries)


def _outgoing(edges: Edges, tx: Transaction, draft: Draft, frozen: FrozenMail) -> Outgoing:
    """Fix a mail's bytes. In shadow mode it goes to the operator alone, marked as a trial."""
    notice, customer = draft.notice, frozen.recipient.customer
    mail, recipient = frozen.mail, frozen.recipient
    if edges.shadow_operator:
        mail = _marked(mail, customer)
        recipient = Recipient(replace(customer, email=edges.shadow_operator), recipient.exposures)
    first = f"{notice.number}/1/{customer.id}/{edges.channel}"
    return message(
        mail,
        provider=edges.provider,
        recipient=recipient,
        key=f"{notice.number}/{notice.edition}/{customer.id}/{edges.channel}",
        secret=edges.secret,
        date=edges.clock(),
        draft=draft.id,
        in_reply_to=outbox.message_id(tx, first) if notice.edition > 1 else "",
    )


def _marked(mail: MailText, customer: Customer) -> MailText:
    """Mark a mail as a trial, and say for whom it would have been."""
    words = tr("trial: this mail would go to {name} <{address}>", name=customer.name, address=customer.email)
    html = re.sub(r"(<body[^>]*>)", lambda found: f"{found[0]}<p>{escape(words)}</p>", mail.html, count=1)
    return MailText("【試験】" + mail.subject, f"{words}\n\n{mail.text}", html)


def _published(tx: Transaction, draft: Draft) -> site.Published:
    frozen = drafts.frozen(tx, draft.id, post_only=True)
    withdrawn = None
    if draft.state is State.WITHDRAWN:
        last = next(one for one in reversed(decisions.of_draft(tx, draft.id)) if one.verb == "withdraw")
        withdrawn = (last.at.astimezone(JST).date(), last.reason)
    return site.Published(draft.notice, frozen.post, _originals(tx, draft), frozen.signed_post, withdrawn)


def _originals(tx: Transaction, draft: Draft) -> tuple[tuple[str, bytes], ...]:
    """Return the signed originals that a post offers, so that a reader can verify them himself."""
    return tuple(
        (site.original_name(one), _block(documents.load(tx, digest).body))
        for one in draft.notice.advisories
        if one.trust is Trust.SIGNED and (digest := advisories.document_of(tx, one))
    )


def _block(body: bytes) -> bytes:
    """Return the signed block of a document without the page around it; a page of several blocks is offered whole."""
    try:
        return clearsign.cut(body)
    except GrammarError:
        return body
