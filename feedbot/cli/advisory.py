"""feedbot advisory: what was collected."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.cli.collect import tell
from feedbot.errors import StoreError
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what was collected"))
    app.add_typer(group, name="advisory")
    group.command("list", help=tr("the advisories, the latest first"))(list_)
    group.command("show", help=tr("an advisory as JSON, with its revisions"))(show)
    group.command("reparse", help=tr("read the stored documents again"))(reparse)


def list_(
    limit: Annotated[int, typer.Option(min=1, max=2**31 - 1)] = 50,
    source: str = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the current advisories."""
    from feedbot import store
    from feedbot.store import advisories

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = [one.advisory for one in advisories.listing(tx, limit, source=source)]
    rows = [
        {
            "source": one.source,
            "number": one.number,
            "revision": one.revision,
            "trust": one.trust.value,
            "status": one.status.value,
            "title": one.title,
        }
        for one in found
    ]
    if as_json:
        for row in rows:
            _shell.put(row)
        return _shell.DONE
    titles = ["source", "number", "revision", "trust", "title"]
    _shell.table(titles, [[tr(row[key]) if key == "trust" else row[key] for key in titles] for row in rows])
    return _shell.DONE


def show(number: str) -> int:
    """Print one advisory (of every source that has it) as JSON Lines."""
    from feedbot import store
    from feedbot.advisory import advisory_json
    from feedbot.store import advisories

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = [one for one in advisories.by_name(tx, [number]) if one.number == number]
        seen = {one.source: advisories.history(tx, one.source, number) for one in found}
    if not found:
        raise StoreError(number, "no such advisory", hint="`feedbot advisory list` shows them")
    for one in found:
        revisions = [{"seen_at": each.seen_at, "digest": each.digest} for each in seen[one.source]]
        _shell.put(advisory_json(one) | {"seen": revisions})
    return _shell.DONE


def reparse(source: str, number: str = "") -> int:
    """Read the stored documents of a source again and say what changed."""
    from feedbot.pipeline.reread import reread

    edges = _shell.edges()
    report = reread(edges, _shell.source(edges, source), number)
    tell([report])
    return _shell.DONE if report.whole else _shell.PARTLY
