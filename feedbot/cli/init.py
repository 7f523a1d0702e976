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
    try:
        if path.exists():
            raise ConfigError(str(path), "exists already; nothing was written")
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(bootstrap.shipped("config.example.toml").read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            str(path),
            "cannot be written: {why}",
            hint="name a folder in which you may write: feedbot init FOLDER",
            why=_shell.cause(error),
        ) from error
    _shell.settings.config = path
    bootstrap.create_store(bootstrap.load_config(path))
    _shell.show("wrote {path} and created the database", path=path)
    _shell.show("next: enter your company in {path}, then `feedbot customers import` and `feedbot collect`", path=path)
    return _shell.DONE
