"""Debian and Ubuntu: the file /var/lib/dpkg/status, as it is copied from a machine or out of its backup.

One paragraph a package (deb822, dpkg's own form). Comments at the top may name the server and its release, as in the
other lists (`# server: web01`, `# os: debian 12`); the server is else told by the file's name (`web01.status`) or
--server, the release by base-files.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from feedbot.inventory import _debian
from feedbot.inventory._lines import Line, Refusal, heads, printable, server_of_file
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

TITLE = "/var/lib/dpkg/status"

_FIELD = re.compile(r"^(Package|Status|Version|Source|Architecture):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_PARAGRAPH = re.compile(r"^(?=Package:)", re.MULTILINE)
_FORM = re.compile(r"\A(?:#.*\n|\s*\n)*Package: \S+\s*\nStatus: \w+ \w+ \S+")
_SOURCE = re.compile(r"(?P<name>[^\s()]+)(?:\s*\((?P<version>[^()\s]+)\))?")
_PRESENT = ("installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending")
_GONE = ("not-installed", "config-files")


def detect(text: str) -> bool:
    """Tell whether the text is dpkg's database."""
    return bool(_FORM.match(text))


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the server with what is installed."""
    head, *paragraphs = _PARAGRAPH.split(text)
    said = heads(head, name)
    yield from said.refused
    found: list[Component] = []
    number = head.count("\n") + 1
    for paragraph in paragraphs:
        one = _component(dict(_FIELD.findall(paragraph)))
        if isinstance(one, Refusal):
            yield Line(name, number, paragraph.partition("\n")[0].strip()).refused(one.reason, one.hint)
        elif one:
            found.append(one)
        number += paragraph.count("\n")
    distro = said.distro or _debian.release(found)
    server = said.server or server_of_file(name)
    if found:
        placed = dict.fromkeys(replace(one, distro=distro) for one in found)
        yield HostPackages(server, tuple(placed), distro, bool(server) and not said.server, said.kernel)


def _component(fields: dict[str, str]) -> Component | Refusal | None:
    status, name, installed = fields.get("Status", ""), fields.get("Package", ""), fields.get("Version", "")
    state = status.rpartition(" ")[2]
    if state in _GONE:
        return None
    if state not in _PRESENT:
        return Refusal(tr("the package is neither installed nor removed: {status}", status=status))
    source = _SOURCE.fullmatch(fields.get("Source", "") or name)
    if not source or not printable("".join(fields.values())):
        return Refusal(tr("not a package name: {name}", name=fields.get("Source", "")))
    return _debian.made(name, installed, source["name"], source["version"] or installed, fields.get("Architecture", ""))
