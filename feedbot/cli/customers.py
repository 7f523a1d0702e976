"""feedbot customers import: who rents what."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("customers, contracts and their servers"))
    app.add_typer(group, name="customers")
    group.callback()(lambda: None)
    group.command("import", help=tr("replace customers, contracts and servers by these CSV files"))(import_)


def import_(files: Annotated[list[Path], typer.Argument(help=tr("CSV files; their headers tell them apart"))]) -> int:
    """Take the files in together. 3 where rows were refused; they are listed."""
    from feedbot.pipeline.intake import import_customers

    found = import_customers(_shell.edges(), [_shell.need_file(file) for file in files], _shell.actor())
    _shell.show(
        "customers {customers}, contracts {contracts}, servers {servers}",
        customers=len(found.customers),
        contracts=len(found.contracts),
        servers=len(found.servers),
    )
    return _shell.tell_refused(found.refused)
