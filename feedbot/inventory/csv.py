"""A table of servers and what runs on them: server,name,version and, where known, ecosystem,source,os,arch.

Headings may be Japanese (サーバー, 製品名, バージョン, 種別, ソースパッケージ, OS, アーキテクチャ), in any order. One
file holds any number of servers. An empty version stands for "not known": such a component is never called unaffected.
"""

from collections.abc import Iterator

from feedbot import version
from feedbot.inventory._lines import server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of, scheme_of
from feedbot.inventory._table import Columns, Record, header, records
from feedbot.messages import tr

TITLE = "CSV: server,name,version"

_COLUMNS: Columns = {
    "server": ("servername", "host", "hostname", "サバ", "サバ名", "ホスト", "ホスト名"),
    "name": (
        "package",
        "product",
        "software",
        "パッケジ",
        "パッケジ名",
        "製品",
        "製品名",
        "ソフトウェア",
        "名前",
        "名称",
    ),
    "version": ("バジョン", "版"),
    "ecosystem": ("scheme", "type", "種別", "エコシステム"),
    "source": ("sourcepackage", "ソス", "ソスパッケジ"),
    "os": ("release", "distribution", "ディストリビュション"),
    "arch": ("architecture", "アキテクチャ"),
}
_REQUIRED = ("server", "name", "version")
# What people write in the ecosystem column beside the scheme's own name.
_SCHEMES = {
    "debian": "deb",
    "ubuntu": "deb",
    "dpkg": "deb",
    "redhat": "rpm",
    "almalinux": "rpm",
    "rocky": "rpm",
    "centos": "rpm",
    "upstream": "generic",
    "self": "generic",
    "自社": "generic",
    "pypi": "pep440",
    "pip": "pep440",
}
_MAX_NAME = 200


def detect(text: str) -> bool:
    """Tell whether the first row is a header with the columns that every such table has."""
    return set(_REQUIRED) <= set(header(text, _COLUMNS))


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused rows, then the servers in the order of the file."""
    hosts: dict[str, dict[Component, None]] = {}
    for record in records(text, name, _COLUMNS, _REQUIRED):
        if isinstance(record, RefusedRow):
            yield record
            continue
        component = _component(record)
        if isinstance(component, RefusedRow):
            yield component
            continue
        hosts.setdefault(server_name(record.get("server")), {})[component] = None
    for server, components in hosts.items():
        yield HostPackages(server, tuple(components), next((one.distro for one in components if one.distro), ""))


def _component(record: Record) -> Component | RefusedRow:
    name, installed = record.get("name"), record.get("version")
    if not server_name(record.get("server")):
        return record.line.refused(tr("not a host name"))
    if not name or len(name) > _MAX_NAME:
        return record.line.refused(tr("not a package name: {name}", name=name[:_MAX_NAME]))
    if len(installed) > _MAX_NAME:
        return record.line.refused(tr("not a package version: {version}", version=installed[:_MAX_NAME]))
    distro = release_of(record.get("os"))
    scheme = _scheme(record.get("ecosystem"), installed, distro)
    if not scheme:
        return record.line.refused(tr("no such ecosystem: {name}", name=record.get("ecosystem")))
    return Component(scheme, name, installed, record.get("source") or name, "", record.get("arch"), distro)


def _scheme(ecosystem: str, installed: str, distro: str) -> str:
    """Return the version scheme; empty for an ecosystem that is not known.

    Without one, a version with a revision on a known release is that distribution's package; all else is software
    from its own makers, whose ranges apply as they are.
    """
    folded = ecosystem.casefold()
    if folded:
        return _SCHEMES.get(folded) or version.scheme_of(folded)
    return (scheme_of(distro) if "-" in installed else "") or "generic"
