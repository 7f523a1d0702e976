"""How each source fares: what to send with the next conditional request, and whether the operator should worry."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from feedbot.fetch import Validators
from feedbot.store._sql import insert
from feedbot.store._tables import sources


@dataclass(frozen=True, slots=True)
class SourceState:
    """`validators` are empty after a failed reading, so that the next request is a full one and a 304 cannot hide the
    failure. `last_full` is the last whole answer that was read (a poisoned validator answers 304 for ever),
    `last_change` the last one with another listing, `items` what that listing named, `failures` those in a row."""

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


def state(tx: Connection, name: str) -> SourceState:
    """Return the state of a source; that of one never asked is empty."""
    row = tx.execute(select(sources).where(sources.c.name == name)).one_or_none()
    return SourceState(name) if row is None else _state(row)


def record_success(
    tx: Connection, name: str, *, validators: Validators, listing_sha256: str, items: int, now: datetime
) -> None:
    """Note a listing that was fetched and read as a whole. Only now are its validators kept."""
    changed = state(tx, name).listing_sha256 != listing_sha256
    facts = {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "listing_sha256": listing_sha256,
        "items": items,
        "last_full": now,
        "last_success": now,
        "last_error": "",
        "failures": 0,
        "parsed_ok": True,
    }
    _put(tx, name, facts | ({"last_change": now} if changed else {}))


def record_unchanged(tx: Connection, name: str, now: datetime) -> bool:
    """Note a 304. False, and nothing noted, where what we hold was never read well: a 304 is then no success."""
    done = tx.execute(
        update(sources)
        .where(sources.c.name == name, sources.c.parsed_ok)
        .values(last_success=now, last_error="", failures=0)
        .returning(sources.c.name)
    )
    return done.one_or_none() is not None


def record_failure(tx: Connection, name: str, error: str, now: datetime, *, unreadable: bool = False) -> None:
    """Note that a source could not be had, or (`unreadable`) that what came could not be read: then the validators are
    forgotten."""
    facts: dict[str, object] = {
        "last_error": error,
        "last_error_at": now,
        "failures": state(tx, name).failures + 1,
    }
    _put(tx, name, facts | ({"etag": "", "last_modified": "", "parsed_ok": False} if unreadable else {}))


def _put(tx: Connection, name: str, facts: dict[str, object]) -> None:
    empty = {
        "etag": "",
        "last_modified": "",
        "listing_sha256": "",
        "items": 0,
        "last_error": "",
        "failures": 0,
        "parsed_ok": False,
    }
    row = insert(tx, sources).values(name=name, **(empty | facts))
    tx.execute(row.on_conflict_do_update(index_elements=[sources.c.name], set_=facts))


def _state(row: Row[Any]) -> SourceState:
    facts = dict(row._mapping)
    validators = Validators(facts.pop("etag"), facts.pop("last_modified"))
    return SourceState(**facts, validators=validators)
