"""Package URLs (purl, ECMA-427), by which SBOMs and scanners name a package, as components."""

import re
from functools import lru_cache
from urllib.parse import unquote

from packageurl import PackageURL

from feedbot import version
from feedbot.inventory._lines import Refusal, fault
from feedbot.inventory._model import Component
from feedbot.inventory._release import release_of, stream_of
from feedbot.messages import tr

MAX = 200
_SCHEMES = {
    "deb": ("deb",),
    "rpm": ("rpm",),
    "pypi": ("pep440",),
    "npm": ("npm", "semver"),
    "gem": ("gem", "generic"),
    "maven": ("maven", "generic"),
    "golang": ("golang", "semver"),
    "cargo": ("semver",),
    "composer": ("composer", "generic"),
    "generic": ("generic",),
    "github": ("generic",),
    "bitnami": ("generic",),
}
"""Type of a purl → the schemes that order its versions, the closest first."""
_JOINED = {"maven": ":"}
_VENDORS = ("deb", "rpm", "generic", "github", "bitnami")
"""Types whose namespace is who made the package, not a part of its name."""
_SOURCE_RPM = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.(?:no)?src\.rpm")
_UPSTREAM = re.compile(r"(?P<name>[^@\s]+)(?:@(?P<version>\S+))?")


def scheme_of(kind: str) -> str:
    """Return the version scheme of a purl's type; empty where none is known here."""
    known = version.schemes()
    return next((one for one in _SCHEMES.get(kind, ()) if one in known), "")


@lru_cache(maxsize=1 << 18)
def _parsed(purl: str) -> PackageURL | None:
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def component(purl: str, source: str = "", source_version: str = "") -> Component | Refusal:
    """Return the package that a purl names; `source` where the document names its source package beside it.

    A distribution's release comes from the qualifier `distro`, the source package else from `upstream`, in which syft
    writes `name@version` for deb and the file name of the source for rpm. A purl without a version is a version that is
    not known.
    """
    found = _parsed(purl)
    if found is None or fault(purl) or len(purl) > 4 * MAX:
        return Refusal(tr("not a package URL: {purl}", purl=purl[:MAX]))
    scheme = scheme_of(found.type)
    if not scheme:
        return Refusal(tr("no order of versions is known for packages of type {type}", type=found.type))
    qualifiers = found.qualifiers if isinstance(found.qualifiers, dict) else {}
    installed, made_of = found.version or "", _source(qualifiers.get("upstream", ""))
    distro = _release(found.namespace or "", qualifiers.get("distro", "")) if scheme in ("deb", "rpm") else ""
    name = _name(found)
    epoch = qualifiers.get("epoch", "0")
    if found.type == "golang":
        installed = installed.removeprefix("v")
    if epoch not in ("", "0") and ":" not in installed:
        installed = f"{epoch}:{installed}"
    plain = installed.rpartition(":")[2] if scheme == "rpm" else installed
    return Component(
        scheme,
        name,
        installed,
        source or made_of[0] or name,
        source_version or made_of[1] or ("" if scheme not in ("deb", "rpm") else plain),
        qualifiers.get("arch", ""),
        distro,
        stream_of(qualifiers.get("rpmmod", "")) if scheme == "rpm" else "",
    )


def _name(found: PackageURL) -> str:
    """A distribution's namespace is the vendor, that of all others belongs to the name."""
    if not found.namespace or found.type in _VENDORS:
        return str(found.name)
    return f"{found.namespace}{_JOINED.get(found.type, '/')}{found.name}"


def _source(upstream: str) -> tuple[str, str]:
    text = unquote(upstream)
    match = _UPSTREAM.fullmatch(text)
    return source_rpm(text) if text.endswith(".rpm") else (match["name"], match["version"] or "") if match else ("", "")


def source_rpm(file: str) -> tuple[str, str]:
    """Return name and version of a source package by its file's name; empty where it is none."""
    match = _SOURCE_RPM.fullmatch(file)
    return (match["name"], match["version"]) if match else ("", "")


def _release(namespace: str, distro: str) -> str:
    return release_of(distro) or release_of(f"{namespace} {distro}")
