"""What every command shares: the language, the configuration, the exit codes, and how results are printed."""

import errno
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot import messages
from feedbot.cli import _person
from feedbot.errors import BusyError, ConfigError, FeedbotError, ReviewError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.config import Config
    from feedbot.pipeline import ConfiguredSource, Edges

DONE, NO, USAGE, PARTLY, FAULT, BUSY = 0, 1, 2, 3, 70, 75
"""Exit codes: done; the answer is "no"; usage or configuration; done in part; internal fault; another instance."""

Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1)]
"""The number of a draft, a message or an item; PostgreSQL's INTEGER holds no more."""
MAX_TEXT = 16 << 20
"""Bytes of a text that an operator hands over; the longest notice has some kilobytes."""
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]|\A(?:\xff\xfe|\xfe\xff)")
"""Control bytes, ISO-2022-JP's ESC among them, and UTF-16's mark: CP932 would decode some of these to anything."""


@dataclass(slots=True)
class Settings:
    """What the options before the command said."""

    config: Path | None = None


settings = Settings()


def choose_language(arguments: Iterable[str], environment: Mapping[str, str]) -> str:
    """Return `en` or `ja`: --lang first, then the locale; Japanese where neither says English."""
    words = list(arguments)
    for index, word in enumerate(words):
        if word == "--lang" and index + 1 < len(words):
            return words[index + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if locale.startswith("en") else "ja"


def load_config() -> "Config":
    """Find and check the configuration; from here on there is something to log. Raises ConfigError."""
    from feedbot import bootstrap
    from feedbot.cli import _log

    _log.to_standard_error()
    return bootstrap.load_config(settings.config)


def edges() -> "Edges":
    """Read the configuration, open the database, wire the world. Raises ConfigError, StoreError, CatalogError."""
    from feedbot import bootstrap

    return bootstrap.edges(load_config())


def actor() -> str:
    """Return the name of who acts, as the audit log keeps it."""
    return _person.here(load_config().people).name


def decider() -> str:
    """Return the name of who decides. Raises ReviewError for root with no person behind: a decision needs a person."""
    found = _person.here(load_config().people)
    if not found.accountable:
        raise ReviewError(
            found.name,
            "a decision needs a person, and root is none",
            hint="log in as yourself (sudo keeps who you are), or give root a person's name under [people]",
        )
    return found.name


def when(value: object) -> object:
    """Return a time as people read it: RFC 3339 to the second, in the zone of this machine. Anything else as it is."""
    return value.astimezone().isoformat(timespec="seconds") if isinstance(value, datetime) else value


def say(template: str, /, **values: object) -> None:
    """Tell the operator something, on stderr, in the language in force."""
    print(_filled(template, values), file=sys.stderr)


def show(template: str, /, **values: object) -> None:
    """Print a line of the result on stdout, in the language in force."""
    print(_filled(template, values))


def _filled(template: str, values: Mapping[str, object]) -> str:
    return tr(template, **{name: when(value) for name, value in values.items()})


def put(value: object) -> None:
    """Print one JSON document on one line; escaped where the stream's encoding would lose letters."""
    escaped = (sys.stdout.encoding or "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8")
    print(json.dumps(value, ensure_ascii=escaped, default=_plain))


def _plain(value: object) -> object:
    """Give JSON what it does not know: times as RFC 3339, paths and the rest as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(titles: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table on stdout; plain where it is no terminal, so that it can be piped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        made.add_column(tr(title), overflow="fold")
    for row in rows:
        made.add_row(*(str(when(cell)) for cell in row))
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 200)
    console.print(made)


def fail(error: FeedbotError) -> int:
    """Tell an error with its hint and return the exit code for its kind."""
    print(error, file=sys.stderr)
    if error.hint():
        print("  → " + error.hint(), file=sys.stderr)
    if isinstance(error, BusyError):
        return BUSY
    return USAGE if isinstance(error, ConfigError) else NO


def save_fault(error: BaseException) -> int:
    """Write an internal fault to a report file and name it: an operator sees no traceback."""
    report = "".join(traceback.format_exception(error))
    for folder in filter(None, (os.environ.get("TMPDIR"), "/tmp")):  # noqa: S108  # mkstemp: O_EXCL, mode 600
        try:
            descriptor, path = tempfile.mkstemp(".txt", f"feedbot-fault-{os.getpid()}-", folder)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(report)
        except OSError:
            continue
        say("an internal fault; the report is in {path}", path=path)
        return FAULT
    say("an internal fault, and no report could be saved: {fault}", fault=ascii(error))
    return FAULT


def use_language(arguments: Iterable[str]) -> None:
    """Put the chosen language in force."""
    messages.use(choose_language(arguments, os.environ))


def in_editor(text: str) -> str | None:
    """Let the operator change a text in $VISUAL or $EDITOR; None where it stayed as it was.

    Raises ConfigError where there is no such editor, or what it left is no text.
    """
    words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        command = shlex.split(words) or ["vi"]
        with tempfile.TemporaryDirectory(prefix="feedbot-") as folder:
            path = Path(folder) / "draft.txt"
            path.write_text(text, encoding="utf-8")
            if subprocess.run([*command, str(path)], check=False).returncode != 0:
                return None
            changed = read_text(path)
    except (OSError, ValueError) as error:
        raise ConfigError(
            words,
            "the editor cannot be used: {why}",
            hint="set EDITOR to one that is there, or give the text with --from FILE",
            why=cause(error),
        ) from error
    return changed if changed != text else None


def cause(error: OSError | ValueError) -> str:
    """Return why the system refused, without what names our code."""
    return getattr(error, "strerror", None) or str(error)


def need_file(path: Path) -> Path:
    """Return the path of a file (or pipe) that can be read. Raises ConfigError naming it otherwise."""
    try:
        if not path.exists():
            raise ConfigError(str(path), "no such file")
        if path.is_dir():
            raise ConfigError(str(path), "this is a folder, not a file")
    except OSError as error:
        raise ConfigError(str(path), "cannot be read: {why}", why=cause(error)) from error
    if not os.access(path, os.R_OK):
        raise ConfigError(str(path), "cannot be read: {why}", why=os.strerror(errno.EACCES))
    return path


def read_text(path: Path) -> str:
    """Return a text that an operator wrote: UTF-8 with or without mark, or CP932 as Japanese editors write.

    Line ends become LF. Raises ConfigError naming the file and what to do.
    """
    try:
        with need_file(path).open("rb") as file:
            body = file.read(MAX_TEXT + 1)
    except OSError as error:
        raise ConfigError(str(path), "cannot be read: {why}", why=cause(error)) from error
    if len(body) > MAX_TEXT:
        raise ConfigError(str(path), "larger than {limit} bytes", limit=MAX_TEXT)
    if found := _NO_TEXT.search(body):
        reason, hint = "this is no text: byte {at} is 0x{byte}", "save it as UTF-8"
        raise ConfigError(str(path), reason, hint=hint, at=found.start() + 1, byte=found[0].hex())
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise ConfigError(str(path), "neither UTF-8 nor CP932 (Shift_JIS)", hint="save it as UTF-8")


def source(edges: "Edges", name: str) -> "ConfiguredSource":
    """Return a configured source. Raises ConfigError naming the known ones."""
    if name not in edges.sources:
        raise ConfigError(name, "no such source", hint="known: {known}", known=", ".join(edges.sources))
    return edges.sources[name]
