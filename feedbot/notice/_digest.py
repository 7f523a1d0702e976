"""まとめ (digests): which cases wait for one, when it is due, and the notice that tells several cases in one mail.

A case waits where its severity is below the operator's word. What is 緊急, exploited or attacked never does; what
nobody has rated does so only where the operator says that too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from feedbot.advisory import AdvisoryKind
from feedbot.notice._again import severity_of
from feedbot.notice._model import Audience, Kind, Matter, Notice, Provider, Step
from feedbot.notice._render import Templates
from feedbot.notice._topics import urgent
from feedbot.notice._words import slashed
from feedbot.reading.dates import JST

_STEPS = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Digests:
    """The operator's policy. `every` is `day`, `week` (on `weekday`, 0 Monday) or empty: no digests; `at` is the time
    of day in Japan. Cases `below` a severity (critical, high, medium) wait; `unscored` ones where it says so."""

    every: str = ""
    weekday: int = 0
    at: time = time(10)
    below: str = "high"
    unscored: bool = False

    def takes(self, notice: Notice) -> bool:
        """Say whether a case's notice may wait for the digest."""
        attacked = any(one.kind in (AdvisoryKind.ATTACK, AdvisoryKind.ABUSE) for one in notice.advisories)
        if not self.every or urgent(notice) or attacked:
            return False
        rated = severity_of(notice)
        return self.unscored if rated == "unscored" else _STEPS.index(rated) < _STEPS.index(self.below)

    def planned(self, since: datetime) -> datetime:
        """Return when the digest is due that tells what waits `since`: the first moment of the plan after it. Without a
        plan what waits is due at once."""
        if not self.every:
            return since
        first = datetime.combine(since.astimezone(JST).date(), self.at, JST)
        days = [first + timedelta(days=more) for more in range(8)]
        return next(one for one in days if one > since and (self.every == "day" or one.weekday() == self.weekday))


def digest(matters: Sequence[Matter], provider: Provider, now: datetime, templates: Templates) -> Notice:
    """Make the notice that tells these cases. Raises NoticeError where a template fails."""
    made = Notice(
        kind=Kind.DIGEST,
        step=Step.FIRST,
        title=f"脆弱性情報のまとめ({slashed(now)})",
        audience=Audience("digest"),
        blocks=templates.blocks("notice/digest_blocks.j2", {"provider": provider, "now": now}),
        as_of=now,
    )
    return over(made, matters)


def over(notice: Notice, matters: Sequence[Matter]) -> Notice:
    """Return a digest over these cases; it rests on all that their publishers say."""
    every = (one for matter in matters for one in matter.notice.advisories)
    return replace(
        notice, matters=tuple(matters), advisories=tuple({(one.source, one.number): one for one in every}.values())
    )
