"""feedbot vex: what cases mean for the installed packages, for other programs."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what cases mean for the installed packages, as VEX"))
    app.add_typer(group, name="vex")
    group.command("export", help=tr("print a VEX document"))(export)
    group.callback()(_group)


def _group() -> None:
    """Keep the group a group: it has one command."""


def export(
    cases: Annotated[list[str] | None, typer.Argument(help=tr("these cases; else all"))] = None,
    form: Annotated[str, typer.Option("--format", help=tr("openvex, cyclonedx or csaf"))] = "openvex",
    customer: Annotated[str, typer.Option(help=tr("of this customer's servers alone"))] = "",
    brand: Annotated[
        str | None, typer.Option(help=tr("in the name of this brand; else in the one that the customer knows"))
    ] = None,
) -> int:
    """Print one JSON document about the fleet, or a customer; neither servers nor customers are named in it. 1 where
    there is nothing to state."""
    from feedbot import store
    from feedbot.errors import ConfigError, InventoryError
    from feedbot.pipeline import vex
    from feedbot.pipeline.match import match
    from feedbot.store import cases as repository
    from feedbot.store import inventory

    if form not in vex.FORMS:
        raise ConfigError("--format", "no such form: {name}", name=form, hint="openvex, cyclonedx or csaf")
    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        if customer and customer not in {one.id for one in inventory.customers(tx)}:
            raise InventoryError(customer, "no such customer", hint="feedbot customers import")
        wanted = [repository.load(tx, name) for name in cases or ()] or repository.listing(tx)
        author = vex.author(edges, tx, customer, brand)
        made = vex.statements([match(edges, tx, one) for one in wanted], customer)
    if not made:
        _shell.say("no installed package is named by a case with CVEs")
        return _shell.NO
    _shell.put(vex.FORMS[form](made, author, edges.clock()))
    return _shell.DONE
