"""The state of the house in numbers, in Prometheus' text form: for a textfile collector now, for the web later.

Gauges only, read from the database: a restart loses nothing, and two readers agree. Times are Unix seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from feedbot.pipeline.health import State, decider
from feedbot.signature import Key
from feedbot.store import (
    Transaction,
    advisories,
    alarms,
    audit,
    calls,
    drafts,
    flapping,
    inventory,
    outbox,
    quarantine,
    sources,
)

_LATENCY = timedelta(days=30)


def exposition(
    tx: Transaction, keys: Mapping[str, Iterable[Key]], intervals: Mapping[str, timedelta], now: datetime
) -> bytes:
    """Return the metrics; `keys` are the keys of each configured source, which also says which sources there are, and
    `intervals` how often those are asked that are switched on: they are judged as of `now`."""
    registry = CollectorRegistry()
    _sources(registry, tx, keys)
    _health(registry, tx, intervals, now)
    _waiting(registry, tx)
    _approvals(registry, tx, now)
    ends = Gauge(
        "feedbot_key_expiry_timestamp_seconds",
        "When a publisher's key ends",
        ["source", "fingerprint"],
        registry=registry,
    )
    for name, known in keys.items():
        for key in known:
            if key.expires is not None:
                ends.labels(name, key.fingerprint).set(key.expires.timestamp())
    return generate_latest(registry)


def _approvals(registry: CollectorRegistry, tx: Transaction, now: datetime) -> None:
    """Tell how long a proposal waited for its approval, over the last 30 days."""
    waits = Gauge("feedbot_approval_seconds", "From proposal to approval, of 30 days", ["quantile"], registry=registry)
    proposed: dict[str, datetime] = {}
    took: list[float] = []
    for entry in audit.moments(tx, ("propose", "approve"), now - _LATENCY):
        if entry.verb == "propose":
            proposed[entry.subject] = entry.at
        elif entry.subject in proposed:
            took.append((entry.at - proposed[entry.subject]).total_seconds())
    took.sort()
    for quantile in (0.5, 0.9, 1.0) if took else ():
        waits.labels(str(quantile)).set(took[ceil(quantile * len(took)) - 1])


def _sources(registry: CollectorRegistry, tx: Transaction, names: Iterable[str]) -> None:
    success = Gauge(
        "feedbot_source_success_timestamp_seconds", "When a source was last read well", ["source"], registry=registry
    )
    change = Gauge(
        "feedbot_source_change_timestamp_seconds",
        "When a source last said something else",
        ["source"],
        registry=registry,
    )
    failures = Gauge("feedbot_source_failures", "Failures of a source in a row", ["source"], registry=registry)
    items = Gauge("feedbot_source_items", "Items in a source's last listing", ["source"], registry=registry)
    for name in names:
        state = sources.state(tx, name)
        success.labels(name).set(state.last_success.timestamp() if state.last_success else 0)
        change.labels(name).set(state.last_change.timestamp() if state.last_change else 0)
        failures.labels(name).set(state.failures)
        items.labels(name).set(state.items)


def _health(registry: CollectorRegistry, tx: Transaction, intervals: Mapping[str, timedelta], now: datetime) -> None:
    """Judge afresh: the number of a process that has died would stay green."""
    told = "1 for the state that a source is in, 0 for others"
    health = Gauge("feedbot_source_health", told, ["source", "state"], registry=registry)
    usual = Gauge(
        "feedbot_source_expected_change_seconds",
        "The usual time between two changes of a source, once it is learned",
        ["source"],
        registry=registry,
    )
    missing = Gauge(
        "feedbot_source_missing_numbers", "Running numbers that a source left out", ["source"], registry=registry
    )
    for name, interval in intervals.items():
        judged = decider(tx, name, interval, now).judge()
        for state in State:
            health.labels(name, state.value).set(state is judged.state)
        missing.labels(name).set(len(judged.missing))
        if judged.expected is not None:
            usual.labels(name).set(judged.expected.total_seconds())
    items, texts = quarantine.listing(tx), advisories.held_texts(tx)
    _of_each(registry, "feedbot_source_quarantined_items", [one.source for one in items], intervals)
    _of_each(registry, "feedbot_source_held_texts", [one.advisory.source for one in texts], intervals)
    flaps = [one.advisory.source for one in flapping.listing(tx)]
    _of_each(registry, "feedbot_source_flapping_advisories", flaps, intervals)
    unsent = Gauge("feedbot_alarms_waiting", "Alarms that have not gone out", registry=registry)
    unsent.set(alarms.count_waiting(tx))


def _of_each(registry: CollectorRegistry, name: str, found: Sequence[str], sources: Iterable[str]) -> None:
    gauge = Gauge(name, "What waits for a person, of each source", ["source"], registry=registry)
    counts = Counter(found)
    for source in sources:
        gauge.labels(source).set(counts[source])


def _waiting(registry: CollectorRegistry, tx: Transaction) -> None:
    Gauge("feedbot_quarantined_items", "Items that could not be read", registry=registry).set(
        len(quarantine.listing(tx))
    )
    Gauge("feedbot_held_texts", "Texts that are held", registry=registry).set(len(advisories.held_texts(tx)))
    states = Gauge("feedbot_drafts", "Drafts by state", ["state"], registry=registry)
    for state, count in Counter(one.state for one in drafts.listing(tx)).items():
        states.labels(state.value).set(count)
    messages = Gauge("feedbot_outbox_messages", "Messages by state", ["state"], registry=registry)
    for message_state, count in outbox.counts(tx).items():
        messages.labels(message_state.value).set(count)
    called = Gauge("feedbot_calls", "Matters that people on duty are called for", ["taken"], registry=registry)
    for answer, count in Counter("yes" if one.taken_by else "no" for one in calls.listing(tx)).items():
        called.labels(answer).set(count)
    oldest = inventory.oldest(tx)
    taken = Gauge("feedbot_inventory_timestamp_seconds", "When the oldest package list was taken in", registry=registry)
    taken.set(oldest.timestamp() if oldest else 0)
