"""A fault that pydantic found in the configuration, in our words."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from feedbot.messages import tr

_WORDS = {
    "string_too_short": "must not be empty",
    "string_type": "must be text in quotes",
    "string_pattern_mismatch": "does not have the form of such a value ({pattern})",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "tuple_type": "must be a list in [ ]",
    "model_type": "must be a table",
    "dict_type": "must be a table",
}
"""pydantic's kinds of fault, in our words; a kind not listed is told as pydantic tells it."""


def said(detail: Any, model: type[BaseModel] | None) -> str:
    """Say one fault that pydantic found in a `model` in our words: `key: what`. One without `input` tells none: it
    may be a secret."""
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        near = get_close_matches(str(detail["loc"][-1]), _known_keys(detail["loc"], model), n=1, cutoff=0.5)
        return (
            tr("{place}: unknown key; did you mean {near}?", place=place, near=near[0])
            if near
            else tr("{place}: unknown key", place=place)
        )
    if detail["type"] == "missing":
        return tr("{place}: missing", place=place)
    template = _WORDS.get(detail["type"])
    what = tr(template, **detail.get("ctx", {})) if template else detail["msg"]
    if "input" not in detail:
        return tr("{place}: {what}", place=place, what=what)
    return tr("{place}: {what} (given: {given!r})", place=place, what=what, given=detail["input"])


def _known_keys(location: tuple[int | str, ...], root: type[BaseModel] | None) -> Iterator[str]:
    """Yield the valid names where an unknown key stood."""
    model: Any = root
    for part in location[:-1]:
        section = isinstance(model, type) and issubclass(model, BaseModel)
        field = model.model_fields.get(str(part)) if section else None
        annotation = field.annotation if field else model
        model = getattr(annotation, "__args__", (None, annotation))[-1] if annotation is not None else None
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from model.model_fields
