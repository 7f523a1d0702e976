"""Get one document from a file of the operator's."""

from datetime import datetime
from pathlib import Path

from feedbot.errors import FetchError
from feedbot.fetch._arrival import printable
from feedbot.fetch._document import Document

LIMIT = 2**30
"""The largest file that is read at all: yearly dumps are about 42 MB."""


def read(path: Path, now: datetime, *, limit: int = LIMIT) -> Document:
    """Return the file as a Document whose address is `file:NAME`.

    Raises FetchError where it cannot be read, is no regular file (a pipe would hang), or is over `limit` bytes.
    """
    try:
        if path.exists() and not path.is_file():
            raise FetchError(str(path), "not a file", permanent=True)
        with path.open("rb") as stream:
            body = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise FetchError(
            str(path),
            "cannot be read: {detail}",
            permanent=True,
            hint="check the name and who may read it",
            detail=getattr(error, "strerror", None) or error,
        ) from error
    if len(body) > limit:
        raise FetchError(str(path), "larger than {limit} bytes", permanent=True, limit=limit)
    return Document(url=f"file:{printable(path.name)}", body=body, fetched_at=now)
