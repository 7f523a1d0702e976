"""Tell the operator when a source's health changes: by log and metric always, by mail and webhook where configured.

    1 judge the source (health.py)      2 compare with what was last told
    3 changed, well again, or told a day ago: note it, and write an alarm for each channel, in one transaction
    4 log      5 hand on what waits, oldest first

Each change is told once. A state that lasts is told again once a day (`remind`): a mail that was overlooked on a
holiday must not be the last. What cannot be handed on stays, is tried again, and is shown by `feedbot sources`. A crash
may send an alarm twice, with the same Message-ID; it loses none. Customers' outbox and its states are not touched.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from feedbot.delivery import Answer, MailChannel, Outcome, Outgoing, message
from feedbot.errors import DeliveryError
from feedbot.inventory import Customer
from feedbot.messages import tr
from feedbot.notice import MailText, Recipient
from feedbot.pipeline._edges import Edges, Watched
from feedbot.pipeline.health import Judgement, State, judge
from feedbot.store import Transaction, advisories, lock, quarantine, reading, sources
from feedbot.store import alarms as repository
from feedbot.store.alarms import Alarm, Standing
from feedbot.store.sources import SourceState

log = structlog.get_logger()


class Kind(StrEnum):
    """Why an alarm is given."""

    OPENED = "opened"
    CHANGED = "changed"
    REMINDER = "reminder"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Telling:
    """What an alarm says: the judgement, what was told before, and how many of the source's texts wait for a person."""

    kind: Kind
    before: State
    now: Judgement
    since: datetime
    held: int
    quarantined: int


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
    _write(edges, tx, source, telling, sources.state(tx, source.name), now)
    return telling


def _write(edges: Edges, tx: Transaction, source: Watched, telling: Telling, facts: SourceState, now: datetime) -> None:
    """Write the alarm for each channel; its bytes are fixed here, so that a second try is the same message."""
    for place, channel in enumerate(edges.alarms.names):
        key = f"alarm/{source.name}/{now.isoformat()}/{telling.kind}/{place}"
        try:
            content = (
                _document(source, telling, facts, key)
                if channel == "webhook"
                else _mail(edges, source, telling, facts, key, channel.partition(":")[2], now)
            )
        except DeliveryError as error:
            log.error("alarm_unwritable", source=source.name, error=str(error), hint=error.hint())
        else:
            repository.queue(tx, source.name, channel, key, content, now)


def _document(source: Watched, telling: Telling, facts: SourceState, key: str) -> bytes:
    """Return the webhook's document. `text` is the whole on one line, which chat rooms show."""
    expected = telling.now.expected
    return json.dumps(
        {
            "text": " ".join(filter(None, (_subject(source, telling), telling.now.reason, telling.now.hint))),
            "id": key,
            "kind": telling.kind,
            "source": source.name,
            "title": source.title,
            "url": source.url,
            "state": telling.now.state,
            "before": telling.before,
            "since": telling.since.isoformat(),
            "reason": telling.now.reason,
            "hint": telling.now.hint,
            "last_success": facts.last_success.isoformat() if facts.last_success else None,
            "last_change": facts.last_change.isoformat() if facts.last_change else None,
            "expected_seconds": int(expected.total_seconds()) if expected else None,
            "held": telling.held,
            "quarantined": telling.quarantined,
        },
        ensure_ascii=False,
    ).encode("utf-8", "backslashreplace")


def _subject(source: Watched, telling: Telling) -> str:
    template = {
        Kind.OPENED: "[feedbot] source {source}: {state}",
        Kind.CHANGED: "[feedbot] source {source}: {before} → {state}",
        Kind.REMINDER: "[feedbot] source {source}: still {state}",
        Kind.CLOSED: "[feedbot] source {source}: well again ({before})",
    }[telling.kind]
    return tr(template, source=source.name, state=telling.now.state.words, before=telling.before.words)


def _mail(
    edges: Edges,
    source: Watched,
    telling: Telling,
    facts: SourceState,
    key: str,
    address: str,
    now: datetime,
) -> bytes:
    def when(moment: datetime | None) -> str:
        return moment.astimezone().isoformat(timespec="seconds") if moment else "-"

    lines = [
        tr("Source: {title} ({source})", title=source.title, source=source.name),
        tr("Address: {url}", url=source.url),
        tr("State: {state}, since {since}", state=telling.now.state.words, since=when(telling.since)),
        *([tr("Why: {reason}", reason=telling.now.reason)] if telling.now.reason else []),
        *([tr("What to do: {hint}", hint=telling.now.hint)] if telling.now.hint else []),
        tr("Last success: {at}", at=when(facts.last_success)),
        tr("Last news: {at}", at=when(facts.last_change)),
        tr("{held} held texts, {items} quarantined items", held=telling.held, items=telling.quarantined),
    ]
    text = "\n".join(map(_clean, lines)) + "\n"
    mail = message(
        MailText(_clean(_subject(source, telling)), text, ""),
        provider=edges.provider,
        recipient=Recipient(Customer("", "", address), ()),
        key=key,
        secret=edges.secret,
        date=now,
    )
    return mail.content


def _clean(text: str) -> str:
    """Return words on one line without what a mail may not hold: a part of them is the publisher's."""
    return "".join(character if character.isprintable() else " " for character in text)


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
    """Hand on the alarms that wait. A channel that fails is left until the next round, and its alarms stay."""
    with reading(edges.database) as tx:
        if not repository.count_waiting(tx):
            return
    with edges.database.begin() as tx:
        dropped = repository.drop_others(tx, edges.alarms.names)
    if dropped:
        log.warning("alarms_dropped", count=dropped, reason="their channel is no longer configured")
    if edges.alarms.mail:
        mail = edges.open_mail()
        try:
            for name in edges.alarms.names:
                if name != "webhook":
                    _drain(edges, name, _by_mail(edges, mail))
        finally:
            mail.close()
    if webhook := edges.alarms.webhook:
        _drain(edges, "webhook", lambda alarm: webhook.tell(alarm.content))


def _by_mail(edges: Edges, mail: MailChannel) -> Callable[[Alarm], Answer]:
    def send(alarm: Alarm) -> Answer:
        address = alarm.channel.partition(":")[2]
        try:
            return mail.send(Outgoing(alarm.key, 0, "alarm", "", address, "", alarm.content))
        except DeliveryError as error:
            return Answer(Outcome.REFUSED, 0, str(error))

    return send


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
