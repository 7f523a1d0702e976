"""From a file's bytes to its rows: decode, find the format, hand over to its member."""

from pathlib import PurePath
from types import ModuleType

from feedbot import members
from feedbot.errors import InventoryError
from feedbot.inventory._model import HostPackages, RefusedRow
from feedbot.inventory._table import check_commas

_PACKAGE = "feedbot.inventory"


def read(given: str | bytes, name: str, format: str = "") -> tuple[HostPackages | RefusedRow, ...]:  # noqa: A002 (the flag's name)
    """Return the servers of an inventory file and the rows that were refused.

    `format` is a member's name; empty finds it by content. Raises InventoryError where nothing can be taken from the
    file at all (no text, cut short, a format that is not known), ConfigError where `format` is no member.
    """
    text = text_of(given, name)
    member = members.load(_PACKAGE, format) if format else _detected(text, name)
    rows = tuple(member.read(text, name))
    if not rows:
        raise InventoryError(name, "there is no package in it")
    return rows


def text_of(given: str | bytes, name: str) -> str:
    """Decode a whole text file: UTF-8 with or without mark, or CP932 as Japanese spreadsheets write.

    A text that does not end with a line end is taken as cut: every program writes one, and a last version or
    address without its end would be believed. JSON and XML tell their end by themselves.
    """
    text = given.removeprefix("\ufeff") if isinstance(given, str) else _decoded(given, name)
    if not text.strip():
        raise InventoryError(name, "the file is empty")
    if not text.endswith("\n") and text.lstrip()[0] not in "{[<":
        raise InventoryError(
            name,
            "the file ends in the middle of a line",
            hint="fetch it again; if the last line is whole, end it with a line end",
        )
    return text


def _decoded(body: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InventoryError(name, "neither UTF-8 nor CP932 (Shift_JIS)", hint="save it as UTF-8")


def _detected(text: str, name: str) -> ModuleType:
    known = members.names(_PACKAGE)
    fitting = [one for one in known if members.load(_PACKAGE, one).detect(text)]
    if len(fitting) != 1:
        if PurePath(name).suffix.lower() == ".csv":
            check_commas(text, name)
        raise InventoryError(
            name,
            "the format is not recognised",
            hint="name it with --format; known: {known}",
            known=", ".join(known),
        )
    return members.load(_PACKAGE, fitting[0])
