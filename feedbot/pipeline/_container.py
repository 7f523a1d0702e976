"""The file of an offline bundle, read by somebody who does not trust it.

A ZIP of exactly these entries:

    statement.asc          clear-signed: the form's name, and SHA-256 and size of the manifest
    manifest.json          which documents there are: source, address, time, media type, charset, SHA-256, size
    documents/SHA256       the bytes of each

1 the entries' names and sizes      2 the statement's signature (the caller's to judge)      3 the manifest by the
statement      4 every document by the manifest; only then is the first one handed on. Nothing is ever unpacked into a
folder, so a name can lead nowhere.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from io import FileIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from feedbot.errors import BundleError
from feedbot.fetch import Document

STATEMENT, MANIFEST, FOLDER = "statement.asc", "manifest.json", "documents/"
_SAYS = re.compile(r"feedbot bundle 1\nmanifest-sha256 ([0-9a-f]{64})\nmanifest-bytes ([0-9]{1,10})\n?")
_NAME = re.compile(r"documents/[0-9a-f]{64}")
MAX_STATEMENT = 64 << 10
MAX_MANIFEST = 256 << 20
MAX_DOCUMENT = 1 << 30
"""The largest dump that any source may have."""
MAX_ALL = 64 << 30
MAX_ENTRIES = 500_000
MAX_DIRECTORY = MAX_ENTRIES * 128
"""Bytes of a ZIP's directory, which is read before any signature can be: an entry of ours takes 120."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fetch of a document: `source` as configured where it was fetched, `fetched_at` RFC 3339, `size` in bytes."""

    source: str
    url: str
    fetched_at: str
    media_type: str
    charset: str
    sha256: str
    size: int

    def document(self, body: bytes) -> Document:
        """Return the document as if it had just been fetched."""
        return Document(self.url, body, datetime.fromisoformat(self.fetched_at), self.media_type, self.charset)


def write(path: Path, entries: Iterable[tuple[Entry, bytes]], sign: Callable[[str], bytes]) -> tuple[Entry, ...]:
    """Write a new bundle; return what is in it. Raises SigningError, and OSError where it cannot be written."""
    listed: list[Entry] = []
    written: set[str] = set()
    with ZipFile(path, "x", ZIP_DEFLATED) as bundle:
        for entry, body in entries:
            if entry.sha256 not in written:
                bundle.writestr(_info(FOLDER + entry.sha256), body)
                written.add(entry.sha256)
            listed.append(entry)
        manifest = json.dumps([asdict(one) for one in listed], ensure_ascii=False, indent=1).encode()
        bundle.writestr(_info(MANIFEST), manifest)
        said = f"feedbot bundle 1\nmanifest-sha256 {sha256(manifest).hexdigest()}\nmanifest-bytes {len(manifest)}\n"
        bundle.writestr(_info(STATEMENT), sign(said))
    return tuple(listed)


