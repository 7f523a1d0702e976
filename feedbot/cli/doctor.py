"""feedbot doctor: is all well, and what to do where it is not."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.cli._checks import Line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help=tr("look whether all is well, and say what to do"))(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print a line a finding; 1 where one is a fault. Nothing is changed, nothing is sent, no address is asked."""
    from feedbot.cli._checks import Level

    lines = list(_lines())
    well = all(one.level is not Level.FAULT for one in lines)
    if as_json:
        checks = [
            {"check": one.check, "level": one.level.value, "message": one.message, "hint": one.hint} for one in lines
        ]
        _shell.put({"ok": well, "checks": checks})
    else:
        for one in lines:
            _shell.show(
                "{level}: {where}: {message}", level=tr(one.level.value), where=_place(one.check), message=one.message
            )
            if one.hint:
                _shell.show("  → {hint}", hint=one.hint)
    return _shell.DONE if well else _shell.NO


def _lines() -> "list[Line]":
    from feedbot.cli import _checks, _checks_lists

    try:
        config = _shell.load_config()
    except ConfigError as error:
        return [_checks.failed("configuration", error), *_checks.programs()]
    found = _checks.ok("configuration", tr("no faults"))
    return [found, *_checks.examine(config, datetime.now(UTC), ("block lists", _checks_lists.blocklists))]


def _place(check: str) -> str:
    """Translate the kind of a check; the source's name after it stays."""
    kind, _, name = check.partition(" ")
    return f"{tr(kind)} {name}" if name else tr(kind)
