"""The settings of a channel: a table of the configuration, read as the member's own `Settings` ask for it.

A field of Settings that is never shown (a secret) may stand in a file instead: `token_file` for `token`.
"""

from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from feedbot import members
from feedbot._config_faults import said
from feedbot.config import ChannelSection
from feedbot.errors import ConfigError
from feedbot.messages import tr


def opened_channel(
    name: str, section: ChannelSection, given: Mapping[str, object], secret: Callable[[str], str]
) -> tuple[object | None, tuple[str, ...]]:
    """Return the channel of a table, or None and the faults of it, a line each.

    `given` is what the house gives where a member asks for it (the network's policy); `secret(file)` reads a file.
    """
    place, kind = f"channels.{name}", section.member or name
    try:
        member = members.load("feedbot.delivery", kind)
        if member.TAKES not in ("alarm", "post") or ("alarms" in section.carries and member.TAKES == "post"):
            return None, (tr("{place}: {member} does not carry that", place=place, member=kind),)
        settings, faults = _bound(place, section.model_extra or {}, member.Settings, given, secret)
    except ConfigError as error:
        return None, (f"{place}: {error}",)
    return (member.open_channel(settings) if settings else None), faults


def _bound(
    place: str,
    table: Mapping[str, object],
    settings: type,
    given: Mapping[str, object],
    secret: Callable[[str], str],
) -> tuple[object | None, tuple[str, ...]]:
    """Return the Settings that a table makes, or None and every fault of it."""
    known: dict[str, Field[Any]] = {one.name: one for one in fields(settings) if one.name not in given}
    filed = {f"{name}_file": name for name, one in known.items() if not one.repr}
    values: dict[str, object] = {one.name: given[one.name] for one in fields(settings) if one.name in given}
    faults: list[str] = []
    for key, value in table.items():
        if key in filed and isinstance(value, str):
            values[filed[key]] = secret(value).strip()
        elif key in known:
            values[key] = value
        else:
            near = get_close_matches(key, [*known, *filed], n=1, cutoff=0.5)
            faults.append(
                tr("{place}: unknown key; did you mean {near}?", place=f"{place}.{key}", near=near[0])
                if near
                else tr("{place}: unknown key", place=f"{place}.{key}")
            )
    for name in filed.values():
        value = values.get(name, "")
        if isinstance(value, str) and not (value.isascii() and value.isprintable()):
            faults.append(tr("{place}: must be printable ASCII, on one line", place=f"{place}.{name}"))
    try:
        made: object = TypeAdapter(settings).validate_python(values)
    except ValidationError as error:
        details = error.errors(include_input=False)
        return None, (*faults, *(said(detail | {"loc": (place, *detail["loc"])}, None) for detail in details))
    return (None, tuple(faults)) if faults else (made, ())
