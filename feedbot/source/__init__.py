"""One file a publisher. See _member.py for what a file must hold; members.py finds it."""

from feedbot.source._member import Judge, ListedItem, Source, SourceInfo, Text

__all__ = ["Judge", "ListedItem", "Source", "SourceInfo", "Text"]
