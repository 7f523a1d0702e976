"""Opening, migrating, checking and copying the database."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, select

from feedbot import store
from feedbot.errors import StoreError
from feedbot.store import documents, drafts, meta
from feedbot.store._migrate import scripts
from feedbot.store._tables import SCHEMA, bodies, metadata
from tests.store.conftest import run
from tests.store.samples import NOW, PAGE
from tests.store.test_drafts import DIGESTS, NOTICE, POST, mail


def test_migrations_give_the_tables(empty_url: str) -> None:
    """The scripts, run from nothing, give exactly the tables that the code knows."""
    database = store.open(empty_url, create=True)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.dispose()


def test_the_schema_version_is_the_newest_script() -> None:
    """SCHEMA rises with the scripts, and there is one line of them."""
    assert scripts().get_heads() == [SCHEMA]


def test_upgrade_can_be_repeated(empty_url: str) -> None:
    """An upgrade of an up-to-date database changes nothing and keeps what is in it."""
    store.upgrade(empty_url)
    database = store.open(empty_url)
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
    database.dispose()
    store.upgrade(empty_url)
    database = store.open(empty_url)
    with store.reading(database) as tx:
        assert documents.load(tx, PAGE.sha256) == PAGE
    database.dispose()


def test_what_an_older_feedbot_kept_is_there_after_an_upgrade(empty_url: str) -> None:
    """A database of the first schema, with a published post, is brought up to date and loses nothing."""
    database = store.open(empty_url, create=True)
    with database.begin() as tx:
        draft = drafts.create(tx, NOTICE, "sato", NOW)
        drafts.freeze(tx, draft.id, NOTICE, DIGESTS, POST, [mail("C1")])
        before = drafts.frozen(tx, draft.id)
        tx.exec_driver_sql("ALTER TABLE drafts DROP COLUMN signed_post")
    _set_version(database, "0001")
    with pytest.raises(StoreError, match="older than this feedbot"):
        store.open(empty_url)
    database.dispose()
    store.upgrade(empty_url)
    database = store.open(empty_url)
    with store.reading(database) as tx:
        assert drafts.frozen(tx, draft.id) == before
    database.dispose()


def test_an_older_schema_is_refused_with_the_command(database: Engine) -> None:
    """Tables of an older version are not touched: the operator is told to upgrade."""
    _set_version(database, "0000")
    with pytest.raises(StoreError, match="older than this feedbot") as caught:
        store.open(_url(database))
    assert "feedbot db upgrade" in caught.value.hint()


def test_a_newer_schema_is_refused_also_by_upgrade(database: Engine) -> None:
    """Tables of a newer version are refused whatever is asked."""
    _set_version(database, "9999")
    for ask in (store.open, store.upgrade):
        with pytest.raises(StoreError, match="a newer feedbot"):
            ask(_url(database))


def test_an_empty_database_is_told_apart(empty_url: str) -> None:
    """Nothing there: the hint is init, and no file comes into being."""
    with pytest.raises(StoreError) as caught:
        store.open(empty_url)
    assert "feedbot init" in caught.value.hint()
    assert not empty_url.startswith("sqlite") or not Path(empty_url.removeprefix("sqlite:///")).exists()


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    """A valid SQLite file without our tables is refused, also with create."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()
    for ask in (store.open, store.upgrade):
        with pytest.raises(StoreError, match="not feedbot's"):
            ask(f"sqlite:///{path}")


def test_a_text_file_is_not_a_database(tmp_path: Path) -> None:
    """The message says so, and what to look at."""
    path = tmp_path / "notes.txt"
    path.write_text("buy bread\n" * 1000)
    with pytest.raises(StoreError, match="is not a database") as caught:
        store.open(f"sqlite:///{path}")
    assert "configuration" in caught.value.hint()
    assert path.read_text() == "buy bread\n" * 1000


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_database_is_called_damaged(sqlite_template: Path, tmp_path: Path, share: float) -> None:
    """A cut file is refused at opening or found by check; no foreign exception comes out."""
    path = tmp_path / "cut.db"
    whole = sqlite_template.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert any("damage" in problem for problem in _problems(f"sqlite:///{path}"))


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_addresses_that_are_none(url: str) -> None:
    """What is no address of a durable database is refused with an example."""
    with pytest.raises(StoreError) as caught:
        store.open(url, create=True)
    assert caught.value.hint()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """A PostgreSQL that cannot be reached is a StoreError, without the password."""
    with pytest.raises(StoreError, match="connection to the database is lost") as caught:
        store.open(f"postgresql://bot:hush@/feedbot?host={tmp_path}")
    assert "hush" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Creating in a missing folder names the path."""
    with pytest.raises(StoreError, match="cannot be opened"):
        store.open(f"sqlite:///{tmp_path}/none/feedbot.db", create=True)


def test_sqlite_is_durable_and_private(sqlite_template: Path) -> None:
    """Every connection has WAL, synchronous=FULL and foreign keys; the file is its owner's."""
    database = store.open(f"sqlite:///{sqlite_template}")
    with database.connect() as one:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [one.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names] == ["wal", 2, 1, 60_000]
    database.dispose()
    assert sqlite_template.stat().st_mode & 0o077 == 0


