"""A folder into which the operator puts files: each is read once, then lies in done/ or failed/."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from feedbot.errors import FetchError
from feedbot.fetch import file, mail
from feedbot.fetch._arrival import Arrival, printable
from feedbot.fetch._document import Document

YOUNG = timedelta(seconds=5)
"""A file that changed so shortly ago (or so shortly ahead, by another clock) may still be written to."""
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder. Subfolders, names that begin with a dot and unfinished files are left alone."""

    folder: Path
    keeps: bool = False

    def arrivals(self, seen: Collection[str], now: datetime, limit: int, stop: Callable[[], bool]) -> Iterator[Arrival]:
        """Yield every finished file, the oldest first; a file of one mail (.eml) as a mail. `seen` is not looked at:
        what lies here was not put away, so it is put away at last."""
        for changed, path in self._files(now):
            try:
                document = file.read(path, now, limit=limit)
            except FetchError as error:
                if path.exists():
                    yield Arrival(printable(path.name), error)
                continue
            if path.suffix.lower() == ".eml":
                document = replace(document, media_type=mail.MAIL)
            at = datetime.fromtimestamp(changed, now.tzinfo)
            yield Arrival(f"{printable(path.name)} {document.sha256}", document, at)

    def settle(self, arrival: Arrival, *, read: bool) -> None:
        """Move a file to done/ or failed/; where one of its name lies there, under a name with its digest too. One that
        was written anew since it was read stays, and is read next time.

        Raises FetchError where it cannot be moved.
        """
        assert isinstance(arrival.content, Document)
        digest = arrival.content.sha256
        name = arrival.place.removesuffix(f" {digest}")
        folder = self.folder / ("done" if read else "failed")
        try:
            path = next((one for one in self.folder.iterdir() if printable(one.name) == name), None)
            if path is None or not _is(path, arrival.content):
                return  # somebody took it away, or put another in its place; this one is stored
            folder.mkdir(exist_ok=True)
            target = folder / path.name
            if target.exists():
                target = folder / f"{target.stem}.{digest[:16]}{target.suffix}"
            path.replace(target)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FetchError(
                str(self.folder / name),
                "cannot be moved to {folder}: {why}",
                permanent=False,
                hint="check who may write there; the file is stored and is not read twice",
                folder=folder,
                why=error.strerror or error,
            ) from error

    def _files(self, now: datetime) -> list[tuple[float, Path]]:
        found: list[tuple[float, Path]] = []
        try:
            for path in self.folder.iterdir():
                if path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED):
                    continue
                with suppress(FileNotFoundError):
                    changed = path.stat().st_mtime
                    if path.is_file() and abs(now.timestamp() - changed) >= YOUNG.total_seconds():
                        found.append((changed, path))
        except OSError as error:
            raise FetchError(
                str(self.folder),
                "cannot be read: {detail}",
                permanent=True,
                hint="check the name and who may read it",
                detail=error.strerror or error,
            ) from error
        return sorted(found)


def _is(path: Path, document: Document) -> bool:
    """Say whether a file still holds what was read of it."""
    with path.open("rb") as stream:
        return stream.read(len(document.body) + 1) == document.body
