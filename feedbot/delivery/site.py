"""The 障害報告 pages as a folder that a web server shows.

The site is a symbolic link. Each edition is built whole in a folder beside it, synced, and the link is swapped in one
rename: whoever looks sees the old site or the new one, and a kill at any moment leaves one of them.

    site → .site.editions/3f2a…     the link, and the edition it shows
    .site.editions/.feedbot         says that the folder is ours
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from feedbot.delivery._channel import SiteChannel
from feedbot.delivery._disk import sync, write
from feedbot.errors import DeliveryError

TITLE = "障害報告 site"
TAKES = "site"
_MARK = ".feedbot"


@dataclass(frozen=True, slots=True)
class Settings:
    """`directory` is what the web server is pointed at; its parent must exist or be ours to make."""

    directory: Path


def open_channel(settings: Settings) -> SiteChannel:
    """Return the site at that place."""
    return _Site(settings.directory)


class _Site:
    """A site whose every edition is whole."""

    def __init__(self, directory: Path) -> None:
        self._link = directory
        self._editions = directory.with_name(f".{directory.name}.editions")

    def publish(self, tree: Mapping[str, bytes]) -> None:
        """Put `tree` in place of the whole site. The same tree again changes nothing.

        Raises DeliveryError where a path leads out of the site, where something stands in the way that we did not
        make (permanent), or where the disk refuses; the old site then stands.
        """
        self._check_paths(tree)
        try:
            self._claim()
            edition = self._editions / _digest(tree)
            if not edition.is_dir():
                self._build(edition, tree)
            self._show(edition)
        except OSError as error:
            raise DeliveryError(
                str(self._link),
                "the site cannot be written: {detail}",
                permanent=False,
                hint="check the free space and who may write there; the old site still stands",
                detail=error.strerror or error,
            ) from error

    def _check_paths(self, tree: Mapping[str, bytes]) -> None:
        for path in tree:
            parts = path.split("/")
            if "\0" in path or any(part in ("", ".", "..") for part in parts):
                raise DeliveryError(str(self._link), "no path for a page: {path}", permanent=True, path=ascii(path))

    def _claim(self) -> None:
        """Make the place ours, or refuse it. An empty folder was made for us; a full one was not."""
        mark = self._editions / _MARK
        if self._link.is_symlink():
            ours = mark.is_file() and self._link.readlink().parent == Path(self._editions.name)
        else:
            ours = not self._link.exists() or (self._link.is_dir() and not any(self._link.iterdir()))
        if not ours or (self._editions.exists() and not mark.is_file()):
            raise DeliveryError(
                str(self._link),
                "something stands there that feedbot did not make",
                permanent=True,
                hint="name a folder that does not exist yet or is empty",
            )
        if not mark.is_file():
            self._editions.mkdir(parents=True)
            mark.touch()

    def _build(self, edition: Path, tree: Mapping[str, bytes]) -> None:
        """Write one edition under another name, and name it when it is whole and on the disk."""
        unfinished = edition.with_name(f"{edition.name}.new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir()
        folders = {unfinished}
        for path, content in tree.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            folders.update(parent for parent in file.parents if parent.is_relative_to(unfinished))
            write(file, content)
        for folder in folders:
            sync(folder)
        unfinished.rename(edition)
        sync(self._editions)

    def _show(self, edition: Path) -> None:
        """Swap the link, and clear away all editions but the new one and the one before: a reader may be inside."""
        before = self._link.readlink().name if self._link.is_symlink() else ""
        if before != edition.name:
            if not self._link.is_symlink() and self._link.exists():
                self._link.rmdir()
            link = self._editions / "link.new"
            link.unlink(missing_ok=True)
            link.symlink_to(Path(self._editions.name) / edition.name)
            link.rename(self._link)
            sync(self._link.parent)
        for old in self._editions.iterdir():
            if old.is_dir() and old.name not in (edition.name, before):
                shutil.rmtree(old)


def _digest(tree: Mapping[str, bytes]) -> str:
    """Name an edition by what is in it."""
    made = sha256()
    for path in sorted(tree):
        made.update(sha256(path.encode()).digest() + sha256(tree[path]).digest())
    return made.hexdigest()[:32]
