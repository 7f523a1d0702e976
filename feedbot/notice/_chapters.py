"""A digest's mail as one customer reads it: a chapter for each case that concerns him, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedbot.advisory import Severity
from feedbot.notice._model import Notice, Provider, Recipient
from feedbot.notice._places import page_url
from feedbot.notice._share import Commands, Share, commands, shares
from feedbot.notice._words import base_score, natural


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a mail says of one case: its own `notice`, whether it was `told` before, the highest `severity` that has a
    number, this customer's `shares` (`acting`: he looks after them, `ours`: the provider does), what to type, and the
    address of the page, empty where the mail's brand has none of it."""

    notice: Notice
    told: bool
    severity: Severity | None
    shares: tuple[Share, ...]
    acting: tuple[Share, ...]
    ours: tuple[Share, ...]
    commands: tuple[Commands, ...]
    url: str


def chapters(notice: Notice, recipient: Recipient | None, provider: Provider) -> tuple[Chapter, ...]:
    """Return the chapters of a digest for a recipient; for nobody, as a post has them, all of them without shares."""
    return tuple(sorted(_chapters(notice, recipient, provider), key=_by_urgency))


def _chapters(notice: Notice, recipient: Recipient | None, provider: Provider) -> Iterator[Chapter]:
    for matter in notice.matters:
        own = [one for one in recipient.exposures if one.matter == matter.draft] if recipient else []
        if recipient and not own:
            continue
        held = shares(own)
        acting = tuple(one for one in held if one.contract.acts)
        yield Chapter(
            notice=matter.notice,
            told=matter.told,
            severity=worst(matter.notice),
            shares=held,
            acting=acting,
            ours=tuple(one for one in held if not one.contract.acts),
            commands=commands(component for one in acting for component in one.components),
            url=page_url(matter.notice, provider) if matter.paged else "",
        )


def _by_urgency(one: Chapter) -> tuple[object, ...]:
    score = -float(one.severity.score) if one.severity else 1.0
    return score, natural(one.notice.number), one.notice.title


def worst(notice: Notice) -> Severity | None:
    """Return the highest CVSS base score that a case's publishers give; of equal ones the newest CVSS version's."""
    rated = [item for one in notice.advisories for item in one.severity if base_score(item.score) is not None]
    return max(rated, key=lambda item: (float(item.score), item.system), default=None)
