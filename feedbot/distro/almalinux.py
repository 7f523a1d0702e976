"""AlmaLinux errata (ALSA, ALBA, ALEA) as OSV records. They name binary packages, and module streams in the summary."""

from collections.abc import Iterator
from datetime import datetime

from feedbot.advisory import Quarantined
from feedbot.distro._model import Statement
from feedbot.distro._osv import statements

TITLE = "AlmaLinux errata (OSV)"


def read(body: bytes, name: str, as_of: datetime | None = None) -> Iterator[Statement | Quarantined]:
    """Yield a statement for each package, CVE and stream of an erratum. Raises SourceError where it is no OSV."""
    return statements(body, name, "AlmaLinux", as_of)
