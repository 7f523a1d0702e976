"""Node packages of one server: what `npm ls --all --json` prints, each package of the tree once.

Its outermost name is the application's, not the machine's: that is told by --server or the file's name (`web01.npm`).
"""

from collections.abc import Iterator
from pathlib import PurePath

import msgspec

from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Refusal, fault, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

TITLE = "npm ls --all --json"

_DEEP = 200


class _Node(msgspec.Struct, frozen=True):
    version: str = ""
    missing: bool = False
    dependencies: dict[str, msgspec.Raw] = {}  # msgspec copies an empty default


_node = _json.decoder(_Node)


def detect(text: str) -> bool:
    """Tell whether the text is npm's."""
    return (
        text.lstrip().startswith("{")
        and '"dependencies"' in text
        and '"lockfileVersion"' not in text
        and ('"resolved"' in text or '"overridden"' in text)
    )


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the server. Raises InventoryError where it is no output of npm ls."""
    document = _json.Document(name, text.encode())
    path = PurePath(name)
    server = server_name(path.stem) if path.suffix == ".npm" else ""
    found: dict[Component | bytes, tuple[bytes, Component | Refusal]] = {}
    for raw, one in _each(document.decoded(_Node)):
        found.setdefault(raw if isinstance(one, Refusal) else one, (raw, one))
    return _json.host(server, "", found.values(), document, guessed=True)


def _each(root: _Node) -> Iterator[tuple[bytes, Component | Refusal]]:
    """Go through the tree, level by level; a package that is wanted but not there is not installed."""
    level = [root]
    for _ in range(_DEEP):
        below: list[_Node] = []
        for name, part in (one for node in level for one in node.dependencies.items()):
            raw = bytes(part)
            node = _node(raw)
            if isinstance(node, Refusal):
                yield raw, node
            elif not name or len(name) > _purl.MAX or fault(name + node.version):
                yield raw, Refusal(tr("not a package name: {name}", name=name[: _purl.MAX]))
            elif not node.missing:
                yield raw, Component(_purl.scheme_of("npm"), name, node.version, name)
                below.append(node)
        if not below:
            return
        level = below
