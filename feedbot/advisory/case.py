"""A case (案件): the advisories that speak of one matter. A notice is about a case, so four publishers make one
notice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feedbot.advisory.model import Advisory

ROLL_UP = 8
"""An advisory or a case of more CVE names than this is a collection, not one matter: it joins nothing by CVE."""

_PERIODICAL = re.compile(
    r"(?:[0-9]{4}\s*年\s*[0-9]{1,2}\s*月|(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)\s+[0-9]{4})"
    r".{0,40}(?:セキュリティ(?:情報|更新)|アップデート|Advisory|Security (?:Bulletin|Update)|Critical Patch)"
    r"|(?:Advisory|アドバイザリ).{0,40}[0-9]{4}\s*年\s*[0-9]{1,2}\s*月"
    r"|週次|月例|Weekly Report|Patch Tuesday"
)
"""Titles of what comes every month or week (JPCERT's Microsoft alert, Oracle's CPU): other matters each time."""


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


def is_roll_up(advisory: Advisory) -> bool:
    """Say whether an advisory is a collection of many matters, by its CVE names or its title."""
    return len(advisory.cves) > ROLL_UP or bool(_PERIODICAL.search(advisory.title))


def may_join(advisory: Advisory, case: Case) -> bool:
    """Say whether `advisory` speaks of the matter of `case`.

    1. A revision (same source and number) always does.
    2. A collection joins nothing, and nothing joins through a collection.
    3. Else it joins where it and an advisory of the case name one another (number among the aliases), or share a CVE
       name, or share another vulnerability's name and no CVE names of theirs speak against it;
    4. and where the case stays one matter: it may not grow over ROLL_UP CVE names, or a chain of advisories that each
       share one name with the next would swallow unrelated ones.
    """
    if any(_is_revision(advisory, member) for member in case.advisories):
        return True
    if is_roll_up(advisory) or len({*case.cves, *advisory.cves}) > ROLL_UP:
        return False
    return any(_one_matter(advisory, member) for member in case.advisories if not is_roll_up(member))


def find(advisory: Advisory, cases: Iterable[Case]) -> Case | None:
    """Return the case that `advisory` joins: the one that holds it already, else the one it shares most names with,
    the first of equals; None where it opens a new one."""
    best: tuple[tuple[bool, int], Case] | None = None
    own = {advisory.number, *advisory.aliases}
    for case in cases:
        if not may_join(advisory, case):
            continue
        weight = (any(_is_revision(advisory, member) for member in case.advisories), len(own & set(case.names)))
        if best is None or weight > best[0]:
            best = (weight, case)
    return best[1] if best else None


def _is_revision(left: Advisory, right: Advisory) -> bool:
    return (left.source, left.number) == (right.source, right.number)


def _one_matter(left: Advisory, right: Advisory) -> bool:
    shared = {left.number, *left.aliases} & {right.number, *right.aliases}
    if any(name.startswith("CVE-") for name in shared):
        return True
    if left.cves and right.cves:
        return False
    if left.number in shared or right.number in shared:
        return True
    # An alert's number, named by two, says no more than that both came in one alert.
    return any(name.startswith(("VU#", "JVN")) for name in shared)
