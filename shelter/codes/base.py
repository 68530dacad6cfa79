"""The shape of a vocabulary: a stable stored word with a label that can be translated."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self


class Code(StrEnum):
    """A stored word and its label. Words are retired, never removed or renamed."""

    label: Any

    def __new__(cls, word: str, label: Any = "") -> Self:
        """Bind the word to its label."""
        code = str.__new__(cls, word)
        code._value_ = word
        code.label = label
        return code
