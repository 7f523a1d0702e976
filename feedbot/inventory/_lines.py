"""Package lists of one server, a line a package: what the members dpkg and rpm share.

A comment line may name the server and its release, since neither program prints them:

    # server: web01
    # os: debian 12

Else the server's name is the file's where that ends as its format does (`web01.dpkg`, `web01.rpm`), else --server
gives it. The release is else read from the package that names it (base-files, almalinux-release …).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath

from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of
from feedbot.messages import tr

MAX_LINE = 4096
_SHOWN = 200
_LOOKED_AT = 200
_SERVER = re.compile(r"[a-z0-9][a-z0-9._-]{0,252}")
_HEAD = re.compile(r"#\s*(server|host|サーバー?|os|release)\s*[::]\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, counted from 1, without its line end."""

    file: str
    number: int
    text: str

    def refused(self, reason: str, hint: str = "") -> RefusedRow:
        """Return this line as one that is not taken in, fit to be printed."""
        shown = "".join(one if printable(one) else "\N{REPLACEMENT CHARACTER}" for one in self.text[:_SHOWN])
        return RefusedRow(self.file, self.number, shown, reason, hint)


def printable(text: str) -> bool:
    """Tell whether text holds no control, format or private character; the ideographic space is none of them."""
    return text.replace("\u3000", "").replace("\t", "").isprintable()


def fault(text: str) -> str:
    """Return why a row may not be taken in whatever it means; empty where nothing speaks against it."""
    if len(text) > MAX_LINE:
        return tr("the line is longer than {most} characters", most=MAX_LINE)
    return "" if printable(text) else tr("a control character in the row")


def server_name(text: str) -> str:
    """Return a host name in lower case, as DNS compares it; empty where it is none."""
    lowered = text.strip().lower()
    return lowered if _SERVER.fullmatch(lowered) else ""


def lines(text: str, name: str) -> Iterator[Line | RefusedRow]:
    """Yield the lines that say something, split on LF alone: U+2028 and the like must not make a second row."""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = Line(name, number, raw.removesuffix("\r"))
        if line.text.strip():
            reason = fault(line.text)
            yield line.refused(reason) if reason else line


def looks_like(text: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether more than half of the first lines have the form of `pattern`."""
    first = list(islice((line for line in lines(text, "") if not _comment(line)), _LOOKED_AT))
    fitting = sum(isinstance(line, Line) and pattern.match(line.text) is not None for line in first)
    return fitting * 2 > len(first)


def _comment(line: Line | RefusedRow) -> bool:
    return isinstance(line, Line) and line.text.startswith("#")


def one_host(
    text: str,
    name: str,
    parse: Callable[[Line], Component | RefusedRow | None],
    release: Callable[[Iterable[Component]], str],
) -> Iterator[HostPackages | RefusedRow]:
    """Yield the rows that `parse` refuses, then the server. `parse` gives None for what is not installed."""
    server, distro, guessed = _server_of_file(name), "", True
    components: dict[Component, None] = {}
    for line in lines(text, name):
        head = _HEAD.match(line.text) if isinstance(line, Line) else None
        if isinstance(line, RefusedRow):
            yield line
        elif head and head[1].lower() in ("os", "release"):
            distro = release_of(head[2])
        elif head:
            server, guessed = server_name(head[2]), False
            if not server:
                yield line.refused(tr("not a host name"))
        elif not line.text.startswith("#"):
            found = parse(line)
            if isinstance(found, RefusedRow):
                yield found
            elif found:
                components[found] = None
    distro = distro or release(components)
    if components:
        yield HostPackages(
            server, tuple(replace(one, distro=distro) for one in components), distro, guessed and bool(server)
        )


def _server_of_file(name: str) -> str:
    path = PurePath(name)
    return server_name(path.stem) if path.suffix in (".dpkg", ".rpm") else ""
