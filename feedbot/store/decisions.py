"""Who said what over which digests."""

from sqlalchemy import Connection, select

from feedbot.review import Decision
from feedbot.store._json import dump, load
from feedbot.store._sql import insert
from feedbot.store._tables import decisions


def add(tx: Connection, decision: Decision) -> None:
    """Keep a decision. None is ever changed."""
    tx.execute(insert(tx, decisions).values(draft=decision.draft, content=dump(decision)))


def of_draft(tx: Connection, draft: int) -> tuple[Decision, ...]:
    """Return the decisions on a draft in the order they were made."""
    query = select(decisions.c.content).where(decisions.c.draft == draft).order_by(decisions.c.id)
    return tuple(load(Decision, content) for content in tx.scalars(query))
