"""What distributors say of their packages: statements, by the file they came in.

A file is loaded in steps, so that no other writer waits for a hundred thousand rows: its rows are written beside those
in force, and one short transaction at the end puts them in their place. What a step that was cut short left behind is
never looked at, and swept away with the next load.

    number = begin(tx, …)      add(tx, number, statements) …      put_in_force(tx, number, …)      sweep(tx) …
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, tuple_, update

from feedbot.advisory import Quarantined
from feedbot.distro import Statement, StatementStatus
from feedbot.store._distro_tables import distro_files, distro_places, distro_quarantine, statements
from feedbot.store._inventory_tables import OWN_LISTS, host_sets
from feedbot.store._sql import chunks, insert
from feedbot.store._tables import advisory_names

STEP = 5000
"""Rows that are swept away in one transaction."""
ABANDONED = timedelta(days=1)
"""After this long a load that did not end was cut short."""
_LARGEST, _LONGEST = 1 << 20, 2000
"""Bytes and letters that are kept of a record which could not be read."""
_ISSUERS = {"debian": "debian", "ubuntu": "ubuntu", "almalinux": "almalinux", "rocky": "rocky", "rhel": "redhat"}
"""Distribution → how the members begin that read its distributor's words."""
_LOADING, _CURRENT, _GONE = "loading", "current", "gone"


_IN_FORCE = distro_files.c.state == _CURRENT


@dataclass(frozen=True, slots=True)
class DistroFile:
    """A file in force. `name` is its address or its name, `source` the configured one that fetched it (empty: by hand),
    `as_of` when its data was current; the counts are of statements, of records that say nothing, and of those that
    could not be read."""

    id: int
    issuer: str
    source: str
    name: str
    sha256: str
    as_of: datetime
    loaded_at: datetime
    statements: int
    silent: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be read: where it stood, why, and its bytes."""

    place: str
    reason: str
    raw: bytes


def begin(tx: Connection, issuer: str, source: str, name: str, sha256: str, as_of: datetime, now: datetime) -> int:
    """Begin to load a file, not in force yet; return its number."""
    new = insert(tx, distro_files).values(
        issuer=issuer,
        source=source,
        name=name,
        sha256=sha256,
        as_of=as_of,
        loaded_at=now,
        statements=0,
        silent=0,
        quarantined=0,
        state=_LOADING,
    )
    number = tx.scalar(new.returning(distro_files.c.id))
    assert isinstance(number, int)
    return number


def add(tx: Connection, file: int, given: Sequence[Statement]) -> None:
    """Write statements of a file that is being loaded."""
    places = _places(tx, dict.fromkeys(map(_key, given)))
    rows = [
        {
            "file": file,
            "place": places[_key(one)],
            "cve": one.cve,
            "status": one.status.value,
            "fixed_version": one.fixed_version,
            "evidence": one.evidence,
            "url": one.url,
            "issued": one.issued,
        }
        for one in given
    ]
    if rows:
        tx.execute(insert(tx, statements), rows)


def set_apart(tx: Connection, file: int, given: Iterable[Quarantined]) -> None:
    """Keep the records of a file that could not be read; of their words what any database can keep."""
    rows = [
        {"file": file, "place": _clean(one.where), "reason": _clean(str(one.reason)), "raw": one.raw[:_LARGEST]}
        for one in given
    ]
    if rows:
        tx.execute(insert(tx, distro_quarantine), rows)


def put_in_force(tx: Connection, file: int, *, silent: int, quarantined: int) -> None:
    """Let a file that was loaded whole take the place of its older state."""
    issuer, name = tx.execute(select(distro_files.c.issuer, distro_files.c.name).where(distro_files.c.id == file)).one()
    same = (distro_files.c.issuer == issuer) & (distro_files.c.name == name) & _IN_FORCE
    tx.execute(update(distro_files).where(same).values(state=_GONE))
    count = tx.scalar(select(func.count()).select_from(statements).where(statements.c.file == file))
    now = {"statements": count, "silent": silent, "quarantined": quarantined, "state": _CURRENT}
    tx.execute(update(distro_files).where(distro_files.c.id == file).values(now))


def drop(tx: Connection, file: int) -> bool:
    """Take a file out of force, or give up a load; say whether there was one. Its rows go with `sweep`."""
    done = tx.execute(
        update(distro_files)
        .where(distro_files.c.id == file, distro_files.c.state != _GONE)
        .values(state=_GONE)
        .returning(distro_files.c.id)
    )
    return done.one_or_none() is not None


def sweep(tx: Connection, now: datetime) -> bool:
    """Delete some rows of what is out of force, or was left by a load that was cut short; say whether more are left."""
    left = (distro_files.c.state == _LOADING) & (distro_files.c.loaded_at < now - ABANDONED)
    gone = select(distro_files.c.id).where((distro_files.c.state == _GONE) | left)
    for table in (statements, distro_quarantine):
        some = select(table.c.id).where(table.c.file.in_(gone)).limit(STEP)
        if tx.execute(delete(table).where(table.c.id.in_(some))).rowcount:
            return True
    return bool(tx.execute(delete(distro_files).where(distro_files.c.id.in_(gone))).rowcount)


def current(tx: Connection, issuer: str, name: str) -> DistroFile | None:
    """Return the state of a file that is in force."""
    wanted = _IN_FORCE & (distro_files.c.issuer == issuer) & (distro_files.c.name == name)
    row = tx.execute(_FILES.where(wanted)).one_or_none()
    return DistroFile(*row) if row else None


def files(tx: Connection, source: str | None = None) -> tuple[DistroFile, ...]:
    """Return the files in force, by issuer and name; those of one configured source where it is named."""
    query = _FILES.where(_IN_FORCE)
    if source is not None:
        query = query.where(distro_files.c.source == source)
    return tuple(DistroFile(*row) for row in tx.execute(query.order_by(distro_files.c.issuer, distro_files.c.name)))


def confirm(tx: Connection, issuer: str, name: str, as_of: datetime) -> None:
    """Note that a file in force is still current; its date never goes back."""
    mine = _IN_FORCE & (distro_files.c.issuer == issuer) & (distro_files.c.name == name)
    tx.execute(update(distro_files).where(mine, distro_files.c.as_of < as_of).values(as_of=as_of))


def confirm_source(tx: Connection, source: str, as_of: datetime) -> None:
    """Note that all files that a source fetched are still current."""
    mine = _IN_FORCE & (distro_files.c.source == source)
    tx.execute(update(distro_files).where(mine, distro_files.c.as_of < as_of).values(as_of=as_of))


def servers_by_family(tx: Connection) -> dict[str, int]:
    """Return distribution → servers of it with packages, of the distributions whose words can be read here."""
    query = select(host_sets.c.distro, func.count()).select_from(OWN_LISTS).group_by(host_sets.c.distro)
    found: Counter[str] = Counter()
    for release, count in tx.execute(query):
        found[release.partition(":")[0]] += count
    return {family: found[family] for family in _ISSUERS if found[family]}


def as_of_by_family(tx: Connection) -> dict[str, datetime]:
    """Return distribution → when the newest of its distributor's data in force was current."""
    query = select(distro_files.c.issuer, func.max(distro_files.c.as_of)).where(_IN_FORCE)
    newest: dict[str, datetime] = {}
    for issuer, at in tx.execute(query.group_by(distro_files.c.issuer)):
        for family, prefix in _ISSUERS.items():
            if issuer.partition("_")[0] == prefix:
                newest[family] = max(at, newest.get(family, at))
    return newest


