"""Whose build a package is, and which of its distributor's lines it belongs to, read from its version.

A statement is about the distributor's own builds. Packages of the same name come from others too (nginx.org, PGDG,
sury.org, remi …), with versions that compare to nothing the distributor says.
"""

import re
from dataclasses import replace

from feedbot.distro import Statement
from feedbot.inventory import Component

# deb: sury.org, PPAs, PGDG, MariaDB, NodeSource; and a codename in the version, as nginx.org, Docker and Percona write
# it. Debian itself did so up to wheezy, Ubuntu beside its own mark.
_FOREIGN_DEB = re.compile(r"\+0~\d{8}|deb\.sury\.org|ppa|\.pgdg\d|[+~]maria|nodesource|litespeed|plesk")
_CODENAME = re.compile(
    r"[.~+-](?:jessie|stretch|buster|bullseye|bookworm|trixie|forky|trusty|xenial|bionic|focal|jammy|noble)\b"
)
_FOREIGN_RPM = re.compile(r"\.(?:remi|ius|ngx|elrepo|litespeed|art)\b|PGDG|nodesource|plesk|cpanel|cloudlinux|\.lve")
_BACKPORT = re.compile(r"~bpo(\d+)\+\d+$")
_SECURITY = re.compile(r"\+deb(\d+)u\d+")
_RELEASE = re.compile(r"\.el(\d+)_(\d+)")
_FIPS = re.compile(r"[.+~-]fips|fips\d")


def is_foreign(component: Component) -> bool:
    """Tell whether somebody else than the distributor built a package."""
    version = component.version
    if component.scheme == "deb":
        return bool(_FOREIGN_DEB.search(version)) or ("ubuntu" not in version and bool(_CODENAME.search(version)))
    return bool(_FOREIGN_RPM.search(version))


def backported(component: Component) -> tuple[Component, tuple[str, ...]] | None:
    """Return a package of Debian's backports as the one it was made from, and the releases that this is spoken of in.

    1.2-3~bpo12+1 is 1.2-3 of the next release, made again; a fix of that release's security team shows as +deb13u1,
    all others come by way of unstable. None for every other package.
    """
    if not component.distro.startswith("debian:"):
        return None
    version = component.source_version or component.version
    found = _BACKPORT.search(version)
    if found is None:
        return None
    plain = version[: found.start()]
    security = _SECURITY.search(plain)
    releases = ("debian:sid", *([f"debian:{security[1]}"] if security else []))
    return replace(component, version=plain, source_version=plain), releases


def is_own_line(component: Component) -> bool:
    """Tell whether a build is of the release's own line, and no statement of another suite can be about it but one of
    the minor release or of the realtime kernel."""
    return not _FIPS.search(component.version) and ".cloud" not in component.version


def belongs(statement: Statement, component: Component) -> bool:
    """Tell whether a statement's suite is a line that a build is of; the release's own line is that of all others."""
    suite, version = statement.suite, component.version
    fips, cloud = bool(_FIPS.search(version)), ".cloud" in version
    if suite in ("", "esm"):
        return not (fips or cloud)
    if suite == "fips":
        return fips
    if suite == "sig-cloud":
        return cloud
    if suite == "realtime":
        return "realtime" in component.source
    minor = _RELEASE.search(version)
    return minor is not None and suite.rpartition("-")[2] == f"{minor[1]}.{minor[2]}"
