"""Which member a file is of, by its own content."""

from types import ModuleType
from typing import IO

from feedbot import members
from feedbot.distro._files import head
from feedbot.errors import SourceError


def member_of(file: IO[bytes], name: str, issuer: str = "") -> tuple[str, ModuleType]:
    """Return the member that reads a file: `issuer` where it is given, else the one that knows how it begins.

    Raises ConfigError for an `issuer` there is none of, SourceError where none or several members know the file.
    """
    package = "feedbot.distro"
    if issuer:
        return issuer, members.load(package, issuer)
    begins = head(file, name)
    found = [one for one in members.names(package) if members.load(package, one).HEAD.search(begins)]
    if len(found) == 1:
        return found[0], members.load(package, found[0])
    raise SourceError(
        name,
        "several distributors' forms fit it: {known}" if found else "no distributor's form that is known here",
        hint="name it: --issuer NAME ({known})",
        known=", ".join(found or members.names(package)),
    )
