"""Bytes and names are on the disk when the call returns."""

import os
from pathlib import Path

import pytest

from feedbot.delivery import maildir, site
from feedbot.delivery._disk import sync, write
from tests.delivery.test_channel import OUTGOING


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, bytes | None, int]]:
    """What the disk was asked for: the place, its bytes at that moment (None: a folder), the descriptor."""
    asked: list[tuple[Path, bytes | None, int]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        asked.append((place, None if place.is_dir() else place.read_bytes(), descriptor))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return asked


def test_a_file_is_whole_when_the_disk_is_asked_for_it(tmp_path: Path, synced: list[tuple[Path, bytes, int]]) -> None:
    """Not a part of it, with the rest in a buffer of ours."""
    write(tmp_path / "file", b"content")
    assert [(place, content) for place, content, _ in synced] == [(tmp_path / "file", b"content")]


def test_a_folder_is_synced_and_let_go(tmp_path: Path, synced: list[tuple[Path, bytes, int]]) -> None:
    """Its names, not those of another; what is no folder is an error, and nothing stays open."""
    sync(tmp_path)
    ((place, _, descriptor),) = synced
    assert place == tmp_path
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        sync(tmp_path / "file")


def test_a_mail_and_its_name_are_on_the_disk(tmp_path: Path, synced: list[tuple[Path, bytes, int]]) -> None:
    """First the mail, then, moved, its name: a mail that was said to be delivered survives a power cut."""
    maildir.open_channel(maildir.Settings(tmp_path)).send(OUTGOING)
    assert [place.parent.name for place, _, _ in synced] == ["tmp", tmp_path.name]
    assert synced[1][0] == tmp_path / "new"


def test_an_edition_is_on_the_disk_before_it_is_shown(tmp_path: Path, synced: list[tuple[Path, bytes, int]]) -> None:
    """Its files, each of its folders, its name; then the link's."""
    site.open_channel(site.Settings(tmp_path / "site")).publish({"a/b.html": b"b", "c.html": b"c"})
    edition = (tmp_path / "site").readlink().name
    editions = tmp_path / ".site.editions"
    unfinished = editions / f"{edition}.new"
    places = [place for place, _, _ in synced]
    assert places[:2] == [unfinished / "a/b.html", unfinished / "c.html"]
    assert set(places[2:4]) == {unfinished, unfinished / "a"}
    assert places[4:] == [editions, tmp_path]
