"""feedbot exposure: what of a customer's was exposed, and when."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from feedbot.pipeline.exposure import Exposed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exposure", help=tr("which servers of a customer were exposed, and when"))(exposure)


def exposure(
    customer: Annotated[str, typer.Argument(help=tr("the customer's id"))],
    cases: Annotated[list[str] | None, typer.Option("--case", help=tr("this case alone; may be given again"))] = None,
    at: Annotated[str, typer.Option("--at", help=tr("only what was exposed at this time (RFC 3339, or a date)"))] = "",
    svg: Annotated[Path | None, typer.Option(help=tr("write a picture to this file"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print times of exposure. 1 where nothing of the customer's was exposed, 2 for a customer nobody ever was."""
    from feedbot import store
    from feedbot.errors import InventoryError
    from feedbot.pipeline import exposure as pipeline
    from feedbot.store import cases as repository
    from feedbot.store import history

    edges = _shell.edges()
    moment = _moment(at)
    with store.reading(edges.database) as tx:
        if not history.of_customer(tx, customer):
            raise InventoryError(customer, "no server was ever kept under this customer")
        wanted = [repository.load(tx, name) for name in cases or ()] or repository.listing(tx)
        found = pipeline.timeline(edges, tx, customer, wanted)
    shown = [one for one in found if moment is None or one.at(moment)]
    if svg:
        _draw(svg, customer, found, edges.clock())
    for one in shown if as_json else ():
        _shell.put({"case": one.case, "server": one.server, "since": one.since, "until": one.until})
    if not as_json:
        rows = [(one.case, one.server, one.since, one.until or tr("until now")) for one in shown]
        _shell.table(["case", "server", "since", "until"], rows)
    return _shell.DONE if shown else _shell.NO


def _moment(text: str) -> "datetime | None":
    """Raises ConfigError for what is no time."""
    from feedbot.errors import ConfigError
    from feedbot.reading import dates

    found = dates.read_date(text) if text else None
    if text and found is None:
        raise ConfigError("--at", "unreadable date: {date}", date=text)
    return found


def _draw(path: Path, customer: str, found: "Sequence[Exposed]", now: "datetime") -> None:
    from feedbot.errors import ConfigError
    from feedbot.pipeline import exposure as pipeline
    from feedbot.pipeline.chart import chart

    lines = {
        case: pipeline.steps(one for one in found if one.case == case)
        for case in dict.fromkeys(one.case for one in found)
    }
    start = min((one.since for one in found), default=now) - timedelta(days=1)
    title = tr("exposed servers of {customer}", customer=customer)
    try:
        path.write_text(chart(title, lines, start, now + timedelta(hours=1), tr("servers (number)")), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), "cannot be written: {why}", why=error.strerror or error) from error
    _shell.say("written: {path}", path=path)
