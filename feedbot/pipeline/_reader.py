"""Which version of the code read something: a digest of the code itself, so that nobody can forget to raise it.

What could not be read is tried again when this changes. Every file of the packages that have a part in reading counts
(wordings in data files too), the member's own file where it comes from another package, and the parsers underneath.
"""

from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path

import feedbot
from feedbot.source import Source

_PACKAGES = ("advisory", "version", "signature", "reading", "source")
_LIBRARIES = ("lxml", "beautifulsoup4", "feedparser")
_LENGTH = 32
"""Hex digits kept: 128 bits; chance will not make two versions one."""


def reader_of(member: Source) -> str:
    """Return the version of the code that reads for a member, 32 hex digits."""
    return sha256((_house() + _file(getattr(member, "__file__", None) or "")).encode()).hexdigest()[:_LENGTH]


@cache
def _house() -> str:
    made = sha256(feedbot.__version__.encode())
    for name in _LIBRARIES:
        made.update(f"\0{name} {metadata.version(name)}".encode())
    for package in _PACKAGES:
        for file in sorted(resources.files(f"feedbot.{package}").iterdir(), key=lambda file: file.name):
            if file.is_file():
                made.update(f"\0{package}/{file.name}\0".encode() + file.read_bytes())
    return made.hexdigest()


@cache
def _file(path: str) -> str:
    file = Path(path)
    return sha256(file.read_bytes()).hexdigest() if path and file.is_file() else ""
