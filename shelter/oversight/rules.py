"""Rules of the auditor's sheet."""

from __future__ import annotations

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


SEALED = "signed head"


def sealed_with(line: str, columns: int) -> list[str]:
    """The last row of the sheet: a name where the number stands, and the signed head in the last cell."""
    return [SEALED, *[""] * (columns - 2), line]


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (a quotation mark goes before one that it would)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
