"""feedbot why-not: why a customer was, or was not, written to about a case."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why-not", help=tr("why a customer was not written to about a case, or was"))(why_not)


def why_not(
    case: str,
    customer: Annotated[str, typer.Argument(help=tr("the customer's id"))],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print a line for each of his servers and for each notice; 1 where nothing of his is concerned."""
    from feedbot import store
    from feedbot.pipeline.why_not import why_not as reasons
    from feedbot.store import cases

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = reasons(edges, tx, cases.load(tx, case), customer)
    for one in found if as_json else ():
        _shell.put({"about": one.about, "reason": one.reason, "concerned": one.concerned, "draft": one.draft or None})
    if not as_json:
        _shell.table(["about", "reason"], [(one.about, one.reason) for one in found])
    return _shell.DONE if any(one.concerned for one in found) else _shell.NO
