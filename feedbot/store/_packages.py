"""Components and package sets, each kept once: a fleet costs its distinct packages and images, not its servers.

A component goes by a digest of its seven fields, a set by a digest of its components' digests, so that a host whose
set did not change is known without a look at its packages.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from sqlalchemy import Connection, select

from feedbot import version
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.store._sql import chunks, insert
from feedbot.store._tables import components, package_sets, set_members

SIZE = 20
"""Bytes of a digest: no two of a billion components meet by chance."""


def digest_of(component: Component) -> bytes:
    """Return the digest by which a component is kept once."""
    return blake2b("\0".join(_fields(component)).encode(), digest_size=SIZE).digest()


def set_digest(members: Iterable[bytes]) -> bytes:
    """Return the digest of a set of components, given theirs, in any order."""
    return blake2b(b"".join(sorted(members)), digest_size=SIZE).digest()


def intern_sets(tx: Connection, wanted: Mapping[bytes, Mapping[bytes, Component]]) -> dict[bytes, int]:
    """Return set digest → row number, making the sets (given as digest → components by digest) that are missing."""
    known = _numbers(tx, wanted)
    missing = {digest: wanted[digest] for digest in wanted if digest not in known}
    if not missing:
        return known
    ids = _intern_components(tx, {key: one for members in missing.values() for key, one in members.items()})
    rows = [{"digest": digest, "size": len(members)} for digest, members in missing.items()]
    tx.execute(insert(tx, package_sets), rows)
    made = _numbers(tx, missing)
    for part in chunks([(made[digest], ids[key]) for digest, members in missing.items() for key in members]):
        tx.execute(insert(tx, set_members), [{"set": number, "component": key} for number, key in part])
    return known | made


def _intern_components(tx: Connection, wanted: Mapping[bytes, Component]) -> dict[bytes, int]:
    known = component_numbers(tx, wanted)
    missing = [digest for digest in wanted if digest not in known]
    for part in chunks(missing):
        tx.execute(insert(tx, components), [_row(digest, wanted[digest]) for digest in part])
    return known | component_numbers(tx, missing)


def component_numbers(tx: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    """Return digest → row number of those components that are kept."""
    found: dict[bytes, int] = {}
    for part in chunks(digests):
        rows = tx.execute(select(components.c.digest, components.c.id).where(components.c.digest.in_(part)))
        found |= {row.digest: row.id for row in rows}
    return found


def _numbers(tx: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in chunks(digests):
        rows = tx.execute(select(package_sets.c.digest, package_sets.c.id).where(package_sets.c.digest.in_(part)))
        found |= {row.digest: row.id for row in rows}
    return found


def _fields(one: Component) -> tuple[str, ...]:
    return (one.scheme, one.name, one.version, one.source, one.source_version, one.arch, one.distro)


def _row(digest: bytes, one: Component) -> dict[str, object]:
    return {
        "digest": digest,
        "scheme": one.scheme,
        "name": one.name,
        "version": one.version,
        "source": one.source,
        "source_version": one.source_version,
        "arch": one.arch,
        "distro": one.distro,
        "known_as": known_as(one),
        "key": _key(one),
    }


def known_as(one: Component) -> str:
    """Return the name that matching.ComponentNames asks for (rpm components go by their source too)."""
    if one.scheme == "deb":
        return one.source or one.name
    return one.name if one.scheme == "rpm" else one.name.casefold()


def _key(one: Component) -> bytes | None:
    """None where the version cannot be read: such a component is never in or out of a range, it is UNKNOWN."""
    try:
        return version.key(one.scheme, one.version)
    except VersionError:
        return None
