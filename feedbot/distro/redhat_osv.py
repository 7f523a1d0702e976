"""Red Hat's errata (RHSA, RHBA, RHEA) as OSV records. They name binary packages, and releases by the tail of a CPE."""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro import _redhat
from feedbot.distro._model import DistroInfo, Silent, Statement
from feedbot.distro._osv import Place, statements

DISTRO = DistroInfo(
    "Red Hat (OSV)", "https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip", limit=2**30
)
HEAD = re.compile(r'"ecosystem"\s*:\s*"Red Hat\b')


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each package and CVE of an erratum. Raises SourceError where it is no OSV."""
    return statements(file, name, _place, "https://access.redhat.com/errata/{id}", "redhat_osv")


def _place(ecosystem: str, id_: str) -> Place | None:
    family, _, product = ecosystem.partition(":")
    return _redhat.place(product) if family == "Red Hat" else None
