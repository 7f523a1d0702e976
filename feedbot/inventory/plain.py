"""A plain list of self-built software of one server, a line a product, the version last: `Apache HTTP Server 2.4.58`.

`nginx 1.24.0`, `nginx=1.24.0` and `nginx: 1.24.0` are read alike. The server is named by `# server: web01`, the file's
name (`web01.txt` names none; `web01.list` does) or --server.
"""

import re
from collections.abc import Iterable, Iterator

from feedbot.inventory._lines import Found, Reading, Refusal, looks_like, one_host
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

TITLE = "plain list: product version"

_VERSION = r"[vV]?\d[A-Za-z0-9.+_~-]*"
_ROW = re.compile(
    rf"(?P<name>[^\s=:#|,;<>{{}}\[\]\"][^=:\t#|,;<>{{}}\[\]\"]*?)(?: *[=:] *| +)(?P<version>{_VERSION})\s*"
)
_DPKG = re.compile(r"[uihrp][ncHUFWti] ")
_MAX = 200


def detect(text: str) -> bool:
    """Tell whether the text is a plain list. The table of dpkg has its status in front."""
    return (
        looks_like(text, _ROW)
        and not looks_like(text, _DPKG)
        and all("==" not in line for line in text[:4096].split("\n"))
    )


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused rows, then the server with its software."""
    return one_host(text, name, _component, "", _release)


@Reading
def _component(line: str) -> Found:
    found = _ROW.fullmatch(line)
    if not found or len(line) > _MAX:
        return Refusal(tr("not a product and its version"), tr("write a line a product: nginx 1.24.0"))
    return Component("generic", found["name"], found["version"].lstrip("vV"), found["name"])


def _release(_: Iterable[Component]) -> str:
    return ""
