"""Version ranges in VERS form (the Version Range Specifier of package-url)."""

from dataclasses import dataclass
from typing import Literal

Comparator = Literal["<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One bound of a range. `version` is kept as it was written."""

    comparator: Comparator
    version: str


@dataclass(frozen=True, slots=True)
class VersionRange:
    """A set of versions of one scheme. No constraint means every version (`vers:SCHEME/*`)."""

    scheme: str
    constraints: tuple[Constraint, ...] = ()
