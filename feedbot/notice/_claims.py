"""Find in a notice the facts that nobody stated: versions, names, dates and numbers not in advisories or inventory."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from feedbot.advisory import Advisory
from feedbot.advisory.identity import names_in
from feedbot.notice._findings import Finding, error, in_block, warning
from feedbot.notice._model import Notice, Recipient
from feedbot.reading.dates import JST
from feedbot.version import VersionRange

_URL = re.compile(r"https?://[!-~]+")
_VERSION = re.compile(r"(?<![\w.])(?:\d+:)?\d+(?:\.\w+)+(?:[-+~]\w[\w.+~]*)*", re.ASCII)
_DATE = re.compile(r"(?<!\d)(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})(?!\d)日?")
_NUMBER = re.compile(r"(?<![\w.-])\d{2,}(?![\w.-])(?!\s*[台件名社版])", re.ASCII)
_NOWHERE = "{claim} is neither in the advisories nor in the inventory"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts in a text, each in one form whatever way it was written."""

    names: frozenset[str]
    dates: frozenset[date]
    versions: frozenset[str]
    numbers: frozenset[str]


def facts(text: str) -> Facts:
    """Read the facts in a text; what is part of an address, a name or a date is not a number besides."""
    rest = _URL.sub(" ", text)
    names = frozenset(names_in(rest))
    for name in names:
        rest = rest.replace(name, " ")
    dates = frozenset(found for found in map(_date, _DATE.finditer(rest)) if found)
    rest = _DATE.sub(" ", rest)
    versions = frozenset(_VERSION.findall(rest))
    return Facts(names, dates, versions, frozenset(_NUMBER.findall(_VERSION.sub(" ", rest))))


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def unsupported(notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Finding]:
    """Yield what the blocks of a notice about advisories state beyond them and the inventory."""
    if not notice.advisories:
        return
    known = facts("\n".join(_evidence(notice, recipients)))
    dates = known.dates | set(_dates(notice))
    for block in notice.blocks:
        where = in_block(block.key)
        said = facts(block.text)
        for name in sorted(said.names - known.names):
            yield error("claim-name", where, "{claim} is in no advisory of the case", claim=name)
        for on in sorted(said.dates - dates):
            yield error("claim-date", where, "{claim} is in no advisory of the case", claim=on.isoformat())
        for version in sorted(said.versions - known.versions):
            yield error("claim-version", where, _NOWHERE, claim=version)
        for number in sorted(said.numbers - known.numbers):
            yield warning("claim-number", where, _NOWHERE, claim=number)


def _evidence(notice: Notice, recipients: Iterable[Recipient]) -> Iterator[str]:
    for advisory in notice.advisories:
        yield from words_of(advisory)
    exposures = [exposure for one in recipients for exposure in one.exposures]
    yield from {exposure.server.distro for exposure in exposures}
    for match in {match for exposure in exposures for match in exposure.matches}:
        yield from (match.component.version, match.component.distro, match.because.distro, *match.fixed)


def words_of(advisory: Advisory) -> Iterator[str]:
    """Yield everything a publisher says in an advisory."""
    yield from (advisory.number, advisory.title, advisory.summary, advisory.publisher, *advisory.aliases)
    yield from advisory.workarounds
    for affected in advisory.affected:
        yield from (affected.product, affected.vendor, affected.evidence)
    for range_ in (*(one.range for one in advisory.affected), *(one.range for one in advisory.fixed)):
        if isinstance(range_, VersionRange):
            yield from (one.version for one in range_.constraints)
    for fixed in advisory.fixed:
        yield from (fixed.product, fixed.evidence)
    for section in advisory.sections:
        yield from (section.heading, section.text)
    for reference in advisory.references:
        yield reference.label
    for score in advisory.severity:
        yield from (score.score, score.system)
    for entry in advisory.history:
        yield from (entry.text, entry.date.isoformat() if entry.date else "")


def _dates(notice: Notice) -> Iterator[date]:
    """Yield the days that follow from times: of the advisories, in their own zone and in JST, and of the notice."""
    moments: list[datetime] = [notice.as_of]
    for one in notice.advisories:
        moments += [moment for moment in (one.published, one.updated, one.signature.signed_at) if moment]
    for moment in moments:
        yield from (moment.date(), moment.astimezone(JST).date())
    yield from (on for on, _ in notice.history)
    if notice.issued:
        yield notice.issued
