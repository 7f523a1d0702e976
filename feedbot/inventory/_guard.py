"""When a new snapshot may take the place of the last one."""

from feedbot.errors import InventoryError

_SHARE = 5
"""A fifth: refused rows beyond it, or as many rows gone, and the old snapshot stays (RELIABILITY, 'Inventory')."""


def check_guard(kept: int, refused: int, previous_rows: int | None, subject: str = "inventory") -> None:
    """Raise InventoryError unless the snapshot may be taken: nothing is taken by halves.

    `kept` and `refused` count rows of the new snapshot, `previous_rows` those of the last one (None: there is none).
    """
    if refused * _SHARE > kept + refused:
        raise InventoryError(
            subject,
            "{refused} of {rows} rows are refused; the last snapshot stays in force",
            hint="correct the rows that are listed and import again",
            refused=refused,
            rows=kept + refused,
        )
    if previous_rows and (previous_rows - kept) * _SHARE >= previous_rows:
        raise InventoryError(
            subject,
            "the rows fall from {before} to {now}; the last snapshot stays in force",
            hint="see whether the file is whole",
            before=previous_rows,
            now=kept,
        )
