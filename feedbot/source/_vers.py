"""Version ranges that come as data: VERS, package URLs, ecosystems.

A scheme is named only where its order is known here (feedbot/version); ranges of all others stay unread.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from feedbot.errors import VersionError
from feedbot.version import Constraint, VersionRange

_RPM = ("almalinux", "rocky linux", "red hat", "suse", "opensuse", "openeuler", "mageia", "azure linux", "rpm")
_SEMVER = ("npm", "go", "golang", "crates.io", "cargo", "hex", "pub", "swifturl", "swift", "github actions", "semver")
SCHEMES = (
    dict.fromkeys(("debian", "ubuntu", "deb"), "deb")
    | dict.fromkeys(_RPM, "rpm")
    | dict.fromkeys(("pypi", "pep440"), "pep440")
    | dict.fromkeys(_SEMVER, "semver")
    | dict.fromkeys(("generic", "intdot"), "generic")
)
"""Ecosystem of OSV, type of a package URL, or scheme of VERS, in small letters → our scheme."""

_VERS = re.compile(r"vers:(?P<type>[A-Za-z][A-Za-z0-9.-]*)/(?P<rest>.+)")
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


def scheme_of(ecosystem: str) -> str:
    """Return the scheme of an ecosystem, the release behind its colon left out; empty where none is known."""
    return SCHEMES.get(ecosystem.partition(":")[0].strip().lower(), "")


def parse(text: str) -> VersionRange | None:
    """Read VERS; None where it is not, or where its scheme is not known here. `vers:all/*` is every version."""
    match = _VERS.fullmatch(text)
    if match is None:
        return None
    if text == "vers:all/*":
        return VersionRange("generic")
    try:
        return VersionRange.parse(f"vers:{SCHEMES.get(match['type'].lower(), match['type'])}/{match['rest']}")
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
    return Package(SCHEMES.get(kind, ""), unquote(match["path"].rpartition("/")[2]), version)
