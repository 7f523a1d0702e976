"""Take in what runs where. All or nothing: a file that is mostly broken leaves the old snapshot.

A file with the same bytes as the one whose content is in force is not read again; its servers count as asked now.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import blake2b, sha256
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import feedbot
from feedbot.errors import InventoryError
from feedbot.inventory import HostPackages, RefusedRow, RefusedRowsError, check_refused, has_fallen, read
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.intake import bytes_of, each, shown
from feedbot.store import Transaction, assignments, audit, history, host_files, inventory, lock, reading
from feedbot.store.host_files import HostFile
from feedbot.store.inventory import SnapshotResult

_DISTRIBUTION = ("deb", "rpm")
_NOT_WHOLE = "see whether the file is whole; if the packages were removed, import it again with --fewer"
_NO_CONTRACT = "enter the server in the CSV of contracts: feedbot customers import"


@dataclass(frozen=True, slots=True)
class Intake:
    """What was taken in, and the rows that were not. `guessed` are servers that only the name of their file names;
    `unchanged` counts the servers whose files are the same as before."""

    result: SnapshotResult
    refused: tuple[RefusedRow, ...]
    guessed: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was given. `digest` also stands for how it is read."""

    name: str
    body: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Host:
    """What the files say of one server, and the first of them."""

    packages: HostPackages
    file: str

    def refused(self, reason: str, hint: str = "") -> RefusedRow:
        """Return all of it as one row that is not taken in."""
        return RefusedRow(self.file, 0, self.packages.server, reason, hint)


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows of the files, and the files that are whole: digest → the (server, scheme) pairs that each gives."""

    hosts: Mapping[str, _Host]
    refused: list[RefusedRow]
    whole: Mapping[bytes, frozenset[tuple[str, str]]]


def import_packages(
    edges: Edges,
    files: Sequence[Path],
    actor: str,
    *,
    format: str = "",  # noqa: A002 (the flag's name)
    server: str = "",
    fewer: bool = False,
    made: Mapping[str, datetime] = MappingProxyType({}),
) -> Intake:
    """Take in inventory files. `server` names the host of a file that does not say it, or of which it is a guess;
    `made` says when files were made (by name), where that is known.

    What a file says of a server replaces what was known of it from the same package system; self-built software, for
    example, stays when the system's packages are imported anew. A server whose list falls by a fifth keeps its old one
    and is refused, unless `fewer` says that it is meant; so is one that no contract names, or whose list was made
    before its customer had the server. Raises InventoryError, the
    last snapshot staying in force, where a file cannot be read, too many rows are refused or no server is left.
    """
    bodies = each(files, lambda file: _file(file, format, server))
    while True:
        # What takes long, reading, holds no transaction up; if another import came meanwhile, it is done again.
        with reading(edges.database) as tx:
            same = host_files.unchanged(tx, [one.digest for one in bodies])
        found = _rows([one for one in bodies if one.digest not in same], format, server)
        taken = _take(edges, bodies, found, same, actor, made, fewer=fewer)
        if taken:
            return taken


def _take(
    edges: Edges,
    bodies: Sequence[_File],
    found: _Read,
    same: Mapping[bytes, tuple[HostFile, ...]],
    actor: str,
    made: Mapping[str, datetime],
    *,
    fewer: bool,
) -> Intake | None:
    """Take in what was read, in one transaction; None, and nothing done, where files of `same` are no longer so."""
    subject = shown([one.name for one in bodies])
    check_refused(subject, sum(len(one.packages.components) for one in found.hosts.values()), found.refused)
    with edges.database.begin() as tx:
        lock(tx, "inventory")  # PostgreSQL: what another import gives of these servers meanwhile is kept only if read
        assignments.settle(tx, edges.clock())  # whose the servers are today is whose these lists are
        if host_files.unchanged(tx, same).keys() != same.keys():
            return None
        hosts, aged = _taken(tx, found, _former(tx, found, made), fewer=fewer)
        still = {one.server for files_of in same.values() for one in files_of}
        if not hosts and not still:
            owned = inventory.releases(tx, found.hosts)
            raise RefusedRowsError(
                subject,
                "no server of these files can be taken in; the last snapshot stays in force",
                found.refused,
                hint=_NOT_WHOLE if owned else _NO_CONTRACT,
            )
        fresh = {one.server for files_of in same.values() for one in files_of if one.scheme in _DISTRIBUTION}
        inventory.confirm(tx, _fresh(tx, still, fresh) - hosts.keys(), edges.clock())
        result = inventory.replace_packages(tx, hosts, edges.clock(), aged)
        host_files.remember_files(tx, *_files(tx, found, hosts))
        words = [
            f"{len(hosts)} hosts",
            *([f"{len(still)} as before"] if still else []),
            *(["--fewer"] if fewer else []),
        ]
        audit.append(tx, actor, "import-packages", f"snapshot {result.snapshot.id}", ", ".join(words), edges.clock())
    guessed = tuple(name for name in hosts if found.hosts[name].packages.guessed)
    return Intake(result, tuple(found.refused), guessed, len(still))


def _file(file: Path, format: str, server: str) -> _File:  # noqa: A002 (the flag's name)
    body = bytes_of(file)
    # The file's name counts: it may be what names the server.
    digest = sha256(repr((_reader(), format, server, file.name)).encode() + b"\0")
    digest.update(body)  # of 30 KB in 20 us, where processors have an instruction for it; blake2b needs 34
    return _File(file.name, body, digest.digest())


@cache
def _reader() -> str:
    """Return a digest of the code that reads inventories: a file is read again when that changes."""
    made = blake2b(feedbot.__version__.encode(), digest_size=20)
    for file in sorted(resources.files("feedbot.inventory").iterdir(), key=lambda one: one.name):
        if file.is_file():
            made.update(file.name.encode() + b"\0" + file.read_bytes())
    return made.hexdigest()


def _rows(files: Iterable[_File], format: str, server: str) -> _Read:  # noqa: A002 (the flag's name)
    hosts: list[_Host] = []
    refused: list[RefusedRow] = []
    whole: dict[bytes, frozenset[tuple[str, str]]] = {}
    for file, rows in zip(kept := tuple(files), each(kept, lambda one: _of_file(one, format, server)), strict=True):
        of_file = [one for one in rows if isinstance(one, _Host)]
        bad = [one for one in rows if isinstance(one, RefusedRow)]
        hosts += of_file
        refused += bad
        if not bad:
            whole[file.digest] = frozenset(
                (host.packages.server, scheme) for host in of_file for scheme in _schemes(host.packages)
            )
    return _Read(_gathered(hosts), refused, whole)


def _of_file(file: _File, format: str, server: str) -> list[_Host | RefusedRow]:  # noqa: A002 (the flag's name)
    """Read a file, each of its hosts with a name. Raises InventoryError where nobody gives it one."""
    rows: list[_Host | RefusedRow] = []
    for row in read(file.body, file.name, format):
        if isinstance(row, RefusedRow):
            rows.append(row)
            continue
        unsure = row.guessed or not row.server
        named = replace(row, server=server.lower(), guessed=False) if server and unsure else row
        if not named.server:
            raise InventoryError(
                file.name, "the file does not say which server it is of", hint="name it: --server HOST"
            )
        rows.append(_Host(named, file.name))
    return rows


def _schemes(packages: HostPackages) -> set[str]:
    return {one.scheme for one in packages.components}


def _gathered(hosts: Iterable[_Host]) -> dict[str, _Host]:
    """Put what several files say of a host together: its packages and its self-built software."""
    found: dict[str, _Host] = {}
    for host in hosts:
        name = host.packages.server
        if name not in found:
            found[name] = host
            continue
        first, other = found[name].packages, host.packages
        components = tuple(dict.fromkeys((*first.components, *other.components)))
        merged = HostPackages(
            name,
            components,
            first.distro or other.distro,
            first.guessed and other.guessed,
            first.kernel or other.kernel,
        )
        found[name] = replace(found[name], packages=merged)
    return found


def _former(tx: Transaction, found: _Read, made: Mapping[str, datetime]) -> set[str]:
    """Return the servers whose list was made when another customer had them: it waited in a folder or on the way."""
    dated = {name: made[one.file] for name, one in found.hosts.items() if one.file in made}
    since = history.handed_over(tx, dated)
    return {name for name, at in dated.items() if name in since and at < since[name]}


def _taken(
    tx: Transaction, found: _Read, former: Collection[str], *, fewer: bool
) -> tuple[dict[str, HostPackages], list[str]]:
    """Return the hosts that are taken in, with what else is known of them, and those of which a lesser part is new.

    One that no contract names, that is of a `former` customer's days, or whose list fell by a fifth, is refused.
    """
    releases = inventory.releases(tx, found.hosts)
    for name in sorted(found.hosts.keys() - releases.keys()):
        found.refused.append(_without_contract(found.hosts[name]))
    known = inventory.held(tx, releases)
    hosts, aged = {}, []
    for name in releases:
        if name in former:
            reason = tr("the list of {name} was made before its present customer had it", name=name)
            found.refused.append(found.hosts[name].refused(reason, tr("have a new one made")))
            continue
        packages = found.hosts[name].packages.placed(name, releases[name])
        before = known.get(name)
        other = set(before.schemes) - _schemes(packages) if before else set()
        if other:
            kept = tuple(one for one in inventory.packages(tx, name) if one.scheme in other)
            packages = replace(packages, components=(*packages.components, *kept))
        if before and not fewer and has_fallen(before.size, len(packages.components)):
            found.refused.append(_fallen(found.hosts[name], before.size, len(packages.components)))
            continue
        hosts[name] = packages
        if other & set(_DISTRIBUTION):
            aged.append(name)
    return hosts, aged


def _without_contract(host: _Host) -> RefusedRow:
    name = host.packages.server
    if host.packages.guessed:
        reason = tr("the server {name} has no contract (the name is the file's; --server gives another)", name=name)
    else:
        reason = tr("the server {name} has no contract", name=name)
    return host.refused(reason, tr(_NO_CONTRACT))


def _fallen(host: _Host, before: int, now: int) -> RefusedRow:
    reason = tr(
        "the packages of {name} fall from {before} to {now}; its last list stays in force",
        name=host.packages.server,
        before=before,
        now=now,
    )
    return host.refused(reason, tr(_NOT_WHOLE))


def _fresh(tx: Transaction, still: set[str], fresh: set[str]) -> set[str]:
    """Return the unchanged servers whose list counts as taken now: a lesser part of one alone makes it no younger."""
    known = inventory.held(tx, still - fresh)
    return fresh | {name for name, one in known.items() if not set(one.schemes) & set(_DISTRIBUTION)}


def _files(
    tx: Transaction, found: _Read, hosts: Mapping[str, HostPackages]
) -> tuple[set[tuple[str, str]], list[HostFile]]:
    """Return the (server, scheme) pairs that this import replaced, and of which file each is, where that is plain.

    A file counts only where all that it says is in force, and nothing else is under the same server and scheme.
    """
    pairs = {(name, scheme) for name in hosts for scheme in _schemes(found.hosts[name].packages)}
    givers = Counter(pair for given in found.whole.values() for pair in given)
    releases = inventory.releases(tx, hosts)
    kept = [
        HostFile(server, scheme, digest, len(given), releases[server])
        for digest, given in found.whole.items()
        if given <= pairs and all(givers[pair] == 1 for pair in given)
        for server, scheme in sorted(given)
    ]
    return pairs, kept
