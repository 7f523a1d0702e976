"""feedbot inventory: what runs where."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _intake, _shell
from feedbot.messages import tr

_FORMATS = (
    "/var/lib/dpkg/status",
    "CycloneDX",
    "SPDX",
    "Vuls",
    "osquery",
    "Ansible (package_facts)",
    "pip freeze",
    "npm ls --all --json",
)
"""What is read beside the three that are told whole. Not asked of the members: they take a tenth of a second."""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what is installed on which server"))
    app.add_typer(group, name="inventory")
    title = tr("take in package lists")
    group.command("import", short_help=title, help=f"{title}\n\n\b\n{_files()}")(import_)
    group.command("status", help=tr("the snapshot in force"))(status)


def _files() -> str:
    """Return how the files are made; `\\b` keeps typer from filling its lines."""
    return tr(
        "On Debian and Ubuntu, web01.dpkg is made by:\n"
        "    dpkg-query -W -f '${{Package}}\\t${{Version}}\\t${{source:Package}}\\t${{source:Version}}"
        "\\t${{Architecture}}\\t${{db:Status-Abbrev}}\\n' > web01.dpkg\n"
        "On AlmaLinux and others with RPM, db01.rpm is made by:\n"
        "    rpm -qa --qf '%{{NAME}}\\t%{{EPOCHNUM}}\\t%{{VERSION}}\\t%{{RELEASE}}\\t%{{ARCH}}\\t%{{SOURCERPM}}\\n'"
        " > db01.rpm\n"
        "From release 8 on, with a last column %{{MODULARITYLABEL}}, it tells the module streams"
        " that errata speak of.\n"
        "Self-built software, a CSV that begins with this line:\n"
        "    server,name,version\n"
        "Also read: {formats}.\n"
        "The server is named by a line `# server: web01` in the file, by --server, or by the file's name.",
        formats=", ".join((*_FORMATS, tr("a plain list (nginx 1.24.0)"))),
    )


def import_(
    files: Annotated[list[Path], typer.Argument(help=tr("outputs of dpkg-query or rpm, or CSV"))],
    format: Annotated[str, typer.Option(help=tr("the format, where it is not recognised"))] = "",  # noqa: A002 (the flag's name)
    server: Annotated[str, typer.Option(help=tr("the server, where the file does not say it"))] = "",
    fewer: Annotated[bool, typer.Option("--fewer", help=tr("lists that fell by a fifth are meant"))] = False,
) -> int:
    """Take the files in as one snapshot. 3 where rows were refused; they are listed."""
    from feedbot.pipeline.intake import shown
    from feedbot.pipeline.packages import import_packages

    paths = _intake.need_files(files)
    with _intake.listed():
        found = import_packages(_shell.edges(), paths, _shell.actor(), format=format, server=server, fewer=fewer)
    snapshot = found.result.snapshot
    _shell.show(
        "snapshot {id}: {servers} servers, {rows} packages (new {added}, changed {changed})",
        id=snapshot.id,
        servers=snapshot.servers,
        rows=snapshot.rows,
        added=found.result.added,
        changed=found.result.changed,
    )
    if found.unchanged:
        _shell.show("{count} servers as before", count=found.unchanged)
    if found.guessed:
        _shell.say("the file's name was taken for the server's: {servers}", servers=shown(found.guessed))
    return _intake.tell_refused(found.refused)


def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the counts and the age of the inventory, and the servers of which too little is known; 1 where there is
    none."""
    from feedbot import store
    from feedbot.pipeline.intake import shown
    from feedbot.store import inventory

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        snapshot, counts = inventory.snapshot(tx), inventory.counts(tx)
        bare, old = inventory.without_packages(tx), inventory.stale(tx, edges.clock() - edges.inventory_max_age)
    rows = {
        "customers": counts.customers,
        "contracts": counts.contracts,
        "servers": counts.servers,
        "hosts with packages": counts.hosts - counts.unowned,
        "distinct components": counts.components,
        "snapshot": snapshot.id if snapshot else "-",
        "taken in": snapshot.at if snapshot else "-",
    }
    named = {"servers without packages": bare, "hosts with old packages": old}
    if as_json:
        _shell.put({name.replace(" ", "_"): value for name, value in (rows | named).items()})
    else:
        _shell.table(["inventory", ""], [(tr(name), value) for name, value in rows.items()])
        for name, servers in named.items():
            if servers:
                _shell.show("{what}: {count} ({names})", what=tr(name), count=len(servers), names=shown(servers))
    return _shell.DONE if snapshot else _shell.NO
