"""Relays that give no session are set aside for a while, and a person can see it.

What the channel finds out is kept for the next rounds and for other processes; what they know, the channel is told.
"""

import structlog

from feedbot.delivery import MailLanes, Relayed
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, reading, relays

log = structlog.get_logger()


def avoid_relays(edges: Edges, lanes: MailLanes) -> None:
    """Tell a channel which relays are set aside now."""
    if isinstance(lanes, Relayed):
        now = edges.clock()
        with reading(edges.database) as tx:
            aside = relays.listing(tx)
        lanes.avoid([one.name for one in aside if one.until > now])


def note_relays(edges: Edges, tx: Transaction, lanes: MailLanes) -> None:
    """Keep which relays gave no session, and which did again."""
    for name, answer in lanes.news().items() if isinstance(lanes, Relayed) else ():
        if answer is None:
            relays.well(tx, [name])
            log.info("relay_well", relay=name)
        else:
            aside = relays.set_aside(tx, name, answer, edges.clock())
            log.warning("relay_set_aside", relay=name, until=aside.until.isoformat(), code=aside.code, said=aside.text)