def _info(name: str) -> ZipInfo:
    """Return an entry without a time of its own: the same content is the same file, but for its signature."""
    made = ZipInfo(name)
    made.compress_type = ZIP_DEFLATED
    return made


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose every byte is what was signed."""

    path: Path
    entries: tuple[Entry, ...]

    def documents(self) -> Iterator[tuple[Entry, Document]]:
        """Yield each document, in the order of the manifest, checked once more as it is read."""
        with _opened(self.path) as bundle:
            for entry in self.entries:
                yield entry, entry.document(_body(bundle, entry))


def read(path: Path, verify: Callable[[bytes], str]) -> Bundle:
    """Check a bundle as a whole. `verify` returns the text of the signed statement, or raises BundleError.

    Raises BundleError for anything that is not exactly what was signed.
    """
    with _opened(path) as bundle:
        names = _names(bundle, path)
        says = _SAYS.fullmatch(verify(_bytes(bundle, STATEMENT, MAX_STATEMENT)))
        if says is None:
            raise BundleError(path.name, "what is signed is no statement of a bundle of this form")
        manifest = _bytes(bundle, MANIFEST, min(int(says[2]), MAX_MANIFEST))
        if len(manifest) != int(says[2]) or sha256(manifest).hexdigest() != says[1]:
            raise BundleError(path.name, "the manifest is not the one that was signed")
        entries = tuple(_entries(manifest, path.name))
        if {FOLDER + one.sha256 for one in entries} != names - {STATEMENT, MANIFEST}:
            raise BundleError(path.name, "the documents are not those of the manifest")
        for entry in {one.sha256: one for one in entries}.values():
            _body(bundle, entry)
    return Bundle(path, entries)


class _Bounded(FileIO):
    """A file of which no more than a directory is read at once while it is `bounded`: zipfile reads that whole when it
    opens a file, as long as it says it is."""

    bounded = True

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.bounded:
            return super().read(size)
        wanted = MAX_DIRECTORY + 1 if size is None or size < 0 else size
        data = super().read(min(wanted, MAX_DIRECTORY + 1))
        if len(data) > MAX_DIRECTORY:
            raise BadZipFile("a directory that is too long")
        return data


class _opened:  # noqa: N801  # used as a function
    """A ZIP, open; whatever is wrong with it while it is used is a BundleError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> ZipFile:
        try:
            self._file = _Bounded(self._path)
        except OSError as error:
            raise self._damaged() from error
        try:
            self._bundle = ZipFile(self._file)
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self._file.close()
            raise self._damaged() from error
        self._file.bounded = False
        return self._bundle

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._bundle.close()
        self._file.close()
        if isinstance(error, (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)):
            raise self._damaged() from error

    def _damaged(self) -> BundleError:
        return BundleError(self._path.name, "no bundle, or a damaged one", hint="carry the file over once more")


def _names(bundle: ZipFile, path: Path) -> set[str]:
    """Return the names of the entries. Raises BundleError for one that does not belong, comes twice, or is too large
    by its own word."""
    infos = bundle.infolist()
    names = {one.filename for one in infos}
    if len(infos) > MAX_ENTRIES or len(names) != len(infos):
        raise BundleError(path.name, "too many entries, or one that comes twice")
    for one in infos:
        if one.filename not in (STATEMENT, MANIFEST) and not _NAME.fullmatch(one.filename):
            raise BundleError(path.name, "an entry that does not belong: {name}", name=ascii(one.filename)[:100])
        if one.flag_bits & 1 or one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or one.file_size > MAX_DOCUMENT:
            raise BundleError(path.name, "an entry that cannot be taken: {name}", name=one.filename)
    if sum(one.file_size for one in infos) > MAX_ALL or not {STATEMENT, MANIFEST} <= names:
        raise BundleError(path.name, "no bundle, or a damaged one", hint="carry the file over once more")
    return names


def _bytes(bundle: ZipFile, name: str, limit: int) -> bytes:
    """Return an entry's bytes, at most `limit`: what it says of its size is not believed."""
    with bundle.open(name) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BundleError(name, "larger than {limit} bytes", limit=limit)
    return data


def _body(bundle: ZipFile, entry: Entry) -> bytes:
    body = _bytes(bundle, FOLDER + entry.sha256, min(entry.size, MAX_DOCUMENT))
    if len(body) != entry.size or sha256(body).hexdigest() != entry.sha256:
        raise BundleError(entry.url, "the document is not the one that was signed")
    return body


def _entries(manifest: bytes, name: str) -> Iterator[Entry]:
    """Read the manifest. It is signed, so what is wrong in it another version of this program wrote."""
    try:
        for row in json.loads(manifest):
            entry = Entry(**row)
            sound = all(isinstance(getattr(entry, key), str) for key in row if key != "size")
            if not sound or not isinstance(entry.size, int) or not _NAME.fullmatch(FOLDER + entry.sha256):
                raise TypeError
            if datetime.fromisoformat(entry.fetched_at).tzinfo is None:
                raise ValueError
            yield entry
    except (TypeError, ValueError, RecursionError) as error:
        raise BundleError(name, "a manifest of another form", hint="use the same version on both sides") from error
