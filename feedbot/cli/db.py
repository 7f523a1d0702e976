"""feedbot db: upgrade, check, back up."""

from pathlib import Path

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("the database"))
    app.add_typer(group, name="db")
    group.command("upgrade", help=tr("bring the tables up to date, or make them"))(upgrade)
    group.command("check", help=tr("look for damage and unsafe settings"))(check)
    group.command("backup", help=tr("copy the database while it is in use"))(backup)


def upgrade() -> int:
    """Create or upgrade the tables."""
    from feedbot import bootstrap

    config = bootstrap.load_config(_shell.settings.config)
    bootstrap.create_store(config)
    _shell.show("the database is up to date")
    return _shell.DONE


def check() -> int:
    """Print every problem; 1 where there is one."""
    from feedbot import store

    problems = store.check(_shell.edges().database)
    for one in problems:
        _shell.show("{problem}", problem=one)
    if not problems:
        _shell.show("no problem found")
    return _shell.NO if problems else _shell.DONE


def backup(file: Path) -> int:
    """Write a whole copy to FILE."""
    from feedbot import store

    store.backup(_shell.edges().database, file)
    _shell.show("wrote {path}", path=file)
    return _shell.DONE
