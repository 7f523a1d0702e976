"""feedbot case: the matters (案件) that advisories speak of."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("matters, each with the advisories that speak of it"))
    app.add_typer(group, name="case")
    group.command("list", help=tr("the cases, the newest first"))(list_)
    group.command("show", help=tr("the advisories of a case"))(show)


def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the cases."""
    from feedbot import store
    from feedbot.store import cases

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = cases.listing(tx)
    for one in found if as_json else ():
        _shell.put({"case": one.id, "title": one.title, "names": list(one.names), "cves": list(one.cves)})
    if not as_json:
        rows = [(one.id, ", ".join(each.number for each in one.advisories), one.title) for one in found]
        _shell.table(["case", "advisories", "title"], rows)
    return _shell.DONE


def show(case: str) -> int:
    """Print a case: its advisories and their links."""
    from feedbot import store
    from feedbot.store import cases

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = cases.load(tx, case)
    _shell.show("{case}: {title}", case=found.id, title=found.title)
    _shell.show("  names: {names}", names=", ".join(found.names))
    rows = [(one.source, one.number, one.revision, tr(one.trust.value), one.url) for one in found.advisories]
    _shell.table(["source", "number", "revision", "trust", "link"], rows)
    return _shell.DONE
