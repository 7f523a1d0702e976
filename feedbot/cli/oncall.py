"""feedbot oncall: what waits for a person, whom it was told, who sees to it."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what people on duty are called for"))
    app.add_typer(group, name="oncall")
    group.command("list", help=tr("what waits for a person, and who was told"))(list_)
    group.command("take", help=tr("say that you see to a matter: nobody else is called for it"))(take)


def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the calls; 1 where there are none."""
    from feedbot import store
    from feedbot.store import calls

    edges = _shell.edges()
    ladder = edges.oncall.ladder
    with store.reading(edges.database) as tx:
        found = calls.listing(tx)
    rows = [
        {
            "matter": one.matter,
            "urgent": one.urgent,
            "words": one.words,
            "opened_at": one.opened_at,
            "told": ladder[one.rung % len(ladder)] if ladder else "",
            "told_at": one.told_at,
            "taken_by": one.taken_by,
        }
        for one in found
    ]
    for row in rows if as_json else ():
        _shell.put(row)
    if not as_json:
        titles = ["matter", "urgent", "words", "opened_at", "told", "told_at", "taken_by"]
        _shell.table(titles, [[row[title] for title in titles] for row in rows])
    return _shell.DONE if rows else _shell.NO


def take(matter: Annotated[list[str], typer.Argument(metavar="MATTER")]) -> int:
    """Take a matter, named as the list names it: draft 12."""
    from feedbot.pipeline.oncall import take as take_it

    name = " ".join(matter)
    take_it(_shell.edges(), name, _shell.decider())
    _shell.show("{matter} is yours", matter=name)
    return _shell.DONE
