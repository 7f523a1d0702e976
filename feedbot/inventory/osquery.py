"""osquery: the tables deb_packages, rpm_packages, python_packages and npm_packages, as `osqueryi --json` prints one, or
as osqueryd logs its queries, a line a result.

Of a log only snapshots are read (`"snapshot": true` in the query): a line of differences does not say what else there
is. osquery's deb table gives name, version and revision apart, and the source package; its rpm table has no epoch for
packages without one.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from feedbot.errors import InventoryError
from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Refusal, fault, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import language, tr

TITLE = "osquery (--json, snapshot log)"

_FIRST = 1 << 14
_MARKS = (
    '"sha1"',
    '"admindir"',
    '"maintainer"',
    '"package_group"',
    '"epoch"',
    '"hostIdentifier"',
    '"summary"',
    '"directory"',
)


class _Row(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    release: str = ""
    epoch: str | int | None = ""
    source: str = ""
    arch: str = ""
    revision: str | None = None
    status: str = ""
    maintainer: str | None = None
    admindir: str | None = None
    sha1: str | None = None
    package_group: str | None = None
    author: str | None = None
    summary: str | None = None
    license: str | None = None
    homepage: str | None = None


class _Result(msgspec.Struct, frozen=True):
    name: str
    hostIdentifier: str  # noqa: N815 (the format's name)
    action: str = ""
    snapshot: tuple[msgspec.Raw, ...] = ()


_row = _json.decoder(_Row)


def detect(text: str) -> bool:
    """Tell whether the text is osquery's."""
    first = text.lstrip()[:_FIRST]
    if first.startswith("["):
        return '"name"' in first and '"version"' in first and any(mark in first for mark in _MARKS)
    return first.startswith("{") and '"hostIdentifier"' in first.split("\n", 1)[0]


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the machines. Raises InventoryError where it is no output of osquery, or a log
    of differences alone."""
    if text.lstrip().startswith("["):
        document = _json.Document(name, text.encode())
        rows = document.decoded(tuple[msgspec.Raw, ...])
        found = [(bytes(raw), _found(bytes(raw), language())) for raw in rows]
        yield from _json.host("", "", found, document)
        return
    yield from _log(text, name)


def _log(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    last: dict[tuple[str, str], tuple[msgspec.Raw, ...]] = {}
    for line in filter(str.strip, text.split("\n")):
        result = _json.Document(name, line.encode()).decoded(_Result)
        if result.action == "snapshot":
            last[result.hostIdentifier, result.name] = result.snapshot
    if not last:
        raise InventoryError(
            name,
            "a log of differences only, which does not say what is installed",
            hint='set "snapshot": true for the query of the packages',
        )
    document = _json.Document(name, text.encode())
    for host in dict.fromkeys(host for host, _ in last):
        raws = [bytes(raw) for (of, _), rows in last.items() if of == host for raw in rows]
        yield from _json.host(server_name(host), "", [(raw, _found(raw, language())) for raw in raws], document)


@lru_cache(maxsize=_json.PACKAGES)
def _found(raw: bytes, _language: str) -> Component | Refusal | None:
    row = _row(raw)
    if isinstance(row, Refusal):
        return row
    if not row.name or fault(row.name + row.version) or len(row.name) > _purl.MAX:
        return Refusal(tr("not a package name: {name}", name=row.name[: _purl.MAX]))
    return _by_table(row)


def _by_table(row: _Row) -> Component | Refusal | None:
    """Tell the table by the columns that only it has."""
    if row.maintainer is not None or row.admindir is not None:
        return _deb(row)
    if row.sha1 is not None or row.package_group is not None:
        return _rpm(row)
    if row.homepage is not None:
        return Component(_purl.scheme_of("npm"), row.name, row.version, row.name)
    if row.summary is not None or row.author is not None:
        return Component("pep440", row.name.lower(), row.version, row.name.lower())
    return Refusal(tr("no columns that tell the table"), tr("give all columns: select * from …"))


def _deb(row: _Row) -> Component | None:
    """`version` already holds the revision; older osquery gave the status as `install ok installed`."""
    if row.status and not row.status.endswith("installed"):
        return None
    source, _, version = (row.source or row.name).partition(" ")
    return Component("deb", row.name, row.version, source, version.strip("()") or row.version, row.arch)


def _rpm(row: _Row) -> Component | None:
    if row.name == "gpg-pubkey":
        return None
    version = f"{row.version}-{row.release}" if row.release else row.version
    epoch = str(row.epoch or "")
    source = _purl.source_rpm(row.source)
    prefix = "" if epoch in ("", "0") else f"{epoch}:"
    return Component("rpm", row.name, prefix + version, source[0] or row.name, source[1] or version, row.arch)
