"""What every command of a test would make anew and gets made once: a new database's tables, the shipped catalogue."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from feedbot import store
from feedbot.catalog import Catalog

SQLITE = "sqlite:///"
_open, _load = store.open, Catalog.load
_shipped = cache(Catalog.load)


@pytest.fixture(scope="session")
def made_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database whose tables the real migrations have made."""
    path = tmp_path_factory.mktemp("tables") / "made.db"
    _open(f"{SQLITE}{path}", create=True).dispose()
    return path


@pytest.fixture(autouse=True)
def _made_once(made_tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a new database begin as a copy, and the catalogue of no operator's file be the same one."""

    def begin(url: str, *, create: bool = False) -> store.Database:
        path = Path(url.removeprefix(SQLITE))
        if create and url.startswith(SQLITE) and path.parent.is_dir() and not path.exists():
            shutil.copy(made_tables, path)
        return _open(url, create=create)

    def load(*paths: Path, **texts: Any) -> Catalog:
        return _load(*paths, **texts) if paths or texts else _shipped()

    monkeypatch.setattr(store, "open", begin)
    monkeypatch.setattr(Catalog, "load", load)
