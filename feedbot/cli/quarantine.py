"""feedbot quarantine: what could not be read, and texts that are held."""

import sys
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.cli.collect import tell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what could not be read or believed"))
    app.add_typer(group, name="quarantine")
    group.command("list", help=tr("items not read, and held texts"))(list_)
    group.command("show", help=tr("the bytes of an item"))(show)
    group.command("accept", help=tr("let a held text become current, or set an item aside"))(accept)
    group.command("retry", help=tr("read the documents of a source again"))(retry)


def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print what waits for a person; 1 where anything does."""
    from feedbot import store
    from feedbot.store import advisories, quarantine

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        items, held = quarantine.listing(tx), advisories.held_texts(tx)
    rows: list[dict[str, object]] = [
        {"kind": "quarantined", "id": one.id, "source": one.source, "what": one.where, "reason": one.reason}
        for one in items
    ]
    rows += [
        {"kind": "held", "id": one.id, "source": one.advisory.source, "what": one.advisory.number, "reason": one.reason}
        for one in held
    ]
    if as_json:
        for row in rows:
            _shell.put(row)
    else:
        titles = ["kind", "id", "source", "what", "reason"]
        _shell.table(titles, [[tr(str(row["kind"])), *(row[key] for key in titles[1:])] for row in rows])
    return _shell.NO if rows else _shell.DONE


def show(item: _shell.Number) -> int:
    """Write an item's bytes to stdout; control characters are shown escaped on a terminal."""
    from feedbot import store
    from feedbot.store import quarantine

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = quarantine.get(tx, item)
    _shell.say("{source} {place}: {reason}", source=found.source, place=found.where, reason=found.reason)
    if sys.stdout.isatty():
        text = found.raw.decode("utf-8", "backslashreplace")
        print("".join(mark if mark.isprintable() or mark in "\n\t" else ascii(mark)[1:-1] for mark in text))
    else:
        sys.stdout.buffer.write(found.raw)
    return _shell.DONE


def accept(
    item: _shell.Number,
    held: Annotated[bool, typer.Option("--held", help=tr("ITEM is the number of a held text"))] = False,
) -> int:
    """Settle an item by hand: a held text becomes current, still marked; a quarantined item is set aside. Audited."""
    from feedbot.pipeline import reread

    if held:
        number = reread.accept(_shell.edges(), item, _shell.decider())
        _shell.show("{number} is current now, marked as not verified", number=number)
    else:
        reread.set_aside(_shell.edges(), item, _shell.decider())
        _shell.show("item {item} is set aside", item=item)
    return _shell.DONE


def retry(source: str) -> int:
    """Read all documents of a source again: what a corrected parser understands leaves the quarantine."""
    from feedbot.pipeline.reread import reread

    edges = _shell.edges()
    report = reread(edges, _shell.source(edges, source))
    tell([report])
    return _shell.DONE if report.whole else _shell.PARTLY
