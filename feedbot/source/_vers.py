"""Version ranges that come as data: VERS, package URLs, ecosystems.

A scheme is named only where its order is known here (feedbot/version); ranges of all others stay unread.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from feedbot.errors import VersionError
from feedbot.version import Constraint, VersionRange, scheme_of

_PURL = re.compile(
    r"pkg:/{0,2}(?P<type>[A-Za-z][A-Za-z0-9.+-]*)/(?P<path>[^@?#\s]+)"
    r"(?:@(?P<version>[^?#\s]+))?(?:\?(?P<qualifiers>[^#\s]*))?(?:#\S*)?"
)


@dataclass(frozen=True, slots=True)
class Package:
    """What a package URL names. `scheme` is empty where the type's order is not known here."""

    scheme: str
    name: str
    version: str


def parse(text: str) -> VersionRange | None:
    """Read VERS; None where it is not, or where its scheme is not known here. `vers:all/*` is every version."""
    if text == "vers:all/*":
        return VersionRange("generic")
    try:
        return VersionRange.parse(text)
    except VersionError:
        return None


def exactly(scheme: str, version: str) -> VersionRange | None:
    """Return the range of one version; None where its scheme cannot read it."""
    try:
        return VersionRange(scheme, (Constraint("=", version),))
    except VersionError:
        return None


def package(purl: str) -> Package | None:
    """Read a package URL (purl-spec); the epoch of an rpm is put before its version. None where it is none."""
    match = _PURL.fullmatch(purl)
    if match is None:
        return None
    kind = match["type"].lower()
    epoch = parse_qs(match["qualifiers"] or "").get("epoch", [""])[0] if kind == "rpm" else ""
    version = unquote(match["version"] or "")
    if epoch and version and ":" not in version:
        version = f"{epoch}:{version}"
    return Package(scheme_of(kind), unquote(match["path"].rpartition("/")[2]), version)
