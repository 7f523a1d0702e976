"""feedbot init: write a commented config.toml and create the database."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init", help=tr("write a commented config.toml, create the database"))(init)


def init(folder: Annotated[Path, typer.Argument()] = Path()) -> int:
    """Write FOLDER/config.toml from the shipped example and make the database it names. Nothing is overwritten."""
    from feedbot import bootstrap

    path = folder / "config.toml"
    if path.exists():
        raise ConfigError(str(path), "exists already; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(bootstrap.shipped("config.example.toml").read_text(encoding="utf-8"), encoding="utf-8")
    _shell.settings.config = path
    bootstrap.create_store(bootstrap.load_config(path))
    _shell.show("wrote {path} and created the database", path=path)
    _shell.show("next: enter your company in {path}, then `feedbot customers import` and `feedbot collect`", path=path)
    return _shell.DONE
