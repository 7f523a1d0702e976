"""Put the versions that the advisories of a case name into lines: affected ones, and those that hold the correction."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from feedbot.advisory import Advisory, Affected, Fixed
from feedbot.advisory.case import Case
from feedbot.errors import VersionError
from feedbot.notice._words import publisher, range_words
from feedbot.version import VersionRange


def affected_lines(case: Case) -> tuple[str, ...]:
    """Return product and versions in plain Japanese, each once; wording that was not understood, as it stands.

    A product without a word on versions is left out where another line has them, and what one publisher says of a
    product where all of it lies within what another says. Where publishers differ, each line names its own.
    """
    products: dict[str, dict[str, list[str]]] = {}
    stated = {_product(item) for one in case.advisories for item in one.affected if item.stated}
    for advisory in _ordered(case):
        for item in advisory.affected:
            product = _product(item)
            if (item.stated or product not in stated) and not _within_another(case, advisory, product):
                lines = products.setdefault(product, {})
                lines.setdefault(_affected(item), []).append(publisher(advisory))
    return tuple(dict.fromkeys(line for lines in products.values() for line in _told(lines)))


def _ordered(case: Case) -> list[Advisory]:
    return [case.lead, *(one for one in case.advisories if one is not case.lead)]


def _product(item: Affected) -> str:
    return item.product.casefold()


def _told(lines: dict[str, list[str]]) -> Iterator[str]:
    """Name the publishers behind the lines where not all of them say every line."""
    differ = len({frozenset(names) for names in lines.values()}) > 1
    for line, names in lines.items():
        yield f"{line}({'、'.join(dict.fromkeys(names))})" if differ else line


def _within_another(case: Case, advisory: Advisory, product: str) -> bool:
    """Tell whether another advisory says all that this one says of a product; of two that say the same, the first
    stays."""
    mine = _range(advisory, product)
    ordered = _ordered(case)
    for other in ordered:
        theirs = _range(other, product)
        if other is advisory or mine is None or theirs is None or mine.scheme != theirs.scheme:
            continue
        both = mine.union(theirs).intervals()
        if both == theirs.intervals() and (both != mine.intervals() or ordered.index(other) < ordered.index(advisory)):
            return True
    return False


def _range(advisory: Advisory, product: str) -> VersionRange | None:
    """Return all that an advisory says of a product; None where a piece of it was not understood."""
    made: VersionRange | None = None
    for item in advisory.affected:
        if _product(item) != product:
            continue
        if not isinstance(item.range, VersionRange) or not item.complete:
            return None
        try:
            made = item.range if made is None else made.union(item.range)
        except VersionError:
            return None
    return made


def _affected(item: Affected) -> str:
    if isinstance(item.range, VersionRange) and item.complete:
        notes = f"({'、'.join(item.notes)})" if item.notes else ""
        return f"{item.product} {range_words(item.range)}{notes}".strip()
    return " ".join(item.evidence.split()) or item.product


def fixed_lines(case: Case) -> tuple[str, ...]:
    """Return the corrected versions that publishers name, each once: ntpd 4.2.7p26.

    One that another publisher calls affected is no correction to recommend.
    """
    return tuple(dict.fromkeys(_fixed(fixed) for _, fixed in _recommended(case)))


def fixed_versions(case: Case) -> frozenset[str]:
    """Return the versions of the lines of `fixed_lines` by themselves."""
    return frozenset(version for _, fixed in _recommended(case) for version in fixed.versions)


def fixed_as_of(case: Case) -> datetime | None:
    """Return when the publishers last spoke that name corrected versions: later ones may be out since."""
    moments = (one.updated or one.published for one, _ in _recommended(case))
    return max((moment for moment in moments if moment), default=None)


def _recommended(case: Case) -> Iterable[tuple[Advisory, Fixed]]:
    for one in case.advisories:
        for fixed in one.fixed:
            if not _contradicted(case, one, fixed):
                yield one, fixed


def _contradicted(case: Case, by: Advisory, fixed: Fixed) -> bool:
    return any(
        item.product.casefold() == fixed.product.casefold() and item.covers(fixed)
        for other in case.advisories
        if other is not by
        for item in other.affected
    )


def _fixed(item: Fixed) -> str:
    return f"{item.product} {range_words(item.range)}".strip()
