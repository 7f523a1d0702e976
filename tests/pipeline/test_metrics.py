"""Metrics tell what a night shift should be woken for."""

from dataclasses import replace
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from feedbot.pipeline import Edges
from feedbot.pipeline.collect import collect
from feedbot.pipeline.metrics import exposition
from feedbot.signature import Keyring
from tests.fakes import START, World
from tests.pipeline.conftest import DATA, LISTING


def read(edges: Edges, keys: dict[str, tuple[object, ...]]) -> dict[tuple[str, ...], float]:
    """Return (name, label values…) → value, as Prometheus reads it."""
    with edges.database.begin() as tx:
        intervals = {one.name: one.interval for one in edges.sources.values()}
        text = exposition(tx, keys, intervals, edges.clock()).decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_failures_holds_and_keys_are_seen(stage: World, edges: Edges) -> None:
    """A source that fails, a forgery that is held, an entry in quarantine and a key's end are numbers with labels."""
    (key,) = Keyring.load([DATA / "keys" / "csirt-a.asc"]).primaries
    ends = START + timedelta(days=30)
    for source in edges.sources.values():
        collect(edges, source)
    del stage.pages[LISTING]
    collect(edges, edges.sources["csirt_a"])
    found = read(edges, {"csirt_a": (replace(key, expires=ends),), "jvn": ()})
    assert found["feedbot_source_failures", "csirt_a"] == 1
    assert found["feedbot_source_success_timestamp_seconds", "jvn"] == START.timestamp()
    assert found["feedbot_source_health", "csirt_a", "ok"] + found["feedbot_source_health", "csirt_a", "failing"] == 1
    assert (found["feedbot_source_health", "jvn", "ok"], found["feedbot_source_health", "jvn", "gap"]) == (1, 0)
    assert sum(found["feedbot_source_quarantined_items", name] for name in edges.sources) == 1
    assert found["feedbot_source_held_texts", "csirt_a"] == 1
    assert found["feedbot_alarms_waiting",] == 0
    assert found["feedbot_held_texts",] == 1
    assert found["feedbot_quarantined_items",] == 1
    assert found["feedbot_key_expiry_timestamp_seconds", key.fingerprint, "csirt_a"] == ends.timestamp()
    assert found["feedbot_inventory_timestamp_seconds",] == 0
