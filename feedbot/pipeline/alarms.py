"""Tell the operator when a source's health changes: by log and metric always, by mail and webhook where configured.

    1 judge the source (health.py)      2 compare with what was last told
    3 changed, well again, or told a day ago: note it, and write an alarm for each channel, in one transaction
    4 log      5 hand on what waits, oldest first

Each change is told once. A state that lasts is told again once a day (`remind`): a mail that was overlooked on a
holiday must not be the last. A text that begins to go to and fro, and one that has settled, are told the same way by
what notes them (`tell_flapping`).

What cannot be handed on stays, is tried again, and is shown by `feedbot sources`. A crash may send an alarm twice, with
the same Message-ID; it loses none. Customers' outbox and its states are not touched.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from feedbot.delivery import AlarmChannel, Answer, MailChannel, Outcome, Outgoing
from feedbot.errors import DeliveryError
from feedbot.pipeline._edges import Edges, Watched
from feedbot.pipeline._telling import Flap, Kind, Saying, Telling, document, mail, saying_of_flap, saying_of_health
from feedbot.pipeline.health import Judgement, State, judge
from feedbot.store import Transaction, advisories, lock, quarantine, reading, sources
from feedbot.store import alarms as repository
from feedbot.store.alarms import Alarm, Standing

log = structlog.get_logger()


def watch(edges: Edges, source: Watched) -> Judgement:
    """Judge a source, write what alarms follow, and hand on what waits. Never raises for what the world does."""
    now, telling = edges.clock(), None
    with reading(edges.database) as tx:
        judged, told = judge(tx, source, now), repository.standing(tx, source.name)
    if told is None or told.state != judged.state or what_follows(told, judged, now, edges):
        with edges.database.begin() as tx:  # judged again: another process may have told it meanwhile
            lock(tx, "alarms")
            judged = judge(tx, source, now)
            telling = _follow(edges, tx, source, judged, now)
    if telling:
        _log(source, telling)
    deliver(edges)
    return judged


def what_follows(told: Standing | None, judged: Judgement, now: datetime, edges: Edges) -> Kind | None:
    """Say which alarm follows from a judgement, beside what was last told. None: nothing new."""
    before = State(told.state) if told else State.NEVER
    if before.well and judged.state.well:
        return None
    if before.well:
        return Kind.OPENED
    if judged.state.well:
        return Kind.CLOSED
    if before is not judged.state:
        return Kind.CHANGED
    return Kind.REMINDER if told and now - told.told_at >= edges.alarms.remind else None


def _follow(edges: Edges, tx: Transaction, source: Watched, judged: Judgement, now: datetime) -> Telling | None:
    told = repository.standing(tx, source.name)
    kind = what_follows(told, judged, now, edges)
    before = State(told.state) if told else State.NEVER
    since = told.since if told and before is judged.state else now
    if kind or before is not judged.state:
        repository.stand(tx, source.name, Standing(judged.state, since, now))
    if kind is None:
        return None
    telling = Telling(
        kind,
        before,
        judged,
        told.since if told and kind is Kind.CLOSED else since,
        sum(one.advisory.source == source.name for one in advisories.held_texts(tx)),
        sum(one.source == source.name for one in quarantine.listing(tx)),
    )
    saying = saying_of_health(source, telling, sources.state(tx, source.name))
    for place, channel in enumerate(edges.alarms.names):
        key = f"alarm/{source.name}/{now.isoformat()}/{telling.kind}/{place}"
        write(edges, tx, source.name, channel, saying, key, now)
    return telling


def tell_flapping(edges: Edges, tx: Transaction, source: Watched, flap: Flap, now: datetime) -> None:
    """Write the alarms about a text that has begun to go to and fro, or has settled, in the transaction that notes it.

    They are handed on by the next `watch`.
    """
    what = {"source": source.name, "number": flap.number, "kind": flap.kind.value}
    (log.info if flap.kind is Kind.CLOSED else log.warning)("flapping", **what)
    facts = sources.state(tx, source.name)
    for place, channel in enumerate(edges.alarms.names):
        key = f"alarm/{source.name}/{now.isoformat()}/{flap.number}/{flap.kind}/{place}"
        write(edges, tx, source.name, channel, saying_of_flap(source, flap, facts), key, now)


def write(edges: Edges, tx: Transaction, source: str, channel: str, saying: Saying, key: str, now: datetime) -> bool:
    """Write an alarm for a channel; its bytes are fixed here, so that a second try is the same message. False, and
    logged, where it cannot be written as a mail."""
    try:
        content = (
            mail(edges, saying, key, channel.removeprefix("mail:"), now)
            if channel.startswith("mail:")
            else document(saying, key)
        )
    except DeliveryError as error:
        log.error("alarm_unwritable", source=source, error=str(error), hint=error.hint())
        return False
    repository.queue(tx, source, channel, key, content, now)
    return True


def _log(source: Watched, telling: Telling) -> None:
    tell = log.info if telling.kind is Kind.CLOSED else log.warning
    tell(
        "source_health",
        source=source.name,
        kind=telling.kind.value,
        state=telling.now.state.value,
        before=telling.before.value,
        reason=telling.now.reason,
        hint=telling.now.hint,
    )


def deliver(edges: Edges) -> None:
    """Hand on the alarms that wait. A channel that fails is left until the next round, and its alarms stay.

    One that is refused again and again does not keep those behind it: it is tried once a day, until it is given up.
    """
    with reading(edges.database) as tx:
        if not repository.count_waiting(tx):
            return
    with edges.database.begin() as tx:
        dropped = repository.drop_others(tx, (*(f"mail:{one}" for one in edges.operators), *edges.told))
        given_up = repository.give_up(tx, edges.clock())
    if dropped:
        log.warning("alarms_dropped", count=dropped, reason="their channel is no longer configured")
    for alarm in given_up:
        log.error("alarm_given_up", channel=alarm.channel.partition(":")[0], key=alarm.key, error=alarm.error)
    if edges.operators:
        relay = edges.open_mail()
        try:
            for address in edges.operators:
                _drain(edges, f"mail:{address}", _by_mail(relay))
        finally:
            relay.close()
    for name, channel in edges.alarms.wired.items():
        drain(edges, name, channel)


def _by_mail(relay: MailChannel) -> Callable[[Alarm], Answer]:
    def send(alarm: Alarm) -> Answer:
        address = alarm.channel.partition(":")[2]
        try:
            return relay.send(Outgoing(alarm.key, 0, "alarm", "", address, "", alarm.content))
        except DeliveryError as error:
            return Answer(Outcome.REFUSED, 0, str(error))

    return send


def drain(edges: Edges, name: str, channel: AlarmChannel) -> None:
    """Hand on what waits under a channel's name, oldest first, until one is not taken."""

    def tell(alarm: Alarm) -> Answer:
        try:
            return channel.tell(alarm.content)
        except Exception as error:
            log.exception("channel_failed", channel=name)
            return Answer(Outcome.DEFERRED, 0, type(error).__name__)

    _drain(edges, name, tell)


def _drain(edges: Edges, channel: str, send: Callable[[Alarm], Answer]) -> None:
    while True:
        with edges.database.begin() as tx:
            alarm = repository.claim(tx, channel, edges.clock())
        if alarm is None:
            return
        answer = send(alarm)
        accepted = answer.outcome is Outcome.ACCEPTED
        with edges.database.begin() as tx:
            if accepted:
                repository.sent(tx, alarm.id, edges.clock())
            else:
                repository.failed(tx, alarm.id, f"{answer.code} {answer.text}".strip())
        if not accepted:
            log.warning("alarm_not_sent", channel=channel.partition(":")[0], source=alarm.source, error=answer.text)
            return
