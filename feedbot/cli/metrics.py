"""feedbot metrics: the state in numbers, in Prometheus' text form."""

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("metrics", help=tr("numbers for Prometheus (textfile collector)"))(metrics)


def metrics() -> int:
    """Print the metrics."""
    from feedbot import bootstrap, store
    from feedbot.pipeline.metrics import exposition

    config = _shell.load_config()
    edges = bootstrap.edges(config)
    keys = {
        name: bootstrap.keys_of(name, section, config.keys.home).keyring.keys
        for name, section in config.sources.items()
    }
    with store.reading(edges.database) as tx:
        intervals = {one.name: one.interval + one.jitter for one in edges.sources.values() if one.enabled}
        print(exposition(tx, keys, intervals, edges.clock()).decode(), end="")
    return _shell.DONE
