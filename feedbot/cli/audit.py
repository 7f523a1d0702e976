"""feedbot audit: who did what, as a chain that shows when it was changed."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("who did what"))
    app.add_typer(group, name="audit")
    group.command("show", help=tr("the entries, oldest first"))(show)
    group.command("verify", help=tr("check the chain of hashes"))(verify)


def show(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the log."""
    from feedbot import store
    from feedbot.store import audit

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = audit.entries(tx)
    for one in found:
        if as_json:
            _shell.put(
                {
                    "sequence": one.sequence,
                    "at": one.at,
                    "actor": one.actor,
                    "verb": one.verb,
                    "subject": one.subject,
                    "detail": one.detail,
                    "hash": one.hash,
                }
            )
        else:
            print(one.sequence, _shell.when(one.at), one.actor, tr(one.verb), one.subject, one.detail)
    return _shell.DONE


def verify() -> int:
    """Check every link; 1 with the first broken one."""
    from feedbot import review, store
    from feedbot.store import audit

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = audit.entries(tx)
    review.verify(found)
    _shell.show("{count} entries, the chain holds", count=len(found))
    return _shell.DONE
