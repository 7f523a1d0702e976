"""再通知: when those who are still affected are written to again, and what those read who no longer are.

After a notice, or the last 再通知 of it, a case waits by its severity; where CISA's catalogue names a due date, what
comes first counts: some days before that date, the day after it, or the days of the severity. `repeats` ends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from feedbot.notice._model import Audience, Kind, Notice, Step
from feedbot.notice._render import Templates
from feedbot.notice._words import base_score
from feedbot.reading.dates import JST

_STEPS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))


@dataclass(frozen=True, slots=True)
class Reminders:
    """The operator's policy. `days` by severity (critical, high, medium, low, unscored; 0 or missing: never),
    `before_due` days before a due date of CISA's, at most `repeats` a notice; `thank` those who are no longer
    affected, else they are left alone."""

    days: Mapping[str, int] = field(default_factory=dict)
    before_due: int = 0
    repeats: int = 0
    thank: bool = False


def repeats(notice: Notice) -> bool:
    """Say whether a notice is a 再通知, or the thanks to those who are no longer affected: neither has a page."""
    return notice.step is Step.REMINDER or notice.audience.rule == "patched"


def severity_of(notice: Notice) -> str:
    """Return critical, high, medium or low by the highest CVSS base score of a case; unscored where there is none."""
    scores = [
        score for one in notice.advisories for each in one.severity if (score := base_score(each.score)) is not None
    ]
    return next(word for least, word in _STEPS if max(scores) >= least) if scores else "unscored"


def due_date(notice: Notice) -> date | None:
    """Return the earliest day by which CISA asks for a correction; None where its catalogue does not name the case."""
    said = [each.text for one in notice.advisories for each in one.sections if each.heading == "Due Date"]
    return min(filter(None, map(_day, said)), default=None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def is_due(notice: Notice, last: date, count: int, policy: Reminders, today: date) -> bool:
    """Say whether a notice whose last mails are of the day `last`, with `count` 再通知 so far, is due for the next."""
    if count >= policy.repeats:
        return False
    wait, due = policy.days.get(severity_of(notice), 0), due_date(notice)
    days = [last + timedelta(days=wait)] if wait else []
    if due and policy.before_due:
        days += [day for day in (due - timedelta(days=policy.before_due), due + timedelta(days=1)) if day > last]
    return bool(days) and min(days) <= today


def reminder(previous: Notice, edition: int, now: datetime, templates: Templates) -> Notice:
    """Make the 再通知 of a published notice, for those of its readers who are still affected.

    Raises NoticeError where a template fails.
    """
    words = templates.blocks("notice/reminder_blocks.j2", _values(previous, now))
    kept = tuple(one for one in previous.blocks if one.key not in ("change", "reminder"))
    return replace(
        previous,
        step=Step.REMINDER,
        audience=Audience("still", number=previous.number),
        blocks=(*words, *kept),
        as_of=now,
        edition=edition,
        issued=None,
        history=(*previous.revisions, (now.astimezone(JST).date(), "再通知")),
        digest=False,
    )


def thanks(previous: Notice, edition: int, now: datetime, templates: Templates) -> Notice:
    """Make the thanks to those who were told and are no longer affected. Raises NoticeError where a template fails."""
    return replace(
        previous,
        kind=Kind.OWN,
        step=Step.DONE,
        audience=Audience("patched", number=previous.number),
        blocks=templates.blocks("notice/thanks_blocks.j2", {"previous": previous, "now": now}),
        as_of=now,
        edition=edition,
        issued=None,
        quote="summary",
        history=(*previous.revisions, (now.astimezone(JST).date(), "確認完了")),
        digest=False,
    )


def _values(previous: Notice, now: datetime) -> dict[str, object]:
    due = due_date(previous)
    return {"previous": previous, "now": now, "due": due if due and due >= now.astimezone(JST).date() else None}
