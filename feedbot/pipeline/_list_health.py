"""Tell the operator of a block list that does not work any more, and when it does again: as of a source, once a change.

One round without an answer is no trouble yet, the second in a row is; as long as it lasts it is told again once a day.
"""

from datetime import datetime

import structlog

from feedbot.messages import tr
from feedbot.notice import BlockList
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._telling import Kind, Saying
from feedbot.pipeline.alarms import what_follows, write
from feedbot.pipeline.health import Judgement, State
from feedbot.store import Transaction, blocklists
from feedbot.store import alarms as repository
from feedbot.store.alarms import Standing

log = structlog.get_logger()
_SUBJECTS = {
    Kind.OPENED: "[feedbot] block list {zone}: does not work",
    Kind.REMINDER: "[feedbot] block list {zone}: still does not work",
    Kind.CLOSED: "[feedbot] block list {zone}: works again",
}


def note(edges: Edges, tx: Transaction, one: BlockList, failure: str) -> None:
    """Keep how a list fares (`failure` empty: it works), and write the alarms that follow in the same transaction."""
    now, name = edges.clock(), f"blocklist {one.zone}"
    before = {each.zone: each for each in blocklists.states(tx)}.get(one.zone)
    blocklists.note(tx, one.zone, failure, now)
    told = repository.standing(tx, name)
    if failure and (before is None or not before.failure):
        return
    kind = what_follows(told, Judgement(State.FAILING if failure else State.OK, failure), now, edges)
    if kind is None:
        return
    since = told.since if told and kind is not Kind.OPENED else (before.since if before else now)
    repository.stand(tx, name, Standing(State.FAILING if failure else State.OK, since, now))
    saying = _saying(one, kind, failure, since)
    (log.info if kind is Kind.CLOSED else log.warning)("blocklist_health", zone=one.zone, kind=kind, reason=failure)
    for place, channel in enumerate(edges.alarms.names):
        write(edges, tx, name, channel, saying, f"alarm/{name}/{now.isoformat()}/{kind}/{place}", now)


def _saying(one: BlockList, kind: Kind, failure: str, since: datetime) -> Saying:
    subject = tr(_SUBJECTS[kind], zone=one.zone)
    hint = (
        tr("no address is asked about there until it answers; take it out of [blocklists] where it is closed")
        if failure
        else ""
    )
    lines = [subject, tr("Since: {since}", since=since.astimezone().isoformat(timespec="seconds"))]
    if failure:
        lines += [tr("Why: {reason}", reason=failure), tr("What to do: {hint}", hint=hint)]
    facts = {"kind": kind, "blocklist": one.zone, "state": State.FAILING if failure else State.OK}
    return Saying(subject, tuple(lines), {**facts, "since": since.isoformat(), "reason": failure, "hint": hint})
