"""Ranges of a product that is kept up in several branches at once, each corrected in a version of its own.

A correction is (branch, version): ("1.30", "1.30.4") says that 1.30.4 and all later versions of 1.30 are corrected.
"""

from collections.abc import Iterable
from functools import reduce

from feedbot import version
from feedbot.errors import VersionError
from feedbot.source._facts import SCHEME
from feedbot.version import Constraint, VersionRange

Correction = tuple[str, str]


def before(corrections: Iterable[Correction]) -> VersionRange | None:
    """Return the versions of these branches that are older than their correction; None where there are none."""
    found = [
        VersionRange(SCHEME, (Constraint(">=", branch), Constraint("<", corrected)))
        for branch, corrected in corrections
        if version.compare(SCHEME, branch, corrected) < 0
    ]
    return reduce(VersionRange.union, found) if found else None


def without(affected: VersionRange, corrections: Iterable[Correction], *, newest_open: bool) -> VersionRange:
    """Take the corrected versions out of a range. `newest_open`: whatever is newer than the newest is corrected too.

    Raises VersionError where nothing is left.
    """
    ordered = sorted(corrections, key=lambda one: version.key(SCHEME, one[1]))
    if not ordered:
        return affected
    pieces: list[VersionRange] = []
    low = ""
    for branch, corrected in ordered:
        if not low or version.compare(SCHEME, low, corrected) < 0:
            floor = (Constraint(">=", low),) if low else ()
            pieces.append(VersionRange(SCHEME, (*floor, Constraint("<", corrected))))
        low = VersionRange.branch(SCHEME, branch).constraints[-1].version
    if not newest_open:
        pieces.append(VersionRange(SCHEME, (Constraint(">=", low),)))
    return affected.intersection(reduce(VersionRange.union, pieces))


def branch_of(corrected: str, levels: int) -> str:
    """Return the branch of a version, its first `levels` numbers. Raises VersionError where it has fewer."""
    numbers = corrected.split(".")
    if len(numbers) < levels or not all(one.isdecimal() and one.isascii() for one in numbers[:levels]):
        raise VersionError(corrected, "not the number of a branch")
    return ".".join(numbers[:levels])
