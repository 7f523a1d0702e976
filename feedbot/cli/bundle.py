"""feedbot bundle: carry documents to a feedbot that does not reach the world."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _backfill, _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline.bundle import Imported


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("carry documents to a feedbot without network"))
    app.add_typer(group, name="bundle")
    group.command("export", help=tr("write the kept documents into one signed file"))(export)
    group.command("import", help=tr("verify such a file and take in its documents"))(take_in)


def export(
    file: Path,
    sources: Annotated[list[str] | None, typer.Argument()] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help=tr("only documents fetched since this date"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Export the documents of the named sources, or of all."""
    from feedbot.pipeline import bundle

    begin = _backfill.moment(since) if since else None
    edges = _shell.edges()
    wanted = [_shell.source(edges, name) for name in sources or ()] or list(edges.sources.values())
    made = bundle.export(edges, file, wanted, begin, _shell.actor())
    if as_json:
        _shell.put({"file": file, "bytes": made.bytes, "documents": made.documents})
        return _shell.DONE
    _shell.table(["source", "documents"], made.documents.items())
    _shell.show("{file}: {bytes} bytes", file=file, bytes=made.bytes)
    return _shell.DONE


def take_in(file: Path, as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Import a bundle. 1 where it is not what a pinned key signed, 3 where something of it could not be read."""
    from feedbot.pipeline import bundle

    edges = _shell.edges()
    result = bundle.take_in(edges, _shell.need_file(file), _shell.actor())
    if as_json:
        _put(result)
    else:
        _tell(result)
    return _shell.DONE if result.whole else _shell.PARTLY


def _put(result: "Imported") -> None:
    from feedbot.cli.collect import as_dict

    sources = [as_dict(one) for one in result.reports]
    _shell.put({"signer": result.signer, "known": result.known, "unconfigured": result.strangers, "sources": sources})


def _tell(result: "Imported") -> None:
    from feedbot.cli.collect import tell

    tell(result.reports)
    _shell.show("signed by {key}; {known} documents were here already", key=result.signer, known=result.known)
    for name, count in result.strangers.items():
        _shell.show("not taken in: {count} documents of {source}, which is not configured", count=count, source=name)
