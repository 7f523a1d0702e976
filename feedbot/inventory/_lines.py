"""Package lists of one server, a line a package: what the members dpkg and rpm share.

A comment line may name the server and its release, since neither program prints them:

    # server: web01
    # os: debian 12
    # kernel: 6.1.0-21-amd64        (uname -r: of several that are installed, the one that runs counts)

Else the server's name is the file's where that ends as its format does (`web01.dpkg`, `web01.rpm`), else --server
gives it. The release is else read from the package that names it (base-files, almalinux-release …).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import cast

from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of
from feedbot.messages import language, tr

MAX_LINE = 4096
_SHOWN = 200
_LOOKED_AT = 1 << 14
"""Characters by which a format is told, and lines of them."""
_FIRST = 20
_KERNEL = re.compile(r"\d[A-Za-z0-9.+_~-]{1,199}")
_SERVER = re.compile(r"[a-z0-9][a-z0-9._-]{0,252}")
_HEAD = re.compile(r"#[^\S\n]*(server|host|サーバー?|os|release|kernel)[^\S\n]*[:\uff1a][^\S\n]*(.*)", re.IGNORECASE)
_LINES = 1 << 20
"""Lines that a format keeps in its cache: the distinct packages of a large fleet."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line is not taken in, and what to do where that is known."""

    reason: str
    hint: str = ""


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


def kernel_name(text: str) -> str:
    """Return what `uname -r` prints; empty where it is no such name."""
    name = text.strip()
    return name if _KERNEL.fullmatch(name) else ""


def lines(text: str, name: str) -> Iterator[Line | RefusedRow]:
    """Yield the lines that say something, split on LF alone: U+2028 and the like must not make a second row."""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = Line(name, number, raw.removesuffix("\r"))
        if line.text.strip():
            reason = fault(line.text)
            yield line.refused(reason) if reason else line


def looks_like(text: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether more than half of the first lines have the form of `pattern`."""
    first = [line for line in text[:_LOOKED_AT].split("\n", _FIRST)[:_FIRST] if line.strip() and line[0] != "#"]
    return list(map(pattern.match, first)).count(None) * 2 < len(first)


Found = Component | Refusal | None


class Reading:
    """What a format's `parse` makes of lines as they stand in a file, remembered: a fleet has its lines a thousand
    times over. Blank lines and comments say nothing; what may not be taken in whatever it means is refused."""

    def __init__(self, parse: Callable[[str], Found]) -> None:
        self._parse = parse
        self._known: dict[tuple[str, str], _Known] = {}

    def of(self, rows: list[str], distro: str) -> list[Found]:
        """Return what each line says, on a release; a line that stands twice gives the same object twice."""
        # Refusals are in somebody's language.
        place = distro, language()
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = _Known(self._parse, distro)
        if len(known) > _LINES:
            known.clear()
        return list(map(known.__getitem__, rows))


class _Known(dict[str, Found]):
    """Lines and what they say on a release, each read when it is first asked for."""

    def __init__(self, parse: Callable[[str], Found], distro: str) -> None:
        super().__init__()
        self._parse, self._distro = parse, distro

    def __missing__(self, row: str) -> Found:
        found = self[row] = self._read(row.removesuffix("\r"))
        return found

    def _read(self, line: str) -> Found:
        if not line.strip() or line.startswith("#"):
            return None
        reason = fault(line)
        found = Refusal(reason) if reason else self._parse(line)
        return replace(found, distro=self._distro) if isinstance(found, Component) else found


def one_host(
    text: str, name: str, reading: Reading, naming: str, release: Callable[[Iterable[Component]], str]
) -> Iterator[HostPackages | RefusedRow]:
    """Yield the rows that `reading` refuses, then the server.

    A line of a package that names the release has `naming` in it; `release` reads it off those.
    """
    said = heads(text, name)
    yield from said.refused
    named = reading.of(list(_lines_with(naming, text)), "")
    distro = said.distro or release(one for one in named if isinstance(one, Component))
    rows = text.split("\n")
    found = reading.of(rows, distro)
    if Refusal in set(map(type, found)):
        for number, one in enumerate(found, start=1):
            if isinstance(one, Refusal):
                yield Line(name, number, rows[number - 1].removesuffix("\r")).refused(one.reason, one.hint)
        found = [one for one in found if isinstance(one, Component)]
    components = once(cast("Iterable[Component]", filter(None, found)))
    if components:
        server = said.server or ("" if said.refused else server_of_file(name))
        guessed = bool(server) and not said.server
        yield HostPackages(server, components, distro, guessed, said.kernel)


@dataclass(frozen=True, slots=True)
class Heads:
    """What the comments of a list say: its server, release and running kernel, empty where they do not; and those that
    say none."""

    server: str
    distro: str
    kernel: str
    refused: tuple[RefusedRow, ...]


def heads(text: str, name: str) -> Heads:
    """Read the comments that name the server, its release and the kernel that runs; of several the last."""
    server, distro, kernel, refused = "", "", "", []
    for head in _heads(text):
        if head[1].lower() in ("os", "release"):
            distro = release_of(head[2])
        elif head[1].lower() == "kernel":
            kernel = kernel_name(head[2])
        else:
            server = server_name(head[2])
            if not server:
                number = text.count("\n", 0, head.start()) + 1
                refused.append(Line(name, number, head[0].strip()).refused(tr("not a host name")))
    return Heads(server, distro, kernel, tuple(refused))


def _heads(text: str) -> Iterator[re.Match[str]]:
    """Yield the comments that name something."""
    at = text.find("#")
    while at >= 0:
        found = _HEAD.match(text, at) if text[at - 1 : at] in ("", "\n") else None
        if found:
            yield found
        at = text.find("#", at + 1)


def once(found: Iterable[Component]) -> tuple[Component, ...]:
    """Return what stands several times once; it is the same object then."""
    components = tuple(found)
    if len(set(map(id, components))) < len(components):
        return tuple({id(one): one for one in components}.values())
    return components


def _lines_with(piece: str, text: str) -> Iterator[str]:
    at = text.find(piece) if piece else -1
    while at >= 0:
        end = text.find("\n", at)
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(piece, end)


def server_of_file(name: str) -> str:
    """Return the host that a file's name says it is of; empty where its ending is none of such a list."""
    path = PurePath(name)
    return server_name(path.stem) if path.suffix in (".dpkg", ".rpm", ".pip", ".list", ".status") else ""
