"""What became of the mails that were frozen with a proposal: which are withheld and why, which have been queued, and
by which channel."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, update

from feedbot.delivery import OutboxState
from feedbot.store._keys import edition_of, recipient_of
from feedbot.store._tables import frozen_mails, outbox


def withhold(tx: Connection, draft: int, reasons: Mapping[str, str]) -> None:
    """Note why mails of a draft are not sent: recipient id → `gone` or `changed`."""
    if reasons:
        row = update(frozen_mails).where(frozen_mails.c.draft == draft, frozen_mails.c.customer == bindparam("whose"))
        values = [{"whose": whose, "why": why} for whose, why in reasons.items()]
        tx.execute(row.values(withheld=bindparam("why")), values)


def withheld(tx: Connection, draft: int) -> dict[str, str]:
    """Return recipient id → why his mail was not sent, of those whose was not."""
    query = select(frozen_mails.c.customer, frozen_mails.c.withheld).where(frozen_mails.c.draft == draft)
    rows = tx.execute(query.where(frozen_mails.c.withheld != "").order_by(frozen_mails.c.customer))
    return {row.customer: row.withheld for row in rows}


def queued(tx: Connection, number: str, channel: str, *, since: int = 0, but: int = 0) -> frozenset[str]:
    """Return the recipient ids for whom a mail of a notice was queued in edition `since` or a later one, not counting
    edition `but`, by this channel, and not cancelled, at whatever address."""
    of_number = outbox.c.key.startswith(f"{number}/", autoescape=True)
    alive = outbox.c.state != OutboxState.CANCELLED.value
    keys = tx.scalars(select(outbox.c.key).where(of_number, outbox.c.channel == channel, alive))
    return frozenset(recipient_of(key) for key in keys if edition_of(key) >= since and edition_of(key) != but)


def channels(tx: Connection, draft: int) -> frozenset[str]:
    """Return the channels by which a draft's messages go; empty where it has none."""
    return frozenset(tx.scalars(select(outbox.c.channel).where(outbox.c.draft == draft).distinct()))
