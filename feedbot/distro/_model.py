"""The noun of this stage: one statement of one distributor about one of its packages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StatementStatus(StrEnum):
    """What the distributor says of a package in one release."""

    FIXED = "fixed"
    OPEN = "open"
    """Affected, and no corrected package is out."""
    NOT_AFFECTED = "not_affected"
    END_OF_LIFE = "end_of_life"
    """Not looked after any more: nothing is said about whether it is affected."""
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Statement:
    """A distributor's word on one CVE in one package of one release.

    `distro` is spelt as in an inventory (debian:12). `package` is the source package for Debian and Ubuntu; errata of
    RPM distributions list binary packages, so there it is either. `stream` is the module stream (`php:8.2`) whose
    builds it speaks of, empty for packages outside modules. `as_of` is when the data was current, None if not known.
    """

    distro: str
    package: str
    cve: str
    status: StatementStatus
    fixed_version: str = ""
    evidence: str = ""
    as_of: datetime | None = None
    stream: str = ""

    def __str__(self) -> str:
        fixed = f" {self.fixed_version}" if self.fixed_version else ""
        return f"{self.distro} {self.package} {self.cve}: {self.status}{fixed} ({self.evidence})"
