"""feedbot inventory: what runs where."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _intake, _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.store.hosts import Pull

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
    group.command("export", help=tr("what is installed where, for a spreadsheet"))(export)
    group.command("pull", help=tr("ask hosts for their package lists"))(pull)


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
    from feedbot.store import hosts, inventory

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        snapshot, counts = inventory.snapshot(tx), inventory.counts(tx)
        failing = [one for one in hosts.pulls(tx) if one.failure]
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
        lists = {"failing_lists": [_failing(one) for one in failing]}
        _shell.put({name.replace(" ", "_"): value for name, value in (rows | named | lists).items()})
    else:
        _shell.table(["inventory", ""], [(tr(name), value) for name, value in rows.items()])
        for name, servers in named.items():
            if servers:
                _shell.show("{what}: {count} ({names})", what=tr(name), count=len(servers), names=shown(servers))
        for one in failing:
            _shell.show(
                "{name} ({group}): failing since {since}, last taken in {answered}: {why}",
                name=one.name,
                group=one.group,
                since=_shell.when(one.failing_since),
                answered=_shell.when(one.answered_at) if one.answered_at else tr("never"),
                why=one.failure,
            )
    return _shell.DONE if snapshot else _shell.NO


def _failing(one: "Pull") -> dict[str, object]:
    return {
        "group": one.group,
        "name": one.name,
        "failing_since": one.failing_since,
        "answered_at": one.answered_at,
        "why": one.failure,
    }


def pull(
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[GROUP|HOST…]")] = None,
    fewer: Annotated[bool, typer.Option("--fewer", help=tr("lists that fell by a fifth are meant"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Ask the groups or hosts named, or all groups that are enabled. 3 where a host failed: its last list stays."""
    from feedbot.pipeline import pull as pulling

    edges = _shell.edges()
    names = [one.lower() if one not in edges.pulls else one for one in wanted or ()]
    groups = [one for one in edges.pulls.values() if one.name in names or (not names and one.enabled)]
    some = {one for one in names if one not in edges.pulls}
    asked = [(one, set[str]()) for one in groups]
    for group in (one for one in edges.pulls.values() if one not in groups):
        mine = some & set(pulling.hosts_of(group)) if some else set[str]()
        asked += [(group, mine)] if mine else []
    unknown = some - {host for group in edges.pulls.values() for host in pulling.hosts_of(group)}
    if unknown or not asked:
        known = ", ".join(edges.pulls) or "-"
        raise ConfigError(
            _subject(unknown), "no group or host under [inventory.pull]", hint="known: {known}", known=known
        )
    reports = [pulling.pull(edges, group, _shell.actor(), hosts, fewer=fewer) for group, hosts in asked]
    for report in reports:
        if as_json:
            _shell.put({"group": report.group, "taken": report.taken, "failed": report.failed})
            continue
        _shell.show(
            "{group}: {taken} lists taken in, {failed} failed",
            group=report.group,
            taken=len(report.taken),
            failed=len(report.failed),
        )
        for name, why in report.failed.items():
            _shell.show("  {name}: {why}", name=name, why=why)
    return _shell.PARTLY if any(one.failed for one in reports) else _shell.DONE


def _subject(unknown: set[str]) -> str:
    return min(unknown, default="inventory pull")


def export(
    servers: Annotated[list[str] | None, typer.Argument(help=tr("these servers; without any, all"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print a row for each package of each server: CSV, or JSON Lines. 1 where a server named is not known."""
    from feedbot import store
    from feedbot.inventory import csv_text
    from feedbot.store import inventory

    edges, code = _shell.edges(), _shell.DONE
    titles = ("server", "contract", "scheme", "name", "version", "source", "arch", "distro")
    with store.reading(edges.database) as tx:
        contracts = {one.name: one.contract for one in inventory.servers(tx)}
        if not as_json:
            sys.stdout.write(csv_text([titles]))
        for server in [one.lower() for one in servers or ()] or contracts:
            if server not in contracts:
                _shell.say("{server}: no such server", server=server)
                code = _shell.NO
            for one in inventory.packages(tx, server):
                cells = (one.scheme, one.name, one.version, one.source, one.arch, one.distro)
                row = (server, contracts.get(server, ""), *cells)
                if as_json:
                    _shell.put(dict(zip(titles, row, strict=True)))
                else:
                    sys.stdout.write(csv_text([row]))
    return code
