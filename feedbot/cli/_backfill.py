"""feedbot collect --since DATE: the backfill, its progress, and how it is stopped."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.reading import dates

if TYPE_CHECKING:
    from feedbot.pipeline import ConfiguredSource, Edges
    from feedbot.pipeline.backfill import BackfillReport, Progress

    Tell = Callable[[Progress], None]

_A_LINE = 60.0
"""Seconds between two lines where no terminal shows the bar."""


def moment(text: str) -> datetime:
    """Return the date that an operator names; a date alone is midnight in Japan. Raises ConfigError."""
    found = dates.read_date(text)
    if found is None:
        raise ConfigError("--since", "no date: {text}", hint="write it as 2026-01-31", text=text)
    return found


def run(
    edges: "Edges",
    wanted: "list[ConfiguredSource]",
    since: datetime,
    *,
    as_json: bool,
    draft: bool,
    draft_old: bool,
) -> int:
    """Backfill one source after the other, tell what came, and draft. 3 where anything is missing."""
    from feedbot.cli.collect import tell_drafts
    from feedbot.pipeline import backfill as pipeline
    from feedbot.pipeline.draft import DraftReport, draft_cases

    if since > edges.clock():
        raise ConfigError("--since", "the date lies in the future: {text}", text=since.date().isoformat())
    chosen = wanted or [one for one in edges.sources.values() if one.enabled and not one.inbox]
    given = edges if draft_old else pipeline.quiet(edges)
    with _stoppable() as stop, _progress() as tell:
        reports = [pipeline.backfill(given, one, since, stop=stop, tell=tell) for one in chosen if not stop()]
    _told(reports, since, as_json=as_json)
    if given.quiet_before:
        _shell.say("matters all of which are older than {day} make no notices", day=given.quiet_before.date())
    made = draft_cases(edges, "(feedbot)") if draft else DraftReport()
    tell_drafts(made)
    done = len(reports) == len(chosen) and all(one.whole for one in reports) and not made.failed
    return _shell.DONE if done else _shell.PARTLY


def _told(reports: "list[BackfillReport]", since: datetime, *, as_json: bool) -> None:
    from feedbot.cli.collect import as_dict, tell

    if as_json:
        for one in reports:
            reached = {"oldest": one.oldest, "reaches": one.reaches(since), "stopped": one.stopped}
            _shell.put(as_dict(one) | {"done": one.done, "skipped": one.skipped, "older": one.older} | reached)
        return
    tell(list(reports))
    for one in reports:
        if one.stopped:
            _shell.say("{source}: stopped; the same command goes on where it stood", source=one.source)
        elif not one.reaches(since) and not one.error:
            day = one.oldest.date() if one.oldest else "-"
            _shell.say("{source}: the publisher's listing reaches back to {day} only", source=one.source, day=day)


@contextmanager
def _stoppable() -> "Iterator[Callable[[], bool]]":
    """Let the first Ctrl-C (or TERM) end the work behind the item under way; a second one ends it at once."""
    asked = False

    def note(number: int, frame: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _shell.say("stopping behind this item; Ctrl-C again stops at once")

    before = {one: signal.signal(one, note) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress() -> "Iterator[Tell]":
    """Show a bar on a terminal, and else a line a minute, both on stderr."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(progress: "Progress") -> None:
            if progress.source not in tasks:
                tasks[progress.source] = bar.add_task(progress.source)
            bar.update(tasks[progress.source], completed=progress.done, total=progress.known)

        yield tell


def _lines() -> "Tell":
    last = time.monotonic()

    def tell(progress: "Progress") -> None:
        nonlocal last
        if time.monotonic() - last >= _A_LINE:
            last = time.monotonic()
            _shell.say(
                "{source}: {done} of {known} addresses",
                source=progress.source,
                done=progress.done,
                known=progress.known,
            )

    return tell
