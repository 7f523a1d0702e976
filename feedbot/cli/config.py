"""feedbot config: check the file, print its JSON Schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

NO_CONTACT = "network.contact is empty: a publisher whom feedbot disturbs cannot reach you"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("check the configuration, print its schema"))
    app.add_typer(group, name="config")
    group.command("check", help=tr("check the configuration file; all faults at once"))(check)
    group.command("schema", help=tr("print the JSON Schema for editors"))(schema)


def check(file: Annotated[Path | None, typer.Argument()] = None) -> int:
    """Load the file and say so, or fail with all its faults."""
    from feedbot import bootstrap, config

    path = config.find(file or _shell.settings.config)
    loaded = bootstrap.load_config(path)
    _shell.show("{path}: no faults", path=path)
    if not loaded.network.contact:
        _shell.show("  → {hint}", hint=tr(NO_CONTACT))
    return _shell.DONE


def schema() -> int:
    """Print the schema."""
    from feedbot.config import Config

    print(json.dumps(Config.model_json_schema(), ensure_ascii=False, indent=2))
    return _shell.DONE
