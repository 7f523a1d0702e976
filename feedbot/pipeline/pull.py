"""Ask hosts for their package lists, or take the lists that arrive in a folder.

    1 run the group's command for each host, `parallel` at once, no shell     2 an answer must be a list that can be
    read, of that host alone     3 those that are go in as one snapshot, under the guards of every import
    4 each host's outcome is kept: what failed, and since when; its last list stays in force

A host that is down, slow or broken stops no other.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot._config_inventory import HOST
from feedbot.errors import FeedbotError, FetchError, InventoryError
from feedbot.fetch import Document
from feedbot.fetch.command import output_of
from feedbot.inventory import HostPackages, RefusedRow, RefusedRowsError, check_refused, read
from feedbot.pipeline._edges import Edges, PullGroup
from feedbot.pipeline.packages import import_packages
from feedbot.store import hosts

SPOOL = "spool"
"""The group under which the outcome of files in the folder is kept."""
_STEP = 500
"""Answers that go in together: what is held in memory at once."""
_MOST = 2**28
_HOST = re.compile(HOST)


@dataclass(slots=True)
class PullReport:
    """What came of a round: hosts (or files) whose lists are in force as of now, and those that failed → why."""

    group: str
    taken: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def pull(
    edges: Edges,
    group: PullGroup,
    actor: str,
    wanted: Collection[str] = (),
    *,
    fewer: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> PullReport:
    """Ask the hosts of a group, or those `wanted` of them. Never raises for what a host does.

    Raises InventoryError where the file of hosts cannot be read or names what is no host.
    """
    report = PullReport(group.name)
    asked = [one for one in hosts_of(group) if not wanted or one in wanted]
    for start in range(0, len(asked), _STEP):
        if stop():
            return report
        part, moment = asked[start : start + _STEP], edges.clock()
        with ThreadPoolExecutor(group.parallel) as pool:
            # The language of messages is a context variable: each thread gets a copy of its own.
            given = [pool.submit(copy_context().run, _ask, group, host) for host in part]
            answers = dict(zip(part, (one.result() for one in given), strict=True))
        bad = {host: str(one) for host, one in answers.items() if isinstance(one, FeedbotError)}
        lists = {host: one for host, one in answers.items() if isinstance(one, bytes)}
        bad |= _take(edges, lists, group.format, actor, moment, fewer=fewer)
        _settle(edges, report, part, bad)
    return report


def hosts_of(group: PullGroup) -> tuple[str, ...]:
    """Return the hosts of a group, each once, in lower case, as servers are named. Raises InventoryError."""
    named = list(group.hosts)
    if group.hosts_file:
        try:
            lines = group.hosts_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InventoryError(str(group.hosts_file), "cannot be read: {why}", why=error) from error
        named += [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    odd = next((one for one in named if not _HOST.fullmatch(one)), None)
    if odd is not None:
        raise InventoryError(
            str(group.hosts_file or group.name),
            "not the name of a host: {name}",
            hint="letters, digits, dots and hyphens; it goes to a command as it is",
            name=ascii(odd),
        )
    return tuple(dict.fromkeys(one.lower() for one in named))


def take_spool(edges: Edges, actor: str, stop: Callable[[], bool] = lambda: False) -> PullReport:
    """Take in the files of the folder, each all or nothing: then it lies in done/, else in failed/ beside.

    Raises FetchError where the folder cannot be read, or a file cannot be moved.
    """
    report = PullReport(SPOOL)
    spool = edges.inventory_spool
    if spool is None:
        return report
    for arrival in spool.arrivals((), edges.clock(), _MOST, stop):
        if stop():
            return report
        content = arrival.content
        if not isinstance(content, Document):
            _settle(edges, report, [arrival.place], {arrival.place: str(content)})
            continue
        name = arrival.place.removesuffix(f" {content.sha256}")
        why = _import(edges, {name: content.body}, "", actor, arrival.at)[1].get(name, "")
        _settle(edges, report, [name], {name: why} if why else {})
        spool.settle(arrival, read=not why)
    return report


def _ask(group: PullGroup, host: str) -> bytes | FetchError:
    command = [word.replace("{host}", host) for word in group.command]
    try:
        return output_of(command, host, group.deadline, group.most)
    except FetchError as error:
        return error


def _take(
    edges: Edges, lists: Mapping[str, bytes], format_: str, actor: str, moment: datetime, *, fewer: bool
) -> dict[str, str]:
    """Take in the answers that are whole lists of the host that gave them; return the others, with why."""
    bad: dict[str, str] = {}
    named: dict[str, bytes] = {}
    nameless: dict[str, bytes] = {}
    for host, body in lists.items():
        try:
            (named if _names_itself(body, host, format_) else nameless)[host] = body
        except FeedbotError as error:
            bad[host] = str(error)
    if named:
        files = {f"{host}.list": body for host, body in named.items()}
        bad |= _import(edges, files, format_, actor, moment, fewer=fewer)[0]
    for host, body in nameless.items():
        bad |= _import(edges, {f"{host}.list": body}, format_, actor, moment, server=host, fewer=fewer)[0]
    return bad


def _names_itself(body: bytes, host: str, format_: str) -> bool:
    """Say whether an answer tells, or its file's name will, whose it is. Raises InventoryError where it cannot be
    taken, or speaks of another server: one machine must not speak for another."""
    rows = read(body, f"{host}.list", format_)
    refused = [one for one in rows if isinstance(one, RefusedRow)]
    kept = [one for one in rows if isinstance(one, HostPackages)]
    check_refused(host, sum(len(one.components) for one in kept), refused)
    other = next((one.server for one in kept if one.server and not one.guessed and one.server != host), "")
    if other:
        raise InventoryError(
            host,
            "its answer speaks of {other}",
            hint="name the host as the contracts name the server",
            other=other,
        )
    return all(one.server for one in kept)


def _import(
    edges: Edges,
    files: Mapping[str, bytes],
    format_: str,
    actor: str,
    made: datetime | None,
    *,
    server: str = "",
    fewer: bool = False,
) -> tuple[dict[str, str], dict[str, str]]:
    """Take in files that were made then, or after; return why not, by server and by file, of those that were not."""
    with TemporaryDirectory(prefix="feedbot-lists-") as folder:
        paths = [Path(folder) / name for name in files]
        for path in paths:
            path.write_bytes(files[path.name])
        try:
            times = dict.fromkeys(files, made) if made else {}
            taken = import_packages(edges, paths, actor, format=format_, server=server, fewer=fewer, made=times)
            refused = taken.refused
        except InventoryError as error:
            refused = error.refused if isinstance(error, RefusedRowsError) else ()
            if all(one.line for one in refused):
                return _all(files, server, str(error))
    whole = [one for one in refused if not one.line]  # else single rows of a list that is taken in
    by_server = {(server or Path(one.file).stem): one.reason for one in whole}
    return by_server, {one.file: one.reason for one in whole}


def _all(files: Iterable[str], server: str, why: str) -> tuple[dict[str, str], dict[str, str]]:
    return {(server or Path(name).stem): why for name in files}, dict.fromkeys(files, why)


def _settle(edges: Edges, report: PullReport, asked: Sequence[str], bad: Mapping[str, str]) -> None:
    """Keep each outcome."""
    report.failed |= bad
    report.taken += [one for one in asked if one not in bad]
    with edges.database.begin() as tx:
        hosts.record(tx, report.group, {one: bad.get(one, "") for one in asked}, edges.clock())
