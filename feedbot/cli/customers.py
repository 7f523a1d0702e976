"""feedbot customers import: who rents what, and who is written to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _intake, _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.inventory import CustomerFile
    from feedbot.pipeline.intake import CustomerIntake, Removed

_MOST = 20
"""Names listed of what changed; what goes is listed whole."""


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
        "Customers, a CSV that begins with this line (the columns from language on may be left out):\n"
        "    customer,name,honorific,email,language,encoding,opt_out,reseller,receives\n"
        "    honorific  様 or 御中\n"
        "    email      the main address; it gets what no contact has the role for\n"
        "    language   ja or en (ja where empty)\n"
        "    encoding   utf-8 or iso-2022-jp (utf-8 where empty)\n"
        "    opt_out    what this address declines: 障害報告, メンテナンス, お知らせ;\n"
        "               注意喚起, 緊急 (these for contracts alone whose waives names them)\n"
        "    reseller   the customer's id of the reseller (代理店) through whom he rents\n"
        "    receives   直接, 代理店 or 両方: who gets his mails (代理店 where empty)\n"
        "Contacts, a CSV that begins with this line:\n"
        "    customer,name,department,email,roles,language,encoding,opt_out\n"
        "    roles      技術, 管理, 緊急; several with ・ between\n"
        "Contracts and servers, a CSV that begins with this line (the columns from os on may be left out):\n"
        "    server,contract,customer,plan,root,os,patched_by,brand,waives,since,until\n"
        "    server     empty: a contract alone\n"
        "    plan       共用, VPS, 専用 or マネージド\n"
        "    root       あり or なし: whether the customer administers the server\n"
        "    os         such as debian:12, ubuntu:22.04, almalinux:9; may be empty\n"
        "    patched_by お客様 or 弊社: who updates the server (as root says where empty)\n"
        "    brand      a name of [brands] in the configuration\n"
        "    waives     注意喚起, 緊急: what its customer may decline\n"
        "    since, until   the first and last day (2026-04-01) that the server is of this contract\n"
        "A kind of which no file is given stays as it is."
    )


def import_(
    files: Annotated[list[Path], typer.Argument(help=tr("CSV files; their headers tell them apart"))],
    fewer: Annotated[
        bool, typer.Option("--fewer", help=tr("a fifth or more of the customers, contracts or servers is meant to go"))
    ] = False,
    moved: Annotated[
        bool, typer.Option("--moved", help=tr("a fifth or more of the servers is meant to become another customer's"))
    ] = False,
    trial: Annotated[bool, typer.Option("--dry-run", help=tr("show what would change, and change nothing"))] = False,
) -> int:
    """Take the files in together. 3 where rows were refused; they are listed."""
    from feedbot.pipeline.intake import import_customers

    paths = _intake.need_files(files)
    with _intake.listed():
        made = import_customers(_shell.edges(), paths, _shell.actor(), fewer=fewer, moved=moved, trial=trial)
    if trial:
        _shell.show("nothing is changed; an import would do this:")
    _tell_taken(made.found)
    _tell_different(made)
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
    customers, contracts, servers = len(found.customers), len(found.contracts), len({one.name for one in found.servers})
    if found.of_customers and found.of_contracts:
        _shell.show(
            "customers {customers}, contracts {contracts}, servers {servers}",
            customers=customers,
            contracts=contracts,
            servers=servers,
        )
    elif found.of_customers:
        _shell.show("customers {customers}; contracts and servers stay as they are", customers=customers)
    elif found.of_contracts:
        _shell.show(
            "contracts {contracts}, servers {servers}; customers stay as they are", contracts=contracts, servers=servers
        )
    if found.of_contacts:
        _shell.show("contacts {contacts}", contacts=len(found.contacts))


def _tell_different(made: "CustomerIntake") -> None:
    """Say how many are new and changed, and name those that changed: a slipped column shows there."""
    for table in made.added:
        new, changed = made.added[table], made.changed[table]
        if new or changed:
            _shell.show("  {table}: new {new}, changed {changed}", table=tr(table), new=len(new), changed=len(changed))
        if changed:
            more = ", …" if len(changed) > _MOST else ""
            _shell.show("    changed: {names}", names=", ".join(changed[:_MOST]) + more)
    for server, (old, new_owner) in made.moved.items():
        _shell.show("  the server {server} goes from {old} to {new}", server=server, old=old, new=new_owner)


def _tell_removed(removed: "Removed") -> None:
    """List what went, all of it: nobody should have to look for a customer who is told nothing any more."""
    gone = {"customers": removed.customers, "contracts": removed.contracts, "servers": removed.servers}
    if removed.contacts:
        _shell.show("removed contacts: {names}", names=", ".join(removed.contacts))
    if any(gone.values()):
        _shell.show(
            "removed: customers {customers}, contracts {contracts}, servers {servers}",
            **{table: len(one) for table, one in gone.items()},
        )
    for table, one in gone.items():
        if one:
            _shell.show("  {what}: {value}", what=tr(table), value=", ".join(one))
