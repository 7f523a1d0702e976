"""feedbot version: compare versions, show their keys."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("compare versions, show their keys"))
    app.add_typer(group, name="version")
    group.command("compare", help=tr("say which of two versions is newer"))(compare)
    group.command("key", help=tr("show the order-preserving key of a version"))(key)


def compare(scheme: str, left: str, right: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print `<`, `=` or `>`."""
    from feedbot import version

    order = version.compare(scheme, left, right)
    if as_json:
        _shell.put({"scheme": scheme, "a": left, "b": right, "order": order})
    else:
        print(left, "<=>"[order + 1], right)
    return _shell.DONE


def key(scheme: str, version: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the key in hex."""
    from feedbot import version as versions

    made = versions.key(scheme, version).hex()
    if as_json:
        _shell.put({"scheme": scheme, "version": version, "key": made})
    else:
        print(made)
    return _shell.DONE
