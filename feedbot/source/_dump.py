"""A zip of records, one JSON file each, as OSV's all.zip: read entry by entry, and never more than is allowed.

Nothing is written to disk and no name of an entry becomes a path, so a name cannot lead anywhere; one that tries is
refused all the same, because it is no record's. What an entry says of its own size is not believed: it is inflated up
to the cap and not further.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document

MOST = 1_000_000
"""Entries of a dump; the greatest ecosystem has about 250,000."""
RECORD = 16 << 20
"""Bytes of one record."""
TOTAL = 16 << 30
"""Bytes of all records together, inflated."""
_ENCRYPTED = 0x1
_MAGIC = b"PK"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a dump: its name without `.json`, its bytes."""

    name: str
    body: bytes


def is_dump(document: Document) -> bool:
    """Say whether a document is a zip."""
    return document.body[:2] == _MAGIC


def names(document: Document) -> Iterator[str | Quarantined]:
    """Yield the names of the records, without inflating any. Raises SourceError where the document is no whole zip."""
    with _opened(document) as archive:
        for index, info in enumerate(_infos(document, archive), 1):
            where = f"{document.url} entry {index}"
            try:
                yield _name(info, where)
            except SourceError as error:
                yield Quarantined(where, error, info.filename.encode(errors="replace"))


def entries(document: Document) -> Iterator[Entry | Quarantined]:
    """Yield the records one by one; one that cannot be read is Quarantined, and the others are read still.

    Raises SourceError where the document is no whole zip, or holds more than is allowed in all.
    """
    total = 0
    with _opened(document) as archive:
        for index, info in enumerate(_infos(document, archive), 1):
            where = f"{document.url} entry {index}"
            try:
                name = _name(info, where)
                body = _inflated(archive, info, where)
            except SourceError as error:
                yield Quarantined(where, error, info.filename.encode(errors="replace"))
                continue
            total += len(body)
            if total > TOTAL:
                raise SourceError(document.url, "its records are larger than {limit} bytes together", limit=TOTAL)
            yield Entry(name, body)


def _opened(document: Document) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(document.body))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise SourceError(
            document.url, "not a whole zip: {detail}", hint="fetch it again", detail=str(error)[:120]
        ) from error


def _infos(document: Document, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    found = [info for info in archive.infolist() if not info.is_dir()]
    if len(found) > MOST:
        raise SourceError(document.url, "it holds more than {most} values", most=MOST)
    return found


def _name(info: zipfile.ZipInfo, where: str) -> str:
    """Return a record's name. Raises SourceError for what no record is called."""
    name = info.filename
    if not name.endswith(".json") or name.startswith(("/", "\\")) or ".." in name or ":" in name.partition("/")[0][1:2]:
        raise SourceError(where, "not the name of a record: {name}", name=repr(name[:120]))
    return name.removesuffix(".json")


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
    """Return the bytes of an entry, whole. Raises SourceError where it is encrypted, damaged, of another kind, or
    larger than a record may be, whatever it says of itself."""
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(where, "it is encrypted")
    if info.compress_type not in _METHODS:
        raise SourceError(where, "it is packed in an unknown way")
    try:
        with archive.open(info) as stream:
            body = stream.read(RECORD + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise SourceError(where, "it is damaged: {detail}", detail=str(error)[:120]) from error
    if len(body) > RECORD:
        raise SourceError(where, "it is larger than {limit} bytes", limit=RECORD)
    return body
