"""Who has read a notice, in any edition and mode, and who reads its next edition. Those whose mail still waits read
that too: it takes the place of the mail that they would have had."""

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from feedbot.delivery import OutboxState
from feedbot.store._gates import stands
from feedbot.store._keys import recipient_of
from feedbot.store._tables import outbox

_REACHED = (OutboxState.SENT.value, OutboxState.UNCERTAIN.value, OutboxState.SENDING.value)
_WAITING = (OutboxState.PENDING.value, OutboxState.DEFERRED.value, OutboxState.HELD.value)


def reached(tx: Connection, number: str) -> frozenset[str]:
    """Return the customers to whom a mail of a notice went, or may have gone."""
    condition = and_(_of_number(number), outbox.c.state.in_(_REACHED))
    return frozenset(tx.scalars(select(outbox.c.customer).where(condition).distinct()))


def customers(tx: Connection, number: str) -> frozenset[str]:
    """Return the customers to whom a mail of a notice went, may have gone, or still waits."""
    return frozenset(tx.scalars(select(outbox.c.customer).where(_concerned(number)).distinct()))


def mails(tx: Connection, number: str) -> frozenset[str]:
    """Return the ids of these mails (`Recipient.id`), at whatever address."""
    return frozenset(map(recipient_of, tx.scalars(select(outbox.c.key).where(_concerned(number)))))


def by_draft(tx: Connection, number: str) -> dict[int, frozenset[str]]:
    """Return draft → the ids of those of its mails (`Recipient.id`), of each edition that has any."""
    found: dict[int, set[str]] = defaultdict(set)
    for draft, key in tx.execute(select(outbox.c.draft, outbox.c.key).where(_concerned(number))):
        found[draft].add(recipient_of(key))
    return {draft: frozenset(ids) for draft, ids in sorted(found.items())}


def _concerned(number: str) -> ColumnElement[bool]:
    waits = and_(outbox.c.state.in_(_WAITING), stands())
    return and_(_of_number(number), or_(outbox.c.state.in_(_REACHED), waits))


def _of_number(number: str) -> ColumnElement[bool]:
    return outbox.c.key.startswith(f"{number}/", autoescape=True)
