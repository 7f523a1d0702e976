"""Cases (案件): which advisories speak of one matter. Who belongs together is decided in advisory/case.py."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.advisory.identity import normalise
from feedbot.errors import StoreError
from feedbot.store._json import load as load_noun
from feedbot.store._sql import chunks, insert, next_value
from feedbot.store._tables import advisories, advisory_names, case_advisories, cases, revisions, snapshots


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


def create(tx: Connection, advisory: Advisory, now: datetime) -> Case:
    """Open a case for a saved advisory. Its id is C-YYYY-NNNN, YYYY the year of `now` as given."""
    number = next_value(tx, f"case-{now.year}")
    case = f"C-{now.year}-{number:04}"
    tx.execute(insert(tx, cases).values(id=case, created_at=now, considered_revision=0, considered_snapshot=0))
    return attach(tx, case, advisory)


def attach(tx: Connection, case: str, advisory: Advisory) -> Case:
    """Put a saved advisory into a case (out of another, if it was in one); return the case as it is now."""
    saved = select(advisories.c.id).where(
        advisories.c.source == advisory.source, advisories.c.number == advisory.number
    )
    left = select(case_advisories.c.case).where(case_advisories.c.advisory.in_(saved))
    tx.execute(update(cases).where((cases.c.id == case) | cases.c.id.in_(left)).values(considered_revision=0))
    row = insert(tx, case_advisories).values(advisory=saved.scalar_subquery(), case=case)
    tx.execute(row.on_conflict_do_update(index_elements=[case_advisories.c.advisory], set_={"case": case}))
    return load(tx, case)


def load(tx: Connection, case: str) -> Case:
    """Return a case with its advisories' current revisions. Raises StoreError where there is none of this id."""
    found = _load(tx, cases.c.id == case)
    if case not in found:
        raise StoreError(case, "no such case", hint="`feedbot case list` shows them")
    return found[case]


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
