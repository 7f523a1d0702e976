"""What channels that write files share: bytes that are on the disk when the call returns."""

import os
from pathlib import Path


def write(file: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync(directory: Path) -> None:
    """Wait until the disk has the names in a folder: a rename is durable only then."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
