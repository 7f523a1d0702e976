"""What `feedbot doctor` says of the DNS block lists: which of them answer wrongly, or not at all."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from feedbot.cli import _shell
from feedbot.cli._checks import Level, Line, ok
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.config import Config


def blocklists(config: "Config", now: datetime) -> Iterator[Line]:
    """Look how each configured list fared when it was asked last; nothing is told where none is configured.

    A list that fails its test entries is asked about no address (pipeline/blocklists.py): nobody would hear of one that
    stands on it. Raises StoreError.
    """
    from feedbot import store
    from feedbot.store import blocklists as repository

    if not config.blocklists.lists:
        return
    opened = store.open(config.store.url)
    try:
        with store.reading(opened) as tx:
            known = {one.zone: one for one in repository.states(tx)}
    finally:
        opened.dispose()
    for zone in (one.zone for one in config.blocklists.lists):
        if zone not in known:
            told = tr("{zone}: not asked yet", zone=zone)
            yield Line("block list", Level.WARNING, told, tr("feedbot run asks the lists at their intervals"))
        elif known[zone].failure:
            since, why = _shell.when(known[zone].since), known[zone].failure
            told = tr("{zone} does not work since {since}: {why}", zone=zone, since=since, why=why)
            hint = tr(
                "no address is asked about there until it answers; take it out of [blocklists] where it is closed"
            )
            yield Line("block list", Level.FAULT, told, hint)
        else:
            yield ok("block list", tr("{zone} works", zone=zone))