def refused(tx: Connection, file: int) -> tuple[Refused, ...]:
    """Return the records of a file that could not be read."""
    columns = (distro_quarantine.c.place, distro_quarantine.c.reason, distro_quarantine.c.raw)
    rows = tx.execute(select(*columns).where(distro_quarantine.c.file == file).order_by(distro_quarantine.c.id))
    return tuple(Refused(*row) for row in rows)


def about(tx: Connection, cves: Collection[str]) -> tuple[Statement, ...]:
    """Return all that is in force on these CVEs."""
    found: list[Statement] = []
    for part in chunks(list(cves)):
        rows = tx.execute(_STATEMENTS.where(statements.c.cve.in_(part)).order_by(statements.c.id))
        for distro, package, cve, status, *rest in rows:
            found.append(Statement(distro, package, cve, StatementStatus(status), *rest))
    return tuple(found)


def on(tx: Connection, places: Iterable[tuple[str, str]]) -> tuple[Statement, ...]:
    """Return all that is in force on these (release, package) pairs, in whatever stream and suite."""
    found: list[Statement] = []
    pair = tuple_(distro_places.c.distro, distro_places.c.package)
    for part in chunks(sorted(set(places))):
        for distro, package, cve, status, *rest in tx.execute(_STATEMENTS.where(pair.in_(part))):
            found.append(Statement(distro, package, cve, StatementStatus(status), *rest))
    return tuple(found)


def every(tx: Connection) -> tuple[Statement, ...]:
    """Return all that is in force."""
    rows = tx.execute(_STATEMENTS.order_by(statements.c.id))
    return tuple(
        Statement(distro, package, cve, StatementStatus(status), *rest) for distro, package, cve, status, *rest in rows
    )


def outlook(tx: Connection, file: int) -> frozenset[tuple[str, int, str, str]]:
    """Return what a file says of the CVEs that some advisory here names: (CVE, place, status, fixed version)."""
    columns = (statements.c.cve, statements.c.place, statements.c.status, statements.c.fixed_version)
    named = select(advisory_names.c.name)
    rows = tx.execute(select(*columns).where(statements.c.file == file, statements.c.cve.in_(named)))
    return frozenset((row.cve, row.place, row.status, row.fixed_version) for row in rows)


_FILES = select(*(column for column in distro_files.c if column.name != "state"))
_STATEMENTS = (
    select(
        distro_places.c.distro,
        distro_places.c.package,
        statements.c.cve,
        statements.c.status,
        statements.c.fixed_version,
        statements.c.evidence,
        distro_files.c.as_of,
        distro_places.c.stream,
        distro_places.c.suite,
        statements.c.url,
        statements.c.issued,
        distro_files.c.issuer,
    )
    .join(distro_places, distro_places.c.id == statements.c.place)
    .join(distro_files, distro_files.c.id == statements.c.file)
    .where(_IN_FORCE)
)


def _clean(text: str) -> str:
    return text.replace("\0", "\\0")[:_LONGEST].encode("utf-8", "backslashreplace").decode()


def _key(one: Statement) -> str:
    """Return one text for release, package, stream and suite; JSON, because each may hold any separator."""
    return json.dumps((one.distro, one.package, one.stream, one.suite))


def _places(tx: Connection, keys: Collection[str]) -> dict[str, int]:
    """Return key → row number, making the places that are missing; another loader may make them meanwhile."""
    known = _numbers(tx, keys)
    missing = [key for key in keys if key not in known]
    for part in chunks(missing):
        names = ("distro", "package", "stream", "suite")
        rows = [{"key": key, **dict(zip(names, json.loads(key), strict=True))} for key in part]
        tx.execute(insert(tx, distro_places).on_conflict_do_nothing(), rows)
    return known | _numbers(tx, missing)


def _numbers(tx: Connection, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(list(keys)):
        rows = tx.execute(select(distro_places.c.key, distro_places.c.id).where(distro_places.c.key.in_(part)))
        found |= {row.key: row.id for row in rows}
    return found
