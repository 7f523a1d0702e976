"""What a case names: its products through the catalogue, and each line that speaks of one."""

from dataclasses import dataclass

from feedbot.advisory import Advisory, Affected, Status
from feedbot.advisory.case import Case
from feedbot.catalog import Catalog, Product
from feedbot.errors import VersionError
from feedbot.matching import _kernels
from feedbot.matching._model import ComponentNames
from feedbot.version import Constraint, Interval, VersionRange


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of one advisory about one product. `intervals` hold the range as keys, `epochless` the same with the
    epochs of an rpm range left out; both are empty where no range was read."""

    advisory: Advisory
    affected: Affected
    product: Product
    intervals: tuple[Interval, ...] = ()
    epochless: tuple[Interval, ...] = ()

    def concerns(self, cve: str) -> bool:
        """Tell whether the line speaks of a CVE: its advisory names that one, or none at all."""
        return not self.advisory.cves or cve in self.advisory.cves


@dataclass(frozen=True, slots=True)
class Named:
    """A product of a case with what the advisories say of it. `fixed` are (scheme, version), each once.

    A version that one publisher calls corrected and another affected is no correction.
    """

    product: Product
    names: ComponentNames
    claims: tuple[Claim, ...]
    fixed: tuple[tuple[str, str], ...]


def named(case: Case, catalog: Catalog) -> tuple[Named, ...]:
    """Return the products of a case by id. What was withdrawn (取下げ) names nothing any more."""
    claims: dict[str, list[Claim]] = {}
    fixed: dict[str, dict[tuple[str, str], set[str]]] = {}
    for advisory in _standing(case):
        for affected in advisory.affected:
            product = catalog.inventoried(affected.product, affected.vendor, affected.cpe, advisory.title)
            if product:
                claims.setdefault(product.id, []).append(_claim(advisory, affected, product))
        for correction in advisory.fixed:
            product = catalog.inventoried(correction.product, title=advisory.title)
            if product:
                held = fixed.setdefault(product.id, {})
                for first in _firsts(correction.range):
                    held.setdefault((correction.range.scheme, first.version), set()).add(advisory.number)
    return tuple(_named(lines, fixed.get(id_, {})) for id_, lines in sorted(claims.items()))


def _named(lines: list[Claim], fixed: dict[tuple[str, str], set[str]]) -> Named:
    product = lines[0].product
    kept = sorted(which for which, by in fixed.items() if not _contradicted(which, by, lines))
    return Named(product, names_of(product), tuple(lines), tuple(kept))


def _contradicted(which: tuple[str, str], by: set[str], lines: list[Claim]) -> bool:
    """Tell whether an advisory that does not name the version as corrected calls it affected."""
    scheme, number = which
    others = (line.affected.range for line in lines if line.advisory.number not in by)
    try:
        return any(isinstance(one, VersionRange) and one.scheme == scheme and number in one for one in others)
    except VersionError:
        return False


def names(case: Case, catalog: Catalog) -> ComponentNames:
    """Return what to look up for a case, in one question to the store."""
    return _joined([one.names for one in named(case, catalog)])


def _joined(each: list[ComponentNames]) -> ComponentNames:
    """Put names together: what a CPE or a family identifies is one product by several spellings."""
    return ComponentNames(
        frozenset().union(*(one.deb for one in each)),
        frozenset().union(*(one.rpm for one in each)),
        frozenset().union(*(one.upstream for one in each)),
    )


def unmapped(case: Case, catalog: Catalog) -> tuple[str, ...]:
    """Return the product names that the catalogue does not know, sorted: shown to a person, never guessed."""
    lines = (
        (one.product, one.vendor, one.cpe, advisory.title) for advisory in _standing(case) for one in advisory.affected
    )
    return tuple(sorted({line[0] for line in lines if not catalog.find(*line)}))


def _standing(case: Case) -> tuple[Advisory, ...]:
    return tuple(one for one in case.advisories if one.status is not Status.WITHDRAWN)


def names_of(product: Product) -> ComponentNames:
    """Return what to look up for a product. Software that is no package goes by any spelling of the product: a person
    wrote it into the table."""
    upstream = frozenset(one.casefold() for one in (*product.upstream, product.name, *product.names))
    return ComponentNames(_deb_of(product), frozenset(product.rpm), upstream)


def _deb_of(product: Product) -> frozenset[str]:
    """Return the deb sources; who lists the kernel's means each that a kernel is built from."""
    given = frozenset(product.deb)
    return given | _kernels.sources() if "linux" in given else given


def _claim(advisory: Advisory, affected: Affected, product: Product) -> Claim:
    if not isinstance(affected.range, VersionRange):
        return Claim(advisory, affected, product)
    intervals = affected.range.intervals()
    epochless = _epochless(affected.range) if affected.range.scheme == "rpm" else intervals
    return Claim(advisory, affected, product, intervals, epochless)


def _epochless(versions: VersionRange) -> tuple[Interval, ...]:
    """Leave the epochs out; where that makes a range that means nothing, leave them in."""
    bounds = tuple(Constraint(one.comparator, one.version.rpartition(":")[2]) for one in versions.constraints)
    try:
        return VersionRange("rpm", bounds).intervals()
    except VersionError:
        return versions.intervals()


def _firsts(versions: VersionRange) -> tuple[Constraint, ...]:
    """Return the versions that a correction begins with."""
    return tuple(one for one in versions.constraints if one.comparator in ("=", ">="))
