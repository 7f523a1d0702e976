"""feedbot collect: one round now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _backfill, _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline import ConfiguredSource, Edges
    from feedbot.pipeline._take import CollectReport
    from feedbot.pipeline.draft import DraftReport


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
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help=tr(
                "backfill: all that was published since this date. Stopped, the same command goes on where it stood; "
                "matters older than 30 days make no notices"
            ),
        ),
    ] = None,
    draft_old: Annotated[
        bool, typer.Option("--draft-old", help=tr("with --since: draft notices about old matters too"))
    ] = False,
) -> int:
    """Collect the named sources, or all that are enabled, or files that came by hand; then draft.

    3 where something could not be had, read or drafted, or a backfill was stopped.
    """
    from feedbot.pipeline.draft import DraftReport, draft_cases

    if (since and files) or (draft_old and not since):
        raise ConfigError("--since" if since else "--draft-old", "this does not go with the other options")
    begin = _backfill.moment(since) if since else None
    edges = _shell.edges()
    wanted = [_shell.source(edges, name) for name in sources or ()]
    if begin:
        return _backfill.run(edges, wanted, begin, as_json=as_json, draft=draft, draft_old=draft_old)
    reports = _from_files(edges, wanted, files) if files else _rounds(edges, wanted)
    if as_json:
        for one in reports:
            _shell.put(as_dict(one))
    else:
        tell(reports)
    made = draft_cases(edges, "(feedbot)") if draft else DraftReport()
    tell_drafts(made)
    return _shell.DONE if all(one.whole for one in reports) and not made.failed else _shell.PARTLY


def tell_drafts(made: "DraftReport") -> None:
    """Say which drafts were made, and which cases could not be drafted."""
    for each in made.made:
        _shell.say("draft {number}: {title}", number=each.id, title=each.notice.title)
    for case, error in made.failed.items():
        _shell.say("case {case} could not be drafted: {error}", case=case, error=error)


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
        "unvouched": report.unvouched,
        "flapping": report.flapping,
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
        for number in one.flapping:
            _shell.show("its text goes to and fro: {what}", what=f"{one.source} {number}")
        for place in one.unvouched:
            _shell.show("hash or signature not had: {what}", what=f"{one.source} {place}")
        for place in one.unreachable:
            _shell.show("not fetched: {what}", what=f"{one.source} {place}")
        if one.error:
            _shell.show("failed: {what}", what=f"{one.source}: {one.error}")
            if one.error.hint():
                _shell.show("  → {hint}", hint=one.error.hint())
