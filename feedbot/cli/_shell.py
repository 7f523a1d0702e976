"""What every command shares: the language, the configuration, the exit codes, and how results are printed."""

import json
import os
import pwd
import shlex
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from feedbot import messages
from feedbot.errors import BusyError, ConfigError, FeedbotError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.inventory import RefusedRow
    from feedbot.pipeline import ConfiguredSource, Edges

DONE, NO, USAGE, PARTLY, FAULT, BUSY = 0, 1, 2, 3, 70, 75
"""Exit codes: done; the answer is "no"; usage or configuration; done in part; internal fault; another instance."""


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


def edges() -> "Edges":
    """Read the configuration, open the database, wire the world. Raises ConfigError, StoreError, CatalogError."""
    from feedbot import bootstrap

    return bootstrap.edges(bootstrap.load_config(settings.config))


def actor() -> str:
    """Return the OS user who decides: SUDO_UID's owner, else the login uid's. Two names of one uid are one person."""
    uid = int(os.environ.get("SUDO_UID", os.getuid())) if os.getuid() == 0 else os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"


def say(template: str, /, **values: object) -> None:
    """Tell the operator something, on stderr, in the language in force."""
    print(tr(template, **values), file=sys.stderr)


def show(template: str, /, **values: object) -> None:
    """Print a line of the result on stdout, in the language in force."""
    print(tr(template, **values))


def put(value: object) -> None:
    """Print one JSON document on one line."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))


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
        made.add_row(*(str(cell) for cell in row))
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
    folder = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108  # a report is for its owner: mode 600 below
    path = folder / f"feedbot-fault-{os.getpid()}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    say("an internal fault; the report is in {path}", path=path)
    return FAULT


def use_language(arguments: Iterable[str]) -> None:
    """Put the chosen language in force."""
    messages.use(choose_language(arguments, os.environ))


def tell_refused(rows: "Iterable[RefusedRow]") -> int:
    """List the rows that were not taken in; PARTLY where there are any."""
    code = DONE
    for row in rows:
        code = PARTLY
        say("{file}:{line}: refused: {reason} ({row})", file=row.file, line=row.line, reason=row.reason, row=row.row)
    return code


def in_editor(text: str) -> str | None:
    """Let the operator change a text in $VISUAL or $EDITOR; None where it stayed as it was."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="feedbot-") as folder:
        path = Path(folder) / "draft.txt"
        path.write_text(text, encoding="utf-8")
        if subprocess.run([*command, str(path)], check=False).returncode != 0:
            return None
        changed = path.read_text(encoding="utf-8")
    return changed if changed != text else None


def need_file(path: Path) -> Path:
    """Return an existing file's path. Raises ConfigError naming it otherwise."""
    if not path.is_file():
        raise ConfigError(str(path), "no such file")
    return path


def source(edges: "Edges", name: str) -> "ConfiguredSource":
    """Return a configured source. Raises ConfigError naming the known ones."""
    if name not in edges.sources:
        raise ConfigError(name, "no such source", hint="known: {known}", known=", ".join(edges.sources))
    return edges.sources[name]
