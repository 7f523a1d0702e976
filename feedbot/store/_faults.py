"""The database's own errors, told as StoreError: no foreign exception leaves the store."""

from errno import ENOSPC

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from feedbot.errors import StoreError

_TROUBLE = "`feedbot db check` looks for damage; `feedbot db backup` makes a copy"
_SPACE = "make space on the disk; feedbot goes on by itself"
_REASONS: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": ("another process holds the database", "wait, or look which process it is: fuser -v FILE"),
    "SQLITE_LOCKED": ("another process holds the database", "wait, or look which process it is: fuser -v FILE"),
    "SQLITE_FULL": ("the disk is full", _SPACE),
    "SQLITE_READONLY": ("the database may not be written", "check owner and mode of the file and its folder"),
    "SQLITE_CANTOPEN": ("cannot be opened", "check that the folder is there and who may write in it"),
    "SQLITE_IOERR": ("the disk reports an error: {why}", "look in the system's log (dmesg)"),
    "SQLITE_NOTADB": ("is not a database", "check the address under [store] in the configuration"),
    "SQLITE_CORRUPT": ("the database is damaged: {why}", "restore the last backup; keep the damaged file"),
    "SQLITE_CONSTRAINT": ("the database refuses the change: {why}", _TROUBLE),
    "08": ("the connection to the database is lost: {why}", "check that PostgreSQL runs and can be reached"),
    "57P": ("the connection to the database is lost: {why}", "check that PostgreSQL runs and can be reached"),
    "28": ("the database does not let us in: {why}", "check user and password in the address under [store]"),
    "3D": ("there is no such database: {why}", "createdb makes one"),
    "53100": ("the disk is full", _SPACE),
    "23": ("the database refuses the change: {why}", _TROUBLE),
    "40": ("another process was in the way: {why}", "try again"),
    "55P03": ("another process holds the database", "try again"),
}
"""SQLite's error names and PostgreSQL's SQLSTATE (class or code); the longest beginning that fits decides."""


def translate(engine: Engine) -> None:
    """Make every database error of this engine, also of connecting, a StoreError."""
    subject = name_of(engine)

    @event.listens_for(engine, "handle_error")
    def _raise(context: ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, DBAPIError):
            raise as_store_error(subject, context.original_exception) from context.original_exception


def name_of(engine: Engine) -> str:
    """Return how messages name a database: the file, or the address without its password."""
    url = engine.url
    return url.database or "" if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)


def as_store_error(subject: str, error: BaseException) -> StoreError:
    """Say what a driver's error, or the disk's, means to the operator."""
    code = _code(error)
    fitting = [start for start in _REASONS if code.startswith(start)]
    if not fitting:
        return StoreError(subject, "the database reports an error: {why}", hint=_TROUBLE, why=_line(error))
    reason, hint = _REASONS[max(fitting, key=len)]
    return StoreError(subject, reason, hint=hint, why=_line(error))


def _code(error: BaseException) -> str:
    if isinstance(error, OSError):
        return "SQLITE_FULL" if error.errno == ENOSPC else "SQLITE_IOERR"
    if code := getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None):
        return str(code)
    return "08" if type(error).__module__.startswith("psycopg") else ""  # a failed connect has no SQLSTATE


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
