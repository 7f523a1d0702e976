"""How Red Hat names its releases (CPE), its packages (purl, NEVRA) and its modules."""

import re
from urllib.parse import unquote

from feedbot.distro._model import StatementStatus

_CPE = re.compile(
    r"(?:cpe:/[oa]:redhat:)?(?P<line>enterprise_linux|rhel_[a-z0-9_]+):(?P<version>\d+(?:\.\d+)?)(?:::[\w-]+)?"
)
_LINES = frozenset(
    {"rhel_eus", "rhel_aus", "rhel_tus", "rhel_e4s", "rhel_els", "rhel_eus_long_life", "rhel_mission_critical"}
)
_PURL = re.compile(r"pkg:rpm/redhat/(?P<name>[^@?#]+)(?:@(?P<version>[^?#]+))?(?:\?(?P<more>[^#]*))?")
_NEVRA = re.compile(
    r"(?P<name>.+)-(?P<epoch>\d+):(?P<version>[^-]+-[^-]+?)(?:\.(?:src|noarch|x86_64|i[3-6]86|aarch64|ppc64|ppc64le|s390|s390x))?(?:\.rpm)?"
)
_MODULE = re.compile(r"(?P<stream>[A-Za-z0-9][\w.+-]*:[\w.+-]+):\d{8,}:[0-9a-f]{8}\b")

STATES = {
    "Affected": StatementStatus.OPEN,
    "Fix deferred": StatementStatus.OPEN,
    "Will not fix": StatementStatus.OPEN,
    "Out of support scope": StatementStatus.END_OF_LIFE,
    "Not affected": StatementStatus.NOT_AFFECTED,
}
"""Red Hat's own words on a package without a correction (https://access.redhat.com/security/updates/classification)."""
UNSAID = frozenset({"Under investigation", "New"})
"""Words by which nothing is said yet."""


def place(cpe: str) -> tuple[str, str] | None:
    """Return the release and the suite of a CPE, or of an OSV ecosystem's part; None for another product.

    Minor releases of the main line are one release; those that are looked after longer (EUS, AUS …) are suites.
    """
    found = _CPE.fullmatch(cpe)
    if found is None:
        return None
    release = f"rhel:{found['version'].partition('.')[0]}"
    if found["line"] == "enterprise_linux":
        return release, ""
    return (release, f"{found['line'].removeprefix('rhel_')}-{found['version']}") if found["line"] in _LINES else None


def package(purl: str) -> tuple[str, str, str] | None:
    """Return name, epoch:version-release (empty where it names none) and module stream; None for no rpm."""
    found = _PURL.fullmatch(purl)
    if found is None:
        return None
    more = dict(one.partition("=")[::2] for one in (found["more"] or "").split("&"))
    version = unquote(found["version"] or "")
    if version:
        version = f"{more.get('epoch', '0')}:{version}"
    parts = unquote(more.get("rpmmod", "")).split(":")
    return unquote(found["name"]), version, ":".join(parts[:2]) if len(parts) > 1 else ""


def nevra(text: str) -> tuple[str, str] | None:
    """Return name and epoch:version-release of NAME-EPOCH:VERSION-RELEASE[.ARCH[.rpm]]; None for no such thing."""
    found = _NEVRA.fullmatch(text)
    return (found["name"], f"{found['epoch']}:{found['version']}") if found else None


def module(text: str) -> str:
    """Return the stream that a module's full name (NAME:STREAM:VERSION:CONTEXT) begins with; empty for another."""
    found = _MODULE.search(text)
    return found["stream"] if found else ""
