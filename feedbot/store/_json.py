"""Nouns to JSON text and back.

Text, not the database's own JSON type: nothing queries into it, and PostgreSQL's refuses the NUL that a hostile feed
may send. A field that a noun gains with a default, or loses, needs no migration.
"""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from feedbot.errors import StoreError

Noun = TypeVar("Noun")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(noun: object) -> str:
    """Return a noun as JSON. Raises StoreError where it holds a lone surrogate, which no encoding can write."""
    kind: Any = type(noun)
    try:
        return _adapter(kind).dump_json(noun).decode()
    except PydanticSerializationError as error:
        raise StoreError(kind.__name__, "cannot be stored: {why}", why=error) from error


def load(kind: type[Noun], text: str) -> Noun:
    """Return the noun that `dump` wrote. Raises StoreError where the text is not one of this kind."""
    wanted: Any = kind
    try:
        noun = _adapter(wanted).validate_json(text)
    except ValidationError as error:
        raise StoreError(
            kind.__name__,
            "a stored record cannot be read: {why}",
            hint="`feedbot db check` looks for damage",
            why=error.errors(include_url=False, include_input=False)[0]["msg"],
        ) from error
    assert isinstance(noun, kind)
    return noun
