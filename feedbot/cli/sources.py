"""feedbot sources: the publishers and how they fare."""

from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline import ConfiguredSource, Edges
    from feedbot.store import Transaction


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sources", help=tr("publishers, schedule, health"))(sources)


def sources(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    accept: Annotated[
        str | None, typer.Option(help=tr("this source's listing is right as it is, and no number of it is missing"))
    ] = None,
) -> int:
    """Print every configured source with its health, why, the next run, and what is usual; and alarms not handed on."""
    from feedbot import store
    from feedbot.store import alarms

    edges = _shell.edges()
    if accept is not None:
        _accept(edges, _shell.source(edges, accept))
    with store.reading(edges.database) as tx:
        rows = [_row(edges, tx, one) for one in edges.sources.values()]
        waiting = alarms.waiting(tx)
    if as_json:
        _shell.put(rows)
        return _shell.DONE
    titles = ["source", "title", "health", "last_success", "last_change", "expected", "next_run", "failures"]
    _shell.table(titles, [[_cell(key, row) for key in titles] for row in rows])
    for row in rows:
        if row["reason"]:
            _shell.show("{source}: {reason}", source=row["source"], reason=row["reason"])
        if row["hint"]:
            _shell.show("  → {hint}", hint=row["hint"])
    for one in waiting:
        channel = one.channel.partition(":")[0]
        _shell.show("alarm about {source} not handed on by {channel}: {error}", **_why(one.source, channel, one.error))
    return _shell.DONE


def _why(source: str, channel: str, error: str) -> dict[str, object]:
    return {"source": source, "channel": channel, "error": error or tr("not tried yet")}


def _row(edges: "Edges", tx: "Transaction", one: "ConfiguredSource") -> dict[str, object]:
    from feedbot.pipeline import health
    from feedbot.store import advisories, quarantine
    from feedbot.store import sources as repository

    state = repository.state(tx, one.name)
    judged = health.judge(tx, one, edges.clock())
    asked = max(filter(None, (state.last_success, state.last_error_at)), default=None)
    return {
        "source": one.name,
        "title": one.member.SOURCE.title,
        "url": one.url,
        "enabled": one.enabled,
        "interval_seconds": int(one.interval.total_seconds()),
        "health": judged.state.value if one.enabled else "off",
        "reason": judged.reason if one.enabled else "",
        "hint": judged.hint if one.enabled else "",
        "missing": list(judged.missing),
        "expected_seconds": int(judged.expected.total_seconds()) if judged.expected else None,
        "last_success": state.last_success,
        "last_change": state.last_change,
        "items": state.items,
        "held": sum(text.advisory.source == one.name for text in advisories.held_texts(tx)),
        "quarantined": len(quarantine.listing(tx, source=one.name)),
        "failures": state.failures,
        "last_error": state.last_error,
        "next_run": asked + one.interval if asked and one.enabled else None,
    }


def _cell(title: str, row: dict[str, object]) -> object:
    """Return what people read in a column: the state in words, a span as the configuration writes one."""
    from feedbot.pipeline.health import State

    if title == "health":
        return State(str(row[title])).words if row["enabled"] else tr("off")
    if title == "expected":
        seconds = row["expected_seconds"]
        return _span(seconds) if isinstance(seconds, int) else "-"
    return "-" if row[title] in (None, "") else row[title]


def _span(seconds: int) -> str:
    unit, letter = next(((unit, letter) for unit, letter in ((86400, "d"), (3600, "h")) if seconds >= unit), (60, "m"))
    return f"{seconds / unit:.1f}".removesuffix(".0") + letter


def _accept(edges: "Edges", source: "ConfiguredSource") -> None:
    """Note a person's word, in the audit log too; the alarm is ended by the next judgement, which follows at once."""
    from feedbot.pipeline import alarms, health
    from feedbot.store import audit
    from feedbot.store import sources as repository

    now, actor = edges.clock(), _shell.actor()
    with edges.database.begin() as tx:
        missing = health.judge(tx, source, now).missing
        before = repository.accept(tx, source.name, missing)
        what = f"{before.usual} → {before.items}; {', '.join((*before.missing, *missing))}"
        audit.append(tx, actor, "accept-listing", source.name, what, now)
    alarms.watch(edges, source)
