"""What the two imports share: every file that is missing, every row that is refused."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from feedbot.cli import _shell
from feedbot.errors import ConfigError

if TYPE_CHECKING:
    from feedbot.inventory import RefusedRow

_MOST = 20
"""Refused rows listed of an import that is refused as a whole: enough to see what is wrong with the file."""


def need_files(paths: Iterable[Path]) -> list[Path]:
    """Return files that can be read. Raises ConfigError naming every one that cannot."""
    files, errors = [], []
    for path in paths:
        try:
            files.append(_shell.need_file(path))
        except ConfigError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ConfigError(
            "",
            "{count} files cannot be read:\n{errors}",
            count=len(errors),
            errors="\n".join(f"  {error}" for error in errors),
        )
    return files


@contextmanager
def listed() -> Iterator[None]:
    """List the refused rows of an import that was refused as a whole, before its error is told."""
    from feedbot.inventory import RefusedRowsError

    try:
        yield
    except RefusedRowsError as error:
        _tell(error.refused[:_MOST], told=error.hint())
        if len(error.refused) > _MOST:
            _shell.say("and {count} more rows", count=len(error.refused) - _MOST)
        raise


def tell_refused(rows: "Iterable[RefusedRow]") -> int:
    """List the rows that were not taken in; PARTLY where there are any."""
    rows = tuple(rows)
    _tell(rows)
    return _shell.PARTLY if rows else _shell.DONE


def _tell(rows: "Iterable[RefusedRow]", told: str = "") -> None:
    """List rows, then what to do about them, each word once."""
    hints: dict[str, None] = {}
    for row in rows:
        hints[row.hint] = None
        if row.line:
            values = {"file": row.file, "line": row.line, "reason": row.reason, "row": row.row}
            _shell.say("{file}:{line}: refused: {reason} ({row})", **values)
        else:
            _shell.say("{file}: refused: {reason}", file=row.file, reason=row.reason)
    for hint in hints:
        if hint not in ("", told):
            _shell.say("  → {hint}", hint=hint)
