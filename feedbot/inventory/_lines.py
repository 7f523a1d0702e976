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
from functools import lru_cache
from itertools import repeat
from pathlib import PurePath
from typing import Protocol, TypeGuard, cast

from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of
from feedbot.messages import tr

MAX_LINE = 4096
_SHOWN = 200
_LOOKED_AT = 1 << 14
"""Characters by which a format is told, and lines of them."""
_FIRST = 20
_SERVER = re.compile(r"[a-z0-9][a-z0-9._-]{0,252}")
_HEADS = re.compile(r"\n#[^\S\n]*(server|host|サーバー?|os|release)[^\S\n]*[::][^\S\n]*(.*)", re.IGNORECASE)
_LINES = 1 << 18
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


def lines(text: str, name: str) -> Iterator[Line | RefusedRow]:
    """Yield the lines that say something, split on LF alone: U+2028 and the like must not make a second row."""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = Line(name, number, raw.removesuffix("\r"))
        if line.text.strip():
            reason = fault(line.text)
            yield line.refused(reason) if reason else line


def looks_like(text: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether more than half of the first lines have the form of `pattern`."""
    first = [line for line in text[:_LOOKED_AT].split("\n")[:_FIRST] if line.strip() and line[0] != "#"]
    return sum(pattern.match(line) is not None for line in first) * 2 > len(first)


Found = Component | Refusal | None


class Parse(Protocol):
    """From a line and the release to what it says, through a cache: a fleet has its lines a thousand times over."""

    @property
    def __wrapped__(self) -> Callable[[str, str], Found]:
        """The same past the cache."""

    def __call__(self, raw: str, distro: str, /) -> Found:
        """Say what a line says."""


def one_host(
    text: str, name: str, parse: Parse, naming: str, release: Callable[[Iterable[Component]], str]
) -> Iterator[HostPackages | RefusedRow]:
    """Yield the rows that `parse` refuses, then the server. `parse` gives None for what is not installed.

    A line of a package that names the release has `naming` in it; `release` reads it off those.
    """
    server, distro, guessed = _server_of_file(name), "", True
    for head in _HEADS.finditer("\n" + text) if "#" in text else ():
        if head[1].lower() in ("os", "release"):
            distro = release_of(head[2])
        else:
            server, guessed = server_name(head[2]), False
            if not server:
                number = text.count("\n", 0, head.start()) + 1
                yield Line(name, number, head[0].strip()).refused(tr("not a host name"))
    distro = distro or release(filter(_is_component, (parse(line, "") for line in _lines_with(naming, text))))
    rows = text.split("\n")
    found = list(map(parse, rows, repeat(distro)))
    # A line that stands twice is the same object twice.
    components = {id(one): one for one in found if one.__class__ is Component}
    if Refusal in map(type, found):
        for number, one in enumerate(found, start=1):
            if isinstance(one, Refusal):
                # Asked again past the cache: its reason is in the language of whoever asked first.
                said = cast(Refusal, parse.__wrapped__(rows[number - 1], distro))
                yield Line(name, number, rows[number - 1].removesuffix("\r")).refused(said.reason, said.hint)
    if components:
        yield HostPackages(server, tuple(components.values()), distro, guessed and bool(server))


def reading(parse: Callable[[str], Found]) -> Parse:
    """Return `parse` for lines as they stand in a file: blank ones and comments say nothing, and what may not be taken
    in whatever it means is refused."""

    @lru_cache(maxsize=_LINES)
    def read(raw: str, distro: str) -> Found:
        line = raw.removesuffix("\r")
        if not line.strip() or line.startswith("#"):
            return None
        reason = fault(line)
        found = Refusal(reason) if reason else parse(line)
        return replace(found, distro=distro) if isinstance(found, Component) else found

    return cast(Parse, read)


def _lines_with(piece: str, text: str) -> Iterator[str]:
    at = text.find(piece)
    while at >= 0:
        end = text.find("\n", at)
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(piece, end)


def _is_component(found: Found) -> TypeGuard[Component]:
    return isinstance(found, Component)


def _server_of_file(name: str) -> str:
    path = PurePath(name)
    return server_name(path.stem) if path.suffix in (".dpkg", ".rpm") else ""
