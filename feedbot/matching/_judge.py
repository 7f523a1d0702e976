"""The verdict on each component of a case.

1. A component belongs to a product that an advisory of the case names (through the catalogue).
2. For each CVE of the case: the distributor's statement on this package decides; where there is none, the range of
   the advisories that speak of that CVE does, and the rule says so; `because.silence` says why, of a package.
3. Over all CVEs the worst counts: AFFECTED, UNKNOWN, FIXED_BY_DISTRO, NOT_AFFECTED.
4. Where the distributor decided, `because.distro` holds its words and `fixed` its version alone (empty: none is out
   yet), as nobody can install the makers' version from its packages. Else `fixed` is what the publishers name.
"""

from collections.abc import Iterable
from dataclasses import replace

from feedbot import version
from feedbot.advisory.case import Case
from feedbot.catalog import Catalog
from feedbot.distro import Statement
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching._by_distro import Words, by_statement, silence_of
from feedbot.matching._by_range import Finding, by_range, worst
from feedbot.matching._model import Match
from feedbot.matching._products import Named, named


def judge(
    case: Case, catalog: Catalog, components: Iterable[Component], statements: Iterable[Statement] = ()
) -> tuple[Match, ...]:
    """Return exactly one match for each component of a named product, sorted; none for other components.

    The order of components, advisories and statements has no influence.
    """
    products = named(case, catalog)
    cves = case.cves or ("",)
    words = Words.of(statements, cves)
    found = (
        _match(one, belonging, cves, words)
        for one in dict.fromkeys(components)
        if (belonging := [product for product in products if product.names.hold(one)])
    )
    return tuple(sorted(found, key=_order))


def _match(component: Component, products: list[Named], cves: tuple[str, ...], words: Words) -> Match:
    claims = [claim for product in products for claim in product.claims]
    findings: list[Finding] = []
    spoken: list[Statement] = []
    for cve in cves:
        ranged = by_range(component, (claim for claim in claims if claim.concerns(cve)))
        said = words.on(component, cve)
        spoken += (one.statement for one in said)
        if said:
            findings += (by_statement(one, products[0].product.name, ranged) for one in said)
        elif ranged:
            findings.append(ranged)
    decided = worst(findings)
    if not decided.by_distro:
        because = replace(decided.because, statements=tuple(spoken), silence=silence_of(component))
        return Match(component, decided.product, decided.verdict, because, _upstream_fixed(products))
    because = replace(decided.because, distro="; ".join(map(str, spoken)), statements=tuple(spoken))
    return Match(component, decided.product, decided.verdict, because, _distro_fixed(component, decided, findings))


def _distro_fixed(component: Component, decided: Finding, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the one version that corrects all that stands as the decided verdict does: the highest."""
    versions = {one.fixed for one in findings if one.fixed and one.verdict is decided.verdict}
    return (max(versions, key=lambda fixed: (_place(component.scheme, fixed), fixed)),) if versions else ()


def _upstream_fixed(products: Iterable[Named]) -> tuple[str, ...]:
    """Return what the publishers name, each version once, oldest first."""
    pairs = sorted((_place(scheme, fixed), fixed) for product in products for scheme, fixed in product.fixed)
    return tuple(dict.fromkeys(fixed for _, fixed in pairs))


def _place(scheme: str, text: str) -> bytes:
    """Return a key to sort by; what cannot be read sorts first."""
    try:
        return version.key(scheme, text)
    except VersionError:
        return b""


def _order(match: Match) -> tuple[str, ...]:
    one = match.component
    return (one.scheme, one.name, one.distro, one.version, one.arch, one.source, one.source_version)
