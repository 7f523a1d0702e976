"""How each source fares: what to send with the next conditional request, and what its health is judged by."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from feedbot.fetch import Validators
from feedbot.store._sql import chunks, insert
from feedbot.store._tables import advisories, held, revisions, sources

KEPT_CHANGES = 64
"""Times of change that are kept: enough for a median, and for the longest silence of half a year of daily news."""
STEADY = 10
"""So many changes in a row without a loss make a listing a catalogue, out of which nothing should vanish."""
LATEST = 1000
"""Advisories of a source, the latest stored, among which running numbers are looked for."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """`validators` are empty after a failed reading, so that the next request is a full one and a 304 cannot hide the
    failure. `last_full` is the last whole answer that was read (a poisoned validator answers 304 for ever),
    `last_change` the last one that brought news, `items` what the last listing named, `failures` those in a row.

    `trouble` is the kind of the last failure (empty after a success), `usual` the length of the last listing that had
    not shrunk, `steady` the changes in a row in which nothing left the listing, `missing` what left it after that and
    has not come back, `unlinked` when a listing first had nothing in common with the one before, `changes` the times of
    the last changes, `excused` the running numbers that a person said there are none of.

    `elsewhere` is the host that answers in the place of the configured one, `agreed` the one that a person said is
    right, `catch_ups` how often in a row all since the last success was asked for and not had whole, `caught_at` when
    last.
    """

    name: str
    validators: Validators = field(default_factory=Validators)
    listing_sha256: str = ""
    items: int = 0
    last_full: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    failures: int = 0
    parsed_ok: bool = False
    trouble: str = ""
    usual: int = 0
    steady: int = 0
    missing: tuple[str, ...] = ()
    unlinked: datetime | None = None
    changes: tuple[datetime, ...] = ()
    excused: tuple[str, ...] = ()
    elsewhere: str = ""
    agreed: str = ""
    catch_ups: int = 0
    caught_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing named that was read. `names` are numbers or addresses, `fresh` those of them that this round
    stored as new or changed, `count` all items, `ranged` says that the request chose how far back it goes."""

    names: frozenset[str]
    count: int
    fresh: frozenset[str] = frozenset()
    ranged: bool = False


def state(tx: Connection, name: str) -> SourceState:
    """Return the state of a source; that of one never asked is empty."""
    row = tx.execute(select(*_FACTS).where(sources.c.name == name)).one_or_none()
    return SourceState(name) if row is None else _state(row)


def record_listing(tx: Connection, name: str, listed: Listed, now: datetime) -> None:
    """Note what a listing named, whether or not all of it could be had: what its length and its losses are judged by.

    A listing is linked to the one before it if some name of that one stands in it still and was not moved up by an
    edit: then nothing can have passed through a sliding listing unseen. One that goes back as far as it was asked to
    (`ranged`) is no measure for others.
    """
    before, known = state(tx, name), _names(tx, name)
    lost = known - listed.names if known else frozenset()
    changed = known != listed.names or bool(listed.fresh)
    missing = set(before.missing) - listed.names
    steady = before.steady
    if listed.ranged:
        steady = 0
    elif lost:
        if before.steady >= STEADY:
            missing |= lost
        else:
            steady = 0
    elif changed and known:
        steady += 1
    slid = len(known) > 1 and bool(lost) and not listed.ranged and not (known & listed.names) - listed.fresh
    facts: dict[str, object] = {
        "items": listed.count,
        "listed": _dump(listed.names),
        "missing": _dump(missing),
        "steady": min(steady, STEADY),
        "unlinked": before.unlinked or (now if slid else None),
    }
    if not is_short(before.usual, listed.count):
        facts["usual"] = listed.count
    if listed.ranged:
        facts["usual"] = 0  # no measure for the next one
    if changed:
        kept = [*before.changes, now][-KEPT_CHANGES:]
        facts |= {"last_change": now, "changes": json.dumps([one.isoformat() for one in kept])}
    _put(tx, name, facts)


def is_short(usual: int, count: int) -> bool:
    """Say whether a listing has shrunk: by a fifth and by three items, or by half of a list of fewer than six."""
    return usual - count >= max(usual / 5, min(3, usual / 2)) > 0


def record_success(
    tx: Connection,
    name: str,
    *,
    validators: Validators,
    listing_sha256: str,
    items: int,
    now: datetime,
    elsewhere: str = "",
) -> None:
    """Note a listing that was fetched and read as a whole, from the host `elsewhere` where that is not the configured
    one. Only now are its validators kept.

    Where `record_listing` does not tell what it named (a mailbox), other bytes are a change.
    """
    before = state(tx, name)
    facts: dict[str, object] = {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "listing_sha256": listing_sha256,
        "items": items,
        "last_full": now,
        "last_success": now,
        "last_error": "",
        "failures": 0,
        "parsed_ok": True,
        "trouble": "",
        "elsewhere": elsewhere,
        "catch_ups": 0,
        "caught_at": None,
    }
    untold = before.last_change is None or not _names(tx, name)
    changed = untold and before.listing_sha256 != listing_sha256 and before.last_change != now
    _put(tx, name, facts | ({"last_change": now} if changed else {}))


