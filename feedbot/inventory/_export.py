"""Rows for a spreadsheet: what is in a cell is shown, never worked out."""

import csv
from collections.abc import Iterable
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet takes for a formula (OWASP, 'CSV Injection'), also in full width."""


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV with CR LF. A cell that would be a formula begins with an apostrophe, which shows it as text.

    It is no form to import again: what stands in it was altered for the eyes.
    """
    written = StringIO()
    writer = csv.writer(written)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell for cell in row])
    return written.getvalue()
