"""AlmaLinux errata (ALSA, ALBA, ALEA) as OSV records. They name binary packages, and module streams in the summary."""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement
from feedbot.distro._osv import Place, statements
from feedbot.inventory import release_of

DISTRO = DistroInfo("AlmaLinux errata (OSV)", "https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip")
HEAD = re.compile(r'"ecosystem"\s*:\s*"AlmaLinux\b')


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each package, CVE and stream of an erratum. Raises SourceError where it is no OSV."""
    return statements(file, name, _place, "https://osv.dev/vulnerability/{id}", "almalinux")


def _place(ecosystem: str, id_: str) -> Place | None:
    return (release_of(ecosystem), "") if ecosystem.partition(":")[0] == "AlmaLinux" else None
