"""feedbot customers import: who rents what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _intake, _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.inventory import CustomerFile
    from feedbot.pipeline.intake import Removed


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("customers, contracts and their servers"))
    app.add_typer(group, name="customers")
    group.callback()(lambda: None)
    title = tr("replace customers, contracts and servers by these CSV files")
    group.command("import", short_help=title, help=f"{title}\n\n\b\n{_files()}")(import_)


def _files() -> str:
    """Return how the two files look; `\\b` keeps typer from filling its lines."""
    return tr(
        "Customers, a CSV that begins with this line:\n"
        "    customer,name,honorific,email,language,encoding\n"
        "    honorific  様 or 御中\n"
        "    language   ja or en (ja where empty)\n"
        "    encoding   utf-8 or iso-2022-jp (utf-8 where empty)\n"
        "Contracts and servers, a CSV that begins with this line:\n"
        "    server,contract,customer,plan,root,os\n"
        "    server     empty: a contract alone\n"
        "    plan       共用, VPS, 専用 or マネージド\n"
        "    root       あり or なし: whether the customer administers the server\n"
        "    os         such as debian:12, ubuntu:22.04, almalinux:9; may be empty\n"
        "A kind of which no file is given stays as it is."
    )


def import_(
    files: Annotated[list[Path], typer.Argument(help=tr("CSV files; their headers tell them apart"))],
    fewer: Annotated[
        bool, typer.Option("--fewer", help=tr("a fifth or more of the customers, contracts or servers is meant to go"))
    ] = False,
) -> int:
    """Take the files in together. 3 where rows were refused; they are listed."""
    from feedbot.pipeline.intake import import_customers

    paths = _intake.need_files(files)
    with _intake.listed():
        made = import_customers(_shell.edges(), paths, _shell.actor(), fewer=fewer)
    _tell_taken(made.found)
    _tell_removed(made.removed)
    for server, taken in made.back.items():
        _shell.show(
            "the server {server} is back: its packages of {taken} are used again; import anew if it is another machine",
            server=server,
            taken=taken,
        )
    for note in made.found.notes:
        _shell.say("note: {what}", what=note)
    return _intake.tell_refused(made.found.refused)


def _tell_taken(found: "CustomerFile") -> None:
    customers, contracts, servers = len(found.customers), len(found.contracts), len(found.servers)
    if not found.of_contracts:
        _shell.show("customers {customers}; contracts and servers stay as they are", customers=customers)
    elif not found.of_customers:
        _shell.show(
            "contracts {contracts}, servers {servers}; customers stay as they are", contracts=contracts, servers=servers
        )
    else:
        _shell.show(
            "customers {customers}, contracts {contracts}, servers {servers}",
            customers=customers,
            contracts=contracts,
            servers=servers,
        )


def _tell_removed(removed: "Removed") -> None:
    """List what went, all of it: nobody should have to look for a customer who is told nothing any more."""
    gone = {"customers": removed.customers, "contracts": removed.contracts, "servers": removed.servers}
    if any(gone.values()):
        _shell.show(
            "removed: customers {customers}, contracts {contracts}, servers {servers}",
            **{table: len(one) for table, one in gone.items()},
        )
    for table, one in gone.items():
        if one:
            _shell.show("  {what}: {value}", what=tr(table), value=", ".join(one))
