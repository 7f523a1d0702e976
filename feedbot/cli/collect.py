"""feedbot collect: one round now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline import ConfiguredSource, Edges
    from feedbot.pipeline._take import CollectReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("collect", help=tr("collect one round now and draft what is due"))(collect)


def collect(
    sources: Annotated[list[str] | None, typer.Argument()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    draft: Annotated[bool, typer.Option(help=tr("draft notices afterwards"))] = True,
    files: Annotated[
        list[Path] | None, typer.Option("--from", help=tr("take in this file as the one source's document"))
    ] = None,
) -> int:
    """Collect the named sources, or all that are enabled, or files that came by hand; then draft.

    3 where something could not be had, read or drafted.
    """
    from feedbot.pipeline.draft import DraftReport, draft_cases

    edges = _shell.edges()
    wanted = [_shell.source(edges, name) for name in sources or ()]
    reports = _from_files(edges, wanted, files) if files else _rounds(edges, wanted)
    if as_json:
        for one in reports:
            _shell.put(as_dict(one))
    else:
        tell(reports)
    made = draft_cases(edges, "(feedbot)") if draft else DraftReport()
    for each in made.made:
        _shell.say("draft {number}: {title}", number=each.id, title=each.notice.title)
    for case, error in made.failed.items():
        _shell.say("case {case} could not be drafted: {error}", case=case, error=error)
    return _shell.DONE if all(one.whole for one in reports) and not made.failed else _shell.PARTLY


def _rounds(edges: "Edges", wanted: "list[ConfiguredSource]") -> "list[CollectReport]":
    from feedbot.pipeline import alarms
    from feedbot.pipeline import collect as pipeline

    wanted = wanted or [one for one in edges.sources.values() if one.enabled]
    reports = []
    for one in wanted:
        reports.append(pipeline.collect(edges, one))
        alarms.watch(edges, one)
    return reports


def _from_files(edges: "Edges", wanted: "list[ConfiguredSource]", files: list[Path]) -> "list[CollectReport]":
    from feedbot.fetch import file as reader
    from feedbot.pipeline import collect as pipeline

    if len(wanted) != 1:
        raise ConfigError("--from", "name the one source that the files are of")
    read = [reader.read(_shell.need_file(path), edges.clock()) for path in files]
    return [pipeline.collect_document(edges, wanted[0], document) for document in read]


def as_dict(report: "CollectReport") -> dict[str, object]:
    """Return a report in its JSON shape."""
    return {
        "source": report.source,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "held": report.held,
        "quarantined": report.quarantined,
        "unreachable": report.unreachable,
        "error": str(report.error) if report.error else None,
    }


def tell(reports: "list[CollectReport]") -> None:
    """Print a table, and below it what needs a person."""
    rows = [
        (one.source, len(one.new), len(one.changed), one.same, len(one.held), len(one.quarantined)) for one in reports
    ]
    _shell.table(["source", "new", "changed", "same", "held", "quarantined"], rows)
    for one in reports:
        for held in one.held:
            _shell.show("held: {what}", what=held)
        for place in one.quarantined:
            _shell.show("quarantined: {what}", what=f"{one.source} {place}")
        for place in one.unreachable:
            _shell.show("not fetched: {what}", what=f"{one.source} {place}")
        if one.error:
            _shell.show("failed: {what}", what=f"{one.source}: {one.error}")
            if one.error.hint():
                _shell.show("  → {hint}", hint=one.error.hint())
