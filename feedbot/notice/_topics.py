"""What a notice is about, as far as it decides who gets it."""

import re

from feedbot.inventory import Topic
from feedbot.notice._model import Kind, Notice

TOPICS = {
    Kind.ADVISORY: Topic.SECURITY,
    Kind.LISTING: Topic.SECURITY,
    Kind.DIGEST: Topic.SECURITY,
    Kind.TROUBLE: Topic.TROUBLE,
    Kind.MAINTENANCE: Topic.MAINTENANCE,
    Kind.OWN: Topic.OWN,
}
_CRITICAL = 9.0
"""The least base score that IPA's words for CVSS v3 and v4 call 緊急; v2 knows no such step."""
_CATALOGUED = {"Required Action", "Due Date", "Known Ransomware Campaign Use"}
"""Headings of an entry of CISA's catalogue of exploited flaws, by which it is known whatever its source is called."""
_CALLED_URGENT = re.compile(r"[\s【\[(\uff08〔《「]*緊急(?!連絡|時)")


def pressing(notice: Notice) -> bool:
    """Say whether a notice is 緊急 whatever a score says: exploited already, or called so by its writer at the head of
    the title."""
    return _exploited(notice) or _CALLED_URGENT.match(notice.title) is not None


def urgent(notice: Notice) -> bool:
    """Say whether a notice is 緊急: a flaw that is exploited already, or of a CVSS v3 or v4 score of 9.0 or more."""
    scores = (
        item for one in notice.advisories for item in one.severity if item.system.startswith(("CVSSv3", "CVSSv4"))
    )
    return _exploited(notice) or any(_number(item.score) >= _CRITICAL for item in scores)


def _exploited(notice: Notice) -> bool:
    return any(part.heading in _CATALOGUED for one in notice.advisories for part in one.sections)


def topics(notice: Notice) -> tuple[Topic, ...]:
    """Return what a reader may have declined of this notice."""
    return (TOPICS[notice.kind], *[Topic.URGENT] * urgent(notice))


def kind_of(notice: Notice) -> str:
    """Return under which name the configuration says who gets it: `urgent`, or its kind; a digest tells advisories."""
    kind = Kind.ADVISORY if notice.kind is Kind.DIGEST else notice.kind
    return "urgent" if urgent(notice) else kind.value


def _number(score: str) -> float:
    try:
        return float(score)
    except ValueError:
        return 0.0
