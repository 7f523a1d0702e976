"""Debian and Ubuntu: what dpkg-query and dpkg print.

Best is COMMAND, because it names the source package that advisories speak of.
Also read: the two columns of plain `dpkg-query -W`, and the table of `dpkg -l`. These do not name the source, so a
binary package is then found only under its own name.
"""

import re
from collections.abc import Iterator

from feedbot.inventory import _debian
from feedbot.inventory._lines import Found, Reading, Refusal, looks_like, one_host
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

TITLE = "dpkg-query -W, dpkg -l"
COMMAND = (
    r"dpkg-query -W -f '${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t"
    r"${db:Status-Abbrev}\n'"
)

_STATUS = r"[uihrp][ncHUFWti][ R]?"
_COLUMNS = rf"{_debian.NAME}\t[^\t]*(?:\t[^\t]*\t[^\t]*\t[^\t]*\t{_STATUS}\s*)?$"
_FORM = re.compile(rf"{_COLUMNS}|{_STATUS}\s+{_debian.NAME}\s+\S|Desired=|\|[ |/]|\+\+\+-")
_ROW = re.compile(rf"({_STATUS})\s+(\S+)\s+(\S+)(?:\s+(\S+))?(?:\s|$)")
_TABLE_HEAD = ("Desired=", "| ", "|/", "||/", "+++-")
_NAMING = "base-files"


def detect(text: str) -> bool:
    """Tell whether the text is dpkg's."""
    return looks_like(text, _FORM)


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused rows, then the server with its installed packages."""
    return one_host(text, name, _component, _NAMING, _debian.release)


@Reading
def _component(line: str) -> Found:
    if line.startswith(_TABLE_HEAD):
        return None
    if "\t" not in line:
        return _table_row(line)
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) == 2:
        # Plain `dpkg-query -W` prints no version for what is known but not installed.
        return _debian.made(fields[0], fields[1]) if fields[1] else None
    if len(fields) != 6:
        return Refusal(tr("{count} columns; dpkg-query gives 2 or 6", count=len(fields)), _hint())
    name, version, source, source_version, arch, status = fields
    return _kept(status, _debian.made(name, version, source, source_version, arch))


def _table_row(line: str) -> Found:
    found = _ROW.match(line)
    if not found:
        return Refusal(tr("not a line of dpkg"), _hint())
    status, name, version, arch = found.groups()
    return _kept(status, _debian.made(name, version, arch=arch or ""))


def _hint() -> str:
    return tr("make the list with: {command}", command=COMMAND)


def _kept(status: str, made: Component | Refusal) -> Found:
    """Keep what has files on the disk: installed, on hold, unpacked, waiting for a trigger."""
    state = status[1:2]
    if state in ("n", "c"):
        return None
    if state in ("i", "t", "W", "U", "F"):
        return made
    return Refusal(tr("the package is neither installed nor removed: {status}", status=status))
