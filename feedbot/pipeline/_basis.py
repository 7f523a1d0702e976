"""Whether a notice about a case still rests on what its publishers say."""

from collections.abc import Iterable

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.advisory.identity import content_digest
from feedbot.notice import Notice


def same_advisories(notice: Notice, case: Case) -> bool:
    """Say whether a notice rests on just what the case's advisories say now."""
    return _meaning(notice.advisories) == _meaning(case.advisories)


def _meaning(advisories: Iterable[Advisory]) -> set[tuple[str, str, str]]:
    return {(one.source, one.number, content_digest(one)) for one in advisories}
