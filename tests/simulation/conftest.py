"""Where a simulation keeps its database."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of rounds would wait for the disk, and no power fails here."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(dir=MEMORY))
    yield made
    shutil.rmtree(made)


@pytest.fixture(autouse=True)
def _silent_log() -> Iterator[None]:
    """Thousands of log lines help nobody."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop])
    yield
    structlog.configure(**before)


def _drop(logger: object, method: str, event: dict[str, object]) -> str:
    raise structlog.DropEvent
