"""Publish: hand an approved notice to the outbox and build the site. What leaves is send.py's.

1 compose and sign (an agent that fails: held, as if nothing was asked)   2 judge again (anything changed: void)
3 outbox rows, signed post and state, one transaction       4 the site, swapped whole
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape

from feedbot.advisory import Trust
from feedbot.delivery import Outgoing, message, signed
from feedbot.errors import DeliveryError, ReviewError
from feedbot.inventory import Customer
from feedbot.messages import tr
from feedbot.notice import MailText, Post, site
from feedbot.pipeline import _matters
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._judging import judge
from feedbot.pipeline._pages import PROVIDER, SHOWN
from feedbot.pipeline.announce import announce
from feedbot.pipeline.decide import check_age, void, voided
from feedbot.pipeline.draft import for_the_rest, go
from feedbot.pipeline.release import staged
from feedbot.reading.dates import JST
from feedbot.review import Digests, Draft, Drift, State
from feedbot.signature import GrammarError, SigningError, clearsign
from feedbot.store import (
    Transaction,
    advisories,
    audit,
    decisions,
    digests,
    documents,
    drafts,
    freezes,
    lock,
    outbox,
    reading,
    releases,
    threads,
)
from feedbot.store.drafts import FrozenMail, FrozenRender


@dataclass(frozen=True, slots=True)
class _Ready:
    """What will leave, composed and signed, by recipient, and the render it was made of with its digests."""

    bound: Digests
    frozen: FrozenRender
    mails: Mapping[str, Outgoing]
    signed_post: bytes


@dataclass(frozen=True, slots=True)
class Published:
    """`queued` mails are in the outbox; `withheld` says why the others are not, by recipient: `gone` is no longer
    concerned, `changed` has another address or servers or software since. `rest` is the draft for those who should be
    told in other words, or joined since; None where there is nobody."""

    queued: int
    withheld: Mapping[str, str]
    rest: Draft | None


def publish(edges: Edges, number: int, actor: str) -> int:
    """Let an approved notice out, as `let_out` does; return how many mails were queued."""
    return let_out(edges, number, actor).queued


def let_out(edges: Edges, number: int, actor: str) -> Published:
    """Let an approved notice out: its mails become outbox rows, its post part of the site.

    Mails of those who are no longer concerned, or concerned otherwise, are withheld, and a draft for the latter is made
    (N12).

    Raises ReviewError where it is not approved, or where something changed since: it is void then, and says what;
    SigningError where it cannot be signed: it stays approved, and nothing is queued.
    """
    edges.desk.require(f"draft {number}", actor, "publish")
    with reading(edges.database) as tx:
        draft, _ = _approved(tx, number)
        pages = [one.id for one in _matters.of(tx, draft.notice, *State) if one.state not in SHOWN]
    for one in pages:  # the pages of a digest's cases, before a mail links to them
        _let_out(edges, one, actor)
    done = _let_out(edges, number, actor)
    build_site(edges)
    return done


def _let_out(edges: Edges, number: int, actor: str) -> Published:
    ready = _ready(edges, number)
    with edges.database.begin() as tx:
        draft, bound = _approved(tx, number)
        if bound != ready.bound:
            raise ReviewError(f"draft {number}", "another process got there first", hint="look at it again")
        check_age(edges, tx, draft)
        found = judge(edges, tx, draft, bound, ready.frozen)
        if found.reasons:
            void(edges, tx, draft, found.reasons, actor)
        else:
            done = _begin(edges, tx, draft, ready, found.drift, actor)
    if found.reasons:
        raise voided(number, found.reasons)
    return done


def _begin(edges: Edges, tx: Transaction, draft: Draft, ready: _Ready, drift: Drift, actor: str) -> Published:
    withheld, now = drift.reasons, edges.clock()
    mails = [mail for whose, mail in ready.mails.items() if whose not in withheld]
    cancelled = _supersede(tx, draft, frozenset(ready.mails) - set(withheld))
    queued = _queue(tx, draft, staged(edges, tx, draft, mails))
    freezes.withhold(tx, draft.id, withheld)
    if ready.signed_post:
        drafts.keep_signed_post(tx, draft.id, ready.signed_post)
    go(edges, tx, draft, State.PUBLISHING)
    announce(edges, tx, draft)
    audit.append(tx, actor, "publish", f"draft {draft.id}", f"{queued} mails", now)
    for other, count in cancelled.items():
        audit.append(tx, actor, "cancel", f"draft {other}", f"{count} messages; edition {draft.notice.edition}", now)
    if withheld:
        detail = ", ".join(f"{whose}: {why}" for whose, why in sorted(withheld.items()))
        audit.append(tx, actor, "withhold", f"draft {draft.id}", detail, now)
    rest = for_the_rest(edges, tx, draft.notice, actor) if drift.untold else None
    return Published(queued, withheld, rest)


def _supersede(tx: Transaction, draft: Draft, recipients: frozenset[str]) -> dict[int, int]:
    """Cancel what still waits of earlier editions for those who get this one: nobody reads the old text after the new.
    Return how many messages, by draft.

    Who is left out keeps the mail that he waits for, but where the audience was matched anew: he is not concerned now.
    """
    notice = draft.notice
    whose = None if notice.audience.rule == "match" else recipients
    earlier = () if notice.rest else drafts.of_number(tx, notice.number)
    counts = {
        one.id: outbox.cancel_pending(tx, one.id, whose) for one in earlier if one.notice.edition < notice.edition
    }
    return {one: count for one, count in counts.items() if count}


def _queue(tx: Transaction, draft: Draft, mails: tuple[Outgoing, ...]) -> int:
    """Make the outbox rows.

    Raises DeliveryError where a row of one of the keys is there already: the edition would reach only some.
    """
    notice = draft.notice
    queued = outbox.add_all(tx, mails)
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
        before = _received(edges, tx, draft)
        mails = {mail.recipient.id: _outgoing(edges, draft, mail, before) for mail in frozen.mails}
    try:
        mails |= {
            one.id: signed(mails[one.id], sign)
            for one in (mail.recipient for mail in frozen.mails)
            if (sign := edges.brand(one.brand).sign_mail) is not None
        }
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
    return _Ready(bound, frozen, mails, post)


def build_site(edges: Edges) -> int:
    """Build the public pages from everything published and swap them in: the provider's, and those of each brand that
    has its own. Returns the number of notices. What was published as a trial is on none but a trial's pages.

    One at a time: of two builds, the one that read later must be the one that is shown. The same pages again change
    nothing on the disk. Raises DeliveryError, the old site still standing, when the others are built.
    """
    failed: list[DeliveryError] = []
    with edges.database.begin() as tx:
        lock(tx, "site")
        trials = frozenset() if edges.shadow_operator else releases.of_other(tx, edges.channel)
        standing = (one for state in SHOWN for one in drafts.listing(tx, state))
        shown = [one for one in standing if site.has_page(one.notice) and one.id not in trials]
        entries = [_published(tx, one) for one in shown]
        own = [one for one, pages in entries if not pages or PROVIDER in pages]
        for name, channel in {PROVIDER: edges.site, **edges.brand_sites}.items():
            told, brand = own if not name else _branded(edges, name, entries), edges.brand(name)
            try:
                channel.publish(site.pages(told, brand.provider, brand.templates))
            except DeliveryError as error:
                failed.append(error)
    if failed:
        raise failed[0]
    return len(entries)


def _branded(
    edges: Edges, name: str, entries: Iterable[tuple[site.Published, Mapping[str, Post]]]
) -> list[site.Published]:
    """Return what a brand's own pages show. The provider's signature is not on them: it names the provider."""
    brand = edges.brand(name)
    return [
        replace(one, notice=brand.numbered(one.notice), post=pages[name], signed=b"")
        for one, pages in entries
        if name in pages
    ]


def _received(edges: Edges, tx: Transaction, draft: Draft) -> Mapping[tuple[str, str], str]:
    """Return the Message-IDs of earlier editions' mails that arrived, by recipient and address; of digests' where he
    was told in one alone."""
    notice = draft.notice
    if notice.edition == 1:
        return {}
    earlier = [one.id for one in drafts.of_number(tx, notice.number) if one.notice.edition < notice.edition]
    told: dict[tuple[str, str], str] = {}
    for digest, whose in sorted(digests.telling(tx, notice.number).items(), reverse=True):  # the first one stays
        found = threads.received(tx, [digest], edges.channel)
        told |= {key: name for key, name in found.items() if key[0] in whose}
    return told | threads.received(tx, earlier, edges.channel)


def _outgoing(edges: Edges, draft: Draft, frozen: FrozenMail, before: Mapping[tuple[str, str], str]) -> Outgoing:
    """Fix a mail's bytes. In shadow mode it goes to the operator alone, marked as a trial."""
    notice, customer = draft.notice, frozen.recipient.customer
    mail, recipient = frozen.mail, frozen.recipient
    if edges.shadow_operator:
        mail = _marked(mail, customer)
        recipient = replace(recipient, customer=replace(customer, email=edges.shadow_operator))
    return message(
        mail,
        provider=edges.brand(recipient.brand).provider,
        recipient=recipient,
        key=f"{notice.number}/{notice.edition}/{recipient.id}/{edges.channel}",
        secret=edges.secret,
        date=edges.clock(),
        draft=draft.id,
        in_reply_to=before.get((recipient.id, recipient.customer.email.lower()), ""),
    )


def _marked(mail: MailText, customer: Customer) -> MailText:
    """Mark a mail as a trial, and say for whom it would have been."""
    words = tr("trial: this mail would go to {name} <{address}>", name=customer.name, address=customer.email)
    html = re.sub(r"(<body[^>]*>)", lambda found: f"{found[0]}<p>{escape(words)}</p>", mail.html, count=1)
    return MailText("【試験】" + mail.subject, f"{words}\n\n{mail.text}", html)


def _published(tx: Transaction, draft: Draft) -> tuple[site.Published, Mapping[str, Post]]:
    frozen = drafts.frozen(tx, draft.id, post_only=True)
    withdrawn = None
    if draft.state is State.WITHDRAWN:
        last = next(one for one in reversed(decisions.of_draft(tx, draft.id)) if one.verb == "withdraw")
        withdrawn = (last.at.astimezone(JST).date(), last.reason)
    made = site.Published(draft.notice, frozen.post, _originals(tx, draft), frozen.signed_post, withdrawn)
    return made, frozen.pages


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