def record_unchanged(tx: Connection, name: str, now: datetime) -> bool:
    """Note a 304. False, and nothing noted, where what we hold was never read well: a 304 is then no success."""
    done = tx.execute(
        update(sources)
        .where(sources.c.name == name, sources.c.parsed_ok)
        .values(last_success=now, last_error="", failures=0, trouble="")
        .returning(sources.c.name)
    )
    return done.one_or_none() is not None


def record_failure(
    tx: Connection, name: str, error: str, now: datetime, *, unreadable: bool = False, trouble: str = ""
) -> None:
    """Note that a source could not be had, or (`unreadable`) that what came could not be read: then the validators are
    forgotten. `trouble` is the kind of it."""
    facts: dict[str, object] = {
        "last_error": error,
        "last_error_at": now,
        "failures": state(tx, name).failures + 1,
        "trouble": trouble or ("unreadable" if unreadable else "unreachable"),
    }
    _put(tx, name, facts | ({"etag": "", "last_modified": "", "parsed_ok": False} if unreadable else {}))


def record_catch_up(tx: Connection, name: str, now: datetime) -> None:
    """Note that all since the last success was asked for, and not all of it could be had."""
    _put(tx, name, {"catch_ups": state(tx, name).catch_ups + 1, "caught_at": now})


def accept(tx: Connection, name: str, absent: Collection[str]) -> SourceState:
    """Take a source's listing as it is for the right one, by a person's word: its length, what left it, what it no
    longer links to, the host that answers, and the numbers that are `absent`. Return the state before."""
    before = state(tx, name)
    facts: dict[str, object] = {
        "usual": before.items,
        "missing": _dump(()),
        "unlinked": None,
        "agreed": before.elsewhere,
        "excused": _dump({*before.excused, *absent}),
    }
    if before.missing:
        facts["steady"] = 0  # from this list things do leave
    _put(tx, name, facts)
    return before


def first_seen(tx: Connection, name: str) -> dict[str, datetime]:
    """Return number → when it was first stored or held, of the latest advisories of a source."""
    latest = select(advisories).where(advisories.c.source == name).order_by(advisories.c.id.desc()).limit(LATEST)
    some = latest.subquery()
    first = and_(revisions.c.advisory == some.c.id, revisions.c.sequence == 1)
    query = select(some.c.number, revisions.c.seen_at).join_from(some, revisions, first)
    found = {row.number: row.seen_at for row in tx.execute(query)}
    waiting = select(held.c.number, func.min(held.c.seen_at).label("seen")).where(held.c.source == name)
    return {row.number: row.seen for row in tx.execute(waiting.group_by(held.c.number))} | found


def stored(tx: Connection, name: str, numbers: Collection[str], *, endings: bool = False) -> frozenset[str]:
    """Return those of these numbers that a source's stored or held advisories have, however old these are.

    `endings`: this source's numbers may go on after a point (FreeBSD-SA-26:08.lamp for FreeBSD-SA-26:08). No index
    serves that, so it is for publishers of some hundreds of advisories.
    """
    found: set[str] = set()
    for table in (advisories, held):
        for part in chunks(numbers):
            here = select(table.c.number).where(table.c.source == name)
            found |= set(tx.scalars(here.where(table.c.number.in_(part))))
            rest = [one for one in part if one not in found] if endings else []
            for first in range(0, len(rest), _TERMS):
                some = rest[first : first + _TERMS]
                likes = [table.c.number.startswith(f"{one}.", autoescape=True) for one in some]
                longer = tuple(tx.scalars(here.where(or_(*likes))))
                found |= {one for one in some if any(each.startswith(f"{one}.") for each in longer)}
    return frozenset(found)


_TERMS = 100
"""Terms of one OR: SQLite's expressions are at most 1000 deep."""
_FACTS = [column for column in sources.c if column.name != "listed"]
"""All but the names, which may be many and are needed only beside a new listing."""
_EMPTY = {
    "etag": "",
    "last_modified": "",
    "listing_sha256": "",
    "items": 0,
    "last_error": "",
    "failures": 0,
    "parsed_ok": False,
    "trouble": "",
    "usual": 0,
    "listed": "[]",
    "steady": 0,
    "missing": "[]",
    "changes": "[]",
    "excused": "[]",
    "elsewhere": "",
    "agreed": "",
    "catch_ups": 0,
}


def _put(tx: Connection, name: str, facts: dict[str, object]) -> None:
    row = insert(tx, sources).values(name=name, **(_EMPTY | facts))
    tx.execute(row.on_conflict_do_update(index_elements=[sources.c.name], set_=facts))


def _names(tx: Connection, name: str) -> frozenset[str]:
    return frozenset(json.loads(tx.scalar(select(sources.c.listed).where(sources.c.name == name)) or "[]"))


def _dump(names: Iterable[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _state(row: Row[Any]) -> SourceState:
    facts = dict(row._mapping)
    validators = Validators(facts.pop("etag"), facts.pop("last_modified"))
    changes = tuple(datetime.fromisoformat(one) for one in json.loads(facts.pop("changes")))
    facts |= {key: tuple(json.loads(facts[key])) for key in ("missing", "excused")}
    return SourceState(**facts, validators=validators, changes=changes)
