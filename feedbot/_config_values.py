"""The kinds of values that a configuration holds, and what its tables have in common."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from feedbot.messages import tr

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(value: object) -> timedelta:
    """Read `90s`, `30m`, `6h`, `1d`. Raises ValueError (pydantic makes it a fault of the key)."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(tr("a duration is a number and s, m, h or d, such as 30m"))
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


Duration = Annotated[
    timedelta, BeforeValidator(duration), WithJsonSchema({"type": "string", "pattern": r"^\d{1,6}[smhd]$"})
]
Fingerprint = Annotated[
    str,
    BeforeValidator(lambda value: re.sub(r"\s", "", value).upper() if isinstance(value, str) else value),
    Field(pattern=r"^[0-9A-F]{40}$"),
]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")]


_SQLITE = "sqlite:///"


def place(path: Path, info: ValidationInfo) -> Path:
    """Make a path absolute, from the folder of the configuration file."""
    assert info.context is not None
    if "\0" in str(path):
        raise ValueError(tr("no path has a NUL in it"))
    return Path(info.context["base"]) / path


def database(url: str, info: ValidationInfo) -> str:
    """Make the file of an SQLite address absolute."""
    name = url.removeprefix(_SQLITE)
    return url if name in (url, ":memory:") else _SQLITE + str(place(Path(name), info))


Place = Annotated[Path, AfterValidator(place)]

INBOXES = ("maildir:", "imaps:", "spool:")
"""Schemes of what is not asked for but arrives; PATH is relative to the configuration file."""


def source_url(url: str, info: ValidationInfo) -> str:
    """Make the folder of an inbox absolute. Raises ValueError where the address is of no known form."""
    scheme, _, rest = url.partition(":")
    if scheme in ("maildir", "spool"):
        if not rest:
            raise ValueError(tr("a folder is missing after {scheme}:", scheme=scheme))
        return f"{scheme}:{place(Path(rest), info)}"
    if scheme == "imaps" and not re.fullmatch(r"imaps://[^@/\s]+@[^@/:\s]+(?::\d{1,5})?(?:/\S*)?", url):
        raise ValueError(tr("the form is imaps://USER@HOST/FOLDER, an @ within USER written %40"))
    return url


class Section(BaseModel):
    """A table of the file. Unknown keys are faults: a misspelt one would silently mean the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def default(section: type[Section]) -> Any:
    """A table that was left out is read as an empty one, so that its defaults see the file's folder too."""
    assert issubclass(section, Section)
    return Field(default={}, validate_default=True)
