"""feedbot sources: the publishers and how they fare."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sources", help=tr("publishers, schedule, health"))(sources)


def sources(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print every configured source with its member, interval, last success and last error."""
    from feedbot import store
    from feedbot.store import sources as repository

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        states = {name: repository.state(tx, name) for name in edges.sources}
    rows = [
        {
            "source": name,
            "title": one.member.SOURCE.title,
            "url": one.url,
            "enabled": one.enabled,
            "interval_seconds": int(one.interval.total_seconds()),
            "last_success": states[name].last_success,
            "last_change": states[name].last_change,
            "failures": states[name].failures,
            "last_error": states[name].last_error,
            "next_run": (done + one.interval) if (done := states[name].last_success) else None,
        }
        for name, one in edges.sources.items()
    ]
    if as_json:
        _shell.put(rows)
        return _shell.DONE
    titles = ["source", "title", "interval_seconds", "last_success", "next_run", "failures", "last_error"]
    _shell.table(titles, [["-" if row[key] in (None, "") else row[key] for key in titles] for row in rows])
    return _shell.DONE
