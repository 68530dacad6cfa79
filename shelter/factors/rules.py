"""Recovery codes: how they are made, written and read."""

from __future__ import annotations

from shelter.tokens.rules import LETTERS as LETTERS
from shelter.tokens.rules import in_groups, new_letters, read_letters

MANY, LENGTH = 10, 16  # 16 letters of 5 bits: 80 bits


def new_code() -> str:
    """Eighty random bits, in four groups that one can copy by hand."""
    return in_groups(new_letters(LENGTH))


def read_code(typed: str) -> str | None:
    """The code's letters, however they were typed (capitals, spaces, O for 0); None when it is none."""
    return read_letters(typed, LENGTH)
