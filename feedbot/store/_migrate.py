"""Bring the tables up to date: Alembic's scripts in migrations/, in order, in the transaction given.

There is no env.py: nothing but feedbot runs them. There is no way down either; `feedbot db backup` comes first.
"""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent / "migrations"


def scripts() -> ScriptDirectory:
    """Return the migrations as Alembic sees them."""
    return ScriptDirectory(str(SCRIPTS), version_locations=[str(SCRIPTS)])


def apply(tx: Connection) -> None:
    """Run the scripts that this database has not seen."""
    known = scripts()

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        missing = known.iterate_revisions("head", current or "base")
        return [RevisionStep(known.revision_map, script, is_upgrade=True) for script in reversed(list(missing))]

    with EnvironmentContext(Config(), known, fn=steps) as environment:
        environment.configure(connection=tx, transactional_ddl=True)
        environment.run_migrations()