def test_a_sqlite_that_may_lose_a_commit_is_told(sqlite_template: Path) -> None:
    """Where something sets synchronous lower, check says so."""
    database = store.open(f"sqlite:///{sqlite_template}")
    event.listen(database, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
    database.dispose()
    assert store.check(database) == ("synchronous is 1, less than FULL (2)",)
    database.dispose()


@pytest.mark.parametrize(
    ("made_with", "then", "problem"),
    [
        ("", "ALTER DATABASE odd SET synchronous_commit = off", "a commit may be lost"),
        ("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'", "SELECT 1", "the encoding is SQL_ASCII"),
    ],
)
def test_a_postgresql_that_may_lose_or_mangle_is_refused(
    postgres: str, made_with: str, then: str, problem: str
) -> None:
    """A server set to answer before the disk has it, or a database that does not know Japanese, is not used."""
    run(postgres, f"CREATE DATABASE odd {made_with}")
    run(postgres, then)
    with pytest.raises(StoreError, match=problem):
        store.open(postgres.replace("/postgres?", "/odd?"), create=True)
    run(postgres, "DROP DATABASE odd WITH (FORCE)")


def test_check_finds_nothing_wrong_with_a_good_one(database: Engine) -> None:
    """A healthy database has no problems."""
    assert store.check(database) == ()


def test_check_names_every_problem(database: Engine) -> None:
    """The schema version and, on SQLite, rows whose parent is gone."""
    _set_version(database, "0000")
    assert len(store.check(database)) == 1


def test_check_finds_orphans(sqlite_template: Path, tmp_path: Path) -> None:
    """A row whose parent is gone is damage."""
    path = tmp_path / "orphan.db"
    path.write_bytes(sqlite_template.read_bytes())
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO case_advisories VALUES (7, 'C-2026-0001', '', '', '')")
    other.close()
    database = store.open(f"sqlite:///{path}")
    assert any("case_advisories" in problem for problem in store.check(database))
    database.dispose()


def test_errors_of_the_database_are_ours(database: Engine) -> None:
    """A broken constraint comes out as StoreError, and the transaction leaves nothing behind."""
    with pytest.raises(StoreError, match="refuses the change"):
        _save_twice(database)
    with store.reading(database) as tx:
        assert tx.scalars(select(bodies.c.sha256)).all() == []


def test_opening_does_not_wait_for_a_writer(database: Engine) -> None:
    """While one process takes in an inventory, another command starts and sees the state before."""
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
        other = store.open(_url(database))
        with store.reading(other) as reader:
            assert reader.scalars(select(bodies.c.sha256)).all() == []
        other.dispose()


@pytest.mark.parametrize(
    ("pragma", "reason", "hint"),
    [("busy_timeout=0", "another process holds", "wait"), ("max_page_count=1", "the disk is full", "space")],
)
def test_a_busy_and_a_full_database(sqlite_template: Path, tmp_path: Path, pragma: str, reason: str, hint: str) -> None:
    """Each is told in words, with what to do, and nothing is half written."""
    path = tmp_path / "own.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = store.open(f"sqlite:///{path}")
    event.listen(database, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    database.dispose()
    other = sqlite3.connect(path, isolation_level=None)
    if "busy" in pragma:
        other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=reason) as caught:
        _save_large(database)
    assert hint in caught.value.hint()
    other.close()
    database.dispose()
    database = store.open(f"sqlite:///{path}")
    with store.reading(database) as tx:
        assert tx.scalars(select(bodies.c.sha256)).all() == []
    assert store.check(database) == ()
    database.dispose()


def test_reading_is_steady_and_refuses_to_write(database: Engine) -> None:
    """A reader sees one moment while a writer goes on."""
    with store.reading(database) as reader:
        assert reader.scalars(select(bodies.c.sha256)).all() == []
        with database.begin() as tx:
            documents.save(tx, "csirt_a", PAGE)
        assert reader.scalars(select(bodies.c.sha256)).all() == []


def test_backup_is_a_whole_copy(database: Engine, tmp_path: Path) -> None:
    """SQLite: a copy that opens and holds the same; PostgreSQL: the hint is pg_dump."""
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
    path = tmp_path / "copy.db"
    if database.dialect.name != "sqlite":
        with pytest.raises(StoreError) as caught:
            store.backup(database, path)
        assert "pg_dump" in caught.value.hint()
        return
    store.backup(database, path)
    copy = store.open(f"sqlite:///{path}")
    with store.reading(copy) as tx:
        assert documents.load(tx, PAGE.sha256) == PAGE
    copy.dispose()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="a file of this name"):
        store.backup(database, path)


def test_the_identity_stays(database: Engine) -> None:
    """A database keeps the identity and secret it was made with, and does not print the secret."""
    with database.begin() as tx:
        with pytest.raises(StoreError, match="no identity"):
            meta.load(tx)
        made = meta.establish(tx, "one", b"secret", NOW)
        assert meta.establish(tx, "two", b"other", NOW) == made == meta.load(tx)
    assert (made.id, made.secret) == ("one", b"secret")
    assert "secret" not in repr(made)


def _problems(url: str) -> tuple[str, ...]:
    """What opening refuses for, or check finds."""
    try:
        database = store.open(url)
    except StoreError as error:
        return (error.reason(),)
    problems = store.check(database)
    database.dispose()
    return problems


def _save_twice(database: Engine) -> None:
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)
        tx.execute(bodies.insert().values(sha256=PAGE.sha256, content=b""))


def _save_large(database: Engine) -> None:
    with database.begin() as tx:
        documents.save(tx, "csirt_a", replace(PAGE, body=Random(1).randbytes(1_000_000)))


def _set_version(database: Engine, version: str) -> None:
    with database.begin() as tx:
        tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")


def _url(database: Engine) -> str:
    return database.url.render_as_string(hide_password=False)
