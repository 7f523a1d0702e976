"""Documents from files."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot.errors import FetchError
from feedbot.fetch import file

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


def test_a_file_becomes_a_document(tmp_path: Path) -> None:
    """Bytes, name and time are kept as given."""
    (tmp_path / "feed.rdf").write_bytes(b"\x00\xff<rdf/>")
    document = file.read(tmp_path / "feed.rdf", NOW)
    assert (document.url, document.body, document.fetched_at) == ("file:feed.rdf", b"\x00\xff<rdf/>", NOW)
    assert document.transport == "file"


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and an impossible name are errors, and none hangs."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", tmp_path / ("n" * 300), Path("a\0b")):
        with pytest.raises(FetchError) as caught:
            file.read(path, NOW)
        assert caught.value.permanent


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """The limit itself passes, one byte more does not."""
    (tmp_path / "dump").write_bytes(b"12345")
    assert file.read(tmp_path / "dump", NOW, limit=5).body == b"12345"
    with pytest.raises(FetchError, match="larger than 4 bytes"):
        file.read(tmp_path / "dump", NOW, limit=4)
