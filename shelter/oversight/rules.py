"""Rules of the auditor's sheet."""

from __future__ import annotations

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (a quotation mark goes before one that it would)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
