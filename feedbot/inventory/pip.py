"""Python packages of one server: what `pip freeze` prints (name==version), or `pip list --format=freeze`.

A package from a version control system or a file has no version there: it is kept with a version that is not known.
The server is named as in the other lists: `# server: web01`, the file's name (`web01.pip`) or --server.
"""

import re
from collections.abc import Iterable, Iterator

from feedbot.inventory._lines import Found, Reading, Refusal, looks_like, one_host
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

TITLE = "pip freeze"

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PINNED = re.compile(rf"({_NAME})===?([A-Za-z0-9.+!_-]{{1,200}})\s*")
_PLACED = re.compile(rf"(?:-e\s+)?({_NAME})\s*@\s*\S+|-e\s+\S+#egg=({_NAME})\S*")
_FORM = re.compile(f"{_PINNED.pattern}$|-e |[^ ]+ @ ")
_EDITABLE = re.compile(r"-e\s+\S+")


def detect(text: str) -> bool:
    """Tell whether the text is pip's."""
    return looks_like(text, _FORM)


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused rows, then the server with its packages."""
    return one_host(text, name, _component, "", _release)


@Reading
def _component(line: str) -> Found:
    pinned = _PINNED.fullmatch(line)
    if pinned:
        return _made(pinned[1], pinned[2])
    placed = _PLACED.fullmatch(line.strip())
    if placed:
        return _made(placed[1] or placed[2], "")
    if _EDITABLE.fullmatch(line.strip()):
        return Refusal(
            tr("an editable install without a name"), tr("list it with: {command}", command="pip list --format=freeze")
        )
    return Refusal(tr("not a line of pip freeze"), tr("make the list with: {command}", command="pip freeze"))


def _made(name: str, version: str) -> Component:
    """Names are one whatever their case and marks (PyPA, "Names and normalization")."""
    normal = re.sub(r"[-_.]+", "-", name).lower()
    return Component("pep440", normal, version, normal)


def _release(_: Iterable[Component]) -> str:
    return ""
