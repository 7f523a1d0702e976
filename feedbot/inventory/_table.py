"""CSV with a header, as spreadsheets and databases write it: columns by English or Japanese name, in any order.

A row is one line. A quoted field that runs over lines is refused with every line it covers: a line feed in a
customer's name or address would else make a row of the next line, or a header line in a mail.
"""

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedbot.errors import InventoryError
from feedbot.inventory._lines import Line, fault
from feedbot.inventory._model import RefusedRow
from feedbot.messages import tr

Columns = Mapping[str, tuple[str, ...]]
"""A column's name → the other spellings of its heading, folded as `_folded` does."""
_LOOKED_AT = 1 << 14
_FIRST = 20
"""Characters in which a header is looked for."""
_SEPARATORS = {"\t": "tabs", ";": "semicolons", "\N{FULLWIDTH COMMA}": "full-width commas", "、": "、"}


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it stood, and its fields by column, stripped."""

    line: Line
    fields: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a field; empty where the file has no such column."""
        return self.fields.get(column, "")


def header(text: str, columns: Columns) -> tuple[str, ...]:
    """Return the column of each field of the first row, empty for one that is not known."""
    start = text[:_LOOKED_AT]
    for part in ("\n".join(start.split("\n", _FIRST)[:_FIRST]), start):  # it is nearly always among the first lines
        for line, fields in _rows(part, ""):
            if fields and not line.text.startswith("#"):
                return tuple(_column(field, columns) for field in fields)
    return ()


def check_commas(text: str, name: str) -> None:
    """Raise InventoryError where the first row is divided by something else than commas."""
    first = next((line.text for line, _ in _rows(text, "") if line.text.strip() and line.text[0] != "#"), "")
    for separator, called in _SEPARATORS.items():
        if separator in first and "," not in first:
            raise InventoryError(
                name,
                "the columns are divided by {separator}, not by commas",
                hint="save it as CSV with commas",
                separator=tr(called),
            )


def records(text: str, name: str, columns: Columns, required: tuple[str, ...]) -> Iterator[Record | RefusedRow]:
    """Yield the rows below the header. Raises InventoryError where the header lacks or doubles a column."""
    heads: tuple[str, ...] = ()
    for line, fields in _rows(text, name):
        reason = fault(line.text)
        if reason:
            yield line.refused(reason)
        elif fields is None:
            yield line.refused(tr("a quoted field runs over more than one line, or a quotation mark is missing"))
        elif not line.text.strip() or line.text.startswith("#"):
            continue
        elif not heads:
            heads = _checked(tuple(_column(field, columns) for field in fields), name, required)
        elif len(fields) != len(heads):
            yield line.refused(tr("{count} columns instead of {right}", count=len(fields), right=len(heads)))
        else:
            yield Record(line, {head: field.strip() for head, field in zip(heads, fields, strict=True) if head})
    if not heads:
        raise InventoryError(name, "there is no header line")


def _checked(heads: tuple[str, ...], name: str, required: tuple[str, ...]) -> tuple[str, ...]:
    lacking = [column for column in required if column not in heads]
    if lacking:
        raise InventoryError(name, "the header lacks the columns {columns}", columns=", ".join(lacking))
    doubled = sorted({head for head in heads if head and heads.count(head) > 1})
    if doubled:
        raise InventoryError(name, "the header has the columns {columns} twice", columns=", ".join(doubled))
    return heads


def _rows(text: str, name: str) -> Iterator[tuple[Line, list[str] | None]]:
    """Yield every physical line with its fields; None for each line of a record that is not one good line."""
    physical = text.split("\n")
    reader = csv.reader((line + "\n" for line in physical), strict=True)
    start = 0
    while start < len(physical):
        try:
            fields: list[str] | None = next(reader)
        except (csv.Error, StopIteration):
            fields = None
        end = max(reader.line_num, start + 1)
        for number in range(start, end):
            line = Line(name, number + 1, physical[number].removesuffix("\r"))
            yield line, fields if end - start == 1 else None
        start = end


def _column(heading: str, columns: Columns) -> str:
    folded = _folded(heading)
    return next((column for column, spellings in columns.items() if folded == column or folded in spellings), "")


def _folded(heading: str) -> str:
    """Fold width, case, blanks, and the long-vowel mark that サーバ and サーバー differ in."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(one for one in folded if one.isalnum() and one != "ー")
