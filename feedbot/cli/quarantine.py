"""feedbot quarantine: what could not be read, texts that are held, and texts that go to and fro."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.cli.collect import tell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.store import Transaction


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what could not be read or believed"))
    app.add_typer(group, name="quarantine")
    group.command("list", help=tr("items not read, held texts, and texts that go to and fro"))(list_)
    group.command("show", help=tr("the bytes of an item, or what a held text says"))(show)
    group.command("accept", help=tr("let a held text become current, or set an item aside"))(accept)
    group.command("retry", help=tr("read an item, or all documents of a source, again"))(retry)


Held = Annotated[bool, typer.Option("--held", help=tr("ITEM is the number of a held text"))]


def list_(
    source: Annotated[str, typer.Option(help=tr("of this source only"))] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print what waits for a person; 1 where anything does."""
    from feedbot import store

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        rows = [row for row in _waiting(tx) if source in ("", row["source"])]
    if as_json:
        for row in rows:
            _shell.put(row)
    else:
        titles = ["kind", "id", "source", "what", "since", "times", "reason"]
        _shell.table(titles, [[tr(str(row["kind"])), *(_cell(row[key]) for key in titles[1:])] for row in rows])
    return _shell.NO if rows else _shell.DONE


def _cell(value: object) -> object:
    return "-" if value is None else value


def _waiting(tx: "Transaction") -> list[dict[str, object]]:
    """Return a row for each: what it is, where it stood, since when, how often it was met."""
    from feedbot.store import advisories, flapping, quarantine

    rows: list[dict[str, object]] = [
        {
            "kind": "quarantined",
            "id": one.id,
            "source": one.source,
            "what": one.where,
            "reason": one.reason,
            "since": one.first_seen,
            "last": one.last_seen,
            "times": one.times,
            "document": one.document,
        }
        for one in quarantine.listing(tx)
    ]
    rows += [
        {
            "kind": "held",
            "id": one.id,
            "source": one.advisory.source,
            "what": one.advisory.number,
            "reason": one.reason,
            "since": one.seen_at,
            "last": None,
            "times": None,
            "document": one.document,
        }
        for one in advisories.held_texts(tx)
    ]
    return rows + [
        {
            "kind": "flapping",
            "id": None,
            "source": one.advisory.source,
            "what": one.advisory.number,
            "reason": tr("its text goes to and fro; it becomes current when it stays the same for a day"),
            "since": one.since,
            "last": one.seen_at,
            "times": one.times,
            "document": one.document,
        }
        for one in flapping.listing(tx)
    ]


def show(item: _shell.Number, held: Held = False) -> int:
    """Write an item's bytes to stdout (control characters are shown escaped on a terminal), or a held text as JSON."""
    from feedbot import store
    from feedbot.advisory import advisory_json
    from feedbot.store import advisories, quarantine

    edges = _shell.edges()
    if held:
        with store.reading(edges.database) as tx:
            text = advisories.held_text(tx, item)
        facts = {"id": text.id, "reason": text.reason, "seen_at": text.seen_at, "closed": text.closed or None}
        _shell.put(facts | {"document": text.document, "advisory": advisory_json(text.advisory)})
        return _shell.DONE
    with store.reading(edges.database) as tx:
        found = quarantine.get(tx, item)
    _shell.say("{source} {place}: {reason}", source=found.source, place=found.where, reason=found.reason)
    if sys.stdout.isatty():
        shown = found.raw.decode("utf-8", "backslashreplace")
        print("".join(mark if mark.isprintable() or mark in "\n\t" else ascii(mark)[1:-1] for mark in shown))
    else:
        sys.stdout.buffer.write(found.raw)
    return _shell.DONE


def accept(item: _shell.Number, held: Held = False) -> int:
    """Settle an item by hand: a held text becomes current, still marked; a quarantined item is set aside. Audited."""
    from feedbot.pipeline import reread

    if held:
        number = reread.accept(_shell.edges(), item, _shell.decider())
        _shell.show("{number} is current now, marked as not verified", number=number)
    else:
        reread.set_aside(_shell.edges(), item, _shell.decider())
        _shell.show("item {item} is set aside", item=item)
    return _shell.DONE


def retry(
    what: Annotated[str, typer.Argument(metavar="SOURCE|ITEM")],
    held: Held = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Read an item's document again, or all documents of a source: what is understood now leaves the quarantine.

    A later version of the code does so by itself, at the first round of each source.
    """
    from feedbot import store
    from feedbot.cli.collect import as_dict
    from feedbot.pipeline import reread
    from feedbot.store import advisories, quarantine

    edges = _shell.edges()
    if not what.isascii() or not what.isdigit():
        report = reread.reread(edges, _shell.source(edges, what))
    else:
        number = _number(what)
        with store.reading(edges.database) as tx:
            if held:
                text = advisories.held_text(tx, number)
                name, document = text.advisory.source, text.document
            else:
                item = quarantine.get(tx, number)
                name, document = item.source, item.document
        report = reread.retry(edges, _shell.source(edges, name), document)
    if as_json:
        _shell.put(as_dict(report))
    else:
        tell([report])
    return _shell.DONE if report.whole else _shell.PARTLY


def _number(word: str) -> int:
    if len(word) > len(str(2**31)) or not 1 <= int(word) < 2**31:
        raise ConfigError(word, "no such quarantined item", hint="`feedbot quarantine list` shows them")
    return int(word)
