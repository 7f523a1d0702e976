"""Where the publishers of a case say different things of one product's versions."""

from dataclasses import dataclass

from feedbot.advisory import Advisory, Status
from feedbot.advisory.case import Case
from feedbot.catalog import Catalog
from feedbot.version import VersionRange


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A product of a case and what each advisory calls affected of it: (number, VERS), by number.

    `lower_only`: all mean the same newest affected version, and differ only in where the fault began, which many
    publishers leave out.
    """

    product: str
    says: tuple[tuple[str, str], ...]
    lower_only: bool


def disagreements(case: Case, catalog: Catalog) -> tuple[Disagreement, ...]:
    """Return the products, by name, of which advisories of the case give different ranges.

    Compared is what is completely understood, all lines of an advisory together, and of one scheme with its like: a
    distributor's package versions are no upstream's. Names that the catalogue knows count as its product; others must
    be spelt alike but for case and blanks. What was withdrawn says nothing.
    """
    said: dict[tuple[str, str], dict[str, VersionRange]] = {}
    names: dict[str, str] = {}
    for advisory in case.advisories:
        if advisory.status is not Status.WITHDRAWN:
            for name, found in _ranges(advisory, catalog):
                key = "".join(name.casefold().split())
                names.setdefault(key, name)
                mine = said.setdefault((key, found.scheme), {})
                mine[advisory.number] = mine[advisory.number].union(found) if advisory.number in mine else found
    made = (_made(names[key], by_number) for (key, _), by_number in sorted(said.items()))
    return tuple(one for one in made if one)


def _ranges(advisory: Advisory, catalog: Catalog) -> list[tuple[str, VersionRange]]:
    found = []
    for affected in advisory.affected:
        if isinstance(affected.range, VersionRange) and affected.complete and affected.product:
            product = catalog.inventoried(affected.product, affected.vendor, affected.cpe, advisory.title)
            found.append((product.name if product else affected.product, affected.range))
    return found


def _made(name: str, by_number: dict[str, VersionRange]) -> Disagreement | None:
    """Return the disagreement; None where all mean the same, however they write it."""
    meant = {one.intervals() for one in by_number.values()}
    if len(meant) < 2:
        return None
    tops = {tuple((one.high, one.high_in) for one in intervals) for intervals in meant}
    return Disagreement(name, tuple((number, str(by_number[number])) for number in sorted(by_number)), len(tops) == 1)
