"""Get documents from the world: HTTP and files. A Document is stored before anything reads it."""

from feedbot.fetch._document import Document, Dump, NotModified, Validators

__all__ = ["Document", "Dump", "NotModified", "Validators"]
