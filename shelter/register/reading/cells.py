"""What a line of a file is made of, and how a file may lie there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shelter.texts import say as _


class Spoilt(Enum):
    """A cell of a workbook that has no value to read."""

    FORMULA = "formula"
    ERROR = "error"

    @property
    def reason(self) -> str:
        """Why, and the way out."""
        if self is Spoilt.FORMULA:
            return _("it holds a formula without a result: open the file, save it, or paste the column as values")
        return _("the spreadsheet says that this is an error, like #REF!")


Cell = str | Spoilt
Line = tuple[int, list[Cell]]
"""Its number, from 1 on, and its cells."""


@dataclass(frozen=True)
class Shape:
    """How a file lies there. What is None is found out: the encoding and the separator of a text, the worksheet."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None


AS_IT_LIES = Shape()
"""Nothing is known of it yet."""
