"""When a new snapshot may take the place of the last one."""

from collections.abc import Sequence

from feedbot.errors import InventoryError
from feedbot.inventory._model import RefusedRow

_SHARE = 5
"""A fifth: refused rows beyond it, or as many rows gone, and the old snapshot stays (RELIABILITY, 'Inventory')."""
_FEW = 3
"""So many rows must go before a fall is held: a small shop gives up one server of four."""


class RefusedRowsError(InventoryError):
    """Nothing was taken in; `refused` are the rows that are not, for the operator to see."""

    def __init__(
        self, subject: str, reason: str, refused: Sequence[RefusedRow], /, *, hint: str = "", **values: object
    ) -> None:
        super().__init__(subject, reason, hint=hint, **values)
        self.refused = tuple(refused)


def check_refused(subject: str, kept: int, refused: Sequence[RefusedRow], listed: Sequence[RefusedRow] = ()) -> None:
    """Raise RefusedRowsError where too great a share of a file's rows is refused: nothing is taken by halves.

    `listed` are all rows for the operator to see, where they are more than those of this file.
    """
    if len(refused) * _SHARE > kept + len(refused):
        raise RefusedRowsError(
            subject,
            "{refused} of {rows} rows are refused; the last snapshot stays in force",
            listed or refused,
            hint="correct the rows that are listed and import again",
            refused=len(refused),
            rows=kept + len(refused),
        )


def has_fallen(before: int, now: int) -> bool:
    """Tell whether so many rows are gone that the file was cut, more likely than not."""
    return before - now >= _FEW and (before - now) * _SHARE >= before
