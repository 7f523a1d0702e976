"""feedbot suppress: set matches aside, for a time, with a reason."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from datetime import datetime

    from feedbot.matching import Suppression


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("matches that are set aside, with a reason and an end"))
    app.add_typer(group, name="suppress")
    group.command("add", help=tr("set matches aside: they are in no notice until the end"))(add)
    group.command("list", help=tr("what is set aside, by whom, why and until when"))(list_)
    group.command("expire", help=tr("let one count again before its end"))(expire)


def add(
    reason: Annotated[str, typer.Option(help=tr("why; the audit log keeps it"))],
    case: Annotated[str, typer.Option(help=tr("this case"))] = "",
    cve: Annotated[list[str] | None, typer.Option(help=tr("these CVEs, in whatever case; may be given again"))] = None,
    component: Annotated[str, typer.Option(help=tr("a package or product, by its name in the inventory"))] = "",
    customer: Annotated[str, typer.Option(help=tr("a customer"))] = "",
    server: Annotated[str, typer.Option(help=tr("a server"))] = "",
    until: Annotated[str, typer.Option(help=tr("the end: a date or time, or days such as 30d"))] = "90d",
) -> int:
    """Set matches aside."""
    from feedbot.matching import Scope
    from feedbot.pipeline.suppress import add as keep

    edges = _shell.edges()
    scope = Scope(case, tuple(sorted(set(cve or ()))), component, customer, server.lower())
    made = keep(edges, scope, reason, _until(until, edges.clock()), _shell.decider())
    _shell.show("suppression {id} until {until}", id=made.id, until=made.until)
    return _shell.DONE


def _until(text: str, now: "datetime") -> "datetime":
    """Raises ConfigError for what is neither a time nor a number of days."""
    from feedbot.errors import ConfigError
    from feedbot.reading import dates

    if text.endswith("d") and text[:-1].isascii() and text[:-1].isdigit() and len(text) < 6:
        return now + timedelta(days=int(text[:-1]))
    found = dates.read_date(text)
    if found is None:
        raise ConfigError("--until", "unreadable date: {date}", date=text[:80])
    return found


def list_(
    everything: Annotated[bool, typer.Option("--all", help=tr("those that have ended too"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print what is set aside; 1 where nothing is."""
    from feedbot import store
    from feedbot.store import suppressions

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = suppressions.listing(tx) if everything else suppressions.active(tx, edges.clock())
    for one in found if as_json else ():
        _shell.put(_row(one))
    if not as_json:
        titles = ["id", "case", "cves", "component", "customer", "server", "author", "until", "reason"]
        _shell.table(titles, [[_row(one)[name] for name in titles] for one in found])
    return _shell.DONE if found else _shell.NO


def _row(one: "Suppression") -> dict[str, object]:
    scope = one.scope
    return {
        "id": one.id,
        "case": scope.case,
        "cves": " ".join(scope.cves),
        "component": scope.component,
        "customer": scope.customer,
        "server": scope.server,
        "reason": one.reason,
        "author": one.author,
        "made_at": one.made_at,
        "until": one.until,
    }


def expire(number: Annotated[int, typer.Argument(metavar="ID")]) -> int:
    """End a suppression now; its cases are looked at again with the next round."""
    from feedbot.pipeline.suppress import expire as end

    end(_shell.edges(), number, _shell.decider())
    _shell.show("suppression {id} has ended", id=number)
    return _shell.DONE
