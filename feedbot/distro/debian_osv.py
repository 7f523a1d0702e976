"""Debian's advisories (DSA, DLA, DTSA) and its records of CVEs (DEBIAN-CVE-…) as OSV. They name source packages."""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement
from feedbot.distro._osv import Place, statements
from feedbot.inventory import release_of

DISTRO = DistroInfo("Debian (OSV)", "https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip", limit=2**30)
HEAD = re.compile(r'"ecosystem"\s*:\s*"Debian\b')


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, package and CVE. Raises SourceError where it is no OSV."""
    address = "https://security-tracker.debian.org/tracker/{id}"
    return statements(file, name, _place, address, "debian_osv")


def _place(ecosystem: str, id_: str) -> Place | None:
    family, _, release = ecosystem.partition(":")
    return (release_of(f"debian {release}"), "") if family == "Debian" and release else None
