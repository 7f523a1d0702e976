"""A case (案件): the advisories that speak of one matter. A notice is about a case, so four publishers make one
notice."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from feedbot.advisory.identity import names_in
from feedbot.advisory.kind import AdvisoryKind
from feedbot.advisory.model import Advisory

ROLL_UP = 8
"""An advisory or a case of more CVE names than this is a collection, not one matter: it joins nothing by CVE."""
OCCASION = timedelta(days=14)
"""Publishers speak of one release within two weeks. A device maker's list of old flaws in what he built in comes months
later, and is no reason to make one notice of those."""
_COLLECTIONS = (AdvisoryKind.PERIODIC, AdvisoryKind.WEEKLY)
_REPORTS = (AdvisoryKind.ATTACK, AdvisoryKind.ABUSE)


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is C-YYYY-NNNN, given by the store; `advisories` are current revisions, oldest first."""

    id: str
    advisories: tuple[Advisory, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every number and alias, sorted, each once."""
        return tuple(sorted({name for one in self.advisories for name in (one.number, *one.aliases)}))

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVE names, sorted."""
        return tuple(name for name in self.names if name.startswith("CVE-"))

    @property
    def lead(self) -> Advisory:
        """The advisory whose words a Japanese reader should see: Japanese before others, signed before others, then
        the oldest."""
        return min(
            self.advisories,
            key=lambda one: (
                one.language != "ja",
                one.trust != "signed",
                not one.number.startswith("JPCERT"),
            ),
        )

    @property
    def title(self) -> str:
        """The lead's title."""
        return self.lead.title

    @property
    def kind(self) -> AdvisoryKind:
        """What the case is about: the lead's kind."""
        return self.lead.kind


def is_roll_up(advisory: Advisory) -> bool:
    """Say whether an advisory is a collection of many matters, by its CVE names or its title."""
    return len(advisory.cves) > ROLL_UP or advisory.kind in _COLLECTIONS


def joining_names(advisory: Advisory) -> frozenset[str]:
    """Return the names by which an advisory may be joined to others.

    All of them; but a report of attacks or malware names flaws in passing, so of its CVE names only those of its
    title count, or the only one it has.
    """
    names = {advisory.number, *advisory.aliases}
    if advisory.kind in _REPORTS and len(advisory.cves) > 1:
        names -= set(advisory.cves) - set(names_in(advisory.title))
    return frozenset(names)


def may_join(advisory: Advisory, case: Case) -> bool:
    """Say whether `advisory` speaks of the matter of `case`.

    1. A revision (same source and number) always does.
    2. A collection joins nothing, and nothing joins through a collection.
    3. Else it joins where it and an advisory of the case name one another (number among the aliases), or share CVEs
       (half of those that either has, or any where both came out on one occasion), or share another vulnerability's
       name and no CVE names of theirs speak against it;
    4. and where the case stays one matter: it may not grow over ROLL_UP CVE names, or a chain of advisories that each
       share one name with the next would swallow unrelated ones. (One that is larger by a person's word still takes
       what adds no CVE name.)
    """
    if any(_is_revision(advisory, member) for member in case.advisories):
        return True
    if is_roll_up(advisory) or _overgrown(case.cves, advisory.cves):
        return False
    return any(_one_matter(advisory, member) for member in case.advisories if not is_roll_up(member))


def _overgrown(held: Sequence[str], added: Sequence[str]) -> bool:
    """Say whether a case would grow over what one matter has."""
    return len({*held, *added}) > max(ROLL_UP, len(held))


def find(advisory: Advisory, cases: Iterable[Case]) -> Case | None:
    """Return the case that `advisory` joins: the one that holds it already, else the one it shares most names with,
    the first of equals; None where it opens a new one."""
    return next(iter(together(advisory, cases)), None)


def together(advisory: Advisory, cases: Iterable[Case], apart: Collection[frozenset[str]] = ()) -> tuple[Case, ...]:
    """Return the cases that `advisory` shows to be one matter, the one that it belongs to first.

    That is the one that holds it already, then those it shares most names with, the first of equals. A case is left
    out where a person set it apart from one before it (`apart`: pairs of case ids), or where all of them together
    would have more CVE names than one matter has: so only there the order of arrival decides who is with whom.
    """
    ranked = sorted((one for one in cases if may_join(advisory, one)), key=lambda one: _rank(advisory, one))
    chosen: list[Case] = []
    names: set[str] = set()
    for case in ranked:
        parted = any(frozenset((case.id, other.id)) in apart for other in chosen)
        first = not chosen
        if first or not (parted or _overgrown(tuple(names), (*case.cves, *advisory.cves))):
            chosen.append(case)
            names |= {*case.cves, *advisory.cves}
    return tuple(chosen)


def shared_names(advisory: Advisory, others: Iterable[Advisory]) -> tuple[str, ...]:
    """Return the names by which an advisory is one matter with others, sorted; empty where it is none."""
    shared: set[str] = set()
    for one in others:
        if not _is_revision(advisory, one) and _one_matter(advisory, one):
            shared |= joining_names(advisory) & joining_names(one)
    return tuple(sorted(shared))


def _rank(advisory: Advisory, case: Case) -> tuple[bool, int]:
    own = any(_is_revision(advisory, member) for member in case.advisories)
    return (not own, -len({advisory.number, *advisory.aliases} & set(case.names)))


def _is_revision(left: Advisory, right: Advisory) -> bool:
    return (left.source, left.number) == (right.source, right.number)


def _one_matter(left: Advisory, right: Advisory) -> bool:
    ours, theirs = joining_names(left), joining_names(right)
    shared = ours & theirs
    flaws = set(filter(_is_cve, shared))
    named = any(number in shared for number in (left.number, right.number) if not _is_cve(number))
    if flaws:
        mostly = 2 * len(flaws) >= len(set(filter(_is_cve, ours | theirs)))
        return named or mostly or _one_occasion(left, right)
    if left.cves and right.cves:
        return False
    # An alert's number, named by two, says no more than that both came in one alert.
    return named or any(name.startswith(("VU#", "JVN")) for name in shared)


def _is_cve(name: str) -> bool:
    return name.startswith("CVE-")


def _one_occasion(left: Advisory, right: Advisory) -> bool:
    """Say whether two advisories came out so close together that they speak of one release."""
    if left.published is None or right.published is None:
        return False
    return abs(left.published - right.published) <= OCCASION
