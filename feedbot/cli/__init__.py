"""The command surface: one module a command, found by its file name; each registers itself.

Modules import only typer and _shell at their top; what a command needs is imported inside it, so that `feedbot --help`
answers at once.
"""

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TextIO, TypeGuard

import typer

from feedbot import members, messages
from feedbot.cli import _shell, _usage
from feedbot.errors import ConfigError, FeedbotError
from feedbot.messages import tr

_INTERRUPTED = 130
"""What typer returns after Ctrl-C."""


def main() -> None:
    """Run the command line and exit with its code."""
    sys.stdout, sys.stderr = _ready(sys.stdout), _ready(sys.stderr)
    code = invoke(sys.argv[1:])
    for stream in (sys.__stdout__, sys.__stderr__):
        code = _flushed(stream, code)
    sys.exit(code)


def invoke(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code (CLI.md). No exception leaves it."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        return _shell.DONE
    except SystemExit as end:  # typer makes one of a broken pipe
        return _shell.DONE if isinstance(end.__context__, BrokenPipeError) else _shell.FAULT
    except KeyboardInterrupt:
        return _stopped()
    except Exception as error:  # noqa: BLE001 - the last line before the operator: no traceback reaches him
        return _unwritten(error) if _of_print(error) else _shell.save_fault(error)


def _run(arguments: Sequence[str]) -> int:
    """Run one command; say what the operator did wrong, or the world."""
    _shell.use_language(arguments)
    try:
        code = _usage.in_our_words(_app())(list(arguments), prog_name="feedbot", standalone_mode=False)
    except typer.TyperException as error:
        return _misused(error)
    except FeedbotError as error:
        return _shell.fail(error)
    except typer.Abort:
        return _stopped()
    except UnicodeEncodeError:
        if not (strange := [word for word in arguments if not _is_text(word)]):
            raise
        _shell.say("no text in the terminal's encoding: {word}", word=ascii(strange[0]))
        return _shell.USAGE
    if code == _INTERRUPTED:
        return _stopped()
    return code if isinstance(code, int) else _shell.DONE


def _misused(error: typer.TyperException) -> int:
    if _usage.is_help(error):
        print(error.format_message(), file=sys.stderr)
    else:
        _shell.say("usage: {what}", what=_usage.told(error))
        _shell.say("  → see {command} --help", command=_usage.command(error))
    return _shell.USAGE


def _stopped() -> int:
    _shell.say("stopped")
    return _shell.PARTLY


def _is_text(word: str) -> bool:
    """Say whether a word of the command line could be decoded; bytes that could not are surrogates in it."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _ready(stream: TextIO | None) -> TextIO:
    """Return a stream that takes any letter (a terminal without Japanese shows `?`), also where it was closed."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def _flushed(stream: TextIO | None, code: int) -> int:
    """Write what is still in the buffer; a reader who left has seen enough, a disk that is full is told."""
    if stream is None:
        return code
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # or the interpreter tries again, and complains
        if not isinstance(error, BrokenPipeError):
            return _unwritten(error)
    return code


def _of_print(error: Exception) -> TypeGuard[OSError]:
    """Say whether it was the output that could not be written: a stream's fault names no file."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    return isinstance(error, OSError) and error.filename is None and error.errno in full


def _unwritten(error: OSError) -> int:
    _shell.say("the output could not be written: {why}", why=_shell.cause(error))
    return _shell.PARTLY


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
        if lang not in ("", *messages.LANGUAGES):
            raise ConfigError("--lang", "must be {expected}", expected="ja, en")
        _shell.settings.config = config

    for name in members.names("feedbot.cli"):
        members.load("feedbot.cli", name).register(app)
    return app
