"""Who has read a notice, in any edition and mode, by a mail of its own or in a digest, and who reads its next edition.
Those whose mail still waits read that too: it takes the place of the mail that they would have had."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from feedbot.delivery import OutboxState
from feedbot.store import digests
from feedbot.store._gates import stands
from feedbot.store._keys import recipient_of
from feedbot.store._tables import outbox

_REACHED = (OutboxState.SENT.value, OutboxState.UNCERTAIN.value, OutboxState.SENDING.value)
_WAITING = (OutboxState.PENDING.value, OutboxState.DEFERRED.value, OutboxState.HELD.value)


def reached(tx: Connection, number: str) -> frozenset[str]:
    """Return the customers to whom a mail of a notice went, or may have gone."""
    return frozenset(customer for _, customer, _ in _mails(tx, number, outbox.c.state.in_(_REACHED)))


def customers(tx: Connection, number: str) -> frozenset[str]:
    """Return the customers to whom a mail of a notice went, may have gone, or still waits."""
    return frozenset(customer for _, customer, _ in _mails(tx, number, _concerned()))


def mails(tx: Connection, number: str) -> frozenset[str]:
    """Return the ids of these mails (`Recipient.id`), at whatever address."""
    return frozenset(whose for _, _, whose in _mails(tx, number, _concerned()))


def by_draft(tx: Connection, number: str) -> dict[int, frozenset[str]]:
    """Return draft → the ids of those of its mails (`Recipient.id`), of each edition that has any."""
    found: dict[int, set[str]] = defaultdict(set)
    for draft, _, whose in _mails(tx, number, _concerned()):
        found[draft].add(whose)
    return {draft: frozenset(ids) for draft, ids in sorted(found.items())}


def _concerned() -> ColumnElement[bool]:
    return or_(outbox.c.state.in_(_REACHED), and_(outbox.c.state.in_(_WAITING), stands()))


def _mails(tx: Connection, number: str, wanted: ColumnElement[bool]) -> Iterator[tuple[int, str, str]]:
    """Yield draft, customer and recipient id of each mail that tells of a notice: its own, and those of digests."""
    query = select(outbox.c.draft, outbox.c.customer, outbox.c.key).where(wanted)
    own = tx.execute(query.where(outbox.c.key.startswith(f"{number}/", autoescape=True)))
    by_digest = digests.telling(tx, number)
    others = (
        row
        for digest, whose in by_digest.items()
        for row in tx.execute(query.where(outbox.c.draft == digest))
        if recipient_of(row.key) in whose
    )
    for row in chain(own, others):
        yield row.draft, row.customer, recipient_of(row.key)
