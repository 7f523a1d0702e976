"""Texts with front matter (Jekyll): fields between two lines of `---`; only single values and lists are read."""

import re

from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<fields>(?:[^\n]*\n){1,60}?)---[ \t]*\n", re.ASCII)
_FIELD = re.compile(r"(?P<name>[a-z_]+):(?P<value>.*)")


def split(document: Document) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the fields, each as the tuple of its values, and the text below them.

    Raises SourceError where the document is empty or does not begin with front matter.
    """
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    text = texts.decode(document.body, document.charset, document.url).replace("\r\n", "\n").replace("\0", "\ufffd")
    found = _FRONT.match(text)
    if found is None:
        raise SourceError(document.url, "it does not begin with front matter")
    return _fields(found["fields"]), text[found.end() :]


def _fields(block: str) -> dict[str, tuple[str, ...]]:
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    for line in block.split("\n"):
        field = _FIELD.fullmatch(line)
        if field:
            values = fields.setdefault(field["name"], [])
            values.append(field["value"].strip())
        elif line.strip().startswith("- "):
            values.append(line.strip()[2:].strip())
        elif line.startswith(" ") and line.strip() and values:
            # YAML folds a long value onto lines set in below it.
            values[-1] = f"{values[-1]} {line.strip()}".strip()
    return {name: tuple(filter(None, map(_plain, given))) for name, given in fields.items()}


def _plain(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].replace('\\"', '"').replace("''", "'") if quoted else value
