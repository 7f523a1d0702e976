"""What became different between two revisions of an advisory, field by field, as lines that a person reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import cast

from feedbot.advisory._json import advisory_json
from feedbot.advisory.model import Advisory
from feedbot.advisory.revision import compare

_IN_ORDER = ("sections", "history", "workarounds")
"""Lists that a person reads from top to bottom; the order of the others carries no meaning and is sorted away."""
_CONTEXT = 2
"""Unchanged lines shown around a change."""

_FILE_NAMES = 2
"""Lines of a unified diff that name its two files; ours have none."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that changed in meaning: its values as the JSON has them, and the lines of a unified diff without file
    names (`-` gone, `+` new, a blank: unchanged, `@@` where). Empty where only the form of a value changed."""

    field: str
    before: object
    after: object
    lines: tuple[str, ...]


def differences(old: Advisory, new: Advisory) -> tuple[FieldDifference, ...]:
    """Return the fields whose meaning differs, in the order of identity.MEANINGFUL; empty where none does."""
    before, after = advisory_json(old), advisory_json(new)
    return tuple(
        FieldDifference(field, before[field], after[field], _diff(field, before[field], after[field]))
        for field in compare(old, new).fields
    )


def _diff(field: str, before: object, after: object) -> tuple[str, ...]:
    made = unified_diff(_lines(field, before), _lines(field, after), lineterm="", n=_CONTEXT)
    return tuple(made)[_FILE_NAMES:]


def _lines(field: str, value: object) -> list[str]:
    """Return a value of the JSON as lines: a text's own, one for each plain item, several for one with a text."""
    if not isinstance(value, list):
        return str(value).splitlines()
    found = [list(_item(one)) for one in value]
    return [line for item in (found if field in _IN_ORDER else sorted(found)) for line in item]


def _item(one: object) -> Iterator[str]:
    if not isinstance(one, dict):
        yield from str(one).splitlines()
        return
    facts = cast(dict[str, object], one)
    if set(facts) == {"heading", "text"}:
        yield f"[{facts['heading']}]"
        yield from str(facts["text"]).splitlines()
        return
    yield "  ".join(f"{key}: {value}" for key, value in facts.items() if value not in (None, "", [], True))
