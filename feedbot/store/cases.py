"""Cases (案件): which advisories speak of one matter. Who belongs together is decided in advisory/case.py."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, tuple_, update

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.advisory.identity import normalise
from feedbot.errors import StoreError
from feedbot.store._inventory_tables import snapshots
from feedbot.store._json import load as load_noun
from feedbot.store._sql import chunks, insert, next_value
from feedbot.store._tables import (
    advisories,
    advisory_names,
    case_advisories,
    case_apart,
    cases,
    revisions,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """Why an advisory is in its case: `because` of the names it shared when it joined, or a person's word
    (`decided_by`); neither for the one that opened the case."""

    source: str
    number: str
    because: tuple[str, ...]
    joined_at: datetime
    decided_by: str


def of_advisory(tx: Connection, source: str, number: str) -> Case | None:
    """Return the case that an advisory belongs to."""
    query = select(case_advisories.c.case).join(advisories)
    found = tx.scalar(query.where(advisories.c.source == source, advisories.c.number == number))
    return None if found is None else load(tx, found)


def candidates(tx: Connection, names: Collection[str]) -> tuple[Case, ...]:
    """Return the cases in which any of these names occurs, oldest first."""
    found: set[str] = set()
    for part in chunks({normalise(name) for name in names}):
        query = select(case_advisories.c.case).join(
            advisory_names, advisory_names.c.advisory == case_advisories.c.advisory
        )
        found |= set(tx.scalars(query.where(advisory_names.c.name.in_(part))))
    return tuple(_load(tx, cases.c.id.in_(found)).values()) if found else ()


def create(tx: Connection, advisory: Advisory, now: datetime, *, decided_by: str = "") -> Case:
    """Open a case for a saved advisory. Its id is C-YYYY-NNNN, YYYY the year of `now` as given."""
    number = next_value(tx, f"case-{now.year}")
    case = f"C-{now.year}-{number:04}"
    tx.execute(insert(tx, cases).values(id=case, created_at=now, considered_revision=0, considered_snapshot=0))
    return attach(tx, case, advisory, now, decided_by=decided_by)


def attach(
    tx: Connection, case: str, advisory: Advisory, now: datetime, *, because: Iterable[str] = (), decided_by: str = ""
) -> Case:
    """Put a saved advisory into a case (out of another, if it was in one); return the case as it is now.

    `because` are the names that it shares with the case, `decided_by` the person who put it there; both empty for the
    advisory that opens a case.
    """
    saved = select(advisories.c.id).where(
        advisories.c.source == advisory.source, advisories.c.number == advisory.number
    )
    left = select(case_advisories.c.case).where(case_advisories.c.advisory.in_(saved))
    tx.execute(update(cases).where((cases.c.id == case) | cases.c.id.in_(left)).values(considered_revision=0))
    facts = {"case": case, "because": " ".join(because), "joined_at": now, "decided_by": decided_by}
    row = insert(tx, case_advisories).values(advisory=saved.scalar_subquery(), **facts)
    tx.execute(row.on_conflict_do_update(index_elements=[case_advisories.c.advisory], set_=facts))
    return load(tx, case)


def absorb(tx: Connection, case: str, other: str) -> None:
    """Let a case take in another whole: its advisories move with what is known of why they are together, and its id
    leads to the new one from now on."""
    tx.execute(update(cases).where(cases.c.id == case).values(considered_revision=0))
    tx.execute(update(case_advisories).where(case_advisories.c.case == other).values(case=case))
    tx.execute(update(cases).where((cases.c.id == other) | (cases.c.merged_into == other)).values(merged_into=case))


def memberships(tx: Connection, case: str) -> tuple[Membership, ...]:
    """Return why each advisory is in a case, in the order they joined."""
    query = (
        select(advisories.c.source, advisories.c.number, case_advisories)
        .join(advisories, advisories.c.id == case_advisories.c.advisory)
        .where(case_advisories.c.case == case)
        .order_by(case_advisories.c.joined_at, advisories.c.id)
    )
    return tuple(
        Membership(row.source, row.number, tuple(row.because.split()), row.joined_at, row.decided_by)
        for row in tx.execute(query)
    )


def set_apart(tx: Connection, left: Case, right: Case, actor: str, now: datetime) -> None:
    """Note that a person said of each advisory of one case that it is another matter than each of the other."""
    for one, other in product(_ids(tx, left), _ids(tx, right)):
        row = insert(tx, case_apart).values(
            left=min(one, other), right=max(one, other), decided_by=actor, decided_at=now
        )
        tx.execute(row.on_conflict_do_nothing())


def bring_together(tx: Connection, left: Case, right: Case) -> None:
    """Take back what was said by `set_apart` of the advisories of two cases."""
    ours, theirs = _ids(tx, left), _ids(tx, right)
    one_way = case_apart.c.left.in_(ours) & case_apart.c.right.in_(theirs)
    other_way = case_apart.c.left.in_(theirs) & case_apart.c.right.in_(ours)
    tx.execute(delete(case_apart).where(one_way | other_way))


def apart(tx: Connection, found: Collection[str]) -> frozenset[frozenset[str]]:
    """Return the pairs among these cases that hold advisories which a person set apart."""
    left, right = case_advisories.alias(), case_advisories.alias()
    query = (
        select(left.c.case, right.c.case)
        .select_from(case_apart)
        .join(left, left.c.advisory == case_apart.c.left)
        .join(right, right.c.advisory == case_apart.c.right)
        .where(left.c.case.in_(found), right.c.case.in_(found))
    )
    return frozenset(frozenset(row) for row in tx.execute(query))


def decided(tx: Connection, found: Collection[str]) -> frozenset[str]:
    """Return which of these cases hold an advisory that a person put there."""
    query = select(case_advisories.c.case).where(case_advisories.c.case.in_(found), case_advisories.c.decided_by != "")
    return frozenset(tx.scalars(query))


def _ids(tx: Connection, case: Case) -> tuple[int, ...]:
    wanted = [(one.source, one.number) for one in case.advisories]
    query = select(advisories.c.id).where(tuple_(advisories.c.source, advisories.c.number).in_(wanted))
    return tuple(tx.scalars(query))


def load(tx: Connection, case: str) -> Case:
    """Return a case with its advisories' current revisions; of one that was merged the case it is part of now.

    Raises StoreError where there is none of this id.
    """
    now = tx.scalar(select(cases.c.merged_into).where(cases.c.id == case)) or case
    found = _load(tx, cases.c.id == now)
    if now not in found:
        raise StoreError(case, "no such case", hint="`feedbot case list` shows them")
    return found[now]


def listing(tx: Connection, limit: int = 1000) -> tuple[Case, ...]:
    """Return the cases that hold an advisory, the newest first."""
    newest = select(cases.c.id).order_by(cases.c.created_at.desc(), cases.c.id.desc()).limit(limit)
    return tuple(reversed(_load(tx, cases.c.id.in_(newest)).values()))


def due(tx: Connection) -> tuple[str, ...]:
    """Return the cases, oldest first, that have another revision, or face another inventory, than when a notice about
    them was last considered: after a crash, a failure or an import nothing is passed over."""
    newest = _newest_revisions().subquery()
    query = (
        select(cases.c.id)
        .join(newest, newest.c.case == cases.c.id)
        .where((cases.c.considered_revision < newest.c.revision) | (cases.c.considered_snapshot < _snapshot()))
    )
    return tuple(tx.scalars(query.order_by(cases.c.created_at, cases.c.id)))


def consider(tx: Connection, case: str) -> None:
    """Note that a notice about a case has been considered, as the case and the inventory stand now."""
    newest = _newest_revisions().subquery()
    revision = select(newest.c.revision).where(newest.c.case == case).scalar_subquery()
    facts = {"considered_revision": func.coalesce(revision, 0), "considered_snapshot": _snapshot()}
    tx.execute(update(cases).where(cases.c.id == case).values(**facts))


def reconsider(tx: Connection, names: Collection[str]) -> None:
    """Let the cases be due again whose advisories bear one of these names: something else than they has changed."""
    for part in chunks(list(names)):
        bearing = (
            select(case_advisories.c.case)
            .join(advisory_names, advisory_names.c.advisory == case_advisories.c.advisory)
            .where(advisory_names.c.name.in_(part))
        )
        tx.execute(update(cases).where(cases.c.id.in_(bearing)).values(considered_revision=0))


def _newest_revisions() -> Select[Any]:
    of_advisory = revisions.c.advisory == case_advisories.c.advisory
    newest = func.max(revisions.c.id).label("revision")
    return select(case_advisories.c.case, newest).join(revisions, of_advisory).group_by(case_advisories.c.case)


def _snapshot() -> ColumnElement[int]:
    return select(func.coalesce(func.max(snapshots.c.id), 0)).scalar_subquery()


def _load(tx: Connection, wanted: ColumnElement[bool]) -> dict[str, Case]:
    """Return id → case, oldest first, in one query; its advisories are sorted by publication."""
    query = (
        select(cases.c.id, revisions.c.content)
        .join(case_advisories, case_advisories.c.case == cases.c.id)
        .join(advisories, advisories.c.id == case_advisories.c.advisory)
        .join(
            revisions,
            (revisions.c.advisory == advisories.c.id) & (revisions.c.sequence == advisories.c.sequence),
        )
        .where(wanted)
        .order_by(cases.c.created_at, cases.c.id, advisories.c.id)
    )
    members: dict[str, list[Advisory]] = {}
    for case, content in tx.execute(query):
        members.setdefault(case, []).append(load_noun(Advisory, content))
    return {case: Case(case, tuple(sorted(found, key=_published))) for case, found in members.items()}


def _published(advisory: Advisory) -> tuple[bool, float]:
    """Oldest first, undated ones last; the sort is stable, so those stay in the order they came."""
    known = advisory.published
    return (known is None, known.timestamp() if known else 0.0)
