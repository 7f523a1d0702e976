"""feedbot inventory: what runs where."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what is installed on which server"))
    app.add_typer(group, name="inventory")
    group.command("import", help=tr("take in package lists"))(import_)
    group.command("status", help=tr("the snapshot in force"))(status)


def import_(
    files: Annotated[list[Path], typer.Argument(help=tr("outputs of dpkg-query or rpm, or CSV"))],
    format: Annotated[str, typer.Option(help=tr("the format, where it is not recognised"))] = "",  # noqa: A002 (the flag's name)
    server: Annotated[str, typer.Option(help=tr("the server, where the file does not say it"))] = "",
    fewer: Annotated[bool, typer.Option("--fewer", help=tr("lists that fell by a fifth are meant"))] = False,
) -> int:
    """Take the files in as one snapshot. 3 where rows were refused; they are listed."""
    from feedbot.pipeline.intake import import_packages

    files = [_shell.need_file(file) for file in files]
    found = import_packages(_shell.edges(), files, _shell.actor(), format=format, server=server, fewer=fewer)
    snapshot = found.result.snapshot
    _shell.show(
        "snapshot {id}: {servers} servers, {rows} packages (new {added}, changed {changed})",
        id=snapshot.id,
        servers=snapshot.servers,
        rows=snapshot.rows,
        added=found.result.added,
        changed=found.result.changed,
    )
    return _shell.tell_refused(found.refused)


def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the counts and the age of the inventory; 1 where there is none."""
    from feedbot import store
    from feedbot.store import inventory

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        snapshot, counts = inventory.snapshot(tx), inventory.counts(tx)
    rows = {
        "customers": counts.customers,
        "contracts": counts.contracts,
        "servers": counts.servers,
        "hosts with packages": counts.hosts,
        "distinct components": counts.components,
        "snapshot": snapshot.id if snapshot else "-",
        "taken in": snapshot.at if snapshot else "-",
    }
    if as_json:
        _shell.put({name.replace(" ", "_"): value for name, value in rows.items()})
    else:
        _shell.table(["inventory", ""], [(tr(name), value) for name, value in rows.items()])
    return _shell.DONE if snapshot else _shell.NO
