"""Ubuntu's notices (USN) and its records of CVEs (UBUNTU-CVE-…) as OSV. They name source packages.

Ecosystems: `Ubuntu:22.04:LTS` is the release, `Ubuntu:Pro:16.04:LTS` what Ubuntu Pro (ESM) corrects beyond it, with a
`FIPS`, `FIPS-updates` or `Realtime` part before or behind the release for the builds of these lines
(https://github.com/canonical/ubuntu-security-notices).
"""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement
from feedbot.distro._osv import Place, statements
from feedbot.inventory import release_of

DISTRO = DistroInfo("Ubuntu (OSV)", "https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip", limit=2**30)
HEAD = re.compile(r'"ecosystem"\s*:\s*"Ubuntu\b')
_NUMBER = re.compile(r"\d+\.\d+")
_PLAIN = frozenset({"LTS", "Kernel"})
_SUITES = {"Pro": "esm", "FIPS": "fips", "FIPS-updates": "fips", "FIPS-preview": "fips", "Realtime": "realtime"}


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, package and CVE. Raises SourceError where it is no OSV."""
    return statements(file, name, _place, "https://ubuntu.com/security/{cve}", "ubuntu_osv")


def _place(ecosystem: str, id_: str) -> Place | None:
    family, *parts = ecosystem.split(":")
    if family != "Ubuntu":
        return None
    release = next((one for one in parts if _NUMBER.fullmatch(one)), "")
    others = [one for one in parts if one not in _PLAIN and one != release]
    if release and not all(one in _SUITES for one in others):
        return None  # another line of Canonical's, such as that for NVIDIA's BlueField
    suites = [_SUITES[one] for one in others if one in _SUITES]
    return (release_of(f"ubuntu {release}") if release else "", suites[-1] if suites else "")
