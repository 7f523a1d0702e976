"""Draft ブロックリスト登録 and its 解除: to the customer of one server, by mail alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from feedbot.notice._model import Audience, Kind, Notice, Step
from feedbot.notice._render import Templates
from feedbot.reading.dates import JST

TITLE = "IP アドレスのブロックリスト登録について"


@dataclass(frozen=True, slots=True)
class BlockList:
    """A list: its zone in the DNS, how people know it, where they read how to be taken off (may be empty)."""

    zone: str
    title: str
    url: str = ""


def listed(
    server: str,
    customer: str,
    address: str,
    lists: Iterable[BlockList],
    now: datetime,
    templates: Templates,
    *,
    acts: bool,
) -> Notice:
    """Make the notice that a server's address stands on lists, for its customer of now and no later one. `acts`: the
    customer looks after the server himself.

    Raises NoticeError where a template fails.
    """
    values = {"server": server, "address": address, "lists": tuple(lists), "now": now, "acts": acts, "done": False}
    return Notice(
        kind=Kind.LISTING,
        step=Step.FIRST,
        title=TITLE,
        audience=Audience("expression", expression=f'server == "{server}" and customer == "{customer}"'),
        blocks=templates.blocks("notice/listing_blocks.j2", values),
        as_of=now,
        history=((now.astimezone(JST).date(), "公開"),),
    )


def delisted(
    previous: Notice,
    server: str,
    address: str,
    lists: Iterable[BlockList],
    now: datetime,
    templates: Templates,
    *,
    acts: bool,
    moved: bool,
) -> Notice:
    """Make the next edition of a published notice: the address is on none of the lists any more. `acts` as in `listed`;
    `moved`: the server is another customer's by now, so that it goes to those who were told, and names no server."""
    values = {"server": server, "address": address, "lists": tuple(lists), "now": now, "acts": acts, "done": True}
    return replace(
        previous,
        step=Step.DONE,
        audience=Audience("told", number=previous.number) if moved else previous.audience,
        blocks=templates.blocks("notice/listing_blocks.j2", values),
        as_of=now,
        edition=previous.edition + 1,
        issued=None,
        history=(*previous.revisions, (now.astimezone(JST).date(), "解除")),
    )
