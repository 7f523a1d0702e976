"""Relays that give no session are set aside for a while, and a person can see it.

What the channel finds out is kept for the next rounds and for other processes; what they know, the channel is told.
"""

from collections.abc import Mapping

import structlog

from feedbot.delivery import Answer, MailLanes, Relayed
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, reading, relays

log = structlog.get_logger()
News = Mapping[str, Answer | None]
"""By relay: why it gave no session; None: it did again."""


def avoid_relays(edges: Edges, lanes: MailLanes) -> None:
    """Tell a channel which relays are set aside now."""
    if isinstance(lanes, Relayed):
        now = edges.clock()
        with reading(edges.database) as tx:
            aside = relays.listing(tx)
        lanes.avoid([one.name for one in aside if one.until > now])


def news_of(lanes: MailLanes) -> News:
    """Return what a channel found out of its relays since it was asked last."""
    return lanes.news() if isinstance(lanes, Relayed) else {}


def note_relays(edges: Edges, tx: Transaction, news: News) -> None:
    """Keep which relays gave no session, and which did again."""
    for name, answer in news.items():
        if answer is None:
            relays.well(tx, [name])
            log.info("relay_well", relay=name)
        else:
            aside = relays.set_aside(tx, name, answer, edges.clock())
            log.warning("relay_set_aside", relay=name, until=aside.until.isoformat(), code=aside.code, said=aside.text)
