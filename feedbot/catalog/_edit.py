"""Write a spelling or a product into an operator's file: text to text, so that his comments and order stay."""

import json
import re
from collections.abc import Mapping, Sequence

from feedbot.catalog._file import parse
from feedbot.catalog._names import plain
from feedbot.errors import CatalogError

_SPELLINGS = re.compile(r"^\[spellings\][^\n]*(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"[A-Za-z0-9_-]+")


def with_spelling(text: str, name: str, spelling: str, key: str) -> str:
    """Return the text of the file `name` with a spelling of the product `key`; as it is where it has that already.

    Raises CatalogError where the file gives the spelling to another product, or is of a form that cannot be added to.
    """
    for before, given in parse(text, name).spellings.items():
        if plain(before) == plain(spelling):
            if given == key:
                return text
            raise CatalogError(
                name, "{name} is already given to {one}", hint="change the line in the file", name=spelling, one=given
            )
    line = f"{_quoted(spelling)} = {_quoted(key)}\n"
    head = _SPELLINGS.search(text)
    if head:
        start = head.end()
        made = text[:start] + ("" if text[:start].endswith("\n") else "\n") + line + text[start:]
    else:
        made = _paragraph(text) + f"[spellings]\n{line}"
    return _checked(made, name, spelling)


def with_product(text: str, name: str, key: str, fields: Mapping[str, str | Sequence[str]]) -> str:
    """Return the text of the file `name` with a new product; `fields` as in a catalogue file, empty ones left out.

    Raises CatalogError where the file has the key, or the key or a field cannot be used.
    """
    if not _KEY.fullmatch(key):
        raise CatalogError(name, "{key} cannot be a key", hint="letters, digits, - and _ make a key", key=key)
    if key in parse(text, name).products:
        raise CatalogError(
            name, "{field} is given twice", hint="change the product in the file", field=f"products.{key}"
        )
    lines = [f"[products.{key}]"]
    for field, value in fields.items():
        if isinstance(value, str) and value:
            lines.append(f"{field} = {_quoted(value)}")
        elif value:
            lines.append(f"{field} = [{', '.join(map(_quoted, value))}]")
    return _checked(_paragraph(text) + "\n".join(lines) + "\n", name, key)


def _checked(made: str, name: str, what: str) -> str:
    try:
        parse(made, name)
    except CatalogError as error:
        raise CatalogError(
            name, "{what} cannot be added: {detail}", hint="add it by hand", what=what, detail=error.reason()
        ) from error
    return made


def _paragraph(text: str) -> str:
    return text.rstrip("\n") + "\n\n" if text.strip() else ""


def _quoted(text: str) -> str:
    """Return a basic string of TOML: as JSON's, but DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
