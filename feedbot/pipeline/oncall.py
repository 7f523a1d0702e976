"""Call the people on duty for what waits for one: a draft, a held text, mails in doubt, a task.

    every minute   new: the first of the ladder is told
                   told, not taken, and its time is over: the next is told; behind the last, the first again
                   gone on (proposed, approved, more of them): as new
                   settled (published, rejected, resolved …): no call any more

The ladder is the operator's list of alarm channels. What one of them is told in a round is one message, however many
matters there are. A person takes a matter with `feedbot oncall take`; deciding it settles it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from feedbot.delivery import OutboxState
from feedbot.errors import ReviewError
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._telling import Saying
from feedbot.pipeline._unsent import UNCERTAIN
from feedbot.pipeline.alarms import deliver, write
from feedbot.pipeline.release import is_urgent
from feedbot.review import State
from feedbot.store import Transaction, advisories, audit, calls, drafts, lock, outbox, tasks
from feedbot.store.calls import Call

log = structlog.get_logger()
SOURCE = "(oncall)"
_SHOWN = 20
_WAITING = {
    State.DRAFT: "draft {id} waits to be proposed: {title}",
    State.PROPOSED: "draft {id} waits for approval: {title}",
    State.APPROVED: "draft {id} waits to be published: {title}",
    State.VOID: "draft {id} is void and must be proposed again: {title}",
}


@dataclass(frozen=True, slots=True)
class _Matter:
    name: str
    urgent: bool
    words: str


def call_people(edges: Edges) -> None:
    """Do a round, and hand on what is to be told. Without a ladder nobody is called."""
    ladder = edges.oncall.ladder
    if not ladder:
        return
    with edges.database.begin() as tx:
        lock(tx, "alarms")
        now = edges.clock()
        for channel, saying in _round(edges, tx, ladder, now).items():
            _tell(edges, tx, channel, saying, now)
    deliver(edges)


def take(edges: Edges, matter: str, actor: str) -> None:
    """Say who sees to a matter: nobody else is called for it. Raises ReviewError where nobody is, or somebody does."""
    with edges.database.begin() as tx:
        if not calls.take(tx, matter, actor):
            raise ReviewError(
                matter, "nobody is called for it, or somebody sees to it", hint="see: feedbot oncall list"
            )
        audit.append(tx, actor, "take", matter, "", edges.clock())


def _round(edges: Edges, tx: Transaction, ladder: tuple[str, ...], now: datetime) -> dict[str, tuple[Call, ...]]:
    """Bring the calls up to date; return what each channel is to be told."""
    waiting = {one.name: one for one in _matters(edges, tx)}
    known = {one.matter: one for one in calls.listing(tx)}
    calls.close(tx, known.keys() - waiting.keys())
    say: defaultdict[str, list[Call]] = defaultdict(list)
    for name, matter in waiting.items():
        call = known.get(name)
        if call is None or call.words != matter.words:
            # What has gone on (proposed, approved, more mails in doubt) is another matter than the one that was taken.
            call = Call(name, matter.urgent, matter.words, now, now)
            calls.put(tx, call)
            say[ladder[0]].append(call)
        elif not call.taken_by and now - call.told_at >= edges.oncall.patience(urgent=matter.urgent):
            call = replace(call, rung=call.rung + 1, told_at=now)
            calls.put(tx, call)
            say[ladder[call.rung % len(ladder)]].append(call)
    return {channel: tuple(told) for channel, told in say.items()}


def _matters(edges: Edges, tx: Transaction) -> Iterator[_Matter]:
    """Yield what waits for a person now."""
    score = edges.sending.urgent_score
    for state, template in _WAITING.items():
        for draft in drafts.listing(tx, state):
            if draft.notice.digest and state is State.DRAFT:
                continue  # it is proposed with its digest, which calls for itself
            yield _Matter(
                f"draft {draft.id}",
                is_urgent(draft.notice, score),
                tr(template, id=draft.id, title=draft.notice.title),
            )
    for held in advisories.held_texts(tx):
        one = held.advisory
        yield _Matter(
            f"held {held.id}", False, tr("a text of {source} is held: {number}", source=one.source, number=one.number)
        )
    doubtful = Counter(one.outgoing.draft for one in outbox.listing(tx, OutboxState.UNCERTAIN))
    for number, count in doubtful.items():
        words = tr("{count} mails of draft {id} may or may not have arrived", count=count, id=number)
        yield _Matter(f"uncertain {number}", True, words)
    for task in tasks.listing(tx):
        if task.kind == UNCERTAIN:
            continue  # called for above, with how many there are now
        yield _Matter(f"task {task.id}", False, f"{tr(task.kind)}: {task.subject} {task.detail}")


def _tell(edges: Edges, tx: Transaction, channel: str, told: tuple[Call, ...], now: datetime) -> None:
    """Queue one message for a channel; its bytes are fixed here."""
    urgent = sum(one.urgent for one in told)
    subject = tr("[feedbot] {count} matters wait for you, {urgent} of them urgent", count=len(told), urgent=urgent)
    lines = [("‼ " if one.urgent else "・") + one.words for one in sorted(told, key=lambda one: not one.urgent)]
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], tr("and {count} more", count=len(lines) - _SHOWN)]
    hint = tr("feedbot oncall list shows them; feedbot oncall take MATTER says that you see to one")
    facts = {"matters": [one.matter for one in told], "urgent": urgent, "reason": " / ".join(lines), "hint": hint}
    saying = Saying(subject, (*lines, "", hint), facts)
    key = f"oncall/{now.isoformat()}/{channel}"
    if write(edges, tx, SOURCE, channel, saying, key, now):
        log.info("called", channel=channel.partition(":")[0], matters=[one.matter for one in told])
