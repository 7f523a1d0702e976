"""Drafts of notices, and the render that a decision is bound to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from feedbot.errors import StoreError
from feedbot.notice import MailText, Notice, Post, Recipient
from feedbot.review import Digests, Draft, State
from feedbot.store._json import dump
from feedbot.store._json import load as load_noun
from feedbot.store._sql import insert, next_value
from feedbot.store._tables import drafts, frozen_mails, frozen_pages


@dataclass(frozen=True, slots=True)
class FrozenMail:
    """One mail as it was proposed, with the recipient and his exposures of that moment."""

    recipient: Recipient
    mail: MailText


@dataclass(frozen=True, slots=True)
class FrozenRender:
    """What is decided over, in words; `mails` by customer id. `signed_post` is the post's text in its signature, made
    when it was published; empty where posts are not signed. `pages` are the posts of brands with pages of their own,
    by brand, with the provider's under an empty name where it shows the notice too; without any it alone does."""

    post: Post
    mails: tuple[FrozenMail, ...]
    signed_post: bytes = b""
    pages: Mapping[str, Post] = field(default_factory=dict)


def create(tx: Connection, notice: Notice, actor: str, now: datetime) -> Draft:
    """Keep a new draft."""
    row = insert(tx, drafts).values(
        case=notice.case,
        state=State.DRAFT.value,
        created_at=now,
        created_by=actor,
        moved_at=now,
        notice=dump(notice),
        recipients=0,
    )
    return load(tx, tx.execute(row.returning(drafts.c.id)).scalar_one())


def load(tx: Connection, number: int) -> Draft:
    """Return a draft. Raises StoreError where there is none of this number."""
    row = tx.execute(select(drafts).where(drafts.c.id == number)).one_or_none()
    if row is None:
        raise StoreError(str(number), "no such draft", hint="`feedbot draft list` shows them")
    return _draft(row)


def listing(tx: Connection, state: State | None = None) -> tuple[Draft, ...]:
    """Return the drafts (in one state), the newest first."""
    query = select(drafts).order_by(drafts.c.id.desc())
    return _drafts(tx, query if state is None else query.where(drafts.c.state == state.value))


def of_case(tx: Connection, case: str) -> tuple[Draft, ...]:
    """Return the drafts about a case, the newest first."""
    return _drafts(tx, select(drafts).where(drafts.c.case == case).order_by(drafts.c.id.desc()))


def of_number(tx: Connection, number: str) -> tuple[Draft, ...]:
    """Return the drafts that bear a notice's number, the newest first."""
    return tuple(one for one in _drafts(tx, select(drafts).order_by(drafts.c.id.desc())) if one.notice.number == number)


def moved_since(tx: Connection, whose: Iterable[int], since: datetime) -> frozenset[int]:
    """Return those of these drafts that came to the state they are in at `since` or later."""
    return frozenset(tx.scalars(select(drafts.c.id).where(drafts.c.id.in_(list(whose)), drafts.c.moved_at >= since)))


def rehome(tx: Connection, old: str, new: str) -> None:
    """Let the drafts of a case be about another, that it became part of. Nothing that is decided over changes: a
    render does not name the case."""
    for draft in of_case(tx, old):
        row = update(drafts).where(drafts.c.id == draft.id)
        tx.execute(row.values(case=new, notice=dump(replace(draft.notice, case=new))))


def update_notice(tx: Connection, number: int, notice: Notice) -> bool:
    """Put an edited notice in place. False, and nothing done, where it is no longer a draft."""
    done = tx.execute(
        update(drafts)
        .where(drafts.c.id == number, drafts.c.state == State.DRAFT.value)
        .values(notice=dump(notice), case=notice.case)
        .returning(drafts.c.id)
    )
    return done.one_or_none() is not None


def move(tx: Connection, number: int, old: State, new: State, now: datetime) -> bool:
    """Move a draft, if it still stands where the caller saw it; False where another got there first.

    Whether the move is allowed is review/_states.py's to say.
    """
    done = tx.execute(
        update(drafts)
        .where(drafts.c.id == number, drafts.c.state == old.value)
        .values(state=new.value, moved_at=now)
        .returning(drafts.c.id)
    )
    return done.one_or_none() is not None


def freeze(
    tx: Connection,
    number: int,
    notice: Notice,
    digests: Digests,
    post: Post,
    mails: Iterable[FrozenMail],
    pages: Mapping[str, Post] | None = None,
) -> bool:
    """Keep the render that is proposed, in place of an earlier one. False, and nothing done, unless it is a draft or
    void. The caller moves the draft in the same transaction."""
    rows = [
        {
            "draft": number,
            "customer": one.recipient.id,
            "recipient": dump(one.recipient),
            "mail": dump(one.mail),
            "withheld": "",
        }
        for one in mails
    ]
    done = tx.execute(
        update(drafts)
        .where(drafts.c.id == number, drafts.c.state.in_((State.DRAFT.value, State.VOID.value)))
        .values(notice=dump(notice), digests=dump(digests), post=dump(post), signed_post=None, recipients=len(rows))
        .returning(drafts.c.id)
    )
    if done.one_or_none() is None:
        return False
    tx.execute(delete(frozen_mails).where(frozen_mails.c.draft == number))
    if rows:
        tx.execute(insert(tx, frozen_mails), rows)
    tx.execute(delete(frozen_pages).where(frozen_pages.c.draft == number))
    if pages:
        posts = [{"draft": number, "brand": brand, "post": dump(one)} for brand, one in pages.items()]
        tx.execute(insert(tx, frozen_pages), posts)
    return True


def frozen(tx: Connection, number: int, *, post_only: bool = False) -> FrozenRender:
    """Return the render that was frozen, or of it the post alone: thousands of mails take their time. Raises StoreError
    where none was."""
    row = tx.execute(select(drafts.c.post, drafts.c.signed_post).where(drafts.c.id == number)).one_or_none()
    if row is None or row.post is None:
        raise StoreError(str(number), "nothing has been proposed yet", hint="`feedbot propose` freezes the text")
    mails = []
    if not post_only:
        rows = tx.execute(select(frozen_mails).where(frozen_mails.c.draft == number))
        mails = [FrozenMail(load_noun(Recipient, one.recipient), load_noun(MailText, one.mail)) for one in rows]
    mails.sort(key=lambda one: (one.recipient.customer.id, one.recipient.id))
    posts = tx.execute(select(frozen_pages).where(frozen_pages.c.draft == number).order_by(frozen_pages.c.brand))
    pages = {one.brand: load_noun(Post, one.post) for one in posts}
    return FrozenRender(load_noun(Post, row.post), tuple(mails), row.signed_post or b"", pages)


def keep_signed_post(tx: Connection, number: int, content: bytes) -> None:
    """Keep the post's text in its signature beside the frozen post; the site shows these bytes from now on."""
    tx.execute(update(drafts).where(drafts.c.id == number).values(signed_post=content))


def next_number(tx: Connection, prefix: str, year: int) -> str:
    """Reserve and return the next notice number of a year, PREFIX-YYYY-NNNN."""
    return f"{prefix}-{year}-{next_value(tx, f'notice-{prefix}-{year}'):04}"


def _drafts(tx: Connection, query: Select[Any]) -> tuple[Draft, ...]:
    return tuple(_draft(row) for row in tx.execute(query))


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        notice=load_noun(Notice, row.notice),
        state=State(row.state),
        created_at=row.created_at,
        created_by=row.created_by,
        digests=load_noun(Digests, row.digests) if row.digests else None,
        recipients=row.recipients,
    )
