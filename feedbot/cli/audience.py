"""feedbot audience: count whom a notice would reach, before anything is drafted."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline.audiences import Count


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("count whom a notice would reach"))
    app.add_typer(group, name="audience")
    group.callback()(lambda: None)
    title = tr("count the customers, servers and mails of an audience; nothing is drafted")
    group.command("count", short_help=title, help=f"{title}\n\n\b\n{_words()}")(count)


def _words() -> str:
    """Return what an audience may be; `\\b` keeps typer from filling its lines."""
    return tr(
        "An audience is a name of [audiences] in the configuration, words such as 専用,VPS(root), or an expression:\n"
        '    plan in ["VPS", "専用"] and root and product("openssl")\n'
        '    plan customer contract server os brand reseller language   ==, !=, in [ ], not in [ ], like "web*"\n'
        '    root acts affected unknown product("NAME")                alone; affected and unknown need --case\n'
        '    os == "debian:14"?                                        with ? it need not be anywhere yet\n'
        "    and, or, not, ( )"
    )


def count(
    audience: Annotated[str, typer.Argument(help=tr("a name, words or an expression"))],
    case: Annotated[str, typer.Option(help=tr("a case, whose matches count"))] = "",
    kind: Annotated[
        str, typer.Option(help=tr("the kind of notice: advisory, trouble, maintenance, own or listing"))
    ] = "advisory",
    urgent: Annotated[bool, typer.Option("--urgent", help=tr("as for an urgent notice"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the counts."""
    from feedbot.notice import Kind
    from feedbot.pipeline import audiences

    if kind not in list(Kind):
        raise ConfigError("--kind", "no such kind: {kind}", hint="known: {known}", kind=kind, known=", ".join(Kind))
    made = audiences.count(_shell.edges(), audience, Kind(kind), case=case, urgent=urgent)
    if as_json:
        asked = {"audience": audience, "case": case or None, "kind": kind, "urgent": urgent}
        _shell.put(asked | asdict(made) | {"brands": dict(made.brands)})
    else:
        _tell(made)
    return _shell.DONE


def _tell(made: "Count") -> None:
    _shell.show("read as: {audience}", audience=made.read)
    _shell.show(
        "customers {customers}, contracts {contracts}, servers {servers}",
        customers=made.customers,
        contracts=made.contracts,
        servers=made.servers,
    )
    _shell.show(
        "mails {mails} (to resellers {resellers}); addresses that declined {declined}",
        mails=made.mails,
        resellers=made.resellers,
        declined=made.declined,
    )
    for brand, mails in made.brands:
        if brand:
            _shell.show("  {what}: {value}", what=brand, value=mails)
