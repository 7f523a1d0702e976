"""The command surface: one module a command, found by its file name; each registers itself.

Modules import only typer and _shell at their top; what a command needs is imported inside it, so that `feedbot --help`
answers at once.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from feedbot import members
from feedbot.cli import _shell
from feedbot.errors import FeedbotError
from feedbot.messages import tr


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code (CLI.md). No exception leaves it but SystemExit of the interpreter."""
    _shell.use_language(arguments)
    try:
        code = _app()(list(arguments), prog_name="feedbot", standalone_mode=False)
    except typer.TyperException as error:
        if error.format_message():
            _shell.say("usage: {what}", what=error.format_message())
        return _shell.USAGE
    except FeedbotError as error:
        return _shell.fail(error)
    except (KeyboardInterrupt, typer.Abort):
        _shell.say("stopped")
        return _shell.PARTLY
    except BrokenPipeError:
        sys.stderr.close()
        return _shell.DONE
    except Exception as error:  # noqa: BLE001 - the last line before the operator: no traceback reaches him
        return _shell.save_fault(error)
    return code if isinstance(code, int) else _shell.DONE


def _app() -> typer.Typer:
    """Build the application in the language in force."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

    @app.callback(help=tr("Security advisories in, verified Japanese customer notices out."))
    def options(
        config: Annotated[
            Path | None, typer.Option("--config", "-c", help=tr("configuration file (default ./config.toml)"))
        ] = None,
        lang: Annotated[str, typer.Option("--lang", help=tr("language: ja or en"))] = "",
    ) -> None:
        _shell.settings.config = config

    for name in members.names("feedbot.cli"):
        members.load("feedbot.cli", name).register(app)
    return app
