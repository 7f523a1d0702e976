"""What a look at a notice finds."""

from dataclasses import dataclass
from typing import Literal

from feedbot.messages import tr


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: an `error` bars approval, a `warning` must be acknowledged by its `code`. `where` names the part
    (title, post, block affected, mail C-1001)."""

    level: Literal["error", "warning"]
    code: str
    message: str
    where: str


def error(code: str, where: str, template: str, **values: object) -> Finding:
    """Return an error, its message in the language in force."""
    return Finding("error", code, tr(template, **values), where)


def warning(code: str, where: str, template: str, **values: object) -> Finding:
    """Return a warning, its message in the language in force."""
    return Finding("warning", code, tr(template, **values), where)
