"""The watch over DNS block lists, as the configuration has it: for `feedbot run` and `feedbot blocklist`."""

from feedbot.config import Config
from feedbot.notice import BlockList
from feedbot.pipeline.blocklists import BlockWatch
from feedbot.source._dns import Resolver


def block_watch(config: Config) -> BlockWatch:
    """Return what is watched; no list has been asked yet."""
    section = config.blocklists
    return BlockWatch(
        tuple(BlockList(one.zone, one.title, one.url) for one in section.lists),
        Resolver(section.resolvers, section.port),
        section.per_second,
        section.addresses,
        section.interval,
    )
