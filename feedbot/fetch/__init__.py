"""Get documents from the world: HTTP, mails and files. A Document is stored before anything reads it."""

from feedbot.fetch._arrival import Arrival, Inbox
from feedbot.fetch._document import Document, Dump, NotModified, Validators

__all__ = ["Arrival", "Document", "Dump", "Inbox", "NotModified", "Validators"]
