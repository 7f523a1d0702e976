"""When the mails of a notice leave: a few first and then the rest, at a time, outside quiet hours, not too many a day.

The outbox asks for all of it at each claim and just before each mail; this module says what holds. The first stage ends
when each of its mails has an answer and one at least was taken. Then the rest goes after a wait, or by a person's word;
where too many of the first failed, or none was taken, everything stops and a task is raised.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

from feedbot.delivery import OutboxState, Outgoing
from feedbot.errors import DeliveryError
from feedbot.messages import tr
from feedbot.notice import Notice, pressing
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._unsent import HALTED
from feedbot.pipeline.tasks import open_task
from feedbot.reading.dates import JST
from feedbot.review import Draft, State, required_approvals
from feedbot.store import Transaction, audit, drafts, inventory, outbox, releases, tasks
from feedbot.store._gates import Limits
from feedbot.store.releases import FIRST, REST, Release

FIT = timedelta(minutes=15)
"""How long mails may leave after a look at their audience; a longer wait asks for another."""
_FAILURES = (OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.BOUNCED)
_UNANSWERED = (OutboxState.PENDING, OutboxState.SENDING)
_UNTRIED = (OutboxState.CANCELLED, OutboxState.HELD)
"""They say nothing about the others: a look at the audience took them out, or their addresses are suppressed."""
_HELD_BACK = (OutboxState.PENDING, OutboxState.DEFERRED)
_ACTOR = "(feedbot)"
_RATED = ("CVSSv3.0", "CVSSv3.1", "CVSSv4.0")


def limits(edges: Edges, now: datetime) -> Limits:
    """Return what holds mails back at this moment that are not urgent."""
    day = datetime.combine(now.astimezone(JST).date(), time(), JST)
    return Limits(edges.sending.is_quiet(now), edges.sending.cap, day)


def staged(edges: Edges, tx: Transaction, draft: Draft, mails: Iterable[Outgoing]) -> tuple[Outgoing, ...]:
    """Divide the mails of a notice that is being published, where they are many; note what is urgent."""
    rows, first = tuple(mails), edges.sending.first
    many = required_approvals(len(rows), inventory.counts(tx).customers) > 1
    facts: dict[str, object] = {"stage": REST, "channel": edges.channel} | fit(tx, edges.clock() + FIT)
    if 0 < first < len(rows) and many:
        facts["stage"] = FIRST
        rows = tuple(replace(one, stage=FIRST if place < first else REST) for place, one in enumerate(rows))
    if releases.load(tx, draft.id).urgent is None:  # a person's word stays
        facts["urgent"] = is_urgent(draft.notice, edges.sending.urgent_score)
    releases.change(tx, draft.id, facts)
    return rows


def fit(tx: Transaction, until: datetime) -> dict[str, object]:
    """Return what a look at an audience over the inventory in force makes of its release."""
    snapshot = inventory.snapshot(tx)
    return {"fit_until": until, "snapshot": snapshot.id if snapshot else 0}


def is_urgent(notice: Notice, score: float) -> bool:
    """Tell whether a notice is 緊急: a publisher rates the matter so high, by CVSS 3 or 4 (9.0 is 緊急 with IPA), it is
    exploited already, or its writer calls it so."""
    scores = (each.score for one in notice.advisories for each in one.severity if each.system in _RATED)
    return pressing(notice) or any(float(one) >= score for one in scores if re.fullmatch(r"\d{1,2}(?:\.\d)?", one))


def advance(edges: Edges) -> None:
    """Look at each notice whose first mails are out: let the rest go, note that they may, or halt."""
    with edges.database.begin() as tx:
        for one in releases.listing(tx):
            if one.stage == FIRST and not one.halted:
                _advance(edges, tx, one)


def _advance(edges: Edges, tx: Transaction, one: Release) -> None:
    states = outbox.counts(tx, one.draft, stage=FIRST)
    if any(states[state] for state in _UNANSWERED):
        return
    now, failed, all_of_them = edges.clock(), sum(states[state] for state in _FAILURES), sum(states.values())
    tried = all_of_them - sum(states[state] for state in _UNTRIED)
    if failed * 100 > edges.sending.failures * tried:
        _halt(edges, tx, one.draft, tr("{failed} of the first {count} mails failed", failed=failed, count=tried))
    elif not states[OutboxState.SENT]:
        rest = outbox.counts(tx, one.draft, stage=REST)
        if not states[OutboxState.DEFERRED] and any(rest[state] for state in _HELD_BACK):
            _halt(edges, tx, one.draft, tr("none of the first {count} mails was taken", count=all_of_them))
    elif one.opened_at is None:
        releases.change(tx, one.draft, {"opened_at": now})
    elif edges.sending.wait and now - one.opened_at >= edges.sending.wait:
        _let_go(tx, one.draft, _ACTOR, now)


def _halt(edges: Edges, tx: Transaction, draft: int, why: str) -> None:
    releases.change(tx, draft, {"halted": why})
    audit.append(tx, _ACTOR, "halt", f"draft {draft}", why, edges.clock())
    open_task(edges, tx, HALTED, f"draft {draft}", why, _ACTOR)


def _let_go(tx: Transaction, draft: int, actor: str, now: datetime) -> None:
    releases.change(tx, draft, {"stage": REST, "halted": "", "fit_until": now})  # it has waited: look again
    tasks.close(tx, HALTED, f"draft {draft}", actor, now)
    audit.append(tx, actor, "release", f"draft {draft}", "the rest", now)


def let_rest_go(edges: Edges, number: int, actor: str) -> None:
    """Let the rest of a notice's mails go by a person's word, also after a halt. Raises DeliveryError where nothing is
    held back, StoreError where there is no such draft."""
    with edges.database.begin() as tx:
        drafts.load(tx, number)
        release = releases.load(tx, number)
        if release.stage == REST and not release.halted:
            raise DeliveryError(f"draft {number}", "nothing of it is held back for a second stage", permanent=True)
        _let_go(tx, number, actor, edges.clock())


def schedule(
    edges: Edges,
    number: int,
    at: datetime | None,
    actor: str,
    *,
    urgent: bool | None = None,
    keep_time: bool = False,
) -> None:
    """Let no mail of an approved or published notice leave before `at` (None: any time); `urgent` says whether it
    passes quiet hours and cap (None: as it is). With `keep_time` the time stays as it is too.

    Raises DeliveryError where the time is past or the notice is not on its way, StoreError where there is none.
    """
    now = edges.clock()
    if at is not None and at <= now:
        raise DeliveryError(f"draft {number}", "{at} is past", permanent=True, at=at.isoformat())
    with edges.database.begin() as tx:
        draft = drafts.load(tx, number)
        if draft.state not in (State.APPROVED, State.PUBLISHING):
            raise DeliveryError(
                f"draft {number}",
                "it is {state}: no mail of it waits to leave",
                permanent=True,
                hint="an approved or published one whose mails have not all left can be scheduled",
                state=tr(draft.state.value),
            )
        facts: dict[str, object] = {} if keep_time else {"not_before": at}
        said = at.isoformat() if at else "-"
        if urgent is not None:
            facts["urgent"] = urgent
            said += f" urgent={urgent}"
        releases.change(tx, number, facts)
        audit.append(tx, actor, "schedule", f"draft {number}", said, now)
