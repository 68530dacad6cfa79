"""What one value of a historic file may say."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from shelter.codes import Code
from shelter.rules import RuleBroken
from shelter.texts import say as _

FIRST_YEAR = 1900

Reader = Callable[[str], Any]
"""From the text of a value to what is stored; RuleBroken with the reason when it cannot be read."""


def year_until(last: int) -> Reader:
    """A year that has come."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) == 4):
            raise RuleBroken(_("it is not a year of four digits"))
        if not FIRST_YEAR <= int(text) <= last:
            raise RuleBroken(_("the year is not between %(first)s and %(last)s", first=FIRST_YEAR, last=last))
        return int(text)

    return read


def word_of(vocabulary: type[Code]) -> Reader:
    """A stored word of a vocabulary."""

    def read(text: str) -> Code:
        try:
            return vocabulary(text)
        except ValueError:
            raise RuleBroken(_("the mapping has no translation for this word")) from None

    return read


def country_among(known: Collection[str]) -> Reader:
    """A country by its two letters (ISO 3166-1 alpha-2)."""

    def read(text: str) -> str:
        if text.upper() not in known:
            raise RuleBroken(_("it is not a country code of two letters (ISO 3166-1)"))
        return text.upper()

    return read
