"""Get documents from the world: HTTP, mails and files. A Document is stored before anything reads it."""

from feedbot.fetch._arrival import Arrival, Inbox
from feedbot.fetch._document import Document, NotModified, Validators

__all__ = ["Arrival", "Document", "Inbox", "NotModified", "Validators"]
