"""A component against what publishers say of versions, where no distributor has spoken."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from feedbot import version
from feedbot.advisory import Trust
from feedbot.errors import VersionError
from feedbot.inventory import Component
from feedbot.matching._model import Because, MatchVerdict
from feedbot.matching._products import Claim
from feedbot.reading.phrases import end_in_doubt
from feedbot.version import VersionRange

PACKAGED = ("deb", "rpm")
BY_DISTRO = "distro-"
"""How the rules begin that stand on a distributor's statement."""
_ORDER = (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN, MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.NOT_AFFECTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one line, or one statement, makes of a component. `fixed` is the distributor's version, else empty."""

    verdict: MatchVerdict
    because: Because
    product: str
    signed: bool = False
    fixed: str = ""

    @property
    def by_distro(self) -> bool:
        """Tell whether a distributor's statement decided."""
        return self.because.rule.startswith(BY_DISTRO)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort the worst first; among equals the distributor, a signed text, then by number.

        So any order of input gives one answer.
        """
        because = self.because
        return (
            _ORDER.index(self.verdict),
            not self.by_distro,
            not self.signed,
            because.advisory,
            because.rule,
            because.range,
            because.evidence,
            self.fixed,
            self.product,
        )


def worst(findings: Iterable[Finding]) -> Finding:
    """Return the finding that decides where several stand: what may be affected is never hidden by another word."""
    return min(findings, key=lambda one: one.order)


def by_range(component: Component, claims: Iterable[Claim]) -> Finding | None:
    """Return what the lines together say of a component; None where there is none.

    Lines that say nothing of versions count only where no line does. The lines of one advisory are a list, so its word
    is their union. Where advisories disagree, AFFECTED stands and the others are named.
    """
    given = tuple(claims)
    words: dict[str, list[Finding]] = {}
    for claim in [one for one in given if one.affected.stated] or given:
        words.setdefault(claim.advisory.number, []).append(_one(component, claim))
    if not words:
        return None
    each = [worst(findings) for findings in words.values()]
    decided = worst(each)
    if decided.verdict is not MatchVerdict.AFFECTED:
        return decided
    against = [one.because for one in each if one.verdict is MatchVerdict.NOT_AFFECTED]
    disagrees = tuple(sorted(f"{one.advisory}: {one.range}" for one in against))
    return replace(decided, because=replace(decided.because, disagrees=disagrees))


def _one(component: Component, claim: Claim) -> Finding:
    verdict, rule = _verdict(component, claim)
    affected = claim.affected
    versions = str(affected.range) if isinstance(affected.range, VersionRange) else ""
    because = Because(
        rule,
        versions,
        affected.evidence,
        advisory=claim.advisory.number,
        notes=affected.notes,
        two_senses=affected.two_senses,
    )
    return Finding(verdict, because, claim.product.name, claim.advisory.trust is Trust.SIGNED)


def _verdict(component: Component, claim: Claim) -> tuple[MatchVerdict, str]:
    """Return the verdict and the rule it stands on."""
    versions = claim.affected.range
    if not isinstance(versions, VersionRange):
        return MatchVerdict.UNKNOWN, "unread-range"
    if not claim.affected.complete:
        return MatchVerdict.UNKNOWN, "incomplete-range"
    packaged = versions.scheme in PACKAGED
    if packaged and versions.scheme != component.scheme:
        return MatchVerdict.UNKNOWN, "other-scheme"
    if not versions.constraints:
        return MatchVerdict.AFFECTED, "all-versions"
    try:
        place = version.key(versions.scheme, installed(component, versions.scheme))
    except VersionError:
        return MatchVerdict.UNKNOWN, "unreadable-version"
    inside = any(place in one for one in (claim.intervals if ":" in component.version else claim.epochless))
    if not (inside or packaged) and _is_end_in_doubt(claim, place):
        verdict, rule = MatchVerdict.UNKNOWN, "end-in-doubt"
    else:
        verdict = MatchVerdict.AFFECTED if inside else MatchVerdict.NOT_AFFECTED
        rule = "package-range" if packaged else "upstream-range"
    return verdict, rule


def _is_end_in_doubt(claim: Claim, place: bytes) -> bool:
    """Tell whether a version is the end that a wording shuts out in a word that is used in two senses ("prior to"),
    and the advisory does not name it as corrected."""
    versions = claim.affected.range
    if not isinstance(versions, VersionRange) or not end_in_doubt(claim.affected.evidence):
        return False
    ends = (one.version for one in versions.constraints if one.comparator in ("<", ">"))
    corrected = (one.range for one in claim.advisory.fixed if one.range.scheme == versions.scheme)
    return place in {version.key(versions.scheme, end) for end in ends} and not any(
        place in interval for one in corrected for interval in one.intervals()
    )


def installed(component: Component, scheme: str) -> str:
    """Return the version to hold against a range: a package's own, or its upstream part for any other scheme.

    Publishers speak of the source, whose number a binary package need not share; errata of RPM distributions do not.
    """
    source = component.source_version or component.version
    if scheme in PACKAGED:
        return source if scheme == "deb" else component.version
    return version.upstream_of(component.scheme, source)
