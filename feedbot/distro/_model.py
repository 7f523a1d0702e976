"""The nouns of this stage: one statement of one distributor about one of its packages, and a record without one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
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

    `fixed_version` of a package that is open is one that has the correction although the release was given none of its
    own. `distro` is spelt as in an inventory (debian:12), `package` is the source package of Debian and Ubuntu; errata
    of RPM distributions list binary packages, so there it is either. `stream` is the module stream (`php:8.2`) whose
    builds it speaks of, empty for packages outside modules. `suite` is a line of builds beside the release's own
    (`esm`, `fips`, `eus-8.6`, `sig-cloud`), empty for the release itself. `issued` is the statement's own date, `as_of`
    when the data was current, each None if not known. `issuer` is the member that read it.
    """

    distro: str
    package: str
    cve: str
    status: StatementStatus
    fixed_version: str = ""
    evidence: str = ""
    as_of: datetime | None = None
    stream: str = ""
    suite: str = ""
    url: str = ""
    issued: datetime | None = None
    issuer: str = ""

    def __str__(self) -> str:
        place = " ".join(filter(None, (self.distro, self.suite, self.package, self.stream.strip(":"), self.cve)))
        fixed = f" {self.fixed_version}" if self.fixed_version else ""
        return f"{place}: {self.status}{fixed} ({self.evidence})"


@dataclass(frozen=True, slots=True)
class Silent:
    """A record in order that says nothing of a CVE in a package of the distribution: where, and why not."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class DistroInfo:
    """A member's publisher: where its data is, how often it is asked, and the most bytes that it may have.

    `url` is empty where no one address holds all of it (answers of an API that come in pages): such files are given by
    hand. `listing` says that `url` names documents (the member's `listing` reads it), rather than being the data.
    """

    title: str
    url: str = ""
    interval: timedelta = field(default=timedelta(hours=6))
    limit: int = 2**28
    listing: bool = False
